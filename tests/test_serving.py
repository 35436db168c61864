"""``essays serve`` as those who start it, stop it and ask it know it."""

from __future__ import annotations

import ctypes
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from indexer.config import Settings
from indexer.library import Library
from tests.serverstand import (
    PATIENCE,
    Server,
    alive,
    ask,
    serving,
    soon,
    start,
)
from tests.stand import Essays, command
from tests.webstand import index_of_essays
from webapp import serving as serving_module
from webapp.libraries import Libraries
from webapp.serving import InFlight


@pytest.fixture
def essays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Essays:
    monkeypatch.chdir(tmp_path)
    return command(capsys)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that the tests only ask."""
    with serving(index_of_essays(), tmp_path_factory.mktemp("server")) as running:
        yield running


@contextmanager
def both(server: Server) -> Iterator[list[http.client.HTTPConnection]]:
    """A connection to each of two processes."""
    found: dict[str, http.client.HTTPConnection] = {}
    with ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(closing(server.connect()))
            found.setdefault(ask(connection, "/wait/0.0").text, connection)
            if len(found) == 2:
                break
        assert len(found) == 2, "one process answers everything"
        yield list(found.values())


# Beginning


def test_it_says_its_address_when_it_answers_and_little_else(server: Server) -> None:
    assert re.fullmatch(
        r"Serving 9 essays at http://127\.0\.0\.1:\d+/ \(Ctrl-C stops\)", server.line
    )
    page = server.get("/?q=rights")
    assert page.status == 200
    assert "<mark>" in page.text
    assert '"event": "request"' in server.log.read_text()
    assert "granian" not in server.log.read_text().lower()


def test_two_processes_answer_unless_told_otherwise(server: Server) -> None:
    assert len(server.workers()) >= 2
    with both(server) as connections:
        assert len(connections) == 2


def test_without_an_index_it_says_so_and_answers_once_there_is_one(
    tmp_path: Path, essays: Essays
) -> None:
    place = tmp_path / "none"
    with serving(place, tmp_path, "--workers", "1") as server:
        assert "no essays yet" in server.line
        assert f"{place}: no index there yet" in server.log.read_text()
        assert server.get("/healthz").status == 200
        before = server.get("/?q=rights")
        assert before.status == 503
        assert before.headers["retry-after"]
        (tmp_path / "one.txt").write_text("Of the rights of monks.")
        assert essays("--index", str(place), "index", str(tmp_path / "one.txt")).status == 0
        assert server.get("/?q=rights").status == 200


def test_an_index_that_can_not_be_used_is_one_line(tmp_path: Path, essays: Essays) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "essays.json").write_text("{}")
    assert essays("--index", str(tmp_path / "index"), "serve", "--port", "0").refused()
    assert "no such kind" in essays("--index", "ftp://host/x", "serve", "--port", "0").refused()


# Where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "0x0", "000.0.0.0", "::", "::0", "0:0::0"])
def test_all_networks_are_refused_unless_names_are_told(essays: Essays, host: str) -> None:
    told = essays("serve", "--host", host, "--port", "0").refused()
    assert told.startswith(f"{host}: that is every network")
    assert "--allowed-host essays.example.org" in told


def test_all_networks_are_served_to_the_names_that_are_told(tmp_path: Path) -> None:
    where = ("--host", "0.0.0.0", "--allowed-host", "essays.example.org", "--workers", "1")
    with serving(index_of_essays(), tmp_path, *where) as server:
        assert "at http://localhost:" in server.line
        assert server.get("/", Host="essays.example.org").status == 200
        assert server.get("/", Host=f"localhost:{server.port}").status == 200
        assert server.get("/", Host=f"0.0.0.0:{server.port}").status == 400
        assert server.get("/", Host="example.org").status == 400


def test_one_other_address_of_this_machine_needs_no_names(tmp_path: Path) -> None:
    """All of 127.0.0.0/8 is this machine."""
    with serving(index_of_essays(), tmp_path, "--host", "127.0.0.9", "--workers", "1") as server:
        connection = http.client.HTTPConnection("127.0.0.9", server.port, timeout=PATIENCE)
        assert ask(connection, "/").status == 200
        connection.close()


def test_a_port_that_is_taken_is_one_line(essays: Essays, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert f"port {port} of 127.0.0.1 is taken" in essays("serve", "--port", port).refused()
    # Two servers of one user could share it, and each would get half of the requests.
    assert "is taken" in essays("serve", "--port", str(server.port)).refused()


def test_a_port_of_the_systems_own_is_one_line(
    essays: Essays, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert "choose one from 1024" in essays("serve", "--port", "80").refused()


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.1", "192.0.2.1 is no address of this machine"),
        ("no-such-host.invalid", "no-such-host.invalid: no address goes by that name"),
    ],
)
def test_a_host_that_is_not_here_is_one_line(essays: Essays, host: str, said: str) -> None:
    assert essays("serve", "--host", host, "--port", "0").refused().startswith(said)


def test_ports_and_processes_are_numbers_that_can_be(essays: Essays) -> None:
    assert "--port: must be a port" in essays("serve", "--port", "65536").refused()
    assert "--workers: must be" in essays("serve", "--workers", "0").refused()
    assert "--allowed-host: must be" in essays("serve", "--allowed-host", "a/b").refused()


@pytest.mark.parametrize(
    ("wishes", "address"),
    [
        (["--host", "localhost"], r"http://localhost:\d+/"),
        (["--host", "127.0.0.5"], r"http://127\.0\.0\.5:\d+/"),
        (["--host", "0.0.0.0", "--allowed-host", "*"], r"http://localhost:\d+/"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/library"])
def test_the_address_it_says_is_one_to_open(
    essays: Essays,
    monkeypatch: pytest.MonkeyPatch,
    wishes: list[str],
    address: str,
    prefix: str,
) -> None:
    class Nothing:
        """Says that it is ready, and is done."""

        def __init__(self, settings: Settings, _: object, ready: Callable[[], None], *__: object):
            assert "127.0.0.5" not in wishes or "127.0.0.5" in settings.web_allowed_hosts
            self.run = ready

    monkeypatch.setattr(serving_module, "_Server", Nothing)
    monkeypatch.setenv("ESSAYS_WEB_PREFIX", prefix)
    ran = essays("--index", index_of_essays(), "serve", "--port", "0", *wishes)
    assert ran.status == 0
    assert re.fullmatch(
        rf"Serving 9 essays at {address.removesuffix('/')}{prefix}/ \(Ctrl-C stops\)\n", ran.out
    )


def test_a_path_of_the_apps_own_is_one_line(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        process = start(index_of_essays(), log=log, ESSAYS_WEB_PREFIX="/essays")
        out, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (2, "")
    said = (tmp_path / "log").read_text()
    assert said.startswith("essays: web.prefix: /essays is a path of the app's own")
    assert said.count("\n") == 1


# Ending


def test_what_is_being_answered_is_known_and_an_answer_is_whole() -> None:
    closed: list[bool] = []

    class Parts(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], _: object) -> list[bytes]:
        assert flying.running == 1
        if "fail" in environ:
            raise ValueError
        return Parts([b"a", b"b"])

    flying = InFlight(application)
    assert flying({}, lambda *_: lambda _: None) == [b"a", b"b"]
    assert closed == [True]
    with pytest.raises(ValueError):  # noqa: PT011
        flying({"fail": True}, lambda *_: lambda _: None)
    assert flying.running == 0
    assert 0 <= flying.quiet() < 5


def test_what_a_search_needs_is_loaded_before_anybody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(index=str(tmp_path / "index"))
    Libraries(settings).load()  # there is no index yet, which is nobody's error
    (tmp_path / "one.md").write_text("# One\n\nOf rivers.\n")
    with Library.open(settings.index, settings, create=True) as library:
        library.index([tmp_path / "one.md"])
    asked: list[str] = []
    monkeypatch.setattr(Library, "search", lambda _, text, **how: asked.append(text))
    Libraries(settings).load()
    assert len(asked) == 1


ARENAS = """
import ctypes, threading
from webapp import serving
if {shared}:
    serving._share_free_memory()
