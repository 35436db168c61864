"""The JSON API, version 1: the shapes of the command line over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any
from urllib.parse import quote, quote_plus, urlencode

import msgspec
from flask import Blueprint, Response, render_template, request
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from indexer import json_shapes
from indexer.config import Settings
from indexer.errors import EssaysError
from indexer.json_shapes import ListShape, SearchShape, ShowShape, StatusShape, SuggestShape
from indexer.model import Essay, SearchResult
from webapp import openapi
from webapp.libraries import library, settings
from webapp.openapi import Page, Route
from webapp.params import ApiEssay, ApiEssays, ApiSearch, ApiSuggest, Nothing, fields, read
from webapp.problems import PROBLEMS
from webapp.welcome import welcome

PREFIX = "/api/v1"

# Characters of a Link header. nginx takes 4 kB for all headers of an answer, and else makes it 502.
LONGEST_LINKS = 2_000

blueprint = Blueprint("api", __name__)

EssayId = Annotated[
    str,
    Meta(
        min_length=1,
        description="An essay's id, with its slashes as they are or as %2F; or a passage's id, "
        "ESSAY_ID%23ANCHOR.",
        examples=["politics/on_liberty"],
    ),
]


def search(asked: ApiSearch) -> Page[SearchShape]:
    """Find passages.

    The essays that answer a query, best first, each with its best passages. A query is never an
    error because of how it is written; notes say what was taken literally. X-Total-Count is
    the sum of essays and partial.
    """
    result = library().search(
        asked.q, limit=asked.limit, offset=asked.offset, passages=asked.passages, sort=asked.sort
    )
    return Page(
        json_shapes.search(_outside(result)),
        asked.offset,
        asked.limit,
        result.essays + result.partial,
    )


def suggest(asked: ApiSuggest) -> SuggestShape:
    """Complete what is being typed.

    Words, phrases, headings and titles of the essays, best first.
    """
    return json_shapes.suggest(asked.prefix, library().suggest(asked.prefix, asked.limit))


def essays(asked: ApiEssays) -> Page[ListShape]:
    """List the essays.

    Page by page, without their texts; Link leads to the next page. A commit between two pages
    may move essays from one to the other; the ETag tells.
    """
    shelf = library().browse(order=asked.order, limit=asked.limit, offset=asked.offset)
    return Page(
        json_shapes.essay_list(map(_told, shelf.essays)), asked.offset, asked.limit, shelf.total
    )


def essay(asked: ApiEssay, id: EssayId) -> ShowShape:
    """Read an essay.

    The essay with its outline and all its passages in reading order, or the one passage that
    anchor names.
    """
    view = library().show(f"{id}#{asked.anchor}" if asked.anchor else id)
    return json_shapes.show(replace(view, essay=_told(view.essay)))


def status(asked: Nothing) -> StatusShape:
    """Tell the size and freshness of the index.

    Of the location the last part alone, since the rest concerns the server only.
    """
    state = library().status()
    return json_shapes.status(replace(state, location=state.location.rpartition("/")[2]))


ROUTES = (
    openapi.route("/search", search, example="/search?q={q}&limit=3"),
    openapi.route("/suggest", suggest, example="/suggest?prefix={prefix}"),
    openapi.route("/essays", essays, example="/essays?order=date&limit=20"),
    openapi.route("/essays/<path:id>", essay, example="/essays/{id}"),
    openapi.route("/status", status, example="/status"),
)


def _outside(result: SearchResult) -> SearchResult:
    return replace(
        result,
        results=tuple(replace(found, essay=_told(found.essay)) for found in result.results),
    )


def _told(one: Essay) -> Essay:
    """An essay with its path below the indexed folder; the rest concerns the server only.

    An id has as many parts as that path.
    """
    return replace(one, path="/".join(one.path.split("/")[-1 - one.id.count("/") :]))


def _view(route: Route) -> Callable[..., Response]:
    def view(**place: str) -> Response:
        asked = read(route.params, strict=True)
        given = route.call(asked, **place)
        if not isinstance(given, Page):
            return _json(given)
        response = _json(given.shape)
        response.headers["X-Total-Count"] = str(given.total)
        if links := _links(given, asked):
            response.headers["Link"] = ", ".join(links)
        return response

    return view


def _links(page: Page[Any], asked: Struct) -> list[str]:
    """The pages after and before, as RFC 8288 has links."""
    offsets = {}
    after, deepest = page.offset + page.limit, settings().web_max_offset
    if page.limit and after < page.total and (after <= deepest or not _is_bounded(asked)):
        offsets["next"] = after
    if page.limit and page.offset:
        offsets["prev"] = max(0, page.offset - page.limit)
    path = quote(request.script_root + request.path)
    links = [
        f'<{path}?{urlencode({**asdict(asked), "offset": offset})}>; rel="{name}"'
        for name, offset in offsets.items()
    ]
    return links if sum(map(len, links)) <= LONGEST_LINKS else []


def _is_bounded(asked: Struct) -> bool:
    return fields(type(asked))["offset"].up_to is not None


def _json(shape: object) -> Response:
    try:
        body = msgspec.json.encode(shape)
    except UnicodeEncodeError:  # an index in a folder whose name is no text
        body = msgspec.json.encode(_mended(msgspec.to_builtins(shape)))
    return Response(body, mimetype="application/json")


def _mended(part: Any) -> Any:
    """Built-in types without lone surrogates, which JSON can't carry."""
    if isinstance(part, str):
        return part.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(part, dict):
        return {key: _mended(value) for key, value in part.items()}
    return [_mended(one) for one in part] if isinstance(part, list | tuple) else part


@blueprint.get(f"{PREFIX}/openapi.json")
def description() -> Response:
    """The OpenAPI document."""
    read(Nothing, strict=True)
    return _json({**_document(settings()), "servers": [{"url": request.script_root + PREFIX}]})


# Both take some 10 ms to make.
@cache
def _document(settings: Settings) -> dict[str, Any]:
    return openapi.document(ROUTES, settings)


@cache
def _shapes() -> dict[str, Any]:
    return openapi.schemas(ROUTES)


@blueprint.get("/api")
def people() -> str:
    """The API for people, made from the same declarations."""
    read(Nothing)
    example = _example()
    return render_template(
        "api.html",
        q="",
        routes=ROUTES,
        example=lambda route: request.script_root + PREFIX + route.example.format(**example),
        shapes=_shapes(),
        openapi=openapi,
        settings=settings(),
        problems=PROBLEMS,
        prefix=request.script_root + PREFIX,
        here=request.host_url.rstrip("/"),
    )


def _example() -> dict[str, str]:
    """Something to ask of the essays that there are; where there are none, of others."""
    try:
        shelf, queries = library().browse(limit=1), welcome(library()).examples
    except EssaysError:
        shelf, queries = None, ()
    found = shelf.essays[0] if shelf is not None and shelf.essays else None
    word = re.search(r"\w{3}", " ".join(queries))
    return {
        "id": quote(found.id if found is not None else "politics/on_liberty"),
        "q": quote_plus(queries[0] if queries else "human rights"),
        "prefix": quote_plus(word.group() if word is not None else "hum"),
    }


for _route in ROUTES:
    blueprint.add_url_rule(PREFIX + _route.rule, _route.operation, _view(_route), methods=["GET"])
