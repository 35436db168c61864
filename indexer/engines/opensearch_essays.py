"""Essays read back whole from an index on a cluster, and the figures of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from indexer.engines.base import Entry, Fingerprint
from indexer.engines.opensearch_index import Place, Stamp
from indexer.engines.opensearch_schema import (
    DATA,
    ESSAY,
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

Fields = Mapping[str, Any]


class Searching(Protocol):
    """One commit that can be searched."""

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """The whole answer to a search."""
        ...


def stored(commit: Searching, *names: str) -> Iterator[Fields]:
    """Stored fields of every essay, by id."""
    after: dict[str, Any] = {}
    while True:
        answer = commit.search(
            {
                "size": ESSAYS_AT_ONCE,
                "query": {"match_all": {}},
                "sort": [{"id": "asc"}],
                "stored_fields": list(names),
                "track_total_hits": False,
                **after,
            }
        )
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield hit["fields"]
        if len(hits) < ESSAYS_AT_ONCE:
            return
        after = {"search_after": hits[-1]["sort"]}


def fingerprints(commit: Searching) -> Iterator[Fingerprint]:
    """What sync must know of every essay."""
    return map(fingerprint_of, stored(commit, ESSAY))


def essays(commit: Searching) -> Iterator[Essay]:
    """Every essay, by id."""
    return map(essay_of, stored(commit, ESSAY))


def essay(commit: Searching, essay_id: str) -> Entry | None:
    """A whole essay, or ``None``."""
    hit = _with_passages(commit, essay_id, 0)
    while hit is not None:
        entry, hit = _read(commit, essay_id, hit)
        if entry is not None:
            return entry
    return None


def _read(
    commit: Searching, essay_id: str, first: dict[str, Any]
) -> tuple[Entry | None, dict[str, Any] | None]:
    """The entry, or the essay's first passages again where it has changed meanwhile."""
    found = essay_of(first["fields"])
    passages: list[Passage] = []
    hit = first
    while True:
        inner = hit["inner_hits"][PASSAGES]["hits"]["hits"]
        passages += [passage_of(passage["fields"]) for passage in inner]
        if len(passages) >= found.passages or not inner:
            break
        following = _with_passages(commit, essay_id, passages[-1].ordinal)
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


def _with_passages(commit: Searching, essay_id: str, after: int) -> dict[str, Any] | None:
    """An essay with its next passages, those whose ordinal is greater."""
    inner = {
        "name": PASSAGES,
        "size": PASSAGES_AT_ONCE,
        "sort": [{ORDINAL: "asc"}],
        "_source": False,
        "stored_fields": [DATA],
    }
    answer = commit.search(
        {
            "size": 1,
            "query": {
                "bool": {
                    "filter": [{"ids": {"values": [document_id(essay_id)]}}],
                    "should": [
                        {
                            "nested": {
                                "path": PASSAGES,
                                "query": {"range": {ORDINAL: {"gt": after}}},
                                "inner_hits": inner,
                            }
                        }
                    ],
                }
            },
            "stored_fields": [ESSAY, OUTLINE],
            "track_total_hits": False,
        }
    )
    hits = answer["hits"]["hits"]
    return hits[0] if hits else None


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
