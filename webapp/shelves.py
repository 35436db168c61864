"""A page of the library's essays: under headings, and where it stands among the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from unicodedata import name

from msgspec import Struct
from msgspec.structs import asdict

from indexer.folding import fold
from indexer.model import Essay, ShelfOrder
from webapp import addresses, wording
from webapp.params import BrowsePage

# Essays on a page, and values of one kind to narrow by.
PAGE_SIZE = 50
FACETS = 12


class Group(Struct, frozen=True):
    """Essays under a heading; ``key`` is empty where they lack what they are ordered by."""

    key: str
    label: str
    essays: tuple[Essay, ...]


class Step(Struct, frozen=True):
    """A folder on the way to the one that is shown."""

    label: str
    address: str


def groups(essays: Iterable[Essay], order: ShelfOrder) -> Iterator[Group]:
    """The essays in their order, those together that the order puts together."""
    missing = {"author": "Without an author", "date": "Without a date"}
    for key, together in groupby(essays, lambda essay: _key(essay, order)):
        members = tuple(together)
        label = members[0].authors[0] if key and order == "author" else key
        yield Group(key, label or missing.get(order, "Not in a folder"), members)


def _key(essay: Essay, order: ShelfOrder) -> str:
    if order == "title":
        return initial(essay.title)
    if order == "author":
        return fold(essay.authors[0]) if essay.authors else ""
    if order == "date":
        return (essay.date or "")[:4]
    return essay.id.rpartition("/")[0]


def initial(title: str) -> str:
    """What a title stands under: its first letter, or what kind of character it begins with."""
    first = fold(title)[:1].upper()[:1]
    if not first.isalpha():
        return "0–9" if first.isdecimal() else "Signs"
    script = name(first, "").partition(" ")[0]
    # Thousands of characters, of which each would head a title or two.
    return {"CJK": "Han characters", "HANGUL": "Hangul"}.get(script, first)


def path(asked: BrowsePage) -> list[Step]:
    """The folders from the outermost to the one that is shown."""
    names = asked.folder.split("/") if asked.folder else []
    return [
        Step(label, address(asked, folder="/".join(names[: depth + 1])))
        for depth, label in enumerate(names)
    ]


def filters(asked: BrowsePage) -> list[tuple[str, str, str]]:
    """What the shelf is narrowed by: a name, a value in words, and the shelf without it."""
    given = (
        ("author", asked.author, asked.author),
        ("year", asked.year, asked.year),
        ("language", asked.language, wording.language(asked.language)),
    )
    return [(kind, said, address(asked, **{kind: ""})) for kind, value, said in given if value]


def address(asked: BrowsePage, **changes: str) -> str:
    """The first page of a shelf that differs in something."""
    named = {**asdict(asked), **changes}
    by = named.pop("by")
    return addresses.browse(by, **{**named, "page": 1})


def turned(asked: BrowsePage, page: int) -> str:
    """Another page of the same shelf."""
    named = asdict(asked)
    by = named.pop("by")
    return addresses.browse(by, **{**named, "page": page})
