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
    """``is_plain``: asked nothing but words and phrases, all required. ``index`` is the name of
    the one whose index it asks, where it has none of its own."""

    label: str
    build: Callable[[Path, Iterable[tuple[str, str]]], int]
    open: Callable[[Path], Searcher]
    is_plain: bool = True
    index: str = ""

    def understands(self, query: Query) -> bool:
        return query.is_plain or not self.is_plain


PEERS: Mapping[str, Peer] = {
    "fts5": Peer("SQLite FTS5", fts5.build, fts5.Fts5),
    "fts5-bm25": Peer("SQLite FTS5, `order by bm25()`", fts5.build, fts5.ByFunction, index="fts5"),
    "tantivy": Peer("tantivy", rust.build, rust.Tantivy),
    "stock": Peer("stock Whoosh", stock.build, stock.Stock, is_plain=False),
}


INDEXED = tuple(name for name, peer in PEERS.items() if not peer.index)


def label(name: str) -> str:
    """What an engine is called in tables and in the plot."""
    return "essay-search" if name == OURS else PEERS[name].label


def index_of(name: str) -> str:
    """The name of the index that an engine asks."""
    return name if name == OURS else PEERS[name].index or name


def opener(name: str, folder: Path) -> Callable[[], Searcher]:
    """Opens an engine's index."""
    return partial(Ours if name == OURS else PEERS[name].open, folder)


def names(size: int) -> list[str]:
    """The engines that are asked at a size."""
    return [OURS, *(name for name in PEERS if name != "stock" or size <= STOCK_MOST)]
