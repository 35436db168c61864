"""One library of a size, as files and in every engine: ``python -m tests.benchmarks.shelf PLACE
TEXTS SIZE NAME…`` makes what is not there yet, and prints its sizes as JSON."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.config import Settings
from indexer.engines.base import Entry
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.library import Library
from indexer.sync import COMMIT_EVERY
from tests.benchmarks import fts5, peer, rust, stock
from tests.benchmarks.engines import OURS
from tests.benchmarks.growth import Corpus
from tests.benchmarks.kept import Figures

DATASETTE = "datasette"
TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of one size; ``texts`` are its files where it is not larger than the corpus."""

    folder: Path

    @classmethod
    def at(cls, place: Path, size: int) -> Shelf:
        return cls(place / f"shelf-{size}")

    @property
    def texts(self) -> Path:
        return self.folder / TEXTS

    def of(self, name: str) -> Path:
        """The index of an engine."""
        return self.folder / name


def make(place: Path, texts: Path, size: int, names: Sequence[str]) -> Figures:
    """Makes a shelf of the first essays of the corpus, or of all and further editions."""
    corpus = Corpus(texts, place / "corpus.msgpack")
    entries = corpus.library(size)
    passages = sum(len(entry.passages) for entry in entries)
    shelf = Shelf.at(place, size)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    if size <= corpus.size:
        _copy(entries, texts, shelf.texts)

    def ours(folder: Path) -> None:
        if size <= corpus.size:
            _from_files(shelf.texts, folder)
        else:
            _from_entries(entries, folder)

    builders: dict[str, Callable[[Path], object]] = {
        OURS: ours,
        "fts5": lambda folder: _fts5(folder, entries),
        "tantivy": lambda folder: rust.build(folder, _pairs(entries), threads=1),
        "stock": lambda folder: stock.build(folder, _pairs(entries)),
        DATASETTE: lambda folder: peer.build(shelf.of(OURS), folder),
    }
    for name in names:
        _make(shelf.of(name), builders[name])
    with Library.open(str(shelf.of(OURS)), Settings()) as library:
        indexed = library.status().passages
    if indexed != passages:
        sys.exit(
            f"{shelf.of(OURS)} holds {indexed:,} passages instead of {passages:,}; "
            "take another folder"
        )
    return {
        "passages": passages,
        "essays": len(entries),
        "files": size <= corpus.size,
        "text_bytes": sum(len(text.encode()) for _, text in _pairs(entries)),
        "bytes": {name: _bytes(shelf.of(name)) for name in names},
    }


def _make(folder: Path, build: Callable[[Path], object]) -> None:
    """Builds aside, so that what is there is whole."""
    if folder.exists():
        return
    print(f"making {folder.parent.name}/{folder.name} …", file=sys.stderr, flush=True)
    aside = folder.with_suffix(".new")
    shutil.rmtree(aside, ignore_errors=True)
    build(aside)
    aside.rename(folder)


def _pairs(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        for passage in entry.passages:
            yield f"{entry.essay.id}#{passage.anchor}", passage.text


def _copy(entries: Sequence[Entry], source: Path, target: Path) -> None:
    """The essays' files; what an earlier run changed is as it was."""
    for entry in entries:
        mark = entry.fingerprint
        name = Path(mark.path).relative_to(mark.root)
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.stat().st_size != mark.size:
            shutil.copy2(source / name, file)


def _from_files(texts: Path, folder: Path) -> None:
    with Library.open(str(folder), Settings(), create=True) as library:
        library.index([texts])


def _from_entries(entries: Sequence[Entry], folder: Path) -> None:
    """What indexing of files does, with essays that are none."""
    engine = WhooshEngine(folder, create=True)
    writer = engine.writer()
    waiting = 0
    for entry in entries:
        writer.put(entry)
        waiting += len(entry.passages)
        if waiting >= COMMIT_EVERY or writer.full():
            writer.commit()
            waiting = 0
    writer.commit()
    writer.close()
    engine.close()


def _fts5(folder: Path, entries: Sequence[Entry]) -> None:
    fts5.build(folder, _pairs(entries))
    fts5.optimise(folder)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    place, texts, size, *names = sys.argv[1:]
    print(json.dumps(make(Path(place), Path(texts), int(size), names)))


if __name__ == "__main__":
    main()
