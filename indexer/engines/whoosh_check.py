"""Verifies a Whoosh index against itself: every file, list and entry is read."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from indexer.analysis import postings
from indexer.engines import whoosh_fields as fields
from indexer.engines.whoosh_reader import Snapshot, reading
from indexer.engines.whoosh_storage import Location
from indexer.errors import DamagedError
from indexer.model import Passage

# Messages beyond this say no more than these.
_MOST = 20


def problems(location: Location) -> list[str]:
    """What is wrong with the index, in sentences; nothing when it is whole.

    Every stored passage is analysed again and compared with the postings, so that damage that
    still reads as numbers is found, too.
    """
    found: list[str] = []
    try:
        with reading(location.path):
            snapshot = Snapshot(location.current_folder())
            try:
                _check_lists(snapshot, found)
                _check_essays(snapshot, found)
            finally:
                snapshot.close()
    except DamagedError as error:
        found.append(str(error))
    if len(found) > _MOST:
        found[_MOST:] = [f"and {len(found) - _MOST} more like these"]
    return found


def _check_lists(snapshot: Snapshot, found: list[str]) -> None:
    """Every posting list decodes, ascends, and stays within its segment."""
    for segment in snapshot.segments:
        for (field, term), info in segment.terms.items():
            name = f"{field} {term.decode('utf-8', 'replace')!r}"
            matcher = segment.terms.matcher(field, term, segment.reader.schema[field].format)
            documents, frequencies, positions = matcher.decode()
            if len(documents) != info.doc_frequency():
                found.append(f"the list of {name} has {len(documents)} documents, not as many "
                             f"as the {info.doc_frequency()} noted")  # fmt: skip
            if len(frequencies) != len(documents) or sum(frequencies) != len(positions):
                found.append(f"the list of {name} has positions that fit no document")
            if any(a >= b for a, b in pairwise(documents)) or (
                len(documents) and documents[-1] >= segment.size
            ):
                found.append(f"the list of {name} names impossible documents")


def _check_essays(snapshot: Snapshot, found: list[str]) -> None:
    seen: set[str] = set()
    for place in range(len(snapshot.essays)):
        essay = snapshot.essay(place)
        span = snapshot.passages_of(place)
        if essay.id in seen:
            found.append(f"{essay.id} is there twice")
        seen.add(essay.id)
        if snapshot.place_of(essay.id) is None:
            found.append(f"{essay.id} is not found by its id")
        if essay.passages != len(span):
            found.append(f"{essay.id} should have {essay.passages} passages, not {len(span)}")
        snapshot.essay_extras(place)
        anchors: set[str] = set()
        for ordinal, document in enumerate(span, 1):
            passage = snapshot.passage(document)
            if passage.ordinal != ordinal or passage.anchor in anchors:
                found.append(f"{essay.id}#{passage.anchor} is out of place")
            anchors.add(passage.anchor)
            _check_passage(snapshot, essay.id, essay.language, document, passage, found)


def _check_passage(
    snapshot: Snapshot,
    essay_id: str,
    language: str,
    document: int,
    passage: Passage,
    found: list[str],
) -> None:
    expected = postings(passage.text, language)
    views: list[tuple[str, dict[str, Any]]] = [
        (fields.TEXT_EXACT, expected.exact),
        (fields.TEXT_STEM, expected.stem),
    ]
    for field, terms in views:
        for term, places in terms.items():
            if list(snapshot.postings(field, term).at(document)) != places:
                found.append(f"{essay_id}#{passage.anchor} is not found by {term!r} ({field})")
                return
