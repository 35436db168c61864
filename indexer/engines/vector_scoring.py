"""Scores of passages by whole essays, and which essays have the best of them.

Few passages are scored. What each pattern is worth in a passage is known in whole steps, rounded
up, and the sum of these is quickly made and bounds the score: a passage whose bound is below the
score of the last essay wanted is left alone (quantised impacts: Anh, de Kretser and Moffat,
"Vector-Space Ranking with Effective Early Termination", 2001; here as bounds, so that the order is
exact).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines.vector_arrays import Arrays
from indexer.engines.vector_choosing import words_of
from indexer.engines.vector_numbers import Array, heads, spans, starts
from indexer.engines.vector_parts import STEPS, Dense, Listed, Part
from indexer.engines.vector_tiers import Tier

# Passages that are scored without asking which of them need not be.
_FEW = 16_384
# Passages of essays, with those of no interest, that are gone through in one go.
_FEW_IN_ALL = 65_536
# Lists are added up whole where they are together so many times as short as there are documents.
_SHORTER = 4
# A score in the order of its sum may be more than its bound in the last digits.
_MARGIN = 1e-9
_NONE = np.empty(0, np.int32)
# The most that a sum of steps may be.
_MOST = 65_535 / STEPS - 256


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
        self._parts = {weight.part for weight in weights}

    def _spoken(self, places: Array) -> Sequence[Weight]:
        """The weights of patterns in the languages of some essays."""
        languages = {"", *self._arrays.languages_of(places)}
        return [weight for weight in self._weights if weight.part.language in languages]

    def whole(self, tier: Tier, words: Sequence[Sequence[Part]]) -> Scored | None:
        """All passages of a tier, where they are few; see :meth:`of`."""
        if tier.documents is not None:
            return self.listed(tier.documents) if len(tier.documents) <= _FEW else None
        places = tier.essays.nonzero()[0]
        if tier.whole or self._arrays.passages.take(places).sum() > _FEW_IN_ALL:
            return None
        return self.of(tier, places, words)

    def leading(self, tier: Tier, most: int) -> Leading:
        """Of a tier's essays those that have the best passages, so many at least."""
        if tier.whole:
            best = np.zeros(len(self._arrays.essays))
            for _, times, part in self._weights:
                _raise(best, part.places, times * part.best)
            places = tier.essays.nonzero()[0]
            return Leading(places, best.take(places))
        size = sum(weight.part.size for weight in self._weights)
        if tier.documents is None and size * _SHORTER <= self._arrays.size:
            return self._leading_of_all(tier)
        if sum(weight.most for weight in self._weights) > _MOST:
            documents = tier.documents
            return leaders(self.listed(self._held(tier) if documents is None else documents))
        return self._leading_by_bounds(tier, min(most, tier.size))

    def _leading_of_all(self, tier: Tier) -> Leading:
        """The same by scores of all passages, for lists that are short."""
        scores = np.zeros(self._arrays.size)
        places = tier.essays.nonzero()[0]
        spoken = self._spoken(places)
        for weight in spoken:
            _add(scores, weight, weight.part.documents)
        best = np.zeros(len(self._arrays.essays))
        languages = {weight.part.language for weight in spoken}
        for part in tier.parts:
            if part.language in languages:
                _raise_by(best, scores, part, part.documents)
        return Leading(places, best.take(places))

    def _leading_by_bounds(self, tier: Tier, most: int) -> Leading:
        """The same by the scores of those passages alone that are bounded by as much."""
        arrays = self._arrays
        bounds = np.zeros(arrays.size, np.uint16)
        for _, times, part in self._spoken(tier.essays.nonzero()[0]):
            impacts = part.impacts() if times == 1 else part.impacts() * np.uint16(times)
            if isinstance(part, Dense):
                bounds += impacts
            else:
                bounds[part.documents] += impacts
        documents = tier.documents
        if documents is None:
            highest = np.maximum.reduceat(bounds, arrays.essays)[tier.essays]
        else:
            bounds = bounds.take(documents)
            highest = np.maximum.reduceat(bounds, heads(arrays.place_of.take(documents)))
        # Twice as many essays as are wanted, for a score that the last of these has at least.
        bound = int(_least(highest, min(2 * most, tier.size)))
        first = self.listed(self._within(tier, (bounds >= bound).nonzero()[0]))
        least = int(_least(leaders(first).best, most) * (1 - _MARGIN) * STEPS)
        if least >= bound:
            return leaders(first)
        others = self._within(tier, ((bounds >= least) & (bounds < bound)).nonzero()[0])
        return leaders(self.listed(arrays.union([first.documents, others])))

    def _within(self, tier: Tier, numbers: Array) -> Array:
        """Those of some documents, or for a tier with a list of its documents those at some
        indices, that are of the tier."""
        if tier.documents is not None:
            return tier.documents.take(numbers)
        documents = numbers.astype(np.int32)
        documents = documents[tier.essays.take(self._arrays.place_of.take(documents))]
        held = np.zeros(len(documents), np.bool_)
        for part in tier.parts:
            held |= part.held(documents)
        return documents[held]

    def _held(self, tier: Tier) -> Array:
        """All passages of a tier."""
        return self._within(tier, np.arange(self._arrays.size))

    def listed(self, documents: Array) -> Scored:
        """Some passages."""
        scores = np.zeros(len(documents))
        places = self._arrays.place_of.take(documents)
        for _, times, part in self._spoken(places):
            scores += _times(times, part.worths(documents))
        return Scored(documents, scores, places)

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
        if tier.whole and not any(isinstance(part, Dense) for part in tier.parts):
            return self._of_alone(places)
        counts = arrays.passages.take(places)
        begins = starts(counts)
        # What a number of a passage among all of these essays lacks to its document.
        shifts = first - begins[:-1]
        everything = np.arange(begins[-1]) + np.repeat(shifts, counts)
        scores = np.zeros(len(everything))
        # The passages with each part, as flags or by their numbers.
        known: dict[Part, Array] = {}
        for _, times, part in self._spoken(places):
            if isinstance(part, Dense):
                found = part.counts.take(everything)
                scores += _times(times, part.worths_of(found, everything))
                known[part] = found != 0
            else:
                numbers, at = _numbers(part, places, shifts)
                if len(at):
                    scores[numbers] += _times(times, part.worths_at(at))
                    known[part] = numbers
        held = np.zeros(len(everything), np.bool_)
        for part in tier.parts:
            if part in known and isinstance(part, Dense):
                held |= known[part]
            elif part in known:
                held[known[part]] = True
            elif part not in self._parts:
                # Within limits, which makes it a list.
                assert isinstance(part, Listed)
                held[_numbers(part, places, shifts)[0]] = True
        found = held.nonzero()[0]
        bits = None
        if words:
            lists = [[known[part] for part in parts if part in known] for parts in words]
            bits = words_of(len(held), lists)
            bits = bits.take(found, axis=1)
        documents = everything.take(found).astype(np.int32)
        return Scored(documents, scores.take(found), arrays.place_of.take(documents), bits)

    def _of_alone(self, places: Array) -> Scored:
        """The same where there is but one pattern, of which no passage is in two parts."""
        documents, scores = [_NONE], [np.empty(0)]
        for _, times, part in self._spoken(places):
            assert isinstance(part, Listed)
            _, first, count = part.ranges_in(places)
            at = spans(first, count)
            documents.append(part.documents.take(at))
            scores.append(np.full(len(at), _times(times, part.worths_at(at))))
        found = np.concatenate(documents)
        order = found.argsort(kind="stable")
        found = found.take(order)
        return Scored(found, np.concatenate(scores).take(order), self._arrays.place_of.take(found))


def _times(times: int, worths: Array | float) -> Array | float:
    return worths if times == 1 else times * worths


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
    scores[documents] += _times(weight.times, worths)


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
