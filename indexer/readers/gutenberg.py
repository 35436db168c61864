"""Project Gutenberg files: what the header says, and the book without the licence round it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.model import Block
from indexer.readers.metadata import Metadata, authors_of, primary_language

# How far into a file the book may begin, in characters.
_HEADER_WITHIN = 30_000
_NOTE = "Project Gutenberg's header and licence left out"

_START = re.compile(
    r"\*{3} {0,2}START OF (?:THE|THIS) PROJECT GUTENBERG E(?:BOOK|TEXT)[^*]{0,400}\*{3}", re.I
)
_END = re.compile(r"\*{3} {0,2}END OF (?:THE|THIS) PROJECT GUTENBERG E(?:BOOK|TEXT)", re.I)
# ``Author: A`` with further names indented below it.
_FIELD = re.compile(r"^(Title|Author|Language): +(.*(?:\n[ \t]+\S.*)*)", re.M | re.I)


def text_of(text: str) -> tuple[Metadata, str] | None:
    """Metadata and the book's own text, or ``None`` where this is no Gutenberg file."""
    start = _START.search(text, 0, _HEADER_WITHIN)
    if start is None:
        return None
    end = _END.search(text, start.end())
    book = text[start.end() : end.start() if end else len(text)]
    return _metadata(text[: start.start()]), book


def blocks_of(blocks: Sequence[Block]) -> tuple[Metadata, list[Block]] | None:
    """The same for a text that is in blocks already."""
    place = seen = 0
    start = None
    while place < len(blocks) and seen <= _HEADER_WITHIN:
        start = _START.search(blocks[place].text)
        if start is not None:
            break
        seen += len(blocks[place].text)
        place += 1
    if start is None:
        return None
    block = blocks[place]
    header = "\n".join(b.text for b in blocks[:place]) + "\n" + block.text[: start.start()]
    book: list[Block] = []
    if block.text[start.end() :].strip():
        book.append(Block(kind="paragraph", text=" ".join(block.text[start.end() :].split())))
    for block in blocks[place + 1 :]:
        end = _END.search(block.text)
        if end is not None:
            if block.text[: end.start()].strip():
                book.append(
                    Block(
                        kind=block.kind, text=block.text[: end.start()].strip(), level=block.level
                    )
                )
            break
        book.append(block)
    return _metadata(header), book


def _metadata(header: str) -> Metadata:
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(header):
        fields.setdefault(name.lower(), value)
    # The release date is the file's, not the essay's.
    return Metadata(
        title=" ".join(fields["title"].split("\n")[0].split()) if "title" in fields else None,
        authors=authors_of(fields.get("author", "").split("\n")),
        language=primary_language(fields.get("language")),
        notes=(_NOTE,),
    )
