"""Questions to an OpenSearch cluster and its answers, whichever of its hosts is up.

The one module that imports ``opensearchpy``.
"""

from __future__ import annotations

import gzip
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from indexer.config import Settings
from indexer.deadline import check_clock, is_past
from indexer.engines.opensearch_address import Address
from indexer.engines.opensearch_circuit import Circuit, circuit_of
from indexer.engines.opensearch_credentials import authorization, secure_context
from indexer.errors import LocationError, SettingsError, StorageError, UnavailableError

try:
    import urllib3
    from opensearchpy import ConnectionPool, Urllib3HttpConnection
    from urllib3 import exceptions as http_errors
except ImportError as error:
    raise SettingsError(
        "an index on OpenSearch needs the package opensearch-py: pip install opensearch-py"
    ) from error

# Seconds that a host is passed over after it failed; twice as many each time it fails again.
_DEAD_SECONDS = 4
_DEAD_DOUBLINGS = 2
# Of the time that is left, what a host may take while there are others.
_FIRST_SHARE = 2 / 3
# Connections to a host that are kept open, for as many threads.
_KEPT_OPEN = 16
# Seconds that a patient request (a writer's) is tried again: an election takes some 30.
PATIENCE_SECONDS = 90.0
# Seconds of the first and the longest wait between its tries.
_SHORTEST_WAIT, _LONGEST_WAIT = 0.25, 8.0
# Of 9: most of what can be saved, at a fraction of the time.
_COMPRESSION = 3
# Of a text that comes from the cluster, in characters.
_LONGEST_REASON = 300
# What of the cluster's API reads only and may be sent by POST.
_READING = frozenset(
    ("_search", "_msearch", "_count", "_mget", "_analyze", "_refresh", "_validate", "_stats")
)
_NDJSON = frozenset(("_bulk", "_msearch"))

_encoder = msgspec.json.Encoder()


class Refused(Exception):
    """The cluster refused a request: its HTTP status from 400, the kind of error (empty where it
    names none), the reason, and the whole answer."""

    def __init__(self, status: int, kind: str, reason: str, answer: Any = None) -> None:
        super().__init__(f"{status} {kind}: {reason}")
        self.status = status
        self.kind = kind
        self.reason = reason
        self.answer = answer


class _Answer(Struct, frozen=True):
    status: int
    json: bool
    body: bytes


class _Host(Urllib3HttpConnection):
    """One host, spoken to without logging: what is asked and answered is somebody's text."""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        connect: float,
        read: float,
    ) -> _Answer:
        """One request and its answer, whatever its status; raises what urllib3 does."""
        sent = {**self.headers, **headers}
        if body and self.http_compress:
            body = gzip.compress(body, _COMPRESSION)
            sent["content-encoding"] = "gzip"
        if self.pool is None:
            self._create_urllib3_pool()
        answer = self.pool.urlopen(
            method,
            path,
            body,
            headers=sent,
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(connect=connect, read=read),
        )
        kind = answer.headers.get("content-type", "")
        return _Answer(answer.status, "json" in kind, answer.data)


class _Failed(Exception):
    """No host gave an answer; ``counts`` where that speaks of the whole cluster, ``waits`` where
    the same request may be answered later."""

    def __init__(self, why: str, *, counts: bool = True, waits: bool = True) -> None:
        super().__init__(why)
        self.counts = counts
        self.waits = waits


