"""Reading: one commit of an index as posting arrays, lengths and stored entries."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from itertools import accumulate, chain, pairwise

from indexer.engines import whoosh_fields as fields
from indexer.engines import whoosh_manifest as manifest
from indexer.engines.base import Fingerprint
from indexer.engines.whoosh_lengths import LENGTHS, Totals, sum_totals
from indexer.engines.whoosh_location import newest_generation
from indexer.engines.whoosh_segment import Files, Lists, Rest, Segment, check_size, joined
from indexer.errors import DamagedError, EssaysError
from indexer.keeping import cached_property, merge, packed
from indexer.model import Essay, OutlineEntry, Passage
from indexer.terms import stem_of, stem_term
from indexer.weights import BM25, inverse_frequency

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from indexer.engines.whoosh_arrays import Numbers
    from indexer.plan import Pattern, View

# Bytes of posting lists kept: what of them does not lie in the files.
_KEPT_BYTES = 32_000_000
# Documents of a posting list between two whose place among its positions is noted.
_NOTED = 128
# Terms whose idf is kept, some 100 bytes each.
_KEPT_IDFS = 50_000

# What reading a damaged file may raise.
DAMAGE = (
    EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError,
    AssertionError, OverflowError, MemoryError, ImportError, ArithmeticError,
)  # fmt: skip


class reading:
    """Turns what reading a damaged index may raise into a :class:`DamagedError`."""

    def __init__(self, location: object) -> None:
        self._location = location

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, EssaysError) or not isinstance(error, (OSError, *DAMAGE)):
            return
        location = self._location
        advice = (
            f"the index {location} is damaged; make it anew with: essays index --rebuild FOLDER"
        )
        if isinstance(error, OSError):
            where = error.filename or location
            raise DamagedError(f"{where}: {error.strerror}; {advice}") from error
        what = " ".join(str(error).split())
        raise DamagedError(f"{advice} ({type(error).__name__}: {what[:200]})") from error


def _runs(ascending: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending numbers as runs of consecutive ones, each from its first to after its last."""
    index, size = 0, len(ascending)
    while index < size:
        first, least = ascending[index], 0
        step = 1
        while index + step < size and ascending[index + step] == first + step:
            least, step = step, step * 2
        most = min(step, size - index)
        while most - least > 1:
            middle = (least + most) // 2
            if ascending[index + middle] == first + middle:
                least = middle
            else:
                most = middle
        yield first, first + least + 1
        index += least + 1


class PostingList:
    """Where a term is: ascending documents, counts, and all positions in a row; buffers, which
    are views into the files where those have them so. A collection of the documents."""

    __slots__ = ("_essays", "_noted", "_parts", "_positions", "documents", "frequencies")

    def __init__(self, parts: Sequence[Lists | Rest]) -> None:
        self.documents: Numbers = joined([part.documents for part in parts])
        self.frequencies: Numbers = joined([part.frequencies for part in parts])
        self._parts = parts
        self._positions: Numbers | None = None
        self._noted: Sequence[int] | None = None
        self._essays: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[int]:
        return iter(self.documents)

    def __contains__(self, document: Any) -> bool:
        index = bisect_left(self.documents, document)
        return bool(index < len(self.documents) and self.documents[index] == document)

    @property
    def positions(self) -> Numbers:
        """The positions of all documents, one after the other."""
        if self._positions is None:
            self._positions = joined([part.positions for part in self._parts])
        return self._positions

    def at(self, document: int) -> Sequence[int]:
        """The term's ascending positions in a document."""
        index = bisect_left(self.documents, document)
        if index == len(self.documents) or self.documents[index] != document:
            return ()
        counts = self.frequencies
        if self._noted is None:
            sums = (sum(counts[low : low + _NOTED]) for low in range(0, len(counts), _NOTED))
            self._noted = packed(accumulate(sums, initial=0))
        number, over = divmod(index, _NOTED)
        begin = self._noted[number] + sum(counts[index - over : index])
        return self.positions[begin : begin + counts[index]]

    def by_essay(self, essays: Sequence[int], size: int) -> Sequence[int]:
        """From where on among the documents are those of each essay, given the essays' own ones
        and how many documents there are; and the number of all."""
        documents, most = self.documents, len(self.documents)
        if not most:
            # One such list is that of all snapshots.
            return [0] * (len(essays) + 1)
        if self._essays is None:
            after = 0
            found = [after]
            for essay, following in pairwise((*essays, size)):
                # An essay has no more documents here than there are of it.
                high = min(most, after + following - essay)
                after = bisect_left(documents, following, after, high)
                found.append(after)
            self._essays = packed(found)
        return self._essays


