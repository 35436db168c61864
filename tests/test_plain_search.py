"""A plain search is read without Click; what is read so, Click reads the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import cli, command, searching
from indexer.config import load

ROOT = Path(__file__).parent.parent

PLAIN: list[tuple[str, dict[str, Any]]] = [
    ("search tibet protest", {}),
    ("search -n 5 tibet", {"limit": 5}),
    ("search -n5 tibet -n 07", {"limit": 7}),
    ("search tibet --offset=20 --passages 1", {"offset": 20, "passages": 1}),
    ("search --sort date -l tibet", {"sort": "date", "show": "paths"}),
    ("search -c -c tibet", {"show": "counts"}),
    ("--index here search --json tibet --index there", {"index": "there", "show": "json"}),
    ("--json --color=never search --color always tibet", {"color": "always", "show": "json"}),
]
# Whatever is odd, or an error, or another command, is Click's.
OTHERS = [
    "", "search", "find tibet", "search -- ", "search -x tibet", "search --help tibet",
    "--version", "status", "search -lc tibet", "search -l -c tibet", "search -c --json tibet",
    "search -n tibet", "search -n -1 tibet", "search -n 1000000000 tibet", "search tibet -n",
    "search --sort size tibet", "search --colour=never tibet", "search --index -x tibet",
    "search --index= tibet", "search --debug tibet", "-l search tibet", "-n 3 search tibet",
    "search --js tibet", "search -n=3 tibet", "-- search tibet", "search --json=yes tibet",
    "search -n ٣ tibet", "search -n ² tibet", "search -n +3 tibet", "--sort date search tibet",
]  # fmt: skip


def full(
    arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], object, dict[str, Any]] | None:
    """What Click makes of a command line; ``None`` where it is no search."""
    asked: list[Any] = []

    def search(query: Sequence[str], settings: object, **how: Any) -> int:
        asked.append((list(query), settings, how))
        return 0

    with monkeypatch.context() as patched:
        patched.setattr(searching, "search", search)
        cli.main(arguments)
    return asked[0] if asked else None


@pytest.mark.parametrize(("line", "said"), PLAIN, ids=[line for line, _ in PLAIN])
def test_what_the_help_shows_is_a_plain_search(line: str, said: dict[str, Any]) -> None:
    asked = command.plain_search(line.split())
    assert asked is not None
    del asked["query"]
    assert asked == said


@pytest.mark.parametrize("line", OTHERS)
def test_all_else_is_left_to_click(line: str) -> None:
    assert command.plain_search(line.split(" ")) is None


def test_after_two_dashes_all_are_words() -> None:
    asked = command.plain_search(["search", "-l", "--", "tibet", "-china", "--", "--json"])
    assert asked == {"query": ["tibet", "-china", "--", "--json"], "show": "paths"}


words = st.sampled_from(["tibet", "-", '"human rights"~5', "author:mill", "é", "-china", "a -n"])
numbers = st.sampled_from(["0", "3", "007", "-1", "x", "", "999999999", "1000000000", "1_0"])
options = st.one_of(
    st.sampled_from(["-l", "-c", "--json", "--", "--debug", "-lc", "--help", "-x", "", "search"]),
    st.sampled_from(["-n", "-n5", "--offset", "--passages", "--sort", "--color", "--index"]),
    st.sampled_from(["date", "title", "size", "never", "--sort=date", "--color=x", "--index=a=b"]),
    st.builds("{}={}".format, st.sampled_from(["--offset", "--passages", "-n"]), numbers),
    numbers,
)


@given(
    before=st.lists(options, max_size=2),
    after=st.lists(st.one_of(words, options), max_size=6),
)
def test_click_reads_the_same_of_whatever_is_read_here(before: list[str], after: list[str]) -> None:
    arguments = [*before, "search", *after]
    asked = command.plain_search(arguments)
    if asked is None:
        return
    with pytest.MonkeyPatch.context() as monkeypatch:
        understood = full(arguments, monkeypatch)
    assert understood is not None, arguments
    query, settings, how = understood
    defaults = {"limit": None, "offset": 0, "passages": 3, "sort": "relevance", "show": "page"}
    assert query == asked.pop("query")
    assert settings == load({name: asked.pop(name, None) for name in ("index", "color")})
    assert how == defaults | asked


def test_completion_is_clicks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ESSAYS_COMPLETE", "bash_complete")
    monkeypatch.setattr(cli, "main", lambda arguments: 7)
    assert command.main(["search", "tibet"]) == 7


# Whole processes

FILES = {
    "politics/liberty.md": "# On Liberty\n\nThe struggle between liberty and authority. "
    "Human rights, and the rights of man: co-operation isn’t enough.\n\n## Of thought\n\n"
    + "The people’s well-known opinions, U.S. and others, were not heard in 1,859 cases. "
    * 9,
    "politics/tibet.md": "---\nauthor: Anna Mill\ndate: 2020-06\n---\n# Tibet\n\n"
    "Monks protested in Lhasa — “peacefully”, it is said — against the movement of settlers.\n\n"
    "A movement of monks; the moving of nuns.\n",
    "café.txt": "Le café\n\nL’avenir de l’harmonie est à nous. Déjà-vu au café de Flore.\n",
    "中文.txt": "论自由\n\n人权与民主。全文检索很快。\n",
}
QUERIES = [
    "liberty", "the liberty of monks", "human rights", '"human rights"', '"rights human"~5',
    "monks -nuns", "monks OR nuns", "(monks | nuns) AND movement", "NOT monks", "author:mill",
    "title:tibet", "heading:thought", "in:politics monks", "in:nowhere monks", "lang:fr café",
    "after:2020 monks", "before:2019 monks", "date:2019..2021 mov*", "m?nks", "mo[nv]*", "monsk~",
    "cafe", "déjà", "l'harmonie", "全文检索", "人权 liberty", "co-operation", "cooperation", "isnt",
    "u.s.", "1859", "zyzzyva", "movemnt monks", '"', "(", "colour:red monks", "THE", "monks AND",
    "a*", "protest", "well-known opinions", "people's", "movement settlers liberty", "\udcff monks",
]  # fmt: skip
OPTIONS = [
    [], ["-c"], ["-l"], ["--json"], ["-n", "1"], ["--offset=1"], ["--sort", "date"],
    ["--sort=title"], ["--passages", "1"], ["--color", "always"], ["--passages=0", "-n2"],
]  # fmt: skip
_RUN_ALL = """
import contextlib, io, json, sys
import indexer
indexer.ONE_SHOT = True
from indexer import command
from indexer.engines import whoosh_engine, whoosh_evaluation
if "arrays" in sys.argv:
    whoosh_evaluation._SOME, whoosh_engine._ARRAYS_FROM = 0, -1
