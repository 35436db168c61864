"""A cluster that is lost is left in peace, and asked again now and then."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger("indexer.opensearch")
# Who keeps a log sets it up; commands keep none.
_log.addHandler(logging.NullHandler())

# Consecutive failures of the whole cluster after which it is left in peace, and for how many
# seconds. Two are what a search with one more try meets while a node is lost.
_FAILURES = 3
_REST_SECONDS = 2.0


class Circuit:
    """Keeps from asking a cluster that is lost, but for one request after each rest.

    Threads may share it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next = 0.0
        self._why = ""

    def enter(self) -> str:
        """Why not to ask at present; empty when a request may go out."""
        with self._lock:
            if self._failures < _FAILURES:
                return ""
            now = self._clock()
            if now < self._next:
                return self._why
            self._next = now + _REST_SECONDS
            return ""

    def succeed(self) -> None:
        """The cluster answered."""
        if self._failures:
            with self._lock:
                if self._failures >= _FAILURES:
                    _log.info("the cluster answers again")
                self._failures = 0

    def fail(self, why: str) -> None:
        """The cluster as a whole did not answer."""
        with self._lock:
            self._failures += 1
            self._why = why
            self._next = self._clock() + _REST_SECONDS
            if self._failures == _FAILURES:
                _log.warning("the cluster is lost: %s", why)


# By the hosts of a cluster: what one thread learned holds for all, and for those who open it anew.
_circuits: dict[tuple[str, ...], Circuit] = {}


def circuit_of(hosts: tuple[str, ...]) -> Circuit:
    """The one circuit of a cluster in this process."""
    return _circuits.setdefault(hosts, Circuit())
