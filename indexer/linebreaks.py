"""Line ends of plain text: which are the writer's, which only wrap a paragraph.

Columns are terminal cells: a wide East Asian character counts two.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

# Scripts written without spaces between words, and the punctuation set solid with them.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u303f\u3040-\u30ff\u3100-\u312f"
    r"\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65"
    r"\U00020000-\U0003fffd"
)
UNSPACED = re.compile(f"[{_UNSPACED}]")
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
    r"\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_HYPHENS = "-\u2010\u00ad"
_BROKEN_WORD = re.compile(rf"([^\W\d_]+(?:[-\u2010'’][^\W\d_]+)*)[{_HYPHENS}]$")
_WORD_START = re.compile(r"[^\W\d_]+")
_JOINERS = frozenset(("and", "or", "to", "nor", "und", "oder", "bis", "et", "ou", "y", "o", "e"))
# First parts that English keeps apart with a hyphen far more often than not.
_COMPOUNDING = frozenset(
    word
    for words in (
        "all anti arch co cross ever ex far full great half high ill left long low many middle",
        "mid multi neo non north one open post pre pro pseudo quasi right second self semi short",
        "so south step three to two four five six seven eight nine ten twenty thirty forty fifty",
        "sixty seventy eighty ninety ultra vice well wide world",
    )
    for word in words.split()
)
_ORNAMENT_CATEGORIES = frozenset(("Pc", "Pd", "Po", "Sm", "Sk", "So", "Cf"))
# Beyond this a line is a paragraph of its own, in no text a wrapped line (columns).
MAX_WRAP = 130
_MIN_WRAP = 30


@dataclass(slots=True)
class Run:
    """Lines with no blank line between them, and the blank lines before (``blanks``)."""

    lines: list[str]
    blanks: int


@dataclass(slots=True)
class Hyphens:
    """How the text itself writes the words that line ends break: joined or hyphenated."""

    joined: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)


def width(line: str) -> int:
    """Columns of a line."""
    return len(line) if line.isascii() else len(line) + _eastern(line)[0]


def count_unspaced(text: str) -> int:
    """How many characters are of scripts written without spaces."""
    return 0 if text.isascii() else _eastern(text)[1]


@lru_cache(maxsize=1000)
def _eastern(text: str) -> tuple[int, int]:
    """How many characters are wide, and how many of scripts written without spaces."""
    try:
        # Most texts that are not ASCII have nothing but letters and quotes of Latin script.
        text.encode("cp1252")
    except UnicodeEncodeError:
        return len(_WIDE.findall(text)), len(UNSPACED.findall(text))
    return 0, 0


def indent(line: str) -> int:
    """Columns of white space a line begins with; a tab goes to the next multiple of 4."""
    columns = 0
    if not line[:1].isspace():
        return columns
    for char in line:
        if char == "\t":
            columns += 4 - columns % 4
        elif char == "\u3000":
            columns += 2
        elif char.isspace():
            columns += 1
        else:
            break
    return columns


def runs(text: str) -> list[Run]:
    """The text as runs of lines; page and paragraph separators count as blank lines."""
    if "\f" in text or "\u2029" in text:
        text = text.replace("\f", "\n\n").replace("\u2029", "\n\n")
    found: list[Run] = []
    lines: list[str] = []
    blanks = pending = 0
    for raw in text.splitlines():
        line = raw.rstrip()
        if line:
            if not lines:
                blanks, pending = pending, 0
            lines.append(line)
            continue
        if lines:
            found.append(Run(lines, blanks))
            lines = []
        pending += 1
    if lines:
        found.append(Run(lines, blanks))
    return found


def _first_word(line: str) -> int:
    """Columns of the first piece of a line that a wrap would move as a whole."""
    start = line.lstrip()
    if UNSPACED.match(start):
        return 1
    return width(start.split(None, 1)[0]) if start else 0


def is_full(line: str, following: str, columns: int) -> bool:
    """Whether the next line's first word would hardly have fitted on this line.

    Justified and machine-extracted text is ragged by up to a seventh of the width.
    """
    return width(line) + 1 + _first_word(following) > columns * 6 // 7


def wrap_width(text_runs: list[Run]) -> int | None:
    """The column at which the text is hard-wrapped; None where lines are paragraphs."""
    inner: list[int] = []
    last: list[int] = []
    for run in text_runs:
        sizes = list(map(width, run.lines))
        last.append(sizes.pop())
        inner += sizes
    widths = Counter(inner)
    everything = widths + Counter(last)
    total = sum(size * count for size, count in widths.items())
    if not total:
        return None
    columns = seen = 0
    for columns in sorted(widths):
        seen += columns * widths[columns]
        if seen >= 0.97 * total:
            break
    if not _MIN_WRAP <= columns <= MAX_WRAP:
        return None
    beyond = sum(s * c for s, c in everything.items() if s > columns * 1.2)
    if beyond > 0.15 * sum(s * c for s, c in everything.items()):
        return None
    full = middles = cased = 0
    for run in text_runs:
        for line, following in pairwise(run.lines):
            if is_full(line, following, columns):
                full += width(line)
                first = following.lstrip()[:1]
                cased += first.isupper() or first.islower()
                middles += first.islower()
    # Verse fills its measure too, but begins every line with a capital.
    if full < 0.5 * total or middles < 0.3 * cased:
        return None
    return columns


def count_broken_words(text_runs: list[Run]) -> Hyphens:
    """For every word broken at a line end, how often the text has it joined or hyphenated."""
    hyphens = Hyphens()
    wanted: dict[str, str] = {}
    for run in text_runs:
        for line, following in pairwise(run.lines):
            if line[-1] in _HYPHENS:
                left = _BROKEN_WORD.search(line[-80:])
                right = _WORD_START.match(following.lstrip())
                if left and right:
                    first = left[1].lower()
                    second = right[0].lower()
                    wanted[first + second] = first + second
                    wanted[first + "-" + second] = first + second
    if wanted:
        for run in text_runs:
            for line in run.lines:
                for word in _WORD.findall(line.lower()):
                    word = word.replace("\u2010", "-").replace("\u2011", "-")
                    if word in wanted:
                        (hyphens.kept if "-" in word else hyphens.joined)[wanted[word]] += 1
    return hyphens


def _without_hyphen(line: str, following: str, hyphens: Hyphens) -> bool | None:
    """Whether the hyphen at the line's end only breaks a word; None if it breaks none."""
    left, right = _BROKEN_WORD.search(line[-80:]), _WORD_START.match(following)
    if not left or not right:
        return None
    if line[-1] == "\u00ad":
        return True
    first, second = left[1].lower(), right[0].lower()
    if not right[0].islower() and not left[1].isupper():
        return False
    joined, kept = hyphens.joined[first + second], hyphens.kept[first + second]
    if joined != kept:
        return joined > kept
    if _left_open(following):
        return False
    if "-" in left[1] or "\u2010" in left[1]:
        return False
    return first not in _COMPOUNDING and len(first) > 1


