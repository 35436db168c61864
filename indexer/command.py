"""Where the command ``essays`` starts: a plain search at once, all else through Click.

A search takes less time than importing Click does. So the command lines that surely are a search
with options as its help shows them are read here; every other one, every error and every help is
left to :mod:`indexer.cli`, which reads them the same and more.
"""

from __future__ import annotations

import gc
import os
import sys

import indexer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, NoReturn

_SHOWN = {"-l": "paths", "-c": "counts", "--json": "json"}
_NUMBERS = {"-n": "limit", "--offset": "offset", "--passages": "passages"}
_WORDS = {"--color": ("auto", "always", "never"), "--sort": ("relevance", "date", "title")}
# Options that may stand before the command as well.
_COMMON = ("--json", "--index", "--color")
# Digits; a longer number may be beyond what an option takes.
_LONGEST = 9


def run() -> NoReturn:
    """The command line of this process, from its beginning to its end."""
    asked = _asked(sys.argv[1:])
    if asked is None:
        sys.exit(main())
    indexer.ONE_SHOT = True
    # What it leaves lying is gone when the process is.
    gc.disable()
    status = _search(asked)
    # All is written; to take the interpreter apart first would take as long as a module does.
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and gives its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = _asked(given)
    if asked is None:
        from indexer import cli

        return cli.main(given)
    return _search(asked)


def _asked(arguments: Sequence[str]) -> dict[str, Any] | None:
    # What completes a command line is Click's.
    return None if os.environ.get("_ESSAYS_COMPLETE") else plain_search(arguments)


def _search(asked: dict[str, Any]) -> int:
    from indexer.failures import guarded

    def search() -> int:
        from indexer import searching
        from indexer.config import load

        settings = load({name: asked.pop(name, None) for name in ("index", "color")}, os.environ)
        return searching.search(asked.pop("query"), settings, **asked)

    return guarded(search)


def plain_search(arguments: Sequence[str]) -> dict[str, Any] | None:
    """What a search is asked: the words of its ``query`` and what options say, by the names that
    :func:`indexer.searching.search` has for them; ``None`` for what may be anything else."""
    query: list[str] = []
    said: dict[str, Any] = {}
    named = False
    rest = iter(arguments)
    for argument in rest:
        if argument == "--" and named:
            query += rest
        elif argument[:1] != "-" or argument == "-":
            if named:
                query.append(argument)
            elif argument == "search":
                named = True
            else:
                return None
        else:
            option = _read(argument, rest)
            if option is None or not (named or option[0] in _COMMON):
                return None
            name, value = option[1:]
            if name == "show" and said.get(name, value) != value:
                return None
            said[name] = value
    if not query or not all(query):
        return None
    said["query"] = query
    return said


def _read(argument: str, rest: Iterator[str]) -> tuple[str, str, object] | None:
    """An option as it is written, what it says of what; ``None`` for one that is not plain."""
    if argument in _SHOWN:
        return argument, "show", _SHOWN[argument]
    if argument[:2] == "-n" and argument != "-n":
        option, value = "-n", argument[2:]
    else:
        option, equals, value = argument.partition("=")
        if not equals:
            value = next(rest, "")
    if option in _NUMBERS:
        known = value.isascii() and value.isdigit() and len(value) <= _LONGEST
        return (option, _NUMBERS[option], int(value)) if known else None
    if option in _WORDS:
        return (option, option[2:], value) if value in _WORDS[option] else None
    # A location that looks like an option is more likely one without its location.
    if option == "--index" and value and value[0] != "-":
        return option, "index", value
    return None
