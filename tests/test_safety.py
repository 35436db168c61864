"""What the web app does not do, whoever asks: headers, hosts, methods, rates, paths, proxies."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import load
from indexer.errors import SettingsError
from tests.webstand import a_client, an_app, index_of_essays
from webapp import rate
from webapp.app import create_app
from webapp.safety import HEADERS, Hosts

# One of each kind of answer.
PATHS = (
    "/",
    "/?q=rights",
    "/?page=0",
    "/essays",
    "/essays/politics/on_rights",
    "/essays/nowhere",
    "/nowhere",
    "/api/v1/search?q=rights",
    "/api/v1/search",
    "/api/v1/nowhere",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/favicon.ico",
    "/static/style.css",
    "/static/nowhere.css",
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return a_client()


# Headers


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_answer_tells_the_browser_what_it_may_do(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method, buffered=True)
    for name, value in HEADERS.items():
        assert response.headers.getlist(name) == [value]
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("base-uri") == policy.pop("frame-ancestors") == "'none'"
    assert set(policy.values()) == {"'self'"}


def test_an_error_of_ours_has_the_headers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    app = an_app()

    def fail() -> str:
        raise RuntimeError("secret")

    app.add_url_rule("/fail", "fail", fail)
    response = app.test_client().get("/fail")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert HEADERS.items() <= dict(response.headers).items()


def test_other_sites_may_read_the_api_only_where_a_setting_says_so() -> None:
    asked = {"Origin": "https://example.org"}
    allowed = "Access-Control-Allow-Origin"
    path = "/api/v1/search?q=rights"
    assert allowed not in a_client().get(path, headers=asked).headers
    reading = a_client(web_cors_origins=["https://example.org"])
    assert reading.get(path, headers=asked).headers[allowed] == "https://example.org"
    assert allowed not in reading.get("/?q=rights", headers=asked).headers


def test_the_environment_does_not_turn_the_debugger_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert not create_app(load({"index": index_of_essays()}, {})).debug


# Hosts


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LocalHost.", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:1"],
)
def test_this_machine_by_any_of_its_names_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "example.org:localhost",
        "localhost:port",
        "localhost:0",
        "localhost:99999",
        "localhost@example.org",
        "localhost/",
        "0.0.0.0",
        "[::]",
        "[::1",
        "::1",
        "a b",
        "\x7f",
        "é",
        "",
        "x" * 10_000,
        "<script>alert(1)</script>",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/search?q=a", "/static/style.css", "/metrics"])
def test_another_name_is_refused(client: FlaskClient, host: str, path: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert str(response.mimetype).endswith("json") or "<script>alert" not in response.text
    assert len(response.text) < 10_000


def test_whoever_watches_over_it_may_ask_by_address(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"Host": "192.0.2.7:8000"}).status_code == 200


def test_names_can_be_added_and_all_below_a_name() -> None:
    known = Hosts("192.0.2.7", ("Essays.example.org", "*.example.net", "2001:db8::1"))
    for host in ("essays.example.org:8000", "192.0.2.7", "a.b.example.net", "[2001:DB8:0::1]:80"):
        assert host in known
    for host in ("x.essays.example.org", "example.net", "badexample.net", "192.0.2.8"):
        assert host not in known


def test_any_name_can_be_allowed_but_it_must_be_one() -> None:
    known = Hosts("::", ("*",))
    assert "example.org:8000" in known
    assert "a/b" not in known
    assert "" not in known


@given(st.text(max_size=30), st.sampled_from(["", ".", ":1", "]"]))
def test_no_host_is_taken_for_this_machine_unless_it_is(text: str, end: str) -> None:
    if f"{text}{end}" in Hosts("127.0.0.1", ()):
        name = text.lower().strip(".").partition(":")[0]
        assert name in ("localhost", "127.0.0.1") or text.startswith("[")


# Methods and bodies


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "FOO"])
@pytest.mark.parametrize("path", ["/", "/essays", "/api/v1/search", "/static/style.css", "/no"])
def test_nothing_can_be_changed(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, buffered=True)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_request_with_a_body_is_refused(client: FlaskClient) -> None:
    assert client.get("/", data=b"x").status_code == 413
    assert client.get("/api/v1/search?q=a", data=b"x" * 10_000_000).status_code == 413
    assert client.get("/", headers={"Transfer-Encoding": "chunked"}).status_code == 413


# Files

SECRETS = (
    "/static/../app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e/app.py",
    "/static/..\\app.py",
    "/static//etc/passwd",
    "/static/%2fetc/passwd",
    "/static/./../templates/page.html",
    "/static/",
    "/static",
    "/essays/../../etc/passwd",
    "/essays/%2e%2e/%2e%2e/etc/passwd",
    "/essays//etc/passwd",
    "/essays/%2fetc%2fpasswd",
    "/essays/politics/on_rights.md",
    "/api/v1/essays/..%2f..%2fetc%2fpasswd",
    "/templates/page.html",
    "/.essays/essays.json",
    "/app.py",
    "/static/style.css%00.txt",
)


@pytest.mark.parametrize("path", SECRETS)
def test_no_file_but_the_static_ones_is_ever_served(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "root:" not in response.text
    assert "import" not in response.text
    assert "{%" not in response.text


def test_every_static_file_is_served_as_what_it_is(client: FlaskClient) -> None:
    folder = client.application.static_folder
    assert folder is not None
    for name in os.listdir(folder):
        response = client.get(f"/static/{name}", buffered=True)
        assert response.status_code == 200
        kind = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
        assert response.mimetype == kind[os.path.splitext(name)[1]]


# Rates


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until it is moved."""
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def test_a_client_that_asks_too_often_waits_for_the_next_minute(clock: list[float]) -> None:
    client = a_client(web_rate_limit=3)
    for left in (2, 1, 0):
        response = client.get("/api/v1/search?q=rights")
        assert response.status_code == 200
        assert response.headers["RateLimit"] == f'"client";r={left};t=60'
        assert response.headers["RateLimit-Policy"] == '"client";q=3;w=60'
    clock[0] += 18.5
    response = client.get("/api/v1/search?q=rights")
    assert response.status_code == 429
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["status"] == 429
    assert response.headers["Retry-After"] == "42"
    assert response.headers["RateLimit"] == '"client";r=0;t=42'
    page = client.get("/?q=rights")
    assert page.status_code == 429
    assert page.mimetype == "text/html"
    clock[0] += 42
    assert client.get("/?q=rights").status_code == 200


