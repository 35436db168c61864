"""One file to one entry, or to the reason why not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from indexer import entries, readers
from indexer.engines.base import Entry
from indexer.entries import Empty, Gone, Job, Outcome, Ready, Same, is_same, make_entry, stamp
from indexer.errors import MissingParser
from indexer.model import Document, Skipped

TEXT = "The harbour lay quiet that morning, and nobody on the quay had yet heard the news.\n"


def job(path: Path, *, known: str | None = None, language: str | None = None) -> Job:
    return Job(
        path=str(path),
        shown=str(path),
        root=str(path.parent),
        size=0,
        essay_id=path.stem,
        suffix=path.suffix,
        language=language,
        known=known,
    )


def write(folder: Path, name: str = "harbour.txt", text: str = TEXT, age: float = 100) -> Path:
    path = folder / name
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    return path


def entry(outcome: Outcome) -> Entry:
    assert isinstance(outcome, Ready)
    return outcome.entry


def test_a_file_becomes_an_entry_with_its_fingerprint(tmp_path: Path) -> None:
    path = write(tmp_path)
    made = entry(make_entry(job(path)))
    assert made.essay.id == made.fingerprint.essay_id == "harbour"
    assert made.essay.path == made.fingerprint.path == str(path)
    assert made.fingerprint.root == str(tmp_path)
    assert made.fingerprint.size == len(TEXT)
    assert made.fingerprint.mtime_ns == path.stat().st_mtime_ns
    assert made.essay.words == 16
    assert made.essay.passages == len(made.passages) == 1
    assert made.passages[0].text == TEXT.strip()


def test_the_known_digest_ends_the_work(tmp_path: Path) -> None:
    path = write(tmp_path)
    digest = entry(make_entry(job(path))).fingerprint.digest
    assert make_entry(job(path, known=digest)) == Same()
    path.write_text("something else")
    assert isinstance(make_entry(job(path, known=digest)), Ready)


def test_a_file_is_the_same_when_its_digest_is(tmp_path: Path) -> None:
    path = write(tmp_path)
    digest = entry(make_entry(job(path))).fingerprint.digest
    assert is_same(job(path, known=digest))
    assert not is_same(job(path))
    assert not is_same(job(path, known=digest, language="de"))
    path.write_text("something else")
    assert not is_same(job(path, known=digest))
    path.unlink()
    assert not is_same(job(path, known=digest))


def test_a_digest_begins_with_what_else_shapes_the_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    digest = entry(make_entry(job(path))).fingerprint.digest
    assert digest.startswith(stamp(".txt", None))
    assert stamp(".txt", None) != stamp(".md", None) != stamp(".md", "de")
    before = stamp(".txt", None)
    monkeypatch.setattr(entries, "ANALYSIS_VERSION", -1)
    assert stamp(".txt", None) != before


@pytest.mark.parametrize(
    ("own", "option", "detected", "expected"),
    [
        ("fr", "de", "it", "fr"),
        (None, "de", "it", "de"),
        (None, None, "it", "it"),
        (None, None, None, "en"),
    ],
)
def test_the_language_is_the_files_own_or_the_option_or_detected(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: str | None,
    option: str | None,
    detected: str | None,
    expected: str,
) -> None:
    from indexer import languages

    real = readers.parse

    def parse(data: bytes, *, suffix: str, name: str) -> Document:
        document = real(data, suffix=suffix, name=name)
        return Document(title=document.title, language=own, format="text", blocks=document.blocks)

    monkeypatch.setattr(readers, "parse", parse)
    monkeypatch.setattr(languages, "detect", lambda text: detected)
    made = entry(make_entry(job(write(tmp_path), language=option)))
    assert made.essay.language == expected


def test_the_language_is_told_from_the_beginning_without_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer import languages

    samples: list[str] = []
    monkeypatch.setattr(languages, "detect", lambda text: samples.append(text))
    text = "```\nfor x in y: pass\n```\n\n" + "\n\n".join(f"{n}. {TEXT}" for n in range(1000))
    make_entry(job(write(tmp_path, "long.md", text)))
    assert "for x" not in samples[0]
    assert 15_000 < len(samples[0]) < 25_000


def test_a_file_that_has_just_changed_is_not_trusted_by_its_time(tmp_path: Path) -> None:
    for age in (0, -1000):
        made = entry(make_entry(job(write(tmp_path, age=age))))
        assert made.fingerprint.mtime_ns == entries.NO_TIME


def test_how_long_a_change_is_fresh_is_told_by_the_clock_of_its_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = 10**9
    path = write(tmp_path)

    def noted(changed: int, later: int) -> int:
        os.utime(path, ns=(changed, changed))
        monkeypatch.setattr(time, "time_ns", lambda: changed + later)
        return entry(make_entry(job(path))).fingerprint.mtime_ns

    whole, parts = 1_600_000_000 * second, 1_600_000_000 * second + 30_000_000
    assert noted(whole, second) == entries.NO_TIME
    assert noted(whole, 3 * second) == whole
    assert noted(parts, second // 20) == entries.NO_TIME
    assert noted(parts, second // 2) == parts


def test_a_file_that_changes_while_it_is_read_is_not_trusted_by_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    real = os.fstat
    seen: list[int] = []

    def fstat(number: int) -> os.stat_result:
        seen.append(number)
        if len(seen) > 1:
            os.utime(path, (time.time() - 50,) * 2)
        return real(number)

    monkeypatch.setattr(os, "fstat", fstat)
    assert entry(make_entry(job(path))).fingerprint.mtime_ns == entries.NO_TIME


def test_what_is_no_longer_a_file_is_gone(tmp_path: Path) -> None:
    assert make_entry(job(tmp_path / "never.txt")) == Gone()
    assert make_entry(job(write(tmp_path) / "below.txt")) == Gone()
    assert make_entry(job(tmp_path)) == Gone()
    os.mkfifo(tmp_path / "pipe.txt")
    assert make_entry(job(tmp_path / "pipe.txt")) == Gone()


def test_a_pipe_that_takes_a_files_place_at_the_last_moment_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    regular = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", lambda path: regular)
    assert make_entry(job(path)) == Gone()


def test_a_file_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path)
    monkeypatch.setattr(entries, "LARGEST", 2**20)
    os.truncate(path, 2**20 + 1)
    assert make_entry(job(path)) == Skipped(path=str(path), reason="larger than 1 MB")


def test_a_file_that_grows_too_large_while_it_is_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    small = os.stat(path)
    monkeypatch.setattr(entries, "LARGEST", 2**20)
    monkeypatch.setattr(os, "fstat", lambda number: small)
    os.truncate(path, 2**20 + 1)
    assert make_entry(job(path)) == Skipped(path=str(path), reason="larger than 1 MB")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (MissingParser("needs the extra pdf"), "needs the extra pdf"),
        (MemoryError(), "not enough memory to read it"),
        (RecursionError(), "nested too deeply"),
        (ValueError("first\nsecond"), "can't be made an essay of (ValueError: first second)"),
    ],
)
def test_whatever_a_reader_raises_is_a_reason_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def parse(data: bytes, *, suffix: str, name: str) -> Document:
        raise error

    monkeypatch.setattr(readers, "parse", parse)
    path = write(tmp_path)
    assert make_entry(job(path)) == Skipped(path=str(path), reason=reason)


def test_a_reason_of_any_length_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(data: bytes, *, suffix: str, name: str) -> Document:
        raise ValueError("x" * 100_000)

    monkeypatch.setattr(readers, "parse", parse)
    outcome = make_entry(job(write(tmp_path)))
    assert isinstance(outcome, Skipped)
    assert len(outcome.reason) == 300


def test_a_file_without_passages_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        readers,
        "parse",
        lambda data, suffix, name: Document(title="Untitled", format="text", blocks=()),
    )
    assert make_entry(job(write(tmp_path))) == Empty()
