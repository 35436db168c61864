"""Where words begin and end, after UAX #29, with its offsets; knows no language.

A text is cut into *chunks*: words that hang together by apostrophes, hyphens or the points of
a number or abbreviation (``l'avant-garde``, ``U.S.-led``, ``1,000``), and *runs* of a script
written without spaces. What becomes of a chunk depends on nothing around it, so that it can
be remembered.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from indexer.expressions import expression
from indexer.folding import APOSTROPHES, HYPHENS, INVISIBLE, LINE_BREAK, fold, members
from indexer.keeping import cache, lru_cache
from indexer.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

MAX_PARTS = 4  # of a compound that is also found written as one word

# Scripts written without spaces, and Hangul, whose spacing varies: Thai, Lao, Burmese, Khmer,
# Tai, Han, kana, bopomofo, Yi. Their letters only; marks follow the letter they stand on.
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e50-\u0e59\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6"
    "\u0ed0-\u0edf\u1000-\u102a\u103f-\u1049\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066"
    "\u106e-\u1070\u1075-\u1081\u108e\u1090-\u1099\u1100-\u11ff\u1780-\u17b3\u17d7\u17dc"
    "\u17e0-\u17e9\u1950-\u19ab\u19b0-\u19c9\u19d0-\u19da\u1a20-\u1a54\u1a80-\u1a99"
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua000-\ua48c\ua960-\ua97c\ua9e0-\ua9e4\ua9e6-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e-\uaaaf"
    "\uaab1\uaab5\uaab6\uaab9-\uaabd\uaac0\uaac2\uaadb-\uaadd\uac00-\ud7a3\ud7b0-\ud7fb"
    "\uf900-\ufad9\uff66-\uff9d\uffa1-\uffdc\U00011700-\U0001171a\U00011730-\U0001173b"
    "\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
_VOICED = "\uff9e\uff9f"  # half-width voicing marks, the only marks that are letters to Unicode
DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19"
THIN = "\u00a0\u2009\u202f"  # no-break and thin spaces, between thousands
_LATIN = "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af"
# Letters that stand alone in abbreviations and units of measure.
_CASED = f"{_LATIN}\u0370-\u03ff\u0400-\u052f"
# Texts of these characters alone, most of those in Latin script, need no large classes.
_BEYOND = expression(
    "[^\x00-\xac\xae-\u02af\u02bb\u02bc\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u2190-\u2bff\U0001f200-\U0001faff]"
)

# Articles, prepositions and pronouns that lose their vowel before another word, in French,
# Italian, Catalan, Occitan, Romansh; folded.
_ARTICLES = (
    "c d j l m n s t v z qu ch gl jusqu lorsqu puisqu quoiqu quelqu presqu parcequ tandisqu "
    "entr contr un qualcun nessun ciascun dell all nell sull dall coll quell quest bell sant "
    "degl negl agl dagl sugl begl quegl gli anch com cos dov cent mezz nient null quand quant "
    "quattr senz sott sovr tant tutt vent trent ottant pover ess"
)
_ELIDED = frozenset(_ARTICLES.split())
# What may follow an apostrophe in English, so that what stands before is no article.
_ENGLISH_ENDINGS = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})


class Atom(NamedTuple):
    """A word inside a chunk. ``stem_of`` is what stemming starts from, as written but
    without a possessive ending. ``start`` and ``end`` are offsets in the chunk."""

    form: str
    stem_of: str
    start: int
    end: int


class Group(NamedTuple):
    """Words of a chunk that belong together. ``joined`` says which are also one word, as
    (first, count, the word); ``elided`` is how many articles it begins with."""

    atoms: tuple[Atom, ...]
    joined: tuple[tuple[int, int, Atom], ...] = ()
    elided: int = 0


def _build(word: str) -> str:
    """The pattern of a chunk, given that of a word.

    Every repetition is possessive, so that matching takes linear time and no stack. The
    class of all letters takes milliseconds to compile wherever it occurs, so that it occurs
    once, and a link may stand at the end of a chunk.
    """
    number = f"[{DIGITS}]++(?:[.,{APOSTROPHES}{THIN}][{DIGITS}]++)++[{_CASED}]*+"
    # At most ten letters, or a megabyte of them would be tried from each.
    initials = f"[{_CASED}](?:\\.[{_CASED}]){{1,9}}+(?![{_CASED}{DIGITS}])\\.?+"
    catalan = "(?<=[lL])\u00b7(?=[lL])"
    link = f"(?:[{APOSTROPHES}]|[{HYPHENS}](?:{LINE_BREAK})?+|{catalan})(?=[^\\W_])"
    # Most words of Latin script stand between spaces and stops; no link can follow these.
    common = f'[{_LATIN}]{{2,}}+(?=[\\s.,;:!?)\\]"”“…—–])'
    return f"{common}|(?:(?:{number}|{initials}|{word})(?:{link})?+)++"


@cache
def _plain_pattern() -> re.Pattern[str]:
    return expression(_build(f"[{DIGITS}{_LATIN}]++"))


@cache
def _full_pattern() -> re.Pattern[str]:
    """Chunks and runs in any script; classes come from the interpreter's Unicode tables."""
    marks, numerals = _scan_categories()
    letters = f"[^\\W_{numerals}{_UNSPACED}{_VOICED}{APOSTROPHES}]"
    wrapped = f"{LINE_BREAK}(?=[^\\W_])"
    word = f"(?:{letters}++(?:[{marks}{INVISIBLE}]++(?:(?<=\u00ad){wrapped})?+)?+)++"
    run = f"(?:[{_UNSPACED}{_VOICED}]++[{marks}{INVISIBLE}\u200b]*+(?:{wrapped})?+)++"
    return expression(f"{_build(word)}|{run}")


