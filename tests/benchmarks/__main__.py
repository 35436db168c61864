"""``python -m tests.benchmarks DATA``: speed and size beside stock Whoosh, pages of results beside
Datasette, and a cluster beside plain opensearch-py, as Markdown."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import corpus, searching, web
from tests.benchmarks.indexing import Run, measure
from tests.benchmarks.searching import Pair, percentile


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)


def _machine() -> str:
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [s.partition(":")[2].strip() for s in info.read_text().splitlines() if "name" in s]
        model = next((name for name in names if name), model)
    return (
        f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, whoosh3 {version('whoosh3')}"
    )


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def _indexing(texts: Path, place: Path, rounds: int) -> tuple[Path, Path, int]:
    """The last round's indexes, ours and stock, and how many passages they hold."""
    runs: dict[str, list[Run]] = defaultdict(list)
    for number in range(rounds):
        ours = place / f"ours-{number}"
        for kind, source in (("ours", texts), ("engine", ours), ("stock", ours)):
            print(f"indexing, round {number + 1}: {kind} …", file=sys.stderr, flush=True)
            runs[kind].append(measure(kind, source, place / f"{kind}-{number}"))
    stock = statistics.median(run.passages / run.seconds for run in runs["stock"])
    names = {
        "ours": "essays index: read, structure, chunk, analyse, store",
        "engine": "its engine alone: analyse, store",
        "stock": "stock Whoosh `add_document`",
    }
    _say(
        "## Indexing\n",
        f"{runs['ours'][0].passages:,} passages; median of {rounds} round(s), in turns.\n",
        "| | passages/s | to stock | seconds | peak MiB, workers included |",
        "|---|--:|--:|--:|--:|",
    )
    for kind, name in names.items():
        speed = statistics.median(run.passages / run.seconds for run in runs[kind])
        _say(
            f"| {name} | {speed:,.0f} | {speed / stock:.2f} "
            f"| {statistics.median(run.seconds for run in runs[kind]):.1f} "
            f"| {max(run.memory for run in runs[kind]):,.0f} |"
        )
    last = rounds - 1
    return place / f"ours-{last}", place / f"stock-{last}", runs["ours"][last].passages


def _sizes(text: int, ours: Path, stock: Path) -> None:
    _say(
        "\n## Size\n",
        "| | MB | to text |",
        "|---|--:|--:|",
        *(
            f"| {name} | {size / 1e6:.1f} | {size / text:.2f} |"
            for name, size in (
                ("text", text),
                ("our index", _bytes(ours.rglob("*"))),
                ("stock index", _bytes(stock.rglob("*"))),
            )
        ),
    )


def _queries(title: str, pairs: list[Pair], *, kinds: bool) -> None:
    # Stock Whoosh is soon done with what it finds nothing for: words it drops, misspellings.
    answered = [pair for pair in pairs if pair.is_answered]
    rows: dict[str, list[Pair]] = {"**all that stock finds anything for**": answered}
    if kinds:
        for pair in answered:
            rows.setdefault(pair.query.kind, []).append(pair)
    rows["**those it finds nothing for**"] = [pair for pair in pairs if not pair.is_answered]
    _say(
        f"\n## {title}\n",
        "| queries | number | our median ms | p95 | stock median ms | p95 | ratio of medians "
        "| median of ratios |",
        "|---|" + "--:|" * 7,
    )
    for name, some in rows.items():
        ours, stock = [pair.ours for pair in some], [pair.stock for pair in some]
        _say(
            f"| {name} | {len(some)} "
            f"| {statistics.median(ours):.1f} | {percentile(ours, 0.95):.1f} "
            f"| {statistics.median(stock):.1f} | {percentile(stock, 0.95):.1f} "
            f"| {statistics.median(ours) / statistics.median(stock):.2f} "
            f"| {statistics.median(pair.ours / pair.stock for pair in some):.2f} |"
        )


def _library(place: Path, texts: Path, size: int, options: argparse.Namespace) -> int:
    """Indexing, size, queries and processes; how many passages it was."""
    ours, stock, passages = _indexing(texts, place, options.rounds)
    _sizes(size, ours, stock)
    queries = corpus.queries()
    warm = searching.warm(ours, stock, queries, options.query_rounds)
    _queries("Queries with snippets, warm", warm, kinds=True)
    cold = searching.cold(ours, stock, queries, max(1, options.query_rounds // 2))
    _queries("Queries with snippets, index opened for each", cold, kinds=False)
    times = searching.processes(ours, texts, "social contract", options.process_rounds)
    bare = times["bare interpreter"]
    _say(
        f"\n## Fresh processes\n\nMedians of {options.process_rounds}, in turns.\n",
        "| | ms | over bare interpreter |",
        "|---|--:|--:|",
        *(f"| {name} | {ms:.0f} | {ms - bare:+.0f} |" for name, ms in times.items()),
    )
    return passages


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with essays/")
    parser.add_argument("--only", choices=["library", "web", "cluster"], help="one part of it")
    parser.add_argument("--rounds", type=int, default=1, help="of indexing (default: 1)")
    parser.add_argument("--query-rounds", type=int, default=5, help="of each query (default: 5)")
    parser.add_argument("--process-rounds", type=int, default=20, help="default: 20")
    parser.add_argument("--passages", type=int, default=100_000, help="at least so many, or fail")
    parser.add_argument(
        "--web-passages",
        type=int,
        nargs="+",
        default=[5_000, 100_000],
        help="sizes at which pages are measured (default: 5000 100000)",
    )
    parser.add_argument("--web-rounds", type=int, default=2, help="of each server (default: 2)")
    parser.add_argument(
        "--web-seconds", type=float, default=10, help="of load in a round, at least (default: 10)"
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[10_000, 100_000, 1_000_000],
        help="passages at which clusters are measured (default: 10000 100000 1000000)",
    )
    parser.add_argument(
        "--shapes",
        nargs="+",
        default=["1x1", "1x3", "3x1", "3x3"],
        help="nodes and shards of these clusters (default: 1x1 1x3 3x1 3x3)",
    )
    parser.add_argument("--keep", type=Path, help="a folder to keep the indexes and figures in")
    options = parser.parse_args()
    if not corpus.texts(options.data):
        parser.error(f"{options.data}: no essays/**/*.txt there")
    with tempfile.TemporaryDirectory() as temporary:
        place = (options.keep or Path(temporary)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        texts = place / "texts"
        size = corpus.copy_texts(options.data, texts)
        beside = {"library": "stock Whoosh", "web": "Datasette", "cluster": "plain opensearch-py"}
        _say(
            f"# essay-search beside {beside.get(options.only, ' and '.join(beside.values()))}\n",
            f"{_machine()}; {len(corpus.texts(options.data)):,} files, {size / 1e6:.1f} MB.\n",
        )
        passages = options.passages
        if options.only in (None, "library"):
            passages = _library(place, texts, size, options)
        if options.only in (None, "web"):
            web.report(texts, place, options.web_passages, options.web_seconds, options.web_rounds)
        if options.only in (None, "cluster"):
            # Here, because the rest needs no opensearch-py.
            from tests.benchmarks import cluster

            cluster.report(
                texts,
                place,
                options.sizes,
                options.shapes,
                rounds=options.rounds,
                query_rounds=options.query_rounds,
            )
        if passages < options.passages:
            sys.exit(f"only {passages:,} passages; {options.passages:,} were asked for")


if __name__ == "__main__":
    main()
