"""Errors of the command line and the streams it writes to: one line, never a traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import errors, failures, json_shapes, output
from tests.stand import Essays, Screen, Stand, command, standing_in


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stand:
    monkeypatch.chdir(tmp_path)
    return standing_in(monkeypatch)


@pytest.fixture
def essays(library: Stand, capsys: pytest.CaptureFixture[str]) -> Essays:
    return command(capsys)


# Errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["serch", "a"],
        ["search"],
        ["search", "--nonsense", "a"],
        ["search", "-n", "x", "a"],
        ["search", "-n", "-1", "a"],
        ["search", "-n", "99999999999999", "a"],
        ["search", "--offset", "", "a"],
        ["search", "--sort", "size", "a"],
        ["search", "--color", "pink", "a"],
        ["search", "a", "--index"],
        ["show"],
        ["show", "a", "b"],
        ["index"],
        ["--nonsense"],
        ["--nonsense\n\x1b[2J" + "x" * 100_000],
        ["list", "extra"],
    ],
)
def test_a_wrong_command_line_is_one_line(essays: Essays, arguments: list[str]) -> None:
    message = essays(*arguments).refused()
    assert len(message) < 600
    assert "\x1b" not in message


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
@pytest.mark.parametrize("arguments", [["search", "a"], ["index", "."], ["list"], ["check"]])
def test_every_error_for_people_is_its_one_line(
    essays: Essays, library: Stand, kind: type[Exception], arguments: list[str]
) -> None:
    library.failure = kind("a: what\nand what to do")
    assert essays(*arguments).refused() == "a: what and what to do"


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (KeyError("x"), "this is a bug (KeyError: 'x'); please report it with what the same"),
        (RecursionError(), "this is a bug (RecursionError); please report it"),
        (MemoryError(), "out of memory"),
        (OSError(errno.ENOSPC, "full", "/x"), "/x: no space left on device; make room"),
        (OSError(errno.ENOSPC, "full"), "standard output: no space left on device; make room"),
        (PermissionError(errno.EACCES, "no", b"/x"), "/x: permission denied; ask its owner"),
        (OSError(errno.EIO, "bad", 3), "standard output: input/output error"),
        (OSError("odd"), "this is a bug (OSError: odd)"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "this is a bug (UnicodeDecodeError:"),
    ],
)
def test_an_error_nobody_foresaw_is_one_line_too(
    essays: Essays, library: Stand, failure: Exception, line: str
) -> None:
    library.failure = failure
    assert essays("search", "a").refused().startswith(line)


@pytest.mark.parametrize("how", ["option", "variable"])
def test_the_traceback_is_there_for_those_who_ask(
    essays: Essays, library: Stand, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.failure = KeyError("x")
    if how == "variable":
        monkeypatch.setenv("ESSAYS_DEBUG", "1")
    ran = essays("search", "a", *(["--debug"] if how == "option" else []))
    assert ran.status == 2
    assert "Traceback" in ran.err
    assert ran.err.endswith("\nessays: this is a bug (KeyError: 'x'); please report it\n")


def test_ctrl_c_ends_a_command_with_one_line(essays: Essays, library: Stand) -> None:
    library.failure = KeyboardInterrupt()
    ran = essays("search", "a")
    assert (ran.status, ran.err) == (130, "essays: interrupted\n")


def test_an_aborted_prompt_is_an_interruption(
    essays: Essays, library: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    library.failure = click.Abort()
    assert essays("search", "a").status == 130


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.lists(st.text(max_size=12) | st.sampled_from(["-n", "--", "--json", "-l", "search"])))
def test_no_arguments_end_in_more_than_a_status(essays: Essays, arguments: list[str]) -> None:
    ran = essays("search", *arguments)
    assert ran.status in (0, 1, 2)
    if ran.status == 2:
        ran.refused()


# Streams


def python(*arguments: str, env: dict[str, str] | None = None, **how: Any) -> Any:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
    if not {"stdout", "stderr"} & how.keys():
        how["capture_output"] = True
    return subprocess.run(
        [sys.executable, *arguments],
        env={**inherited, **(env or {})},
        cwd=Path(__file__).parent.parent,
        timeout=60,
        check=False,
        **how,
    )


def test_json_is_ascii_where_the_output_is() -> None:
    ran = python("-c", _JSON_ON, env={"PYTHONIOENCODING": "latin-1"})
    assert json.loads(ran.stdout) == {"path": "全–é\ud800", "reason": "x"}
    assert ran.stdout.isascii()
    ran = python("-c", _JSON_ON, env={"PYTHONIOENCODING": "utf-8"})
    assert json.loads(ran.stdout) == {"path": "全–é\ud800", "reason": "x"}
    assert "全–é".encode() in ran.stdout


_JSON_ON = (
    "from indexer.output import *\nfrom indexer.json_shapes import SkippedShape\nopen_streams()\n"
    "print_json(SkippedShape(path='全–é\\ud800', reason='x'))"
)


def test_json_is_indented_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    output.print_json(json_shapes.check([]))
    assert screen.getvalue() == '{\n  "healthy": true,\n  "problems": []\n}\n'


def test_paths_are_harmless_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    output.print_paths(["a\x1b[2Jb", "a\x1b[2Jb"])
    assert screen.getvalue() == "a\ufffd[2Jb\n"


def printing(code: str) -> str:
    return (
        "import sys\nfrom indexer.failures import guarded\nfrom indexer.output import *\n"
        f"def run():\n {code}\n return 0\nsys.exit(guarded(run))"
    )


def test_characters_that_the_output_lacks_are_written_plainly() -> None:
    ran = python(
        "-c", printing("print_lines(['a › b · ¶ “é全”…'])"), env={"PYTHONIOENCODING": "ascii"}
    )
    assert ran.stdout == b'a > b - par. "\\xe9\\u5168"...\n'
    output.open_streams()
    assert "–é".encode("ascii", "essays-plainer") == b"-\\xe9"
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ran = python(
            "-c",
            printing("print_lines('x' * 100 for _ in range(10000))"),
            stdout=pipe,
            stderr=subprocess.PIPE,
        )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_pipe_that_breaks_in_a_command_is_no_error(essays: Essays, library: Stand) -> None:
    library.failure = BrokenPipeError()
    ran = essays("search", "a")
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
@pytest.mark.parametrize("count", [1, 10_000])
def test_a_full_disk_under_the_output_is_one_line(count: int) -> None:
    with open("/dev/full", "wb") as full:
        ran = python(
            "-c",
            printing(f"print_lines('x' * 100 for _ in range({count}))"),
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert ran.returncode == 2
    assert ran.stderr == (
        b"essays: standard output: no space left on device; make room on the disk and try again\n"
    )


def test_closed_streams_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = python(
        "-c",
        "import os, sys; os.close(1); os.close(2); os.execv(sys.executable, sys.argv[1:])",
        *(sys.executable, "-c", printing("say('a'); print_lines(['b'])")),
    )
    assert ran.returncode == 0
    monkeypatch.setattr(sys, "stdout", None)
    output.open_streams()
    with sys.stdout:
        output.print_lines(["nowhere"])


def test_an_error_handler_for_writing_leaves_reading_alone() -> None:
    output.open_streams()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", "essays-plainer")


def test_an_error_whose_line_cannot_be_written_keeps_its_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    def fail() -> int:
        raise errors.QueryError("bad")

    monkeypatch.setattr(sys, "stderr", Broken())
    monkeypatch.setattr(sys, "stdout", Broken())
    assert failures.guarded(fail, debug=True) == 2


def test_python_dash_m_is_the_command() -> None:
    ran = python("-m", "indexer", "--help")
    assert ran.returncode == 0
    assert ran.stdout.startswith(b"Usage: essays ")


# What the commands that must start fast may not load before they know that they need it.
HEAVY = [
    "whoosh", "yaml", "markdown_it", "selectolax", "charset_normalizer", "importlib.metadata",
    "indexer.readers", "indexer.structure", "indexer.chunking", "indexer.sync", "multiprocessing",
    "traceback", "tomllib", "difflib", "json", "asyncio", "watchfiles",
]  # fmt: skip


def test_help_loads_nothing_that_it_does_not_need() -> None:
    ran = python(
        "-c",
        "import sys; from indexer.cli import main; main(['--help'])\n"
        f"sys.stderr.write(' '.join(name for name in {HEAVY!r} if name in sys.modules))",
    )
    assert ran.stderr == b""
