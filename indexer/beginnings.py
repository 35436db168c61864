"""Where words stand in a text that begin as given terms do: found without taking it apart.

Most texts have none of most terms, and to look for some letters costs far less than to make words
of all of them. What is found is looked at more closely by :mod:`indexer.locating`; nothing that
has one of the terms is left out.
"""

from __future__ import annotations

import unicodedata
from _codecs import charmap_build, charmap_encode

from indexer.languages import STEMMERS
from indexer.splitting import is_sewn
from indexer.terms import form_of, language_of, stem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from indexer.plan import View

# What English books have besides ASCII: signs that are no letters and no white space, and letters
# that fold to one of ASCII.
_SIGNS = "“”‘’—–…•§£©®°†"
_ACCENTED = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
_ASCII = "".join(map(chr, range(128)))
_BARE = unicodedata.normalize("NFD", _ACCENTED).encode("ascii", "ignore").decode()
_CODES = charmap_build((_ASCII + _SIGNS + _ACCENTED).ljust(256, "\ufffe"))
# Letters at the end of a stem that its words may not have: `fréquence`, frequent; `publication`,
# publiqu. Other stemmers alter the middle of words, too, or nobody has looked.
_ALTERED = {"da": 0, "es": 2, "fr": 2, "it": 2, "nb": 0, "nn": 0, "no": 0, "pt": 2, "sv": 0}
# Letters; fewer are found in too many words.
_FEWEST = 2
# Beginnings that are looked for one by one in less time than a text is taken apart; where there
# are more, they are cut to so many letters.
_MOST = 16
_LENGTHS = (None, 6, 5, 4, 3)
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_SPACE = ord(" ")
# A space for white space, a full stop for all else but letters and digits.
_LETTERS = bytes(
    ord(" " if sign.isspace() else sign.lower() if sign.isalnum() else ".")
    for sign in (_ASCII + _SIGNS + _BARE).ljust(256, ".")
)


def letters_of(text: str) -> bytes | None:
    """A text as folded letters and digits with spaces for white space and full stops for other
    signs, a byte for each code point; nothing where it has letters that don't fold to one of
    ASCII, or words over the end of a line."""
    try:
        data = text.encode() if text.isascii() else charmap_encode(text, "strict", _CODES)[0]
    except UnicodeEncodeError:
        return None
    if "-" in text and len(text.splitlines()) > 1 and is_sewn(text):
        return None
    return data.translate(_LETTERS)


def beginnings(wanted: Mapping[View, Iterable[str]], language: str) -> tuple[bytes, ...] | None:
    """What words of a text of this language begin with that have one of the terms, if the text is
    one for :func:`letters_of`; nothing where that can't be told."""
    found: set[str] = set(map(form_of, wanted["exact"]))
    for term in wanted["stem"]:
        if language_of(term) == language:
            beginning = _beginning(stem_of(term), language)
            if beginning is None:
                return None
            found.add(beginning)
    # A long term is cut, and has an ellipsis then.
    if any("…" in one for one in found):
        return None
    # Letters of a word that goes on with digits; those of other scripts no such text has.
    led = {one[: len(one) - len(one.lstrip(_LOWER))] for one in found if one.isascii()}
    if any(len(one) < _FEWEST for one in led):
        return None
    for length in _LENGTHS:
        kept: list[str] = []
        for one in sorted({one[:length] for one in led}):
            if not kept or not one.startswith(kept[-1]):
                kept.append(one)
        if len(kept) <= _MOST:
            return tuple([one.encode() for one in kept])
    return None


def _beginning(stem: str, language: str) -> str | None:
    """What all words begin with, folded, that have a stem."""
    if language not in STEMMERS:
        return stem
    if language == "en":
        # Endings that Porter's stemmer writes anew: `lying`, lie; `sensibility`, sensibl; `making`,
        # make; `happy`, happi; `skies`, sky. Whatever else it does is to take letters off.
        if stem.endswith(("ie", "ble")):
            return stem[:-2]
        return stem[:-1] if stem.endswith(("e", "i", "l", "y")) else stem
    altered = _ALTERED.get(language)
    return None if altered is None else stem[: len(stem) - altered]


def may_hold(letters: bytes, row: Sequence[Sequence[bytes] | None]) -> bool:
    """Whether a text may have, for each step of a row, a word that begins in one of its ways."""
    sewn = letters.translate(None, b".")
    return all(step is None or any(one in sewn for one in step) for step in row)


def pieces(letters: bytes, begin_with: Sequence[bytes]) -> list[tuple[int, int]] | None:
    """Where those pieces between white space stand in a text that may have a word which begins so,
    in order; nothing where that can't be told."""
    # Words that hang together by hyphens, apostrophes or points are also one word.
    sewn = letters.translate(None, b".")
    found: dict[int, int] = {}
    for beginning in begin_with:
        left = sewn.count(beginning)
        at = letters.find(beginning) if left else -1
        while at >= 0:
            left -= 1
            first = at
            if at and letters[at - 1] != _SPACE:
                first = letters.rfind(b" ", 0, at) + 1
            # Not amid a word, unless that is one of several which hang together.
            if first == at or not letters[first:at].isalpha():
                end = letters.find(b" ", at)
                found[first] = end if end >= 0 else len(letters)
            at = letters.find(beginning, at + len(beginning))
        if left:
            return None
    return sorted(found.items()) if found else []


def has_words(letters: bytes, start: int, end: int) -> bool:
    """Whether there is a word between two places of a text."""
    return bool(letters[start:end].strip(b" ."))
