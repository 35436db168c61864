"""Writing: essays into segments, inverted in memory and flushed in bulk."""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from indexer.analysis import Postings, fold, postings
from indexer.engines import whoosh_codec as codec
from indexer.engines import whoosh_fields as fields
from indexer.engines import whoosh_lengths as lengths
from indexer.engines.base import Entry
from indexer.engines.keys import first_day, places
from indexer.engines.whoosh_location import (
    INDEX_NAME,
    STAMP,
    Location,
    WriterLock,
    storage_errors,
)
from indexer.engines.whoosh_reader import reading
from indexer.engines.whoosh_segment import Files
from indexer.engines.whoosh_storage import DurableStorage, index_folder
from indexer.model import Passage

# Positions between headings, and between authors: more than the greatest distance a query may
# ask for, so that nothing runs over.
GAP = 2_000
# Postings held in memory before a segment is written; about 1 GB at the most.
SEGMENT_POSTINGS = 12_000_000
# More segments than this are merged, smallest first, to half as many. A search looks every
# term up in each.
MOST_SEGMENTS = 10
# Merging runs in plain Whoosh: a segment with more documents is left alone, unless half of
# it is deleted.
MERGED_DOCUMENTS = 50_000


# A term's lists under way, or just its document and positions while there is only one.
_Growing: TypeAlias = "tuple[array[int], array[int], array[int]] | tuple[int, list[int]]"


class _Inverter:
    """Posting lists of one segment under way, field by field."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[str, _Growing]] = {}
        self.count = 0

    def add(self, field: str, document: int, terms: Iterable[tuple[str, list[int]]]) -> None:
        """Adds what a document holds in a field; documents come in order."""
        lists = self.fields.setdefault(field, {})
        get = lists.get
        count = 0
        for term, positions in terms:
            count += 1
            found = get(term)
            if found is None:
                lists[term] = (document, positions)
                continue
            if len(found) == 2:
                lists[term] = found = _grown(*found)
            documents, frequencies, all_positions = found
            documents.append(document)
            frequencies.append(len(positions))
            all_positions.fromlist(positions)
        self.count += count

    def take(self, field: str, term: str) -> tuple[array[int], array[int], array[int]]:
        """A term's finished lists, which are forgotten here."""
        found = self.fields[field].pop(term)
        return _grown(*found) if len(found) == 2 else found


def _grown(document: int, positions: list[int]) -> tuple[array[int], array[int], array[int]]:
    return array("I", (document,)), array("I", (len(positions),)), array("I", positions)


class _EssayWriter(SegmentWriter):
    """A segment writer that is given posting lists instead of postings."""

    def __init__(self, index: Any) -> None:
        super().__init__(index, codec=codec.ArrayCodec(), compound=False, _lk=False)
        self.inverter = _Inverter()

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        writer = self.fieldwriter
        for name in sorted(self.inverter.fields):
            terms = self.inverter.fields[name]
            encoded = sorted((term.encode("utf-8", "surrogatepass"), term) for term in terms)
            counts = array("I")
            lists = array("I"), array("I"), array("I")
            for _, term in encoded:
                found = self.inverter.take(name, term)
                counts.append(len(found[0]))
                for whole, part in zip(lists, found, strict=True):
                    whole.extend(part)
            writer.write_field(name, [data for data, _ in encoded], counts, *lists)
        writer.close()

    def add(
        self,
        stored: Any,
        terms: dict[str, Iterable[tuple[str, list[int]]]],
        columns: Mapping[str, bytes | int],
    ) -> int:
        """Adds a document; gives its number in the segment."""
        number: int = self.docnum
        documents = self.perdocwriter
        documents.start_doc(number)
        documents.add_field(fields.ENTRY, self.schema[fields.ENTRY], stored, 0)
        for name, value in columns.items():
            documents.add_column_value(name, self.schema[name].column_type, value)
        documents.finish_doc()
        for name, items in terms.items():
            self.inverter.add(name, number, items)
        self.docnum += 1
        self._added = True
        return number

    def complete(self, document: int, name: str, value: bytes) -> None:
        """Adds to a document before the last one what is known only now: the value of a column
        in which none after it has one."""
        self.perdocwriter.add_value(document, name, value)


def _shifted(texts: Iterable[str], language: str) -> Postings:
    """Postings of several short texts as one, a gap apart."""
    exact: dict[str, list[int]] = {}
    stem: dict[str, list[int]] = {}
    base = length = 0
    for text in texts:
        part = postings(text, language)
        for whole, piece in ((exact, part.exact), (stem, part.stem)):
            for term, positions in piece.items():
                whole.setdefault(term, []).extend(base + p for p in positions)
        base += part.length + GAP
        length += part.length
    return Postings(exact, stem, length)