@pytest.mark.parametrize("path", ["/", "/essays", "/essays/x", "/api/v1/status", "/feed.atom?q=a"])
def test_what_reads_the_index_is_counted(path: str) -> None:
    client = a_client(web_rate_limit=1)
    client.get(path)
    assert client.get(path).status_code == 429


def test_what_others_need_to_keep_it_running_is_not_counted() -> None:
    client = a_client(web_rate_limit=1)
    for _ in range(3):
        for path in ("/healthz", "/readyz", "/metrics", "/static/style.css"):
            response = client.get(path, buffered=True)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers


def test_each_client_has_its_own_count() -> None:
    client = a_client(web_rate_limit=1)
    status = [
        client.get("/", environ_base={"REMOTE_ADDR": address}).status_code
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1")
    ]
    assert status == [200] * 4
    again = {"REMOTE_ADDR": "2001:db8:0:1:ffff::2"}  # of the same network
    assert client.get("/", environ_base=again).status_code == 429


def test_a_client_is_an_address_or_a_network() -> None:
    assert rate.client_of("192.0.2.1") == rate.client_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert rate.client_of("2001:db8::1") == rate.client_of("2001:db8::2:3:4:5")
    assert rate.client_of("fe80::1%eth0") == rate.client_of("fe80::2")
    assert rate.client_of("2001:db8::1") != rate.client_of("2001:db8:0:1::1")
    assert rate.client_of("") == ""


def test_no_limit_is_one(client: FlaskClient) -> None:
    assert "RateLimit" not in client.get("/").headers


def test_many_clients_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setattr(rate, "MOST_CLIENTS", 50)
    app = an_app(web_rate_limit=5)
    counts = app.extensions["essays.limit"].counts
    client = app.test_client()
    for number in range(200):
        asked = {"REMOTE_ADDR": f"192.0.{number // 256}.{number % 256}"}
        assert client.get("/", environ_base=asked).status_code == 200
        assert len(counts.storage) <= 50
        assert len(counts.expirations) <= 50
        assert len(counts.locks) <= 51


# Proxies, and a path above

FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "essays.example.org",
    "X-Forwarded-Prefix": "/library",
}


def seen(client: FlaskClient, **headers: str) -> tuple[str, str, str]:
    """Whom the app takes a client for, how it says it was reached, and where its links lead."""
    app = client.application
    if "seen" not in app.view_functions:

        def show() -> dict[str, str | None]:
            from flask import request

            from webapp import addresses

            return {"a": request.remote_addr, "b": request.host_url, "c": addresses.search()}

        app.add_url_rule("/seen", "seen", show)
    told = client.get("/seen", headers={**FORWARDED, **headers}).get_json()
    return told["a"], told["b"], told["c"]


