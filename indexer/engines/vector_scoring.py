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

from indexer.engines.vector_arrays import Array, Arrays, among, heads, spans, starts
from indexer.engines.vector_tiers import Tier
from indexer.engines.vector_weighing import Part

# Passages that are looked up one by one in posting lists.
_FEW = 1_000
# Where a part has so many times as many passages in the essays at hand as there are to score,
# these are looked up.
_OFTEN = 2
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
        if tier.documents is not None and len(tier.documents) <= _FEW:
            return self.listed(tier.documents)
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
            there, at = among(part.documents, documents)
            scores[there] += times * part.worths(at[there])
        return Scored(documents, scores, self._arrays.place_of.take(documents))

    def of(self, tier: Tier, places: Array) -> Scored:
        """The passages of a tier that are of some essays, by ascending places."""
        arrays = self._arrays
        counts = arrays.passages.take(places)
        begins = starts(counts)
        # What takes a document to its number among the passages of these essays.
        shifts = arrays.first.take(places) - begins[:-1]
        numbers = self._numbers(tier, places, shifts, int(begins[-1]))
        owners = np.repeat(np.arange(len(places)), counts).take(numbers)
        documents = numbers + shifts.take(owners)
        scores = np.zeros(begins[-1])
        for times, part in self._weighed:
            there, own = _of_essays(part, places)
            first, count = own
            if int(count.sum()) > _OFTEN * len(documents):
                held, at = among(part.documents, documents.astype(np.int32))
                scores[numbers[held]] += times * part.worths(at[held])
            else:
                at = spans(first, count)
                shift = np.repeat(shifts[there], count)
                scores[part.documents.take(at) - shift] += times * part.worths(at)
        return Scored(documents, scores.take(numbers), places.take(owners))

    def _numbers(self, tier: Tier, places: Array, shifts: Array, size: int) -> Array:
        """The numbers of a tier's passages among those of some essays."""
        if tier.documents is not None:
            first = tier.documents.searchsorted(self._arrays.first.take(places).astype(np.int32))
            after = tier.documents.searchsorted(self._arrays.last.take(places).astype(np.int32))
            at = spans(first, after - first)
            found: Array = tier.documents.take(at) - np.repeat(shifts, after - first)
            return found
        held = np.zeros(size, np.bool_)
        for part in tier.parts:
            there, (first, count) = _of_essays(part, places)
            at = spans(first, count)
            held[part.documents.take(at) - np.repeat(shifts[there], count)] = True
        return held.nonzero()[0]


def _of_essays(part: Part, places: Array) -> tuple[Array, tuple[Array, Array]]:
    """Which of some essays a part has passages of, as flags, and of these where the first one is
    and how many there are."""
    there, at = among(part.places, places)
    at = at[there]
    first = part.begins.take(at)
    return there, (first, part.begins.take(at + 1) - first)
