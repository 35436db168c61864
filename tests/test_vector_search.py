"""Searches by numpy give what those in plain Python give, to the last digit and in that order."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines import (
    vector_arrays,
    vector_choosing,
    vector_matches,
    vector_numbers,
    vector_orders,
    vector_parts,
    vector_patterns,
    vector_rows,
    vector_scoring,
    vector_weighing,
)
from indexer.engines.base import Engine, Entry, FacetName, Group, Matches
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.engines.whoosh_reader import Snapshot
from indexer.model import Sort
from indexer.paths import exact_paths
from indexer.plan import Alternative, Pattern, PlainWord, Plan, patterns_in
from indexer.planning import make_plan
from indexer.query import parse
from tests.engines import Site
from tests.shelves import changed, entry, fill
from tests.strategies import searches
from tests.test_engine_oracle import real_entries, remembered

# Essays and passages asked for at once, beyond what any library here has.
EVERYTHING = 10_000
FACETS: tuple[FacetName, ...] = ("language", "year", "author", "folder")
SORTS: tuple[Sort, ...] = ("relevance", "date", "title")


class Both:
    """One index with two searchers."""

    def __init__(self, folder: Path) -> None:
        self.plain = WhooshEngine(folder, create=True)
        self.vector = WhooshEngine(folder, create=True, vectors=True)

    def close(self) -> None:
        self.plain.close()
        self.vector.close()

    def plan(self, text: str) -> Plan:
        return make_plan(parse(text), tuple(self.plain.languages()), self.plain)[0]

    def searched(self, plan: Plan, sort: Sort, per_essay: int) -> tuple[Matches, Matches]:
        plain, vector = (
            engine.search(plan, sort=sort, per_essay=per_essay, deadline=time.monotonic() + 60)
            for engine in (self.plain, self.vector)
        )
        return plain, vector


@contextmanager
def library(tmp_path: Path, entries: Sequence[Entry], *, commits: int) -> Iterator[Both]:
    """An index of several segments, from which an essay was deleted and another replaced."""
    both = Both(Path(Site("whoosh", str(tmp_path)).location()))
    fill(both.plain, [entry("gone", "liberty the rights"), *entries], commits=commits)
    changed(both.plain, *entries[-1:], remove=["gone"])
    yield both
    both.close()


def assert_same(both: Both, text: str, *, per_essay: int = 3, first: int = 2) -> None:
    """Totals, order, passages, scores, facets: all of what a search gives is the same."""
    plan = both.plan(text)
    author = Pattern(paths=exact_paths("mill"), view="exact", scope="author", label="mill")
    for sort in SORTS:
        plain, vector = both.searched(plan, sort, per_essay)
        for name in ("matched", "essays", "passages", "partial", "tier_sizes"):
            assert getattr(vector, name) == getattr(plain, name), (text, name)
        for start, stop in ((0, first), (first, 2 * first), (0, EVERYTHING), (1, 3 * first)):
            assert vector.groups(start, stop) == plain.groups(start, stop), (text, sort, start)
        for facet in FACETS:
            assert vector.facet(facet, 3) == plain.facet(facet, 3), (text, facet)
        assert vector.essays_with(author) == plain.essays_with(author)
        words = [own for word in plan.words for own in (word.pattern, *word.parts)]
        groups = plain.groups(0, EVERYTHING)
        refs = [candidate.ref for group in groups for candidate in group.passages]
        if words:
            assert vector.nearness(refs, words) == plain.nearness(refs, words), text
        for some in (words, words[:1]):
            essays = [group.essay_ref for group in groups]
            assert vector.holding(refs, some, "heading") == plain.holding(refs, some, "heading")
            assert vector.holding(essays, some, "title") == plain.holding(essays, some, "title")
        for pattern in [*words, *patterns_in(plan.strict)]:
            assert vector.idf(pattern) == plain.idf(pattern), (text, pattern)
            assert vector.occurs(pattern) == plain.occurs(pattern), (text, pattern)


@pytest.fixture(params=["as it is", "as in a large library", "as said very often", "in parts"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What large libraries are searched by, in small ones."""
    if request.param == "in parts":
        monkeypatch.setattr(vector_patterns, "_AT_ONCE", 2)
        monkeypatch.setattr(vector_arrays, "_SHORT", 0)
        monkeypatch.setattr(vector_orders, "_IDS", 0)
        monkeypatch.setattr(vector_scoring, "_FEW_IN_ALL", 0)
        monkeypatch.setattr(vector_scoring, "_SHORTER", 0)
    if request.param in ("as in a large library", "as said very often"):
        monkeypatch.setattr(vector_choosing, "_FEW", 0)
        monkeypatch.setattr(vector_matches, "_FIRST", 1)
        monkeypatch.setattr(vector_scoring, "_FEW", 1)
        monkeypatch.setattr(vector_scoring, "_FEW_IN_ALL", 0)
        monkeypatch.setattr(vector_scoring, "_SHORTER", 1_000_000)
        monkeypatch.setattr(vector_arrays, "_DENSE", 1_000_000)
        monkeypatch.setattr(vector_arrays, "_LONG", 0)
        monkeypatch.setattr(vector_arrays, "_SHORT", 0)
        monkeypatch.setattr(vector_parts, "_LONGER", 0)
        monkeypatch.setattr(vector_rows, "_DENSE", 1_000_000)
        monkeypatch.setattr(vector_patterns, "_MOST", 0)
    if request.param == "as said very often":
        monkeypatch.setattr(vector_scoring, "_MOST", 0)


