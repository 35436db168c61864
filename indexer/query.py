"""The query language: text to a typed tree, plus notes with spans. Knows no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexer.model import Note

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these words in this order."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Near:
    """These words in any order with at most ``distance`` other words between them."""

    text: str
    distance: int
    span: Span


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so (``text`` is without the star)."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Words of this shape: ``*``, ``?`` and ``[...]`` as in a shell."""

    pattern: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words within one edit (up to 5 letters) or two."""

    text: str
    edits: int
    span: Span


@dataclass(frozen=True, slots=True)
class And:
    """All of ``children``."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of ``children``."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Passages without ``child``."""

    child: Node


@dataclass(frozen=True, slots=True)
class Scoped:
    """``child``, but only in titles, or only in headings, or only in authors' names."""

    scope: Literal["title", "heading", "author"]
    child: Node


@dataclass(frozen=True, slots=True)
class In:
    """The essay with this id, or those in this folder of ids."""

    place: str
    span: Span


@dataclass(frozen=True, slots=True)
class Lang:
    """Essays in this language."""

    language: str
    span: Span


@dataclass(frozen=True, slots=True)
class Dates:
    """Essays dated from ``start`` (inclusive) to ``end`` (exclusive), full ISO days."""

    start: str | None
    end: str | None
    span: Span


Node = Word | Phrase | Near | Prefix | Wildcard | Fuzzy | And | Or | Not | Scoped | In | Lang | Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as understood: plain ``words`` that may be relaxed, within what ``strict`` allows.

    ``understood`` is the query written out in its own language, unambiguously.
    """

    text: str
    words: tuple[Word, ...]
    strict: Node | None
    notes: tuple[Note, ...]
    understood: str
