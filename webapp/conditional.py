"""Answers that hold until the next commit: an ETag, and 304 without a search being run; and what
was answered lately is sent again as it was.

An answer depends on the index, the address, the settings and the app's own files, and on
nothing else; the tag names these. It is weak, since a search tells how long it took.

Errors are kept by no cache, and the app's own files for good where their address names what is
in them.
"""

from __future__ import annotations

from hashlib import blake2b
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, g, request
from msgspec.structs import replace
from werkzeug.http import quote_etag

from indexer.config import Settings
from indexer.errors import EssaysError
from webapp import addresses
from webapp.keeping import KeptAnswer, KeptAnswers
from webapp.libraries import Search, library

# Blueprints whose answers are so.
LASTING = frozenset(("pages", "reader", "api", "feeds"))
# Any cache may keep an answer, if it asks each time whether it still holds: who may read the
# one may read the other, and what guards a site stands before it.
CACHE_CONTROL = "no-cache"
FOR_GOOD = "public, max-age=31536000, immutable"
_METHODS = ("GET", "HEAD")


def install(app: Flask) -> None:
    """Makes the app tag its answers; to be called after what may refuse a request."""
    settings: Settings = app.extensions["essays.settings"]
    made_of = fingerprint(settings)
    answers = KeptAnswers(settings.web_kept_bytes)

    def unchanged() -> Response | None:
        lasting = request.blueprint in LASTING and request.method in _METHODS
        g.etag = tag = _tag(made_of) if lasting else None
        if tag is None:
            return None
        asked = request.if_none_match
        # "*" holds for what exists, which only an answer can tell.
        if not asked.star_tag and asked.contains_weak(tag):
            return Response(status=HTTPStatus.NOT_MODIFIED)
        kept = answers.get(tag)
        if kept is None:
            return None
        g.search = kept.search
        return Response(kept.body, headers=list(kept.headers))

    def tagged(response: Response) -> Response:
        tag = g.get("etag")
        if tag is not None and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
            # What comes after this adds what hangs on who asks.
            if response.status_code == HTTPStatus.OK and request.method == "GET":
                headers = tuple(response.headers.items())
                answers.put(tag, KeptAnswer(response.get_data(), headers, _told_before(g.search)))
            if request.if_none_match.star_tag:
                response = Response(status=HTTPStatus.NOT_MODIFIED)
            response.headers["ETag"] = quote_etag(tag, weak=True)
            response.headers["Cache-Control"] = CACHE_CONTROL
        elif response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers["Cache-Control"] = "no-store"
        elif request.endpoint == "static" and _is_named_by_content():
            response.headers["Cache-Control"] = FOR_GOOD
        return response

    app.before_request(unchanged)
    app.after_request(tagged)


def _told_before(search: Search | None) -> Search | None:
    """A search as an answer that is sent again tells of it: it took no time."""
    return None if search is None else replace(search, took_ms=None)


def fingerprint(settings: Settings) -> bytes:
    """What shapes an answer besides index and address; the same in every process."""
    made_of = blake2b(version("essay-search").encode())
    made_of.update(repr(settings).encode("utf-8", "backslashreplace"))
    for path in sorted(Path(__file__).parent.rglob("*.*")):
        if path.suffix in (".py", ".html", ".css", ".js", ".svg"):
            made_of.update(path.read_bytes())
    return made_of.digest()


def _is_named_by_content() -> bool:
    name = (request.view_args or {})["filename"]
    return request.args.get("v") == addresses.fingerprint(name)


def _tag(made_of: bytes) -> str | None:
    """The tag of the answer at hand; ``None`` where it does not hang on an index that is there."""
    try:
        # Before the answer: what is committed meanwhile is then sent again, not missed.
        revision = library().revision()
    except EssaysError:
        return None
    address = f"{request.root_url} {request.path} {revision} "
    made = blake2b(address.encode("utf-8", "surrogatepass"), digest_size=16, key=made_of)
    made.update(request.query_string)
    return made.hexdigest()
