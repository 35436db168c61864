"""Browsing, facets and words of a cluster are whole and exact, however much there is of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from math import inf
from random import Random
from typing import Any

import pytest

from indexer.config import Settings
from indexer.engines import opensearch_catalogue as catalogue_module
from indexer.engines import opensearch_pages as pages
from indexer.engines import opensearch_schema as schema
from indexer.engines import opensearch_values as values
from indexer.engines import opensearch_words as words
from indexer.engines.base import FacetName, Selection
from indexer.engines.keys import places as places_of
from indexer.engines.opensearch_address import parse_address
from indexer.engines.opensearch_catalogue import OpenSearchCatalogue, Tally
from indexer.engines.opensearch_client import Client
from indexer.engines.opensearch_index import Place, Stamp
from indexer.engines.opensearch_snapshot import Snapshot
from indexer.errors import SearchTimeout
from indexer.model import ShelfOrder
from indexer.spelling import distance, matcher
from indexer.terms import form_of
from tests.engines import Site
from tests.opensearch.cluster import remove_indexes
from tests.shelves import entry

Document = dict[str, Any]

# Letters that mean something in a regular expression of Lucene's, or that sort unlike elsewhere.
ODD = '.?+*|{}[]()"\\#@&<>~^-/ \x01\ud7ff\ue000\uffff\U0001d518'
LONG = ("a" * 200, "a" * 199 + "b", "ab" * 60, "x" * 30 + "end", "".join(ODD) * 5)


def documents() -> list[Document]:
    """Root documents with what is browsed and counted, and nothing else; some have all keys
    but the id in common."""
    chance = Random(4)
    made = []
    for number in range(700):
        folder = "/".join(chance.choice("abcde") for _ in range(chance.randrange(4)))
        # Each name of a folder is now and then that of an essay, too.
        name = chance.choice("abcde") if number % 3 == 0 else f"e{number}"
        made.append((f"{folder}/{name}" if folder else name, number))
    found = []
    for essay_id, number in dict(made).items():
        places = places_of(essay_id)
        few = int(30 * chance.random() ** 3)
        authors = [f"Author {few}", f"Ágnes {number % 90}"][: chance.randrange(3)]
        document: Document = {
            "id": essay_id,
            "language": chance.choice(("en", "en", "en", "de", "fr")),
            "author": authors,
            "folder": places[:-1],
            "place": places,
            "title_key": chance.choice(("", "on liberty", "émile", "z", "\uffff", "\U0001d518")),
            "terms": vocabulary_of(chance),
            "names": ["john", "mill"] if number % 2 else [],
            schema.ESSAY: schema.packed(
                json.dumps([essay_id, "", [], None, "en", "", "text", 1, 1, ["", "", 0, 0, ""]])
            ),
        }
        if authors:
            document["author_key"] = authors[0].lower()
        if number % 4:
            document["day"] = f"{1990 + few}-0{1 + number % 3}-01"
            document["year"] = str(1990 + few)
        found.append(document)
    found[0]["terms"] = [*LONG, *(f"x{letter}" for letter in ODD), "xx", "x\x1f2", "xx\x1f12"]
    return found


def vocabulary_of(chance: Random) -> list[str]:
    drawn = []
    for _ in range(4):
        word = "".join(chance.choice("abx") for _ in range(chance.randrange(1, 8)))
        drawn.append(f"{word}\x1f2" if chance.random() < 0.1 else word)
    drawn.append("stem" + "".join(chance.choice("ing") for _ in range(4)))
    return sorted(set(drawn))


LIBRARY = documents()


@pytest.fixture(scope="module")
def client(cluster: str) -> Iterator[Client]:
    client = Client(parse_address(f"{cluster}/shelves"), Settings())
    yield client
    client.close()


@pytest.fixture(scope="module")
def index(client: Client, cluster: str) -> Iterator[str]:
    """An index of the library, on three shards, by its name."""
    name = "test-shelves-0123456789ab"
    remove_indexes(cluster, name)
    client.ask("PUT", f"/{name}", schema.index_body(3, 0))
    lines = [
        part for number, each in enumerate(LIBRARY) for part in ({"index": {"_id": number}}, each)
    ]
    bulk = "".join(json.dumps(line) + "\n" for line in lines).encode()
    assert not client.ask("POST", f"/{name}/_bulk", bulk)["errors"]
    client.ask("POST", f"/{name}/_refresh")
    yield name
    remove_indexes(cluster, name)


class Counting(Snapshot):
    """A snapshot that keeps what was asked of it."""

    asked: list[Document]

    def searches(self, bodies: Sequence[Document], **settings: Any) -> list[Document]:
        self.asked = [*getattr(self, "asked", ()), *bodies]
        return super().searches(bodies, **settings)


@pytest.fixture
def snapshot(client: Client, index: str) -> Iterator[Counting]:
    stamp = Stamp(where="here", index=index, commits=1, schema=1, analysis=1)
    snapshot = Counting(client, Place(client, Settings()), stamp)
    yield snapshot
    snapshot.close()


@pytest.fixture(params=[None, 5])
def scarce(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once as it is, and once where next to nothing fits into an answer."""
    if request.param is not None:
        monkeypatch.setattr(values, "PAGE", 5 * request.param)
        monkeypatch.setattr(catalogue_module, "FEW", request.param)
        monkeypatch.setattr(catalogue_module, "MANY", 3 * request.param)
        monkeypatch.setattr(catalogue_module, "_IDS", request.param)
        monkeypatch.setattr(pages, "WINDOW", 7 * request.param)
        monkeypatch.setattr(pages, "LOADED", 3 * request.param)


