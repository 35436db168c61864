"""Runs of lines → segments: prose, lists, quotations, verse, tables, code. No headings yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from indexer.linebreaks import (
    Hyphens,
    Run,
    count_broken_words,
    count_unspaced,
    indent,
    is_full,
    is_ornament,
    join,
    runs,
    width,
    wrap_width,
)
from indexer.numbering import Marker, follows, is_label, list_marker
from indexer.tables import table_rows

SegmentKind = Literal["prose", "list", "quotation", "verse", "table", "code", "heading"]

_QUOTE_MARK = re.compile(r"(?:\s?\s?\s?>\s?)+")
_CODE_LINE = re.compile(
    r"[;{}]\s*(?://.*)?$"
    r"|^\s*(?://|/\*|\*/|#!|#include|\$ |>>> |def \w+\(|import \w|return\b|</?\w+>$)"
    r"|^\s*[\w.]+\(.*\)$|^\s*\w+ = \S"
)
_RULE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,}|\^{3,}|\*{3,}|_{3,}|={2,}|-{2,})\s*")
_SENTENCE_END = re.compile(r"[.!?:…。！？：][\"'”’»)\]」』]*$")
_TWO_SENTENCES = re.compile(r"[.!?][\"'”’)]*\s+[“\"'‘(]?[^\W\d_]|[。！？]\S")
_ADDRESS = re.compile(r"@|https?:|www\.|\[email", re.IGNORECASE)
# A heading's line is no longer than this (columns); nor is a line of verse or of a table.
MAX_SHORT = 100
_MAX_CODE_LINE = 300


@dataclass(slots=True)
class Segment:
    """A piece of the text of one kind.

    ``text`` is as the block will have it; ``lines`` are the lines it was made of.
    ``blanks`` counts the blank lines before; ``tight`` says that text follows without one.
    ``rule`` is the mark a ``heading`` is underlined with. ``marker`` is the list marker
    a single line begins with.
    """

    kind: SegmentKind
    text: str
    lines: list[str]
    blanks: int = 0
    tight: bool = False
    indent: int = 0
    rule: str = ""
    marker: Marker | None = None
    after_ornament: bool = False


class Segmenter:
    """Cuts one text; holds what is known of the whole of it."""

    def __init__(self, text: str) -> None:
        self.runs = runs(text)
        self.columns = wrap_width(self.runs)
        self.hyphens: Hyphens = count_broken_words(self.runs)
        indents: dict[int, int] = {}
        lengths: dict[bool, int] = {True: 0, False: 0}
        for run in self.runs:
            for line in run.lines[1:] or run.lines:
                indents[indent(line)] = indents.get(indent(line), 0) + len(line)
            lengths[indent(run.lines[0]) > 0] += 1
        # The indent most of the text has.
        self.margin = max(indents, key=lambda key: indents[key]) if indents else 0
        self.first_lines_indented = lengths[True] > lengths[False] / 2

    def segments(self) -> list[Segment]:
        """All segments in order."""
        found: list[Segment] = []
        ornament = False
        for run in self.runs:
            pieces, ornament = self._of_run(run, ornament)
            found.extend(pieces)
        return _with_lists_whole(found)

    def _of_run(self, run: Run, ornament: bool) -> tuple[list[Segment], bool]:
        out: list[Segment] = []
        pending: list[str] = []
        lines = run.lines
        tabular = table_rows(lines)
        blanks = run.blanks

        def add(pieces: list[Segment]) -> None:
            nonlocal blanks, ornament
            for piece in pieces:
                if out:
                    out[-1].tight = out[-1].tight or not blanks
                piece.blanks, piece.after_ornament = blanks, ornament
                blanks, ornament = 0, False
                out.append(piece)

        def flush() -> None:
            if pending:
                add(self._of_lines(pending[:]))
                pending.clear()

        index = 0
        while index < len(lines):
            line = lines[index]
            end = tabular.get(index)
            if end is not None:
                flush()
                rows = lines[index:end]
                add([Segment("table", "\n".join(_dedented(rows)), rows, indent=indent(line))])
                index = end
                continue
            following = lines[index + 1] if index + 1 < len(lines) else ""
            if (
                following
                and not pending
                and _RULE.fullmatch(following)
                and 2 <= width(line.strip()) <= MAX_SHORT
                and not is_ornament(line)
                and width(following.strip()) * 2 >= min(width(line.strip()), 60)
                and not list_marker(line)
            ):
                add(
                    [
                        Segment(
                            "heading", line.strip(), [line], indent=indent(line),
                            rule=following.strip()[0],
                        )
                    ]
                )  # fmt: skip
                index += 2
                continue
            if is_ornament(line) and not (0 < index < len(lines) - 1 and len(line.strip()) == 1):
                flush()
                if out:
                    blanks = max(blanks, 1)
                ornament = True
            elif _QUOTE_MARK.match(line):
                flush()
                end = index
                while end < len(lines) and _QUOTE_MARK.match(lines[end]):
                    end += 1
                add(self._quoted(lines[index:end]))
                index = end
                continue
            else:
                pending.append(line)
            index += 1
        flush()
        return out, ornament

    def _quoted(self, lines: list[str]) -> list[Segment]:
        out: list[Segment] = []
        inner: list[str] = []
        for raw in [*lines, ">"]:
            match = _QUOTE_MARK.match(raw)
            line = raw[match.end() :] if match else raw
            if line.strip() and not is_ornament(line):
                inner.append(line)
            elif inner:
                for piece in self._flow(inner):
                    piece.kind = "verse" if piece.kind == "verse" else "quotation"
                    out.append(piece)
                inner = []
        return out

    def _of_lines(self, lines: list[str]) -> list[Segment]:
        """Segments of lines without tables, rules and quote marks."""
        if len(lines) == 1 and not list_marker(lines[0]):  # by far the most
            return [self._prose(lines)]
        markers = [(at, marker) for at, line in enumerate(lines) if (marker := list_marker(line))]
        out: list[Segment] = []
        begin = 0
        for place, (at, marker) in enumerate(markers):
            if at < begin or not self._starts_list(lines, begin, markers, place):
                continue
            if at > begin:
                out.extend(self._running(lines[begin:at]))
            items: list[list[str]] = []
            end, following = at, place
            while end < len(lines):
                while following < len(markers) and markers[following][0] < end:
                    following += 1
                begins = following < len(markers) and markers[following][0] == end
                if end > at and not begins and self._ends_list(lines[end - 1], lines[end]):
                    break
                if begins:
                    items.append([])
                items[-1].append(lines[end])
                end += 1
            text = "\n".join(join(item, self.hyphens) for item in items)
            out.append(
                Segment("list", text, lines[at:end], indent=indent(lines[at]), marker=marker)
            )
            begin = end
        if begin < len(lines):
            out.extend(self._running(lines[begin:]))
        return out

    def _running(self, lines: list[str]) -> list[Segment]:
        if _is_code(lines):
            return [Segment("code", "\n".join(_dedented(lines)), lines, indent=indent(lines[0]))]
        return self._flow(lines)

    def _starts_list(
        self, lines: list[str], begin: int, markers: list[tuple[int, Marker]], place: int
    ) -> bool:
        """Whether a list begins at a marker, in lines that begin at ``begin``."""
        at, marker = markers[place]
        bullet = marker[0].startswith("bullet")
        chained = any(follows(other, marker) for _, other in markers[place + 1 : place + 3])
        if at == begin:
            return chained or (bullet and marker[0][-1] not in "–—")
        if not bullet and marker[1] != 1:
            return False
        lead = lines[at - 1].endswith((":", "："))
        return (lead and (chained or bullet)) or (chained and self._breaks(lines, at))

    def _breaks(self, lines: list[str], index: int) -> bool:
        """Whether the line end before ``index`` is the writer's."""
        return self.columns is None or not is_full(lines[index - 1], lines[index], self.columns)

    def _ends_list(self, before: str, line: str) -> bool:
        if indent(line) > self.margin:
            return False
        if self.columns is None:
            return not line.lstrip()[:1].islower()
        return bool(_SENTENCE_END.search(before[-40:])) and not is_full(before, line, self.columns)

    def _flow(self, lines: list[str]) -> list[Segment]:
        """Running lines as paragraphs, quotations and verse."""
        labels = 0
        while labels < len(lines) and is_label(lines[labels]):
            labels += 1
        short = len(lines) <= 4 and sum(width(line) for line in lines) <= 2 * MAX_SHORT
        if len(lines) == 1 or (labels == 1 and short):
            return [self._prose(lines)]
        # A chapter's number right above its text.
        out = [self._prose([line]) for line in lines[:labels]]
        lines = lines[labels:]
        if not lines:
            return out
        for part in self._at_indents(lines):
            if len(part) == 1:
                out.append(self._prose(part))
            elif self.columns is not None:
                out.extend(self._wrapped(part, self.columns))
            else:
                out.extend(self._unwrapped(part))
        return out

    def _at_indents(self, lines: list[str]) -> list[list[str]]:
        """Cut where an indented first line begins a paragraph."""
        depths = [indent(line) for line in lines]
        base = min(depths)
        deeper = sum(depth > base for depth in depths)
        # Hanging and alternating indents are not first lines.
        if not deeper or deeper * 2 > len(lines) or base != min(depths[1:]):
            return [lines]
        # Verse is set in line by line.
        columns = self.columns or MAX_SHORT
        full = sum(is_full(line, following, columns) for line, following in pairwise(lines))
        if full * 2 < len(lines) - 1 and max(width(line) for line in lines) <= columns:
            return [lines]
        parts: list[list[str]] = []
        for line, depth in zip(lines, depths, strict=True):
            if not parts or (depth > base and depth <= base + 12):
                parts.append([])
            parts[-1].append(line)
        return parts

    def _wrapped(self, lines: list[str], columns: int) -> list[Segment]:
        pairs = list(pairwise(lines))
        measure = columns
        depth = min(indent(line) for line in lines)
        if depth > self.margin:
            # A quotation is often set in from both sides.
            measure = max(min(columns, max(width(line) for line in lines)), columns * 2 // 3)
        full = sum(is_full(line, following, measure) for line, following in pairs)
        capitals = sum(line.lstrip("\"'“‘«( _*")[:1].isupper() for line in lines)
        if full * 2 < len(pairs) or (len(lines) > 3 and capitals == len(lines)):
            return self._short_lines(lines)
        parts: list[list[str]] = [[]]
        for index, line in enumerate(lines):
            parts[-1].append(line)
            if (
                index + 1 < len(lines)
                and _SENTENCE_END.search(line[-40:])
                and not lines[index + 1].lstrip()[:1].islower()
                and width(line) + 1 + width(lines[index + 1].split(None, 1)[0]) < columns * 3 // 4
            ):
                parts.append([])
        return [self._prose(part) for part in parts if part]

    def _unwrapped(self, lines: list[str]) -> list[Segment]:
        if max(width(line) for line in lines) <= MAX_SHORT:
            middles = sum(line.lstrip()[:1].islower() for line in lines[1:])
            if min(width(line) for line in lines[:-1]) >= 50 and middles * 2 > len(lines) - 1:
                return [self._prose(lines)]
            return self._short_lines(lines)
        out: list[Segment] = []
        for line in lines:
            out.append(self._prose([line]))
        return out

    def _short_lines(self, lines: list[str]) -> list[Segment]:
        """Lines that are neither full nor long: verse, or paragraphs of a line each."""
        sizes = sorted(width(line.strip()) for line in lines)
        if any(width(line) > 60 and _TWO_SENTENCES.search(line) for line in lines):
            return [self._prose([line]) for line in lines]
        uneven = len(lines) < 4 and sizes[0] * 8 < sizes[-1]
        if is_cjk(lines[0]):
            uneven = sizes[0] * 2 < sizes[-1]
        if uneven or any(_ADDRESS.search(line) for line in lines) or sizes[-1] > MAX_SHORT:
            return [self._prose([line]) for line in lines]
        return [Segment("verse", "\n".join(_dedented(lines)), lines, indent=indent(lines[0]))]

    def _prose(self, lines: list[str]) -> Segment:
        text = join(lines, self.hyphens)
        depth = min(indent(line) for line in lines)
        kind: SegmentKind = "prose"
        if (
            depth >= self.margin + 2
            and not self.first_lines_indented
            and (len(lines) > 1 or width(text) > MAX_SHORT)
        ):
            kind = "quotation"
        return Segment(kind, text, lines, indent=depth, marker=list_marker(lines[0]))


def _is_code(lines: list[str]) -> bool:
    if len(lines) < 2 or any(len(line) > _MAX_CODE_LINE for line in lines):
        return False
    return sum(bool(_CODE_LINE.search(line)) for line in lines) * 2 > len(lines)


def _with_lists_whole(segments: list[Segment]) -> list[Segment]:
    """Join list items that only blank lines part."""
    out: list[Segment] = []
    last_marker: Marker | None = None
    for segment in segments:
        marker = segment.marker
        previous = out[-1] if out else None
        if (
            previous
            and marker
            and last_marker
            and segment.kind in ("list", "prose")
            and previous.kind in ("list", "prose")
            and follows(marker, last_marker)
            and not segment.after_ornament
        ):
            previous.kind = "list"
            previous.text += "\n" + segment.text
            previous.lines = previous.lines + segment.lines
            previous.tight = segment.tight
        else:
            out.append(segment)
        last_marker = _last_marker(segment)
    return out


def _last_marker(segment: Segment) -> Marker | None:
    if segment.kind == "list":
        for line in reversed(segment.text.split("\n")):
            marker = list_marker(line)
            if marker:
                return marker
    return segment.marker


def _dedented(lines: list[str]) -> list[str]:
    """Lines without the white space all of them begin with."""
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    return [line[margin:].rstrip() for line in lines]


def is_cjk(text: str) -> bool:
    """Whether a text is mostly in a script without spaces."""
    return count_unspaced(text) * 2 > len(text.replace(" ", ""))
