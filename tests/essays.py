"""Results as the library gives them, for the tests of everything that shows them."""

from __future__ import annotations

from typing import Any

from indexer.model import (
    Essay,
    EssayHit,
    EssayView,
    Hit,
    Note,
    OutlineEntry,
    Passage,
    Piece,
    SearchResult,
    Status,
    SyncReport,
)


def an_essay(**changes: Any) -> Essay:
    known: dict[str, Any] = {
        "id": "politics/on_liberty",
        "title": "On Liberty",
        "authors": ("John Stuart Mill", "Harriet Taylor"),
        "date": "1859-02",
        "language": "en",
        "path": "/essays/politics/on liberty.txt",
        "format": "text",
        "words": 1200,
        "passages": 40,
    }
    return Essay(**{**known, **changes})


def a_hit(**changes: Any) -> Hit:
    known: dict[str, Any] = {
        "id": "politics/on_liberty#p-3f9a2c1b",
        "anchor": "p-3f9a2c1b",
        "ordinal": 12,
        "headings": ("Of Thought", "Of Discussion"),
        "text": "The peculiar evil of silencing the expression of an opinion.",
        "snippet": (Piece("The peculiar evil of "), Piece("silencing", True), Piece("…")),
        "missing": (),
        "score": 7.25,
        "heading_pieces": ((Piece("Of Thought"),), (Piece("Of "), Piece("Discussion", True))),
    }
    return Hit(**{**known, **changes})


def an_essay_hit(**changes: Any) -> EssayHit:
    known: dict[str, Any] = {
        "essay": an_essay(),
        "score": 7.25,
        "passages": (a_hit(),),
        "more": 0,
        "title_pieces": (Piece("On "), Piece("Liberty", True)),
    }
    return EssayHit(**{**known, **changes})


def a_result(**changes: Any) -> SearchResult:
    known: dict[str, Any] = {
        "query": "silencing",
        "understood": "silencing",
        "notes": (),
        "did_you_mean": None,
        "matched": "all",
        "essays": 1,
        "passages": 1,
        "partial": 0,
        "offset": 0,
        "limit": 10,
        "took_ms": 4.2,
        "results": (an_essay_hit(),),
    }
    return SearchResult(**{**known, **changes})


def nothing(**changes: Any) -> SearchResult:
    known: dict[str, Any] = {"matched": "none", "essays": 0, "passages": 0, "results": ()}
    return a_result(**{**known, **changes})


def a_note(message: str = "unknown field “foo:”, taken as text") -> Note:
    return Note(kind="unknown-field", message=message, span=(0, 4))


def a_passage(**changes: Any) -> Passage:
    known: dict[str, Any] = {
        "anchor": "p-3f9a2c1b",
        "ordinal": 1,
        "headings": (),
        "kind": "paragraph",
        "text": "The object of this Essay is to assert one very simple principle.",
    }
    return Passage(**{**known, **changes})


def a_view(**changes: Any) -> EssayView:
    known: dict[str, Any] = {
        "essay": an_essay(),
        "outline": (
            OutlineEntry(title="Of Thought", level=1, anchor="p-00000002"),
            OutlineEntry(title="Of Discussion", level=2, anchor="p-00000003"),
        ),
        "passages": (
            a_passage(anchor="p-00000001"),
            a_passage(anchor="p-00000002", ordinal=2, headings=("Of Thought",), text="Second."),
            a_passage(
                anchor="p-00000003",
                ordinal=3,
                headings=("Of Thought", "Of Discussion"),
                kind="verse",
                text="One line\nand another.",
            ),
        ),
    }
    return EssayView(**{**known, **changes})


def a_report(**changes: Any) -> SyncReport:
    known: dict[str, Any] = {
        "added": 2,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "renamed": 0,
        "skipped": (),
        "notes": (),
        "essays": 2,
        "passages": 57,
        "seconds": 0.84567,
    }
    return SyncReport(**{**known, **changes})


def a_status(**changes: Any) -> Status:
    known: dict[str, Any] = {
        "location": ".essays",
        "engine": "whoosh",
        "schema_version": 1,
        "essays": 1234,
        "passages": 56789,
        "words": 1234567,
        "bytes": 12_345_678,
        "updated": "2026-01-02T03:04:05Z",
        "languages": {"de": 3, "en": 1230, "zh": 1},
        "healthy": True,
    }
    return Status(**{**known, **changes})
