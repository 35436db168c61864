"""The order of results: tiers, exact titles, words near each other, pages that fit together."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from indexer import ranking
from indexer.engines.base import Group
from indexer.nearness import nearness
from indexer.planning import make_plan
from indexer.query import parse
from tests.shelves import entry, ids_of, matches_of, stocked

FILLER = "and then there were many other things to be said about all that happened since"


def test_passages_with_all_words_come_before_essays_with_them_apart_before_some(
    tmp_path: Path,
) -> None:
    engine = stocked(
        tmp_path / "i",
        [
            entry("some", "tibet tibet tibet tibet"),
            entry("apart", "tibet", "protest"),
            entry("all", f"tibet {FILLER} {FILLER} protest"),
        ],
    )
    assert ids_of(engine, "tibet protest") == ["all", "apart", "some"]
    matches = matches_of(engine, "tibet protest")
    assert (matches.matched, matches.essays, matches.passages, matches.partial) == ("all", 1, 1, 2)


def test_where_no_passage_has_all_words_essays_that_do_are_the_match(tmp_path: Path) -> None:
    engine = stocked(
        tmp_path / "i", [entry("apart", "tibet", "protest", "neither"), entry("some", "tibet")]
    )
    matches = matches_of(engine, "tibet protest")
    assert (matches.matched, matches.essays, matches.passages, matches.partial) == (
        "essay", 1, 2, 1,
    )  # fmt: skip
    (group,) = matches.groups(0, 1)
    assert len(group.passages) == 2


def test_an_essay_shows_first_the_passages_that_together_hold_the_words(tmp_path: Path) -> None:
    engine = stocked(
        tmp_path / "i", [entry("a", "tibet tibet", "tibet", f"protest {FILLER} {FILLER}")]
    )
    matches = matches_of(engine, "tibet protest")
    passages = matches.passages_of([c.ref for c in matches.groups(0, 1)[0].passages])
    assert [p.ordinal for p in passages] == [1, 3, 2]


def test_very_common_words_need_not_be_there_but_still_count(tmp_path: Path) -> None:
    engine = stocked(
        tmp_path / "i",
        [entry("without", "liberty prevails"), entry("with", "what is liberty and what is law")],
    )
    assert matches_of(engine, "what is liberty").matched == "all"
    assert ids_of(engine, "what is liberty") == ["with", "without"]
    assert ids_of(engine, "what is") == ["with"]
    assert ids_of(engine, "what AND liberty") == ["with"]


def test_a_word_common_in_one_language_only_is_optional_there_only(tmp_path: Path) -> None:
    engine = stocked(
        tmp_path / "i",
        [
            entry("en", "young people", language="en"),
            entry("de", "young leute", language="de"),
            entry("both", "die young", language="en"),
        ],
    )
    matches = matches_of(engine, "die young")
    assert (matches.essays, matches.partial) == (2, 1)
    assert set(ids_of(engine, "die young")[:2]) == {"de", "both"}


def test_words_next_to_each_other_and_in_order_come_first(tmp_path: Path) -> None:
    tail = f"{FILLER} {FILLER}"
    engine = stocked(
        tmp_path / "i",
        [
            entry("far", f"human {FILLER} rights {FILLER}"),
            entry("near", f"human rights {tail}"),
            entry("wrong", f"rights human {tail}"),
        ],
    )
    assert ids_of(engine, "human rights") == ["near", "wrong", "far"]


def test_an_exact_title_comes_first_then_an_exact_heading(tmp_path: Path) -> None:
    engine = stocked(
        tmp_path / "i",
        [
            entry("much", "on liberty on liberty on liberty liberty", title="Liberty"),
            entry("headed", (("On Liberty",), f"some {FILLER}")),
            entry("titled", f"of liberty {FILLER} {FILLER}", title="On Liberty!"),
        ],
    )
    assert ids_of(engine, "on liberty") == ["titled", "headed", "much"]


def test_ties_go_by_id_whatever_the_order_of_writing(tmp_path: Path) -> None:
    names = ["d", "a", "c", "b"]
    engine = stocked(tmp_path / "i", [entry(n, "same words") for n in names], commits=3)
    assert ids_of(engine, "same words") == sorted(names)
    assert ids_of(engine, "in:a OR in:b") == ["a", "b"]


def test_the_number_of_times_a_word_is_asked_for_counts(tmp_path: Path) -> None:
    engine = stocked(
        tmp_path / "i", [entry("a", "alpha beta beta"), entry("b", "alpha alpha beta")]
    )
    assert ids_of(engine, "alpha alpha alpha beta")[0] == "b"
    assert ids_of(engine, "alpha beta beta beta")[0] == "a"


def test_pages_neither_overlap_nor_leave_anything_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "WINDOW", 4)
    entries = [
        entry(f"e{n:02}", f"alpha {'x ' * (n % 7)} beta {'y ' * (n % 5)}" if n % 3 else "alpha")
        for n in range(23)
    ]
    engine = stocked(tmp_path / "i", entries, commits=2)
    plan, _ = make_plan(parse("alpha beta"), ("en",), engine)
    matches = engine.search(plan, deadline=time.monotonic() + 60)
    whole = ranking.ranked(matches, plan, sort="relevance", start=0, stop=100)
    assert len({group.essay_ref for group in whole}) == 23
    for size in (1, 3, 5):
        pages = [
            group
            for start in range(0, 25, size)
            for group in ranking.ranked(
                matches, plan, sort="relevance", start=start, stop=start + size
            )
        ]
        assert pages == whole


def test_groups_that_cannot_come_first_any_more_are_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "_BATCH", 2)
    entries = [entry(f"e{n:02}", f"alpha {'beta ' * (n < 4)}{'x ' * n}") for n in range(30)]
    engine = stocked(tmp_path / "i", entries)
    plan, _ = make_plan(parse("alpha beta gamma"), ("en",), engine)
    matches = engine.search(plan, deadline=time.monotonic() + 60)
    asked: list[int] = []

    def groups(start: int, stop: int) -> list[Group]:
        asked.append(stop)
        return found(start, stop)

    found = matches.groups
    monkeypatch.setattr(matches, "groups", groups)
    (first,) = ranking.ranked(matches, plan, sort="relevance", start=0, stop=1)
    assert max(asked) < 30
    monkeypatch.setattr(ranking, "_BATCH", 100)
    assert ranking.ranked(matches, plan, sort="relevance", start=0, stop=1) == [first]
    assert max(asked) == 30


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ([[(0, 1)], [(1, 2)]], [[(0, 1)], [(2, 3)]]),
        ([[(0, 1)], [(1, 2)]], [[(1, 2)], [(0, 1)]]),
        ([[(0, 1)], [(19, 20)]], [[(0, 1)], [(60, 61)]]),
        ([[(0, 1)], [], [(1, 2)]], [[(0, 1)], [], []]),
        ([[(0, 1), (50, 51)], [(51, 52)]], [[(0, 1), (50, 51)], [(54, 55)]]),
    ],
)
def test_nearness_falls_with_distance_and_wrong_order(
    nearer: list[list[tuple[int, int]]], farther: list[list[tuple[int, int]]]
) -> None:
    weights = [1.0] * len(nearer)
    assert nearness(nearer, weights) > nearness(farther, weights)
