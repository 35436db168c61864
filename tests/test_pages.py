"""The pages as a browser gets them, without one: what stands on them and where they lead."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.wrappers import Response

from indexer.config import load
from indexer.library import Library
from indexer.query import OPERATORS
from tests.essays import a_note, a_result, nothing
from tests.webstand import ESSAYS, SEEDS, a_client
from webapp import answers, examples, help, wording
from webapp.app import create_app
from webapp.paging import pages

STATIC = Path(__file__).parent.parent / "webapp" / "static"
# Bytes of a first visit to a page of results, all in all.
HEAVIEST = 50_000
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt; &amp; & <b>",
    "javascript:alert(1)",
    "\u202egnirts\u202c \u200f‮",
    "a" * 3000,
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return a_client()


class Page:
    """A page that was asked for."""

    def __init__(self, response: Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.get_data(as_text=True)
        self.tree = LexborHTMLParser(self.html)

    def all(self, selector: str) -> list[LexborNode]:
        return self.tree.css(selector)

    def one(self, selector: str) -> LexborNode:
        found = self.tree.css(selector)
        assert len(found) == 1, (selector, len(found))
        return found[0]

    def has(self, selector: str) -> bool:
        return bool(self.tree.css(selector))

    def text(self, selector: str) -> str:
        return _line(self.one(selector).text())

    def texts(self, selector: str) -> list[str]:
        return [_line(node.text()) for node in self.tree.css(selector)]

    def links(self, selector: str = "a") -> list[str]:
        return [str(node.attributes["href"]) for node in self.tree.css(selector)]


def _line(text: str) -> str:
    return " ".join(text.split())


def get(client: FlaskClient, path: str, **asked: Any) -> Page:
    with client.get(path, query_string=asked or None) as response:
        return Page(response)


def found(client: FlaskClient, q: str, **asked: Any) -> Page:
    """A page of results."""
    page = get(client, "/", q=q, **asked)
    assert page.status == 200, page.text("main")
    return page


def query_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["q"][0]


def library_of(folder: Path, essays: dict[str, str]) -> FlaskClient:
    """A client of an app over essays of one test."""
    place = folder / "essays"
    place.mkdir()
    for name, text in essays.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, "utf-8")
    location = str(folder / "index")
    with Library.open(location, load({"index": location}, {}), create=True) as library:
        library.index([place], jobs=1)
    return app_over(location)


def app_over(location: str, **wishes: object) -> FlaskClient:
    """A client of an app over an index; ``wishes`` are settings."""
    app = create_app(load({"index": location, "web_rate_limit": 0, **wishes}, {}))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


# The start page


def test_the_start_page_has_one_box_that_has_the_focus(client: FlaskClient) -> None:
    box = get(client, "/").one("input[name=q]")
    assert "autofocus" in box.attributes
    assert box.attributes["value"] == ""


def test_the_start_page_tells_the_size_of_the_library(client: FlaskClient) -> None:
    assert re.fullmatch(
        rf"{len(ESSAYS) + 2} essays, \d+ passages, [\d,]+ words", get(client, "/").text(".size")
    )


def test_the_examples_of_the_start_page_find_something(client: FlaskClient) -> None:
    links = get(client, "/").links(".examples a")
    assert len(links) >= 3
    for link in links:
        page = get(client, link)
        assert page.has(".essays > li"), link
        assert not page.text(".totals").startswith("No "), link


def test_the_start_page_leads_to_every_order_and_to_the_help(client: FlaskClient) -> None:
    links = get(client, "/").links()
    assert {"/essays", "/essays?by=author", "/essays?by=date", "/essays?by=folder"} <= set(links)
    assert "/help" in links


def test_a_blank_query_is_the_start_page(client: FlaskClient) -> None:
    assert get(client, "/", q=" \t ").has(".home")


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    empty = library_of(tmp_path, {})
    assert "There are no essays here yet" in get(empty, "/").text("main")
    assert "There are no essays here yet" in get(empty, "/essays").text(".found")
    assert get(empty, "/", q="tibet").text(".totals") == "Nothing found"
    assert get(empty, "/help").status == 200


def test_what_is_said_of_the_library_is_as_new_as_the_library(tmp_path: Path) -> None:
    client = library_of(tmp_path, {"one.md": "# First\n\nOne passage."})
    assert get(client, "/").text(".size").startswith("1 essay, 1 passage,")
    (tmp_path / "essays" / "two.md").write_text("# Second\n\nAnother passage.", "utf-8")
    location = str(tmp_path / "index")
    with Library.open(location, load({"index": location}, {})) as library:
        library.index([tmp_path / "essays"], jobs=1)
    assert get(client, "/").text(".size").startswith("2 essays, 2 passages,")


def test_examples_are_made_once_for_a_commit(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = get(client, "/").html
    monkeypatch.setattr(Library, "status", None)
    monkeypatch.setattr(Library, "search", None)
    assert get(client, "/").html == before


# Results


def test_results_are_grouped_by_essay_and_lead_into_it(client: FlaskClient) -> None:
    page = found(client, "monk rights")
    first = page.all(".essays > li")[0]
    title = first.css("h2 a")[0]
    place = first.css(".path a")[0]
    assert title.text() == "On Rights"
    assert _line(first.css(".about")[0].text()).startswith("Mary Roe, John Doe · 1 March 2019 · ")
    # The title leads to the best passage, as the first passage's own link does.
    assert title.attributes["href"] == place.attributes["href"]
    assert re.fullmatch(
        r"/essays/politics/on_rights\?q=monk\+rights#p-[0-9a-f]{8}", str(place.attributes["href"])
    )
    assert _line(place.text()) == "Of Human Rights 1"


def test_what_matched_is_lit_in_snippet_heading_and_title(client: FlaskClient) -> None:
    page = found(client, "rights")
    assert page.texts(".essays > li:first-child h2 mark") == ["Rights"]
    assert "Rights" in page.texts(".essays > li:first-child .path mark")
    assert "rights" in page.texts(".essays > li:first-child .snippet mark")


def test_a_link_to_a_passage_leads_to_its_anchor(client: FlaskClient) -> None:
    links = found(client, "protest").links(".path a")
    assert len(links) >= 3
    for link in links:
        anchor = urlsplit(link).fragment
        assert get(client, link).has(f"[id='{anchor}']"), link


def test_the_totals_are_a_sentence_that_is_announced(client: FlaskClient) -> None:
    page = found(client, "rivers")
    assert page.text("[role=status]") == "1 essay, 30 passages"
    assert page.text("title") == "rivers · 1 essay · Essay search"


def test_essays_with_some_of_the_words_are_told_apart(client: FlaskClient) -> None:
    page = found(client, "monk protest")
    assert " with all the words; some of the words in " in page.text(".totals")
    below = [node for node in page.all(".essays > li") if node.css(".less")]
    assert len(below) == 1
    lesser = page.all(".essays > li")[-1]
    # One passage is enough there, and it says what it lacks.
    assert len(lesser.css(".hit")) == 1
    assert re.fullmatch("without: (monk|protest)", _line(lesser.css(".missing")[0].text()))


def test_words_that_no_essay_has_together_are_told_of(client: FlaskClient) -> None:
    page = found(client, "rivers asylum")
    assert page.text(".totals").startswith("No essay has all the words; some of them are in ")
    assert not page.has(".less")
    assert "without: asylum" in page.texts(".missing")


def test_more_passages_of_an_essay_are_one_link_away(client: FlaskClient) -> None:
    page = found(client, "rivers")
    assert page.texts(".more a") == ["27 more passages in this essay, Thirty Letters"]
    assert page.links(".more a") == ["/essays/letters/many?q=rivers"]


@pytest.mark.parametrize(
    ("q", "language"),
    [("droits", "fr"), ("Straße", "de"), ("全文", "zh"), ("حقوق", "ar"), ("rivers", None)],
)
def test_text_of_essays_says_its_language(client: FlaskClient, q: str, language: str) -> None:
    page = found(client, q)
    for selector in (".essays h2 a", ".snippet"):
        node = page.all(selector)[0]
        assert node.attributes.get("lang") == language
        assert node.attributes["dir"] == "auto"


def test_dates_and_languages_are_in_words(client: FlaskClient) -> None:
    page = found(client, "rechte OR droits")
    about = page.texts(".about")
    assert any("June 2021 · German" in text for text in about)
    assert any("2021 · French" in text for text in about)
    assert [node.attributes["datetime"] for node in page.all("time")] == ["2021-06", "2021"]


@pytest.mark.parametrize("q", ["rivers", "  two  words ", '"a phrase"~3 (x OR y)', *HOSTILE])
def test_the_query_stays_in_the_box(client: FlaskClient, q: str) -> None:
    assert get(client, "/", q=q).one("input[name=q]").attributes["value"] == q


def test_orders_are_links_and_the_present_one_is_marked(client: FlaskClient) -> None:
    page = found(client, "rights", sort="date")
    assert page.texts(".sorts [aria-current]") == ["Newest first"]
    assert page.links(".sorts a") == ["/?q=rights", "/?q=rights&sort=date", "/?q=rights&sort=title"]
    assert page.one("input[name=sort]").attributes["value"] == "date"


# Filters


def test_filters_are_offered_with_counts_that_hold(client: FlaskClient) -> None:
    page = found(client, "lang:fr OR lang:de OR lang:en")
    kinds = page.texts(".narrow h2")
    assert kinds == ["Language", "Year", "Author", "Folder"]
    offered = page.all(".narrow li a")
    assert len(offered) >= 8
    for link in offered:
        count = re.search(r"([\d,]+) essays?$", _line(link.text()))
        assert count
        narrowed = get(client, str(link.attributes["href"]))
        assert narrowed.text(".totals").startswith(f"{count[1]} essay"), link.text()


def test_languages_have_names_and_years_are_in_order(client: FlaskClient) -> None:
    page = found(client, "lang:fr OR lang:de OR lang:en")
    labels = {
        _line(node.css("h2")[0].text()): [_line(one.text()) for one in node.css("bdi")]
        for node in page.all(".narrow section")
    }
    assert set(labels["Language"]) == {"English", "French", "German"}
    assert labels["Year"] == sorted(labels["Year"], reverse=True)
    assert "Mary Roe" in labels["Author"]


def test_what_leaves_nothing_out_is_not_offered(client: FlaskClient) -> None:
    page = found(client, "rivers")
    assert not page.has(".narrow")
    assert not page.has(".sorts")


def test_a_filter_can_be_taken_off(client: FlaskClient) -> None:
    page = found(client, 'rights author:"Mary Roe" lang:en', sort="title")
    assert page.texts(".filters a") == ["Remove author: Mary Roe ×", "Remove language: English ×"]
    assert page.links(".filters a") == [
        "/?q=rights+lang%3Aen&sort=title",
        "/?q=rights+author%3A%22Mary+Roe%22&sort=title",
    ]


def test_a_filter_that_excludes_says_so(client: FlaskClient) -> None:
    assert found(client, "rights -in:politics").texts(".filters bdi") == ["politics"]
    assert "not folder: politics" in found(client, "rights -in:politics").text(".filters")


# Notes


def test_notes_are_said_and_how_the_query_was_read(client: FlaskClient) -> None:
    notes = found(client, "foo:bar tibet AND").texts(".notes li")
    assert notes == [
        "There is no field foo:; it was taken as text.",
        "AND has nothing to act on here and was left out.",
        "Searched as foo:bar tibet",
    ]


def test_a_query_that_is_clear_has_no_notes(client: FlaskClient) -> None:
    assert not found(client, "(monk OR nun) AND protest").has(".notes")


def test_a_note_shows_its_piece_of_the_query_only_where_it_does_not_name_it() -> None:
    named = a_note("There is no field foo:")
    result = a_result(
        query="foo:bar baz",
        notes=(named, named.__class__(kind="x", message="Left out", span=(4, 7))),
    )
    assert [remark.about for remark in answers.remarks(result)] == ["", "bar"]


def test_a_name_that_nobody_has_is_said_once(client: FlaskClient) -> None:
    page = found(client, 'rights author:"nobody at all"')
    assert page.texts(".notes li") == ["The library has no author named nobody at all."]


def test_a_better_spelling_is_one_click_away(client: FlaskClient) -> None:
    page = found(client, "tibett", sort="title")
    assert page.text(".better") == "Did you mean tibet?"
    assert page.links(".better a") == ["/?q=tibet&sort=title"]


# Pages of results


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """An app over 123 short essays."""
    essays = {
        f"{n % 7}/essay{n:03}.md": (
            f"---\ntitle: '{chr(65 + n % 26)} essay {n}'\nauthor: Author {n:03}\n"
            f"date: {1900 + n}-02-03\n---\n\nSome words of essay {n}.\n"
        )
        for n in range(123)
    }
    return library_of(tmp_path_factory.mktemp("many"), essays)


def test_pages_lead_to_each_other(many: FlaskClient) -> None:
    page = found(many, "words", page=2, sort="title")
    assert page.text(".totals") == "123 essays, 123 passages · 11–20"
    assert page.links("a[rel=prev]") == ["/?q=words&sort=title"]
    assert page.links("a[rel=next]") == ["/?q=words&sort=title&page=3"]
    assert page.texts(".pages [aria-current=page]") == ["2"]
    assert page.text("title") == "words · 123 essays, page 2 · Essay search"
    assert page.one(".essays").attributes["start"] == "11"


def test_pages_together_are_all_that_was_found(many: FlaskClient) -> None:
    link, titles = "/?q=words", []
    while link:
        page = get(many, link)
        titles += page.texts(".essays h2")
        link = next(iter(page.links("a[rel=next]")), "")
    assert len(titles) == len(set(titles)) == 123


def test_a_page_beyond_the_last_leads_to_the_last(many: FlaskClient) -> None:
    page = get(many, "/", q="words", page=14)
    assert page.status == 404
    assert page.links(".found a") == ["/?q=words&page=13"]
    assert len(get(many, page.links(".found a")[0]).all(".essays > li")) == 3


def test_the_last_page_that_is_shown_says_that_there_are_more(many: FlaskClient) -> None:
    shallow = app_over(many.application.extensions["essays.settings"].index, web_max_offset=25)
    said = "There are more essays than can be paged through"
    page = found(shallow, "words", page=3)
    assert said in page.text(".found")
    assert not page.has("a[rel=next]")
    assert said not in found(shallow, "words", page=2).text(".found")
    assert said not in found(many, "words", page=13).text(".found")


def test_a_page_deeper_than_the_limit_is_refused(client: FlaskClient) -> None:
    page = get(client, "/", q="rivers", page=1002)
    assert page.status == 400
    assert page.text("main p bdi") == "page: no more than 10,000 essays are shown"
    assert page.one("input[name=q]").attributes["value"] == "rivers"


@pytest.mark.parametrize(
    ("number", "things", "offered"),
    [
        (1, 0, (1,)),
        (1, 10, (1,)),
        (1, 11, (1, 2)),
        (1, 100, (1, 2, 3, 0, 10)),
        (5, 100, (1, 2, 3, 4, 5, 6, 7, 0, 10)),
        (6, 100, (1, 0, 4, 5, 6, 7, 8, 9, 10)),
        (10, 100, (1, 0, 8, 9, 10)),
        (2, 10_000_000, (1, 2, 3, 4, 0, 1001)),
        (70, 100, (1, 0, 10)),
    ],
)
def test_the_pages_that_are_offered(number: int, things: int, offered: tuple[int, ...]) -> None:
    assert pages(number, things, 10, 10_000).offered == offered


# Nothing found


def test_nothing_found_helps_on(client: FlaskClient) -> None:
    page = found(client, "zyzzyva")
    assert page.text(".totals") == "Nothing found"
    assert page.text("title") == "zyzzyva · nothing found · Essay search"
    assert {"/help", "/essays"} <= set(page.links(".found a"))
    assert not page.has(".wider")


@pytest.mark.parametrize(
    ("q", "queries"),
    [
        ("tibet author:roe", ["tibet", "tibet"]),
        ("rivers lang:fr", ["rivers"]),
        ('"monks rivers" letter', ["letter monks rivers"]),
        ("heading:tibet AND -lang:en", ["NOT lang:en", "tibet"]),
        ("asylum AND (rivers OR monks) -letter", ["asylum rivers monks"]),
    ],
)
def test_a_query_that_asks_too_much_is_given_wider_ones(
    client: FlaskClient, q: str, queries: list[str]
) -> None:
    page = found(client, q)
    links = page.links(".wider a")
    assert links, page.text(".found")
    for link, count in zip(links, page.texts(".wider .count"), strict=True):
        assert f" {count}" in f" {get(client, link).text('.totals')}", link
    assert {query_of(link) for link in links} <= {*queries}


def test_a_folder_may_be_as_deep_as_a_disk_allows(tmp_path: Path) -> None:
    folder = tmp_path / "essays"
    place = folder.joinpath(*["d" * 200] * 8)
    place.mkdir(parents=True)
    (place / "deep.md").write_text("# Deep\n\nA monk far below.\n", "utf-8")
    location = str(tmp_path / "index")
    with Library.open(location, load({}, {}), create=True) as library:
        library.index([folder], jobs=1)
    client = a_client(index=location)
    (link,) = get(client, "/essays?by=folder").links(".group h2 a")
    assert "Deep" in get(client, link).text(".group")


def test_wider_queries_have_little_time_all_together(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[float] = []
    search = Library.search

    def timed(library: Library, text: str, **how: Any) -> Any:
        if "seconds" not in how:
            return search(library, text, **how)
        allowed.append(how["seconds"])
        time.sleep(0.1)
        return search(library, text, **{**how, "seconds": 0.0})

    monkeypatch.setattr(Library, "search", timed)
    assert not found(client, "zzz lang:fr author:roe after:1900").has(".wider")
    assert len(allowed) == 1
    assert 0 < allowed[0] <= 0.25


def test_the_start_page_and_the_help_do_without_examples_that_take_too_long() -> None:
    hasty = a_client(search_seconds=1e-9)
    assert hasty.get("/?q=monk").status_code == 503
    for path in ("/", "/help", "/api"):
        assert hasty.get(path).status_code == 200, path


def test_a_query_that_found_nothing_costs_little_more(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    search = Library.search

    def counted(library: Library, text: str, **how: Any) -> Any:
        searched.append(text)
        return search(library, text, **how)

    monkeypatch.setattr(Library, "search", counted)
    get(client, "/", q=" ".join(f"-in:place{n} lang:x{n}" for n in range(20)) + ' "zzz yyy"')
    assert 1 < len(searched) <= 7


# Text of strangers


@pytest.mark.parametrize("q", HOSTILE)
@pytest.mark.parametrize("path", ["/", "/essays", "/nowhere", "/essays/politics/on_rights"])
def test_nothing_in_a_query_becomes_markup(client: FlaskClient, path: str, q: str) -> None:
    _is_harmless(get(client, path, q=q, page="x" if path == "/nowhere" else 1))
    _is_harmless(get(client, path, author=q))


def test_nothing_in_an_essay_becomes_markup(client: FlaskClient) -> None:
    page = found(client, "hostile letters")
    _is_harmless(page)
    first = page.all(".essays > li")[0]
    assert "<u> of hostile things" in first.css(".path")[0].text()
    assert first.css("h2")[0].text() == '<script>alert(1)</script> & "quotes"'
    assert (
        "<img src=x onerror=alert(2)>"
        in found(client, "hostile").html.replace("&lt;", "<").replace("&gt;", ">")
        or "alert(2)" not in page.html
    )
    assert "<script>alert(4)</script>" in first.css(".snippet")[0].text()
    for path in ("/essays", "/essays?by=author", "/essays?by=folder", "/essays?folder=hostile"):
        shelf = get(client, path)
        _is_harmless(shelf)
        assert '<script>alert(1)</script> & "quotes"' in shelf.texts(".group li a")


def _is_harmless(page: Page) -> None:
    assert page.status < 500
    scripts = [node.attributes.get("src") for node in page.all("script")]
    assert all(src and src.startswith("/static/") for src in scripts)
    assert not page.has("style, iframe, object, embed, base, meta[http-equiv]")
    assert not page.has("img:not([src^='/static/'])")
    for node in page.all("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), (name, value)
            assert name != "style"
            if name in ("href", "src", "action", "data-suggest"):
                assert re.match(r"(/|#|http://localhost/)", str(value)), value


# All pages


def _pages(client: FlaskClient) -> Iterator[str]:
    yield from ("/", "/help", "/essays", "/essays?by=author", "/essays?by=date")
    yield from ("/essays?by=folder", "/essays?by=folder&folder=politics/europe")
    yield from ("/essays?by=author&language=fr&year=2021&author=Mary+Roe", "/essays?year=1234")
    yield from ("/?q=rights", "/?q=monk+protest&sort=date", "/?q=zyzzyva", "/?q=tibett+OR")
    yield from ("/?q=hostile", '/?q=rights+lang:en+author:"Mary Roe"', "/?q=rights&page=9")


def test_every_link_leads_somewhere(client: FlaskClient) -> None:
    seen: dict[str, str] = {}
    for path in _pages(client):
        for link in get(client, path).links("[href]"):
            if not link.startswith("#"):
                seen.setdefault(urljoin(path, link).partition("#")[0], path)
    assert len(seen) > 100
    for link, path in seen.items():
        with client.get(link) as response:
            assert response.status_code == 200, (link, path)


def test_pages_are_sound(client: FlaskClient) -> None:
    for path in (*_pages(client), "/nowhere", "/?page=0"):
        page = get(client, path)
        assert page.html.startswith("<!doctype html>"), path
        assert page.one("html").attributes["lang"] == "en", path
        assert len(page.all("h1")) == 1, path
        assert page.links(".skip") == ["#main"], path
        assert page.has("main#main"), path
        assert len(page.all("input[name=q]")) == 1, path
        ids = [node.attributes["id"] for node in page.all("[id]")]
        assert len(ids) == len(set(ids)), path
        levels = [int(str(node.tag)[1]) for node in page.all("h1, h2, h3, h4, h5, h6")]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        assert page.text("title").endswith("Essay search"), path


def test_below_a_prefix_every_link_has_it() -> None:
    client = a_client(web_prefix="/library")
    for path in _pages(client):
        page = Page(client.get(f"/library{path}"))
        assert page.status in (200, 404), path
        places = [
            node.attributes[name]
            for name in ("href", "src", "action", "data-suggest")
            for node in page.all(f"[{name}]")
        ]
        assert len(places) > 8
        for place in places:
            assert str(place).startswith(("/library/", "#")), (path, place)


@pytest.mark.parametrize("q", ["the", "rights", "monk protest rivers", "a"])
def test_a_first_visit_is_light(client: FlaskClient, q: str) -> None:
    page = found(client, q)
    weight = len(page.html.encode())
    links = page.links("link[rel=stylesheet], link[rel=icon]")
    links += [str(node.attributes["src"]) for node in page.all("[src]")]
    assert len(links) == 3
    for link in links:
        with client.get(link) as response:
            assert response.status_code == 200
            weight += len(response.data)
    assert weight < HEAVIEST


def test_a_full_page_of_long_passages_is_light(tmp_path: Path) -> None:
    words = "liberty of the press and of conscience, whatever the occasion; "
    essays = {
        f"a_folder_with_a_name/an_essay_of_some_length_{n}.md": (
            f"---\ntitle: On the liberty of the press and of conscience, part {n}\n"
            f"author: [Somebody Withalongname, Another Personsname]\ndate: 18{n:02}-01-01\n---\n\n"
            + "\n\n".join(
                f"## Of liberty and the press\n\n### Consideration {m} of liberty\n\n{words * 12}"
                for m in range(5)
            )
        )
        for n in range(12, 30)
    }
    client = library_of(tmp_path, essays)
    page = found(client, "liberty press conscience")
    assert len(page.all(".hit")) == 30
    rest = sum((STATIC / name).stat().st_size for name in ("style.css", "search.js", "favicon.svg"))
    assert len(page.html.encode()) + rest < HEAVIEST


def test_the_script_is_small_and_makes_no_markup_of_text() -> None:
    script = (STATIC / "search.js").read_text("utf-8")
    assert len(script.encode()) < 5000
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", script)


def test_files_of_the_app_have_addresses_that_change_with_them(client: FlaskClient) -> None:
    style = get(client, "/").links("link[rel=stylesheet]")[0]
    assert re.fullmatch(r"/static/style\.css\?v=[0-9a-f]{12}", style)


def test_results_offer_themselves_as_a_feed(client: FlaskClient) -> None:
    page = found(client, "human rights")
    assert page.links("link[type='application/atom+xml']") == ["/feed.atom?q=human+rights"]
    assert page.links("link[rel=search]") == ["/opensearch.xml"]


# Browse


def test_essays_stand_under_the_first_letter_of_their_title(client: FlaskClient) -> None:
    page = get(client, "/essays")
    assert page.text(".totals") == f"{len(ESSAYS) + 2} essays"
    heads = page.texts(".group h2")
    assert heads == ["Signs", "D", "O", "T", "U", "V", "ف", "Han characters"]
    assert page.texts(".group:nth-of-type(3) li a") == [
        "On Rights",
        "Overthrow autocracy, eliminate dictatorship!",
    ]


def test_essays_stand_under_their_author(client: FlaskClient) -> None:
    page = get(client, "/essays", by="author")
    heads = page.texts(".group h2")
    assert heads[-1] == "Without an author"
    assert "Mary Roe" in heads
    roe = next(group for group in page.all(".group") if "Mary Roe" in group.css("h2")[0].text())
    assert [_line(a.text()) for a in roe.css("li a")] == ["Des droits", "On Rights"]
    assert get(client, "/essays?author=Mary+Roe").text(".totals") == "2 essays"


def test_essays_stand_under_their_year_newest_first(client: FlaskClient) -> None:
    heads = get(client, "/essays", by="date").texts(".group h2")
    assert heads == ["2021", "2020", "2019", "2018", "1999", "Without a date"]


def test_essays_stand_under_their_folder(client: FlaskClient) -> None:
    page = get(client, "/essays", by="folder")
    assert page.texts(".group h2") == [
        "east", "hostile", "letters", "politics/europe", "politics", "seeds",
    ]  # fmt: skip
    assert "/essays?by=folder&folder=politics%2Feurope" in page.links(".group h2 a")


def test_a_folder_tells_the_way_to_it(client: FlaskClient) -> None:
    page = get(client, "/essays", by="folder", folder="politics/europe")
    assert page.texts(".crumbs li") == ["All essays", "politics", "europe"]
    assert page.links(".crumbs a")[:2] == ["/essays?by=folder", "/essays?by=folder&folder=politics"]
    assert page.texts(".crumbs [aria-current=page]") == ["europe"]
    assert page.texts(".group li a") == ["Des droits", "Über Rechte"]
    assert page.text("h1") == "europe"


def test_a_shelf_can_be_narrowed_and_widened_again(client: FlaskClient) -> None:
    page = get(client, "/essays", by="date", language="fr", folder="politics")
    assert page.texts(".group li a") == ["Des droits"]
    assert page.texts(".filters a") == ["Remove language: French ×"]
    assert page.links(".filters a") == ["/essays?by=date&folder=politics"]
    wider = get(client, page.links(".filters a")[0])
    assert "French 1 essay" in wider.texts(".narrow li a")


def test_counts_of_a_shelf_hold(client: FlaskClient) -> None:
    offered = get(client, "/essays").all(".narrow li a")
    assert len(offered) >= 12
    for link in offered:
        count = re.search(r"([\d,]+) essays?$", _line(link.text()))
        assert count
        shelf = get(client, str(link.attributes["href"]))
        assert shelf.text(".totals").startswith(f"{count[1]} essay"), link.text()


def test_pages_of_a_shelf_together_are_the_shelf(many: FlaskClient) -> None:
    for by in ("title", "author", "date", "folder"):
        link, titles = f"/essays?by={by}", []
        while link:
            page = get(many, link)
            titles += page.texts(".group li a")
            link = next(iter(page.links("a[rel=next]")), "")
        assert len(titles) == len(set(titles)) == 123, by


def test_more_values_than_are_shown_are_counted(many: FlaskClient) -> None:
    page = get(many, "/essays")
    assert page.texts(".rest") == ["and 111 more", "and 111 more"]
    assert found(many, "words").texts(".rest") == ["and 115 more", "and 115 more"]


@pytest.mark.parametrize("asked", ["page=4", "folder=nowhere", "author=Nobody", "year=1066"])
def test_a_shelf_that_is_not_there_leads_back(many: FlaskClient, asked: str) -> None:
    page = get(many, f"/essays?{asked}")
    assert page.status == 404
    assert page.links(".found a") == ["/essays?page=3" if "page" in asked else "/essays"]


@pytest.mark.parametrize(
    "asked", ["by=size", "page=0", "page=x", "year=19", "language=Klingon", "by=title&by=date"]
)
def test_what_a_shelf_can_not_be_asked_for_is_refused(client: FlaskClient, asked: str) -> None:
    page = get(client, f"/essays?{asked}")
    assert page.status == 400
    assert page.text("main p bdi").startswith(asked.partition("=")[0])


# Help


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """An app over the sample essays alone."""
    location = str(tmp_path_factory.mktemp("seeds") / "index")
    with Library.open(location, load({"index": location}, {}), create=True) as library:
        library.index([SEEDS], jobs=1)
    return app_over(location)


def test_every_operator_has_an_example_that_finds_something(seeds: FlaskClient) -> None:
    page = get(seeds, "/help")
    assert page.texts(".operators dt") == [operator.syntax for operator in OPERATORS]
    links = page.links(".operators dd a")
    assert len(links) == len(OPERATORS)
    for query in (*map(query_of, links), *help.EXAMPLES.values()):
        results = found(seeds, query)
        assert results.has(".essays > li .snippet"), query
        assert not results.text(".totals").startswith("No"), query


def test_examples_use_the_operator_that_they_are_for() -> None:
    parts = {
        "word word": " ", '"word word"': '"', '"word word"~N': '"~', "-x": " -", "NOT x": " NOT ",
        "x OR y": " OR ", "x | y": " | ", "x AND y": " AND ", "( )": "(", "title:x": "title:",
        "heading:x": "heading:", "author:x": "author:", "in:PLACE": "in:", "lang:CODE": "lang:",
        "after:DATE": "after:", "before:DATE": "before:", "date:DATE..DATE": "..",
        "begin*": "*", "w?rd": "?", "w[ao]rd": "[", "word~": "~",
    }  # fmt: skip
    assert parts.keys() == help.EXAMPLES.keys()
    for syntax, example in help.EXAMPLES.items():
        assert parts[syntax] in example


def test_in_another_library_examples_are_its_own(tmp_path: Path) -> None:
    essays = {
        f"sea/{name}.md": (
            f"---\ntitle: {name} Harbour\nauthor: Ann\ndate: 1901\n---\n\n# {head}\n\nText.\n"
        )
        for name, head in (("Quiet", "Fishing Boats"), ("Stormy", "Winter Anchors"))
    }
    client = library_of(tmp_path, essays)
    page = get(client, "/help")
    linked = [query_of(link) for link in page.links(".operators dd a")]
    assert "fishing boats" in linked
    assert {"author:Ann", 'author:"Ann"'} & set(linked)
    assert "after:1901" in linked
    assert len(linked) == len(OPERATORS)
    for link in page.links(".operators dd a"):
        assert get(client, link).has(".essays > li"), link


def test_an_example_that_finds_nothing_is_no_link(tmp_path: Path) -> None:
    page = get(library_of(tmp_path, {"x.md": "Ein Satz."}), "/help")
    assert "finds nothing" not in page.text("h1")
    assert "the others find nothing in this library" in page.text("main")
    assert "tibet protest" in page.text(".operators")
    assert "tibet protest" not in page.texts(".operators a")


def test_the_help_tells_of_the_keys(client: FlaskClient) -> None:
    assert get(client, "/help").texts(".keys kbd") == [key for key, _ in help.KEYS]


# Problems


def test_without_an_index_pages_say_so(tmp_path: Path) -> None:
    client = app_over(str(tmp_path / "nowhere"))
    for path in ("/", "/?q=x", "/essays", "/help", "/essays/x"):
        page = get(client, path)
        assert page.status == 503, path
        assert "There are no essays here yet" in page.text("main"), path
        assert page.headers["Retry-After"]
        assert str(tmp_path) not in page.html


def test_a_damaged_index_is_told_of_without_its_place(tmp_path: Path) -> None:
    client = library_of(tmp_path, {"x.md": "Some text."})
    for path in (tmp_path / "index").rglob("*"):
        if path.is_file():
            path.write_bytes(b"nonsense")
    page = get(client, "/", q="text")
    assert page.status == 503
    assert str(tmp_path) not in page.html
    assert "whoever runs this site" in page.text("main")
    assert page.one("input[name=q]").attributes["value"] == "text"


def test_a_query_that_is_too_long_can_be_shortened(client: FlaskClient) -> None:
    page = get(client, "/", q="word " * 2001)
    assert page.status == 400
    assert "10,005 characters, more than the 10,000 allowed" in page.text("main")
    assert page.one("input[name=q]").attributes["value"] == "word " * 2001


def test_nothing_is_at_an_address_that_leads_nowhere(client: FlaskClient) -> None:
    page = get(client, "/nowhere")
    assert page.status == 404
    assert {"/", "/essays", "/help"} <= set(page.links("main a"))


# Words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "1 essay, 1 passage"),
        ({"query": "two words", "essays": 1234, "passages": 5678}, "1,234 essays, 5,678 passages"),
        (
            {"query": "two words", "essays": 2, "passages": 3, "partial": 1},
            "2 essays, 3 passages with all the words; some of the words in 1 more essay",
        ),
        (
            {"matched": "essay", "essays": 2, "passages": 4, "partial": 5},
            (
                "No passage has all the words; together they do in 2 essays, 4 passages; "
                "some of the words in 5 more essays"
            ),
        ),
        (
            {"matched": "any", "essays": 2, "passages": 4},
            "No essay has all the words; some of them are in 2 essays, 4 passages",
        ),
    ],
)
def test_the_totals_in_words(changes: dict[str, Any], said: str) -> None:
    assert answers.totals(a_result(**changes)) == said


def test_the_totals_of_nothing() -> None:
    assert answers.totals(nothing()) == "Nothing found"


@pytest.mark.parametrize(
    ("iso", "said"),
    [("1859", "1859"), ("1859-02", "February 1859"), ("1859-12-09", "9 December 1859")],
)
def test_dates_in_words(iso: str, said: str) -> None:
    assert wording.date(iso) == said


def test_a_language_without_a_name_is_its_code() -> None:
    assert wording.language("tlh") == "tlh"


def test_examples_come_from_short_headings(tmp_path: Path) -> None:
    library_of(
        tmp_path,
        {
            "a.md": "# The 3 of 4\n\nText.\n\n# Of Quiet Harbours\n\nText.\n",
            "b.md": "# A heading of many words that nobody would ever type\n\nText.\n",
            "c.md": "# Of Quiet Harbours\n\nText.\n",
        },
    )
    location = str(tmp_path / "index")
    with Library.open(location, load({"index": location}, {})) as library:
        headings = list(examples.headings(library))
    assert [heading.words for heading in headings] == [("of", "quiet", "harbours")]
    assert headings[0].telling == ("quiet", "harbours")
