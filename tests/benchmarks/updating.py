"""One changed essay until another process finds it: ``python -m tests.benchmarks.updating INDEX
TEXTS ROUNDS``.

The essay's file gets a sentence with a word that no other has, and is indexed; meanwhile another
process asks an open library for its revision, and searches for that word whenever it has changed.
Prints as JSON the milliseconds from the beginning of the indexing, of each round: until it is
done (``indexed``) and until the search had found it (``seen``), where the file was named and where
the whole folder was.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.config import Settings
from indexer.library import Library
from tests.benchmarks.kept import Figures

# Passages of an essay that is changed: an article, no book.
_FEWEST, _MOST = 20, 40
_WATCH = "watch"


def measure(index: Path, texts: Path, rounds: int) -> Figures:
    """Both ways in turns, after one of each that is not counted; the files are left as they
    were."""
    found: dict[str, list[dict[str, float]]] = {"file": [], "folder": []}
    with Library.open(str(index), Settings()) as library, _watching(index) as watcher:
        essays = [essay for essay in library.essays() if _FEWEST <= essay.passages <= _MOST]
        for turn in range(rounds + 1):
            for number, how in enumerate(found):
                file = Path(essays[(2 * turn + number) % len(essays)].path)
                word = "q" + "".join(chr(ord("a") + int(digit)) for digit in f"{turn}{number}")
                before = file.read_bytes()
                try:
                    file.write_bytes(before + f"\n\nThis is about {word}xyz and more.\n".encode())
                    times = _seen(library, watcher, file if how == "file" else texts, word + "xyz")
                finally:
                    file.write_bytes(before)
                if turn:
                    found[how].append(times)
                # As it was, so that the next finds one change alone.
                library.index([file], jobs=1)
    return {
        how: {name: [run[name] for run in runs] for name in ("indexed", "seen")}
        for how, runs in found.items()
    }


def _seen(
    library: Library, watcher: subprocess.Popen[str], path: Path, word: str
) -> dict[str, float]:
    assert watcher.stdin
    assert watcher.stdout
    print(word, file=watcher.stdin, flush=True)
    watcher.stdout.readline()  # it looks
    began = time.perf_counter()
    report = library.index([path], jobs=1)
    indexed = time.perf_counter()
    watcher.stdout.readline()
    seen = time.perf_counter()
    if report.updated != 1:
        sys.exit(f"{path}: {report.updated} essays were updated instead of one")
    return {"indexed": (indexed - began) * 1000, "seen": (seen - began) * 1000}


@contextmanager
def _watching(index: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.benchmarks.updating", _WATCH, str(index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def _watch(index: Path) -> None:
    """For each word on standard input a line when it looks, and one when it has found it."""
    with Library.open(str(index), Settings(search_seconds=60)) as library:
        library.search("liberty")
        for line in sys.stdin:
            word = line.strip()
            known = library.revision()
            print(flush=True)
            while True:
                revision = library.revision()
                if revision != known and library.search(word).matched == "all":
                    break
                known = revision
            print(flush=True)


def main() -> None:
    if sys.argv[1] == _WATCH:
        _watch(Path(sys.argv[2]))
        return
    index, texts, rounds = sys.argv[1:]
    print(json.dumps(measure(Path(index), Path(texts), int(rounds))))


if __name__ == "__main__":
    main()
