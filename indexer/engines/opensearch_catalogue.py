"""What essays on a cluster have in common, and their orders: facets and browsing."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from heapq import nsmallest
from math import inf
from typing import Any

from indexer.engines import opensearch_schema as schema
from indexer.engines import opensearch_values as values
from indexer.engines.base import Counts, FacetName, Selection
from indexer.engines.opensearch_pages import page
from indexer.engines.opensearch_schema import key_of
from indexer.engines.opensearch_snapshot import Answer, Body, Snapshot
from indexer.model import Essay, ShelfOrder

Query = dict[str, Any]

# Values of a facet that are asked for with those of all others, and then of one alone.
FEW = 1_000
MANY = 10_000
# Ids in one query; a cluster takes no more than 65,536 (index.max_terms_count), and no more
# clauses than its memory allows.
_IDS = 10_000
# Up to here the number of values that a cluster estimates is off by no more than some thousandths.
_PRECISION = 40_000

_NAMES: tuple[FacetName, ...] = ("language", "year", "author", "folder")
_LAST = {"order": "asc", "missing": "_last"}
_ORDERS: dict[ShelfOrder, list[Any]] = {
    "title": [{"title_key": "asc"}, {"id": "asc"}],
    "author": [{"author_key": _LAST}, {"title_key": "asc"}, {"id": "asc"}],
    "date": [{"day": {"order": "desc", "missing": "_last"}}, {"title_key": "asc"}, {"id": "asc"}],
    "folder": [{"id": "asc"}],
}


class Tally:
    """The facets of the essays that match a query on root documents.

    All four are counted in one request where none has more than a thousand values. What is
    shown is always exact; the number of all values is the cluster's estimate from ten thousand
    values on, off by about one in a hundred at most.
    """

    def __init__(self, snapshot: Snapshot, query: Query, deadline: float = inf) -> None:
        self._snapshot = snapshot
        self._query = query
        self._deadline = deadline
        self._more: dict[FacetName, Answer] = {}
        self._every: dict[FacetName, list[tuple[str, int]]] = {}

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet, at most so many; see the port."""
        if name == "folder":
            return _best(self._directly_below(key_of(below)).items(), most)
        counted = self._counted[name]
        if not _is_whole(counted):
            if name not in self._more:
                self._more[name] = self._ask({name: _terms(name, MANY), "all": _number(name)})
            counted = self._more[name][name]
        if _is_whole(counted):
            return _best(_pairs(counted), most)
        top = _proven(counted, most)
        if top is not None:
            total = max(self._more[name]["all"]["value"], len(counted["buckets"]))
            return Counts(values=tuple(top), total=total)
        if name not in self._every:
            self._every[name] = values.every(self._snapshot, name, self._query, self._deadline)
        return _best(self._every[name], most)

    @cached_property
    def _counted(self) -> Answer:
        return self._ask({name: _terms(name, FEW) for name in _NAMES})

    def _ask(self, counts: dict[str, Any]) -> Answer:
        body: Body = {
            "size": 0,
            "track_total_hits": False,
            "query": _only(self._query),
            "aggs": counts,
        }
        found: Answer = self._snapshot.search(body, deadline=self._deadline)["aggregations"]
        return found

    # Folders

    def _directly_below(self, below: str) -> dict[str, int]:
        """Folders directly below one, with the essays that are in each or are named like it."""
        start = f"{below}/" if below else ""
        if _is_whole(self._counted["folder"]):
            return {
                folder: count
                for folder, count in self._folders.items()
                if folder.startswith(start) and "/" not in folder[len(start) :]
            }
        found = values.every(
            self._snapshot, "folder", self._query, self._deadline, begin=start, rest="[^/]+"
        )
        return self._with_namesakes(found)

    @cached_property
    def _folders(self) -> dict[str, int]:
        return self._with_namesakes(_pairs(self._counted["folder"]))

    def _with_namesakes(self, folders: list[tuple[str, int]]) -> dict[str, int]:
        """The folders, with the essays whose ids are their very names."""
        total = Counter(dict(folders))
        for start in range(0, len(folders), _IDS):
            ids = [folder for folder, _ in folders[start : start + _IDS]]
            named = _only({"terms": {"id": ids}}, self._query)
            total.update(dict(values.every(self._snapshot, "id", named, self._deadline)))
        return total


