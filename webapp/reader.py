"""The essay as a page to read."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.libraries import library
from webapp.params import Reader, read

blueprint = Blueprint("reader", __name__)


@blueprint.get("/essays/<path:essay_id>")
def essay(essay_id: str) -> str:
    """An essay to read."""
    asked = read(Reader)
    view = library().show(essay_id)
    return render_template("essay.html", q=asked.q, view=view)
