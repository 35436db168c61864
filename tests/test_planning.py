"""From what was typed to ready terms."""

from __future__ import annotations

import pytest

from indexer.plan import (
    Below,
    Both,
    Dated,
    Either,
    InLanguage,
    Pattern,
    Plan,
    PlanNode,
    Scope,
    Without,
)
from indexer.planning import NOTE_KINDS, make_plan
from indexer.query import parse
from indexer.spelling import distance, matcher
from indexer.terms import form_of

VOCABULARY = {
    "cooperate\x1f2": 3, "cooperation": 2, "democracy": 9, "democrat": 4, "organisation": 5,
    "organization": 6, "tiananmen": 7, "woman": 8, "women": 8, "xylophone": 1, "全文": 2,
}  # fmt: skip


class Words:
    """A library's words."""

    def vocabulary(self, prefix: str, scope: Scope) -> list[tuple[str, int]]:
        return [item for item in sorted(VOCABULARY.items()) if item[0].startswith(prefix)]

    def shaped(self, start: str, shape: str, scope: Scope) -> list[tuple[str, int]]:
        matches = matcher(shape).fullmatch
        return [item for item in self.vocabulary(start, scope) if matches(form_of(item[0]))]

    def close_to(self, form: str, edits: int, scope: Scope) -> list[tuple[str, int]]:
        words = sorted(VOCABULARY.items())
        return [item for item in words if distance(form, form_of(item[0]), edits) <= edits]

    def holds(self, node: Pattern | Below) -> bool:
        if isinstance(node, Below):
            return node.place == "politics"
        held = {"mill", "john", "mills"}
        return any(one.term in held for path in node.paths for step in path for one in step)


def plan_of(text: str, *, languages: tuple[str, ...] = ("en",), most: int = 100) -> Plan:
    return make_plan(parse(text), languages, Words(), max_expansions=most)[0]


def strict(text: str) -> PlanNode:
    node = plan_of(text).strict
    assert node is not None
    return node


def terms(node: PlanNode) -> list[str]:
    assert isinstance(node, Pattern)
    return [one.term for path in node.paths for step in path for one in step]


def test_plain_words_become_their_stems_in_every_language_of_the_library() -> None:
    (word,) = plan_of("Running", languages=("de", "en")).words
    assert word.pattern.view == "stem"
    assert terms(word.pattern) == ["de:running", "en:run"]


def test_very_common_words_are_optional_in_their_language() -> None:
    words = plan_of("die young", languages=("de", "en")).words
    assert [word.optional_in for word in words] == [frozenset({"de"}), frozenset()]


def test_a_library_without_essays_is_searched_as_english() -> None:
    assert terms(plan_of("running", languages=()).words[0].pattern) == ["en:run"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("democra*", ["democracy", "democrat"]),
        ("Co-oper*", ["cooperate\x1f2", "cooperation"]),
        ("wom?n", ["woman", "women"]),
        ("organi[sz]ation", ["organisation", "organization"]),
        ("organi[!s]ation", ["organization"]),
        ("*phone", ["xylophone"]),
        ("tianamen~", ["tiananmen"]),
        ("womxn~1", ["woman", "women"]),
        ("zzz*", []),
    ],
)
def test_patterns_become_the_words_of_the_library_that_fit(text: str, expected: list[str]) -> None:
    assert terms(strict(text)) == expected


def test_a_joined_compound_moves_on_by_its_words() -> None:
    node = strict("cooper*")
    assert isinstance(node, Pattern)
    assert {one.term: one.advance for one in node.paths[0][0]} == {
        "cooperate\x1f2": 2,
        "cooperation": 1,
    }


def test_the_start_of_a_run_without_spaces_is_searched_as_it_is() -> None:
    assert terms(strict("全文*")) == ["全文"]
    assert terms(strict("全文~")) == ["全文"]


def test_more_words_than_allowed_are_cut_to_the_most_frequent_and_said() -> None:
    plan, notes = make_plan(parse("democra* wom?n"), ("en",), Words(), max_expansions=1)
    assert isinstance(plan.strict, Both)
    assert [terms(part) for part in plan.strict.parts] == [["democracy"], ["women"]]
    assert [(note.kind, note.span) for note in notes] == [
        ("too-many-expansions", (0, 8)),
        ("too-many-expansions", (9, 14)),
    ]
    assert "democra* fits 2 words" in notes[0].message


def test_filters_and_operators_keep_their_shape() -> None:
    node = strict('in:politics lang:de after:2020 (a OR "b") -c')
    assert isinstance(node, Both)
    below, language, dated, either, without = node.parts
    assert (below, language) == (Below("politics"), InLanguage("de"))
    assert dated == Dated("2020-01-01", None)
    assert isinstance(either, Either)
    assert isinstance(without, Without)


def test_a_field_reaches_every_word_below_it() -> None:
    node = strict("title:(liberty OR thought)")
    assert isinstance(node, Either)
    assert {part.scope for part in node.parts if isinstance(part, Pattern)} == {"title"}
    author = strict("author:mills")
    assert isinstance(author, Pattern)
    assert (author.scope, author.view, terms(author)[0]) == ("author", "exact", "mills")


def test_what_holds_no_word_is_left_out() -> None:
    plan = plan_of("& liberty")
    assert [word.pattern.label for word in plan.words] == ["liberty"]
    assert plan_of("☃").words == ()


@pytest.mark.parametrize("text", ["a[b-]c", "x[z-a]y", "[^]a]b", "a[[]b", "a[\\]b", "a[&&]b*"])
def test_odd_classes_break_nothing(text: str) -> None:
    plan_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in:politics author:mill lang:en", []),
        ("tibet in:nowhere", [("no-such-place", "no folder and no essay nowhere", (6, 16))]),
        ("lang:xx", [("no-such-language", "no essay in the language xx", (0, 7))]),
        ("-author:nobody", [("no-such-author", "no author named nobody", (8, 14))]),
        ('author:"no one"', [("no-such-author", "no author named no one", (7, 15))]),
        ("author:(john OR xyz)", [("no-such-author", "no author named xyz", (16, 19))]),
        ("author:zzz*", [("no-such-author", "no author named zzz*", (7, 11))]),
        ("author:全文*", [("no-such-author", "no author named 全文", (7, 10))]),
        ("title:nobody nobody", []),
    ],
)
def test_a_filter_that_nothing_passes_is_said(
    text: str, expected: list[tuple[str, str, tuple[int, int]]]
) -> None:
    _, notes = make_plan(parse(text), ("en",), Words())
    found = [
        (note.kind, note.message.removeprefix("The library has "), note.span) for note in notes
    ]
    assert found == expected
    assert {note.kind for note in notes} <= {*NOTE_KINDS}


def test_a_library_is_asked_for_the_words_of_a_shape_alone() -> None:
    asked: list[tuple[str, str, Scope]] = []

    class Asked(Words):
        def shaped(self, start: str, shape: str, scope: Scope) -> list[tuple[str, int]]:
            asked.append((start, shape, scope))
            return super().shaped(start, shape, scope)

    text = "**Men ?om[a-cÉ]n wo*n title:w[!x]m?"
    make_plan(parse(text), ("en",), Asked())
    assert asked == [
        ("", ".*men", "any"),
        ("", ".om[a-ce]n", "any"),
        ("wo", "wo.*n", "any"),
        ("w", "w[^x]m.", "title"),
    ]
