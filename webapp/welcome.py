"""What the start page says of the library: its size, and searches that find something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from indexer.library import Library
from webapp.examples import finds, headings

# Headings that become examples.
_HEADINGS = 3


class Welcome(Struct, frozen=True):
    """Counts, and queries that find something."""

    essays: int
    passages: int
    words: int
    examples: tuple[str, ...]


def welcome(library: Library) -> Welcome:
    """The library's size and some searches of it."""
    status = library.status()
    return Welcome(
        essays=status.essays,
        passages=status.passages,
        words=status.words,
        examples=tuple(query for query in _examples(library) if finds(library, query)),
    )


def _examples(library: Library) -> Iterator[str]:
    """Words of headings, one of them as a phrase; the most frequent author; a language."""
    for number, heading in enumerate(islice(headings(library), _HEADINGS)):
        words = " ".join(heading.words)
        yield f'"{words}"' if number == 1 else words
    facets = library.browse(limit=0, facets=2).facets
    assert facets is not None
    yield from (value.query for value in facets.authors.values[:1])
    # The second most frequent: the first finds nearly everything.
    yield from (value.query for value in facets.languages.values[1:])
