"""Pages of a sorted search over root documents, however deep they lie."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.engines.opensearch_snapshot import Answer, Body, Snapshot

# Hits that a cluster counts off by itself (index.max_result_window, where nobody raised it).
WINDOW = 10_000
# Hits that are loaded with all that is asked of them in one request.
LOADED = 1_000
# Places of one search that are remembered.
_MOST_PLACES = 1_000


def page(
    snapshot: Snapshot,
    body: Body,
    start: int,
    stop: int,
    deadline: float,
    *,
    scored: bool = False,
) -> list[Answer]:
    """Hits ``start`` to ``stop`` of a search.

    ``body`` is all of the search but ``from`` and ``size``; the last of its ``sort`` keys is
    another for each document. What lies beyond the window of the index is reached in steps
    that load sort values alone, and the next page from where the last one ended.
    """
    start = max(start, 0)
    after: list[Any] | None = None
    if start >= WINDOW and stop > start:
        after = _before(snapshot, body, start, deadline, scored)
        if after is None:
            return []
    found: list[Answer] = []
    while (size := min(stop - start - len(found), LOADED)) > 0:
        request = {"track_total_hits": False, **body}
        if after is None:
            size = min(size, WINDOW - start)
            request["from"] = start
        else:
            request["search_after"] = after
        request["size"] = size
        hits = snapshot.search(request, deadline=deadline, scored=scored)["hits"]["hits"]
        found += hits
        if len(hits) < size:
            break
        after = hits[-1]["sort"]
        if start + len(found) >= WINDOW:
            _remember(snapshot, body, start + len(found), after)
    return found


def _before(
    snapshot: Snapshot, body: Body, place: int, deadline: float, scored: bool
) -> list[Any] | None:
    """Sort values of the hit before a place, unless there are not so many."""
    known = _places(snapshot, body)
    at = max((there for there in known if there <= place), default=0)
    after: list[Any] | None = known.get(at)
    while at < place:
        size = min(WINDOW, place - at)
        request: Body = {
            "query": _without_inner_hits(body["query"]),
            "sort": body["sort"],
            "_source": False,
            "stored_fields": "_none_",
            "track_total_hits": False,
            "size": size,
        }
        if after is not None:
            request["search_after"] = after
        hits = snapshot.search(request, deadline=deadline, scored=scored)["hits"]["hits"]
        if len(hits) < size:
            return None
        at += size
        after = hits[-1]["sort"]
        _remember(snapshot, body, at, after)
    return after


def _key(body: Body) -> tuple[str, str]:
    """What tells one search from another, short."""
    text = json.dumps([body["query"], body["sort"]])
    return "places", blake2b(text.encode(), digest_size=16).hexdigest()


def _places(snapshot: Snapshot, body: Body) -> dict[int, list[Any]]:
    """Places of a search that are known, with the sort values of the hit before each."""
    return snapshot.known(_key(body)) or {}


def _remember(snapshot: Snapshot, body: Body, place: int, after: list[Any]) -> None:
    known = _places(snapshot, body)
    # A new one each time, since other threads may be looking through it.
    kept = {} if len(known) >= _MOST_PLACES else known
    snapshot.remember(_key(body), {**kept, place: after})


def _without_inner_hits(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _without_inner_hits(value) for key, value in node.items() if key != "inner_hits"
        }
    return [_without_inner_hits(part) for part in node] if isinstance(node, list) else node