taken = []
threads = [threading.Thread(target=lambda: taken.append(bytes(5_000))) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
output = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, output)
library.fflush(output)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not glibc")
def test_threads_of_a_server_share_the_memory_that_was_freed() -> None:
    def arenas(shared: bool) -> int:
        code = ARENAS.format(shared=shared)
        ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        return ran.stdout.count(b"<heap nr=")

    assert arenas(shared=True) == 1
    assert arenas(shared=False) > 1


def test_a_system_without_a_choice_of_arenas_is_served_on(
    essays: Essays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    run = essays("serve", "--host", "no.such.host.invalid")
    assert "no address goes by that name" in run.err


@contextmanager
def asking(server: Server, path: str) -> Iterator[list[str]]:
    """Asks for a page while the block runs; what was answered is there after it."""
    answers: list[str] = []

    def run() -> None:
        with (
            closing(server.connect()) as connection,
            suppress(OSError, http.client.HTTPException),
        ):
            answers.append(ask(connection, path).text)

    thread = threading.Thread(target=run)
    thread.start()
    assert soon(lambda: "waiting" in server.log.read_text())
    yield answers
    thread.join(PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_finishes_what_it_was_asked(tmp_path: Path, number: signal.Signals) -> None:
    with serving(index_of_essays(), tmp_path) as server:
        workers = server.workers()
        with asking(server, "/wait/0.6") as answers:
            assert server.stop(number) == 0
        assert answers
        assert int(answers[0]) in workers
        assert not [pid for pid in workers if alive(pid)]
        said = [line for line in server.log.read_text().splitlines() if line[0] != "{"]
        assert said == [
            "waiting",
            "Stopping once everybody has an answer; Ctrl-C again stops at once",
        ]


def test_connections_on_which_nothing_is_asked_do_not_keep_it(tmp_path: Path) -> None:
    with serving(index_of_essays(), tmp_path) as server:
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
        idle[0].sendall(b"GET /half")
        with both(server):
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 5
        for opened in idle:
            opened.close()


def test_told_twice_it_stops_at_once(tmp_path: Path) -> None:
    with serving(index_of_essays(), tmp_path) as server:
        with asking(server, "/wait/20.0") as answers:
            server.process.send_signal(signal.SIGINT)
            assert soon(lambda: "again" in server.log.read_text())
            began = time.monotonic()
            assert server.stop(signal.SIGINT) == 130
            assert time.monotonic() - began < 5
        assert not answers


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    with serving(
        index_of_essays(), tmp_path, "--workers", "1", ESSAYS_SEARCH_SECONDS="0.1"
    ) as server:
        (worker,) = server.workers()
        with asking(server, "/wait/20.0") as answers:
            assert server.stop() == 0
        assert not answers
        assert not alive(worker)


def test_no_process_outlives_the_one_that_minds_it(tmp_path: Path) -> None:
    with serving(index_of_essays(), tmp_path) as server:
        workers = server.workers()
        server.process.kill()
        assert soon(lambda: not any(alive(pid) for pid in workers))


# While it serves


@contextmanager
def load(server: Server, path: str) -> Iterator[list[object]]:
    """Asks both processes all the time, on connections kept open; whatever was wrong."""
    wrong: list[object] = []
    done = threading.Event()

    def run(connection: http.client.HTTPConnection) -> None:
        while not done.is_set():
            try:
                answer = ask(connection, path)
            except (OSError, http.client.HTTPException) as error:
                wrong.append(error)
                return
            if answer.status != 200:
                wrong.append(answer)

    with both(server) as connections:
        threads = [threading.Thread(target=run, args=(one,)) for one in connections]
        for thread in threads:
            thread.start()
        yield wrong
        done.set()
        for thread in threads:
            thread.join(PATIENCE)


def test_a_commit_is_seen_by_every_process_at_once_and_without_error(
    tmp_path: Path, essays: Essays
) -> None:
    place, folder = tmp_path / "index", tmp_path / "essays"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"The monk of letter {number} spoke.\n" * 20)
    assert essays("--index", str(place), "index", str(folder)).status == 0
    with (
        serving(place, tmp_path, "--workers", "2") as server,
        load(server, "/?q=monk") as wrong,
        both(server) as connections,
    ):
        for number in range(2):
            query = f"/api/v1/search?q=zyzzyva{number}"
            assert [json.loads(ask(one, query).text)["essays"] for one in connections] == [0, 0]
            (tmp_path / f"new{number}.txt").write_text(f"A zyzzyva{number} of monks.")
            index = ["-m", "indexer", "--index", str(place), "index"]
            made = subprocess.run(
                [sys.executable, *index, str(tmp_path / f"new{number}.txt")],
                capture_output=True,
                cwd=Path(__file__).parent.parent,
                timeout=PATIENCE,
            )
            assert made.returncode == 0, made.stderr
            assert [json.loads(ask(one, query).text)["essays"] for one in connections] == [1, 1]
    assert not wrong


def test_a_process_that_dies_is_replaced_and_the_others_go_on(tmp_path: Path) -> None:
    with serving(index_of_essays(), tmp_path, "--workers", "2") as server:
        with both(server) as (one, other):
            pid = int(ask(one, "/wait/0.0").text)
            os.kill(pid, signal.SIGKILL)
            for _ in range(20):  # those of the other go on
                assert ask(other, "/wait/0.0").status == 200
        for _ in range(20):  # and whoever comes anew is answered by either
            assert server.get("/?q=rights").status == 200
        assert soon(lambda: len(server.workers()) == 2)
        assert pid not in server.workers()
        with both(server):
            assert server.stop() == 0


def test_processes_that_die_again_and_again_end_it(tmp_path: Path) -> None:
    with serving(index_of_essays(), tmp_path, "--workers", "1") as server:
        (first,) = server.workers()
        os.kill(first, signal.SIGKILL)
        assert soon(lambda: bool(server.workers()) and server.workers() != [first])
        os.kill(server.workers()[0], signal.SIGKILL)
        assert server.process.wait(PATIENCE) == 2
        assert server.log.read_text().splitlines()[-1].startswith("essays: the processes that")


def test_requests_sent_in_part_hold_up_nobody(server: Server) -> None:
    halves = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for half in halves:
        half.sendall(b"GET /?q=rights HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
    began = time.monotonic()
    assert server.get("/?q=rights").status == 200
    assert time.monotonic() - began < 5
    for half in halves:
        half.close()


def test_a_slow_answer_holds_up_no_other_even_of_its_process(tmp_path: Path) -> None:
    with serving(index_of_essays(), tmp_path, "--workers", "1") as server:
        server.get("/?q=rights")
        with asking(server, "/wait/2.0") as answers:
            assert server.get("/?q=rights").status == 200
            assert not answers
        assert answers


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /?q=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.org\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: no\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 413),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 405),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET /static/../app.py HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /static/%2e%2e/app.py HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /essays/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET //etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
    ],
)
def test_what_no_browser_sends_is_refused(server: Server, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as opened:
        opened.sendall(sent)
        line = opened.makefile("rb").readline()
    assert line.startswith(f"HTTP/1.1 {status} ".encode())


def test_the_environment_turns_no_debugger_on(tmp_path: Path) -> None:
    with serving(
        index_of_essays(), tmp_path, "--workers", "1", FLASK_DEBUG="1", FLASK_ENV="development"
    ) as server:
        answer = server.get("/wait/-1")
        assert answer.status == 404
        assert "Traceback" not in answer.text
        broken = server.get("/wait/1e999")
        assert "Traceback" not in broken.text
