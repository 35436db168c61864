"""Structure of plain text without mark-up: title, headings, paragraphs and what stays whole."""

from __future__ import annotations

import re

from indexer.heading_lexicon import (
    BYLINE,
    CAPTION,
    OPENING,
    SALUTATION,
    SENTENCES,
    SIGN_OFF,
    has_address,
    has_date,
    is_footer,
    is_stock,
)
from indexer.headings import headings
from indexer.model import Block, BlockKind
from indexer.numbering import is_label, numbering
from indexer.outline import MAX_LEVEL, levels
from indexer.segments import Segment, Segmenter

# Libraries put their licence around a text; its short lines are no headings of the essay.
_LICENCE_BEGIN = re.compile(
    r"\*{0,3}\s*END OF (?:THE|THIS) PROJECT GUTENBERG|End of (?:the )?Project Gutenberg|"
    r"\*\*\*\s*START: FULL LICENSE",
)
_LICENCE_END = re.compile(
    r"\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG|\*END\*? ?THE SMALL PRINT", re.IGNORECASE
)
_LONGEST_TITLE = 160
_KINDS: dict[str, BlockKind] = {
    "prose": "paragraph", "list": "list", "quotation": "quotation", "verse": "verse",
    "table": "table", "code": "code", "heading": "heading",
}  # fmt: skip


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text in order; white space, ornaments and underlines are not kept."""
    segments = _top_lines_apart(Segmenter(text).segments())
    begin, end = _own_text(segments)
    found = headings(segments[begin:end])
    marked = {begin + index: heading for index, heading in found.items()}
    marked, joined = _with_titles_below(segments, marked)
    title = begin == 0 and len(segments) > 1 and 0 not in joined and _is_title(segments, marked)
    if title:
        marked.pop(0, None)
    order = sorted(marked)
    depths = dict(
        zip(
            order,
            levels(
                [_styled(segments[index], marked[index]) for index in order],
                [segments[index].rule for index in order],
                [is_stock(marked[index]) for index in order],
            ),
            strict=True,
        )
    )
    out: list[Block] = []
    for index, segment in enumerate(segments):
        if index == 0 and title:
            out.append(Block(kind="title", text=" ".join(segment.text.split())))
        elif index in marked:
            level = min(MAX_LEVEL, depths[index] + title)
            out.append(Block(kind="heading", text=marked[index], level=level))
        elif index not in joined:
            kind = _KINDS[segment.kind]
            out.append(Block(kind="paragraph" if kind == "heading" else kind, text=segment.text))
    return tuple(out)


def _styled(segment: Segment, heading: str) -> str:
    """What tells a heading's level: its number's own line where it has one."""
    first = segment.lines[0].strip()
    return first if is_label(first) else heading


def _own_text(segments: list[Segment]) -> tuple[int, int]:
    """The part between a library's licence before and after; usually all."""
    begin, end = 0, len(segments)
    for index, segment in enumerate(segments):
        if (
            "PROJECT GUTENBERG" not in segment.text[:200].upper()
            and "SMALL PRINT" not in segment.text
        ):
            continue
        if _LICENCE_END.search(segment.text[:400]):
            begin = index + 1
        elif _LICENCE_BEGIN.match(segment.text) and index > begin:
            end = index
            break
    return begin, end


def _with_titles_below(
    segments: list[Segment], marked: dict[int, str]
) -> tuple[dict[int, str], set[int]]:
    """Put a bare ``CHAPTER I`` and the title line below it together."""
    joined: set[int] = set()
    out = dict(marked)
    for index in sorted(marked):
        below = index + 1
        if (
            index not in joined
            and below in marked
            and is_label(marked[index])
            and not is_label(marked[below])
            and not is_stock(marked[below])
            and below + 1 not in marked
            and not segments[index].rule
        ):
            out[index] = marked[index] + " " + marked[below]
            del out[below]
            joined.add(below)
    return out, joined


def _is_title(segments: list[Segment], marked: dict[int, str]) -> bool:
    first = segments[0]
    if first.kind not in ("prose", "verse", "heading") or is_label(first.lines[0]):
        return False
    text = " ".join(first.text.split())
    if 0 in marked:
        return _may_be_title(text, strict=False)
    return first.tight and len(segments[1].text) < 100 and _may_be_title(text, strict=True)


def _top_lines_apart(segments: list[Segment]) -> list[Segment]:
    """Lines that stand together at the very top: a title apart from byline and date."""
    if len(segments) < 2 or segments[0].kind != "verse" or not 2 <= len(segments[0].lines) <= 4:
        return segments
    first = segments[0]
    lines = [line.strip() for line in first.lines]
    if _may_be_title(lines[0], strict=True) and not all(
        _may_be_title(line, strict=False) for line in lines[1:]
    ):
        apart = [
            Segment("prose", line, [line], tight=True, blanks=0 if place else first.blanks)
            for place, line in enumerate(lines)
        ]
        apart[-1].tight = False
        return [*apart, *segments[1:]]
    return segments


def _may_be_title(text: str, *, strict: bool) -> bool:
    """Whether a first line names the essay; ``strict`` when it stands close to the next."""
    if numbering(text)[0] not in ("", "bare") or is_stock(text):
        return False
    if any(pattern.match(text) for pattern in (SALUTATION, SIGN_OFF, BYLINE, CAPTION)):
        return False
    if has_address(text) or is_footer(text):
        return False
    if not strict:
        return len(text) <= _LONGEST_TITLE
    short = len(text) <= 3 or (" " not in text and text.isascii())
    return not (
        short
        or len(text) > _LONGEST_TITLE
        or text[-1] in ".,;:，。；："
        or text[0].islower()
        or text[0] in OPENING
        or SENTENCES.search(text)
        or has_date(text)
    )
