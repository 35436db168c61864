"""The JSON API: the library's answers over HTTP, and what stands around them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer import json_shapes
from indexer.config import load
from indexer.errors import DamagedError, LocationError, SearchTimeout, StorageError
from indexer.library import Library
from tests.webstand import an_app, forbid, index_of_essays
from webapp import conditional, openapi
from webapp.api import PREFIX, ROUTES
from webapp.app import create_app
from webapp.problems import PROBLEMS

# An address of each route that finds something.
FOUND = {
    "search": "/search?q=rights",
    "suggest": "/suggest?prefix=ri",
    "essays": "/essays",
    "essay": "/essays/politics/on_rights",
    "status": "/status",
}
SITE = "https://reader.example"


@pytest.fixture(scope="module")
def app() -> Flask:
    return an_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def library() -> Iterator[Library]:
    with Library.open(index_of_essays(), load({}, {})) as library:
        yield library


def get(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(PREFIX + address, headers=named)


def answer(client: FlaskClient, address: str) -> Any:
    response = get(client, address)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.content_type == "application/json"
    return json.loads(response.data)


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    told: dict[str, Any] = json.loads(response.data)
    assert told["status"] == status
    return told


# What is answered


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_answer_has_its_shape_and_nothing_else(client: FlaskClient, route: Any) -> None:
    found = answer(client, FOUND[route.operation])
    shape = msgspec.convert(found, route.shape)
    assert json.loads(msgspec.json.encode(shape)) == found


def test_a_search_is_that_of_the_library(client: FlaskClient, library: Library) -> None:
    asked = "/search?q=human+rights&limit=2&offset=1&passages=1&sort=title"
    found = answer(client, asked)
    result = library.search("human rights", limit=2, offset=1, passages=1, sort="title")
    wanted = msgspec.to_builtins(json_shapes.search(result))
    for one in (found, wanted):
        del one["took_ms"]
        for essay in one["results"]:
            del essay["essay"]["path"]
    assert found == json.loads(json.dumps(wanted))
    assert found["results"]


def test_an_essay_is_read_whole_or_by_passage(client: FlaskClient, library: Library) -> None:
    whole = answer(client, "/essays/politics/on_rights")
    view = library.show("politics/on_rights")
    assert [one["text"] for one in whole["passages"]] == [one.text for one in view.passages]
    anchor = view.passages[1].anchor
    by_parameter = answer(client, f"/essays/politics/on_rights?anchor={anchor}")
    by_id = answer(client, f"/essays/{quote(f'politics/on_rights#{anchor}', safe='')}")
    assert by_parameter["passages"] == by_id["passages"] == [whole["passages"][1]]


def test_suggestions_are_those_of_the_library(client: FlaskClient, library: Library) -> None:
    found = answer(client, "/suggest?prefix=ri&limit=3")
    wanted = json_shapes.suggest("ri", library.suggest("ri", 3))
    assert found == json.loads(msgspec.json.encode(wanted))
    assert 0 < len(found["suggestions"]) <= 3


def test_what_the_essays_hold_is_text(client: FlaskClient) -> None:
    found = answer(client, "/essays/hostile/b")
    assert found["essay"]["title"] == '<script>alert(1)</script> & "quotes"'
    assert get(client, "/essays/hostile/b").headers["X-Content-Type-Options"] == "nosniff"


def test_the_list_is_paged_to_its_end_by_its_links(client: FlaskClient, library: Library) -> None:
    address, ids, seen = "/essays?limit=2", [], []
    while address:
        response = get(client, address)
        ids += [essay["id"] for essay in json.loads(response.data)["essays"]]
        assert int(response.headers["X-Total-Count"]) == library.status().essays
        seen.append(links(response))
        address = seen[-1].get("next", "")
    assert ids == [essay.id for essay in library.essays()]
    assert [set(one) for one in seen] == [
        {"next"},
        *({"next", "prev"} for _ in seen[2:]),
        {"prev"},
    ]
    before = answer(client, seen[-1]["prev"])["essays"]
    assert [essay["id"] for essay in before] == ids[-3:-1] if len(ids) % 2 else ids[-4:-2]


def links(response: TestResponse) -> dict[str, str]:
    """Addresses below the API's prefix by what they are."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers.get("Link", ""))
    return {name: address.removeprefix(PREFIX) for address, name in found}


