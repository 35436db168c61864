"""Completions of what is being typed: each finds something, and reads as the essays do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.engines.base import Engine, Entry
from indexer.errors import QueryError, SearchTimeout
from indexer.library import Library
from indexer.model import Suggestion
from indexer.suggest import Suggester
from indexer.unfinished import unfinished
from indexer.vocabulary import Vocabulary
from tests import hostile
from tests.engines import Site
from tests.shelves import Written, entry, ids_of, matches_of
from tests.strategies import garbage, searches

SEEDS = Path(__file__).parents[1] / "seeds"
Shelf = Callable[..., Suggester]

RIGHTS = "The struggle for human rights goes on. Human rights, they say, are human nature."


@pytest.fixture
def shelf(site: Site) -> Shelf:
    """Completions over essays of one passage each."""

    def make(*texts: Written, **settings: Any) -> Suggester:
        entries = [entry(f"e{number}", text) for number, text in enumerate(texts)]
        return Suggester(site.stocked(entries), Settings(**settings))

    return make


@pytest.fixture(scope="module")
def seeds(shared_site: Site) -> Iterator[Library]:
    with Library.open(shared_site.location(), Settings(jobs=1), create=True) as library:
        library.index([SEEDS])
        yield library


def texts_of(suggestions: Sequence[Suggestion], *kinds: str) -> list[str]:
    return [one.text for one in suggestions if not kinds or one.kind in kinds]


# Words


def test_words_come_most_frequent_first_and_very_common_ones_last(shelf: Shelf) -> None:
    one = shelf("the thesis of the thaw", "the thaw, the theatre of the thaw", "a thaw and theatre")
    assert texts_of(one.suggest("th", 8), "word") == ["thaw", "theatre", "thesis", "the"]


def test_words_are_spelled_as_the_essays_spell_them(shelf: Shelf) -> None:
    one = shelf("a café in Tibet, a straße in Tibet", "the café; cafés of tibetology; co-operate")
    assert texts_of(one.suggest("cafe", 8)) == ["cafés"]
    assert texts_of(one.suggest("CA", 8)) == ["café", "cafés"]
    assert texts_of(one.suggest("tib", 8)) == ["Tibet", "tibetology"]
    assert texts_of(one.suggest("stras", 8)) == ["straße"]
    assert texts_of(one.suggest("coop", 8)) == ["co-operate"]
    assert texts_of(one.suggest("co-op", 8)) == ["co-operate"]


def test_a_word_in_another_form_comes_after_other_words(shelf: Shelf) -> None:
    one = shelf("they protest and protest, protests too", "a protest of protests", "a protocol")
    assert texts_of(one.suggest("prot", 8), "word") == ["protest", "protocol", "protests"]


def test_a_possessive_is_shown_as_its_word(shelf: Shelf) -> None:
    assert texts_of(shelf("this is Xiaobo’s book").suggest("xia", 8), "word") == ["Xiaobo"]


def test_what_stands_before_the_word_stays_as_it_was_typed(shelf: Shelf) -> None:
    one = shelf("In Tibet a protest began.", "A problem and a problem.")
    assert texts_of(one.suggest("what of  TIBET  pro", 8)) == [
        "what of  TIBET  protest",
        "what of  TIBET  problem",
    ]


def test_a_word_of_headings_and_titles_alone_is_offered(site: Site) -> None:
    engine = site.stocked(
        [entry("a", (("Of Individuality",), "some text"), title="Utilitarianism")]
    )
    one = Suggester(engine, Settings())
    assert texts_of(one.suggest("indiv", 8), "word") == ["Individuality"]
    assert texts_of(one.suggest("util", 8), "word") == ["Utilitarianism"]


def test_no_word_is_offered_that_only_a_removed_essay_had(site: Site) -> None:
    engine = site.stocked([entry("a", "a zebra"), entry("b", "a zeppelin")])
    one = Suggester(engine, Settings())
    assert texts_of(one.suggest("ze", 8)) == ["zebra", "zeppelin"]
    writer = engine.writer()
    writer.remove("a")
    writer.commit()
    writer.close()
    assert texts_of(one.suggest("ze", 8)) == ["zeppelin"]


# Phrases


def test_a_phrase_goes_on_as_the_essays_do(shelf: Shelf) -> None:
    one = shelf(RIGHTS, "We speak of human rights.", "It is human to err.")
    assert texts_of(one.suggest("human ", 8)) == ["human rights", "human nature", "human to err"]
    assert texts_of(one.suggest("human ri", 8)) == ["human rights"]
    assert texts_of(one.suggest("hum", 8)) == ["human", "human rights"]
    assert texts_of(one.suggest("human", 8)) == ["human rights"]


def test_a_phrase_ends_in_no_very_common_word(shelf: Shelf) -> None:
    one = shelf("freedom of the press", "freedom of speech", "freedom of speech", "freedom of it")
    found = texts_of(one.suggest("freedom ", 8))
    assert found == ["freedom of speech", "freedom of the press"]
    assert texts_of(one.suggest("freedom o", 8), "phrase") == found
    assert texts_of(one.suggest("freedom of t", 8), "phrase") == ["freedom of the press"]


def test_a_name_is_whole(shelf: Shelf) -> None:
    one = shelf("of the Chinese Communist Party today", "the Chinese Communist Party rules")
    assert texts_of(one.suggest("chinese c", 8), "phrase")[0] == "chinese Communist"
    assert texts_of(one.suggest("chin", 8), "phrase") == ["Chinese Communist Party"]


# Headings and titles


def test_headings_and_titles_have_every_word_typed(site: Site) -> None:
    engine = site.stocked(
        [
            entry("a", (("Of the Liberty of Thought",), "one"), (("Liberal Arts",), "two")),
            entry("b", "three", title="On Liberty"),
        ],
    )
    one = Suggester(engine, Settings())
    lines = ("heading", "title")
    assert texts_of(one.suggest("lib", 8), *lines) == [
        "Liberal Arts", "On Liberty", "Of the Liberty of Thought",
    ]  # fmt: skip
    assert texts_of(one.suggest("on lib", 8), *lines) == ["On Liberty"]
    assert texts_of(one.suggest("thoughts libe", 8), *lines) == ["Of the Liberty of Thought"]
    assert texts_of(one.suggest("of the ", 8), *lines) == ["Of the Liberty of Thought"]
    assert texts_of(one.suggest("On Liberty", 8), *lines) == []


def test_a_heading_that_is_no_plain_query_is_offered_where_it_finds_its_essay(
    site: Site,
) -> None:
    headings = ("Case: “Zeal” (and -zest)", "Zero -zero", "Zone: after:2020")
    engine = site.stocked([entry("a", *(((heading,), "text") for heading in headings))])
    one = Suggester(engine, Settings())
    found = one.suggest("z", 20)
    assert_good(engine, "z", found, 20)
    assert "Zero -zero" not in texts_of(found)


# Parts of queries


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("author:mi", ["author:Mill", 'author:"John Stuart Mill"']),
        ("title:lib", ["title:Liberty", 'title:"On Liberty"']),
        ("opinion heading:tho", ["opinion heading:Thought", 'opinion heading:"Of Thought"']),
        ('title:"on lib', ['title:"On Liberty"']),
        ('"silencing an op', ['"silencing an opinion"']),
        ("“silencing an op", ["“silencing an opinion”"]),
        ("opinion -sil", ["opinion -silencing"]),
        ("(monk OR opi", ["(monk OR opinion"]),
        ("in:a opi", ["in:a opinion"]),
        ("in:b opi", []),
        ("title:zz", []),
        ("lang:e", []),
        ('"opinion an sil', []),
    ],
)
def test_a_query_of_any_kind_is_completed_sensibly_or_not_at_all(
    site: Site, text: str, found: list[str]
) -> None:
    engine = site.stocked(
        [
            entry(
                "a",
                (("Of Thought",), "the evil of silencing an opinion"),
                "an opinion",
                title="On Liberty",
                authors=("John Stuart Mill",),
            ),
            entry("b", "nothing", title="Other", authors=("O’Neill",)),
        ],
    )
    assert texts_of(Suggester(engine, Settings()).suggest(text, 8)) == found


# Scripts without spaces


def test_a_script_without_spaces_goes_on_as_the_essays_do(shelf: Shelf) -> None:
    one = shelf("全文检索系统", "全文检索。", "全文数据", "中国人民")
    assert texts_of(one.suggest("全文", 8)) == ["全文检索", "全文数据", "全文检索系统"]
    assert texts_of(one.suggest("我们的全文", 1)) == ["我们的全文检索"]
    assert texts_of(one.suggest("中国 人", 8)) == ["中国 人民"]
    assert texts_of(one.suggest('"中', 8)) == ['"中国人民"']
    assert one.suggest("龍", 8) == ()


# Bounds


@pytest.mark.parametrize(
    "text", ["", " ", "\t\n", "…!?", "\0", "\ud800", "()", '"', "-", "a" * 5_000, "x y " * 2_500]
)
def test_nothing_to_complete_is_nothing(shelf: Shelf, text: str) -> None:
    assert shelf(RIGHTS).suggest(text, 8) == ()


def test_a_text_beyond_the_longest_query_is_refused(shelf: Shelf) -> None:
    engine = shelf(RIGHTS)._engine
    library = Library(engine, Settings(max_query_length=10), None)
    assert library.suggest("human righ")
    with pytest.raises(QueryError, match="11 characters, more than the 10 allowed"):
        library.suggest("human right")


def test_a_suggestion_takes_no_longer_than_a_search_may(shelf: Shelf) -> None:
    with pytest.raises(SearchTimeout):
        shelf(RIGHTS, search_seconds=-1).suggest("hum", 8)


def test_there_are_at_most_so_many(seeds: Library) -> None:
    sizes = {limit: len(seeds.suggest("c", limit)) for limit in (-1, 0, 1, 2, 3, 8, 20)}
    assert sizes == {-1: 0, 0: 0, 1: 1, 2: 2, 3: 3, 8: 8, 20: 20}


def test_the_kinds_are_mixed(site: Site, seeds: Library) -> None:
    kinds = [one.kind for one in seeds.suggest("h", 8)]
    assert kinds.count("word") >= 3
    # In two essays most words are in one or both, so that few stand out.
    assert "phrase" in kinds or site.differs("words are counted in essays")
    assert {one.kind for one in seeds.suggest("x", 8)} == {"word", "phrase", "heading"}


def test_accents_case_and_quotes_make_no_difference(shelf: Shelf) -> None:
    one = shelf("the café’s owner", "a café")
    assert texts_of(one.suggest("the CAFÉ'S ow", 8)) == ["the CAFÉ'S owner"]
    assert one.suggest("ca", 8) == one.suggest("CÁ", 8) == (Suggestion("café", "word"),)


def test_a_rebuilt_library_is_seen_at_once(site: Site) -> None:
    engine = site.stocked([entry("a", "a zebra")])
    one = Suggester(engine, Settings())
    assert texts_of(one.suggest("ze", 8)) == ["zebra"]
    writer = engine.writer(rebuild=True)
    writer.put(entry("b", "a zeppelin"))
    writer.commit()
    writer.close()
    assert texts_of(one.suggest("ze", 8)) == ["zeppelin"]


# Everywhere


def assert_good(engine: Engine, text: str, found: Sequence[Suggestion], limit: int) -> None:
    """What holds of all suggestions."""
    assert len(found) <= limit
    typed = unfinished(text)
    seen = {re.sub(r"\W+", " ", text).strip().casefold()}
    for suggestion in found:
        assert typed
        key = re.sub(r"\W+", " ", suggestion.text).strip().casefold()
        assert key not in seen, "said twice, or said already"
        seen.add(key)
        assert matches_of(engine, suggestion.text).matched != "none", suggestion
        if suggestion.kind == "word" or (suggestion.kind == "phrase" and not typed.field):
            assert suggestion.text.startswith(text[: typed.start])
        elif typed.is_plain:
            ids = ids_of(engine, suggestion.text)
            assert any(has_line(engine, essay_id, suggestion) for essay_id in ids), suggestion


def has_line(engine: Engine, essay_id: str, suggestion: Suggestion) -> bool:
    held = engine.essay(essay_id)
    assert held is not None
    lines = {heading for passage in held.passages for heading in passage.headings}
    lines = {held.essay.title} if suggestion.kind == "title" else lines
    return suggestion.text in {" ".join(line.split()) for line in lines}


@st.composite
def typings(draw: st.DrawFn) -> tuple[list[Entry], list[str]]:
    """A library, and queries that are cut off somewhere."""
    entries, asked = draw(searches())
    return entries, [text[: draw(st.integers(1, len(text)))] for text in asked]


@pytest.mark.slow
def test_every_suggestion_finds_something(site: Site) -> None:
    @site.generated(30)
    @given(typings(), st.integers(1, 12))
    def finds(typing: tuple[list[Entry], list[str]], limit: int) -> None:
        entries, texts = typing
        with site.holding(entries) as engine:
            one = Suggester(engine, Settings())
            for text in texts:
                found = one.suggest(text, limit)
                assert_good(engine, text, found, limit)
                assert Suggester(engine, Settings()).suggest(text, limit) == found

    finds()


@pytest.mark.slow
def test_every_suggestion_over_the_seeds_finds_something(seeds: Library) -> None:
    engine = seeds._engine
    words = {
        word for essay in seeds.essays() for word in seeds.show(essay.id).passages[3].text.split()
    }
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    for text in [*letters, *(word[:2] for word in sorted(words)), *hostile.AWKWARD_QUERIES]:
        if len(text) <= Settings().max_query_length:
            assert_good(engine, text, seeds.suggest(text), 8)


def test_whatever_is_typed_there_is_an_answer(site: Site, seeds: Library) -> None:
    @given(garbage())
    @site.generated(100)
    def answers(text: str) -> None:
        assert seeds.suggest(text) == seeds.suggest(text)

    answers()


def test_beginnings_of_no_word_are_not_remembered(site: Site) -> None:
    engine = site.stocked([entry("one", "A monk.")])
    vocabulary = Vocabulary(engine, engine.revision())
    assert [word.form for word in vocabulary.begun("mo")] == ["monk"]
    assert vocabulary.begun("qx") == []
    assert set(vars(vocabulary)["_begun"]) == {"mo"}
