"""The frozen data that flows from file to hit. Offsets count Unicode code points."""

from __future__ import annotations

from indexer.records import Literal, Struct

BlockKind = Literal["title", "heading", "paragraph", "list", "quotation", "verse", "table", "code"]
PassageKind = Literal["heading", "paragraph", "list", "quotation", "verse", "table", "code"]
Matched = Literal["all", "essay", "any", "none"]
Sort = Literal["relevance", "date", "title"]
ShelfOrder = Literal["title", "author", "date", "folder"]
FilterKind = Literal["language", "date", "author", "folder", "title", "heading"]
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


class FacetValue(Struct, frozen=True, kw_only=True):
    """Something that essays have in common, and the query that finds those that have it.

    ``essays`` is how many of the essays in question that query finds.
    """

    value: str
    essays: int
    query: str


class Facet(Struct, frozen=True, kw_only=True):
    """The most frequent values of one kind, and how many values there are in all.

    Values that no query can name (without any letter or digit) are in ``total`` only.
    """

    values: tuple[FacetValue, ...]
    total: int


class Facets(Struct, frozen=True, kw_only=True):
    """What the essays of a result or a shelf can be narrowed by.

    ``languages`` are codes, ``years`` of four digits, ``authors`` whole names, ``folders`` the
    paths of those side by side at one level, below which there may be more.
    """

    languages: Facet
    years: Facet
    authors: Facet
    folders: Facet


class Filter(Struct, frozen=True, kw_only=True):
    """A field or filter that a query has: ``label`` is how it may be written, ``value`` what it
    asks for, ``without`` the query that does without it."""

    kind: FilterKind
    label: str
    value: str
    negated: bool
    without: str


class SearchResult(Struct, frozen=True, kw_only=True):
    """A page of results. ``essays``, ``passages`` and ``partial`` are true totals.

    ``facets`` are of the essays that ``essays`` counts, where they were asked for; ``filters``
    are those that hold for the whole query.
    """

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
    facets: Facets | None = None
    filters: tuple[Filter, ...] = ()


class EssayView(Struct, frozen=True, kw_only=True):
    """A whole essay, as ``show`` gives it."""

    essay: Essay
    outline: tuple[OutlineEntry, ...]
    passages: tuple[Passage, ...]


class Suggestion(Struct, frozen=True):
    """A text to go on with from what was typed, and what of the essays it is."""

    text: str
    kind: SuggestionKind


class ReadPassage(Struct, frozen=True, kw_only=True):
    """A passage as a reader sees it: ``pieces`` joined are its text, to the letter.

    Only a passage that answers the query (``is_hit``) has anything lit.
    """

    anchor: str
    ordinal: int
    headings: tuple[str, ...]
    kind: PassageKind
    text: str
    is_hit: bool
    pieces: tuple[Piece, ...]
    heading_pieces: tuple[tuple[Piece, ...], ...]


class Reading(Struct, frozen=True, kw_only=True):
    """A whole essay with what answers a query in it lit up.

    ``hits`` are the anchors of the passages that answer it, in reading order; ``matched`` says
    how they do.
    """

    essay: Essay
    outline: tuple[OutlineEntry, ...]
    passages: tuple[ReadPassage, ...]
    title_pieces: tuple[Piece, ...]
    query: str
    notes: tuple[Note, ...]
    matched: Matched
    hits: tuple[str, ...]


class Shelf(Struct, frozen=True, kw_only=True):
    """A page of the library's essays; ``total`` counts them all."""

    essays: tuple[Essay, ...]
    total: int
    offset: int
    limit: int
    facets: Facets | None = None


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
