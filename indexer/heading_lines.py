"""The evidence for a heading that one line gives, whatever stands around it."""

from __future__ import annotations

from indexer.heading_lexicon import (
    BYLINE,
    CAPTION,
    CLOSING,
    CREDIT,
    FINITE,
    INITIALS,
    OPENING,
    PERSONS,
    QUESTION,
    SALUTATION,
    SENTENCES,
    SIGN_OFF,
    SMALL,
    TERMINAL,
    has_address,
    has_code,
    has_date,
    has_link,
    is_footer,
    is_stock,
    is_stock_word,
)
from indexer.numbering import is_label
from indexer.segments import Segment, is_cjk


def describe(
    segment: Segment, text: str, kind: str, rest: str, *, labelled: bool, apart: bool
) -> tuple[list[str], str]:
    """What a line itself shows, and its shape: what lines of one kind of heading share.

    ``kind`` and ``rest`` are its number's kind and the words after. ``labelled`` says that the
    text labels its parts again and again, ``apart`` that the line has extra space before.
    """
    seen: list[str] = []
    see = seen.append
    unspaced = is_cjk(text)
    words = text.split()
    length = round(len(text) / 1.7) if unspaced else len(words)
    see(
        "1 word" if length <= 1 else "2-3 words" if length <= 3 else "4-6 words" if length <= 6
        else "7-10 words" if length <= 10 else "11-15 words" if length <= 15 else "16+ words"
    )  # fmt: skip
    if unspaced:
        see("cjk")
    shape: list[str] = [segment.kind.replace("list", "prose")]
    if kind:
        see("number " + ("label" if kind.startswith("label") else kind))
        see("number only" if not rest else "number and words")
        if segment.kind == "list" and len(segment.lines) > 1:
            see("several list items")
    elif segment.kind == "list":
        see("bullet")
    if len(segment.lines) > 1 and segment.kind == "verse":
        see("two lines" if len(segment.lines) == 2 else "three or four lines")
    if len(segment.lines) > 1 and is_label(segment.lines[0]):
        see("number on its own line")
    body = rest or text
    capitals = _case(body, unspaced)
    see("case " + capitals)
    ending = TERMINAL.search(body)
    end = ending[1] if ending else "none"
    if end in "。！？：；，":
        end = ".!?:;,"["。！？：；，".index(end)]
    if end == "." and (capitals == "capitals" or not rest):
        end = "none"
    see("end " + end + (" among labels" if end == "." and labelled else ""))
    alone = apart and len(words) < 7 and not SENTENCES.search(body)
    if end == "." and not kind and not labelled and not alone:
        see("sentence")
    if INITIALS.fullmatch(text):
        see("initials")
    if unspaced and end in ".!":
        see("end . cjk")
    first = body[0]
    if first in OPENING:
        see("opens with a quote")
        if body[-1] in CLOSING:
            see("spoken" if ending else "all in quotes")
    elif first in "—–-":
        see("opens with a dash")
    elif first in "([（【":
        see("opens with a bracket")
        if body[-1] in ")]）】":
            see("all in brackets")
    elif not first.isalnum():
        see("opens with a sign")
    lower = {word.strip(".,;:!?\"'“”‘’()—").lower().replace("’", "'") for word in words}
    if lower & FINITE and not (end == "?" and words[0].lower() in QUESTION):
        see("finite verb")
        if end == "none":
            see("finite verb, open end")
        elif end == ":" and words[0].lower() not in QUESTION:
            see("leads in")
    if lower & PERSONS:
        see("person")
    if words[0].lower() in QUESTION and end == "?":
        see("question")
    if words[0].lower() in ("how", "why", "what") and end == "none":
        see("how or why")
    if SENTENCES.search(body):
        see("several sentences")
    inner = body[:-1]
    for name, signs in (
        ("comma", ",，、"), ("semicolon", ";；"), ("colon", ":："), ("dash", "—–"),
        ("bracket", "(（"), ("inner quote", "\"“「"),
    ):  # fmt: skip
        for sign in signs:
            if sign in inner:
                see("has " + name)
                break
    if is_stock(body):
        see("stock heading")
    elif is_stock_word(words[0]):
        see("stock first word")
    digits = sum(map(str.isdigit, body))
    if digits:
        see("has digits")
        if digits * 2 > len(body.replace(" ", "")):
            see("mostly digits")
    for name, pattern in (
        ("salutation", SALUTATION), ("sign-off", SIGN_OFF), ("byline", BYLINE),
        ("credit", CREDIT),
        ("caption", CAPTION),
    ):  # fmt: skip
        if pattern.match(body):
            see(name)
    if is_footer(body):
        see("footer")
    if has_link(body):
        see("link")
    if has_address(body):
        see("address")
    if has_date(body):
        see("date")
    if has_code(body):
        see("code")
    if text.startswith("_") and text.endswith("_"):
        see("emphasis")
    shape += [kind or "plain", capitals, end, "long" if length > 12 else "short"]
    return seen, " ".join(shape)


def _case(text: str, unspaced: bool) -> str:
    """How a line is capitalised: capitals, title, sentence, lower, one (word), none."""
    if unspaced:
        return "none"
    words = [word.lstrip("\"'“‘«(_*[") for word in text.split()]
    words = [word for word in words if word and word[0].isalpha()]
    if not words:
        return "none"
    letters = list(filter(str.isalpha, text))
    if not any(map(str.islower, letters)) and any(map(str.isupper, letters)):
        return "capitals" if len(letters) > 1 else "one"
    if not words[0][0].isupper() and (words[0][0].islower()):
        return "lower"
    rest = [word for word in words[1:] if word.lower().strip(".,:;!?") not in SMALL]
    if len(words) == 1:
        return "one"
    if not rest:
        return "title"
    upper = sum(not word[0].islower() for word in rest)
    if upper == len(rest):
        return "title"
    return "mixed" if upper * 2 >= len(rest) else "sentence"
