"""Whoosh as its own documentation sets it up: one stemmed field, its parser, its highlighter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh import index
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.qparser import QueryParser


def build(folder: Path, passages: Iterable[tuple[str, str]]) -> int:
    """Indexes (id, text) pairs in one writing session; how many they were."""
    folder.mkdir(parents=True)
    text = TEXT(analyzer=StemmingAnalyzer(), phrase=True, stored=True)
    found = index.create_in(str(folder), Schema(id=ID(stored=True, unique=True), text=text))
    writer = found.writer()
    count = 0
    for name, content in passages:
        writer.add_document(id=name, text=content)
        count += 1
    writer.commit()
    return count


class Stock:
    """An open stock index."""

    def __init__(self, folder: Path) -> None:
        self._index: Any = index.open_dir(str(folder))
        self._searcher: Any = self._index.searcher()
        self._parser: Any = QueryParser("text", self._index.schema)

    def search(self, query: str) -> int:
        """Ten hits by BM25F, each with its highlights; how many there were."""
        results = self._searcher.search(self._parser.parse(query), limit=10)
        return len([hit.highlights("text") for hit in results])

    def close(self) -> None:
        self._searcher.close()
        self._index.close()
