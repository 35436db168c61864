"""The JSON of the command line and the web API: one function for each shape.

Keys are a promise to other programs: they are added, never renamed or dropped. Offsets count
Unicode code points. The functions give dicts and lists for :func:`json.dumps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from indexer.model import (
    Essay,
    EssayHit,
    EssayView,
    Hit,
    SearchResult,
    Status,
    SyncReport,
)

Json = dict[str, Any]


def search(result: SearchResult) -> Json:
    """A page of results; ``essays``, ``passages`` and ``partial`` are true totals."""
    return {
        "query": result.query,
        "understood": result.understood,
        "notes": [
            {"kind": note.kind, "message": note.message, "span": list(note.span)}
            for note in result.notes
        ],
        "did_you_mean": result.did_you_mean,
        "matched": result.matched,
        "essays": result.essays,
        "passages": result.passages,
        "partial": result.partial,
        "offset": result.offset,
        "limit": result.limit,
        "took_ms": round(result.took_ms, 2),
        "results": [_essay_hit(hit) for hit in result.results],
    }


def _essay_hit(found: EssayHit) -> Json:
    return {
        "essay": essay(found.essay),
        "score": round(found.score, 6),
        "passages": [hit(passage) for passage in found.passages],
        "more": found.more,
    }


def essay(one: Essay) -> Json:
    """What is known of an essay without its text."""
    return {
        "id": one.id,
        "title": one.title,
        "authors": list(one.authors),
        "date": one.date,
        "language": one.language,
        "path": one.path,
        "format": one.format,
        "words": one.words,
        "passages": one.passages,
    }


def hit(one: Hit) -> Json:
    """A passage that answers a query; the snippet's pieces joined are its text, cut at ``…``."""
    return {
        "id": one.id,
        "anchor": one.anchor,
        "ordinal": one.ordinal,
        "headings": list(one.headings),
        "text": one.text,
        "snippet": [{"text": piece.text, "match": piece.match} for piece in one.snippet],
        "missing": list(one.missing),
        "score": round(one.score, 6),
    }


def show(view: EssayView) -> Json:
    """An essay with its outline and its passages, or with the one passage asked for."""
    return {
        "essay": essay(view.essay),
        "outline": [
            {"title": entry.title, "level": entry.level, "anchor": entry.anchor}
            for entry in view.outline
        ],
        "passages": [
            {
                "id": f"{view.essay.id}#{passage.anchor}",
                "anchor": passage.anchor,
                "ordinal": passage.ordinal,
                "headings": list(passage.headings),
                "kind": passage.kind,
                "text": passage.text,
            }
            for passage in view.passages
        ],
    }


def essay_list(essays: Iterable[Essay]) -> Json:
    """Every essay of the library."""
    return {"essays": [essay(one) for one in essays]}


def status(state: Status) -> Json:
    """The state of an index; ``bytes`` on disk, ``updated`` in UTC."""
    return {
        "location": state.location,
        "engine": state.engine,
        "schema_version": state.schema_version,
        "essays": state.essays,
        "passages": state.passages,
        "words": state.words,
        "bytes": state.bytes,
        "updated": state.updated,
        "languages": dict(state.languages),
        "healthy": state.healthy,
    }


def check(problems: Sequence[str]) -> Json:
    """What is wrong with the index, in sentences; nothing where it is healthy."""
    return {"healthy": not problems, "problems": list(problems)}


def index(report: SyncReport) -> Json:
    """What ``index`` did. A renamed file is one essay removed and one added: its id is new."""
    return {
        "added": report.added + report.renamed,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed + report.renamed,
        "skipped": [{"path": file.path, "reason": file.reason} for file in report.skipped],
        "essays": report.essays,
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
    }
