"""The passages that have a pattern and what it is worth in each: as lists where they are few, as
counts for every document where they are many."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from indexer.engines.vector_arrays import Array, Arrays, Counted, among, heads, numbers_of
from indexer.engines.vector_rows import Counts
from indexer.plan import View

# Where a list is so many times as long as another, it is searched and not gone through.
_LONGER = 8


# Documents whose worths are computed at a time: numbers beyond what a processor holds near take
# several times as long.
_BLOCK = 8_192


class Part(Protocol):
    """The passages that have a pattern, those of one language where it has terms of several.

    ``places`` are those of their essays, ascending, and ``best`` the most that a passage of each
    is worth; ``flags`` tells of every essay whether it is one of them. ``language`` is empty for
    terms of no language.
    """

    language: str
    size: int
    places: Array
    best: Array
    flags: Array

    @property
    def documents(self) -> Array:
        """The passages, ascending."""
        ...

    @property
    def room(self) -> int:
        """The bytes that it takes."""
        ...

    def held(self, documents: Array) -> Array:
        """Which of some documents have the pattern, as flags."""
        ...

    def worths(self, documents: Array) -> Array:
        """What it is worth in each of some documents; 0 in those that don't have it."""
        ...


class Listed:
    """A part as a list of documents with what each is worth; those of an essay begin at its
    number in ``begins``, of which there is one more."""

    __slots__ = (
        "_worths", "begins", "best", "documents", "flags", "language", "places", "size",
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
        """What it is worth in each of some documents."""
        there, at = among(self.documents, documents)
        found = np.zeros(len(documents))
        found[there] = self.worths_at(at[there])
        return found

    def worths_at(self, at: Array) -> Array | float:
        """What it is worth in those of its own documents at some indices."""
        return self._worths if isinstance(self._worths, float) else self._worths.take(at)

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
        "_arrays", "_view", "_weight", "best", "counts", "flags", "language", "places", "size",
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
        self._arrays = arrays
        self._view = view
        self._weight = weight
        self.language = language
        self.counts = counts
        self.size = len(found.documents)
        owners = arrays.place_of.take(found.documents)
        begins = heads(owners)
        self.places = owners[begins]
        self.flags = np.zeros(len(arrays.essays), np.bool_)
        self.flags[self.places] = True
        worths = bm25(arrays, view, found.documents, found.counts, weight)
        self.best = np.maximum.reduceat(worths, begins)

    @property
    def documents(self) -> Array:
        """The passages, ascending."""
        return numbers_of(self.counts)

    @property
    def room(self) -> int:
        """The bytes that it takes."""
        essays = self.places.nbytes + self.best.nbytes + self.flags.nbytes
        return self.counts.nbytes + essays

    def held(self, documents: Array) -> Array:
        """Which of some documents have the pattern, as flags."""
        found: Array = self.counts.take(documents) != 0
        return found

    def worths(self, documents: Array) -> Array:
        """What it is worth in each of some documents."""
        counts = self.counts.take(documents)
        return bm25(self._arrays, self._view, documents, counts, self._weight)


def bm25(arrays: Arrays, view: View, documents: Array, counts: Array, weight: float) -> Array:
    """What so many occurrences in documents are worth; see the port."""
    found = np.empty(len(documents))
    for begin in range(0, len(documents), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        tf = counts[block].astype(np.float64)
        worths = np.multiply(tf, weight, out=found[block])
        tf += arrays.norms(view, documents[block])
        worths /= tf
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
