"""A search as a feed, and what tells a browser how to search."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, quote_plus, urlsplit
from uuid import UUID
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.config import load
from indexer.engines.base import Entry
from indexer.engines.whoosh_engine import WhooshEngine
from tests.shelves import entry, stocked
from tests.webstand import a_client
from webapp.app import create_app

ATOM = "{http://www.w3.org/2005/Atom}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
# RFC 3339, as RFC 4287 narrows it: capital letters, and an offset.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read_xml(response: TestResponse, kind: str) -> Element:
    assert response.status_code == 200, response.text
    assert response.mimetype == kind
    return ElementTree.fromstring(response.data)


def feed_of(client: FlaskClient, address: str) -> Element:
    """A feed that is as RFC 4287 wants it."""
    feed = read_xml(client.get(address), "application/atom+xml")
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
        assert UUID(text(element, "id").removeprefix("urn:uuid:"))
        assert text(element, "title").strip()
        assert MOMENT.fullmatch(text(element, "updated"))
        assert datetime.fromisoformat(text(element, "updated"))
        assert element.tag == f"{ATOM}entry" or element.find(f"{ATOM}author") is not None
        for author in element.findall(f"{ATOM}author"):
            assert text(author, "name").strip()
        assert link(element, "alternate")
        for one in element.findall(f"{ATOM}link"):
            assert urlsplit(one.attrib["href"]).scheme == "http"
        kinds = [(one.get("rel"), one.get("type")) for one in element.findall(f"{ATOM}link")]
        assert len(kinds) == len(set(kinds))
    ids = [text(found, "id") for found in entries(feed)]
    assert len(ids) == len(set(ids))
    for content in feed.iter(f"{ATOM}content"):
        assert content.get("type") == "xhtml"
        assert [child.tag for child in content] == [f"{XHTML}div"]
    assert link(feed, "self")
    return feed


def entries(feed: Element) -> list[Element]:
    return feed.findall(f"{ATOM}entry")


def text(element: Element, name: str) -> str:
    found = element.findtext(ATOM + name)
    assert found is not None, name
    return found


def titles(feed: Element) -> list[str]:
    return [text(found, "title") for found in entries(feed)]


def link(element: Element, relation: str) -> str | None:
    for one in element.findall(f"{ATOM}link"):
        if one.get("rel") == relation:
            return one.attrib["href"]
    return None


def said(found: Element) -> str:
    """The words of an entry's content."""
    content = found.find(f"{ATOM}content")
    assert content is not None
    return "".join(content.itertext())


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "index")
    yield made
    made.close()


