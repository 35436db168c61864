"""The pages that people see, but for the reader."""

from __future__ import annotations

from flask import Blueprint, render_template

from indexer.model import SearchResult
from webapp import addresses, answers, wording
from webapp.libraries import library, settings
from webapp.paging import pages
from webapp.params import PAGE_SIZE, BadParameter, SearchPage, read
from webapp.welcome import welcome

blueprint = Blueprint("pages", __name__)


@blueprint.app_context_processor
def _everywhere() -> dict[str, object]:
    return {"to": addresses, "site": settings().web_title, "said": wording}


@blueprint.get("/")
def search() -> str | tuple[str, int]:
    """The search page, with results where there is a query."""
    asked = read(SearchPage)
    if not asked.q.strip():
        return render_template("home.html", q="", library=welcome(library()))
    offset = (asked.page - 1) * PAGE_SIZE
    if offset > settings().web_max_offset:
        raise BadParameter("page", f"no more than {settings().web_max_offset:,} essays are shown")
    result = library().search(
        asked.q, limit=PAGE_SIZE, offset=offset, sort=asked.sort, facets=answers.FACETS
    )
    return _results(asked, result)


def _results(asked: SearchPage, result: SearchResult) -> str | tuple[str, int]:
    everything = result.essays + result.partial
    numbered = pages(asked.page, everything, PAGE_SIZE, settings().web_max_offset)

    def turn(number: int) -> str:
        return addresses.search(asked.q, page=number, sort=asked.sort)

    page = render_template(
        "results.html",
        q=asked.q,
        sort=asked.sort,
        result=result,
        answer=answers,
        pages=numbered,
        turn=turn,
        narrowings=answers.narrowings(result),
        lesser=answers.first_lesser(result),
        several_languages=result.facets is not None and result.facets.languages.total > 1,
    )
    return (page, 404) if asked.page > numbered.last else page
