"""The passages that have a pattern and what it is worth in each, those of one language where it
has terms of several: as lists where they are few, as a count for every document where they are
many.

Of either, ``places`` are those of the passages' essays, ascending; those of each begin at its
number in ``begins``, of which there is one more. ``best`` is the most that a passage of each is
worth, and ``most`` that any is; ``flags`` tells of every essay whether it is one of them.
``language`` is empty for terms of no language.
"""

from __future__ import annotations

from math import ceil
from typing import TypeAlias

import numpy as np

from indexer.engines.vector_arrays import Arrays, Counted
from indexer.engines.vector_numbers import Array, among, heads, numbers_of
from indexer.engines.vector_rows import Counts
from indexer.plan import View

# Where a list is so many times as long as another, it is searched and not gone through.
_LONGER = 8
# Lengths that a document may have, each in a byte.
_LENGTHS = 256
_BYTE = 255
# Steps of what a passage is worth, to each unit; a power of two, so that rounding up is exact.
STEPS = 32
# Documents whose worths are computed at a time: numbers beyond what a processor holds near take
# several times as long.
_BLOCK = 8_192


class Listed:
    """A part as a list of documents with what each is worth."""

    __slots__ = (
        "_worths", "begins", "best", "documents", "flags", "language", "most", "places", "size",
    )  # fmt: skip

    def __init__(
        self, arrays: Arrays, language: str, documents: Array, worths: Array | float
    ) -> None:
        self.language = language
        self.size = len(documents)
        self.documents = documents
        self._worths = worths
        owners = arrays.place_of.take(documents)
        begins = heads(owners)
        self.places = owners[begins]
        self.flags = np.zeros(len(arrays.essays), np.bool_)
        self.flags[self.places] = True
        if isinstance(worths, float):
            self.best = np.full(len(begins), worths)
        else:
            self.best = np.maximum.reduceat(worths, begins) if len(begins) else worths
        self.most = float(self.best.max(initial=0.0))
        self.begins = np.append(begins, len(documents)).astype(np.int32)

    @property
    def room(self) -> int:
        """The bytes that it takes."""
        worths = 0 if isinstance(self._worths, float) else self._worths.nbytes
        essays = self.places.nbytes + self.begins.nbytes + self.best.nbytes + self.flags.nbytes
        return self.documents.nbytes + worths + essays

    def held(self, documents: Array) -> Array:
        """Which of some documents have the pattern, as flags."""
        return among(self.documents, documents)[0]

    def worths(self, documents: Array) -> Array:
        """What it is worth in each of some documents, ascending."""
        if self.size < len(documents):
            # What is shorter is looked for in what is longer.
            there, at = among(documents, self.documents)
            found = np.zeros(len(documents))
            found[at[there]] = self.worths_at(there)
            return found
        there, at = among(self.documents, documents)
        if isinstance(self._worths, float):
            return self._worths * there
        return np.where(there, self._worths.take(at, mode="clip"), 0.0)

    def worths_at(self, at: Array | slice) -> Array | float:
        """What it is worth in some of its own documents, by indices or flags."""
        return self._worths if isinstance(self._worths, float) else self._worths[at]

    def impacts(self) -> Array:
        """What it is worth in each of its documents in whole steps, rounded up."""
        if isinstance(self._worths, float):
            return np.full(self.size, ceil(self._worths * STEPS), np.uint16)
        steps: Array = np.ceil(self._worths * STEPS).astype(np.uint16)
        return steps

    def ranges_in(self, places: Array) -> tuple[Array, Array, Array]:
        """Which of some essays it has passages of, as flags; of these the index of the first and
        how many there are."""
        there, at = among(self.places, places)
        at = at[there]
        first = self.begins.take(at)
        return there, first, self.begins.take(at + 1) - first


