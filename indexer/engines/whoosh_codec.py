"""How an index lies on disk, told to Whoosh: a codec of its own, and the schema.

With it Whoosh's own API opens, searches and merges the files that
:mod:`~indexer.engines.whoosh_segment` describes and reads. A writer by that API must be given
it: ``index.writer(codec=ArrayCodec())``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import columns, fields, formats
from whoosh.codec import base

from indexer.engines import whoosh_entries as entries
from indexer.engines.whoosh_arrays import ArraysWriter
from indexer.engines.whoosh_fields import COLUMNS, ENTRY, LENGTHS, TERM_FIELDS
from indexer.engines.whoosh_segment import (
    FARTHEST,
    MOST_OFTEN,
    POSTINGS,
    STORED,
    STRIDE,
    Files,
    fence_of,
)
from indexer.engines.whoosh_views import PostingsReader, StoredReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from indexer.engines.whoosh_arrays import Code

# Of postings and of positions of one field in a segment: more than numbers of four bytes tell
# apart. A segment has far fewer documents.
_MOST = (1 << 32) - 1


# The schema


class TermPositions(formats.Positions):
    """Positions of a term in a document, as an array of unsigned 32-bit numbers."""

    def encode(self, poslist: Sequence[int]) -> bytes:
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        return memoryview(valuestring).cast("I").tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // 4


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


def schema() -> Any:
    """The schema: an essay is a document with its title and filters, then its passages."""
    made = fields.Schema(**{name: Terms() for name in TERM_FIELDS})
    made.add(ENTRY, fields.STORED())
    for name in COLUMNS:
        made.add(name, fields.COLUMN(columns.VarBytesColumn()))
    for name in LENGTHS.values():
        made.add(name, fields.COLUMN(columns.NumericColumn("B")))
    return made


# Writing


class PostingsWriter(base.FieldWriter):
    """Writes the terms of a segment, field by field."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._file = ArraysWriter(segment.create_file(storage, POSTINGS))
        self.is_closed = False

    def write_field(
        self,
        name: str,
        terms: Sequence[bytes],
        counts: Any,
        documents: Any,
        frequencies: Any,
        positions: Any,
    ) -> None:
        """Writes a whole field: its terms sorted by their bytes, of each the number of its
        documents, then of all in that order documents, frequencies and positions; buffers of
        whichever unsigned type."""
        if not terms:
            return
        offsets = _ends(np.fromiter(map(len, terms), np.uint32, len(terms)))
        starts = _ends(np.asarray(counts))
        often = np.asarray(frequencies)
        places = _ends(np.add.reduceat(often, starts[:-1], dtype=np.int64))
        fence = np.fromiter(map(fence_of, terms[::STRIDE]), np.uint64)
        add = self._file.add
        add(f"{name}.terms", "B", b"".join(terms))
        add(f"{name}.offsets", "I", offsets)
        add(f"{name}.fence", "Q", fence)
        add(f"{name}.starts", "I", starts)
        add(f"{name}.places", "I", places)
        add(f"{name}.documents", "I", np.asarray(documents).astype(np.uint32, copy=False))
        self._add_small(name, "frequencies", "often", "B", MOST_OFTEN, often)
        self._add_small(name, "positions", "far", "H", FARTHEST, np.asarray(positions))

    def _add_small(
        self, name: str, of: str, apart: str, code: Code, most: int, numbers: Any
    ) -> None:
        """Adds numbers, and apart those that are greater than most of them."""
        kind = np.dtype(code)
        if numbers.dtype.itemsize > kind.itemsize or most < np.iinfo(numbers.dtype).max:
            great = np.flatnonzero(numbers > most)
            if len(great):
                values = np.concatenate((great, numbers[great])).astype(np.uint32)
                self._file.add(f"{name}.{apart}", "I", values)
                numbers = np.minimum(numbers, most + 1)
        self._file.add(f"{name}.{of}", code, numbers.astype(kind, copy=False))

    # Posting by posting, as Whoosh does it when it merges

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        self._name = fieldname
        self._terms: list[bytes] = []
        self._counts = array("I")
        self._lists = array("I"), array("I"), array("I")

    def start_term(self, text: bytes) -> None:
        self._terms.append(text)
        self._counts.append(0)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        documents, frequencies, positions = self._lists
        self._counts[-1] += 1
        documents.append(docnum)
        frequencies.append(len(vbytes) // 4)
        positions.frombytes(vbytes)

    def finish_term(self) -> None:
        pass

    def finish_field(self) -> None:
        self.write_field(self._name, self._terms, self._counts, *self._lists)

    def close(self) -> None:
        self._file.close()
        self.is_closed = True


def _ends(lengths: Any) -> Any:
    """Where each of a row of things begins, and the end of the last."""
    ends = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    if ends[-1] > _MOST:
        raise OverflowError(f"a segment can't hold {ends[-1]} postings or positions of a field")
    return ends.astype(np.uint32)


class StoredWriter(base.PerDocumentWriter):
    """Writes the stored entries and columns of a segment."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._file = ArraysWriter(segment.create_file(storage, STORED))
        self._begin = self._file.begin()
        self._offsets = array("Q", (0,))
        self._entry: Any = None
        # Of the document under way.
        self._values: list[tuple[str, bytes | int]] = []
        self._columns: dict[str, tuple[array[int], array[int], bytearray]] = {}
        self._numbers: dict[str, bytearray] = {}
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        if docnum != len(self._offsets) - 1:
            raise ValueError(f"document {docnum} after {len(self._offsets) - 2}")
        self._entry, self._values = None, []

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        if fieldobj.indexed and not isinstance(fieldobj, Terms):
            raise ValueError(f"{fieldname}: this codec only indexes fields of type Terms")
        if value is not None:
            if fieldname != ENTRY:
                raise ValueError(f"{fieldname}: this codec only stores the field {ENTRY}")
            self._entry = value

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:
        raise ValueError(f"{fieldname}: this codec keeps no vectors")

    def add_column_value(self, fieldname: str, columnobj: Any, value: bytes | int) -> None:
        number = isinstance(columnobj, columns.NumericColumn)
        if not (value in range(256) if number else isinstance(value, bytes)):
            raise ValueError(f"{fieldname}: this codec only keeps columns of bytes and of a byte")
        self._values.append((fieldname, value))

    def add_value(self, document: int, name: str, value: bytes | int) -> None:
        """Notes the value of a column, for a document after all that have one there."""
        if isinstance(value, int):
            numbers = self._numbers.setdefault(name, bytearray())
            if value:
                numbers.extend(repeat(0, document - len(numbers)))
                numbers.append(value)
        elif value:
            documents, offsets, values = self._columns.setdefault(
                name, (array("I"), array("I", (0,)), bytearray())
            )
            documents.append(document)
            values += value
            offsets.append(len(values))

    def finish_doc(self) -> None:
        packed = entries.pack(self._entry)
        self._file.write(packed)
        document = len(self._offsets) - 1
        self._offsets.append(self._offsets[-1] + len(packed))
        for name, value in self._values:
            self.add_value(document, name, value)

    def cancel_doc(self) -> None:
        """Forgets the document under way."""
        self._entry, self._values = None, []

    def add_packed(self, data: Any, sizes: Iterable[int]) -> None:
        """Adds documents whose entries are ready: one after the other, each of such a size."""
        self._file.write(data)
        self._offsets.extend(accumulate(sizes, initial=self._offsets.pop()))

    def add_numbers(self, document: int, name: str, numbers: bytes) -> None:
        """Notes a column of small numbers for documents from this one on, after all others."""
        known = self._numbers.setdefault(name, bytearray())
        known.extend(repeat(0, document - len(known)))
        known += numbers

    def close(self) -> None:
        self._file.end("entries", self._begin)
        self._file.add("entries.offsets", "Q", self._offsets)
        for name, (documents, offsets, values) in self._columns.items():
            self._file.add(f"{name}.documents", "I", documents)
            self._file.add(f"{name}.offsets", "I", offsets)
            self._file.add(f"{name}.values", "B", values)
        for name, numbers in self._numbers.items():
            self._file.add(name, "B", numbers)
        self._file.close()
        self.is_closed = True


# What the table of contents names


class ArraySegment(base.Segment):
    """A segment as Whoosh's table of contents lists it."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self._size: int = 0
        self._deleted: set[int] = set()

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def should_assemble(self) -> bool:
        # One file of all would be copied into memory to be read.
        return False

    def set_doc_count(self, doccount: int) -> None:
        self._size = doccount

    def doc_count_all(self) -> int:
        return self._size

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> list[int]:
        return sorted(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted


class ArrayCodec(base.Codec):
    """Whoosh's way to all of it."""

    length_stats = False

    def per_document_writer(self, storage: Any, segment: Any) -> StoredWriter:
        return StoredWriter(storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> PostingsWriter:
        return PostingsWriter(storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> PostingsReader:
        return PostingsReader(_files(storage, segment))

    def per_document_reader(self, storage: Any, segment: Any) -> StoredReader:
        return StoredReader(_files(storage, segment), segment)

    def new_segment(self, storage: Any, indexname: str) -> ArraySegment:
        return ArraySegment(indexname)


def _files(storage: Any, segment: Any) -> Files:
    return Files(Path(storage.folder), segment.segment_id())
