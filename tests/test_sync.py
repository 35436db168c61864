"""The index brought in step with the files."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import entries, readers, workers
from indexer import sync as sync_module
from indexer.engines.base import Engine, Entry, Fingerprint
from indexer.errors import (
    BusyError,
    DamagedError,
    NoIndexError,
    ReadError,
    SchemaError,
    StorageError,
)
from indexer.model import Document, SyncReport
from tests.fake_engine import FakeEngine

FRESH = time.time()


def sync(engine: FakeEngine, *paths: Path, **options: Any) -> SyncReport:
    return sync_module.sync(cast(Engine, engine), paths, **options)


def text_of(name: str) -> str:
    return (
        f"The essay that is kept as {name} has a thing or two to say.\n\n"
        f"It says them in a second paragraph, which nobody who only knows {name} expects.\n"
    )


def write(folder: Path, *names: str, text: str = "", age: float = 100) -> None:
    """Files of ``age`` seconds."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or text_of(name))
        os.utime(path, (FRESH - age,) * 2)


def counts(report: SyncReport) -> dict[str, int]:
    """What the report says is more than none."""
    names = ("added", "updated", "unchanged", "removed", "renamed")
    found = {name: getattr(report, name) for name in names} | {"skipped": len(report.skipped)}
    return {name: count for name, count in found.items() if count}


def ids(engine: FakeEngine) -> list[str]:
    return sorted(engine.entries)


def paths(engine: FakeEngine, folder: Path) -> dict[str, str]:
    """Path below the folder to essay id."""
    return {
        os.path.relpath(entry.essay.path, folder): essay_id
        for essay_id, entry in engine.entries.items()
    }


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


# Adding, updating, removing


def test_files_below_a_folder_are_added(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "On Liberty.txt", "politics/Considerations.md")
    report = sync(engine, tmp_path)
    assert counts(report) == {"added": 2}
    assert report.essays == 2
    assert report.passages == sum(len(e.passages) for e in engine.entries.values())
    assert ids(engine) == ["on_liberty", "politics/considerations"]
    assert report.seconds > 0


