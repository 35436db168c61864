"""Brings an index in step with the files."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Literal

from indexer import workers
from indexer.engines.base import Engine, Fingerprint, Writer
from indexer.entries import MODULES, Empty, Gone, Job, Outcome, Ready, Same, is_same, make_entry
from indexer.errors import LocationError, NoIndexError, UnavailableError
from indexer.model import Skipped, SyncReport
from indexer.readers import UNREAD
from indexer.survey import Survey, survey
from indexer.walking import require

Progress = Callable[[str, int, int], None]
Change = Literal["added", "updated", "renamed", "kept"]

# Passages; what an interruption may cost, against what a commit costs.
COMMIT_EVERY = 200_000
# Bytes of files; the same, for files whose passages take more room than most.
_COMMIT_BYTES = 200 * 2**20
# Bytes of files that are under way between the processes at any time.
_UNDER_WAY_BYTES = 64 * 2**20
# Bytes of files below which other processes are not worth starting; about a second's work.
_WORTH_PROCESSES = 2**20
# A file gets this long in a worker before it is given up; some fifty times what the slowest
# reader takes.
_SECONDS_PER_FILE = 120
_SECONDS_PER_MEGABYTE = 30

_KEPT = "; kept as it was indexed before"
_NOT_KEPT = "; what was indexed of it before can't be taken over"


def sync(
    engine: Engine,
    paths: Sequence[Path],
    *,
    rebuild: bool = False,
    jobs: int = 1,
    language: str | None = None,
    progress: Progress | None = None,
    commit_every: int = COMMIT_EVERY,
    exclude: Iterable[Path] = (),
) -> SyncReport:
    """Adds, updates and removes essays until the index holds what is at ``paths`` now.

    Essays from elsewhere are left alone, and a file that exists but can't be read keeps what
    the index has of it. ``rebuild`` makes everything anew: what is at ``paths`` and all that
    the index holds, from wherever it was; nothing is compared, so what is read counts as
    added. ``jobs`` is how many processes read files, ``language`` that of essays which do not
    tell theirs, ``exclude`` are folders to pass over, such as the index's own. ``progress``
    is called with "reading", the files done and all there are.

    Raises ``ReadError`` before anything is touched where a path is not there, and what the
    engine raises. Ended early by an error or by Ctrl-C, the index holds whole essays only,
    and the next run does the rest; a rebuild leaves the index as it was.
    """
    started = time.perf_counter()
    given = [os.path.abspath(path) for path in paths]
    for path in given:
        require(path)
    gate = _Gate()
    writer = engine.writer(rebuild=rebuild)
    try:
        known, unreadable = _known(engine, rebuild)
        session = _Session(engine, writer, gate, known, rebuild=rebuild, commit_every=commit_every)
        todo = survey(
            known,
            given,
            rebuild=rebuild,
            language=language,
            exclude=[os.path.abspath(path) for path in exclude],
            postings=writer.takes_postings,
        )
        with gate.kept():
            session.carry_out(todo, max(1, jobs), progress or _no_progress)
    finally:
        writer.close()
    status = engine.status()
    if unreadable:
        session.notes.append((status.location, unreadable))
    session.notes += _passed_over(todo.others)
    return SyncReport(
        added=session.added,
        updated=session.updated,
        unchanged=session.unchanged,
        removed=session.removed,
        renamed=session.renamed,
        skipped=tuple(sorted(session.skipped, key=lambda skipped: skipped.path)),
        notes=tuple(sorted(session.notes)),
        essays=status.essays,
        passages=status.passages,
        seconds=time.perf_counter() - started,
    )


def _passed_over(others: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str]]:
    """A note on each folder with documents of kinds that are not read."""
    for root, endings in others.items():
        unread = {ending: endings[ending] for ending in sorted(UNREAD & endings.keys())}
        if unread:
            counts = ", ".join(f"{count:,} {ending}" for ending, count in unread.items())
            note = f"passed over what is not read: {counts}; save them as text, Markdown or HTML"
            yield root, note


def _no_progress(stage: str, done: int, total: int) -> None:
    """For those who do not ask."""


def _known(engine: Engine, rebuild: bool) -> tuple[dict[str, Fingerprint], str]:
    """What the index holds, by path, and why that can't be told where it can't."""
    try:
        return {mark.path: mark for mark in engine.fingerprints()}, ""
    except NoIndexError:
        return {}, ""
    except UnavailableError:  # it will be there again, with all that it holds
        raise
    except LocationError as error:
        if not rebuild:
            raise
        return {}, f"{error}; what came from other folders has to be indexed again"


def _outcomes(
    jobs: Sequence[Job], processes: int
) -> Generator[tuple[Job, Outcome | workers.Lost], None, None]:
    """Every job with its outcome: first the files that only seemed to have changed, where
    that saves starting processes, then the others in order."""
    if processes > 1:
        changed: list[Job] = []
        for job in jobs:
            if is_same(job):
                yield job, Same()
            else:
                changed.append(job)
        jobs = changed
    if processes == 1 or len(jobs) == 1 or sum(job.size for job in jobs) < _WORTH_PROCESSES:
        for job in jobs:
            yield job, make_entry(job)
        return
    yield from workers.run(
        make_entry,
        jobs,
        processes=processes,
        seconds=lambda job: _SECONDS_PER_FILE + _SECONDS_PER_MEGABYTE * (job.size / 2**20),
        weight=lambda job: job.size,
        heaviest=_UNDER_WAY_BYTES,
        preload=[*MODULES, "indexer.inversion"] if jobs[0].postings else MODULES,
    )


class _Gate:
    """Keeps Ctrl-C from parting an essay: while closed it waits, unless it comes twice."""

    def __init__(self) -> None:
        # Stays true where what went on behind it failed.
        self.is_closed = False
        self._is_due = False

    @contextmanager
    def closed(self) -> Iterator[None]:
        self.is_closed = True
        yield
        self.is_closed = False
        if self._is_due:
            self._is_due = False
            raise KeyboardInterrupt

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Answers Ctrl-C, where that would raise ``KeyboardInterrupt`` here."""
        mine = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if not mine:
            yield
            return
        signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self.is_closed or self._is_due:
            raise KeyboardInterrupt
        self._is_due = True


