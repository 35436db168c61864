"""The segments of a commit as JSON, beside Whoosh's table of contents.

Whoosh's own is a pickle of its classes; with this, reading needs neither. It is written before
the table of contents appears and counts for that one only, whose length and sum it holds.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from indexer.errors import DamagedError


class SegmentState(Struct, frozen=True, kw_only=True):
    """A segment in one commit: its name, its number of documents, deleted ones included, and
    which are deleted: from where to where, again and again."""

    name: str
    documents: int
    deleted: tuple[int, ...]


class Manifest(Struct, frozen=True, kw_only=True):
    """The segments of a commit, and the length and CRC-32 of its table of contents."""

    segments: tuple[SegmentState, ...]
    toc: tuple[int, int]


def runs(numbers: Iterable[int]) -> tuple[int, ...]:
    """Numbers as runs: from where to where, again and again."""
    ends: list[int] = []
    for number in sorted(numbers):
        if ends and ends[-1] == number:
            ends[-1] = number + 1
        else:
            ends += (number, number + 1)
    return tuple(ends)


def name_of(generation: int) -> str:
    """The name of a commit's manifest."""
    return f"_essays_{generation}.json"


def toc_of(generation: int) -> str:
    """The name of a commit's table of contents."""
    return f"_essays_{generation}.toc"


def write(path: Path, segments: Sequence[SegmentState], toc: bytes) -> None:
    """Writes a manifest durably."""
    made = Manifest(segments=tuple(segments), toc=_sum(toc))
    with open(path, "wb") as file:
        file.write(msgspec.json.encode(made))
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path, generation: int) -> tuple[SegmentState, ...] | None:
    """The segments of a commit, or nothing where it has no manifest: one made by Whoosh alone
    (``DamagedError``; ``FileNotFoundError`` where there is no such commit any more)."""
    toc = (folder / toc_of(generation)).read_bytes()
    path = folder / name_of(generation)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        for segment in manifest.segments:
            ends = (0, *segment.deleted, segment.documents)
            if len(ends) % 2 or any(a > b for a, b in pairwise(ends)):
                raise ValueError(f"impossible deletions in {segment.name}")
    except ValueError as error:
        raise DamagedError(
            f"{path}: {error}; make the index anew with: essays index --rebuild FOLDER"
        ) from error
    # That of a commit that was not finished, whose number another took.
    return manifest.segments if manifest.toc == _sum(toc) else None


def _sum(toc: bytes) -> tuple[int, int]:
    return len(toc), zlib.crc32(toc)
