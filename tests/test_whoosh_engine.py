"""The embedded engine's files: segments, locks, stamps, full disks, damage; the rest of what it
promises is in ``test_engine_contract.py``, with the other engines."""

from __future__ import annotations

import gc
import json
import multiprocessing
import shutil
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whoosh import index as whoosh_index
from whoosh.query import Term

from indexer.config import Settings
from indexer.engines import (
    whoosh_engine,
    whoosh_lengths,
    whoosh_location,
    whoosh_storage,
    whoosh_writer,
)
from indexer.engines.base import Entry
from indexer.engines.whoosh_codec import ArrayCodec
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.engines.whoosh_reader import Snapshot
from indexer.errors import (
    BusyError,
    DamagedError,
    LocationError,
    NoIndexError,
    SchemaError,
    StorageError,
)
from indexer.library import Library
from tests.shelves import entry, ids_of, matches_of, stocked


def test_many_small_commits_are_merged_into_few_segments(tmp_path: Path) -> None:
    entries = [entry(f"e{n:02}", f"word number{n} common", "and more common") for n in range(30)]
    engine = stocked(tmp_path / "i", entries, commits=30)
    folder = whoosh_location.Location(tmp_path / "i").current_folder()
    segments = whoosh_storage.index_folder(folder)._read_toc().segments
    assert len(segments) <= whoosh_writer.MOST_SEGMENTS
    assert ids_of(engine, "common") == [f"e{n:02}" for n in range(30)]
    assert ids_of(engine, "number17") == ["e17"]
    assert engine.check() == []


def test_a_rebuild_writes_segments_when_memory_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_writer, "SEGMENT_POSTINGS", 5)
    engine = stocked(tmp_path / "i", [entry("a", "old")])
    writer = engine.writer(rebuild=True)
    for number in range(4):
        writer.put(entry(f"n{number}", "several new words in here"))
    assert ids_of(engine, "old") == ["a"]
    writer.commit()
    writer.close()
    assert ids_of(engine, "new") == ["n0", "n1", "n2", "n3"]


def _hold(path: Path, ready: multiprocessing.synchronize.Event) -> None:
    writer = WhooshEngine(path, create=True).writer()
    ready.set()
    time.sleep(60)
    writer.close()


def test_a_second_writer_waits_then_says_who_writes(tmp_path: Path) -> None:
    path = tmp_path / "i"
    stocked(path, [entry("a", "words")])
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=_hold, args=(path, ready))
    other.start()
    try:
        assert ready.wait(60)
        engine = WhooshEngine(path, write_wait=0.3)
        started = time.monotonic()
        with pytest.raises(BusyError, match=f"process {other.pid}"):
            engine.writer()
        assert time.monotonic() - started >= 0.3
        assert ids_of(engine, "words") == ["a"]
    finally:
        other.kill()
        other.join()
    writer = engine.writer()
    writer.put(entry("b", "words"))
    writer.commit()
    writer.close()
    assert ids_of(engine, "words") == ["a", "b"]


def test_a_place_without_an_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="essays index"):
        WhooshEngine(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(NoIndexError, match="is a file"):
        WhooshEngine(tmp_path / "file")
    with pytest.raises(LocationError, match="is a file"):
        WhooshEngine(tmp_path / "file", create=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "photo.jpg").write_text("x")
    with pytest.raises(NoIndexError, match="holds no essays index"):
        WhooshEngine(other)
    with pytest.raises(LocationError, match="not empty"):
        WhooshEngine(other, create=True)
    assert [p.name for p in other.iterdir()] == ["photo.jpg"]


def _restamp(path: Path, **changes: object) -> None:
    stamp = json.loads((path / "essays.json").read_text())
    (path / "essays.json").write_text(json.dumps({**stamp, **changes}))


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "i"
    stocked(path, [entry("a", "words")])
    _restamp(path, schema=99)
    with pytest.raises(SchemaError, match="newer version"):
        WhooshEngine(path)


def test_an_older_analyser_asks_for_a_rebuild_and_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "i"
    engine = stocked(path, [entry("a", "words")])
    _restamp(path, analysis=0)
    with pytest.raises(SchemaError, match="--rebuild"):
        ids_of(engine, "words")
    assert engine.outdated()
    assert [mark.essay_id for mark in engine.fingerprints()] == ["a"]
    writer = engine.writer()
    writer.put(entry("b", "words"))
    writer.commit()
    writer.close()
    assert ids_of(engine, "words") == ["b"]


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"schema": "x"}', '{"schema": 1}'])
def test_a_damaged_stamp_is_told(tmp_path: Path, stamp: str) -> None:
    path = tmp_path / "i"
    stocked(path, [entry("a", "words")])
    (path / "essays.json").write_text(stamp)
    with pytest.raises(DamagedError, match="index stamp"):
        WhooshEngine(path)


