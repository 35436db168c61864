"""Which other sites' scripts may read the API: none, unless the setting names them.

Own code, since it is these few lines: the API is read only, without cookies and credentials, so
that nothing of the protocol remains but who may read, and what.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, request

from webapp.libraries import settings

# Headers of an answer that a script may see besides those it always may.
EXPOSED = "ETag, Link, Retry-After, X-Total-Count, X-Request-ID"
# Seconds that a browser may remember a preflight; more than two hours none does.
REMEMBERED = 7200


def install(app: Flask) -> None:
    """Makes the app tell browsers which sites may read what is below ``/api/``."""
    app.after_request(_told)


def _told(response: Response) -> Response:
    origins = settings().web_cors_origins
    if not origins or not request.path.startswith("/api/"):
        return response
    any_origin = "*" in origins
    if not any_origin:
        response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if not any_origin and origin.lower() not in origins:
        return response
    response.headers["Access-Control-Allow-Origin"] = "*" if any_origin else origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        if response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.NO_CONTENT
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = str(REMEMBERED)
    return response
