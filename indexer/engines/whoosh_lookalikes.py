"""Words nearly so spelled, found in the term dictionaries as they lie in the files.

For whoever asks once: nothing of a dictionary is decoded but the terms that come into question.
Who asks often keeps a :class:`~indexer.spelling.Lexicon`.
"""

from __future__ import annotations

from bisect import bisect_right

from indexer.spelling import is_within, pieces
from indexer.terms import form_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexer.engines.whoosh_reader import Snapshot
    from indexer.engines.whoosh_segment import Field

# Bytes that a character takes at most.
_WIDEST = 4


def close_to(
    snapshot: Snapshot, names: Sequence[str], form: str, edits: int
) -> list[tuple[str, int]]:
    """The terms of some fields within so many edits, in order, with their postings' number."""
    counts: dict[bytes, int] = {}
    for segment in snapshot.segments:
        for name in names:
            field = segment.files.field(name)
            for number in () if field is None else _candidates(field, form, edits):
                assert field is not None
                term = field.term(number)
                if is_within(form, form_of(term.decode("utf-8", "surrogatepass")), edits):
                    counts[term] = counts.get(term, 0) + field.document_frequency(number)
    return [(term.decode("utf-8", "surrogatepass"), counts[term]) for term in sorted(counts)]


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
