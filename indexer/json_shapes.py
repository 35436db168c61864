"""The JSON of the command line and the web API: one Struct and one function for each shape.

Keys are a promise to other programs: they are added, never renamed or dropped, and stand in the
order of their fields. Offsets count Unicode code points. The Structs are their own schema
(``msgspec.json.schema_components``); the texts in them may hold lone surrogates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from indexer.model import (
    Essay,
    EssayHit,
    EssayView,
    Hit,
    Matched,
    PassageKind,
    SearchResult,
    Status,
    Suggestion,
    SuggestionKind,
    SyncReport,
)

Count = Annotated[int, Meta(ge=0)]
# From 1: a passage's place in its essay, a heading's level, a version.
Number = Annotated[int, Meta(ge=1)]
Score = Annotated[float, Meta(description="Comparable within one answer only.")]
EssayId = Annotated[str, Meta(examples=["politics/on_liberty"])]
PassageId = Annotated[str, Meta(examples=["politics/on_liberty#p-3f9a2c1b"])]
Anchor = Annotated[str, Meta(examples=["p-3f9a2c1b"])]
Headings = Annotated[tuple[str, ...], Meta(description="Those above it, outermost first.")]
PassageText = Annotated[str, Meta(description="The whole of it, as the essay has it.")]


class EssayShape(Struct, frozen=True, kw_only=True):
    """What is known of an essay without its text."""

    id: EssayId
    title: str
    authors: tuple[str, ...]
    date: Annotated[
        str | None,
        Meta(description="A year, month or day.", examples=["1859", "1859-02", "1859-02-17"]),
    ]
    language: Annotated[str, Meta(description="ISO 639 code.", examples=["en"])]
    path: Annotated[
        str, Meta(description="The file it was read from; over HTTP from the indexed folder on.")
    ]
    format: Annotated[str, Meta(examples=["text", "markdown", "html"])]
    words: Count
    passages: Count


class PieceShape(Struct, frozen=True, kw_only=True):
    """A run of snippet text, and whether it matched."""

    text: str
    match: bool


class HitShape(Struct, frozen=True, kw_only=True):
    """A passage that answers a query."""

    id: PassageId
    anchor: Anchor
    ordinal: Annotated[Number, Meta(description="Its place in the essay, from 1.")]
    headings: Headings
    text: PassageText
    snippet: Annotated[
        tuple[PieceShape, ...],
        Meta(description="Joined, they are text of the passage, cut at pieces that are “…”."),
    ]
    missing: Annotated[
        tuple[str, ...], Meta(description="Words of the query that it does not have.")
    ]
    score: Score


class EssayHitShape(Struct, frozen=True, kw_only=True):
    """An essay that answers a query, with its best passages."""

    essay: EssayShape
    score: Score
    passages: tuple[HitShape, ...]
    more: Annotated[Count, Meta(description="Matching passages that are not shown.")]


class NoteShape(Struct, frozen=True, kw_only=True):
    """Something a person should know about their query."""

    kind: Annotated[str, Meta(examples=["unknown-field", "dangling-operator"])]
    message: str
    span: Annotated[
        tuple[int, int],
        Meta(description="Where in the query, in code points: first, and after the last."),
    ]


class SearchShape(Struct, frozen=True, kw_only=True):
    """A page of results; ``essays``, ``passages`` and ``partial`` are true totals."""

    query: str
    understood: Annotated[str, Meta(description="The query as it was read, written out again.")]
    notes: tuple[NoteShape, ...]
    did_you_mean: Annotated[str | None, Meta(description="A better spelling of the query.")]
    matched: Annotated[
        Matched,
        Meta(
            description=(
                "The best that occurs: passages with all the words, essays with all of them "
                "between their passages, passages with any, or none."
            )
        ),
    ]
    essays: Annotated[Count, Meta(description="Essays that match so.")]
    passages: Annotated[Count, Meta(description="Passages that match so.")]
    partial: Annotated[Count, Meta(description="Essays beyond them, with less of the query.")]
    offset: Annotated[Count, Meta(description="Essays passed over.")]
    limit: Annotated[Count, Meta(description="Essays on a page.")]
    took_ms: Annotated[float, Meta(ge=0)]
    results: tuple[EssayHitShape, ...]


class OutlineShape(Struct, frozen=True, kw_only=True):
    """A heading and the anchor of the first passage below it."""

    title: str
    level: Number
    anchor: Anchor


class PassageShape(Struct, frozen=True, kw_only=True):
    """A passage of an essay that is shown."""

    id: PassageId
    anchor: Anchor
    ordinal: Annotated[Number, Meta(description="Its place in the essay, from 1.")]
    headings: Headings
    kind: PassageKind
    text: PassageText


class ShowShape(Struct, frozen=True, kw_only=True):
    """An essay with its outline and its passages, or with the one passage asked for."""

    essay: EssayShape
    outline: tuple[OutlineShape, ...]
    passages: tuple[PassageShape, ...]


class ListShape(Struct, frozen=True, kw_only=True):
    """Essays of the library: every one of them by id, or over HTTP a page of them."""

    essays: tuple[EssayShape, ...]


class SuggestionShape(Struct, frozen=True, kw_only=True):
    """A text to go on with: the whole of it, not only what is to be added."""

    text: str
    kind: SuggestionKind


class SuggestShape(Struct, frozen=True, kw_only=True):
    """Completions of what is being typed, best first."""

    prefix: str
    suggestions: tuple[SuggestionShape, ...]


class StatusShape(Struct, frozen=True, kw_only=True):
    """Size, engine and freshness of an index."""

    location: Annotated[str, Meta(description="Over HTTP its last part alone.")]
    engine: Annotated[str, Meta(examples=["whoosh"])]
    schema_version: Count
    essays: Count
    passages: Count
    words: Count
    bytes: Annotated[Count, Meta(description="On disk.")]
    updated: Annotated[
        str | None, Meta(description="Last commit, in UTC.", examples=["2026-01-02T03:04:05Z"])
    ]
    languages: Annotated[
        dict[str, Count], Meta(description="How many essays there are in each, by ISO 639 code.")
    ]
    healthy: bool


class CheckShape(Struct, frozen=True, kw_only=True):
    """What is wrong with the index, in sentences; nothing where it is healthy."""

    healthy: bool
    problems: tuple[str, ...]


class SkippedShape(Struct, frozen=True, kw_only=True):
    """A file that could not be indexed, and why."""

    path: str
    reason: str


class IndexShape(Struct, frozen=True, kw_only=True):
    """What ``index`` did. A renamed file is one essay removed and one added: its id is new."""

    added: Count
    updated: Count
    unchanged: Count
    removed: Count
    skipped: tuple[SkippedShape, ...]
    essays: Annotated[Count, Meta(description="In the index now.")]
    passages: Annotated[Count, Meta(description="In the index now.")]
    seconds: Annotated[float, Meta(ge=0)]


def search(result: SearchResult) -> SearchShape:
    """A page of results."""
    return SearchShape(
        query=result.query,
        understood=result.understood,
        notes=tuple(
            NoteShape(kind=note.kind, message=note.message, span=note.span) for note in result.notes
        ),
        did_you_mean=result.did_you_mean,
        matched=result.matched,
        essays=result.essays,
        passages=result.passages,
        partial=result.partial,
        offset=result.offset,
        limit=result.limit,
        took_ms=round(result.took_ms, 2),
        results=tuple(map(_essay_hit, result.results)),
    )


def _essay_hit(found: EssayHit) -> EssayHitShape:
    return EssayHitShape(
        essay=essay(found.essay),
        score=round(found.score, 6),
        passages=tuple(map(hit, found.passages)),
        more=found.more,
    )


def essay(one: Essay) -> EssayShape:
    """An essay without its text."""
    return EssayShape(
        id=one.id,
        title=one.title,
        authors=one.authors,
        date=one.date,
        language=one.language,
        path=one.path,
        format=one.format,
        words=one.words,
        passages=one.passages,
    )


def hit(one: Hit) -> HitShape:
    """A passage that answers a query."""
    return HitShape(
        id=one.id,
        anchor=one.anchor,
        ordinal=one.ordinal,
        headings=one.headings,
        text=one.text,
        snippet=tuple(PieceShape(text=piece.text, match=piece.match) for piece in one.snippet),
        missing=one.missing,
        score=round(one.score, 6),
    )


def show(view: EssayView) -> ShowShape:
    """An essay, or one passage of it."""
    return ShowShape(
        essay=essay(view.essay),
        outline=tuple(
            OutlineShape(title=entry.title, level=entry.level, anchor=entry.anchor)
            for entry in view.outline
        ),
        passages=tuple(
            PassageShape(
                id=f"{view.essay.id}#{passage.anchor}",
                anchor=passage.anchor,
                ordinal=passage.ordinal,
                headings=passage.headings,
                kind=passage.kind,
                text=passage.text,
            )
            for passage in view.passages
        ),
    )


def essay_list(essays: Iterable[Essay]) -> ListShape:
    """Essays without their texts."""
    return ListShape(essays=tuple(map(essay, essays)))


def suggest(prefix: str, suggestions: Iterable[Suggestion]) -> SuggestShape:
    """Completions of ``prefix``."""
    return SuggestShape(
        prefix=prefix,
        suggestions=tuple(
            SuggestionShape(text=suggestion.text, kind=suggestion.kind)
            for suggestion in suggestions
        ),
    )


def status(state: Status) -> StatusShape:
    """The state of an index."""
    return StatusShape(
        location=state.location,
        engine=state.engine,
        schema_version=state.schema_version,
        essays=state.essays,
        passages=state.passages,
        words=state.words,
        bytes=state.bytes,
        updated=state.updated,
        languages=state.languages,
        healthy=state.healthy,
    )


def check(problems: Sequence[str]) -> CheckShape:
    """What a check found."""
    return CheckShape(healthy=not problems, problems=tuple(problems))


def index(report: SyncReport) -> IndexShape:
    """What a run of ``index`` did."""
    return IndexShape(
        added=report.added + report.renamed,
        updated=report.updated,
        unchanged=report.unchanged,
        removed=report.removed + report.renamed,
        skipped=tuple(SkippedShape(path=file.path, reason=file.reason) for file in report.skipped),
        essays=report.essays,
        passages=report.passages,
        seconds=round(report.seconds, 3),
    )
