"""A stand-in for the library behind the command line, and what one command line gave."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from indexer import cli
from indexer.config import Settings
from indexer.model import Essay, EssayView, SearchResult, Status, Suggestion, SyncReport
from tests.essays import a_report, a_result, a_status, a_view, an_essay


class Stand:
    """A library that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, bool]] = []
        self.asked: list[tuple[Any, ...]] = []
        self.settings = Settings()
        self.failure: BaseException | None = None
        self.result = a_result()
        self.view = a_view()
        self.reports: list[SyncReport | BaseException] = []
        self.every = [an_essay(), an_essay(id="other")]
        self.state = a_status()
        self.problems: list[str] = []
        self.suggestions: tuple[Suggestion, ...] = (
            Suggestion("human rights", "phrase"),
            Suggestion("Human Nature", "heading"),
        )

    def open(
        self, location: str, settings: Settings, *, create: bool = False, lasting: bool = True
    ) -> Stand:
        self.opened.append((location, create))
        self.settings = settings
        return self

    def __enter__(self) -> Stand:
        return self

    def __exit__(self, *_: object) -> None: ...

    def _answer(self, *asked: Any) -> None:
        self.asked.append(asked)
        if self.failure is not None:
            raise self.failure

    def index(self, paths: Sequence[Path], **how: Any) -> SyncReport:
        how.pop("progress")("reading", 1, 2)
        self._answer(list(paths), how)
        report = self.reports.pop(0) if self.reports else a_report()
        if isinstance(report, BaseException):
            raise report
        return report

    def search(self, text: str, **how: Any) -> SearchResult:
        self._answer(text, how)
        return self.result

    def suggest(self, prefix: str, limit: int) -> tuple[Suggestion, ...]:
        self._answer(prefix, limit)
        return self.suggestions[:limit]

    def show(self, ref: str) -> EssayView:
        self._answer(ref)
        return self.view

    def essays(self) -> Iterator[Essay]:
        self._answer()
        return iter(self.every)

    def status(self) -> Status:
        self._answer()
        return self.state

    def check(self) -> list[str]:
        self._answer()
        return self.problems


class Ran:
    """What one command line gave."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    def refused(self) -> str:
        """The one line of an error."""
        assert self.status == 2, (self.out, self.err)
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1
        assert self.err.startswith("essays: ")
        return self.err[len("essays: ") : -1]


Essays = Callable[..., Ran]


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def standing_in(monkeypatch: pytest.MonkeyPatch) -> Stand:
    """The library that commands will open."""
    stand = Stand()
    monkeypatch.setitem(sys.modules, "indexer.library", SimpleNamespace(Library=stand))
    return stand


def command(capsys: pytest.CaptureFixture[str]) -> Essays:
    """The command ``essays``, run in this process."""

    def run(*arguments: str) -> Ran:
        status = cli.main(arguments)
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run
