"""The library that a request reads from: one for each thread of each process."""

from __future__ import annotations

import threading

from flask import current_app

from indexer.config import Settings
from indexer.library import Library


class Libraries:
    """Opens the index when a thread first asks for it, and keeps it open.

    Nothing is shared between threads, so no search waits for another's lock; nothing is
    opened before a server has made its processes. A library sees every commit by itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._here = threading.local()

    def here(self) -> Library:
        """This thread's library; raises ``LocationError`` while there is no index."""
        library: Library | None = getattr(self._here, "library", None)
        if library is None:
            library = Library.open(self._settings.index, self._settings)
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
