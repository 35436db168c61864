"""The values of a keyword field and how many root documents have each, complete and exact.

A terms aggregation is exact where it is asked for all values of each shard, or for the first
ones in code point order; it is asked for no more than a cluster allows in one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.engines.opensearch_snapshot import Snapshot

Value = tuple[str, int]

# Values in one answer; clusters refuse more than 65,535 (search.max_buckets).
PAGE = 30_000
# Of a page, how full a random part of all values should be.
_FULLNESS = 0.8
# Up to here the number of values that parts are made by is nearly exact.
_PRECISION = 40_000

ANYTHING: dict[str, Any] = {"match_all": {}}


def literal(text: str) -> str:
    """A text as a Lucene regular expression for itself."""
    return "".join(letter if letter.isalnum() else f"\\{letter}" for letter in text)


def every(
    snapshot: Snapshot,
    field: str,
    query: dict[str, Any],
    deadline: float,
    *,
    begin: str = "",
    rest: str = ".*",
) -> list[Value]:
    """All values of the documents that match a query, in code point order.

    Those that begin so and go on by a Lucene regular expression. ``query`` need not leave out
    documents without such a value, but the fewer it leaves, the faster this is.
    """
    if not begin and rest == ".*":
        return _all(snapshot, field, query, deadline)
    found: list[Value] = []
    shape: dict[str, Any] = {"include": literal(begin) + rest}
    while True:
        values, is_whole = _first(snapshot, field, query, deadline, shape)
        found += values
        if is_whole:
            return found
        shape["exclude"] = literal(begin) + _up_to(found[-1][0][len(begin) :])


def _all(snapshot: Snapshot, field: str, query: dict[str, Any], deadline: float) -> list[Value]:
    values, is_whole = _first(snapshot, field, query, deadline, {})
    if is_whole:
        return values
    # Random parts, since reading on in order takes the cluster the longer the more there are.
    count = {"cardinality": {"field": field, "precision_threshold": _PRECISION}}
    body = {"size": 0, "track_total_hits": False, "query": query, "aggs": {"values": count}}
    about = snapshot.search(body, deadline=deadline)["aggregations"]["values"]["value"]
    parts = max(2, round(about / (PAGE * _FULLNESS) + 0.5))
    while True:
        found: list[Value] = []
        for part in range(parts):
            shape = {"include": {"partition": part, "num_partitions": parts}}
            values, is_whole = _first(snapshot, field, query, deadline, shape)
            found += values
            if not is_whole:
                break
        else:
            return sorted(found)
        parts *= 2


def _first(
    snapshot: Snapshot,
    field: str,
    query: dict[str, Any],
    deadline: float,
    shape: dict[str, Any],
) -> tuple[list[Value], bool]:
    """The first values, as many as an answer may have, and whether these are all."""
    terms = {"field": field, "size": PAGE, "shard_size": PAGE, "order": {"_key": "asc"}, **shape}
    body = {
        "size": 0,
        "track_total_hits": False,
        "query": query,
        "aggs": {"values": {"terms": terms}},
    }
    counted = snapshot.search(body, deadline=deadline)["aggregations"]["values"]
    values = [(bucket["key"], bucket["doc_count"]) for bucket in counted["buckets"]]
    return values, counted["sum_other_doc_count"] == 0


def _up_to(last: str) -> str:
    """A regular expression for a text and all that come before it in code point order."""
    made = ""
    for letter in reversed(last):
        made = f"({_before(letter)}{literal(letter)}{made})?"
    return made


def _before(letter: str) -> str:
    """A choice of whatever begins with a smaller letter, if there is one."""
    if letter == "\x00":
        return ""
    # Surrogates are no letters.
    smaller = "\ud7ff" if letter == "\ue000" else chr(ord(letter) - 1)
    return f"[\x00-{literal(smaller)}].*|"
