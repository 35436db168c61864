"""The facade over real files: index, search, show."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.errors import LocationError, NotFoundError, QueryError, SearchTimeout
from indexer.library import Library
from indexer.marks import Marker
from tests.engines import Site

ON_LIBERTY = """---
title: On Liberty
author: John Stuart Mill
date: 1859
---
# Of thought

If all mankind minus one were of one opinion, mankind would be no more justified in silencing
that one person, than he, if he had the power, would be justified in silencing mankind.

# Of individuality

He who lets the world choose his plan of life for him, has no need of any other faculty than
the ape-like one of imitation. Café society is no example of it.
"""

FREEDOM = """---
title: Über die Freiheit
lang: de
---
Die Menschheit ist nicht berechtigt, jemanden zum Schweigen zu bringen. Freiheiten sind
kein Geschenk, und wer die Freiheit verliert, verliert mehr als ein Recht.
"""


def indexed(location: str, folder: Path) -> Library:
    """A library of two essays in files."""
    (folder / "politics").mkdir(parents=True)
    (folder / "politics" / "On Liberty.md").write_text(ON_LIBERTY, "utf-8")
    (folder / "freiheit.md").write_text(FREEDOM, "utf-8")
    library = Library.open(location, Settings(jobs=1), create=True)
    report = library.index([folder])
    assert (report.added, report.skipped) == (2, ())
    return library


@pytest.fixture(scope="module")
def location(shared_site: Site) -> str:
    return shared_site.location()


@pytest.fixture(scope="module")
def library(location: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Not to be written to."""
    with indexed(location, tmp_path_factory.mktemp("files") / "essays") as library:
        yield library


def test_a_search_gives_essays_with_passages_headings_and_lit_words(library: Library) -> None:
    result = library.search("silence mankind")
    assert (result.matched, result.essays, result.passages, result.partial) == ("all", 1, 1, 0)
    (essay,) = result.results
    assert essay.essay.id == "politics/on_liberty"
    assert (essay.essay.authors, essay.essay.date) == (("John Stuart Mill",), "1859")
    (hit,) = essay.passages
    assert hit.headings == ("Of thought",)
    assert hit.id == f"politics/on_liberty#{hit.anchor}"
    assert {piece.text for piece in hit.snippet if piece.match} == {"silencing", "mankind"}
    assert "".join(p.text for p in hit.snippet).replace("…", "") in hit.text


def test_very_common_words_are_not_lit_beside_others(library: Library) -> None:
    def lit(query: str) -> set[str]:
        (hit,) = library.search(query, passages=1).results[0].passages
        pieces = [*hit.snippet, *(piece for pieces in hit.heading_pieces for piece in pieces)]
        reading = library.read("politics/on_liberty", query)
        read = {piece.text for one in reading.passages for piece in one.pieces if piece.match}
        shown = {piece.text for piece in hit.snippet if piece.match}
        assert shown <= read
        return {piece.text for piece in pieces if piece.match}

    assert lit("the plan of life") == {"plan", "life"}
    assert lit('"plan of life"') == {"plan of life"}
    # Where there are no others they are what was asked for.
    assert {"would", "be", "no"} <= lit("would be no")


def test_every_language_is_searched_in_its_own_forms(library: Library) -> None:
    (essay,) = library.search("freiheit rechte").results
    lit = {piece.text for piece in essay.passages[0].snippet if piece.match}
    assert lit == {"Freiheiten", "Freiheit", "Recht"}
    assert [piece.text for piece in essay.title_pieces if piece.match] == ["Freiheit"]


def test_headings_and_titles_count_and_light_up(library: Library) -> None:
    (essay,) = library.search("liberty individuality imitation").results
    assert [piece.text for piece in essay.title_pieces if piece.match] == ["Liberty"]
    (hit,) = essay.passages
    assert [p.text for p in hit.heading_pieces[0] if p.match] == ["individuality"]


def test_a_word_that_is_lacking_is_named(library: Library) -> None:
    result = library.search("the mankind zebra")
    assert result.matched == "any"
    assert result.results[0].passages[0].missing == ("zebra",)
    apart = library.search("silencing imitation")
    assert apart.matched == "essay"
    assert [hit.missing for hit in apart.results[0].passages] == [("imitation",), ("silencing",)]


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ("mankynd", "mankind"),
        ("silencing mankynd", "silencing mankind"),
        ("Mankynd opinoin", "mankind opinion"),
        ("mankind", None),
        ("qqqqqqqq", None),
        ('"mankynd"', None),
    ],
)
def test_a_word_that_is_nowhere_is_offered_as_the_nearest_that_is(
    library: Library, query: str, better: str | None
) -> None:
    assert library.search(query).did_you_mean == better


def test_pages_are_cut_by_essay(library: Library) -> None:
    first = library.search("mankind OR freiheit", limit=1)
    second = library.search("mankind OR freiheit", limit=1, offset=1)
    assert first.essays == second.essays == 2
    assert {r.essay.id for page in (first, second) for r in page.results} == {
        "freiheit",
        "politics/on_liberty",
    }
    assert library.search("mankind", offset=5).results == ()


def test_fewer_passages_are_shown_and_the_rest_counted(library: Library) -> None:
    (essay,) = library.search("title:liberty", passages=1).results
    assert (len(essay.passages), essay.more) == (1, 1)
    (essay,) = library.search("title:liberty", passages=0).results
    assert (len(essay.passages), essay.more) == (0, 2)


def test_a_query_beyond_the_limit_is_refused(library: Library) -> None:
    with pytest.raises(QueryError, match="100,000 characters"):
        library.search("a" * 100_000)


