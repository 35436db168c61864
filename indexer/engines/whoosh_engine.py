"""The embedded engine: an index folder, written and read through Whoosh."""

from __future__ import annotations

import os
from _thread import allocate_lock
from math import inf

from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Entry
from indexer.engines.whoosh_arrays import release_pages
from indexer.engines.whoosh_evaluation import Evaluation
from indexer.engines.whoosh_location import SCHEMA_VERSION, Location, newest_generation
from indexer.engines.whoosh_matches import WhooshMatches
from indexer.engines.whoosh_reader import Snapshot, reading
from indexer.errors import NoIndexError, SchemaError
from indexer.model import Status
from indexer.plan import Below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol, TypeVar

    from indexer.engines.base import Fingerprint, Matches, Selection
    from indexer.engines.vector_weighing import Weighing
    from indexer.engines.whoosh_catalogue import Shelves, WhooshCatalogue
    from indexer.engines.whoosh_location import Stamp
    from indexer.engines.whoosh_writer import WhooshWriter
    from indexer.model import Essay, ShelfOrder, Sort
    from indexer.plan import Pattern, Plan, Scope

    T = TypeVar("T")

    class _Lookalikes(Protocol):
        """Words that are like others."""

        def close_to(
            self, snapshot: Snapshot, names: Sequence[str], form: str, edits: int
        ) -> list[tuple[str, int]]: ...

        def shaped(
            self, snapshot: Snapshot, names: Sequence[str], shape: str
        ) -> list[tuple[str, int]]: ...


# A commit may delete a file between our reading its name and opening it.
_OPENINGS = 5
# Passages to be looked at one by one that take longer than numpy to load, some 0.1 s.
_ARRAYS_FROM = 120_000
# Questions to a snapshot between two looks at how much memory its files take.
_RELEASED = 4


