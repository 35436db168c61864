"""The addresses of pages, below whatever path the app is reached at.

Made by hand, since a page of results holds some fifty and ``url_for`` takes 30 µs for each.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import request

_STATIC = Path(__file__).parent / "static"


def search(q: str = "", *, page: int = 1, sort: str = "relevance") -> str:
    """The search page."""
    asked: dict[str, str] = {}
    if q:
        asked["q"] = q
    if sort != "relevance":
        asked["sort"] = sort
    if page != 1:
        asked["page"] = str(page)
    return _with("/", asked)


def essay(essay_id: str, anchor: str = "", *, q: str = "") -> str:
    """An essay, or a passage in it; ``q`` lights up its hits."""
    address = _with(f"/essays/{quote(essay_id)}", {"q": q} if q else {})
    return f"{address}#{quote(anchor)}" if anchor else address


def static(name: str) -> str:
    """A file of the app's own, by an address that changes with its content."""
    return f"{request.script_root}/static/{name}?v={_fingerprint(name)}"


@cache
def _fingerprint(name: str) -> str:
    return blake2b((_STATIC / name).read_bytes(), digest_size=6).hexdigest()


def _with(path: str, asked: dict[str, str]) -> str:
    return f"{request.script_root}{path}{'?' + urlencode(asked) if asked else ''}"
