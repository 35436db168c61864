"""A file to an entry: read, parse, chunk, tell the language. Runs in the process that wants it
or in a worker; never raises on account of a file."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from indexer.analysis import ANALYSIS_VERSION
from indexer.engines.base import Entry, Fingerprint
from indexer.errors import EssaysError, ReadError
from indexer.model import Document, Essay, Skipped
from indexer.walking import reason

if TYPE_CHECKING:
    from indexer.inversion import Inverted

# Raised whenever readers, structure, chunking or language detection make another entry of the
# same bytes: what was indexed before is read again.
PIPELINE_VERSION = 2
# Bytes. A file is held whole, and several times over once it is analysed; the longest novels
# have some ten million.
LARGEST = 256 * 2**20
# Nanoseconds. A file changed so recently may change again without its time or size telling: the
# coarsest clock of a file system in use has steps of two seconds (FAT's), and one that tells parts
# of a second steps of some ten milliseconds at most.
_SECOND = 10**9
_TOO_FRESH, _TOO_FRESH_BY_PARTS = 2 * _SECOND, _SECOND // 10
# Stored for a file whose time can't be trusted to tell; such a file is compared by content.
NO_TIME = 0
# What most files need.
MODULES = (
    "indexer.chunking",
    "indexer.languages",
    "indexer.readers.html",
    "indexer.readers.markdown",
    "indexer.readers.plain",
    "indexer.structure",
)
# Code points of an essay that its language is told from.
_SAMPLE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file to read, of ``size`` bytes when it was found. ``known`` is the digest it was last
    indexed under; ``postings`` says whether to make those of its entry, too."""

    path: str
    shown: str
    root: str
    size: int
    essay_id: str
    suffix: str
    language: str | None
    known: str | None = None
    postings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A file that became an essay."""

    digest: str
    entry: Entry
    notes: tuple[str, ...]
    postings: Inverted | None = None

    def __reduce__(self) -> tuple[Callable[..., Ready], tuple[object, ...]]:
        """Itself as it goes from process to process: passages as one piece of bytes."""
        from msgspec import msgpack

        try:
            entry: bytes | Entry = msgpack.encode(self.entry)
        except UnicodeEncodeError:  # half surrogates have no bytes in UTF-8
            entry = self.entry
        return _received, (self.digest, entry, self.notes, self.postings)


def _received(
    digest: str, entry: bytes | Entry, notes: tuple[str, ...], postings: Inverted | None
) -> Ready:
    from msgspec import msgpack

    return Ready(
        digest=digest,
        entry=msgpack.decode(entry, type=Entry) if isinstance(entry, bytes) else entry,
        notes=notes,
        postings=postings,
    )


@dataclass(frozen=True, slots=True)
class Same:
    """The file has the digest it was indexed under."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The file is no longer there, or no longer a file."""


@dataclass(frozen=True, slots=True)
class Empty:
    """There is no text in the file."""


Outcome = Ready | Same | Gone | Empty | Skipped


def stamp(suffix: str, language: str | None) -> str:
    """What shapes an entry besides the file's bytes, in eight characters.

    Digests begin with it, so that it can be compared without reading the file.
    """
    settings = f"{PIPELINE_VERSION} {ANALYSIS_VERSION} {suffix} {language}"
    return blake2b(settings.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()


def is_same(job: Job) -> bool:
    """Whether the file is the one known already; quick beside making its entry."""
    if not (job.known and job.known.startswith(stamp(job.suffix, job.language))):
        return False
    try:
        loaded = _load(job.path)
    except (OSError, ReadError, MemoryError):
        return False
    return loaded is not None and _digest(job, loaded[0]) == job.known


def make_entry(job: Job) -> Outcome:
    """Reads a file and makes its entry, unless it is the one known already."""
    try:
        return _make_entry(job)
    except (FileNotFoundError, NotADirectoryError):
        return Gone()
    except OSError as error:
        why = reason(error)
    except EssaysError as error:
        why = str(error)
    except MemoryError:
        why = "not enough memory to read it"
    except RecursionError:
        why = "nested too deeply"
    except Exception as error:
        # A parser may raise anything on a hostile file; the others must not suffer for it.
        why = f"can't be made an essay of ({type(error).__name__}: {error})"
    return Skipped(path=job.shown, reason=_one_line(why, job.shown))


def _one_line(text: str, path: str) -> str:
    text = " ".join(text.split()).removeprefix(f"{path}: ")
    return text if len(text) <= 300 else text[:299] + "…"


def _make_entry(job: Job) -> Outcome:
    # Here and not above: a search imports this module by way of the library.
    from indexer import chunking, languages, readers
    from indexer.analysis import words

    loaded = _load(job.path)
    if loaded is None:
        return Gone()
    data, size, mtime_ns = loaded
    digest = _digest(job, data)
    if digest == job.known:
        return Same()
    if not data or data.isspace():
        return Empty()
    document = readers.parse(data, suffix=job.suffix, name=os.path.basename(job.shown))
    del data
    passages, outline = chunking.chunk(document.blocks)
    if not passages:
        return Empty()
    language = document.language or job.language or languages.detect(_sample(document)) or "en"
    postings = None
    if job.postings:
        from indexer.inversion import invert

        texts = [(passage.headings, passage.text) for passage in passages]
        postings = invert(document.title, texts, language)
    entry = Entry(
        essay=Essay(
            id=job.essay_id,
            title=document.title,
            authors=document.authors,
            date=document.date,
            language=language,
            path=job.shown,
            format=document.format,
            words=postings.words
            if postings
            else sum(words(passage.text, language) for passage in passages),
            passages=len(passages),
        ),
        fingerprint=Fingerprint(
            essay_id=job.essay_id,
            path=job.shown,
            root=job.root,
            size=size,
            mtime_ns=mtime_ns,
            digest=digest,
        ),
        outline=tuple(outline),
        passages=tuple(passages),
    )
    return Ready(
        digest=digest,
        entry=entry,
        notes=document.notes,
        postings=postings,
    )


def _digest(job: Job, data: bytes) -> str:
    return stamp(job.suffix, job.language) + blake2b(data, digest_size=16).hexdigest()


def _load(path: str) -> tuple[bytes, int, int] | None:
    """A regular file's bytes, size and time; ``None`` for what is none.

    Opening does not wait for the other end of a pipe that has taken the file's place.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    if not stat.S_ISREG(os.stat(path).st_mode):
        return None
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            return None
        if before.st_size > LARGEST:
            raise ReadError(f"larger than {LARGEST // 2**20} MB")
        data = file.read(LARGEST + 1)
        after = os.fstat(file.fileno())
    if len(data) > LARGEST:
        raise ReadError(f"larger than {LARGEST // 2**20} MB")
    steady = (before.st_size, before.st_mtime_ns) == (len(data), after.st_mtime_ns)
    time_ns = after.st_mtime_ns
    too_fresh = _TOO_FRESH_BY_PARTS if time_ns % _SECOND else _TOO_FRESH
    settled = time.time_ns() - time_ns > too_fresh
    return data, len(data), time_ns if steady and settled else NO_TIME


def _sample(document: Document) -> str:
    """The essay's first text, evenly from its beginning."""
    parts: list[str] = []
    length = 0
    for block in document.blocks:
        if block.kind == "code":
            continue
        parts.append(block.text[: _SAMPLE - length])
        length += len(parts[-1])
        if length >= _SAMPLE:
            break
    return "\n".join(parts)
