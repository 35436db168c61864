"""Hosts that speak HTTP as those of a cluster do, and answer what a test tells them to.

The certificates in ``tls/`` are for these tests alone: ``authority.pem`` signed that of 127.0.0.1
in ``host.pem``, which has its key, too; ``stranger.pem`` is of another authority.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

TLS = Path(__file__).parent / "tls"
AUTHORITY, STRANGER, HOST = (str(TLS / f"{n}.pem") for n in ("authority", "stranger", "host"))


class Request(NamedTuple):
    """What a host was asked; the names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What a host answers: JSON, or a ``text`` of some type. Status 0 hangs up instead, and
    ``waits`` for an event before it answers."""

    status: int = 200
    json: Any = None
    text: str | bytes = ""
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    waits: threading.Event | None = None


def error(status: int, kind: str = "some_exception", reason: str = "some reason") -> Answer:
    """An error as OpenSearch tells it."""
    return Answer(status, {"error": {"type": kind, "reason": reason}, "status": status})


Script = Callable[[Request], Answer]


class Stub:
    """A host at ``place`` (``127.0.0.1:PORT``) that answers by ``script``, which a test may
    replace, and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Request] = []
        self.connections = 0
        self.place = ""

    @property
    def paths(self) -> list[str]:
        """What it was asked for, in order."""
        return [request.path for request in self.asked]


@contextmanager
def stub(
    *answers: Answer, tls: str | None = None, asks_who: bool = False, port: int = 0
) -> Iterator[Stub]:
    """A host that gives the answers in turn, and the last again and again.

    ``tls`` is its certificate; with ``asks_who`` it lets in only who shows one of ``AUTHORITY``.
    """
    left = list(answers or [Answer(json={})])
    host = Stub(lambda _: left.pop(0) if len(left) > 1 else left[0])
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls)
        if asks_who:
            context.load_verify_locations(AUTHORITY)
            context.verify_mode = ssl.CERT_REQUIRED
    server = _Server(("127.0.0.1", port), host, context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    host.place = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield host
    finally:
        server.shutdown()
        server.close()
        thread.join()


def unused_place() -> str:
    """A host and port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, place: tuple[str, int], host: Stub, context: ssl.SSLContext | None) -> None:
        super().__init__(place, _Handler)
        self.host = host
        self.context = context
        self.open: set[socket.socket] = set()
        self.lock = threading.Lock()

    def close(self) -> None:
        """Hangs up on everybody and waits for the threads."""
        with self.lock:
            for connection in self.open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the thread of the connection, so that a slow handshake holds up nobody."""
        with self.lock:
            self.open.add(request)
            self.host.connections += 1
        try:
            if self.context is not None:
                secure = self.context.wrap_socket(request, server_side=True)
                with self.lock:
                    self.open.add(secure)
                request = secure
            super().finish_request(request, client_address)
            request.close()
        except OSError:  # the client went away, or was not let in
            request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Not of interest: the client's side is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Nothing to standard error."""

    def _answer(self) -> None:
        host = self.server.host
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        host.asked.append(request)
        answer = host.script(request)
        if answer.waits is not None:
            answer.waits.wait(20)
        if answer.status == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = answer.text.encode() if isinstance(answer.text, str) else answer.text
        if answer.json is not None:
            content = json.dumps(answer.json).encode()
        self.send_response(answer.status)
        self.send_header("content-type", answer.type)
        self.send_header("content-length", str(len(content)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer
