"""What lights up in a text, and which part of it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import analyse, exact_paths, exact_term, stem_paths, stem_term
from indexer.marks import Mark, Marker
from indexer.model import Piece
from indexer.plan import Alternative, Pattern
from indexer.snippets import light, snippet

CUT = Piece("…")


def marks(text: str, language: str, patterns: Sequence[Pattern]) -> list[Mark]:
    return Marker(patterns, language).marks(text)


def word(text: str, language: str = "en") -> Pattern:
    return Pattern(paths=stem_paths(text, [language]), view="stem", label=text)


def phrase(text: str) -> Pattern:
    return Pattern(paths=exact_paths(text), view="exact", label=text)


def near(text: str, distance: int) -> Pattern:
    return Pattern(paths=exact_paths(text), view="exact", slop=distance, label=text)


def expanded(*forms: str) -> Pattern:
    """As a prefix, a wildcard or a fuzzy word arrives: one step of many words."""
    step = tuple(Alternative(form, 1) for form in forms)
    return Pattern(paths=((step,),), view="exact", label=forms[0])


def lit(text: str, *patterns: Pattern, language: str = "en") -> list[str]:
    pieces = light(text, marks(text, language, patterns))
    assert "".join(piece.text for piece in pieces) == text
    return [piece.text for piece in pieces if piece.match]


def shown(text: str, *patterns: Pattern, width: int = 240, language: str = "en") -> str:
    pieces = snippet(text, marks(text, language, patterns), width=width)
    return "".join(f"[{piece.text}]" if piece.match else piece.text for piece in pieces)


# Marks


def test_a_word_lights_up_in_all_its_forms() -> None:
    assert lit("Protests: he protested, protesting.", word("protest")) == [
        "Protests",
        "protested",
        "protesting",
    ]


def test_a_phrase_lights_up_as_a_phrase_and_not_its_every_word() -> None:
    text = "To be, or not to be: that is what it is to be."
    assert lit(text, phrase("to be or not to be")) == ["To be, or not to be"]
    assert lit(text, phrase("that is")) == ["that is"]


def test_a_possessive_ending_lights_up_with_its_word_and_punctuation_does_not() -> None:
    assert lit("(China’s) “people”, China.", word("china"), word("people")) == [
        "China’s",
        "people",
        "China",
    ]


def test_accents_ligatures_and_widths_make_no_difference() -> None:
    text = "A café, an oﬃce, ＡＢＣ."
    assert lit(text, word("cafe"), phrase("office"), phrase("abc")) == ["café", "oﬃce", "ＡＢＣ"]


@pytest.mark.parametrize("query", ["cooperate", "co-operate", "cooperation"])
def test_a_compound_lights_up_whole(query: str) -> None:
    text = "Let us co-operate or coöperate and cooperate."
    assert lit(text, word(query)) == ["co-operate", "coöperate", "cooperate"]


def test_a_wrapped_word_lights_up_over_the_line_end() -> None:
    assert lit("They were demo-\ncrats all.", phrase("democrats")) == ["demo-\ncrats"]


def test_an_elided_article_stays_dark() -> None:
    assert lit("l’harmonie", word("harmonie", "fr"), language="fr") == ["harmonie"]


def test_a_run_of_chinese_lights_up_as_exactly_what_was_sought() -> None:
    text = "我们使用全文检索技术，全文检索很好。"
    assert lit(text, word("全文检索", "zh"), language="zh") == ["全文检索", "全文检索"]
    assert lit(text, phrase("检索"), language="zh") == ["检索", "检索"]
    assert lit(text, phrase("全"), language="zh") == ["全", "全"]


def test_chinese_matches_that_touch_are_one() -> None:
    assert lit("检索检索", phrase("检索"), language="zh") == ["检索检索"]


def test_a_phrase_whose_words_are_there_apart_stays_dark() -> None:
    assert lit("rights that are human", phrase("human rights")) == []


def test_words_near_each_other_light_up_without_what_is_between() -> None:
    text = "Human and civil rights; rights that are far from anything human."
    assert lit(text, near("human rights", 2)) == ["Human", "rights"]
    assert lit("rights of human beings", near("human rights", 5)) == ["rights", "human"]


def test_an_expansion_lights_up_each_of_its_words() -> None:
    text = "Democracy, democrats and autocrats."
    assert lit(text, expanded("democracy", "democrats", "demos")) == ["Democracy", "democrats"]
    assert lit(text, expanded("x")) == []
    assert lit(text, Pattern(paths=(), view="exact", label="")) == []
    assert lit(text) == []


def test_marks_say_whose_they_are() -> None:
    text = "human rights"
    found = marks(text, "en", [word("rights"), phrase("human rights"), word("wrong")])
    assert found == [Mark(0, 12, 1), Mark(6, 12, 0)]
    assert light(text, found) == (Piece(text, match=True),)


def test_light_keeps_a_text_without_marks_whole() -> None:
    assert light("abc", []) == (Piece("abc"),)
    assert light("", []) == ()


texts = st.text(
    alphabet=st.sampled_from("ab é’'-\n \t。，全文 .1\u00ad\u00a0“,c")
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)


@settings(max_examples=300)
@given(texts, st.data())
def test_every_word_of_a_text_lights_up_where_analysis_sees_it(
    text: str, data: st.DataObject
) -> None:
    tokens = analyse(text, "en")
    if not tokens:
        return
    token = data.draw(st.sampled_from(tokens))
    exact = Alternative(exact_term(token.form, token.width), token.width)
    stem = Alternative(stem_term(token.stems[0], "en"), 1)
    for view, alternative in (("exact", exact), ("stem", stem)):
        pattern = Pattern(paths=(((alternative,),),), view=view, label="")  # type: ignore[arg-type]
        found = marks(text, "en", [pattern])
        assert any(mark.start <= token.start and token.end <= mark.end for mark in found)
        ends = {other.end for other in tokens}
        starts = {other.start for other in tokens}
        assert all(mark.start in starts and mark.end in ends for mark in found)


# Snippets


A = "Nobody had expected it to end like that."
B = "The committee met again on the Monday and talked for hours about the weather."
C = "In the end the dragons were mentioned."


def test_a_short_text_is_shown_whole() -> None:
    assert shown(C, word("dragon")) == C.replace("dragons", "[dragons]")


def test_whole_sentences_are_shown_where_they_fit() -> None:
    text = " ".join([B, B, C, A, B, B])
    assert shown(text, word("dragon"), width=90) == (
        "…In the end the [dragons] were mentioned. Nobody had expected it to end like that.…"
    )


def test_the_sentences_after_a_match_come_before_those_ahead_of_it() -> None:
    assert shown(f"{A} {C} {B}", word("dragon"), width=120).startswith("…In the end")
    assert shown(f"{B} {A} {C}", word("dragon"), width=90) == (
        "…Nobody had expected it to end like that. In the end the [dragons] were mentioned."
    )


def test_in_a_long_sentence_the_densest_window_is_shown_cut_between_words() -> None:
    filler = "and so they went on and on about one thing after another " * 6
    text = f"First a dragon {filler}then a dragon met a knight and a dragon {filler.strip()}."
    found = shown(text, word("dragon"), word("knight"), width=120)
    assert "[dragon] met a [knight] and a [dragon]" in found
    assert found.startswith("…")
    assert found.endswith("…")
    inner = found.replace("[", "").replace("]", "").strip("…")
    assert f" {inner} " in text
    assert len(inner) <= 120


def test_more_different_words_win_over_more_matches() -> None:
    text = " ".join(["Dragon dragon dragon dragon.", B, B, "A dragon and a knight.", B, B])
    assert "[knight]" in shown(text, word("dragon"), word("knight"), width=60)


def test_words_far_apart_are_shown_in_fragments_in_the_order_of_the_text() -> None:
    text = f"A knight came by. {B * 6} {C} {B * 6} The king was glad."
    found = shown(text, word("king"), word("knight"), word("dragon"))
    assert found.count("…") >= 2
    places = [found.index(f"[{name}]") for name in ("knight", "dragons", "king")]
    assert places == sorted(places)
    assert len(found) <= 240 + len("[]") * 3 + found.count("…")


def test_there_are_no_more_fragments_than_the_words_need() -> None:
    text = f"The dragon met the knight. {B * 6} A dragon. {B * 6} A knight."
    assert shown(text, word("dragon"), word("knight")).startswith("The [dragon] met the [knight].")
    assert shown(text, word("dragon"), word("knight")).count("…") == 1


def test_fragments_that_meet_are_shown_as_one() -> None:
    text = "aaaa bbbb " + "x " * 30 + "cccc"
    found = [Mark(0, 4, 0), Mark(5, 9, 1), Mark(len(text) - 4, len(text), 2)]
    assert snippet(text, found, width=16) == (
        Piece("aaaa", match=True),
        Piece(" "),
        Piece("bbbb", match=True),
        CUT,
        Piece("cccc", match=True),
    )


def test_without_matches_the_beginning_is_shown() -> None:
    assert shown(f"{A} {C} {B * 5}", width=90) == f"{A} {C}…"
    assert shown("word " * 99 + "end", width=22) == "word word word word…"


def test_a_short_sentence_between_long_ones_gets_some_of_them() -> None:
    long = "and on it went without a stop or a pause for anyone to catch a breath " * 5
    text = f"First {long.strip()}. A dragon! Then {long.strip()}."
    found = shown(text, word("dragon"))
    assert "A [dragon]! Then and on" in found
    assert len(found) > 120
    at_the_end = shown(f"First {long.strip()}. A dragon!", word("dragon"))
    assert at_the_end.endswith("breath. A [dragon]!")
    assert len(at_the_end) > 120


def test_a_highlight_is_cut_only_where_it_alone_is_too_long() -> None:
    words = " ".join(f"word{number}" for number in range(60))
    text = f"{A} {words} {B}"
    pieces = snippet(text, [Mark(41, 41 + len(words), 0)], width=100)
    assert [piece.match for piece in pieces if piece != CUT].count(True) == 1
    assert max(len(piece.text) for piece in pieces) <= 100
    whole = snippet(text, [Mark(41, 141, 0), Mark(len(text) - 8, len(text) - 1, 1)], width=130)
    assert Piece(text[41:141], match=True) in whole


def test_an_ellipsis_of_the_text_stays() -> None:
    assert shown("Well… the dragon.", word("dragon")) == "Well… the [dragon]."


def test_chinese_is_shown_in_whole_sentences_or_cut_between_characters() -> None:
    text = "今天天气很好。" * 20 + "我们使用全文检索技术。" + "今天天气很好。" * 20
    assert shown(text, word("全文检索", "zh"), width=20, language="zh") == (
        "…我们使用[全文检索]技术。今天天气很好。…"
    )
    endless = "今天天气很好" * 30 + "全文检索" + "今天天气很好" * 30
    found = shown(endless, word("全文检索", "zh"), width=20, language="zh")
    assert "[全文检索]" in found
    assert len(found.replace("…", "")) == 22


def test_a_letter_is_not_parted_from_its_mark() -> None:
    text = "नि" * 300
    pieces = snippet(text, [Mark(300, 302, 0)], width=41)
    assert all(piece == CUT or piece.text.startswith("न") for piece in pieces)
    assert all(piece == CUT or piece.text.endswith("ि") for piece in pieces)


def test_lines_of_a_list_count_as_sentences() -> None:
    text = "\n".join([f"- {B[:-1]}"] * 4 + ["- a dragon came"] + [f"- {B[:-1]}"] * 4)
    assert shown(text, word("dragon"), width=100) == f"…- a [dragon] came\n- {B[:-1]}…"


spans = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60), st.integers(0, 3)), max_size=12)
bodies = st.lists(
    st.sampled_from(["a", "bc ", "defgh. ", "I ", "。", "全文", "\n", "e\u0301", "… ", "  "]),
    min_size=1,
    max_size=300,
).map("".join)


@settings(max_examples=500)
@given(bodies, spans, st.integers(8, 120))
def test_a_snippet_is_text_to_the_letter(
    text: str, drawn: list[tuple[int, int, int]], width: int
) -> None:
    found = [
        Mark(start, min(start + length, len(text)), pattern)
        for start, length, pattern in drawn
        if start < len(text)
    ]
    pieces = snippet(text, found, width=width)
    fragments: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece == CUT:
            fragments.append([])
        else:
            assert piece.text
            fragments[-1].append(piece)
    shown = ["".join(piece.text for piece in fragment) for fragment in fragments]
    assert re.search(".*".join(map(re.escape, shown)), text, re.DOTALL)
    assert len(text) <= width or sum(map(len, shown)) <= width
    assert len([fragment for fragment in shown if fragment]) <= 3
    lit = "".join(piece.text for piece in pieces if piece.match)
    assert bool(lit) == any(text[m.start : m.end] for m in found) or not found or not lit.strip()


@given(bodies, spans)
def test_light_gives_every_letter_once(text: str, drawn: list[tuple[int, int, int]]) -> None:
    found = [Mark(a, min(a + n, len(text)), p) for a, n, p in drawn if a < len(text)]
    pieces = light(text, found)
    assert "".join(piece.text for piece in pieces) == text
    covered = {at for mark in found for at in range(mark.start, mark.end)}
    at = 0
    for piece in pieces:
        assert {number in covered for number in range(at, at + len(piece.text))} == {piece.match}
        at += len(piece.text)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(["w0", "w1", "w2", "w3", "so", "on.", "And", "long" * 5]), max_size=120
    ),
    st.integers(10, 90),
)
def test_a_snippet_shows_as_many_patterns_as_any_stretch_from_a_mark(
    words: list[str], width: int
) -> None:
    text = " ".join(words)
    found = [
        Mark(match.start(), match.end(), int(match[0][1])) for match in re.finditer(r"w\d", text)
    ]
    stretches = (
        {other.pattern for other in found if first.start <= other.start and other.end <= end}
        for first in found
        for end in [first.start + width]
    )
    pieces = snippet(text, found, width=width)
    lit = {piece.text for piece in pieces if piece.match}
    assert len(lit) >= max(map(len, stretches), default=0)
