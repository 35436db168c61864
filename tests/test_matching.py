"""Where patterns occur, given where their terms do."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from indexer.matching import occurrences
from indexer.plan import Alternative, Pattern


def pattern(*steps: str, slop: int | None = None) -> Pattern:
    """A pattern of one path; a step is terms apart by ``|``, a digit after one its advance."""
    path = tuple(
        tuple(
            Alternative(term.rstrip("23"), int(term[-1]) if term[-1] in "23" else 1)
            for term in step.split("|")
        )
        for step in steps
    )
    return Pattern(paths=(path,), view="exact", slop=slop, label=" ".join(steps))


def found(wanted: Pattern, **places: list[int]) -> list[tuple[int, int]]:
    return occurrences(wanted, lambda term: places.get(term, []))


def test_a_row_matches_where_its_words_follow_each_other() -> None:
    assert found(pattern("a", "b"), a=[0, 5, 9], b=[1, 7, 10]) == [(0, 2), (9, 11)]
    assert found(pattern("a", "b"), a=[1], b=[0]) == []
    assert found(pattern("a", "b", "c"), a=[0], c=[2]) == []


def test_an_alternative_that_spans_two_words_moves_on_by_two() -> None:
    assert found(pattern("a", "b", "c"), a=[0], b=[1], c=[3]) == []
    assert found(pattern("a", "b2", "c"), a=[0], b=[1], c=[3]) == [(0, 4)]


def test_overlapping_occurrences_are_all_given() -> None:
    assert found(pattern("a", "a"), a=[0, 1, 2]) == [(0, 2), (1, 3)]


def test_an_empty_pattern_occurs_nowhere() -> None:
    assert occurrences(Pattern(paths=((),), view="exact", label=""), lambda term: [0]) == []


def test_near_counts_the_words_between_in_any_order() -> None:
    assert found(pattern("a", "b", slop=2), a=[0], b=[3]) == [(0, 4)]
    assert found(pattern("a", "b", slop=2), a=[3], b=[0]) == [(0, 4)]
    assert found(pattern("a", "b", slop=2), a=[0], b=[4]) == []


def test_near_wants_a_place_for_each_of_two_equal_words() -> None:
    assert found(pattern("a", "a", slop=5), a=[3]) == []
    assert found(pattern("a", "a", slop=5), a=[3, 6]) == [(3, 7)]


def brute(words: list[str], slop: int, text: list[str]) -> bool:
    """Whether some choice of different places for all the words lies close enough."""
    options = [[n for n, word in enumerate(text) if word == wanted] for wanted in words]
    return any(
        len(set(places)) == len(places) and max(places) - min(places) + 1 - len(places) <= slop
        for places in product(*options)
    )


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
    st.integers(0, 4),
    st.lists(st.sampled_from("abcd"), max_size=12),
)
def test_near_agrees_with_trying_everything(words: list[str], slop: int, text: list[str]) -> None:
    places = {word: [n for n, other in enumerate(text) if other == word] for word in set(text)}
    assert bool(found(pattern(*words, slop=slop), **places)) == brute(words, slop, text)
