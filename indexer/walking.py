"""Folders to the files below them that may be essays, in a stable order; opens none of them.

Paths are kept in two forms: as the system needs them, and as they are shown and stored (valid
Unicode; bytes that are not, are written ``\\xff``).
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from indexer.errors import ReadError
from indexer.model import Skipped

# Kept by version control without a leading dot.
_VERSION_CONTROL = frozenset({"CVS", "_darcs"})


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file. ``path`` opens it; ``shown`` and ``root`` are for people and the index."""

    path: str
    shown: str
    root: str
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Walk:
    """What lies below the roots. ``unknown`` are shown paths that exist but can't be looked
    into: nothing can be said about them or what is below them. ``others`` are the files whose
    names are not readable, by :attr:`Found.root`: how many of each ending, in small letters."""

    files: dict[str, Found] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    others: dict[str, Counter[str]] = field(default_factory=dict)


def shown(path: str) -> str:
    """A path as valid Unicode; bytes and code points that are not are escaped."""
    if path.isascii():
        return path
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # no file can have this name
        return path.encode("utf-8", "backslashreplace").decode()


def system_path(shown_path: str) -> str:
    """The path that :func:`shown` was given, as far as the files there tell."""
    if os.path.lexists(shown_path) or "\\x" not in shown_path:
        return shown_path
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes.fromhex(m[1].decode()), shown_path.encode())
    named = os.fsdecode(raw)
    return named if os.path.lexists(named) else shown_path


def is_hidden(name: str) -> bool:
    """Whether a walk passes over files and folders of this name, as ``rg`` does."""
    return name.startswith(".") or name in _VERSION_CONTROL


def with_folders_above(path: str) -> Iterator[str]:
    """The path, the folder it lies in, and so on to the top."""
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def require(path: str) -> None:
    """Raises ``ReadError`` where there is nothing at a path that was named."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise ReadError(f"{shown(path)}: no such file or folder") from None
    except (OSError, ValueError) as error:
        raise ReadError(f"{shown(path)}: {reason(error)}") from None


def reason(error: OSError | ValueError) -> str:
    """Why the system refused, in its own words."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def walk(
    roots: Mapping[str, str], *, readable: Callable[[str], bool], exclude: Iterable[str] = ()
) -> Walk:
    """The files below each root, whatever its own name; ``roots`` gives for each what
    :attr:`Found.root` shall say. Below a folder only names that ``readable`` accepts count.

    Links are followed after all else, and none to what the same root has shown already: a
    link never takes a file's place, and a circle ends.
    """
    result = Walk()
    closed = {place for place in map(_place, exclude) if place}
    for root, home in sorted(roots.items()):
        _Walker(result, home, readable, closed).start(root)
    return result


def _place(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


class _Walker:
    """One root's walk."""

    def __init__(
        self,
        result: Walk,
        home: str,
        readable: Callable[[str], bool],
        closed: set[tuple[int, int]],
    ) -> None:
        self._result = result
        self._home = home
        self._readable = readable
        self._seen = set(closed)

    def start(self, root: str) -> None:
        try:
            status = os.stat(root)
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._refused(root, error)
            return
        if not stat.S_ISDIR(status.st_mode):
            self._file(root, status)
            return
        links = self._folder(root, status)
        while links:
            further: list[str] = []
            for link in links:
                further += self._follow(link)
            links = further

    def _follow(self, link: str) -> list[str]:
        """Takes in what a link leads to; gives the links found there."""
        named = self._readable(os.path.basename(link))
        try:
            status = os.stat(link)
        except FileNotFoundError:
            if named:
                self._skip(link, "a link to nothing")
            return []
        except OSError as error:
            self._refused(link, error)
            return []
        if (status.st_dev, status.st_ino) in self._seen:
            return []
        if stat.S_ISDIR(status.st_mode):
            return self._folder(link, status)
        if named:
            self._file(link, status)
        return []

    def _folder(self, folder: str, status: os.stat_result) -> list[str]:
        """Takes in a folder and all real ones below it; gives the links found there."""
        links: list[str] = []
        waiting = [(folder, status)]
        while waiting:
            folder, status = waiting.pop()
            place = (status.st_dev, status.st_ino)
            if place in self._seen:
                continue
            self._seen.add(place)
            try:
                with os.scandir(folder) as entries:
                    names = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._refused(folder, error)
                continue
            below: list[tuple[str, os.stat_result]] = []
            for entry in names:
                if is_hidden(entry.name):
                    continue
                try:
                    if entry.is_symlink():
                        links.append(entry.path)
                    elif entry.is_dir(follow_symlinks=False):
                        below.append((entry.path, entry.stat(follow_symlinks=False)))
                    elif self._readable(entry.name):
                        self._file(entry.path, entry.stat(follow_symlinks=False))
                    else:
                        others = self._result.others.setdefault(self._home, Counter())
                        others[os.path.splitext(entry.name)[1].lower()] += 1
                except FileNotFoundError:
                    continue
                except OSError as error:
                    self._refused(entry.path, error)
            waiting += reversed(below)
        return links

    def _file(self, path: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            self._skip(path, "not a regular file")
            return
        self._seen.add((status.st_dev, status.st_ino))
        name = shown(path)
        known = self._result.files.get(name)
        if known is not None and known.path != path:
            self._skip(path, "another file's name is shown the same; rename one of them")
            return
        self._result.files[name] = Found(path, name, self._home, status.st_size, status.st_mtime_ns)

    def _refused(self, path: str, error: OSError) -> None:
        self._skip(path, reason(error))
        self._result.unknown.add(shown(path))

    def _skip(self, path: str, why: str) -> None:
        self._result.skipped.append(Skipped(path=shown(path), reason=why))
