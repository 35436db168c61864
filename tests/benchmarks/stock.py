"""Whoosh as its own documentation sets it up: one stemmed field, its parser, its highlighter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh import index
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.qparser import QueryParser


def build(folder: Path, passages: Iterable[tuple[str, str]]) -> None:
    """Indexes (id, text) pairs in one writing session."""
    folder.mkdir(parents=True)
    text = TEXT(analyzer=StemmingAnalyzer(), phrase=True, stored=True)
    found = index.create_in(str(folder), Schema(id=ID(stored=True, unique=True), text=text))
    writer = found.writer()
    for name, content in passages:
        writer.add_document(id=name, text=content)
    writer.commit()


class Stock:
    """An open stock index."""

    def __init__(self, folder: Path) -> None:
        self._index: Any = index.open_dir(str(folder))
        self._searcher: Any = self._index.searcher()
        self._parser: Any = QueryParser("text", self._index.schema)

    def search(self, query: str, limit: int = 10) -> list[str]:
        """The snippets of the best passages."""
        results = self._searcher.search(self._parser.parse(query), limit=limit)
        return [hit.highlights("text") for hit in results]

    def close(self) -> None:
        self._searcher.close()
        self._index.close()
