"""One segment of an index: its files, memory-mapped, and what was deleted of it.

A segment is two files of arrays (:mod:`~indexer.engines.whoosh_arrays`) that never change:

``.postings``, for each field (``FIELD.`` before each name)
    =============== == ========================================================================
    ``terms``       B  its terms one after the other, sorted by their bytes
    ``offsets``     I  where each begins, and the end of the last
    ``fence``       Q  of every sixteenth term the first eight bytes, as a big-endian number
    ``starts``      I  which posting is each term's first, and the end of the last
    ``places``      I  which position is each term's first, and the end of the last
    ``documents``   I  of each posting the document, ascending for each term
    ``frequencies`` B  how often the term is there; 255 for more than 254
    ``often``       I  the postings of those, ascending, then as many frequencies
    ``positions``   H  ascending for each posting; 65,535 for greater than 65,534
    ``far``         I  which those are, ascending, then as many positions
    =============== == ========================================================================

``.stored``
    ``entries`` and ``entries.offsets`` are the stored entry of each document, in MessagePack, and
    where each begins. A column of bytes has ``documents`` (those with a value, ascending),
    ``offsets`` and ``values``; one of small numbers is a byte for each document, 0 where none is
    noted, up to the last that has one.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from itertools import chain, pairwise

from indexer.engines import whoosh_entries as entries
from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Fingerprint
from indexer.engines.whoosh_arrays import Arrays, looked_at
from indexer.errors import DamagedError
from indexer.keeping import cached_property, packed
from indexer.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from indexer.engines.whoosh_arrays import Code, Numbers
    from indexer.plan import View

POSTINGS, STORED = ".postings", ".stored"
# Terms from one item of a fence to the next.
STRIDE = 16
# The greatest frequency and the greatest position that are not kept apart.
MOST_OFTEN, FARTHEST = 254, 65_534


class Lists(NamedTuple):
    """A posting list: document numbers, how often in each, and all positions in a row."""

    documents: Numbers
    frequencies: Numbers
    positions: Numbers


def fence_of(term: bytes) -> int:
    """The first eight bytes of a term as a number that orders as they do."""
    return int.from_bytes(term[:8].ljust(8, b"\0"), "big")


class Field:
    """The terms of one field and their posting lists, as they lie in the file."""

    def __init__(self, file: Arrays, name: str) -> None:
        self.name = name
        self._file = file
        self._map = file.map
        self._base = file.place(f"{name}.terms")
        self.offsets = file.get(f"{name}.offsets")
        self.fence = file.get(f"{name}.fence")
        self.starts = file.get(f"{name}.starts")
        self.places = file.get(f"{name}.places")
        self.documents = file.get(f"{name}.documents")
        self.frequencies = file.get(f"{name}.frequencies")
        self.positions = file.get(f"{name}.positions")
        self._often = file.get(f"{name}.often")
        self._far = file.get(f"{name}.far")
        self.size = len(self.offsets) - 1
        """The number of terms."""

    def term(self, number: int) -> bytes:
        """A term by its number."""
        offsets = self.offsets
        return self._map[self._base + offsets[number] : self._base + offsets[number + 1]]

    def text(self) -> bytes:
        """All terms, one after the other."""
        return self._map[self._base : self._base + self.offsets[self.size]]

    def data(self) -> Numbers:
        """The same as they lie in the file."""
        return self._file.get(f"{self.name}.terms")

    def begin(self, term: bytes) -> int:
        """The number of the first term that is not less than this one."""
        key = fence_of(term)
        low = max(0, bisect_left(self.fence, key) - 1) * STRIDE
        high = min(self.size, bisect_right(self.fence, key) * STRIDE)
        data, base, offsets = self._map, self._base, self.offsets
        while low < high:
            middle = (low + high) // 2
            if data[base + offsets[middle] : base + offsets[middle + 1]] < term:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, term: bytes) -> int | None:
        """The number of a term, if it is there."""
        number = self.begin(term)
        return number if number < self.size and self.term(number) == term else None

    def beginning(self, prefix: bytes) -> range:
        """The numbers of the terms that begin so."""
        first = self.begin(prefix)
        after = prefix.rstrip(b"\xff")
        if not after:
            return range(first, self.size)
        return range(first, self.begin(after[:-1] + bytes([after[-1] + 1])))

    def document_frequency(self, number: int) -> int:
        """How many documents a term is in, deleted ones included."""
        return self.starts[number + 1] - self.starts[number]

    def lists(self, number: int) -> Lists:
        """The posting list of a term, deleted documents included."""
        first, last = self.starts[number], self.starts[number + 1]
        low, high = self.places[number], self.places[number + 1]
        # Of positions fewer than half are looked at.
        looked_at(5 * (last - first) + (high - low))
        return Lists(
            self.documents[first:last],
            _whole(self.frequencies, first, last, self._often),
            _whole(self.positions, low, high, self._far),
        )


def _whole(numbers: Numbers, low: int, high: int, apart: Numbers) -> Numbers:
    """Some of an array, with the numbers that were too great for it."""
    if apart:
        half = len(apart) // 2
        begin = bisect_left(apart, low, 0, half)
        end = bisect_left(apart, high, begin, half)
        if begin < end:
            from array import array

            whole = array("I", numbers[low:high])
            for item in range(begin, end):
                whole[apart[item] - low] = apart[half + item]
            return memoryview(whole)
    return numbers[low:high]


class Column:
    """Values by document, for those documents that have one."""

    def __init__(self, file: Arrays, name: str) -> None:
        self.documents = file.get(f"{name}.documents")
        self._offsets = file.get(f"{name}.offsets")
        self._values = file.get(f"{name}.values")

    def __getitem__(self, document: int) -> bytes:
        found = bisect_left(self.documents, document)
        if found == len(self.documents) or self.documents[found] != document:
            return b""
        return bytes(self._values[self._offsets[found] : self._offsets[found + 1]])

    def run(self, first: int, after: int) -> bytes:
        """The values of some documents that have one, by their numbers among these, in a row."""
        return bytes(self._values[self._offsets[first] : self._offsets[after]])

    def of(self, documents: Iterable[int]) -> list[bytes]:
        """The values of some documents."""
        wanted, values = list(documents), bytes(self._values)
        noted = [values[begin:end] for begin, end in pairwise(self._offsets)]
        if wanted == self.documents.tolist():
            return noted
        known = dict(zip(self.documents, noted, strict=False))
        return [known.get(document, b"") for document in wanted]


class Files:
    """The files of a segment, which snapshots share; freed when nothing refers to them."""

    def __init__(self, folder: str | os.PathLike[str], name: str) -> None:
        self.name = name
        self.postings = Arrays(os.path.join(folder, f"{name}{POSTINGS}"))
        self.stored = Arrays(os.path.join(folder, f"{name}{STORED}"))
        self._entries = self.stored.place("entries")
        self._offsets = self.stored.get("entries.offsets")
        self.size = len(self._offsets) - 1
        self._fields: dict[str, Field | None] = {}
        # Of the essays that were asked for, by document.
        self.fingerprints: dict[int, Fingerprint] = {}
        self._columns: dict[str, Column] = {}

    def field_names(self) -> list[str]:
        """The fields that have terms, by name."""
        names = (name.rpartition(".") for name in self.postings.names())
        return sorted(field for field, _, array in names if array == "terms")

    def field(self, name: str) -> Field | None:
        """A field, if it has terms."""
        if name not in self._fields:
            there = f"{name}.terms" in self.postings
            self._fields[name] = Field(self.postings, name) if there else None
        return self._fields[name]

    def column(self, name: str) -> Column:
        """A column of bytes."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = Column(self.stored, name)
        return found

    def numbers(self, name: str) -> Sequence[int]:
        """A column of small numbers: for each document one, as bytes."""
        found = self.stored.get(name)
        return found if len(found) == self.size else bytes(found).ljust(self.size, b"\0")

    def entry(self, document: int) -> Any:
        """What is stored of a document."""
        return entries.unpack(self._packed(document))

    def essay(self, document: int) -> Any:
        """What a hit shows of the essay that a document is, and maybe more."""
        return entries.unpack_essay(self._packed(document))

    def _packed(self, document: int) -> bytes:
        begin, end = self._offsets[document], self._offsets[document + 1]
        return self.stored.read(self._entries + begin, self._entries + end)


