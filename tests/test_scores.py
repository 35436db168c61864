"""The scores of passages: the same formula in every engine, to the digits that it keeps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines import whoosh_lengths
from indexer.engines.base import Engine, Entry, Matches
from indexer.planning import make_plan
from indexer.query import parse
from tests.engines import Site
from tests.oracle import PassageId
from tests.oracle_scores import Scores, kept
from tests.shelves import entry
from tests.strategies import searches

# Essays and passages asked for at once, beyond what any library here has.
EVERYTHING = 10_000


def scores_by(matches: Matches) -> dict[PassageId, float]:
    """The score of every passage that a search found."""
    found = {}
    for group in matches.groups(0, EVERYTHING):
        (essay,) = matches.essays_of([group.essay_ref])
        passages = matches.passages_of([candidate.ref for candidate in group.passages])
        for candidate, passage in zip(group.passages, passages, strict=True):
            found[essay.id, passage.anchor] = candidate.score
        assert group.score == max(candidate.score for candidate in group.passages)
    return found


def assert_scored(site: Site, engine: Engine, entries: Sequence[Entry], text: str) -> None:
    plan, _ = make_plan(parse(text), tuple(engine.languages()), engine)
    matches = engine.search(plan, per_essay=EVERYTHING, deadline=time.monotonic() + 60)
    found = scores_by(matches)
    expected = Scores(entries, plan)
    # Lucene counts in 32 bits.
    close = 1e-9 if site.name == "whoosh" else 1e-5
    assert found == pytest.approx({name: expected.of[name] for name in found}, rel=close), text
    for word in plan.words:
        assert matches.idf(word.pattern) == pytest.approx(expected.idf(word.pattern), rel=close)


@pytest.mark.slow
def test_an_engine_scores_passages_as_the_oracle_does(site: Site) -> None:
    @site.generated(100)
    @given(searches())
    def agrees(search: tuple[list[Entry], list[str]]) -> None:
        entries, texts = search
        with site.holding(entries) as engine:
            for text in texts:
                assert_scored(site, engine, entries, text)

    agrees()


LONG = "and so on with many other words " * 40
LIBRARY = (
    entry("short", "Liberty of thought.", "And more.", title="On Liberty", authors=("J. S. Mill",)),
    # No words at all.
    entry("marks", "* * *", title="***"),
    entry(
        "long",
        (("Of liberty", "Liberties"), f"liberty {LONG} liberty"),
        (("Thought",), f"we co-operate now, cooperate {LONG}"),
        title="Essays",
    ),
    entry(
        "de", "Die Freiheit und mehr liberty", "liberty 2021-06-04", title="Liberty", language="de"
    ),
    entry("zh", "全文检索系统 liberty", "全文、检索", title="检索", language="zh"),
)


@pytest.fixture(scope="module")
def shelf(shared_site: Site) -> Engine:
    """The library above; not to be written to."""
    return shared_site.stocked(LIBRARY, commits=2)


@pytest.mark.parametrize(
    "text",
    [
        "liberty",
        "liberty liberty thought",
        '"liberty of thought"',
        '"liberty"',
        "co-operate",
        '"cooperate now"',
        "全文检索",
        "2021-06-04",
        "libert*",
        "librety~",
        '"thought liberty"~5',
        "title:liberty OR heading:liberty",
        "author:mill liberty",
        "liberty -thought",
        "die freiheit the",
    ],
)
def test_an_engine_scores_words_phrases_and_fields_as_the_oracle_does(
    site: Site, shelf: Engine, text: str
) -> None:
    assert_scored(site, shelf, LIBRARY, text)


def test_the_library_of_these_tests_tells_the_parts_of_the_formula_apart(site: Site) -> None:
    engine = site.stocked(LIBRARY)

    def scores(text: str) -> dict[PassageId, float]:
        plan, _ = make_plan(parse(text), tuple(engine.languages()), engine)
        matches = engine.search(plan, per_essay=EVERYTHING, deadline=time.monotonic() + 60)
        return scores_by(matches)

    found = scores("liberty")
    assert len(found) == len(set(found.values())) == 6
    # It is in every essay, and twice in the first of these queries.
    assert scores("liberty liberty") == pytest.approx({n: 2 * s for n, s in found.items()})
    graded, ungraded = scores('"liberty"'), scores("libert*")
    assert len(set(graded.values())) > 1
    assert len(set(ungraded.values())) == 1


@pytest.mark.parametrize("length", [*range(300), 1_000, 12_345, 10**6, 2**31 - 1])
def test_a_length_is_kept_in_a_byte_as_lucene_keeps_it(length: int) -> None:
    byte = whoosh_lengths.to_byte(length)
    assert 0 <= byte < 256
    assert whoosh_lengths.LENGTHS[byte] == kept(length)


def test_bytes_of_lengths_ascend_and_stand_for_themselves() -> None:
    lengths = whoosh_lengths.LENGTHS
    assert list(map(whoosh_lengths.to_byte, lengths)) == list(range(256))
    # From Lucene's own table of decoded lengths.
    assert [lengths[b] for b in (0, 39, 40, 41, 48, 64, 255)] == [
        0, 39, 40, 42, 56, 152, 2_013_265_944,
    ]  # fmt: skip


NUMBERS = st.integers(0, 2**20) | st.integers(0, 2**50)
TOKENS = st.lists(st.builds(whoosh_lengths.Tokens, NUMBERS, NUMBERS), max_size=4)


@given(st.lists(st.lists(TOKENS, max_size=5), max_size=9))
def test_totals_of_many_essays_are_the_sums_of_theirs(pieces: list[list[Any]]) -> None:
    packed = [b"".join(map(whoosh_lengths.pack_totals, piece)) for piece in pieces]
    passages = [tokens for piece in pieces for essay in piece for tokens in essay]
    exact, stem = ([number for number in column if number] for column in (
        [tokens.exact for tokens in passages], [tokens.stem for tokens in passages]
    ))  # fmt: skip
    found = whoosh_lengths.sum_totals(packed)
    assert found == {"exact": (len(exact), sum(exact)), "stem": (len(stem), sum(stem))}
