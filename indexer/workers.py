"""Work done in other processes, in order, within bounds of memory and time.

Unlike the standard library's pools it knows which job a lost process was at: a job that kills
its process, or never ends, costs no other job.
"""

from __future__ import annotations

import gc
import heapq
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

J = TypeVar("J")
R = TypeVar("R")

# Jobs sent to a process ahead of the one it is at, so that it never waits for the next.
_AHEAD = 4
# Results that may wait for an earlier one; with the weight below, all that is held at once.
_WINDOW = 512
# Objects made and not freed until a process looks for those that only hold one another.
_MADE_BETWEEN_LOOKS = 50_000
_LIMIT_SIGNAL: int | None = getattr(signal, "SIGALRM", None)


@dataclass(frozen=True, slots=True)
class Lost:
    """A job without a result, and why, for people."""

    reason: str


@dataclass(slots=True)
class _Worker:
    process: Any
    connection: Connection
    # Numbers of the jobs sent and not answered, oldest first: it is at the first.
    given: deque[int] = field(default_factory=deque)
    started: bool = False


def run(
    function: Callable[[J], R],
    jobs: Sequence[J],
    *,
    processes: int,
    seconds: Callable[[J], float],
    weight: Callable[[J], int],
    heaviest: int,
    preload: Sequence[str] = (),
) -> Generator[tuple[J, R | Lost], None, None]:
    """Each job with ``function(job)``, in order; ``function`` must be a module's own.

    ``seconds`` is a job's time limit. Jobs are under way as long as their ``weight`` in all
    is within ``heaviest``, or one alone. ``preload`` names modules to import once for all
    processes. Where processes can't be had, works in this one.
    """
    pool = _Pool(function, jobs, seconds, weight, heaviest, preload)
    try:
        pool.start(min(processes, len(jobs)))
        yield from pool.results()
    finally:
        pool.stop()


class _Pool(Generic[J, R]):
    def __init__(
        self,
        function: Callable[[J], R],
        jobs: Sequence[J],
        seconds: Callable[[J], float],
        weight: Callable[[J], int],
        heaviest: int,
        preload: Sequence[str],
    ) -> None:
        self._function = function
        self._jobs = jobs
        self._seconds = seconds
        self._weight = weight
        self._heaviest = heaviest
        self._preload = ["__main__", *preload]
        self._workers: list[_Worker] = []
        # A heap.
        self._waiting = list(range(len(jobs)))
        self._finished: dict[int, R | Lost] = {}
        self._failed_once: set[int] = set()
        self._next = 0
        self._under_way = 0

    def start(self, count: int) -> None:
        for _ in range(count):
            if not self._add_worker():
                return

    def _add_worker(self) -> bool:
        import multiprocessing

        # Not "fork": it would hand down the index's lock, which would then outlive a killed
        # parent, and it is not safe in a program with threads.
        context: Any = multiprocessing.get_context(
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        context.set_forkserver_preload(self._preload)
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._function), daemon=True)
        try:
            with _no_interrupts():
                process.start()
        except (OSError, AssertionError, RuntimeError):
            # No more processes for this user, or none for a process such as this one.
            ours.close()
            return False
        finally:
            theirs.close()
        self._workers.append(_Worker(process, ours))
        return True

    def results(self) -> Iterator[tuple[J, R | Lost]]:
        while self._next < len(self._jobs):
            if not self._workers:
                yield from self._work_here()
                return
            self._send()
            self._receive()
            while self._next in self._finished:
                job = self._jobs[self._next]
                result = self._finished.pop(self._next)
                self._under_way -= self._weight(job)
                self._next += 1
                yield job, result

    def _work_here(self) -> Iterator[tuple[J, R | Lost]]:
        """The rest, when there is no process left to do it."""
        for number in range(self._next, len(self._jobs)):
            job = self._jobs[number]
            if number in self._finished:
                yield job, self._finished.pop(number)
            elif number in self._failed_once:
                yield job, Lost("the process that read it died")
            else:
                yield job, self._function(job)

    def _send(self) -> None:
        """Gives out jobs, one to each process in turn."""
        for ahead in range(1, _AHEAD + 1):
            for worker in self._workers:
                if len(worker.given) < ahead and not self._give(worker):
                    return

    def _give(self, worker: _Worker) -> bool:
        if not self._waiting:
            return False
        number = self._waiting[0]
        job = self._jobs[number]
        heavy = self._under_way + self._weight(job) > self._heaviest
        if number != self._next and (heavy or number >= self._next + _WINDOW):
            return False
        heapq.heappop(self._waiting)
        self._under_way += self._weight(job)
        worker.given.append(number)
        with suppress(OSError):  # It is dead; receiving will tell.
            worker.connection.send((job, self._seconds(job)))
        return True

    def _receive(self) -> None:
        """Takes what results there are, waiting for the first."""
        from multiprocessing.connection import wait

        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection)):
            worker = by_connection[cast("Connection", connection)]
            try:
                result = worker.connection.recv()
            except (EOFError, OSError):
                self._lost(worker)
                continue
            if worker.started:
                self._finished[worker.given.popleft()] = result
            worker.started = True

    def _lost(self, worker: _Worker) -> None:
        """Sees to the jobs of a process that died, and to another in its place."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        if worker.started:
            self._judge(worker)
            self._add_worker()
        for number in worker.given:
            heapq.heappush(self._waiting, number)
            self._under_way -= self._weight(self._jobs[number])

    def _judge(self, worker: _Worker) -> None:
        """Whether the job that a process died of gets another try.

        It does once: what ended the process may have been a lack of memory that other jobs
        had their part in.
        """
        if not worker.given:
            return
        number = worker.given[0]
        code = worker.process.exitcode
        if _LIMIT_SIGNAL is not None and code == -_LIMIT_SIGNAL:
            limit = self._seconds(self._jobs[number])
            self._finished[worker.given.popleft()] = Lost(f"took more than {limit:.0f} seconds")
        elif number in self._failed_once:
            self._finished[worker.given.popleft()] = Lost(_how_it_ended(code))
        else:
            self._failed_once.add(number)

    def stop(self) -> None:
        for worker in self._workers:
            worker.connection.close()
            if worker.given:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join()


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C reaches every process of the terminal; those that are started here never see it,
    and this one does when they are."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # It lets interrupts through again once it runs.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"the process that read it was ended by {signal.Signals(-code).name}"
    return f"the process that read it ended with status {code}"


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    """The life of a process: it ends when the other end of ``connection`` is gone."""
    # Where it could not be kept from here before.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _LIMIT_SIGNAL is not None:
        # Ends the process even inside a parser written in C, and also when the parent is gone.
        signal.signal(_LIMIT_SIGNAL, signal.SIG_DFL)
    # Nearly all that a job makes is freed without being looked for, and what was there before it is
    # never: to look as often as by default takes some 3 % of the time.
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN_LOOKS)
    with suppress(EOFError, OSError):
        connection.send(None)
        while True:
            job, seconds = connection.recv()
            _answer(connection, function, job, seconds)


def _answer(
    connection: Connection, function: Callable[[Any], Any], job: object, seconds: float
) -> None:
    _limit(seconds)
    try:
        result = function(job)
    except Exception as error:
        result = _failure(error)
    _limit(0)
    try:
        connection.send(result)
    except OSError:
        raise
    except Exception as error:  # It can't be pickled; nothing was sent.
        connection.send(_failure(error))


def _failure(error: Exception) -> Lost:
    return Lost(f"{type(error).__name__}: {error}")


def _limit(seconds: float) -> None:
    """Gives this process so long to live; 0 is for ever."""
    if _LIMIT_SIGNAL is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