class Rest:
    """What is left of a posting list without the postings between some pairs of places, its
    documents numbered from ``base``; its positions are put together when first asked for."""

    def __init__(self, whole: Lists, cuts: Sequence[tuple[int, int]], base: int) -> None:
        ends = (0, *chain.from_iterable(cuts), len(whole.documents))
        self._whole = whole
        self._kept = [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if a < b]
        documents = joined([whole.documents[a:b] for a, b in self._kept])
        self.documents = moved(documents, base) if base else documents
        self.frequencies = joined([whole.frequencies[a:b] for a, b in self._kept])

    @cached_property
    def positions(self) -> Numbers:
        """All positions in a row."""
        frequencies, positions = self._whole.frequencies, self._whole.positions
        parts, at, place = [], 0, 0
        for begin, end in self._kept:
            place += sum(frequencies[at:begin])
            after = place + sum(frequencies[begin:end])
            parts.append(positions[place:after])
            at, place = end, after
        return joined(parts)


class Segment:
    """A segment as one commit has it, its documents numbered from ``base``; ``runs`` is from
    where to where documents of it are deleted, again and again."""

    def __init__(self, files: Files, base: int, runs: Sequence[int]) -> None:
        self.files = files
        self.size = files.size
        self.base = base
        self.runs = runs
        self.deleted_count = sum(runs[1::2]) - sum(runs[::2])

    @cached_property
    def deleted(self) -> Sequence[int]:
        """The deleted documents, as ascending numbers of the segment."""
        ends = iter(self.runs)
        return packed(chain.from_iterable(map(range, ends, ends)))

    def column_values(self, name: str, documents: Iterable[int]) -> list[bytes]:
        """A column's values of these documents."""
        return self.files.column(name).of(documents)

    def column_runs(self, name: str) -> Iterator[bytes]:
        """A column's values of all documents, runs of them in a row, without deleted ones."""
        column = self.files.column(name)
        after = 0
        for low, high in (*self._cuts(column.documents), (len(column.documents), 0)):
            if after < low:
                yield column.run(after, low)
            after = high

    def lengths(self, view: View) -> Sequence[int]:
        """For each document the byte of its length in a view."""
        return self.files.numbers(fields.LENGTHS[view])

    def postings(self, field: str, term: bytes) -> Lists | Rest | None:
        """A term's postings, without deleted documents, numbered as in the commit."""
        of_field = self.files.field(field)
        number = None if of_field is None else of_field.find(term)
        if of_field is None or number is None:
            return None
        found = of_field.lists(number)
        cuts = list(self._cuts(found.documents)) if self.runs else ()
        if cuts:
            return Rest(found, cuts, self.base)
        return found._replace(documents=moved(found.documents, self.base)) if self.base else found

    def _cuts(self, documents: Numbers) -> Iterator[tuple[int, int]]:
        """From where to where in ascending documents the deleted ones are, in order."""
        ends = self.runs
        if len(documents) * 2 < len(ends):
            for index, document in enumerate(documents):
                # Between the ends of a run there is an odd number of ends before it.
                if bisect_right(ends, document) % 2:
                    yield index, index + 1
            return
        high = 0
        for start, stop in zip(ends[::2], ends[1::2], strict=True):
            low = bisect_left(documents, start, high)
            high = bisect_left(documents, stop, low)
            if low < high:
                yield low, high


def moved(documents: Numbers, by: int) -> Numbers:
    """Document numbers, each greater by the same."""
    # As one long number: a loop would take many times as long.
    data = documents.tobytes()
    steps = int.from_bytes(by.to_bytes(4, "little") * len(documents), "little")
    total = int.from_bytes(data, "little") + steps
    return memoryview(total.to_bytes(len(data), "little")).cast("I")


_CODES: tuple[Code, ...] = ("I", "B", "H")


def joined(parts: Sequence[Numbers]) -> Numbers:
    """Arrays one after the other."""
    if len(parts) == 1:
        return parts[0]
    for code in _CODES:
        if all(part.format == code for part in parts):
            return memoryview(b"".join(parts)).cast(code)
    from array import array

    return memoryview(array("I", chain.from_iterable(parts)))


def check_size(files: Files, documents: int) -> None:
    """``DamagedError`` where a segment has not as many documents as a commit says."""
    if files.size != documents:
        raise DamagedError(
            f"{files.stored.path}: has {files.size} documents, not {documents} as noted; make "
            "the index anew with: essays index --rebuild FOLDER"
        )
