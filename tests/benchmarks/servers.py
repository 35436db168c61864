"""Servers to measure: ours and Datasette, with as many processes, and what these take."""

from __future__ import annotations

import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.benchmarks.peer import DATABASE, METADATA

_SECONDS_TO_START = 60
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Memory:
    """MB (10^6 bytes) of a process: ``resident``, of which ``anonymous`` are its own and the rest
    are pages of files; ``shared_out`` has what it shares divided among those that do."""

    resident: float
    anonymous: float
    shared_out: float

    @classmethod
    def of(cls, pid: int) -> Memory:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kib = {name: int(rest.split()[0]) for name, _, rest in map(_parted, lines[1:])}
        return cls(*(kib[name] * 1024 / 1e6 for name in ("Rss", "Anonymous", "Pss")))


@dataclass(frozen=True, slots=True)
class Server:
    """Listens at ``ports``; ``pids`` are the processes that were started, and may have more."""

    ports: list[int]
    pids: list[int]

    def workers(self) -> list[int]:
        """The processes that answer requests: those that have none below them."""
        family = _family(self.pids)
        return [pid for pid in family if not _children(pid)]

    def cpu_seconds(self) -> float:
        """What all its processes have used of the CPUs."""
        ticks = 0
        for pid in _family(self.pids):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> list[Memory]:
        """That of each worker, the largest first."""
        taken = [Memory.of(pid) for pid in self.workers()]
        return sorted(taken, key=lambda memory: memory.resident, reverse=True)


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text().split()
    ]


def _family(pids: Sequence[int]) -> list[int]:
    found = list(pids)
    for pid in found:
        found += _children(pid)
    return found


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


@contextmanager
def ours(location: Path, processes: int, *, keeps: bool) -> Iterator[Server]:
    """``essays serve``; no limit of requests. Unless it ``keeps`` answers, every page is made
    anew."""
    port = _free_port()
    command = [sys.executable, "-m", "indexer", "serve", "--index", str(location)]
    command += ["--port", str(port), "--workers", str(processes)]
    environment = {**os.environ, "ESSAYS_WEB_RATE_LIMIT": "0", "ESSAYS_SEARCH_SECONDS": "60"}
    if not keeps:
        environment["ESSAYS_WEB_KEPT_BYTES"] = "0"
    with _running(command, port, environment) as pid:
        yield Server([port], [pid])


@contextmanager
def datasette(folder: Path, processes: int, *, changes: bool) -> Iterator[Server]:
    """So many servers of one process each, since Datasette has no workers.

    Immutable, which spares it looks at the file, unless the database ``changes``. No facets; a
    search may take as long as it likes.
    """
    command = [sys.executable, "-m", "datasette", "serve"]
    command += [str(folder / DATABASE)] if changes else ["--immutable", str(folder / DATABASE)]
    command += ["--metadata", str(folder / METADATA)]
    command += ["--setting", "suggest_facets", "off", "--setting", "sql_time_limit_ms", "60000"]
    with ExitStack() as stack:
        ports = [_free_port() for _ in range(processes)]
        pids = [
            stack.enter_context(_running([*command, "--port", str(port)], port, os.environ))
            for port in ports
        ]
        yield Server(ports, pids)


@contextmanager
def constant(size: int) -> Iterator[Server]:
    """A server that answers everything at once with ``size`` letters."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.benchmarks.servers", str(port), str(size)]
    with _running(command, port, os.environ) as pid:
        yield Server([port], [pid])


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


@contextmanager
def _running(
    command: Sequence[str], port: int, environment: os._Environ[str] | dict[str, str]
) -> Iterator[int]:
    """Starts a server, waits until it answers, and ends it."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                answer.read()
                return
        except (URLError, OSError):
            time.sleep(0.1)
    sys.exit(f"does not answer: {' '.join(map(str, process.args))}")  # type: ignore[arg-type]


def _answer_at_once(port: int, size: int) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n"
    answer = (head + "x" * size).encode()
    with selectors.DefaultSelector() as selector, socket.create_server(("127.0.0.1", port)) as door:
        selector.register(door, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is door:
                    selector.register(door.accept()[0], selectors.EVENT_READ)
                    continue
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                if connection.recv(_CHUNK):
                    connection.sendall(answer)
                else:
                    selector.unregister(connection)
                    connection.close()


if __name__ == "__main__":
    _answer_at_once(int(sys.argv[1]), int(sys.argv[2]))
