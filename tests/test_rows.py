"""Patterns as rows: what an engine scores them by."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from indexer.plan import Alternative, Path, Pattern, Step
from indexer.planning import make_plan
from indexer.query import parse
from indexer.rows import MOST_ROWS, Row, is_graded, rows


class Words:
    """A library that holds a few words."""

    def vocabulary(self, prefix: str, scope: object) -> list[tuple[str, int]]:
        return [(word, 1) for word in ("liberties", "liberty") if word.startswith(prefix)]

    def shaped(self, start: str, shape: str, scope: object) -> list[tuple[str, int]]:
        return [("liberty", 1)]

    def close_to(self, form: str, edits: int, scope: object) -> list[tuple[str, int]]:
        return [("liberty", 1)]

    def holds(self, node: object) -> bool:
        return True


def of(text: str, languages: tuple[str, ...] = ("en",)) -> Pattern:
    """The pattern of a query that is one term."""
    plan, _ = make_plan(parse(text), languages, Words())
    if plan.words:
        return plan.words[0].pattern
    assert isinstance(plan.strict, Pattern)
    return plan.strict


def among(text: str, *there: str, languages: tuple[str, ...] = ("en",)) -> list[Row]:
    return list(rows(of(text, languages), there.__contains__))


def path(*steps: Collection[tuple[str, int]]) -> Path:
    return tuple(tuple(Alternative(*one) for one in step) for step in steps)


@pytest.mark.parametrize(
    ("text", "graded"),
    [
        ("liberty", True),
        ('"on liberty"', True),
        ('"liberty"', True),
        ("全文*", True),
        ("libert*", False),
        ("l?berty", False),
        ("libetry~", False),
        ('"on liberty"~3', False),
        ("title:liberty", False),
        ("heading:liberty", False),
        ("author:mill", False),
    ],
)
def test_words_and_phrases_are_graded_and_what_only_has_to_occur_is_not(
    text: str, graded: bool
) -> None:
    assert is_graded(of(text)) is graded


def test_a_word_has_a_row_for_each_language_that_has_it() -> None:
    there = ("de:liberty", "en:liberti", "fr:liberty")
    assert among("liberty", *there, languages=("de", "en", "es")) == [
        (("de:liberty", 0),),
        (("en:liberti", 0),),
    ]


def test_a_phrase_has_its_terms_at_their_offsets_and_a_wide_one_moves_on_by_its_width() -> None:
    there = ("we", "cooperate\x1f2", "co", "operate", "now")
    assert among('"we co-operate now"', *there) == [
        (("we", 0), ("co", 1), ("operate", 2), ("now", 3)),
        (("we", 0), ("cooperate\x1f2", 1), ("now", 3)),
    ]
    assert among('"we cooperate now"', *there) == [
        (("we", 0), ("cooperate\x1f2", 1), ("now", 3)),
    ]


def test_a_path_with_a_step_that_is_nowhere_gives_none() -> None:
    assert among('"we co-operate now"', "we", "co", "now") == []
    assert among("liberty") == []


def test_a_row_is_given_once_in_the_order_of_the_paths() -> None:
    # Where the last step leads makes no difference.
    pattern = Pattern(
        paths=(
            path([("a", 1)], [("b", 1), ("c", 1)]),
            path([("a", 1)], [("b", 2)]),
            path([("b", 1)]),
            path([("a", 2)], [("b", 1)]),
        ),
        view="exact",
        label="",
    )
    assert rows(pattern, "abc".__contains__) == (
        (("a", 0), ("b", 1)),
        (("a", 0), ("c", 1)),
        (("b", 0),),
        (("a", 0), ("b", 2)),
    )


def test_the_rows_of_a_pattern_are_bounded_and_so_is_the_work() -> None:
    asked: list[str] = []

    def exists(term: str) -> bool:
        asked.append(term)
        return True

    step: Step = tuple(Alternative(f"w{width}", width) for width in range(1, 5))
    found = rows(Pattern(paths=((step,) * 100,) * 16, view="exact", label=""), exists)
    assert len(found) == len(set(found)) == MOST_ROWS
    assert found[0] == tuple(("w1", offset) for offset in range(100))
    assert sorted(asked) == ["w1", "w2", "w3", "w4"]
