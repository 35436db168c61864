"""A plain search is read without Click; what is read so, Click reads the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import cli, command, searching
from indexer.config import load

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
