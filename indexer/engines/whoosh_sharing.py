"""The snapshots that are open in this process, shared by the engines of its threads.

Reading changes nothing of a snapshot but what it has kept to be faster the next time, so that
threads need not have one each, with files mapped and words in memory again.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TypeAlias
from weakref import WeakValueDictionary

from indexer.engines.whoosh_location import newest_generation
from indexer.engines.whoosh_manifest import SegmentState
from indexer.engines.whoosh_reader import Snapshot, states_of

_Commit: TypeAlias = "tuple[Path, int, tuple[SegmentState, ...]]"

_open: WeakValueDictionary[_Commit, Snapshot] = WeakValueDictionary()
_opening = threading.Lock()


def shared(folder: Path, before: Snapshot | None = None) -> Snapshot:
    """A snapshot of the newest commit in a folder: the one that is open, or a new one."""
    with _opening:
        generation = newest_generation(folder)
        found = _open.get((folder, generation, states_of(folder, generation)))
        if found is None:
            found = Snapshot(folder, before)
            _open[folder, found.generation, found.states] = found
        return found
