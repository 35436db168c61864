"""A stream of essays into an index: several bulk requests under way, each essay told apart.

Each operation has a number greater than those before, which the cluster keeps as the version of
the document (``external_gte``): requests may overtake each other or arrive twice, and still the
last operation on an essay is the one that counts. A session that was taken over has lower numbers
than its successor and can't undo what that has written.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from msgspec import Struct

from indexer.engines.opensearch_client import Client, Refused
from indexer.errors import BusyError, StorageError, UnavailableError

# Bytes of a request, and how many are under way at once; more of either did not measure faster.
REQUEST_BYTES = 4 * 2**20
UNDER_WAY = 3
# Seconds that the cluster may take nothing before the session gives up; nodes restart in less.
PATIENCE = 120.0
_SHORTEST_WAIT, _LONGEST_WAIT = 0.25, 8.0
_LONGEST_REASON = 200

_UNFINISHED = (
    "too large for the cluster: it was not done with it in time; split the file, or raise "
    "opensearch.request_seconds"
)


class Operation(Struct, frozen=True, kw_only=True):
    """What to do with one essay: the lines of a bulk request."""

    essay_id: str
    document: str
    number: int
    lines: bytes


def put_lines(document: str, number: int, body: bytes) -> bytes:
    """The lines that put a document."""
    return b'{"index":%b}\n%b\n' % (_target(document, number), body)


def remove_lines(document: str, number: int) -> bytes:
    """The line that takes a document out."""
    return b'{"delete":%b}\n' % _target(document, number)


def _target(document: str, number: int) -> bytes:
    return msgspec.json.encode({"_id": document, "version": number, "version_type": "external_gte"})


class _Newest(Struct):
    """Operations under way on one document: how many, and the number of the last."""

    count: int
    number: int


class BulkStream:
    """Operations on their way into ``index``; one thread adds them.

    ``require`` raises where this session may write no more; ``longest`` is how many bytes the
    cluster takes in one request.
    """

    def __init__(
        self, client: Client, index: str, require: Callable[[], None], longest: int
    ) -> None:
        self._client = client
        self._shown = client.address.shown()
        self._index = index
        self._require = require
        self._longest = longest
        self._waiting: list[Operation] = []
        self._waiting_bytes = 0
        self._sending_bytes = 0
        self._newest: dict[str, _Newest] = {}
        self._refused: dict[str, str] = {}
        self._failure: BaseException | None = None
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(UNDER_WAY, "essays-bulk")
        self.sent = False

    def add(self, operation: Operation) -> None:
        """Takes an operation; waits while too much is under way. Raises what went wrong with
        earlier ones."""
        self._raise()
        size = len(operation.lines)
        if size > self._longest:
            self._refuse(operation, self._too_large(f"as a document it has {_megabytes(size)}"))
            return
        if self._waiting and self._waiting_bytes + size > min(REQUEST_BYTES, self._longest):
            self._send_waiting()
        self._waiting.append(operation)
        self._waiting_bytes += size
        if self._waiting_bytes >= REQUEST_BYTES:
            self._send_waiting()

    def flush(self) -> dict[str, str]:
        """Waits until the cluster has acknowledged everything; gives the ids of the essays that it
        refuses for good, each with the reason."""
        self._send_waiting()
        with self._changed:
            while self._newest and self._failure is None:
                self._changed.wait()
            self._raise()
            refused, self._refused = self._refused, {}
            return refused

    def stop(self) -> None:
        """Drops what was not sent, and ends the threads."""
        self._stopped.set()
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _refuse(self, operation: Operation, why: str) -> None:
        with self._changed:
            self._refused[operation.essay_id] = why

    def _too_large(self, what: str) -> str:
        return (
            f"too large for the cluster: {what}, more than the {_megabytes(self._longest)} that go "
            "into one request; split the file, or give its nodes more memory (above 1 GB, raise "
            "http.max_content_length as well)"
        )

    def _send_waiting(self) -> None:
        batch, size = self._waiting, self._waiting_bytes
        if not batch:
            return
        self._waiting, self._waiting_bytes = [], 0
        with self._changed:
            # One more than are sent, so that no thread waits for the next.
            while self._sending_bytes > UNDER_WAY * REQUEST_BYTES and self._failure is None:
                self._changed.wait()
            self._raise()
            self._sending_bytes += size
            for operation in batch:
                newest = self._newest.setdefault(operation.document, _Newest(0, 0))
                newest.count += 1
                newest.number = operation.number
        self.sent = True
        self._pool.submit(self._send, batch, size)

    # In the threads

    def _send(self, batch: list[Operation], size: int) -> None:
        failure: BaseException | None = None
        try:
            self._deliver(batch)
        except BaseException as error:
            failure = error
        with self._changed:
            self._failure = self._failure or failure
            self._sending_bytes -= size
            for operation in batch:
                newest = self._newest[operation.document]
                newest.count -= 1
                if not newest.count:
                    del self._newest[operation.document]
            self._changed.notify_all()

    def _deliver(self, batch: list[Operation]) -> None:
        """Sends until every operation is acknowledged or refused for good."""
        pieces: deque[list[Operation]] = deque([batch])
        wait = _SHORTEST_WAIT
        until: float | None = None
        while pieces and not self._stopped.is_set():
            piece = pieces.popleft()
            try:
                self._require()
                left, why = self._request(piece)
                last = UnavailableError(
                    f"{self._shown}: the cluster takes nothing more ({why}); run the same command "
                    "again when it is well"
                )
            except Refused as refused:
                if refused.status != 413:
                    raise self._unwritable(refused.kind, refused.reason) from refused
                if len(piece) == 1:
                    size = len(piece[0].lines)
                    self._refuse(piece[0], self._too_large(f"{_megabytes(size)} were refused"))
                else:
                    half = len(piece) // 2
                    pieces.extendleft((piece[half:], piece[:half]))
                continue
            except UnavailableError as error:
                left, last = piece, error
            if len(left) < len(piece):
                until, wait = None, _SHORTEST_WAIT
            if not left:
                continue
            pieces.appendleft(left)
            now = time.monotonic()
            until = until or now + PATIENCE
            if now > until:
                if not self._is_to_blame(piece, last):
                    raise last
                self._refuse(piece[0], _UNFINISHED)
                pieces.popleft()
                until, wait = None, _SHORTEST_WAIT
                continue
            self._stopped.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _is_to_blame(self, piece: Sequence[Operation], last: UnavailableError) -> bool:
        """Whether one large essay is what takes too long, and the cluster is well otherwise."""
        if len(piece) > 1 or len(piece[0].lines) <= REQUEST_BYTES or last.__cause__ is None:
            return False
        try:
            health = self._client.ask("GET", f"/_cluster/health/{self._index}")
        except (UnavailableError, Refused):
            return False
        return bool(health["status"] != "red")

    def _request(self, piece: Sequence[Operation]) -> tuple[list[Operation], str]:
        """Sends operations once; gives those to send again, and why."""
        answer = self._client.ask(
            "POST",
            f"/{self._index}/_bulk",
            b"".join(operation.lines for operation in piece),
            params={
                "require_alias": True,
                # Of a shard without a node, before the answer comes.
                "timeout": "20s",
                "filter_path": "errors,items.*.status,items.*.error",
            },
            # It may be sent twice; but one host gets all the time there is, and the next one the
            # same request only after that.
            repeatable=False,
        )
        if not answer["errors"]:
            return [], ""
        again: list[Operation] = []
        why = ""
        for operation, item in zip(piece, answer["items"], strict=True):
            (outcome,) = item.values()
            error = outcome.get("error")
            if error is None:
                continue
            if error.get("type") == "cluster_block_exception":
                raise StorageError(
                    f"{self._shown}: the cluster takes no essays now ({_reason(error)}); make room "
                    "on its disks, or put right what blocks it, and run the same command again"
                )
            if outcome["status"] == 429 or outcome["status"] >= 500:
                again.append(operation)
                why = _reason(error)
            else:
                self._settle(operation, outcome["status"], error)
        return again, why

    def _settle(self, operation: Operation, status: int, error: dict[str, Any]) -> None:
        """What an operation that will never do any better means."""
        if status == 409:
            with self._changed:
                newest = self._newest[operation.document].number
            if newest > operation.number:
                return
            raise BusyError(
                f"{self._shown}: another process has written {operation.essay_id} meanwhile; run "
                "the same command again when it is done"
            )
        if status != 400:
            raise self._unwritable(error.get("type", ""), _reason(error))
        self._refuse(operation, f"the cluster can't hold it: {_reason(error)}")

    def _unwritable(self, kind: str, reason: str) -> StorageError | BusyError:
        if kind == "index_not_found_exception":
            return BusyError(
                f"{self._shown}: the index that was being written was deleted meanwhile, perhaps "
                "by another process that writes; run the same command again"
            )
        return StorageError(
            f"{self._shown}: the cluster refused to write ({reason}); put that right and run the "
            "same command again"
        )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


def _reason(error: dict[str, Any]) -> str:
    """The reason that goes to the bottom of an error, in one line."""
    reason = str(error.get("reason") or error.get("type"))
    while isinstance(cause := error.get("caused_by"), dict):
        error = cause
        reason = str(error.get("reason") or error.get("type"))
    reason = " ".join(reason.split())
    return reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 1] + "…"
