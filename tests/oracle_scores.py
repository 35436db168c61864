"""What a passage's score must be, computed the slow and obvious way: the judge of every engine.

It shares with the program how a text falls into words (:func:`indexer.analysis.analyse`), the
names of terms, the plan of a query, and where patterns that are only said to occur do so
(:mod:`indexer.matching`). The formula is written out in :mod:`indexer.engines.base`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import log

from indexer.analysis import analyse, exact_term, stem_term
from indexer.engines.base import Entry
from indexer.matching import occurrences
from indexer.model import Passage
from indexer.plan import Path, Pattern, Plan, View, patterns_in
from indexer.weights import BM25
from tests.oracle import PassageId

_MOST_ROWS = 64

Places = frozenset[tuple[int, str]]
_Row = list[tuple[str, int]]


@lru_cache(10_000)
def places_of(text: str, language: str, view: View) -> Places:
    """The terms of a text, each with its position."""
    tokens = analyse(text, language)
    if view == "exact":
        return frozenset((token.position, exact_term(token.form, token.width)) for token in tokens)
    return frozenset(
        (token.position, stem_term(stem, language)) for token in tokens for stem in token.stems
    )


def kept(length: int) -> int:
    """A length as a byte remembers it: whole below 40; of what is over 24 otherwise only the
    four leading bits."""
    unit = 1
    while length >= 40 and (length - 24) // unit >= 16:
        unit *= 2
    return length if length < 40 else 24 + (length - 24) // unit * unit


class Scores:
    """The scores of all passages of a library for one plan."""

    def __init__(self, library: Sequence[Entry], plan: Plan) -> None:
        self._library = library
        patterns = [part for word in plan.words for part in (word.pattern, *word.parts)]
        self._times = Counter([*patterns, *patterns_in(plan.strict)])
        self._passages = [(entry, passage) for entry in library for passage in entry.passages]
        found: dict[PassageId, float] = {}
        for entry, passage in self._passages:
            found[entry.essay.id, passage.anchor] = sum(
                times * self._worth(pattern, entry, passage)
                for pattern, times in self._times.items()
            )
        self.of = found

    def _worth(self, pattern: Pattern, entry: Entry, passage: Passage) -> float:
        if pattern.graded and pattern.scope == "any" and pattern.slop is None:
            scores = (self._bm25(row, pattern.view, entry, passage) for row in self._rows(pattern))
            return max(scores, default=0.0)
        return self.idf(pattern) if _holds(pattern, entry, passage) else 0.0

    def idf(self, pattern: Pattern) -> float:
        """The idf of a pattern among the essays."""
        having = [
            entry
            for entry in self._library
            if any(_holds(pattern, entry, passage) for passage in entry.passages)
        ]
        return _idf(len(self._library), len(having))

    def _rows(self, pattern: Pattern) -> list[_Row]:
        there = {
            term
            for entry, passage in self._passages
            for text, _ in _texts(entry, passage)
            for _, term in places_of(text, entry.essay.language, pattern.view)
        }
        found: list[_Row] = []
        for path in pattern.paths:
            for row in _rows_along(path, there):
                if row not in found and len(found) < _MOST_ROWS:
                    found.append(row)
        return found

    def _bm25(self, row: _Row, view: View, entry: Entry, passage: Passage) -> float:
        tf = sum(
            weight * _count(row, places_of(text, entry.essay.language, view))
            for text, weight in _texts(entry, passage)
        )
        if not tf:
            return 0.0
        field = [(other, of) for other, of in self._passages if _length(other, of, view)]
        average = sum(_length(other, of, view) for other, of in field) / len(field)
        worth = sum(
            _idf(len(field), sum(_has(term, view, other, of) for other, of in field))
            for term, _ in row
        )
        k1, b = BM25.k1, BM25.b
        length = kept(_length(entry, passage, view))
        return (k1 + 1) * worth * tf / (tf + k1 * (1 - b + b * length / average))


def _idf(total: int, having: int) -> float:
    return log(1 + (total - having + 0.5) / (having + 0.5))


def _texts(entry: Entry, passage: Passage) -> Iterator[tuple[str, int]]:
    """The texts of a passage and how often each counts."""
    yield entry.essay.title, BM25.title
    for heading in passage.headings:
        yield heading, 1
    yield passage.text, 1


def _length(entry: Entry, passage: Passage, view: View) -> int:
    """Tokens of a passage; one that takes up several positions counts for each."""
    return sum(
        weight * sum(_width(term) for _, term in places_of(text, entry.essay.language, view))
        for text, weight in _texts(entry, passage)
    )


def _width(term: str) -> int:
    _, _, width = term.partition("\x1f")
    return int(width) if width else 1


def _has(term: str, view: View, entry: Entry, passage: Passage) -> bool:
    """Whether a passage has a term, or the stem of it in its own language."""
    language = entry.essay.language
    if view == "stem":
        term = f"{language}:{term.partition(':')[2]}"
    return any(
        _count([(term, 0)], places_of(text, language, view)) for text, _ in _texts(entry, passage)
    )


def _rows_along(path: Path, there: set[str]) -> Iterator[_Row]:
    steps = [[alternative for alternative in step if alternative.term in there] for step in path]
    for choice in product(*steps):
        row, offset = [], 0
        for term, advance in choice:
            row.append((term, offset))
            offset += advance
        yield row


def _count(row: _Row, places: Places) -> int:
    """At how many positions a row begins."""
    first = row[0][0]
    return sum(
        all((start + offset, term) in places for term, offset in row)
        for start, found in places
        if found == first
    )


def _holds(pattern: Pattern, entry: Entry, passage: Passage) -> bool:
    """Whether a pattern occurs in a text of a passage that its scope names."""
    essay = entry.essay
    texts: Iterable[str] = {
        "any": (essay.title, *passage.headings, passage.text),
        "title": (essay.title,),
        "heading": passage.headings,
        "author": essay.authors,
    }[pattern.scope]
    language = "" if pattern.scope == "author" else essay.language
    return any(_occurs(pattern, places_of(text, language, pattern.view)) for text in texts)


def _occurs(pattern: Pattern, places: Places) -> bool:
    def positions_of(term: str) -> list[int]:
        return sorted(position for position, found in places if found == term)

    return bool(occurrences(pattern, positions_of))
