"""What the start page says of the library: its size, and searches that find something.

Computed once for each commit of the index.
"""

from __future__ import annotations

import re

from flask import current_app
from msgspec import Struct

from indexer.library import Library
from indexer.model import Essay

# Essays that examples are made from, evenly from the shelf.
_ASKED = 3
# Words of a heading that makes a good example.
_SHORTEST, _LONGEST = 2, 5
_KEY = "essays.welcome"
_WORD = re.compile(r"\w[\w’'-]*")


class Welcome(Struct, frozen=True):
    """Counts, the languages' codes, and queries that find something."""

    essays: int
    passages: int
    words: int
    languages: tuple[str, ...]
    examples: tuple[str, ...]


def welcome(library: Library) -> Welcome:
    """The library as of its newest commit."""
    revision = library.revision()
    kept: tuple[str, Welcome] | None = current_app.extensions.get(_KEY)
    if kept is not None and kept[0] == revision:
        return kept[1]
    made = _made(library)
    current_app.extensions[_KEY] = (revision, made)
    return made


def _made(library: Library) -> Welcome:
    status = library.status()
    return Welcome(
        essays=status.essays,
        passages=status.passages,
        words=status.words,
        languages=tuple(sorted(status.languages)),
        examples=tuple(q for q in _candidates(library, status.essays) if _finds(library, q)),
    )


def _candidates(library: Library, essays: int) -> list[str]:
    """A heading's words, words that stand together, an author, a language."""
    asked = range(0, essays, max(1, -(-essays // _ASKED)))
    found = [essay for at in asked for essay in library.browse(limit=1, offset=at).essays]
    headings = [heading for essay in found if (heading := _heading(library, essay))]
    made = [" ".join(heading).lower() for heading in headings[:2]]
    made += [f'"{heading[0]} {heading[1]}"' for heading in headings[2:]]
    facets = library.browse(limit=0, facets=1).facets
    assert facets is not None
    made += [value.query for value in facets.authors.values]
    if facets.languages.total > 1:
        made.append(facets.languages.values[0].query)
    return list(dict.fromkeys(made))


def _heading(library: Library, essay: Essay) -> list[str]:
    """The words of a short heading of an essay, or of its title."""
    for text in (*(entry.title for entry in library.show(essay.id).outline), essay.title):
        words = _WORD.findall(text)
        if _SHORTEST <= len(words) <= _LONGEST:
            return words
    return []


def _finds(library: Library, query: str) -> bool:
    return library.search(query, limit=1, passages=0).matched == "all"
