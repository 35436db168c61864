"""The addresses of pages, below whatever path the app is reached at.

Made by hand, since a page of results holds some fifty and ``url_for`` takes 30 µs for each.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

from flask import request

_STATIC = Path(__file__).parent / "static"


def search(q: str = "", *, page: int = 1, sort: str = "relevance") -> str:
    """The search page."""
    asked = [f"q={quote_plus(q)}"] if q else []
    if sort != "relevance":
        asked.append(f"sort={sort}")
    if page != 1:
        asked.append(f"page={page}")
    return f"{request.script_root}/{'?' if asked else ''}{'&'.join(asked)}"


def essay(essay_id: str, anchor: str = "", *, q: str = "") -> str:
    """An essay, or a passage in it; ``q`` lights up its hits."""
    address = f"{request.script_root}/essays/{quote(essay_id)}{_query(q)}"
    return f"{address}#{quote(anchor)}" if anchor else address


def browse(
    by: str = "title",
    *,
    page: int = 1,
    folder: str = "",
    author: str = "",
    year: str = "",
    language: str = "",
) -> str:
    """The essays in an order, all of them or those that have what is named."""
    asked = {"by": by if by != "title" else "", "folder": folder, "author": author}
    asked |= {"year": year, "language": language, "page": str(page) if page != 1 else ""}
    return _with("/essays", {name: value for name, value in asked.items() if value})


def help_page(part: str = "") -> str:
    """The help, or a part of it."""
    return f"{request.script_root}/help{f'#{part}' if part else ''}"


def api() -> str:
    """What programs may ask, for people."""
    return f"{request.script_root}/api"


def suggestions() -> str:
    """Where completions come from; ``prefix`` is theirs to add."""
    return f"{request.script_root}/api/v1/suggest"


def feed(q: str) -> str:
    """A search as an Atom feed."""
    return f"{request.script_root}/feed.atom{_query(q)}"


def open_search() -> str:
    """What tells a browser how to search here."""
    return f"{request.script_root}/opensearch.xml"


def static(name: str) -> str:
    """A file of the app's own, by an address that changes with its content."""
    return f"{request.script_root}/static/{name}?v={fingerprint(name)}"


@cache
def fingerprint(name: str) -> str:
    """What changes with the content of a file of the app's own."""
    return blake2b((_STATIC / name).read_bytes(), digest_size=6).hexdigest()


@lru_cache(64)
def _query(q: str) -> str:
    """The same one stands behind every link of a page."""
    return "?" + urlencode({"q": q}) if q else ""


def _with(path: str, asked: dict[str, str]) -> str:
    return f"{request.script_root}{path}{'?' + urlencode(asked) if asked else ''}"
