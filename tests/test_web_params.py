"""Every parameter of every route with everything it must not be: answered, named, never a 500."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote
from xml.etree.ElementTree import fromstring

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import Struct
from werkzeug.test import TestResponse

from indexer.config import Settings
from tests.webstand import an_app
from webapp import params
from webapp.app import create_app
from webapp.params import Field

ALLOWED = {200, 304, 400, 404, 414, 429, 503}
SCRIPT = "<script>alert('x')</script>"
ATTRIBUTE = "\" onmouseover=\"alert('x')\" '"

# As they stand in an address.
NO_NUMBERS: Mapping[str, str] = {
    "nothing": "",
    "a word": "abc",
    "a fraction": "1.5",
    "a whole fraction": "1.0",
    "an exponent": "1e3",
    "a space before": "%201",
    "a plus": "%2B1",
    "a zero before": "01",
    "a line end after": "1%0A",
    "full-width digits": quote("１２"),
    "Arabic digits": quote("١"),
    "a superscript": quote("²"),
    "hexadecimal": "0x10",
    "underscores": "1_0",
    "infinity": "Infinity",
    "not a number": "NaN",
    "true": "true",
    "null": "null",
    "a list": "[1]",
    "5,000 digits": "9" * 5000,
    "64 bits and one": str(2**63),
    "128 bits": str(2**127),
    "negative": "-1",
    "very negative": str(-(2**63)),
    "an enormous exponent": "1e999999999",
}
NO_TEXT: Mapping[str, str] = {
    "NUL": "a%00b",
    "NUL alone": "%00",
    "a byte that is no UTF-8": "%ff",
    "half a character": "a%e4%b8",
    "an overlong slash": "%c0%af",
    "a lone surrogate": "%ed%a0%80",
    "beyond Unicode": "%f4%90%80%80",
}
STRANGE: Mapping[str, str] = {
    "a script": quote(SCRIPT),
    "an attribute": quote(ATTRIBUTE),
    "a tag that is not closed": quote("<img src=x onerror=alert(1)//"),
    "a template": quote("{{ 7 * 7 }}{% raw %}${7*7}#{7*7}"),
    "a header": quote("a\r\nSet-Cookie: a=b\r\n\r\n<html>"),
    "a path": quote("../../../etc/passwd"),
    "a link": quote("javascript:alert(1)//http://evil.example"),
    "a format": quote("%s%s%n{0.__class__}{q}"),
    "SQL": quote("' OR 1=1; DROP TABLE essays --"),
    "a semicolon": "a;page=2;q=b",
    "half an escape": "%",
    "no escape": "%zz",
    "blanks": "%20%09%0A",
    "blanks of Unicode": quote("\u2003\u3000\u200b\ufeff"),
    "control characters": "%01%1b[31m%7f%c2%9b",
    "directions": quote("\u202eabc\u2066\u200f"),
    "no characters": quote("\ufffe\uffff\U0010ffff\ue000"),
    "combining marks": quote("e" + "\u0301" * 400),
    "a family": quote("👩‍👩‍👧‍👦🏳️‍🌈"),
    "parentheses": quote("(" * 400 + ")" * 3),
    "quotation marks": quote('"' * 401),
    "wildcards": quote("*?" * 200),
    "classes": quote("[" * 200 + "a-" + "]" * 5),
    "operators": quote("AND OR NOT - | AND -( ~5 ~ " * 20),
    "fields": quote("title:author:in:lang:date:.. after:9999999 before:0 lang:<b>"),
    "many words": quote(" ".join(f"w{n}" for n in range(300))),
    "a long word": "x" * 9000,
    "more than a query may have": "x" * 10_001,
    "more than fits": "x" * 70_000,
}
VALUES = {**NO_NUMBERS, **NO_TEXT, **STRANGE}
# What a route needs besides the parameter that is tried.
GOOD: Mapping[str, str] = {"q": "rights", "prefix": "ri"}


def routes() -> dict[str, tuple[str, Mapping[str, Field]]]:
    """Every rule of the app: an address that it answers, and the parameters it reads."""
    app = create_app(Settings(index="no such folder", web_rate_limit=0))
    app.logger.disabled = True
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = True, False
    client = app.test_client()
    place = {"filename": "style.css", "essay_id": "politics/on_rights", "id": "politics/on_rights"}
    found = {}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:path:)?(\w+)>", lambda part: place[part[1]], rule.rule)
        found[rule.rule] = (path, asked_by(client, path))
    return found


def asked_by(client: FlaskClient, path: str) -> Mapping[str, Field]:
    """The parameters that the route at a path reads: those of the struct it hands to ``read``."""
    read: dict[str, Field] = {}

    def seen(kind: type[Struct]) -> Mapping[str, Field]:
        read.update(whole(kind))
        return whole(kind)

    whole = params.fields
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(params, "fields", seen)
        client.get(path, buffered=True)
    return read


ROUTES = routes()
PLACES = [rule for rule in ROUTES if "<" in rule]
PLACED = {f"{rule} {name}": (rule, name) for rule in ROUTES for name in ROUTES[rule][1]}
NUMBERS = [key for key, (rule, name) in PLACED.items() if ROUTES[rule][1][name].is_number]
REQUIRED = [key for key, (rule, name) in PLACED.items() if ROUTES[rule][1][name].required]


@cache
def over_essays() -> Flask:
    return an_app()


@pytest.fixture
def client() -> FlaskClient:
    return over_essays().test_client()


def ask(client: FlaskClient, rule: str, name: str, parameters: str) -> TestResponse:
    """Asks a route, with what it needs besides ``name``."""
    path, fields = ROUTES[rule]
    needed = (f"{one}={GOOD[one]}" for one, field in fields.items() if field.required)
    given = "&".join([*(one for one in needed if not one.startswith(f"{name}=")), parameters])
    return client.get(path, query_string=given, buffered=True)


class Tags(HTMLParser):
    """Sees to it that a page has no mark-up but the app's own."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self._why = why

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not [name for name in given if name.startswith(("on", "style"))], self._why
        assert tag != "script" or "src" in given, self._why
        assert tag not in ("img", "iframe", "base", "object", "embed", "style"), self._why
        for name in ("href", "src", "action"):
            address = given.get(name) or ""
            assert not re.match(r"\s*(javascript|data|vbscript):|//", address, re.I), self._why


