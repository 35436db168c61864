"""The pages that people see, but for the reader."""

from __future__ import annotations

from flask import Blueprint, render_template

from indexer.model import FacetValue, SearchResult
from webapp import addresses, answers, help, shelves, wording
from webapp.broadening import wider
from webapp.examples import kept
from webapp.libraries import library, settings
from webapp.narrowing import narrowings
from webapp.paging import pages
from webapp.params import PAGE_SIZE, BadParameter, BrowsePage, Nothing, SearchPage, read
from webapp.welcome import welcome

blueprint = Blueprint("pages", __name__)

# A page, and its status where it isn't 200.
Answer = str | tuple[str, int]


@blueprint.app_context_processor
def _everywhere() -> dict[str, object]:
    return {"to": addresses, "site": settings().web_title, "said": wording}


@blueprint.get("/")
def search() -> Answer:
    """The search page, with results where there is a query."""
    asked = read(SearchPage)
    if not asked.q.strip():
        return render_template("home.html", q="", library=kept(welcome, library()))
    offset = (asked.page - 1) * PAGE_SIZE
    if offset > settings().web_max_offset:
        raise BadParameter("page", f"no more than {settings().web_max_offset:,} essays are shown")
    result = library().search(
        asked.q, limit=PAGE_SIZE, offset=offset, sort=asked.sort, facets=answers.FACETS
    )
    return _results(asked, result)


def _results(asked: SearchPage, result: SearchResult) -> Answer:
    everything = result.essays + result.partial
    turned = pages(asked.page, everything, PAGE_SIZE, settings().web_max_offset)

    def turn(number: int) -> str:
        return addresses.search(asked.q, page=number, sort=asked.sort)

    def narrowed(kind: str, value: FacetValue) -> str:
        return addresses.search(value.query, sort=asked.sort)

    page = render_template(
        "results.html",
        q=asked.q,
        sort=asked.sort,
        result=result,
        answer=answers,
        pages=turned,
        turn=turn,
        narrowings=narrowings(result.facets, result.essays, narrowed),
        lesser=answers.first_lesser(result),
        several_languages=result.facets is not None and result.facets.languages.total > 1,
        wider=() if everything else wider(library(), result),
    )
    return (page, 404) if asked.page > turned.last else page


@blueprint.get("/essays")
def browse() -> Answer:
    """The essays by title, author, date or folder."""
    asked = read(BrowsePage)
    shelf = library().browse(
        order=asked.by,
        limit=shelves.PAGE_SIZE,
        offset=(asked.page - 1) * shelves.PAGE_SIZE,
        author=asked.author or None,
        year=asked.year or None,
        language=asked.language or None,
        folder=asked.folder or None,
        facets=shelves.FACETS,
    )
    turned = pages(asked.page, shelf.total, shelves.PAGE_SIZE)

    def narrowed(kind: str, value: FacetValue) -> str:
        return shelves.address(asked, **{kind: value.value})

    page = render_template(
        "browse.html",
        q="",
        asked=asked,
        shelf=shelf,
        shelves=shelves,
        pages=turned,
        turn=lambda number: shelves.turned(asked, number),
        narrowings=narrowings(shelf.facets, shelf.total, narrowed),
    )
    empty = not shelf.essays and (asked.page > 1 or bool(shelves.filters(asked) or asked.folder))
    return (page, 404) if empty else page


@blueprint.get("/help")
def help_page() -> str:
    """How to search."""
    read(Nothing)
    return render_template("help.html", q="", entries=kept(help.entries, library()), keys=help.KEYS)
