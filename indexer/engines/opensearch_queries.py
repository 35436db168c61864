"""A plan as queries of the cluster (Query DSL).

A *passage query* is asked of the nested documents; :func:`of_essays` makes a query on essays of
it. All that a tree filters by is repeated in each passage, so that one tree of passages is
enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

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
    Plan,
    PlanNode,
    Step,
    Without,
    patterns_in,
)
from indexer.rows import Row, is_graded, rows
from indexer.terms import form_of, width_of
from indexer.weights import BM25

Query = dict[str, Any]
Exists = Callable[[str], bool]

NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"match_all": {}}

# Rows that are asked for one by one; a pattern with more is asked as intervals.
_MOST_ROWS = 60

_FIELDS = {
    ("any", "exact"): schema.ANY,
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


def joined_terms(plan: Plan) -> set[str]:
    """The terms of joined compounds that a plan must know the existence of."""
    patterns = [word.pattern for word in plan.words] + patterns_everywhere(plan.strict)
    return {
        alternative.term
        for pattern in patterns
        if pattern.view == "exact" and pattern.scope != "author"
        for path in pattern.paths
        if len(path) > 1
        for step in path
        for alternative in step
        if width_of(alternative.term) > 1
    }


def patterns_everywhere(node: PlanNode | None) -> list[Pattern]:
    """All patterns of a strict tree, those that must not be there as well."""
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
    if pattern.scope == "author":
        # What is known to exist are the words of texts; names are short.
        exists = _always
    if pattern.slop is not None:
        return any_of(_near(path, pattern, exists) for path in pattern.paths if path)
    singles: dict[str, dict[str, None]] = {}
    longer: list[Query] = []
    for path in pattern.paths:
        if len(path) == 1:
            for alternative in path[0]:
                field, token = _place(alternative.term, pattern)
                singles.setdefault(field, {})[token] = None
    several = rows(_only_rows(pattern), exists)
    if len(several) < _MOST_ROWS:
        longer = [_phrase(row, pattern) for row in several]
    else:
        longer = [_in_a_row(path, pattern) for path in pattern.paths if len(path) > 1]
    terms = [
        {"term": {field: tokens[0]}} if len(tokens) == 1 else {"terms": {field: tokens}}
        for field, tokens in ((field, list(found)) for field, found in singles.items())
    ]
    return any_of([*terms, *longer])


def _only_rows(pattern: Pattern) -> Pattern:
    """A pattern without its paths of one step."""
    return replace(pattern, paths=tuple(path for path in pattern.paths if len(path) > 1))


def _place(term: str, pattern: Pattern) -> tuple[str, str]:
    """The field a term is looked up in, and its token there."""
    if pattern.view == "stem" and pattern.scope == "any":
        language, _, stem = term.partition(":")
        return f"{schema.STEMS}.{language}", encoded(stem)
    if pattern.view == "stem":
        language, _, stem = term.partition(":")
        return _FIELDS[pattern.scope, "stem"], f"{language}:{encoded(stem)}"
    return _FIELDS[pattern.scope, "exact"], encoded(term)


def _phrase(row: Row, pattern: Pattern, boost: float = 1.0) -> Query:
    """Where the terms of a row stand at their offsets."""
    field, _ = _place(row[0][0], pattern)
    if len(row) == 1:
        return {"term": {field: {"value": _place(row[0][0], pattern)[1], "boost": boost}}}
    tokens = [HOLE] * (row[-1][1] + 1)
    for term, offset in row:
        tokens[offset] = _place(term, pattern)[1]
    return {"match_phrase": {field: {"query": " ".join(tokens), "boost": boost}}}


def _always(term: str) -> bool:
    return True


def _near(path: Path, pattern: Pattern, exists: Exists) -> Query:
    assert pattern.slop is not None
    # Every combination is a clause to Lucene, which takes some hundred.
    there = [tuple(one for one in step if exists(one.term)) for step in path]
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
    field, _ = _place(path[0][0].term, pattern)
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
    token = _place(alternative.term, pattern)[1]
    width = width_of(alternative.term)
    if not wide or alternative.advance == 1:
        return [{"match": {"query": token}}]
    if width > 1:
        later = (schema.continuation(token, step) for step in range(1, width))
        return [_together([token, *later])]
    # The last pair of a run takes up two positions; the second character stands at the later.
    form = form_of(alternative.term)
    return [_together([token, _place(form[cut:], pattern)[1]]) for cut in range(1, len(form))]


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
    along = rows(pattern, exists)
    queries = [_phrase(row, pattern, boost) for row in along]
    # A shard that has no term of a phrase leaves its passages out of the statistics; a term that
    # is nowhere makes it count them.
    fields = sorted({_place(row[0][0], pattern)[0] for row in along if len(row) > 1})
    queries += [{"term": {field: HOLE}} for field in fields]
    if len(queries) < 2:
        return queries[0] if queries else NOTHING
    return {"dis_max": {"queries": queries, "tie_breaker": 0.0}}
