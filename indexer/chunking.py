"""Blocks to passages with anchors and an outline.

Every decision looks only at the text around it, so that an edit changes the passage it falls
in and no other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from indexer.cutting import (
    AFTER_LEAD_IN,
    AT_BLOCK,
    LONGEST,
    PROSE,
    Cut,
    cuts_inside,
    normalised,
    split,
)
from indexer.model import Block, OutlineEntry, Passage, PassageKind

__all__ = ["LONGEST", "SHORT", "chunk"]

# Code points; a paragraph below it joins a neighbour under the same heading.
SHORT = 150
_SEPARATOR = "\n\n"
_LEAD_IN_ENDS = (":", "：")


class _Part(NamedTuple):
    """A block that is not a heading, without the white space around it."""

    kind: PassageKind
    text: str


class _Passages:
    """The passages so far, with the headings that still wait for their first one."""

    def __init__(self) -> None:
        self.found: list[Passage] = []
        self.outline: list[OutlineEntry] = []
        self._waiting: list[tuple[str, int]] = []
        self._seen: dict[str, int] = {}

    def announce(self, title: str, level: int) -> None:
        self._waiting.append((title, level))

    def add(self, kind: PassageKind, text: str, headings: tuple[str, ...]) -> None:
        hashed = (normalised(text) or text).encode("utf-8", "surrogatepass")
        anchor = "p-" + blake2b(hashed, digest_size=4).hexdigest()
        times = self._seen[anchor] = self._seen.get(anchor, 0) + 1
        if times > 1:
            anchor = f"{anchor}-{times}"
        for title, level in self._waiting:
            self.outline.append(OutlineEntry(title=title, level=level, anchor=anchor))
        self._waiting.clear()
        ordinal = len(self.found) + 1
        self.found.append(
            Passage(anchor=anchor, ordinal=ordinal, headings=headings, kind=kind, text=text)
        )


def _trimmed(text: str, kind: str) -> str:
    """Without the white space around it; where lines count, the first keeps its indent."""
    text = text.rstrip()
    start = len(text) - len(text.lstrip())
    return text[start if kind in PROSE else text.rfind("\n", 0, start) + 1 :]


def _groups(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """What stands under one heading, by what belongs in one passage.

    A short paragraph or a lead-in joins what follows; a short list, quotation or the like
    joins what comes before; short ones at the end join what comes before when even together
    they are short.
    """
    short = [len(part.text) < SHORT for part in parts]
    tail = len(parts)
    while tail and short[tail - 1]:
        tail -= 1
    weak_tail = sum(len(part.text) for part in parts[tail:]) < SHORT
    group: list[_Part] = []
    for number, part in enumerate(parts):
        if group and not (
            (short[number - 1] and (group[-1].kind == "paragraph" or number == 1))
            or group[-1].text.endswith(_LEAD_IN_ENDS)
            or (short[number] and part.kind != "paragraph")
            or (number == tail and weak_tail)
        ):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _kind(group: Sequence[_Part], starts: Sequence[int], start: int, end: int) -> PassageKind:
    """The kind of the part that has most of ``start`` to ``end``; paragraph on a tie."""
    low, high = bisect_right(starts, start) - 1, bisect_left(starts, end)
    _, _, kind = max(
        (min(end, at + len(part.text)) - max(start, at), part.kind == "paragraph", part.kind)
        for part, at in zip(group[low:high], starts[low:high], strict=True)
    )
    return kind


def _fitted(group: Sequence[_Part]) -> Iterator[_Part]:
    """A group as one passage where it fits, else as many as it takes."""
    if len(group) == 1 and len(group[0].text) <= LONGEST:
        yield group[0]
        return
    text = _SEPARATOR.join(part.text for part in group)
    starts: list[int] = []
    at = 0
    for part in group:
        starts.append(at)
        at += len(part.text) + len(_SEPARATOR)

    def possible() -> Iterator[Cut]:
        before: _Part | None = None
        for start, part in zip(starts, group, strict=True):
            if before:
                yield start, AFTER_LEAD_IN if before.text.endswith(_LEAD_IN_ENDS) else AT_BLOCK
            if len(part.text) > LONGEST:
                yield from cuts_inside(text, start, start + len(part.text), part.kind)
            before = part

    for start, end in [(0, len(text))] if len(text) <= LONGEST else split(text, possible()):
        kind = _kind(group, starts, start, end)
        if trimmed := _trimmed(text[start:end], kind):
            yield _Part(kind, trimmed)


def chunk(blocks: Sequence[Block]) -> tuple[tuple[Passage, ...], tuple[OutlineEntry, ...]]:
    """Passages in reading order, and the outline.

    Each heading is in the path of at least one passage; one with nothing below it is a
    passage of its own, under its parents. The essay's title is left to its metadata, unless
    it is all there is. A heading longer than LONGEST is text, not a place in the outline.
    """
    passages = _Passages()
    path: list[tuple[int, str]] = []
    section: list[_Part] = []

    def add(group: Sequence[_Part]) -> None:
        headings = tuple(title for _, title in path)
        for kind, text in _fitted(group):
            passages.add(kind, text, headings)

    def close() -> None:
        for group in _groups(section):
            add(group)
        section.clear()

    kept = [block for block in blocks if block.text.strip()]
    kept = [block for block in kept if block.kind != "title"] or kept
    for number, block in enumerate(kept):
        if block.kind != "heading" and block.kind != "title":
            section.append(_Part(block.kind, _trimmed(block.text, block.kind)))
            continue
        close()
        title = " ".join(block.text.split())
        while path and path[-1][0] >= block.level:
            path.pop()
        following = kept[number + 1] if number + 1 < len(kept) else None
        if len(title) > LONGEST:
            add([_Part("heading", title)])
            continue
        passages.announce(title, block.level)
        if following and (following.kind != "heading" or following.level > block.level):
            path.append((block.level, title))
        else:
            add([_Part("heading", title)])
    close()
    return tuple(passages.found), tuple(passages.outline)