# Facets


def by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def counted(found: Sequence[Document], name: FacetName, below: str = "") -> list[tuple[str, int]]:
    """A facet, counted essay by essay."""
    if name != "folder":
        values_of = [each.get(name, []) for each in found]
        return by_count(
            Counter(v for each in values_of for v in ([each] if isinstance(each, str) else each))
        )
    start = f"{below}/" if below else ""
    folders = {
        folder
        for each in found
        for folder in each["folder"]
        if folder.startswith(start) and "/" not in folder[len(start) :]
    }
    return by_count(Counter({f: sum(f in each["place"] for each in found) for f in folders}))


@pytest.mark.usefixtures("scarce")
@pytest.mark.parametrize("language", ["", "de", "xx"])
def test_facets_are_those_counted_essay_by_essay(snapshot: Counting, language: str) -> None:
    query = {"term": {"language": language}} if language else values.ANYTHING
    chosen = [each for each in LIBRARY if language in (each["language"], "")]
    tally = Tally(snapshot, query)
    names: tuple[FacetName, ...] = ("language", "year", "author")
    for name in names:
        expected = counted(chosen, name)
        for most in (0, 1, 2, 4, 9, 40, 1_000):
            found = tally.facet(name, most)
            assert (list(found.values), found.total) == (expected[:most], len(expected)), name
    for below in ("", "a", "b/c", "a/b/c", "e1", "none", "a.b"):
        expected = counted(chosen, "folder", below)
        for most in (0, 1, 3, 99):
            found = tally.facet("folder", most, below)
            assert (list(found.values), found.total) == (expected[:most], len(expected)), below


def test_the_facets_of_a_page_take_two_requests(snapshot: Counting) -> None:
    tally = Tally(snapshot, values.ANYTHING)
    names: tuple[FacetName, ...] = ("language", "year", "author", "folder")
    for name in names:
        assert tally.facet(name, 5).total
    for below in ("a", "a/b", "b"):
        assert tally.facet("folder", 5, below).total
    assert len(snapshot.asked) == 2


def test_what_a_shard_left_out_is_never_taken_for_nothing() -> None:
    def bucket(key: str, count: int, error: int = 0) -> Document:
        return {"key": key, "doc_count": count, "doc_count_error_upper_bound": error}

    def proven(error: int, most: int, *buckets: Document) -> list[str] | None:
        answer = {
            "buckets": buckets,
            "doc_count_error_upper_bound": error,
            "sum_other_doc_count": 1,
        }
        top = catalogue_module._proven(answer, most)
        return None if top is None else [key for key, _ in top]

    nine, five, two = bucket("a", 9), bucket("b", 5), bucket("c", 2)
    assert proven(0, 2, nine, five) == ["a", "b"]
    assert proven(2, 2, nine, five, two) == ["a", "b"]
    assert proven(2, 3, nine, five, two) is None  # an unseen one may have two as well
    assert proven(3, 2, nine, five, two) is None  # one cut by the cluster may have five
    assert proven(2, 1, nine, bucket("b", 7, 2), two) == ["a"]
    assert proven(2, 1, bucket("b", 9), bucket("a", 7, 2), two) is None  # it may come before
    assert proven(2, 1, nine, bucket("b", 7, 3), two) is None
    assert proven(2, 1, bucket("a", 9, 2), two) is None  # its own count is not known
    assert proven(2, 4, nine, five, two) is None


# Orders


def in_order(order: ShelfOrder, found: Sequence[Document]) -> list[str]:
    made = sorted(found, key=lambda each: each["id"])
    if order != "folder":
        made.sort(key=lambda each: each["title_key"])
    if order == "author":
        made.sort(key=lambda each: ("author_key" not in each, each.get("author_key", "")))
    if order == "date":
        made.sort(key=lambda each: each.get("day", ""), reverse=True)
    return [each["id"] for each in made]


