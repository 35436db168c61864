"""Answers that are kept in memory to be sent again, the latest used, within a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from msgspec import Struct

from webapp.libraries import Search

# What an answer takes beside its body.
_OVERHEAD = 1_000


class KeptAnswer(Struct, frozen=True):
    """An answer with status 200: its body and headers, and the search that was made for it."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    search: Search | None


class KeptAnswers:
    """Answers by the tag that names all they depend on; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._room = most
        self._answers: OrderedDict[str, KeptAnswer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> KeptAnswer | None:
        """The answer of a tag, if it is kept."""
        with self._lock:
            found = self._answers.get(tag)
            if found is not None:
                self._answers.move_to_end(tag)
            return found

    def put(self, tag: str, answer: KeptAnswer) -> None:
        """Keeps an answer, and gives up others for it; one that takes more than a quarter of the
        room is not kept."""
        if _size(answer) * 4 > self._most:
            return
        with self._lock:
            if tag in self._answers:
                return
            self._answers[tag] = answer
            self._room -= _size(answer)
            while self._room < 0:
                _, dropped = self._answers.popitem(last=False)
                self._room += _size(dropped)


def _size(answer: KeptAnswer) -> int:
    return len(answer.body) + _OVERHEAD