@pytest.mark.slow
@pytest.mark.usefixtures("large")
def test_both_searchers_find_the_same_in_generated_libraries(tmp_path: Path) -> None:
    @Site("whoosh", str(tmp_path)).generated(25)
    @given(searches(), st.integers(1, 3), st.integers(1, 4))
    def agree(search: tuple[list[Entry], list[str]], commits: int, per_essay: int) -> None:
        entries, texts = search
        with library(tmp_path, entries, commits=commits) as both:
            for text in texts:
                assert_same(both, text, per_essay=per_essay)

    agree()


@pytest.mark.slow
@pytest.mark.usefixtures("large")
def test_both_searchers_find_the_same_in_real_essays(tmp_path: Path) -> None:
    entries = real_entries()
    rng = random.Random(7)
    with library(tmp_path, entries, commits=4) as both:
        for _ in range(50):
            assert_same(both, remembered(entries, rng), first=rng.randint(1, 4))


@pytest.mark.slow
@pytest.mark.usefixtures("large")
def test_both_searchers_find_the_same_after_each_of_many_commits(tmp_path: Path) -> None:
    rng = random.Random(3)
    texts = [passage.text for each in real_entries() for passage in each.passages]

    def made(number: int) -> Entry:
        return entry(f"e{number:02}", *rng.choices(texts, k=5), title=rng.choice(texts)[:40])

    entries = [made(number) for number in range(20)]
    queries = [remembered(entries, rng) for _ in range(12)]
    with library(tmp_path, entries, commits=3) as both:
        for _ in range(12):
            gone, *others = rng.sample(range(24), 4)
            changed(both.plain, *map(made, others), remove=[f"e{gone:02}"])
            for text in rng.sample(queries, 5):
                assert_same(both, text)


@pytest.mark.parametrize("kept", [0, 100_000, 100_000_000])
def test_threads_that_share_an_index_find_the_same_as_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """With room for nothing but the last, with room for some, and with room for all."""
    for module in (vector_arrays, vector_rows, vector_weighing):
        monkeypatch.setattr(module, "_KEPT", kept)
        monkeypatch.setattr(module, "_KEPT_EACH", 0)
    entries = real_entries()
    rng = random.Random(5)
    with library(tmp_path, entries, commits=3) as both:
        plans = [both.plan(remembered(entries, rng)) for _ in range(20)]

        def found(engine: Engine, plan: Plan) -> list[Group]:
            matches = engine.search(plan, deadline=time.monotonic() + 60)
            groups = matches.groups(0, EVERYTHING)
            refs = [candidate.ref for group in groups for candidate in group.passages]
            matches.nearness(refs, [word.pattern for word in plan.words])
            return groups

        expected = [found(both.plain, plan) for plan in plans]

        def all_of(seed: int) -> bool:
            order = random.Random(seed).sample(range(len(plans)), len(plans))
            return all(found(both.vector, plans[n]) == expected[n] for n in order)

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(all_of, range(8)))


