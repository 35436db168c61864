"""Writing: essays into segments, inverted and merged by whole arrays."""

from __future__ import annotations

import shutil
from array import array
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.index import FileIndex
from whoosh.writing import SegmentWriter

from indexer.analysis import fold, postings
from indexer.engines import whoosh_codec as codec
from indexer.engines import whoosh_entries as entries
from indexer.engines import whoosh_fields as fields
from indexer.engines import whoosh_lengths as lengths
from indexer.engines.base import Entry
from indexer.engines.keys import first_day, places
from indexer.engines.whoosh_joining import Joined
from indexer.engines.whoosh_location import (
    INDEX_NAME,
    STAMP,
    Location,
    WriterLock,
    storage_errors,
)
from indexer.engines.whoosh_merging import take_in, worth_merging
from indexer.engines.whoosh_reader import reading
from indexer.engines.whoosh_segment import Files
from indexer.engines.whoosh_storage import DurableStorage, index_folder
from indexer.inversion import GAP, VIEWS, Integers, Inverted, Lists, invert
from indexer.plan import View
from indexer.weights import BM25

# Postings held in memory before a segment is written, some ten bytes each, and as much again
# while it is: those of some 150,000 passages.
SEGMENT_POSTINGS = 20_000_000
# More segments than this are merged, where that is worth it. A search looks every term up in each.
MOST_SEGMENTS = 6
# Documents that one commit takes over from other segments before it is seen: some 50 ms. What
# else is worth merging is merged after that.
MERGED_AT_ONCE = 1_500
# A segment with more documents is left alone, unless half of it is deleted: reading the longest
# lists takes longer than looking terms up in several.
MERGED_DOCUMENTS = 100_000


_NO_LIMIT = 1 << 62


class _EssayWriter(SegmentWriter):
    """A segment writer that is given posting lists instead of postings."""

    def __init__(self, index: Any) -> None:
        super().__init__(index, codec=codec.ArrayCodec(), compound=False, _lk=False)
        self._joined: defaultdict[str, Joined] = defaultdict(Joined)

    @property
    def postings(self) -> int:
        """How many are held in memory."""
        return sum(joined.postings for joined in self._joined.values())

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        for name in sorted(self._joined):
            self.fieldwriter.write_field(name, *self._joined.pop(name).finish())
        self.fieldwriter.close()

    def add(self, entry: Entry, inverted: Inverted) -> None:
        """Adds an essay's document and those of its passages."""
        number = self._add_essay(entry)
        for first, part, view, lists in inverted.fields:
            self._joined[fields.of_part(part, view)].add(number + first, lists)
        packed = [
            entries.pack((p.anchor, p.ordinal, p.headings, p.kind, p.text)) for p in entry.passages
        ]
        documents: codec.StoredWriter = self.perdocwriter
        documents.add_packed(b"".join(packed), map(len, packed))
        of_views = [_lengths(inverted, view).tolist() for view in VIEWS]
        for view, found in zip(VIEWS, of_views, strict=True):
            documents.add_numbers(number + 1, fields.LENGTHS[view], as_bytes(found))
        of_passages = list(map(lengths.Tokens, *of_views))
        documents.add_value(number, fields.TOTALS, lengths.pack_totals(of_passages))
        self.docnum = number + 1 + len(entry.passages)
        self._added = True

    def _add_essay(self, entry: Entry) -> int:
        number: int = self.docnum
        essay = entry.essay
        for name, terms in (
            (fields.KIND, ["essay"]),
            (fields.ESSAY_ID, [essay.id]),
            (fields.LANGUAGE, [essay.language]),
            (fields.PLACE, places(essay.id)),
        ):
            self._joined[name].add_plain(number, [_encoded(term) for term in terms])
        if essay.authors:
            self._joined[fields.AUTHOR_EXACT].add(number, _of_authors(essay.authors))
        day = first_day(essay.date) if essay.date else ""
        first = essay.authors[0] if essay.authors else ""
        documents: codec.StoredWriter = self.perdocwriter
        packed = entries.pack({"essay": essay_fields(entry), "passages": len(entry.passages)})
        documents.add_packed(packed, [len(packed)])
        for name, value in {
            fields.SORT_ID: _encoded(essay.id),
            fields.SORT_TITLE: _encoded(fold(essay.title)),
            fields.SORT_AUTHOR: _encoded(fold(first)),
            fields.SORT_DAY: day.encode(),
            fields.AUTHORS: fields.pack_names(essay.authors),
            fields.WORDS: str(essay.words).encode(),
        }.items():
            documents.add_value(number, name, value)
        return number

    def take_in(self, segment: Any, files: Files) -> None:
        """Adds what is left of a committed segment."""
        deleted = segment.deleted_docs()
        self.docnum += take_in(files, deleted, self.docnum, self.perdocwriter, self._joined)
        self._added = True


