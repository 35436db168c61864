"""The segments of a commit as JSON, beside Whoosh's table of contents.

Whoosh's own table of contents is a pickle of its classes; with this, reading needs neither. It is
written before that appears, and counts only for the one whose length and CRC-32 it names.
"""

from __future__ import annotations

import os
import zlib
from itertools import pairwise

from indexer import plain_json
from indexer.errors import DamagedError
from indexer.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Any


class SegmentState(NamedTuple):
    """A segment in one commit: its name, its number of documents, deleted ones included, and
    which are deleted: from where to where, again and again."""

    name: str
    documents: int
    deleted: tuple[int, ...]


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
    """Writes a manifest; to make it durable is left to who makes the table of contents so."""
    import json

    data = {"toc": _sum(toc), "segments": [segment._asdict() for segment in segments]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file, separators=(",", ":"))


def read(folder: str | os.PathLike[str], generation: int) -> tuple[SegmentState, ...] | None:
    """The segments of a commit, or nothing where it has no manifest: one made by Whoosh alone
    (``DamagedError``; ``FileNotFoundError`` where there is no such commit any more)."""
    with open(os.path.join(folder, toc_of(generation)), "rb") as file:
        toc = file.read()
    path = os.path.join(folder, name_of(generation))
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    try:
        manifest = plain_json.loads(data.decode())
        segments = tuple(map(_state, manifest["segments"]))
        wanted = tuple(manifest["toc"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(
            f"{path}: not readable as a manifest ({type(error).__name__}: {error}); make the index "
            "anew with: essays index --rebuild FOLDER"
        ) from error
    # That of a commit that was not finished, whose number another took.
    return segments if wanted == _sum(toc) else None


def _state(data: Any) -> SegmentState:
    state = SegmentState(str(data["name"]), int(data["documents"]), tuple(data["deleted"]))
    ends = (0, *state.deleted, state.documents)
    if not state.name.isidentifier():
        raise ValueError(f"impossible segment {state.name!r}")
    if len(ends) % 2 or any(a > b for a, b in pairwise(ends)):
        raise ValueError(f"impossible deletions in {state.name}")
    return state


def _sum(toc: bytes) -> tuple[int, int]:
    return len(toc), zlib.crc32(toc)
