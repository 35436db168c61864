"""One commit as numpy arrays: which passages are whose, their lengths, posting lists, orders."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from indexer.engines import whoosh_fields as fields
from indexer.engines.vector_kept import Kept
from indexer.engines.vector_numbers import Array, among, heads, numbers_of, spans, starts
from indexer.engines.vector_orders import Orders
from indexer.engines.whoosh_reader import Snapshot
from indexer.plan import View

# Where so many of all documents are marked, arrays over all of them are read faster than lists.
_DENSE = 8


class Counted(NamedTuple):
    """Ascending documents, and how often each has something."""

    documents: Array
    counts: Array


NOWHERE = Counted(np.empty(0, np.int32), np.empty(0, np.uint8))

# Bytes of posting lists that are kept: for each document of the index, and at least. Those that
# lie in one piece in a file take next to none.
_KEPT_EACH, _KEPT = 32, 8_000_000
# The same of what is known of them as they lie in the files.
_PIECES_EACH = 4

# Documents whose counts are added up beforehand, to find the positions of one of them.
_BLOCK = 16
_NEAR = np.arange(_BLOCK)
# Up to so many are all added up whenever that is asked for.
_SHORT = 2_048
# Where a list has so many documents for each end of a run of deleted ones, the ends are looked for
# in it.
_LONG = 16


class Found(NamedTuple):
    """Where some documents have a term: their indices among these, ascending, how often each has
    it, and all the positions in a row."""

    indices: Array
    frequencies: Array
    positions: Array


_NOT_FOUND = Found(np.empty(0, np.intp), NOWHERE.counts, np.empty(0, np.uint16))


class Piece:
    """What a segment has of a posting list, as it lies in its files: the documents, numbered from
    ``base`` in the commit, deleted ones included, how often each has the term, and all positions.

    Positions of long lists are looked at here and there only, so they are never put together
    without the deleted ones, but for who asks for all of some.
    """

    __slots__ = ("_blocks", "_deleted", "_gone", "base", "documents", "frequencies", "positions")

    def __init__(
        self, base: int, documents: Array, frequencies: Array, positions: Array, deleted: Deleted
    ) -> None:
        self.base = base
        self.documents = documents
        self.frequencies = frequencies
        self.positions = positions
        self._deleted = deleted
        # The indices of the deleted ones, once the others were asked for.
        self._gone: Array | None = None
        self._blocks: Array | None = None

    @property
    def room(self) -> int:
        """The bytes that it takes beside those of the files, with what is yet to be made of it."""
        return 1_000 + 8 * (len(self.frequencies) // _BLOCK)

    @property
    def gone(self) -> int:
        """The bytes of what is known of deleted ones."""
        return 0 if self._gone is None else self._gone.nbytes

    def left(self) -> Counted:
        """The documents that are not deleted, and how often each has the term."""
        documents, counts = self.documents, self.frequencies
        self._gone = self._deleted.among(documents)
        if self._gone is not None:
            keep = np.ones(len(documents), np.bool_)
            keep[self._gone] = False
            documents, counts = documents[keep], counts[keep]
        return Counted(documents + np.int32(self.base) if self.base else documents, counts)

    def between(self, first: int, after: int) -> Array:
        """The positions of what is left from one index to another, one document's after the
        other's."""
        ends = np.array([first, after])
        if self._gone is not None:
            # What is left stands behind as many deleted ones as there are before it.
            ends += (self._gone - np.arange(len(self._gone))).searchsorted(ends, "right")
        begin, end = self._begins(ends).tolist()
        found = self.positions[begin:end]
        if self._gone is None:
            return found
        gone = self._gone[slice(*self._gone.searchsorted(ends))]
        flags = np.ones(len(found), np.bool_)
        flags[spans(self._begins(gone) - begin, self.frequencies.take(gone))] = False
        return found[flags]

    def within(self, wanted: Array) -> Found:
        """Where some documents of the commit, none of them deleted, have the term."""
        there, at = among(self.documents, wanted - self.base if self.base else wanted)
        indices = there.nonzero()[0]
        if not len(indices):
            return _NOT_FOUND
        at = at.take(indices)
        counts = self.frequencies.take(at)
        return Found(indices, counts, self.positions.take(spans(self._begins(at), counts)))

    def _begins(self, at: Array) -> Array:
        """Where the positions of documents begin, by their indices."""
        size = len(self.frequencies)
        if size <= _SHORT or len(at) * _BLOCK > size:
            return starts(self.frequencies).take(at)
        block = at // _BLOCK
        first = block * _BLOCK
        near = self.frequencies.take(first[:, None] + _NEAR, mode="clip")
        return self.blocks().take(block) + _before(near, at - first)

    def blocks(self) -> Array:
        """Where the positions begin of every so many documents."""
        if self._blocks is None:
            firsts = np.arange(0, len(self.frequencies), _BLOCK)
            self._blocks = starts(np.add.reduceat(self.frequencies, firsts, dtype=np.intp))
        return self._blocks


