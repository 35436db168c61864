"""Searches that find something in the very library that is searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import current_app
from msgspec import Struct

from indexer.errors import SearchTimeout
from indexer.languages import stopwords
from indexer.library import Library
from indexer.model import Essay

Made = TypeVar("Made")

# Essays that headings are taken from, evenly from the shelf.
_ASKED = 12
# Letters of a telling word; words of a short heading, and telling ones among them.
_LETTERS, _MOST, _FEWEST = 4, 4, 2
_KEPT = "essays.kept"
_WORD = re.compile(r"[\w’'-]+")


class Heading(Struct, frozen=True):
    """A heading of an essay, or its title, that reads like a query: its words, in lower case,
    those that tell something, and such a word of the essay's title, if it has one."""

    words: tuple[str, ...]
    telling: tuple[str, ...]
    in_title: tuple[str, ...]


def kept(make: Callable[[Library], Made], library: Library) -> Made:
    """What ``make`` makes of the library, made once for each commit of the index."""
    # Before it is made: what is committed meanwhile makes it anew.
    revision = library.revision()
    there = current_app.extensions.setdefault(_KEPT, {})
    found = there.get(make)
    if found is None or found[0] != revision:
        found = there[make] = (revision, make(library))
    made: Made = found[1]
    return made


def finds(library: Library, query: str) -> bool:
    """Whether some essay has all of a query; one that takes too long is no example."""
    try:
        return library.search(query, limit=1, passages=0).matched == "all"
    except SearchTimeout:
        return False


def headings(library: Library) -> Iterator[Heading]:
    """Short headings in the library's most frequent language, no two of one essay and no two
    the same."""
    facets = library.browse(limit=0, facets=1).facets
    assert facets is not None
    seen = set()
    for value in facets.languages.values:
        for at in range(0, value.essays, -(-value.essays // _ASKED)):
            for essay in library.browse(limit=1, offset=at, language=value.value).essays:
                heading = _heading(library, essay)
                if heading is not None and heading.words not in seen:
                    seen.add(heading.words)
                    yield heading


def _heading(library: Library, essay: Essay) -> Heading | None:
    in_title = _telling(_words(essay.title), essay)
    for text in (*(entry.title for entry in library.show(essay.id).outline), essay.title):
        words = _words(text)
        telling = _telling(words, essay)
        if len(words) <= _MOST and len(telling) >= _FEWEST:
            return Heading(words, telling, in_title[:1])
    return None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))


def _telling(words: tuple[str, ...], essay: Essay) -> tuple[str, ...]:
    common = stopwords(essay.language)
    return tuple(w for w in words if len(w) >= _LETTERS and w.isalpha() and w not in common)
