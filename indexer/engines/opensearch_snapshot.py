"""Reading: one commit of an index on a cluster, bound by a point in time.

A point in time is lost with a node that holds part of it and with an index that a rebuild
replaced. Then another is opened on the index of now, and the search goes on there: what it
finds is whole, though perhaps of a later commit than its totals were.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf
from typing import Any

import msgspec

from indexer.deadline import check_clock
from indexer.engines.opensearch_client import Client, Refused
from indexer.engines.opensearch_index import Place, Stamp
from indexer.errors import EssaysError, LocationError, QueryError, SearchTimeout, UnavailableError

# How long the cluster keeps a point in time that nobody asks for.
_KEPT = "5m"
# A search goes on so often after losing its point in time, or being turned away by a node that
# has too much to do; then it first waits so many seconds, and each time twice as long.
_ATTEMPTS = 4
_PAUSE = 0.1
# Of the time that is left, what the first try may take.
_FIRST_SHARE = 2 / 3
# Of the time of a try, what the cluster may search for; then it says that it was too long.
_TOLD_SHARE = 0.9
# Answers to questions that are asked again and again, such as how many essays have a word.
_REMEMBERED = 20_000

_LOST = ("search_context_missing_exception", "index_not_found_exception", "no_such_element")

_CLOSED = "Analyzer is closed"

Body = dict[str, Any]
Answer = dict[str, Any]


class Snapshot:
    """An index as of one commit. Any thread may ask."""

    def __init__(self, client: Client, place: Place, stamp: Stamp) -> None:
        self._client = client
        self._place = place
        self._lock = threading.Lock()
        self._pit: str | None = None
        self.stamp = stamp
        self.index = stamp.index
        self.revision = stamp.revision()
        self._known: OrderedDict[object, Any] = OrderedDict()

    def close(self) -> None:
        """Lets the cluster forget the point in time."""
        with self._lock:
            pit, self._pit = self._pit, None
        if pit is not None:
            # It forgets by itself as well.
            with suppress(EssaysError, Refused):
                self._client.ask("DELETE", "/_search/point_in_time", {"pit_id": [pit]})

    def __del__(self) -> None:
        if self._pit is not None:
            with suppress(Exception):
                self.close()

    def known(self, key: object) -> Any:
        """What was remembered under a key of this commit, or ``None``."""
        with self._lock:
            if key not in self._known:
                return None
            self._known.move_to_end(key)
            return self._known[key]

    def remember(self, key: object, value: Any) -> None:
        """Keeps an answer for as long as this commit is the newest."""
        with self._lock:
            self._known[key] = value
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def search(self, body: Body, *, deadline: float = inf, scored: bool = False) -> Answer:
        """The answer to one search; ``scored`` counts statistics over all shards."""
        return self.searches([body], deadline=deadline, scored=scored)[0]

    def searches(
        self, bodies: Sequence[Body], *, deadline: float = inf, scored: bool = False
    ) -> list[Answer]:
        """The answers to several searches of one round trip, none of them partial.

        Raises ``SearchTimeout`` once ``deadline``, a ``time.monotonic`` instant, has passed,
        ``QueryError`` for more than the cluster takes, and ``UnavailableError``.
        """
        if not bodies:
            return []
        for attempt in range(_ATTEMPTS):
            pit = self._point_in_time(deadline)
            until = deadline
            if not attempt:
                # A node that hangs leaves time for another point in time.
                now = time.monotonic()
                until = now + (deadline - now) * _FIRST_SHARE
            try:
                return self._ask(bodies, pit, until, scored)
            except _Busy as busy:
                if attempt == _ATTEMPTS - 1:
                    raise UnavailableError(
                        f"{self._client.address.shown()}: the cluster has too much to do "
                        f"({busy}); try again in a moment"
                    ) from None
            except UnavailableError:
                self._forget(pit)
                if attempt:
                    raise
                # Perhaps only the host that was asked, in the midst of its answer.
                self.index = self._place.stamp(deadline).index
                continue
            except _Lost as lost:
                self._forget(pit)
                if attempt == _ATTEMPTS - 1:
                    raise UnavailableError(
                        f"{self._client.address.shown()}: part of the index can't be searched "
                        f"now ({lost}); try again in a moment"
                    ) from None
                check_clock(deadline)
                self.index = self._place.stamp(deadline).index
                if not attempt:
                    # Other copies of what was lost are there already.
                    continue
            time.sleep(min(_PAUSE * 2**attempt, max(0.0, deadline - time.monotonic())))
        raise AssertionError("unreachable")

    def _forget(self, pit: str) -> None:
        """Makes the next search open another point in time."""
        with self._lock:
            if self._pit == pit:
                self._pit = None

    def _point_in_time(self, deadline: float) -> str:
        with self._lock:
            if self._pit is None:
                try:
                    self._pit = self._opened(deadline)
                except Refused as refused:
                    if refused.status != 404:
                        raise self._refused(refused.reason) from refused
                    # A rebuild came in between.
                    self.index = self._place.stamp(deadline).index
                    try:
                        self._pit = self._opened(deadline)
                    except Refused as again:
                        raise self._refused(again.reason) from again
            return self._pit

    def _opened(self, deadline: float) -> str:
        answer = self._client.ask(
            "POST",
            f"/{self.index}/_search/point_in_time",
            params={"keep_alive": _KEPT, "allow_partial_pit_creation": "false"},
            deadline=deadline,
        )
        return str(answer["pit_id"])

    def _refused(self, reason: str) -> LocationError:
        return LocationError(
            f"{self._client.address.shown()}: the cluster refused a search ({reason})"
        )

    def _ask(self, bodies: Sequence[Body], pit: str, deadline: float, scored: bool) -> list[Answer]:
        head: Mapping[str, Any] = {
            "search_type": "dfs_query_then_fetch" if scored else "query_then_fetch",
            "allow_partial_search_results": False,
        }
        bound: Body = {"pit": {"id": pit, "keep_alive": _KEPT}}
        if deadline != inf:
            left = deadline - time.monotonic()
            if left <= 0:
                raise SearchTimeout(_TIMED_OUT)
            # So that a slow search is told from a node that hangs.
            bound["timeout"] = f"{_milliseconds(left * _TOLD_SHARE)}ms"
        lines = b"".join(
            msgspec.json.encode(part) + b"\n" for body in bodies for part in (head, body | bound)
        )
        try:
            # Another host would ask the same nodes again.
            answer = self._client.ask(
                "POST", "/_msearch", lines, deadline=deadline, repeatable=False
            )
        except SearchTimeout:
            raise _Lost("no answer in time") from None
        found: list[Answer] = answer["responses"]
        for each in found:
            self._verify(each)
        return found

    def _verify(self, answer: Answer) -> None:
        """Raises unless an answer is whole."""
        error = answer.get("error")
        if error is not None:
            kinds = _kinds(error)
            if "too_many_clauses" in kinds or "too_many_nested_clauses" in kinds:
                raise QueryError(
                    "the query has more words than the cluster allows "
                    "(indices.query.bool.max_clause_count); shorten it"
                )
            reason = _line(error)
            status = answer.get("status", 500)
            if status == 429:
                raise _Busy(reason)
            # The nodes of a point in time are fixed: what one of them can't do, no other does.
            # The analysers of an index that a rebuild replaced are closed before it is gone.
            if status >= 500 or any(kind in _LOST for kind in kinds) or _CLOSED in reason:
                raise _Lost(reason)
            raise self._refused(reason)
        if answer.get("timed_out"):
            raise SearchTimeout(_TIMED_OUT)
        if answer["_shards"]["failed"]:
            failures = answer["_shards"].get("failures") or [{}]
            raise _Lost(_line(failures[0].get("reason")))


def _milliseconds(seconds: float) -> int:
    """A time in round numbers: nodes keep the answers to counts, and know a question again only
    by its every letter."""
    whole = max(1, int(seconds * 1000))
    return whole - whole % 100 if whole > 1_000 else whole


_TIMED_OUT = "the search took too long; use fewer or rarer words"


class _Busy(Exception):
    """A node has no memory or no place in its queue for the search at this moment."""


class _Lost(Exception):
    """The point in time is no more, or is on a node that is gone or fails."""


def _kinds(error: Any) -> list[str]:
    """The types of an error and of all its causes."""
    found: list[str] = []
    if isinstance(error, dict):
        if "type" in error:
            found.append(str(error["type"]))
        for name in ("root_cause", "failed_shards", "caused_by", "reason"):
            inner = error.get(name)
            for each in inner if isinstance(inner, list) else [inner]:
                found += _kinds(each)
    return found


def _line(error: Any) -> str:
    """The innermost reason of an error, in one line."""
    return " ".join(str(_reason(error)).split())[:300]


def _reason(error: Any) -> object:
    """The innermost reason of an error."""
    while isinstance(error, dict):
        causes = error.get("root_cause") or [error.get("caused_by")]
        inner = causes[0] if causes else None
        if not isinstance(inner, dict) or inner is error:
            return error.get("reason") or error.get("type") or ""
        error = inner
    return error
