"""From files to searchable, in a fresh process: ``python -m tests.benchmarks.indexing KIND TEXTS
FOLDER``.

KIND is ``ours`` (`Library.index` with all processes), ``reader`` (what of that is reading and
chunking: nothing is indexed), or a peer that is fed with what the same reader gives: FTS5 and
tantivy by as many processes as ours has, stock Whoosh in its own process. Prints seconds and
passages as JSON.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer import workers
from indexer.config import Settings
from indexer.entries import MODULES, Job, Ready, make_entry
from indexer.library import Library
from indexer.survey import survey
from tests.benchmarks.engines import INDEXED, OURS, PEERS
from tests.benchmarks.kept import Figures

READER = "reader"
KINDS = (OURS, READER, *INDEXED)

# As `essays index` has them.
_SECONDS = 3_600
_UNDER_WAY_BYTES = 64 * 2**20


def measure(kind: str, texts: Path, folder: Path) -> Figures:
    """One run in a session of its own: seconds, passages, and the peak of memory in MB of all its
    processes together; what it made is taken away."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "tests.benchmarks.indexing", kind, str(texts), str(folder)]
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.1)
        assert process.stdout
        answer = process.stdout.read()
    if process.returncode:
        sys.exit(f"indexing ({kind}) failed")
    shutil.rmtree(folder, ignore_errors=True)
    seconds, passages = json.loads(answer)
    return {"seconds": seconds, "passages": passages, "memory": peak}


def _memory(session: int) -> float:
    """MB of all processes of a session, pages they share counted once for each; 0 where the
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
    return pages * resource.getpagesize() / 1e6


def _passages(texts: Path, processes: int) -> Iterator[tuple[str, str]]:
    """Ids and texts of all passages, by our readers and chunker."""
    jobs = survey({}, [str(texts)], rebuild=False, language=None).jobs
    for outcome in _outcomes(jobs, processes):
        if isinstance(outcome, Ready):
            essay = outcome.entry.essay
            for passage in outcome.entry.passages:
                yield f"{essay.id}#{passage.anchor}", passage.text


def _outcomes(jobs: Sequence[Job], processes: int) -> Iterator[object]:
    if processes == 1:
        yield from map(make_entry, jobs)
        return
    for _, outcome in workers.run(
        make_entry,
        jobs,
        processes=processes,
        seconds=lambda job: _SECONDS,
        weight=lambda job: job.size,
        heaviest=_UNDER_WAY_BYTES,
        preload=MODULES,
    ):
        yield outcome


def _run(kind: str, texts: Path, folder: Path) -> int:
    """How many passages it was."""
    if kind == OURS:
        with Library.open(str(folder), Settings(), create=True) as library:
            return library.index([texts]).passages
    passages = _passages(texts, 1 if kind == "stock" else Settings().jobs)
    if kind == READER:
        return sum(1 for _ in passages)
    return PEERS[kind].build(folder, passages)


def main() -> None:
    kind, texts, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    before = time.perf_counter()
    passages = _run(kind, texts, folder)
    print(json.dumps([time.perf_counter() - before, passages]))


if __name__ == "__main__":
    main()
