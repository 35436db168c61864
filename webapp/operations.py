"""What those who run the app look at: whether it lives, whether it can answer, its metrics and
its log; and what programs ask every site for."""

from __future__ import annotations

import logging
import re
import secrets
import time
from http import HTTPStatus
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, g, request

from indexer.errors import (
    DamagedError,
    EssaysError,
    NoIndexError,
    SchemaError,
    UnavailableError,
)
from webapp import logs, metrics
from webapp.libraries import Search, library, settings
from webapp.problems import RETRY_AFTER, answer

blueprint = Blueprint("operations", __name__)
_log = logging.getLogger("webapp")

# Requests for these are never too many: who asks must get an answer when others ask a lot.
UNLIMITED = frozenset(("operations.healthz", "operations.readyz", "operations.metrics_text"))

# Errors themselves tell of the machine's folders, and are for the log.
_NOT_READY = (
    (NoIndexError, "there is no index yet"),
    (SchemaError, "the index was made by another version; it must be made anew"),
    (DamagedError, "the index is damaged"),
    (UnavailableError, "the index does not answer"),
)
_NOT_READABLE = "the index can't be read"
_PLAIN = "text/plain; charset=utf-8"
_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
# What a proxy adds to the requests of others.
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


def install(app: Flask) -> None:
    """Counts and logs every request; to be called before anything that may end one early."""
    counted = metrics.Metrics(lambda: library().status())
    app.extensions["essays.metrics"] = counted
    app.before_request(_arrived)
    app.after_request(_answered)
    app.register_blueprint(blueprint)


def _arrived() -> None:
    g.arrived = time.perf_counter()
    g.search = None
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _answered(response: Response) -> Response:
    seconds = time.perf_counter() - g.arrived
    route = request.url_rule.rule if request.url_rule is not None else "(none)"
    search = _asked_for()
    counted: metrics.Metrics = current_app.extensions["essays.metrics"]
    counted.request(route, request.method, response.status_code, seconds)
    if search is not None:
        took = search.took_ms
        counted.search(search.outcome, None if took is None else took / 1000)
    response.headers["X-Request-ID"] = g.request_id
    fields: dict[str, object] = {
        "id": g.request_id,
        "client": request.remote_addr,
        "method": request.method,
        "path": request.path,
        "route": route,
        "status": response.status_code,
        "bytes": 0 if request.method == "HEAD" else response.content_length,
        "ms": round(seconds * 1000, 2),
        "agent": request.headers.get("User-Agent"),
    }
    if search is not None:
        fields |= _of_search(search)
    logs.request_line(fields)
    return response


def _asked_for() -> Search | None:
    """The search that the request asked for; the app makes others, as for the examples of /help."""
    search: Search | None = g.search
    return search if search is not None and search.q == request.args.get("q") else None


def _of_search(search: Search) -> dict[str, object]:
    fields: dict[str, object] = {"outcome": search.outcome}
    if settings().web_log_queries:
        fields["q"] = search.q
    if search.essays is not None:
        fields["essays"] = search.essays
        fields["passages"] = search.passages
    if search.took_ms is not None:
        fields["took_ms"] = round(search.took_ms, 2)
    return fields


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether this process answers at all."""
    return _plain("ok\n")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether searches can be answered: the index opens and gives an essay."""
    try:
        library().browse(limit=1)
    except EssaysError as error:
        _log.warning("not ready: %s", error)
        why = next((why for kind, why in _NOT_READY if isinstance(error, kind)), _NOT_READABLE)
        response = _plain(f"{why}\n", HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    return _plain("ok\n")


@blueprint.get("/metrics")
def metrics_text() -> Response:
    """The metrics, for this machine and its own network."""
    if not _from_nearby():
        return answer(
            HTTPStatus.FORBIDDEN, "Metrics are for this machine and the private network it is in."
        )
    counted: metrics.Metrics = current_app.extensions["essays.metrics"]
    response = _plain("")
    response.data = counted.text()
    response.content_type = metrics.CONTENT_TYPE
    return response


def _from_nearby() -> bool:
    """Whether a private address asks, and not for somebody else.

    A proxy that is not known as one (``web.proxies``) is near, but those it asks for need not be.
    """
    if not settings().web_proxies and any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_private


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers should read: the essays, and not every search that could be made of them."""
    root = request.script_root
    return Response(
        "User-agent: *\n"
        # What has a query is a search, or once more what is there without one.
        f"Disallow: {root}/*?\n"
        f"Disallow: {root}/api/\n"
        f"Disallow: {root}/feed.atom\n"
        f"Allow: {root}/static/\n"
        f"Allow: {root}/essays?page=\n",
        content_type=_PLAIN,
    )


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that ask for it where it used to be."""
    return current_app.send_static_file("favicon.svg")


def _plain(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """An answer that holds for now only."""
    response = Response(text, status.value, content_type=_PLAIN)
    response.headers["Cache-Control"] = "no-store"
    return response
