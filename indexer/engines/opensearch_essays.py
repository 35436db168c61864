"""Essays read back whole from an index on a cluster, and the figures of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from indexer.engines.base import Entry, Fingerprint
from indexer.engines.opensearch_index import Place, Stamp
from indexer.engines.opensearch_schema import (
    DATA,
    ESSAY,
    ESSAYS_ONLY,
    ORDINAL,
    OUTLINE,
    PASSAGES,
    SCHEMA_VERSION,
    document_id,
    essay_of,
    fingerprint_of,
    outline_of,
    passage_of,
)
from indexer.model import Essay, Passage, Status

# Essays, and passages of an essay, in one answer.
ESSAYS_AT_ONCE = 1_000
PASSAGES_AT_ONCE = 5_000
# There are some 8,000 codes of languages in all.
_MOST_LANGUAGES = 10_000

Body = dict[str, Any]


class Searching(Protocol):
    """One commit that can be searched."""

    def search(self, body: Body) -> Body:
        """The whole answer to a search."""
        ...


def hits_of_all(commit: Searching, body: Body, size: int = ESSAYS_AT_ONCE) -> Iterator[Body]:
    """Every essay as a hit, by id; ``body`` says what to fetch, and ``size`` of how many at
    once."""
    after: Body = {}
    while True:
        question = {"query": {"match_all": {}}, **body, **after}
        answer = commit.search(
            {"size": size, "sort": [{"id": "asc"}], "track_total_hits": False, **question}
        )
        hits = answer["hits"]["hits"]
        yield from hits
        if len(hits) < size:
            return
        after = {"search_after": hits[-1]["sort"]}


def fingerprints(commit: Searching) -> Iterator[Fingerprint]:
    """What sync must know of every essay."""
    hits = hits_of_all(commit, dict(ESSAYS_ONLY))
    return (fingerprint_of(hit["fields"]) for hit in hits)


def essays(commit: Searching) -> Iterator[Essay]:
    """Every essay, by id."""
    hits = hits_of_all(commit, dict(ESSAYS_ONLY))
    return (essay_of(hit["fields"]) for hit in hits)


def essay(commit: Searching, essay_id: str) -> Entry | None:
    """A whole essay, or ``None``."""
    hit = _with_passages(commit, essay_id, 0)
    while hit is not None:
        entry, hit = _read(commit, essay_id, hit)
        if entry is not None:
            return entry
    return None


def _read(commit: Searching, essay_id: str, first: Body) -> tuple[Entry | None, Body | None]:
    """The entry, or the essay's first passages again where it has changed meanwhile."""
    found = essay_of(first["fields"])
    passages: list[Passage] = []
    hit = first
    while True:
        inner = hit["inner_hits"][PASSAGES]["hits"]["hits"]
        passages += [passage_of(passage["fields"]) for passage in inner]
        if len(passages) >= found.passages or not inner:
            break
        following = _with_passages(commit, essay_id, len(passages))
        # A commit that was lost with a node is followed by the newest.
        if following is None or following["fields"] != first["fields"]:
            return None, _with_passages(commit, essay_id, 0)
        hit = following
    entry = Entry(
        essay=found,
        fingerprint=fingerprint_of(first["fields"]),
        outline=outline_of(first["fields"]),
        passages=tuple(passages),
    )
    return entry, None


def _with_passages(commit: Searching, essay_id: str, start: int) -> Body | None:
    """An essay with its next passages, after so many of them."""
    answer = commit.search(
        {
            "size": 1,
            "query": {
                "bool": {
                    "filter": [{"ids": {"values": [document_id(essay_id)]}}],
                    "should": [passages_from(start, PASSAGES_AT_ONCE, DATA)],
                }
            },
            "stored_fields": [OUTLINE],
            "docvalue_fields": [ESSAY],
            "track_total_hits": False,
        }
    )
    hits = answer["hits"]["hits"]
    return hits[0] if hits else None


def passages_from(start: int, size: int, *names: str) -> Body:
    """A query for the passages of essays in order, so many of each, with stored fields."""
    # Not a range of ordinals: OpenSearch 3 cuts a range of numbers short once it has found as
    # many documents as the request counts, which is before all the passages.
    inner = {
        "name": PASSAGES,
        "from": start,
        "size": size,
        "sort": [{ORDINAL: "asc"}],
        "_source": False,
        "stored_fields": list(names),
    }
    query: Body = {"match_all": {}}
    return {"nested": {"path": PASSAGES, "query": query, "inner_hits": inner}}


def status(commit: Searching, place: Place, stamp: Stamp) -> Status:
    """Size and state of an index; its bytes are those of all copies."""
    answer = commit.search(
        {
            "size": 0,
            "track_total_hits": True,
            "aggs": {
                "passages": {"sum": {"field": "passages"}},
                "words": {"sum": {"field": "words"}},
                "languages": {"terms": {"field": "language", "size": _MOST_LANGUAGES}},
            },
        }
    )
    counted = answer["aggregations"]
    return Status(
        location=place.shown,
        engine="opensearch",
        schema_version=SCHEMA_VERSION,
        essays=answer["hits"]["total"]["value"],
        passages=round(counted["passages"]["value"]),
        words=round(counted["words"]["value"]),
        bytes=place.size(stamp.index),
        updated=stamp.updated,
        languages={each["key"]: each["doc_count"] for each in counted["languages"]["buckets"]},
        healthy=True,
    )
