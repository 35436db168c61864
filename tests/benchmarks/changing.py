"""Another process that indexes while a server answers: ``python -m tests.benchmarks.changing``.

``ours LOCATION FOLDER`` changes files of the folder and brings the index in step; ``peer DATABASE
LOCATION`` replaces the rows of the same essays in one transaction. Each commits once a second, or
as often as it can, until its standard input ends, and prints what it did as JSON.
"""

from __future__ import annotations

import select
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from indexer.config import Settings
from indexer.indexing import give_way
from indexer.library import Library
from indexer.model import Essay
from tests.benchmarks.peer import INSERT, rows

_Thing = TypeVar("_Thing")

# Essays of one commit, and how many passages each of them may have: no whole books.
_ESSAYS = 10
_FEWEST, _MOST = 5, 60
_SECONDS = 1.0


class Changes(Struct, frozen=True, kw_only=True):
    """``longest`` is the slowest commit in seconds, ``mean`` what one took."""

    commits: int
    passages: int
    mean: float
    longest: float


class Changing:
    """A process at work; ``changes`` is there once it has ended."""

    changes: Changes


@contextmanager
def changing(kind: str, *places: Path) -> Iterator[Changing]:
    """Has another process index for a while."""
    command = [sys.executable, "-m", "tests.benchmarks.changing", kind, *map(str, places)]
    at_work = Changing()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()  # it has begun
        try:
            yield at_work
        finally:
            process.stdin.close()
            said = process.stdout.read()
    if process.returncode:
        sys.exit(f"indexing while serving ({kind}) failed")
    at_work.changes = msgspec.json.decode(said, type=Changes)


def _essays(library: Library) -> list[Essay]:
    return [essay for essay in library.essays() if _FEWEST <= essay.passages <= _MOST]


def _ours(location: Path, folder: Path) -> Callable[[int], int]:
    give_way()
    library = Library.open(str(location), Settings())
    essays = _essays(library)

    def change(turn: int) -> int:
        some = _some(essays, turn)
        for essay in some:
            with Path(essay.path).open("a", encoding="utf-8") as file:
                file.write(f"\n\nThis sentence was added in revision {turn} of the essay.\n")
        report = library.index([folder], jobs=1)
        assert report.updated == len(some)
        return sum(essay.passages for essay in some)

    return change


def _peer(database: Path, location: Path) -> Callable[[int], int]:
    with Library.open(str(location), Settings()) as library:
        known = [(essay.id, rows(library, essay.id)) for essay in _essays(library)]
    connection = sqlite3.connect(database)

    def change(turn: int) -> int:
        some = _some(known, turn)
        with connection:
            for essay_id, passages in some:
                *first, last = passages
                text = f"{last[4]} This sentence was added in revision {turn} of the essay."
                connection.execute("delete from passages where essay = ?", (essay_id,))
                connection.executemany(INSERT, [*first, (*last[:4], text)])
        return sum(len(passages) for _, passages in some)

    return change


def _some(things: Sequence[_Thing], turn: int) -> list[_Thing]:
    return [things[(turn * _ESSAYS + number) % len(things)] for number in range(_ESSAYS)]


def _until_told(change: Callable[[int], int]) -> Changes:
    passages = 0
    times: list[float] = []
    print(flush=True)
    for turn in count():
        began = time.perf_counter()
        passages += change(turn)
        times.append(time.perf_counter() - began)
        if select.select([sys.stdin], [], [], max(0, _SECONDS - times[-1]))[0]:
            break
    return Changes(
        commits=len(times), passages=passages, mean=sum(times) / len(times), longest=max(times)
    )


def main() -> None:
    kind, *places = sys.argv[1:]
    change = {"ours": _ours, "peer": _peer}[kind](*map(Path, places))
    print(msgspec.json.encode(_until_told(change)).decode())


if __name__ == "__main__":
    main()
