"""Segments that are written and merged by whole arrays, whatever made them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import sync as sync_module
from indexer.config import Settings
from indexer.engines import whoosh_location, whoosh_storage, whoosh_writer
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.engines.whoosh_merging import worth_merging
from indexer.library import Library
from tests.shelves import entry, ids_of, stocked

SEEDS = Path(__file__).parent.parent / "seeds"


def segment_sizes(path: Path) -> list[int]:
    """Documents of each segment that are not deleted, ascending."""
    folder = whoosh_location.Location(path).current_folder()
    segments = whoosh_storage.index_folder(folder)._read_toc().segments
    return sorted(s.doc_count_all() - s.deleted_count() for s in segments)


def files_of(path: Path) -> list[bytes]:
    """What the segments' files hold, in a stable order."""
    files = [*path.rglob("*.postings"), *path.rglob("*.stored")]
    return sorted(file.read_bytes() for file in files)


def test_an_index_is_the_same_to_the_byte_however_many_processes_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "_WORTH_PROCESSES", 0)
    made = []
    for jobs in (1, 2, 3):
        with Library.open(str(tmp_path / str(jobs)), Settings(), create=True) as library:
            library.index([SEEDS], jobs=jobs)
            assert library.check() == []
        made.append(files_of(tmp_path / str(jobs)))
    assert made[0]
    assert made[0] == made[1] == made[2]


@given(st.lists(st.integers(1, 1_000), max_size=12).map(sorted), st.integers(0, 1_000))
def test_segments_that_are_left_have_few_documents_below_them(sizes: list[int], fresh: int) -> None:
    chosen = worth_merging(sizes, fresh)
    left = [fresh + sum(sizes[:chosen]), *sizes[chosen:]]
    if chosen or fresh:
        assert all(sum(left[:n]) * 2 < size for n, size in enumerate(left) if n)
    else:
        assert all(sum(left[:n]) * 2 < size for n, size in enumerate(left) if n > 1)


@given(st.lists(st.integers(1, 1_000), max_size=12).map(sorted), st.integers(1, 2_000))
def test_no_more_is_merged_at_once_than_allowed(sizes: list[int], most: int) -> None:
    assert sum(sizes[: worth_merging(sizes, 10, most)]) <= most


def test_what_is_too_much_for_a_commit_is_merged_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_writer, "MERGED_AT_ONCE", 5)
    entries = [entry(f"e{n:02}", f"word{n} common", "more of it") for n in range(20)]
    engine = stocked(tmp_path / "i", entries, commits=20)
    assert len(segment_sizes(tmp_path / "i")) <= whoosh_writer.MOST_SEGMENTS
    assert ids_of(engine, "common") == [f"e{n:02}" for n in range(20)]
    assert engine.check() == []


def test_large_segments_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_writer, "MERGED_DOCUMENTS", 3)
    entries = [entry(f"e{n:02}", "common", "words", "here") for n in range(9)]
    stocked(tmp_path / "i", entries, commits=9)
    assert segment_sizes(tmp_path / "i") == [4] * 9


def test_merged_segments_hold_what_was_not_deleted_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "i"
    often = " ".join(["often"] * 300)
    entries = [
        entry(f"e{n}", f"alpha word{n} {often if n % 5 == 0 else ''}", (("Part", "One"), "beta"))
        for n in range(40)
    ]
    engine = stocked(path, entries, commits=10)
    for number in range(0, 40, 3):
        writer = engine.writer()
        writer.remove(f"e{number}")
        writer.commit()
        writer.close()
    kept = [f"e{n}" for n in range(40) if n % 3]
    assert sorted(ids_of(engine, "alpha")) == sorted(kept)
    assert ids_of(engine, "word9") == []
    assert ids_of(engine, '"word10 often"') == ["e10"]
    anew = stocked(tmp_path / "anew", [e for e in entries if e.essay.id in kept])
    for query in ("often", "beta", "heading:one", "alpha -often", "wor*"):
        assert sorted(ids_of(engine, query)) == sorted(ids_of(anew, query))
    assert engine.check() == []


def test_an_emptied_segment_goes(tmp_path: Path) -> None:
    engine: WhooshEngine = stocked(
        tmp_path / "i", [entry("a", "one"), entry("b", "two")], commits=2
    )
    writer = engine.writer()
    writer.remove("a")
    writer.commit()
    writer.close()
    assert segment_sizes(tmp_path / "i") == [2]
