"""Where a Whoosh index lies on disk, so that what is there can be trusted.

::

    LOCATION/
        essays.json     the stamp: schema and analyser version, and which folder is in force
        writer.lock     held by the one process that writes
        writer.json     who that is
        index-1/        the Whoosh index; a rebuild makes index-2 aside and swaps the stamp
            checksums.json  of its files, for ``essays check``

Whoosh is not needed to read any of it.
"""

from __future__ import annotations

import errno
import os
import time

from indexer import plain_json
from indexer.analysis import ANALYSIS_VERSION
from indexer.errors import (
    BusyError,
    DamagedError,
    LocationError,
    NoIndexError,
    SchemaError,
    StorageError,
)
from indexer.expressions import expression
from indexer.keeping import cached_property
from indexer.records import Struct, asdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

SCHEMA_VERSION = 4
STAMP, LOCK, WRITER = "essays.json", "writer.lock", "writer.json"
# In the folder of the Whoosh index, beside its files.
SUMS = "checksums.json"
INDEX_NAME = "essays"
_MANIFEST = expression(rf"(_{INDEX_NAME}_[0-9]+)\.json")


def _number(name: str, before: str, after: str = "") -> int | None:
    """The number that makes a name, if there is nothing else in it."""
    if not (name.startswith(before) and name.endswith(after)):
        return None
    digits = name[len(before) : len(name) - len(after)]
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _is_folder(name: str) -> bool:
    """Whether a folder is called like those of the Whoosh index."""
    return _number(name, "index-") is not None


class storage_errors:
    """Turns what the operating system refuses into a :class:`StorageError`."""

    def __init__(self, location: object) -> None:
        self._location = location

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> Literal[False]:
        if not isinstance(error, OSError):
            return False
        what = error.strerror or type(error).__name__
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = "free some space and run the same command again"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            advice = "check who owns it and may write to it"
        else:
            advice = "check the disk and run the same command again"
        where = error.filename or str(self._location)
        raise StorageError(f"{where}: {what.lower()}; {advice}") from error


