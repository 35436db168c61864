"""Pieces of a page: a block, the element it stood in, and its text as a browser would show it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from indexer.model import Block

BREAK = "\0"  # stands for <br>; the parser leaves no NUL in text

_WORD_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
# White space in HTML; a no-break space is a character of the text.
_SPACE = re.compile(r"[ \t\r\n\f]+")
_WIDE = "\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"
_WIDE_WRAP = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n[ \t\r\n]*(?=[{_WIDE}])")


class Container(NamedTuple):
    """An element that holds blocks. ``parent`` is an index; the root is its own parent."""

    parent: int
    tag: str
    role: str
    words: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, the index of the container it stood in, and its characters inside links."""

    block: Block
    container: int
    links: int


def container_of(parent: int, tag: str, attributes: Mapping[str, str | None]) -> Container:
    """The container that an element makes; ``names`` are its classes and ids whole."""
    names = _joined(attributes, "class", "id", "epub:type")
    role = _joined(attributes, "role", "itemprop").lower()
    return Container(parent, tag, role, words_of(names), frozenset(names.lower().split()))


def words_of(names: str) -> frozenset[str]:
    """The words of class names: ``entryMeta post-date`` has four."""
    return frozenset(part.lower() for part in _WORD_SPLIT.split(names) if part)


def _joined(attributes: Mapping[str, str | None], *names: str) -> str:
    return " ".join(filter(None, (attributes.get(name) for name in names)))


def collapsed(text: str) -> str:
    """The text with its white space collapsed, as a browser does, and <br> as line ends."""
    if "\n" in text and not text.isascii():
        # A line wrap between two CJK characters is no space.
        text = _WIDE_WRAP.sub("", text)
    text = _SPACE.sub(" ", text)
    if BREAK not in text:
        return text.strip(" ")
    lines = ["" if line.isspace() else line.strip(" ") for line in text.split(BREAK)]
    return "\n".join(lines).strip("\n")