def test_a_search_out_of_time_says_so(library: Library) -> None:
    hasty = Library(library._engine, Settings(search_seconds=0.0), None)
    with pytest.raises(SearchTimeout):
        hasty.search("mankind")


def test_looking_up_what_wildcards_stand_for_ends_with_the_time_of_the_search(
    library: Library, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = slowed(monkeypatch, type(library._engine), "vocabulary", 0.1)
    with Library.open(location, Settings(search_seconds=0.3)) as hasty:
        with pytest.raises(SearchTimeout):
            hasty.search("a* b* c* d* e* f* g* h* i* j* k* l* m* n* o* p*")
        assert 0 < len(looked_up) < 8
        looked_up.clear()
        with pytest.raises(SearchTimeout):
            hasty.read("freiheit", "a* b* c* d* e* f* g* h* i* j* k* l* m* n* o* p*")
        assert 0 < len(looked_up) < 8


def test_lighting_up_what_was_found_ends_with_the_time_of_the_search(
    library: Library, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(library.search("author:mill").results[0].passages) == 2
    lit = slowed(monkeypatch, Marker, "marks", 0.6)
    with Library.open(location, Settings(search_seconds=0.5)) as hasty:
        with pytest.raises(SearchTimeout):
            hasty.search("author:mill")
        assert len(lit) == 1
        lit.clear()
        with pytest.raises(SearchTimeout):
            hasty.read("politics/on_liberty", "author:mill")
        assert len(lit) <= 2


def test_looking_for_better_spellings_ends_with_the_time_of_the_search(
    library: Library, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = slowed(monkeypatch, type(library._engine), "close_to", 0.3)
    hasty = Library.open(location, Settings(search_seconds=0.5))
    with hasty, pytest.raises(SearchTimeout):
        hasty.search("manknid qqqqqq wwwwww eeeeee rrrrrr tttttt")
    assert 0 < len(looked_up) <= 4


def slowed(
    monkeypatch: pytest.MonkeyPatch, kind: type, name: str, seconds: float = 0.01
) -> list[tuple[object, ...]]:
    """Has a method take so long; what it was asked."""
    asked: list[tuple[object, ...]] = []
    method = getattr(kind, name)

    def slow(self: object, *what: object) -> object:
        asked.append(what)
        time.sleep(seconds)
        return method(self, *what)

    monkeypatch.setattr(kind, name, slow)
    return asked


def test_show_gives_the_essay_or_one_passage(library: Library) -> None:
    view = library.show("politics/on_liberty")
    assert [entry.title for entry in view.outline] == ["Of thought", "Of individuality"]
    assert view.outline[1].anchor == view.passages[1].anchor
    one = library.show(f"politics/on_liberty#{view.passages[1].anchor}")
    assert one.passages == (view.passages[1],)


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("liberty", "did you mean politics/on_liberty"),
        ("politics/on_libery", "did you mean politics/on_liberty"),
        ("zzz", "essays list"),
        ("", "nothing"),
        ("politics/on_liberty#p-0", "no passage p-0"),
    ],
)
def test_what_is_not_there_names_what_is_like_it(library: Library, ref: str, hint: str) -> None:
    with pytest.raises(NotFoundError, match=hint):
        library.show(ref)


def test_a_large_library_compares_the_ids_beside_the_one_asked_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.library._COMPARED", 1)
    with pytest.raises(NotFoundError) as caught:
        library.show("politics/on_libery")
    assert caught.value.close == ("politics/on_liberty",)
    with pytest.raises(NotFoundError) as caught:
        library.show("aaa")
    assert caught.value.close == ()
    assert caught.value.message == "aaa: no such essay"
    assert str(caught.value) == "aaa: no such essay; see them all with: essays list"


def test_status_and_check(library: Library, location: str) -> None:
    status = library.status()
    assert (status.essays, status.passages) == (2, 3)
    assert status.languages == {"de": 1, "en": 1}
    assert status.location == location
    assert status.bytes > 1000
    assert status.words > 80
    assert library.check() == []
    assert [essay.id for essay in library.essays()] == ["freiheit", "politics/on_liberty"]


def test_a_location_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LocationError, match="no such kind"):
        Library.open("mysql://localhost/essays", Settings())


def test_a_commit_by_another_is_seen_at_once(site: Site, tmp_path: Path) -> None:
    location, folder = site.location(), tmp_path / "essays"
    with indexed(location, folder) as library:
        assert library.search("zebra").matched == "none"
        (folder / "new.md").write_text("A zebra crossed the road.\n", "utf-8")
        with Library.open(location, Settings(jobs=1)) as other:
            report = other.index([folder])
            assert (report.added, report.unchanged) == (1, 2)
        assert library.search("zebra").results[0].essay.id == "new"
        (folder / "new.md").rename(folder / "other.md")
        (folder / "freiheit.md").unlink()
        report = library.index([folder])
        assert (report.renamed, report.removed, report.unchanged) == (1, 1, 1)
        assert [essay.id for essay in library.essays()] == ["other", "politics/on_liberty"]
        report = library.index([folder], rebuild=True)
        assert (report.added, report.essays) == (2, 2)
        assert library.search("zebra").results[0].essay.id == "other"
        assert library.check() == []


def test_threads_may_share_a_library(library: Library) -> None:
    queries = ["mankind", '"one person"', "freiheit", "opin*", "silencing imitation"] * 20
    alone = [library.search(query).results for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: library.search(query).results, queries))
    assert together == alone
