"""Small libraries, put straight into an engine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from indexer import ranking
from indexer.engines.base import Engine, Entry, Fingerprint, Group, Matches
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.model import Essay, Passage, Sort
from indexer.planning import make_plan
from indexer.query import parse

# A text, or a text under headings.
Written = str | tuple[tuple[str, ...], str]


def entry(
    essay_id: str,
    *texts: Written,
    title: str = "Untitled",
    authors: tuple[str, ...] = (),
    date: str | None = None,
    language: str = "en",
    digest: str = "",
) -> Entry:
    """An essay of these passages, ready to be stored."""
    passages = []
    for ordinal, written in enumerate(texts, 1):
        headings, text = ((), written) if isinstance(written, str) else written
        passages.append(
            Passage(
                anchor=f"p-{ordinal}",
                ordinal=ordinal,
                headings=headings,
                kind="paragraph",
                text=text,
            )
        )
    return Entry(
        essay=Essay(
            id=essay_id,
            title=title,
            authors=authors,
            date=date,
            language=language,
            path=f"/essays/{essay_id}.txt",
            format="text",
            words=sum(len(p.text.split()) for p in passages),
            passages=len(passages),
        ),
        fingerprint=Fingerprint(
            essay_id=essay_id,
            path=f"/essays/{essay_id}.txt",
            root="/essays",
            size=1,
            mtime_ns=2,
            digest=digest or essay_id,
        ),
        outline=(),
        passages=tuple(passages),
    )


def stocked(path: Path, entries: Sequence[Entry], *, commits: int = 1) -> WhooshEngine:
    """The embedded engine with these entries, committed in so many goes."""
    engine = WhooshEngine(path, create=True)
    fill(engine, entries, commits=commits)
    return engine


def fill(
    engine: Engine, entries: Sequence[Entry], *, commits: int = 1, rebuild: bool = False
) -> None:
    """Puts entries into an engine, committed in so many goes, of equal size but the last."""
    share = max(1, -(-len(entries) // commits))
    writer = engine.writer(rebuild=rebuild)
    try:
        for start in range(0, len(entries) or 1, share):
            for each in entries[start : start + share]:
                writer.put(each)
            assert not writer.commit(), "an essay that the engine refuses"
    finally:
        writer.close()


def changed(engine: Engine, *entries: Entry, remove: Sequence[str] = ()) -> None:
    """One commit that takes essays out and puts others in."""
    writer = engine.writer()
    try:
        for essay_id in remove:
            writer.remove(essay_id)
        for each in entries:
            writer.put(each)
        writer.commit()
    finally:
        writer.close()


def matches_of(engine: Engine, text: str, *, sort: Sort = "relevance") -> Matches:
    """The engine's matches of a query."""
    plan, _ = make_plan(parse(text), tuple(engine.languages()), engine)
    return engine.search(plan, sort=sort, deadline=time.monotonic() + 60)


def ids_of(engine: Engine, text: str, *, sort: Sort = "relevance") -> list[str]:
    """Ids of all essays that answer a query, in the final order."""
    plan, _ = make_plan(parse(text), tuple(engine.languages()), engine)
    matches = engine.search(plan, sort=sort, deadline=time.monotonic() + 60)
    groups = ranking.ranked(matches, plan, sort=sort, start=0, stop=10_000)
    return [essay.id for essay in matches.essays_of([group.essay_ref for group in groups])]


def passages_found(matches: Matches, groups: Sequence[Group]) -> set[str]:
    """Passage ids of the candidates in groups."""
    found = set()
    for group in groups:
        essay = matches.essays_of([group.essay_ref])[0]
        for passage in matches.passages_of([c.ref for c in group.passages]):
            found.add(f"{essay.id}#{passage.anchor}")
    return found
