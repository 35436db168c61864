"""What a page says about itself: meta tags, JSON-LD, microdata, and the ``<title>``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from indexer.readers.metadata import Metadata, authors_of, iso_date, primary_language
from indexer.readers.titles import one_line, same, usable

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title")
_AUTHORS = ("citation_author", "author", "dc.creator", "dcterms.creator", "article:author",
            "parsely-author", "sailthru.author", "byl")  # fmt: skip
_DATES = ("article:published_time", "citation_publication_date", "citation_date", "dc.date",
          "dc.date.issued", "dcterms.created", "dcterms.issued", "date", "pubdate",
          "publish-date", "og:published_time", "parsely-pub-date", "datepublished")  # fmt: skip
_BYLINES = (
    '[itemprop~="author"] [itemprop~="name"]',
    '[itemprop~="author"]',
    'a[rel~="author"]',
    ".p-author",
    ".byline .author",
    ".author .fn",
    ".byline",
    ".post-author",
    ".entry-author",
)
_TIMES = (
    "time[pubdate]",
    '[itemprop~="datePublished"]',
    "article time[datetime]",
    "time[datetime]",
)
_ARTICLE_TYPES = ("article", "posting", "report", "creativework", "book", "essay", "webpage")
_SEPARATOR = re.compile(r"\s+(?:[|·•«»‹›:–—-]|::|\|\|)\s+|\s*[|｜_]\s*")
# A browser's copy of a page, or a book site's phrase, round the title.
_PHRASE = re.compile(
    r"the project gutenberg e-?(?:book|text) of (?P<title>.+?)(?:,? by (?P<author>[^,]+?))?\.?",
    re.I | re.S,
)


def metadata(tree: LexborHTMLParser, headings: Sequence[str]) -> Metadata:
    """``headings`` are the page's own, to tell a title from the site's name beside it."""
    tags = _meta_tags(tree)
    linked = _linked(tree)
    title, author = _title(tree, tags, linked, headings)
    authors = (
        authors_of([name for key in _AUTHORS for name in tags.get(key, ()) if _is_name(name)][:20])
        or authors_of(linked.get("author"))
        or _byline(tree)
        or authors_of(author)
    )
    root = tree.css_first("html")
    attributes = root.attributes if root is not None else {}
    language = (
        primary_language(attributes.get("lang") or attributes.get("xml:lang"))
        or primary_language(_one(tags, "content-language", "dc.language", "citation_language"))
        or primary_language(_one(tags, "og:locale"))
        or primary_language(linked.get("inLanguage"))
    )
    return Metadata(title=title, authors=authors, date=_date(tree, tags, linked), language=language)


def _meta_tags(tree: LexborHTMLParser) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for node in tree.css("meta")[:500]:
        attributes = node.attributes
        content = attributes.get("content")
        if not content:
            continue
        for name in ("name", "property", "http-equiv", "itemprop"):
            key = attributes.get(name)
            if key:
                tags.setdefault(key.lower(), []).append(content[:1000])
    return tags


def _one(tags: Mapping[str, Sequence[str]], *names: str) -> str | None:
    return next((tags[name][0] for name in names if name in tags), None)


def _is_name(text: str) -> bool:
    return "://" not in text and not text.startswith(("@", "www."))


def _linked(tree: LexborHTMLParser) -> dict[str, Any]:
    """The article among the page's JSON-LD objects, or an empty mapping."""
    for script in tree.css('script[type="application/ld+json"]')[:20]:
        try:
            found = json.loads(script.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(found):
            kinds = item.get("@type")
            names = " ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
            if any(kind in names.lower() for kind in _ARTICLE_TYPES):
                return item
    return {}


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    waiting = [found]
    for _ in range(1000):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item[:100])
        elif isinstance(item, dict):
            yield item
            waiting.extend(item[key] for key in ("@graph", "mainEntity") if key in item)


def _title(
    tree: LexborHTMLParser,
    tags: Mapping[str, Sequence[str]],
    linked: Mapping[str, Any],
    headings: Sequence[str],
) -> tuple[str | None, str | None]:
    site = _one(tags, "og:site_name", "application-name")
    node = tree.css_first("head title") or tree.css_first("title")
    whole = one_line(node.text()) if node is not None else ""
    phrase = _PHRASE.fullmatch(whole)
    if phrase is not None:
        return phrase["title"], phrase["author"]
    headline = linked.get("headline")
    candidates = [_one(tags, name) for name in _TITLES]
    candidates += [headline if isinstance(headline, str) else None, whole]
    for candidate in candidates:
        title = usable(candidate)
        if title is not None and not (site and same(title, site) and not headings):
            return _without_site(title, site, headings), None
    return None, None


def _without_site(title: str, site: str | None, headings: Sequence[str]) -> str:
    """The title without the site's name: where a heading or the site's own tag tells them apart."""
    if any(same(title, heading) for heading in headings):
        return title
    parts = list(_SEPARATOR.finditer(title[:500]))
    for cut in parts:
        before, after = title[: cut.start()].strip(), title[cut.end() :].strip()
        for heading in headings[:5]:
            if before and same(before, heading):
                return before
            if after and same(after, heading):
                return after
    if site:
        for cut in parts:
            before, after = title[: cut.start()].strip(), title[cut.end() :].strip()
            if before and same(after, site):
                return before
            if after and same(before, site):
                return after
    return title


def _byline(tree: LexborHTMLParser) -> tuple[str, ...]:
    for selector in _BYLINES:
        nodes = [node for node in tree.css(selector)[:10] if not _in_comments(node)]
        texts = [one_line(node.text()[:300]) for node in nodes]
        texts = [text for text in texts if text]
        if selector in (".byline", ".post-author", ".entry-author"):
            # A byline may be anything; a name after "by" is a name.
            texts = [
                found[1]
                for text in texts[:1]
                if (found := re.match(r"(?:written |posted )?by:? ([^|•·\d]{2,80})", text, re.I))
            ]
        names = authors_of([text for text in texts if len(text) <= 100])
        if names:
            return names[:10]
    return ()


def _in_comments(node: LexborNode) -> bool:
    parent = node.parent
    for _ in range(12):
        if parent is None:
            return False
        names = f"{parent.attributes.get('class') or ''} {parent.attributes.get('id') or ''}"
        if "comment" in names.lower():
            return True
        parent = parent.parent
    return False


def _date(
    tree: LexborHTMLParser, tags: Mapping[str, Sequence[str]], linked: Mapping[str, Any]
) -> str | None:
    for name in _DATES:
        for content in tags.get(name, ()):
            when = iso_date(content)
            if when is not None:
                return when
    when = iso_date(linked.get("datePublished"))
    if when is not None:
        return when
    for selector in _TIMES:
        for node in tree.css(selector)[:5]:
            if _in_comments(node):
                continue
            stated = node.attributes.get("datetime") or node.attributes.get("content")
            when = iso_date(stated or one_line(node.text()[:100]))
            if when is not None:
                return when
    return None
