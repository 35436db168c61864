"""The writing half of an engine, in memory: what sync needs and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from indexer.engines.base import Entry, Fingerprint
from indexer.errors import BusyError, StorageError
from indexer.model import Status


class FakeWriter:
    """Writes to a copy; ``log`` of the engine tells what was asked of it, in order."""

    takes_postings = False

    def __init__(self, engine: FakeEngine, rebuild: bool) -> None:
        self._engine = engine
        self._rebuild = rebuild
        self._staged: dict[str, Entry] = {} if rebuild else dict(engine.entries)
        self._put: set[str] = set()
        self._committed: dict[str, Entry] | None = None
        self._closed = False

    def put(self, entry: Entry, postings: object = None) -> None:
        self._log("put", entry.essay.id)
        if self._engine.broken_on == entry.essay.id:
            raise StorageError("no space left")
        self._engine.while_putting(entry.essay.id)
        self._staged[entry.essay.id] = entry
        self._put.add(entry.essay.id)

    def remove(self, essay_id: str) -> None:
        self._log("remove", essay_id)
        self._staged.pop(essay_id, None)

    def full(self) -> bool:
        return False

    def commit(self) -> dict[str, str]:
        self._log("commit", "")
        refused = {name: why for name, why in self._engine.refuses.items() if name in self._put}
        for name in refused:
            self._staged.pop(name)
            if name in self._engine.entries and not self._rebuild:
                self._staged[name] = self._engine.entries[name]
        self._put.clear()
        self._committed = dict(self._staged)
        if not self._rebuild:
            self._engine.entries = self._committed
        return refused

    def close(self) -> None:
        self._log("close", "")
        self._closed = True
        self._engine.is_busy = False
        if self._rebuild and self._committed is not None:
            self._engine.entries = self._committed

    def _log(self, what: str, which: str) -> None:
        assert not self._closed, f"{what} after close"
        self._engine.log.append((what, which))


class FakeEngine:
    """Entries by id. ``broken_on`` names the essay on which putting fails, ``refuses`` those that
    it can't hold, with the reason; ``while_putting`` is called with the id of each."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.log: list[tuple[str, str]] = []
        self.is_busy = False
        self.broken_on: str | None = None
        self.refuses: dict[str, str] = {}
        self.while_putting: Callable[[str], None] = lambda essay_id: None

    def writer(self, *, rebuild: bool = False) -> FakeWriter:
        if self.is_busy:
            raise BusyError("another process is writing")
        self.is_busy = True
        return FakeWriter(self, rebuild)

    def fingerprints(self) -> Iterator[Fingerprint]:
        return (entry.fingerprint for entry in [*self.entries.values()])

    def essay(self, essay_id: str) -> Entry | None:
        return self.entries.get(essay_id)

    def status(self) -> Status:
        essays = [entry.essay for entry in self.entries.values()]
        return Status(
            location="memory",
            engine="fake",
            schema_version=1,
            essays=len(essays),
            passages=sum(essay.passages for essay in essays),
            words=sum(essay.words for essay in essays),
            bytes=0,
            updated=None,
            languages={},
            healthy=True,
        )