def test_nobody_is_believed_about_where_a_request_came_from() -> None:
    assert seen(a_client()) == ("127.0.0.1", "http://localhost/", "/")


def test_as_many_proxies_are_believed_as_there_are() -> None:
    names = {"web_allowed_hosts": ["essays.example.org"]}
    told = "https://essays.example.org/", "/library/"
    assert seen(a_client(web_proxies=1, **names)) == ("198.51.100.7", *told)
    twice = {name: f"{value}, {value}" for name, value in FORWARDED.items()}
    twice["X-Forwarded-For"] = FORWARDED["X-Forwarded-For"]
    assert seen(a_client(web_proxies=2, **names), **twice) == ("203.0.113.9", *told)


def test_the_name_a_proxy_was_asked_by_is_checked() -> None:
    client = a_client(web_proxies=1)
    assert client.get("/", headers=FORWARDED).status_code == 400


@pytest.mark.parametrize(
    "prefix",
    ["//example.org", "/\\example.org", "javascript:alert(1)", "https://example.org", "/a b"],
)
def test_a_path_from_a_proxy_that_leads_elsewhere_is_ignored(prefix: str) -> None:
    client = a_client(web_proxies=1, web_allowed_hosts=["essays.example.org"])
    assert seen(client, **{"X-Forwarded-Prefix": prefix})[2] == "/"


def links(text: str) -> set[str]:
    """Where a page or document leads on its own site."""
    import re

    found = set(re.findall(r'(?:href|src|action|template|data-[\w-]+)="([^"]*)"', text))
    return {one for one in found if one.startswith(("/", "http://localhost"))}


@pytest.mark.parametrize("stripped", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=rights",
        "/essays",
        "/essays/politics/on_rights?q=rights",
        "/help",
        "/api",
        "/opensearch.xml",
        "/feed.atom?q=rights",
        "/nowhere",
    ],
)
def test_below_a_path_every_link_leads_below_it(path: str, stripped: bool) -> None:
    client = a_client(web_prefix="/my/library")
    response = client.get(path if stripped else f"/my/library{path}")
    assert response.status_code == (404 if path == "/nowhere" else 200)
    found = links(response.text)
    assert found
    for link in found:
        below = urlsplit(link).path
        assert below.startswith("/my/library/")
        if "{" not in link:  # a template of one
            # Unstripped, so that a path that was put twice is found out.
            status = client.get(below, buffered=True).status_code
            assert status in (200, 400), link


def test_the_root_below_a_path_needs_no_slash() -> None:
    client = a_client(web_prefix="/library")
    assert client.get("/library").status_code == client.get("/library/").status_code == 200
    assert client.get("/library?q=rights").status_code == 200
    assert client.get("/libraryx").status_code == 404


@pytest.mark.parametrize("prefix", ["/essays", "/api", "/api/v1", "/static", "/healthz"])
def test_a_path_of_the_apps_own_is_none_to_be_below(prefix: str) -> None:
    with pytest.raises(SettingsError, match=f"^web.prefix: {prefix} is a path of the app's own"):
        create_app(load({"web_prefix": prefix}, {}))


def test_it_can_be_mounted_in_another_application() -> None:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware
    from werkzeug.test import Client

    def nothing(environ: object, start: object) -> list[bytes]:
        raise AssertionError("not for us")

    app = an_app()
    client = Client(DispatcherMiddleware(nothing, {"/essays": app.wsgi_app}))
    assert client.get("/essays/").status_code == 200
    page = client.get("/essays/essays/politics/on_rights")
    assert page.status_code == 200
    found = links(page.get_data(as_text=True))
    assert found
    assert not [link for link in found if not urlsplit(link).path.startswith("/essays/")]


@pytest.mark.parametrize(
    ("told", "scheme"), [("https", "https"), ("javascript", "http"), ("data:,", "http")]
)
def test_links_are_of_the_web_whatever_a_careless_proxy_passes_on(told: str, scheme: str) -> None:
    client = a_client(web_proxies=1)
    page = client.get("/essays/letters/many", headers={"X-Forwarded-Proto": told}).text
    assert f'<link rel="canonical" href="{scheme}://localhost/essays/letters/many">' in page
    assert f'href="{told}:' not in page or told == scheme