def examine(response: TestResponse, rule: str, why: str) -> str:
    """The text of an answer, which is one that anybody may get."""
    text = response.get_data(as_text=True)
    assert response.status_code in ALLOWED, (why, response.status_code, text[:500])
    kind = response.mimetype or ""
    if response.status_code >= 400:
        is_api = rule.startswith("/api/")
        assert kind == ("application/problem+json" if is_api else "text/html"), why
    elif rule.startswith("/api/"):
        assert kind == "application/json", why
    if kind.endswith("json"):
        json.loads(text)
    elif kind.endswith("xml"):
        assert not [one for one in fromstring(text).iter() if one.tag.endswith("}script")], why
    elif kind == "text/html":
        Tags(why).feed(text)
    assert "Traceback" not in text, why
    assert not re.search(r'File "/|, line \d+, in ', text), why
    assert "Set-Cookie" not in response.headers, why
    return text


def refused(response: TestResponse, rule: str, name: str, why: str) -> None:
    """The answer says which parameter is wrong."""
    assert response.status_code == 400, why
    text = examine(response, rule, why)
    if rule.startswith("/api/"):
        assert json.loads(text)["parameter"] == name, why
        text = json.loads(text)["detail"]
    assert f"{name}: " in unescape(text), why


@pytest.mark.parametrize(
    "text", [SCRIPT, '<p title="" onmouseover="">', '<a href=" javascript:1">']
)
def test_foreign_mark_up_is_seen(text: str) -> None:
    with pytest.raises(AssertionError):
        Tags("foreign").feed(text)


def test_the_walk_finds_the_routes_and_their_parameters() -> None:
    assert set(ROUTES["/"][1]) >= {"q", "page", "sort"}
    assert set(ROUTES["/api/v1/search"][1]) == {"q", "limit", "offset", "passages", "sort"}
    assert not ROUTES["/robots.txt"][1]


@pytest.mark.parametrize("rule", ROUTES)
def test_every_route_answers(client: FlaskClient, rule: str) -> None:
    assert ask(client, rule, "", "").status_code == 200


@pytest.mark.parametrize("key", PLACED)
def test_no_value_of_any_parameter_is_a_bug(client: FlaskClient, key: str) -> None:
    rule, name = PLACED[key]
    for what, value in VALUES.items():
        why = f"{name} with {what}"
        response = ask(client, rule, name, f"{name}={value}")
        examine(response, rule, why)
        if response.status_code == 400:
            refused(response, rule, name, why)


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_is_a_whole_number_in_plain_digits(client: FlaskClient, key: str) -> None:
    rule, name = PLACED[key]
    for what, value in NO_NUMBERS.items():
        refused(ask(client, rule, name, f"{name}={value}"), rule, name, what)


