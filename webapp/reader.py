"""The essay as a page to read."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from indexer.errors import NotFoundError
from indexer.model import Reading
from webapp import addresses, typesetting
from webapp.answers import remarks, shown
from webapp.libraries import library
from webapp.params import Reader, read

blueprint = Blueprint("reader", __name__)

# Passages from which a browser lays out only those that are looked at.
_VAST = 500
# Passages that tell which way an essay is written.
_SAMPLE = 8

Page = str | Response | Redirect | tuple[str, HTTPStatus]


@blueprint.get("/essays/<path:essay_id>")
def essay(essay_id: str) -> Page:
    """An essay to read, or the page that says that there is none."""
    asked = read(Reader)
    q = asked.q if asked.q.strip() else ""
    if essay_id.endswith("/"):
        return redirect(addresses.essay(essay_id.rstrip("/"), q=q), HTTPStatus.PERMANENT_REDIRECT)
    try:
        reading = library().read(essay_id, q)
    except NotFoundError as error:
        missing = render_template("missing.html", q=q, named=shown(essay_id), close=error.close)
        return missing, HTTPStatus.NOT_FOUND
    cited = next((one for one in reading.passages if one.anchor == asked.cite), None)
    if asked.cite and cited is None:
        named = shown(asked.cite)
        missing = render_template("missing.html", q=q, named=named, essay=reading.essay)
        return missing, HTTPStatus.NOT_FOUND
    direction = _direction(reading)
    return render_template(
        "essay.html",
        q=q,
        shown=shown(q),
        essay=reading.essay,
        reading=reading,
        remarks=remarks(reading),
        outline=typesetting.outline(reading.outline),
        passages=typesetting.passages(reading, direction),
        direction=direction,
        vast=len(reading.passages) > _VAST,
        address=request.host_url.rstrip("/") + addresses.essay(reading.essay.id),
        cited=cited,
    )


def _direction(reading: Reading) -> typesetting.Direction:
    beginning = " ".join(one.text for one in reading.passages[:_SAMPLE])
    return typesetting.direction(reading.essay.language, beginning)
