"""Edits between words, and the nearest word."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.spelling import distance, edits_for, matcher, nearest


def slow(a: str, b: str) -> int:
    """Optimal string alignment by its definition."""

    @cache
    def edits(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        best = min(
            edits(i - 1, j) + 1, edits(i, j - 1) + 1, edits(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        )
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            best = min(best, edits(i - 2, j - 2) + 1)
        return best

    return edits(len(a), len(b))


WORDS = st.text(alphabet="abc", max_size=7)


@given(WORDS, WORDS, st.integers(0, 3))
def test_the_distance_is_that_of_the_definition_up_to_the_limit(a: str, b: str, limit: int) -> None:
    assert distance(a, b, limit) == min(slow(a, b), limit + 1)


def test_neighbouring_letters_swapped_are_one_edit() -> None:
    assert distance("tibte", "tibet", 2) == 1


@pytest.mark.parametrize(("word", "edits"), [("cat", 1), ("tibet", 1), ("tianan", 2)])
def test_longer_words_are_forgiven_more(word: str, edits: int) -> None:
    assert edits_for(word) == edits


def test_the_nearest_is_closest_then_most_frequent_and_never_the_word_itself() -> None:
    assert nearest("libertx", [("liberty", 9), ("libertys", 50), ("librety", 1)]) == "liberty"
    assert nearest("liberty", [("liberty", 9), ("libertys", 50)]) == "libertys"
    assert nearest("zzzzzzz", []) is None
    assert nearest("abc", [("abd", 1), ("abe", 5)]) == "abe"


def test_a_shape_of_many_stars_takes_no_longer_than_its_length_allows() -> None:
    shape = matcher(".*a" * 100 + ".*b")
    assert not shape.fullmatch("a" * 200)
    assert shape.fullmatch("a" * 199 + "b")