@pytest.mark.parametrize("key", PLACED)
def test_what_is_no_text_is_refused(client: FlaskClient, key: str) -> None:
    rule, name = PLACED[key]
    for what, value in NO_TEXT.items():
        refused(ask(client, rule, name, f"{name}={value}"), rule, name, what)


@pytest.mark.parametrize("key", PLACED)
def test_a_parameter_is_given_once(client: FlaskClient, key: str) -> None:
    rule, name = PLACED[key]
    for twice in (f"{name}=1&{name}=1", f"{name}&{name}=", f"{name}=a&%{ord(name[0]):x}{name[1:]}"):
        refused(ask(client, rule, name, twice), rule, name, twice)


@pytest.mark.parametrize("key", REQUIRED)
def test_what_is_required_is_asked_for(client: FlaskClient, key: str) -> None:
    rule, name = PLACED[key]
    refused(ask(client, rule, name, ""), rule, name, "missing")


@pytest.mark.parametrize("rule", [rule for rule in ROUTES if ROUTES[rule][1] or "/api/" in rule])
def test_an_unknown_parameter_is_refused_by_the_api_and_passed_over_by_pages(
    client: FlaskClient, rule: str
) -> None:
    for unknown in ("utm_source=x", "utm_source", f"{quote(SCRIPT)}=1", "%ff=1", "Q=1", "=x"):
        response = ask(client, rule, "", unknown)
        if rule.startswith("/api/"):
            assert response.status_code == 400, unknown
            assert "parameter" in json.loads(examine(response, rule, unknown)), unknown
        else:
            assert response.status_code == 200, unknown
            examine(response, rule, unknown)


@pytest.mark.parametrize("rule", ROUTES)
def test_strange_addresses_are_answered(client: FlaskClient, rule: str) -> None:
    for what, parameters in {
        "many parameters": "&".join(f"p{n}=1" for n in range(5_000)),
        "many empty ones": "&" * 20_000,
        "nothing but signs": "&&=&==&%&;;",
        "brackets": "q[]=a&q[b]=c",
        "a second question mark": "a?b=c?d",
    }.items():
        examine(ask(client, rule, "", parameters), rule, what)


@pytest.mark.parametrize("rule", ROUTES)
def test_an_address_too_long_is_414(client: FlaskClient, rule: str) -> None:
    response = ask(client, rule, "", "a=" + "x" * params.LONGEST_ADDRESS)
    assert response.status_code == 414
    examine(response, rule, "long")


@pytest.mark.parametrize("rule", PLACES)
def test_no_value_in_a_path_is_a_bug(client: FlaskClient, rule: str) -> None:
    below = rule.partition("<")[0]
    for what, value in VALUES.items():
        response = client.get(below + (value.replace("%20", "+") or "%20"), buffered=True)
        if response.status_code == 308:  # a slash at the end
            assert response.location.startswith(below), what
            response = client.get(response.location, buffered=True)
        assert len(examine(response, rule, what)) < 20_000, what
        assert response.status_code in (404, 414), what
    for path in (
        *("%00", "%ff", "%2e%2e%2fapp.py", "..%2f..%2fREADME.md", "%2fetc%2fpasswd", "."),
        *("/x", "x//y", "x/", "x%23", "%23", "x%3fq=1", "x%5c..%5cy", "%252e%252e/app.py", "%0a"),
    ):
        response = client.get(below + path, buffered=True, follow_redirects=True)
        examine(response, rule, path)
        assert response.status_code == 404, path


@pytest.mark.parametrize("rule", ROUTES)
def test_no_header_is_a_bug(client: FlaskClient, rule: str) -> None:
    path, _ = ROUTES[rule]
    for name in ("If-None-Match", "If-Modified-Since", "Accept", "Range", "Origin", "Cookie"):
        for value in ("", "*", '"', 'W/"', "\xff\xfe", "x" * 5000, SCRIPT, "bytes=9-1", ","):
            response = client.get(path, query_string="q=a", headers={name: value}, buffered=True)
            assert response.status_code in ALLOWED | {206, 416}, (name, value)