class WhooshWriter:
    """The one writing session of an index.

    An essay's documents lie side by side, its own first, then its passages. Nothing is
    visible before :meth:`commit`; a rebuild lies aside until then.
    """

    def __init__(self, location: Location, lock: WriterLock, *, rebuild: bool) -> None:
        self._location = location
        self._lock: WriterLock | None = lock
        self._aside: str | None = None
        location.sweep()
        if rebuild or not (location.path / STAMP).exists():
            self._aside = location.new_folder()
            folder = location.path / self._aside
            folder.mkdir()
            self._index = FileIndex.create(DurableStorage(folder), codec.schema(), INDEX_NAME)
        else:
            with reading(location.path):
                self._index = index_folder(location.current_folder())
        self._writer: _EssayWriter | None = None
        # Of committed segments, by segment id, for the session's many look-ups.
        self._files: dict[str, Files] = {}
        self._fresh: set[str] = set()
        self._headings: tuple[tuple[str, ...], str, Postings, lengths.Tokens] | None = None

    def _open(self) -> _EssayWriter:
        if self._writer is None:
            self._writer = _EssayWriter(self._index)
        return self._writer

    def put(self, entry: Entry) -> None:
        with storage_errors(self._location.path):
            if entry.essay.id in self._fresh:
                self._flush()
            with reading(self._location.path):
                self._delete(entry.essay.id)
            self._add(self._open(), entry)
            self._fresh.add(entry.essay.id)
            if self._aside and self._open().inverter.count > SEGMENT_POSTINGS:
                self._flush()

    def remove(self, essay_id: str) -> None:
        with storage_errors(self._location.path):
            if essay_id in self._fresh:
                self._flush()
            with reading(self._location.path):
                self._delete(essay_id)

    def full(self) -> bool:
        """Whether memory asks for a commit."""
        return self._writer is not None and self._writer.inverter.count > SEGMENT_POSTINGS

    def _delete(self, essay_id: str) -> None:
        """Marks the essay's documents in the segments committed so far."""
        writer = self._open()
        if not writer.segments:
            return
        term = essay_id.encode("utf-8", "surrogatepass")
        for number, segment in enumerate(writer.segments):
            files = self._files_of(segment.segment_id())
            ids = files.field(fields.ESSAY_ID)
            found = None if ids is None else ids.find(term)
            if ids is None or found is None:
                continue
            base = writer._doc_offsets[number]
            for first in ids.lists(found).documents:
                count = files.entry(first)["passages"]
                for document in range(first, first + count + 1):
                    writer.delete_document(base + document)

    def _files_of(self, name: str) -> Files:
        """The files of a committed segment."""
        found = self._files.get(name)
        if found is None:
            found = self._files[name] = Files(Path(self._index.storage.folder), name)
        return found

    def _add(self, writer: _EssayWriter, entry: Entry) -> None:
        essay = entry.essay
        title = postings(essay.title, essay.language)
        authors = _shifted(essay.authors, "")
        one = [0]
        terms: dict[str, Iterable[tuple[str, list[int]]]] = {
            fields.KIND: [("essay", one)],
            fields.ESSAY_ID: [(essay.id, one)],
            fields.LANGUAGE: [(essay.language, one)],
            fields.PLACE: [(place, one) for place in places(essay.id)],
            fields.TITLE_EXACT: title.exact.items(),
            fields.TITLE_STEM: title.stem.items(),
            fields.AUTHOR_EXACT: authors.exact.items(),
        }
        day = first_day(essay.date) if essay.date else ""
        first = essay.authors[0] if essay.authors else ""
        number = writer.add(
            {
                "essay": essay_fields(entry),
                "passages": len(entry.passages),
            },
            terms,
            {
                fields.SORT_ID: essay.id.encode("utf-8", "surrogatepass"),
                fields.SORT_TITLE: fold(essay.title).encode("utf-8", "surrogatepass"),
                fields.SORT_AUTHOR: fold(first).encode("utf-8", "surrogatepass"),
                fields.SORT_DAY: day.encode(),
                fields.AUTHORS: fields.pack_names(essay.authors),
                fields.WORDS: str(essay.words).encode(),
            },
        )
        title_tokens = lengths.tokens(title)
        # One after the other: the postings of a whole book would keep the garbage collector busy.
        of_passages = [
            self._add_passage(writer, passage, essay.language, title_tokens)
            for passage in entry.passages
        ]
        writer.complete(number, fields.TOTALS, lengths.pack_totals(of_passages))

    def _add_passage(
        self, writer: _EssayWriter, passage: Passage, language: str, title: lengths.Tokens
    ) -> lengths.Tokens:
        """Adds a passage; gives its length."""
        text = postings(passage.text, language)
        headings, of_headings = self._headings_of(passage, language)
        length = lengths.length(title, of_headings, lengths.tokens(text))
        writer.add(
            (passage.anchor, passage.ordinal, passage.headings, passage.kind, passage.text),
            {
                fields.TEXT_EXACT: text.exact.items(),
                fields.TEXT_STEM: text.stem.items(),
                fields.HEADING_EXACT: headings.exact.items(),
                fields.HEADING_STEM: headings.stem.items(),
            },
            {
                fields.LENGTH_EXACT: lengths.to_byte(length.exact),
                fields.LENGTH_STEM: lengths.to_byte(length.stem),
            },
        )
        return length

    def _headings_of(self, passage: Passage, language: str) -> tuple[Postings, lengths.Tokens]:
        known = self._headings
        if known is None or known[0] != passage.headings or known[1] != language:
            found = _shifted(passage.headings, language)
            known = (passage.headings, language, found, lengths.tokens(found))
            self._headings = known
        return known[2], known[3]

    def _flush(self) -> None:
        """Writes what is in memory and Whoosh's table of contents."""
        writer = self._writer
        if writer is None:
            return
        self._writer = None
        self._fresh = set()
        try:
            writer.commit(mergetype=_drop_emptied)
        except BaseException:
            self._index.storage.let_go()
            raise

    def commit(self) -> dict[str, str]:
        with storage_errors(self._location.path):
            self._flush()
            self._merge()
            folder = self._aside or self._location.stamp().folder
            self._location.swap(folder)
            if self._aside:
                self._aside = None
                self._location.sweep()
        return {}

    def _merge(self) -> None:
        segments = FileIndex._read_toc(self._index).segments
        chosen = _worth_merging(segments)
        if not chosen:
            return
        merger = SegmentWriter(self._index, codec=codec.ArrayCodec(), compound=False, _lk=False)
        merger.commit(mergetype=lambda writer, all_: _merge_chosen(writer, all_, chosen))

    def close(self) -> None:
        if self._lock is None:
            return
        try:
            self._files.clear()
            if self._writer is not None:
                writer, self._writer = self._writer, None
                try:
                    writer.cancel()
                except OSError:
                    # The disk is full or gone; what was committed is whole all the same, and
                    # the next run sweeps the rest.
                    self._index.storage.let_go()
            if self._aside:
                shutil.rmtree(self._location.path / self._aside, ignore_errors=True)
        finally:
            lock, self._lock = self._lock, None
            lock.release()


