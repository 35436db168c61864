"""What the elements of HTML are: blocks, headings, lists, what never is text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# A table cell beyond this is a column of the page's layout, in characters.
_LONGEST_CELL = 1500

SKIPPED = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas",
    "audio", "video", "select", "datalist", "textarea", "input", "progress", "meter", "head",
    "title", "rp", "rt", "rtc", "applet", "param", "source", "track", "map", "area", "annotation",
    "annotation-xml", "noframes", "noembed", "link", "meta", "base", "dialog",
})  # fmt: skip
BLOCKS = frozenset({
    "html", "body", "address", "article", "aside", "blockquote", "center", "dd", "details", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav",
    "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul", "caption", "listing", "xmp", "plaintext",
})  # fmt: skip
HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = frozenset({"ul", "ol", "menu", "dir"})
LIST_SECTIONS = "h1,h2,h3,h4,h5,h6,table"
_SECTIONS = "h1,h2,h3,h4,h5,h6,article,section,form"
_CELL_BLOCKS = "blockquote,pre,p+p,div+div,br+br"
TERM_BLOCKS = "dd p,dd div,dd blockquote,dd ul,dd ol,dd pre,dd dl,table,h1,h2,h3,h4,h5,h6"

_HIDDEN_WORDS = frozenset({
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only",
    "mw-editsection", "headerlink", "header-anchor", "heading-anchor", "anchorjs-link",
    "footnote-backref", "footnote-back", "reversefootnote", "pagenum", "pageno", "page-number",
    "page-numbers", "pagebreak", "mw-jump-link", "skip-link", "skiplink", "noprint",
})  # fmt: skip
_VERSE_WORDS = frozenset({
    "verse", "poem", "poetry", "stanza", "lyrics", "song", "poeme", "gedicht",
})  # fmt: skip
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_NOTE_MARK = re.compile(r"\W{0,3}(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶#]{1,4})\W{0,3}", re.I)


def is_hidden(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether a reader of the page does not see the element, or it is a mark beside the text."""
    if tag in ("html", "body", "main"):
        return False  # hidden until a script has run
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    style = attributes.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return True
    if attributes.get("aria-hidden") == "true":
        return tag != "img"
    if attributes.get("role") in ("doc-noteref", "doc-backlink", "doc-pagebreak"):
        return True
    if attributes.get("epub:type") in ("noteref", "backlink", "pagebreak", "referrer"):
        return True
    words = attributes.get("class") or ""
    return not _HIDDEN_WORDS.isdisjoint(words.lower().split())


def is_mark(link: LexborNode) -> bool:
    """Whether a link is a note's mark, a way back from it, or a heading's permanent link."""
    if "#" not in (link.attributes.get("href") or ""):
        return False
    text = link.text()
    if len(text) > 12:
        return False
    text = text.strip()
    if not any(char.isalnum() for char in text):
        # ¶, §, ↩ or a star. An empty anchor or a picture may hold an alt text.
        return bool(text)
    if _NOTE_MARK.fullmatch(text) is None:
        return False
    if text[0] in "[(" or any(name == "sup" for name in _parents(link)):
        return True
    return link.css_first("sup") is not None


def is_verse(attributes: Mapping[str, str | None]) -> bool:
    for name in ("class", "epub:type"):
        for word in (attributes.get(name) or "").lower().split():
            if word.rpartition(":")[2].partition("-")[0] in _VERSE_WORDS:
                return True
    return False


def is_data(table: LexborNode) -> bool:
    """Whether a table holds data; the other kind lays out a page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    # A selector finds the element itself too.
    if len(table.css("table")) > 1 or table.css_first(_SECTIONS) is not None:
        return False
    if table.css_first("th") is not None:
        return True
    if table.css_first("td+td") is None or table.css_first(_CELL_BLOCKS) is not None:
        return False
    return all(len(cell.text()) <= _LONGEST_CELL for cell in table.css("td"))


def _parents(node: LexborNode) -> Iterator[str]:
    """The tags of the nearest elements round a node."""
    parent = node.parent
    for _ in range(3):
        if parent is None:
            return
        yield parent.tag or ""
        parent = parent.parent


def aria_level(attributes: Mapping[str, str | None]) -> int:
    level = attributes.get("aria-level") or ""
    return min(6, max(1, int(level))) if level.isascii() and level.isdigit() else 2
