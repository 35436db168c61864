"""Single terms of a query: words, prefixes, wildcards, fuzzy words, dates."""

from __future__ import annotations

import unicodedata

from indexer.expressions import expression
from indexer.model import Note
from indexer.query import Dates, Fuzzy, Phrase, Prefix, Wildcard, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.query import Node, Span

OPERATOR_WORDS = frozenset({"AND", "OR", "NOT"})
MAX_EDITS = 2

# Punctuation that says nothing at the edge of a word. The hash of a tag, the at sign, the
# pluses of C++ and the dot of .net stay.
EDGE = "-‐‑‒–—―−－~～,;:!…¿¡'‘’‚‛‹›<>{}]⟨⟩`´\xad\u200b\u200e\u200f\u2060\ufeff"
TRAILING = EDGE + ".?["

QUOTATION_MARKS = '"＂“”„‟«»「」『』〝〞〟'
# Scripts without spaces set words apart by such punctuation.
SEPARATORS = "、。，；！？：《》〈〉【】〔〕」』〞〟"

# A class has something in it; "[!]" is none. Each "[" looks no further than the next
# bracket, so that long runs of brackets stay linear.
_CLASS = expression(r"\[(?:![^\[\]]+|[^\[\]!][^\[\]]*)\]")
# What must follow a bracket that begins a word for it to begin a class.
_MEMBERS = rf"[^\[\]\s|｜()（）{QUOTATION_MARKS}{SEPARATORS}]+\]"
CLASS_AHEAD = rf"(?:{_MEMBERS}\[){{0,8}}{_MEMBERS}\??[\w*＊]"
_CLASS_AHEAD = expression(CLASS_AHEAD)
# Without what stands before or after it, such a run could come to look like a field or group.
_BOUND = frozenset(":(（")
_STARS = expression(r"\*{2,}")
_DATE = expression(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Day = tuple[int, int, int]


def searchable(text: str) -> bool:
    """Whether there is a letter or digit in it. Footnote marks, fractions and circled numbers
    (category No, but for the subscripts of H₂O) are neither."""
    if text.isascii():
        return any(map(str.isalnum, text))
    return any(map(_is_letter, text))


def _is_letter(char: str) -> bool:
    if not char.isalnum():
        return False
    return char.isascii() or "₀" <= char <= "₉" or unicodedata.category(char) != "No"


def excerpt(text: str, limit: int = 40) -> str:
    """The text on one line and no longer than ``limit``, for messages."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def plain_word(text: str, span: Span) -> Word:
    """A word as such; the words of the operators become lower case, which no operator is."""
    return Word(text.lower() if text in OPERATOR_WORDS else text, span)


def read_term(raw: str, start: int, notes: list[Note]) -> Node | None:
    """What a run of characters without spaces means, or ``None`` where it says nothing.

    ``start`` is its offset in the query. The run does not begin with :data:`EDGE`.
    """
    if not searchable(raw):
        if "*" in raw or "＊" in raw:
            message = f"{excerpt(raw)} has no letters to search for and was left out"
            notes.append(Note(kind="bare-wildcard", message=message, span=_span(raw, start)))
        return None
    if "://" in raw or "www." in raw.lower():
        return _word(raw, start)
    shape = raw.replace("＊", "*").replace("～", "~")
    _note_unclosed_class(shape, start, notes)
    first, end, edits = _pattern_ends(shape)
    if _has_wildcards(shape[first:end]):
        if not _BOUND.isdisjoint(shape):
            return _pattern(shape, start)
        if edits is not None:
            message = f"{excerpt(raw)} can't be both a pattern and fuzzy; ~ was left out"
            span = start + end, start + len(raw)
            notes.append(Note(kind="fuzzy-wildcard", message=message, span=span))
        return _pattern(shape[first:end], start + first)
    _note_question_marks(shape, start, notes)
    end, edits = _without_edits(shape, TRAILING.__contains__)
    if edits is None:
        return _word(raw, start)
    return _fuzzy(_trimmed(shape[:end]), edits, _span(raw, start), notes)


def _span(text: str, start: int) -> Span:
    return start, start + len(text)


def _trimmed(text: str) -> str:
    """Without the punctuation after it; an abbreviation such as U.S. keeps its last dot."""
    bare = text.rstrip(TRAILING.replace("]", ""))
    if "[" not in bare:
        bare = bare.rstrip(TRAILING)
    return bare + "." if "." in bare and text[len(bare) : len(bare) + 1] == "." else bare


def _word(raw: str, start: int) -> Word:
    text = _trimmed(raw)
    return plain_word(text, _span(text, start))


def _without_edits(shape: str, is_edge: Callable[[str], bool]) -> tuple[int, str | None]:
    """Where the run ends without a ``~`` or ``~N`` and what is edge around it; and N as
    written, ``None`` without one. Of several the last counts."""
    letter = next(place for place, char in enumerate(shape) if _is_letter(char))
    end, edits = len(shape), None
    while True:
        while shape[end - 1] != "~" and is_edge(shape[end - 1]):
            end -= 1
        tilde = end - 1
        while tilde > letter and shape[tilde] in "0123456789":
            tilde -= 1
        if tilde <= letter or shape[tilde] != "~":
            return end, edits
        if edits is None:
            edits = shape[tilde + 1 : end]
        end = tilde


def _has_wildcards(body: str) -> bool:
    """Whether a run is a pattern: a star, a class, or a question mark before a letter.

    A bracket alone ([sic], [12]) is an editor's mark, and a question mark at the end is
    punctuation unless the run is a pattern anyway.
    """
    if "*" in body:
        return True
    mark = body.find("?")
    if mark >= 0 and searchable(body[mark:]):
        return True
    return "[" in body and _has_class(body) and searchable(_CLASS.sub("", body))


def _has_class(body: str) -> bool:
    return any(searchable(match.group()) for match in _CLASS.finditer(body))


def _note_unclosed_class(body: str, start: int, notes: list[Note]) -> None:
    opened = body.rfind("[")
    if opened > 0 and "]" not in body[opened:] and searchable(body[:opened]):
        message = f"The [ in {excerpt(body)} is not closed; it was taken as it stands"
        span = (start + opened, start + len(body))
        notes.append(Note(kind="unclosed-class", message=message, span=span))


def _note_question_marks(body: str, start: int, notes: list[Note]) -> None:
    word = body.rstrip("?")
    if len(body) - len(word) > 1 and searchable(word[-1]):
        message = (
            f"The question marks after {excerpt(word)} were taken as punctuation;"
            f" {excerpt(word)}* finds words that begin so"
        )
        span = (start + len(word), start + len(body))
        notes.append(Note(kind="literal-question-mark", message=message, span=span))


def _pattern_ends(shape: str) -> tuple[int, int, str | None]:
    """Where a pattern begins and ends without the punctuation around it; and N of ``~N``."""
    end, edits = _without_edits(shape, lambda char: not (_in_word(char) or char in "*?]"))
    first = 0
    if not _BOUND.isdisjoint(shape):
        return first, end, edits
    while not (
        _in_word(shape[first])
        or shape[first] in "*?"
        or (shape[first] == "[" and _CLASS_AHEAD.match(shape, first + 1))
    ):
        first += 1
    return first, end, edits


def _pattern(pattern: str, start: int) -> Node:
    span = _span(pattern, start)
    if "**" in pattern:
        pattern = _STARS.sub("*", pattern)
    literal = pattern[:-1]
    classes = "[" in literal and _CLASS.search(literal)
    if pattern[-1] == "*" and not (set("*?") & set(literal) or classes):
        while not (_in_word(literal[-1]) or not _BOUND.isdisjoint(literal)):
            literal = literal[:-1]
        return Prefix(literal, span)
    return Wildcard(pattern, span)


def _in_word(char: str) -> bool:
    return _is_letter(char) or unicodedata.category(char)[0] == "M"


def _fuzzy(word: str, number: str, span: Span, notes: list[Note]) -> Node:
    if not number:
        return Fuzzy(word, 1 if sum(map(str.isalnum, word)) <= 5 else MAX_EDITS, span)
    digits = number.lstrip("0")
    if not digits:
        return Phrase(word, span)
    if len(digits) > 1 or int(digits) > MAX_EDITS:
        message = f"{excerpt(word)}~ allows at most {MAX_EDITS} edits"
        notes.append(Note(kind="capped-edits", message=message, span=span))
        return Fuzzy(word, MAX_EDITS, span)
    return Fuzzy(word, int(digits), span)


def read_dates(field: str, value: str, span: Span, notes: list[Note]) -> Dates | None:
    """The days that ``after:``, ``before:`` or ``date:`` mean, or ``None`` for no date.

    A year or month is all its days. Years are 0001 to 9999; the year 10000 is "no end".
    """
    first, dots, second = value.partition("..")
    if field != "date":
        period = _period(value)
        if period is None:
            return None
        day = _iso(period[0])
        return Dates(day, None, span) if field == "after" else Dates(None, day, span)
    low = _period(first)
    high = _period(second) if dots else low
    if (low is None and (first or not dots)) or (high is None and second) or low is high is None:
        return None
    if low and high and low[0] >= high[1]:
        low, high = high, low
        message = f"{excerpt(value)} runs backwards; the dates were exchanged"
        notes.append(Note(kind="reversed-dates", message=message, span=span))
    return Dates(_iso(low[0]) if low else None, _iso(high[1]) if high else None, span)


def write_dates(dates: Dates) -> str:
    """The shortest query that means these dates."""
    if dates.end is None:
        return f"after:{_shortened(dates.start)}" if dates.start else "date:..9999"
    if dates.start is None:
        return f"before:{_shortened(dates.end)}"
    year, month, day = map(int, dates.end.split("-"))
    if day > 1:
        last = f"{year:04}-{month:02}-{day - 1:02}"
    elif month > 1:
        last = f"{year:04}-{month - 1:02}"
    else:
        last = f"{year - 1:04}"
    first = dates.start
    if first[len(last) :] in ("-01-01", "-01"):
        first = first[: len(last)]
    return f"date:{first}" if first == last else f"date:{first}..{last}"


def _shortened(day: str) -> str:
    if day.endswith("-01-01"):
        return day[:4]
    return day[:7] if day.endswith("-01") else day


def _period(text: str) -> tuple[Day, Day] | None:
    """First day of a year, month or day, and the day after its last."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year = int(match[1])
    if year == 0:
        return None
    if match[2] is None:
        return (year, 1, 1), (year + 1, 1, 1)
    month = int(match[2])
    if not 1 <= month <= 12:
        return None
    next_month = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    if match[3] is None:
        return (year, month, 1), next_month
    day = int(match[3])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 29 if month == 2 and leap else _DAYS[month - 1]
    if not 1 <= day <= days:
        return None
    return (year, month, day), (year, month, day + 1) if day < days else next_month


def _iso(day: Day) -> str | None:
    return None if day[0] > 9999 else f"{day[0]:04}-{day[1]:02}-{day[2]:02}"
