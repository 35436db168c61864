"""The numbers, labels and bullets that lines begin with."""

from __future__ import annotations

import re
from functools import lru_cache

Marker = tuple[str, int]

_BULLET = re.compile(r"[-*+•·‣◦●○■□▪▫►➢➤✓✔∙–—](?=\s)\s+")
_ORDERED = re.compile(
    r"(?:"
    r"(?P<number>\d{1,3})[.)](?=\s)"
    r"|[(\[](?P<bracketed>\d{1,3})[)\]](?=\s)"
    r"|(?P<fullwidth>\d{1,3})[、．](?!\d)"
    r"|[(（](?P<cjk_bracketed>\d{1,3})[)）]"
    r"|(?P<circled>[①-⑳])"
    r"|(?P<roman>[ivxl]{1,6})[.)](?=\s)"
    r"|(?P<letter>[a-z])[.)](?=\s)"
    r"|\((?P<bracketed_letter>[a-z])\)(?=\s)"
    r"|(?P<capital>[A-Z])[.)](?=\s)"
    r")\s*"
)
# What any of these begins with.
_MAY_MARK = re.compile(r"[-*+•·‣◦●○■□▪▫►➢➤✓✔∙–—\d(\[（①-⑳ivxl]|[A-Za-z][.)]")
MARKER_END = re.compile(rf"\s*(?:{_BULLET.pattern}|{_ORDERED.pattern})")
_LABEL = re.compile(
    r"(?P<label>part|book|volume|vol|tome|canto|act|scene|chapter|chap|section|sect|lecture|letter"
    r"|essay|article|art|appendix|lesson|stave|step|phase|day|week|case|question|chapitre|livre"
    r"|partie|kapitel|teil|buch|abschnitt|cap[ií]tulo|libro|parte|capitolo|глава|часть)"
    r"\.?\s+(?:the\s+)?(?P<number>\d{1,4}(?:\.\d{1,3})*|[ivxlcdm]{1,8}|[a-z]"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|first|second|third|fourth|fifth|sixth|seventh"
    r"|eighth|ninth|tenth|last)\b[.:)—–-]*\s*",
    re.IGNORECASE,
)
_CJK_LABEL = re.compile(
    r"第\s?(?P<number>[〇零一二三四五六七八九十百千两\d]{1,8})\s?(?P<label>[部卷编編篇册冊章回节節讲講课課幕条條话話期])\s*"
)
_CJK_NUMBER = re.compile(r"(?P<number>[一二三四五六七八九十]{1,3})[、．.：:]\s*")
_DECIMAL = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3}){1,5})[.):]?\s+(?=\S)")
_ARABIC = re.compile(r"(?P<number>\d{1,3})[.):、．]\s*(?=\S)")
_BARE_ARABIC = re.compile(r"(?P<number>\d{1,3})\s+(?=[^\W\d_])")
_ROMAN_START = re.compile(r"(?P<number>[IVXLCDM]{1,8}|[ivxlc]{1,8})(?:[.:)]|\s*[—–-])?\s+(?=\S)")
_ALONE_ROMAN = re.compile(r"(?P<number>[IVXLCDM]{1,8}|[ivxlc]{2,8})\.?")
_ALONE_ARABIC = re.compile(r"\[?(?P<number>\d{1,4})\]?\.?")
_LETTER = re.compile(r"(?P<number>[A-Z])[.)]\s+(?=\S)|\((?P<inner>[a-z])\)\s+(?=\S)")

_MARKS = (*".:—–-)", "")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


def roman_value(numeral: str) -> int:
    """The value of a Roman numeral in either case; 0 when it is not a well-formed one."""
    total = previous = 0
    for char in reversed(numeral.lower()):
        value = _ROMAN.get(char, 0)
        total += value if value >= previous else -value
        previous = max(previous, value)
    return total if to_roman(total) == numeral.lower() else 0


