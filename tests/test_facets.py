"""Facets, browsing and reading agree with what a search finds, counted the obvious way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold
from indexer.config import Settings
from indexer.engines.base import Entry, FacetName
from indexer.errors import NotFoundError, QueryError, SearchTimeout
from indexer.library import Library
from indexer.model import Essay, Facet, FacetValue, ShelfOrder
from indexer.query import parse
from tests.engines import Site
from tests.oracle import evaluate
from tests.shelves import entry, matches_of
from tests.strategies import garbage, libraries, searches

# Values, essays and passages asked for at once, beyond what any library here has.
ALL = 1_000


@contextmanager
def library_of(site: Site, entries: Sequence[Entry], *, commits: int = 1) -> Iterator[Library]:
    with Library(site.stocked(entries, commits=commits), Settings(), None) as library:
        yield library


@pytest.fixture(scope="module")
def library(shared_site: Site) -> Library:
    """The shelf below; not to be written to."""
    return Library(shared_site.stocked(SHELF, commits=2), Settings(), None)


def values(facet: Facet) -> dict[str, int]:
    return {value.value: value.essays for value in facet.values}


def by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def folders_below(essays: Sequence[Essay], below: str) -> list[tuple[str, int]]:
    """Folders directly below one that hold an essay, with what ``in:`` finds in each."""
    start = f"{below}/" if below else ""
    inside = [e.id[len(start) :] for e in essays if e.id.startswith(start)]
    folders = {start + rest.split("/")[0] for rest in inside if "/" in rest}
    return by_count(
        Counter({f: sum(e.id == f or e.id.startswith(f"{f}/") for e in essays) for f in folders})
    )


def counted(essays: Sequence[Essay], name: FacetName, below: str = "") -> list[tuple[str, int]]:
    """A facet, counted essay by essay."""
    if name == "folder":
        return folders_below(essays, below)
    of_essay: dict[str, Callable[[Essay], list[str]]] = {
        "language": lambda essay: [essay.language],
        "year": lambda essay: [essay.date[:4]] if essay.date else [],
        "author": lambda essay: list(essay.authors),
    }
    return by_count(Counter(value for essay in essays for value in of_essay[name](essay)))


def best_essays(entries: Sequence[Entry], text: str) -> list[Essay]:
    """The essays that a search counts, by the oracle."""
    result = evaluate(parse(text), [(e.essay, e.passages) for e in entries])
    ids = next((tier.essays for tier in result.tiers if tier.essays), frozenset())
    return [e.essay for e in entries if e.essay.id in ids]


# Facets


@pytest.mark.slow
def test_facets_are_those_of_the_essays_that_the_oracle_counts(site: Site) -> None:
    @given(searches(), st.integers(1, 3))
    @site.generated(20)
    def holds(search: tuple[list[Entry], list[str]], commits: int) -> None:
        entries, texts = search
        with site.holding(entries, commits=commits) as engine:
            for text in texts[:6]:
                matches = matches_of(engine, text)
                essays = best_essays(entries, text)
                names: tuple[FacetName, ...] = ("language", "year", "author")
                for name in names:
                    expected = counted(essays, name)
                    found = matches.facet(name, ALL)
                    assert (list(found.values), found.total) == (expected, len(expected)), text
                    assert matches.facet(name, 1).values == found.values[:1]
                for below in ("", "politics", "a", "a/b", "none"):
                    found = matches.facet("folder", ALL, below)
                    assert list(found.values) == folders_below(essays, below), (text, below)

    holds()


@pytest.mark.slow
def test_following_a_value_finds_exactly_as_many_essays_as_it_says(site: Site) -> None:
    @given(searches())
    @site.generated(12)
    def holds(search: tuple[list[Entry], list[str]]) -> None:
        entries, texts = search
        with library_of(site, entries) as library:
            for text in texts[:6]:
                result = library.search(text, facets=ALL)
                facets = result.facets
                assert facets is not None
                for facet in (facets.languages, facets.years, facets.authors, facets.folders):
                    assert facet.total >= len(facet.values)
                    for value in facet.values:
                        narrowed = library.search(value.query)
                        assert narrowed.essays == value.essays, (text, value)
                        assert narrowed.matched == result.matched

    holds()


SHELF = [
    entry("lib/art/a", "monk", title="B", authors=("Ann Lee",), date="2001", language="en"),
    entry("lib/art/b", "monk", title="a", authors=("Ann Lee", "Bo Yi"), date="2001-05"),
    entry("lib/art/c/d", "monk", title="c", authors=("Bo Yi",), date="1999", language="fr"),
    entry("lib/war", "monk", title="D", authors=("J. Ann Lee",)),
    entry("lib/war/e", "nun monk", title="é", authors=(), date="2010-01-01"),
]


def test_facets_come_with_the_query_narrowed_to_each_value(library: Library) -> None:
    facets = library.search("monk", facets=2).facets
    assert facets is not None
    assert facets.languages == Facet(
        values=(
            FacetValue(value="en", essays=4, query="monk lang:en"),
            FacetValue(value="fr", essays=1, query="monk lang:fr"),
        ),
        total=2,
    )
    assert facets.years.total == 3
    assert facets.years.values == (
        FacetValue(value="2001", essays=2, query="monk date:2001"),
        FacetValue(value="1999", essays=1, query="monk date:1999"),
    )


def test_an_author_counts_with_the_longer_names_that_the_query_finds_too(library: Library) -> None:
    facets = library.search("monk", facets=2).facets
    assert facets is not None
    assert facets.authors.values[0] == FacetValue(
        value="Ann Lee", essays=3, query='monk author:"Ann Lee"'
    )
    assert facets.authors.total == 3
    assert library.search('monk author:"Ann Lee"').essays == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monk", {"lib/art": 3, "lib/war": 2}),
        ("monk in:lib", {"lib/art": 3, "lib/war": 2}),
        ("monk in:lib/art", {"lib/art/c": 1}),
        ("nun", {"lib/war": 1}),
        ("lang:fr", {"lib/art/c": 1}),
        ("monk in:lib/art/c", {}),
        ("nothing", {}),
    ],
)
def test_folders_are_those_where_the_essays_first_part(
    library: Library, text: str, expected: dict[str, int]
) -> None:
    facets = library.search(text, facets=9).facets
    assert facets is not None
    assert values(facets.folders) == expected


def test_a_deeper_folder_takes_the_place_of_the_one_in_the_query(library: Library) -> None:
    facets = library.search("in:lib monk", facets=1).facets
    assert facets is not None
    assert facets.folders.values[0].query == "in:lib/art monk"
    assert facets.folders.total == 2


def test_a_name_with_marks_in_it_leads_to_its_essays(site: Site) -> None:
    names = ("Thomas “Tip” O’Neill, Jr.", 'J"P: x~2', "Ann (the) Lee", "AND")
    entries = [entry(f"e{n}", "word", authors=(a,)) for n, a in enumerate(names)]
    with library_of(site, entries) as library:
        facets = library.search("word", facets=9).facets
        assert facets is not None
        assert values(facets.authors) == dict.fromkeys(names, 1)
        for value in facets.authors.values:
            (found,) = library.search(value.query).results
            assert found.essay.authors == (value.value,)


def test_without_being_asked_for_no_facets_are_counted(library: Library) -> None:
    result = library.search("monk lang:en")
    assert result.facets is None
    assert [(one.kind, one.without) for one in result.filters] == [("language", "monk")]


def test_what_no_query_can_name_is_only_counted(site: Site) -> None:
    with library_of(site, [entry("_/a", "word", authors=("???", "Ann"))]) as library:
        facets = library.search("word", facets=9).facets
    assert facets is not None
    assert (values(facets.authors), facets.authors.total) == ({"Ann": 1}, 2)
    assert (values(facets.folders), facets.folders.total) == ({}, 1)


def test_facets_forget_what_was_removed_or_replaced(site: Site) -> None:
    engine = site.stocked(SHELF, commits=3)
    with Library(engine, Settings(), None) as library:
        library.search("monk", facets=1)
        writer = engine.writer()
        writer.remove("lib/art/a")
        writer.put(entry("lib/art/b", "monk", authors=("New One",), language="de"))
        writer.commit()
        writer.close()
        facets = library.search("monk", facets=9).facets
        assert facets is not None
        assert values(facets.languages) == {"en": 2, "de": 1, "fr": 1}
        assert values(facets.authors) == {"Bo Yi": 1, "J. Ann Lee": 1, "New One": 1}
        assert library.browse(author="Ann Lee").total == 0


def test_facets_of_a_search_out_of_time_say_so(site: Site) -> None:
    with Library(site.stocked(SHELF), Settings(search_seconds=0.0), None) as library:
        with pytest.raises(SearchTimeout):
            library.search("monk", facets=1)
        with pytest.raises(SearchTimeout):
            library.read("lib/war", "monk")


# Browsing

KEYS: dict[ShelfOrder, Callable[[Essay], tuple[object, ...]]] = {
    "title": lambda e: (fold(e.title), e.id),
    "author": lambda e: (
        not e.authors, fold(e.authors[0]) if e.authors else "", fold(e.title), e.id
    ),
    "date": lambda e: (
        not e.date, [-ord(c) for c in (e.date or "") + "-01-01"[len(e.date or "") - 4 :]],
        fold(e.title), e.id,
    ),
    "folder": lambda e: (e.id,),
}  # fmt: skip


@pytest.mark.slow
def test_the_library_is_browsed_in_every_order_page_by_page(site: Site) -> None:
    @given(libraries(most=7), st.integers(1, 3))
    @site.generated(15)
    def holds(entries: list[Entry], commits: int) -> None:
        essays = [each.essay for each in entries]
        with library_of(site, entries, commits=commits) as library:
            for order, key in KEYS.items():
                expected = sorted(essays, key=key)
                assert list(library.browse(order=order).essays) == expected, order
                pages = [library.browse(order=order, offset=n, limit=2) for n in range(0, 8, 2)]
                assert [e for page in pages for e in page.essays] == expected
                assert {page.total for page in pages} == {len(essays)}

    holds()


@pytest.mark.slow
def test_a_shelf_holds_what_has_all_that_was_asked_for_and_counts_it(site: Site) -> None:
    @given(libraries(most=7))
    @site.generated(40)
    def holds(entries: list[Entry]) -> None:
        essays = [each.essay for each in entries]
        with library_of(site, entries) as library:
            for language in (None, "en", "zh", "xx"):
                for folder in (None, "politics", "a/b", "none"):
                    chosen = [
                        e
                        for e in essays
                        if language in (None, e.language)
                        and (folder is None or f"{e.id}/".startswith(f"{folder}/"))
                    ]
                    shelf = library.browse(language=language, folder=folder, facets=ALL)
                    assert sorted(e.id for e in shelf.essays) == sorted(e.id for e in chosen)
                    assert shelf.facets is not None
                    assert values(shelf.facets.authors) == dict(counted(chosen, "author"))
                    assert values(shelf.facets.folders) == dict(folders_below(chosen, folder or ""))
            for name, asked in (("year", "year"), ("author", "author")):
                for value, number in counted(essays, name):  # type: ignore[arg-type]
                    assert library.browse(**{asked: value}).total == number  # type: ignore[arg-type]

    holds()


def test_the_values_of_a_shelf_lead_to_shelves_and_to_searches(library: Library) -> None:
    facets = library.browse(folder="lib", facets=5).facets
    assert facets is not None
    assert facets.folders.values == (
        FacetValue(value="lib/art", essays=3, query="in:lib/art"),
        FacetValue(value="lib/war", essays=2, query="in:lib/war"),
    )
    assert library.browse(folder="lib/war").total == library.search("in:lib/war").essays == 2
    assert values(facets.authors)["Ann Lee"] == library.browse(author="Ann Lee").total == 2
    assert library.browse().facets is None
    assert library.browse(author="ann lee").total == 0
    assert library.browse(year="1999", language="en").essays == ()


# Reading


@pytest.mark.slow
def test_the_hits_of_an_essay_are_those_that_the_search_counts_for_it(site: Site) -> None:
    @given(searches() | st.tuples(libraries(), st.lists(garbage(), max_size=8)))
    @site.generated(30)
    def holds(search: tuple[list[Entry], list[str]]) -> None:
        entries, texts = search
        with library_of(site, entries) as library:
            for text in texts:
                found = {
                    hit.essay.id: hit
                    for hit in library.search(text, limit=ALL, passages=ALL).results
                }
                for each in entries:
                    reading = library.read(each.essay.id, text)
                    hit = found.get(each.essay.id)
                    ordered = sorted(hit.passages, key=lambda p: p.ordinal) if hit else []
                    assert reading.hits == tuple(p.anchor for p in ordered), (text, each.essay.id)
                    assert [p.anchor for p in reading.passages] == [p.anchor for p in each.passages]
                    assert "".join(p.text for p in reading.title_pieces) == each.essay.title
                    if hit:
                        assert reading.title_pieces == hit.title_pieces
                    lit = {p.anchor: p for p in ordered}
                    for passage in reading.passages:
                        assert "".join(piece.text for piece in passage.pieces) == passage.text
                        assert passage.is_hit == (passage.anchor in lit)
                        if passage.is_hit:
                            shown = lit[passage.anchor]
                            # These texts are shorter than a snippet, which is then all of it.
                            assert passage.pieces == shown.snippet
                            assert passage.heading_pieces == shown.heading_pieces
                        else:
                            assert not any(piece.match for piece in passage.pieces)
                            assert not any(p.match for h in passage.heading_pieces for p in h)

    holds()


def test_a_blank_query_lights_up_nothing(library: Library) -> None:
    for text in ("", "  ", "…"):
        reading = library.read("lib/war/e", text)
        assert (reading.hits, reading.matched) == ((), "none")
        assert [p.pieces[0].match for p in reading.passages] == [False]
    assert reading.notes
    assert library.read("lib/war/e").notes == ()


def test_an_essay_named_like_a_folder_is_read_alone(library: Library) -> None:
    assert library.read("lib/war", "nun").matched == "none"
    reading = library.read("lib/war", "monk in:lib/war")
    assert (reading.hits, reading.matched) == (("p-1",), "all")
    assert library.read("lib/war/e", "nun -in:lib/art").hits == ("p-1",)
    assert library.read("lib/war/e", "-nun").hits == ()


def test_reading_refuses_what_showing_and_searching_refuse(library: Library) -> None:
    with pytest.raises(NotFoundError, match="did you mean lib/war"):
        library.read("lib/wa")
    with pytest.raises(QueryError, match="characters"):
        library.read("lib/war", "x" * 100_000)
