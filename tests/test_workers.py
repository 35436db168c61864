"""Work in other processes: in order, and whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from indexer import workers
from indexer.workers import Lost, run

Step = tuple[str, Any]


def work(step: Step) -> object:
    """What the other processes do in these tests."""
    what, value = step
    match what:
        case "double":
            return value * 2
        case "bulk":
            return b"x" * value
        case "die":
            os._exit(value)
        case "be killed":
            os.kill(os.getpid(), value)
        case "hang":
            time.sleep(600)
        case "raise":
            raise ValueError(value)
        case "can't be pickled":
            return lambda: None
        case "die once":
            if not Path(value).exists():
                Path(value).touch()
                os._exit(1)
            return "survived"
        case "process":
            return os.getpid()
    return None


def results(
    steps: Sequence[Step],
    *,
    processes: int = 2,
    seconds: float = 60,
    weight: Callable[[Step], int] = lambda step: 1,
    heaviest: int = 100,
) -> list[object]:
    done = list(
        run(
            work,
            steps,
            processes=processes,
            seconds=lambda step: seconds,
            weight=weight,
            heaviest=heaviest,
        )
    )
    assert [job for job, _ in done] == list(steps)
    return [result for _, result in done]


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    assert not multiprocessing.active_children()


def test_results_come_in_order_from_other_processes() -> None:
    steps: list[Step] = [("double", number) for number in range(50)] + [("process", None)] * 20
    *doubles, process = results(steps)[:51]
    assert doubles == list(range(0, 100, 2))
    assert process != os.getpid()


def test_large_results_pass_within_the_bound_on_what_is_under_way() -> None:
    steps: list[Step] = [("bulk", size) for size in (3_000_000, 10, 1_000_000, 2_000_000) * 3]
    found = results(steps, weight=lambda step: step[1], heaviest=2_500_000)
    assert [len(result) for result in found if isinstance(result, bytes)] == [s for _, s in steps]


def test_a_job_that_kills_its_process_costs_no_other_job() -> None:
    steps: list[Step] = [("double", 1), ("die", 3), *[("double", n) for n in range(30)]]
    steps.insert(9, ("be killed", signal.SIGKILL))
    found = results(steps)
    assert found[1] == Lost("the process that read it ended with status 3")
    assert found[9] == Lost("the process that read it was ended by SIGKILL")
    assert [r for r in found if not isinstance(r, Lost)] == [2, *range(0, 60, 2)]


def test_a_job_gets_a_second_try(tmp_path: Path) -> None:
    assert results([("die once", str(tmp_path / "tried"))] * 2) == ["survived"] * 2


def test_a_job_that_never_ends_is_given_up() -> None:
    found = results([("double", 1), ("hang", None), ("double", 2)], seconds=0.5)
    assert found == [2, Lost("took more than 0 seconds"), 4]


def test_a_function_that_raises_gives_its_error() -> None:
    found = results([("raise", "no"), ("can't be pickled", None), ("double", 1)])
    assert found[0] == Lost("ValueError: no")
    assert isinstance(found[1], Lost)
    assert found[2] == 2


def test_nothing_to_do_starts_nothing() -> None:
    assert results([]) == []


def test_leaving_early_ends_the_processes() -> None:
    steps: list[Step] = [("double", 1), ("hang", None), ("hang", None)]
    running = run(
        work, steps, processes=2, seconds=lambda step: 600, weight=lambda step: 1, heaviest=9
    )
    assert next(running) == (("double", 1), 2)
    running.close()


def test_where_processes_cannot_be_had_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: BaseProcess) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(BaseProcess, "start", refuse)
    assert results([("process", None), ("double", 2)]) == [os.getpid(), 4]


def test_processes_are_had_where_signals_cannot_be_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask")
    assert results([("double", 2)] * 2) == [4, 4]


def test_where_processes_can_no_longer_be_had_the_rest_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = BaseProcess.start
    started: list[BaseProcess] = []

    def start_two(self: BaseProcess) -> None:
        if len(started) == 2:
            raise OSError(11, "Resource temporarily unavailable")
        started.append(self)
        real(self)

    monkeypatch.setattr(BaseProcess, "start", start_two)
    steps: list[Step] = [("die", 1), ("die", 1), *[("double", n) for n in range(30)]]
    found = results(steps)
    assert isinstance(found[0], Lost)
    assert isinstance(found[1], Lost)
    assert found[2:] == list(range(0, 60, 2))


def test_where_processes_end_before_they_begin_work_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_serve", _end_at_once)
    assert results([("double", n) for n in range(10)]) == list(range(0, 20, 2))


def _end_at_once(connection: object, function: object) -> None:
    """In place of a process's work."""


class Script:
    """One end of a connection: gives what it was made with, keeps what it is sent."""

    def __init__(self, *messages: object) -> None:
        self._messages = list(messages)
        self.sent: list[object] = []
        self.is_shut = False

    def recv(self) -> object:
        if not self._messages:
            raise EOFError
        return self._messages.pop(0)

    def send(self, message: object) -> None:
        if self.is_shut:
            raise BrokenPipeError
        if callable(message):
            raise AttributeError("can't pickle")
        self.sent.append(message)


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_a_process_serves_until_the_other_end_is_gone() -> None:
    jobs = [("double", 4), ("raise", "no"), ("can't be pickled", None)]
    script = Script(*((job, 60) for job in jobs))
    workers._serve(script, work)  # type: ignore[arg-type]
    assert script.sent == [
        None,
        8,
        Lost("ValueError: no"),
        Lost("AttributeError: can't pickle"),
    ]
    script.is_shut = True
    workers._serve(script, work)  # type: ignore[arg-type]


@pytest.mark.usefixtures("_signals_as_before")
def test_a_process_ends_when_nobody_takes_its_result() -> None:
    script = Script((("double", 4), 60))
    script.is_shut = True
    with pytest.raises(BrokenPipeError):
        workers._answer(script, work, ("double", 4), 60)  # type: ignore[arg-type]
