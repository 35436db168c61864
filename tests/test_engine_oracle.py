"""The engine finds what the oracle says, on generated essays and on real ones."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.engines.base import Entry
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.planning import make_plan
from indexer.query import parse
from tests.oracle import OracleResult, Tier, evaluate
from tests.strategies import garbage, libraries, queries

SEEDS = Path(__file__).parents[1] / "seeds"
# Essays and passages asked for at once, beyond what any library here has.
EVERYTHING = 10_000


@contextmanager
def engine_with(entries: Sequence[Entry]) -> Iterator[WhooshEngine]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder) / "index", create=True)
        writer = engine.writer()
        for entry in entries:
            writer.put(entry)
        writer.commit()
        writer.close()
        try:
            yield engine
        finally:
            engine.close()


def found_by(engine: WhooshEngine, text: str) -> OracleResult:
    """What the engine finds, in the oracle's words."""
    plan, _ = make_plan(parse(text), tuple(engine.languages()), engine.vocabulary)
    deadline = time.monotonic() + 60
    matches = engine.search(plan, per_essay=EVERYTHING, deadline=deadline)
    essays: list[set[str]] = [set(), set(), set()]
    passages: list[set[tuple[str, str]]] = [set(), set(), set()]
    for group in matches.groups(0, EVERYTHING):
        (essay,) = matches.essays_of([group.essay_ref])
        found = matches.passages_of([candidate.ref for candidate in group.passages])
        assert group.total == len(found)
        essays[group.tier].add(essay.id)
        passages[group.tier] |= {(essay.id, passage.anchor) for passage in found}
    first, second, third = (
        Tier(frozenset(e), frozenset(p)) for e, p in zip(essays, passages, strict=True)
    )
    return OracleResult(
        tiers=(first, second, third),
        matched=matches.matched,
        essays=matches.essays,
        passages=matches.passages,
        partial=matches.partial,
    )


def assert_agreement(engine: WhooshEngine, entries: Sequence[Entry], text: str) -> None:
    library = [(entry.essay, entry.passages) for entry in entries]
    query = parse(text)
    assert found_by(engine, text) == evaluate(query, library), query


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(libraries(), st.lists(queries(), min_size=12, max_size=24))
def test_the_engine_finds_what_the_oracle_says(entries: list[Entry], texts: list[str]) -> None:
    with engine_with(entries) as engine:
        for text in texts:
            assert_agreement(engine, entries, text)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(libraries(most=3), st.lists(garbage(), min_size=12, max_size=24))
def test_the_engine_finds_what_the_oracle_says_for_garbage_too(
    entries: list[Entry], texts: list[str]
) -> None:
    with engine_with(entries) as engine:
        for text in texts:
            assert_agreement(engine, entries, text)
