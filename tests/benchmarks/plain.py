"""OpenSearch as its own client's documentation has it used: opensearch-py, its helpers for bulk
requests, English analysis, the cluster's own grouping and highlighting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.helpers import parallel_bulk

from indexer.engines.base import Entry
from indexer.engines.opensearch_bulk import REQUEST_BYTES, UNDER_WAY

# Seconds; a busy node may take long.
_TIMEOUT = 120
_FIELDS = ["title^2", "headings^1.5", "text"]
# What only the syntax of its query strings can say.
_SYNTAX = frozenset('"*?|()') | {"AND", "OR", "NOT"}
_SHOWN = ["essay", "title", "authors", "date", "path", "words", "passages"]
# The most that a count of different values can be exact for.
_EXACT = 40_000

Request = tuple[str, str, Mapping[str, Any] | None, bytes | None]


class Plain:
    """A cluster by plain opensearch-py, at ``hosts`` such as ``127.0.0.1:9200``."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self.client: Any = OpenSearch(
            [f"http://{host}" for host in hosts], timeout=_TIMEOUT, pool_maxsize=16
        )

    def close(self) -> None:
        self.client.close()

    # Writing

    def bulk(self, index: str, body: Any, documents: Iterable[tuple[str, Any]]) -> None:
        """Makes an index of documents with their ids, and refreshes it.

        A document is JSON that is ready, or something to write as JSON. As many bytes in a
        request and as many requests under way as in the engine.
        """
        self.client.indices.delete(index=index, ignore_unavailable=True)
        self.client.indices.create(index=index, body=body)
        sent = parallel_bulk(
            self.client,
            documents,
            index=index,
            thread_count=UNDER_WAY,
            queue_size=UNDER_WAY,
            chunk_size=1_000_000,
            max_chunk_bytes=REQUEST_BYTES,
            expand_action_callback=lambda pair: ({"index": {"_id": pair[0]}}, pair[1]),
        )
        for _ in sent:
            pass
        self.client.indices.refresh(index=index)

    # The very requests of the engine

    def replay(self, requests: Iterable[Request]) -> None:
        """Sends what the engine sent, one after the other; answers are decoded."""
        for method, path, params, body in requests:
            if path == "/_msearch":
                self.client.msearch(body=body, params=dict(params or {}))
            else:
                self.client.transport.perform_request(
                    method, path, params=dict(params or {}), body=body
                )

    # An index as anybody would make it

    def search(self, index: str, text: str) -> Any:
        """The ten best essays with three passages each, words lit, and the totals."""
        return self.client.search(index=index, body=page(text))


def mapping(shards: int, replicas: int) -> dict[str, Any]:
    """A passage to a document. ``text`` keeps offsets, which make highlights fast."""
    text = {"type": "text", "analyzer": "english"}
    shown = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
        },
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "essay": {"type": "keyword"},
                "anchor": shown,
                "ordinal": {"type": "integer"},
                "title": text,
                "headings": text,
                "text": {**text, "index_options": "offsets"},
                "authors": {"type": "keyword"},
                "date": {"type": "keyword"},
                "language": {"type": "keyword"},
                "path": shown,
                "words": {"type": "integer"},
                "passages": {"type": "integer"},
            },
        },
    }


def documents(entries: Iterable[Entry]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Passages with their ids."""
    for entry in entries:
        essay = entry.essay
        for passage in entry.passages:
            yield (
                f"{essay.id}#{passage.anchor}",
                {
                    "essay": essay.id,
                    "anchor": passage.anchor,
                    "ordinal": passage.ordinal,
                    "title": essay.title,
                    "headings": list(passage.headings),
                    "text": passage.text,
                    "authors": list(essay.authors),
                    "date": essay.date,
                    "language": essay.language,
                    "path": essay.path,
                    "words": essay.words,
                    "passages": essay.passages,
                },
            )


def page(text: str) -> dict[str, Any]:
    """The request for a page of results."""
    if _SYNTAX.isdisjoint({*text, *text.split()}) and not text.startswith("-") and " -" not in text:
        query: dict[str, Any] = {
            "multi_match": {
                "query": text,
                "fields": _FIELDS,
                "type": "cross_fields",
                "operator": "and",
            }
        }
    else:
        query = {
            "query_string": {
                "query": text,
                "fields": _FIELDS,
                "type": "cross_fields",
                "default_operator": "AND",
            }
        }
    whole = {"number_of_fragments": 0}
    return {
        "size": 10,
        "query": query,
        "track_total_hits": True,
        "_source": _SHOWN,
        "collapse": {
            "field": "essay",
            "inner_hits": {
                "name": "best",
                "size": 3,
                "_source": ["anchor", "ordinal", "headings", "text"],
                "highlight": {
                    "fields": {
                        "text": {
                            "fragment_size": 200,
                            "number_of_fragments": 1,
                            "no_match_size": 200,
                        },
                        "headings": whole,
                        "title": whole,
                    }
                },
            },
        },
        "aggs": {"essays": {"cardinality": {"field": "essay", "precision_threshold": _EXACT}}},
    }