def test_a_stamp_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "i"
    stocked(path, [entry("a", "words")])
    _restamp(path, folder="../other")
    with pytest.raises(DamagedError, match="impossible"):
        WhooshEngine(path)


def test_a_missing_folder_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "i"
    stocked(path, [entry("a", "words")])
    _restamp(path, folder="index-7")
    with pytest.raises(DamagedError):
        ids_of(WhooshEngine(path), "words")
    assert WhooshEngine(path).check() != []


def test_check_finds_a_list_that_lost_a_passage(tmp_path: Path) -> None:
    path = tmp_path / "i"
    engine = stocked(path, [entry("a", "thing one", "thing two"), entry("b", "thing three")])
    assert engine.check() == []
    for file in path.rglob("*.postings"):
        data = bytearray(file.read_bytes())
        for index in range(len(data)):
            data[index] ^= 1 if index % 7 == 0 else 0
        file.write_bytes(bytes(data))
    assert engine.check() != []


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("as_bytes", lambda lengths: b"\7", "a#p-1 has another length than noted"),
        ("pack_totals", lambda lengths: b"", "a is noted with other lengths than it has"),
    ],
)
def test_check_finds_lengths_that_are_not_those_of_the_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, wrong: object, said: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(whoosh_writer if name == "as_bytes" else whoosh_lengths, name, wrong)
        engine = stocked(tmp_path / "i", [entry("a", "a thing to be counted", title="One")])
    assert said in engine.check()


def test_scores_are_those_of_the_essays_that_are_left(tmp_path: Path) -> None:
    kept = [entry(f"e{n}", "alpha beta " * n, title="beta" * (n % 2)) for n in range(1, 9)]
    gone = [entry(f"x{n}", "alpha gamma " * n, title="alpha") for n in range(12)]
    engine = stocked(tmp_path / "i", [*kept, *gone], commits=5)
    matches_of(engine, "alpha beta").groups(0, 100)
    writer = engine.writer()
    for one in gone:
        writer.remove(one.essay.id)
    writer.commit()
    writer.close()
    anew = stocked(tmp_path / "anew", kept)
    for query in ("alpha beta", '"alpha beta"', "alph*"):
        scores = [
            {e.id: g.score for g, e in zip(groups, matches.essays_of(refs), strict=True)}
            for matches in (matches_of(engine, query), matches_of(anew, query))
            if (groups := matches.groups(0, 100)) and (refs := [g.essay_ref for g in groups])
        ]
        assert len(scores[0]) == 8
        assert scores[0] == pytest.approx(scores[1])


def test_a_full_disk_is_told_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = stocked(tmp_path / "i", [entry("a", "kept")])
    writer = engine.writer()
    writer.put(entry("b", "more"))

    def full(self: object, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(whoosh_storage.DurableStorage, "create_file", full)
        patch.setattr(whoosh_storage.DurableStorage, "rename_file", full)
        with pytest.raises(StorageError, match="free some space"):
            writer.commit()
        writer.close()
    assert ids_of(engine, "kept OR more") == ["a"]
    writer = engine.writer()
    writer.put(entry("b", "more"))
    writer.commit()
    writer.close()
    assert ids_of(engine, "kept OR more") == ["a", "b"]


def test_no_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError, match="who owns it"):
        WhooshEngine(tmp_path / "i", create=True)


def test_plain_whoosh_opens_reads_and_merges_the_index(tmp_path: Path) -> None:
    entries = [entry(f"e{n}", "alpha beta alpha", "gamma") for n in range(4)]
    engine = stocked(tmp_path / "i", entries, commits=2)
    folder = whoosh_location.Location(tmp_path / "i").current_folder()
    index = whoosh_index.open_dir(str(folder), indexname="essays")
    with index.searcher() as searcher:
        found = list(searcher.documents())
        assert len(found) == 12
        matcher = searcher.postings("text_exact", "alpha")
        assert [matcher.value_as("positions"), matcher.weight()] == [[0, 2], 2.0]
        assert len(list(searcher.docs_for_query(Term("text_exact", "gamma")))) == 4
    index.optimize(codec=ArrayCodec())
    engine = WhooshEngine(tmp_path / "i")
    assert engine.status().essays == 4


def test_an_index_whose_files_are_swept_while_it_is_opened_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked(tmp_path / "index", [entry("one", "A monk.")]).close()
    openings: list[Any] = []

    def opened(*how: Any) -> Snapshot:
        openings.append(how)
        if len(openings) == 1:
            raise FileNotFoundError(2, "No such file or directory", "essays_x.postings")
        return Snapshot(*how)

    monkeypatch.setattr(whoosh_engine, "Snapshot", opened)
    engine = WhooshEngine(tmp_path / "index")
    assert ids_of(engine, "monk") == ["one"]
    assert len(openings) == 2
    engine.close()


