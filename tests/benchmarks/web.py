"""Pages of results: ``essays serve`` beside Datasette with FTS5 over the same passages.

The same queries in the same order, every answer checked, in turns; quiet, and while another
process indexes. Prints Markdown.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote_plus

from indexer.config import load as settings_from
from indexer.library import Library
from tests.benchmarks import corpus, load, peer, servers
from tests.benchmarks.changing import Changes, Changing, changing
from tests.benchmarks.searching import percentile
from tests.benchmarks.servers import Server

# Kinds of queries that FTS5 understands as we do when Datasette quotes what it must: words, all of
# which must be there, and phrases.
_KINDS = {
    "rare word",
    "common word",
    "two words",
    "three words",
    "four words",
    "with very common words",
    "question",
    "phrase",
    "phrase and word",
    "many words",
}
_CONNECTIONS = 8
# Processes and connections: one process, the latency of a single person, and all there is.
_QUIET = ((1, _CONNECTIONS), (2, 1), (2, _CONNECTIONS))
_BUSY = (2, _CONNECTIONS)
# Bytes of English prose in a passage, to guess how many files are enough.
_BYTES = 670
OURS, BEST, TABLE = "essays serve", "Datasette, ten best", "Datasette, table"


@dataclass(frozen=True, slots=True)
class Page:
    """How a server is asked for results, and what an answer with results holds."""

    before: str
    marker: str

    def path(self, query: str) -> str:
        return self.before + quote_plus(query)


_PAGES: Mapping[str, Page] = {
    OURS: Page("/?q=", "<mark>"),
    BEST: Page("/passages/best?q=", peer.MATCH_BEGINS),
    TABLE: Page("/passages/passages?_size=10&_search=", '<td class="col-essay'),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The same passages twice: an index of ``texts``, and a database of its passages."""

    texts: Path
    index: Path
    database: Path
    passages: int
    queries: list[str]


@dataclass(slots=True)
class Measured:
    """What was measured of one server in one setting, over all rounds."""

    outcomes: list[load.Outcome] = field(default_factory=list)
    cpu_seconds: float = 0
    changes: list[Changes] = field(default_factory=list)

    @property
    def latencies(self) -> list[float]:
        return [ms for outcome in self.outcomes for ms in outcome.latencies]

    @property
    def speeds(self) -> list[float]:
        """Right answers per second, round by round."""
        return [len(outcome.latencies) / outcome.seconds for outcome in self.outcomes]

    @property
    def speed(self) -> float:
        return len(self.latencies) / sum(outcome.seconds for outcome in self.outcomes)

    @property
    def load(self) -> float:
        """The share of a core that the load took."""
        return max(outcome.cpu_seconds / outcome.seconds for outcome in self.outcomes)

    @property
    def wrong(self) -> dict[str, int]:
        return {what: n for outcome in self.outcomes for what, n in outcome.wrong.items()}


def report(texts: Path, place: Path, sizes: Sequence[int], seconds: float, rounds: int) -> None:
    """Measures passages of ``texts`` at every size, with indexes in ``place``, and prints; exits
    with an error when an answer was wrong."""
    _say(
        "\n## Pages of results\n",
        f"datasette {version('datasette')}, SQLite {sqlite3.sqlite_version}, "
        f"granian {version('granian')}, Flask {version('flask')}.\n",
    )
    _say(_ceiling(seconds))
    wrong: dict[str, int] = {}
    for size in sizes:
        shelf = _shelf(texts, place, size)
        wrong |= _of_size(shelf, place, seconds, rounds)
    if wrong:
        sys.exit(f"wrong answers: {wrong}")


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)


def _tell(text: str) -> None:
    print(text, "…", file=sys.stderr, flush=True)


# What is measured on


def _shelf(texts: Path, place: Path, size: int) -> Shelf:
    """At least ``size`` passages, of files that are not much of them each."""
    _tell(f"web: indexing {size:,} passages")
    chosen, index = place / f"texts-{size}", place / f"web-{size}"
    files = sorted(
        (file for file in texts.rglob("*.txt") if file.stat().st_size < size * _BYTES / 10),
        key=lambda file: blake2b(str(file.relative_to(texts)).encode()).digest(),
    )
    missing = size
    passages = 0
    waiting = iter(files)
    with Library.open(str(index), settings_from({}, {}), create=True) as library:
        while missing > 0:
            if not _copy(waiting, missing * _BYTES, texts, chosen):
                sys.exit(f"only {passages:,} passages; {size:,} were asked for")
            passages = library.index([chosen.resolve()]).passages
            missing = size - passages
    database = place / f"datasette-{size}"
    shutil.rmtree(database, ignore_errors=True)
    peer.build(index, database)
    return Shelf(chosen.resolve(), index, database, passages, _queries(index, database))