def _begins(pieces: Sequence[Piece], lists: Sequence[Array]) -> tuple[Array, Array]:
    """Where the positions of documents begin, by their indices in each piece, and how many they
    are."""
    block, before = np.divmod(np.concatenate(lists), _BLOCK)
    wanted = (block * _BLOCK)[:, None] + _NEAR
    near, blocks = [], []
    begin = 0
    for piece, own in zip(pieces, lists, strict=True):
        end = begin + len(own)
        near.append(piece.frequencies.take(wanted[begin:end], mode="clip"))
        blocks.append(piece.blocks().take(block[begin:end]))
        begin = end
    found = np.concatenate(near)
    counts = found[np.arange(len(found)), before]
    return np.concatenate(blocks) + _before(found, before), counts


def _before(near: Array, number: Array) -> Array:
    """The sum of so many of the first numbers of each row, of which the others are lost."""
    near[number[:, None] <= _NEAR] = 0
    found: Array = near.sum(axis=1, dtype=np.intp)
    return found


class Pieces(tuple[Piece, ...]):
    """Those of one term, segment by segment."""

    __slots__ = ()

    @property
    def room(self) -> int:
        """The bytes that they take beside those of the files, with what is yet to be made."""
        return 500 + sum(piece.room for piece in self)

    def within(self, wanted: Array) -> Found:
        """Where some documents of the commit, none of them deleted, have the term."""
        if len(self) == 1:
            return self[0].within(wanted)
        pieces, lists, numbers = [], [], []
        for piece in self:
            there, at = among(piece.documents, wanted - piece.base if piece.base else wanted)
            own = there.nonzero()[0]
            if len(own):
                pieces.append(piece)
                numbers.append(own)
                lists.append(at.take(own))
        if not pieces:
            return _NOT_FOUND
        begins, counts = _begins(pieces, lists)
        at, ends = spans(begins, counts), starts(counts)
        found, begin = [], 0
        for piece, own in zip(pieces, lists, strict=True):
            end = begin + len(own)
            found.append(piece.positions.take(at[ends[begin] : ends[end]]))
            begin = end
        positions = np.concatenate(found)
        indices = np.concatenate(numbers)
        order = indices.argsort()
        sizes = counts.take(order)
        return Found(indices.take(order), sizes, positions.take(spans(ends.take(order), sizes)))

    def held(self, wanted: Array) -> Array:
        """Which of some documents of the commit, none of them deleted, have it, as flags."""
        flags = np.zeros(len(wanted), np.bool_)
        for piece in self:
            flags |= among(piece.documents, wanted - piece.base if piece.base else wanted)[0]
        return flags


class Postings:
    """Where a term is: ascending documents, how often in each, and positions on demand."""

    __slots__ = ("_sizes", "documents", "frequencies", "pieces", "room")

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        lists = [piece.left() for piece in pieces] or [NOWHERE]
        self._sizes = [len(each.documents) for each in lists]
        documents, frequencies = zip(*lists, strict=True)
        self.documents = documents[0] if len(lists) == 1 else np.concatenate(documents)
        self.frequencies = frequencies[0] if len(lists) == 1 else np.concatenate(frequencies)
        # The bytes that it takes beside those of the files.
        self.room = pieces.room + sum(piece.gone for piece in pieces)
        if self.documents.base is None:
            self.room += self.documents.nbytes + self.frequencies.nbytes

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def places(self) -> int:
        """How many positions there are, those of deleted documents included."""
        return sum(len(piece.positions) for piece in self.pieces)

    def between(self, first: int, after: int) -> tuple[Array, Array, Array]:
        """The documents from one index to another, how often in each, and all the positions."""
        found = []
        base = 0
        for size, piece in zip(self._sizes, self.pieces, strict=True):
            low, high = max(first - base, 0), min(after - base, size)
            if low < high:
                found.append(piece.between(low, high))
            base += size
        positions = found[0] if len(found) == 1 else np.concatenate(found)
        return self.documents[first:after], self.frequencies[first:after], positions


_NO_POSTINGS = Postings(Pieces())


