"""Tells when files change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import SettingsError, StorageError
from indexer.walking import is_hidden, require, with_folders_above

if TYPE_CHECKING:
    from threading import Event

# Milliseconds: a change is told once this long passed without another, or, while they keep
# coming, after the longer time.
_QUIET_MS = 200
_BUSY_MS = 2000
# Milliseconds after which it is certain that the watch is in place.
_IN_PLACE_MS = 500


def changes(
    paths: Iterable[Path], *, exclude: Iterable[Path] = (), stop: Event | None = None
) -> Iterator[None]:
    """Yields once the watch is in place, so that nothing that changed before is missed, and
    then each time something changed that a walk of ``paths`` would see.

    ``exclude`` are folders to pass over, such as the index's own. Ends when ``stop`` is set.
    Raises ``SettingsError`` where the extra ``watch`` is not installed, ``ReadError`` where a
    path is not there.
    """
    try:
        import watchfiles
    except ImportError:
        raise SettingsError(
            "watching files needs the package watchfiles: pip install watchfiles"
        ) from None
    roots = {os.path.abspath(path) for path in paths}
    for root in roots:
        require(root)
    closed = {os.path.abspath(path) for path in exclude}
    folders = {root for root in roots if os.path.isdir(root)}
    # A file is watched by its folder: an editor that saves puts another file in its place.
    places = folders | {os.path.dirname(file) for file in roots - folders}

    def matters(_change: object, path: str) -> bool:
        for place in with_folders_above(path):
            if place in roots:
                return True
            if place in closed or is_hidden(os.path.basename(place)):
                return False
        return False

    is_first = True
    try:
        for changed in watchfiles.watch(
            *sorted(places),
            watch_filter=matters,
            step=_QUIET_MS,
            debounce=_BUSY_MS,
            stop_event=stop,
            recursive=bool(folders),
            rust_timeout=_IN_PLACE_MS,
            yield_on_timeout=True,
        ):
            if changed or is_first:
                is_first = False
                yield
    except OSError as error:
        raise StorageError(f"can't watch for changes: {error}") from error