class _Session:
    """One writing session and its tally."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        gate: _Gate,
        known: dict[str, Fingerprint],
        *,
        rebuild: bool,
        commit_every: int,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._gate = gate
        self._known = known
        self._rebuild = rebuild
        self._commit_every = commit_every
        self._put_ids: set[str] = set()
        # By digest, the first by path last, less those that turn up under another path.
        self._vanished: dict[str, list[Fingerprint]] = {}
        self._moved: dict[str, Fingerprint] = {}
        # Since the last commit.
        self._passages = self._bytes = self._changes = 0
        # By essay id: the path, and the kind of change.
        self._uncommitted: dict[str, tuple[str, Change]] = {}
        self._has_committed = False
        self.added = self.updated = self.unchanged = self.removed = self.renamed = 0
        self.skipped: list[Skipped] = []
        self.notes: list[tuple[str, str]] = []

    def carry_out(self, todo: Survey, processes: int, progress: Progress) -> None:
        self.unchanged = todo.unchanged
        self.skipped += todo.skipped
        for mark in reversed(todo.vanished):
            self._vanish(mark)
        self._moved = {mark.digest: mark for mark in todo.moved}
        try:
            for mark in todo.kept:
                self._keep(mark)
            progress("reading", 0, len(todo.jobs))
            with closing(_outcomes(todo.jobs, processes)) as outcomes:
                for done, (job, outcome) in enumerate(outcomes, start=1):
                    self._take(job, outcome)
                    progress("reading", done, len(todo.jobs))
            self._remove_vanished()
        except BaseException:
            # What was put are whole essays, unless it was the writer that failed. Half a
            # rebuild is worth nothing.
            if self._changes and not self._gate.is_closed and not self._rebuild:
                self._commit()
            raise
        # With nothing known and nothing put, the commit makes an empty index.
        if self._changes or self._rebuild or not (self._known or self._has_committed):
            self._commit()

    def _take(self, job: Job, outcome: Outcome | workers.Lost) -> None:
        known = self._known.get(job.shown)
        match outcome:
            case Ready():
                self._put(job, outcome, is_new=known is None)
            case Same():
                self.unchanged += 1
            case Gone():
                if known:
                    self._vanish(known)
            case Empty():
                self.skipped.append(Skipped(path=job.shown, reason="holds no text"))
                if known:
                    self._vanish(known)
            case Skipped() | workers.Lost():
                why = outcome.reason
                if known:
                    why += _KEPT if self._keep(known) else _NOT_KEPT
                self.skipped.append(Skipped(path=job.shown, reason=why))

    def _put(self, job: Job, ready: Ready, *, is_new: bool) -> None:
        former = None
        if is_new and not self._rebuild:
            if self._vanished.get(ready.digest):
                former = self._vanished[ready.digest].pop()
            else:
                former = self._moved.pop(ready.digest, None)
        with self._gate.closed():
            if former and former.essay_id not in self._put_ids:
                self._writer.remove(former.essay_id)
            self._writer.put(ready.entry, ready.postings)
            self._put_ids.add(job.essay_id)
            self._changes += 1
        self.notes += [(job.shown, note) for note in ready.notes]
        change: Change
        if former:
            change = "renamed"
            self.renamed += 1
        elif is_new or self._rebuild:
            change = "added"
            self.added += 1
        else:
            change = "updated"
            self.updated += 1
        self._uncommitted[job.essay_id] = job.shown, change
        self._passages += ready.entry.essay.passages
        self._bytes += job.size
        if not self._rebuild and (
            self._passages >= self._commit_every
            or self._bytes >= _COMMIT_BYTES
            or self._writer.full()
        ):
            self._commit()

    def _keep(self, mark: Fingerprint) -> bool:
        """Leaves an essay as it is; a rebuild takes it over. Says whether it could."""
        if not self._rebuild:
            return True
        try:
            entry = self._engine.essay(mark.essay_id)
        except UnavailableError:
            raise
        except LocationError:
            return False
        if entry is None:
            return False
        self._writer.put(entry)
        self._uncommitted[mark.essay_id] = mark.path, "kept"
        self._changes += 1
        return True

    def _vanish(self, mark: Fingerprint) -> None:
        self._vanished.setdefault(mark.digest, []).append(mark)

    def _remove_vanished(self) -> None:
        for marks in self._vanished.values():
            for mark in marks:
                # A new file may have the id of one that is gone.
                if not self._rebuild and mark.essay_id not in self._put_ids:
                    with self._gate.closed():
                        self._writer.remove(mark.essay_id)
                        self._changes += 1
                self.removed += 1

    def _commit(self) -> None:
        with self._gate.closed():
            refused = self._writer.commit()
            self._has_committed = True
            for essay_id, why in refused.items():
                self._skip(essay_id, why)
            self._uncommitted.clear()
            self._passages = self._bytes = self._changes = 0

    def _skip(self, essay_id: str, why: str) -> None:
        """Tells of an essay that the engine could not hold, and counts it no longer."""
        path, change = self._uncommitted[essay_id]
        match change:
            case "added":
                self.added -= 1
            case "updated":
                self.updated -= 1
                why += _KEPT
            case "renamed":
                self.renamed -= 1
                self.removed += 1
            case "kept":
                # Perhaps for want of a file that can be read, which has been told.
                self.skipped = [skipped for skipped in self.skipped if skipped.path != path]
                why += _NOT_KEPT
        self.skipped.append(Skipped(path=path, reason=why))