@cache
def _scan_categories() -> tuple[str, str]:
    """Regex ranges of combining marks, and of numerals that are no part of words (footnote
    marks, fractions, circled numbers; subscripts are: H₂O)."""
    category = unicodedata.category
    marks, numerals = [], []
    # Planes 3 to 13 and the large blocks of Han, Hangul and private use hold neither.
    for first, last in ((0xA0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x1F200), (0xE0100, 0xE01F0)):
        for number in range(first, last):
            kind = category(chr(number))
            if kind[0] == "M":
                marks.append(number)
            elif kind == "No" and not 0x2080 <= number <= 0x2089:
                numerals.append(number)
    return _ranges(marks), _ranges(numerals)


def _ranges(numbers: list[int]) -> str:
    out = []
    first = previous = numbers[0]
    for number in [*numbers[1:], 0x110000]:
        if number != previous + 1:
            out.append(f"{chr(first)}-{chr(previous)}")
            first = number
        previous = number
    return "".join(out)


@cache
def _unit_pattern() -> re.Pattern[str]:
    """A character of a run with its marks; conjoining Korean letters make one syllable."""
    marks, _ = _scan_categories()
    base = (
        "[\u1100-\u115f\ua960-\ua97c][\u1160-\u11a7\ud7b0-\ud7c6]?+[\u11a8-\u11ff\ud7cb-\ud7fb]?+"
        "|[\uac00-\ud7a3][\u11a8-\u11ff\ud7cb-\ud7fb]?+"
        f"|[{_UNSPACED}{_VOICED}]"
    )
    return expression(f"(?:{base})[{marks}{INVISIBLE}{_VOICED}]*+")


@cache
def _run_start() -> re.Pattern[str]:
    return expression(f"[{_UNSPACED}{_VOICED}]")


@cache
def _easy_run() -> re.Pattern[str]:
    """Characters that fold to themselves and take no marks: most of Han, kana, Korean."""
    return expression("[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]+")


# Where a chunk goes on after white space.
_SEAMS = frozenset(HYPHENS) - {"\\"} | {"\u00ad"}
_HYPHEN = expression(f"[{HYPHENS}](?:{LINE_BREAK})?")
_HYPHENS = frozenset(HYPHENS) - {"\\"}
_APOSTROPHE = expression(f"[{APOSTROPHES}]")
_APOSTROPHES = members(APOSTROPHES)
_LINKS = _HYPHENS | _APOSTROPHES | {"\u00b7"}
_FIGURES = members(DIGITS)
_JOINS = _LINKS | {".", ",", *THIN}
_IN_NUMBERS = _APOSTROPHES | {".", ",", *THIN}


# Signs around words that are a part of none. Where nothing but letters and digits of ASCII is
# left of a text without those around it, it is one word.
AROUND = (
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u2018\u2019\u201c\u201d\u2026\u2013\u2014\u2015\u00ab\u00bb"
)
AROUND += "\u00a3\u00a7\u00a9\u00ae\u00b0\u00b6\u2020\u2021\u2022\u20ac\u2122\u2e3a\u2e3b"
# Makes spaces of them.
BETWEEN_WORDS = dict.fromkeys(map(ord, AROUND), " ")
# Those of them that end a chunk wherever they stand: all but points, commas and links.
_APART = dict.fromkeys(map(ord, set(AROUND) - set(".,'`-\u2018\u2019")), " ")
_LINKED = dict.fromkeys(map(ord, "'\u2019"), "-")
# Characters; what is longer is more than a few words.
_FEW = 200
_MOST_INITIALS = 10


