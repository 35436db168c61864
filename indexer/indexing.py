"""The command ``index`` from its first run to the last of its watch."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import rendering, watching
from indexer.config import Settings, is_folder
from indexer.errors import BusyError, ReadError, UnavailableError
from indexer.output import print_json, print_lines, say
from indexer.terminal import Progress

if TYPE_CHECKING:
    from indexer.library import Library
    from indexer.model import SyncReport

# On the system's scale from 0 to 19: beside a busy server it still gets a quarter of a processor.
NICENESS = 5
# Seconds after which an index that did not answer is asked again.
_AWAY_SECONDS = 5.0


def once(
    library: Library,
    paths: Sequence[Path],
    settings: Settings,
    *,
    rebuild: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> SyncReport:
    """Indexes, with a bar on a terminal, and prints the report; ``quiet`` where nothing
    changed prints nothing."""
    progress = Progress(sys.stderr, os.environ)
    try:
        report = library.index(
            paths,
            rebuild=rebuild,
            jobs=settings.jobs,
            language=settings.language,
            progress=progress,
        )
    finally:
        progress.close()
    if quiet and not (report.added or report.updated or report.removed or report.renamed):
        return report
    for path, note in report.notes:
        say(f"note: {path}: {note}")
    for skipped in report.skipped:
        say(f"skipped: {skipped.path}: {skipped.reason}")
    if as_json:
        from indexer import json_shapes

        print_json(json_shapes.index(report))
    else:
        print_lines(rendering.report_lines(report, settings.shown_index))
    sys.stdout.flush()
    return report


def give_way() -> None:
    """Lets other programs go first from now on, where the system knows such a thing.

    Whoever searches meanwhile does not wait for it; on a machine with nothing else to do it takes
    no longer. A greater niceness stays as it is.
    """
    if hasattr(os, "setpriority"):
        niceness = max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS)
        os.setpriority(os.PRIO_PROCESS, 0, niceness)


def after_every_change(
    library: Library, paths: Sequence[Path], settings: Settings, changes: Iterator[None]
) -> Iterator[SyncReport]:
    """Indexes after each of ``changes``, until Ctrl-C while waiting for the next.

    While another process writes or the index does not answer, it waits. Where an indexed path
    is gone, such as a file that is being replaced, it waits for the next change.
    """
    say("watching for changes; Ctrl-C ends it")
    due: float | None = None
    while True:
        try:
            if due is None:
                next(changes)
            else:
                time.sleep(due)
        except KeyboardInterrupt:
            return
        try:
            report = once(library, paths, settings, quiet=True)
        except ReadError as error:
            say(f"{error}; trying again")
            due = None
        except BusyError as error:
            say(f"{error}; trying again")
            due = 0
        except UnavailableError as error:
            say(f"{error}; trying again")
            due = _AWAY_SECONDS
        else:
            due = None
            yield report


def changes_below(paths: Sequence[Path], location: str) -> Iterator[None]:
    """Changes below ``paths`` from now on, those of the index itself left out."""
    own = [Path(location)] if is_folder(location) else []
    changes = watching.changes(paths, exclude=own)
    next(changes)  # the watch is in place, or has said why not
    return changes