class Shelf:
    """An index of a few essays, and the app over it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engines: list[WhooshEngine] = []

    def holds(self, *written: Entry, **wishes: object) -> FlaskClient:
        self.engines.append(stocked(self.path, written))
        settings = load({"index": str(self.path), "web_rate_limit": 0, **wishes}, {})
        return create_app(settings).test_client()

    def close(self) -> None:
        for engine in self.engines:
            engine.close()


def test_a_feed_has_the_essays_of_a_search_the_newest_first() -> None:
    feed = feed_of(a_client(), "/feed.atom?q=(rights+OR+letters)+after:1000")
    found = titles(feed)
    assert found[0] == "On Rights"
    assert found[-1] == "Thirty Letters"
    updated = [text(one, "updated") for one in entries(feed)]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{SEARCH}totalResults") == str(len(found))


def test_an_entry_shows_its_passages_with_the_hits_in_bold_and_links_to_each() -> None:
    feed = feed_of(a_client(), "/feed.atom?q=rivers")
    (found,) = entries(feed)
    assert "Letter 1 › ¶" in said(found) or "› Letter 1" in said(found)
    bold = {element.text for element in found.iter(f"{XHTML}b")}
    assert bold == {"river", "rivers"}
    hrefs = [element.attrib["href"] for element in found.iter(f"{XHTML}a")]
    assert len(hrefs) == 4
    assert all(urlsplit(href).fragment.startswith("p-") for href in hrefs[:3])
    assert "27 more passages" in said(found)
    client = a_client()
    for href in [*hrefs, link(found, "alternate")]:
        assert href is not None
        parts = urlsplit(href)
        assert parts.query == "q=rivers"
        assert client.get(f"{parts.path}?{parts.query}").status_code == 200


def test_an_entry_says_whose_it_is_and_of_when_in_the_essay_s_own_words() -> None:
    client = a_client()
    (found,) = entries(feed_of(client, "/feed.atom?q=title:rights"))
    assert [author.findtext(f"{ATOM}name") for author in found.findall(f"{ATOM}author")] == [
        "Mary Roe",
        "John Doe",
    ]
    assert said(found).startswith("Mary Roe · John Doe · 2019-03-01")
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        ("2021", "2021-01-01T00:00:00Z"),
        ("2021-06", "2021-06-01T00:00:00Z"),
        ("2021-06-04", "2021-06-04T00:00:00Z"),
    ],
)
def test_the_date_of_an_essay_is_its_first_moment(shelf: Shelf, day: str, moment: str) -> None:
    feed = feed_of(shelf.holds(entry("one", "A monk.", date=day)), "/feed.atom?q=monk")
    assert text(entries(feed)[0], "updated") == moment
    assert day in said(entries(feed)[0])


@pytest.mark.parametrize("day", [None, "0000", "2021-13", "2021-02-30", "soon"])
def test_an_essay_without_a_date_is_of_the_last_commit_and_says_so(
    shelf: Shelf, day: str | None
) -> None:
    client = shelf.holds(entry("one", "A monk.", date=day))
    feed = feed_of(client, "/feed.atom?q=monk")
    (found,) = entries(feed)
    updated = client.get("/api/v1/status").get_json()["updated"]
    assert text(feed, "updated") == text(found, "updated") == updated
    assert said(found).startswith(day or "undated")


def test_essays_that_lack_more_of_the_words_are_no_news(shelf: Shelf) -> None:
    client = shelf.holds(
        entry("all", "A monk in a protest."),
        entry("some", "A monk.", date="2021"),
        entry("none", "A harbour."),
    )
    assert titles(feed_of(client, "/feed.atom?q=monk+protest")) == ["Untitled"]
    assert feed_of(client, "/feed.atom?q=monk+protest").findtext(f"{SEARCH}totalResults") == "1"


def test_a_feed_of_no_query_has_all_essays() -> None:
    feed = feed_of(a_client(), "/feed.atom")
    assert titles(feed)[0] == "Über Rechte"
    assert text(feed, "title") == "Essay search"
    assert len(entries(feed)) > 5
    by_title = titles(feed_of(a_client(), "/feed.atom?sort=title"))
    assert sorted(by_title) == sorted(titles(feed))
    assert by_title != titles(feed)


def test_a_feed_of_what_nobody_wrote_is_a_feed() -> None:
    feed = feed_of(a_client(), "/feed.atom?q=zzzzqqqq")
    assert entries(feed) == []
    assert feed.findtext(f"{SEARCH}totalResults") == "0"


def test_pages_of_a_feed_lead_from_one_to_the_next_and_hold_each_essay_once(shelf: Shelf) -> None:
    client = shelf.holds(
        *(entry(f"e{n}", "A monk.", title=f"Essay {n}", date=f"{1900 + n}") for n in range(45))
    )
    address: str | None = "/feed.atom?q=monk"
    pages = []
    while address is not None:
        parts = urlsplit(address)
        pages.append(feed_of(client, f"{parts.path}?{parts.query}"))
        address = link(pages[-1], "next")
    assert [len(entries(page)) for page in pages] == [20, 20, 5]
    assert [title for page in pages for title in titles(page)] == [
        f"Essay {n}" for n in reversed(range(45))
    ]
    assert len({text(page, "id") for page in pages}) == 1
    assert [link(page, "previous") is None for page in pages] == [True, False, False]
    assert {link(page, "first") for page in pages} == {"http://localhost/feed.atom?q=monk"}
    assert link(pages[1], "self") == "http://localhost/feed.atom?q=monk&page=2"
    assert entries(feed_of(client, "/feed.atom?q=monk&page=4")) == []


def test_no_page_leads_to_one_that_is_refused(shelf: Shelf) -> None:
    written = [entry(f"e{n}", "A monk.") for n in range(45)]
    client = shelf.holds(*written, web_max_offset=20)
    assert link(feed_of(client, "/feed.atom?q=monk"), "next") is not None
    assert link(feed_of(client, "/feed.atom?q=monk&page=2"), "next") is None
    refused = client.get("/feed.atom?q=monk&page=3")
    assert refused.status_code == 400
    assert "20" in refused.text


def test_names_of_entries_stay_whatever_the_query_the_host_and_the_title() -> None:
    def names(client: FlaskClient, query: str, host: str) -> set[str]:
        response = client.get(f"/feed.atom?q={query}", headers={"Host": host})
        return {text(one, "id") for one in entries(ElementTree.fromstring(response.data))}

    here = names(a_client(), "title:rights", "localhost")
    there = names(
        a_client(web_title="Other", web_allowed_hosts=["x.example"]), "author:roe", "x.example"
    )
    assert len(here) == 1
    assert here < there


def test_names_of_feeds_differ_by_query_and_order() -> None:
    client = a_client()
    addresses = ["q=monk", "q=rivers", "q=monk&sort=title", ""]
    names = {text(feed_of(client, f"/feed.atom?{one}"), "id") for one in addresses}
    assert len(names) == 4


HOSTILE = "<script>alert(1)</script> & ]]> <!-- \x00\x01\x0b\x1b\x7f\x85\ufffe\uffff 😀 monk"


def test_hostile_text_is_text_in_a_feed(shelf: Shelf) -> None:
    written = entry(
        "one", ((HOSTILE,), HOSTILE), title=HOSTILE, authors=(HOSTILE,), date=HOSTILE, language="en"
    )
    (found,) = entries(feed_of(shelf.holds(written), "/feed.atom?q=monk"))
    expected = re.sub("[\x00\x01\x0b\x1b\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", HOSTILE)
    assert text(found, "title") == expected
    assert found.findtext(f"{ATOM}author/{ATOM}name") == expected
    assert "<script>alert(1)</script>" in said(found)
    assert {element.tag for element in found.iter() if element.tag.startswith(XHTML)} == {
        f"{XHTML}{name}" for name in ("div", "p", "a", "b")
    }


@pytest.mark.parametrize("code", [*range(1, 0x20), 0x7F, 0x80, 0xFFFE, 0xFFFF, 0x10FFFF])
def test_any_character_of_a_query_leaves_a_feed_whole(code: int) -> None:
    asked = quote_plus(f"monk {chr(code)}<b>&\"'")
    feed = feed_of(a_client(), f"/feed.atom?q={asked}")
    own = link(feed, "self")
    assert own is not None
    assert parse_qs(urlsplit(own).query)["q"] == [f"monk {chr(code)}<b>&\"'"]


@pytest.mark.parametrize("asked", ["q=%ff", "q=a%00", "q=a&q=b", "q=" + "x" * 10_001])
@pytest.mark.parametrize("path", ["/feed.atom", "/suggest.json"])
def test_a_bad_query_is_refused(path: str, asked: str) -> None:
    assert a_client().get(f"{path}?{asked}").status_code == 400


@pytest.mark.parametrize("asked", ["page=0", "page=x", "page=99999999999999999999", "sort=x"])
def test_a_bad_page_and_order_are_refused(asked: str) -> None:
    assert a_client().get(f"/feed.atom?q=monk&{asked}").status_code == 400


def test_links_know_the_path_and_the_proxy_they_are_below() -> None:
    client = a_client(web_prefix="/library", web_proxies=1, web_allowed_hosts=["essays.example"])
    through = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "essays.example"}
    for address in ("/library/feed.atom?q=monk", "/library/opensearch.xml"):
        response = client.get(address, headers=through)
        assert response.status_code == 200
        links = re.findall(r'(?:href|template)="([^"]+)"', response.text)
        assert len(links) > 3
        assert all(one.startswith("https://essays.example/library/") for one in links)


def test_a_feed_reader_that_asks_again_gets_nothing_until_there_is_news(shelf: Shelf) -> None:
    client = shelf.holds(entry("one", "A monk."))
    first = client.get("/feed.atom?q=monk")
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/feed.atom?q=monk", headers=again).status_code == 304
    shelf.holds(entry("two", "A monk."))
    assert (
        len(entries(ElementTree.fromstring(client.get("/feed.atom?q=monk", headers=again).data)))
        == 2
    )


def description_of(client: FlaskClient) -> Element:
    return read_xml(client.get("/opensearch.xml"), "application/opensearchdescription+xml")


def test_a_browser_learns_where_to_search_and_where_to_ask_for_completions() -> None:
    client = a_client()
    found = description_of(client)
    assert found.tag == f"{SEARCH}OpenSearchDescription"
    assert found.findtext(f"{SEARCH}ShortName") == "Essay search"
    assert found.findtext(f"{SEARCH}Description")
    assert found.findtext(f"{SEARCH}InputEncoding") == "UTF-8"
    icon = found.findtext(f"{SEARCH}Image")
    assert icon is not None
    with client.get(icon) as response:
        assert response.mimetype == "image/svg+xml"
    templates = {one.attrib["type"]: one.attrib["template"] for one in found.iter(f"{SEARCH}Url")}
    assert templates["text/html"] == "http://localhost/?q={searchTerms}"
    for kind in ("text/html", "application/atom+xml", "application/x-suggestions+json"):
        response = client.get(templates[kind].replace("{searchTerms}", quote_plus("monk & nun")))
        assert response.status_code == 200
        assert response.mimetype == kind


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Sixteen letters.", "Sixteen letters."),
        ("Essays on the history of Tibet", "Essays on the"),
        ("Wirtschaftsgeschichtliches", "Wirtschaftsgesch"),
        ("A <b> & c", "A <b> & c"),
    ],
)
def test_the_short_name_is_as_long_as_may_be(title: str, short: str) -> None:
    found = description_of(a_client(web_title=title))
    assert found.findtext(f"{SEARCH}ShortName") == short
    assert found.findtext(f"{SEARCH}LongName") == title


def test_completions_are_of_the_shape_that_browsers_know() -> None:
    response = a_client().get("/suggest.json?q=riv")
    assert response.mimetype == "application/x-suggestions+json"
    typed, completions = json.loads(response.data)
    assert typed == "riv"
    assert "rivers" in completions
    assert a_client().get("/suggest.json").get_json(force=True) == ["", []]


@pytest.mark.parametrize("path", ["/feed.atom?q=monk", "/opensearch.xml", "/suggest.json?q=ri"])
def test_a_head_request_has_the_same_headers_and_no_body(path: str) -> None:
    client = a_client()
    whole, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Type"] == whole.headers["Content-Type"]
    assert head.content_length == whole.content_length


def test_without_an_index_a_feed_says_so_and_a_browser_learns_all_the_same(tmp_path: Path) -> None:
    client = create_app(load({"index": str(tmp_path / "none")}, {})).test_client()
    assert client.get("/feed.atom?q=monk").status_code == 503
    assert client.get("/opensearch.xml").status_code == 200