def test_the_list_has_orders(client: FlaskClient) -> None:
    dates = [essay["date"] for essay in answer(client, "/essays?order=date")["essays"]]
    known = [date for date in dates if date]
    assert known == sorted(known, reverse=True)
    assert dates == [*known, *[None] * (len(dates) - len(known))]


def test_a_search_is_paged_to_its_end_by_its_links(client: FlaskClient) -> None:
    total = int(get(client, "/search?q=rights+river").headers["X-Total-Count"])
    address, ids = "/search?q=rights+river&limit=1", []
    while address:
        response = get(client, address)
        found = json.loads(response.data)
        assert found["essays"] + found["partial"] == total
        ids += [one["essay"]["id"] for one in found["results"]]
        address = links(response).get("next", "")
    assert len(ids) == len(set(ids)) == total > 1


def test_no_link_leads_beyond_what_may_be_passed_over() -> None:
    client = an_app(web_max_offset=1).test_client()
    assert links(get(client, "/search?q=rights&limit=1"))["next"].endswith(
        "offset=1&passages=3&sort=relevance"
    )
    assert "next" not in links(get(client, "/search?q=rights&limit=1&offset=1"))
    problem(get(client, "/search?q=rights&offset=2"), 400)
    assert "next" in links(get(client, "/essays?limit=1&offset=2"))


def test_links_do_not_outgrow_what_a_proxy_takes(client: FlaskClient) -> None:
    short, long = (get(client, f"/search?q=rights+{'x' * n}&limit=1") for n in (1000, 2000))
    assert "next" in links(short)
    assert "Link" not in long.headers
    assert int(long.headers["X-Total-Count"]) > 1


def test_a_page_of_none_has_the_totals_alone(client: FlaskClient) -> None:
    response = get(client, "/search?q=rights&limit=0")
    assert json.loads(response.data)["essays"] > 0
    assert json.loads(response.data)["results"] == []
    assert "Link" not in response.headers


# What is kept from others


@pytest.mark.parametrize("address", FOUND.values())
def test_no_path_of_the_server_is_told(client: FlaskClient, address: str) -> None:
    text = get(client, address).get_data(as_text=True)
    assert str(Path(index_of_essays()).parent) not in text


def test_a_path_is_told_from_the_indexed_folder_on(client: FlaskClient) -> None:
    paths = {one["id"]: one["path"] for one in answer(client, "/essays")["essays"]}
    assert paths["politics/europe/droits"] == "politics/europe/droits.md"
    assert paths["hostile/b"] == "hostile/<b>&'\".md"
    assert answer(client, "/status")["location"] == "index"


@pytest.mark.parametrize(
    "error",
    [
        DamagedError("/srv/secret/index: is damaged"),
        StorageError("/srv/secret/index: no space"),
    ],
)
def test_an_error_of_the_disk_is_told_without_its_path(
    client: FlaskClient, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Library, "search", fail)
    response = get(client, "/search?q=a")
    assert "secret" not in str(problem(response, 503))
    assert int(response.headers["Retry-After"]) > 0


def test_an_index_whose_name_is_no_text_is_answered(tmp_path: Path) -> None:
    location = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    try:
        with Library.open(location, load({}, {}), create=True) as library:
            library.index([Path(__file__).parent / "data"], jobs=1)
    except (StorageError, LocationError):
        pytest.skip("this file system takes only names that are text")
    client = create_app(load({"index": location}, {})).test_client()
    assert answer(client, "/status")["location"] == "caf\ufffd"


# Errors


@pytest.mark.parametrize("address", ["/quote?q=a", "/kwic", "/similar", "/", "/search/", "/nope"])
def test_what_is_not_there_is_a_problem_too(client: FlaskClient, address: str) -> None:
    assert problem(get(client, address), 404)["type"] == "about:blank"


