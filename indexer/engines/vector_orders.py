"""The orders of a commit's essays: by id, by title, by date."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.engines import whoosh_fields as fields
from indexer.engines.whoosh_reader import Snapshot
from indexer.model import Sort

# All ids are put in order when so many times the ids asked for are more.
_IDS = 8


class Orders:
    """Those of a snapshot, made when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._ranks: dict[Sort, NDArray[np.int32]] = {}
        # How many ids were asked for.
        self._asked = 0

    def ranks(self, sort: Sort) -> NDArray[np.int32]:
        """For each essay its place in an order: by id for ``relevance``, as a tie is broken; by
        title; by date, newest first and undated last; both then by id."""
        found = self._ranks.get(sort)
        if found is None:
            keys = self._snapshot.sort_keys
            order = list(range(len(self._snapshot.essays)))
            order.sort(key=keys(fields.SORT_ID).__getitem__)
            if sort == "title":
                order.sort(key=keys(fields.SORT_TITLE).__getitem__)
            elif sort == "date":
                order.sort(key=keys(fields.SORT_DAY).__getitem__, reverse=True)
            found = self._ranks[sort] = _places_in(order)
        return found

    def ids_ranked(self, places: NDArray[Any]) -> NDArray[np.int32]:
        """For some essays numbers that order as their ids do."""
        self._asked += len(places)
        # So the first search of a commit need not put all in order.
        if "relevance" in self._ranks or self._asked * _IDS > len(self._snapshot.essays):
            return self.ranks("relevance").take(places)
        ids = [self._snapshot.sort_key(fields.SORT_ID, place) for place in places.tolist()]
        return _places_in(sorted(range(len(ids)), key=ids.__getitem__))


def _places_in(order: list[int]) -> NDArray[np.int32]:
    """The place of each number in an order of all."""
    found = np.empty(len(order), np.int32)
    found[order] = np.arange(len(order), dtype=np.int32)
    return found
