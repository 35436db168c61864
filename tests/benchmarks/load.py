"""Requests as fast as a server answers them: ``python -m tests.benchmarks.load``, a job on stdin.

A closed loop: every connection is kept open and asks again as soon as it has its answer. The
paths are taken in order by whichever connection is free, in whole rounds, so that each path
counts alike however fast the server is.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections import Counter

import msgspec
from msgspec import Struct, field

# Seconds without a single answer after which a run is over.
_PATIENCE = 60
_CHUNK = 1 << 18


class Job(Struct, frozen=True, kw_only=True):
    """Whole rounds through ``paths`` for at least ``seconds``, spread over ``ports``.

    An answer is right when its status is 200 and it holds ``marker``.
    """

    ports: list[int]
    paths: list[str]
    marker: str
    connections: int
    seconds: float


class Outcome(Struct, frozen=True, kw_only=True):
    """``latencies`` of right answers in milliseconds, from the first byte sent to the last one
    received; ``wrong`` counts the others by what was wrong. ``cpu_seconds`` is what the load
    cost this process, ``size`` the mean bytes of a body."""

    seconds: float
    latencies: list[float]
    wrong: dict[str, int] = field(default_factory=dict)
    cpu_seconds: float
    size: float


def apply(job: Job) -> Outcome:
    """The outcome of a job, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=msgspec.json.encode(job),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Outcome)


class _Broken(Exception):
    """An answer that can't be read."""


class _Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self._open()
        self.path = ""
        self.began = 0.0
        self._received = bytearray()

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def reopen(self) -> None:
        self.socket.close()
        self.socket = self._open()

    def ask(self, path: str) -> None:
        self.path = path
        self._received = bytearray()
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: text/html\r\n\r\n"
        self.began = time.perf_counter()
        self.socket.sendall(request.encode())

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body once they are there in full."""
        data = self.socket.recv(_CHUNK)
        if not data:
            raise _Broken("connection closed")
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = bytes(self._received[:end]).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip().lower()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        status = int(lines[0].split()[1])
        start = end + 4
        if "content-length" in headers:
            body = self._received[start : start + int(headers["content-length"])]
            return (status, bytes(body)) if len(body) == int(headers["content-length"]) else None
        if headers.get("transfer-encoding") != "chunked":
            raise _Broken("neither a length nor chunks")
        whole = _joined(self._received, start)
        return None if whole is None else (status, whole)


def _joined(received: bytearray, start: int) -> bytes | None:
    """The body of chunks that begin at ``start``; nothing while some are missing."""
    parts: list[bytes] = []
    while (end := received.find(b"\r\n", start)) >= 0:
        length = int(received[start:end].partition(b";")[0], 16)
        start = end + 2 + length + 2
        if start > len(received):
            return None
        if not length:
            return b"".join(parts)
        parts.append(bytes(received[end + 2 : end + 2 + length]))
    return None


class _Load:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._marker = job.marker.encode()
        self._latencies: list[float] = []
        self._wrong: Counter[str] = Counter()
        self._bytes = 0
        self._asked = 0
        self._selector = selectors.DefaultSelector()
        self._busy = 0

    def run(self) -> Outcome:
        connections = [
            _Connection(self._job.ports[number % len(self._job.ports)])
            for number in range(self._job.connections)
        ]
        cpu = time.process_time()
        began = time.perf_counter()
        self._until = began + self._job.seconds
        for connection in connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            self._next(connection)
        while self._busy:
            ready = self._selector.select(_PATIENCE)
            if not ready:
                self._wrong["no answer"] += self._busy
                break
            for key, _ in ready:
                self._hear(key.data)
        seconds = time.perf_counter() - began
        for connection in connections:
            connection.socket.close()
        return Outcome(
            seconds=seconds,
            latencies=self._latencies,
            wrong=dict(self._wrong),
            cpu_seconds=time.process_time() - cpu,
            size=self._bytes / max(1, len(self._latencies)),
        )

    def _next(self, connection: _Connection) -> None:
        paths = self._job.paths
        if self._asked % len(paths) == 0 and self._asked and time.perf_counter() > self._until:
            return
        connection.ask(paths[self._asked % len(paths)])
        self._asked += 1
        self._busy += 1

    def _hear(self, connection: _Connection) -> None:
        try:
            answer = connection.receive()
        except (OSError, ValueError, IndexError, _Broken) as error:
            self._wrong[f"{connection.path}: {error}"] += 1
            self._selector.unregister(connection.socket)
            connection.reopen()
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        else:
            if answer is None:
                return
            status, body = answer
            if status != 200:
                self._wrong[f"{connection.path}: status {status}"] += 1
            elif self._marker not in body:
                self._wrong[f"{connection.path}: no results"] += 1
            else:
                self._latencies.append((time.perf_counter() - connection.began) * 1000)
                self._bytes += len(body)
        self._busy -= 1
        self._next(connection)


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(_Load(job).run()))


if __name__ == "__main__":
    main()
