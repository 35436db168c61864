"""The files of a segment, written term by term."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage

from indexer.engines import whoosh_segment as segments
from indexer.engines.whoosh_arrays import Arrays
from indexer.engines.whoosh_codec import PostingsWriter


class FilesOf:
    """What a codec's writer asks of a segment."""

    def __init__(self, folder: Path) -> None:
        self._storage = FileStorage(str(folder))

    def create_file(self, storage: object, ending: str) -> Any:
        return self._storage.create_file(f"x{ending}")


def field_of(folder: Path, terms: Iterable[bytes], *lists: Any) -> segments.Field:
    """A field of these terms, in one document each unless told."""
    ordered = sorted(terms)
    ones = array("B", [1]) * len(ordered)
    writer = PostingsWriter(None, FilesOf(folder))
    writer.write_field("f", ordered, *(lists or (ones, ones, ones, ones)))
    writer.close()
    return segments.Field(Arrays(folder / f"x{segments.POSTINGS}"), "f")
