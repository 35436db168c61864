"""What a query's text asks for, tried on texts: a path is right when it finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import (
    exact_paths,
    is_optional,
    plain_parts,
    postings,
    stem_paths,
    words,
)
from indexer.plan import Alternative, Path


def _ends(path: Path, terms: dict[str, list[int]]) -> bool:
    places: set[int] | None = None
    for step in path:
        places = {
            position + alternative.advance
            for alternative in step
            for position in terms.get(alternative.term, [])
            if places is None or position in places
        }
    return bool(places)


def exactly(query: str, text: str) -> bool:
    return any(_ends(path, postings(text, "en").exact) for path in exact_paths(query))


def in_some_form(query: str, text: str, language: str = "en") -> bool:
    terms = postings(text, language).stem
    return any(_ends(path, terms) for path in stem_paths(query, ["en", language]))


SAME = [
    ("cafe", "the Café here"),
    ("café", "the cafe here"),
    ("dont", "they don’t know"),
    ("don’t", "they dont know"),
    ("don't", "they don＇t know"),
    ("co-operate", "they cooperate now"),
    ("cooperate", "they co-operate now"),
    ("cooperate", "they co\u2011operate now"),
    ("co-operate", "they co‐operate now"),
    ("co-operate", "they co–operate now"),
    ("co–operate", "they co-operate now"),
    ("co-operate", "they co operate now"),
    ("example", "an exam-\nple here"),
    ("exam-ple", "an example here"),
    ("cooperation", "soft co\u00adoperation here"),
    ("finding", "ﬁnding it"),
    ("ABC", "the ＡＢＣ here"),
    ("l'harmonie", "de l’harmonie ici"),
    ("harmonie", "de l’harmonie ici"),
    ("avant-garde", "de l'avant-garde ici"),
    ("avantgarde", "de l'avant-garde ici"),
    ("l'avantgarde", "de l'avant-garde ici"),
    ("U.S.A.", "in the USA now"),
    ("USA", "in the U.S.A. now"),
    ("1000", "some 1,000 people"),
    ("COVID19", "since COVID-19 came"),
    ("state-of-the-art", "a stateoftheart thing"),
    ("stateoftheart", "a state-of-the-art thing"),
    ("a-b-c-d-e", "so a-b-c-d-e it is"),
    ("全文检索", "搜索：全文检索。"),
    ("全文", "搜索全文检索"),
    ("检索", "全文检\n索"),
    ("文检", "全文检索"),
    ("ガギ", "ｶﾞｷﾞだ"),
    ("국사", "한국사람"),
    ("字", "漢字"),
    ("iphone手机", "买iPhone手机吧"),
    ("हिन्दी", "यह हिन्दी है"),
    ("ภาษา", "พูดภาษาไทย"),
]


@pytest.mark.parametrize(("query", "text"), SAME)
def test_spelling_makes_no_difference_to_a_phrase(query: str, text: str) -> None:
    assert exactly(query, text)


@pytest.mark.parametrize(("query", "text"), SAME)
def test_spelling_makes_no_difference_to_a_word(query: str, text: str) -> None:
    assert in_some_form(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("run", "running"),
        ("Mao", "Mao’s dream"),
        ("l'harmonie", "harmonie"),
        ("human rights", "rights human"),
        ("rights of", "rights and of"),
        ("全文检索", "全文 检索"),
        ("全检", "全文检索"),
        ("हिन", "हिन्दी"),
        ("cooperates", "co-operate"),
        ("", "anything"),
        ("…", "…"),
    ],
)
def test_a_phrase_is_these_words_in_this_order(query: str, text: str) -> None:
    assert not exactly(query, text)


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("running", "she runs", "en"),
        ("Mao's", "Mao", "en"),
        ("Mao", "Mao's", "en"),
        ("l'harmonie", "les harmonies", "fr"),
        ("harmonies", "l'harmonie", "fr"),
        ("Häuser", "das Haus", "de"),
        ("elephant", "les éléphants", "fr"),
        ("co-operating", "they cooperate", "en"),
        ("全文", "all 全文检索 here", "en"),
    ],
)
def test_a_word_stands_for_all_its_forms(query: str, text: str, language: str) -> None:
    assert in_some_form(query, text, language)


def test_a_phrase_goes_on_after_a_compound_or_a_run() -> None:
    assert exactly("the cooperation ended", "the co-operation ended")
    assert exactly("the co-operation ended", "the cooperation ended")
    assert exactly("the co-operation ended", "the co-operation ended")
    assert exactly("in 全文检索 we trust", "in 全文检索 we trust")
    assert not exactly("in 全文 trust", "in 全文检索 trust")


def test_a_step_is_a_word_however_wide() -> None:
    assert exact_paths("coop") == (
        (tuple(Alternative(t, n) for t, n in zip(
            ["coop", "coop\x1f2", "coop\x1f3", "coop\x1f4"], [1, 2, 3, 4], strict=True)),),
    )  # fmt: skip


def test_pairs_overlap_and_the_last_covers_both() -> None:
    assert exact_paths("全文检") == (((Alternative("全文", 1),), (Alternative("文检", 2),)),)
    assert stem_paths("字", ["zh"]) == (((Alternative("zh:字", 1),),),)


def test_languages_share_what_they_have_in_common_only() -> None:
    assert stem_paths("running", ["en", "de", "en"]) == (
        ((Alternative("en:run", 1),),),
        ((Alternative("de:running", 1),),),
    )
    assert stem_paths("running", []) == ()


def test_many_compounds_are_taken_all_in_parts_or_all_joined() -> None:
    assert len(exact_paths("a-b c-d e-f g-h")) == 16
    paths = exact_paths("a-b c-d e-f g-h i-j")
    assert [len(path) for path in paths] == [10, 5]


@given(st.text(max_size=50))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert exactly(text, text) == (words(text) > 0)
    assert in_some_form(text, text, "fr") == (words(text) > 0)


@given(st.text(alphabet="ab1-'’.,字かｶﾞ l\n", max_size=40))
def test_a_text_is_found_by_itself_where_it_is_hard(text: str) -> None:
    assert exactly(text, text) == (words(text) > 0)
    assert len(exact_paths(text)) <= 16


@pytest.mark.parametrize(
    ("word", "language", "optional"),
    [
        ("the", "en", True),
        ("The", "en", True),
        ("WHAT", "en", True),
        ("don’t", "en", True),
        ("US", "en", True),
        ("U.S.", "en", False),
        ("to-do", "en", False),
        ("tibet", "en", False),
        ("the", "de", False),
        ("the", "zh", False),
        ("über", "de", True),
        ("qu'il", "fr", True),
        ("l'harmonie", "fr", False),
        ("qu’est-ce", "fr", True),
        ("aujourd'hui", "fr", True),
        ("的", "zh", False),
        ("the of", "en", False),
        ("", "en", False),
        ("i.e.", "en", False),
    ],
)
def test_the_very_common_words_of_a_language_are_optional(
    word: str, language: str, optional: bool
) -> None:
    assert is_optional(word, language) is optional


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("全文检索", ("全文", "文检", "检索")),
        ("全全全全", ("全全",)),
        ("全文", ()),
        ("字", ()),
        ("tibet", ()),
        ("co-op", ("co", "op")),
        ("either/or", ("either", "or")),
        ("l’harmonie", ()),
        ("iPhone手机", ("iphone", "手机")),
        ("2020年", ("2020", "年")),
        ("ｶﾞｷﾞｸﾞ", ("ガギ", "ギグ")),
    ],
)
def test_a_word_of_several_pieces_may_be_stood_in_for_by_its_pairs(
    text: str, parts: tuple[str, ...]
) -> None:
    assert plain_parts(text) == parts


def test_the_common_words_of_a_compound_do_not_stand_in_for_it() -> None:
    assert plain_parts("state-of-the-art", ("en",)) == ("state", "art")
    assert plain_parts("state-of-the-art", ("de",)) == ("state", "of", "the", "art")
    assert plain_parts("to-do", ("en",)) == ("to", "do")
