"""What a Prometheus server reads: counts and times of requests and searches, the index's size.

A process counts for itself. Where several serve, :func:`shared` has each count into a file of
its own in a folder of theirs, and whichever is asked adds the files up.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING

from indexer.errors import EssaysError, StorageError
from indexer.model import Status
from webapp.libraries import OUTCOMES

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# prometheus_client looks for it once, when it is first imported.
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Bytes of each of the two files of a process: some 170 for each route, method and status.
_ROOM = 512 * 1024
# Others, which a client may make up, count as one.
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
# Upper bounds in seconds: from a cached page to a search that runs out of time.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# How the process metrics of several make one: the others are added up.
_MERGED: dict[str, Callable[[Iterable[float]], float]] = {
    "process_start_time_seconds": min,
    "process_max_fds": min,
}


@contextmanager
def shared() -> Iterator[None]:
    """Has the processes that are started meanwhile count together.

    The parent enters it before it starts them and leaves it when they have ended. A folder
    that the environment already names is used as it is.
    """
    if os.environ.get(_FOLDER):
        yield
        return
    folder = tempfile.mkdtemp(prefix="essays-metrics-")
    os.environ[_FOLDER] = folder
    try:
        yield
    finally:
        del os.environ[_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


class Metrics:
    """The metrics of one app; ``status`` gives the state of its index when it is asked for."""

    def __init__(self, status: Callable[[], Status]) -> None:
        folder = os.environ.get(_FOLDER)
        if folder:
            _make_room(Path(folder))
        # Here, since it must not be loaded before `shared` was entered.
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        # As many series again, which several processes could not add up.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._status = status
        self._folder = Path(folder) if folder else None
        self._process_metrics = ProcessCollector
        self._registry = CollectorRegistry()
        self._registry.register(self)
        own = None if folder else self._registry
        self._requests = Counter(
            "essays_http_requests_total",
            "Requests answered, by the route's template.",
            ("route", "method", "status"),
            registry=own,
        )
        self._request_seconds = Histogram(
            "essays_http_request_duration_seconds",
            "Time from the arrival of a request to its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=own,
        )
        self._searches = Counter(
            "essays_searches_total",
            "Searches, by what was found at best (all, essay, any, none of the words), or timeout, "
            "refused, failed.",
            ("outcome",),
            registry=own,
        )
        for outcome in OUTCOMES:  # so that even the first of a kind is an increase
            self._searches.labels(outcome)
        self._search_seconds = Histogram(
            "essays_search_duration_seconds",
            "Time of the searches that ended with a result.",
            buckets=_SECONDS,
            registry=own,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts a request; ``route`` is the template of its route."""
        method = method if method in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def search(self, outcome: str, seconds: float | None) -> None:
        """Counts a search; ``seconds`` where it ended with a result."""
        self._searches.labels(outcome).inc()
        if seconds is not None:
            self._search_seconds.observe(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What is looked up rather than counted here. Of the registry's interface."""
        from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily

        yield from self._of_all()
        yield InfoMetricFamily(
            "essays_build",
            "The program that answers.",
            {"version": _version(), "python": python_version()},
        )
        pids = self._pids()
        yield GaugeMetricFamily("essays_processes", "Processes that serve.", len(pids))
        yield from self._of_processes(pids)
        try:
            state = self._status()
        except EssaysError:
            yield GaugeMetricFamily("essays_index_ready", "Whether the index can be read.", 0)
            return
        yield GaugeMetricFamily("essays_index_ready", "Whether the index can be read.", 1)
        yield GaugeMetricFamily("essays_index_essays", "Essays in the index.", state.essays)
        yield GaugeMetricFamily("essays_index_passages", "Passages in the index.", state.passages)
        yield GaugeMetricFamily("essays_index_bytes", "Size of the index on disk.", state.bytes)
        if state.updated is not None:
            committed = datetime.fromisoformat(state.updated).timestamp()
            yield GaugeMetricFamily(
                "essays_index_age_seconds",
                "Time since the last commit to the index.",
                max(0.0, time.time() - committed),
            )

    def _of_all(self) -> Iterable[Metric]:
        """What all processes have counted, those that ended too; nothing if there is but one."""
        from prometheus_client.multiprocess import MultiProcessCollector

        # A process that begins, or was killed then, has a file without anything in it, which the
        # library takes for damage (its issue 1199).
        files = [str(path) for path in self._files() if path.stat().st_size]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged

    def _files(self) -> list[Path]:
        return [] if self._folder is None else sorted(self._folder.glob("*_*.db"))

    def _pids(self) -> list[str]:
        """The processes that count here and live."""
        counting = {path.stem.rpartition("_")[2] for path in self._files()}
        # A number may have gone to a stranger since.
        siblings = [pid for pid in counting if _parent(pid) == str(os.getppid())]
        return siblings or ["self"]

    def _of_processes(self, pids: list[str]) -> Iterator[Metric]:
        """The usual ``process_`` metrics, of all processes together."""
        values: dict[str, list[float]] = {}
        families: dict[str, Metric] = {}
        for pid in pids:
            for family in self._process_metrics(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
                families[family.name] = family
                values.setdefault(family.name, []).append(family.samples[0].value)
        for name, family in families.items():
            sample = family.samples[0]
            merged = _MERGED.get(name, sum)(values[name])
            family.samples = [sample._replace(value=merged)]
            yield family


def _make_room(folder: Path) -> None:
    """Has the disk keep room for all that this process may count (``StorageError``).

    Its files are mapped, and who writes to a map that the disk has no room for is killed.
    """
    try:
        # What sweeps old temporary files may have taken it.
        folder.mkdir(mode=0o700, exist_ok=True)
        for kind in ("counter", "histogram"):
            with open(folder / f"{kind}_{os.getpid()}.db", "ab") as file:
                os.posix_fallocate(file.fileno(), 0, _ROOM)
    except OSError as error:
        raise StorageError(
            f"{folder}: no room for the metrics ({(error.strerror or str(error)).lower()}); free "
            "some, or name another folder for temporary files: TMPDIR"
        ) from error


def _parent(pid: str) -> str | None:
    try:
        stat = Path("/proc", pid, "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[1]


@cache
def _version() -> str:
    try:
        return version("essay-search")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"
