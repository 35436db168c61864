"""The library that a request reads from: one for each thread of each process."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any, Literal, get_args

from flask import current_app, g
from msgspec import Struct

from indexer.config import Settings
from indexer.errors import EssaysError, QueryError, SearchTimeout
from indexer.library import Library
from indexer.model import Matched, SearchResult

Outcome = Literal[Matched, "timeout", "refused", "failed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Search(Struct, frozen=True):
    """A search that a request made, and what came of it.

    Where it found an answer, ``outcome`` is how it matched, and ``essays`` and ``passages`` how
    many there are; ``took_ms`` is ``None`` where that answer was kept from before.
    """

    q: str
    outcome: Outcome
    essays: int | None = None
    passages: int | None = None
    took_ms: float | None = None


class _Observed(Library):
    """A library that leaves word of a search to whoever counts and logs the request.

    Of several the first: the app looks further where that found nothing.
    """

    def search(self, text: str, *how: Any, **named: Any) -> SearchResult:
        if g.get("search") is not None:
            return super().search(text, *how, **named)
        g.search = Search(text, "failed")
        try:
            result = super().search(text, *how, **named)
        except QueryError as error:
            g.search = Search(text, "timeout" if isinstance(error, SearchTimeout) else "refused")
            raise
        g.search = Search(text, result.matched, result.essays, result.passages, result.took_ms)
        return result


class Libraries:
    """Opens the index when a thread first asks for it, and keeps it open.

    Nothing is shared between threads, so no search waits for another's lock; nothing is
    opened before a server has made its processes. A library sees every commit by itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._here = threading.local()

    def load(self) -> None:
        """Loads what a search needs, so that the first one does not wait for it. What is wrong
        with the index is told to whoever asks."""
        with suppress(EssaysError), Library.open(self._settings.index, self._settings) as library:
            library.search("a", limit=1)

    def here(self) -> Library:
        """This thread's library; raises ``LocationError`` while there is no index."""
        library: Library | None = getattr(self._here, "library", None)
        if library is None:
            library = _Observed.open(self._settings.index, self._settings)
            self._here.library = library
        return library


def library() -> Library:
    """The library for the request at hand."""
    libraries: Libraries = current_app.extensions["essays.libraries"]
    return libraries.here()


def settings() -> Settings:
    """The settings of the app at hand."""
    found: Settings = current_app.extensions["essays.settings"]
    return found