def test_a_second_run_finds_nothing_to_do_and_commits_nothing(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b/c.txt")
    sync(engine, tmp_path)
    engine.log.clear()
    assert counts(sync(engine, tmp_path)) == {"unchanged": 2}
    assert engine.log == [("close", "")]


def test_an_unchanged_file_is_not_opened(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt")
    sync(engine, tmp_path)
    monkeypatch.setattr(sync_module, "make_entry", None)
    assert counts(sync(engine, tmp_path)) == {"unchanged": 1}


def test_changed_files_are_updated(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    write(tmp_path, "a.txt", text="Now it is another essay altogether.")
    assert counts(sync(engine, tmp_path)) == {"updated": 1, "unchanged": 1}
    assert "another essay" in engine.entries["a"].passages[0].text


def test_a_change_of_the_same_size_is_seen_by_its_time(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", text="One thing.")
    sync(engine, tmp_path)
    write(tmp_path, "a.txt", text="Two thing.", age=50)
    assert counts(sync(engine, tmp_path)) == {"updated": 1}


def test_a_change_right_after_indexing_is_seen_without_its_size_or_time_telling(
    engine: FakeEngine, tmp_path: Path
) -> None:
    now = time.time() - FRESH
    write(tmp_path, "a.txt", text="One thing.", age=-now)
    sync(engine, tmp_path)
    assert counts(sync(engine, tmp_path)) == {"unchanged": 1}
    write(tmp_path, "a.txt", text="Two thing.", age=-now)
    assert counts(sync(engine, tmp_path)) == {"updated": 1}


def test_a_touched_file_is_unchanged(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    sync(engine, tmp_path)
    write(tmp_path, "a.txt", age=50)
    assert counts(sync(engine, tmp_path)) == {"unchanged": 1}


def test_another_language_or_analyser_makes_essays_anew(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt")
    sync(engine, tmp_path)
    assert counts(sync(engine, tmp_path, language="de")) == {"updated": 1}
    assert engine.entries["a"].essay.language == "de"
    assert counts(sync(engine, tmp_path, language="de")) == {"unchanged": 1}
    monkeypatch.setattr(entries, "ANALYSIS_VERSION", -1)
    assert counts(sync(engine, tmp_path, language="de")) == {"updated": 1}


def test_essays_whose_files_are_gone_are_removed(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b/c.txt", "b/d.txt")
    sync(engine, tmp_path)
    (tmp_path / "b/c.txt").unlink()
    assert counts(sync(engine, tmp_path)) == {"removed": 1, "unchanged": 2}
    assert ids(engine) == ["a", "b/d"]


def test_an_essay_whose_file_became_something_else_is_removed(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    sync(engine, tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).unlink()
    (tmp_path / "a.txt").mkdir()
    os.mkfifo(tmp_path / "b.txt")
    assert counts(sync(engine, tmp_path)) == {"removed": 2, "unchanged": 1, "skipped": 1}


def test_essays_from_elsewhere_are_left_alone(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "one/a.txt", "two/b.txt", "two/deep/c.txt")
    sync(engine, tmp_path / "one")
    sync(engine, tmp_path / "two")
    (tmp_path / "one/a.txt").unlink()
    (tmp_path / "two/b.txt").unlink()
    assert counts(sync(engine, tmp_path / "two/deep")) == {"unchanged": 1}
    assert ids(engine) == ["a", "b", "deep/c"]
    assert counts(sync(engine, tmp_path / "two")) == {"unchanged": 1, "removed": 1}


def test_an_empty_folder_makes_an_empty_index(engine: FakeEngine, tmp_path: Path) -> None:
    assert counts(sync(engine, tmp_path)) == {}
    assert ("commit", "") in engine.log


def test_the_index_folder_is_passed_over(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "index/b.txt")
    sync(engine, tmp_path, exclude=[tmp_path / "index"])
    assert ids(engine) == ["a"]


def test_a_path_that_is_not_there_is_an_error_before_anything_is_touched(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt")
    with pytest.raises(ReadError, match="gone"):
        sync(engine, tmp_path, tmp_path / "gone")
    assert not engine.log


def test_where_another_process_writes_the_engines_error_is_passed_on(
    engine: FakeEngine, tmp_path: Path
) -> None:
    engine.is_busy = True
    with pytest.raises(BusyError):
        sync(engine, tmp_path)


def test_working_folder_and_path_may_be_written_in_any_way(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "e/a.txt", "e/b.txt")
    monkeypatch.chdir(tmp_path)
    sync(engine, Path("e"))
    monkeypatch.chdir(tmp_path / "e")
    for path in (Path("."), Path("../e"), tmp_path / "e", Path("a.txt")):
        assert set(counts(sync(engine, path))) == {"unchanged"}


# Renames


def test_a_renamed_file_takes_its_essay_along(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    (tmp_path / "a.txt").rename(tmp_path / "z.txt")
    assert counts(sync(engine, tmp_path)) == {"renamed": 1, "unchanged": 1}
    assert paths(engine, tmp_path) == {"b.txt": "b", "z.txt": "z"}


def test_a_moved_folder_takes_its_essays_along(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, *(f"old/{n}.txt" for n in range(5)))
    sync(engine, tmp_path)
    (tmp_path / "old").rename(tmp_path / "new")
    assert counts(sync(engine, tmp_path)) == {"renamed": 5}
    assert ids(engine) == [f"new/{n}" for n in range(5)]


def test_an_essay_that_the_engine_cannot_hold_is_skipped_and_tried_again(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    engine.refuses = {"b": "too large"}
    report = sync(engine, tmp_path)
    assert counts(report) == {"added": 2, "skipped": 1}
    assert [(s.path, s.reason) for s in report.skipped] == [(str(tmp_path / "b.txt"), "too large")]
    assert ids(engine) == ["a", "c"]
    engine.refuses = {}
    assert counts(sync(engine, tmp_path)) == {"added": 1, "unchanged": 2}


def test_an_essay_that_the_engine_can_no_longer_hold_stays_as_it_was(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    before = engine.entries["b"]
    write(tmp_path, "b.txt", text="Another text, which is longer.\n")
    engine.refuses = {"b": "too large"}
    report = sync(engine, tmp_path)
    assert counts(report) == {"unchanged": 1, "skipped": 1}
    assert report.skipped[0].reason == "too large; kept as it was indexed before"
    assert engine.entries["b"] == before


def test_a_renamed_essay_that_the_engine_cannot_hold_counts_as_removed(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    (tmp_path / "b.txt").rename(tmp_path / "c.txt")
    engine.refuses = {"c": "too large"}
    assert counts(sync(engine, tmp_path)) == {"unchanged": 1, "removed": 1, "skipped": 1}
    assert ids(engine) == ["a"]


def test_a_rebuild_tells_of_an_unread_file_once_where_its_essay_is_not_held_either(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    fail_to_read(monkeypatch, "b.txt", ReadError("not text"))
    engine.refuses = {"b": "too large"}
    report = sync(engine, tmp_path, rebuild=True)
    assert counts(report) == {"added": 1, "skipped": 1}
    assert report.skipped[0].reason.startswith("too large; what was indexed of it before")


def test_a_file_that_moves_between_indexed_folders_is_renamed(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "one/a.txt", "two/b.txt")
    sync(engine, tmp_path / "one", tmp_path / "two")
    (tmp_path / "one/a.txt").rename(tmp_path / "two/a.txt")
    assert counts(sync(engine, tmp_path / "one", tmp_path / "two")) == {
        "renamed": 1,
        "unchanged": 1,
    }
    assert paths(engine, tmp_path) == {"two/a.txt": "a", "two/b.txt": "b"}


def test_a_copy_is_an_essay_of_its_own(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", text="The same words.")
    sync(engine, tmp_path)
    write(tmp_path, "b.txt", text="The same words.")
    assert counts(sync(engine, tmp_path)) == {"added": 1, "unchanged": 1}
    (tmp_path / "a.txt").rename(tmp_path / "c.txt")
    (tmp_path / "b.txt").unlink()
    assert counts(sync(engine, tmp_path)) == {"renamed": 1, "removed": 1}
    assert ids(engine) == ["c"]


def test_two_files_that_swap_names_are_updated(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", text="First of the two essays.")
    write(tmp_path, "b.txt", text="Second of the two essays, and longer.")
    sync(engine, tmp_path)
    (tmp_path / "a.txt").rename(tmp_path / "c.txt")
    (tmp_path / "b.txt").rename(tmp_path / "a.txt")
    (tmp_path / "c.txt").rename(tmp_path / "b.txt")
    assert counts(sync(engine, tmp_path)) == {"updated": 2}
    assert engine.entries["a"].passages[0].text.startswith("Second")


def test_a_file_renamed_onto_the_id_of_one_that_is_gone(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    (tmp_path / "a.txt").unlink()
    (tmp_path / "b.txt").rename(tmp_path / "A.txt")
    write(tmp_path, "b.md")
    report = sync(engine, tmp_path)
    assert counts(report) == {"renamed": 1, "added": 1, "removed": 1}
    assert paths(engine, tmp_path) == {"A.txt": "a", "b.md": "b"}


# Ids


def test_a_file_on_its_own_is_known_by_its_stem(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "deep/On Liberty.txt", "deep/.Notes.txt")
    sync(engine, tmp_path / "deep/On Liberty.txt", tmp_path / "deep/.Notes.txt")
    assert ids(engine) == ["notes", "on_liberty"]


def test_a_file_that_is_named_may_have_any_ending(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "README", "chapter 1.2")
    sync(engine, tmp_path / "README", tmp_path / "chapter 1.2")
    assert ids(engine) == ["chapter_1.2", "readme"]
    assert counts(sync(engine, tmp_path)) == {"unchanged": 2}
    (tmp_path / "README").unlink()
    assert counts(sync(engine, tmp_path)) == {"unchanged": 1, "removed": 1}


def test_clashing_names_get_ids_of_their_own(engine: FakeEngine, tmp_path: Path) -> None:
    names = [
        "On Liberty.md",
        "On Liberty.txt",
        "on liberty.txt",
        "on-liberty.txt",
        "!.txt",
        "?.txt",
    ]
    write(tmp_path, *names)
    sync(engine, tmp_path)
    found = paths(engine, tmp_path)
    assert sorted(found) == sorted(names)
    assert found["On Liberty.md"] == "on_liberty"
    assert found["On Liberty.txt"] == "on_liberty.txt"
    assert found["on liberty.txt"].startswith("on_liberty~")


def test_an_essay_keeps_its_id_when_another_would_have_come_first(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "b/essay.txt")
    sync(engine, tmp_path / "b")
    write(tmp_path, "b/essay.md", "a/essay.txt")
    sync(engine, tmp_path / "a", tmp_path / "b")
    found = paths(engine, tmp_path)
    assert found["b/essay.txt"] == "essay"
    assert len(set(found.values())) == 3
    write(tmp_path, "b/essay.txt", text="Changed since.")
    sync(engine, tmp_path / "b", rebuild=True)
    assert paths(engine, tmp_path) == found


def test_the_same_names_below_two_folders_clash_and_both_stay(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "one/a.txt", "two/a.txt", "three/a.txt", "four/a.txt")
    roots = [tmp_path / name for name in ("two", "one", "three", "four")]
    sync(engine, *roots)
    found = paths(engine, tmp_path)
    assert len(set(found.values())) == 4
    again = FakeEngine()
    sync(again, *reversed(roots))
    assert paths(again, tmp_path) == found


def test_ids_do_not_depend_on_which_part_of_a_folder_is_indexed(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt")
    sync(engine, tmp_path)
    write(tmp_path, "politics/b.txt", "politics/c.txt")
    sync(engine, tmp_path / "politics")
    write(tmp_path, "politics/d.txt")
    sync(engine, tmp_path / "politics/d.txt")
    assert ids(engine) == ["a", "politics/b", "politics/c", "politics/d"]
    assert {entry.fingerprint.root for entry in engine.entries.values()} == {str(tmp_path)}


def test_a_folder_and_a_part_of_it_may_both_be_given(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b/c.txt")
    sync(engine, tmp_path / "b", tmp_path, tmp_path, tmp_path / "b/c.txt")
    assert ids(engine) == ["a", "b/c"]


def test_a_part_that_was_indexed_first_keeps_its_ids(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b/c.txt")
    sync(engine, tmp_path / "b")
    assert counts(sync(engine, tmp_path)) == {"added": 1, "unchanged": 1}
    assert ids(engine) == ["a", "c"]


def test_a_hidden_folder_once_named_stays_in_the_index(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", ".notes/b.txt")
    sync(engine, tmp_path)
    sync(engine, tmp_path / ".notes")
    assert ids(engine) == ["a", "b"]
    write(tmp_path, ".notes/c.txt")
    assert counts(sync(engine, tmp_path)) == {"added": 1, "unchanged": 2}


def test_names_that_are_not_unicode_are_stored_as_unicode(
    engine: FakeEngine, tmp_path: Path
) -> None:
    for raw in (b"caf\xe9.txt", b"folder\xff/inner.txt"):
        path = os.fsencode(tmp_path) + b"/" + raw
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text_of("x").encode())
        os.utime(path, (FRESH - 100,) * 2)
    assert counts(sync(engine, tmp_path)) == {"added": 2}
    for entry in engine.entries.values():
        json.dumps(entry.essay.path, ensure_ascii=False).encode()
    assert set(paths(engine, tmp_path)) == {"caf\\xe9.txt", "folder\\xff/inner.txt"}
    assert counts(sync(engine, tmp_path)) == {"unchanged": 2}
    inner = Path(os.fsdecode(os.fsencode(tmp_path) + b"/folder\xff"))
    assert counts(sync(engine, inner)) == {"unchanged": 1}
    engine = FakeEngine()
    sync(engine, inner)
    assert counts(sync(engine, rebuild=True)) == {"added": 1}


# What can't be read


def fail_to_read(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    real = readers.parse

    def parse(data: bytes, *, suffix: str, name: str) -> Document:
        if name == failing:
            raise error
        return real(data, suffix=suffix, name=name)

    failing = name
    monkeypatch.setattr(readers, "parse", parse)


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    fail_to_read(monkeypatch, "b.txt", ReadError("not text"))
    report = sync(engine, tmp_path)
    assert counts(report) == {"added": 2, "skipped": 1}
    assert (report.skipped[0].path, report.skipped[0].reason) == (
        str(tmp_path / "b.txt"),
        "not text",
    )


def test_an_essay_whose_file_can_no_longer_be_read_is_kept(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    before = engine.entries["a"]
    write(tmp_path, "a.txt", text="Changed.")
    fail_to_read(monkeypatch, "a.txt", ReadError("not text"))
    report = sync(engine, tmp_path)
    assert counts(report) == {"unchanged": 1, "skipped": 1}
    assert report.skipped[0].reason == "not text; kept as it was indexed before"
    assert engine.entries["a"] == before
    report = sync(engine, tmp_path, rebuild=True)
    assert counts(report) == {"added": 1, "skipped": 1}
    assert engine.entries["a"] == before


def test_a_file_that_has_no_text_any_more_leaves_the_index(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    write(tmp_path, "a.txt", "c.txt", text=" \n")
    monkeypatch.setattr(
        readers,
        "parse",
        lambda data, suffix, name: Document(title="Untitled", format="text", blocks=()),
    )
    report = sync(engine, tmp_path)
    assert counts(report) == {"removed": 1, "unchanged": 1, "skipped": 2}
    assert {skipped.reason for skipped in report.skipped} == {"holds no text"}


def test_essays_below_a_folder_that_is_shut_now_are_kept(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "shut/b.txt", "shut/deep/c.txt")
    sync(engine, tmp_path)
    real = os.scandir

    def scandir(path: str) -> object:
        if path == str(tmp_path / "shut"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    for options in ({}, {"rebuild": True}):
        report = sync(engine, tmp_path, **options)
        assert [skipped.path for skipped in report.skipped] == [str(tmp_path / "shut")]
        assert report.removed == 0
        assert ids(engine) == ["a", "shut/b", "shut/deep/c"]


def test_files_that_vanish_before_they_are_read_count_as_gone(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    write(tmp_path, "a.txt", text="Changed.")
    write(tmp_path, "c.txt")

    def vanish(stage: str, done: int, total: int) -> None:
        if done == 0:
            (tmp_path / "a.txt").unlink()
            (tmp_path / "c.txt").unlink()

    report = sync(engine, tmp_path, progress=vanish)
    assert counts(report) == {"unchanged": 1, "removed": 1}
    assert ids(engine) == ["b"]


def test_documents_of_kinds_that_are_not_read_are_counted(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.docx", "c/d.PDF", "c/e.pdf", "c/f.jpg", ".g.pdf")
    (one,) = sync(engine, tmp_path).notes
    said = "passed over what is not read: 1 .docx, 2 .pdf; save them as text, Markdown or HTML"
    assert one == (str(tmp_path), said)


def test_notes_of_readers_come_with_the_path(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = readers.parse

    def parse(data: bytes, *, suffix: str, name: str) -> Document:
        document = real(data, suffix=suffix, name=name)
        return Document(
            title=document.title, format="text", blocks=document.blocks, notes=("guessed",)
        )

    monkeypatch.setattr(readers, "parse", parse)
    write(tmp_path, "a.txt")
    assert sync(engine, tmp_path).notes == ((str(tmp_path / "a.txt"), "guessed"),)


# Rebuilding


def test_a_rebuild_reads_all_that_the_index_holds(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "one/a.txt", "two/b.txt", "two/c.txt", "single.txt")
    sync(engine, tmp_path / "one", tmp_path / "two", tmp_path / "single.txt")
    (tmp_path / "two/c.txt").unlink()
    write(tmp_path, "one/d.txt")
    before = dict(engine.entries)
    report = sync(engine, tmp_path / "one", rebuild=True)
    assert counts(report) == {"added": 4, "removed": 1}
    assert ids(engine) == ["a", "b", "d", "single"]
    assert engine.entries["b"] == before["b"]
    assert engine.log.count(("commit", "")) == 2


def test_a_rebuild_keeps_what_lay_in_a_folder_that_is_not_there(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "disk/a.txt", "disk/b.txt", "here/c.txt")
    sync(engine, tmp_path / "disk", tmp_path / "here")
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    report = sync(engine, tmp_path / "here", rebuild=True)
    assert counts(report) == {"added": 1, "skipped": 1}
    assert report.skipped[0].path == str(tmp_path / "disk")
    assert ids(engine) == ["a", "b", "c"]
    assert counts(sync(engine, tmp_path / "here")) == {"unchanged": 1}
    report = sync(engine, tmp_path)
    assert report.removed + report.renamed == 2


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    before = dict(engine.entries)
    engine.broken_on = "b"
    with pytest.raises(StorageError):
        sync(engine, tmp_path, rebuild=True)
    assert engine.entries == before

    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    engine.broken_on = None
    with pytest.raises(KeyboardInterrupt):
        sync(engine, tmp_path, rebuild=True, progress=interrupt, commit_every=1)
    assert engine.entries == before
    assert not engine.is_busy


class UnreadableEngine(FakeEngine):
    """An engine that can't tell what it holds."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def fingerprints(self) -> Iterator[Fingerprint]:
        raise self._error


def test_where_there_is_no_index_yet_all_is_new(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    assert counts(sync(UnreadableEngine(NoIndexError("none")), tmp_path)) == {"added": 1}


def test_only_a_rebuild_replaces_an_index_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    engine = UnreadableEngine(SchemaError("made by another version"))
    with pytest.raises(SchemaError):
        sync(engine, tmp_path)
    assert not engine.is_busy
    report = sync(engine, tmp_path, rebuild=True)
    assert counts(report) == {"added": 1}
    ((where, note),) = report.notes
    assert where == "memory"
    assert "made by another version" in note


@pytest.mark.parametrize("is_damaged", [True, False])
def test_what_a_rebuild_cannot_take_over_is_said(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_damaged: bool
) -> None:
    def lost(essay_id: str) -> Entry | None:
        if is_damaged:
            raise DamagedError("unreadable")
        return None

    write(tmp_path, "a.txt", "b.txt")
    sync(engine, tmp_path)
    fail_to_read(monkeypatch, "a.txt", ReadError("not text"))
    monkeypatch.setattr(engine, "essay", lost)
    report = sync(engine, tmp_path, rebuild=True)
    assert report.skipped[0].reason.endswith("can't be taken over")
    assert ids(engine) == ["b"]


# Commits and interruptions


def test_commits_on_the_way_never_part_an_essay(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, *(f"{n}.txt" for n in range(9)))
    sync(engine, tmp_path, commit_every=4)
    assert engine.log.count(("commit", "")) >= 2
    assert len(engine.entries) == 9


def test_a_writer_may_ask_for_a_commit(tmp_path: Path) -> None:
    class FullEngine(FakeEngine):
        def writer(self, *, rebuild: bool = False) -> Any:
            writer = super().writer(rebuild=rebuild)
            cast(Any, writer).full = lambda: True
            return writer

    engine = FullEngine()
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    sync(engine, tmp_path)
    assert engine.log.count(("commit", "")) == 3


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a bar that broke")])
def test_what_was_put_before_an_interruption_is_kept(
    engine: FakeEngine, tmp_path: Path, error: BaseException
) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise error

    write(tmp_path, "a.txt", "b.txt", "c.txt")
    with pytest.raises(type(error)):
        sync(engine, tmp_path, progress=interrupt)
    assert ids(engine) == ["a", "b"]
    assert not engine.is_busy
    assert counts(sync(engine, tmp_path)) == {"added": 1, "unchanged": 2}


def interrupt_at(essay_id: str, times: int) -> Callable[[str], None]:
    """Ctrl-C while an essay is being put."""

    def while_putting(being_put: str) -> None:
        for _ in range(times if being_put == essay_id else 0):
            signal.raise_signal(signal.SIGINT)

    return while_putting


def test_ctrl_c_waits_for_the_essay_that_is_being_put(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    engine.while_putting = interrupt_at("b", 1)
    with pytest.raises(KeyboardInterrupt):
        sync(engine, tmp_path)
    assert ids(engine) == ["a", "b"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_twice_does_not_wait(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    engine.while_putting = interrupt_at("b", 2)
    with pytest.raises(KeyboardInterrupt):
        sync(engine, tmp_path)
    assert ids(engine) == []
    assert not engine.is_busy


def test_ctrl_c_between_essays_is_answered_at_once(engine: FakeEngine, tmp_path: Path) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 1:
            signal.raise_signal(signal.SIGINT)

    write(tmp_path, "a.txt", "b.txt")
    with pytest.raises(KeyboardInterrupt):
        sync(engine, tmp_path, progress=interrupt)
    assert ids(engine) == ["a"]


def test_who_answers_ctrl_c_already_goes_on_doing_so(engine: FakeEngine, tmp_path: Path) -> None:
    answered: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: answered.append(number))
    try:
        write(tmp_path, "a.txt", "b.txt")
        engine.while_putting = interrupt_at("a", 1)
        assert counts(sync(engine, tmp_path)) == {"added": 2}
        assert answered == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_of_its_own_may_sync(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    thread = threading.Thread(target=sync, args=(engine, tmp_path))
    thread.start()
    thread.join()
    assert ids(engine) == ["a"]


def test_an_error_of_the_writer_drops_what_was_not_committed(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    engine.broken_on = "c"
    with pytest.raises(StorageError):
        sync(engine, tmp_path)
    assert ids(engine) == []
    assert not engine.is_busy
    with pytest.raises(StorageError):
        sync(engine, tmp_path, commit_every=1)
    assert ids(engine) == ["a", "b"]


def test_progress_tells_how_many_of_the_files_to_read_are_done(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt")
    told: list[tuple[str, int, int]] = []
    sync(engine, tmp_path, progress=lambda *now: told.append(now))
    assert told == [("reading", n, 3) for n in range(4)]


def test_a_renamed_root_takes_its_essays_along(engine: FakeEngine, tmp_path: Path) -> None:
    write(tmp_path / "old", "a.txt", "d/b.txt", "d/b.md")
    sync(engine, tmp_path / "old")
    before = set(engine.entries)
    (tmp_path / "old").rename(tmp_path / "new")
    assert counts(sync(engine, tmp_path / "new")) == {"renamed": 3}
    assert set(engine.entries) == before
    assert all("/new/" in entry.fingerprint.path for entry in engine.entries.values())
    assert counts(sync(engine, tmp_path / "new")) == {"unchanged": 3}


def test_a_rebuild_after_renaming_the_root_holds_each_essay_once(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path / "old", "a.txt", "d/b.txt")
    sync(engine, tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    assert counts(sync(engine, tmp_path / "new", rebuild=True)) == {"added": 2}
    assert set(engine.entries) == {"a", "d/b"}


def test_essays_of_a_folder_that_is_gone_stay_where_nothing_like_them_turns_up(
    engine: FakeEngine, tmp_path: Path
) -> None:
    write(tmp_path / "old", "a.txt")
    sync(engine, tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "elsewhere")
    write(tmp_path / "new", "a.txt", text="Another essay altogether, and a longer one.")
    assert counts(sync(engine, tmp_path / "new")) == {"added": 1}
    assert len(engine.entries) == 2


# Several processes


def make_entry_or_die(job: entries.Job) -> entries.Outcome:
    """What workers do, but some files end the process."""
    if "kill" in os.path.basename(job.path):
        os._exit(9)
    return entries.make_entry(job)


@pytest.fixture
def _worth_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "_WORTH_PROCESSES", 0)


@pytest.mark.usefixtures("_worth_processes")
def test_several_processes_make_the_same_index_as_one(tmp_path: Path) -> None:
    write(tmp_path, *(f"{n % 3}/{n}.txt" for n in range(40)), *(f"{n}.md" for n in range(5)))
    (tmp_path / "zeros.txt").write_bytes(bytes(5000))
    one, two = FakeEngine(), FakeEngine()
    first, second = sync(one, tmp_path), sync(two, tmp_path, jobs=2)
    assert one.entries == two.entries
    assert one.log == two.log
    assert counts(first) == counts(second) == {"added": 45, "skipped": 1}
    assert first.skipped == second.skipped


@pytest.mark.usefixtures("_worth_processes")
def test_files_that_only_seem_changed_start_no_processes(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt", "b.txt", "c.txt", "d.txt")
    sync(engine, tmp_path)
    write(tmp_path, "a.txt", "b.txt", "c.txt", age=50)
    write(tmp_path, "d.txt", text="Changed.")
    monkeypatch.setattr(workers, "run", None)
    assert counts(sync(engine, tmp_path, jobs=2)) == {"unchanged": 3, "updated": 1}


@pytest.mark.usefixtures("_worth_processes")
def test_a_file_that_kills_its_worker_is_named_and_the_rest_goes_on(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "make_entry", make_entry_or_die)
    write(tmp_path, *(f"{n}.txt" for n in range(20)), "5 kill.txt")
    report = sync(engine, tmp_path, jobs=2)
    assert counts(report) == {"added": 20, "skipped": 1}
    assert [skipped.reason for skipped in report.skipped] == [
        "the process that read it ended with status 9",
    ]


@pytest.mark.usefixtures("_worth_processes")
def test_an_interruption_ends_the_workers(tmp_path: Path) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    write(tmp_path, *(f"{n}.txt" for n in range(30)))
    engine = FakeEngine()
    with pytest.raises(KeyboardInterrupt):
        sync(engine, tmp_path, jobs=2, progress=interrupt)
    assert len(engine.entries) == 5


# Whatever happens to the files

NAMES = st.sampled_from(
    ["a.txt", "A.txt", "b.md", "b.txt", "d/a.txt", "d/b.html", "d/e/a.txt", ".h/a.txt", "x.bin"]
)
TEXTS = st.sampled_from(["First of the essays.", "Second of them.", "Third essay, not the last."])
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, TEXTS),
    st.tuples(st.just("remove"), NAMES, st.none()),
    st.tuples(st.just("move"), NAMES, NAMES),
    st.tuples(st.just("touch"), NAMES, st.none()),
    st.tuples(st.just("sync"), st.sampled_from([".", "d", "a.txt", ".h"]), st.booleans()),
)


def carry_out(step: tuple[str, str, Any], folder: Path, engine: FakeEngine, clock: float) -> None:
    what, name, value = step
    path = folder / name
    match what:
        case "write":
            write(folder, name, text=value, age=clock)
        case "remove":
            path.unlink(missing_ok=True)
        case "move" if path.exists():
            (folder / value).parent.mkdir(parents=True, exist_ok=True)
            path.rename(folder / value)
        case "touch" if path.exists():
            os.utime(path, (FRESH - clock,) * 2)
        case "sync" if path.exists():
            sync(engine, path, rebuild=value)


def contents(engine: FakeEngine) -> dict[str, object]:
    """All of the index by path, but for the ids, which depend on who was first."""
    return {
        entry.essay.path: (entry.essay.title, entry.essay.words, entry.outline, entry.passages)
        for entry in engine.entries.values()
    }


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=15))
def test_after_any_changes_the_index_holds_what_a_fresh_one_would(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("essays")
    engine = FakeEngine()
    for number, step in enumerate(steps):
        carry_out(step, folder, engine, clock=1000 - number)
        assert len(contents(engine)) == len(engine.entries)
        assert all(essay_id == e.essay.id for essay_id, e in engine.entries.items())
    known_roots = {Path(e.fingerprint.root) for e in engine.entries.values()}
    report = sync(engine, folder)
    assert report.essays == len(engine.entries)
    fresh = FakeEngine()
    sync(fresh, folder, *(root for root in known_roots if root.exists()))
    assert contents(engine) == contents(fresh)
    engine.log.clear()
    assert set(counts(sync(engine, folder))) <= {"unchanged"}
    assert engine.log in ([("close", "")], [("commit", ""), ("close", "")])