class WhooshEngine:
    """The index in a folder. Every reading method answers from one commit.

    With ``vectors`` it searches by numpy, which is the faster the more it is asked and takes a
    tenth of a second to load; without, it does so only where one search takes longer than that.
    The results are the same.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        write_wait: float = 10.0,
        create: bool = False,
        vectors: bool = False,
    ) -> None:
        self._location = Location(path)
        self._write_wait = write_wait
        self._vectors = vectors
        # Held while the newest commit is opened; reading needs none.
        self._lock = allocate_lock()
        self._snapshot: Snapshot | None = None
        self._asked = 0
        self._shelves: Shelves | None = None
        self._weighing: Weighing | None = None
        if create:
            self._location.prepare()
        else:
            self._location.stamp()

    # Snapshots

    def _current_stamp(self) -> Stamp:
        stamp = self._location.stamp()
        if not stamp.current():
            raise SchemaError(
                f"{self._location.root}: made by an older version of essay-search; make it "
                "anew with: essays index --rebuild FOLDER"
            )
        return stamp

    def _newest(self) -> Snapshot:
        """A snapshot of the newest commit."""
        stamp = self._current_stamp()
        folder = os.path.join(self._location.root, stamp.folder)
        known = self._snapshot
        if known is not None and known.folder == folder and known.is_newest():
            self._asked += 1
            if self._asked % _RELEASED == 0:
                release_pages()
            return known
        opened: Callable[[str, Snapshot | None], Snapshot] = Snapshot
        if self._vectors:
            # Here, because a process of one search has nobody to share with.
            from indexer.engines.whoosh_sharing import shared

            opened = shared
        for _ in range(_OPENINGS):
            try:
                snapshot = opened(folder, known)
            except FileNotFoundError:
                folder = os.path.join(self._location.root, self._location.stamp().folder)
            else:
                break
        else:
            snapshot = Snapshot(folder)
        self._snapshot, self._shelves = snapshot, None
        return snapshot

    def _read(self, ask: Callable[[Snapshot], T]) -> T:
        """Asks the newest snapshot; damage becomes one clear error."""
        with reading(self._location.root):
            with self._lock:
                snapshot = self._newest()
            return ask(snapshot)

    def close(self) -> None:
        """Frees files and memory, when the searches under way are done."""
        with self._lock:
            self._snapshot = self._shelves = self._weighing = None

    # Writing

    def writer(self, *, rebuild: bool = False) -> WhooshWriter:
        """Opens the one writing session; an index of an older version is rebuilt."""
        # Here, because a search does not write.
        from indexer.engines.whoosh_writer import WhooshWriter

        lock = self._location.lock(self._write_wait)
        try:
            return WhooshWriter(self._location, lock, rebuild=rebuild or self.outdated())
        except BaseException:
            lock.release()
            raise

    def outdated(self) -> bool:
        """Whether the index was made by another version and must be rebuilt."""
        try:
            return not self._location.stamp().current()
        except NoIndexError:
            return False

    def exists(self) -> bool:
        """Whether anything was ever committed here."""
        try:
            self._location.stamp()
        except NoIndexError:
            return False
        return True

    # Reading

    def revision(self) -> str:
        """A short text that every commit and every rebuild changes."""
        with reading(self._location.root):
            try:
                return self._revision()
            except FileNotFoundError:
                # A rebuild came in between and swept the folder.
                return self._revision()

    def _revision(self) -> str:
        stamp = self._current_stamp()
        # A writer that was killed may have committed without a new stamp.
        generation = newest_generation(os.path.join(self._location.root, stamp.folder))
        return f"{stamp.token}-{stamp.folder.removeprefix('index-')}-{generation}"

    def fingerprints(self) -> Iterator[Fingerprint]:
        """All indexed essays, for sync; none before the first commit."""
        if not self.exists():
            return iter(())

        def ask(snapshot: Snapshot) -> list[Fingerprint]:
            return [snapshot.fingerprint(place) for place in range(len(snapshot.essays))]

        if self.outdated():
            # The stored entries of an older analyser are the same; only its terms differ.
            if self._location.stamp().schema != SCHEMA_VERSION:
                return iter(())
            with reading(self._location.root):
                return iter(ask(Snapshot(self._location.current_folder())))
        return iter(self._read(ask))

    def languages(self) -> Mapping[str, int]:
        """Languages of the essays and how many essays each has."""
        return self._read(lambda snapshot: dict(snapshot.languages))

    def vocabulary(self, prefix: str, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms that begin with a prefix, with how many documents hold each."""
        return self._read(
            lambda snapshot: list(snapshot.vocabulary(fields.words_of(scope), prefix))
        )

    def shaped(self, start: str, shape: str, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms whose form has a shape, with how many documents hold each."""
        names = fields.words_of(scope)
        if not start:
            return self._read(lambda snapshot: self._lookalikes().shaped(snapshot, names, shape))
        from indexer.spelling import matcher
        from indexer.terms import form_of

        matching = matcher(shape)

        def ask(snapshot: Snapshot) -> list[tuple[str, int]]:
            begun = snapshot.vocabulary(names, start)
            return [item for item in begun if matching.fullmatch(form_of(item[0]))]

        return self._read(ask)

    def close_to(self, form: str, edits: int, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms within so many edits, with how many documents hold each."""
        names = fields.words_of(scope)
        return self._read(
            lambda snapshot: self._lookalikes().close_to(snapshot, names, form, edits)
        )

    def _lookalikes(self) -> _Lookalikes:
        if self._vectors:
            from indexer.engines import vector_lookalikes

            return vector_lookalikes
        from indexer.engines import whoosh_lookalikes

        return whoosh_lookalikes

    def holds(self, node: Pattern | Below) -> bool:
        """Whether a pattern occurs, or an essay lies in a place."""

        def ask(snapshot: Snapshot) -> bool:
            if isinstance(node, Below):
                return len(snapshot.postings(fields.PLACE, node.place)) > 0
            return Evaluation(snapshot, inf).occurs(node)

        return self._read(ask)

    def _shelves_of(self, snapshot: Snapshot) -> Shelves:
        # Here, because a search needs none unless it is asked for facets.
        from indexer.engines.whoosh_catalogue import Shelves

        with self._lock:
            shelves = self._shelves
            if shelves is None or shelves.snapshot is not snapshot:
                make: Callable[[Snapshot], Shelves] = Shelves
                if self._vectors:
                    from indexer.engines.whoosh_sharing import shelves_of

                    make = shelves_of
                shelves = self._shelves = make(snapshot)
        return shelves

    def catalogue(self, order: ShelfOrder, selection: Selection) -> WhooshCatalogue:
        """Essays in order, told without loading more than those of a page."""

        from indexer.engines.whoosh_catalogue import WhooshCatalogue

        def ask(snapshot: Snapshot) -> WhooshCatalogue:
            shelves = self._shelves_of(snapshot)
            return WhooshCatalogue(shelves, shelves.chosen(order, selection))

        return self._read(ask)

    def search(
        self, plan: Plan, *, sort: Sort = "relevance", per_essay: int = 3, deadline: float
    ) -> Matches:
        """Runs a plan over the newest commit."""

        def ask(snapshot: Snapshot) -> Matches:
            evaluation = Evaluation(snapshot, deadline)
            if self._vectors or evaluation.work(plan) > _ARRAYS_FROM:
                from indexer.engines.vector_matches import VectorMatches

                shelves = self._shelves_of(snapshot)
                weighing = self._weighing_of(snapshot)
                return VectorMatches(weighing, shelves, plan, sort, per_essay, deadline)
            return WhooshMatches(
                evaluation, snapshot, lambda: self._shelves_of(snapshot), plan, sort, per_essay
            )

        return self._read(ask)

    def _weighing_of(self, snapshot: Snapshot) -> Weighing:
        from indexer.engines.whoosh_sharing import weighing_of

        with self._lock:
            weighing = self._weighing
            if weighing is None or weighing.arrays.snapshot is not snapshot:
                weighing = self._weighing = weighing_of(snapshot, weighing)
        return weighing

    def essay(self, essay_id: str) -> Entry | None:
        """A whole essay, or ``None``."""

        def ask(snapshot: Snapshot) -> Entry | None:
            place = snapshot.place_of(essay_id)
            if place is None:
                return None
            mark, outline = snapshot.essay_extras(place)
            return Entry(
                essay=snapshot.essay(place),
                fingerprint=mark,
                outline=outline,
                passages=tuple(snapshot.passage(d) for d in snapshot.passages_of(place)),
            )

        return self._read(ask)

    def essays(self) -> list[Essay]:
        """Every essay, by id."""

        def ask(snapshot: Snapshot) -> list[Essay]:
            found = [snapshot.essay(place) for place in range(len(snapshot.essays))]
            return sorted(found, key=lambda essay: essay.id)

        return self._read(ask)

    def status(self) -> Status:
        """Size and state."""

        def ask(snapshot: Snapshot) -> Status:
            shelves = self._shelves_of(snapshot)
            return Status(
                location=self._location.root,
                engine="whoosh",
                schema_version=SCHEMA_VERSION,
                essays=len(snapshot.essays),
                passages=snapshot.passages,
                words=shelves.words,
                bytes=_size(self._location.root),
                updated=self._location.stamp().updated,
                languages=dict(snapshot.languages),
                healthy=True,
            )

        return self._read(ask)

    def check(self) -> list[str]:
        """Verifies the index against itself."""
        from indexer.engines.whoosh_check import problems

        self._location.stamp()
        return problems(self._location)


def _size(folder: str) -> int:
    """Bytes of all files below a folder; a writer may delete some meanwhile."""
    total = 0
    from contextlib import suppress

    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(place, name)).st_size
    return total
