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
    EssaysError,
    LocationError,
    NotFoundError,
    QueryError,
    SearchTimeout,
    StorageError,
)
from webapp.params import BadParameter

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
    """A kind of error of the library's. ``detail`` stands in for errors whose own text tells
    of the server's disk or of the command line."""

    error: type[EssaysError]
    name: str
    status: HTTPStatus
    title: str
    detail: str = ""


# The first that fits counts.
PROBLEMS = (
    Problem(
        error=BadParameter,
        name="parameter",
        status=HTTPStatus.BAD_REQUEST,
        title="Wrong parameter",
    ),
    Problem(
        error=SearchTimeout,
        name="timeout",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The search took too long",
    ),
    Problem(
        error=QueryError,
        name="query",
        status=HTTPStatus.BAD_REQUEST,
        title="Query beyond a limit",
    ),
    Problem(
        error=NotFoundError,
        name="not-found",
        status=HTTPStatus.NOT_FOUND,
        title="No such essay or passage",
    ),
    Problem(
        error=LocationError,
        name="no-index",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="No usable index",
        detail="There is no usable index at present; whoever runs this site finds why in its log.",
    ),
    Problem(
        error=BusyError,
        name="busy",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The index is busy",
        detail="Another process is at work on the index; ask again in a moment.",
    ),
    Problem(
        error=StorageError,
        name="storage",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The index can't be read",
        detail="The index can't be read at present; whoever runs this site finds why in its log.",
    ),
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
            detail = problem.detail or str(error)
            return answer(problem.status, detail, problem=problem, parameter=parameter)
    return _of_nobody(error)


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    status = HTTPStatus(error.code)
    response = answer(status, error.description or status.phrase)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _of_nobody(error: Exception) -> Response:
    logging.getLogger("webapp").exception("a bug of ours", exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug of ours; it has been logged.")


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
        page = render_template("problem.html", status=status, detail=detail)
        response = current_app.make_response(page)
    response.status_code = status.value
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
