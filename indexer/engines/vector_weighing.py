"""Patterns as lists of the passages that have them and what they are worth in each, kept.

The formula is that of the port (:mod:`indexer.engines.base`), in the order of operations of
:mod:`indexer.engines.whoosh_scoring`, so that the digits and with them all ties are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from indexer.engines import whoosh_fields as fields
from indexer.engines.vector_arrays import Arrays
from indexer.engines.vector_kept import Kept
from indexer.engines.vector_numbers import Array, heads
from indexer.engines.vector_parts import Listed, Part, bm25, part_of
from indexer.engines.vector_patterns import Patterns
from indexer.engines.vector_rows import Rows
from indexer.plan import Path, Pattern, View
from indexer.records import replace
from indexer.rows import MOST_ROWS, is_graded, rows
from indexer.terms import language_of, stem_of, stem_term
from indexer.weights import BM25, inverse_frequency

# Bytes of what is kept of patterns: for each document of the index, and at least.
_KEPT_EACH, _KEPT = 64, 16_000_000
# Terms whose idf is kept, some 100 bytes each.
_KEPT_IDFS = 50_000


class Weighed(NamedTuple):
    """A pattern: its passages, in parts that share none, and how many essays have it."""

    parts: tuple[Part, ...]
    essays: int
    idf: float

    def spoken(self, languages: Collection[str] | None) -> Sequence[Part]:
        """The parts of some languages; ``None`` is all."""
        if languages is None:
            return self.parts
        return [part for part in self.parts if part.language in languages]

    @property
    def room(self) -> int:
        """The bytes that it takes."""
        return sum(part.room for part in self.parts) + 1_000


class Weighing:
    """The patterns of one commit that were asked for, within a number of bytes; what of them does
    not hang on the whole of it is taken over from an earlier one."""

    def __init__(self, arrays: Arrays, before: Weighing | None = None) -> None:
        self.arrays = arrays
        self._all_have_passages = bool(arrays.passages.all())
        self._rows: Rows = Rows(arrays, None if before is None else before._rows)
        self._kept: Kept[Pattern, Weighed] = Kept(max(_KEPT, _KEPT_EACH * arrays.size))
        self._numbers: dict[tuple[View, str], int] = {}

    def weighed(self, pattern: Pattern, check_clock: Callable[[], None]) -> Weighed:
        """A pattern's passages and what it is worth in each."""

        def make(pattern: Pattern) -> Weighed:
            check_clock()
            return self._weigh(pattern, Patterns(self.arrays, check_clock))

        return self._kept.get(pattern, make)

    def _weigh(self, pattern: Pattern, patterns: Patterns) -> Weighed:
        alone = dict(_by_language(pattern))
        if is_graded(pattern):
            made = [self._graded(part, language, patterns) for language, part in alone.items()]
            essays = self._essays_beyond(pattern, patterns) + sum(len(part.places) for part in made)
            idf = inverse_frequency(len(self.arrays.essays), essays)
        else:
            held = {name: self._passages(part, patterns) for name, part in alone.items()}
            owners = map(self.arrays.place_of.take, held.values())
            essays = self._essays_beyond(pattern, patterns) + sum(len(heads(o)) for o in owners)
            idf = inverse_frequency(len(self.arrays.essays), essays)
            made = [Listed(self.arrays, name, documents, idf) for name, documents in held.items()]
        return Weighed(tuple(part for part in made if part.size), essays, idf)

    def _essays_beyond(self, pattern: Pattern, patterns: Patterns) -> int:
        """How many essays without passages have a pattern in fields of their own."""
        if self._all_have_passages:
            return 0
        return int((self.arrays.passages[self.essays(pattern, patterns)] == 0).sum())

    def essays(self, pattern: Pattern, patterns: Patterns) -> Array:
        """Places of the essays whose own fields (title, authors) a pattern occurs in."""
        lists = self.holding(pattern, fields.of_essays(pattern), patterns)
        return self.arrays.place_of[self.arrays.union(lists)]

    # Where a pattern occurs

    def _passages(self, pattern: Pattern, patterns: Patterns) -> Array:
        lists = self.holding(pattern, fields.of_passages(pattern), patterns)
        essays = self.essays(pattern, patterns)
        if len(essays):
            lists.append(self.arrays.passages_of(essays).astype(np.int32))
        return self.arrays.union(lists)

    def holding(self, pattern: Pattern, names: Iterable[str], patterns: Patterns) -> list[Array]:
        """The documents that have a pattern in some of these fields, in lists that may overlap."""
        lists = []
        for field in names:
            if pattern.slop is not None:
                lists += [patterns.near(path, pattern.slop, field) for path in pattern.paths]
                continue
            terms = {one.term for path in pattern.paths if len(path) == 1 for one in path[0]}
            lists += [self.arrays.documents(field, term) for term in terms]
            lists += [patterns.along(path, field) for path in pattern.paths if len(path) > 1]
        return lists

    # What it is worth

    def _graded(self, pattern: Pattern, language: str, patterns: Patterns) -> Part:
        view = pattern.view
        weighed = []
        for row in rows(pattern, lambda term: self._exists(view, term)):
            found = self._rows.counts(row, view, patterns.check_clock)
            if found.size:
                weight = (BM25.k1 + 1) * sum(self.idf(view, term) for term, _ in row)
                weighed.append((found, weight))
        is_cut = self._is_cut(pattern)
        if len(weighed) == 1 and not is_cut:
            return part_of(self.arrays, view, language, *weighed[0])
        listed = [(*found.listed(), weight) for found, weight in weighed]
        lists = [documents for documents, _, _ in listed]
        if is_cut:
            lists.append(self._passages(pattern, patterns))
        documents = self.arrays.union(lists)
        best = np.zeros(len(documents))
        for own, counts, weight in listed:
            at = documents.searchsorted(own)
            worths = bm25(self.arrays, view, own, counts, weight)
            best[at] = np.maximum(best[at], worths)
        return Listed(self.arrays, language, documents, best)

    def _is_cut(self, pattern: Pattern) -> bool:
        """Whether a pattern may have more rows than it is scored by."""
        choices = sum(prod(map(len, path)) for path in pattern.paths)
        return choices > MOST_ROWS

    def _exists(self, view: View, term: str) -> bool:
        if self._number(view, term):
            return True
        # Nowhere else than in the title of an essay without passages.
        title = fields.of_part("title", view)
        return not self._all_have_passages and len(self.arrays.documents(title, term)) > 0

    def idf(self, view: View, term: str) -> float:
        """Lucene's inverse document frequency of an exact term or of a stem, in whatever
        language, among passages whose titles, headings and texts are one field."""
        languages = self.arrays.snapshot.languages
        terms = (
            [term]
            if view == "exact"
            else [stem_term(stem_of(term), language) for language in languages]
        )
        total = self.arrays.snapshot.totals(view).passages
        return inverse_frequency(total, sum(self._number(view, one) for one in terms))

    def _number(self, view: View, term: str) -> int:
        """The number of passages that have a term in title, headings or text."""
        found = self._numbers.get((view, term))
        if found is None:
            found = self._rows.counts(((term, 0),), view, _never).size
            if len(self._numbers) >= _KEPT_IDFS:
                self._numbers.clear()
            self._numbers[view, term] = found
        return found


def _never() -> None:
    """No look at the clock."""


def _by_language(pattern: Pattern) -> Iterator[tuple[str, Pattern]]:
    """A pattern of stems as one for each language that it has terms of; another as it is."""
    if pattern.view == "exact":
        yield "", pattern
        return
    paths: dict[str, list[Path]] = {}
    for path in pattern.paths:
        paths.setdefault(language_of(path[0][0].term), []).append(path)
    for language, own in paths.items():
        yield language, replace(pattern, paths=tuple(own))