@pytest.mark.usefixtures("scarce")
@pytest.mark.parametrize("order", ["title", "author", "date", "folder"])
def test_pages_in_any_order_are_those_of_all_essays_sorted(
    snapshot: Counting, order: ShelfOrder
) -> None:
    expected = in_order(order, LIBRARY)
    catalogue = OpenSearchCatalogue(snapshot, order, Selection())
    total = len(expected)
    for start, stop in [
        (total + 40, total + 50), (0, 3), (0, 50), (30, 40), (34, 36), (35, 36), (350, 361),
        (71, 77), (total - 3, total + 9), (total, total + 1), (0, 2_000), (9, 9), (40, 9),
    ]:  # fmt: skip
        found = [essay.id for essay in catalogue.page(start, stop)]
        assert found == expected[start:stop], (start, stop)
    assert all(
        each["from"] + each["size"] <= pages.WINDOW for each in snapshot.asked if "from" in each
    )
    assert catalogue.essays == total


def test_a_selection_is_what_all_its_parts_have(snapshot: Counting) -> None:
    selection = Selection(language="en", folder="a", author="Author 0", year="1990")
    chosen = [
        each
        for each in LIBRARY
        if each["language"] == "en"
        and "a" in each["place"]
        and "Author 0" in each["author"]
        and each.get("year") == "1990"
    ]
    assert 1 < len(chosen) < 100
    catalogue = OpenSearchCatalogue(snapshot, "date", selection)
    assert [essay.id for essay in catalogue.page(0, 999)] == in_order("date", chosen)
    assert catalogue.essays == len(chosen)
    assert list(catalogue.facet("author", 9).values) == counted(chosen, "author")[:9]


def test_a_deep_page_loads_nothing_on_its_way_and_the_next_begins_where_it_ended(
    snapshot: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "WINDOW", 50)
    body: Document = {
        "query": {
            "bool": {
                "should": [
                    {"nested": {"path": "p", "query": {"match_all": {}}, "inner_hits": {}}},
                    {"match_all": {}},
                ]
            }
        },
        "sort": [{"id": "asc"}],
        **schema.ESSAYS_ONLY,
    }
    ids = in_order("folder", LIBRARY)

    def asked_for(start: int, stop: int) -> list[Document]:
        before = len(getattr(snapshot, "asked", ()))
        hits = pages.page(snapshot, body, start, stop, inf)
        assert [hit["sort"][0] for hit in hits] == ids[start:stop]
        return snapshot.asked[before:]

    *steps, last = asked_for(160, 170)
    assert [step["size"] for step in steps] == [50, 50, 50, 10]
    assert not any("inner_hits" in json.dumps(step) for step in steps)
    assert all(step["stored_fields"] == "_none_" for step in steps)
    assert "inner_hits" in json.dumps(last)
    assert len(asked_for(170, 180)) == 1
    assert len(asked_for(160, 165)) == 1
    assert [step["size"] for step in asked_for(205, 206)] == [25, 1]


