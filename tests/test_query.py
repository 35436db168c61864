"""The query language: what people write, what it means, and what they are told."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.query import (
    NOTE_KINDS,
    OPERATORS,
    And,
    Dates,
    Fuzzy,
    In,
    Lang,
    Near,
    Node,
    Not,
    Operator,
    Or,
    Phrase,
    Prefix,
    Query,
    Scoped,
    Wildcard,
    Word,
    parse,
)
from indexer.query_lexer import MAX_DISTANCE
from indexer.query_parser import MAX_DEPTH, MAX_NOTES, MAX_TERMS
from tests.strategies import garbage, queries


def bare(node: Node | None) -> Any:
    """A tree as nested tuples, without spans."""
    match node:
        case None:
            return None
        case And(children) | Or(children):
            return (type(node).__name__, *map(bare, children))
        case Not(child):
            return ("Not", bare(child))
        case Scoped(scope, child):
            return (scope, bare(child))
        case Word(text) | Phrase(text) | Prefix(text):
            return (type(node).__name__, text)
        case Near(text, number) | Fuzzy(text, number):
            return (type(node).__name__, text, number)
        case Wildcard(pattern):
            return ("Wildcard", pattern)
        case In(place):
            return ("In", place)
        case Lang(language):
            return ("Lang", language)
        case Dates(start, end):
            return ("Dates", start, end)


def words(query: Query) -> list[str]:
    return [word.text for word in query.words]


def kinds(query: Query) -> list[str]:
    return [note.kind for note in query.notes]


def w(text: str) -> tuple[str, str]:
    return "Word", text


def p(text: str) -> tuple[str, str]:
    return "Phrase", text


@pytest.mark.parametrize(
    ("text", "plain", "strict"),
    [
        # Words
        ("tibet protest", ["tibet", "protest"], None),
        ("the the", ["the", "the"], None),
        ("What, then, is justice?", ["What", "then", "is", "justice"], None),
        ("¿Qué? – ¡sí! …", ["Qué", "sí"], None),
        ("(s) president(s)", ["s", "president(s)"], None),
        ("flow (laminar, steady) over a plate", ["flow", "laminar", "steady", "over", "a", "plate"],
            None),
        ("x (a b) OR c", ["x"], ("Or", ("And", w("a"), w("b")), w("c"))),
        ("TIBET AND PROTEST", [], ("And", w("TIBET"), w("PROTEST"))),
        ("C++ .net #tag @you U.S. etc. AT&T a/b", [
            "C++", ".net", "#tag", "@you", "U.S.", "etc", "AT&T", "a/b"], None),
        ("& / - – * … 😀 tibet", ["tibet"], None),
        ("don't don’t 'tis co-operate", ["don't", "don’t", "tis", "co-operate"], None),
        ("and or not or", ["and", "or", "not", "or"], None),
        ("[sic] word[12] [the people]", ["sic", "the", "people"], ("Wildcard", "word[12]")),
        ("http://x.org/a?b=c www.x.org/*", ["http://x.org/a?b=c", "www.x.org/*"], None),
        ("10:30 std::string C:\\x Case: x", ["10:30", "std::string", "C:\\x", "Case", "x"], None),
        ("全文检索　自由，平等", ["全文检索", "自由", "平等"], None),
        ("《红楼梦》作者", ["红楼梦", "作者"], None),
        # Quotations
        ('"to be or not to be"', [], p("to be or not to be")),
        ("“a b” „c d“ „e f” «g» »h« 「全文」 『文』", [], (
            "And", p("a b"), p("c d"), p("e f"), p("g"), p("h"), p("全文"), p("文"))),
        ("“a \"b\" c”", [], p("a b c")),
        ("“a b\" c", ["c"], p("a b")),
        ('"a\n  b"', [], p("a b")),
        ('"human rights"~5', [], ("Near", "human rights", 5)),
        ('"human rights"~', [], ("Near", "human rights", 5)),
        ('"human rights"~0', [], ("Near", "human rights", 0)),
        ('"human rights"～3.', [], ("Near", "human rights", 3)),
        ('"a""b"c', ["c"], ("And", p("a"), p("b"))),
        # Operators
        ("a AND b", [], ("And", w("a"), w("b"))),
        ("a OR b", [], ("Or", w("a"), w("b"))),
        ("a | b || c｜d", [], ("Or", w("a"), w("b"), w("c"), w("d"))),
        ("a|b", [], ("Or", w("a"), w("b"))),
        ("a b OR c", ["a"], ("Or", w("b"), w("c"))),
        ("a AND b OR c", [], ("Or", ("And", w("a"), w("b")), w("c"))),
        ("a OR b AND c", [], ("Or", w("a"), ("And", w("b"), w("c")))),
        ("NOT a AND b", [], ("And", ("Not", w("a")), w("b"))),
        ("a NOT b", ["a"], ("Not", w("b"))),
        ("NOT NOT a", [], w("a")),
        ("-word", [], ("Not", w("word"))),
        ('-"a b" -title:x -(a b) -dem*', [], (
            "And", ("Not", p("a b")), ("Not", ("title", w("x"))),
            ("Not", ("And", w("a"), w("b"))), ("Not", ("Prefix", "dem")))),
        ("well-known - x --y x- a -b", ["well-known", "x", "y", "x", "a"], ("Not", w("b"))),
        ("（中国｜日本）", [], ("Or", w("中国"), w("日本"))),
        ("(a b)", [], ("And", w("a"), w("b"))),
        ("((a))", [], w("a")),
        ("(a OR b) c", ["c"], ("Or", w("a"), w("b"))),
        ("(a)OR(b) \"c\"AND\"d\"", [], ("And", ("Or", w("a"), w("b")), p("c"), p("d"))),
        ("NOT(a) a-OR 'AND AND, -NOT", ["a-OR", "and", "and"], (
            "And", ("Not", w("a")), ("Not", w("not")))),
        # Fields
        ("title:x Heading:x AUTHOR:x", [], (
            "And", ("title", w("x")), ("heading", w("x")), ("author", w("x")))),
        ('title:"a b" title:a* title:a?c title:abc~1 title:"a b"~2', [], (
            "And", ("title", p("a b")), ("title", ("Prefix", "a")), ("title", ("Wildcard", "a?c")),
            ("title", ("Fuzzy", "abc", 1)), ("title", ("Near", "a b", 2)))),
        ("title:(a OR b) author:(NOT a)", [], (
            "And", ("title", ("Or", w("a"), w("b"))), ("author", ("Not", w("a"))))),
        ("title:(a heading:b)", [], ("title", ("And", w("a"), ("heading", w("b"))))),
        ("title:(heading:b) title:(in:x)", [], ("And", ("heading", w("b")), ("In", "x"))),
        ("title:OR title:-x title:a:b", [], (
            "And", ("title", w("or")), ("title", w("x")), ("title", w("a:b")))),
        ("标题：x title：自由", ["标题", "x"], ("title", w("自由"))),
        ("in:politics/ in:a/b, in:\"my folder\" in:/x", [], (
            "And", ("In", "politics"), ("In", "a/b"), ("In", "my folder"), ("In", "x"))),
        ("lang:EN-gb lang:zh_Hant lang:\"fr\"", [], (
            "And", ("Lang", "en"), ("Lang", "zh"), ("Lang", "fr"))),
        # Dates
        ("after:2020", [], ("Dates", "2020-01-01", None)),
        ("after:2020-5", [], ("Dates", "2020-05-01", None)),
        ("before:2021-06", [], ("Dates", None, "2021-06-01")),
        ('before:"2021-06-04"', [], ("Dates", None, "2021-06-04")),
        ("date:2021", [], ("Dates", "2021-01-01", "2022-01-01")),
        ("date:2021-12", [], ("Dates", "2021-12-01", "2022-01-01")),
        ("date:2021-12-31", [], ("Dates", "2021-12-31", "2022-01-01")),
        ("date:2020-02", [], ("Dates", "2020-02-01", "2020-03-01")),
        ("date:2000-02-29", [], ("Dates", "2000-02-29", "2000-03-01")),
        ("date:2019..2021", [], ("Dates", "2019-01-01", "2022-01-01")),
        ("date:2019-05..2021-06-04", [], ("Dates", "2019-05-01", "2021-06-05")),
        ("date:2019..", [], ("Dates", "2019-01-01", None)),
        ("date:..2021", [], ("Dates", None, "2022-01-01")),
        ("date:0001", [], ("Dates", "0001-01-01", "0002-01-01")),
        ("date:9999", [], ("Dates", "9999-01-01", None)),
        ("date:..9999", [], ("Dates", None, None)),
        # Patterns
        ("democra*", [], ("Prefix", "democra")),
        ("democra＊ 'democra*, #democra***", [], (
            "And", ("Prefix", "democra"), ("Prefix", "democra"), ("Prefix", "democra"))),
        ("wom?n ?ation *tion c*t", [], (
            "And", ("Wildcard", "wom?n"), ("Wildcard", "?ation"), ("Wildcard", "*tion"),
            ("Wildcard", "c*t"))),
        ("organi[sz]e organi[!s]e [Tt]he [a-z]* wom?n? a**b", [], (
            "And", ("Wildcard", "organi[sz]e"), ("Wildcard", "organi[!s]e"),
            ("Wildcard", "[Tt]he"), ("Wildcard", "[a-z]*"), ("Wildcard", "wom?n?"),
            ("Wildcard", "a*b"))),
        ("word~ words~ wordy~ wordys~", [], (
            "And", ("Fuzzy", "word", 1), ("Fuzzy", "words", 1), ("Fuzzy", "wordy", 1),
            ("Fuzzy", "wordys", 2))),
        ("word~1 word~2 word～1, word~01", [], (
            "And", ("Fuzzy", "word", 1), ("Fuzzy", "word", 2), ("Fuzzy", "word", 1),
            ("Fuzzy", "word", 1))),
        ("word~0", [], p("word")),
        ("a~b ~x x~1.5", ["a~b", "x", "x~1.5"], None),
    ],
)  # fmt: skip
def test_a_query_is_understood_without_a_note(text: str, plain: list[str], strict: Any) -> None:
    query = parse(text)
    assert words(query) == plain
    assert bare(query.strict) == strict
    assert query.text == text
    assert not {kind for kind in kinds(query) if kind != "bare-wildcard"}


@pytest.mark.parametrize(
    ("text", "plain", "strict", "notes"),
    [
        ('"a b', ["a", "b"], None, [("unbalanced-quote", '"')]),
        ('x "a" "b', ["x", "b"], p("a"), [("unbalanced-quote", '"')]),
        ('-"a', ["a"], None, [("unbalanced-quote", '"')]),
        ('title:"a', ["title", "a"], None, [("empty-field", "title:"), ("unbalanced-quote", '"')]),
        ('x "" ""~5', ["x"], None, [("empty-quote", '""'), ("empty-quote", '""~5')]),
        ('x title:"!"', ["x"], None, [("empty-quote", '"!"')]),
        ('x in:"!"', ["x"], None, [("empty-quote", '"!"')]),
        ('"a b"~x', ["x"], p("a b"), [("bad-distance", "~x")]),
        ('"a b"~5x', ["5x"], p("a b"), [("bad-distance", "~5x")]),
        ('"a b"~1001', [], ("Near", "a b", 1000), [("capped-distance", "~1001")]),
        ('"a b"~' + "9" * 5000, [], ("Near", "a b", 1000), [("capped-distance", "~" + "9" * 5000)]),
        ('"righ* of"', [], p("righ* of"), [("literal-wildcard", '"righ* of"')]),
        ("foo:bar", ["foo:bar"], None, [("unknown-field", "foo:")]),
        ('foo:"a b"', ["foo"], p("a b"), [("unknown-field", "foo:")]),
        ("foo:(a)", ["foo", "a"], None, [("unknown-field", "foo:")]),
        ("title: x", ["title", "x"], None, [("empty-field", "title:")]),
        ("after:", ["after"], None, [("empty-field", "after:")]),
        ("lang:(en)", ["lang", "en"], None, [("bad-value", "lang:")]),
        ("lang:english", ["lang:english"], None, [("bad-language", "lang:english")]),
        ('lang:"x y"', ["lang"], p("x y"), [("bad-language", 'lang:"x y"')]),
        ("date:2021-13", ["date:2021-13"], None, [("bad-date", "date:2021-13")]),
        ("date:2021-02-29", ["date:2021-02-29"], None, [("bad-date", "date:2021-02-29")]),
        ("after:soon", ["after:soon"], None, [("bad-date", "after:soon")]),
        ("before:0000", ["before:0000"], None, [("bad-date", "before:0000")]),
        ("after:20", ["after:20"], None, [("bad-date", "after:20")]),
        ("date:2019..x", ["date:2019..x"], None, [("bad-date", "date:2019..x")]),
        ("after:2019..2020", ["after:2019..2020"], None, [("bad-date", "after:2019..2020")]),
        ("date:2021..2019", [], ("Dates", "2019-01-01", "2022-01-01"),
         [("reversed-dates", "date:2021..2019")]),
        ("a * b", ["a", "b"], None, [("bare-wildcard", "*")]),
        ("what?? wor??", ["what", "wor"], None,
         [("literal-question-mark", "??"), ("literal-question-mark", "??")]),
        ("organi[sz", ["organi[sz"], None, [("unclosed-class", "[sz")]),
        ("word~3", [], ("Fuzzy", "word", 2), [("capped-edits", "word~3")]),
        ("wom?n~2", [], ("Wildcard", "wom?n"), [("fuzzy-wildcard", "~2")]),
        ("OR tibet", ["tibet"], None, [("dangling-operator", "OR")]),
        ("tibet AND", ["tibet"], None, [("dangling-operator", "AND")]),
        ("tibet AND NOT", ["tibet"], None,
         [("dangling-operator", "AND"), ("dangling-operator", "NOT")]),
        ("a AND OR b", [], ("Or", w("a"), w("b")), [("dangling-operator", "AND")]),
        ("a AND () b", ["a", "b"], None, [("dangling-operator", "AND"), ("empty-group", "()")]),
        ("A B (C AND D) E F G", ["A", "B", "C", "and", "D", "E", "F", "G"], None,
            [("capitals", "AND")]),
        ("A B C OR D E", ["A", "B", "C", "or", "D", "E"], None, [("capitals", "OR")]),
        ("(a OR) b", ["a", "b"], None, [("dangling-operator", "OR")]),
        ("NOT", ["not"], None, [("dangling-operator", "NOT")]),
        ("AND | OR", ["and", "or"], None,
         [("dangling-operator", "AND"), ("dangling-operator", "|"), ("dangling-operator", "OR")]),
        ("(a", ["a"], None, [("unbalanced-parenthesis", "(")]),
        ("a)", ["a"], None, [("unbalanced-parenthesis", ")")]),
        ("-(a", ["a"], None, [("unbalanced-parenthesis", "(")]),
        ("title:(a", ["title", "a"], None, [("unbalanced-parenthesis", "title:(")]),
        ("", [], None, [("nothing-to-search", "")]),
        (" \n ", [], None, [("nothing-to-search", " \n ")]),
        ("- & …", [], None, [("nothing-to-search", "- & …")]),
        ("½ ²", [], None, [("nothing-to-search", "½ ²")]),
        ("()", [], None, [("empty-group", "()"), ("nothing-to-search", "()")]),
        ("-()", [], None,
         [("dangling-operator", "-"), ("nothing-to-search", "-()"), ("empty-group", "()")]),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_with_its_place(
    text: str, plain: list[str], strict: Any, notes: list[tuple[str, str]]
) -> None:
    query = parse(text)
    assert words(query) == plain
    assert bare(query.strict) == strict
    assert [(note.kind, text[slice(*note.span)]) for note in query.notes] == notes


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("tibet, protest?", "tibet protest"),
        ("a b OR c", "a (b OR c)"),
        ("a AND b OR c", "(a AND b) OR c"),
        ("“Human rights”~ -China", '"Human rights"~5 AND NOT China'),
        ("tibet -china", "tibet NOT china"),
        ("(tibet)", "(tibet)"),
        ("title:(a b) x", "x title:(a AND b)"),
        ("title:(-a) author:(b)", "title:(NOT a) AND author:b"),
        ("dem* wom?n tianamen~ lang:EN", "dem* AND wom?n AND tianamen~2 AND lang:en"),
        ("in:a/ in:'b", "in:a AND in:\"'b\""),
        ("after:2020-01-01 before:2021-06-01", "after:2020 AND before:2021-06"),
        ("date:2019-01-01..2021-12-31", "date:2019..2021"),
        ("date:2019-01..2019-01", "date:2019-01"),
        ("date:2019-02-10..2019-02-28", "date:2019-02-10..2019-02"),
        ("date:2019-01-01", "date:2019-01-01"),
        ("date:..2019 date:..9999 date:2019..", "before:2020 AND date:..9999 AND after:2019"),
        ("OR tibet AND", "tibet"),
        ("A B C D -E", "A B C D -E"),
        ("A B C D (E | F)", "A B C D (E OR F)"),
        ("中国 2021 自由 民主 A OR B", "中国 2021 自由 民主 (A OR B)"),
        ("NOT", "not"),
    ],
)  # fmt: skip
def test_it_is_written_out_as_understood(text: str, understood: str) -> None:
    assert parse(text).understood == understood


def test_spans_point_at_what_was_written() -> None:
    text = 'What, "is this"~3 (justice) -title:wom?n* U.S. in:a, tianamen~1!'
    found: dict[str, Node] = {}

    def collect(node: Node) -> None:
        match node:
            case And(children) | Or(children):
                for child in children:
                    collect(child)
            case Not(child) | Scoped(_, child):
                collect(child)
            case _:
                found[text[slice(*node.span)]] = node

    query = parse(text)
    assert query.strict is not None
    for node in (*query.words, query.strict):
        collect(node)
    assert list(found) == [
        "What", "U.S.", '"is this"~3', "justice", "wom?n*", "in:a", "tianamen~1!",
    ]  # fmt: skip


def test_groups_deeper_than_the_limit_are_text() -> None:
    def depth(node: Node | None) -> int:
        match node:
            case And(children) | Or(children):
                return 1 + max(map(depth, children))
            case Not(child) | Scoped(_, child):
                return 1 + depth(child)
            case _:
                return 0

    levels = MAX_DEPTH + 5
    query = parse("NOT (a b OR " * levels + "c" + ")" * levels)
    assert kinds(query) == ["too-deep"] * 5
    assert MAX_DEPTH < depth(query.strict) <= 3 * MAX_DEPTH + 3
    assert bare(parse(query.understood).strict) == bare(query.strict)
    assert kinds(parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)) == []
    assert words(parse("a" + "-(" * levels + "b" + ")" * levels)) == ["a"]


def test_terms_beyond_the_limit_are_left_out_and_named() -> None:
    text = " ".join(f"w{number}" for number in range(MAX_TERMS + 4))
    query = parse(text)
    assert words(query) == [f"w{number}" for number in range(MAX_TERMS)]
    (note,) = query.notes
    assert note.kind == "too-many-terms"
    assert text[slice(*note.span)] == "w256 w257 w258 w259"
    assert "w256, w257, w258 and 1 more" in note.message
    query = parse(f"x ({text.replace(' ', ' OR ')})")
    assert isinstance(query.strict, Or)
    assert len(query.strict.children) == MAX_TERMS - 1
    assert kinds(query) == ["too-many-terms"]
    query = parse("OR " * 1000)
    assert words(query) == ["or"] * MAX_TERMS


def test_many_notes_of_a_kind_are_summed_up() -> None:
    text = "foo:bar " * 30
    query = parse(text)
    assert kinds(query) == ["unknown-field"] * MAX_NOTES + ["more-notes"]
    assert query.notes[-1].message == "And 20 more of the kind unknown-field"


def test_messages_stay_on_one_short_line() -> None:
    for text in ("foo:" + "x" * 5000, "date:" + "x" * 5000, "wor[" + "x" * 5000, "a" * 5000 + "~9"):
        for note in parse(text).notes:
            assert len(note.message) < 200
            assert note.message.isprintable()


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.syntax)
def test_every_example_of_the_help_is_understood(operator: Operator) -> None:
    query = parse(operator.example)
    assert not query.notes
    assert query.words or query.strict


@pytest.mark.parametrize(
    "unit",
    ["(", ")", "((a)", "-(", '"', "“", '"a" ', "«", "「", "NOT ", "AND ", "a OR ", "(a OR ", "[",
     "[-", "[-]", "[a]", "a[", "*", "?a", "~", "~1", "a~5/", ".", "title:", "title:(", "foo:x ",
     '"a"~x', "a(b", "a()", ":", "a??", "-a", "date:..", "|", "\0", "全文，", "\ud800"],
)  # fmt: skip
def test_the_longest_query_takes_linear_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + "a"
        took = []
        # The first may pay for what other tests left lying.
        for _ in range(3):
            started = time.process_time()
            query = parse(text)
            took.append(time.process_time() - started)
            assert len(query.notes) <= 3 * (MAX_NOTES + 1)
        return min(took)

    # Ten times the length; quadratic would be a hundred times.
    assert seconds(40_000) < 40 * max(seconds(4_000), 0.003)


@settings(max_examples=300, deadline=None)
@given(st.one_of(queries(), garbage()))
def test_what_was_understood_is_understood_the_same_again(text: str) -> None:
    query = parse(text)
    again = parse(query.understood)
    assert words(again) == words(query)
    assert bare(again.strict) == bare(query.strict)
    assert again.understood == query.understood


@settings(max_examples=300, deadline=None)
@given(garbage())
def test_any_text_gives_a_query_whose_notes_are_in_it(text: str) -> None:
    query = parse(text)
    assert query.text == text
    for note in query.notes:
        assert note.kind in NOTE_KINDS
        assert 0 <= note.span[0] <= note.span[1] <= len(text)
        assert note.message
    assert (not query.words and query.strict is None) == ("nothing-to-search" in kinds(query))
    assert list(query.notes) == sorted(query.notes, key=lambda note: note.span[0])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["a", "OR", "AND", "NOT", "(", ")", "-", '"b"', "|"])))
def test_any_order_of_operators_gives_a_tree(pieces: list[str]) -> None:
    query = parse(" ".join(pieces))
    count = pieces.count("a")
    assert query.understood.split().count("a") <= count
    assert "nothing-to-search" not in kinds(query) or not {"a", '"b"'} & set(pieces)


def test_the_distance_has_a_limit_that_a_note_names() -> None:
    (note,) = parse(f'"a b"~{MAX_DISTANCE + 1}').notes
    assert str(MAX_DISTANCE) in note.message


@pytest.mark.parametrize(
    ("text", "meant"),
    [("autor:mill", "author:"), ("tile:x", "title:"), ("Headings:x", "heading:"), ("foo:x", "")],
)
def test_a_field_that_is_nearly_one_is_told_by_its_name(text: str, meant: str) -> None:
    (note,) = parse(text).notes
    assert note.kind == "unknown-field"
    assert ("did you mean" in note.message) == bool(meant)
    assert meant in note.message