def _lengths(inverted: Inverted, view: View) -> Integers:
    """The length of each passage."""
    texts, headings, title = inverted.tokens[view]
    found: Integers = BM25.title * title[0] + headings[1:] + texts[1:]
    return found


_LEAST = np.array(lengths.LENGTHS)


def as_bytes(found: list[int]) -> bytes:
    """The byte of each length; see :func:`~indexer.engines.whoosh_lengths.to_byte`."""
    return (np.searchsorted(_LEAST, found, "right") - 1).astype(np.uint8).tobytes()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _of_authors(names: tuple[str, ...]) -> Lists:
    """The lists of the essay's own document: its authors' names, a gap apart."""
    found: dict[str, list[int]] = {}
    base = 0
    for name in names:
        part = postings(name, "")
        for term, positions in part.exact.items():
            found.setdefault(term, []).extend(base + position for position in positions)
        base += part.length + GAP
    frequencies = array("I", map(len, found.values()))
    return Lists(
        list(map(_encoded, found)),
        np.ones(len(found), np.uint8),
        np.zeros(len(found), np.uint32),
        np.frombuffer(frequencies, np.uint32),
        np.array([p for positions in found.values() for p in positions], np.uint32),
    )


class WhooshWriter:
    """The one writing session of an index.

    An essay's documents lie side by side, its own first, then its passages. Nothing is
    visible before :meth:`commit`; a rebuild lies aside until then.
    """

    takes_postings = True

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

    def _open(self) -> _EssayWriter:
        if self._writer is None:
            self._writer = _EssayWriter(self._index)
        return self._writer

    def put(self, entry: Entry, postings: Inverted | None = None) -> None:
        if postings is None:
            texts = [(passage.headings, passage.text) for passage in entry.passages]
            postings = invert(entry.essay.title, texts, entry.essay.language)
        with storage_errors(self._location.path):
            if entry.essay.id in self._fresh:
                self._flush()
            with reading(self._location.path):
                self._delete(entry.essay.id)
            self._open().add(entry, postings)
            self._fresh.add(entry.essay.id)
            if self._aside and self._open().postings > SEGMENT_POSTINGS:
                self._flush()

    def remove(self, essay_id: str) -> None:
        with storage_errors(self._location.path):
            if essay_id in self._fresh:
                self._flush()
            with reading(self._location.path):
                self._delete(essay_id)

    def full(self) -> bool:
        """Whether memory asks for a commit."""
        return self._writer is not None and self._writer.postings > SEGMENT_POSTINGS

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

    def _flush(self) -> None:
        """Writes what is in memory and Whoosh's table of contents."""
        writer = self._writer
        if writer is None:
            return
        self._writer = None
        self._fresh = set()
        self._commit_toc(writer, MERGED_AT_ONCE)

    def _commit_toc(self, writer: _EssayWriter, most: int) -> None:
        """Commits, with at most so many documents of other segments taken in."""
        try:
            writer.commit(mergetype=lambda writer, segments: self._merged(writer, segments, most))
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

    def _merged(self, writer: _EssayWriter, segments: list[Any], most: int) -> list[Any]:
        """Takes segments into the one being written; gives those that are left."""
        left = [s for s in segments if s.deleted_count() < s.doc_count_all()]
        with reading(self._location.path):
            for segment in _chosen(left, writer.docnum, most):
                writer.take_in(segment, self._files_of(segment.segment_id()))
                left.remove(segment)
        return left

    def _merge(self) -> None:
        """Merges what is worth it, after the commit that made it so."""
        segments = FileIndex._read_toc(self._index).segments
        if _chosen(segments, 0, _NO_LIMIT):
            self._commit_toc(_EssayWriter(self._index), _NO_LIMIT)

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


def _chosen(segments: list[Any], fresh: int, most: int) -> list[Any]:
    """The segments to merge with ``fresh`` documents, at most so many documents of them."""
    sizes = {id(s): s.doc_count_all() - s.deleted_count() for s in segments}
    ascending = sorted(segments, key=lambda s: sizes[id(s)])
    chosen: list[Any] = []
    if len(segments) + bool(fresh) > MOST_SEGMENTS:
        small = [s for s in ascending if sizes[id(s)] <= MERGED_DOCUMENTS]
        chosen = small[: worth_merging([sizes[id(s)] for s in small], fresh, most)]
    room = most - sum(sizes[id(s)] for s in chosen)
    for segment in ascending:
        size = sizes[id(segment)]
        if segment not in chosen and segment.deleted_count() > size and size <= room:
            chosen.append(segment)
            room -= size
    return chosen
