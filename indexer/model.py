"""The frozen data that flows from file to hit. Offsets count Unicode code points."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

BlockKind = Literal["title", "heading", "paragraph", "list", "quotation", "verse", "table", "code"]
PassageKind = Literal["heading", "paragraph", "list", "quotation", "verse", "table", "code"]
Matched = Literal["all", "essay", "any", "none"]
Sort = Literal["relevance", "date", "title"]
SuggestionKind = Literal["word", "phrase", "heading", "title"]


class Block(Struct, frozen=True, kw_only=True):
    """A piece of an essay as its reader saw it.

    ``title`` is the essay's own title where the text shows one (at most one, before all
    else). ``level`` is 1 to 6 for a ``heading`` and 0 for every other kind. The text of a
    ``paragraph`` has its hard line wraps joined; ``list``, ``verse``, ``table`` and ``code``
    keep their line ends.
    """

    kind: BlockKind
    text: str
    level: int = 0


class Document(Struct, frozen=True, kw_only=True):
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


class Passage(Struct, frozen=True, kw_only=True):
    """The unit of search. ``ordinal`` is its place in the essay, from 1."""

    anchor: str
    ordinal: int
    headings: tuple[str, ...]
    kind: PassageKind
    text: str


class OutlineEntry(Struct, frozen=True, kw_only=True):
    """A heading and the anchor of the first passage below it."""

    title: str
    level: int
    anchor: str


class Essay(Struct, frozen=True, kw_only=True):
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


class Note(Struct, frozen=True, kw_only=True):
    """Something a person should know about their query; ``span`` is in the query's text."""

    kind: str
    message: str
    span: tuple[int, int]


class Piece(Struct, frozen=True):
    """A run of snippet text; ``match`` says whether it lights up."""

    text: str
    match: bool = False


class Hit(Struct, frozen=True, kw_only=True):
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


class EssayHit(Struct, frozen=True, kw_only=True):
    """An essay that answers a query, its best passages, and how many more it has."""

    essay: Essay
    score: float
    passages: tuple[Hit, ...]
    more: int
    title_pieces: tuple[Piece, ...]


class SearchResult(Struct, frozen=True, kw_only=True):
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


class EssayView(Struct, frozen=True, kw_only=True):
    """A whole essay, as ``show`` gives it."""

    essay: Essay
    outline: tuple[OutlineEntry, ...]
    passages: tuple[Passage, ...]


class Suggestion(Struct, frozen=True):
    """A text to go on with from what was typed, and what of the essays it is."""

    text: str
    kind: SuggestionKind


class Skipped(Struct, frozen=True, kw_only=True):
    """A file that could not be indexed, and why."""

    path: str
    reason: str


class SyncReport(Struct, frozen=True, kw_only=True):
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


class Status(Struct, frozen=True, kw_only=True):
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
