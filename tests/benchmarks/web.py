"""Pages of results: ``essays serve`` beside Datasette with FTS5 over the same passages.

``python -m tests.benchmarks.web SHELF PLACE SECONDS ROUNDS``: the same queries in the same order,
every answer checked, in turns; quiet, and while another process indexes. Prints figures as JSON.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote_plus

from indexer.config import load as settings_from
from indexer.library import Library
from tests.benchmarks import corpus, load, peer, servers
from tests.benchmarks.changing import Changes, Changing, changing
from tests.benchmarks.child import tell
from tests.benchmarks.engines import OURS
from tests.benchmarks.kept import Figures
from tests.benchmarks.searching import percentile
from tests.benchmarks.servers import Server
from tests.benchmarks.shelf import DATASETTE, Shelf

_CONNECTIONS = 8
# Processes and connections: one process, the latency of a single person, and all there is.
QUIET = ((1, _CONNECTIONS), (2, 1), (2, _CONNECTIONS))
BUSY = (2, _CONNECTIONS)
# Every page made anew, and as it is: the same query is answered from memory after the first time.
SERVE, KEEPING = "essays serve, nothing kept", "essays serve"
BEST, TABLE = "Datasette, ten best", "Datasette, table"


@dataclass(frozen=True, slots=True)
class Page:
    """How a server is asked for results, and what an answer with results holds."""

    before: str
    marker: str

    def path(self, query: str) -> str:
        return self.before + quote_plus(query)


_PAGES: Mapping[str, Page] = {
    SERVE: Page("/?q=", "<mark>"),
    KEEPING: Page("/?q=", "<mark>"),
    BEST: Page("/passages/best?q=", peer.MATCH_BEGINS),
    TABLE: Page("/passages/passages?_size=10&_search=", '<td class="col-essay'),
}


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


def measure(shelf: Shelf, place: Path, seconds: float, rounds: int) -> Figures:
    """Everything of one shelf; ends with an error when an answer was wrong."""
    queries = _queries(shelf)
    settings: list[Figures] = []
    memory: Figures = {}
    for processes, connections in QUIET:
        tell(f"web: {shelf.folder.name}, {processes} × {connections}")
        with _serving(shelf.of(OURS), shelf.of(DATASETTE), processes) as serving:
            measured = _in_turns(serving, queries, connections, seconds, rounds)
            if (processes, connections) == QUIET[-1]:
                memory = {
                    name: [asdict(taken) for taken in serving[name].memory()]
                    for name in (SERVE, TABLE)
                }
        settings += _figures(measured, processes, connections, busy=False)
    busy = _while_indexing(shelf, place, queries, seconds, rounds)
    settings += _figures(busy, *BUSY, busy=True)
    if wrong := {f["name"]: f["wrong"] for f in settings if f["wrong"]}:
        sys.exit(f"wrong answers: {wrong}")
    return {
        "queries": len(queries),
        "seconds": seconds,
        "rounds": rounds,
        "settings": settings,
        "changes": {name: _changes(busy[name].changes) for name in (SERVE, BEST)},
        "memory": memory,
        "page": _page_alone(shelf, queries),
    }


def _queries(shelf: Shelf) -> list[str]:
    """The plain ones that both find all the words of, in a fixed order that mixes the kinds."""
    asked = [query.text for query in corpus.queries() if query.is_plain]
    settings = settings_from({"search_seconds": 60.0}, {})
    with Library.open(str(shelf.of(OURS)), settings) as library:
        found = [
            text
            for text in asked
            if peer.finds(shelf.of(DATASETTE), text) and library.search(text).matched == "all"
        ]
    random.Random(1).shuffle(found)
    return found


# Measuring


def ceiling(seconds: float) -> Figures:
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
    return {"cpu_ms": outcome.cpu_seconds / count * 1000, "speed": count / outcome.seconds}


def _job(
    name: str, server: Server, queries: Sequence[str], connections: int, seconds: float
) -> load.Job:
    page = _PAGES[name]
    return load.Job(
        ports=server.ports,
        paths=[page.path(query) for query in queries],
        marker=page.marker,
        connections=connections,
        seconds=seconds,
    )


def _in_turns(
    serving: Mapping[str, Server],
    queries: Sequence[str],
    connections: int,
    seconds: float,
    rounds: int,
    meanwhile: Mapping[str, Callable[[], object]] | None = None,
) -> dict[str, Measured]:
    """Each server under load, one after the other, ``rounds`` times, warm-up apart."""
    measured = {name: Measured() for name in serving}
    for turn in range(rounds + 1):
        for name, server in serving.items():
            job = _job(name, server, queries, connections, seconds if turn else seconds / 4)
            if not turn:
                # Every process has to be reached.
                load.apply(_job(name, server, queries, _CONNECTIONS, seconds / 4))
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
        servers.ours(index, processes, keeps=False) as anew,
        servers.ours(index, processes, keeps=True) as ours,
        servers.datasette(database, processes, changes=changes) as theirs,
    ):
        yield {SERVE: anew, KEEPING: ours, BEST: theirs, TABLE: theirs}


def _while_indexing(
    shelf: Shelf, place: Path, queries: Sequence[str], seconds: float, rounds: int
) -> dict[str, Measured]:
    tell(f"web: {shelf.folder.name}, while another process indexes")
    index, database = place / "changing", place / "changing-datasette"
    for source, target in ((shelf.of(OURS), index), (shelf.of(DATASETTE), database)):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    connection = sqlite3.connect(database / peer.DATABASE)
    # Readers do not wait for the writer.
    connection.execute("pragma journal_mode = wal")
    connection.close()
    theirs = partial(changing, "peer", database / peer.DATABASE, shelf.of(OURS))
    meanwhile = {
        SERVE: partial(changing, "ours", index, shelf.texts),
        KEEPING: partial(changing, "ours", index, shelf.texts),
        BEST: theirs,
        TABLE: theirs,
    }
    processes, connections = BUSY
    with _serving(index, database, processes, changes=True) as serving:
        return _in_turns(serving, queries, connections, seconds, rounds, meanwhile)


def _figures(
    measured: Mapping[str, Measured], processes: int, connections: int, *, busy: bool
) -> list[Figures]:
    return [
        {
            "name": name,
            "processes": processes,
            "connections": connections,
            "busy": busy,
            "speed": found.speed,
            "speeds": found.speeds,
            **{f"p{part}": percentile(found.latencies, part / 100) for part in (50, 95, 99)},
            "cpu_ms": found.cpu_seconds / len(found.latencies) * 1000,
            "load": found.load,
            "wrong": found.wrong,
            "bytes": statistics.mean(outcome.size for outcome in found.outcomes),
        }
        for name, found in measured.items()
    ]


def _changes(made: Sequence[Changes]) -> Figures:
    commits = sum(change.commits for change in made)
    return {
        "commits": commits,
        "passages": sum(change.passages for change in made) / commits,
        "mean": statistics.mean(change.mean for change in made),
        "longest": max(change.longest for change in made),
    }


# The page itself


def _page_alone(shelf: Shelf, queries: Sequence[str], rounds: int = 9) -> Figures:
    """The page of results without a server, and what of it is not the library's search: ms."""
    from webapp.app import create_app

    settings = settings_from(
        {
            "index": str(shelf.of(OURS)),
            "web_rate_limit": 0,
            "web_kept_bytes": 0,
            "search_seconds": 60.0,
        },
        {},
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
        for query in queries:
            times = []
            for _ in range(rounds + 1):
                searches.clear()
                began = time.perf_counter()
                _page(app, quote_plus(query))
                times.append((time.perf_counter() - began, sum(searches)))
            rest.append(statistics.median(all_ - search for all_, search in times[1:]) * 1000)
            whole.append(statistics.median(all_ for all_, _ in times[1:]) * 1000)
    return {
        "whole": statistics.median(whole),
        "rest": statistics.median(rest),
        "rest_p95": percentile(rest, 0.95),
    }


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


def main() -> None:
    shelf, place, seconds, rounds = sys.argv[1:]
    print(json.dumps(measure(Shelf(Path(shelf)), Path(place), float(seconds), int(rounds))))


if __name__ == "__main__":
    main()
