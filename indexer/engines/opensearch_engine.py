"""The engine for many machines: an index on an OpenSearch cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from indexer.config import Settings
from indexer.engines import opensearch_essays as essays
from indexer.engines import opensearch_schema as schema
from indexer.engines import opensearch_words as words
from indexer.engines.base import Entry, Fingerprint, Selection
from indexer.engines.opensearch_address import parse_address
from indexer.engines.opensearch_catalogue import OpenSearchCatalogue
from indexer.engines.opensearch_client import Client
from indexer.engines.opensearch_index import Place, Stamp
from indexer.engines.opensearch_joined import Joined
from indexer.engines.opensearch_matches import OpenSearchMatches
from indexer.engines.opensearch_queries import Query, of_essays, passages_with
from indexer.engines.opensearch_snapshot import Snapshot
from indexer.engines.opensearch_writer import OpenSearchWriter
from indexer.errors import NoIndexError, SearchTimeout, UnavailableError
from indexer.model import Essay, ShelfOrder, Sort, Status
from indexer.plan import Below, Pattern, Plan, Scope

# Seconds for which the newest commit known is taken for the newest there is: the parts of one
# search ask again and again, and each time is a round trip.
_FRESH = 0.01


class OpenSearchEngine:
    """The index of a name on a cluster. Every reading method answers from one commit."""

    def __init__(self, location: str, settings: Settings, *, create: bool = False) -> None:
        self._client = Client(parse_address(location), settings)
        self._place = Place(self._client, settings)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._seen = -inf
        self._seconds = settings.search_seconds
        if not create:
            self._stamp()

    # Snapshots

    def _stamp(self, deadline: float | None = None) -> Stamp:
        """The stamp, by a deadline or in the time of one search."""
        if deadline is not None:
            return self._place.stamp(deadline)
        try:
            return self._place.stamp(self._deadline())
        except SearchTimeout:
            # It is not the search that is slow.
            raise UnavailableError(
                f"{self._place.shown}: the cluster does not answer in time; try again when it is "
                "well"
            ) from None

    def _newest(self, deadline: float | None = None) -> Snapshot:
        """A snapshot of the newest commit."""
        known, seen = self._snapshot, self._seen
        now = time.monotonic()
        if known is not None and now - seen < _FRESH:
            return known
        stamp = self._stamp(deadline)
        stamp.require_current()
        with self._lock:
            self._seen = now
            known = self._snapshot
            if known is not None and known.revision == stamp.revision():
                return known
            # The one before is not closed: a search under way may still read from it.
            self._snapshot = Snapshot(self._client, self._place, stamp)
            return self._snapshot

    def close(self) -> None:
        """Lets the cluster forget what it keeps for this engine, and hangs up."""
        with self._lock:
            snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:
            snapshot.close()
        self._client.close()

    # Writing

    def writer(self, *, rebuild: bool = False) -> OpenSearchWriter:
        """Opens the one writing session; an index of an older version is rebuilt."""
        return OpenSearchWriter(self._place, rebuild=rebuild or self.outdated())

    def outdated(self) -> bool:
        """Whether the index was made by another version and must be rebuilt."""
        try:
            return not self._place.stamp().current()
        except NoIndexError:
            return False

    # Reading

    def revision(self) -> str:
        """A short text that every commit and every rebuild changes; one round trip."""
        stamp = self._stamp()
        stamp.require_current()
        return stamp.revision()

    def fingerprints(self) -> Iterator[Fingerprint]:
        """All indexed essays, for sync; none before the first commit."""
        try:
            stamp = self._place.stamp()
        except NoIndexError:
            return iter(())
        if stamp.schema != schema.SCHEMA_VERSION:
            return iter(())
        return essays.fingerprints(Snapshot(self._client, self._place, stamp))

    def _deadline(self) -> float:
        """Until when what is a part of a search may take."""
        return time.monotonic() + self._seconds

    def languages(self) -> Mapping[str, int]:
        """Languages of the essays and how many essays each has."""
        return words.languages(self._newest(), self._deadline())

    def vocabulary(self, prefix: str, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms that begin with a prefix, with how many essays hold each."""
        return words.vocabulary(self._newest(), prefix, scope, self._deadline())

    def shaped(self, start: str, shape: str, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms whose form has a shape, with how many essays hold each."""
        return words.shaped(self._newest(), start, shape, scope, self._deadline())

    def close_to(self, form: str, edits: int, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms within so many edits, with how many essays hold each."""
        return words.close_to(self._newest(), form, edits, scope, self._deadline())

    def holds(self, node: Pattern | Below) -> bool:
        """Whether a pattern occurs, or an essay lies in a place."""
        snapshot, deadline = self._newest(), self._deadline()
        if isinstance(node, Below):
            query: Query = {"term": {"place": schema.key_of(node.place)}}
        else:
            joined = Joined(snapshot, deadline)
            joined.learn([node])
            query = of_essays(passages_with(node, joined.exists))
        body = {"size": 0, "terminate_after": 1, "query": query}
        answer = snapshot.search(body, deadline=deadline)
        return bool(answer["hits"]["total"]["value"])

    def catalogue(self, order: ShelfOrder, selection: Selection) -> OpenSearchCatalogue:
        """Essays in order, told without loading more than those of a page."""
        return OpenSearchCatalogue(self._newest(), order, selection)

    def search(
        self, plan: Plan, *, sort: Sort = "relevance", per_essay: int = 3, deadline: float
    ) -> OpenSearchMatches:
        """Runs a plan over the newest commit."""
        snapshot = self._newest(deadline)
        languages = words.languages(snapshot, deadline)
        return OpenSearchMatches(snapshot, languages, plan, sort, per_essay, deadline)

    def essay(self, essay_id: str) -> Entry | None:
        """A whole essay, or ``None``."""
        return essays.essay(self._newest(), essay_id)

    def essays(self) -> Iterable[Essay]:
        """Every essay, by id."""
        return essays.essays(self._newest())

    def status(self) -> Status:
        """Size and state."""
        snapshot = self._newest()
        return essays.status(snapshot, self._place, snapshot.stamp)

    def check(self) -> list[str]:
        """Verifies the index against itself."""
        from indexer.engines.opensearch_check import problems

        return problems(self._place)
