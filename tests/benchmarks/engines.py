"""Ours and its peers, by name: how each is called, made and opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from indexer.config import Settings
from indexer.library import Library
from tests.benchmarks import fts5, rust, stock
from tests.benchmarks.corpus import Query

OURS = "ours"
# Passages beyond which nothing is asked of stock Whoosh.
STOCK_MOST = 200_000


class Searcher(Protocol):
    """An open index."""

    def search(self, query: str) -> int:
        """The best ten with a snippet each; how many there were."""
        ...

    def close(self) -> None: ...


class Ours:
    """An open library; ten essays, of each the best passage with its snippet."""

    def __init__(self, folder: Path) -> None:
        self._library = Library.open(str(folder), Settings(search_seconds=60))

    def search(self, query: str) -> int:
        return len(self._library.search(query, passages=1).results)

    def close(self) -> None:
        self._library.close()


@dataclass(frozen=True, slots=True)
class Peer:
    """``is_plain``: asked nothing but words and phrases, all required."""

    label: str
    build: Callable[[Path, Iterable[tuple[str, str]]], int]
    open: Callable[[Path], Searcher]
    is_plain: bool = True

    def understands(self, query: Query) -> bool:
        return query.is_plain or not self.is_plain


PEERS: Mapping[str, Peer] = {
    "fts5": Peer("SQLite FTS5", fts5.build, fts5.Fts5),
    "tantivy": Peer("tantivy", rust.build, rust.Tantivy),
    "stock": Peer("stock Whoosh", stock.build, stock.Stock, is_plain=False),
}


def label(name: str) -> str:
    """What an engine is called in tables and in the plot."""
    return "essay-search" if name == OURS else PEERS[name].label


def opener(name: str, folder: Path) -> Callable[[], Searcher]:
    """Opens an engine's index."""
    return partial(Ours if name == OURS else PEERS[name].open, folder)


def names(size: int) -> list[str]:
    """The engines that are asked at a size."""
    return [OURS, *(name for name in PEERS if name != "stock" or size <= STOCK_MOST)]
