"""Scores of passages by whole essays, and which essays have the best of them.

Few passages are scored. Each part of a pattern knows the most that it is worth in any passage:
where what is known of a passage's score and the most that the rest may add to it are less than
the best score of the last essay wanted, it is left alone (MaxScore: Turtle and Flood, "Query
Evaluation: Strategies and Optimizations", 1995, for lists in the place of documents).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines.vector_arrays import Array, Arrays, heads, spans, starts
from indexer.engines.vector_choosing import words_of
from indexer.engines.vector_parts import Dense, Listed, Part
from indexer.engines.vector_tiers import Tier

# Passages that are scored without asking which of them need not be.
_FEW = 2_000
# Passages of essays, with those of no interest, that are gone through in one go.
_FEW_IN_ALL = 65_536
# Lists are added up whole where they are together so many times as short as there are documents.
_SHORTER = 4
# A bound is a sum in another order than a score is, and may be less in the last digits.
_MARGIN = 1e-9


class Scored(NamedTuple):
    """Passages in order of their documents, with their scores and the places of their essays;
    ``words`` where it was asked for, see :func:`~indexer.engines.vector_choosing.covering`."""

    documents: Array
    scores: Array
    places: Array
    words: Array | None = None


class Leading(NamedTuple):
    """Places of essays, ascending, and the score of the best passage of each."""

    places: Array
    best: Array


class Weight(NamedTuple):
    """A part of the pattern of this number, which the query says so many times."""

    pattern: int
    times: int
    part: Part

    @property
    def most(self) -> float:
        """What it adds to a score at most."""
        return self.times * self.part.most


class Scoring:
    """Scores by the parts of patterns, summed up in their order."""

    def __init__(self, arrays: Arrays, weights: Sequence[Weight]) -> None:
        self._arrays = arrays
        self._weights = weights

    def whole(self, tier: Tier, words: Sequence[Sequence[Part]]) -> Scored | None:
        """All passages of a tier, where they are few; see :meth:`of`."""
        if tier.documents is not None:
            return self.listed(tier.documents) if len(tier.documents) <= _FEW else None
        places = tier.essays.nonzero()[0]
        if self._arrays.passages.take(places).sum() > _FEW_IN_ALL:
            return None
        return self.of(tier, places, words)

    def leading(self, tier: Tier, most: int) -> Leading:
        """Of a tier's essays those that have the best passages, so many at least."""
        most = min(most, tier.size)
        if tier.documents is not None:
            left = sorted(self._weights, key=lambda weight: -weight.most)
            return self._leading_of(tier.documents, np.zeros(len(tier.documents)), left, most, 0.0)
        if tier.whole:
            best = np.zeros(len(self._arrays.essays))
            for _, times, part in self._weights:
                _raise(best, part.places, times * part.best)
            places = tier.essays.nonzero()[0]
            return Leading(places, best.take(places))
        parts = [weight.part for weight in self._weights]
        short = sum(part.size for part in parts) * _SHORTER <= self._arrays.size
        if short or not set(tier.parts).issubset(parts):
            return self._leading_of_all(tier)
        return self._leading_of_lists(tier, most)

    def _leading_of_all(self, tier: Tier) -> Leading:
        """The same by scores of all passages, for lists that are short."""
        scores = np.zeros(self._arrays.size)
        for weight in self._weights:
            _add(scores, weight, weight.part.documents)
        best = np.zeros(len(self._arrays.essays))
        for part in tier.parts:
            _raise_by(best, scores, part, part.documents)
        places = tier.essays.nonzero()[0]
        return Leading(places, best.take(places))

    def _leading_of_lists(self, tier: Tier, most: int) -> Leading:
        """The same by the lists of those parts alone without which no passage gets so far."""
        own = set(tier.parts)
        order = sorted(self._weights, key=lambda weight: (weight.part not in own, -weight.most))
        rests = _rests(order)
        scores = np.zeros(self._arrays.size)
        best = np.zeros(len(self._arrays.essays))
        places = tier.essays.nonzero()[0]
        least = 0.0
        lists: list[Array] = []
        for weight, rest in zip(order, rests, strict=False):
            if weight.part not in own or rest < least * (1 - _MARGIN):
                break
            documents = weight.part.documents
            _add(scores, weight, documents)
            _raise_by(best, scores, weight.part, documents)
            least = _least(best.take(places), most)
            lists.append(documents)
        bound = least * (1 - _MARGIN) - rests[len(lists)]
        may = []
        for documents in lists:
            own_may = documents[scores.take(documents) >= bound]
            may.append(own_may[tier.essays.take(self._arrays.place_of.take(own_may))])
        documents = self._arrays.union(may)
        left = order[len(lists) :]
        return self._leading_of(documents, scores.take(documents), left, most, least)

    def _leading_of(
        self, documents: Array, scores: Array, left: Sequence[Weight], most: int, least: float
    ) -> Leading:
        """The same of some passages, by what is known of their scores and what is ``left`` to add;
        ``least`` is what the last essay wanted has at least."""
        for number, (weight, rest) in enumerate(zip(left, _rests(left)[1:], strict=True)):
            if len(documents) <= _FEW:
                break
            scores += weight.times * weight.part.worths(documents)
            if number == 0:
                # What is first now has good scores in all.
                first = scores.argpartition(len(scores) - _FEW)[-_FEW:]
                first.sort()
                least = max(least, _least(leaders(self.listed(documents[first])).best, most))
            may = scores + rest >= least * (1 - _MARGIN)
            documents, scores = documents[may], scores[may]
        return leaders(self.listed(documents))

    def listed(self, documents: Array) -> Scored:
        """Some passages."""
        scores = np.zeros(len(documents))
        for _, times, part in self._weights:
            scores += times * part.worths(documents)
        return Scored(documents, scores, self._arrays.place_of.take(documents))

    def of(self, tier: Tier, places: Array, words: Sequence[Sequence[Part]] = ()) -> Scored:
        """The passages of a tier that are of some essays, by ascending places, and which of some
        words each has, where the parts of these are given."""
        arrays = self._arrays
        first = arrays.first.take(places)
        if tier.documents is not None:
            # Numbers of another type than the list's would make it one of theirs.
            begins = tier.documents.searchsorted(first.astype(np.int32))
            ends = tier.documents.searchsorted(arrays.last.take(places).astype(np.int32))
            return self.listed(tier.documents.take(spans(begins, ends - begins)))
        counts = arrays.passages.take(places)
        begins = starts(counts)
        # What a number of a passage among all of these essays lacks to its document.
        shifts = first - begins[:-1]
        everything = np.arange(begins[-1]) + np.repeat(shifts, counts)
        scores = np.zeros(len(everything))
        # The numbers of the passages with each part.
        known: dict[Part, Array] = {}
        for _, times, part in self._weights:
            if isinstance(part, Dense):
                scores += times * part.worths(everything)
                known[part] = part.counts.take(everything).nonzero()[0]
            else:
                numbers, at = _numbers(part, places, shifts)
                known[part] = numbers
                if len(at):
                    scores[numbers] += times * part.worths_at(at)
        held = np.zeros(len(everything), np.bool_)
        for part in tier.parts:
            if part in known:
                held[known[part]] = True
            else:
                # Within limits, which makes it a list.
                assert isinstance(part, Listed)
                held[_numbers(part, places, shifts)[0]] = True
        found = held.nonzero()[0]
        bits = None
        if words:
            bits = words_of(len(held), [[known[part] for part in parts] for parts in words])
            bits = bits.take(found, axis=1)
        documents = everything.take(found).astype(np.int32)
        return Scored(documents, scores.take(found), arrays.place_of.take(documents), bits)


