"""What the start page says of the library: its size, and searches that find something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import current_app
from msgspec import Struct

from indexer.languages import stopwords
from indexer.library import Library
from indexer.model import Essay
from webapp.help import finds

Made = TypeVar("Made")

# Essays that examples are looked for in, evenly from the shelf; examples of headings.
_ASKED, _HEADINGS = 12, 3
# Letters of a word, and words of a heading, that make a good example.
_WORD_LETTERS = 4
_FEWEST, _MOST = 2, 4
_KEPT = "essays.kept"
_WORD = re.compile(r"[\w’'-]+")


class Welcome(Struct, frozen=True):
    """Counts, and queries that find something."""

    essays: int
    passages: int
    words: int
    examples: tuple[str, ...]


def kept(make: Callable[[Library], Made], library: Library) -> Made:
    """What ``make`` makes of the library, made once for each commit of the index."""
    # Before it is made: what is committed meanwhile makes it anew.
    revision = library.revision()
    there = current_app.extensions.setdefault(_KEPT, {})
    if there.get(make, ("",))[0] != revision:
        there[make] = (revision, make(library))
    made: Made = there[make][1]
    return made


def welcome(library: Library) -> Welcome:
    """The library's size and some searches of it."""
    status = library.status()
    return Welcome(
        essays=status.essays,
        passages=status.passages,
        words=status.words,
        examples=tuple(q for q in _examples(library, status.essays) if finds(library, q)),
    )


def _examples(library: Library, essays: int) -> Iterator[str]:
    """Words of headings, one of them as a phrase; the most frequent author; a language."""
    headings = list(dict.fromkeys(_headings(library, essays)))[:_HEADINGS]
    for number, heading in enumerate(headings):
        yield f'"{heading}"' if number == 1 else heading
    facets = library.browse(limit=0, facets=2).facets
    assert facets is not None
    yield from (value.query for value in facets.authors.values[:1])
    # The second most frequent: the first finds nearly everything.
    yield from (value.query for value in facets.languages.values[1:])


def _headings(library: Library, essays: int) -> Iterator[str]:
    for at in range(0, essays, -(-essays // _ASKED)):
        for essay in library.browse(limit=1, offset=at).essays:
            if heading := _short_heading(library, essay):
                yield heading


def _short_heading(library: Library, essay: Essay) -> str:
    """The first heading of an essay, or else its title, that reads like a query."""
    common = stopwords(essay.language)
    for text in (*(entry.title for entry in library.show(essay.id).outline), essay.title):
        words = _WORD.findall(text)
        telling = [w for w in words if len(w) >= _WORD_LETTERS and w.lower() not in common]
        plain = all(word.replace("-", "").isalpha() for word in words)
        if plain and len(telling) >= _FEWEST and len(words) <= _MOST:
            return " ".join(words).lower()
    return ""