def test_a_search_under_way_outlives_commits_that_sweep_its_files(tmp_path: Path) -> None:
    entries = [entry(f"e{n}", "some words", "more words", title=f"T{n}") for n in range(6)]
    engine = stocked(tmp_path / "i", entries, commits=6)
    matches = matches_of(engine, "words")
    by_title = matches_of(engine, "words", sort="title")
    writer = WhooshEngine(tmp_path / "i").writer(rebuild=True)
    writer.put(entry("new", "other words"))
    writer.commit()
    writer.close()
    groups = matches.groups(0, 10)
    assert [essay.id for essay in matches.essays_of([g.essay_ref for g in groups])] == [
        f"e{n}" for n in range(6)
    ]
    assert matches.passages_of([groups[0].passages[0].ref])[0].text in {"some words", "more words"}
    assert len(by_title.groups(0, 10)) == 6
    assert ids_of(engine, "words") == ["new"]


def put_into(engine: WhooshEngine, *entries: Entry) -> None:
    writer = engine.writer()
    try:
        for each in entries:
            writer.put(each)
    finally:
        writer.close()


@pytest.mark.parametrize("pattern", ["*.toc", "*.postings", "*.stored"])
def test_writing_to_a_damaged_index_says_so_and_a_rebuild_mends_it(
    tmp_path: Path, pattern: str
) -> None:
    path = tmp_path / "i"
    stocked(path, [entry("a", "words")]).close()
    for file in path.rglob(pattern):
        file.write_bytes(bytes(file.stat().st_size))
    engine = WhooshEngine(path)
    with pytest.raises(DamagedError, match="--rebuild"):
        put_into(engine, entry("a", "other words"))
    writer = engine.writer(rebuild=True)
    writer.put(entry("a", "other words"))
    writer.commit()
    writer.close()
    assert ids_of(engine, "other") == ["a"]
    assert engine.check() == []


def test_files_stay_open_while_a_commit_has_them_or_a_search_reads_them(tmp_path: Path) -> None:
    engine = stocked(tmp_path / "i", [entry("a", "some words"), entry("b", "more words")])
    matches = matches_of(engine, "words")
    assert engine._snapshot
    files = weakref.ref(engine._snapshot.segments[0].files)
    writer = engine.writer()
    writer.put(entry("c", "other words"))
    writer.commit()
    assert ids_of(engine, "words") == ["a", "b", "c"]
    assert files() is engine._snapshot.segments[0].files
    for name in ("a", "b"):
        writer.remove(name)
    writer.commit()
    writer.close()
    assert ids_of(engine, "words") == ["c"]
    gc.collect()
    assert files() is not None
    assert [passage.text for passage in matches.passages_of([1, 3])] == ["some words", "more words"]
    del matches
    gc.collect()
    assert files() is None
    engine.close()


def test_an_index_put_back_from_a_copy_has_again_what_was_deleted_since(tmp_path: Path) -> None:
    engine = stocked(tmp_path / "i", [entry(name, f"same {name}") for name in "abc"])
    shutil.copytree(tmp_path / "i", tmp_path / "copy")
    assert ids_of(engine, "same") == ["a", "b", "c"]
    writer = engine.writer()
    writer.remove("b")
    writer.commit()
    writer.close()
    assert ids_of(engine, "same") == ["a", "c"]
    shutil.rmtree(tmp_path / "i")
    shutil.copytree(tmp_path / "copy", tmp_path / "i")
    assert ids_of(engine, "same") == ["a", "b", "c"]
    engine.close()


def test_a_commit_whose_writer_was_killed_before_it_stamped_is_another_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = stocked(tmp_path / "i", [entry("a", "some text")])
    before = engine.revision()
    writer = engine.writer()
    writer.put(entry("new", "word"))
    monkeypatch.setattr(writer._location, "swap", lambda folder: None)
    writer.commit()
    writer.close()
    assert matches_of(engine, "word").essays == 1
    assert engine.revision() != before
    engine.close()


def test_an_index_of_an_older_schema_says_so_and_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "essays"
    folder.mkdir()
    (folder / "a.txt").write_text("A monk walked by.\n", "utf-8")
    location = tmp_path / "i"
    with Library.open(str(location), Settings(jobs=1), create=True) as library:
        library.index([folder])
        _restamp(location, schema=whoosh_location.SCHEMA_VERSION - 1)
        calls: list[Callable[[], object]] = [
            lambda: library.search("monk"), library.browse, library.revision, library.status,
            lambda: library.read("a"),
        ]  # fmt: skip
        for call in calls:
            with pytest.raises(SchemaError, match="index --rebuild"):
                call()
        assert library.index([folder]).added == 1
        assert library.search("monk").essays == 1
