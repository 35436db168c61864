"""The right to write to a library: held by one session over all machines, renewed while it lasts,
and taken over when its holder has gone quiet.

No two clocks are compared: who waits watches, by its own clock, for how long the lease has not
changed. A holder that was asleep for so long finds it in other hands and writes no more.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from indexer.engines.opensearch_client import Refused
from indexer.engines.opensearch_state import Conflict, Kept, State
from indexer.errors import BusyError, EssaysError

LEASE = "lease"
# Seconds without a renewal after which another may take the lease over.
PERIOD = 15.0
# Seconds from one renewal to the next: a lost node costs less than what is left.
RENEWAL = 3.0
# Seconds after which the holder looks whether it still has the lease before it writes on.
GUARD = 10.0
_LOOK = 0.2
_ATTEMPTS = 3


class Lease:
    """The lease of one session.

    ``number`` is greater than that of every session before. ``is_clean`` says whether the one
    before ended with all committed that it had written.
    """

    def __init__(self, state: State, shown: str) -> None:
        self._state = state
        self._shown = shown
        self._token = os.urandom(8).hex()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._fields: dict[str, Any] = {}
        self._kept: Kept | None = None
        self._renewed = 0.0
        self._lost = False
        self._thread: threading.Thread | None = None
        self.number = 0
        self.is_clean = False

    def acquire(self, wait: float) -> None:
        """Becomes the one writer: at once if there is none, when one has gone quiet for
        ``PERIOD``, or after ``wait`` seconds not at all (``BusyError``)."""
        started = time.monotonic()
        seen: tuple[int, int] | None = None
        since = started
        renewals = 0
        while True:
            kept = self._state.read(LEASE)
            now = time.monotonic()
            is_free = kept is None or not kept.fields["held"] or _has_ended(kept)
            if kept is not None and not is_free:
                version = (kept.seq_no, kept.term)
                if version != seen:
                    renewals += seen is not None
                    seen, since = version, now
            if is_free or now - since >= PERIOD:
                if self._take(kept):
                    return
                seen = None
            elif kept is not None and renewals and now - started >= wait:
                raise BusyError(
                    f"{self._shown}: {_holder(kept)} is writing to this index; waited "
                    f"{now - started:.0f} s; try again when it is done"
                )
            time.sleep(_LOOK)

    def _take(self, kept: Kept | None) -> bool:
        """Writes this session into the lease, unless another was faster."""
        before = kept.fields["number"] if kept else 0
        # By the clock as well, so that a lease that was deleted does not begin again at 1.
        number = max(before + 1, int(time.time()))
        self._fields = {
            "held": True,
            "clean": False,
            "number": number,
            "token": self._token,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "machine": _machine(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        begun = time.monotonic()
        try:
            self._kept = self._state.write(LEASE, self._fields, kept)
        except Conflict:
            return False
        self.number = number
        self.is_clean = kept is not None and not kept.fields["held"] and kept.fields["clean"]
        self._renewed = begun
        self._thread = threading.Thread(target=self._keep, name="essays-lease", daemon=True)
        self._thread.start()
        return True

    def _keep(self) -> None:
        while not self._ended.wait(RENEWAL):
            # A cluster that can't be reached now may be there again before the period is over;
            # a lease that was lost is told to whoever writes next.
            with suppress(EssaysError, Refused), self._lock:
                if self._lost or self._ended.is_set():
                    return
                self._renew()

    def _renew(self, *, patient: bool = False) -> None:
        for _ in range(_ATTEMPTS):
            begun = time.monotonic()
            try:
                self._kept = self._state.write(LEASE, self._fields, self._kept, patient=patient)
            except Conflict:
                now = self._state.read(LEASE)
                if now is None or now.fields.get("token") != self._token:
                    self._lost = True
                    break
                # An earlier renewal went through whose answer was lost.
                self._kept = now
            else:
                self._renewed = begun
                return
        self._refuse()

    def _refuse(self) -> None:
        raise BusyError(
            f"{self._shown}: another process has taken over writing, since this one was not "
            "heard of for too long; run the same command again when it is done"
        )

    def require_unlost(self) -> None:
        """Raises ``BusyError`` if the lease is known to be lost; asks nobody."""
        if self._lost:
            self._refuse()

    def require(self, *, now: bool = False) -> None:
        """Makes sure that this session has the lease still, ``now`` by asking the cluster for as
        long as it takes to answer (``BusyError``)."""
        if not now and not self._lost and time.monotonic() - self._renewed <= GUARD:
            return
        with self._lock:
            if self._lost:
                self._refuse()
            if now or time.monotonic() - self._renewed > GUARD:
                self._renew(patient=now)

    def release(self, *, clean: bool) -> None:
        """Lets the next session write; ``clean`` says that nothing was left uncommitted.

        Without a cluster it is not told, and finds out after the period.
        """
        self._ended.set()
        with self._lock:
            if not self._lost and self._kept is not None:
                fields = {**self._fields, "held": False, "clean": clean}
                with suppress(EssaysError, Refused, Conflict):
                    self._state.write(LEASE, fields, self._kept)
                self._lost = True
        if self._thread is not None:
            self._thread.join()


def _holder(kept: Kept) -> str:
    fields = kept.fields
    return f"process {fields['pid']} on {fields['host']} (since {fields['since']})"


def _machine() -> str:
    """What process numbers are unique in: this start of the system, and its container."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _has_ended(kept: Kept) -> bool:
    """Whether the holder was a process of this machine that is no more."""
    machine = _machine()
    if not machine or kept.fields["machine"] != machine:
        return False
    try:
        os.kill(kept.fields["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