def chunks(text: str) -> Iterable[tuple[str, int]]:
    """The chunks and runs of a text, each with its offset."""
    if len(text) <= _FEW and (found := _plain_chunks(text)) is not None:
        return found
    return ((match[0], match.start()) for match in pattern_for(text).finditer(text))


def _plain_chunks(text: str) -> list[tuple[str, int]] | None:
    """The same of plain words, without an expression: ``None`` where it takes one."""
    # Over the end of a line, or a space that is no common one, a chunk may go on.
    if len(text.split()) > 1 and not (text.isascii() and len(text.splitlines()) == 1):
        return None
    found: list[tuple[str, int]] = []
    end = 0
    for piece in text.translate(_APART).replace("--", "  ").split():
        core = piece.strip(AROUND)
        if not core:
            continue
        begin = text.index(core, end)
        end = begin + len(core)
        if core.isascii() and core.isalnum():
            found.append((core, begin))
            continue
        cut = _cut(core, text[end : end + 1])
        if cut is None:
            return None
        for chunk in cut:
            begin = text.index(chunk, begin)
            found.append((chunk, begin))
            begin += len(chunk)
    return found


def _cut(core: str, following: str) -> list[str] | None:
    """The chunks of words that hang together by points, commas and links, if that is plain."""
    parts = core.replace(",", ".").split(".")
    words = [part.translate(_LINKED).split("-") for part in parts]
    if all(_is_plain_digits(word) for of_part in words for word in of_part):
        return [core]
    if not all(_is_plain(word) for of_part in words for word in of_part):
        return None
    if (
        len(parts) > 1
        and "," not in core
        and all(len(part) == 1 and part.isalpha() for part in parts)
    ):
        # An abbreviation takes its last point with it.
        last = "." if following == "." else ""
        return [core + last] if len(parts) <= _MOST_INITIALS else None
    for before, after in pairwise(words):
        # That may be a number, or the initials of somebody.
        if len(before[-1]) == 1 or (before[-1][-1].isdecimal() and after[0][0].isdecimal()):
            return None
    return parts