_NONE = memoryview(b"").cast("I")
EMPTY = PostingList([Lists(_NONE, _NONE, _NONE)])


def states_of(folder: str, generation: int) -> tuple[manifest.SegmentState, ...]:
    """The segments of a commit."""
    found = manifest.read(folder, generation)
    if found is None:
        # Made by Whoosh alone; loaded then only, since it takes longer than a search.
        from pathlib import Path

        from indexer.engines.whoosh_storage import committed

        found = tuple(committed(Path(folder), generation))
    return found


class Snapshot:
    """One commit, as it was when opened; documents are numbered over all its segments.

    An essay is known by its place among the essays (``essay_ref``), a passage by its
    document number. Files of segments that the one ``before`` has are not opened again. Any
    number of threads may ask at once.
    """

    def __init__(self, folder: str | os.PathLike[str], before: Snapshot | None = None) -> None:
        self.folder = os.fspath(folder)
        self.generation = newest_generation(folder)
        known = {} if before is None else {s.files.name: s.files for s in before.segments}
        self.segments: list[Segment] = []
        base = 0
        self.states = states_of(self.folder, self.generation)
        for state in self.states:
            files = known.get(state.name) or Files(folder, state.name)
            check_size(files, state.documents)
            self.segments.append(Segment(files, base, state.deleted))
            base += state.documents
        self.size = base
        self._kept: dict[tuple[str, str], PostingList] = {}
        self._kept_bytes = 0
        self._lengths: dict[View, Sequence[int]] = {}
        self._totals: dict[View, Totals] | None = None
        self._norms: dict[View, list[float]] = {}
        self._idfs: dict[tuple[View, str], float] = {}
        self._columns: dict[str, list[bytes]] = {}
        self._essay_of: Numbers | None = None
        # Made when first asked for.
        self.essay_counts: dict[Pattern, int] = {}

    def is_newest(self) -> bool:
        """Whether no commit has come since."""
        return newest_generation(self.folder) == self.generation

    @cached_property
    def essays(self) -> Numbers:
        """The documents of the essays themselves, ascending."""
        return self.postings(fields.KIND, "essay").documents

    @cached_property
    def passages(self) -> int:
        """How many passages there are."""
        documents = sum(segment.size - segment.deleted_count for segment in self.segments)
        return documents - len(self.essays)

    @cached_property
    def _deleted(self) -> Sequence[int]:
        parts = (map(segment.base.__add__, segment.deleted) for segment in self.segments)
        return packed(chain.from_iterable(parts))

    # Postings

    def postings(self, field: str, term: str) -> PostingList:
        """A term's postings over all segments, without deleted documents."""
        key = (field, term)
        found = self._kept.get(key)
        if found is not None:
            return found
        data = term.encode("utf-8", "surrogatepass")
        parts = [
            part
            for segment in self.segments
            if (part := segment.postings(field, data)) is not None and len(part.documents)
        ]
        if not parts:
            return EMPTY
        found = PostingList(parts)
        self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, str], found: PostingList) -> None:
        """Keeps a list, and where that makes too many, forgets all others."""
        # Views into a file have hardly anything of their own.
        views = len(self.segments) == 1 and not self.segments[0].runs
        room = (0 if views else 7) * len(found) + 500
        if self._kept_bytes + room > _KEPT_BYTES:
            self._kept, self._kept_bytes = {}, 0
        self._kept[key] = found
        self._kept_bytes += room

    def vocabulary(self, fields: Sequence[str], prefix: str) -> Iterator[tuple[str, int]]:
        """Terms of several fields that begin so, in byte order, with their postings' number."""
        start = prefix.encode("utf-8", "surrogatepass")

        def terms(segment: Segment, name: str) -> Iterator[tuple[bytes, int]]:
            field = segment.files.field(name)
            if field is not None:
                for number in field.beginning(start):
                    yield field.term(number), field.document_frequency(number)

        runs = [terms(segment, field) for segment in self.segments for field in fields]
        last, total = None, 0
        for data, count in merge(*runs):
            if data != last:
                if last is not None:
                    yield last.decode("utf-8", "surrogatepass"), total
                last, total = data, 0
            total += count
        if last is not None:
            yield last.decode("utf-8", "surrogatepass"), total

    # Documents

    def essay_of(self) -> Numbers:
        """Document number to essay place, for passages and essays alike."""
        if self._essay_of is None:
            # What lies before the first essay is deleted, and of none.
            ends = [0, *self.essays[1:], self.size]
            places = (place.to_bytes(4, "little") for place in range(len(self.essays)))
            times = map(int.__sub__, ends[1:], ends)
            self._essay_of = memoryview(b"".join(map(bytes.__mul__, places, times))).cast("I")
        return self._essay_of

    def passages_of(self, place: int) -> range:
        """Document numbers of an essay's passages."""
        start = self.essays[place]
        end = self.essays[place + 1] if place + 1 < len(self.essays) else self.size
        if self._deleted:
            # Essays are deleted whole, so the first deleted document ends this one.
            after = bisect_right(self._deleted, start)
            if after < len(self._deleted):
                end = min(end, self._deleted[after])
        return range(start + 1, end)

    def lengths(self, view: View) -> Sequence[int]:
        """For each document the byte of its length in a view; see :data:`LENGTHS`."""
        found = self._lengths.get(view)
        if found is None:
            parts = [segment.lengths(view) for segment in self.segments]
            found = parts[0] if len(parts) == 1 else b"".join(map(bytes, parts))
            self._lengths[view] = found
        return found

    def totals(self, view: View) -> Totals:
        """The passages that have any token in a view, and their lengths together."""
        if self._totals is None:
            runs = (segment.column_runs(fields.TOTALS) for segment in self.segments)
            self._totals = sum_totals(chain.from_iterable(runs))
        return self._totals[view]

    def norms(self, view: View) -> list[float]:
        """For each byte of a length what BM25 adds to the number of occurrences below the
        fraction: ``k1 * (1 - b + b * length / average)``."""
        found = self._norms.get(view)
        if found is None:
            passages, tokens = self.totals(view)
            average = tokens / passages if passages else 1.0
            k1, b = BM25.k1, BM25.b
            found = self._norms[view] = [k1 * (1 - b + b * length / average) for length in LENGTHS]
        return found

    def idf(self, view: View, term: str) -> float:
        """Lucene's inverse document frequency of an exact term or of a stem, in whatever
        language, among passages whose titles, headings and texts are one field."""
        key = term if view == "exact" else stem_of(term)
        found = self._idfs.get((view, key))
        if found is None:
            if len(self._idfs) >= _KEPT_IDFS:
                self._idfs.clear()
            terms = [key] if view == "exact" else [stem_term(key, code) for code in self.languages]
            number = sum(self._passages_with(view, one) for one in terms)
            found = inverse_frequency(self.totals(view).passages, number)
            self._idfs[view, key] = found
        return found

    @cached_property
    def languages(self) -> dict[str, int]:
        """The languages of the essays, and how many essays each has."""
        counted = (
            (language, len(self.postings(fields.LANGUAGE, language)))
            for language, _ in self.vocabulary((fields.LANGUAGE,), "")
        )
        return {language: essays for language, essays in counted if essays}

    def _passages_with(self, view: View, term: str) -> int:
        """The number of passages that have a term in title, headings or text."""
        whole = self.postings(fields.of_part("text", view), term)
        headings = self.postings(fields.of_part("heading", view), term).documents
        titles = self.postings(fields.of_part("title", view), term).documents
        texts = whole.documents
        found = size = len(texts)
        owner = self.essay_of()
        titled = {owner[essay] for essay in titles}
        # Passages below a heading follow each other, and an essay's own document ends them.
        runs = [run for run in _runs(headings) if owner[run[0]] not in titled]
        if len(runs) + len(titled) < len(self.essays) // 4:
            runs += ((span.start, span.stop) for span in map(self.passages_of, titled) if span)
            for start, stop in runs:
                low = bisect_left(texts, start)
                high = bisect_left(texts, stop, low, min(size, low + stop - start))
                found += stop - start - (high - low)
            return found
        begins = whole.by_essay(self.essays, self.size)
        found += sum(len(self.passages_of(p)) - begins[p + 1] + begins[p] for p in titled)
        for start, stop in runs:
            place = owner[start]
            low = bisect_left(texts, start, begins[place], begins[place + 1])
            high = bisect_left(texts, stop, low, begins[place + 1])
            found += stop - start - (high - low)
        return found

    def sort_keys(self, column: str) -> list[bytes]:
        """A sort column's value for each essay place, kept."""
        found = self._columns.get(column)
        if found is None:
            found = self._columns[column] = list(self.column_values(column))
        return found

    def column_values(self, column: str) -> Iterator[bytes]:
        """A column's value for each essay place, in order."""
        first = 0
        for segment in self.segments:
            after = bisect_left(self.essays, segment.base + segment.size)
            documents = map((-segment.base).__add__, self.essays[first:after])
            yield from segment.column_values(column, documents)
            first = after

    def sort_key(self, column: str, place: int) -> bytes:
        """A sort column's value for one essay."""
        document = self.essays[place]
        segment = self._segment_of(document)
        return segment.files.column(column)[document - segment.base]

    def _segment_of(self, document: int) -> Segment:
        for segment in self.segments:
            if document < segment.base + segment.size:
                return segment
        raise DamagedError(f"{self.folder}: document {document} is missing; run: essays check")

    def _stored(self, document: int) -> Any:
        segment = self._segment_of(document)
        return segment.files.entry(document - segment.base)

    def passage(self, document: int) -> Passage:
        """A passage by its document number."""
        anchor, ordinal, headings, kind, text = self._stored(document)
        return Passage(
            anchor=anchor, ordinal=ordinal, headings=tuple(headings), kind=kind, text=text
        )

    def essay(self, place: int) -> Essay:
        """An essay by its place."""
        document = self.essays[place]
        segment = self._segment_of(document)
        stored = segment.files.essay(document - segment.base)
        data = stored["essay"]
        return Essay(
            id=data["id"],
            title=data["title"],
            authors=tuple(data["authors"]),
            date=data["date"],
            language=data["language"],
            path=data["path"],
            format=data["format"],
            words=data["words"],
            passages=stored["passages"],
        )

    def essay_extras(self, place: int) -> tuple[Fingerprint, tuple[OutlineEntry, ...]]:
        """What else is stored of an essay."""
        data = self._stored(self.essays[place])["essay"]
        path, root, size, mtime_ns, digest = data["fingerprint"]
        mark = Fingerprint(
            essay_id=data["id"], path=path, root=root, size=size, mtime_ns=mtime_ns, digest=digest
        )
        outline = tuple(
            OutlineEntry(title=title, level=level, anchor=anchor)
            for title, level, anchor in data["outline"]
        )
        return mark, outline

    def fingerprint(self, place: int) -> Fingerprint:
        """An essay's fingerprint, kept as long as its segment's files are."""
        document = self.essays[place]
        segment = self._segment_of(document)
        found = segment.files.fingerprints.get(document - segment.base)
        if found is None:
            found, _ = self.essay_extras(place)
            segment.files.fingerprints[document - segment.base] = found
        return found

    def place_of(self, essay_id: str) -> int | None:
        """An essay's place by its id."""
        found = self.postings(fields.ESSAY_ID, essay_id).documents
        return bisect_left(self.essays, found[0]) if len(found) else None
