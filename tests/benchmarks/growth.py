"""A library of any size: the corpus, and further editions of it that are no mere copies."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import blake2b
from itertools import count
from pathlib import Path

import msgspec
from msgspec.structs import replace

from indexer.engines.base import Entry
from indexer.entries import Ready, make_entry
from indexer.model import Passage
from indexer.survey import survey

# No essay has more than this part of a library.
_LARGEST_PART = 0.1
# Passages between the two that an edition's passage is made of: a prime, so that over the
# editions each meets others.
_STRIDE = 7_919

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")
_WORD = re.compile(r"[^\W\d_]+")


class Corpus:
    """All essays below ``texts``, in an order that mixes their sources; kept in ``kept``."""

    def __init__(self, texts: Path, kept: Path) -> None:
        if kept.exists():
            self.entries = msgspec.msgpack.decode(kept.read_bytes(), type=list[Entry])
        else:
            self.entries = _read(texts)
            kept.write_bytes(msgspec.msgpack.encode(self.entries))
        self.size = _passages(self.entries)

    def library(self, size: int) -> list[Entry]:
        """Essays of ``size`` passages at least: some of the corpus, or all of it and as many
        editions as it takes."""
        if size <= self.size:
            chosen = _first(self.entries, size)
            if _passages(chosen) < size:
                sys.exit(f"too few essays of less than {size * _LARGEST_PART:,.0f} passages")
            return chosen
        editions = _Editions(self.entries)
        made = list(self.entries)
        missing = size - self.size
        for number in count(1):
            for entry in editions.edition(number):
                if missing <= 0:
                    return made
                made.append(entry)
                missing -= len(entry.passages)
        raise AssertionError  # the numbers never end


def _read(texts: Path) -> list[Entry]:
    jobs = survey({}, [str(texts.resolve())], rebuild=False, language=None).jobs
    jobs.sort(key=lambda job: blake2b(job.essay_id.encode()).digest())
    with ProcessPoolExecutor() as pool:
        outcomes = pool.map(make_entry, jobs, chunksize=4)
        return [outcome.entry for outcome in outcomes if isinstance(outcome, Ready)]


def _passages(entries: Iterable[Entry]) -> int:
    return sum(len(entry.passages) for entry in entries)


def _first(entries: Iterable[Entry], size: int) -> list[Entry]:
    chosen: list[Entry] = []
    missing = size
    for entry in entries:
        if missing > 0 and len(entry.passages) <= size * _LARGEST_PART:
            chosen.append(entry)
            missing -= len(entry.passages)
    return chosen


class _Editions:
    """Essays of the same outline and other passages.

    Each passage has the first half of its own sentences and the second half of those of another,
    so that words meet in new ways. Words that one passage of the corpus alone has get another
    ending in each edition: a library that grows has new rare words, while the others become
    as much more frequent as it has more passages.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._texts = [passage.text for entry in entries for passage in entry.passages]
        held = [set(_WORD.findall(text)) for text in self._texts]
        frequency = Counter(word for words in held for word in {word.lower() for word in words})
        self._rare = [
            [word for word in words if frequency[word.lower()] == 1 and len(word) > 2]
            for words in held
        ]

    def edition(self, number: int) -> Iterator[Entry]:
        ending = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        index = 0
        for entry in self._entries:
            passages = []
            for passage in entry.passages:
                passages.append(self._passage(passage, index, number, ending))
                index += 1
            name = f"edition-{number}/{entry.essay.id}"
            yield replace(
                entry,
                essay=replace(entry.essay, id=name, path=f"{entry.essay.path}.{number}"),
                fingerprint=replace(
                    entry.fingerprint, essay_id=name, path=f"{entry.fingerprint.path}.{number}"
                ),
                passages=tuple(passages),
            )

    def _passage(self, passage: Passage, index: int, number: int, ending: str) -> Passage:
        other = (index + number * _STRIDE) % len(self._texts)
        first, second = self._halves(index, ending)[0], self._halves(other, ending)[1]
        # A heading stays one.
        text = " ".join(part for part in (first, second) if part) or passage.text
        return replace(passage, text=text)

    def _halves(self, index: int, ending: str) -> tuple[str, str]:
        text = self._texts[index]
        for word in self._rare[index]:
            text = text.replace(word, f"{word}{ending}")
        parts = _SENTENCE_END.split(text)
        if len(parts) == 1:
            parts = text.split()
        half = (len(parts) + 1) // 2
        return " ".join(parts[:half]), " ".join(parts[half:])