def _is_plain_digits(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _is_plain(word: str) -> bool:
    """Whether these are letters of Latin script alone, or letters and digits of ASCII."""
    if word.isascii():
        return word.isalnum()
    return word.isalpha() and max(word) <= "\u02af"


def pattern_for(text: str) -> re.Pattern[str]:
    """The pattern whose matches in ``text`` are its chunks and runs."""
    if text.isascii() or not _BEYOND.search(text):
        return _plain_pattern()
    return _full_pattern()


def is_sewn(text: str) -> bool:
    """Whether a chunk or a run of ``text`` may reach over white space: over the end of a line, or
    the thin space amid a number. Where none does, each chunk lies within one piece of
    ``text.split()`` and is the same there."""
    *lines, _ = text.splitlines() or [""]
    if any(line.rstrip(" \t")[-1:] in _SEAMS for line in lines if line):
        return True
    if text.isascii():
        return False
    return any(space in text and _is_amid_number(text, space) for space in THIN) or (
        bool(lines) and has_runs(text)
    )


def _is_amid_number(text: str, space: str) -> bool:
    parts = text.split(space)
    return any(a[-1:].isdecimal() and b[:1].isdecimal() for a, b in pairwise(parts))


def has_runs(text: str) -> bool:
    """Whether any of ``text`` is in a script written without spaces."""
    # Punctuation, signs and the rest of Latin lie between those of the south and of the east,
    # pictures beyond.
    likely = any(
        "\u0e00" < sign < "\u1e00" or "\u2e80" <= sign < "\U0001f000" or sign >= "\U00020000"
        for sign in set(text)
    )
    return likely and _run_start().search(text) is not None


def is_run(chunk: str) -> bool:
    """Whether a chunk is a run of a script written without spaces."""
    return chunk[0] > "\u0e00" and _run_start().match(chunk) is not None


_unit_form = lru_cache(maxsize=10_000)(fold)


def units(run: str) -> Iterator[Atom]:
    """The characters of a run, each with its marks; ``form`` is as :func:`forms` gives it."""
    for match in _unit_pattern().finditer(run):
        if form := _unit_form(match[0]):
            yield Atom(form, form, *match.span())


def forms(run: str) -> list[str]:
    """The characters of a run, folded."""
    if _easy_run().fullmatch(run):
        return list(run)
    return [unit.form for unit in units(run)]


def groups(chunk: str) -> Iterator[Group]:
    """The words of a chunk that is no run, in order. Nothing in it takes more than four
    words together, so a chunk of any length comes piecewise."""
    if chunk.isalnum() and (form := fold(chunk)).isalnum():  # by far the most
        yield Group((Atom(form, chunk, 0, len(chunk)),))
        return
    end = len(chunk)
    # To a word of another script, as in "e-字".
    while end and (chunk[end - 1] in _LINKS or chunk[end - 1].isspace()):
        end -= 1
    chunk = chunk[:end]
    if _JOINS.isdisjoint(chunk):
        if form := _form(chunk):
            yield Group((Atom(form, chunk, 0, len(chunk)),))
        return
    parts = list(_split_at_hyphens(chunk))
    if len(parts) > MAX_PARTS:
        for start, end in parts:
            yield from _part_groups(chunk, start, end)
        return
    cut = [list(_part_groups(chunk, start, end)) for start, end in parts]
    if len(parts) == 1 or any(len(groups) != 1 for groups in cut):
        for groups_of_part in cut:
            yield from groups_of_part
        return
    yield _compound(chunk, [groups_of_part[0] for groups_of_part in cut])


def _compound(chunk: str, parts: list[Group]) -> Group:
    atoms: list[Atom] = []
    joined: list[tuple[int, int, Atom]] = []
    for part in parts:
        joined += [(first + len(atoms), count, atom) for first, count, atom in part.joined]
        atoms += part.atoms
    elided = parts[0].elided
    words = any(character.isalpha() for atom in atoms for character in atom.form)
    if words:
        if elided:
            joined = [entry for entry in joined if entry[0] >= elided]
        for first in sorted({0, elided}, reverse=True):
            if len(atoms) - first <= MAX_PARTS:
                joined.append((first, len(atoms) - first, _join(atoms[first:])))
    return Group(tuple(atoms), tuple(joined), elided)


def _join(atoms: list[Atom]) -> Atom:
    return Atom(
        "".join(atom.form for atom in atoms),
        "".join(atom.stem_of for atom in atoms),
        atoms[0].start,
        atoms[-1].end,
    )


def _split_at_hyphens(chunk: str) -> Iterator[tuple[int, int]]:
    start = 0
    for at, sign in enumerate(chunk):
        if sign in _HYPHENS:
            yield start, at
            start = at + 1
            if chunk[start : start + 1].isspace() and (found := _HYPHEN.match(chunk, at)):
                start = found.end()
    if start < len(chunk):
        yield start, len(chunk)


def _is_number(part: str) -> bool:
    """Whether it begins with a number that a point, a comma or an apostrophe is a part of."""
    end = 0
    while part[end : end + 1] in _FIGURES:
        end += 1
    return end > 0 and part[end : end + 1] in _IN_NUMBERS and part[end + 1 : end + 2] in _FIGURES


def _part_groups(chunk: str, start: int, end: int) -> Iterator[Group]:
    """The words between two hyphens: one group, or several for a date or version."""
    part = chunk[start:end]
    if _is_number(part):
        yield from _number_groups(part, start)
        return
    elided: list[Atom] = []
    begin = 0
    apostrophes = [at for at, sign in enumerate(part) if sign in _APOSTROPHES]
    for at in () if "." in part else apostrophes:
        article = part[begin:at]
        rest = part[at + 1 :]
        if len(elided) == 2 or len(article) > 12 or fold(article) not in _ELIDED:
            break
        if len(rest) <= 2 and fold(rest) in _ENGLISH_ENDINGS:
            break
        elided.append(Atom(fold(article), article, start + begin, start + at))
        begin = at + 1
    atom = _atom(part[begin:], start + begin)
    if not elided or atom is None:
        yield from (Group((alone,)) for alone in [*elided, atom] if alone)
        return
    atoms = [*elided, atom]
    yield Group(tuple(atoms), ((0, len(atoms), _join(atoms)),), len(elided))


def _atom(piece: str, start: int) -> Atom | None:
    form = _form(piece.replace(".", ""))
    if not form:
        return None
    possessive = piece[-1] in "sS" and piece[-2:-1] in _APOSTROPHES
    stem_of = piece[:-2] if possessive else piece
    return Atom(form, stem_of.replace(".", ""), start, start + len(piece))


def _form(word: str) -> str:
    form = fold(word)
    # A ligature of whole words (U+FDFA) folds to words with spaces, and some letters to a
    # space with an accent.
    return form if form.isalnum() else "".join(form.split())


def _number_groups(part: str, start: int) -> Iterator[Group]:
    from indexer.figures import number, words

    found = number(part)
    if found is None:
        for begin, end in words(part):
            if atom := _atom(part[begin:end], start + begin):
                yield Group((atom,))
        return
    form, end = found
    rest = _APOSTROPHE.split(part[end:]) if end < len(part) else [""]
    form = fold(form)
    tail = _form("".join(rest))
    stem_tail = _form(rest[0]) if len(rest) == 2 and fold(rest[1]) == "s" else tail
    yield Group((Atom(form + tail, form + stem_tail, start, start + len(part)),))
