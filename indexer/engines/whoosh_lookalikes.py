"""Words nearly so spelled or of a shape, found in the term dictionaries as they lie in the files.

For whoever asks once: nothing is kept, and of a dictionary nothing is decoded but the terms that
come into question. Processes that stay have :mod:`~indexer.engines.vector_lookalikes`.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from indexer.spelling import is_within, matcher, pieces
from indexer.terms import form_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from indexer.engines.whoosh_reader import Snapshot
    from indexer.engines.whoosh_segment import Field

# Bytes that a character takes at most.
_WIDEST = 4


def close_to(
    snapshot: Snapshot, names: Sequence[str], form: str, edits: int
) -> list[tuple[str, int]]:
    """The terms of some fields within so many edits, in order, with their postings' number."""
    return added(
        (term, field.document_frequency(number))
        for field in fields_of(snapshot, names)
        for number in _candidates(field, form, edits)
        if is_within(form, form_of(_decoded(term := field.term(number))), edits)
    )


def shaped(snapshot: Snapshot, names: Sequence[str], shape: str) -> list[tuple[str, int]]:
    """The terms of some fields whose whole form has a shape, as the port has it; in order, with
    their postings' number."""
    matches = matcher(shape).fullmatch

    def matching(field: Field) -> Iterator[tuple[bytes, int]]:
        text = field.text()
        for number, (begin, end) in enumerate(pairwise(field.offsets)):
            term = text[begin:end]
            if matches(form_of(_decoded(term))):
                yield term, field.document_frequency(number)

    return added(item for field in fields_of(snapshot, names) for item in matching(field))


def fields_of(snapshot: Snapshot, names: Sequence[str]) -> Iterator[Field]:
    """Those of some fields that there are, segment by segment."""
    for segment in snapshot.segments:
        for name in names:
            field = segment.files.field(name)
            if field is not None:
                yield field


def added(found: Iterable[tuple[bytes, int]]) -> list[tuple[str, int]]:
    """Terms in order, each with its numbers added up."""
    counts: dict[bytes, int] = {}
    known = counts.get
    for term, number in found:
        counts[term] = known(term, 0) + number
    return [(_decoded(term), counts[term]) for term in sorted(counts)]


def _decoded(term: bytes) -> str:
    return term.decode("utf-8", "surrogatepass")


def _candidates(field: Field, word: str, edits: int) -> Iterable[int]:
    """Numbers of the terms that may be within so many edits."""
    if len(word) <= edits:
        return range(field.size)
    text, begins = field.text(), field.offsets
    found: set[int] = set()
    for piece, place, reach in pieces(word, edits):
        data = piece.encode("utf-8", "surrogatepass")
        at = text.find(data)
        while at >= 0:
            number = bisect_right(begins, at) - 1
            before = at - begins[number]
            # The place counts characters, and terms follow each other without a sign between.
            if place - reach <= before <= _WIDEST * (place + reach) and (
                at + len(data) <= begins[number + 1]
            ):
                found.add(number)
            at = text.find(data, at + 1)
    return found
