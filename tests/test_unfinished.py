"""What is being typed at the end of a query."""

from __future__ import annotations

import pytest
from hypothesis import given

from indexer.query import parse
from indexer.unfinished import unfinished
from tests.strategies import garbage, queries


@pytest.mark.parametrize(
    ("text", "kept", "begun", "before"),
    [
        ("human", "", "human", ()),
        ("human ri", "human ", "ri", ("human",)),
        ("human ", "human ", "", ("human",)),
        ("Universal Declaration of Human Ri", "Universal Declaration of Human ", "ri",
         ("declaration", "of", "human")),
        ("CAFÉ Étr", "CAFÉ ", "etr", ("cafe",)),
        ("the people’", "the ", "people", ("the",)),
        ("co-", "", "co", ()),
        ("well-known anti-w", "well-known ", "antiw", ("wellknown",)),
        ("l’harm", "", "lharm", ()),
        ("human, ri", "human, ", "ri", ()),
        ("tibet OR mo", "tibet OR ", "mo", ()),
        ("(monk OR nu", "(monk OR ", "nu", ()),
        ("tibet -chi", "tibet -", "chi", ()),
        ('5" disk', '5" ', "disk", ()),
        ("a\0b", "a\0", "b", ()),
    ],
)  # fmt: skip
def test_the_last_word_is_begun_and_those_before_it_are_whole(
    text: str, kept: str, begun: str, before: tuple[str, ...]
) -> None:
    typed = unfinished(text)
    assert typed is not None
    assert (text[: typed.start], typed.begun, typed.before) == (kept, begun, before)


@pytest.mark.parametrize(
    ("text", "run"),
    [("全文", "全文"), ("中国 人", "人"), ("Python检索", "检索"), ("ประชา", "ประชา")],
)
def test_a_script_without_spaces_is_begun_by_its_characters(text: str, run: str) -> None:
    typed = unfinished(text)
    assert typed is not None
    assert ("".join(typed.run), typed.begun) == (run, "")


@pytest.mark.parametrize(
    "text",
    ["", " ", "…", "\0", "-", "tibet -", "tibet OR ", "(monk) ", "human rights?", '"human rights"',
     '"', "demo*", "wom?n", "[ab", "tibet~", "title:", "title:liberty ", "in:pol", "lang:d",
     "after:20", "date:2019..20", "word " * 3_000 + "wor"],
)  # fmt: skip
def test_there_may_be_no_word_to_complete(text: str) -> None:
    assert unfinished(text) is None


@pytest.mark.parametrize(
    ("text", "field", "closing", "item"),
    [
        ("title:lib", "title", "", 0),
        ("mill Author:mi", "author", "", 5),
        ("tibet -heading:con", "heading", "", 6),
        ('"on lib', "", '"', 0),
        ("mill “on lib", "", "”", 5),
        ('title:"on lib', "title", '"', 0),
        ("-«la lib", "", "»", 0),
        ("foo:bar", "", "", 0),
        ('"human rights" fre', "", "", 15),
    ],
)
def test_a_field_or_quotation_may_be_unfinished(
    text: str, field: str, closing: str, item: int
) -> None:
    typed = unfinished(text)
    assert typed is not None
    assert (typed.field, typed.closing, typed.item) == (field, closing, item)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("tibet pro", True), ("what is the mea", True), ("tibet -chi", False), ('"on lib', False),
     ("(monk OR nu", False), ("title:lib", False), ('"human rights" fre', False)],
)  # fmt: skip
def test_a_query_of_nothing_but_words_is_plain(text: str, plain: bool) -> None:
    typed = unfinished(text)
    assert typed is not None
    assert typed.is_plain == plain


@given(queries() | garbage())
def test_whatever_is_typed_is_taken_apart_where_it_is(text: str) -> None:
    typed = unfinished(text)
    if typed is None:
        return
    assert 0 <= typed.item <= typed.start <= len(text)
    assert bool(typed.begun or typed.run) == (typed.start < len(text))
    assert bool(typed.closing) == (typed.quoted > 0)
    assert not typed.is_plain or parse(text).strict is None
