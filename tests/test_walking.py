"""Which files a walk finds."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.errors import ReadError
from indexer.walking import Walk, require, shown, system_path, walk


def readable(name: str) -> bool:
    return name.endswith(".txt")


def found(folder: Path, *, exclude: tuple[str, ...] = ()) -> Walk:
    return walk({str(folder): str(folder)}, readable=readable, exclude=exclude)


def names(folder: Path, *, exclude: tuple[str, ...] = ()) -> list[str]:
    return sorted(os.path.relpath(file, folder) for file in found(folder, exclude=exclude).files)


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)


def test_files_below_a_folder_are_found_with_their_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/c.txt", "a/d/e.txt")
    assert names(tmp_path) == ["a/c.txt", "a/d/e.txt", "b.txt"]
    file = found(tmp_path).files[str(tmp_path / "b.txt")]
    assert file.size == 5
    assert file.mtime_ns == (tmp_path / "b.txt").stat().st_mtime_ns
    assert file.root == str(tmp_path)


def test_only_readable_names_count_below_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.jpg", "c")
    assert names(tmp_path) == ["a.txt"]


def test_a_file_that_is_named_needs_no_readable_name(tmp_path: Path) -> None:
    write(tmp_path, "README")
    assert list(found(tmp_path / "README").files) == [str(tmp_path / "README")]


def test_hidden_and_version_control_folders_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, ".a.txt", ".git/b.txt", "CVS/c.txt", "_darcs/d.txt", "x/.y/z.txt", "f.txt")
    assert names(tmp_path) == ["f.txt"]


def test_a_hidden_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    write(tmp_path, ".notes/a.txt")
    assert names(tmp_path / ".notes") == ["a.txt"]


def test_excluded_folders_are_passed_over_under_any_name(tmp_path: Path) -> None:
    write(tmp_path, "index/a.txt", "b.txt")
    (tmp_path / "link").symlink_to("index")
    assert names(tmp_path, exclude=(str(tmp_path / "index"),)) == ["b.txt"]
    assert names(tmp_path, exclude=(str(tmp_path / "link"), "/no/such")) == ["b.txt"]
    assert names(tmp_path / "index", exclude=(str(tmp_path / "index"),)) == []


def test_circles_of_links_end(tmp_path: Path) -> None:
    write(tmp_path, "a/b/c.txt")
    (tmp_path / "a/b/up").symlink_to(tmp_path)
    (tmp_path / "a/again").symlink_to("b")
    assert names(tmp_path) == ["a/b/c.txt"]


def test_linked_folders_outside_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path, "here/a.txt", "there/b.txt", "there/deep/c.txt")
    (tmp_path / "here/link").symlink_to(tmp_path / "there")
    (tmp_path / "here/second").symlink_to(tmp_path / "there")
    (tmp_path / "there/back").symlink_to(tmp_path / "here")
    assert names(tmp_path / "here") == ["a.txt", "link/b.txt", "link/deep/c.txt"]


def test_a_link_never_takes_the_place_of_the_file_itself(tmp_path: Path) -> None:
    write(tmp_path, "z/file.txt")
    (tmp_path / "a.txt").symlink_to("z/file.txt")
    (tmp_path / "b").symlink_to("z")
    assert names(tmp_path) == ["z/file.txt"]


def test_a_linked_file_outside_is_found_by_the_name_of_the_link(tmp_path: Path) -> None:
    write(tmp_path, "out/file.dat", "in/x.txt")
    (tmp_path / "in/a.txt").symlink_to(tmp_path / "out/file.dat")
    (tmp_path / "in/b.dat").symlink_to(tmp_path / "out/file.dat")
    assert names(tmp_path / "in") == ["a.txt", "x.txt"]


def test_hard_links_are_files_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    os.link(tmp_path / "a.txt", tmp_path / "b.txt")
    assert names(tmp_path) == ["a.txt", "b.txt"]


def test_links_to_nothing_and_to_themselves_are_named(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "self.txt").symlink_to("self.txt")
    walked = found(tmp_path)
    assert not walked.files
    assert [Path(skipped.path).name for skipped in walked.skipped] == ["gone.txt", "self.txt"]


def test_pipes_and_sockets_are_named_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.txt")
        (tmp_path / "zero.txt").symlink_to("/dev/zero")
        (tmp_path / "zero").symlink_to("/dev/zero")
        walked = found(tmp_path)
    assert not walked.files
    assert {skipped.reason for skipped in walked.skipped} == {"not a regular file"}
    assert len(walked.skipped) == 3


def test_a_root_that_is_gone_by_now_holds_nothing(tmp_path: Path) -> None:
    walked = found(tmp_path / "gone")
    assert (walked.files, walked.skipped, walked.unknown) == ({}, [], set())


def refuse(monkeypatch: pytest.MonkeyPatch, function: str, path: Path) -> None:
    """Makes a function of ``os`` refuse one path, as missing permission would."""
    real: Callable[..., object] = getattr(os, function)

    def refusing(name: object, *rest: object, **named: object) -> object:
        if os.fspath(name) == str(path):  # type: ignore[call-overload]
            raise PermissionError(13, "Permission denied", str(path))
        return real(name, *rest, **named)

    monkeypatch.setattr(os, function, refusing)


def test_a_folder_that_may_not_be_listed_is_named_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/x.txt", "b/y.txt")
    refuse(monkeypatch, "scandir", tmp_path / "a")
    walked = found(tmp_path)
    assert list(walked.files) == [str(tmp_path / "b/y.txt")]
    assert [(s.path, s.reason) for s in walked.skipped] == [
        (str(tmp_path / "a"), "Permission denied")
    ]
    assert walked.unknown == {str(tmp_path / "a")}


def test_a_root_or_a_link_that_may_not_be_looked_at_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.txt")
    (tmp_path / "link").symlink_to("/elsewhere")
    refuse(monkeypatch, "stat", tmp_path / "link")
    assert found(tmp_path).unknown == {str(tmp_path / "link")}
    assert found(tmp_path / "link").unknown == {str(tmp_path / "link")}


class VanishingEntry:
    """A folder's entry that is gone, or shut, once one looks closer."""

    def __init__(self, entry: os.DirEntry[str], error: OSError) -> None:
        self.name, self.path, self._error = entry.name, entry.path, error

    def is_symlink(self) -> bool:
        return False

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        return False

    def stat(self, *, follow_symlinks: bool) -> os.stat_result:
        raise self._error


