"""Counts of rows are carried on from commit to commit, and are those that are made anew."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from indexer.engines import vector_rows
from indexer.engines.vector_arrays import Arrays
from indexer.engines.vector_rows import Commit, Rows
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.engines.whoosh_manifest import SegmentState
from indexer.engines.whoosh_reader import Snapshot
from indexer.engines.whoosh_segment import Field
from indexer.plan import View
from indexer.planning import make_plan
from indexer.query import parse
from indexer.rows import Row
from tests.shelves import changed, entry, fill

# A word alone, one in all passages, words in a row, and what is nowhere at first.
ROWS: tuple[tuple[Row, View], ...] = (
    ((("rare", 0),), "exact"),
    ((("a", 0),), "exact"),
    ((("en:common", 0),), "stem"),
    ((("a", 0), ("common", 1)), "exact"),
    ((("later", 0),), "exact"),
)


def _no_clock() -> None:
    """No look at the clock."""


def _told(rows: Rows) -> list[tuple[int, list[int], list[int]]]:
    told = []
    for row, view in ROWS:
        counts = rows.counts(row, view, _no_clock)
        documents, numbers = counts.listed()
        told.append((counts.size, documents.tolist(), numbers.tolist()))
    return told


def _newest(engine: WhooshEngine) -> Snapshot:
    """The newest commit, opened as a server does."""
    return engine._read(lambda snapshot: snapshot)


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    engine = WhooshEngine(tmp_path / "index", create=True, vectors=True)
    rng = random.Random(4)
    texts = [
        " ".join(rng.choices(["a", "common", "rare", "other"], (9, 5, 1, 9), k=12))
        for _ in range(90)
    ]
    fill(engine, [entry(f"e{n:02}", *texts[n : n + 3], title="a common") for n in range(0, 90, 3)])
    return engine


@pytest.mark.parametrize("dense", [0, 3, 1_000_000], ids=["lists", "as many", "all documents"])
def test_counts_carried_on_are_those_made_anew(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch, dense: int
) -> None:
    monkeypatch.setattr(vector_rows, "_DENSE", dense)
    often = " ".join(["a"] * 300)
    commits: tuple[Callable[[], None], ...] = (
        lambda: changed(engine, remove=["e03"]),
        lambda: changed(engine, entry("e06", "a common a", "rare later", title="later")),
        lambda: changed(engine, entry("new", often, "common"), entry("e09", "other")),
        lambda: changed(engine, remove=["new", *(f"e{n:02}" for n in range(30, 60, 3))]),
        # So much was deleted that what is left is written anew.
        lambda: changed(engine, remove=[f"e{n:02}" for n in range(60, 90, 3)]),
        lambda: changed(engine, entry("last", "later rare a common")),
    )
    rows = Rows(Arrays(_newest(engine)), None)
    told = [_told(rows)]
    for commit in commits:
        commit()
        arrays = Arrays(_newest(engine))
        rows = Rows(arrays, rows)
        told.append(_told(rows))
        assert told[-1] == _told(Rows(arrays, None))
    assert all(before != after for before, after in pairwise(told))


def test_after_a_commit_only_later_segments_are_read(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    lists = Field.lists

    def noted(self: Field, number: int) -> Any:
        if self.name.startswith(("text", "heading", "title")):
            read.append(str(self._file.path))
        return lists(self, number)

    def search() -> set[str]:
        read.clear()
        plan, _ = make_plan(parse("rare common"), ("en",), engine)
        engine.search(plan, deadline=time.monotonic() + 60).groups(0, 10)
        return set(read)

    monkeypatch.setattr(Field, "lists", noted)
    first = search()
    changed(engine, entry("e03", "rare common", "common"))
    assert _newest(engine).segments[0].deleted_count == 4
    later = search()
    assert len(first) == len(later) == 1
    assert first != later
    assert search() == set()


def test_who_still_searches_an_earlier_commit_finds_what_it_has(engine: WhooshEngine) -> None:
    earlier = Arrays(_newest(engine))
    expected = _told(Rows(earlier, None))
    old = Rows(earlier, None)
    changed(engine, entry("e06", "a common a", "rare later"), remove=["e03"])
    later = Arrays(_newest(engine))
    new = Rows(later, old)
    found = _told(new)
    assert _told(old) == expected != found
    # What is kept is of the later one all the same.
    assert _told(new) == found


def test_nothing_is_carried_on_into_an_index_that_was_made_anew(engine: WhooshEngine) -> None:
    rows = Rows(Arrays(_newest(engine)), None)
    _told(rows)
    fill(engine, [entry("e", "rare common"), entry("f", "a later")], rebuild=True)
    arrays = Arrays(_newest(engine))
    assert _told(Rows(arrays, rows)) == _told(Rows(arrays, None))


def test_counts_are_kept_of_an_index_that_was_deleted_and_made_anew(
    engine: WhooshEngine, tmp_path: Path
) -> None:
    changed(engine, entry("new", "rare"))
    rows = Rows(Arrays(_newest(engine)), None)
    _told(rows)
    engine.close()
    shutil.rmtree(tmp_path / "index")
    again = WhooshEngine(tmp_path / "index", create=True, vectors=True)
    fill(again, [entry("e", "rare common"), entry("f", "a later")])
    arrays = Arrays(_newest(again))
    assert (arrays.snapshot.folder, arrays.snapshot.generation) == (
        rows._arrays.snapshot.folder,
        rows._arrays.snapshot.generation - 1,
    )
    anew = Rows(arrays, rows)
    assert _told(anew) == _told(Rows(arrays, None))
    row, view = ROWS[0]
    known = anew.counts(row, view, _no_clock)
    assert anew.counts(row, view, _no_clock) is known


@pytest.mark.parametrize(
    ("before", "after", "shared"),
    [
        ((), (), 1),
        ((), (3, 5), 1),
        ((3, 5), (3, 5), 1),
        ((3, 5), (2, 9), 1),
        ((3, 5, 7, 8), (3, 8), 1),
        ((3, 5, 7, 8), (1, 2, 3, 5, 6, 8), 1),
        ((3, 5), (), 0),
        ((3, 5), (3, 4), 0),
        ((3, 5), (4, 6), 0),
        ((3, 5), (0, 3), 0),
        ((3, 5), (5, 6), 0),
        ((3, 5, 7, 9), (3, 5, 7, 8), 0),
    ],
)
def test_segments_are_shared_where_nothing_came_back(
    before: tuple[int, ...], after: tuple[int, ...], shared: int
) -> None:
    def commit(*segments: tuple[str, tuple[int, ...]]) -> Commit:
        states = tuple(SegmentState(name, 10, runs) for name, runs in segments)
        return Commit(cast("Snapshot", SimpleNamespace(generation=1, states=states)))

    assert commit(("s", after)).shared_with(commit(("s", before))) == shared
    assert commit(("t", ()), ("s", after)).shared_with(commit(("s", before))) == 0
    again = commit(("t", ()), ("s", after), ("new", ()))
    assert again.shared_with(commit(("t", ()), ("s", before), ("old", ()))) == shared + 1
