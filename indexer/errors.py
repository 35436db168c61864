"""One tree of errors; each says what, where and what to do, in one line.

::

    EssaysError
    ├── ReadError            a file can't be read as an essay
    │   └── MissingParser    the extra that reads it is not installed
    ├── LocationError        the index location is not usable
    │   ├── NoIndexError     there is no index there
    │   ├── SchemaError      made by another version of this program
    │   ├── DamagedError     the index contradicts itself
    │   └── UnavailableError the cluster that holds it does not answer at present
    ├── BusyError            another process is writing
    ├── StorageError         disk full, no permission, I/O error
    ├── QueryError           a query beyond the limits
    │   └── SearchTimeout    the time of one search ran out
    ├── NotFoundError        no such essay or passage
    └── SettingsError        a setting or option is wrong
"""

from __future__ import annotations


class EssaysError(Exception):
    """Base of all errors meant for a person; ``str()`` is one line."""


class ReadError(EssaysError):
    """A file can't be read as an essay."""


class MissingParser(ReadError):
    """The file needs a parser that is not installed; the message names the extra."""


class LocationError(EssaysError):
    """The index location is not usable."""


class NoIndexError(LocationError):
    """There is no index at the location."""


class SchemaError(LocationError):
    """The index was made by an incompatible version of this program."""


class DamagedError(LocationError):
    """The index is damaged."""


class UnavailableError(LocationError):
    """The cluster that holds the index does not answer at present; it may do so again."""


class BusyError(EssaysError):
    """Another process is writing to the index."""


class StorageError(EssaysError):
    """The disk refused: full, not permitted, or failing."""


class QueryError(EssaysError):
    """The query is beyond a limit."""


class SearchTimeout(QueryError):
    """The time of one search ran out."""


class NotFoundError(EssaysError):
    """No such essay or passage.

    ``close`` are ids of essays like the one asked for, ``command`` shows all there are, and
    ``message`` goes without it.
    """

    def __init__(self, message: str, *, close: tuple[str, ...] = (), command: str = "") -> None:
        super().__init__(f"{message}; see them all with: {command}" if command else message)
        self.message = message
        self.close = close


class SettingsError(EssaysError):
    """A setting or option is wrong."""
