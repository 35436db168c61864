"""A plan as queries of the cluster (Query DSL).

A *passage query* is asked of the nested documents; :func:`of_essays` makes a query on essays of
it. All that a tree filters by is repeated in each passage, so that one tree of passages is
enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from indexer.engines import opensearch_schema as schema
from indexer.engines.opensearch_schema import HOLE, encoded, key_of
from indexer.plan import (
    Alternative,
    Below,
    Both,
    Dated,
    Either,
    InLanguage,
    OfEssay,
    Path,
    Pattern,
    PlanNode,
    Scope,
    Step,
    Without,
    patterns_in,
)
from indexer.records import replace
from indexer.rows import Row, is_graded, rows
from indexer.terms import form_of, language_of, width_of
from indexer.weights import BM25

Query = dict[str, Any]
Exists = Callable[[str, Scope], bool]

NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"match_all": {}}

# Rows that are asked for one by one; a pattern with more is asked as intervals.
_MOST_ROWS = 60

_FIELDS = {
    ("any", "exact"): schema.ANY,
    ("any", "stem"): schema.STEMS,
    ("heading", "exact"): "p.heading",
    ("heading", "stem"): "p.heading_stem",
    ("title", "exact"): "p.title",
    ("title", "stem"): "p.title_stem",
    ("author", "exact"): "p.author",
}


def of_essays(passages: Query, *, score: str = "none") -> Query:
    """Essays with a passage that a query finds; ``score`` is "max" for that of the best."""
    return {"nested": {"path": schema.PASSAGES, "query": passages, "score_mode": score}}


def every(queries: Iterable[Query]) -> Query:
    """What all of the queries find, unscored."""
    found = [query for query in queries if query != EVERYTHING]
    if not found:
        return EVERYTHING
    return found[0] if len(found) == 1 else {"bool": {"filter": found}}


def any_of(queries: Iterable[Query]) -> Query:
    """What one of the queries finds."""
    found = [query for query in queries if query != NOTHING]
    if not found:
        return NOTHING
    return found[0] if len(found) == 1 else {"bool": {"should": found}}


def without(query: Query, *others: Query) -> Query:
    """What a query finds and none of the others do."""
    return {"bool": {"filter": [query], "must_not": list(others)}}


def patterns_everywhere(node: PlanNode | None) -> list[Pattern]:
    """All patterns of a strict tree, those as well that must not be there."""
    match node:
        case Without(part):
            return patterns_everywhere(part)
        case Both(parts) | Either(parts):
            return [pattern for part in parts for pattern in patterns_everywhere(part)]
        case _:
            return patterns_in(node)


# Where patterns occur


def passages_with(pattern: Pattern, exists: Exists) -> Query:
    """Passages in which a pattern occurs, unscored."""
    if pattern.slop is not None:
        return any_of(_near(path, pattern, exists) for path in pattern.paths if path)
    field = _FIELDS[pattern.scope, pattern.view]
    found: list[Query] = []
    for languages, paths in _by_languages(pattern):
        terms = list(
            dict.fromkeys(
                _token(alternative.term, pattern)
                for path in paths
                if len(path) == 1
                for alternative in path[0]
            )
        )
        asked: list[Query] = []
        if terms:
            asked.append({"terms": {field: terms}} if terms[1:] else {"term": {field: terms[0]}})
        longer = replace(pattern, paths=tuple(path for path in paths if len(path) > 1))
        several = _rows(longer, exists)
        if len(several) < _MOST_ROWS:
            asked += [_phrase(row, pattern) for row in several]
        else:
            asked += [_in_a_row(path, pattern) for path in longer.paths]
        if languages is None:
            found += asked
        elif asked:
            found.append(every([any_of(asked), in_languages(languages)]))
    return any_of(found)


def _rows(pattern: Pattern, exists: Exists) -> tuple[Row, ...]:
    return rows(pattern, lambda term: exists(term, pattern.scope))


_Languages = tuple[str, ...] | None


def _by_languages(pattern: Pattern) -> list[tuple[_Languages, list[Path]]]:
    """The paths of a pattern by the languages in whose passages they count; ``None`` is all
    that there are.

    Stems of all languages are in one field, without their language, and mean something in it
    only. A pattern of stems has paths in every language of the library.
    """
    if pattern.view != "stem" or pattern.scope != "any":
        return [(None, list(pattern.paths))]
    spoken: dict[tuple[tuple[str, ...], ...], dict[str, Path]] = {}
    for path in pattern.paths:
        tokens = tuple(tuple(_token(one.term, pattern) for one in step) for step in path)
        spoken.setdefault(tokens, {})[language_of(path[0][0].term)] = path
    everywhere = {language for found in spoken.values() for language in found}
    made: dict[_Languages, list[Path]] = {}
    for found in spoken.values():
        languages = None if found.keys() == everywhere else tuple(sorted(found))
        made.setdefault(languages, []).append(next(iter(found.values())))
    return list(made.items())


def _token(term: str, pattern: Pattern) -> str:
    """A term as it stands in the pattern's field."""
    if pattern.view == "exact":
        return encoded(term)
    language, _, stem = term.partition(":")
    return encoded(stem) if pattern.scope == "any" else f"{language}:{encoded(stem)}"


