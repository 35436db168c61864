"""Where patterns occur in a field, by whole posting lists at once.

A place is a number: that of its document times a constant, plus a position. Words in a row are
places that meet once each word's are shifted back by its distance from the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from indexer.engines.vector_arrays import NOWHERE, Arrays, Counted, Postings
from indexer.engines.vector_nearness import Places
from indexer.engines.vector_numbers import Array, among, heads, starts
from indexer.matching import occurrences
from indexer.plan import Path, Pattern
from indexer.rows import Row
from indexer.terms import language_of

# A position in a passage, heading path, title or list of authors is below this.
_BITS = 24
# Where so many of a list's documents are wanted, all are looked at.
_MOST = 4
# Documents whose places are looked at together: so many take some MB.
_AT_ONCE = 1 << 16


class _Choice(NamedTuple):
    """A term that may stand at a step: its postings, and by how many positions it moves on."""

    postings: Postings
    advance: int


_Steps = list[list[_Choice]]
_NO_PLACES = Places(*(np.empty(0, np.int64) for _ in range(3)))


class Patterns:
    """Looks for patterns in the fields of one commit, with a look at the clock now and then."""

    def __init__(self, arrays: Arrays, check_clock: Callable[[], None]) -> None:
        self._arrays = arrays
        self.check_clock = check_clock

    def row(self, row: Row, field: str) -> Counted:
        """The documents that have a row in a field, and at how many positions it begins."""
        if len(row) == 1:
            postings = self._arrays.postings(field, row[0][0])
            return Counted(postings.documents, postings.frequencies)
        self.check_clock()
        lists = []
        for term, offset in row:
            found = self._arrays.postings(field, term)
            if not len(found):
                return NOWHERE
            lists.append((found, offset))
        common = self._common([[found.documents] for found, _ in lists])
        # The rarest first leaves the least to look for.
        lists.sort(key=lambda item: item[0].places)
        parts = [self._row(lists, part) for part in _parts(common)]
        return Counted(*map(_joined, zip(*parts, strict=True)))

    def _row(self, lists: Sequence[tuple[Postings, int]], common: Array) -> Counted:
        """The same among some documents that have all its terms, which come with offsets."""
        keys: Array | None = None
        for found, offset in lists:
            self.check_clock()
            own = _places(found, common) - offset
            keys = own if keys is None else _meeting(keys, own)
            if not len(keys):
                return NOWHERE
        assert keys is not None
        documents = keys >> _BITS
        begins = heads(documents)
        counts = np.diff(begins, append=len(documents))
        return Counted(documents[begins].astype(np.int32), counts)

    def along(self, path: Path, field: str) -> Array:
        """The documents that have a path of several steps in a field."""
        steps = self._steps(path, field)
        if steps is None:
            return NOWHERE.documents
        common = self._common(_documents(steps))
        numbered = list(enumerate(steps))
        if all(choice.advance == 1 for step in steps for choice in step):
            # Then any order will do.
            numbered.sort(key=lambda item: sum(one.postings.places for one in item[1]))
        return _joined([self._along(numbered, part) for part in _parts(common)])

    def _along(self, steps: Sequence[tuple[int, Sequence[_Choice]]], common: Array) -> Array:
        """The same among some documents with every step, which come with their numbers."""
        reached: Array | None = None
        for number, step in steps:
            after = []
            for postings, advance in step:
                self.check_clock()
                own = _places(postings, common) - number
                # Keys stay as they were at the first step, moved on by what is joined.
                met = own if reached is None else _meeting(reached, own)
                after.append(met + (advance - 1))
            reached = after[0] if len(after) == 1 else np.unique(np.concatenate(after))
            if not len(reached):
                break
        assert reached is not None
        documents = reached >> _BITS
        return documents[heads(documents)].astype(np.int32)

    def near(self, path: Path, slop: int, field: str) -> Array:
        """The documents that have every step of a path in a field, each at a place of its own,
        with at most so many other positions between them: as :mod:`indexer.matching` has it."""
        steps = self._steps(path, field)
        if steps is None:
            return NOWHERE.documents
        wanted: dict[tuple[str, ...], int] = {}
        chosen = []
        # The same words twice are two steps that share places.
        for alternatives, step in zip(path, steps, strict=True):
            same = tuple(sorted(one.term for one in alternatives))
            if same not in wanted:
                chosen.append(step)
            wanted[same] = wanted.get(same, 0) + 1
        common = self._common(_documents(steps))
        times = list(wanted.values())
        return _joined([self._near(chosen, times, part, slop) for part in _parts(common)])

    def _near(self, chosen: _Steps, times: Sequence[int], common: Array, slop: int) -> Array:
        """The same among some documents with every step, each wanted so many times."""
        columns: tuple[list[Array], list[Array], list[Array]] = ([], [], [])
        for number, step in enumerate(chosen):
            for postings, advance in step:
                self.check_clock()
                places = _places(postings, common)
                columns[0].append(places)
                columns[1].append(np.full(len(places), advance))
                columns[2].append(np.full(len(places), number))
        begins, advances, numbers = map(np.concatenate, columns)
        order = np.lexsort((numbers, advances, begins))
        begins, numbers = begins[order], numbers[order]
        ends = begins + advances[order]
        return self._windows(begins, ends, numbers, times, slop)

    def held(
        self, pattern: Pattern, field: str, documents: Array, spoken: Collection[str]
    ) -> Array:
        """Which of some documents have a pattern in a field, as flags; these are in the languages
        ``spoken``."""
        if pattern.slop is not None:
            lists = [self.near(path, pattern.slop, field) for path in pattern.paths]
        else:
            lists = [self.along(path, field) for path in pattern.paths if len(path) > 1]
        flags = np.zeros(len(documents), np.bool_)
        for found in lists:
            flags |= among(found, documents)[0]
        if pattern.slop is None:
            steps = (path[0] for path in pattern.paths if len(path) == 1)
            for term in {one.term for one in chain.from_iterable(steps)}:
                if pattern.view == "stem" and language_of(term) not in spoken:
                    continue
                flags |= self._arrays.pieces(field, term).held(documents)
        return flags

    def places(
        self, pattern: Pattern, field: str, documents: Array, spoken: Collection[str]
    ) -> Places:
        """Where a pattern stands in a field of some documents, told by their indices; these are in
        the languages ``spoken``."""
        if pattern.slop is not None:
            return self._places_near(pattern, field, documents)
        found = []
        for path in pattern.paths:
            if pattern.view == "stem" and language_of(path[0][0].term) not in spoken:
                continue
            if len(path) > 1:
                found.append(self._places_along(path, field, documents))
                continue
            for term, advance in chain.from_iterable(path):
                pieces = self._arrays.pieces(field, term)
                indices, frequencies, positions = pieces.within(documents)
                if len(indices):
                    begins = positions.astype(np.int64)
                    found.append(Places(np.repeat(indices, frequencies), begins, begins + advance))
        if len(found) < 2:
            return found[0] if found else _NO_PLACES
        return Places(*map(np.concatenate, zip(*found, strict=True)))

    def _places_along(self, path: Path, field: str, documents: Array) -> Places:
        """The same of a path."""
        reached: tuple[Array, Array] | None = None
        for step in path:
            begins, ends = [], []
            for term, advance in step:
                pieces = self._arrays.pieces(field, term)
                indices, frequencies, positions = pieces.within(documents)
                if not len(indices):
                    continue
                own = (np.repeat(indices, frequencies) << _BITS) + positions
                if reached is None:
                    begins.append(own)
                else:
                    there, _ = among(own, reached[1])
                    begins.append(reached[0][there])
                    own = reached[1][there]
                ends.append(own + advance)
            if not begins:
                return _NO_PLACES
            reached = np.concatenate(begins), np.concatenate(ends)
        assert reached is not None
        begin, end = reached
        passages = begin >> _BITS
        return Places(passages, begin - (passages << _BITS), end - (passages << _BITS))

    def _places_near(self, pattern: Pattern, field: str, documents: Array) -> Places:
        """The same of a pattern with slop, document by document."""
        found = []
        terms = {one.term for path in pattern.paths for step in path for one in step}
        known = {term: self._places_by_index(field, term, documents) for term in terms}
        for number in range(len(documents)):
            at = {term: places.get(number, ()) for term, places in known.items()}
            places = occurrences(pattern, at.__getitem__)
            found += [(number, begin, end) for begin, end in places]
        return Places(*np.array(found, np.int64).reshape(-1, 3).T)

    def _places_by_index(self, field: str, term: str, documents: Array) -> dict[int, list[int]]:
        """The positions of a term in each of the documents that has it, by their indices."""
        indices, frequencies, positions = self._arrays.pieces(field, term).within(documents)
        ends = starts(frequencies).tolist()
        places = positions.tolist()
        spans_of = zip(indices.tolist(), ends, ends[1:], strict=False)
        return {index: places[begin:end] for index, begin, end in spans_of}

    def _windows(
        self, begin: Array, end: Array, number: Array, wanted: Sequence[int], slop: int
    ) -> Array:
        """The documents with a window of the latest places of each step, as many as wanted, in
        which few other positions are."""
        document = begin >> _BITS
        # Where the document of each place begins in the list.
        first = np.maximum.accumulate(
            np.where(np.diff(document, prepend=-1) != 0, np.arange(len(document)), 0)
        )
        fits = np.ones(len(begin), np.bool_)
        low = np.full(len(begin), np.iinfo(np.int64).max)
        high = np.full(len(begin), -1)
        taken = np.zeros(len(begin), np.int64)
        for step, times in enumerate(wanted):
            self.check_clock()
            own = (number == step).nonzero()[0]
            # How many places of this step there are up to each one.
            until = (number == step).cumsum()
            for back in range(1, times + 1):
                there = until >= back
                at = own[np.maximum(until - back, 0)]
                fits &= there & (at >= first)
                low = np.minimum(low, begin[at])
                high = np.maximum(high, end[at])
                taken += end[at] - begin[at]
        fits &= high - low - taken <= slop
        found = document[fits]
        return found[heads(found)].astype(np.int32)

    def _steps(self, path: Path, field: str) -> _Steps | None:
        """The posting lists of each step; none where a step has none."""
        steps = []
        for step in path:
            choices = [
                _Choice(postings, one.advance)
                for one in step
                if len(postings := self._arrays.postings(field, one.term))
            ]
            if not choices:
                return None
            steps.append(choices)
        return steps

    def _common(self, steps: list[list[Array]]) -> Array:
        """The documents in some list of every step."""
        joined = sorted((self._arrays.union(lists) for lists in steps), key=len)
        found = joined[0]
        for documents in joined[1:]:
            if len(found):
                there, _ = among(documents, found)
                found = found[there]
        return found


def _documents(steps: _Steps) -> list[list[Array]]:
    return [[choice.postings.documents for choice in step] for step in steps]


def _parts(common: Array) -> list[Array]:
    """Documents in parts whose places take little memory; one at least."""
    return [common[low : low + _AT_ONCE] for low in range(0, max(1, len(common)), _AT_ONCE)]


def _joined(parts: Sequence[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _places(postings: Postings, common: Array) -> Array:
    """The places of a term in the ascending documents that are in ``common``, and maybe in some
    others."""
    first = after = 0
    if len(common):
        first = int(postings.documents.searchsorted(common[0]))
        after = int(postings.documents.searchsorted(common[-1], side="right"))
    if first == after or len(common) * _MOST < after - first:
        indices, frequencies, positions = postings.pieces.within(common)
        documents = common.take(indices)
    else:
        documents, frequencies, positions = postings.between(first, after)
    found = np.repeat(documents.astype(np.int64) << _BITS, frequencies)
    found += positions
    return found


def _meeting(one: Array, other: Array) -> Array:
    """The places in both of two ascending lists."""
    few, many = (one, other) if len(one) < len(other) else (other, one)
    there, _ = among(many, few)
    return few[there]
