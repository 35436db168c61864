"""Posting lists of one field of many essays or segments, put together term by term.

Nothing is sorted but the numbers of terms: each part's lists are in order already, and parts come
in the order of their documents.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.inversion import Integers, Lists, Numbers, ascending, narrowed

# Items that are moved at a time: eight bytes each are needed beside them.
_BLOCK = 1 << 20


class _Part(NamedTuple):
    """Lists of some documents, with the numbers of their terms."""

    terms: NDArray[np.uint32]
    counts: Numbers
    documents: Numbers
    frequencies: Numbers
    positions: Numbers


class _TermNumbers(dict[bytes, int]):
    """Terms to numbers, in the order in which they were first seen."""

    def __missing__(self, term: bytes) -> int:
        number = self[term] = len(self)
        return number


class Joined:
    """The lists of one field under way; ``postings`` is how many there are."""

    def __init__(self) -> None:
        self.postings = 0
        self._numbers = _TermNumbers()
        self._parts: list[_Part] = []
        # Of documents with a single place of each term: the terms, and the document of each.
        self._plain_terms = array("I")
        self._plain_documents = array("I")

    def add(self, first: int, lists: Lists) -> None:
        """Adds lists of documents that are numbered from ``first``, after all others."""
        if not lists.terms:
            return
        self._settle()
        terms = np.fromiter(map(self._numbers.__getitem__, lists.terms), np.uint32)
        documents = lists.documents + np.uint32(first)
        self._parts.append(_Part(terms, lists.counts, documents, *lists[3:]))
        self.postings += len(documents)

    def add_plain(self, document: int, terms: Iterable[bytes]) -> None:
        """Adds a document, after all others, that has each of these terms at position 0."""
        for term in terms:
            self._plain_terms.append(self._numbers[term])
            self._plain_documents.append(document)
            self.postings += 1

    def _settle(self) -> None:
        """Makes a part of the documents added as plain ones."""
        number = len(self._plain_terms)
        if number:
            terms = np.frombuffer(self._plain_terms, np.uint32)
            documents = np.frombuffer(self._plain_documents, np.uint32)
            ones, zeros = np.ones(number, np.uint8), np.zeros(number, np.uint8)
            self._parts.append(_Part(terms, ones, documents, ones, zeros))
            self._plain_terms, self._plain_documents = array("I"), array("I")

    def finish(self) -> Lists:
        """All lists, sorted by their terms."""
        self._settle()
        if not self._parts:
            nothing = np.zeros(0, np.uint8)
            return Lists([], nothing, nothing, nothing, nothing)
        names = list(self._numbers)
        by_name = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(names), np.int64)
        rank[by_name] = np.arange(len(names))
        terms_of, counts_of, documents_of, frequencies_of, positions_of = (
            list(column) for column in zip(*self._parts, strict=True)
        )
        self._parts = []
        self._numbers = _TermNumbers()
        # Where a term of a part stands among all; how many postings and positions it has there.
        terms = rank[_together(terms_of)]
        counts = _together(counts_of).astype(np.int64)
        frequencies = _together(frequencies_of)
        postings_before = _before(counts)
        places = np.add.reduceat(frequencies, postings_before, dtype=np.int64)
        order = ascending(terms)
        terms = terms[order]
        sizes = counts[order]
        starts = postings_before[order]
        documents = _moved(_together(documents_of), starts, sizes)
        frequencies = _moved(frequencies, starts, sizes)
        positions = _moved(_together(positions_of), _before(places)[order], places[order])
        firsts = np.flatnonzero(np.diff(terms, prepend=-1))
        totals = np.add.reduceat(sizes, firsts)
        return Lists(
            [names[number] for number in by_name],
            narrowed(totals),
            documents,
            frequencies,
            positions,
        )


def _before(sizes: Integers) -> Integers:
    """How much comes before each."""
    return np.cumsum(sizes) - sizes


def _together(pieces: list[Any]) -> Any:
    """Arrays one after the other; the list is emptied, so that they take no room twice."""
    whole = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    pieces.clear()
    return whole


def _moved(numbers: Any, starts: Integers, sizes: Integers) -> Any:
    """Runs of numbers, one run after the other."""
    ends = np.cumsum(sizes)
    out = np.empty(len(numbers), numbers.dtype)
    low = done = 0
    while low < len(ends):
        high = int(np.searchsorted(ends, done + _BLOCK, "right"))
        high = max(high, low + 1)
        after = int(ends[high - 1])
        moves = np.repeat(starts[low:high] - ends[low:high] + sizes[low:high], sizes[low:high])
        moves += np.arange(done, after)
        np.take(numbers, moves, out=out[done:after])
        low, done = high, after
    return out
