"""One indexing run in a fresh process: ``python -m tests.benchmarks.indexing KIND FROM TO``.

KIND is ``ours`` (folder of files to index), ``engine`` (the entries of an index, to index) or
``stock`` (the passages of an index, to stock Whoosh). Prints seconds and peak memory as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """``memory`` and ``worker_memory`` are peaks in MiB: the process, its largest child."""

    seconds: float
    passages: int
    memory: float
    worker_memory: float


def measure(kind: str, source: Path, target: Path) -> Run:
    """Runs one in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.indexing", kind, str(source), str(target)]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Run(**json.loads(result.stdout))


def passages(source: Path) -> Iterator[tuple[str, str]]:
    """Ids and texts of all passages of one of our indexes."""
    from indexer.config import Settings
    from indexer.library import Library

    library = Library.open(str(source), Settings())
    for essay in library.essays():
        for passage in library.show(essay.id).passages:
            yield f"{essay.id}#{passage.anchor}", passage.text
    library.close()


def _ours(source: Path, target: Path) -> tuple[float, int]:
    from indexer.config import Settings
    from indexer.library import Library

    before = time.perf_counter()
    library = Library.open(str(target), Settings(), create=True)
    report = library.index([source])
    library.close()
    return time.perf_counter() - before, report.passages


def _engine(source: Path, target: Path) -> tuple[float, int]:
    from indexer.engines.whoosh_engine import WhooshEngine

    known = WhooshEngine(source)
    entries = [entry for essay in known.essays() if (entry := known.essay(essay.id))]
    known.close()
    before = time.perf_counter()
    engine = WhooshEngine(target, create=True)
    writer = engine.writer()
    for entry in entries:
        writer.put(entry)
    writer.commit()
    writer.close()
    seconds = time.perf_counter() - before
    count = engine.status().passages
    engine.close()
    return seconds, count


def _stock(source: Path, target: Path) -> tuple[float, int]:
    from tests.benchmarks import stock

    ready = list(passages(source))
    before = time.perf_counter()
    stock.build(target, ready)
    return time.perf_counter() - before, len(ready)


def main() -> None:
    kind, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    seconds, count = {"ours": _ours, "engine": _engine, "stock": _stock}[kind](source, target)
    memory, worker_memory = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    run = Run(seconds, count, memory, worker_memory)
    print(json.dumps(asdict(run)))


if __name__ == "__main__":
    main()