def _only(*queries: Query) -> Query:
    """What matches all queries, without a score."""
    return {"bool": {"filter": list(queries)}}


def _terms(name: FacetName, size: int) -> Body:
    return {
        "terms": {
            "field": name,
            "size": size,
            "shard_size": size,
            "show_term_doc_count_error": True,
        }
    }


def _number(name: FacetName) -> Body:
    return {"cardinality": {"field": name, "precision_threshold": _PRECISION}}


def _pairs(counted: Answer) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in counted["buckets"]]


def _best(counts: Any, most: int) -> Counts:
    best = nsmallest(most, counts, key=lambda item: (-item[1], item[0]))
    return Counts(values=tuple(best), total=len(counts))


def _is_whole(counted: Answer) -> bool:
    """Whether these are all values, with all that have them."""
    return not counted["sum_other_doc_count"] and not counted["doc_count_error_upper_bound"]


def _proven(counted: Answer, most: int) -> list[tuple[str, int]] | None:
    """The first values, unless one that a shard left out may belong among them."""
    buckets = counted["buckets"]
    error = counted["doc_count_error_upper_bound"]
    if most > len(buckets):
        return None
    if not error or not most:
        return _pairs(counted)[:most]
    kept = buckets[:most]
    last = (-kept[-1]["doc_count"], kept[-1]["key"])
    rest = (
        (-bucket["doc_count"] - bucket["doc_count_error_upper_bound"], bucket["key"])
        for bucket in buckets[most:]
    )
    is_proven = (
        not any(bucket["doc_count_error_upper_bound"] for bucket in kept)
        and -buckets[-1]["doc_count"] - error > last[0]
        and all(last < each for each in rest)
    )
    return _pairs(counted)[:most] if is_proven else None


class OpenSearchCatalogue:
    """What the port calls :class:`~indexer.engines.base.Catalogue`, over one snapshot."""

    def __init__(self, snapshot: Snapshot, order: ShelfOrder, selection: Selection) -> None:
        self._snapshot = snapshot
        self._order: ShelfOrder = order
        self._query = _chosen(selection)
        self._tally = Tally(snapshot, self._query)

    @cached_property
    def essays(self) -> int:
        """How many essays the selection has."""
        body: Body = {"size": 0, "track_total_hits": True, "query": self._query}
        return int(self._snapshot.search(body)["hits"]["total"]["value"])

    def page(self, start: int, stop: int) -> list[Essay]:
        """Essays ``start`` to ``stop``."""
        body: Body = {
            "query": self._query,
            "sort": _ORDERS[self._order],
            **schema.ESSAYS_ONLY,
        }
        hits = page(self._snapshot, body, start, stop, inf)
        return [schema.essay_of(hit["fields"]) for hit in hits]

    def ids_around(self, essay_id: str, most: int) -> list[str]:
        """Ids on both sides of where one stands or would stand, at most so many, in order."""
        before, after = (
            [hit["sort"][0] for hit in answer["hits"]["hits"]]
            for answer in self._snapshot.searches(
                [
                    self._ids({"lt": key_of(essay_id)}, "desc", most),
                    self._ids({"gte": key_of(essay_id)}, "asc", most),
                ]
            )
        )
        fewest = min(len(after), most - most // 2)
        before = before[: most - fewest]
        return [*reversed(before), *after[: most - len(before)]]

    def _ids(self, where: dict[str, str], order: str, most: int) -> Body:
        return {
            "query": _only(self._query, {"range": {"id": where}}),
            "sort": [{"id": order}],
            "size": most,
            "_source": False,
            "stored_fields": "_none_",
            "track_total_hits": False,
        }

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet, at most so many."""
        return self._tally.facet(name, most, below)


def _chosen(selection: Selection) -> Query:
    wanted = {
        "language": selection.language,
        "year": selection.year,
        "author": selection.author,
        "place": selection.folder,
    }
    parts: list[Query] = [
        {"term": {field: key_of(value)}} for field, value in wanted.items() if value is not None
    ]
    return _only(*parts) if parts else values.ANYTHING
