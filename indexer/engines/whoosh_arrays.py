"""Files of named arrays, memory-mapped: what each file of a segment is.

::

    8 bytes     magic
    u32, u32    version of the format, length of the directory
    u64         where the directory begins
    arrays      each from a multiple of 64 bytes on, little-endian
    directory   for each array a line of its name, type code, place and number of items

A reader copies nothing and changes nothing, so that any number of threads and processes may read
at once. The file is freed with the last view of it, and may be deleted before.

Pages of a file that were looked at count as memory of the process until it lets go of them,
though the system could take them at any time; :func:`release_pages` does where there are many.
"""

from __future__ import annotations

import mmap
import os
import sys

from indexer.errors import DamagedError, SchemaError, StorageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, TypeAlias

    # Numbers of an array: a view into a file, or an ``array`` where they had to be put together.
    Numbers: TypeAlias = "memoryview[int]"
    Code: TypeAlias = Literal["B", "H", "I", "Q"]

FORMAT_VERSION = 1

_MAGIC = b"essays\r\n"
_HEADER = 24  # bytes
_ALIGNED = 64
# Bytes of files in the memory of a process: so many, some 20 MB of them its program, and a part
# of all that are open. Where there are more, pages are let go of until there is a part less.
_MAPPED, _MAPPED_PART, _LESS_PART = 32_000_000, 20, 5
# Bytes of a file that are let go of before it is asked whether that is enough.
_AT_ONCE = 1 << 26
# Bytes that are looked at before it is asked whether these are more.
_LOOKED_AT = 8_000_000
# Bytes of an item by the type codes of :mod:`array`, as they are on every machine that we serve.
_SIZES: dict[Code, int] = {"B": 1, "H": 2, "I": 4, "Q": 8}
_CODES: dict[str, Code] = {code: code for code in _SIZES}


def _check_byte_order(path: object) -> None:
    if sys.byteorder != "little":
        raise StorageError(
            f"{path}: an index folder can only be read and written on a little-endian machine; "
            "use one, or an index on a cluster"
        )


# The files that are open, by the identity of their Arrays.
_open: dict[int, mmap.mmap] = {}
_looked_at = 0
# Where pages are let go of next.
_hand = 0


