"""How words stand in texts."""

from __future__ import annotations

import pytest

from indexer.usage import Place, by_frequency, continuations, going_on, places, spelling


def place(text: str, form: str, *before: str, language: str = "en") -> Place:
    """The only place of a word in a text."""
    (found,) = places(text, language, {form}, before, 7)
    assert found.source == 7
    return found


def spelled(form: str, *texts: str) -> str | None:
    return spelling(p for text in texts for p in places(text, "en", {form}, (), 0))


@pytest.mark.parametrize(
    ("text", "form", "written"),
    [
        ("A café here", "cafe", "café"),
        ("Die Straße", "strasse", "Straße"),
        ("they don’t care", "dont", "don’t"),
        ("they co-operate well", "cooperate", "co-operate"),
        ("they co-operate well", "operate", "operate"),
        ("toute l’harmonie", "harmonie", "harmonie"),
        ("soft\u00adware", "software", "software"),
        ("a well-\nknown man", "wellknown", ""),
        ("one OR two", "or", "or"),
    ],
)
def test_a_word_is_as_it_is_written(text: str, form: str, written: str) -> None:
    assert place(text, form).written == written


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Monks marched.", False),
        ("He saw it. Monks marched.", False),
        ("It said: “Monks marched.”", False),
        ("list\nMonks", False),
        ("SEVERAL MONKS MARCHED AWAY", False),
        ("when Monks marched", True),
        ("when monks marched", True),
    ],
)
def test_a_capital_tells_nothing_where_each_word_has_one(text: str, plain: bool) -> None:
    assert place(text, "monks").is_plain == plain


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("the freedom of speech is", "freedom of speech"),
        ("the freedom of the\u00a0press", "freedom of the press"),
        ("the freedom, speech", ""),
        ("the freedom of it", ""),
        ("the freedom\nspeech", ""),
        ("of Freedom House Foundation workers", "Freedom House Foundation"),
        ("the freedom fighters fought", "freedom fighters"),
        ("freedom OR death", "freedom or death"),
    ],
)
def test_a_phrase_ends_with_no_very_common_word_and_in_no_name(text: str, phrase: str) -> None:
    assert place(text, "freedom").phrase == phrase


def test_the_words_before_count_from_the_last() -> None:
    before = ("declaration", "of", "human")
    assert place("the Declaration of Human rights", "rights", *before).depth == 3
    assert place("Of human rights", "rights", *before).depth == 2
    assert place("human, rights", "rights", *before).depth == 0


def test_a_capital_is_shown_where_the_word_nearly_always_has_it() -> None:
    assert spelled("tibet", "in Tibet now", "Tibet is far", "for tibet", *["of Tibet"] * 20) == (
        "Tibet"
    )
    assert spelled("rights", "Human Rights Watch", "Human Rights Day", "my rights") == "rights"
    assert spelled("monks", "Monks came.", "Monks went.") == "Monks"
    assert spelled("ccp", "by the CCP today") == "CCP"
    assert spelled("cafe", "a cafe", "a café", "the café") == "café"
    assert spelled("tibet") is None


def test_what_most_sources_have_comes_first_in_its_commonest_spelling() -> None:
    found = [("b", 1), ("b", 1), ("b", 1), ("Á", 1), ("a", 2), ("a", 3), ("c", 4)]
    assert by_frequency(found) == [("a", 3), ("b", 3), ("c", 1)]


def test_a_run_goes_on_to_its_end() -> None:
    text = "全文检索，全文。「全文检索系统都很好用」 全 文"
    assert list(going_on(text, ("全", "文"))) == ["检索", "检索系统都很"]


def test_ways_to_go_on_are_as_long_as_their_places_agree() -> None:
    assert continuations(["民共和国", "民共和国", "民币", "民"]) == ["民", "民共和国", "民币"]
    assert continuations([]) == []