for line in json.load(sys.stdin):
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in "oe")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = command.main(line)
    out.flush(), err.flush()
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    print(json.dumps([status, *said, "numpy" in sys.modules]))
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("plain")
    for name, text in FILES.items():
        path = folder / "essays" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    location = str(folder / "index")
    assert cli.main(["--index", location, "index", str(folder / "essays")]) == 0
    return location


def timeless(said: str) -> str:
    return re.sub(r'(?<= · )(under )?\d+ ms|"took_ms": [\d.]+', "", said)


def through_click(line: list[str], capsys: pytest.CaptureFixture[str]) -> list[object]:
    capsys.readouterr()
    status = cli.main(line)
    said = capsys.readouterr()
    return [status, timeless(said.out), timeless(said.err)]


def in_one_shot(lines: list[list[str]], *options: str) -> list[list[object]]:
    """What a process that has light records makes of command lines."""
    ran = subprocess.run(
        [sys.executable, "-c", _RUN_ALL, *options],
        input=json.dumps(lines).encode(),
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_plain_search_says_what_the_full_command_says(
    index: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = [
        ["--index", index, "search", *options, "--", query]
        for number, query in enumerate(QUERIES)
        for options in (OPTIONS if number < 3 else [OPTIONS[0], OPTIONS[number % len(OPTIONS)]])
    ]
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "essays.json").write_text('{"schema": "x"')
    for location in (str(tmp_path / "none"), str(damaged), "", "https://example.org/x", "x\0y"):
        lines.append(["search", "--index", location, "liberty"])
    for line, (status, out, err, numpy) in zip(lines, in_one_shot(lines), strict=True):
        told = [status, timeless(str(out)), timeless(str(err))]
        assert told == through_click(line, capsys), line
        assert not numpy, line


def test_a_search_that_takes_long_is_done_by_arrays_and_says_the_same(
    index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        ["--index", index, "search", *OPTIONS[number % len(OPTIONS)], "--", query]
        for number, query in enumerate(QUERIES)
    ]
    by_arrays = 0
    for line, (status, out, err, numpy) in zip(lines, in_one_shot(lines, "arrays"), strict=True):
        told = [status, timeless(str(out)), timeless(str(err))]
        assert told == through_click(line, capsys), line
        by_arrays += bool(numpy)
    assert by_arrays


def test_a_process_ends_with_what_the_search_gives(index: str) -> None:
    def run(*arguments: str) -> tuple[int, bytes]:
        command = [sys.executable, "-m", "indexer", "--index", index, *arguments]
        ran = subprocess.run(command, capture_output=True, timeout=60, cwd=ROOT)
        assert b"Traceback" not in ran.stderr
        return ran.returncode, ran.stdout

    assert run("search", "-c", "liberty") == (0, b"essays 1\npassages 2\npartial 0\n")
    assert run("search", "-c", "zyzzyva")[0] == 1
    assert run("--index", f"{index}x", "search", "liberty")[0] == 2
    assert run("search", "--bogus", "liberty")[0] == 2
    assert run("search", "--help")[0] == 0
