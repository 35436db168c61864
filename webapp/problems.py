"""Errors as people and programs get them: a page, or problem details (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, render_template, request
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

# The first that fits counts.
STATUS: tuple[tuple[type[EssaysError], HTTPStatus], ...] = (
    (BadParameter, HTTPStatus.BAD_REQUEST),
    (SearchTimeout, HTTPStatus.SERVICE_UNAVAILABLE),
    (QueryError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (LocationError, HTTPStatus.SERVICE_UNAVAILABLE),
    (BusyError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StorageError, HTTPStatus.SERVICE_UNAVAILABLE),
)
# Seconds after which it is worth asking again.
RETRY_AFTER = 5


def install(app: Flask) -> None:
    """Makes the app answer every error in one of the two forms."""
    app.register_error_handler(EssaysError, _of_ours)
    app.register_error_handler(Exception, _of_nobody)
    for code in default_exceptions:
        app.register_error_handler(code, _of_http)


def _of_ours(error: EssaysError) -> Response:
    for kind, status in STATUS:
        if isinstance(error, kind):
            return answer(status, str(error))
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


def answer(status: HTTPStatus, detail: str) -> Response:
    """An error as the caller reads it: JSON below ``/api/``, a page elsewhere."""
    if request.path.startswith("/api/"):
        response = jsonify(
            type="about:blank", title=status.phrase, status=status.value, detail=detail
        )
        response.content_type = "application/problem+json"
    else:
        page = render_template("problem.html", status=status, detail=detail)
        response = current_app.make_response(page)
    response.status_code = status.value
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
