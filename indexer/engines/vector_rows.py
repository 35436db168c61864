"""How often rows of terms occur in passages, carried on from commit to commit.

A commit leaves most segments as they are, but for essays that are deleted in them. What was counted
there before holds, less these; only later segments are counted. What passages are worth hangs on
averages over all of them, and is made anew for each commit from these counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from indexer.engines import whoosh_fields as fields
from indexer.engines.vector_arrays import NOWHERE, Arrays, Counted
from indexer.engines.vector_kept import Kept
from indexer.engines.vector_numbers import Array, numbers_of
from indexer.engines.vector_patterns import Patterns
from indexer.engines.whoosh_reader import Snapshot
from indexer.plan import View
from indexer.rows import Row
from indexer.terms import language_of
from indexer.weights import BM25

# A row in one of so many of all documents is told by a count for each: that takes less than a list,
# and is read without searching.
_DENSE = 8
# A byte holds a count up to this.
_MOST = 255
# Bytes of what is kept of rows: for each document of the index, and at least.
_KEPT_EACH, _KEPT = 16, 6_000_000


class Commit:
    """Which segments a commit has, and what is deleted in them."""

    __slots__ = ("generation", "states")

    def __init__(self, snapshot: Snapshot) -> None:
        self.generation = snapshot.generation
        self.states = snapshot.states

    def shared_with(self, before: Commit) -> int:
        """How many of the first segments an earlier commit has, too, with the same documents
        deleted or fewer."""
        number = 0
        for own, earlier in zip(self.states, before.states, strict=False):
            if own.name != earlier.name or not _within(earlier.deleted, own.deleted):
                break
            number += 1
        return number


def _within(some: tuple[int, ...], runs: tuple[int, ...]) -> bool:
    """Whether some runs lie within others; each is from where to where, again and again."""
    if some == runs:
        return True
    ends = np.array(runs, np.int64)
    begins, after = np.array(some[::2], np.int64), np.array(some[1::2], np.int64)
    at = ends.searchsorted(begins, "right")
    # Within a run, an odd number of ends lies before.
    return bool((at % 2).all()) and bool((after <= ends[at]).all())


class Counts:
    """In which passages of a commit a row is, and how often: a list, or where ``dense`` is given
    a count for each document there is."""

    __slots__ = ("_list", "commit", "dense", "size")

    def __init__(
        self, commit: Commit, size: int, found: Counted | None, dense: Array | None
    ) -> None:
        self.commit = commit
        self.size = size
        """How many passages there are."""
        self.dense = dense
        self._list = found

    def listed(self) -> Counted:
        """The passages, and how often each has it."""
        if self._list is not None:
            return self._list
        assert self.dense is not None
        documents = numbers_of(self.dense)
        return Counted(documents, self.dense.take(documents))

    def packed(self) -> Counts:
        """The same in less room."""
        return self if self.dense is None else Counts(self.commit, self.size, None, self.dense)

    @property
    def room(self) -> int:
        """The bytes that it takes."""
        arrays = self._list or (self.dense,)
        return sum(array.nbytes for array in arrays if array is not None) + 500


Key: TypeAlias = tuple[Row, View]


class _Later(NamedTuple):
    """What a commit has beyond an earlier one: how many documents both count in, and the posting
    lists and languages of the segments after these."""

    documents: int
    arrays: Arrays
    languages: set[str]


class Rows:
    """The rows of one commit that were asked for.

    ``kept`` are those of the commits before, and of this one.
    """

    def __init__(self, arrays: Arrays, before: Rows | None) -> None:
        self._arrays = arrays
        self._commit = Commit(arrays.snapshot)
        self._kept: Kept[Key, Counts] = Kept(0)
        if before is not None and before._is_before(arrays.snapshot):
            self._kept = before._kept
        self._kept.most = max(_KEPT, _KEPT_EACH * arrays.size)
        self._later: dict[Commit, _Later | None] = {}

    def counts(self, row: Row, view: View, check_clock: Callable[[], None]) -> Counts:
        """In which passages a row is, and how often."""
        known = self._kept.find((row, view))
        if known is not None and known.commit is self._commit:
            return known
        later = None if known is None else self._later_than(known.commit)
        if known is None or later is None:
            counts = self._of_list(_counted(row, view, self._arrays, check_clock))
        else:
            found = NOWHERE
            if view == "exact" or language_of(row[0][0]) in later.languages:
                found = _counted(row, view, later.arrays, check_clock)
            counts = self._carried(known, later.documents, found)
        if known is None or known.commit.generation <= self._commit.generation:
            self._kept.put((row, view), counts.packed())
        return counts

    def _is_before(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot may be a later commit of the same index: commits are counted from one
        again in another folder, and where an index was deleted and made anew."""
        same = self._arrays.snapshot.folder == snapshot.folder
        return same and self._commit.generation <= snapshot.generation

    def _later_than(self, commit: Commit) -> _Later | None:
        """What there is beyond a commit, where it is an earlier one of which something is left."""
        if commit not in self._later:
            self._later[commit] = self._compared(commit)
        return self._later[commit]

    def _compared(self, commit: Commit) -> _Later | None:
        if commit.generation > self._commit.generation:
            return None
        shared = self._commit.shared_with(commit)
        if not shared:
            return None
        documents = sum(state.documents for state in self._commit.states[:shared])
        arrays = self._arrays.from_segment(shared)
        return _Later(documents, arrays, arrays.spoken())

    def _carried(self, known: Counts, end: int, found: Counted) -> Counts:
        """What was known of the documents before one, less what is deleted, and what was found in
        later ones."""
        if not known.size:
            return self._of_list(found)
        most = int(found.counts.max(initial=0))
        if known.dense is not None and most <= _MOST:
            dense = np.zeros(self._arrays.size, np.uint8)
            dense[:end] = self._arrays.deleted.cleared(known.dense[:end])
            dense[found.documents] = found.counts
            documents = numbers_of(dense)
            listed = Counted(documents, dense.take(documents))
            # Twice as few as it takes to be dense, so that it does not go to and fro.
            if len(documents) * 2 * _DENSE >= self._arrays.size:
                return Counts(self._commit, len(documents), listed, dense)
            return self._of_list(listed)
        documents, counts = known.listed()
        until = int(documents.searchsorted(end))
        documents, counts = documents[:until], counts[:until]
        gone = self._arrays.deleted.among(documents)
        if gone is not None:
            keep = np.ones(len(documents), np.bool_)
            keep[gone] = False
            documents, counts = documents[keep], counts[keep]
        if len(found.documents):
            documents = np.concatenate((documents, found.documents))
            counts = np.concatenate((counts, found.counts))
        return self._of_list(Counted(documents, counts))

    def _of_list(self, found: Counted) -> Counts:
        documents, counts = found
        number, most = len(documents), int(counts.max(initial=0))
        narrow = counts.astype(np.uint8 if most <= _MOST else np.uint32, copy=False)
        dense: Array | None = None
        if most <= _MOST and number * _DENSE >= self._arrays.size:
            dense = np.zeros(self._arrays.size, np.uint8)
            dense[documents] = narrow
        return Counts(self._commit, number, Counted(documents, narrow), dense)


def _counted(row: Row, view: View, arrays: Arrays, check_clock: Callable[[], None]) -> Counted:
    """How often a row is in each passage that has it: in its text, in its headings, and as often
    as the title counts."""
    patterns = Patterns(arrays, check_clock)
    lists = [patterns.row(row, fields.of_part("text", view))]
    lists.append(patterns.row(row, fields.of_part("heading", view)))
    titles = patterns.row(row, fields.of_part("title", view))
    if len(titles.documents):
        places = arrays.place_of[titles.documents]
        documents = arrays.passages_of(places).astype(np.int32)
        counts = np.repeat(BM25.title * titles.counts.astype(np.int32), arrays.passages[places])
        lists.append(Counted(documents, counts))
    return arrays.added(lists)