class Client:
    """Asks the cluster of an address; threads may share it.

    ``circuit``, ``clock`` and ``sleep`` are for tests: by default all clients of a cluster in
    this process share one circuit.
    """

    def __init__(
        self,
        address: Address,
        settings: Settings,
        *,
        circuit: Circuit | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = address
        self._connect_seconds = settings.opensearch_connect_seconds
        self._request_seconds = settings.opensearch_request_seconds
        self._clock = clock
        self._sleep = sleep
        self._circuit = circuit or circuit_of(address.hosts)
        self._headers = authorization(address, settings)
        context = secure_context(settings) if address.secure else None
        if not settings.opensearch_verify_certs:
            # It would warn at every request.
            urllib3.disable_warnings(http_errors.InsecureRequestWarning)
        hosts = []
        for place in address.hosts:
            host, _, port = place.rpartition(":")
            options: dict[str, Any] = {"host": host.strip("[]"), "port": int(port)}
            connection = _Host(
                **options,
                use_ssl=address.secure,
                ssl_context=context,
                http_compress=settings.opensearch_compress,
                pool_maxsize=_KEPT_OPEN,
            )
            hosts.append((connection, options))
        self._hosts = [host for host, _ in hosts]
        self._pool = ConnectionPool(
            hosts, dead_timeout=_DEAD_SECONDS, timeout_cutoff=_DEAD_DOUBLINGS
        )

    def __repr__(self) -> str:
        return f"Client({self.address.shown()!r})"

    def close(self) -> None:
        """Closes the connections."""
        for host in self._hosts:
            host.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        deadline: float | None = None,
        repeatable: bool | None = None,
        patient: bool = False,
    ) -> Any:
        """The answer, decoded; ``None`` where it has no body.

        ``body`` is anything that JSON can tell, or bytes of JSON lines for ``_bulk`` and
        ``_msearch``. ``repeatable``: whether the request may reach the cluster twice; reading ones
        may. Such a request goes to the next host when one fails. ``patient`` ones are tried again
        for ``PATIENCE_SECONDS`` while the cluster is overloaded or away. ``deadline`` is a
        ``time.monotonic`` instant.

        Raises ``SearchTimeout`` past the deadline, ``UnavailableError`` where the cluster does not
        answer, fails or stays overloaded, ``LocationError`` where it lets nobody in or is none,
        ``StorageError`` where its disk is full, and :class:`Refused` otherwise.
        """
        if repeatable is None:
            repeatable = method in ("GET", "HEAD") or not _READING.isdisjoint(path.split("/"))
        path = self._with(path, params)
        sent, headers = self._encoded(body, path)
        until = self._clock() + (PATIENCE_SECONDS if patient else 0.0)
        # Whoever waits for an answer gets one, if a bad one, within the time of one request.
        end = deadline
        if end is None and not patient:
            end = time.monotonic() + self._request_seconds
        for wait in growing_waits():
            try:
                if deadline is not None:
                    check_clock(deadline)
                return self._asked(method, path, sent, headers, end, repeatable)
            except _Failed as error:
                if deadline is not None:
                    check_clock(deadline)
                if not error.waits or self._clock() + wait > until:
                    raise UnavailableError(
                        f"{self.address.shown()}: {error}; see to host and port, or "
                        "try again when the cluster is well"
                    ) from error
            self._sleep(wait)
        raise AssertionError  # waits never end

    def _with(self, path: str, params: Mapping[str, Any] | None) -> str:
        from urllib.parse import urlencode

        if not params:
            return path
        said = {True: "true", False: "false"}
        told = {k: said[v] if isinstance(v, bool) else str(v) for k, v in params.items()}
        return f"{path}?{urlencode(told)}"

    def _encoded(self, body: Any, path: str) -> tuple[bytes | None, dict[str, str]]:
        lines = isinstance(body, bytes) and not _NDJSON.isdisjoint(
            path.partition("?")[0].split("/")
        )
        kind = "application/x-ndjson" if lines else "application/json"
        if body is not None and not isinstance(body, bytes):
            body = _encoder.encode(body)
        return body, {**self._headers, "content-type": kind}

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        end: float | None,
        repeatable: bool,
    ) -> Any:
        """One answer of any host, told to the circuit."""
        if why := self._circuit.enter():
            raise _Failed(why)
        try:
            value = self._of_any_host(method, path, body, headers, end, repeatable)
        except _Failed as error:
            if error.counts:
                self._circuit.fail(str(error))
            else:
                self._circuit.succeed()
            raise
        except (LocationError, StorageError, Refused):
            self._circuit.succeed()
            raise
        self._circuit.succeed()
        return value

    def _of_any_host(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        end: float | None,
        repeatable: bool,
    ) -> Any:
        """The answer of the first host that gives one; each is asked once, but for a connection
        that was kept open and had gone meanwhile."""
        left = list(self._hosts)
        failures: list[str] = []
        renewed: set[_Host] = set()
        host: _Host | None = None
        while True:
            if host is None:
                host = self._pool.get_connection()
                if host not in left:
                    host = left[0]
            seconds = self._seconds(end, others=repeatable and len(left) > 1)
            try:
                answer = host.ask(
                    method, path, body, headers, min(self._connect_seconds, seconds), seconds
                )
            except http_errors.HTTPError as error:
                why, sent = self._of_failure(error, seconds)
                broke_off = isinstance(error, http_errors.ProtocolError)
                if repeatable and broke_off and host not in renewed:
                    renewed.add(host)
                    continue
                self._pool.mark_dead(host)
                failure = _Failed("", waits=repeatable or not sent)
                goes_on = failure.waits
                failures.append(f"{_place(host)}: {why}")
            else:
                self._pool.mark_live(host)
                try:
                    return self._understood(answer)
                except _Failed as failed:
                    failure, goes_on = failed, repeatable and answer.status != 429
                    failure.waits = repeatable or answer.status == 429
                    failures.append(f"{_place(host)}: {failed}")
            left.remove(host)
            host = None
            late = end is not None and is_past(end)
            if late or not (left and goes_on):
                said = "; ".join(dict.fromkeys(failures))
                raise _Failed(
                    f"the cluster does not answer ({said})",
                    # A host that hangs is not the cluster.
                    counts=failure.counts and not left,
                    waits=failure.waits,
                )

    def _seconds(self, end: float | None, *, others: bool) -> float:
        """How long a host may take. While there are others, a part of the time is left to them, so
        that a search survives a host that hangs."""
        if end is None:
            return self._request_seconds
        left = max(end - time.monotonic(), 0.001)
        return min(self._request_seconds, left * _FIRST_SHARE if others else left)

    def _of_failure(self, error: http_errors.HTTPError, seconds: float) -> tuple[str, bool]:
        """Why a host gave no answer, and whether it may have read the request. Raises
        ``LocationError`` where trust fails."""
        if isinstance(error, http_errors.SSLError):
            self._of_tls(error.args[0] if error.args else error)
            return "the connection broke off", True
        if isinstance(error, http_errors.NameResolutionError):
            return "no such host", False
        # Before what it is a kind of, a connection that took too long.
        if isinstance(error, http_errors.NewConnectionError):
            cause = error.__cause__ or error.__context__
            said = cause.strerror if isinstance(cause, OSError) else None
            return (said or "no connection").lower(), False
        if isinstance(error, http_errors.ConnectTimeoutError):
            return f"no connection in {min(self._connect_seconds, seconds):.3g} s", False
        if isinstance(error, http_errors.TimeoutError):
            return f"no answer in {seconds:.3g} s", True
        if isinstance(error, http_errors.LocationValueError):
            return "no such host", False
        return "the connection broke off", True

    def _of_tls(self, cause: object) -> None:
        shown = self.address.shown()
        # What a host that is going down or coming up does in the midst of it.
        if not isinstance(cause, ssl.SSLError) or isinstance(
            cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError
        ):
            return
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise LocationError(
                f"{shown}: its certificate is not to be trusted ({cause.verify_message.rstrip('.')}"
                "); name the file of the authority that signed it in opensearch.ca_certs"
            )
        said = (cause.reason or str(cause)).replace("_", " ").lower()
        advice = (
            "; if the cluster has no TLS, write opensearch+http"
            if cause.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
            else "; see opensearch.client_cert, should it ask for a certificate"
        )
        raise LocationError(f"{shown}: no secure connection ({said}){advice}")

    def _understood(self, answer: _Answer) -> Any:
        """What an answer holds, or the error that it is."""
        status = answer.status
        if status == 401:
            raise LocationError(
                f"{self.address.shown()}: the cluster does not know this user, password or API key "
                "(401); set opensearch.user and opensearch.password, or opensearch.api_key"
            )
        value = self._decoded(answer)
        kind, reason = _error(value)
        # The reason for a failure within may quote the query.
        told = (
            f"{status} {kind}: {reason}" if kind and status != 500 else f"{status} {kind}".strip()
        )
        if kind == "cluster_block_exception" and "disk" in reason:
            raise StorageError(
                f"{self.address.shown()}: the cluster has no room to write ({reason}); make room "
                "on its disks and try again"
            )
        if status == 429:
            raise _Failed(f"it has too much to do ({told})", counts=False)
        if status >= 500:
            raise _Failed(f"it failed ({told})", counts=status != 500)
        if status == 403:
            raise LocationError(
                f"{self.address.shown()}: this user or API key may not do that ({told}); ask those "
                "who run the cluster for the right"
            )
        if status >= 400:
            raise Refused(status, kind, reason, value)
        return value

    def _decoded(self, answer: _Answer) -> Any:
        if not answer.body:
            if 300 <= answer.status < 400:
                self._not_opensearch(answer)
            return None
        try:
            if answer.json:
                return msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        # Proxies say these in words of their own.
        if answer.status in (403, 429) or answer.status >= 500:
            return None
        return self._not_opensearch(answer)

    def _not_opensearch(self, answer: _Answer) -> NoReturn:
        raise LocationError(
            f"{self.address.shown()}: what answers there is not OpenSearch (HTTP {answer.status} "
            "without JSON); see to host and port"
        )


def growing_waits() -> Iterator[float]:
    """Seconds to wait between tries, without end: doubling up to a limit, each spread at random so
    that several who wait do not come back at once."""
    longest = _SHORTEST_WAIT
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 2, _LONGEST_WAIT)


def _place(host: _Host) -> str:
    return host.host.partition("://")[2]


def _error(value: Any) -> tuple[str, str]:
    """Kind and reason of an error in an answer."""
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, dict):
        roots = error.get("root_cause")
        if error.get("type") == "search_phase_execution_exception" and isinstance(roots, list):
            error = {**error, "reason": error.get("reason")} | (roots[0] if roots else {})
        kind, reason = str(error.get("type") or ""), str(error.get("reason") or "")
    else:
        kind, reason = "", str(error or "")
    # The security plug-in goes on to tell all it knows of the user.
    reason = reason.partition(" and User [")[0]
    if len(reason) > _LONGEST_REASON:
        reason = reason[:_LONGEST_REASON] + "…"
    return kind, " ".join(reason.split())
