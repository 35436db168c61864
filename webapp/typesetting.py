"""How an essay is set on a page: passages to blocks, a flat outline to headings and a tree.

Nothing of the text is lost or changed: the pieces of a passage's blocks, with what stands after
each, are its text to the letter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from indexer.model import OutlineEntry, Piece, Reading, ReadPassage
from indexer.numbering import list_marker

Form = Literal["paragraph", "list", "quotation", "verse", "table", "code", "heading"]
Direction = Literal["ltr", "rtl"]
Pieces = tuple[Piece, ...]

# One line end or more with nothing but blanks between them and before them.
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_LEAD_IN_ENDS = (":", "：")
# Deeper indents look the same.
_DEEPEST = 6
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LETTER = re.compile(r"[^\W\d_]")
# Languages whose essays run so although they may quote others at length.
_WRITTEN_LEFTWARD = frozenset("ar arc ckb dv fa he iw ps sd syr ug ur yi".split())
# Characters from the beginning of an essay that tell its direction where its language does not.
_SAMPLE = 4_000


class Line(Struct, frozen=True):
    """An item of a list (``depth`` from 0) or a paragraph of a quotation; ``after`` is the
    white space to the next."""

    pieces: Pieces
    after: str = ""
    depth: int = 0


class Block(Struct, frozen=True):
    """A part of a passage in one form; lists and quotations have ``lines``, others one."""

    form: Form
    lines: tuple[Line, ...]
    after: str = ""


class Heading(Struct, frozen=True):
    """A heading; ``level`` is 2 below the title and one more for each heading above."""

    level: int
    pieces: Pieces


class SetPassage(Struct, frozen=True, kw_only=True):
    """A passage with the headings that begin with it.

    ``level`` is that of a passage which is a heading itself, otherwise 0. ``hit`` is its number
    among the hits, from 1, or 0; ``previous`` and ``following`` are the anchors of those beside
    it. ``direction`` is empty where it is the essay's.
    """

    anchor: str
    ordinal: int
    headings: tuple[Heading, ...]
    level: int
    blocks: tuple[Block, ...]
    direction: str
    hit: int
    previous: str
    following: str


class Section(Struct, frozen=True):
    """A heading of the outline, with those below it."""

    title: str
    anchor: str
    sections: list[Section]


def outline(entries: Sequence[OutlineEntry]) -> list[Section]:
    """The outline as a tree; a level that is skipped adds no depth."""
    top: list[Section] = []
    path: list[tuple[int, list[Section]]] = [(-1, top)]
    for entry in entries:
        while path[-1][0] >= entry.level:
            path.pop()
        section = Section(entry.title, entry.anchor, [])
        path[-1][1].append(section)
        path.append((entry.level, section.sections))
    return top


def direction(language: str, text: str) -> Direction:
    """``rtl`` or ``ltr``: which way an essay runs that is in a language and begins so."""
    if not _RIGHT_TO_LEFT.search(text):
        return "ltr"
    if language in _WRITTEN_LEFTWARD:
        return "rtl"
    letters = _LETTER.findall(text[:_SAMPLE])
    leftward = sum(1 for letter in letters if _RIGHT_TO_LEFT.match(letter))
    return "rtl" if 2 * leftward > len(letters) else "ltr"


def passages(reading: Reading, essay_direction: Direction) -> Iterator[SetPassage]:
    """The passages of an essay in reading order, one at a time."""
    beginning: dict[str, list[OutlineEntry]] = defaultdict(list)
    for entry in reading.outline:
        beginning[entry.anchor].append(entry)
    lit = _lit_headings(reading, beginning)
    numbers = {anchor: number for number, anchor in enumerate(reading.hits)}
    for passage in reading.passages:
        number = numbers.get(passage.anchor, -1)
        begun = beginning.get(passage.anchor, ())
        begin = _first_new(passage, begun)
        yield SetPassage(
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=tuple(
                Heading(depth + 2, lit.get((passage.anchor, depth), (Piece(title),)))
                for depth, title in enumerate(passage.headings[begin:], begin)
            ),
            level=len(passage.headings) + 2 if _is_own_heading(passage, begun) else 0,
            blocks=blocks(passage),
            direction=_own_direction(passage.text, essay_direction),
            hit=number + 1,
            previous=reading.hits[number - 1] if number > 0 else "",
            following=reading.hits[number + 1] if 0 <= number < len(reading.hits) - 1 else "",
        )


def _first_new(passage: ReadPassage, beginning: Sequence[OutlineEntry]) -> int:
    """The depth from which the headings above a passage begin with it."""
    own = _is_own_heading(passage, beginning)
    return max(0, len(passage.headings) - len(beginning) + own)


def _is_own_heading(passage: ReadPassage, beginning: Sequence[OutlineEntry]) -> bool:
    """Whether a passage is itself a heading of the outline; one too long for that is text."""
    return passage.kind == "heading" and bool(beginning) and beginning[-1].title == passage.text


def _lit_headings(
    reading: Reading, beginning: Mapping[str, Sequence[OutlineEntry]]
) -> dict[tuple[str, int], Pieces]:
    """What is lit in headings, by the passage they begin with and their depth: a heading shines
    when any passage below it answers the query because of it."""
    lit: dict[tuple[str, int], Pieces] = {}
    if not reading.hits:
        return lit
    where: list[str] = []
    for passage in reading.passages:
        begin = _first_new(passage, beginning.get(passage.anchor, ()))
        where[begin:] = [passage.anchor] * (len(passage.headings) - begin)
        if passage.is_hit:
            for depth, pieces in enumerate(passage.heading_pieces):
                if any(piece.match for piece in pieces):
                    lit.setdefault((where[depth], depth), pieces)
    return lit


def _own_direction(text: str, around: Direction) -> str:
    if text.isascii():
        return "" if around == "ltr" or not _LETTER.search(text) else "ltr"
    leftward = bool(_RIGHT_TO_LEFT.search(text))
    if leftward == (around == "rtl"):
        return ""
    return "auto"


def blocks(passage: ReadPassage) -> tuple[Block, ...]:
    """A passage as blocks: what is told by its kind, its blank lines and its line ends."""
    kind, text = passage.kind, passage.text
    if kind == "heading" or (kind == "paragraph" and "\n" not in text):
        return (Block(kind, (Line(passage.pieces),)),)
    supply = _Supply(passage.pieces)
    spans = list(_spans(text))
    found: list[Block] = []
    if kind in ("quotation", "verse", "table", "code") and len(spans) > 1:
        start, end, after = spans[0]
        if text[start:end].endswith(_LEAD_IN_ENDS):
            found.append(Block("paragraph", (Line(supply.take(end)),), supply.skip(after)))
            del spans[0]
    if kind in ("table", "code"):
        found.append(Block(kind, (Line(supply.take(len(text) - spans[0][0])),)))
        return tuple(found)
    quoted: list[Line] = []
    form: Form = kind
    for start, end, after in spans:
        lines = text[start:end].split("\n")
        if kind != "verse" and _is_list(lines, by_kind=kind == "list"):
            if quoted:
                found.append(Block("quotation", tuple(quoted)))
                quoted.clear()
            found.append(Block("list", tuple(_items(lines, supply)), supply.skip(after)))
            # A short list that joined a quotation stood after it.
            form = "paragraph"
        elif form == "quotation":
            quoted.append(supply.line(end - start, after))
        else:
            form = "verse" if kind == "verse" else "paragraph"
            found.append(Block(form, (Line(supply.take(end - start)),), supply.skip(after)))
    if quoted:
        found.append(Block("quotation", tuple(quoted)))
    return tuple(found)


def _spans(text: str) -> Iterator[tuple[int, int, int]]:
    """Beginning and end of what stands between blank lines, and the width of those after it."""
    start = 0
    for blank in _BLANK_LINES.finditer(text):
        yield start, blank.start(), blank.end() - blank.start()
        start = blank.end()
    yield start, len(text), 0


def _is_list(lines: Sequence[str], *, by_kind: bool) -> bool:
    marked = sum(1 for line in lines if list_marker(line))
    if by_kind:
        return marked > 0 or len(lines) > 1
    return marked > 1 and bool(list_marker(lines[0])) and 2 * marked > len(lines)


def _items(lines: Sequence[str], supply: _Supply) -> Iterator[Line]:
    """Lines to items: each begins one, but where others have marks, those without go on."""
    marked = [bool(list_marker(line)) for line in lines]
    begins = [number for number, mark in enumerate(marked) if mark or not any(marked)]
    if begins[0] != 0:
        begins.insert(0, 0)
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        width = sum(map(len, lines[begin:end])) + end - begin - 1
        first = lines[begin].expandtabs()
        depth = min((len(first) - len(first.lstrip())) // 2, _DEEPEST)
        yield supply.line(width, end < len(lines), depth)


class _Supply:
    """The pieces of a passage, handed out from its beginning."""

    def __init__(self, pieces: Pieces) -> None:
        self._left = list(reversed(pieces))

    def take(self, width: int) -> Pieces:
        """The pieces of the next so many code points."""
        taken: list[Piece] = []
        while width > 0:
            piece = self._left.pop()
            if len(piece.text) > width:
                self._left.append(Piece(piece.text[width:], piece.match))
                piece = Piece(piece.text[:width], piece.match)
            taken.append(piece)
            width -= len(piece.text)
        return tuple(taken)

    def skip(self, width: int) -> str:
        """The next so many code points, which are white space."""
        return "".join(piece.text for piece in self.take(width))

    def line(self, width: int, after: int, depth: int = 0) -> Line:
        """A line of so many code points, and so many of white space after it."""
        return Line(self.take(width), self.skip(after), depth)
