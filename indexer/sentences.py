"""Where sentences end, in any script. Linear in the length of the text.

The evidence for a full stop is weighed as by Kiss and Strunk, "Unsupervised Multilingual
Sentence Boundary Detection" (2006): what follows it, then whether the word before it is an
abbreviation or an initial, then whether the next word is one that likes to open sentences.
"""

from __future__ import annotations

from itertools import pairwise

Span = tuple[int, int]

# Stops that end a sentence whatever follows: scripts that write no space after them, or that
# use the sign for nothing else (Chinese, Indic, Arabic, Armenian, Ethiopic, Burmese, Khmer).
_HARD = frozenset("。！？｡।॥؟۔։።፧፨။។៕")
_SOFT = frozenset(".!?…‥‽⁇⁈⁉．")
# What may stand between a stop and the space; a footnote's number, too: `word.¹ Next`.
_CLOSERS = frozenset("\"'”’»›)]}」』）】》〉〕］｣*_⁰¹²³⁴⁵⁶⁷⁸⁹")
_OPENERS = frozenset("\"'“‘„‚«‹([{「『（【《〈¿¡—–-*_")
# What may stand before a word without a space, and the spaces other than the common one.
_TO_SPACES = dict.fromkeys(map(ord, "([{“‘„\"'«‹—–\t\r\xa0\u2009\u202f\u3000"), " ")
_STOPS = _SOFT | _HARD
# What a text may be broken at; each is looked for alone. Texts in Latin, Greek and Cyrillic have
# none but those of ASCII and of general punctuation (U+2000 on), which begin with 0xE2 in UTF-8.
_BREAKS = (*sorted(_STOPS), "\n")
_ASCII_BREAKS = tuple(filter(str.isascii, _BREAKS))
_WESTERN_BREAKS = tuple(sign for sign in _BREAKS if sign.isascii() or sign.encode()[0] == 0xE2)
_WESTERN_BYTES = bytes(
    set(range(256)) - {sign.encode()[0] for sign in set(_BREAKS).difference(_WESTERN_BREAKS)}
)
# Letters and digits of a footnote's mark in brackets: `word.[12] Next`.
_MARK = 4
# Code points before a full stop that are looked at: the longest abbreviation with its stops.
_REACH = 16


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the last word of a sentence: something always follows.
_LEADING = _words(
    "mr mrs ms mx dr prof rev hon sen rep gov gen capt cmdr lt sgt adm st ste mt messrs mme mmes"
    " mlle mgr hr frl sr sra srta sres dra ud uds sig sigg dott supt vs viz cf ca approx e.g i.e"
    " eg ie esp incl z.b d.h u.a o.ä bzw vgl bspw ggf evtl p.ex c.-à-d т.е т.к г-н г-жа ул см ср"
    " напр"
)
# Inside a sentence or at its end: the next word tells.
_EITHER = _words(
    "etc inc ltd corp bros jr esq ph.d ee.uu usw ecc ss т.д т.п др гг вв руб млн ed eds trans"
    " pres ft sc col maj jan feb apr jun jul aug sept sep oct nov dec dept univ assn ave blvd jh"
)
_BEFORE_NUMBER = _words(
    "no nos nr fig figs vol vols pp ch chap sec sect art arts par para op ref refs abs tel fol"
    " стр гл"
)
_ABBREVIATIONS = _LEADING | _EITHER | _BEFORE_NUMBER
# Words that open a sentence far more often than they follow an abbreviation inside one.
_STARTERS = _words(
    "the a an this that these those it its he she they we you i his her their our my there here"
    " but and or so yet if when while as at in on for from by with after before since because"
    " although though however then thus what why how who where not no some many most such one"
    " der die das ein eine er sie es wir ich und aber dies diese le la les un une il elle ils nous"
    " je mais et ce cette el los las una lo pero en y este esta он она они мы я это но и"
)
# `3. Oktober`, `19. Jahrhundert`: a German ordinal, not the end of a sentence.
_AFTER_ORDINAL = _words(
    "januar jänner februar märz april mai juni juli august september oktober november dezember"
    " jahrhundert jahrhunderts auflage kapitel klasse"
)
_ABBREVIATIONS = _LEADING | _EITHER | _BEFORE_NUMBER


