"""The frozen data that flows from file to hit. Offsets count Unicode code points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal[
    "title", "heading", "paragraph", "list", "quotation", "verse", "table", "code"
]
PassageKind = Literal["heading", "paragraph", "list", "quotation", "verse", "table", "code"]
Matched = Literal["all", "essay", "any", "none"]
Sort = Literal["relevance", "date", "title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of an essay as its reader saw it.

    ``title`` is the essay's own title where the text shows one (at most one, before all
    else). ``level`` is 1 to 6 for a ``heading`` and 0 for every other kind. The text of a
    ``paragraph`` has its hard line wraps joined; ``list``, ``verse``, ``table`` and ``code``
    keep their line ends.
    """

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a reader makes of one file: metadata and blocks in reading order.

    ``title`` is never empty. ``date`` is ISO 8601 at the precision known (``2021``,
    ``2021-06``, ``2021-06-04``). ``language`` is a lower-case ISO 639 code, or ``None``
    where the file does not tell. ``notes`` say what the reader had to guess, for people.
    """

    title: str
    authors: tuple[str, ...] = ()
    date: str | None = None
    language: str | None = None
    format: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The unit of search. ``ordinal`` is its place in the essay, from 1."""

    anchor: str
    ordinal: int
    headings: tuple[str, ...]
    kind: PassageKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """A heading and the anchor of the first passage below it."""

    title: str
    level: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Essay:
    """One document of the library. ``words`` and ``passages`` are counts."""

    id: str
    title: str
    authors: tuple[str, ...]
    date: str | None
    language: str
    path: str
    format: str
    words: int
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a person should know about their query; ``span`` is in the query's text."""

    kind: str
    message: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of snippet text; ``match`` says whether it lights up."""

    text: str
    match: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that answers a query.

    ``heading_pieces`` light up what matched in each heading of ``headings``.
    """

    id: str
    anchor: str
    ordinal: int
    headings: tuple[str, ...]
    text: str
    snippet: tuple[Piece, ...]
    missing: tuple[str, ...]
    score: float
    heading_pieces: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayHit:
    """An essay that answers a query, its best passages, and how many more it has."""

    essay: Essay
    score: float
    passages: tuple[Hit, ...]
    more: int
    title_pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A page of results. ``essays``, ``passages`` and ``partial`` are true totals."""

    query: str
    understood: str
    notes: tuple[Note, ...]
    did_you_mean: str | None
    matched: Matched
    essays: int
    passages: int
    partial: int
    offset: int
    limit: int
    took_ms: float
    results: tuple[EssayHit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayView:
    """A whole essay, as ``show`` gives it."""

    essay: Essay
    outline: tuple[OutlineEntry, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that could not be indexed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What ``index`` did. ``notes`` are readers' guesses as (path, note)."""

    added: int
    updated: int
    unchanged: int
    removed: int
    renamed: int
    skipped: tuple[Skipped, ...]
    notes: tuple[tuple[str, str], ...]
    essays: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of an index. ``bytes`` is its size on disk; ``updated`` is ISO 8601, UTC."""

    location: str
    engine: str
    schema_version: int
    essays: int
    passages: int
    words: int
    bytes: int
    updated: str | None
    languages: dict[str, int]
    healthy: bool
