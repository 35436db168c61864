"""The figures of a run as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise

from tests.benchmarks import goals, plot, processes
from tests.benchmarks.child import say
from tests.benchmarks.engines import INDEXED, OURS, PEERS, label
from tests.benchmarks.indexing import READER
from tests.benchmarks.kept import Figures, Kept
from tests.benchmarks.searching import answered, percentile, times

# What all sizes are compared by; stock Whoosh, which is not asked at all of them, by those of
# these queries that it finds anything for.
_ALWAYS = (OURS, "fts5", "tantivy")


def report(kept: Kept, sizes: Sequence[int]) -> None:
    """All that was measured of the library, pages apart."""
    measured = [(size, kept.get(str(size))) for size in sizes]
    for section, step in (
        (_queries, "queries"),
        (_kinds, "queries"),
        (_growth, "queries"),
        (_sizes, "sizes"),
        (_updating, "updating"),
        (_processes, "processes"),
        (_memory, "memory"),
    ):
        those = [(size, figures) for size, figures in measured if step in figures]
        if those:
            section(those)
    if "indexing" in kept.get(goals.CORPUS):
        _indexing(kept.get(goals.CORPUS)["indexing"])


def print_goals(kept: Kept) -> None:
    """What is aimed at, and whether it is met."""
    say("\n## Goals\n", "| what | goal | measured | |", "|---|--:|--:|---|")
    for goal in goals.goals(kept):
        found = "–" if goal.found is None else _short(goal.found)
        say(f"| {goal.what} | {goal.wanted} | {found} | {goal.verdict} |")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


Sections = Sequence[tuple[int, Figures]]


def _peers(queries: Sequence[Figures]) -> list[str]:
    return [name for name in PEERS if any(name in query["warm"] for query in queries)]


def _spread(taken: Sequence[float]) -> str:
    return f"{_ms(statistics.median(taken))} | {_ms(percentile(taken, 0.95))}"


def _ms(value: float) -> str:
    return plot.ms_text(value).removesuffix(" ms")


def _queries(measured: Sections) -> None:
    say(
        "\n## Queries with ten snippets\n",
        "Words and phrases that FTS5 and tantivy find, for stock Whoosh those of them that it "
        "finds; milliseconds. The ratios are ours to theirs over the same queries.\n",
        "| passages | | queries | median | p95 | ratio of medians | of p95 | median of ratios "
        "| opened for each: median | p95 |",
        "|--:|---|" + "--:|" * 8,
    )
    for _, figures in measured:
        queries = answered(figures["queries"], _ALWAYS)
        passages = f"{figures['sizes']['passages']:,}"
        for name in (OURS, *_peers(queries)):
            some = answered(queries, (name,))
            ours, theirs = times(some, OURS), times(some, name)
            ratios = " | | "
            if name != OURS:
                ratios = (
                    f"{statistics.median(ours) / statistics.median(theirs):.2f} "
                    f"| {percentile(ours, 0.95) / percentile(theirs, 0.95):.2f} "
                    f"| {statistics.median(a / b for a, b in zip(ours, theirs, strict=True)):.2f}"
                )
            say(
                f"| {passages} | {label(name)} | {len(some)} | {_spread(theirs)} | {ratios} "
                f"| {_spread(times(some, name, 'cold'))} |"
            )
            passages = ""


def _kinds(measured: Sections) -> None:
    """Every query there is, apart by kind: of each peer those that it finds anything for."""
    for _, figures in measured:
        queries = figures["queries"]
        peers = _peers(queries)
        say(
            f"\n### By kind, {figures['sizes']['passages']:,} passages\n",
            "Median milliseconds; of a peer, over those that it understands and finds anything "
            "for.\n",
            "| | queries | ours | slowest | " + " | ".join(map(label, peers)) + " |",
            "|---|" + "--:|" * (3 + len(peers)),
        )
        for kind in dict.fromkeys(query["kind"] for query in queries):
            some = [query for query in queries if query["kind"] == kind]
            ours = times(some, OURS)
            cells = []
            for name in peers:
                found = [query for query in some if query["found"].get(name)]
                told = _ms(statistics.median(times(found, name))) if found else "–"
                cells.append(told + (f" ({len(found)})" if 0 < len(found) < len(some) else ""))
            say(
                f"| {kind} | {len(some)} | {_ms(statistics.median(ours))} | {_ms(max(ours))} | "
                + " | ".join(cells)
                + " |"
            )


def common(measured: Sections) -> list[str]:
    """The texts of queries that every engine which is asked at a size answers there."""
    found: list[str] | None = None
    for _, figures in measured:
        queries = figures["queries"]
        texts = [query["text"] for query in answered(queries, (OURS, *_peers(queries)))]
        found = texts if found is None else [text for text in found if text in texts]
    return found or []


def lines(measured: Sections, statistic: Callable[[Sequence[float]], float]) -> list[plot.Line]:
    """A line for each engine over the queries common to all sizes."""
    texts = set(common(measured))
    drawn = []
    for name in (OURS, *INDEXED):
        points = []
        for _, figures in measured:
            some = [query for query in figures["queries"] if query["text"] in texts]
            if all(name in query["warm"] for query in some):
                points.append((figures["sizes"]["passages"], statistic(times(some, name))))
        if points:
            drawn.append(plot.Line(label(name), points))
    return drawn


def _growth(measured: Sections) -> None:
    if len(measured) < 2:
        return
    say(
        "\n### Growth\n",
        f"Times more from one size to the next, over the {len(common(measured))} queries that "
        "all engines answer at every size: medians, and 95th percentiles.\n",
        "| | "
        + " | ".join(
            f"{a['sizes']['passages']:,} to {b['sizes']['passages']:,} | p95"
            for (_, a), (_, b) in pairwise(measured)
        )
        + " |",
        "|---|" + "--:|--:|" * (len(measured) - 1),
    )
    highs = {line.name: dict(line.points) for line in lines(measured, _p95)}
    for line in lines(measured, statistics.median):
        medians = dict(line.points)
        cells = []
        for (_, a), (_, b) in pairwise(measured):
            small, large = a["sizes"]["passages"], b["sizes"]["passages"]
            for of in (medians, highs[line.name]):
                cells.append(f"{of[large] / of[small]:.1f}" if large in of else "–")
        say(f"| {line.name} | " + " | ".join(cells) + " |")


def _p95(taken: Sequence[float]) -> float:
    return percentile(taken, 0.95)


def picture(kept: Kept, sizes: Sequence[int]) -> str | None:
    """The plot, where queries were measured at two sizes at least."""
    measured = [(size, kept.get(str(size))) for size in sizes]
    measured = [(size, figures) for size, figures in measured if "queries" in figures]
    if len(measured) < 2 or not common(measured):
        return None
    panels = {
        "median of the queries": lines(measured, statistics.median),
        "95th percentile": lines(measured, _p95),
    }
    told = "; ".join(
        f"{panel}: "
        + ", ".join(
            f"{line.name} {' then '.join(plot.ms_text(ms) for _, ms in line.points)}"
            for line in drawn
        )
        for panel, drawn in panels.items()
    )
    passages = [figures["sizes"]["passages"] for _, figures in measured]
    return plot.draw(
        "Time of a query with ten snippets, by passages in the library",
        f"Two panels with logarithmic axes, milliseconds against passages "
        f"({', '.join(f'{n:,}' for n in passages)}). {told}.",
        f"The same {len(common(measured))} queries (words and phrases) over the same passages on "
        "the same machine, in turns. Both axes are logarithmic.",
        panels,
    )


def _sizes(measured: Sections) -> None:
    engines = [OURS, *INDEXED]
    say(
        "\n## Size\n",
        "| passages | text, MB | "
        + " | ".join(f"{label(n)}, MB | to text" for n in engines)
        + " |",
        "|--:|--:|" + "--:|--:|" * len(engines),
    )
    for _, figures in measured:
        sizes = figures["sizes"]
        text = sizes["text_bytes"]
        cells = [
            f"{sizes['bytes'][name] / 1e6:.1f} | {sizes['bytes'][name] / text:.2f}"
            if name in sizes["bytes"]
            else "– | –"
            for name in engines
        ]
        say(f"| {sizes['passages']:,} | {text / 1e6:.1f} | " + " | ".join(cells) + " |")


def _indexing(figures: Figures) -> None:
    told = {
        OURS: "essay-search",
        READER: "its reading and chunking alone",
        "fts5": "FTS5, fed by the same reader",
        "tantivy": "tantivy, fed by the same reader",
        "stock": "stock Whoosh, fed by the same reader in its own process",
    }
    stock, fts5 = (goals.speed(figures[name]) for name in ("stock", "fts5"))
    say(
        "\n## Indexing from files to searchable\n",
        f"{figures[OURS][0]['passages']:,} passages; median of {len(figures[OURS])} round(s), in "
        "turns.\n",
        "| | passages/s | to stock Whoosh | to FTS5 | seconds | peak MB, workers included |",
        "|---|" + "--:|" * 5,
    )
    for name, text in told.items():
        runs = figures[name]
        speed = goals.speed(runs)
        say(
            f"| {text} | {speed:,.0f} | {speed / stock:.2f} | {speed / fts5:.2f} "
            f"| {statistics.median(run['seconds'] for run in runs):.1f} "
            f"| {max(run['memory'] for run in runs):,.0f} |"
        )


def _updating(measured: Sections) -> None:
    say(
        "\n## One changed essay, until another process finds it\n",
        "| passages | indexing told | rounds | indexed, median ms | found, median ms | slowest |",
        "|--:|---|" + "--:|" * 4,
    )
    for _, figures in measured:
        for how, told in (("file", "the file"), ("folder", "the whole folder")):
            runs = figures["updating"][how]
            say(
                f"| {figures['sizes']['passages']:,} | {told} | {len(runs['seen'])} "
                f"| {statistics.median(runs['indexed']):.0f} "
                f"| {statistics.median(runs['seen']):.0f} | {max(runs['seen']):.0f} |"
            )


def _processes(measured: Sections) -> None:
    for _, figures in measured:
        found = figures["processes"]
        queries = list(found[processes.BARE])
        bare = statistics.median(found[processes.BARE].values())
        say(
            f"\n## Fresh processes, {figures['sizes']['passages']:,} passages\n",
            "Median milliseconds from start to exit.\n",
            "| | all queries | over bare | "
            + " | ".join(f"`{query.replace('|', chr(92) + '|')}`" for query in queries)
            + " |",
            "|---|" + "--:|" * (2 + len(queries)),
        )
        for name, taken in found.items():
            median = statistics.median(taken.values())
            cells = " | ".join(f"{taken[query]:.1f}" for query in queries)
            say(f"| {name} | {median:.1f} | {median - bare:+.1f} | {cells} |")


def _memory(measured: Sections) -> None:
    say(
        "\n## Memory of one server process\n",
        "MB of `essays serve` with one process.\n",
        "| passages | after all queries | of it its own | of files | before the first |",
        "|--:|" + "--:|" * 4,
    )
    for _, figures in measured:
        before, after = figures["memory"]["before"], figures["memory"]["after"]
        say(
            f"| {figures['sizes']['passages']:,} | {after['resident']:.0f} "
            f"| {after['anonymous']:.0f} | {after['resident'] - after['anonymous']:.0f} "
            f"| {before['resident']:.0f} |"
        )
