"""What files say about themselves, made uniform: dates, languages, authors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from indexer.readers.titles import one_line

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier januar enero gennaio",
            "february feb février februar febrero febbraio",
            "march mar mars märz marzo",
            "april apr avril abril aprile",
            "may mai mayo maggio",
            "june jun juin juni junio giugno",
            "july jul juillet juli julio luglio",
            "august aug août agosto",
            "september sep sept septembre septiembre settembre",
            "october oct octobre oktober octubre ottobre",
            "november nov novembre noviembre",
            "december dec décembre dezember diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}

_LANGUAGE_NAMES = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "danish": "da", "swedish": "sv", "norwegian": "no",
    "finnish": "fi", "polish": "pl", "czech": "cs", "hungarian": "hu", "romanian": "ro",
    "russian": "ru", "ukrainian": "uk", "greek": "el", "latin": "la", "turkish": "tr",
    "hebrew": "he", "arabic": "ar", "persian": "fa", "hindi": "hi", "chinese": "zh",
    "japanese": "ja", "korean": "ko", "thai": "th", "vietnamese": "vi", "catalan": "ca",
    "français": "fr", "deutsch": "de", "español": "es", "italiano": "it", "português": "pt",
    "中文": "zh", "日本語": "ja", "русский": "ru",
}  # fmt: skip
# ISO 639-2 codes that have a two-letter one.
_THREE_LETTERS = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it",
    "por": "pt", "nld": "nl", "dut": "nl", "rus": "ru", "ukr": "uk", "pol": "pl", "zho": "zh",
    "chi": "zh", "jpn": "ja", "kor": "ko", "ara": "ar", "heb": "he", "hin": "hi", "ell": "el",
    "gre": "el", "lat": "la", "tur": "tr", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi",
    "cmn": "zh",
}  # fmt: skip

_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[T\s].{0,40})?)?)?Z?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?", re.ASCII)
_CJK = re.compile(r"(\d{4})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)?")
_WORDS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a file says about itself. ``date`` and ``language`` as ``Document`` has them."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    language: str | None = None
    notes: tuple[str, ...] = ()


def iso_date(value: object) -> str | None:
    """A date as ISO 8601 at the precision it has, or ``None`` where it can't be told.

    Dates like 3/4/2021, where day and month could change places, count as not told unless
    one of the numbers settles it.
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int) and not 0 < value < 10**8:
        return None
    text = str(value).strip()[:100]
    found = _COMPACT.fullmatch(text) or _ISO.fullmatch(text) or _CJK.match(text)
    if found is not None:
        return _checked(*(int(part) if part else None for part in found.groups()))
    return _spelled(text)


def _spelled(text: str) -> str | None:
    """``June 4, 2021`` · ``4th of June 2021`` · ``Fri, 04 Jun 2021 10:00`` · ``25/12/2020``."""
    month = day = year = None
    numbers: list[int] = []
    for word in _WORDS.findall(text):
        if word.isascii() and word.isdigit():
            if len(word) == 4 and year is None:
                year = int(word)
                if month is not None or len(numbers) == 2:
                    break  # what follows is the time of day
            elif len(word) <= 2 and len(numbers) < 2:
                numbers.append(int(word))
        elif month is None and word.lower() in _MONTHS:
            month = _MONTHS[word.lower()]
    if year is None:
        return None
    if month is not None:
        day = numbers[0] if numbers and 1 <= numbers[0] <= 31 else None
        return _checked(year, month, day)
    if len(numbers) == 2:
        first, second = numbers
        if first > 12:
            return _checked(year, second, first)
        if second > 12 or first == second:
            return _checked(year, first, second)
    return None


def _checked(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    # A month or day of 00 is one that is not known.
    month = month or None
    day = (day or None) if month else None
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    parts = [f"{year:04d}"]
    if month is not None:
        parts.append(f"{month:02d}")
        if day is not None:
            parts.append(f"{day:02d}")
    return "-".join(parts)


def primary_language(value: object) -> str | None:
    """The primary subtag of a language tag, lower-case (``en-US`` gives ``en``)."""
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if text in _LANGUAGE_NAMES:
        return _LANGUAGE_NAMES[text]
    tag = re.split(r"[-_,;\s.]", text, maxsplit=1)[0]
    tag = _THREE_LETTERS.get(tag, tag)
    if tag in {"und", "mul", "zxx", "mis", "xx"} or not re.fullmatch("[a-z]{2,3}", tag):
        return None
    return tag


def authors_of(value: object) -> tuple[str, ...]:
    """Names from a string, a list, or mappings with a ``name``; each name once, in order."""
    names: dict[str, None] = {}
    for name in _names(value, 0):
        cleaned = one_line(name).strip(" ,;·|")
        if cleaned and len(cleaned) <= 200:
            names.setdefault(cleaned)
    return tuple(names)


def _names(value: object, depth: int) -> Iterable[str]:
    if depth > 1 and not isinstance(value, str | Mapping):
        return
    if isinstance(value, str):
        yield from _split_names(value)
    elif isinstance(value, Mapping):
        for key in ("name", "full_name", "given", "title"):
            if isinstance(value.get(key), str):
                parts = [value[key]]
                if key == "given" and isinstance(value.get("family"), str):
                    parts.append(value["family"])
                yield " ".join(parts)
                return
    elif isinstance(value, Iterable):
        for item in value:
            yield from _names(item, depth + 1)


_BY = re.compile(r"\s*(?:written\s+by|by|von|par|por)\s*:?\s+", re.I)
_HANDLE = re.compile(r"\((?:@[^()\s]*|https?:[^()\s]*|[^()\s]+@[^()\s]+)\)|<[^<>]*>")


def _split_names(text: str) -> Iterable[str]:
    text = _HANDLE.sub(" ", text[:2000]).strip()
    text = _BY.sub("", text, count=1) if _BY.match(text) else text
    for part in re.split(r"\s*[;、\n|]\s*|\s+(?:and|&|und|et)\s+|,\s+(?:and|&)\s+", text):
        pieces = part.split(",")
        # "Mill, John Stuart" is one name turned round; "Ann Lee, Bo Chan" is two; a suffix stays.
        if len(pieces) == 2 and not _suffix(pieces[1]) and " " not in pieces[0].strip():
            yield f"{pieces[1].strip()} {pieces[0].strip()}"
            continue
        held = ""
        for piece in pieces:
            if held and _suffix(piece):
                held += "," + piece
                continue
            if held:
                yield held
            held = piece
        if held:
            yield held


def _suffix(piece: str) -> bool:
    return piece.strip().lower().rstrip(".") in {
        "jr", "sr", "ii", "iii", "iv", "md", "m.d", "phd", "ph.d", "esq", "s.j", "o.p", "inc",
    }  # fmt: skip