class Dense:
    """A part as a count for each document there is."""

    __slots__ = (
        "_impacts", "_lengths", "_worth_of", "begins", "best", "counts", "flags", "language",
        "most", "places", "size",
    )  # fmt: skip

    def __init__(
        self,
        arrays: Arrays,
        view: View,
        language: str,
        counts: Array,
        found: Counted,
        weight: float,
    ) -> None:
        self.language = language
        self.counts = counts
        self.size = len(found.documents)
        self._impacts: Array | None = None
        self._lengths = arrays.lengths(view)
        # What each count is worth in a document of each length.
        numbers = np.arange((int(found.counts.max()) + 1) * _LENGTHS)
        norms = arrays.norms(view).take(numbers % _LENGTHS)
        self._worth_of = _bm25(numbers // _LENGTHS, norms, weight)
        owners = arrays.place_of.take(found.documents)
        begins = heads(owners)
        self.places = owners[begins]
        self.flags = np.zeros(len(arrays.essays), np.bool_)
        self.flags[self.places] = True
        self.best = np.maximum.reduceat(self.worths(found.documents), begins)
        self.most = float(self.best.max())
        self.begins = np.append(begins, len(owners)).astype(np.int32)

    @property
    def documents(self) -> Array:
        """The passages, ascending."""
        return numbers_of(self.counts)

    @property
    def room(self) -> int:
        """The bytes that it takes."""
        essays = self.places.nbytes + self.begins.nbytes + self.best.nbytes + self.flags.nbytes
        # The impacts counted in, which may be made later.
        return 2 * self.counts.nbytes + self._worth_of.nbytes + essays

    def held(self, documents: Array) -> Array:
        """Which of some documents have the pattern, as flags."""
        found: Array = self.counts.take(documents) != 0
        return found

    def worths(self, documents: Array) -> Array:
        """What it is worth in each of some documents."""
        return self.worths_of(self.counts.take(documents), documents)

    def worths_of(self, counts: Array, documents: Array) -> Array:
        """What so many occurrences are worth in each of some documents."""
        codes = counts.astype(np.uint16)
        codes *= _LENGTHS
        codes += self._lengths.take(documents)
        return self._worth_of.take(codes)

    def impacts(self) -> Array:
        """What it is worth in every document there is in whole steps, rounded up."""
        if self._impacts is None:
            steps = np.ceil(self._worth_of * STEPS)
            steps = steps.astype(np.uint8 if steps.max() <= _BYTE else np.uint16)
            found = np.empty(len(self.counts), steps.dtype)
            for begin in range(0, len(found), _BLOCK):
                block = slice(begin, begin + _BLOCK)
                codes = self.counts[block].astype(np.uint16)
                codes *= _LENGTHS
                codes += self._lengths[block]
                found[block] = steps.take(codes)
            self._impacts = found
        return self._impacts


Part: TypeAlias = Listed | Dense


def bm25(arrays: Arrays, view: View, documents: Array, counts: Array, weight: float) -> Array:
    """What so many occurrences in documents are worth; see the port."""
    found = np.empty(len(documents))
    norms, lengths = arrays.norms(view), arrays.lengths(view)
    for begin in range(0, len(documents), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        found[block] = _bm25(counts[block], norms.take(lengths.take(documents[block])), weight)
    return found


def _bm25(counts: Array, norms: Array, weight: float) -> Array:
    tf = counts.astype(np.float64)
    found: Array = weight * tf
    tf += norms
    found /= tf
    return found


def part_of(arrays: Arrays, view: View, language: str, counts: Counts, weight: float) -> Part:
    """The part of a row that is worth so much."""
    found = counts.listed()
    if counts.dense is not None:
        return Dense(arrays, view, language, counts.dense, found, weight)
    worths = bm25(arrays, view, found.documents, found.counts, weight)
    return Listed(arrays, language, found.documents, worths)


def within(arrays: Arrays, part: Part, mask: Array) -> Part:
    """Those passages of a part that have a flag, worth nothing."""
    documents = part.documents
    return Listed(arrays, part.language, documents[mask.take(documents)], 0.0)


def meeting(arrays: Arrays, parts: list[Part]) -> Array:
    """The documents in all of several parts, ascending."""
    first, *others = sorted(parts, key=lambda part: part.size)
    if isinstance(first, Dense) and others:
        # So are the others, which have more.
        flags = first.counts != 0
        for part in others:
            flags &= part.counts != 0 if isinstance(part, Dense) else arrays.mask_of(part.documents)
        return numbers_of(flags)
    found = first.documents
    for part in others:
        if not len(found):
            break
        if isinstance(part, Dense) or part.size > _LONGER * len(found):
            found = found[part.held(found)]
        else:
            found = found[arrays.mask_of(part.documents).take(found)]
    return found