def sync_folder(path: Path) -> None:
    """Makes renames and new files in a folder durable, where the platform has that."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checksum(path: Path) -> str:
    """BLAKE2b of a file, 16 bytes in hexadecimal."""
    from hashlib import blake2b, file_digest

    with open(path, "rb") as file:
        return file_digest(file, lambda: blake2b(digest_size=16)).hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """The sums of an index's files as they were written; empty where that is unreadable."""
    import json

    try:
        sums = json.loads((folder / SUMS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return sums if isinstance(sums, dict) else {}


def generation_of(name: str) -> int | None:
    """The number of the commit that a file is the table of contents of."""
    return _number(name, f"_{INDEX_NAME}_", ".toc")


def newest_generation(folder: str | os.PathLike[str]) -> int:
    """The number of the newest commit in the folder of a Whoosh index."""
    numbers = [n for name in os.listdir(folder) if (n := generation_of(name)) is not None]
    if not numbers:
        raise FileNotFoundError(errno.ENOENT, "no table of contents", str(folder))
    return max(numbers)


class Stamp(Struct, frozen=True, kw_only=True):
    """What made the index, and which folder is in force.

    ``token`` is another with every commit: two of them may be within a second, and an index
    that is deleted and made again counts its commits from one again.
    """

    schema: int
    analysis: int
    folder: str
    updated: str | None = None
    token: str = ""

    def current(self) -> bool:
        """Whether this program writes the very same terms."""
        return self.schema == SCHEMA_VERSION and self.analysis == ANALYSIS_VERSION


class Location:
    """An index folder: its stamp, its lock, and its swap."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.root = os.fspath(path)
        # What the stamp's file held when it was last read, and what that says.
        self._known: tuple[bytes, Stamp] | None = None

    @cached_property
    def path(self) -> Path:
        """The folder, for those who have the time to load what paths are made of."""
        from pathlib import Path

        return Path(self.root)

    def stamp(self) -> Stamp:
        """The stamp (``NoIndexError``, ``SchemaError``, ``DamagedError``)."""
        path = os.path.join(self.root, STAMP)
        try:
            with open(path, "rb", buffering=0) as file:
                text = file.read()
            known = self._known
            if known is not None and known[0] == text:
                return known[1]
            data = plain_json.loads(text.decode())
            stamp = Stamp(
                schema=int(data["schema"]),
                analysis=int(data["analysis"]),
                folder=str(data["folder"]),
                updated=data.get("updated"),
                token=str(data.get("token", "")),
            )
        except (FileNotFoundError, NotADirectoryError):
            raise NoIndexError(self._missing()) from None
        except OSError as error:
            raise StorageError(
                f"{path}: {(error.strerror or 'unreadable').lower()}; check who may read the index"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedError(
                f"{path}: not readable as an index stamp; delete the folder "
                f"{self.root} and index again"
            ) from error
        if stamp.schema > SCHEMA_VERSION:
            raise SchemaError(
                f"{self.root}: made by a newer version (schema {stamp.schema}, this program "
                f"knows {SCHEMA_VERSION}); update essay-search, or index into another folder"
            )
        if not _is_folder(stamp.folder):
            raise DamagedError(
                f"{path}: names an impossible folder; delete {self.root} and index again"
            )
        self._known = text, stamp
        return stamp

    def _missing(self) -> str:
        if os.path.exists(self.root) and not os.path.isdir(self.root):
            return f"{self.root}: is a file, not an index folder; name another with --index"
        if os.path.isdir(self.root) and not {LOCK, WRITER}.issuperset(os.listdir(self.root)):
            return f"{self.root}: holds no essays index; name another with --index"
        return f"{self.root}: no index there yet; make it with: essays index FOLDER"

    def current_folder(self) -> Path:
        """The folder of the Whoosh index in force."""
        return self.path / self.stamp().folder

    def prepare(self) -> None:
        """Makes the folder, unless something that is no index of ours is there."""
        if self.path.exists() and not self.path.is_dir():
            raise LocationError(self._missing())
        try:
            self.stamp()
        except NoIndexError:
            known = {STAMP, LOCK, WRITER}
            if self.path.is_dir() and not all(
                name in known or _is_folder(name) or name.startswith(STAMP)
                for name in os.listdir(self.path)
            ):
                raise LocationError(
                    f"{self.path}: is not empty and holds no essays index; "
                    "name an empty or new folder with --index"
                ) from None
            with storage_errors(self.path):
                self.path.mkdir(parents=True, exist_ok=True)

    def swap(self, folder: str) -> None:
        """Puts ``folder`` in force, atomically and durably."""
        stamp = Stamp(
            schema=SCHEMA_VERSION,
            analysis=ANALYSIS_VERSION,
            folder=folder,
            updated=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            token=os.urandom(6).hex(),
        )
        import json

        draft = self.path / f"{STAMP}.{os.getpid()}"
        with storage_errors(self.path):
            with open(draft, "w", encoding="utf-8") as file:
                json.dump(asdict(stamp), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path / STAMP)
            sync_folder(self.path)

    def new_folder(self) -> str:
        """A name for a folder that is not there yet."""
        numbers = [
            int(name.removeprefix("index-")) for name in os.listdir(self.path) if _is_folder(name)
        ]
        return f"index-{max(numbers, default=0) + 1}"

    def sweep(self) -> None:
        """Deletes what an interrupted run or a swap left; only while holding the lock."""
        import shutil  # here, like socket below, because a search needs neither

        try:
            keep = self.stamp().folder
        except NoIndexError:
            keep = ""
        for name in os.listdir(self.path):
            if _is_folder(name) and name != keep:
                shutil.rmtree(self.path / name, ignore_errors=True)
            elif name.startswith(f"{STAMP}."):
                (self.path / name).unlink(missing_ok=True)
        if keep:
            folder = self.path / keep
            for entry in list(folder.iterdir()):
                if entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
                elif (found := _MANIFEST.fullmatch(entry.name)) and not (
                    folder / f"{found[1]}.toc"
                ).exists():
                    entry.unlink(missing_ok=True)

    def lock(self, wait: float) -> WriterLock:
        """Becomes the one writer, after at most ``wait`` seconds (``BusyError``)."""
        lock = WriterLock(self.path)
        lock.acquire(wait)
        return lock


class WriterLock:
    """The right to write, freed by the operating system when its process ends."""

    def __init__(self, path: Path) -> None:
        # Here because reading needs no Whoosh.
        from whoosh.util.filelock import FileLock

        self._path = path
        self._lock = FileLock(str(path / LOCK))

    def acquire(self, wait: float) -> None:
        import socket

        until = time.monotonic() + wait
        with storage_errors(self._path):
            while not self._lock.acquire():
                if time.monotonic() >= until:
                    raise BusyError(
                        f"{self._path}: {self._holder()} is writing to this index; waited "
                        f"{wait:g} s; try again when it is done"
                    )
                time.sleep(0.1)
            import json

            (self._path / WRITER).write_text(
                json.dumps(
                    {
                        "pid": os.getpid(),
                        "host": socket.gethostname(),
                        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
                    }
                ),
                "utf-8",
            )

    def _holder(self) -> str:
        import json

        try:
            data = json.loads((self._path / WRITER).read_text("utf-8"))
            return f"process {data['pid']} on {data['host']} (since {data['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def release(self) -> None:
        (self._path / WRITER).unlink(missing_ok=True)
        self._lock.release()