def test_a_wrong_parameter_is_named(client: FlaskClient) -> None:
    assert problem(get(client, "/search?q=a&limit=many"), 400) == {
        "type": "/api#problem-parameter",
        "title": "Wrong parameter",
        "status": 400,
        "detail": "limit: must be a whole number from 0 to 100, not 'many'",
        "parameter": "limit",
    }


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/search", "q: is missing"),
        ("/search?q=", "q: is empty"),
        ("/search?q=%20%E2%80%83", "q: is empty"),
        ("/search?q=a&q=b", "q: is given more than once"),
        ("/search?q=%FF", "q: is not valid UTF-8"),
        ("/search?q=a%00", "q: holds a NUL character"),
        ("/search?query=a", "query: no such parameter; known are q, limit, offset, passages, sort"),
        ("/search?q=a&sort=best", "sort: must be one of date, relevance, title, not 'best'"),
        ("/search?q=a&offset=10001", "must be a whole number from 0 to 10,000, not '10001'"),
        ("/status?q=a", "q: no such parameter; known are none"),
        (f"/search?q={'a' * 10_001}", "10,001 characters, more than the 10,000 allowed"),
        (f"/search?q=a&sort={'b' * 500}", f"not '{'b' * 60}…'"),
        ("/search?q=a&%0A=1", r"'\n': no such parameter"),
    ],
)
def test_what_is_wrong_is_said(client: FlaskClient, address: str, detail: str) -> None:
    assert detail in problem(get(client, address), 400)["detail"]


def test_an_essay_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    told = problem(get(client, "/essays/politics/on_right"), 404)
    assert told["type"] == "/api#problem-not-found"
    assert "did you mean politics/on_rights" in told["detail"]
    told = problem(get(client, "/essays/politics/on_rights?anchor=p-0"), 404)
    assert told["detail"] == "politics/on_rights: has no passage p-0"


