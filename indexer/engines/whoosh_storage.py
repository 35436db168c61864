"""Whoosh's file storage, made durable, and what only Whoosh can read of an index.

Whoosh writes a commit's files, then renames its table of contents into place, but never calls
fsync; :class:`DurableStorage` does, files and folder both, before and after the rename. With it
each commit has its checksums and its manifest, whichever of Whoosh's writers made it.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import FileFormatError
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC, EmptyIndexError, FileIndex
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import CorruptIndexError

from indexer.engines import whoosh_manifest as manifest
from indexer.engines.whoosh_codec import ArraySegment
from indexer.engines.whoosh_location import (
    INDEX_NAME,
    SUMS,
    checksum,
    checksums,
    generation_of,
    newest_generation,
    sync_folder,
)
from indexer.engines.whoosh_reader import DAMAGE
from indexer.errors import DamagedError, SchemaError

# What Whoosh raises on a damaged table of contents.
_DAMAGE = (
    CorruptIndexError, EmptyIndexError, WhooshIndexError, FileFormatError, pickle.UnpicklingError,
    *DAMAGE,
    struct.error,
)  # fmt: skip


class _InMemory:
    """A table of contents as the file of a storage, which Whoosh can't leave open."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def open_file(self, name: str) -> Any:
        return StructFile(BytesIO(self._data), name=name)


def _states(toc: Path, generation: int) -> list[manifest.SegmentState]:
    """The segments that a table of contents tells of: a pickle, which can run code
    (``DamagedError``, ``SchemaError``)."""
    try:
        segments = TOC.read(_InMemory(toc.read_bytes()), INDEX_NAME, generation).segments
    except _DAMAGE as error:
        what = " ".join(str(error).split())[:200]
        raise DamagedError(
            f"{toc}: can't be read ({type(error).__name__}: {what}); make the index anew with: "
            "essays index --rebuild FOLDER"
        ) from error
    for segment in segments:
        if not isinstance(segment, ArraySegment):
            raise SchemaError(
                f"{toc}: lists a segment that Whoosh wrote with another codec than ArrayCodec; "
                "make the index anew with: essays index --rebuild FOLDER"
            )
    return [
        manifest.SegmentState(
            name=segment.segment_id(),
            documents=segment.doc_count_all(),
            deleted=manifest.runs(segment.deleted_docs()),
        )
        for segment in segments
    ]


class DurableStorage(FileStorage):
    """Whoosh's file storage with fsync around the rename that makes a commit visible."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._unsynced: set[str] = set()
        self._written: list[Any] = []

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **kwargs: Any) -> Any:
        self._unsynced.add(name)
        file = super().create_file(name, excl=excl, mode=mode, **kwargs)
        self._written.append(file)
        return file

    def temp_storage(self, name: str | None = None) -> DurableStorage:
        storage = DurableStorage(Path(super().temp_storage(name).folder))
        storage._written = self._written
        return storage

    def delete_file(self, name: str) -> None:
        super().delete_file(name)
        generation = generation_of(name)
        if generation is not None:
            # Whoosh knows no manifests.
            (Path(self.folder) / manifest.name_of(generation)).unlink(missing_ok=True)

    def _write_manifest(self, draft: str, generation: int) -> None:
        """Says of a commit what Whoosh's table of contents says."""
        toc = Path(self._fpath(draft))
        name = manifest.name_of(generation)
        manifest.write(Path(self._fpath(name)), _states(toc, generation), toc.read_bytes())
        self._unsynced.add(name)

    def _write_checksums(self, oldname: str, newname: str) -> None:
        """Adds the files of this commit to the sums of those that are still there."""
        folder = Path(self.folder)
        sums = {
            name: digest for name, digest in checksums(folder).items() if self.file_exists(name)
        }
        for name in self._unsynced:
            if self.file_exists(name):
                sums[newname if name == oldname else name] = checksum(folder / name)
        draft = folder / f"{SUMS}.draft"
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(sums, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / SUMS)

    def let_go(self) -> None:
        """Closes what a failed commit left open for writing; it is of no use any more."""
        for file in self._written:
            with suppress(OSError, ValueError):
                if not file.is_closed:
                    file.file.close()
        self._written.clear()

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        generation = generation_of(newname)
        if generation is not None:
            self._write_manifest(oldname, generation)
        self._write_checksums(oldname, newname)
        for name in sorted(self._unsynced):
            try:
                descriptor = os.open(self._fpath(name), os.O_RDONLY)
            except FileNotFoundError:
                continue
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._unsynced.clear()
        self._written.clear()
        super().rename_file(oldname, newname, safe=safe)
        sync_folder(Path(self.folder))


def committed(folder: Path, generation: int) -> list[manifest.SegmentState]:
    """The segments of a commit, for those without a manifest; see :func:`_states`."""
    return _states(folder / manifest.toc_of(generation), generation)


def index_folder(path: Path) -> FileIndex:
    """Whoosh's own index object for a folder (``DamagedError``, ``SchemaError``)."""
    committed(path, newest_generation(path))
    return FileIndex(DurableStorage(path), indexname=INDEX_NAME)
