"""What every engine promises, in the same cases for each; see :mod:`indexer.engines.base`.

What engines may do differently, and why, is in :data:`tests.engines.DIFFERENCES`; there is
nothing else. The suite goes on in ``test_engine_contract_writing.py``, with generated queries and
libraries in ``test_engine_oracle.py`` and ``test_scores.py``, and with what the library makes of an
engine in ``test_library.py``, ``test_facets.py`` and ``test_suggest.py``. What is about the files
of the embedded engine alone is in ``test_whoosh_engine.py``.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from msgspec.structs import replace

from indexer import ranking
from indexer.analysis import postings
from indexer.config import Settings
from indexer.engines.base import (
    Engine,
    Entry,
    FacetName,
    Part,
    Selection,
)
from indexer.errors import SearchTimeout
from indexer.matching import occurrences
from indexer.model import ShelfOrder, Sort
from indexer.nearness import nearness
from indexer.plan import Alternative, Below, Pattern, Plan, Scope
from indexer.planning import make_plan
from indexer.query import parse
from indexer.suggest import Suggester
from indexer.terms import form_of
from tests.contract_cases import (
    ESSAYS,
    FOLDERS,
    LIBRARY,
    QUERIES,
    found_by,
    named,
    searched,
    told,
    word,
)
from tests.engines import Site
from tests.oracle import evaluate
from tests.shelves import changed, entry, ids_of, matches_of
from tests.strategies import searches


@pytest.fixture(scope="module")
def shelf(shared_site: Site) -> Engine:
    """The library above; not to be written to."""
    return shared_site.stocked(LIBRARY, commits=2)


# -- What is found ---------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "matched", "expected"), QUERIES)
def test_the_table_says_what_the_oracle_does(text: str, matched: str, expected: str) -> None:
    result = evaluate(parse(text), [(each.essay, each.passages) for each in LIBRARY])
    best = next((tier for tier in result.tiers if tier.essays), result.tiers[0])
    assert {named(*passage) for passage in best.passages} == set(expected.split())
    assert result.matched == matched


@pytest.mark.parametrize(("text", "matched", "expected"), QUERIES)
def test_a_query_finds_these_passages_and_no_others(
    shelf: Engine, text: str, matched: str, expected: str
) -> None:
    _, matches = searched(shelf, text)
    result = evaluate(parse(text), [(each.essay, each.passages) for each in LIBRARY])
    tiers = found_by(matches)
    best = next((tier for tier in tiers if tier), set())
    assert best == set(expected.split())
    assert tiers == [{named(*passage) for passage in tier.passages} for tier in result.tiers]
    assert matches.matched == matched
    assert matches.tier_sizes == tuple(len(tier.essays) for tier in result.tiers)
    assert (matches.essays, matches.passages) == (result.essays, result.passages)
    assert matches.partial == result.partial == sum(matches.tier_sizes) - matches.essays


def test_a_plan_with_nothing_in_it_finds_nothing(shelf: Engine) -> None:
    matches = shelf.search(Plan(words=(), strict=None), deadline=time.monotonic() + 60)
    assert (matches.matched, matches.essays, matches.passages) == ("none", 0, 0)
    assert matches.groups(0, 10) == []
    assert matches.passages_of([]) == []
    assert matches.essays_of([]) == []
    assert matches.nearness([], [word("liberty"), word("rights")]) == []
    assert matches.holding([], [word("liberty")], "title") == []
    assert matches.facet("language", 5).total == 0


def test_a_pattern_that_stands_for_no_word_matches_nothing(shelf: Engine) -> None:
    nothing = Pattern(paths=(((),),), view="exact", label="zz*")
    matches = shelf.search(Plan(words=(), strict=nothing), deadline=time.monotonic() + 60)
    assert matches.matched == "none"
    assert not matches.occurs(nothing)
    assert not shelf.holds(nothing)


def test_very_common_words_are_required_where_all_are_common(site: Site) -> None:
    engine = site.stocked(
        [
            entry("en", "young people", language="en"),
            entry("de", "young leute", language="de"),
            entry("both", "die young", language="en"),
            entry("neither", "leute", language="fr"),
        ]
    )
    matches = matches_of(engine, "die young")
    assert (matches.tier_sizes, matches.matched) == ((2, 0, 1), "all")
    assert set(ids_of(engine, "die young")[:2]) == {"de", "both"}
    matches = matches_of(engine, "die")
    assert (matches.tier_sizes, ids_of(engine, "die")) == ((1, 0, 0), ["both"])


def test_words_in_a_row_never_run_from_one_text_into_the_next(site: Site) -> None:
    engine = site.stocked(
        [
            entry(
                "a",
                (("First part", "Second one"), "text begins"),
                "next text",
                title="Whole title",
                authors=("John Mill", "Ann Lee"),
            )
        ]
    )
    held = (
        '"first part"',
        '"text begins"',
        'author:"john mill"',
        '"whole title"',
        '"first part"~0',
    )
    apart = (
        '"part second"', '"one text"', '"title first"', '"title text"', '"begins next"',
        'author:"mill ann"', '"part second"~9', '"title first"~1000', '"one text"~1000',
        'author:"mill ann"~1000',
    )  # fmt: skip
    assert [query for query in held if ids_of(engine, query) != ["a"]] == []
    assert [query for query in apart if ids_of(engine, query)] == []


def test_long_words_and_long_phrases_are_found(site: Site) -> None:
    long = "x" * 300
    row = " ".join(f"word{number}" for number in range(60))
    engine = site.stocked([entry("a", f"{row} {long} end"), entry("b", long[:250])])
    assert ids_of(engine, long) == ["a"]
    assert ids_of(engine, f'"{row}"') == ["a"]
    assert ids_of(engine, f'"{long} end"') == ["a"]
    assert ids_of(engine, f'"{row} {row}"') == []


def test_letters_that_mean_something_to_engines_are_letters_here(site: Site) -> None:
    texts = {
        "bar": "one|two three",
        "hat": "a^2 b^3",
        "joined": "re-use co-op",
        "slash": r"a/b \ c\d",
        "lucene": "field:value AND (x) [1 TO 2] {y} ~2 +z -w && || ! * ?",
        "emoji": "fine 😀 day 👩‍👩‍👧",
        "astral": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 text",
        "separators": "unit\x1fseparated record\x1etext",
    }
    engine = site.stocked([entry(name, text) for name, text in texts.items()])
    cases = {
        "two": "bar", '"one two three"': "bar", '"a 2 b 3"': "hat", "reuse": "joined",
        '"co op"': "joined", '"a b c d"': "slash", '"field value and x 1 to 2"': "lucene",
        '"fine day"': "emoji", "unicode": "astral", '"unit separated"': "separators",
        '"record text"': "separators",
    }  # fmt: skip
    assert {query: ids_of(engine, query) for query in cases} == {
        query: [name] for query, name in cases.items()
    }


# -- Order and pages -------------------------------------------------------------------------


def test_tiers_come_first_then_scores_then_ids(shelf: Engine) -> None:
    for text, _, _ in QUERIES:
        _, matches = searched(shelf, text)
        groups = matches.groups(0, 100)
        essays = matches.essays_of([group.essay_ref for group in groups])
        keys = [
            (group.tier, -group.score, essay.id)
            for group, essay in zip(groups, essays, strict=True)
        ]
        assert keys == sorted(keys), text
        for group in groups:
            assert group.score == max(candidate.score for candidate in group.passages)
            assert group.score >= 0.0


def test_passages_of_an_essay_come_by_score_then_as_they_stand(site: Site) -> None:
    texts = ["alpha", "alpha alpha alpha", "beta", "alpha", "alpha alpha alpha", "alpha"]
    engine = site.stocked([entry("a", *texts)])
    (group,) = searched(engine, "alpha")[1].groups(0, 1)
    found = [(-one.score, one.ref) for one in group.passages]
    scores = [score for score, _ in found]
    assert scores == sorted(scores)
    matches = matches_of(engine, "alpha")
    (group,) = matches.groups(0, 1)
    assert (len(group.passages), group.total) == (3, 5)
    ordinals = [p.ordinal for p in matches.passages_of([c.ref for c in group.passages])]
    assert ordinals == [2, 5, 1]
    matches = searched(engine, "-beta", per_essay=2)[1]
    (group,) = matches.groups(0, 1)
    passages = matches.passages_of([c.ref for c in group.passages])
    assert ([p.ordinal for p in passages], group.total) == ([1, 2], 5)
    assert {one.score for one in group.passages} == {0.0}


def test_passages_that_add_a_word_come_before_those_that_repeat_one(site: Site) -> None:
    filler = "and many other things were said about all that had happened since"
    engine = site.stocked(
        [
            entry(
                "a",
                "tibet tibet",
                f"tibet {filler}",
                f"protest {filler} {filler}",
                "neither",
                "tibet",
                f"nepal {filler} {filler} {filler}",
            )
        ]
    )
    matches = searched(engine, "tibet protest nepal")[1]
    (group,) = matches.groups(0, 1)
    passages = matches.passages_of([c.ref for c in group.passages])
    assert (matches.matched, group.tier) == ("essay", 1)
    ordinals = [p.ordinal for p in passages]
    # First the best with each word, then the best of the rest.
    assert (sorted(ordinals[:3]), ordinals[3:]) == ([1, 3, 6], [5, 2])
    scores = [one.score for one in group.passages]
    assert scores[:3] == sorted(scores[:3], reverse=True)
    matches = searched(engine, "tibet protest nepal", per_essay=2)[1]
    (group,) = matches.groups(0, 1)
    assert (len(group.passages), group.total) == (2, 5)
    passages = matches.passages_of([c.ref for c in group.passages])
    assert [p.ordinal for p in passages] == ordinals[:2]


def test_ties_go_by_id_whatever_the_order_of_writing(site: Site) -> None:
    names = ["d", "a/b", "c", "B", "a", "a-b", "é", "全", "a/b/c"]
    engine = site.stocked([entry(n, "same words") for n in names], commits=3)
    assert ids_of(engine, "same words") == sorted(names)
    assert ids_of(engine, "in:a") == ["a", "a/b", "a/b/c"]
    assert ids_of(engine, "same", sort="date") == sorted(names)
    assert ids_of(engine, "same", sort="title") == sorted(names)


def test_essays_sort_by_date_and_by_title(site: Site) -> None:
    engine = site.stocked(
        [
            entry("a", "word", title="Beta", date="2001"),
            entry("b", "word word", title="élan", date="2001-06"),
            entry("c", "word", title="alpha"),
            entry("d", "word extra", title="Delta", date="1999-12-31"),
            entry("e", "word", "words", title="beta", date="2001-01-01"),
            entry("f", "neither", title="A", date="2020"),
            entry("g", "word", title="…", date="0999"),
        ],
        commits=2,
    )
    assert ids_of(engine, "word", sort="date") == ["b", "a", "e", "d", "g", "c"]
    by_title = ids_of(engine, "word", sort="title")
    assert [one for one in by_title if one != "g"] == ["c", "a", "e", "d", "b"]
    # Tiers come before any order.
    assert ids_of(engine, "word extra", sort="title")[0] == "d"
    (first, *_) = matches_of(engine, "word", sort="date").groups(0, 1)
    assert first.score > 0.0


def test_what_is_asked_for_more_often_counts_for_more(site: Site) -> None:
    engine = site.stocked([entry("a", "alpha beta beta"), entry("b", "alpha alpha beta")])
    assert ids_of(engine, "alpha alpha alpha beta")[0] == "b"
    assert ids_of(engine, "alpha beta beta beta")[0] == "a"


def test_an_exact_title_comes_first_then_an_exact_heading(site: Site) -> None:
    filler = "and then there were many other things to be said about all that happened since"
    engine = site.stocked(
        [
            entry("much", "on liberty on liberty on liberty liberty", title="Liberty"),
            entry("headed", (("On Liberty",), f"some {filler}")),
            entry("titled", f"of liberty {filler} {filler}", title="On Liberty!"),
        ]
    )
    assert ids_of(engine, "on liberty") == ["titled", "headed", "much"]


@pytest.mark.parametrize("sort", ["relevance", "date", "title"])
def test_pages_neither_overlap_nor_leave_anything_out(
    site: Site, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    monkeypatch.setattr(ranking, "WINDOW", 4)
    entries = [
        entry(
            f"e{n:02}",
            f"alpha {'x ' * (n % 7)} beta {'y ' * (n % 5)}" if n % 3 else "alpha",
            "beta" if n % 2 else "gamma",
            title=f"T{n % 4}",
            date=f"20{n % 6:02}",
        )
        for n in range(23)
    ]
    engine = site.stocked(entries, commits=2)
    plan, matches = searched(engine, "alpha beta", sort=sort, per_essay=3)
    assert len(matches.groups(0, 100)) == 23
    assert matches.groups(23, 30) == matches.groups(5, 5) == []
    every = told(matches, matches.groups(0, 100))
    for size in (1, 7):
        pages = [matches.groups(start, start + size) for start in range(0, 25, size)]
        assert [one for page in pages for one in told(matches, page)] == every
    whole = told(matches, ranking.ranked(matches, plan, sort=sort, start=0, stop=100))
    assert len({essay_id for essay_id, *_ in whole}) == 23
    for size in (1, 5):
        ranked = [
            one
            for start in range(0, 25, size)
            for one in told(
                matches,
                ranking.ranked(matches, plan, sort=sort, start=start, stop=start + size),
            )
        ]
        assert ranked == whole


@pytest.mark.slow
def test_deep_pages_follow_the_ones_before(site: Site) -> None:
    size = 10_240
    entries = [
        entry(f"e{n:05}", "same" + " word" * (n % 5), title=f"t{n % 7}", date=f"{1900 + n % 9}")
        for n in range(size)
    ]
    essays = [each.essay for each in entries]
    engine = site.stocked(entries)
    orders: dict[Sort, list[str]] = {
        "date": [e.id for e in sorted(essays, key=lambda e: e.date or "", reverse=True)],
        "title": [e.id for e in sorted(essays, key=lambda e: e.title)],
        "relevance": [e.id for e in sorted(essays, key=lambda e: e.words)],
    }  # fmt: skip
    for sort, ids in orders.items():
        _, matches = searched(engine, "same", sort=sort, per_essay=1)
        assert (matches.essays, matches.passages) == (size, size)
        for start, stop in (
            (10_200, size + 9), (9_990, 10_010), (size - 1, size), (size, size + 1), (0, 3),
            (10_000, 10_001), (5_000, 5_010),
        ):  # fmt: skip
            groups = matches.groups(start, stop)
            found = [essay.id for essay in matches.essays_of([g.essay_ref for g in groups])]
            assert found == ids[start:stop], (sort, start)
    catalogue = engine.catalogue("date", Selection())
    assert [e.id for e in catalogue.page(10_100, 10_110)] == orders_by_date(entries)[10_100:10_110]
    assert len(list(engine.essays())) == len(list(engine.fingerprints())) == size


def orders_by_date(entries: Sequence[Entry]) -> list[str]:
    """Ids, the newest first, then by title."""
    essays = sorted((each.essay for each in entries), key=lambda e: (e.title, e.id))
    return [e.id for e in sorted(essays, key=lambda e: e.date or "", reverse=True)]


# -- What is told of a match -----------------------------------------------------------------

PARTS: tuple[Part, ...] = ("text", "heading", "title")


def places_in(pattern: Pattern, text: str, language: str) -> list[tuple[int, int]]:
    """Where a pattern occurs in one text."""
    held = postings(text, language)
    terms = held.exact if pattern.view == "exact" else held.stem
    return occurrences(pattern, lambda term: terms.get(term, ()))


@pytest.mark.parametrize(
    "text",
    [
        "the liberty of opinion", '"one opinion"', '"one opinion"~9', "protest rights human",
        "m* of", "cooperate now", "全文检索", "tibbet~", "harmonie droits liberté",
        '"of individuality" title:liberty heading:of',
    ],
)  # fmt: skip
def test_nearness_and_holding_are_those_of_the_words_in_each_text(shelf: Engine, text: str) -> None:
    plan, matches = searched(shelf, text)
    patterns = [one.pattern for one in plan.words]
    patterns += [pattern for one in plan.words for pattern in one.parts]
    patterns += [word("of"), word("nowhere")]
    if isinstance(plan.strict, Pattern):
        patterns.append(plan.strict)
    weights = [matches.idf(pattern) for pattern in patterns]
    groups = matches.groups(0, 100)
    assert groups
    refs = [group.essay_ref for group in groups]
    essays = dict(zip(refs, matches.essays_of(refs), strict=True))
    for asked in ([pattern] for pattern in patterns):
        titled = [
            ref for ref, essay in essays.items() if places_in(asked[0], essay.title, essay.language)
        ]
        assert matches.holding(refs, asked, "title") == titled
    for group in groups:
        language = essays[group.essay_ref].language
        refs = [candidate.ref for candidate in group.passages]
        passages = matches.passages_of(refs)
        expected = [
            nearness([places_in(pattern, passage.text, language) for pattern in patterns], weights)
            for passage in passages
        ]
        assert matches.nearness(refs, patterns) == pytest.approx(expected, rel=1e-9)
        for pattern in patterns:
            headed = [
                ref
                for ref, passage in zip(refs, passages, strict=True)
                if any(places_in(pattern, heading, language) for heading in passage.headings)
            ]
            assert matches.holding(refs, [pattern], "heading") == headed


def test_passages_are_asked_of_in_any_order_and_number(shelf: Engine) -> None:
    _, matches = searched(shelf, "rights OR mankind OR tibet OR freiheit")
    refs = [candidate.ref for group in matches.groups(0, 9) for candidate in group.passages]
    patterns = [word("rights"), word("of"), word("mankind")]
    every = matches.nearness(refs, patterns)
    assert any(every)
    assert matches.nearness(refs[::-1], patterns) == every[::-1]
    assert matches.nearness(refs[1:2], patterns) == every[1:2]
    assert (
        matches.holding(refs[::-1], patterns[:1], "heading")
        == (matches.holding(refs, patterns[:1], "heading")[::-1])
    )
    both = patterns[:2]
    assert set(matches.holding(refs, both, "heading")) == set.intersection(
        *(set(matches.holding(refs, [pattern], "heading")) for pattern in both)
    )
    assert matches.passages_of(refs[::-1]) == matches.passages_of(refs)[::-1]
    assert matches.passages_of([refs[0], refs[0]]) == matches.passages_of(refs[:1]) * 2


def test_passages_and_essays_are_as_they_were_put(shelf: Engine) -> None:
    _, matches = searched(shelf, "-zebra")
    groups = matches.groups(0, 100)
    essays = matches.essays_of([group.essay_ref for group in groups])
    assert sorted(essays, key=lambda e: e.id) == sorted(
        (each.essay for each in LIBRARY), key=lambda e: e.id
    )
    for group, essay in zip(groups, essays, strict=True):
        passages = matches.passages_of([candidate.ref for candidate in group.passages])
        assert tuple(passages) == ESSAYS[essay.id].passages


def test_idf_is_that_of_lucene_over_essays(shelf: Engine) -> None:
    _, matches = searched(shelf, "rights liberty mill")
    for term in ("rights", "opinion", "the", "in", "cafe", "zebra"):
        essays = held_by(term, in_essays=True)
        expected = log(1 + (len(LIBRARY) - essays + 0.5) / (essays + 0.5))
        assert matches.idf(word(term)) == pytest.approx(expected, rel=1e-6), term
    assert matches.idf(word("lee", "author")) == pytest.approx(log(1 + 6.5 / 2.5), rel=1e-6)
    assert matches.idf(word("opinion", "title")) == pytest.approx(log(1 + 8.5 / 0.5), rel=1e-6)


def test_what_occurs_anywhere_is_told_whatever_else_was_asked(shelf: Engine) -> None:
    _, matches = searched(shelf, "lang:fr -lang:fr")
    assert matches.matched == "none"
    cases: list[tuple[str, Scope, bool]] = [
        ("rights", "any", True), ("opinion", "heading", True), ("exile", "any", True),
        ("exile", "title", True), ("rights", "title", False), ("mill", "author", True),
        ("mill", "any", False), ("zebra", "any", False), ("rights", "heading", False),
    ]  # fmt: skip
    for term, scope, expected in cases:
        assert matches.occurs(word(term, scope)) is expected, (term, scope)
        assert shelf.holds(word(term, scope)) is expected, (term, scope)


def test_the_places_that_hold_an_essay_are_told(shelf: Engine) -> None:
    places = (
        "politics",
        "politics/asia",
        "politics/asia/tibet",
        "zh",
        "harbour",
        "notes/spellings",
    )
    assert [place for place in places if not shelf.holds(Below(place))] == []
    others = ("pol", "asia", "politics/", "politics/asia/tibet/x", "", "Politics", "harbou")
    assert [place for place in others if shelf.holds(Below(place))] == []


def test_essays_are_counted_by_what_their_authors_and_titles_hold(shelf: Engine) -> None:
    _, matches = searched(shelf, "rights OR droits OR liberty")
    assert matches.essays == 3
    for pattern, expected in (
        (word("lee", "author"), 2), (word("mill", "author"), 1), (word("zebra", "author"), 0),
        (word("liberty", "title"), 1), (word("muhl", "author"), 0), (word("des", "title"), 1),
    ):  # fmt: skip
        assert matches.essays_with(pattern) == expected, pattern
    row = ((Alternative("ann", 1),), (Alternative("lee", 1),))
    whole = Pattern(paths=(row,), view="exact", scope="author", label="ann lee")
    assert matches.essays_with(whole) == 2
    assert matches.essays_with(replace(whole, paths=(row[::-1],))) == 0


# -- Facets ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(shared_site: Site) -> Engine:
    """Essays in folders; not to be written to."""
    return shared_site.stocked(FOLDERS, commits=2)


@pytest.mark.parametrize(
    ("text", "name", "below", "expected"),
    [
        ("monk", "language", "", {"en": 4, "fr": 1}),
        ("monk", "year", "", {"2001": 2, "1999": 1, "2010": 1}),
        ("monk", "author", "", {"Ann Lee": 2, "Bo Yi": 2, "J. Ann Lee": 1}),
        ("monk", "folder", "", {"lib": 5}),
        ("monk", "folder", "lib", {"lib/art": 3, "lib/war": 2}),
        ("monk", "folder", "lib/art", {"lib/art/c": 1}),
        ("monk", "folder", "lib/art/c", {}),
        ("monk", "folder", "li", {}),
        ("monk", "folder", "top", {}),
        # Only the essays of the best tier count.
        ("monk nun", "folder", "", {"lib": 1}),
        ("monk nun", "author", "", {}),
        ("lang:fr", "year", "", {"1999": 1}),
        ("zebra", "language", "", {}),
        ("-zebra", "language", "", {"en": 4, "de": 1, "fr": 1}),
    ],
)
def test_facets_count_the_essays_of_the_best_tier(
    folders: Engine, text: str, name: FacetName, below: str, expected: dict[str, int]
) -> None:
    matches = matches_of(folders, text)
    counts = matches.facet(name, 99, below)
    ordered = tuple(sorted(expected.items(), key=lambda item: (-item[1], item[0])))
    assert (counts.values, counts.total) == (ordered, len(expected))
    for most in (0, 1, 2):
        fewer = matches.facet(name, most, below)
        assert (fewer.values, fewer.total) == (ordered[:most], len(expected))


def test_facets_of_many_values_are_exact(site: Site) -> None:
    entries = [
        entry(f"f{n % 40:02}/e{n:03}", "word", authors=(f"A{n % 70:02}", f"B{n % 3}"), date="2001")
        for n in range(280)
    ]
    engine = site.stocked(entries)
    matches = matches_of(engine, "word")
    names = Counter(name for each in entries for name in each.essay.authors)
    ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    for most in (1, 5, 20, 100):
        found = matches.facet("author", most)
        assert (list(found.values), found.total) == (ordered[:most], 73)
    found = matches.facet("folder", 3)
    assert (found.values, found.total) == ((("f00", 7), ("f01", 7), ("f02", 7)), 40)
    assert matches.facet("language", 9).values == (("en", 280),)


# -- The words of the library ----------------------------------------------------------------


def held_by(term: str, *, in_essays: bool) -> int:
    """How many essays hold an exact term; or how many titles, heading paths and texts."""
    total = 0
    for each in LIBRARY:
        texts: list[tuple[str, ...]] = [(each.essay.title,)]
        texts += [part for p in each.passages for part in (p.headings, (p.text,))]
        held = sum(
            any(term in postings(text, each.essay.language).exact for text in part)
            for part in texts
        )
        total += min(held, 1) if in_essays else held
    return total


def test_the_vocabulary_is_every_word_in_code_point_order(site: Site, shelf: Engine) -> None:
    terms = set()
    for each in LIBRARY:
        texts = [each.essay.title, *(h for p in each.passages for h in p.headings)]
        for text in (*texts, *(p.text for p in each.passages)):
            terms |= set(postings(text, each.essay.language).exact)
    for prefix in ("", "l", "lib", "liberty", "co", "全", "เ", "zz", "1", "o"):
        found = shelf.vocabulary(prefix, "any")
        assert [term for term, _ in found] == sorted(t for t in terms if t.startswith(prefix))
        in_essays = site.differs("words are counted in essays")
        expected = [(t, held_by(t, in_essays=in_essays)) for t, _ in found]
        assert found == expected
        assert shelf.vocabulary(prefix, "title") == shelf.vocabulary(prefix, "heading") == found


def test_names_are_a_vocabulary_of_their_own(shelf: Engine) -> None:
    names = dict(shelf.vocabulary("", "author"))
    assert names == {
        "ann": 2, "harriet": 1, "jacques": 1, "jean": 1, "jeanjacques\x1f2": 1, "john": 1,
        "karl": 1, "lee": 2, "mill": 1, "muhl": 1, "rousseau": 1, "stuart": 1, "taylor": 1,
    }  # fmt: skip
    assert shelf.vocabulary("j", "author") == [
        ("jacques", 1), ("jean", 1), ("jeanjacques\x1f2", 1), ("john", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "edits", "scope", "expected"),
    [
        ("libertx", 1, "any", ["liberte", "liberty"]),
        ("lbierty", 1, "any", ["liberty"]),
        ("libert", 1, "any", ["liberte", "liberty"]),
        ("lbeirty", 1, "any", []),
        ("lbeirty", 2, "any", ["liberty"]),
        ("tibet", 0, "any", ["tibet"]),
        ("mil", 1, "author", ["mill"]),
        ("mil", 1, "any", []),
        ("lhasaa", 1, "title", ["lhasa"]),
        ("coperate", 1, "any", ["cooperate\x1f2", "operate"]),
        ("qqqqqq", 2, "any", []),
        ("ibet", 1, "any", ["tibet"]),
    ],
)
def test_words_within_some_edits_are_close(
    shelf: Engine, form: str, edits: int, scope: Scope, expected: list[str]
) -> None:
    found = shelf.close_to(form, edits, scope)
    assert [term for term, _ in found] == expected
    known = dict(shelf.vocabulary("", scope))
    assert all(known[term] == count for term, count in found)


@pytest.mark.parametrize(
    ("start", "shape", "scope", "expected"),
    [
        ("organi", "organi[sz]ation", "any", "organisation organization"),
        ("organi", "organi[^s]ation", "any", "organization"),
        ("", ".*ights", "any", "rights"),
        ("m", "m[a-i]n.*s", "any", "minus"),
        ("", "[a-k].*", "author", "ann harriet jacques jean jeanjacques john karl"),
        ("", "..", "author", ""),
        ("co", "co.*", "any", "co cooperate"),
        ("zz", "zz.*", "any", ""),
        ("全", "全.*", "any", "全 全文"),
    ],
)
def test_words_are_found_by_their_shape(
    shelf: Engine, start: str, shape: str, scope: Scope, expected: str
) -> None:
    found = shelf.shaped(start, shape, scope)
    known = shelf.vocabulary("", scope)
    assert [form_of(term) for term, _ in found] == expected.split()
    assert [item for item in known if item in found] == found


def test_no_word_is_offered_that_only_a_removed_essay_had(site: Site) -> None:
    engine = site.stocked([entry("a", "a zebra"), entry("b", "a zeppelin", authors=("Zoe",))])
    assert [t for t, _ in engine.vocabulary("ze", "any")] == ["zebra", "zeppelin"]
    changed(engine, remove=("a",))
    if not site.differs("words of removed essays are forgotten later"):
        assert [t for t, _ in engine.vocabulary("ze", "any")] == ["zeppelin"]
        assert engine.close_to("zebr", 1, "any") == []
    completions = Suggester(engine, Settings())
    assert [one.text for one in completions.suggest("ze", 8)] == ["zeppelin"]
    changed(engine, entry("b", "another"))
    assert Suggester(engine, Settings()).suggest("ze", 8) == ()
    assert engine.languages() == {"en": 1}


def test_languages_are_counted_in_essays(shelf: Engine) -> None:
    assert dict(shelf.languages()) == {"en": 4, "de": 1, "fr": 1, "zh": 1, "th": 1}


# -- The catalogue ---------------------------------------------------------------------------

ORDERS: dict[ShelfOrder, list[str]] = {
    "title": ["lib/art/b", "lib/art/a", "lib/art/c/d", "lib/war", "lib/war/e", "top"],
    "author": ["lib/art/b", "lib/art/a", "top", "lib/art/c/d", "lib/war", "lib/war/e"],
    "date": ["lib/war/e", "lib/art/b", "lib/art/a", "lib/art/c/d", "lib/war", "top"],
    "folder": ["lib/art/a", "lib/art/b", "lib/art/c/d", "lib/war", "lib/war/e", "top"],
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_catalogue_is_in_every_order_page_by_page(folders: Engine, order: ShelfOrder) -> None:
    catalogue = folders.catalogue(order, Selection())
    assert catalogue.essays == 6
    assert [essay.id for essay in catalogue.page(0, 99)] == ORDERS[order]
    assert catalogue.page(0, 99) == [essay for n in range(6) for essay in catalogue.page(n, n + 1)]
    assert catalogue.page(6, 9) == catalogue.page(2, 2) == []


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (Selection(language="en"), "lib/art/a lib/art/b lib/war lib/war/e"),
        (Selection(language="xx"), ""),
        (Selection(year="2001"), "lib/art/a lib/art/b"),
        (Selection(author="Bo Yi"), "lib/art/b lib/art/c/d"),
        (Selection(author="bo yi"), ""),
        (Selection(author="Ann"), ""),
        (Selection(folder="lib/art"), "lib/art/a lib/art/b lib/art/c/d"),
        (Selection(folder="lib/war"), "lib/war lib/war/e"),
        (Selection(folder="li"), ""),
        (Selection(author="Ann Lee", folder="lib", year="2001"), "lib/art/a lib/art/b"),
        (Selection(language="fr", year="2001"), ""),
    ],
)
def test_a_shelf_holds_what_has_all_that_was_asked_for(
    folders: Engine, selection: Selection, ids: str
) -> None:
    catalogue = folders.catalogue("folder", selection)
    assert [essay.id for essay in catalogue.page(0, 99)] == ids.split()
    assert catalogue.essays == len(ids.split())
    chosen = [each.essay for each in FOLDERS if each.essay.id in ids.split()]
    languages = Counter(essay.language for essay in chosen)
    assert dict(catalogue.facet("language", 9).values) == languages
    authors = Counter(name for essay in chosen for name in essay.authors)
    assert dict(catalogue.facet("author", 9).values) == authors
    assert catalogue.facet("author", 0).total == len(authors)


def test_the_ids_around_one_are_as_many_on_both_sides_as_there_are(folders: Engine) -> None:
    ids = sorted(each.essay.id for each in FOLDERS)
    catalogue = folders.catalogue("title", Selection())
    for wanted in (*ids, "", "a", "lib/art/bb", "lib/w", "zz", "全"):
        for most in (1, 2, 3, 6, 9):
            at = bisect_left(ids, wanted)
            start = max(min(at - most // 2, len(ids) - most), 0)
            assert catalogue.ids_around(wanted, most) == ids[start : start + most], (wanted, most)
    chosen = folders.catalogue("date", Selection(language="fr"))
    assert chosen.ids_around("lib", 4) == ["lib/art/c/d"]


# -- Time and state --------------------------------------------------------------------------


def test_a_search_past_its_deadline_stops(shelf: Engine) -> None:
    plan, _ = make_plan(parse('"human rights" liberty'), ("en",), shelf)
    with pytest.raises(SearchTimeout, match="fewer or rarer words"):
        shelf.search(plan, deadline=time.monotonic() - 1)


def test_groups_asked_for_past_the_deadline_are_a_timeout(shelf: Engine) -> None:
    plan, _ = make_plan(parse("human rights"), ("en",), shelf)
    matches = shelf.search(plan, deadline=time.monotonic() + 0.6)
    time.sleep(0.7)
    with pytest.raises(SearchTimeout):
        matches.groups(0, 10)
    with pytest.raises(SearchTimeout):
        matches.facet("author", 5)


def test_a_revision_is_told_soon(site: Site, shelf: Engine) -> None:
    shelf.revision()
    started = time.monotonic()
    for _ in range(20):
        shelf.revision()
    each = (time.monotonic() - started) / 20
    assert each < (0.1 if site.differs("a revision costs a request") else 0.002)


def test_a_whole_index_has_nothing_to_be_told_of(shelf: Engine, folders: Engine) -> None:
    assert shelf.check() == folders.check() == []
    assert not shelf.outdated()


# -- The same of every engine ----------------------------------------------------------------

# Scores that differ by less may be in either order: Lucene counts in 32 bits.
ROUNDING = 1e-5


def ranked_by(engine: Engine, text: str) -> list[tuple[int, float, str]]:
    """Tier, score and id of every essay found, in the engine's order."""
    _, matches = searched(engine, text, per_essay=3)
    groups = matches.groups(0, 1_000)
    essays = matches.essays_of([group.essay_ref for group in groups])
    return [(g.tier, g.score, e.id) for g, e in zip(groups, essays, strict=True)]


