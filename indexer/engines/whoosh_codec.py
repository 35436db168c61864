"""How an index lies on disk, told to Whoosh: a codec of its own, and the schema.

With it Whoosh's own API opens, searches and merges the files that
:mod:`~indexer.engines.whoosh_segment` describes and reads. A writer by that API must be given
it: ``index.writer(codec=ArrayCodec())``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import columns, fields, formats
from whoosh.codec import base
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from indexer.engines import whoosh_entries as entries
from indexer.engines.whoosh_arrays import ArraysWriter
from indexer.engines.whoosh_fields import COLUMNS, ENTRY, LENGTHS, TERM_FIELDS
from indexer.engines.whoosh_segment import (
    FARTHEST,
    MOST_OFTEN,
    POSTINGS,
    STORED,
    STRIDE,
    Field,
    Files,
    Lists,
    fence_of,
)

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


# Reading


class ArrayMatcher(LeafMatcher):
    """A posting list as Whoosh reads it, one posting at a time."""

    def __init__(self, found: Lists, format_: Any, term: Any, scorer: Any) -> None:
        self._found = found
        self.format = format_
        self._term = term
        self.scorer = scorer
        self.reset()

    def reset(self) -> None:
        self._at: int = 0
        # Where the positions of the posting begin.
        self._place: int = 0

    def copy(self) -> ArrayMatcher:
        made = ArrayMatcher(self._found, self.format, self._term, self.scorer)
        made._at, made._place = self._at, self._place
        return made

    def is_active(self) -> bool:
        return self._at < len(self._found.documents)

    def id(self) -> int:
        return self._found.documents[self._at]

    def all_ids(self) -> Iterator[int]:
        return iter(self._found.documents[self._at :])

    def weight(self) -> float:
        return float(self._found.frequencies[self._at])

    def value(self) -> bytes:
        after = self._place + self._found.frequencies[self._at]
        return array("I", self._found.positions[self._place : after]).tobytes()

    def next(self) -> bool:
        if not self.is_active():
            raise ReadTooFar
        self._place += self._found.frequencies[self._at]
        self._at += 1
        return True

    def skip_to(self, id: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        at = bisect_left(self._found.documents, id, self._at)
        self._place += sum(self._found.frequencies[self._at : at])
        self._at = at

    # The whole list is one block.

    def skip_to_quality(self, minquality: float) -> int:
        if not self.is_active() or self.block_quality() > minquality:
            return 0
        self._at = len(self._found.documents)
        return 1

    def block_min_id(self) -> int:
        return self._found.documents[0]

    def block_max_id(self) -> int:
        return self._found.documents[-1]

    def block_min_length(self) -> int:
        return 0

    def block_max_length(self) -> int:
        return 0

    def block_max_weight(self) -> float:
        return float(max(self._found.frequencies))


class Cursor(base.FieldCursor):
    """A place among the terms of a field."""

    def __init__(self, field: Field, from_bytes: Callable[[bytes], str]) -> None:
        self._field = field
        self._from_bytes = from_bytes
        self._number = 0

    def is_valid(self) -> bool:
        return self._number < self._field.size

    def text(self) -> str | None:
        return self._from_bytes(self._field.term(self._number)) if self.is_valid() else None

    def first(self) -> str | None:
        self._number = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        term = string if isinstance(string, bytes) else string.encode("utf-8", "surrogatepass")
        self._number = self._field.begin(term)
        return self.text()

    def next(self) -> str | None:
        self._number += 1
        return self.text()

    def term_info(self) -> TermInfo | None:
        return _info(self._field.lists(self._number)) if self.is_valid() else None


def _info(found: Lists) -> TermInfo:
    return TermInfo(
        weight=float(len(found.positions)),
        df=len(found.documents),
        minlength=0,
        maxlength=0,
        maxweight=float(max(found.frequencies)),
        minid=found.documents[0],
        maxid=found.documents[-1],
    )


class PostingsReader(base.TermsReader):
    """The terms of a segment as Whoosh asks for them."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def _number(self, fieldname: str, text: bytes) -> tuple[Field, int] | None:
        field = self._files.field(fieldname)
        number = None if field is None else field.find(text)
        return None if field is None or number is None else (field, number)

    def _lists(self, fieldname: str, text: bytes) -> Lists:
        found = self._number(fieldname, text)
        if found is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return found[0].lists(found[1])

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._number(*term) is not None

    def indexed_field_names(self) -> list[str]:
        return self._files.field_names()

    def cursor(self, fieldname: str, fieldobj: Any) -> base.FieldCursor:
        field = self._files.field(fieldname)
        return base.EmptyCursor() if field is None else Cursor(field, fieldobj.from_bytes)

    def _fields(self, first: str = "") -> list[Field]:
        names = self._files.field_names()
        found = map(self._files.field, names[bisect_left(names, first) :])
        return [field for field in found if field is not None]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for field in self._fields():
            for number in range(field.size):
                yield field.name, field.term(number)

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for field in self._fields(fieldname):
            begin = field.begin(prefix) if field.name == fieldname else 0
            for number in range(begin, field.size):
                yield field.name, field.term(number)

    def _with_info(
        self, terms: Iterable[tuple[str, bytes]]
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in terms)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return self._with_info(self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return self._with_info(self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        return _info(self._lists(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        found = self._number(fieldname, text)
        return float(len(found[0].lists(found[1]).positions)) if found else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        found = self._number(fieldname, text)
        return found[0].document_frequency(found[1]) if found else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Any, scorer: Any = None
    ) -> ArrayMatcher:
        return ArrayMatcher(self._lists(fieldname, text), format_, (fieldname, text), scorer)


class ColumnReader(columns.ColumnReader):
    """A column as Whoosh asks for it."""

    def __init__(self, values: Any, size: int) -> None:
        self._values = values
        self._doccount = size
        self._sign = 1

    def __getitem__(self, docnum: int) -> Any:
        return self._values[docnum]

    def sort_key(self, docnum: int) -> Any:
        return self._values[docnum] if self._sign == 1 else -self._values[docnum]

    def set_reverse(self) -> None:
        self._sign = -1


class StoredReader(base.PerDocumentReader):
    """The documents of a segment as Whoosh asks for them."""

    def __init__(self, files: Files, segment: ArraySegment) -> None:
        self._files = files
        self._segment = segment

    def doc_count(self) -> int:
        return self._segment.doc_count_all() - self._segment.deleted_count()

    def doc_count_all(self) -> int:
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        return self._segment.deleted_count() > 0

    def is_deleted(self, docnum: int) -> bool:
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterable[int]:
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return fieldname in self._files.stored or f"{fieldname}.values" in self._files.stored

    def column_reader(self, fieldname: str, column: Any) -> ColumnReader:
        files = self._files
        number = isinstance(column, columns.NumericColumn)
        values = files.numbers(fieldname) if number else files.column(fieldname)
        return ColumnReader(values, files.size)

    # Whoosh's own scoring takes every field to be of the same length.

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return default

    def field_length(self, fieldname: str) -> int:
        return 0

    def min_field_length(self, fieldname: str) -> int:
        return 0

    def max_field_length(self, fieldname: str) -> int:
        return 0

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        entry = self._files.entry(docnum)
        return {} if entry is None else {ENTRY: entry}


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
