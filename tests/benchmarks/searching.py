"""Queries with ten snippets each, ours and stock Whoosh in turns: a passage of each of ten
essays, and ten hits with their highlights."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from indexer.config import Settings
from indexer.library import Library
from tests.benchmarks.corpus import Query
from tests.benchmarks.stock import Stock


@dataclass(frozen=True, slots=True)
class Pair:
    """Median times of one query in milliseconds, and whether stock Whoosh finds anything."""

    query: Query
    ours: float
    stock: float
    is_answered: bool


def warm(location: Path, stock_folder: Path, queries: Sequence[Query], rounds: int) -> list[Pair]:
    """Both stay open; each query in turns, ``rounds`` times, after one that is not counted."""
    library = Library.open(str(location), Settings(search_seconds=60))
    stock = Stock(stock_folder)
    pairs = []
    for query in queries:
        ours, theirs = _in_turns(
            rounds,
            partial(library.search, query.text, passages=1),
            partial(stock.search, query.text),
        )
        pairs.append(Pair(query, ours, theirs, bool(stock.search(query.text))))
    library.close()
    stock.close()
    return pairs


def cold(location: Path, stock_folder: Path, queries: Sequence[Query], rounds: int) -> list[Pair]:
    """Each search opens its index first; the files are in the page cache."""

    def ours(text: str) -> None:
        library = Library.open(str(location), Settings(search_seconds=60))
        library.search(text, passages=1)
        library.close()

    def theirs(text: str) -> None:
        stock = Stock(stock_folder)
        stock.search(text)
        stock.close()

    stock = Stock(stock_folder)
    pairs = []
    for query in queries:
        times = _in_turns(rounds, partial(ours, query.text), partial(theirs, query.text))
        pairs.append(Pair(query, *times, bool(stock.search(query.text))))
    stock.close()
    return pairs


def _in_turns(
    rounds: int, ours: Callable[[], object], theirs: Callable[[], object]
) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for taken, run in zip(times, (ours, theirs), strict=True):
            before = time.perf_counter()
            run()
            if turn:
                taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def percentile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def processes(location: Path, texts: Path, query: str, rounds: int) -> dict[str, float]:
    """Median milliseconds of whole processes, in turns: the bare interpreter, ``essays search``
    on a large and on a tiny index, and ``rg`` over the files where it is installed."""
    tiny = location.with_name("tiny")
    seeds = Path(__file__).parent.parent.parent / "seeds"
    library = Library.open(str(tiny), Settings(), create=True)
    library.index([seeds])
    library.close()
    search = [sys.executable, "-m", "indexer", "search", query, "--index"]
    commands = {
        "bare interpreter": [sys.executable, "-c", "pass"],
        "essays search, two essays": [*search, str(tiny)],
        "essays search, whole corpus": [*search, str(location)],
    }
    if ripgrep := shutil.which("rg"):
        commands["rg over the files"] = [ripgrep, "-i", "--count", query, str(texts)]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            before = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if turn:
                times[name].append((time.perf_counter() - before) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}