def essay_fields(entry: Entry) -> dict[str, Any]:
    """What is stored of an essay, as plain data."""
    essay, mark = entry.essay, entry.fingerprint
    return {
        "id": essay.id,
        "title": essay.title,
        "authors": list(essay.authors),
        "date": essay.date,
        "language": essay.language,
        "path": essay.path,
        "format": essay.format,
        "words": essay.words,
        "fingerprint": (mark.path, mark.root, mark.size, mark.mtime_ns, mark.digest),
        "outline": [(e.title, e.level, e.anchor) for e in entry.outline],
    }


def _drop_emptied(writer: Any, segments: list[Any]) -> list[Any]:
    return [s for s in segments if s.deleted_count() < s.doc_count_all()]


def _worth_merging(segments: list[Any]) -> set[str]:
    """Ids of the segments to merge into one, or nothing."""
    chosen = {
        s.segment_id()
        for s in segments
        if s.deleted_count() * 2 > s.doc_count_all() and s.doc_count_all() <= MERGED_DOCUMENTS * 4
    }
    if len(segments) > MOST_SEGMENTS:
        small = sorted(segments, key=lambda s: s.doc_count_all())
        for segment in small[: len(segments) - MOST_SEGMENTS // 2]:
            if segment.doc_count_all() <= MERGED_DOCUMENTS:
                chosen.add(segment.segment_id())
    return chosen


def _merge_chosen(writer: Any, segments: list[Any], chosen: set[str]) -> list[Any]:
    kept = []
    for segment in segments:
        if segment.segment_id() in chosen:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
        else:
            kept.append(segment)
    return kept
