"""SQLite's FTS5 over passages: one table with its content, ``bm25()``, ``snippet()``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.corpus import quoted

DATABASE = "passages.db"

_TABLE = (
    "create virtual table passages using fts5 (id unindexed, text, tokenize = 'porter unicode61')"
)
# By ``rank``, which is bm25(): so it makes the snippets of ten rows, by bm25() those of all.
_BEST_TEN = """
select id, snippet(passages, 1, '<b>', '</b>', '…', 40) from passages
where passages match ? order by {} limit 10
"""
BEST_TEN = _BEST_TEN.format("rank")


def build(folder: Path, passages: Iterable[tuple[str, str]]) -> int:
    """Inserts (id, text) pairs in one transaction; how many they were."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute(_TABLE)
    connection.executemany("insert into passages values (?, ?)", passages)
    connection.commit()
    (count,) = connection.execute("select count(*) from passages_content").fetchone()
    connection.close()
    return int(count)


def optimise(folder: Path) -> None:
    """Merges the index into one, and takes no more room than it needs."""
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute("insert into passages (passages) values ('optimize')")
    connection.commit()
    connection.execute("vacuum")
    connection.close()


class Fts5:
    """An open database."""

    best_ten = BEST_TEN

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(f"{(folder / DATABASE).as_uri()}?mode=ro", uri=True)

    def search(self, query: str) -> int:
        """Ten hits by BM25, each with its snippet; how many there were."""
        return len(self._connection.execute(self.best_ten, (quoted(query),)).fetchall())

    def close(self) -> None:
        self._connection.close()


class ByFunction(Fts5):
    """As people write it who do not know of ``rank``."""

    best_ten = _BEST_TEN.format("bm25(passages)")
