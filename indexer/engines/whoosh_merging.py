"""Committed segments taken into one that is being written: whole arrays, no posting by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.engines import whoosh_fields as fields
from indexer.engines.whoosh_codec import StoredWriter
from indexer.engines.whoosh_joining import Joined
from indexer.engines.whoosh_segment import Field, Files
from indexer.inversion import Lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from indexer.engines.whoosh_arrays import Numbers

# A segment is merged with smaller ones when these have at least this part of its documents.
_PART = 0.5


def worth_merging(sizes: Sequence[int], fresh: int = 0, most: int = 1 << 62) -> int:
    """How many of the segments to merge, given how many documents each has, ascending.

    ``fresh`` documents are to be written with them, ``most`` may be taken from them. Where a
    segment is left, all smaller ones have less than half of its documents together: there are
    few of them, and a document is moved a few times in all.
    """
    chosen = 0
    below = fresh
    for number, size in enumerate(sizes, start=1):
        if below - fresh + size > most:
            break
        if below >= size * _PART and (fresh or number > 1):
            chosen = number
        below += size
    return chosen


def take_in(
    files: Files,
    deleted: Iterable[int],
    first: int,
    stored: StoredWriter,
    joined: Mapping[str, Joined],
) -> int:
    """Adds what is not deleted of a segment, its documents numbered from ``first``; gives how many
    there are. ``joined`` makes the lists of a field when it is asked for them."""
    kept = np.ones(files.size, bool)
    kept[np.fromiter(deleted, np.int64)] = False
    numbers = (np.cumsum(kept) - 1 + first).astype(np.uint32)
    whole = bool(kept.all())
    _take_stored(files, kept, numbers, first, stored)
    for name in files.field_names():
        field = files.field(name)
        assert field is not None
        lists = _lists(files, field)
        if not whole:
            lists = _without(lists, kept, numbers - np.uint32(first))
        joined[name].add(first, lists)
    return int(kept.sum())


def _take_stored(
    files: Files, kept: NDArray[np.bool_], numbers: NDArray[np.uint32], first: int,
    stored: StoredWriter,
) -> None:  # fmt: skip
    offsets = np.asarray(files.stored.get("entries.offsets")).astype(np.int64)
    data = files.stored.get("entries")
    edges = np.flatnonzero(np.diff(kept.astype(np.int8), prepend=0, append=0)).tolist()
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        sizes = np.diff(offsets[low : high + 1]).tolist()
        stored.add_packed(data[offsets[low] : offsets[high]], sizes)
    for name in fields.COLUMNS:
        column = files.column(name)
        documents = np.asarray(column.documents)
        documents = documents[kept[documents]]
        values = column.of(documents.tolist())
        for document, value in zip(numbers[documents].tolist(), values, strict=True):
            stored.add_value(document, name, value)
    for name in fields.LENGTHS.values():
        stored.add_numbers(first, name, np.asarray(files.numbers(name))[kept].tobytes())


def _lists(files: Files, field: Field) -> Lists:
    """All of a field as it is in the file."""
    get = files.postings.get
    data = bytes(get(f"{field.name}.terms"))
    ends = field.offsets.tolist()
    terms = [data[begin:end] for begin, end in pairwise(ends)]
    return Lists(
        terms,
        np.diff(np.asarray(field.starts)),
        np.asarray(field.documents),
        _whole(field.frequencies, get(f"{field.name}.often")),
        _whole(field.positions, get(f"{field.name}.far")),
    )


def _whole(numbers: Numbers, apart: Numbers) -> Any:
    """An array with the numbers that were too great for it."""
    found = np.asarray(numbers)
    if len(apart):
        places, values = np.split(np.asarray(apart), 2)
        found = found.astype(np.uint32)
        found[places] = values
    return found


def _without(lists: Lists, kept: NDArray[np.bool_], numbers: NDArray[np.uint32]) -> Lists:
    """Lists of the documents that are kept, by their new numbers."""
    there = kept[lists.documents]
    starts = np.cumsum(lists.counts, dtype=np.int64) - lists.counts
    counts = np.add.reduceat(there, starts, dtype=np.uint32)
    return Lists(
        [term for term, count in zip(lists.terms, counts.tolist(), strict=True) if count],
        counts[counts > 0],
        numbers[lists.documents[there]],
        lists.frequencies[there],
        lists.positions[np.repeat(there, lists.frequencies)],
    )
