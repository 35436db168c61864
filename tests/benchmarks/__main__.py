"""``python -m tests.benchmarks DATA``: speed and size beside stock Whoosh, SQLite FTS5 and
tantivy, pages of results beside Datasette, and a cluster beside plain opensearch-py, as
Markdown."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import corpus, goals, indexing, tables, web, webtables
from tests.benchmarks.child import measured, say, tell
from tests.benchmarks.engines import OURS, index_of, names
from tests.benchmarks.kept import Figures, Kept
from tests.benchmarks.shelf import DATASETTE, Shelf

# Steps of a library of one size, each kept by its name.
_STEPS = ("queries", "updating", "processes", "memory", "web")
_PARTS = (*_STEPS, "indexing", "cluster")


def _machine() -> str:
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = [s.partition(":")[2].strip() for s in info.read_text().splitlines() if "name" in s]
        model = next((name for name in found if name), model)
    packages = ("whoosh3", "tantivy", "datasette", "granian", "Flask")
    return ", ".join(
        (
            f"{os.cpu_count()} × {model}",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
            f"SQLite {sqlite3.sqlite_version}",
            *(f"{name} {version(name)}" for name in packages),
        )
    )


class _Run:
    """What is not kept yet is measured."""

    def __init__(self, options: argparse.Namespace, place: Path, texts: Path) -> None:
        self._options = options
        self._place = place
        self._texts = texts
        self.kept = Kept(place / "figures.json")

    def library(self, parts: list[str]) -> None:
        """All of the given parts at every size at which they are measured."""
        sizes = self._options.sizes
        steps = [step for step in _STEPS if step in parts]
        if self._options.again:
            self.kept.forget([*parts, "sizes"])
        if steps:
            for size in sizes:
                self._shelf(size)
            own = [size for size in sizes if self.kept.get(str(size))["sizes"]["files"]]
            # Files are changed, and processes started, on the smallest and on the largest
            # library that is made of files.
            ends = sorted({own[0], own[-1]}) if own else []
            for step in steps:
                for size in sizes if step in ("queries", "memory") else ends:
                    self._step(size, step)
        if "web" in parts:
            self._once("load", "ceiling", lambda: web.ceiling(self._options.web_seconds))
        if "indexing" in parts:
            self._once(goals.CORPUS, "indexing", self._indexing)

    def _once(self, key: str, step: str, measure: Callable[[], object]) -> None:
        if step not in self.kept.get(key):
            tell(f"{step}: {key}")
            self.kept.put(key, step, measure())

    def _shelf(self, size: int) -> None:
        shelf = Shelf.at(self._place, size)
        if self._options.again:
            # What the code makes of the passages may be another than it was.
            for name in (OURS, DATASETTE):
                shutil.rmtree(shelf.of(name), ignore_errors=True)
        engines = list(dict.fromkeys(index_of(name) for name in names(size)))
        if "sizes" not in self.kept.get(str(size)) or not all(
            shelf.of(name).exists() for name in engines
        ):
            tell(f"libraries of {size:,} passages")
            sizes = measured("shelf", self._place, self._texts, size, *engines)
            self.kept.put(str(size), "sizes", sizes)

    def _step(self, size: int, step: str) -> None:
        shelf = Shelf.at(self._place, size)
        rounds = self._options.query_rounds

        def measure() -> object:
            match step:
                case "queries":
                    places = [f"{name}={shelf.of(index_of(name))}" for name in names(size)]
                    return measured("searching", rounds, max(1, rounds // 2), *places)
                case "updating":
                    changing = self._place / "changing"
                    shutil.rmtree(changing, ignore_errors=True)
                    shutil.copytree(shelf.of(OURS), changing)
                    return measured("updating", changing, shelf.texts, self._options.update_rounds)
                case "processes":
                    return measured("processes", shelf.folder, self._options.process_rounds)
                case "memory":
                    return measured("residence", shelf.of(OURS))
                case _:
                    measured("shelf", self._place, self._texts, size, OURS, DATASETTE)
                    return measured(
                        "web",
                        shelf.folder,
                        self._place,
                        self._options.web_seconds,
                        self._options.web_rounds,
                    )

        self._once(str(size), step, measure)

    def _indexing(self) -> Figures:
        runs: Figures = {kind: [] for kind in indexing.KINDS}
        for number in range(self._options.rounds):
            for kind, taken in runs.items():
                tell(f"indexing, round {number + 1}: {kind}")
                taken.append(indexing.measure(kind, self._texts, self._place / "indexing"))
        return runs


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with essays/")
    parser.add_argument("--only", choices=_PARTS, nargs="+", help="parts of it (default: all)")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[5_000, 20_000, 100_000],
        help="passages of the libraries (default: 5000 20000 100000)",
    )
    parser.add_argument("--rounds", type=int, default=1, help="of indexing (default: 1)")
    parser.add_argument("--query-rounds", type=int, default=5, help="of each query (default: 5)")
    parser.add_argument("--process-rounds", type=int, default=20, help="default: 20")
    parser.add_argument("--update-rounds", type=int, default=10, help="default: 10")
    parser.add_argument("--web-rounds", type=int, default=2, help="of each server (default: 2)")
    parser.add_argument(
        "--web-seconds", type=float, default=10, help="of load in a round, at least (default: 10)"
    )
    parser.add_argument(
        "--cluster-sizes",
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
    parser.add_argument(
        "--again", action="store_true", help="measure these parts again, on new indexes of ours"
    )
    parser.add_argument("--plot", type=Path, help="where to draw latency against size, as SVG")
    options = parser.parse_args()
    if not corpus.texts(options.data):
        parser.error(f"{options.data}: no essays/**/*.txt there")
    options.sizes = sorted(set(options.sizes))
    with tempfile.TemporaryDirectory() as temporary:
        place = (options.keep or Path(temporary)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        texts = place / "texts"
        size = corpus.copy_texts(options.data, texts)
        say(
            "# essay-search beside stock Whoosh, FTS5, tantivy, Datasette and opensearch-py\n",
            f"{_machine()}; {len(corpus.texts(options.data)):,} files, {size / 1e6:.1f} MB.",
        )
        parts = options.only or list(_PARTS)
        run = _Run(options, place, texts)
        run.library(parts)
        tables.report(run.kept, options.sizes)
        webtables.report(run.kept, options.sizes)
        tables.print_goals(run.kept)
        drawn = tables.picture(run.kept, options.sizes)
        if options.plot and drawn:
            options.plot.write_text(drawn, "utf-8")
        if "cluster" in parts:
            # Here, because the rest needs no opensearch-py.
            from tests.benchmarks import cluster

            cluster.report(
                texts,
                place,
                options.cluster_sizes,
                options.shapes,
                rounds=options.rounds,
                query_rounds=options.query_rounds,
            )


if __name__ == "__main__":
    main()