@pytest.mark.parametrize(
    ("error", "is_named"), [(FileNotFoundError(2, "gone"), False), (OSError(5, "I/O error"), True)]
)
def test_entries_that_vanish_or_fail_on_the_way_end_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, is_named: bool
) -> None:
    write(tmp_path, "a.txt", "b.txt")
    real = os.scandir

    class Listing:
        def __init__(self, folder: str) -> None:
            self._folder = folder

        def __enter__(self) -> list[object]:
            with real(self._folder) as entries:
                return [VanishingEntry(e, error) if e.name == "a.txt" else e for e in entries]

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Listing)
    walked = found(tmp_path)
    assert list(walked.files) == [str(tmp_path / "b.txt")]
    assert bool(walked.skipped) is is_named


def test_names_that_are_not_unicode_are_shown_with_escapes(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(raw, "wb") as file:
        file.write(b"x")
    ((name, file_found),) = found(tmp_path).files.items()
    assert name == f"{tmp_path}/caf\\xe9.txt"
    assert file_found.path == os.fsdecode(raw)
    assert system_path(name) == os.fsdecode(raw)


def test_two_names_that_are_shown_the_same_are_told_apart_by_a_reason(tmp_path: Path) -> None:
    for raw in (b"caf\xe9.txt", b"caf\\xe9.txt"):
        with open(os.fsencode(tmp_path) + b"/" + raw, "wb") as file:
            file.write(b"x")
    walked = found(tmp_path)
    assert len(walked.files) == len(walked.skipped) == 1


def test_a_name_no_file_can_have_is_shown_all_the_same() -> None:
    assert shown("a\ud800b") == "a\\ud800b"
    assert system_path("/no/such\\xff") == "/no/such\\xff"


def test_deep_folders_are_walked_as_far_as_the_system_goes(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    write(tmp_path, "a.txt")
    walked = found(tmp_path)
    assert list(walked.files) == [str(tmp_path / "a.txt")]
    assert len(walked.skipped) == 1


@pytest.mark.parametrize("path", ["/no/such/file", "nul\0byte", "lone\ud800surrogate"])
def test_a_path_that_is_not_there_is_an_error_that_names_it(path: str) -> None:
    with pytest.raises(ReadError) as caught:
        require(path)
    assert shown(path) in str(caught.value)
