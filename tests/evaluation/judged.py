"""Judged collections: documents, queries, grades and, maybe, which documents make an article."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# CommonMark lets a backslash make any ASCII punctuation literal.
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Doc:
    """A document of a collection; ``title`` may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries by id and the grades of documents by query.

    ``articles`` are the titles of longer texts and the documents that make each up, in order.
    """

    name: str
    docs: tuple[Doc, ...]
    queries: dict[str, str]
    grades: dict[str, dict[str, int]]
    articles: tuple[tuple[str, tuple[str, ...]], ...]

    def sample(self, size: int) -> dict[str, str]:
        """At most ``size`` of the judged queries, the same ones every time."""
        judged = [query for query in self.queries if self.grades.get(query)]
        if len(judged) > size:
            judged = sorted(random.Random(0).sample(judged, size))
        return {query: self.queries[query] for query in judged}


def names(data: Path) -> list[str]:
    """The collections below ``data``."""
    return sorted(path.parent.name for path in data.glob("collections/*/docs.jsonl"))


def read(data: Path, name: str) -> Collection:
    """The collection ``name`` below ``data``."""
    folder = data / "collections" / name
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, doc, grade = line.split("\t")
        grades.setdefault(query, {})[doc] = int(grade)
    articles = folder / "articles.jsonl"
    return Collection(
        name=name,
        docs=tuple(
            Doc(row["id"], row["title"], row["text"]) for row in _rows(folder / "docs.jsonl")
        ),
        queries={row["id"]: row["text"] for row in _rows(folder / "queries.jsonl")},
        grades=grades,
        articles=tuple((row["title"], tuple(row["paragraphs"])) for row in _rows(articles))
        if articles.exists()
        else (),
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def write_essays(folder: Path, essays: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Writes (title, paragraphs) as Markdown files ``000000.md``, ``000001.md``, …

    Every mark is escaped, so the program reads exactly the words of the collection.
    """
    for number, (title, paragraphs) in enumerate(essays):
        front = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n\n" if title else ""
        body = "\n\n".join(_PUNCTUATION.sub(r"\\\1", " ".join(p.split())) for p in paragraphs)
        (folder / f"{number:06}.md").write_text(f"{front}{body}\n", "utf-8")
