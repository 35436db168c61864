"""Whole processes, from start to exit: ``python -m tests.benchmarks.processes SHELF ROUNDS``.

Prints as JSON the median milliseconds of each command, query by query, in turns after one that is
not counted.
"""

from __future__ import annotations

import compileall
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import child, fts5
from tests.benchmarks.corpus import quoted
from tests.benchmarks.kept import Figures
from tests.benchmarks.shelf import Shelf

BARE = "bare interpreter, `python -c pass`"
BAREST = "`python -I -S -c pass`"
SCRIPT = "`essays search`"
MODULE = "`python -m indexer search`"

QUERIES = ("liberty", "social contract", "liberty of the press", '"men and women"', "democra*")

_ROOT = Path(__file__).parent.parent.parent
_SQLITE = (
    "import sqlite3, sys; "
    "print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2], (sys.argv[3],)).fetchall())"
)


def _commands(shelf: Shelf) -> dict[str, Callable[[str], list[str]]]:
    """What starts each of them, given a query."""
    python = sys.executable
    script = Path(python).with_name("essays")
    if not script.exists():
        sys.exit(
            f"{script} is not there; install the project in this environment: pip install -e ."
        )
    index = ["--index", str(shelf.of("ours"))]
    database = str(shelf.of("fts5") / fts5.DATABASE)
    commands: dict[str, Callable[[str], list[str]]] = {
        BARE: lambda _: [python, "-c", "pass"],
        BAREST: lambda _: [python, "-I", "-S", "-c", "pass"],
        SCRIPT: lambda query: [str(script), "search", query, *index],
        MODULE: lambda query: [python, "-m", "indexer", "search", query, *index],
        "`python -c` with `sqlite3`, FTS5": lambda query: (
            [python, "-c", _SQLITE, database, fts5.BEST_TEN, _for_fts5(query)]
        ),
    }
    if sqlite := shutil.which("sqlite3"):
        commands["`sqlite3`, FTS5"] = lambda query: (
            [sqlite, database, fts5.BEST_TEN.replace("?", f"'{_for_fts5(query)}'")]
        )
    if ripgrep := shutil.which("rg"):
        commands["`rg` over the files"] = lambda query: (
            [ripgrep, "-i", "--count", query.strip('"*'), str(shelf.texts)]
        )
    return commands


def _for_fts5(query: str) -> str:
    """It has prefixes, too, outside of quotation marks."""
    return f"{quoted(query.rstrip('*'))}*" if query.endswith("*") else quoted(query)


def measure(shelf: Shelf, queries: Sequence[str], rounds: int) -> Figures:
    """Every command with every query; ends with an error where one finds nothing."""
    for package in ("indexer", "webapp"):
        compileall.compile_dir(_ROOT / package, quiet=1)
    commands = _commands(shelf)
    times: dict[str, dict[str, list[float]]] = {
        name: {query: [] for query in queries} for name in commands
    }
    environment = child.compiled()
    for turn in range(rounds + 1):
        for query in queries:
            for name, command in commands.items():
                arguments = command(query)
                before = time.perf_counter()
                done = subprocess.run(
                    arguments,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                taken = (time.perf_counter() - before) * 1000
                if done.returncode:
                    sys.exit(f"exit status {done.returncode}: {' '.join(arguments)}")
                if turn:
                    times[name][query].append(taken)
    return {
        name: {query: statistics.median(taken) for query, taken in of.items()}
        for name, of in times.items()
    }


def main() -> None:
    print(json.dumps(measure(Shelf(Path(sys.argv[1])), QUERIES, int(sys.argv[2]))))


if __name__ == "__main__":
    main()
