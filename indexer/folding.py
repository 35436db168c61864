"""One spelling for all that look alike: case, accents, quotes, hyphens, widths, ligatures."""

from __future__ import annotations

import unicodedata

from indexer.expressions import expression

# Soft hyphen, zero-width joiners, word joiner, byte order mark, direction marks: part of the
# word they stand in, and seen by nobody. (Zero-width space is not one: it separates.)
INVISIBLE = "\u00ad\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# All that people and programs write for an apostrophe, with the letters that transliterate
# Arabic and Hebrew gutturals and the Slavic soft sign, and the Hebrew abbreviation signs.
APOSTROPHES = "'`\u00b4\u02b9-\u02bf\u05f3\u05f4\u2018\u2019\u201b\u2032\u2035\ua78c\uff07"
HYPHENS = "\\-\u2010\u2011\ufe63\uff0d"
DASHES = "\u2012-\u2015\u2212\u2e3a\u2e3b\ufe58"
LINE_BREAK = "[ \\t]*+(?:\\r\\n?|[\\n\\x0b\\x0c\\x85\\u2028])[ \\t]*+"


def members(ranges: str) -> frozenset[str]:
    """The characters of a class, given as in an expression without escapes."""
    found: set[str] = set()
    last = 0
    for piece in ranges.split("-"):
        # A range goes from the end of one piece to the beginning of the next.
        if last:
            found.update(map(chr, range(last, ord(piece[0]))))
        found.update(piece)
        last = ord(piece[-1])
    return frozenset(found)


class _Without(dict[int, int | None]):
    """What takes such characters out by ``str.translate``."""

    def __init__(self, ranges: str) -> None:
        super().__init__(dict.fromkeys(map(ord, members(ranges))))

    def __missing__(self, code: int) -> int:
        # Noted, since a code that is not there is an exception inside translate.
        self[code] = code
        return code


_tables: dict[str, _Without] = {}


def _without(ranges: str) -> _Without:
    found = _tables.get(ranges)
    if found is None:
        found = _tables[ranges] = _Without(ranges)
    return found


_SOFT_BREAK = expression("\u00ad" + LINE_BREAK)
_OUT_OF_WORDS = f"{INVISIBLE}{APOSTROPHES}\u0640"
_HYPHENLIKE = expression(f"[{HYPHENS}{DASHES}]")
# Accents, Hebrew points, Arabic vowel signs, combining marks for symbols, variation
# selectors. Vowel signs of Indic scripts and the Japanese voicing marks are letters to their
# readers, so they are not here.
_UNSEEN = (
    f"{_OUT_OF_WORDS}\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0711\u0730-\u074a\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)
_NOT_CYRILLIC = expression("[^\u0400-\u052f]+")
_DIGIT = expression("[^\\D0-9]")
_CATALAN_DOT = expression("(?<=l)\u00b7(?=l)")
# Letters that Unicode does not decompose, and the Cyrillic accents: ё is е with dots, but
# й and ї are letters of their own.
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ƒ": "f", "ё": "е", "ѐ": "е", "ѝ": "и",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """``text`` as all its spellings share it; folding twice changes nothing more.

    Apostrophes and invisible characters vanish, every hyphen and dash becomes ``-``, digits
    of any script become ASCII.
    """
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    folded = _fold_once(text)
    # A rare letter folds to another that folds again (U+1E9E, U+1D2D); two rounds are usual.
    while not folded.isascii() and (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def bare(text: str) -> str:
    """``text`` without apostrophes and what nobody sees, its letters as they were."""
    if "\u00ad" in text:
        text = _SOFT_BREAK.sub("", text)
    return text.translate(_without(_OUT_OF_WORDS))


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", bare(text))
    if max(text, default="") < "\u0400":
        text = unicodedata.normalize("NFKD", text)
    else:
        text = _NOT_CYRILLIC.sub(lambda run: unicodedata.normalize("NFKD", run[0]), text)
    text = text.translate(_without(_UNSEEN)).casefold().translate(_LETTERS)
    if text.isascii():
        return text
    text = _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
    text = _CATALAN_DOT.sub("", _HYPHENLIKE.sub("-", text))
    return unicodedata.normalize("NFC", text)
