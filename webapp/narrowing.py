"""Links that leave some of the essays out: of a search's, or of a shelf's."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from indexer.model import Facet, Facets, FacetValue
from webapp import wording

KINDS = ("language", "year", "author", "folder")


class Choice(Struct, frozen=True):
    """A link that leaves essays out, and how many it keeps."""

    label: str
    essays: int
    address: str


class Narrowing(Struct, frozen=True):
    """Choices of one kind; ``more`` are not shown."""

    kind: str
    choices: tuple[Choice, ...]
    more: int


def narrowings(
    facets: Facets | None, essays: int, address: Callable[[str, FacetValue], str]
) -> list[Narrowing]:
    """What so many ``essays`` can be narrowed by, kind by kind; ``address`` is given a kind and
    a value. Years are in order, all else is as frequent."""
    made = []
    for kind in KINDS if facets is not None else ():
        facet: Facet = getattr(facets, f"{kind}s")
        values = [value for value in facet.values if value.essays < essays]
        if kind == "year":
            values.sort(key=lambda value: value.value, reverse=True)
        choices = tuple(
            Choice(
                wording.language(value.value) if kind == "language" else value.value,
                value.essays,
                address(kind, value),
            )
            for value in values
        )
        if choices:
            made.append(Narrowing(kind, choices, facet.total - len(facet.values)))
    return made