def _either(*words: str) -> tuple[Alternative, ...]:
    return tuple(Alternative(word, 1) for word in words)


def _exact(*steps: tuple[Alternative, ...], slop: int | None = None) -> Pattern:
    return Pattern(paths=(steps,), view="exact", slop=slop, label="?")


# Words of no language beside one of English, ways through a phrase beyond those that it is scored
# by, and words that stand for several in any order.
PLANS = (
    (_exact(_either("a")), _exact(_either("b"), _either("c"))),
    (_exact(_either("a")), Pattern(paths=((_either("en:b"),),), view="stem", label="b")),
    (_exact(*[_either("a", "b")] * 7), _exact(_either("c"))),
    (_exact(_either("a"), _either("c"), slop=2), _exact(_either("b", "d"))),
)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("patterns", PLANS)
def test_both_searchers_find_the_same_for_plans_that_no_query_makes(
    tmp_path: Path, patterns: tuple[Pattern, ...]
) -> None:
    rng = random.Random(9)
    texts = [" ".join(rng.choices("abcd", k=rng.randint(3, 30))) for _ in range(60)]
    entries = [entry(f"e{n:02}", *texts[n : n + 5], title="x y") for n in range(0, 60, 5)]
    plan = Plan(words=tuple(PlainWord(pattern=pattern) for pattern in patterns), strict=None)
    with library(tmp_path, entries, commits=3) as both:
        plain, vector = both.searched(plan, "relevance", 3)
        assert vector.tier_sizes == plain.tier_sizes
        assert vector.passages == plain.passages > 0
        groups = plain.groups(0, EVERYTHING)
        assert vector.groups(0, EVERYTHING) == groups
        refs = [candidate.ref for group in groups for candidate in group.passages]
        assert vector.nearness(refs, patterns) == plain.nearness(refs, patterns)
        assert max(plain.nearness(refs, patterns)) > 0
        for pattern in patterns:
            assert vector.idf(pattern) == plain.idf(pattern)


def test_places_of_a_bounded_number_of_passages_are_looked_at_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [entry(f"e{n}", *["liberty of the press"] * 5) for n in range(20)]
    asked: list[int] = []
    places = vector_patterns._places

    def noted(postings: vector_arrays.Postings, common: vector_numbers.Array) -> Any:
        asked.append(len(common))
        return places(postings, common)

    monkeypatch.setattr(vector_patterns, "_places", noted)
    monkeypatch.setattr(vector_patterns, "_AT_ONCE", 30)
    with library(tmp_path, entries, commits=1) as both:
        for text in ('"of the"', '"the of"~3', '"liberty press"~2'):
            asked.clear()
            matches = both.searched(both.plan(text), "relevance", 1)[1]
            assert matches.passages == 100
            assert sum(asked) == 200
            assert max(asked) == 30


def test_ids_are_put_in_order_only_once_many_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    keys = Snapshot.sort_keys

    def noted(snapshot: Snapshot, column: str) -> list[bytes]:
        asked.append(column)
        return keys(snapshot, column)

    monkeypatch.setattr(Snapshot, "sort_keys", noted)
    # Two of these are worth the same.
    entries = [entry(f"e{n:02}", "liberty" + " else" * max(n, 1)) for n in range(20, -1, -1)]
    with library(tmp_path, entries, commits=1) as both:
        for times in (0, 1, 1):
            plain, vector = both.searched(both.plan("liberty"), "relevance", 1)
            assert vector.groups(0, 5) == plain.groups(0, 5)
            assert len(asked) == times