def assert_alike(engine: Engine, other: Engine, text: str) -> None:
    """Two engines rank alike wherever scores differ by more than rounding."""
    mine, theirs = ranked_by(engine, text), ranked_by(other, text)
    score = {essay_id: (tier, score) for tier, score, essay_id in theirs}
    assert sorted(essay_id for _, _, essay_id in mine) == sorted(score), text
    for tier, own, essay_id in mine:
        assert score[essay_id][0] == tier, text
        assert score[essay_id][1] == pytest.approx(own, rel=ROUNDING), text
    for place, (_, _, essay_id) in enumerate(mine):
        for _, _, after in mine[place + 1 :]:
            tier, higher = score[essay_id]
            other_tier, lower = score[after]
            assert (tier, -higher) <= (other_tier, -lower * (1 - 2 * ROUNDING)), text


@pytest.mark.slow
def test_every_engine_ranks_as_the_embedded_one_does(site: Site, tmp_path: Path) -> None:
    with closing(Site("whoosh", str(tmp_path))) as embedded:

        @site.generated(24)
        @given(searches())
        def alike(search: tuple[list[Entry], list[str]]) -> None:
            entries, texts = search
            with (
                site.holding(entries) as engine,
                embedded.holding(entries[::-1], commits=3) as other,
            ):
                for text in texts:
                    assert_alike(engine, other, text)

        alike()


def test_every_engine_ranks_this_library_as_the_embedded_one_does(
    site: Site, shelf: Engine, tmp_path: Path
) -> None:
    with closing(Site("whoosh", str(tmp_path))) as embedded:
        other = embedded.stocked(LIBRARY[::-1], commits=3)
        for text, _, _ in QUERIES:
            assert_alike(shelf, other, text)
            assert ids_of(shelf, text) == ids_of(other, text), text
