"""Queries with ten snippets each, in turns: ``python -m tests.benchmarks.searching ROUNDS COLD
NAME=FOLDER…``.

Prints as JSON for each query the median milliseconds of each engine, ``warm`` (all stay open) and
``cold`` (the index is opened for each search, its files being in the page cache), and how many of
its ten it ``found``.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.corpus import Query, queries
from tests.benchmarks.engines import OURS, PEERS, Searcher, opener
from tests.benchmarks.kept import Figures

Opener = Callable[[], Searcher]


def measure(openers: Mapping[str, Opener], rounds: int, cold_rounds: int) -> list[Figures]:
    """All queries, each of all engines that understand it."""
    opened = {name: opens() for name, opens in openers.items()}
    found: list[Figures] = []
    for query in queries():
        asked = [name for name in openers if name == OURS or PEERS[name].understands(query)]
        text = query.text
        found.append(
            {
                "kind": query.kind,
                "text": text,
                "found": {name: opened[name].search(text) for name in asked},
                "warm": _in_turns(rounds, {name: _warm(opened[name], text) for name in asked}),
            }
        )
    for searcher in opened.values():
        searcher.close()
    for figures in found:
        runs = {name: _cold(openers[name], figures["text"]) for name in figures["warm"]}
        figures["cold"] = _in_turns(cold_rounds, runs)
    return found


def _warm(searcher: Searcher, text: str) -> Callable[[], object]:
    return lambda: searcher.search(text)


def _cold(opens: Opener, text: str) -> Callable[[], object]:
    def run() -> None:
        searcher = opens()
        searcher.search(text)
        searcher.close()

    return run


def _in_turns(rounds: int, runs: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median milliseconds of each, after one that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            before = time.perf_counter()
            run()
            if turn:
                times[name].append((time.perf_counter() - before) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


# What is made of these figures


def answered(figures: Sequence[Figures], names: Sequence[str]) -> list[Figures]:
    """The plain queries that each of these engines finds anything for."""
    return [
        query
        for query in figures
        if Query(query["kind"], query["text"]).is_plain
        and all(query["found"].get(name) for name in names)
    ]


def times(figures: Sequence[Figures], name: str, how: str = "warm") -> list[float]:
    """Milliseconds of an engine, query by query."""
    return [query[how][name] for query in figures]


def percentile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main() -> None:
    rounds, cold_rounds, *places = sys.argv[1:]
    openers = {}
    for place in places:
        name, _, folder = place.partition("=")
        openers[name] = opener(name, Path(folder))
    print(json.dumps(measure(openers, int(rounds), int(cold_rounds))))


if __name__ == "__main__":
    main()
