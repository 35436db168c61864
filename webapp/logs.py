"""The log: one JSON object a line, to standard error, without the text of queries.

What people search for stays out of it unless ``web.log_queries`` is on: no query string, no
referrer, and of a bug its place, not its message.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

from flask import g, has_app_context, has_request_context

from webapp.libraries import settings

# Of a path or the name of a browser, in characters.
_LONGEST = 500

_access = logging.getLogger("webapp.access")
# Ours, and the one that tells which hosts of a cluster do not answer.
_LOGGERS = {"webapp": logging.INFO, "indexer": logging.INFO, "opensearch": logging.WARNING}


def start(stream: TextIO | None = None, *, requests: bool = True) -> None:
    """Has this process write its log to ``stream``; standard error if there is none.

    Without ``requests`` it tells of what went wrong alone.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLines())
    for name, level in _LOGGERS.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
    _access.setLevel(logging.INFO if requests else logging.WARNING)


def request_line(fields: dict[str, object]) -> None:
    """Logs a request that was answered."""
    if _access.isEnabledFor(logging.INFO):
        _access.info("request", extra={"fields": fields})


class JsonLines(logging.Formatter):
    """A record as a line of JSON; only ASCII, so that nothing in it moves a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": _rfc3339(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= {name: _short(value) for name, value in fields.items()}
        elif has_request_context():
            line["id"] = g.get("request_id")
        if record.exc_info and record.exc_info[1] is not None:
            line |= _error(record.exc_info[1])
        return json.dumps(line, default=str)


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[:_LONGEST] + "…"
    return value


def _rfc3339(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _error(error: BaseException) -> dict[str, object]:
    """Kinds and places of an error and of those before it; messages may hold a query."""
    if has_app_context() and settings().web_log_queries:
        return {"traceback": "".join(traceback.format_exception(error))}
    parts: list[str] = []
    link: BaseException | None = error
    while link is not None:
        frames = "".join(traceback.format_tb(link.__traceback__))
        parts.insert(0, f"{frames}{type(link).__qualname__}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return {"error": type(error).__qualname__, "traceback": "\n\n".join(parts)}
