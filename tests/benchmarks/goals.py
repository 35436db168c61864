"""What is aimed at, and by how much it is met or missed, from the figures of a run."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks import processes, web
from tests.benchmarks.engines import OURS
from tests.benchmarks.kept import Figures, Kept
from tests.benchmarks.searching import answered, percentile, times

SMALL, LARGE, HUGE = "5000", "100000", "1000000"
# Figures of the whole corpus, not of a size.
CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class Goal:
    """``found`` is to be at most ``limit``, or at least; ``None`` where nothing was measured."""

    what: str
    limit: float
    found: float | None
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.found is None:
            return None
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    @property
    def verdict(self) -> str:
        """Met, or how many times it would have to be better."""
        if self.found is None:
            return "not measured"
        if self.is_met:
            return "met"
        times_off = self.limit / self.found if self.at_least else self.found / self.limit
        return f"missed by {times_off:.2f} times"

    @property
    def wanted(self) -> str:
        limit = f"{self.limit:g}" if self.limit >= 1 else f"1/{1 / self.limit:g}"
        return f"at {'least' if self.at_least else 'most'} {limit}"


def goals(kept: Kept) -> list[Goal]:
    """All of them."""
    return [
        *_queries(kept.get(LARGE), "100,000", fts5=1 / 4, tantivy=6),
        *_queries(kept.get(HUGE), "1,000,000", fts5=1 / 15, tantivy=4),
        *_growth(kept),
        *_indexing(kept.get(CORPUS).get("indexing")),
        _update(kept.get(LARGE).get("updating")),
        _size(kept.get(LARGE).get("sizes")),
        *_processes(kept),
        _resident(kept.get(LARGE).get("memory"), "100,000", 150),
        _resident(kept.get(HUGE).get("memory"), "1,000,000", 400),
        *_pages(kept.get(LARGE).get("web")),
    ]


def _queries(figures: Figures, size: str, **limits: float) -> Iterator[Goal]:
    some = answered(figures.get("queries", []), (OURS, "fts5", "tantivy"))
    for name, told, part in (("median", "median", 0.5), ("p95", "95th percentile", 0.95)):
        for peer, limit in limits.items():
            found = None
            if some:
                ours, theirs = (
                    statistics.median(taken) if name == "median" else percentile(taken, part)
                    for taken in (times(some, OURS), times(some, peer))
                )
                found = ours / theirs
            label = {"fts5": "FTS5's", "tantivy": "tantivy's"}[peer]
            yield Goal(f"query at {size} passages, {told}, to {label}", limit, found)


def growth(small: Figures, large: Figures) -> tuple[list[float], list[float]] | None:
    """Our times of the queries that are answered at both sizes."""
    peers = (OURS, "fts5", "tantivy")
    before = {q["text"]: q for q in answered(small.get("queries", []), peers)}
    after = {q["text"]: q for q in answered(large.get("queries", []), peers)}
    both = [text for text in before if text in after]
    if not both:
        return None
    return times([before[t] for t in both], OURS), times([after[t] for t in both], OURS)


def _growth(kept: Kept) -> Iterator[Goal]:
    found = growth(kept.get(LARGE), kept.get(HUGE))
    for told, part in (("median", 0.5), ("95th percentile", 0.95)):
        ratio = None
        if found:
            before, after = (
                statistics.median(taken) if part == 0.5 else percentile(taken, part)
                for taken in found
            )
            ratio = after / before
        yield Goal(f"growth of a query from 100,000 to 1,000,000 passages, {told}", 6, ratio)


def speed(runs: list[Figures]) -> float:
    """Passages per second, median over the rounds."""
    return float(statistics.median(run["passages"] / run["seconds"] for run in runs))


def _indexing(figures: Figures | None) -> Iterator[Goal]:
    for peer, label, limit in (("stock", "stock Whoosh's", 8), ("fts5", "FTS5's", 0.5)):
        found = speed(figures[OURS]) / speed(figures[peer]) if figures else None
        yield Goal(f"indexing from files, passages/s to {label}", limit, found, at_least=True)


def _update(figures: Figures | None) -> Goal:
    found = statistics.median(figures["file"]["seen"]) if figures else None
    return Goal("ms until a changed essay is found, 100,000 passages", 100, found)


def _size(figures: Figures | None) -> Goal:
    found = figures["bytes"][OURS] / figures["text_bytes"] if figures else None
    return Goal("bytes of the index to those of the text, 100,000 passages", 1.2, found)


def _processes(kept: Kept) -> Iterator[Goal]:
    def medians(key: str) -> tuple[float, float] | None:
        figures = kept.get(key).get("processes")
        if not figures:
            return None
        ours, bare = (
            statistics.median(figures[name].values()) for name in (processes.SCRIPT, processes.BARE)
        )
        return ours, bare

    small, large = medians(SMALL), medians(LARGE)
    yield Goal(
        "`essays search` in a fresh process, 5,000 passages, to the bare interpreter",
        3,
        small[0] / small[1] if small else None,
    )
    for told, found, limit in (("5,000", small, 30), ("100,000", large, 40)):
        yield Goal(
            f"the same, ms above it, {told} passages", limit, found[0] - found[1] if found else None
        )


def _resident(figures: Figures | None, size: str, limit: float) -> Goal:
    found = figures["after"]["resident"] if figures else None
    return Goal(f"MB resident of one server process, {size} passages", limit, found)


def _pages(figures: Figures | None) -> Iterator[Goal]:
    ours: dict[bool, Figures] = {}
    best: Figures = {}
    keeping: Figures = {}
    for found in figures["settings"] if figures else []:
        if (found["processes"], found["connections"]) == web.BUSY:
            if found["name"] == web.SERVE:
                ours[found["busy"]] = found
            elif found["name"] == web.KEEPING and not found["busy"]:
                keeping = found
            elif found["name"] == web.BEST and not found["busy"]:
                best = found
    name = "results page, 100,000 passages, 2 processes"
    yield Goal(
        f"{name} made anew, requests/s to Datasette's",
        4,
        ours[False]["speed"] / best["speed"] if best else None,
        at_least=True,
    )
    yield Goal(
        f"{name}, those kept sent again, requests/s to Datasette's",
        4,
        keeping["speed"] / best["speed"] if best else None,
        at_least=True,
    )
    yield Goal(f"{name}, p99 to p50", 10, ours[False]["p99"] / ours[False]["p50"] if ours else None)
    yield Goal(
        f"{name}, p95 while another process indexes to p95 in quiet",
        1.5,
        ours[True]["p95"] / ours[False]["p95"] if ours else None,
    )