def to_roman(number: int) -> str:
    """A number below 4000 as a lower-case Roman numeral."""
    out = []
    for sign, value in (
        ("m", 1000), ("cm", 900), ("d", 500), ("cd", 400), ("c", 100), ("xc", 90),
        ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1),
    ):  # fmt: skip
        out.append(sign * max(0, number // value))
        number %= value
    return "".join(out)


def list_marker(line: str) -> Marker | None:
    """The kind and number of the list marker a line begins with."""
    start = line.lstrip()
    if not _MAY_MARK.match(start):
        return None
    if _BULLET.match(start):
        return ("bullet " + start[0], 0)
    found = _ORDERED.match(start)
    if not found or found.end() == len(start):
        return None
    kind = found.lastgroup or ""
    sign = found[kind]
    if kind == "roman":
        return (kind, roman_value(sign)) if roman_value(sign) else None
    if kind in ("letter", "bracketed_letter", "capital"):
        return (kind, ord(sign.lower()) - 96)
    if kind == "circled":
        return (kind, ord(sign) - ord("①") + 1)
    return (kind, int(sign))


def follows(marker: Marker, before: Marker) -> bool:
    """Whether a list item may come right after another."""
    kind, number = marker
    if kind == before[0]:
        return kind.startswith("bullet") or number == before[1] + 1
    # `i.` is a letter after `h.`, and `c.` a letter although it looks Roman.
    return {kind, before[0]} == {"roman", "letter"} and kind == "letter" and number == before[1] + 1


@lru_cache(maxsize=1000)
def numbering(text: str) -> tuple[str, int, str]:
    """The kind of number a line begins with, its value, and the rest of the line.

    Kinds: ``label part`` …, ``decimal2`` (by depth), ``arabic``, ``roman``, ``letter``,
    ``cjk``, ``bare`` (a number and no mark), or empty.
    """
    found = _LABEL.match(text)
    if found:
        sign, end = found["number"], found.end("number")
        # "Part of it", "case a": one letter is a number when alone, marked, or a capital.
        if len(sign) > 1 or sign.isdigit() or sign in "IVXABCDE" or text[end : end + 1] in _MARKS:
            return "label " + found["label"].lower(), ordinal(sign), text[found.end() :]
    found = _CJK_LABEL.match(text)
    if found:
        return "label " + found["label"], ordinal(found["number"]), text[found.end() :]
    found = _CJK_NUMBER.match(text)
    if found:
        return "cjk", ordinal(found["number"]), text[found.end() :]
    found = _DECIMAL.match(text)
    if found:
        parts = found["number"].split(".")
        return f"decimal{len(parts)}", int(parts[-1]), text[found.end() :]
    found = _ALONE_ARABIC.fullmatch(text) or _ARABIC.match(text)
    if found:
        return "arabic", int(found["number"]), text[found.end() :]
    found = _ALONE_ROMAN.fullmatch(text) or _ROMAN_START.match(text)
    if found and roman_value(found["number"]):
        sign = found["number"]
        after = text[len(sign) :]
        marked = after[:1] in tuple(".:)") or after.lstrip()[:1] in tuple("—–-")
        if found.end() == len(text) or marked or (len(sign) > 1 and sign.isupper()):
            return "roman", roman_value(sign), text[found.end() :]
    found = _LETTER.match(text)
    if found:
        sign = found["number"] or found["inner"]
        return "letter", ord(sign.lower()) - 96, text[found.end() :]
    found = _BARE_ARABIC.match(text)
    if found:
        return "bare", int(found["number"]), text[found.end() :]
    return "", 0, text


def is_label(line: str) -> bool:
    """Whether a line is nothing but the number of a part, chapter or section."""
    text = line.strip()
    if len(text) > 40:
        return False
    kind, _, rest = numbering(text)
    return not rest and (kind.startswith("label") or kind == "roman")


_WORDS = {
    word: value
    for value, words in enumerate(
        (
            ("one", "first"), ("two", "second"), ("three", "third"), ("four", "fourth"),
            ("five", "fifth"), ("six", "sixth"), ("seven", "seventh"), ("eight", "eighth"),
            ("nine", "ninth"), ("ten", "tenth"), ("eleven",), ("twelve",), ("thirteen",),
            ("fourteen",), ("fifteen",), ("sixteen",), ("seventeen",), ("eighteen",),
            ("nineteen",), ("twenty",),
        ),
        1,
    )
    for word in words
}  # fmt: skip
_CJK_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_CJK_DIGITS["〇"], _CJK_DIGITS["两"] = 0, 2
_CJK_UNITS = {"十": 10, "百": 100, "千": 1000}


def ordinal(sign: str) -> int:
    """The value of a number however it is written; 0 when it is none."""
    lower = sign.lower()
    if sign.isdecimal():
        return int(sign)
    if lower in _WORDS:
        return _WORDS[lower]
    if roman_value(lower):
        return roman_value(lower)
    if len(sign) == 1 and "a" <= lower <= "z":
        return ord(lower) - 96
    if "." in sign:
        return ordinal(sign.rsplit(".", 1)[1])
    total = digit = 0
    for char in sign:
        if char in _CJK_UNITS:
            total += (digit or 1) * _CJK_UNITS[char]
            digit = 0
        else:
            digit = _CJK_DIGITS.get(char, 0)
    return total + digit