def _left_open(following: str) -> bool:
    """Whether a line takes up a hyphen left open before it: `first- and second-class`."""
    word = _WORD_START.match(following)
    return word is not None and word[0].lower() in _JOINERS


def join(lines: list[str], hyphens: Hyphens) -> str:
    """Wrapped lines as one: a space between, none in scripts without, broken words whole."""
    pieces: list[str] = []
    last = ""
    for raw in lines:
        line = raw.strip()
        if not line:
            continue
        if last:
            if last[-1] in _HYPHENS and last[-2:-1].isalnum():
                broken = _without_hyphen(last, line, hyphens)
                if broken:
                    pieces[-1] = pieces[-1][:-1]
                elif _left_open(line) or (broken is None and not line[0].isalnum()):
                    pieces.append(" ")
            elif not (
                (UNSPACED.match(last[-1]) and UNSPACED.match(line[0]))
                or last.endswith(("--", "\u2014"))
                or line.startswith(("--", "\u2014"))
            ):
                pieces.append(" ")
        pieces.append(line)
        last = line
    return "".join(pieces)


def is_ornament(line: str) -> bool:
    """Whether a line is only marks that set parts off (``* * *``), without any meaning."""
    if line[:1].isalnum():  # by far the most
        return False
    return all(
        char.isspace()
        or (
            char not in "?!\"'"
            and char < "\U0001f000"
            and unicodedata.category(char) in _ORNAMENT_CATEGORIES
        )
        for char in line
    )
