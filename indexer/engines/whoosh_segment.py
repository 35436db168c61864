"""One segment of an index: files that never change, and what later commits deleted of it."""

from __future__ import annotations

import weakref
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from whoosh.reading import SegmentReader

from indexer.engines import whoosh_codec as codec
from indexer.engines import whoosh_fields as fields
from indexer.plan import View


class Files:
    """The open files of a segment, which snapshots share; closed when nothing refers to them.

    All are opened at once, since a later commit may delete them, and an open file outlives that.
    """

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        self.name: str = segment.segment_id()
        self.reader = SegmentReader(storage, schema, segment)
        self._closing = weakref.finalize(self, self.reader.close)
        self.size: int = self.reader.doc_count_all()
        self.terms = self.reader._terms
        self._columns: dict[str, Any] = {}
        folder = Path(storage.folder)
        self.lengths: dict[View, bytes] = {
            view: self._read_lengths(folder, name) for view, name in fields.LENGTHS.items()
        }
        if self.size:
            self.reader.stored_fields(0)
            # Opened without being read yet.
            documents = self.reader._perdoc
            for name in fields.COLUMNS:
                documents._colfiles[name] = documents._get_column_file(name)

    def close(self) -> None:
        """Closes them now."""
        self._closing()

    def _read_lengths(self, folder: Path, name: str) -> bytes:
        """For each document the byte of a column, 0 where none is noted."""
        path = folder / codec.PackedCodec.column_filename(self.reader.segment(), name)
        data = path.read_bytes() if path.exists() else b""
        return data[: self.size].ljust(self.size, b"\0")

    def column(self, name: str) -> Any:
        """A column's values by document."""
        found = self._columns.get(name)
        if found is None:
            kind = self.reader.schema[name].column_type
            found = self._columns[name] = self.reader._perdoc.column_reader(name, kind)
        return found


class Segment:
    """A segment as one commit has it, its documents numbered from ``base``.

    In the commit before they were from ``former``, if they were there and their lists can be
    taken over.
    """

    def __init__(self, files: Files, base: int, deleted: Iterable[int]) -> None:
        self.files = files
        self.reader, self.terms, self.size = files.reader, files.terms, files.size
        self.base = base
        self.former: int | None = None
        self.deleted = frozenset(deleted)
        self._deleted = _Deleted(self.deleted)

    def column_values(self, name: str, documents: Iterable[int]) -> Iterator[bytes]:
        """A column's values of these documents; as the column gives them, but faster."""
        column = self.files.column(name)
        starts, lengths = column._offsets, column._lengths
        data = column._dbfile.get(column._basepos, sum(lengths))
        for document in documents:
            start = starts[document]
            yield data[start : start + lengths[document]]

    def postings(self, field: str, term: bytes) -> codec.Decoded | None:
        """A term's postings, without deleted documents."""
        if (field, term) not in self.terms:
            return None
        matcher = self.terms.matcher(field, term, self.reader.schema[field].format)
        return self._placed(matcher.decode())

    def again(self, found: codec.Decoded, starts: Sequence[int]) -> codec.Decoded:
        """A term's postings, from those over all segments of the commit before; ``starts`` is
        where the positions of each document begin."""
        assert self.former is not None
        low = bisect_left(found.documents, self.former)
        high = bisect_left(found.documents, self.former + self.size, low)
        return self._placed(
            codec.Decoded(
                _moved(found.documents[low:high], -self.former),
                found.frequencies[low:high],
                found.positions[starts[low] : starts[high]],
            )
        )

    def _placed(self, found: codec.Decoded) -> codec.Decoded:
        """Postings of the segment alone as those of this commit."""
        if self.deleted:
            found = self._deleted.taken_from(found)
        return found._replace(documents=_moved(found.documents, self.base))


def _moved(documents: array[int], by: int) -> array[int]:
    return array("I", map(by.__add__, documents)) if by else documents


class _Deleted:
    """The documents of a segment that are no more: whole essays, which are runs of them."""

    def __init__(self, numbers: Collection[int]) -> None:
        self._numbers = frozenset(numbers)
        self._runs: list[tuple[int, int]] = []
        for number in sorted(numbers):
            if self._runs and self._runs[-1][1] == number:
                self._runs[-1] = self._runs[-1][0], number + 1
            else:
                self._runs.append((number, number + 1))

    def taken_from(self, found: codec.Decoded) -> codec.Decoded:
        """The postings of all others."""
        cuts = list(self._cuts(found.documents))
        if not cuts:
            return found
        starts = array("I", chain((0,), accumulate(found.frequencies)))
        kept = codec.Decoded(array("I"), array("I"), array("I"))
        after = 0
        for low, high in (*cuts, (len(found.documents), 0)):
            kept.documents.extend(found.documents[after:low])
            kept.frequencies.extend(found.frequencies[after:low])
            kept.positions.extend(found.positions[starts[after] : starts[low]])
            after = high
        return kept

    def _cuts(self, documents: array[int]) -> Iterator[tuple[int, int]]:
        """From where to where in ascending documents they are, in order."""
        if len(documents) < len(self._runs):
            for index, document in enumerate(documents):
                if document in self._numbers:
                    yield index, index + 1
            return
        high = 0
        for start, stop in self._runs:
            low = bisect_left(documents, start, high)
            high = bisect_left(documents, stop, low)
            if low < high:
                yield low, high