def _abbreviates(text: str, stop: int, begin: int, after: int) -> bool:
    """Whether the lone full stop at ``stop`` belongs to its word and not to the sentence.

    ``begin`` is where the sentence began, ``after`` the first letter that follows.
    """
    before = text[max(begin, stop - _REACH) : stop]
    word = before.rpartition(" ")[2]
    if len(word) > 1 and word.isalpha() and word.lower() not in _ABBREVIATIONS:  # by far the most
        return False
    line = before.translate(_TO_SPACES).rpartition("\n")[2]
    word = line.rpartition(" ")[2]
    lowered = word.lower()
    if lowered in _LEADING:
        return True
    end = after
    while _is_word(text[end : end + 1]) and end < after + _REACH:
        end += 1
    following = text[after:end].lower()
    if word.isdigit():
        # `1. First` numbers what it opens.
        opens = len(word) <= 3 and line.lstrip() == word
        return opens or (len(word) <= 2 and following in _AFTER_ORDINAL)
    if lowered in _BEFORE_NUMBER:
        return following[:1].isdigit()
    starts = following in _STARTERS
    if lowered in _EITHER:
        return not starts
    if len(word) == 1 and word.lower() != word.upper():
        # An initial, also before `A.`; but `World War I. The` ends.
        return word != "I" and (not starts or (word.isupper() and text[after : after + 2] == "A."))
    parts = word.split(".")
    if len(parts) > 1 and all(part.isalpha() and len(part) <= 2 for part in parts):
        # `U.S.`, `p.m.`
        return not starts
    return False


def _ends(text: str, stops: str, begin: int, start: int, resume: int) -> bool:
    """Whether ``stops`` at ``start`` end the sentence that began at ``begin``.

    ``resume`` is where the white space after them ends.
    """
    if resume == len(text) or not _HARD.isdisjoint(stops):
        return True
    if resume == start + len(stops):
        # No space follows: `3.14`, `example.org`.
        return False
    after = resume
    while after < len(text) and after - resume < 8 and text[after] in _OPENERS:
        after += 1
    following = text[after : after + 1]
    if following.islower() or following in _SOFT:
        # `“What?” he said.`; `. . .`
        return False
    if stops[0] != "." or stops[1:2] == ".":
        return True
    return not _abbreviates(text, start, begin, after)


def _is_word(text: str) -> bool:
    return text.isalnum() or text == "_"


def _breaks(text: str) -> list[int]:
    """Where stops and line ends stand."""
    found: list[int] = []
    if text.isascii():
        signs = _ASCII_BREAKS
    elif text.encode("utf-8", "surrogatepass").translate(None, _WESTERN_BYTES):
        signs = _BREAKS
    else:
        signs = _WESTERN_BREAKS
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            found.append(at)
            at = text.find(sign, at + 1)
    found.sort()
    return found


def _end(text: str, start: int) -> int:
    """Where the stops that begin here end, with what goes with them."""
    end = start + 1
    while text[end : end + 1] in _STOPS:
        end += 1
    while True:
        sign = text[end : end + 1]
        if sign in _CLOSERS:
            end += 1
        elif sign == "[" and (mark := _mark(text, end)):
            end = mark
        else:
            return end


def _mark(text: str, start: int) -> int:
    """Where a footnote's mark in brackets ends; 0 where none begins."""
    end = text.find("]", start + 2, start + _MARK + 2)
    return end + 1 if end >= 0 and all(map(_is_word, text[start + 1 : end])) else 0


def sentences(text: str, *, lines: bool = False) -> list[Span]:
    """Spans of the sentences; together they cover the text.

    White space belongs to the sentence before it. A blank line always ends a sentence; with
    ``lines`` every line end does (verse, lists).
    """
    return [*pairwise([0, *ends(text, lines=lines)])]


def ends(text: str, *, lines: bool = False) -> list[int]:
    """Where the :func:`sentences` end, one after the other."""
    found: list[int] = []
    stops: str | None
    begin = 0
    least = 1 if lines else 2
    resume = 0
    size = len(text)
    breaks = _breaks(text)
    if breaks and breaks[-1] == size - 1:
        breaks.pop()  # There the last one ends anyway.
    for start in breaks:
        if start < resume:
            continue
        if text[start : start + 2] == ". ":
            following = text[start + 2 : start + 3]
            if following.isupper():
                # By far the most sentences end so, and a look at the word before is enough.
                word = text[text.rfind(" ", begin, start) + 1 or begin : start]
                if len(word) > 1 and word.isalpha() and word.lower() not in _ABBREVIATIONS:
                    begin = resume = start + 2
                    found.append(begin)
                    continue
            elif following.islower():
                continue
        stops = text[start]
        resume = start + 1
        if stops == "\n":
            stops = None
        elif text[resume : resume + 1] != " ":
            resume = _end(text, start)
            stops = text[start:resume]
        while resume < size and text[resume].isspace():
            resume += 1
        if text.count("\n", start, resume) < least:
            if stops is None or not _ends(text, stops, begin, start, resume):
                continue
        elif stops is None and text[begin:resume].isspace():
            continue
        if resume > begin:
            found.append(resume)
            begin = resume
    if begin < size:
        found.append(size)
    return found
