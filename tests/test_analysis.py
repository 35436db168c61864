"""Text to tokens: words, offsets, stems, compounds, scripts without spaces."""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer import analysis
from indexer.analysis import Token, analyse, exact_term, fold, postings, stem_term, words

# What makes word splitting hard, close together.
HARD = st.text(
    alphabet="aBéßLl1290sS.,·'’ʼ-\u2010\u2011–—\u00ad\u200b\u200d\ufe0f\u0301\u00a0 \n\r\t_"
    "字かガｶﾞ한한々𠀀กำ\u0e33ัिक्²½Ⅳ😀ﷺ\u115f"
)
TEXTS = st.one_of(st.text(), HARD)


def forms(text: str, language: str = "en") -> list[str]:
    """Words of a text, without what they make together."""
    return [token.form for token in analyse(text, language) if token.width == 1]


def joined(text: str) -> list[tuple[str, int, int]]:
    return [(t.form, t.position, t.width) for t in analyse(text, "en") if t.width > 1]


def shown(text: str, form: str) -> list[str]:
    """What would light up in a text for a form."""
    return [text[t.start : t.end] for t in analyse(text, "en") if t.form == form]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, “world” — again!", ["hello", "world", "again"]),
        ("don't don’t dont donʼt", ["dont"] * 4),
        ("‘quoted’ 'tis dogs' rock 'n' roll", "quoted tis dogs rock n roll".split()),
        ("O'Brien O’Brien", ["obrien", "obrien"]),
        ("_emphasis_ snake_case", ["emphasis", "snake", "case"]),
        ("example.com end.Next and/or AT&T C++", "example com end next and or at t c".split()),
        ("U.S.A. the U.S. e.g. U.S", ["usa", "the", "us", "eg", "us"]),
        ("Plan B. Then J. Smith", ["plan", "b", "then", "j", "smith"]),
        ("U.S.Army", ["u", "s", "army"]),
        ("1,000 1,000,000 1'000", ["1000", "1000000", "1000"]),
        ("1’000 1\u00a0000 1\u202f000", ["1000"] * 3),
        ("1.000.000 1.000.000,50 1,234.50", ["1000000", "1000000.50", "1234.50"]),
        ("3.14 0.5 3.14's", ["3.14", "0.5", "3.14s"]),
        ("0,125 3,14 1,2,3 12.10.2020 1.2.3", "0 125 3 14 1 2 3 12 10 2020 1 2 3".split()),
        ("2019-2021 2019–2021 5'10", ["2019", "2021", "2019", "2021", "5", "10"]),
        ("1980s H2O 3.5mm 20th", ["1980s", "h2o", "3.5mm", "20th"]),
        ("CO₂ m² democracy¹ ½ ①", ["co2", "m", "democracy"]),
        ("Ⅳ ＡＢＣ１２３ ﬁnd", ["iv", "abc123", "find"]),
        ("na\u0301ive zero\u200bwidth a\u200db\ufeffc", ["naive", "zero", "width", "abc"]),
        ("co\u00adop exam\u00ad\nple", ["coop", "example"]),
        ("😀 ❤️ →", []),
        ("col·lecció a·b", ["colleccio", "a", "b"]),
        ("हिन्दी में संयुक्ताक्षर", ["हिन्दी", "में", "संयुक्ताक्षर"]),
        ("صַ كِتَابٌ می\u200cخواهم", ["ص", "كتاب", "میخواهم"]),
        ("צה״ל м’ята", ["צהל", "мята"]),
        ("ﷺ", ["صلىاللهعليهوسلم"]),
    ],
)  # fmt: skip
def test_a_text_is_split_into_words(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_words_stand_at_consecutive_positions_with_their_places() -> None:
    assert analyse("The cafés’ owner", "en") == [
        Token("the", ("the",), 0, 1, 0, 3),
        Token("cafes", ("cafe",), 1, 1, 4, 9),
        Token("owner", ("owner",), 2, 1, 11, 16),
    ]


@pytest.mark.parametrize("hyphen", ["-", "\u2010", "\u2011", "﹣", "－", "-\n", "-\r\n  ", "- \n"])
def test_a_compound_is_its_parts_and_one_word(hyphen: str) -> None:
    text = f"to co{hyphen}operate here"
    assert forms(text) == ["to", "co", "operate", "here"]
    assert joined(text) == [("cooperate", 1, 2)]
    assert shown(text, "cooperate") == [f"co{hyphen}operate"]


@pytest.mark.parametrize("dash", ["–", "—", " – ", "--", " - ", "- ", "-\n\n", "−"])
def test_words_at_a_dash_are_no_compound(dash: str) -> None:
    assert forms(f"well{dash}known") == ["well", "known"]
    assert joined(f"well{dash}known") == []


def test_compounds_of_up_to_four_parts_are_one_word_too() -> None:
    assert joined("state-of-the-art") == [("stateoftheart", 0, 4)]
    assert joined("a-b-c-d-e") == []
    assert joined("COVID-19 2019-2021 U.S.-led") == [("covid19", 0, 2), ("usled", 4, 2)]
    assert joined("12.10.2020-edition") == []


@pytest.mark.parametrize(
    ("text", "article", "word"),
    [
        ("l'harmonie", "l", "harmonie"),
        ("L’Œuvre", "l", "oeuvre"),
        ("qu’il", "qu", "il"),
        ("aujourd'hui", "", "aujourdhui"),
        ("dell'arte", "dell", "arte"),
        ("jusqu'ici", "jusqu", "ici"),
        ("d'1", "d", "1"),
    ],
)
def test_an_elided_article_is_a_word_of_its_own(text: str, article: str, word: str) -> None:
    assert forms(text, "fr") == [form for form in (article, word) if form]
    assert joined(text) == ([(article + word, 0, 2)] if article else [])


@pytest.mark.parametrize("text", ["it's", "l's", "d's", "c'd", "y'all", "we’ve", "all’s"])
def test_english_endings_are_no_elision(text: str) -> None:
    assert len(analyse(text, "en")) == 1


def test_elisions_and_hyphens_go_together() -> None:
    assert forms("l'avant-garde", "fr") == ["l", "avant", "garde"]
    assert joined("l'avant-garde") == [("lavantgarde", 0, 3), ("avantgarde", 1, 2)]
    assert joined("Val-d'Oise") == [("valdoise", 0, 3), ("doise", 1, 2)]
    assert forms("qu'd'l'eau") == ["qu", "d", "leau"]


def test_a_possessive_keeps_its_form_and_loses_its_ending_in_the_stem() -> None:
    for text in ("Mao’s", "Mao's", "MAO'S"):
        (token,) = analyse(text, "en")
        assert (token.form, token.stems) == ("maos", ("mao",))
    assert analyse("U.S.'s", "en")[0].stems == ("us",)
    assert analyse("Mao's", "xx")[0].stems == ("mao",)
    assert analyse("1,000's", "en")[0].stems == ("1000",)


def test_words_have_the_stems_of_their_language() -> None:
    assert analyse("running", "en")[0].stems == ("run",)
    assert analyse("Häuser", "de")[0].stems == ("haus",)
    assert analyse("résumé", "en")[0].stems == ("resume", "resum")
    assert analyse("running", "zh")[0].stems == ("running",)


@pytest.mark.parametrize(
    ("language", "accented", "plain"),
    [("fr", "éléphants", "elephants"), ("en", "Résumés", "resumes"), ("es", "canción", "cancion"),
     ("de", "Bücher", "Bucher"), ("tr", "IŞIKLAR", "isiklar"), ("ru", "ёлка", "елка"),
     ("pl", "źródłami", "zrodlami")],
)  # fmt: skip
def test_accents_or_none_a_word_shares_a_stem(language: str, accented: str, plain: str) -> None:
    assert set(analyse(accented, language)[0].stems) & set(analyse(plain, language)[0].stems)


def test_a_run_of_characters_is_units_and_pairs() -> None:
    assert analyse("全文检", "zh") == [
        Token("全", ("全",), 0, 1, 0, 1),
        Token("全文", ("全文",), 0, 1, 0, 2),
        Token("文", ("文",), 1, 1, 1, 2),
        Token("文检", ("文检",), 1, 1, 1, 3),
        Token("检", ("检",), 2, 1, 2, 3),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全文检索", "全文检索"),
        ("𠀀々〆〇ー", "𠀀々〆〇ー"),
        ("ｶﾞｰ", "ガー"),
        ("か\u3099", "が"),
        ("한국", "한국"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
        ("⼀⼈", "一人"),
        ("豈", "豈"),
        ("葛\U000e0100城", "葛城"),
        ("字\n字", "字字"),
        ("字 \r\n 字", "字字"),
        ("字\u200b字", "字字"),
    ],
)
def test_characters_of_a_run_are_folded(text: str, expected: str) -> None:
    units = [t.form for t in analyse(text, "ja") if len(t.form) == 1]
    assert units == list(expected)
    pairs = [t.form for t in analyse(text, "ja") if len(t.form) == 2]
    assert pairs == [expected[i : i + 2] for i in range(len(expected) - 1)]


@pytest.mark.parametrize("gap", [" ", "、", "\n\n", "\n\u3000\u3000", "·"])
def test_a_gap_parts_runs_but_positions_go_on(gap: str) -> None:
    tokens = analyse(f"全文{gap}检索", "zh")
    assert [t.position for t in tokens] == [0, 0, 1, 2, 2, 3]
    assert "文检" not in [t.form for t in tokens]


def test_marks_belong_to_their_letter_in_any_script() -> None:
    assert [t.form for t in analyse("กินน้ำ", "th") if t.width == 1][::2] == [
        "กิ", "น", "น้", "ํา",
    ]  # fmt: skip
    assert forms("ខ្មែរ")[0] == "ខ្"
    assert forms("မြန်")[0] == "မြ"


def test_scripts_may_stand_side_by_side() -> None:
    assert forms("iPhone手机2020年e-字") == ["iphone", "手", "手机", "机", "2020", "年", "e", "字"]


def test_terms_tell_width_and_language_and_are_never_huge() -> None:
    assert exact_term("cooperate", 2) == "cooperate\x1f2"
    assert stem_term("run", "en") == "en:run"
    long = "ab" * 5_000
    assert len(exact_term(long)) < 200
    assert exact_term(long) == exact_term(long) != exact_term(long + "a")
    (term,) = postings(long, "en").exact
    assert term == exact_term(long)
    assert set(postings(long, "en").stem) == {stem_term(long, "en")}


@given(TEXTS)
@example("字\ue000ﾞ한")
@example("a-'b'-\u00ad\n字")
@settings(max_examples=500)
def test_offsets_point_into_the_text(text: str) -> None:
    tokens = analyse(text, "fr")
    for token in tokens:
        assert 0 <= token.start < token.end <= len(text)
        piece = "".join(c for c in fold(text[token.start : token.end]) if c.isalnum())
        form = "".join(c for c in token.form if c.isalnum())
        if not any(c > "\u0e00" for c in token.form):
            assert piece == form
    places = [(token.position, token.start) for token in tokens]
    assert places == sorted(places)


@given(TEXTS)
def test_positions_are_consecutive_and_widths_stay_within(text: str) -> None:
    tokens = analyse(text, "it")
    taken = [token.position for token in tokens]
    assert sorted(set(taken)) == list(range(words(text)))
    assert taken == sorted(taken)
    assert all(t.width in (1, 2, 3, 4) and t.position + t.width <= words(text) for t in tokens)
    assert all(t.form and t.stems and all(t.stems) for t in tokens)


@given(TEXTS, st.sampled_from(["en", "fr", "zh", "xx", ""]))
@settings(max_examples=500)
def test_postings_are_the_tokens_by_term(text: str, language: str) -> None:
    exact: dict[str, list[int]] = defaultdict(list)
    stem: dict[str, list[int]] = defaultdict(list)
    for token in analyse(text, language):
        exact[exact_term(token.form, token.width)].append(token.position)
        for found in token.stems:
            stem[stem_term(found, language)].append(token.position)
    got = postings(text, language)
    assert got.exact == exact
    assert got.stem == {term: sorted(set(places)) for term, places in stem.items()}
    assert got.length == words(text)
    assert all(places == sorted(set(places)) for places in got.exact.values())


@given(TEXTS)
def test_what_a_chunk_becomes_depends_on_nothing_around_it(text: str) -> None:
    alone = [token[:4] for token in analyse(text, "en")]
    assert [token[:4] for token in analyse(f"¶ {text} 字", "en")][: len(alone)] == alone


@pytest.mark.parametrize("language", ["en", "xx"])
def test_plain_and_full_patterns_agree(language: str) -> None:
    text = "It’s the U.S.-led “co-op”: 3.14, l'eau — naïve… exam-\nple's ‘x’; (a) 1,000\u00a0km no."
    plain = [token[:4] for token in analyse(text, language)]
    full = [token[:4] for token in analyse(text + " ж", language)]
    assert full[:-1] == plain


def test_the_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_MAX_REMEMBERED", 10)
    for number in range(100):
        postings(f"bounded{number}", "da")
    assert len(analysis._remembered["da"]) <= 11


def test_threads_may_analyse_at_once() -> None:
    texts = [f"running{i} children{i} considerations{i}" for i in range(200)]
    expected = [postings(text, "en") for text in texts]
    analysis._remembered.clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: postings(text, "en"), texts)) == expected


SIZE = 1_000_000


@pytest.mark.parametrize(
    "unit",
    ["a", "字", "a-", "a'", "l'", "1,", "1.", "a.", ".", "-\n", "a-\n", "e\u0301", "\u0301",
     "a\u00ad\n", "字 \n", " ", "\u00ad", "1'000-", "ᄒ", "U.S.x", "a- ", "字\u200b"],
)  # fmt: skip
def test_time_is_linear_whatever_is_repeated(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        postings(text, "en")
        return time.process_time() - start

    small = seconds(10_000)
    # Twenty times as much: quadratic time would be four hundred times.
    assert seconds(200_000) < 0.1 + 80 * small


@pytest.mark.parametrize("text", ["a" * SIZE, "e-" + " " * SIZE + "\n字", "e" + "\u0301" * SIZE])
def test_megabytes_without_a_space_are_no_trouble(text: str) -> None:
    assert postings(text, "en").length in (1, 2)


def test_a_long_chunk_is_its_words_all_the_same() -> None:
    text = "a-" * 300 + "b"
    assert len(analyse(text, "en")) == postings(text, "en").length == 301
    assert shown(text, "b") == ["b"]
