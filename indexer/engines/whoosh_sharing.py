"""The snapshots that are open in this process and what is kept of them, shared by the engines of
its threads.

Reading changes nothing but what is kept to be faster the next time, and that any number of
threads may do at once, so that they need not each map the files and have words, weights and
orders in memory.
"""

from __future__ import annotations

import threading
from typing import TypeAlias
from weakref import WeakValueDictionary

from indexer.engines.vector_arrays import Arrays
from indexer.engines.vector_weighing import Weighing
from indexer.engines.whoosh_catalogue import Shelves
from indexer.engines.whoosh_location import newest_generation
from indexer.engines.whoosh_manifest import SegmentState
from indexer.engines.whoosh_reader import Snapshot, states_of

_Commit: TypeAlias = "tuple[str, int, tuple[SegmentState, ...]]"

# An entry is there as long as an engine has its value.
_open: WeakValueDictionary[_Commit, Snapshot] = WeakValueDictionary()
_weighings: WeakValueDictionary[Snapshot, Weighing] = WeakValueDictionary()
_shelves: WeakValueDictionary[Snapshot, Shelves] = WeakValueDictionary()
_changing = threading.Lock()


def shared(folder: str, before: Snapshot | None = None) -> Snapshot:
    """A snapshot of the newest commit in a folder: the one that is open, or a new one."""
    with _changing:
        generation = newest_generation(folder)
        found = _open.get((folder, generation, states_of(folder, generation)))
        if found is None:
            found = Snapshot(folder, before)
            _open[folder, found.generation, found.states] = found
        return found


def weighing_of(snapshot: Snapshot, before: Weighing | None = None) -> Weighing:
    """What the patterns of a snapshot are worth; ``before`` is of an earlier one."""
    with _changing:
        found = _weighings.get(snapshot)
        if found is None:
            found = _weighings[snapshot] = Weighing(Arrays(snapshot), before)
        return found


def shelves_of(snapshot: Snapshot) -> Shelves:
    """The facets and orders of a snapshot."""
    with _changing:
        found = _shelves.get(snapshot)
        if found is None:
            found = _shelves[snapshot] = Shelves(snapshot)
        return found
