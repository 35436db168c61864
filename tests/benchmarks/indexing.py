"""One indexing run in a fresh process: ``python -m tests.benchmarks.indexing KIND FROM TO``.

KIND is ``ours`` (folder of files to index), ``engine`` (the entries of an index, to index) or
``stock`` (the passages of an index, to stock Whoosh). Prints seconds and passages as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """``memory`` is the peak in MiB of the process and its workers together."""

    seconds: float
    passages: int
    memory: float


def measure(kind: str, source: Path, target: Path) -> Run:
    """Runs one in a process of its own, and watches its memory."""
    command = [sys.executable, "-m", "tests.benchmarks.indexing", kind, str(source), str(target)]
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.1)
        assert process.stdout
        answer = process.stdout.read()
    if process.returncode:
        sys.exit(f"indexing ({kind}) failed")
    seconds, count = json.loads(answer)
    return Run(seconds, count, peak)


def _memory(session: int) -> float:
    """MiB of all processes of a session, pages they share counted once for each; 0 where the
    system does not tell."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # After the name, which may hold anything: state, parent, group, session, …
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                pages += int(fields[21])
        except (OSError, IndexError, ValueError):
            continue
    return pages * resource.getpagesize() / 2**20


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
    print(json.dumps([seconds, count]))


if __name__ == "__main__":
    main()