def test_a_search_that_takes_too_long_is_503(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> None:
        raise SearchTimeout("the search took longer than 10 s")

    monkeypatch.setattr(Library, "search", slow)
    response = get(client, "/search?q=a")
    assert problem(response, 503)["type"] == "/api#problem-timeout"
    assert "Retry-After" in response.headers
    assert "ETag" not in response.headers


def test_without_an_index_all_is_503_but_what_needs_none(tmp_path: Path) -> None:
    client = create_app(load({"index": str(tmp_path / "none")}, {})).test_client()
    for address in FOUND.values():
        told = problem(get(client, address), 503)
        assert told["type"] == "/api#problem-no-index"
        assert str(tmp_path) not in str(told)
    assert get(client, "/openapi.json").status_code == 200
    assert client.get("/api").status_code == 200


def test_a_bug_is_a_problem_without_its_story(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Library, "search", fail)
    assert "secret" not in str(problem(get(client, "/search?q=a"), 500))
    assert "secret" not in client.get("/?q=a").get_data(as_text=True)


def test_a_bug_in_every_page_still_has_an_answer(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("webapp.addresses.static", fail)
    response = client.get("/?q=rights")
    assert response.status_code == 500
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.get_data(as_text=True) == "This is a bug of ours; it has been logged.\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "SEARCH"])
def test_the_api_is_to_read_only(client: FlaskClient, method: str) -> None:
    response = client.open(PREFIX + FOUND["search"], method=method)
    problem(response, 405)
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    head = client.head(PREFIX + FOUND["essay"])
    whole = get(client, FOUND["essay"])
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_options_tells_the_methods(client: FlaskClient) -> None:
    response = client.options(PREFIX + FOUND["search"])
    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


# What has not changed

LASTING = [
    *(PREFIX + address for address in FOUND.values()),
    f"{PREFIX}/openapi.json",
    *("/api", "/", "/?q=rights", "/essays", "/essays/politics/on_rights?q=rights", "/help"),
    "/feed.atom?q=rights",
]


@pytest.mark.parametrize("address", LASTING)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_not_changed_is_told_without_asking_the_library(
    client: FlaskClient, address: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(address)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', tag)
    assert first.headers["Cache-Control"] == "no-cache"
    forbid(monkeypatch)
    for asked in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = client.open(address, method=method, headers={"If-None-Match": asked})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == "no-cache"
        assert "Content-Type" not in again.headers


def test_another_address_has_another_tag(client: FlaskClient) -> None:
    addresses = ("/search?q=a", "/search?q=b", "/search?q=a&limit=1", "/essays", "/status")
    tags = [get(client, address).headers["ETag"] for address in addresses]
    tags.append(client.get("/?q=a").headers["ETag"])
    tags.append(get(client, "/search?q=a", Host="localhost:8000").headers["ETag"])
    assert len(set(tags)) == len(tags)
    assert get(client, "/search?q=b", If_None_Match=tags[0]).status_code == 200


def test_a_star_holds_for_what_there_is(client: FlaskClient) -> None:
    assert get(client, "/status", If_None_Match="*").status_code == 304
    problem(get(client, "/search?q=", If_None_Match="*"), 400)
    problem(get(client, "/essays/none", If_None_Match="*"), 404)


@pytest.mark.parametrize("tag", ["", "nonsense", '"', 'W/"', "W/*", '"' + "0" * 32 + '"'])
def test_a_tag_that_is_none_of_ours_is_answered_in_full(client: FlaskClient, tag: str) -> None:
    assert get(client, "/status", If_None_Match=tag).status_code == 200


def test_errors_have_no_tag_and_are_kept_by_no_cache(client: FlaskClient) -> None:
    for address in ("/search", "/essays/none", "/nope"):
        headers = get(client, address).headers
        assert "ETag" not in headers
        assert headers["Cache-Control"] == "no-store"
    for page in ("/essays/none", "/?q=monk&page=99", "/?page=0", "/static/none.css"):
        response = client.get(page)
        assert response.status_code in (400, 404), page
        assert response.headers["Cache-Control"] == "no-store", page


def test_files_of_the_app_are_kept_where_their_address_names_what_is_in_them(
    client: FlaskClient,
) -> None:
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(named) >= 3
    kept = "public, max-age=31536000, immutable"
    for address in named:
        others = (address.partition("?")[0], f"{address[:-1]}x")
        for asked, said in ((address, kept), *((other, "no-cache") for other in others)):
            with client.get(asked) as response:
                assert response.status_code == 200
                assert response.headers["Cache-Control"] == said, asked


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics", "/robots.txt"])
def test_what_does_not_hang_on_the_index_is_never_told_to_be_unchanged(
    client: FlaskClient, address: str
) -> None:
    response = client.get(address, headers={"If-None-Match": "*"})
    assert response.status_code == 200
    assert "ETag" not in response.headers


def test_the_tag_is_of_settings_too(client: FlaskClient) -> None:
    other = an_app(web_title="Another").test_client()
    assert get(other, "/status").headers["ETag"] != get(client, "/status").headers["ETag"]


def test_every_process_makes_the_same_tag() -> None:
    tags = {get(an_app().test_client(), "/status").headers["ETag"] for _ in range(2)}
    assert len(tags) == 1


def test_a_commit_changes_the_tag_and_the_answer(tmp_path: Path) -> None:
    essays, location = tmp_path / "essays", str(tmp_path / "index")
    essays.mkdir()
    (essays / "one.md").write_text("# One\n\nThe first essay is about herons.\n")
    with Library.open(location, load({}, {}), create=True) as writer:
        writer.index([essays], jobs=1)
        client = create_app(load({"index": location}, {})).test_client()
        before = get(client, "/search?q=herons")
        assert json.loads(before.data)["essays"] == 1
        tag = before.headers["ETag"]
        assert get(client, "/search?q=herons", If_None_Match=tag).status_code == 304
        (essays / "two.md").write_text("# Two\n\nThe second is about herons, too.\n")
        writer.index([essays], jobs=1)
        after = get(client, "/search?q=herons", If_None_Match=tag)
        assert after.status_code == 200
        assert json.loads(after.data)["essays"] == 2
        assert after.headers["ETag"] != tag


def test_the_commit_of_a_tag_is_never_newer_than_its_answer(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the answer of the commit before would be kept as that of the commit after."""
    asked: list[str] = []
    revision, search = Library.revision, Library.search

    def seen_revision(self: Library) -> str:
        asked.append("revision")
        return revision(self)

    def seen_search(self: Library, *text: Any, **how: Any) -> Any:
        asked.append("search")
        return search(self, *text, **how)

    monkeypatch.setattr(Library, "revision", seen_revision)
    monkeypatch.setattr(Library, "search", seen_search)
    assert get(client, "/search?q=asked+for+the+first+time").status_code == 200
    assert asked == ["revision", "search"]


def test_every_page_and_feed_has_a_tag(app: Flask) -> None:
    others = {"operations", None}
    blueprints = {
        app.view_functions[rule.endpoint].__module__ and rule.endpoint.partition(".")[0]
        for rule in app.url_map.iter_rules()
        if "." in rule.endpoint
    }
    assert blueprints - others == conditional.LASTING


# Other sites


def test_other_sites_read_nothing_unless_a_setting_names_them(client: FlaskClient) -> None:
    response = get(client, "/status", Origin=SITE)
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert "Origin" not in response.headers.get("Vary", "")


def test_a_site_that_is_named_reads_the_api_alone() -> None:
    client = an_app(web_cors_origins=[SITE]).test_client()
    for address in ("/status", "/search", "/nope"):
        response = get(client, address, Origin=SITE)
        assert response.headers["Access-Control-Allow-Origin"] == SITE
        exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"ETag", "Link", "Retry-After", "X-Total-Count"} <= set(exposed)
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Origin" in response.headers["Vary"]
    for origin in (
        "https://other.example",
        f"{SITE}.evil.example",
        "null",
        "http://reader.example",
    ):
        response = get(client, "/status", Origin=origin)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": SITE}).headers


def test_a_site_that_is_named_is_told_what_has_not_changed() -> None:
    client = an_app(web_cors_origins=[SITE]).test_client()
    tag = get(client, "/status").headers["ETag"]
    response = get(client, "/status", Origin=SITE, If_None_Match=tag)
    assert response.status_code == 304
    assert response.headers["Access-Control-Allow-Origin"] == SITE


def test_a_browser_asks_before_it_asks() -> None:
    client = an_app(web_cors_origins=[SITE]).test_client()
    wishes = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    response = client.options(f"{PREFIX}/search", headers={"Origin": SITE, **wishes})
    assert response.status_code == 204
    assert response.data == b""
    assert response.headers["Access-Control-Allow-Origin"] == SITE
    assert response.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    other = client.options(
        f"{PREFIX}/search", headers={"Origin": "https://other.example", **wishes}
    )
    assert "Access-Control-Allow-Methods" not in other.headers


def test_any_site_may_be_let_in() -> None:
    response = get(an_app(web_cors_origins=["*"]).test_client(), "/status", Origin="null")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in response.headers.get("Vary", "")


# What the API tells of itself


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return answer(client, "/openapi.json")


def test_the_document_is_valid(document: Any) -> None:
    import schemathesis

    schemathesis.openapi.from_dict(document).validate()
    broken = {**document, "paths": {"/a": {"get": {"responses": {"200": {"description": 1}}}}}}
    with pytest.raises(Exception, match="not"):
        schemathesis.openapi.from_dict(broken).validate()


def test_every_route_of_the_api_is_in_the_document(app: Flask, document: Any) -> None:
    rules = {
        rule.rule.removeprefix(PREFIX).replace("<path:", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX)
    }
    assert rules - {"/openapi.json"} == document["paths"].keys()
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["license"]["identifier"] == "MIT"
    assert document["servers"] == [{"url": PREFIX}]


def test_every_operation_is_whole(document: Any) -> None:
    names = set()
    for path, operations in document["paths"].items():
        (operation,) = operations.values()
        names.add(operation["operationId"])
        assert operation["summary"], path
        assert operation["description"], path
        assert {"200", "304", "400", "414", "429", "503"} <= operation["responses"].keys()
        assert ("404" in operation["responses"]) == ("{" in path)
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, parameter["name"])
    assert names == set(FOUND)


def test_every_reference_of_the_document_leads_somewhere(document: Any) -> None:
    text = json.dumps(document)
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', text))
    assert references
    for reference in references:
        place = document
        for part in reference.split("/"):
            place = place[part]
    used = {reference.split("/")[2] for reference in references}
    assert set(document["components"]["schemas"]) <= used
    assert "Shape" not in text


def test_the_document_knows_the_settings() -> None:
    client = an_app(max_query_length=77, web_max_offset=99).test_client()
    operation = answer(client, "/openapi.json")["paths"]["/search"]["get"]
    schemas = {one["name"]: one["schema"] for one in operation["parameters"]}
    assert schemas["q"]["maxLength"] == 77
    assert schemas["offset"]["maximum"] == 99
    assert get(client, f"/search?q={'é' * 77}").status_code == 200
    assert problem(get(client, f"/search?q={'é' * 78}"), 400)["parameter"] == "q"
    assert get(client, "/search?q=a&offset=99").status_code == 200
    assert problem(get(client, "/search?q=a&offset=100"), 400)["parameter"] == "offset"


def test_below_a_path_every_address_is_below_it() -> None:
    client = an_app(web_prefix="/library").test_client()
    found = json.loads(client.get("/library/api/v1/openapi.json").data)
    assert found["servers"] == [{"url": "/library/api/v1"}]
    response = client.get("/library/api/v1/essays?limit=1")
    assert response.headers["Link"].startswith("</library/api/v1/essays?")
    told = json.loads(client.get("/library/api/v1/search").data)
    assert told["type"] == "/library/api#problem-parameter"


def page_for_people(client: FlaskClient) -> str:
    response = client.get("/api")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_page_for_people_tells_of_every_parameter_and_every_key(
    client: FlaskClient, document: Any
) -> None:
    page = page_for_people(client)
    for route in ROUTES:
        section = page.partition(f'<h2 id="{route.operation}">')[2].partition("</section>")[0]
        assert f'<code class="line">GET {PREFIX}{route.path}</code>' in section
        for field in route.fields.values():
            assert f"<dt><code>{field.name}</code>" in section
            assert field.schema["description"] in section
    for name, schema in document["components"]["schemas"].items():
        section = page.partition(f'<h3 id="shape-{name}">')[2].partition("<h3")[0]
        for key in schema["properties"]:
            assert f"<dt><code>{key}</code>" in section
    for one in PROBLEMS:
        assert f'id="problem-{one.name}"' in page


def test_every_example_for_people_finds_something(client: FlaskClient) -> None:
    examples = re.findall(r'Try <a href="([^"]+)">', page_for_people(client))
    assert len(examples) == len(ROUTES)
    for address in examples:
        found = json.loads(client.get(address.replace("&amp;", "&")).data)
        assert found.get("results", True), address
        assert found.get("suggestions", True), address


def test_every_link_within_the_page_for_people_leads_somewhere(client: FlaskClient) -> None:
    page = page_for_people(client)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_page_for_people_holds_in_a_library_without_essays(tmp_path: Path) -> None:
    location = str(tmp_path / "index")
    (tmp_path / "essays").mkdir()
    with Library.open(location, load({}, {}), create=True) as library:
        library.index([tmp_path / "essays"], jobs=1)
    client = create_app(load({"index": location}, {})).test_client()
    assert "/api/v1/essays/politics/on_liberty" in page_for_people(client)


def test_a_shape_tells_its_keys_in_the_words_of_json() -> None:
    shapes = openapi.schemas(ROUTES)
    kinds = {key.name: (key.kind, key.shape) for key in openapi.in_words(shapes["Search"])}
    assert kinds["notes"] == ("array of ", "Note")
    assert kinds["did_you_mean"] == ("string or null", "")
    assert kinds["matched"] == ('"all" or "any" or "essay" or "none"', "")
    status = {key.name: key.kind for key in openapi.in_words(shapes["Status"])}
    assert status["languages"] == "object of integer"
    assert status["healthy"] == "boolean"
    (span,) = [key for key in openapi.in_words(shapes["Note"]) if key.name == "span"]
    assert span.kind == "[integer, integer]"
