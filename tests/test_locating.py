"""Where given terms stand in a text, told from what is known of its pieces."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import locating
from indexer.analysis import analyse
from indexer.locating import Locator, Wanted
from indexer.plan import View
from indexer.terms import exact_term, stem_term

Found = tuple[View, str, int, int, int]

TEXTS = st.lists(
    st.sampled_from(
        [
            "liberty", "Liberties", "l'harmonie", "co-operate", "co-", "operate", "1 000", "1,000",
            "10", "\xa0", "\u2009", "\u202f", " ", "  ", "\n", " \n ", "\r\n", "\u2028", "\t", "-",
            "\u2010", "\u00ad", "'", "’s", ".", "U.S.", "全文", "检索", "。", "\u200b", "кот", "é",
            "e\u0301", "(", ")", "", "—", "-\n", "\u00ad\n", "한국", "ไทย", "x" * 70, "ß",
        ]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def whole(text: str, language: str) -> list[Found]:
    """All places of all terms, told from the tokens of the whole text."""
    found: list[Found] = []
    for form, stems, position, width, start, end in analyse(text, language):
        found.append(("exact", exact_term(form, width), position, start, end))
        found += [("stem", stem_term(stem, language), position, start, end) for stem in stems]
    return found


def located(wanted: Wanted, text: str) -> list[Found]:
    return [
        (view, term, base + position, offset + start, offset + end)
        for piece, offset, base in Locator(wanted).places(text, positions=True)
        for view, term, position, start, end in wanted.of(piece).locations
    ]


@given(TEXTS, st.sampled_from(["en", "fr", "zh", ""]), st.integers(0, 5))
def test_a_text_in_pieces_has_the_terms_of_the_whole(text: str, language: str, nth: int) -> None:
    every = whole(text, language)
    wanted: dict[View, set[str]] = {"exact": set(), "stem": set()}
    for view, term, *_ in every[nth::3]:
        wanted[view].add(term)
    expected = [one for one in every if one[1] in wanted[one[0]]]
    assert sorted(located(Wanted(language, wanted), text)) == sorted(expected)


def test_positions_are_left_out_where_nobody_asks() -> None:
    locator = Locator(Wanted("en", {"exact": {"liberty"}, "stem": set()}))
    places = locator.places("On liberty, and liberty.", positions=False)
    assert [(place.piece, place.offset) for place in places] == [("liberty,", 3), ("liberty.", 16)]


def test_what_is_known_is_bounded_and_given_up_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locating, "_MOST_PIECES", 20)
    monkeypatch.setattr(locating, "_known", {})
    wanted: dict[View, set[str]] = {"exact": {"liberty"}, "stem": set()}
    first = Locator(Wanted("en", wanted))
    for number in range(30):
        assert len(first.places(f"word{number} of liberty", positions=True)) == 1
    second = Locator(Wanted("en", wanted))
    assert len(second.places("of liberty", positions=True)) == 1
    # One that was under way goes on with what it knew.
    assert len(first.places("word31 of liberty", positions=True)) == 1


def test_threads_that_learn_at_once_miss_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locating, "_known", {})
    wrong: list[str] = []

    def look() -> None:
        for number in range(300):
            word = f"term{number}"
            locator = Locator(Wanted("en", {"exact": {word}, "stem": set()}))
            for text in (f"the {word} here", f"({word}) there", f"{word}; {word}!"):
                if len(locator.places(text, positions=False)) != text.count(word):
                    wrong.append(text)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