class Arrays:
    """The numbers of a snapshot, made when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.size = snapshot.size
        essays = np.array(snapshot.essays, dtype=np.intp)
        self.essays = essays
        ends = np.append(essays[1:], self.size)[: len(essays)]
        # For each document the place of its essay: one more from each of the others on.
        self.place_of = np.zeros(self.size, np.int32)
        self.place_of[essays[1:]] = 1
        np.cumsum(self.place_of, out=self.place_of)
        # For each essay its first passage, and the document after its last one.
        self.first = essays + 1
        self.last = ends
        self.deleted = Deleted(
            self.size, [s.base + end for s in snapshot.segments for end in s.runs]
        )
        # Those whose posting lists these are, and what is deleted of each.
        self._segments = [(s, Deleted(s.size, s.runs)) for s in snapshot.segments]
        deleted = self.deleted.documents()
        if len(deleted):
            # Essays are deleted whole, so the first deleted document ends the one before.
            after = deleted.searchsorted(essays)
            cut = after < len(deleted)
            self.last[cut] = np.minimum(ends[cut], deleted[after[cut]])
        self.passages = self.last - self.first
        self._kept: Kept[tuple[str, str], Postings] = Kept(max(_KEPT, _KEPT_EACH * self.size))
        self._pieces: Kept[tuple[str, str], Pieces] = Kept(
            max(_KEPT // 8, _PIECES_EACH * self.size)
        )
        self._lengths: dict[View, Array] = {}
        self._norms: dict[View, Array] = {}
        self.orders = Orders(snapshot)
        self._languages: Array | None = None

    def from_segment(self, first: int) -> Arrays:
        """The same, with the posting lists of the segments from this one on alone."""
        later = copy(self)
        later._segments = self._segments[first:]
        later._kept = Kept(_KEPT // 8)
        later._pieces = Kept(_KEPT // 8)
        return later

    def spoken(self) -> set[str]:
        """The languages of the essays in its segments, deleted ones included."""
        found = (segment.files.field(fields.LANGUAGE) for segment, _ in self._segments)
        return {field.term(n).decode() for field in found if field for n in range(field.size)}

    def postings(self, field: str, term: str) -> Postings:
        """A term's postings over all segments, without deleted documents."""
        found = self._kept.find((field, term))
        if found is None:
            pieces = self.pieces(field, term)
            if not pieces:
                return _NO_POSTINGS
            found = Postings(pieces)
            self._kept.put((field, term), found)
        return found

    def pieces(self, field: str, term: str) -> Pieces:
        """The same segment by segment, as they lie in the files."""
        return self._pieces.get((field, term), self._look_up)

    def _look_up(self, key: tuple[str, str]) -> Pieces:
        field, term = key
        data = term.encode("utf-8", "surrogatepass")
        pieces = []
        for segment, deleted in self._segments:
            of_field = segment.files.field(field)
            number = None if of_field is None else of_field.find(data)
            if of_field is None or number is None:
                continue
            documents, counts, positions = map(np.asarray, of_field.lists(number))
            narrow = documents.itemsize == 4
            numbers = documents.view(np.int32) if narrow else documents.astype(np.int32)
            pieces.append(Piece(segment.base, numbers, counts, positions, deleted))
        return Pieces(pieces)

    def documents(self, field: str, term: str) -> Array:
        """The documents that have a term in a field."""
        return self.postings(field, term).documents

    def lengths(self, view: View) -> Array:
        """The length of each document, in a byte."""
        lengths = self._lengths.get(view)
        if lengths is None:
            lengths = self._lengths[view] = np.asarray(memoryview(self.snapshot.lengths(view)))  # type: ignore[arg-type]
        return lengths

    def norms(self, view: View) -> Array:
        """What BM25 adds to the number of occurrences below the fraction, for each such byte."""
        norms = self._norms.get(view)
        if norms is None:
            norms = self._norms[view] = np.array(self.snapshot.norms(view))
        return norms

    def languages_of(self, places: Array) -> set[str]:
        """The languages of some essays."""
        if self._languages is None:
            found = np.zeros(len(self.essays), np.intp)
            for number, language in enumerate(self.snapshot.languages):
                found[self.place_of.take(self.documents(fields.LANGUAGE, language))] = number
            self._languages = found
        counts = np.bincount(self._languages.take(places))
        return {
            language
            for language, count in zip(self.snapshot.languages, counts.tolist(), strict=False)
            if count
        }

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


class Deleted:
    """Deleted documents: from where to where, again and again."""

    def __init__(self, size: int, runs: Sequence[int]) -> None:
        self._runs = np.array(runs, np.int32)
        self._left = np.ones(size if runs else 0, np.bool_)
        for start, stop in zip(runs[::2], runs[1::2], strict=True):
            self._left[start:stop] = False

    def documents(self) -> Array:
        """Their numbers, ascending."""
        return spans(self._runs[::2], self._runs[1::2] - self._runs[::2])

    def among(self, documents: Array) -> Array | None:
        """The indices of the deleted ones of some ascending documents, if there are any."""
        if not len(self._runs):
            return None
        if len(documents) < _LONG * len(self._runs):
            gone = (~self._left.take(documents)).nonzero()[0]
        else:
            edges = documents.searchsorted(self._runs)
            gone = spans(edges[::2], edges[1::2] - edges[::2])
        return gone if len(gone) else None

    def cleared(self, counts: Array) -> Array:
        """Counts for each of the first documents, without those of deleted ones."""
        if not len(self._runs):
            return counts
        cleared: Array = counts * self._left[: len(counts)]
        return cleared