class Arrays:
    """One such file, open for reading (``DamagedError``, ``SchemaError``)."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        _check_byte_order(path)
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            self.map = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise self._damaged("is empty") from None
        _open[id(self)] = self.map
        self._view = memoryview(self.map)
        self._directory = self._read_directory()

    def __del__(
        self, close: Callable[[int], None] = os.close, opened: dict[int, mmap.mmap] = _open
    ) -> None:
        opened.pop(id(self), None)
        if hasattr(self, "_descriptor"):
            close(self._descriptor)

    def _damaged(self, what: str) -> DamagedError:
        return DamagedError(
            f"{self.path}: {what}; make the index anew with: essays index --rebuild FOLDER"
        )

    def _read_directory(self) -> bytes:
        """The directory as it lies there; a line of it is made sense of when it is asked for."""
        size = len(self.map)
        if size < _HEADER:
            raise self._damaged("is cut short")
        head = self.map[:_HEADER]
        magic, begin = head[:8], int.from_bytes(head[16:], "little")
        version, length = memoryview(head)[8:16].cast("I")
        if magic != _MAGIC:
            raise self._damaged("is not a file of an index")
        if version != FORMAT_VERSION:
            raise SchemaError(
                f"{self.path}: has format {version}, this program reads {FORMAT_VERSION}; "
                "make the index anew with: essays index --rebuild FOLDER"
            )
        if begin + length != size:
            raise self._damaged("is cut short")
        return b"\n" + self.map[begin:]

    def __contains__(self, name: str) -> bool:
        return b"\n%b " % name.encode() in self._directory

    def names(self) -> list[str]:
        """The arrays that there are."""
        lines = self._directory.decode("ascii").splitlines()
        return [line.partition(" ")[0] for line in lines if line]

    def _entry(self, name: str) -> tuple[Code, int, int] | None:
        """The type of an array, where it begins in the file, and where it ends."""
        title = b"\n%b " % name.encode()
        found = self._directory.find(title)
        if found < 0:
            return None
        line = self._directory[found + len(title) : self._directory.find(b"\n", found + 1)]
        try:
            kind, place, number = line.decode("ascii").split(" ")
            code, begin = _CODES[kind], int(place)
            end = begin + int(number) * _SIZES[code]
            if not _HEADER <= begin <= end <= len(self.map):
                raise ValueError(line)
        except (ValueError, KeyError):
            raise self._damaged("has an impossible directory") from None
        return code, begin, end

    def place(self, name: str) -> int:
        """Where an array begins in the file."""
        found = self._entry(name)
        return 0 if found is None else found[1]

    def read(self, begin: int, end: int) -> bytes:
        """Bytes of the file between two places, without a page of it in this process."""
        return os.pread(self._descriptor, end - begin, begin)

    def get(self, name: str) -> Numbers:
        """An array; empty when there is none of that name (``DamagedError``)."""
        found = self._entry(name)
        if found is None:
            return self._view[:0]
        code, begin, end = found
        return self._view[begin:end].cast(code)


def looked_at(size: int) -> None:
    """Notes that so many bytes of files are about to be looked at."""
    global _looked_at
    _looked_at += size
    if _looked_at > _LOOKED_AT:
        _looked_at = 0
        release_pages()


def release_pages() -> None:
    """Lets go of pages of files where this process has many of them, one part of the files after
    the other; the system keeps them cached, so that looking at them again takes less than 0.1 ms
    for a MB."""
    global _hand
    maps = [*_open.values()]
    most = _MAPPED + sum(map(len, maps)) // _MAPPED_PART
    if mapped() <= most or not hasattr(mmap, "MADV_DONTNEED"):
        return
    parts = [(each, begin) for each in maps for begin in range(0, len(each), _AT_ONCE)]
    for _ in parts:
        # Other threads may be at it, with more files.
        hand = _hand = (_hand + 1) % len(parts)
        each, begin = parts[hand]
        each.madvise(mmap.MADV_DONTNEED, begin, min(_AT_ONCE, len(each) - begin))
        if mapped() <= most - most // _LESS_PART:
            break


def mapped() -> int:
    """Bytes of files that this process has pages of, shared ones and programs included; 0 where
    the system does not tell."""
    try:
        # Half the time of a file object: this is asked in every search.
        descriptor = os.open("/proc/self/statm", os.O_RDONLY)
        try:
            return int(os.read(descriptor, 200).split()[2]) * mmap.PAGESIZE
        finally:
            os.close(descriptor)
    except (OSError, ValueError, IndexError):
        return 0


class ArraysWriter:
    """Writes such a file, array by array, to a file of Whoosh's storage."""

    def __init__(self, file: Any) -> None:
        _check_byte_order("this machine")
        self._file = file
        self._lines: list[str] = []
        self._at = 0
        self._write(bytes(_HEADER))

    def _write(self, buffer: Any) -> None:
        self._file.write(buffer)
        self._at += memoryview(buffer).nbytes

    def _align(self) -> int:
        self._write(bytes(-self._at % _ALIGNED))
        return self._at

    def _note(self, name: str, code: Code, begin: int) -> None:
        self._lines.append(f"{name} {code} {begin} {(self._at - begin) // _SIZES[code]}\n")

    def add(self, name: str, code: Code, buffer: Any) -> None:
        """Adds an array: a buffer of items of its type."""
        begin = self._align()
        self._write(buffer)
        self._note(name, code, begin)

    def begin(self) -> int:
        """Begins an array of bytes that comes in pieces; no other may come between."""
        return self._align()

    def write(self, piece: bytes) -> None:
        """Adds a piece to it."""
        self._file.write(piece)
        self._at += len(piece)

    def end(self, name: str, begin: int) -> None:
        """Ends it."""
        self._note(name, "B", begin)

    def close(self) -> None:
        """Writes the directory and closes the file."""
        begin = self._at
        directory = "".join(self._lines).encode("ascii")
        self._write(directory)
        self._file.seek(0)
        numbers = ((FORMAT_VERSION, 4), (len(directory), 4), (begin, 8))
        head = (number.to_bytes(size, "little") for number, size in numbers)
        self._file.write(b"".join((_MAGIC, *head)))
        self._file.close()
