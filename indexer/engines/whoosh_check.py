"""Verifies a Whoosh index against itself: its files against the sums of when they were written,
and its posting lists against the passages they were made of."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from indexer.analysis import postings
from indexer.engines import whoosh_fields as fields
from indexer.engines import whoosh_lengths as lengths
from indexer.engines.whoosh_location import Location, checksum, checksums
from indexer.engines.whoosh_manifest import name_of, toc_of
from indexer.engines.whoosh_reader import PostingList, Snapshot, reading
from indexer.engines.whoosh_segment import POSTINGS, STORED, Lists
from indexer.errors import DamagedError

# Messages beyond this say no more than these.
_MOST = 20


def problems(location: Location) -> list[str]:
    """What is wrong with the index, in sentences; nothing when it is whole."""
    found: list[str] = []
    try:
        with reading(location.path):
            folder = location.current_folder()
            snapshot = Snapshot(folder)
            _check_files(folder, snapshot, found)
            if not found:
                _check_lists(snapshot, found)
                _check_essays(snapshot, found)
                _check_terms(snapshot, found)
    except DamagedError as error:
        found.append(str(error))
    if len(found) > _MOST:
        found[_MOST:] = [f"and {len(found) - _MOST} more like these"]
    return found


def _check_files(folder: Path, snapshot: Snapshot, found: list[str]) -> None:
    """Every file of this commit is there and has not changed since it was written."""
    sums = checksums(folder)
    segments = [segment.files.name for segment in snapshot.segments]
    wanted = {toc_of(snapshot.generation)}
    if name_of(snapshot.generation) in sums:
        wanted.add(name_of(snapshot.generation))
    for segment in segments:
        files = {name for name in sums if name.startswith(f"{segment}.")}
        wanted |= files or {f"{segment}{POSTINGS}", f"{segment}{STORED}"}
    for name in sorted(wanted):
        path = folder / name
        if not path.exists():
            found.append(f"{path}: is missing")
        elif name not in sums:
            found.append(f"{path}: was not written by essay-search, so that its sum is not known")
        elif checksum(path) != sums[name]:
            found.append(f"{path}: has changed since it was written")


def _check_lists(snapshot: Snapshot, found: list[str]) -> None:
    """Terms and every posting list ascend, and stay within their segment."""
    for segment in snapshot.segments:
        for name in segment.files.field_names():
            field = segment.files.field(name)
            assert field is not None
            last = b""
            for number in range(field.size):
                term = field.term(number)
                shown = f"{name} {term.decode('utf-8', 'replace')!r}"
                if (number and term <= last) or field.find(term) != number:
                    found.append(f"the term {shown} is out of order")
                last = term
                found += (
                    f"the list of {shown} {what}"
                    for what in _wrong(field.lists(number), segment.size)
                )


def _wrong(lists: Lists, size: int) -> Iterator[str]:
    """What is wrong with a posting list of a segment of so many documents."""
    documents, frequencies, positions = lists
    if not len(documents) or not all(frequencies):
        yield "has a document without the term"
    if len(frequencies) != len(documents) or sum(frequencies) != len(positions):
        yield "has positions that fit no document"
    if any(a >= b for a, b in pairwise(documents)) or max(documents, default=0) >= size:
        yield "names impossible documents"
    ends = set(accumulate(frequencies))
    if any(a >= b and at not in ends for at, (a, b) in enumerate(pairwise(positions), 1)):
        yield "has positions out of order"


def _check_essays(snapshot: Snapshot, found: list[str]) -> None:
    """Every essay is there once, is found by its id, and has its passages in order."""
    seen: set[str] = set()
    for place in range(len(snapshot.essays)):
        essay = snapshot.essay(place)
        span = snapshot.passages_of(place)
        if essay.id in seen:
            found.append(f"{essay.id} is there twice")
        seen.add(essay.id)
        if snapshot.place_of(essay.id) != place:
            found.append(f"{essay.id} is not found by its id")
        if essay.passages != len(span):
            found.append(f"{essay.id} should have {essay.passages} passages, not {len(span)}")
        names = snapshot.sort_key(fields.AUTHORS, place)
        words = snapshot.sort_key(fields.WORDS, place)
        if (names, words) != (fields.pack_names(essay.authors), str(essay.words).encode()):
            found.append(f"{essay.id} is listed with other authors or words than it has")
        snapshot.essay_extras(place)
        anchors: set[str] = set()
        for ordinal, document in enumerate(span, 1):
            passage = snapshot.passage(document)
            if passage.ordinal != ordinal or passage.anchor in anchors:
                found.append(f"{essay.id}#{passage.anchor} is out of place")
            anchors.add(passage.anchor)


def _check_terms(snapshot: Snapshot, found: list[str]) -> None:
    """The lists of the texts hold what analysing the stored passages again gives, and every
    passage has the length that is noted."""
    views = (fields.TEXT_EXACT, fields.TEXT_STEM)
    expected: dict[str, dict[str, _Sum]] = {field: {} for field in views}
    for place in range(len(snapshot.essays)):
        essay = snapshot.essay(place)
        title = lengths.tokens(postings(essay.title, essay.language))
        long = []
        for document in snapshot.passages_of(place):
            passage = snapshot.passage(document)
            terms = postings(passage.text, essay.language)
            headings = lengths.added(postings(h, essay.language) for h in passage.headings)
            of_passage = lengths.length(title, headings, lengths.tokens(terms))
            long.append(of_passage)
            for view, length in zip(lengths.VIEWS, of_passage, strict=True):
                if snapshot.lengths(view)[document] != lengths.to_byte(length):
                    found.append(f"{essay.id}#{passage.anchor} has another length than noted")
            for field, of_field in zip(views, (terms.exact, terms.stem), strict=True):
                sums = expected[field]
                for term, at in of_field.items():
                    sums[term] = sums.get(term, _NOTHING).with_(document, at)
        noted = snapshot.sort_key(fields.TOTALS, place)
        if noted != lengths.pack_totals(long):
            found.append(f"{essay.id} is noted with other lengths than it has")
    for field, sums in expected.items():
        there = {term for term, _ in snapshot.vocabulary((field,), "")}
        for term in sorted(there | sums.keys()):
            stands, wanted = _sum_of(snapshot.postings(field, term)), sums.get(term, _NOTHING)
            if stands.places != wanted.places:
                found.append(
                    f"{term!r} stands {wanted.places} times, not {stands.places} ({field})"
                )
            elif stands != wanted:
                found.append(f"{term!r} stands elsewhere than it is noted ({field})")


class _Sum(NamedTuple):
    """How often a term is anywhere, and a sum over where."""

    places: int
    crc: int

    def with_(self, document: int, positions: Sequence[int]) -> _Sum:
        """The same and one more document."""
        data = array("I", (document, *positions)).tobytes()
        return _Sum(self.places + len(positions), crc32(data, self.crc))


_NOTHING = _Sum(0, 0)


def _sum_of(found: PostingList) -> _Sum:
    total, positions = _NOTHING, found.positions
    begins = accumulate(found.frequencies, initial=0)
    for document, (begin, end) in zip(found.documents, pairwise(begins), strict=True):
        total = total.with_(document, positions[begin:end])
    return total