def _phrase(row: Row, pattern: Pattern, boost: float = 1.0) -> Query:
    """Where the terms of a row stand at their offsets."""
    field = _FIELDS[pattern.scope, pattern.view]
    if len(row) == 1:
        return {"term": {field: {"value": _token(row[0][0], pattern), "boost": boost}}}
    tokens = [HOLE] * (row[-1][1] + 1)
    for term, offset in row:
        tokens[offset] = _token(term, pattern)
    return {"match_phrase": {field: {"query": " ".join(tokens), "boost": boost}}}


def _near(path: Path, pattern: Pattern, exists: Exists) -> Query:
    assert pattern.slop is not None
    # Every combination is a clause to Lucene, which takes some hundred.
    there = [tuple(one for one in step if exists(one.term, pattern.scope)) for step in path]
    if not all(there):
        return NOTHING
    steps = [_interval(step, pattern, wide=True) for step in there]
    field = _FIELDS[pattern.scope, pattern.view]
    if len(steps) == 1:
        return {"intervals": {field: steps[0]}}
    return {
        "intervals": {
            field: {"all_of": {"mode": "unordered", "max_gaps": pattern.slop, "intervals": steps}}
        }
    }


def _in_a_row(path: Path, pattern: Pattern) -> Query:
    """A path with too many rows to ask for each."""
    field = _FIELDS[pattern.scope, pattern.view]
    steps = [
        _interval(step, pattern, wide=number < len(path) - 1) for number, step in enumerate(path)
    ]
    return {
        "intervals": {field: {"all_of": {"mode": "ordered", "max_gaps": 0, "intervals": steps}}}
    }


def _interval(step: Step, pattern: Pattern, *, wide: bool) -> Query:
    """The places of a step; ``wide`` where they must cover all positions they take up."""
    found = [rule for alternative in step for rule in _intervals(alternative, pattern, wide=wide)]
    return found[0] if len(found) == 1 else {"any_of": {"intervals": found}}


def _intervals(alternative: Alternative, pattern: Pattern, *, wide: bool) -> list[Query]:
    token = _token(alternative.term, pattern)
    width = width_of(alternative.term)
    if not wide or alternative.advance == 1:
        return [{"match": {"query": token}}]
    if width > 1:
        later = (schema.continuation(token, step) for step in range(1, width))
        return [_together([token, *later])]
    # The last pair of a run takes up two positions; the second character stands at the later.
    form = form_of(alternative.term)
    return [_together([token, _token(form[cut:], pattern)]) for cut in range(1, len(form))]


def _together(tokens: Sequence[str]) -> Query:
    return {"match": {"query": " ".join(tokens), "mode": "ordered", "max_gaps": 0}}


# Trees


def passages_of(node: PlanNode | None, exists: Exists) -> Query:
    """Passages that satisfy a strict tree, unscored; all of them if there is none."""
    match node:
        case None:
            return EVERYTHING
        case Pattern():
            return passages_with(node, exists)
        case Both(parts):
            wanted = [passages_of(p, exists) for p in parts if not isinstance(p, Without)]
            unwanted = [passages_of(p.part, exists) for p in parts if isinstance(p, Without)]
            if not unwanted:
                return every(wanted)
            return {"bool": {"filter": wanted, "must_not": unwanted}}
        case Either(parts):
            return any_of(passages_of(part, exists) for part in parts)
        case Without(part):
            return {"bool": {"must_not": [passages_of(part, exists)]}}
        case InLanguage(language):
            return {"term": {"p.language": language}}
        case Below(place):
            return {"term": {"p.place": key_of(place)}}
        case OfEssay(essay_id):
            return {"term": {"p.essay": key_of(essay_id)}}
        case Dated(start, end):
            bounds = {"gte": start, "lt": end}
            return {"range": {"p.day": {k: v for k, v in bounds.items() if v is not None}}}


def in_languages(languages: Sequence[str]) -> Query:
    """Passages of essays in one of these languages."""
    return {"terms": {"p.language": list(languages)}}


# Scores


def scored(pattern: Pattern, times: int, idf: float, exists: Exists) -> Query:
    """What a pattern adds to the score of a passage.

    ``times`` is how often the query says it; ``idf`` counts where it only matters that the
    pattern occurs. See :mod:`indexer.engines.base` for the
    formula.
    """
    if not is_graded(pattern):
        found = passages_with(pattern, exists)
        if found == NOTHING:
            return NOTHING
        return {"constant_score": {"filter": found, "boost": times * idf}}
    boost = times * (BM25.k1 + 1)
    queries: list[Query] = []
    for languages, paths in _by_languages(pattern):
        along = _rows(replace(pattern, paths=tuple(paths)), exists)
        for row in along:
            query = _phrase(row, pattern, boost)
            if languages is not None:
                query = {"bool": {"must": [query], "filter": [in_languages(languages)]}}
            queries.append(query)
        if any(len(row) > 1 for row in along):
            # A shard that has no term of a phrase leaves its passages out of the statistics; a
            # term that is nowhere makes it count them.
            queries.append({"term": {_FIELDS[pattern.scope, pattern.view]: HOLE}})
    if len(queries) < 2:
        return queries[0] if queries else NOTHING
    return {"dis_max": {"queries": queries, "tie_breaker": 0.0}}
