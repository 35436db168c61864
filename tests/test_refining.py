"""A query's text with a filter more or less: what it means changes by that and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from indexer.query import And, In, Node, Not, Or, Query, Scoped, parse
from indexer.query_parser import MAX_TERMS
from indexer.refining import Field, Narrowing, filter_of, filters_of, narrowed
from tests.strategies import garbage, queries

VALUES: tuple[tuple[Field, str], ...] = (
    ("language", "en"),
    ("year", "2016"),
    ("author", "John Stuart Mill"),
    ("author", 'Thomas "Tip" O’Neill: ~5 AND (Jr.)'),
    ("author", "AND"),
    ("author", "魯迅"),
    ("folder", "politics"),
    ("folder", "politics/liberty"),
    ("folder", "a b/c: d~2 -e"),
    ("folder", "a~3f9a"),
)


def bare(node: Node) -> object:
    """A tree without spans."""
    match node:
        case And(children) | Or(children):
            return type(node), tuple(map(bare, children))
        case Not(child):
            return Not, bare(child)
        case Scoped(scope, child):
            return Scoped, scope, bare(child)
        case _:
            return type(node), tuple((k, v) for k, v in asdict(node).items() if k != "span")


def top(query: Query) -> list[Node]:
    strict = query.strict
    return list(strict.children) if isinstance(strict, And) else [strict] if strict else []


def meaning(query: Query) -> tuple[list[str], Counter[object]]:
    return [word.text for word in query.words], Counter(map(bare, top(query)))


def assert_narrowed(text: str, values: Sequence[tuple[Field, str]]) -> None:
    query = parse(text)
    words, parts = meaning(query)
    narrowing = Narrowing(query)
    for field, value in values:
        added = filter_of(field, value)
        made = narrowing.text(field, value)
        assert added is not None
        assert made is not None
        (node,) = top(parse(added))
        expected = [parts | Counter([bare(node)])]
        if bare(node) not in parts and isinstance(node, In):
            expected += [
                expected[0] - Counter([bare(above)])
                for above in top(query)
                if isinstance(above, In) and node.place.startswith(f"{above.place}/")
            ]
        assert meaning(parse(made)) in [(words, one) for one in expected], made


@given(queries() | garbage(), st.permutations(VALUES))
@settings(max_examples=300)
def test_a_narrowed_query_means_the_same_and_the_filter(
    text: str, values: list[tuple[Field, str]]
) -> None:
    assert_narrowed(text, values)


# What is read without looking at how the narrowed text is read.
PLAIN = st.lists(
    st.sampled_from(["and", "or", "not", "in", "tibet", "to", '"not in"', '"or"', '"to be"']),
    max_size=6,
).map(" ".join)


@given(PLAIN, st.permutations(VALUES))
def test_plain_words_and_phrases_are_narrowed_at_their_end(
    text: str, values: list[tuple[Field, str]]
) -> None:
    assert_narrowed(text, values)
    narrowing = Narrowing(parse(text))
    assert [narrowing.text(*value) for value in values] == [
        f"{text} {filter_of(*value)}".strip() for value in values
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tibet protest", "tibet protest lang:en"),
        ('tibet  "monk  nun"', 'tibet  "monk  nun" lang:en'),
        ('"monk" nun"', '"monk" nun" lang:en'),
        ("  tibet  ", "tibet lang:en"),
        ("", "lang:en"),
        ("monk OR", "lang:en monk OR"),
        ("tibet NOT", "lang:en tibet NOT"),
        ('"unclosed', '"unclosed lang:en'),
        ("monk OR nun", "monk OR nun lang:en"),
        ("lang:en tibet", "lang:en tibet"),
        ("lang:de tibet", "lang:de tibet lang:en"),
        ("AND", "and lang:en"),
        ("THE RIGHTS OF MAN AND CITIZEN", "THE RIGHTS OF MAN and CITIZEN lang:en"),
    ],
)
def test_a_filter_goes_to_the_end_where_that_is_right(text: str, expected: str) -> None:
    assert narrowed(text, "language", "en") == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("year", "2016", "x date:2016"),
        ("author", "John Stuart Mill", 'x author:"John Stuart Mill"'),
        ("author", 'Tip "the" O’Neill', 'x author:"Tip the O’Neill"'),
        ("folder", "politics/on_liberty-2", "x in:politics/on_liberty-2"),
        ("folder", "a~3f9a", 'x in:"a~3f9a"'),
        ("folder", "on liberty", 'x in:"on liberty"'),
    ],
)
def test_values_are_quoted_where_they_must_be(field: Field, value: str, expected: str) -> None:
    assert narrowed("x", field, value) == expected


def test_a_quotation_left_open_never_swallows_a_quoted_filter() -> None:
    assert narrowed('"unclosed', "author", "Ann Lee") == 'author:"Ann Lee" "unclosed'


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", ""), ("language", "simplified"), ("year", "0000"), ("year", "soon"),
     ("author", "???"), ("author", ""), ("folder", "_"), ("folder", 'a"b'), ("folder", "/a"),
     ("language", "en tibet"), ("folder", "")],
)  # fmt: skip
def test_what_no_query_can_name_is_not_offered(field: Field, value: str) -> None:
    assert narrowed("tibet", field, value) is None


def test_a_deeper_folder_takes_the_place_of_the_one_above() -> None:
    assert narrowed("in:politics tibet", "folder", "politics/asia") == "in:politics/asia tibet"
    assert narrowed('x in:"politics"', "folder", "politics/asia") == "x in:politics/asia"
    assert narrowed("in:art tibet", "folder", "artists/a") == "in:art tibet in:artists/a"
    assert narrowed("-in:art", "folder", "art/a") == "-in:art in:art/a"


def test_a_query_of_as_many_terms_as_may_be_is_narrowed_all_the_same() -> None:
    text = narrowed(" ".join(f"w{n}" for n in range(MAX_TERMS)), "language", "en")
    assert text is not None
    query = parse(text)
    assert meaning(query)[1] == meaning(parse("lang:en"))[1]
    assert len(query.words) == MAX_TERMS - 1


# Filters


@given(queries() | garbage())
@example("theNOT --in:liberty AND lang:enthe")
@settings(max_examples=300)
def test_a_query_without_one_of_its_filters_means_the_rest(text: str) -> None:
    query = parse(text)
    words, parts = meaning(query)
    for one in filters_of(query):
        (node,) = top(parse(one.label))
        rest = parts - Counter([bare(node)])
        assert rest.total() == parts.total() - 1
        assert meaning(parse(one.without)) == (words, rest)
        # Nothing new is noted; a word that is written twice, to stay strict, may be noted twice.
        known = {note.kind for note in query.notes} | {"more-notes"}
        assert not one.without or {note.kind for note in parse(one.without).notes} <= known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tibet", []),
        ("(lang:en OR lang:de) tibet", []),
        (
            "tibet  lang:en protest  -in:drafts",
            [
                ("language", "lang:en", "en", False, "tibet protest  -in:drafts"),
                ("folder", "NOT in:drafts", "drafts", True, "tibet  lang:en protest"),
            ],
        ),
        (
            'author:"ann lee" title:(monk OR nun) heading:end after:2020',
            [
                ("author", 'author:"ann lee"', "ann lee", False,
                 "title:(monk OR nun) heading:end after:2020"),
                ("title", "title:(monk OR nun)", "monk OR nun", False,
                 'author:"ann lee" heading:end after:2020'),
                ("heading", "heading:end", "end", False,
                 'author:"ann lee" title:(monk OR nun) after:2020'),
                ("date", "after:2020", "2020", False,
                 'author:"ann lee" title:(monk OR nun) heading:end'),
            ],
        ),
        ("tibet AND lang:en", [("language", "lang:en", "en", False, "(tibet)")]),
        (
            "lang:en AND -in:drafts",
            [
                ("language", "lang:en", "en", False, "NOT in:drafts"),
                ("folder", "NOT in:drafts", "drafts", True, "lang:en"),
            ],
        ),
        ("in:politics", [("folder", "in:politics", "politics", False, "")]),
        ("date:2019..2021", [("date", "date:2019..2021", "2019..2021", False, "")]),
    ],
)  # fmt: skip
def test_filters_of_the_whole_query_are_told_each_with_the_query_without_it(
    text: str, expected: list[tuple[object, ...]]
) -> None:
    found = filters_of(parse(text))
    assert [(f.kind, f.label, f.value, f.negated, f.without) for f in found] == expected


def test_many_filters_are_told_as_well() -> None:
    text = " ".join(f"in:f{number}" for number in range(MAX_TERMS))
    found = filters_of(parse(text))
    assert len(found) == MAX_TERMS
    assert len(filters_of(parse(found[7].without))) == MAX_TERMS - 1
