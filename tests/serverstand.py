"""``essays serve`` in processes of its own, for tests that ask it as others do.

Run as a program, this is ``essays`` with one more page: ``/wait/SECONDS`` says that it waits,
and answers after so long with the number of the process that did.
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

# Seconds after which whatever is waited for counts as not happening.
PATIENCE = 30


@dataclass(slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(slots=True)
class Server:
    """A server that runs; ``line`` is how it said its address."""

    process: subprocess.Popen[str]
    line: str
    log: Path
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = next(word for word in self.line.split() if word.startswith("http://"))

    @property
    def port(self) -> int:
        """Where it listens."""
        port = urlsplit(self.address).port
        assert port is not None
        return port

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own, kept open between requests."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str, **headers: str) -> Answer:
        """Asks once, on a new connection."""
        connection = self.connect()
        try:
            return ask(connection, path, **headers)
        finally:
            connection.close()

    def workers(self) -> list[int]:
        """The processes that answer."""
        return children(self.process.pid)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal; the exit status it ends with."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def ask(connection: http.client.HTTPConnection, path: str, **headers: str) -> Answer:
    """One request on a connection."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=named)
    response = connection.getresponse()
    text = response.read().decode("utf-8", "replace")
    return Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, text)


@contextmanager
def serving(
    location: str | Path, folder: Path, *arguments: str, **environment: str
) -> Iterator[Server]:
    """``essays serve`` on a port that is free, over the index at ``location``."""
    log = folder / "log"
    with log.open("w") as errors:
        process = start(location, *arguments, log=errors, **environment)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, log.read_text()
            yield Server(process, line.strip(), log)
        finally:
            process.stdout.close()
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)


def start(
    location: str | Path, *arguments: str, log: TextIO | int, **environment: str
) -> subprocess.Popen[str]:
    """The command as a process, in a group of its own."""
    command = [sys.executable, "-m", "tests.serverstand", "--index", str(location), "serve"]
    return subprocess.Popen(
        [*command, "--port", "0", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, "ESSAYS_WEB_RATE_LIMIT": "0", **environment},
        cwd=Path(__file__).parent.parent,
        start_new_session=True,
    )


def children(pid: int) -> list[int]:
    """The processes that one has started and that still are."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(one) for one, above, state in rows if int(above) == pid and state[0] != "Z"]


def alive(pid: int) -> bool:
    """Whether a process is there."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.strip()[:1] not in ("", "Z")


def soon(happens: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether something comes to be so in time."""
    latest = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > latest:
            return False
        time.sleep(0.02)
    return True


def main() -> int:
    """The command ``essays``, whose app has one more page."""
    from flask import Flask

    from indexer import cli
    from indexer.config import Settings
    from webapp import serving
    from webapp.app import create_app

    def with_a_page_that_waits(settings: Settings) -> Flask:
        app = create_app(settings)

        def wait(seconds: float) -> Any:
            print("waiting", file=sys.stderr, flush=True)
            time.sleep(seconds)
            return f"{os.getpid()}"

        app.add_url_rule("/wait/<float:seconds>", "wait", wait)
        return app

    vars(serving)["create_app"] = with_a_page_that_waits
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
