"""One commit as numpy arrays: which passages are whose, their lengths, posting lists, orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.engines import whoosh_fields as fields
from indexer.engines.whoosh_reader import Snapshot
from indexer.model import Sort
from indexer.plan import View

Array = npt.NDArray[Any]

# Where so many of all documents are marked, arrays over all of them are read faster than lists.
_DENSE = 8


class Positions(NamedTuple):
    """A term's posting list in a field: ascending documents, how often it is in each, all its
    positions in a row, and where those of each document begin (one more than documents)."""

    documents: Array
    frequencies: Array
    positions: Array
    starts: Array


class Counted(NamedTuple):
    """Ascending documents, and how often each has something."""

    documents: Array
    counts: Array


NOWHERE = Counted(np.empty(0, np.int32), np.empty(0, np.uint8))


class Arrays:
    """The numbers of a snapshot, made when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.size = snapshot.size
        essays = np.array(snapshot.essays, dtype=np.intp)
        self.essays = essays
        ends = np.append(essays[1:], self.size)[: len(essays)]
        before = int(essays[0]) if len(essays) else self.size
        spans = np.repeat(np.arange(len(essays), dtype=np.int32), ends - essays)
        # For each document the place of its essay.
        self.place_of = np.concatenate((np.zeros(before, np.int32), spans))
        # For each essay its first passage, and the document after its last one.
        self.first = essays + 1
        self.last = ends
        deleted = _deleted(snapshot)
        if len(deleted):
            # Essays are deleted whole, so the first deleted document ends the one before.
            after = deleted.searchsorted(essays)
            cut = after < len(deleted)
            self.last[cut] = np.minimum(ends[cut], deleted[after[cut]])
        self.passages = self.last - self.first
        self._lengths: dict[View, Array] = {}
        self._norms: dict[View, Array] = {}
        self._ranks: dict[Sort, Array] = {}

    def postings(self, field: str, term: str) -> Counted:
        """The documents that have a term in a field, and how often."""
        found = self.snapshot.postings(field, term)
        if not len(found.documents):
            return NOWHERE
        return Counted(_numbers(found.documents), np.asarray(found.frequencies))

    def positions(self, field: str, term: str) -> Positions:
        """The same with positions."""
        found = self.snapshot.postings(field, term)
        frequencies = np.asarray(found.frequencies)
        return Positions(
            _numbers(found.documents),
            frequencies,
            np.asarray(found.positions),
            starts(frequencies),
        )

    def norms(self, view: View, documents: Array) -> Array:
        """What BM25 adds to the number of occurrences in these documents below the fraction."""
        lengths = self._lengths.get(view)
        if lengths is None:
            lengths = _bytes(self.snapshot.lengths(view))
            self._norms[view] = np.array(self.snapshot.norms(view))
            self._lengths[view] = lengths
        return self._norms[view].take(lengths.take(documents))

    def ranks(self, sort: Sort) -> Array:
        """For each essay its place in an order: by id for ``relevance``, as a tie is broken; by
        title; by date, newest first and undated last; both then by id."""
        found = self._ranks.get(sort)
        if found is None:
            order = list(range(len(self.essays)))
            order.sort(key=self.snapshot.sort_keys(fields.SORT_ID).__getitem__)
            if sort == "title":
                order.sort(key=self.snapshot.sort_keys(fields.SORT_TITLE).__getitem__)
            elif sort == "date":
                days = self.snapshot.sort_keys(fields.SORT_DAY)
                order.sort(key=days.__getitem__, reverse=True)
            found = np.empty(len(order), np.int32)
            found[order] = np.arange(len(order), dtype=np.int32)
            self._ranks[sort] = found
        return found

    def passages_of(self, places: Array) -> Array:
        """The documents of essays' passages, essay by essay."""
        return spans(self.first[places], self.passages[places])

    def mask_of(self, documents: Array) -> Array:
        """Documents as a flag for each one that there is."""
        mask = np.zeros(self.size, np.bool_)
        mask[documents] = True
        return mask

    def union(self, lists: list[Array]) -> Array:
        """The documents in any of several ascending lists, ascending."""
        lists = [documents for documents in lists if len(documents)]
        if len(lists) < 2:
            return lists[0] if lists else NOWHERE.documents
        if sum(map(len, lists)) * _DENSE < self.size:
            documents = np.concatenate(lists)
            documents.sort(kind="stable")
            return documents[heads(documents)]
        mask = np.zeros(self.size, np.bool_)
        for documents in lists:
            mask[documents] = True
        return numbers_of(mask)

    def added(self, lists: list[Counted]) -> Counted:
        """The documents in any of several lists, their counts added up."""
        lists = [each for each in lists if len(each.documents)]
        if len(lists) < 2:
            return lists[0] if lists else NOWHERE
        if sum(len(each.documents) for each in lists) * _DENSE < self.size:
            documents = np.concatenate([each.documents for each in lists])
            counts = np.concatenate([each.counts for each in lists])
            order = documents.argsort(kind="stable")
            documents, counts = documents[order], counts[order]
            begins = heads(documents)
            return Counted(documents[begins], np.add.reduceat(counts, begins, dtype=np.intp))
        total = np.zeros(self.size, np.int32)
        for each in lists:
            total[each.documents] += each.counts
        documents = numbers_of(total)
        return Counted(documents, total[documents])


def _numbers(buffer: Sequence[int]) -> Array:
    """Document numbers as they are searched for: all of one type."""
    found = np.asarray(buffer)
    return found.view(np.int32) if found.itemsize == 4 else found.astype(np.int32)


def _bytes(numbers: Sequence[int]) -> Array:
    """Bytes, from a view or an object of them, in place."""
    return np.asarray(memoryview(numbers))  # type: ignore[arg-type]


def numbers_of(flags: Array) -> Array:
    """The numbers of the documents that have a flag."""
    found: Array = flags.nonzero()[0].astype(np.int32)
    return found


def _deleted(snapshot: Snapshot) -> Array:
    """All deleted documents, ascending."""
    numbers = [segment.base + number for segment in snapshot.segments for number in segment.deleted]
    found = np.array(numbers, dtype=np.intp)
    found.sort()
    return found


def starts(counts: Array) -> Array:
    """Where each of some runs begins that lie in a row, and where the last one ends."""
    found = np.zeros(len(counts) + 1, np.intp)
    np.cumsum(counts, out=found[1:])
    return found


def spans(first: Array, counts: Array) -> Array:
    """Numbers in a row from each first one, so many of each, all in a row."""
    begins = starts(counts)
    found: Array = np.repeat(first - begins[:-1], counts)
    found += np.arange(len(found))
    return found


def heads(ascending: Array) -> Array:
    """Where each run of equal numbers begins."""
    if not len(ascending):
        return np.empty(0, np.intp)
    new = np.empty(len(ascending), np.bool_)
    new[0] = True
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return new.nonzero()[0]


def among(ascending: Array, wanted: Array) -> tuple[Array, Array]:
    """Which of the numbers wanted are in an ascending list, as flags, and where (of the others,
    any place)."""
    if not len(ascending):
        return np.zeros(len(wanted), np.bool_), np.zeros(len(wanted), np.intp)
    at = ascending.searchsorted(wanted)
    np.minimum(at, len(ascending) - 1, out=at)
    return ascending[at] == wanted, at
