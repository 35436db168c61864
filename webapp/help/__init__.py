"""The query language by example, for the help page.

What operators mean stands in :data:`indexer.query.OPERATORS`; here are only examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from msgspec import Struct

from indexer.library import Library
from indexer.model import Facet
from indexer.query import OPERATORS
from webapp.examples import finds, headings

# By an operator's syntax; each finds something in the sample essays. These tell neither author
# nor date, so there the filters are shown as they leave out.
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
    ("n p", "lead to the next and the previous hit in an essay, after the last to the first"),
)


class Entry(Struct, frozen=True):
    """An operator as the help page has it; ``finds`` says whether its example does, here."""

    syntax: str
    meaning: str
    example: str
    finds: bool


def entries(library: Library) -> tuple[Entry, ...]:
    """The operators, each with an example that finds something in the library, as far as
    there is one."""
    examples = {**EXAMPLES, **_of_words(library), **_of_filters(library)}
    return tuple(
        Entry(one.syntax, one.meaning, example, finds(library, example))
        for one in OPERATORS
        for example in (examples[one.syntax],)
    )


def _of_words(library: Library) -> dict[str, str]:
    """Examples from two headings of the library, unless it holds the sample essays."""
    found = list(islice(headings(library), 2))
    if len(found) < 2 or finds(library, EXAMPLES["word word"]):
        return {}
    one, other = found
    word, beside = one.telling[:2]
    apart = next((w for w in other.telling if w not in one.words), other.telling[0])
    return {
        "word word": f"{word} {beside}",
        '"word word"': f'"{" ".join(one.words)}"',
        '"word word"~N': f'"{beside} {word}"~5',
        "-x": f"{word} -{apart}",
        "NOT x": f"{word} NOT {apart}",
        "x OR y": f"{word} OR {apart}",
        "x | y": f"{word} | {apart}",
        "x AND y": f"{word} AND {beside}",
        "( )": f"({word} OR {apart}) AND {beside}",
        "title:x": f"title:{[*one.in_title, *other.in_title, word][0]}",
        "heading:x": f"heading:{word}",
        "begin*": f"{word[:-1]}*",
        "w?rd": f"{word[0]}?{word[2:]}",
        "w[ao]rd": f"{word[0]}[{word[1]}x]{word[2:]}",
        "word~": f"{word[:2]}{word[3:]}~",
    }


def _of_filters(library: Library) -> dict[str, str]:
    """Examples from what the library's essays tell of themselves."""
    facets = library.browse(limit=0, facets=2).facets
    assert facets is not None
    made = {
        "author:x": _second(facets.authors),
        "in:PLACE": _second(facets.folders),
        "lang:CODE": _second(facets.languages),
    }
    if years := sorted(value.value for value in facets.years.values):
        made["after:DATE"] = f"after:{years[0]}"
        made["before:DATE"] = f"before:{int(years[-1]) + 1:04}"
        made["date:DATE..DATE"] = f"date:{years[0]}..{years[-1]}"
    return {syntax: query for syntax, query in made.items() if query}


def _second(facet: Facet) -> str:
    """The query for the second most frequent value, or for the only one: the most frequent
    often finds nearly everything."""
    return facet.values[-1].query if facet.values else ""
