"""Counts of an engine to the values that people narrow a search or a shelf by."""

from __future__ import annotations

from indexer.engines.base import Catalogue, Counted, Counts, FacetName, Matches
from indexer.keeping import lru_cache
from indexer.model import Facet, Facets, FacetValue
from indexer.paths import exact_paths
from indexer.plan import Pattern
from indexer.query import And, In, Query, parse
from indexer.records import replace
from indexer.refining import Narrowing, quotable


def of_matches(matches: Matches, query: Query, most: int) -> Facets:
    """What a search's counted essays can be narrowed by, at most so many values of each.

    The folders are those where the essays first part, below the query's own.
    """
    narrowing = Narrowing(query)
    return Facets(
        languages=_facet("language", matches.facet("language", most), narrowing),
        years=_facet("year", matches.facet("year", most), narrowing),
        authors=_authors(matches, most, narrowing),
        folders=_facet("folder", _first_parting(matches, _place_of(query), most), narrowing),
    )


def of_catalogue(catalogue: Catalogue, folder: str | None, most: int) -> Facets:
    """The same of a shelf; the folders are those directly below its own."""
    nothing = Narrowing(parse(""))
    return Facets(
        languages=_facet("language", catalogue.facet("language", most), nothing),
        years=_facet("year", catalogue.facet("year", most), nothing),
        authors=_facet("author", catalogue.facet("author", most), nothing),
        folders=_facet("folder", catalogue.facet("folder", most, folder or ""), nothing),
    )


def _facet(name: FacetName, counts: Counts, narrowing: Narrowing) -> Facet:
    made = []
    for value, essays in counts.values:
        text = narrowing.text(name, value)
        if text is not None:
            made.append(FacetValue(value=value, essays=essays, query=text))
    return Facet(values=tuple(made), total=counts.total)


def _authors(matches: Matches, most: int, narrowing: Narrowing) -> Facet:
    """With the essays that the narrowed query finds: it finds longer names, too."""
    facet = _facet("author", matches.facet("author", most), narrowing)
    made = []
    for value in facet.values:
        pattern = _named(value.value)
        if pattern is not None:
            made.append(replace(value, essays=matches.essays_with(pattern)))
    made.sort(key=lambda value: (-value.essays, value.value))
    return Facet(values=tuple(made), total=facet.total)


# The same names are counted again and again.
@lru_cache(maxsize=4_096)
def _named(author: str) -> Pattern | None:
    """The words of a name in a row; ``None`` where there are none."""
    words = quotable(author)
    paths = exact_paths(words)
    return Pattern(paths=paths, view="exact", scope="author", label=words) if paths else None


def _place_of(query: Query) -> str:
    """The deepest folder that the whole query is within, or nothing."""
    strict = query.strict
    parts = strict.children if isinstance(strict, And) else (strict,)
    return max((part.place for part in parts if isinstance(part, In)), key=len, default="")


def _first_parting(counted: Counted, below: str, most: int) -> Counts:
    """The folders where the essays are not all in the same one; the last one where they are
    all together to the end."""
    found = counted.facet("folder", most, below)
    while found.total == 1 and found.values and found.values[0][1] == counted.essays:
        deeper = counted.facet("folder", most, found.values[0][0])
        if not deeper.total:
            break
        found = deeper
    return found
