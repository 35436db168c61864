"""Small JSON documents that this program wrote, read without the modules that read all JSON."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SPACE = " \t\n\r"
_NAMES = {"true": True, "false": False, "null": None}


def loads(text: str) -> Any:
    """The value of a document, as ``json.loads`` gives it (``ValueError``)."""
    try:
        value, end = _value(text, _after_space(text, 0))
        if _after_space(text, end) == len(text):
            return value
    except (IndexError, _NotPlainError):
        pass
    # Escapes, fractions and mistakes: rare enough to take the longer way.
    import json

    return json.loads(text)


class _NotPlainError(Exception):
    """There is something in it that is not read here."""


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in _SPACE and at < len(text):
        at += 1
    return at


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins here, and where it ends."""
    first = text[at]
    if first == '"':
        return _string(text, at)
    if first == "{":
        return _object(text, at)
    if first == "[":
        return _list(text, at)
    end = at
    while text[end : end + 1].isalnum() or text[end : end + 1] == "-":
        end += 1
    word = text[at:end]
    if word in _NAMES:
        return _NAMES[word], end
    digits = word.removeprefix("-")
    leads = digits[:1] == "0" and digits != "0"
    if not (digits.isascii() and digits.isdigit()) or leads or text[end : end + 1] == ".":
        raise _NotPlainError
    return int(word), end


def _string(text: str, at: int) -> tuple[str, int]:
    end = text.find('"', at + 1)
    found = text[at + 1 : end]
    if text[at] != '"' or end < 0 or "\\" in found or not (found.isprintable() or not found):
        raise _NotPlainError
    return found, end + 1


def _list(text: str, at: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _after_space(text, at + 1)
    if text[at] == "]":
        return found, at + 1
    while True:
        value, at = _value(text, at)
        found.append(value)
        at = _after_space(text, at)
        if text[at] == "]":
            return found, at + 1
        at = _after_space(text, _comma(text, at))


def _object(text: str, at: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _after_space(text, at + 1)
    if text[at] == "}":
        return found, at + 1
    while True:
        name, at = _string(text, at)
        at = _after_space(text, at)
        if text[at] != ":":
            raise _NotPlainError
        found[name], at = _value(text, _after_space(text, at + 1))
        at = _after_space(text, at)
        if text[at] == "}":
            return found, at + 1
        at = _after_space(text, _comma(text, at))


def _comma(text: str, at: int) -> int:
    if text[at] != ",":
        raise _NotPlainError
    return at + 1