def leaders(scored: Scored) -> Leading:
    """The essays of passages."""
    begins = heads(scored.places)
    best = np.maximum.reduceat(scored.scores, begins) if len(begins) else scored.scores
    return Leading(scored.places.take(begins), best)


def _numbers(part: Listed, places: Array, shifts: Array) -> tuple[Array, Array]:
    """The passages of a part in some essays: their numbers among all of these essays, and their
    indices in the part; ``shifts`` is what a number of each essay lacks to its document."""
    there, first, count = part.ranges_in(places)
    at = spans(first, count)
    return part.documents.take(at) - np.repeat(shifts[there], count), at


def _add(scores: Array, weight: Weight, documents: Array) -> None:
    """Adds to the scores of all documents what those of a part have of it."""
    part = weight.part
    worths = part.worths(documents) if isinstance(part, Dense) else part.worths_at(slice(None))
    scores[documents] += weight.times * worths


def _raise(best: Array, places: Array, scores: Array) -> None:
    """Raises the best scores of some essays to these."""
    best[places] = np.maximum(best.take(places), scores)


def _raise_by(best: Array, scores: Array, part: Part, documents: Array) -> None:
    """The same to those of the passages of a part."""
    if len(documents):
        found = np.maximum.reduceat(scores.take(documents), part.begins[:-1])
        _raise(best, part.places, found)


def _least(best: Array, most: int) -> float:
    """The score of the last of so many best ones; 0 where there are not so many."""
    if len(best) < most:
        return 0.0
    return float(np.partition(best, len(best) - most)[len(best) - most])


def _rests(weights: Sequence[Weight]) -> list[float]:
    """What a passage gains at most by weights from each one on, and after the last."""
    most: dict[int, float] = {}
    rests = [0.0]
    for weight in reversed(weights):
        # A passage is in one part of a pattern.
        most[weight.pattern] = max(most.get(weight.pattern, 0.0), weight.most)
        rests.append(sum(most.values()))
    return rests[::-1]
