"""The engines there are, each with places of its own for the indexes of tests."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hypothesis import HealthCheck, Phase, settings

from indexer.config import Settings
from indexer.engines.whoosh_engine import WhooshEngine
from tests.opensearch.cluster import ask, remove_indexes
from tests.shelves import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.engines.base import Engine, Entry

Name = Literal["whoosh", "opensearch"]

# What engines may do differently, with the reason. A test that lets an engine differ asks here.
DIFFERENCES: dict[str, tuple[Name, str]] = {
    "words are counted in essays": (
        "opensearch",
        """vocabulary and close_to count the essays that hold a word, where Whoosh counts titles,
        heading paths and texts: an essay is one document of the cluster, and counting what is
        nested in it would cost a search. Only the order of completions and of better spellings,
        and which words stand for a pattern that fits too many, go by it.""",
    ),
    "deleted passages count until they are merged away": (
        "opensearch",
        """The statistics that scores are made of are Lucene's, which forgets what was deleted
        when it merges segments. What is found does not go by it.""",
    ),
    "words of removed essays are forgotten later": (
        "whoosh",
        """The vocabulary of a segment has the words of essays that were deleted of it, until it
        is merged. No completion is made of them: each is tried before it is offered.""",
    ),
    "what was not committed may be seen later": (
        "opensearch",
        """A cluster has no transactions: of a writer that was killed, or closed without a commit,
        what the cluster had taken is seen from the next commit on. An essay is one document, so
        that each is as it was or as it is now, never half; a rebuild is made aside and is seen
        whole or not at all.""",
    ),
    "a rebuild ends the searches of the index it replaced": (
        "opensearch",
        """The cluster keeps no index for searches under way. Pages asked for after it come of the
        new index; what was loaded before stays.""",
    ),
    "half letters are written out in facets": (
        "opensearch",
        """A name with half of a surrogate pair, which UTF-8 has no bytes for, is told with its
        number in its place (``\\ud800``). No reader gives such a name.""",
    ),
    "a revision costs a request": (
        "opensearch",
        """It is asked of the cluster, some milliseconds instead of microseconds: nobody else
        knows what other writers did.""",
    ),
}


class Site:
    """Where indexes of one engine lie: a context of :func:`contextlib.closing`, which takes
    all away that were made here.

    ``base`` is a folder, or the address of a cluster without the name of an index. The embedded
    engine searches by numpy with ``vectors``, and by plain Python without.
    """

    def __init__(
        self, name: Name, base: str, *, vectors: bool = False, thorough: bool = False
    ) -> None:
        self.name = name
        self._vectors = vectors
        self._thorough = thorough
        self._base = base
        self._run = f"contract-{secrets.token_hex(4)}"
        self._locations: list[str] = []
        self._engines: list[Engine] = []

    def location(self) -> str:
        """A place where there is no index yet."""
        location = f"{self._base}/{self._run}-{len(self._locations):03}"
        self._locations.append(location)
        return location

    def opened(self, location: str, *, create: bool = False, write_wait: float = 10.0) -> Engine:
        """An engine at a location."""
        engine: Engine
        if self.name == "whoosh":
            engine = WhooshEngine(
                Path(location), write_wait=write_wait, create=create, vectors=self._vectors
            )
        else:
            # Here, because its library is an extra.
            from indexer.engines.opensearch_engine import OpenSearchEngine

            # Several parts, so that what each of them says must be put together.
            settings = Settings(
                write_wait_seconds=write_wait, opensearch_shards=2, opensearch_replicas=0
            )
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

    @contextmanager
    def holding(self, entries: Sequence[Entry], *, commits: int = 1) -> Iterator[Engine]:
        """An engine for a moment that holds the entries."""
        location = self.location()
        engine = self.stocked(entries, commits=commits, at=location)
        try:
            yield engine
        finally:
            engine.close()
            self._engines.remove(engine)
            if self.name == "opensearch":
                remove_indexes(self._base, location.rpartition("/")[2])

    def examples(self, number: int) -> int:
        """How many generated cases to try where the embedded engine is given so many: a
        request over the network takes its time."""
        fewer = number if self.name == "whoosh" else max(2, number // 12)
        return fewer * 10 if self._thorough else fewer

    def generated(self, number: int) -> settings:
        """The settings of Hypothesis for such cases, each with an index of its own."""
        # To find a smaller case takes hundreds of indexes more.
        seldom = self.name != "whoosh" and not self._thorough
        return settings(
            max_examples=self.examples(number),
            phases=[phase for phase in Phase if not (seldom and phase is Phase.shrink)],
            suppress_health_check=list(HealthCheck),
        )

    def differs(self, what: str) -> bool:
        """Whether this engine is one that may do something differently."""
        return DIFFERENCES[what][0] == self.name

    def parts(self) -> list[str]:
        """The indexes that lie here, by the names they have on disk or in the cluster."""
        if self.name == "opensearch":
            return indexes_of(self._base, self._run)
        folders = (path for at in self._locations for path in Path(at).glob("*") if path.is_dir())
        return sorted(map(str, folders))

    def close(self) -> None:
        """Closes the engines and deletes the indexes."""
        for engine in self._engines:
            engine.close()
        self._engines.clear()
        if self.name == "opensearch" and self._locations:
            remove_indexes(self._base, self._run)
        self._locations.clear()


def indexes_of(base: str, start: str) -> list[str]:
    """The physical indexes of a cluster whose names begin so."""
    found = ask(base, f"/_cat/indices/{start}*?format=json&h=index")
    return sorted(row["index"] for row in found)
