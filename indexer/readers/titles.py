"""An essay's title: from its metadata, a title line, a heading, or its first words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from indexer.model import Block

# The first words of an untitled essay, and the longest title, in columns.
_FIRST_WORDS = 70
_LONGEST = 300

_PLACEHOLDER = re.compile(
    r"(?:untitled(?: document)?|no title|new page(?: \d+)?|document\d*|index|home|page|article|"
    r"title|default|microsoft word|无标题文档?|無題|sans titre|ohne titel|sin título)"
    r"|(?=[0-9a-f-]*\d)[0-9a-f-]{16,}|[\w-]+\.(?:html?|md|txt|docx?|pdf)",
    re.IGNORECASE,
)


# Mark-up of a run of words, which front matter often carries along.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|cite|code|em|i|mark|q|s|small|span|strong|sub|sup|u)(?:\s[^<>]{0,200})?>", re.I
)


def resolve(stated: str | None, blocks: Sequence[Block]) -> tuple[str, tuple[Block, ...]]:
    """The title, and the blocks without the one that shows it.

    The order is the metadata's title, whichever of a title line and a first heading comes
    first, the first words. A heading that is the title leaves the blocks, so that it does
    not stand in every heading path; one that merely lends its text stays.
    """
    title = usable(stated)
    line = next((place for place, block in enumerate(blocks) if block.kind == "title"), None)
    if title is None and line is not None:
        title = usable(blocks[line].text)
    heading = _title_heading(blocks, title)
    if title is None:
        first = next((place for place, b in enumerate(blocks) if b.kind == "heading"), None)
        lender = first if heading is None else heading
        title = None if lender is None else usable(blocks[lender].text)
    kept: list[Block] = []
    for place, block in enumerate(blocks):
        if place in (line, heading) and title is not None and same(block.text, title):
            continue
        # The text's own title line under another stated title stays, as text.
        plain = block.kind == "title"
        kept.append(Block(kind="paragraph", text=block.text) if plain else block)
    if not kept and blocks:
        # An essay that is nothing but its title still has a passage to find.
        kept.append(Block(kind="paragraph", text=blocks[0].text))
    return title or first_words(kept), tuple(kept)


def usable(title: str | None) -> str | None:
    """The title on one line, or ``None`` for a placeholder, a file name or a bare hash."""
    if title is None:
        return None
    title = _cut(one_line(_INLINE.sub("", title)), _LONGEST)
    if _PLACEHOLDER.fullmatch(title) or not any(char.isalnum() for char in title):
        return None
    return title


def first_words(blocks: Sequence[Block]) -> str:
    """Up to 70 columns of the text's beginning, cut at a word."""
    text = next((block.text for block in blocks if any(c.isalnum() for c in block.text)), None)
    if text is None:
        text = next((block.text for block in blocks if block.text.strip()), "Untitled")
    return _cut(one_line(text[:1000]), _FIRST_WORDS)


def _cut(text: str, limit: int) -> str:
    """``text`` within so many columns, cut at a word."""
    if len(text) * 2 <= limit:
        return text
    columns = 0
    for place, char in enumerate(text):
        columns += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if columns > limit:
            cut = text.rfind(" ", 0, place + 1)
            return text[: cut if cut > place // 2 else place].rstrip(" ,;:—–-") + "…"
    return text


def one_line(text: str) -> str:
    """The text on one line, without controls that could garble a terminal or turn it round."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    # Persian words and emoji need their joiners.
    kept = "".join(char for char in text if char.isprintable() or char in "\u200c\u200d")
    return " ".join(kept.strip("\u200c\u200d").split())


def same(one: str, other: str) -> bool:
    """Whether two titles differ in no letter or digit (case, width, punctuation aside)."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in text if char.isalnum()) or text.strip()


def _title_heading(blocks: Sequence[Block], title: str | None) -> int | None:
    """Which heading is the title itself, if one is."""
    headings = [place for place, block in enumerate(blocks) if block.kind == "heading"]
    if not headings:
        return None
    first = headings[0]
    if title is not None:
        folded = _folded(title)
        top = min(blocks[place].level for place in headings)
        for place in headings[:3]:
            prominent = blocks[place].level in (top, blocks[first].level)
            if prominent and _folded(blocks[place].text) == folded:
                return place
        return None
    if usable(blocks[first].text) is None:
        return None
    level = blocks[first].level
    if all(blocks[place].level > level for place in headings[1:]):
        return first
    alone = first == 0 and len(headings) > 1 and headings[1] == 1
    return first if alone and level == 1 else None
