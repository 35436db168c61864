"""Text that is too long for one passage: where to cut it so that cuts survive edits.

What is too long is cut as a treap is built (Seidel and Aragon, "Randomized Search Trees",
1996): at the possible cut whose following words hash lowest, then the same again in both
halves. A cut stays where it is however the text further off changes.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from indexer.sentences import sentences

# Code points; no passage is longer.
LONGEST = 2000
# Code points; the least that a cut leaves on both sides, where it can.
_LEAST = LONGEST // 4
# Normalised code points after a possible cut that its hash is made of: the fewer, the fewer
# edits touch one (with 6 first, then 16, half as many cuts moved as with 16 at once).
_FIRST, _LANDMARK = 6, 16
# Halvings by hash before the middle is taken: random hashes need about 4 ln n, some 60 for a
# million sentences; beyond that the text is made to be slow.
_DEEPEST = 100

# Ranks of possible cuts; a cut is chosen by rank, then by hash.
AT_BLOCK, AT_PART, AT_SENTENCE, AT_CLAUSE, AT_SPACE, ANYWHERE, AFTER_LEAD_IN = range(7)
# Offset and rank of a possible cut.
Cut = tuple[int, int]
# Kinds of block whose sentences count, not their lines.
PROSE = frozenset(("paragraph", "quotation", "heading"))

_NOT_WORD = re.compile(r"[\W_]+")
_LATIN = "cp1252"  # letters and quotes of most texts in Latin script
# Each alternative matches wherever it begins to, so that a run of a million commas is read once.
_CLAUSE = re.compile(r"[,;:–—，；：、،؛]++[\"'”’»)\]」』）]*+\s*+")
_NEEDS_NO_SPACE = frozenset("—，；：、")
_WORD_START = re.compile(r"(?<=\s)\S")
_LINE_START = re.compile(r"(?<=\n)[^\n]")
_ITEM = re.compile(r"[^\S\n]*(?:[-*+•‣◦–—·▪●○]|\(?\w{1,4}[.)、．])\s")


def normalised(text: str) -> str:
    """Letters and digits alone, folded: the same however the text is wrapped or quoted."""
    try:
        data = text.encode("ascii" if text.isascii() else _LATIN)
    except UnicodeEncodeError:
        return _folded(text)
    table, dropped, others = _latin_table()
    return _folded(text) if others.search(data) else data.translate(table, dropped).decode(_LATIN)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORD.sub("", folded)


@cache
def _latin_table() -> tuple[bytes, bytes, re.Pattern[bytes]]:
    """What becomes of each byte of a text in Latin script, which of them vanish, and which
    become something else than one byte."""
    table = bytearray(range(256))
    dropped, others = bytearray(), bytearray()
    for code in range(256):
        folded = _folded(bytes((code,)).decode(_LATIN, "ignore")).encode(_LATIN, "replace")
        if not folded:
            dropped.append(code)
        elif len(folded) == 1 and folded != b"?":
            table[code] = folded[0]
        else:
            others.append(code)
    return bytes(table), bytes(dropped), re.compile(b"[" + re.escape(bytes(others)) + b"]")


def _landmark(text: str, at: int) -> int:
    """56 bits from the first words after ``at``; the first letters alone decide, where they can."""
    ahead = text[at : at + 3 * _LANDMARK]
    words = (normalised(ahead) or ahead)[:_LANDMARK]
    first = zlib.crc32(words[:_FIRST].encode("utf-8", "surrogatepass"))
    return first << 24 | zlib.crc32(words.encode("utf-8", "surrogatepass")) >> 8


def _divides_letter(text: str, at: int) -> bool:
    """Whether a cut at ``at`` would part a letter from its mark, or an emoji that is joined."""
    return "\u200d" in text[at - 1 : at + 1] or unicodedata.category(text[at])[0] == "M"


def _anywhere(text: str, start: int, end: int) -> Iterator[Cut]:
    """Cuts in a run without white space."""
    signs = "".join(
        re.escape(sign)
        for sign in sorted(set(text[start:end]))
        if zlib.crc32(sign.encode("utf-8", "surrogatepass")) % 8 == 0
    )
    # Before signs that their hash chooses, at least 64 apart: in step again soon after an edit.
    spaced = re.compile(f"[{signs}].{{63}}", re.DOTALL) if signs else None
    chosen = [m.start() for m in spaced.finditer(text, start + 1, end)] if spaced else []
    for left, right in pairwise((start, *chosen, end)):
        if left > start and not _divides_letter(text, left):
            yield left, ANYWHERE
        # A letter may bear thousands of marks, so the limit wins in the end.
        for at in range(left + _LEAST, right - _LEAST, _LEAST) if right - left > _LEAST * 2 else ():
            whole = at
            while whole > at - _LEAST // 2 and _divides_letter(text, whole):
                whole -= 1
            yield (at if _divides_letter(text, whole) else whole), ANYWHERE


def _inside_sentence(text: str, start: int, end: int) -> Iterator[Cut]:
    """Cuts in a sentence longer than LONGEST: at clauses, else at spaces, else anywhere."""
    clauses = [
        found.end()
        for found in _CLAUSE.finditer(text, start, end)
        if found.end() < end
        and (found.group()[-1].isspace() or not _NEEDS_NO_SPACE.isdisjoint(found.group()))
    ]
    for left, right in pairwise((start, *clauses, end)):
        if left > start:
            yield left, AT_CLAUSE
        if right - left <= LONGEST:
            continue
        words = array("L", (m.start() for m in _WORD_START.finditer(text, left + 1, right)))
        words.append(right)
        before = left
        for at in words:
            if before > left:
                yield before, AT_SPACE
            if at - before > LONGEST:
                yield from _anywhere(text, before, at)
            before = at


def cuts_inside(text: str, start: int, end: int, kind: str) -> Iterator[Cut]:
    """Where a block longer than LONGEST may be cut, ascending."""
    if kind in PROSE:
        spans = [(start + a, start + b) for a, b in sentences(text[start:end])]
    else:
        starts = array("L", (m.start() for m in _LINE_START.finditer(text, start + 1, end)))
        spans = list(pairwise((start, *starts, end)))
    for left, right in spans:
        if left > start:
            # A stanza, an item, a paragraph of a quotation begins here.
            opens = text.endswith("\n\n", start, left) or (
                kind == "list" and _ITEM.match(text, left, right)
            )
            yield left, AT_PART if opens else AT_SENTENCE
        if right - left > LONGEST:
            yield from _inside_sentence(text, left, right)


def split(text: str, possible: Iterable[Cut]) -> list[tuple[int, int]]:
    """Spans that cover ``text``, none longer than LONGEST where the ``possible`` cuts allow."""
    offsets, keys = array("L", [0]), array("Q", [0])
    for at, rank in possible:
        offsets.append(at)
        keys.append(rank << 56 | _landmark(text, at))
    offsets.append(len(text))
    spans: list[tuple[int, int]] = []
    waiting = [(0, len(offsets) - 1, 0)]
    while waiting:
        first, last, depth = waiting.pop()
        start, end = offsets[first], offsets[last]
        if end - start <= LONGEST or last - first < 2:
            spans.append((start, end))
            continue
        low = bisect_left(offsets, start + _LEAST, first + 1, last)
        high = bisect_right(offsets, end - _LEAST, first + 1, last)
        cut = middle = _nearest(offsets, (start + end) // 2, first + 1, last - 1)
        if low < high and depth < _DEEPEST:
            # Among equals the nearest to the middle, looking both ways from it.
            lowest = min(keys[low:high])
            ahead, behind = keys[middle:high], keys[low:middle][::-1]
            steps = ahead.index(lowest) if lowest in ahead else len(keys)
            back = behind.index(lowest) + 1 if lowest in behind else len(keys)
            cut = middle + steps if steps <= back else middle - back
        waiting.append((cut, last, depth + 1))
        waiting.append((first, cut, depth + 1))
    return spans


def _nearest(offsets: array[int], target: int, low: int, high: int) -> int:
    """The number, ``low`` to ``high``, of the offset nearest to ``target``."""
    after = bisect_left(offsets, target, low, high)
    before = max(low, after - 1)
    return before if target - offsets[before] <= offsets[after] - target else after
