"""The pages that people see."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import addresses
from webapp.libraries import library, settings
from webapp.params import PAGE_SIZE, BadParameter, SearchPage, read

blueprint = Blueprint("pages", __name__)


@blueprint.app_context_processor
def _everywhere() -> dict[str, object]:
    return {"to": addresses, "site": settings().web_title}


@blueprint.get("/")
def search() -> str:
    """The search page, with results where there is a query."""
    asked = read(SearchPage)
    if not asked.q.strip():
        return render_template("home.html", q="", status=library().status())
    offset = (asked.page - 1) * PAGE_SIZE
    if offset > settings().web_max_offset:
        raise BadParameter("page", f"no more than {settings().web_max_offset:,} essays are shown")
    result = library().search(asked.q, limit=PAGE_SIZE, offset=offset, sort=asked.sort)
    return render_template("results.html", q=asked.q, asked=asked, result=result)
