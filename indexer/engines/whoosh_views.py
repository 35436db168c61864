"""A segment as Whoosh's own API asks for it: terms, posting lists, columns and stored documents,
told from the files that :mod:`~indexer.engines.whoosh_segment` reads."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from whoosh import columns
from whoosh.codec import base
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from indexer.engines.whoosh_fields import ENTRY
from indexer.engines.whoosh_segment import Field, Files, Lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from indexer.engines.whoosh_codec import ArraySegment


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
