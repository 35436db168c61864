"""The web app on a server of several processes: ``essays serve``.

The server is granian, which reads requests outside Python, so that a client that sends half of
one holds up nobody. What is added here: sockets that are opened before anything else is, so that
what is wrong with them is said at once, and that outlive a process that dies; an end within a
known time; and no process that lives on alone.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder
from granian.server.mp import MPServer

from indexer.config import Settings
from indexer.errors import EssaysError, NoIndexError, SettingsError, UnavailableError
from indexer.library import Library
from webapp import logs, metrics
from webapp.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from granian.server.mp import WorkerProcess

Say = Callable[[str], None]

# Threads of each process that answer. With one, whoever meets a process that searches for seconds
# waits for its end: over 120,000 passages, beside a client that repeats such a search, the 90th
# percentile of two others was 4.6 s, and 1.2 s with two threads. But threads of a process take
# turns, a tenth more CPU for each request.
THREADS = 2
# Connections that wait to be accepted, and that one process holds open: half of the files that
# systems let a process open, the other half are of the index.
_BACKLOG = 1024
_CONNECTIONS = 512
_HTTP = HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024)
# Seconds: between the last answer given and the end of a process that was told to stop, in
# which the answer is sent; and beyond the longest search, until it is ended whatever it does.
_LINGER = 0.5
_GRACE = 2
# What glibc's mallopt calls the number of places that threads take memory from.
_M_ARENA_MAX = -8


def serve(settings: Settings, say: Say, announce: Say) -> None:
    """Serves until Ctrl-C, SIGTERM or SIGHUP; ``announce`` gets the address once it answers.

    Raises ``SettingsError`` where it can't listen, and other errors of the index than that there
    is none or that it does not answer: it waits for it.
    """
    _share_free_memory()
    with ExitStack() as stack:
        sockets = [stack.enter_context(one) for one in _listening(settings)]
        host, port = sockets[0].getsockname()[:2]
        if not _is_open(host):  # the address besides the name: either may be asked for
            known = (*settings.web_allowed_hosts, host)
            settings = msgspec.structs.replace(settings, web_allowed_hosts=known)
        essays = _essays(settings, say)
        address = f"http://{_shown(settings, host)}:{port}{settings.web_prefix}/"
        stack.enter_context(metrics.shared())
        ready = partial(announce, f"Serving {essays} at {address} (Ctrl-C stops)")
        _Server(settings, sockets, ready, say).run()


def _share_free_memory() -> None:
    """Lets threads that are started from here on share the memory that was freed. Of its own,
    each would keep what its largest search took: 90 MB more over a million passages."""
    with suppress(AttributeError):  # where the C library is not glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _essays(settings: Settings, say: Say) -> str:
    """How many essays there are, in words. The index is closed again: processes share none."""
    try:
        with Library.open(settings.index, settings) as library:
            number = library.status().essays
    except NoIndexError as error:
        say(f"essays: {error}; what is served finds it as soon as it is there")
        return "no essays yet"
    except UnavailableError as error:
        say(f"essays: {error}; what is served finds it as soon as it answers")
        return "no essays for now"
    return "1 essay" if number == 1 else f"{number:,} essays"


# Sockets


def _listening(settings: Settings) -> list[socket.socket]:
    """A listening socket for each process, on the same address; raises ``SettingsError``."""
    host, port = settings.web_host, settings.web_port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise SettingsError(
            f"{host}: no address goes by that name; --host takes one of this machine, such as "
            "127.0.0.1"
        ) from error
    if _is_open(str(address[0])) and not settings.web_allowed_hosts:
        raise SettingsError(
            f"{host}: that is every network this machine is in; add by which names it may be "
            "asked: --allowed-host essays.example.org (or --allowed-host '*', any), or leave "
            "--host out to serve this machine alone"
        )
    with ExitStack() as opened:
        try:
            # Without sharing, which would succeed where another such server listens already.
            with _bound(family, address, shared=False) as probe:
                address = probe.getsockname()
            # Linux hands new connections to the processes in turn where each has a socket of
            # its own; with one for all, the first to wake takes most of them.
            number = settings.web_workers if sys.platform == "linux" else 1
            sockets = [
                opened.enter_context(_bound(family, address, shared=number > 1))
                for _ in range(number)
            ]
            for listener in sockets:
                listener.listen(_BACKLOG)
        except OSError as error:
            raise SettingsError(_why_not(error, host, port)) from error
        opened.pop_all()
    return sockets


def _bound(family: int, address: Any, *, shared: bool) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Connections inherit it; without, the second part of an answer waits 40 ms.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == EADDRINUSE:
        return (
            f"port {port} of {host} is taken by another program; stop that, or choose another "
            "with --port (0: any that is free)"
        )
    if error.errno == EACCES:
        return f"port {port} is for the system's own services; choose one from 1024 with --port"
    if error.errno == EADDRNOTAVAIL:
        return f"{host} is no address of this machine; see those with: ip address"
    return f"can't listen at {host}, port {port}: {(error.strerror or str(error)).lower()}"


def _is_open(address: str) -> bool:
    """Whether an address stands for all that the machine has."""
    found = ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_unspecified


def _shown(settings: Settings, address: str) -> str:
    """A host to put into an address that a person opens."""
    host = "localhost" if _is_open(address) else settings.web_host
    return f"[{host}]" if ":" in host else host


# The process that minds the others


class _Server(MPServer):
    """granian's, with sockets, signals and an end of our own."""

    def __init__(
        self,
        settings: Settings,
        sockets: list[socket.socket],
        ready: Callable[[], None],
        say: Say,
    ) -> None:
        self._settings = settings
        self._sockets = sockets
        self._ready = ready
        self._say = say
        # Processes write to the first how they began; the end of the second is the end.
        self._news = os.pipe()
        self._life = os.pipe()
        self._hangup = signal.getsignal(signal.SIGHUP)
        self._failure = ""
        # Told to stop a second time.
        self._at_once = False
        self._limit = math.ceil(settings.search_seconds) + _GRACE
        host, port = sockets[0].getsockname()[:2]
        super().__init__(
            "webapp.app",
            host,
            port,
            interface=Interfaces.WSGI,
            workers=settings.web_workers,
            blocking_threads=THREADS,
            # How long a thread without work lives; a new one has to open the index.
            blocking_threads_idle_timeout=600,
            http=HTTPModes.http1,
            websockets=False,
            backlog=_BACKLOG,
            backpressure=_CONNECTIONS,
            http1_settings=_HTTP,
            respawn_failed_workers=True,
            workers_kill_timeout=self._limit,
            log_level=LogLevels.error,
            log_dictconfig=_LOG,
        )
        self.on_startup(self._take_signals)

    def run(self) -> None:
        """Serves until told to stop; raises an error where processes will not run."""
        # What they are to share are open files, which a fresh interpreter would not have.
        multiprocessing.set_start_method("fork", force=True)
        threading.Thread(target=self._listen_for_news, daemon=True).start()
        try:
            self.serve(target_loader=self._begin, wrap_loader=False)
        except SystemExit:
            # A process that heard Ctrl-C before this one told it to stop did not fail.
            if not self.interrupt_signal:
                raise EssaysError(
                    "the processes that serve die one after the other; see why in the lines above "
                    "or in the system's log, and start it again"
                ) from None
        if self._failure:
            raise EssaysError(self._failure)
        if self._at_once:
            raise KeyboardInterrupt

    def _take_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._hangup if self._hangup is signal.SIG_IGN else self._stop)

    def _stop(self, number: int, frame: object) -> None:
        self._expect_ends()
        if self.interrupt_signal:
            self._at_once = True
            for process in self.wrks:
                process.kill()
        self.signal_handler_interrupt()

    def _expect_ends(self) -> None:
        """Makes the ends of processes no news from here on."""
        for process in self.wrks:
            process.interrupt_by_parent = True

    def _listen_for_news(self) -> None:
        """Waits until every process can answer, or one says why it can't."""
        for _ in range(self.workers):
            if os.read(self._news[0], 1) != b"+":
                self._failure = os.read(self._news[0], 10_000).decode().splitlines()[0]
                self.signal_handler_interrupt()
                return
        if not self.interrupt_signal:
            self._ready()

    def _init_shared_socket(self) -> None:
        self._ssp = self._sso = None

    def _drop_shared_socket(self) -> None:
        self._expect_ends()
        if self.interrupt_signal and not self._failure:
            self._say("Stopping once everybody has an answer; Ctrl-C again stops at once")
        for listener in self._sockets:
            listener.close()
        os.close(self._life[1])

    def _spawn_worker(
        self, idx: int, target: Callable[..., None], callback_loader: Callable[..., Any]
    ) -> WorkerProcess:
        listener = self._sockets[idx % len(self._sockets)]
        self._shd = SocketHolder(listener.fileno(), False, _BACKLOG)
        return super()._spawn_worker(idx, target, partial(callback_loader, listener))

    # In a process that serves

    def _begin(self, listener: socket.socket) -> WSGIApplication:
        """The application, in a process of its own."""
        for other in self._sockets:
            if other is not listener:
                other.close()
        os.close(self._life[1])
        # A person at a terminal asked for the app, not for its log.
        logs.start(requests=not sys.stderr.isatty())
        try:
            made = create_app(self._settings)
        except EssaysError as error:
            os.write(self._news[1], f"-{error}\n".encode())
            os.read(self._life[0], 1)  # the one that minds this process will end it
            raise SystemExit(2) from None
        app = InFlight(made)
        # Aside, since an index on a cluster may be slow to answer.
        threading.Thread(target=made.extensions["essays.libraries"].load, daemon=True).start()
        threading.Thread(target=_end, args=(self._life[0], app, self._limit), daemon=True).start()
        os.write(self._news[1], b"+")
        return app


def _end(life: int, app: InFlight, limit: int) -> None:
    """Ends this process when the one that minds it says so or is gone.

    The server would wait for connections on which nothing was asked yet, as browsers open them
    in advance.
    """
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)  # no more connections
    latest = time.monotonic() + limit
    while time.monotonic() < latest and (app.running or app.quiet() < _LINGER):
        time.sleep(_LINGER / 10)
    os._exit(0)


class InFlight:
    """An application that knows how many of its requests are being answered."""

    def __init__(self, app: WSGIApplication) -> None:
        self.running = 0
        self._answered = time.monotonic()
        self._app = app
        self._lock = threading.Lock()

    def quiet(self) -> float:
        """Seconds since the last was answered."""
        return time.monotonic() - self._answered

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answers one request, as a whole: in parts, the server would send each for itself."""
        with self._lock:
            self.running += 1
        try:
            parts = self._app(environ, start)
            try:
                return list(parts)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
        finally:
            with self._lock:
                self.running -= 1
                self._answered = time.monotonic()


_LOG: dict[str, Any] = {
    "formatters": {"plain": {"format": "essays: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
    },
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}
