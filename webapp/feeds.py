"""A search for other programs: as an Atom feed (RFC 4287), and in a browser's search bar
(OpenSearch 1.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode
from uuid import UUID, uuid5
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import msgspec
from flask import Blueprint, Response, request

from indexer.model import Essay, Hit, Piece, ShelfOrder, Sort
from webapp import addresses
from webapp.libraries import library, settings
from webapp.params import BadParameter, Query, SearchPage, read

blueprint = Blueprint("feeds", __name__)

# Entries on a page of the feed, and suggestions in a search bar.
_ENTRIES = 20
_SUGGESTIONS = 10

_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_XHTML = "http://www.w3.org/1999/xhtml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DESCRIPTION_TYPE = "application/opensearchdescription+xml"
_SUGGESTIONS_TYPE = "application/x-suggestions+json"
# What OpenSearch allows for the two names of a site, in characters.
_SHORT_NAME, _LONG_NAME = 16, 48
# Names of feeds and entries are made below it; another one would make all of them new.
_NAMES = UUID("8a5d6f0e-4f0b-5c39-9d0c-3b1f52c1c1a7")
# The moment of a feed of an index that nothing was ever committed to.
_NEVER = "1970-01-01T00:00:00Z"
# All that XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedPage(SearchPage, frozen=True, kw_only=True):
    """A feed: as the search page, but what is new comes first."""

    sort: Sort = "date"


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has typed into a search bar."""

    q: Query = ""


class _Found(msgspec.Struct, frozen=True):
    """An essay in a feed, its best passages, and how many more answer."""

    essay: Essay
    passages: tuple[Hit, ...] = ()
    more: int = 0


@blueprint.get("/feed.atom")
def feed() -> Response:
    """A search as a feed, the essays' newest first; without a query, the newest essays."""
    asked = read(FeedPage)
    start = (asked.page - 1) * _ENTRIES
    most = settings().web_max_offset
    if start > most:
        raise BadParameter("page", f"no more than {most:,} essays are shown")
    total, entries = _asked_for(asked, start)
    committed = library().status().updated or _NEVER
    site, wanted = settings().web_title, asked.q.strip()
    root = Element("feed", {"xmlns": _ATOM, "xmlns:os": _OPENSEARCH})
    _add(root, "id", _name("feed", asked.q, asked.sort))
    _add(root, "title", f"{asked.q} · {site}" if wanted else site)
    _add(root, "updated", committed)
    _add(_add(root, "author"), "name", site)
    _add(root, "icon", _whole(addresses.static("favicon.svg")))
    _link(root, "self", _page(asked, asked.page), "application/atom+xml")
    page = addresses.search(asked.q, sort=asked.sort) if wanted else addresses.browse(_by(asked))
    _link(root, "alternate", page, "text/html")
    _link(root, "search", addresses.open_search(), _DESCRIPTION_TYPE)
    _link(root, "first", _page(asked, 1), "application/atom+xml")
    if asked.page > 1:
        _link(root, "previous", _page(asked, asked.page - 1), "application/atom+xml")
    if start + _ENTRIES < total and start + _ENTRIES <= most:
        _link(root, "next", _page(asked, asked.page + 1), "application/atom+xml")
    _add(root, "os:totalResults", str(total))
    _add(root, "os:startIndex", str(start + 1))
    _add(root, "os:itemsPerPage", str(_ENTRIES))
    for found in entries:
        _entry(root, found, asked.q, committed)
    return _xml(root, "application/atom+xml")


def _asked_for(asked: FeedPage, start: int) -> tuple[int, list[_Found]]:
    """How many essays there are, and those of this page."""
    if not asked.q.strip():
        shelf = library().browse(order=_by(asked), limit=_ENTRIES, offset=start)
        return shelf.total, [_Found(essay) for essay in shelf.essays]
    result = library().search(asked.q, limit=_ENTRIES, offset=start, sort=asked.sort)
    # Those that lack more words than the best do come after all of them, and are no news.
    answering = result.results[: max(0, result.essays - start)]
    return result.essays, [_Found(one.essay, one.passages, one.more) for one in answering]


def _by(asked: FeedPage) -> ShelfOrder:
    """The order of essays that no query was asked of."""
    return "title" if asked.sort == "title" else "date"


def _entry(root: Element, found: _Found, q: str, committed: str) -> None:
    essay = found.essay
    entry = _add(root, "entry", **{_LANG: essay.language})
    _add(entry, "id", _name("essay", essay.id))
    _add(entry, "title", essay.title)
    _add(entry, "updated", _moment(essay.date) or committed)
    for author in essay.authors:
        _add(_add(entry, "author"), "name", author)
    _link(entry, "alternate", addresses.essay(essay.id, q=q), "text/html")
    body = _add(_add(entry, "content", type="xhtml"), "div", xmlns=_XHTML)
    _add(body, "p", " · ".join([*essay.authors, essay.date or "undated"]))
    for hit in found.passages:
        where = addresses.essay(essay.id, hit.anchor, q=q)
        _add(
            _add(body, "p"), "a", " › ".join([*hit.headings, f"¶{hit.ordinal}"]), href=_whole(where)
        )
        _add_pieces(_add(body, "p"), hit.snippet)
    if found.more:
        rest = f"{found.more:,} more {'passage' if found.more == 1 else 'passages'}"
        _add(_add(body, "p"), "a", rest, href=_whole(addresses.essay(essay.id, q=q)))


def _moment(day: str | None) -> str | None:
    """The first moment of a date of any precision, as Atom wants it; ``None`` if it is none."""
    year, month, last = [*(day or "").split("-"), "01", "01"][:3]
    try:
        return f"{date(int(year), int(month), int(last)).isoformat()}T00:00:00Z"
    except ValueError:
        return None


def _name(*parts: str) -> str:
    """A name for ever: whatever the host, the title and the order are by then."""
    return uuid5(_NAMES, "\n".join(_clean(part) for part in parts)).urn


def _page(asked: FeedPage, page: int) -> str:
    address = addresses.feed(asked.q)
    rest: dict[str, object] = {}
    if asked.sort != "date":
        rest["sort"] = asked.sort
    if page != 1:
        rest["page"] = page
    return address + (("&" if asked.q else "?") + urlencode(rest) if rest else "")


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """What tells a browser how to search here."""
    site = settings().web_title
    root = Element("OpenSearchDescription", {"xmlns": _OPENSEARCH})
    _add(root, "ShortName", _shortened(site, _SHORT_NAME))
    _add(root, "LongName", _shortened(site, _LONG_NAME))
    _add(root, "Description", "Find the passage in the essays.")
    for kind, relation, address in (
        ("text/html", "results", addresses.search()),
        ("application/atom+xml", "results", addresses.feed("")),
        (_SUGGESTIONS_TYPE, "suggestions", f"{request.script_root}/suggest.json"),
    ):
        _add(root, "Url", type=kind, rel=relation, template=f"{_whole(address)}?q={{searchTerms}}")
    _add(root, "Url", type=_DESCRIPTION_TYPE, rel="self", template=_whole(addresses.open_search()))
    icon = _whole(addresses.static("favicon.svg"))
    _add(root, "Image", icon, type="image/svg+xml", width="16", height="16")
    _add(root, "InputEncoding", "UTF-8")
    _add(root, "OutputEncoding", "UTF-8")
    return _xml(root, _DESCRIPTION_TYPE)


def _shortened(name: str, most: int) -> str:
    """As much of a name as may be, in whole words if possible."""
    if len(name) <= most:
        return name
    return name[: most + 1].rpartition(" ")[0].rstrip() or name[:most]


@blueprint.get("/suggest.json")
def suggestions() -> Response:
    """Completions of ``q`` for a browser's search bar."""
    asked = read(Typed)
    found = library().suggest(asked.q, _SUGGESTIONS)
    texts = [suggestion.text for suggestion in found]
    return Response(msgspec.json.encode([asked.q, texts]), content_type=_SUGGESTIONS_TYPE)


def _whole(address: str) -> str:
    """An address with the host, as the one who asks knows it."""
    return request.host_url.rstrip("/") + address


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    _add(parent, "link", rel=relation, type=kind, href=_whole(address))


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new child; whatever it is made of can be written."""
    child = ElementTree.SubElement(
        parent, tag, {name: _clean(value) for name, value in attributes.items()}
    )
    child.text = _clean(text)
    return child


def _add_pieces(parent: Element, pieces: Sequence[Piece]) -> None:
    """Text with what matches in bold."""
    last: Element | None = None
    for piece in pieces:
        if piece.match:
            last = _add(parent, "b", piece.text)
        elif last is None:
            parent.text = (parent.text or "") + _clean(piece.text)
        else:
            last.tail = (last.tail or "") + _clean(piece.text)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _xml(root: Element, kind: str) -> Response:
    document = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(document, content_type=f"{kind}; charset=utf-8")
