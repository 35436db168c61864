"""The query language by example, for the help page.

What operators mean stands in :data:`indexer.query.OPERATORS`; here are only examples that find
something in seeds/.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from indexer.library import Library
from indexer.model import Facet
from indexer.query import OPERATORS

# By an operator's syntax. The sample essays tell neither author nor date, so there the filters
# are shown as they leave out.
EXAMPLES: Mapping[str, str] = {
    "word word": "tibet protest",
    '"word word"': '"right to asylum"',
    '"word word"~N': '"asylum tyranny"~15',
    "-x": "dissidents -tibet",
    "NOT x": "dissidents NOT tibet",
    "x OR y": "monks OR refugees",
    "x | y": "monks | refugees",
    "x AND y": "shanghai AND lockdown",
    "( )": "(monks OR refugees) AND CCP",
    "title:x": "title:autocracy",
    "heading:x": "heading:conclusion",
    "author:x": "protest -author:mill",
    "in:PLACE": "protest -in:politics",
    "lang:CODE": "lang:en freedom",
    "after:DATE": "protest -after:2020",
    "before:DATE": "protest -before:2021-06",
    "date:DATE..DATE": "protest -date:2019..2021",
    "begin*": "democra*",
    "w?rd": "m?nks",
    "w[ao]rd": "organi[sz]ations",
    "word~": "tianamen~",
}

KEYS = (
    ("/", "jumps to the search box, from anywhere on a page"),
    ("↓ ↑", "go through the suggestions below the box"),
    ("Enter", "searches, or takes the suggestion that is marked"),
    ("Esc", "puts the suggestions away"),
)


class Entry(Struct, frozen=True):
    """An operator as the help page has it; ``finds`` says whether its example does, here."""

    syntax: str
    meaning: str
    example: str
    finds: bool


def entries(library: Library) -> tuple[Entry, ...]:
    """The operators, each with an example from the library itself where it has what the
    operator is about."""
    here = _from(library)
    made = []
    for operator in OPERATORS:
        known = EXAMPLES[operator.syntax]
        example = here.get(operator.syntax, known)
        made.append(Entry(operator.syntax, operator.meaning, example, finds(library, example)))
    return tuple(made)


def finds(library: Library, query: str) -> bool:
    """Whether some essay has all of a query."""
    return library.search(query, limit=1, passages=0).matched == "all"


def _from(library: Library) -> dict[str, str]:
    facets = library.browse(limit=0, facets=2).facets
    assert facets is not None
    made = {}
    if author := _first(facets.authors):
        made["author:x"] = author
    if folder := _first(facets.folders):
        made["in:PLACE"] = folder
    if language := _first(facets.languages):
        made["lang:CODE"] = language
    years = sorted(value.value for value in facets.years.values)
    if years:
        made["after:DATE"] = f"after:{years[0]}"
        made["before:DATE"] = f"before:{int(years[-1]) + 1:04}"
        made["date:DATE..DATE"] = f"date:{years[0]}..{years[-1]}"
    return made


def _first(facet: Facet) -> str:
    """The query for the most frequent value but one, or else for the most frequent."""
    return facet.values[-1].query if facet.values else ""
