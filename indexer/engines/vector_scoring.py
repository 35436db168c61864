"""Scores of passages by whole essays, and which essays have the best of them.

Few essays are scored: each pattern knows the most that it is worth in any passage of an essay,
and the sum of these bounds what a passage may score, so that an essay whose bound is below the
score of the last one wanted is left alone (the idea of MaxScore: Turtle and Flood, "Query
Evaluation: Strategies and Optimizations", 1995, for essays in the place of documents).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines.vector_arrays import Array, Arrays, heads, spans, starts
from indexer.engines.vector_parts import Listed, Part
from indexer.engines.vector_tiers import Tier

# Passages that are looked up one by one in posting lists.
_FEW = 1_000
# A bound is a sum in another order than a score is, and may be less in the last digits.
_MARGIN = 1e-9


class Scored(NamedTuple):
    """Passages in order of their documents, with their scores and the places of their essays."""

    documents: Array
    scores: Array
    places: Array


class Scoring:
    """Scores by patterns' parts, each with how often the query says the pattern."""

    def __init__(self, arrays: Arrays, weighed: Sequence[tuple[int, Part]]) -> None:
        self._arrays = arrays
        self._weighed = weighed

    def best(self, tier: Tier, most: int) -> Scored:
        """The passages of at least so many essays of a tier, of those with the best ones."""
        documents = tier.documents
        if tier.whole and sum(part.size for part in tier.parts) <= _FEW:
            documents = self._arrays.union([part.documents for part in tier.parts])
        if documents is not None and len(documents) <= _FEW:
            return self.listed(documents)
        places = tier.essays.nonzero()[0]
        if len(places) <= 2 * most:
            return self.of(tier, places)
        bounds = self._bounds().take(places)
        probe = bounds.argpartition(len(bounds) - most)[-most:]
        probe.sort()
        scored = self.of(tier, places[probe])
        least = np.maximum.reduceat(scored.scores, heads(scored.places)).min()
        may = bounds >= least * (1 - _MARGIN)
        may[probe] = False
        if not may.any():
            return scored
        others = self.of(tier, places[may])
        return Scored(*map(np.concatenate, zip(scored, others, strict=True)))

    def _bounds(self) -> Array:
        found = np.zeros(len(self._arrays.essays))
        for times, part in self._weighed:
            found[part.places] += times * part.best
        return found

    def listed(self, documents: Array) -> Scored:
        """Some passages."""
        scores = np.zeros(len(documents))
        for times, part in self._weighed:
            scores += times * part.worths(documents)
        return Scored(documents, scores, self._arrays.place_of.take(documents))

    def of(self, tier: Tier, places: Array) -> Scored:
        """The passages of a tier that are of some essays, by ascending places."""
        arrays = self._arrays
        counts = arrays.passages.take(places)
        begins = starts(counts)
        # What takes a document to its number among the passages of these essays.
        shifts = arrays.first.take(places) - begins[:-1]
        numbers, documents = self._passages(tier, places, counts, shifts)
        scores = np.zeros(len(documents))
        # The index of each number among those of the tier's passages, made when needed.
        indices: Array | None = None
        for times, part in self._weighed:
            if isinstance(part, Listed):
                there, first, count = part.ranges_in(places)
                if not len(first):
                    continue
                if int(count.sum()) < len(documents):
                    if indices is None:
                        indices = np.full(begins[-1], -1, np.int32)
                        indices[numbers] = np.arange(len(numbers), dtype=np.int32)
                    at = spans(first, count)
                    to = indices.take(part.documents.take(at) - np.repeat(shifts[there], count))
                    own = to >= 0
                    scores[to[own]] += times * part.worths_at(at[own])
                    continue
            scores += times * part.worths(documents)
        return Scored(documents, scores, arrays.place_of.take(documents))

    def _passages(
        self, tier: Tier, places: Array, counts: Array, shifts: Array
    ) -> tuple[Array, Array]:
        """A tier's passages of some essays: their numbers among all of these essays, and their
        documents."""
        if tier.documents is not None:
            first = tier.documents.searchsorted(self._arrays.first.take(places).astype(np.int32))
            after = tier.documents.searchsorted(self._arrays.last.take(places).astype(np.int32))
            documents = tier.documents.take(spans(first, after - first))
            return documents - np.repeat(shifts, after - first), documents
        everything = np.arange(int(counts.sum())) + np.repeat(shifts, counts)
        held = np.zeros(len(everything), np.bool_)
        for part in tier.parts:
            if isinstance(part, Listed):
                there, first, count = part.ranges_in(places)
                at = spans(first, count)
                held[part.documents.take(at) - np.repeat(shifts[there], count)] = True
            else:
                held |= part.held(everything)
        numbers = held.nonzero()[0]
        return numbers, everything.take(numbers).astype(np.int32)