def _copy(files: Iterator[Path], size: int, source: Path, target: Path) -> bool:
    """Copies files of ``size`` bytes together, or the rest; whether there was any."""
    copied = 0
    while copied < size and (file := next(files, None)):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        # What an earlier run kept, or changed while it served.
        if not place.exists() or place.stat().st_size != file.stat().st_size:
            shutil.copy2(file, place)
        copied += file.stat().st_size
    return copied > 0


def _queries(index: Path, database: Path) -> list[str]:
    """Those that both find all the words of, in a fixed order that mixes the kinds."""
    asked = [query.text for query in corpus.queries() if query.kind in _KINDS]
    with Library.open(str(index), settings_from({"search_seconds": 60.0}, {})) as library:
        found = [
            text
            for text in asked
            if peer.finds(database, text) and library.search(text).matched == "all"
        ]
    random.Random(1).shuffle(found)
    return found


# Measuring


def _ceiling(seconds: float) -> str:
    """What the load could ask for if servers took no time."""
    with servers.constant(20_000) as server:
        job = load.Job(
            ports=server.ports,
            paths=["/"],
            marker="x",
            connections=_CONNECTIONS,
            seconds=min(seconds, 3),
        )
        outcome = load.apply(job)
    count = len(outcome.latencies)
    return (
        f"The load, one process, takes {outcome.cpu_seconds / count * 1000:.2f} ms of CPU for an "
        f"answer of 20 kB, and gets {count / outcome.seconds:,.0f} a second from a server that "
        "does nothing, on the cores that it shares with the servers.\n"
    )


def _job(name: str, server: Server, shelf: Shelf, connections: int, seconds: float) -> load.Job:
    page = _PAGES[name]
    return load.Job(
        ports=server.ports,
        paths=[page.path(query) for query in shelf.queries],
        marker=page.marker,
        connections=connections,
        seconds=seconds,
    )


def _in_turns(
    serving: Mapping[str, Server],
    shelf: Shelf,
    connections: int,
    seconds: float,
    rounds: int,
    meanwhile: Mapping[str, Callable[[], object]] | None = None,
) -> dict[str, Measured]:
    """Each server under load, one after the other, ``rounds`` times, warm-up apart."""
    measured = {name: Measured() for name in serving}
    for turn in range(rounds + 1):
        for name, server in serving.items():
            job = _job(name, server, shelf, connections, seconds if turn else seconds / 4)
            if not turn:
                # Every process has to be reached.
                load.apply(_job(name, server, shelf, _CONNECTIONS, seconds / 4))
                continue
            with meanwhile[name]() if meanwhile else nullcontext() as other:  # type: ignore[attr-defined]
                before = server.cpu_seconds()
                outcome = load.apply(job)
                measured[name].cpu_seconds += server.cpu_seconds() - before
            if not outcome.latencies:
                sys.exit(f"{name}: no right answer: {outcome.wrong}")
            measured[name].outcomes.append(outcome)
            if isinstance(other, Changing):
                measured[name].changes.append(other.changes)
    return measured


@contextmanager
def _serving(
    index: Path, database: Path, processes: int, *, changes: bool = False
) -> Iterator[dict[str, Server]]:
    with (
        servers.ours(index, processes) as ours,
        servers.datasette(database, processes, changes=changes) as theirs,
    ):
        yield {OURS: ours, BEST: theirs, TABLE: theirs}


def _of_size(shelf: Shelf, place: Path, seconds: float, rounds: int) -> dict[str, int]:
    """Everything at one size; what was wrong."""
    _say(
        f"### {shelf.passages:,} passages\n",
        f"{len(shelf.queries)} queries, all of whose words both find together; {rounds} rounds of "
        f"{seconds:g} s at least, in turns.\n",
        "| | processes | connections | requests/s | round by round | to Datasette's ten best "
        "| p50 ms | p95 | p99 | CPU ms | wrong | kB |",
        "|---|" + "--:|" * 11,
    )
    everything: list[dict[str, Measured]] = []
    memory: list[str] = []
    for processes, connections in _QUIET:
        _tell(f"web: {shelf.passages:,} passages, {processes} × {connections}")
        with _serving(shelf.index, shelf.database, processes) as serving:
            measured = _in_turns(serving, shelf, connections, seconds, rounds)
            if (processes, connections) == _QUIET[-1]:
                memory = [_memory(name, serving[name]) for name in (OURS, TABLE)]
        _rows(measured, processes, connections, "")
        everything.append(measured)
    busy = _while_indexing(shelf, place, seconds, rounds)
    _rows(busy, *_BUSY, ", while indexing")
    one, _, two = (measured[OURS].speed for measured in everything)
    _say(
        f"\nTwo processes serve {two / one:.2f} times as many requests as one. The load took "
        f"{max(found.load for part in (*everything, busy) for found in part.values()):.0%} of a "
        "core at most.\n"
    )
    _changes(busy)
    _say("", _overhead(shelf), "", *memory, "")
    return {
        f"{name}: {what}": count
        for measured in (*everything, busy)
        for name, found in measured.items()
        for what, count in found.wrong.items()
    }


