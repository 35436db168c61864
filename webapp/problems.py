"""Errors as people and programs get them: a page, or problem details (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Flask, Response, current_app, render_template, request
from msgspec import UNSET, Meta, Struct, UnsetType
from werkzeug.exceptions import HTTPException, default_exceptions

from indexer.errors import (
    BusyError,
    DamagedError,
    EssaysError,
    LocationError,
    NoIndexError,
    NotFoundError,
    QueryError,
    SchemaError,
    SearchTimeout,
    StorageError,
    UnavailableError,
)
from webapp.params import BadParameter

# Werkzeug's words for these are about typing errors.
_SAID = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address can be read only: GET, HEAD and OPTIONS.",
}
# Characters of a message.
_LONGEST = 500
# Seconds after which it is worth asking again.
RETRY_AFTER = 5
PROBLEM_JSON = "application/problem+json"


class ProblemShape(Struct, frozen=True, kw_only=True):
    """What went wrong: problem details as RFC 9457 has them."""

    type: Annotated[
        str,
        Meta(
            description="Which problem it is; “about:blank” where the status says it all.",
            examples=["/api#problem-parameter", "about:blank"],
        ),
    ]
    title: Annotated[str, Meta(examples=["Wrong parameter"])]
    status: Annotated[int, Meta(ge=400, le=599, description="The HTTP status.")]
    detail: Annotated[
        str, Meta(description="What is wrong with this request, and what to do about it.")
    ]
    parameter: Annotated[
        str | UnsetType, Meta(description="The parameter that is wrong, where one is.")
    ] = UNSET


class Problem(Struct, frozen=True, kw_only=True):
    """A kind of error of the library's. ``meaning`` tells of it to those who write programs;
    ``detail`` stands in for errors whose own text tells of the server's disk."""

    error: type[EssaysError]
    name: str
    status: HTTPStatus
    title: str
    meaning: str
    detail: str = ""


# The first that fits counts.
PROBLEMS = (
    Problem(
        error=BadParameter,
        name="parameter",
        status=HTTPStatus.BAD_REQUEST,
        title="Wrong parameter",
        meaning=(
            "A parameter is missing, unknown, repeated or "
            "not what it must be; parameter says which."
        ),
    ),
    Problem(
        error=SearchTimeout,
        name="timeout",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The search took too long",
        meaning="A search ran out of the time that the settings give it; ask for less, or later.",
    ),
    Problem(
        error=QueryError,
        name="query",
        status=HTTPStatus.BAD_REQUEST,
        title="Query beyond a limit",
        meaning="A query is more than one search may cost.",
    ),
    Problem(
        error=NotFoundError,
        name="not-found",
        status=HTTPStatus.NOT_FOUND,
        title="No such essay or passage",
        meaning=(
            "The id or the anchor is of no essay "
            "or passage; it may have been, before the last commit."
        ),
    ),
    Problem(
        error=UnavailableError,
        name="unavailable",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The index does not answer",
        meaning="The cluster that holds the index is away or has too much to do; ask again later.",
        detail="The index does not answer at present; ask again in a moment.",
    ),
    Problem(
        error=LocationError,
        name="no-index",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="No usable index",
        meaning="There is no index yet, or it is damaged or made by another version.",
        detail="There is no usable index at present; whoever runs this site finds why in its log.",
    ),
    Problem(
        error=BusyError,
        name="busy",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The index is busy",
        meaning="Another process keeps the index from being read.",
        detail="Another process is at work on the index; ask again in a moment.",
    ),
    Problem(
        error=StorageError,
        name="storage",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The index can't be read",
        meaning="The disk refused.",
        detail="The index can't be read at present; whoever runs this site finds why in its log.",
    ),
)


# What to say of an index that can't be used; any other is told of by its problem's detail.
_STATES: tuple[tuple[type[EssaysError], str], ...] = (
    (NoIndexError, "There are no essays here yet; whoever runs this site has to index some."),
    (SchemaError, "The index is of another version; whoever runs this site has to rebuild it."),
    (DamagedError, "The index is damaged; whoever runs this site has to check and rebuild it."),
)


def install(app: Flask) -> None:
    """Makes the app answer every error in one of the two forms."""
    app.register_error_handler(EssaysError, _of_ours)
    app.register_error_handler(Exception, _of_nobody)
    for code in default_exceptions:
        app.register_error_handler(code, _of_http)


def _of_ours(error: EssaysError) -> Response:
    for problem in PROBLEMS:
        if isinstance(error, problem.error):
            if problem.detail:
                logging.getLogger("webapp").warning("%s: %s", problem.title, error)
            parameter = error.name if isinstance(error, BadParameter) else None
            said = error.message if isinstance(error, NotFoundError) else str(error)
            state = next((told for kind, told in _STATES if isinstance(error, kind)), "")
            detail = state or problem.detail or _cut(said)
            return answer(problem.status, detail, problem=problem, parameter=parameter)
    return _of_nobody(error)


def _cut(text: str) -> str:
    """A message may hold what was asked for, which may be long."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    status = HTTPStatus(error.code)
    said = error.description
    if said is None or said == type(error).description:
        said = _SAID.get(status, said or status.phrase)
    response = answer(status, said)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _of_nobody(error: Exception) -> Response:
    logging.getLogger("webapp").exception("a bug of ours", exc_info=error)
    status, said = HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug of ours; it has been logged."
    try:
        return answer(status, said)
    except Exception:  # the bug may be in what every page has
        return Response(f"{said}\n", status.value, content_type="text/plain; charset=utf-8")


def answer(
    status: HTTPStatus,
    detail: str,
    *,
    problem: Problem | None = None,
    parameter: str | None = None,
) -> Response:
    """An error as the caller reads it: JSON below ``/api/``, a page elsewhere."""
    if request.path.startswith("/api/"):
        shape = ProblemShape(
            type=f"{request.script_root}/api#problem-{problem.name}" if problem else "about:blank",
            title=problem.title if problem else status.phrase,
            status=status.value,
            detail=detail,
            parameter=UNSET if parameter is None else parameter,
        )
        response = Response(msgspec.json.encode(shape), content_type=PROBLEM_JSON)
    else:
        # In the box, so that it can be mended.
        q = request.args.get("q", "").replace("\0", "")
        title = problem.title if problem else status.phrase
        page = render_template("problem.html", q=q, title=title, status=status, detail=detail)
        response = current_app.make_response(page)
    response.status_code = status.value
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
