"""How our postings lie in a Whoosh index: a codec of its own, and the schema.

Whoosh's blocks hold pickled tuples of numbers; ours hold packed arrays, which are written and
read a block at a time. The index stays one that Whoosh's own API opens and merges.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from operator import sub
from pickle import dumps
from typing import Any, NamedTuple

from whoosh import fields, formats
from whoosh.codec import whoosh3
from whoosh.columns import NumericColumn, VarBytesColumn
from whoosh.system import pack_int

from indexer.engines.whoosh_fields import COLUMNS, ENTRY, LENGTHS, TERM_FIELDS

# Postings in a block: large enough that the cost of a block is small beside its postings.
BLOCK = 1024


class Decoded(NamedTuple):
    """A posting list: document numbers, how often in each, and all positions in a row."""

    documents: array[int]
    frequencies: array[int]
    positions: array[int]


def _pack(numbers: array[int]) -> tuple[str, bytes]:
    """Numbers in the smallest of 1, 2 or 4 bytes each, little-endian."""
    highest = max(numbers, default=0)
    code = "B" if highest < 1 << 8 else "H" if highest < 1 << 16 else "I"
    packed = numbers if numbers.typecode == code else array(code, numbers)
    if sys.byteorder == "big":
        packed = array(code, packed)
        packed.byteswap()
    return code, packed.tobytes()


def _unpack(packed: tuple[str, bytes]) -> array[int]:
    code, data = packed
    numbers: array[int] = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


class TermPositions(formats.Positions):
    """Positions of a term in a document, as an array of unsigned 32-bit numbers."""

    def encode(self, poslist: Sequence[int]) -> bytes:
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        numbers = array("I")
        numbers.frombytes(valuestring)
        return list(numbers)

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // array("I").itemsize


class Terms(fields.FieldType):
    """A field that is given its terms ready: a mapping of term to positions."""

    spellable = False

    def __init__(self) -> None:
        super().__init__(format=TermPositions(), analyzer=None, scorable=True)

    def index(
        self, value: dict[str, list[int]], **kwargs: Any
    ) -> Iterable[tuple[bytes, int, float, bytes]]:
        encode = self.format.encode
        for term, positions in value.items():
            count = len(positions)
            yield term.encode("utf-8", "surrogatepass"), count, float(count), encode(positions)


class PackedPostingsWriter(whoosh3.W3PostingsWriter):
    """Writes blocks of packed arrays."""

    _ids: array[int]
    _weights: array[float]
    _values: list[array[int]]
    _maxweight: float

    def add_posting(self, id_: Any, weight: float, vbytes: bytes, length: Any = None) -> None:
        if len(self._ids) >= self._blocklimit:
            self._write_block()
        numbers = array("I")
        numbers.frombytes(vbytes)
        self._ids.append(id_)
        self._weights.append(len(numbers))
        self._values.append(numbers)
        self._maxweight = max(self._maxweight, len(numbers))

    def add_list(
        self, documents: array[int], frequencies: array[int], positions: array[int]
    ) -> None:
        """Adds a whole posting list; the same as :meth:`add_posting` for each, but faster."""
        at = 0
        for begin in range(0, len(documents), self._blocklimit):
            if len(self._ids):
                self._write_block()
            counts = frequencies[begin : begin + self._blocklimit]
            after = at + sum(counts)
            self._ids = documents[begin : begin + self._blocklimit]
            self._weights = array("f", counts)
            self._maxweight = max(counts)
            self._values = [positions[at:after]]
            at = after

    def _write_block(self, last: bool = False) -> None:
        # As in the class above, less what no reader of ours asks for (lengths), in one write:
        # most terms are in one passage only, so that this is most of the time.
        ids, file = self._ids, self._postfile
        if not self._blockcount:
            file.write(whoosh3.WHOOSH3_HEADER_MAGIC)
        self._terminfo.add_block(self)
        data = dumps((self._mini_ids(), self._mini_weights(), self._mini_values()), 2)
        info = dumps((len(ids), ids[-1], self._maxweight, 0, 0, 0), 2)
        length = len(info) + len(data)
        file.write(pack_int(-length if last else length) + info + data)
        self._blockcount += 1
        self._new_block()

    def min_length(self) -> int:
        return 0

    def _mini_ids(self) -> Any:
        ids = self._ids
        if len(ids) == 1:
            return _pack(ids)
        return _pack(array("I", chain((ids[0],), map(sub, ids[1:], ids))))

    def _mini_weights(self) -> Any:
        return None if self._maxweight == 1 else _pack(array("I", map(int, self._weights)))

    def _mini_values(self) -> Any:
        numbers = self._values[0] if len(self._values) == 1 else array("I")
        if len(self._values) > 1:
            for value in self._values:
                numbers.extend(value)
        return _pack(numbers)


class PackedMatcher(whoosh3.W3LeafMatcher):
    """Reads blocks of packed arrays, one posting at a time or whole lists."""

    def _block(self) -> tuple[array[int], array[int]]:
        if self._data is None:
            self._read_data()
        ids = array("I", accumulate(_unpack(self._data[0])))
        packed = self._data[1]
        return ids, array("I", [1]) * len(ids) if packed is None else _unpack(packed)

    def _read_ids(self) -> None:
        self._ids = self._block()[0]

    def _read_weights(self) -> None:
        self._weights = array("f", self._block()[1])

    def _read_values(self) -> None:
        numbers = array("I", _unpack(self._block_positions()))
        ends = list(accumulate(self._block()[1]))
        begins = [0, *ends]
        self._values = [numbers[b:e].tobytes() for b, e in zip(begins, ends, strict=False)]

    def _block_positions(self) -> tuple[str, bytes]:
        if self._data is None:
            self._read_data()
        packed: tuple[str, bytes] = self._data[2]
        return packed

    def decode(self) -> Decoded:
        """All postings from here on."""
        documents, frequencies, positions = array("I"), array("I"), array("I")
        while self.is_active():
            ids, counts = self._block()
            documents.extend(ids)
            frequencies.extend(array("I", counts))
            positions.extend(array("I", _unpack(self._block_positions())))
            self._next_block()
        return Decoded(documents, frequencies, positions)


class PackedFieldWriter(whoosh3.W3FieldWriter):
    """Writes terms with whole posting lists."""

    def add_term(self, term: bytes, postings: Decoded) -> None:
        """Adds a term of the current field; terms come in byte order."""
        self.start_term(term)
        self._postwriter.add_list(*postings)
        self.finish_term()


class PackedCodec(whoosh3.W3Codec):
    """Whoosh's own codec with packed blocks, uncompressed: small already, and quick to read."""

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=0)

    def field_writer(self, storage: Any, segment: Any) -> PackedFieldWriter:
        return PackedFieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> PackedPostingsWriter:
        return PackedPostingsWriter(
            dbfile,
            blocklimit=self._blocklimit,
            byteids=byteids,
            compression=self._compression,
            inlinelimit=self._inlinelimit,
        )

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> PackedMatcher:
        offset, length = terminfo.extent()
        return PackedMatcher(dbfile, offset, length, format_, term=term, scorer=scorer)


def schema() -> Any:
    """The schema: an essay is a document with its title and filters, then its passages."""
    made = fields.Schema(**{name: Terms() for name in TERM_FIELDS})
    made.add(ENTRY, fields.STORED())
    for name in COLUMNS:
        made.add(name, fields.COLUMN(VarBytesColumn()))
    for name in LENGTHS.values():
        made.add(name, fields.COLUMN(NumericColumn("B")))
    return made


# Names in the column of authors are joined by it; readers leave no such character in a name.
_BETWEEN_NAMES = b"\0"


def pack_names(names: Iterable[str]) -> bytes:
    """Names as one value of a column."""
    return _BETWEEN_NAMES.join(name.encode("utf-8", "surrogatepass") for name in names)


def unpack_names(packed: bytes) -> tuple[str, ...]:
    """The names of such a value, each once."""
    names = packed.split(_BETWEEN_NAMES) if packed else []
    return tuple(name.decode("utf-8", "surrogatepass") for name in dict.fromkeys(names))
