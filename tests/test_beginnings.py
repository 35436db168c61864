"""What words begin with that have a term: nothing that has one is left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import marks
from indexer.analysis import analyse, exact_paths, stem_paths
from indexer.beginnings import beginnings, has_words, letters_of, may_hold, pieces
from indexer.folding import fold
from indexer.marks import Marker
from indexer.plan import Pattern, View
from indexer.terms import exact_term, stem_term

ENDINGS = st.sampled_from(
    "s es ed ing ies ied ly li edly ingly eed ation ational tional ence enci ancy ization bly ably"
    " ability ible ibility logy logist fully fulli lessly ously ousness iveness ivity ative ical"
    " icity alize ement ment ism ate ity ous ive ize ion e l y ying yed sses at ie able".split()
)
WORDS = st.builds(
    lambda start, *ends: start + "".join(ends),
    st.text("aeiouybcdlnrstgzmYLéïñ", min_size=1, max_size=6),
    st.one_of(st.just(""), ENDINGS),
    st.one_of(st.just(""), ENDINGS),
)
TEXTS = st.lists(
    st.one_of(
        WORDS,
        st.sampled_from(
            [
                " ", " ", " ", "\n", "-\n", "\t", "\x1c", "-", "--", "'", "’", "`", "’s", ".", ",",
                "/", "_", "U.S.", "e.g.", "1,000", "3rd", "km", "co-", "l'", "d’", "“", "”", "—",
                "an", "ana", "a-", "ab", "aba", "x" * 70, "é", "É", "naïve", "æ", "全", "\xa0",
                "\u2011", "\u00ad", "",
            ]
        ),
    ),
    max_size=16,
).map("".join)  # fmt: skip


def terms_of(text: str, language: str) -> list[tuple[View, str, int, int]]:
    found: list[tuple[View, str, int, int]] = []
    for form, stems, _, width, start, end in analyse(text, language):
        found.append(("exact", exact_term(form, width), start, end))
        found += [("stem", stem_term(stem, language), start, end) for stem in stems]
    return found


ROWS = st.lists(
    st.sampled_from(
        [
            "co-operate", "cooperate", "co", "operate", "the", "(the", "the)", "movement", "of",
            "“of", "l'harmonie", "harmonie", "well-known", "wellknown", "U.S.", "us", "state", "—",
            "*", "1,000", "can't", "cant", "3", "aba", "a-baba", "x",
        ]
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=400)
@given(ROWS, st.data(), st.sampled_from(["en", "fr", "la"]))
def test_marks_are_those_of_a_text_taken_apart(
    words: list[str], data: st.DataObject, language: str
) -> None:
    number = st.integers(0, len(words) - 1)
    patterns: list[Pattern] = []
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(number)
        query = " ".join(words[first : first + data.draw(st.integers(1, 3))])
        slop = data.draw(st.sampled_from([None, None, 1]))
        if data.draw(st.booleans()):
            paths = exact_paths(query)
            patterns.append(Pattern(paths=paths, view="exact", slop=slop, label=query))
        else:
            paths = stem_paths(query, [language])
            patterns.append(Pattern(paths=paths, view="stem", slop=slop, label=query))
    text = " ".join(data.draw(st.sampled_from([words, words[::-1]])))
    found = Marker(patterns, language).marks(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks, "letters_of", lambda text: None)
        assert Marker(patterns, language).marks(text) == found


def wanting(view: View, *terms: str) -> dict[View, tuple[str, ...]]:
    wanted: dict[View, tuple[str, ...]] = {"exact": (), "stem": ()}
    return {**wanted, view: terms}


@settings(max_examples=400)
@given(TEXTS, st.sampled_from(["en", "en", "fr", "sv", "la", "de"]))
def test_the_pieces_found_have_every_place_of_a_term(text: str, language: str) -> None:
    letters = letters_of(text)
    if letters is None:
        return
    assert len(letters) == len(text)
    every = terms_of(text, language)
    for view, term, start, end in every:
        begin_with = beginnings(wanting(view, term), language)
        if begin_with is None:
            continue
        assert may_hold(letters, [begin_with, None])
        found = pieces(letters, begin_with)
        assert found is None or any(begin <= start and end <= after for begin, after in found)
        assert found is None or all(
            text[begin:after].split() == [text[begin:after]] for begin, after in found
        )


@settings(max_examples=1000)
@given(WORDS)
def test_english_words_begin_as_their_stems_say(word: str) -> None:
    assert_begun(word, "en")


FOREIGN = {
    "fr": "s es é ées euse eux ication icateur ateur ation logie ution ence ences abilité ivité"
    " eaux aux al amment emment ement issement ance iste able y ant erions irait oux enne ï",
    "es": "anza ico ismo able oso imiento adora ación logía ución encia encias ivamente amente"
    " idad iva yendo yan güe ando iendo selo ar aste amos os í é",
    "it": "anza ico ici ismo abile oso atrice azione logia uzione enza enze amente ità ivo ando"
    " endomi gliela erà irebbero che ghi gh io è",
    "pt": "eza ico ismo ável oso imento adora ação logia ução ência ências ivamente amente idade"
    " iva iras eira ei aram ando ci gue ão ões ê",
    "sv": "a arna heterna ande arne aste heten ernas dd gd nn kt tt lig els löst öst fullt iga",
    "da": "hed ethed erede ende erne heden es endes heds s gd dt gt kt igst lig els ll tt",
    "no": "ande hetene heten es hetens et ast erte ert dt vt leg eleg ig lov hetslov",
}


@settings(max_examples=600)
@given(st.sampled_from(sorted(FOREIGN)), st.data())
def test_words_of_other_languages_do_so_too(language: str, data: st.DataObject) -> None:
    ending = st.sampled_from(["", *FOREIGN[language].split()])
    start = data.draw(st.text("abcdeghilmnopqrstuvyéèüåöñ", min_size=1, max_size=8))
    assert_begun(start + data.draw(ending) + data.draw(ending), language)


def assert_begun(word: str, language: str) -> None:
    for view, term, _, _ in terms_of(word, language):
        for beginning in beginnings(wanting(view, term), language) or ():
            assert fold(word).startswith(beginning.decode())


@pytest.mark.parametrize(
    ("word", "beginning"),
    [
        ("liberties", "libert"), ("government", "govern"), ("lying", None), ("trying", "tr"),
        ("sensibility", "sensib"), ("making", "mak"), ("skies", "sk"), ("whales", "whal"),
    ],
)  # fmt: skip
def test_a_stem_may_end_otherwise_than_its_words(word: str, beginning: str | None) -> None:
    (found,) = {term for view, term, _, _ in terms_of(word, "en") if view == "stem"}
    expected = None if beginning is None else (beginning.encode(),)
    assert beginnings(wanting("stem", found), "en") == expected


def test_pieces_are_told_by_white_space_and_come_in_order() -> None:
    letters = letters_of("A whale (the “Whale”); over-whaled\twhale, awhale.")
    assert letters is not None
    assert pieces(letters, [b"whal", b"over"]) == [(2, 7), (13, 22), (23, 34), (35, 41)]
    assert pieces(letters, [b"shark"]) == []


def test_words_that_hang_together_can_not_always_be_told() -> None:
    letters = letters_of("We co-operate and cooperate; no U.S. here.")
    assert letters is not None
    assert pieces(letters, [b"cooper"]) is None
    assert pieces(letters, [b"us"]) is None
    assert pieces(letters, [b"oper"]) == [(3, 13)]


def test_letters_that_fold_to_one_count_as_that() -> None:
    assert letters_of("Naïve Élan, señor Ångström’s FAÇADE") == (
        b"naive elan. senor angstrom.s facade"
    )


@pytest.mark.parametrize(
    "text", ["æ", "nai\u0308ve", "ß", "кот", "demo-\ncrats", "non\u2011break", "1\xa0000", "文"]
)
def test_other_letters_and_words_over_line_ends_are_for_others(text: str) -> None:
    assert letters_of(text) is None


def test_a_line_may_end_in_a_dash() -> None:
    assert letters_of("A — “b”…\nD's-e—") == b"a . .b..\nd.s.e.".replace(b"\n", b" ")


@pytest.mark.parametrize(
    ("view", "term"),
    [("exact", "1984"), ("exact", "a"), ("exact", "x" * 100 + "…0"), ("stem", "en:e")],
)
def test_terms_without_a_beginning_of_letters_can_not_be_told(view: View, term: str) -> None:
    assert beginnings(wanting(view, term), "en") is None


def test_many_beginnings_are_cut_until_they_are_few() -> None:
    few = wanting("exact", "democrat", "democratic", "democracy", "democracy2")
    assert beginnings(few, "en") == (b"democracy", b"democrat")
    many = [f"democra{first}{last}" for first in "abcdef" for last in "abcdef"]
    assert beginnings(wanting("exact", *many), "en") == (b"democr",)
    apart = [f"{first}{last}x" for first in "abcdef" for last in "abcdef"]
    assert beginnings(wanting("exact", *apart), "en") is None


def test_between_words_there_may_be_others() -> None:
    letters = letters_of("the — (old) 3 men")
    assert letters is not None
    assert [has_words(letters, 3, end) for end in (3, 6, 8, 10)] == [False, False, True, True]
    assert has_words(letters, 11, 14)


def test_terms_that_no_such_text_has_begin_with_nothing() -> None:
    assert beginnings(wanting("stem", "de:haus"), "en") == ()
    assert beginnings(wanting("exact", "кот", "cat\x1f2"), "en") == (b"cat",)
    assert beginnings(wanting("stem", "de:haus"), "de") is None
    assert beginnings(wanting("stem", "la:rosae"), "la") == (b"rosae",)
