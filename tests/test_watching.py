"""Being told when files change."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from indexer.errors import ReadError, SettingsError, StorageError
from indexer.watching import changes


class FakeWatchfiles(ModuleType):
    """Stands in for the package: tells the batches it was given."""

    def __init__(self, *batches: set[str] | OSError) -> None:
        super().__init__("watchfiles")
        self.batches = batches
        self.watched: tuple[str, ...] = ()
        self.options: dict[str, Any] = {}

    def watch(self, *places: str, **options: Any) -> Iterator[set[str]]:
        self.watched = places
        self.options = options
        for batch in self.batches:
            if isinstance(batch, OSError):
                raise batch
            yield batch

    def matters(self, path: Path) -> bool:
        keep: Callable[[object, str], bool] = self.options["watch_filter"]
        return keep(None, str(path))


def test_without_the_package_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(SettingsError, match="pip install watchfiles"):
        next(changes([tmp_path]))


def test_the_start_and_every_burst_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        sys.modules, "watchfiles", FakeWatchfiles(set(), set(), {"a"}, set(), {"b", "c"})
    )
    assert len(list(changes([tmp_path]))) == 3


def test_hidden_and_excluded_places_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeWatchfiles()
    monkeypatch.setitem(sys.modules, "watchfiles", fake)
    root = tmp_path / ".hidden root"
    root.mkdir()
    list(changes([root], exclude=[root / "index"]))
    assert fake.watched == (str(root),)
    assert fake.options["recursive"]
    assert fake.matters(root / "a/b.txt")
    assert fake.matters(root)
    assert not fake.matters(root / ".git/b.txt")
    assert not fake.matters(root / "a/.b.txt.swp")
    assert not fake.matters(root / "index/segment")
    assert not fake.matters(tmp_path / "other.txt")


def test_a_file_is_watched_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeWatchfiles()
    monkeypatch.setitem(sys.modules, "watchfiles", fake)
    (tmp_path / "a.txt").touch()
    list(changes([tmp_path / "a.txt"]))
    assert fake.watched == (str(tmp_path),)
    assert not fake.options["recursive"]
    assert fake.matters(tmp_path / "a.txt")
    assert not fake.matters(tmp_path / "b.txt")


def test_errors_name_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", FakeWatchfiles(OSError("no more watches")))
    with pytest.raises(StorageError, match="no more watches"):
        next(changes([tmp_path]))
    with pytest.raises(ReadError, match="no such"):
        next(changes([tmp_path / "gone"]))


def test_a_real_change_is_told(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    told = changes([tmp_path], exclude=[tmp_path / "index"])
    next(told)
    (tmp_path / "a.txt").write_text("changed")
    next(told)