def _while_indexing(shelf: Shelf, place: Path, seconds: float, rounds: int) -> dict[str, Measured]:
    _tell(f"web: {shelf.passages:,} passages, while another process indexes")
    index, database = place / "web-changing", place / "datasette-changing"
    for source, target in ((shelf.index, index), (shelf.database, database)):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    connection = sqlite3.connect(database / peer.DATABASE)
    # Readers do not wait for the writer.
    connection.execute("pragma journal_mode = wal")
    connection.close()
    theirs = partial(changing, "peer", database / peer.DATABASE, shelf.index)
    meanwhile = {
        OURS: partial(changing, "ours", index, shelf.texts),
        BEST: theirs,
        TABLE: theirs,
    }
    processes, connections = _BUSY
    with _serving(index, database, processes, changes=True) as serving:
        return _in_turns(serving, shelf, connections, seconds, rounds, meanwhile)


def _rows(measured: Mapping[str, Measured], processes: int, connections: int, how: str) -> None:
    beside = measured[BEST].speed
    for name, found in measured.items():
        taken = found.latencies
        rounds = ", ".join(f"{speed:.0f}" for speed in found.speeds)
        _say(
            f"| {name}{how} | {processes} | {connections} | {found.speed:.1f} | {rounds} "
            f"| {found.speed / beside:.2f} | {percentile(taken, 0.5):.1f} "
            f"| {percentile(taken, 0.95):.1f} | {percentile(taken, 0.99):.1f} "
            f"| {found.cpu_seconds / len(taken) * 1000:.1f} | {sum(found.wrong.values())} "
            f"| {statistics.mean(outcome.size for outcome in found.outcomes) / 1000:.1f} |"
        )


def _changes(busy: Mapping[str, Measured]) -> None:
    for name in (OURS, BEST):
        made = busy[name].changes
        commits = sum(change.commits for change in made)
        _say(
            f"While {name} served, the other process made {commits} commits of "
            f"{sum(change.passages for change in made) / commits:.0f} passages each; one took "
            f"{statistics.mean(change.mean for change in made):.2f} s, "
            f"{max(change.longest for change in made):.2f} s at most."
        )


def _memory(name: str, server: Server) -> str:
    taken = server.memory()
    return (
        f"{name}: {len(taken)} processes of {statistics.mean(rss for rss, _ in taken):.0f} MiB "
        f"resident ({statistics.mean(pss for _, pss in taken):.0f} MiB with what they share "
        "divided among them), after the load."
    )


# The page itself


def _overhead(shelf: Shelf, rounds: int = 9) -> str:
    """The page of results without a server, and what of it is not the library's search."""
    from webapp.app import create_app

    settings = settings_from(
        {"index": str(shelf.index), "web_rate_limit": 0, "search_seconds": 60.0}, {}
    )
    app = create_app(settings)
    searches: list[float] = []
    plain = Library.search

    def timed(*given: object, **asked: object) -> object:
        began = time.perf_counter()
        try:
            return plain(*given, **asked)  # type: ignore[arg-type]
        finally:
            searches.append(time.perf_counter() - began)

    rest, whole = [], []
    with patch.object(Library, "search", timed):
        for query in shelf.queries:
            times = []
            for _ in range(rounds + 1):
                searches.clear()
                began = time.perf_counter()
                _page(app, quote_plus(query))
                times.append((time.perf_counter() - began, sum(searches)))
            rest.append(statistics.median(all_ - search for all_, search in times[1:]) * 1000)
            whole.append(statistics.median(all_ for all_, _ in times[1:]) * 1000)
    return (
        f"The page without a server: {statistics.median(whole):.2f} ms, of which "
        f"{statistics.median(rest):.2f} ms are not the library's search (medians over the "
        f"queries; 95th percentile {percentile(rest, 0.95):.2f} ms)."
    )


def _page(app: Callable[..., object], query: str) -> bytes:
    """The body, by a bare WSGI call."""
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": f"q={query}",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    parts = app(environ, lambda status, headers, info=None: statuses.append(status))
    body = b"".join(parts)  # type: ignore[arg-type]
    close = getattr(parts, "close", None)
    if close:
        close()
    if statuses != ["200 OK"]:
        sys.exit(f"{query}: {statuses}")
    return body
