"""The front matter of Markdown: YAML between ``---``, TOML between ``+++``."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from indexer.readers.metadata import Metadata, authors_of, iso_date, primary_language

# Front matter beyond this, in characters, is not front matter but an essay between rules.
_LONGEST = 64 * 1024
# Aliases and nesting beyond these are an attack (one anchor named ten times, ten times over).
_MOST_ALIASES = 100
_DEEPEST = 50

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}


def split(text: str) -> tuple[Metadata, str, bool]:
    """Metadata, the text after it, and whether there was front matter at all.

    Never raises: what can't be understood stays in the text, with a note.
    """
    start = text.find("\n", 0, 80)
    first = text[: start if start >= 0 else 80].rstrip()
    closings = _FENCES.get(first)
    if closings is None or start < 0:
        return Metadata(), text, False
    closing = re.compile(
        rf"^(?:{'|'.join(re.escape(mark) for mark in closings)})[ \t\r]*$", re.MULTILINE
    )
    end = closing.search(text, start + 1, start + 1 + _LONGEST)
    if end is None:
        return Metadata(), text, False
    source, rest = text[start + 1 : end.start()], text[end.end() :]
    try:
        found = _toml(source) if first == "+++" else _yaml(source)
    except _NotUnderstood as error:
        fields = _lines(source) if first == "---" else None
        if fields is not None:
            said = metadata(fields)
            note = f"front matter is not sound ({error}), read line by line"
            return dataclasses.replace(said, notes=(note, *said.notes)), rest, True
        if first == "---" and not _LINE.match(source.lstrip()):
            return Metadata(), text, False  # two rules with prose between them
        note = f"front matter not understood ({error}), read as text"
        return Metadata(notes=(note,)), text, False
    if found is None:
        return Metadata(), text, False
    return metadata(found), rest, True


def metadata(found: Mapping[str, Any]) -> Metadata:
    """The fields we know, under the names that site generators give them."""
    fields = {str(key).lower().replace("-", "_"): value for key, value in found.items()}
    for below in ("extra", "params", "taxonomies"):
        if isinstance(fields.get(below), Mapping):
            for key, value in fields[below].items():
                fields.setdefault(str(key).lower().replace("-", "_"), value)
    title = _first(fields, "title", "headline", "name")
    if isinstance(title, list) and title:
        title = title[0]
    written = _first(fields, "date", "published", "publish_date", "pubdate", "created", "year")
    when = iso_date(written)
    notes: tuple[str, ...] = ()
    if written is not None and when is None:
        # Only what is plain is shown: a nested alias can be endless when written out.
        notes = (f"date not understood: {(_scalar(written) or '')[:40]!r}",)
    name = _scalar(title)
    return Metadata(
        title=" ".join(name.split()) if name is not None else None,
        authors=authors_of(_first(fields, "authors", "author", "creator", "by")),
        date=when,
        language=primary_language(_first(fields, "lang", "language", "locale")),
        notes=notes,
    )


def _first(fields: Mapping[str, Any], *names: str) -> Any:
    return next((fields[name] for name in names if fields.get(name) not in (None, "", [])), None)


class _NotUnderstood(Exception):
    pass


def _toml(source: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(source)
    except ValueError as error:
        raise _NotUnderstood(f"invalid TOML: {error}".splitlines()[0][:100]) from None
    except RecursionError:
        raise _NotUnderstood("nested too deeply") from None


def _yaml(source: str) -> Mapping[str, Any] | None:
    import yaml

    # Other parsers pass over a tab before a line's end.
    source = "\n".join(line.rstrip() for line in source.split("\n"))
    try:
        depth = aliases = 0
        for event in yaml.parse(source, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                aliases += 1
            elif isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST or aliases > _MOST_ALIASES:
                raise _NotUnderstood("nested too deeply")
        found = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark is not None else ""
        raise _NotUnderstood(f"invalid YAML{where}") from None
    except (ValueError, TypeError, RecursionError, OverflowError):
        # A date such as 2021-13-45 passes the scanner and fails in the constructor.
        raise _NotUnderstood("invalid value") from None
    if found is None:
        return {}
    return found if isinstance(found, Mapping) else None


# ``key: value``; the commonest mistake is a value with a colon and no quotes.
_LINE = re.compile(r"([A-Za-z][\w-]{0,40}):(?:[ \t]+(\S.*?))?[ \t]*")


def _lines(source: str) -> dict[str, Any] | None:
    """Broken YAML read as ``key: value`` lines, or ``None`` where it has others at the margin."""
    fields: dict[str, Any] = {}
    key = ""
    for line in source.split("\n"):
        found = _LINE.fullmatch(line.rstrip("\r"))
        if found is not None:
            key = found[1]
            fields[key] = (found[2] or "").strip("'\"")
        elif line[:1] not in ("", " ", "\t", "#", "-"):
            return None
        elif line.lstrip().startswith("- ") and fields.get(key) in ("", None):
            fields[key] = line.lstrip()[2:].strip(" '\"")
    return fields or None


def _scalar(value: object) -> str | None:
    if isinstance(value, int) and abs(value) >= 10**18:
        return None  # too long for a title; Python refuses to write the longest
    return str(value) if isinstance(value, str | int | float) else None