def test_ids_around_one_are_its_neighbours_on_both_sides(site: Site) -> None:
    ids = ["a", "a/b", "b", "c/\ue000", "c/\U0001d518", "d", "é"]
    engine = site.stocked([entry(each, "word", language="en") for each in ids])
    catalogue = engine.catalogue("date", Selection())
    chosen = engine.catalogue("folder", Selection(folder="a"))
    for most in (1, 2, 5, 50):
        for wanted in ("", "a", "a/a", "bb", "c/\ue000", "c/\uffff", "é", "zz\U0001d518", "d'\\"):
            at = sum(each < wanted for each in ids)
            start = max(min(at - most // 2, len(ids) - most), 0)
            assert catalogue.ids_around(wanted, most) == ids[start : start + most], wanted
        assert chosen.ids_around("b", most) == ["a", "a/b"][-most:]


# Words

TERMS = Counter(term for each in LIBRARY for term in each["terms"])


def begin_with(prefix: str) -> list[tuple[str, int]]:
    return sorted(item for item in TERMS.items() if item[0].startswith(prefix))


@pytest.mark.usefixtures("scarce")
def test_the_vocabulary_is_whole_and_in_code_point_order(snapshot: Counting) -> None:
    odd = [f"x{letter}" for letter in ODD]
    for prefix in ("xab", "x", "stem", "stemi", *odd, "x\x1f", "a" * 199, "nothing", "ö", ""):
        assert words.vocabulary(snapshot, prefix, "any", inf) == begin_with(prefix), prefix
    half = sum(bool(each["names"]) for each in LIBRARY)
    assert words.vocabulary(snapshot, "", "author", inf) == [("john", half), ("mill", half)]
    assert words.languages(snapshot, inf) == dict(sorted(counted(LIBRARY, "language")))


def test_words_once_asked_for_are_not_asked_for_again(snapshot: Counting) -> None:
    for prefix in ("x", "xa", "xab", "x"):
        assert words.vocabulary(snapshot, prefix, "title", inf) == begin_with(prefix)
    for _ in range(2):
        assert words.vocabulary(snapshot, "nothing", "any", inf) == []
        assert words.close_to(snapshot, "nothing", 1, "any", inf) == []
    assert len(snapshot.asked) == 3


def test_what_is_remembered_has_a_bound(
    snapshot: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MOST_REMEMBERED", 4 * len(begin_with("xab")))
    for prefix in ("xab", "xaa", "xab", "xbb", "xbx", "xxa", "xxb", "xab"):
        assert words.vocabulary(snapshot, prefix, "any", inf) == begin_with(prefix)
    memory = words._memory(snapshot)
    assert memory._held <= words._MOST_REMEMBERED
    assert memory._held == sum(map(words._weight, memory._answers.values()))
    assert len(snapshot.asked) > 6


# Shapes of words; the last ones are a trap for who makes them a deterministic automaton.
SHAPES = [
    ".*", ".", "..", "x.*", "x.", ".*ab", ".*a.b.*", "a[bx].*", "[^a].*[ab]x", "stem.*g[in].*",
    ".*n.", "x.*x", "[a-b].[x-z]", ".*𝔘", "é.*", ".*" + "a" * 400, "." * 200, ".*a" + "." * 40,
    ".*a" * 60 + ".*", ".*" + "[ab]" * 60,
]  # fmt: skip


@pytest.mark.usefixtures("scarce")
def test_words_of_a_shape_are_all_that_have_it(snapshot: Counting) -> None:
    for shape in SHAPES:
        read = matcher(shape)
        expected = [i for i in sorted(TERMS.items()) if read.fullmatch(form_of(i[0]))]
        start = shape[0] if shape[0].isalpha() else ""
        assert words.shaped(snapshot, start, shape, "any", inf) == expected, shape
    assert [name for name, _ in words.shaped(snapshot, "", ".*l", "author", inf)] == ["mill"]


def test_a_rough_shape_is_that_of_all_it_stands_for() -> None:
    texts = ["".join(letters) for length in range(7) for letters in product("abx", repeat=length)]
    for shape in SHAPES:
        exact, rough = matcher(shape), re.compile(words._roughly(shape))
        assert all(rough.fullmatch(text) for text in texts if exact.fullmatch(text)), shape
    assert words._roughly("x[^a].*b") == "x[^\x1fa][^\x1f]*b"


@pytest.mark.usefixtures("scarce")
@pytest.mark.parametrize("edits", [0, 1, 2])
def test_close_words_are_all_that_few_edits_lead_to(snapshot: Counting, edits: int) -> None:
    forms = ["x", "xx", "abx", "bxab", "stemign", "xtemnig", "aabbxxa", "x.", "x\\"]
    forms += ["x\U0001d518", "ba" + "ab" * 59, "a" * 198, "c" + "x" * 29 + "end", "qqqq"]
    forms += [LONG[-1][1:], "zzzzzzz"]
    for form in forms:
        expected = [i for i in sorted(TERMS.items()) if distance(form, form_of(i[0]), 2) <= edits]
        assert words.close_to(snapshot, form, edits, "any", inf) == expected, form
    found = words.close_to(snapshot, "jhon", edits, "author", inf)
    assert [name for name, _ in found] == (["john"] if edits else [])


def test_the_expression_for_what_was_read_takes_it_and_all_before_it() -> None:
    texts = ["", *ODD, *(f"x{letter}" for letter in ODD), "\x00", "\x00a", "a", "ab", "abb", "b"]
    for last in texts:
        shape = values._up_to(last)
        assert json.dumps(shape, ensure_ascii=False).encode()
        read = re.compile(shape, re.DOTALL)
        assert [t for t in texts if read.fullmatch(t)] == [t for t in texts if t <= last], last


@pytest.mark.parametrize("edits", [0, 1, 2, 3])
def test_the_expression_for_close_words_takes_these_and_no_others(edits: int) -> None:
    texts = ["".join(letters) for length in range(8) for letters in product("ab", repeat=length)]
    for form in ("a", "ab", "ba", "aab", "abc", "acbd", "babab", "cab.a"):
        shape = re.compile(words._within(form, edits))
        for text in (*texts, "acb", "abdc", "cabba", "cba.a", "ca.ba", "ac.ba", "cab"):
            is_close = distance(form, text, edits) <= edits
            assert bool(shape.fullmatch(text)) is is_close, (form, text)


def test_words_asked_for_past_the_deadline_are_a_timeout(snapshot: Counting) -> None:
    with pytest.raises(SearchTimeout):
        words.vocabulary(snapshot, "x", "any", -inf)
    with pytest.raises(SearchTimeout):
        Tally(snapshot, values.ANYTHING, -inf).facet("year", 1)
