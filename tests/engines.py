"""The engines there are, each with places of its own for the indexes of tests."""

from __future__ import annotations

import json
import secrets
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from indexer.config import Settings
from indexer.engines.whoosh_engine import WhooshEngine
from tests.shelves import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.engines.base import Engine, Entry

Name = Literal["whoosh", "opensearch"]

# Seconds for a cluster to delete what a test leaves behind.
_PATIENCE = 60


class Site:
    """Where indexes of one engine lie; :meth:`clear` takes away all that were made here.

    ``base`` is a folder, or the address of a cluster without the name of an index.
    """

    def __init__(self, name: Name, base: str) -> None:
        self.name = name
        self._base = base
        self._run = f"contract-{secrets.token_hex(4)}"
        self._locations: list[str] = []
        self._engines: list[Engine] = []

    def location(self) -> str:
        """A place where there is no index yet."""
        location = f"{self._base}/{self._run}-{len(self._locations)}"
        self._locations.append(location)
        return location

    def opened(
        self, location: str, *, create: bool = False, settings: Settings | None = None
    ) -> Engine:
        """An engine at a location."""
        settings = settings or Settings()
        engine: Engine
        if self.name == "whoosh":
            wait = settings.write_wait_seconds
            engine = WhooshEngine(Path(location), write_wait=wait, create=create)
        else:
            # Here, because its library is an extra.
            from indexer.engines.opensearch_engine import OpenSearchEngine

            engine = OpenSearchEngine(location, settings, create=create)
        self._engines.append(engine)
        return engine

    def stocked(
        self, entries: Sequence[Entry], *, commits: int = 1, at: str | None = None
    ) -> Engine:
        """An engine that holds the entries, committed in so many goes."""
        engine = self.opened(at or self.location(), create=True)
        fill(engine, entries, commits=commits)
        return engine

    def clear(self) -> None:
        """Closes the engines and deletes the indexes."""
        for engine in self._engines:
            engine.close()
        self._engines.clear()
        if self.name == "opensearch" and self._locations:
            delete_indexes(self._base, self._run)
        self._locations.clear()


def indexes_of(base: str, start: str) -> list[str]:
    """The physical indexes of a cluster whose names begin so."""
    found = json.loads(_asked(base, "GET", f"/_cat/indices/{start}*?format=json&h=index"))
    return sorted(row["index"] for row in found)


def delete_indexes(base: str, start: str) -> None:
    """Deletes the physical indexes of a cluster whose names begin so."""
    names = indexes_of(base, start)
    if names:
        _asked(base, "DELETE", f"/{','.join(names)}")


def _asked(base: str, method: str, path: str) -> bytes:
    """What the first host of a cluster that is reached without a password answers."""
    host = base.removeprefix("opensearch+").split(",")[0]
    request = urllib.request.Request(host + path, method=method)
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
        body: bytes = answer.read()
    return body
