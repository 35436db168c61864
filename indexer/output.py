"""The two streams of a command: results on one, all else on the other, both able to write
every character in some way."""

from __future__ import annotations

import codecs
import os
import sys

from indexer.terminal import is_terminal, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from msgspec import Struct

# What output that knows few characters shows instead of the signs of this program and the
# commonest of essays; all others are escaped.
_PLAINER = {
    "·": "-", "›": ">", "¶": "par.", "…": "...", "–": "-", "—": "--",
    "‘": "'", "’": "'", "“": '"', "”": '"', "\ufffd": "?", "\xa0": " ",
}  # fmt: skip


def print_lines(lines: Iterable[str]) -> None:
    """Results, to standard output."""
    for line in lines:
        sys.stdout.write(line + "\n")


def say(line: str) -> None:
    """One line to standard error, after what has been printed so far."""
    sys.stdout.flush()
    sys.stderr.write(safe(line) + "\n")
    sys.stderr.flush()


def print_json(shape: Struct) -> None:
    """One JSON document, indented where a person looks at it."""
    import json

    from msgspec import to_builtins

    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    indent = 2 if is_terminal(sys.stdout) else None
    # Not msgspec's own encoder, which refuses lone surrogates.
    print_lines([json.dumps(to_builtins(shape), ensure_ascii=not unicode, indent=indent)])


def print_paths(paths: Iterable[str]) -> None:
    """Each file once; for a program to the byte as the system names it."""
    from indexer.walking import system_path

    shown = is_terminal(sys.stdout)
    sys.stdout.flush()
    for path in dict.fromkeys(paths):
        if shown:
            print_lines([safe(path)])
        else:
            sys.stdout.buffer.write(os.fsencode(system_path(path)) + b"\n")


def open_streams() -> None:
    """Puts streams where none are, and keeps characters they do not know from being errors."""
    codecs.register_error("essays-plainer", _plainer)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="essays-plainer")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = [_PLAINER.get(c) or c.encode("ascii", "backslashreplace").decode() for c in text]
    return "".join(plain), error.end


def discard_output() -> None:
    """Sends what could not be written nowhere, so that the interpreter's own last flush does
    not fail, too."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass
