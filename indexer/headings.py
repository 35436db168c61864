"""Which short lines are headings: evidence from the line, its neighbours and the whole text.

Every candidate line is described by named observations; the weights of those present add up
to the log-odds that it is a heading (logistic regression). A second round adds what the
first says about lines of the same shape and about the neighbours, so that the headings of a
text support each other.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from indexer.heading_weights import FIRST_ROUND, SECOND_ROUND
from indexer.linebreaks import width
from indexer.numbering import is_label, numbering
from indexer.segments import Segment, is_cjk

# A heading is no longer than this (columns), over all its lines.
_MAX_HEADING = 260
_MAX_LINES = 4
# More short lines in a row than this are data or talk; only numbered ones may be headings.
_MAX_STACK = 12
_LONG = 160
_SHORT = 80

_STOCK = frozenset(
    """
    abstract acknowledgements acknowledgments afterword analysis appendix appendices background
    bibliography conclusion conclusions contents contributors copyright counterpoint dedication
    discussion epilogue errata footnotes foreword glossary history implementation index
    introduction introductory limitations methods methodology motivation notes overview postscript
    preface prologue proposal rationale recommendations references resources results solution
    specification summary syllabus
    前言 序 序言 引言 导言 導言 绪论 緒論 摘要 目录 目錄 正文 结论 結論 结语 結語 后记 後記 跋 附录 附錄
    参考文献 參考文獻 注释 註釋 总结 小结 背景 概述
    préface avant-propos sommaire résumé annexe vorwort einleitung schluss anhang zusammenfassung
    literatur inhalt prólogo introducción conclusión índice bibliografía prefazione introduzione
    conclusione предисловие введение заключение содержание
    """.split()
)
_STOCK_PHRASES = frozenset(
    (
        "further reading", "next steps", "related work", "simple summary", "table of contents",
        "test cases", "works cited", "case study", "key takeaways", "see also", "in conclusion",
        "learn more", "final thoughts", "about the author", "list of illustrations",
        "author's preface", "translator's preface", "author's note",
    )
)  # fmt: skip
_SMALL = frozenset(
    """a an and as at but by de des du for from he her his i if in into is it la le les nor not of
    off on onto or our out over per so than that the their this to up upon via von vs we with
    without within your you et un une der die das und im el los las y en""".split()
)
_FINITE = frozenset(
    """is are was were am be been has have had will would shall should can could may might must do
    does did said says say asked replied answered cried went came got made knew thought saw took
    isn't aren't wasn't weren't don't doesn't didn't can't won't couldn't wouldn't i'm it's he's
    she's that's there's we're they're you're i've we've i'll we'll""".split()
)
_PERSONS = frozenset("i he she they we you it me him them us who".split())
_QUESTION = frozenset(
    """what why how when where who which whose whom is are was were do does did can could should
    will would has have""".split()
)
_SALUTATION = re.compile(
    r"(?:my )?(?:dear(?:est)?|hello|hi|hey|greetings|to whom|sir|madam|gentlemen|messieurs"
    r"|monsieur|fellow[- ]citizens|ladies and|good (?:morning|evening|afternoon))\b",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:(?:yours?|very|most|ever|with|kind|best|warm|respectfully|sincerely|faithfully|truly"
    r"|cordially|affectionately|regards|cheers|thank you|thanks|believe me|i (?:am|remain|have the))\b"
    r".{0,60},$|(?:yours (?:truly|sincerely|faithfully|ever|always)|(?:best|kind) (?:regards|wishes)"
    r"|sincerely|regards|cheers)[.,!]?$|—\s?the .{0,60}team$|the end\.?$|finis\.?$|fin\.?$|（?完）?$)",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"sign up|subscribe|newsletter|all rights reserved|copyright \S*\s*\d|©|\(c\)|click here"
    r"|read more|share this|follow us|page \d+|^\d+ of \d+$|terms of|privacy policy|cookie"
    r"|posted (?:by|on|in)|filed under|^tags?:|^categories:|powered by|^last updated|^published"
    r"|版权|转载|责任编辑|扫码|公众号|^译者|^来源",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:by|from|translated by|edited by|written by|author:?|von|par|por) +\S"
    r"|作者|译者|文[／/|：:]|[先秦汉漢唐宋元明清]{1,2}(?:朝|代)?[：:]",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|photo|image|illustration|source|credit|chart|map|plate|图|圖|表|照片)"
    r"s?(?: by)?\s*[:.：\dIVX（(]|\[(?:illustration|footnote|image)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S@\S|https?:|www\.|\.(?:com|org|net|gov|io|html?)\b", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"\b{_MONTH}\s+\d|\d(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b|^\d{{4}}[-/.年]\d{{1,2}}|\b\d{{4}}\.?$",
    re.IGNORECASE,
)
_CODE = re.compile(r"[{}=<>\\`$;]|\w\(|\w_\w|::|->|^[-/.\w]+\.\w{1,4}$|^[#/$]|\w/\w+/")
_SENTENCES = re.compile(r"[.!?][\"'”’)]*\s+[“\"'‘(]?[^\W\d_]|[。！？]\S")
_TERMINAL = re.compile(r"([.!?…。！？：:;；,，、—–-])[\"'”’»)\]」』）]*$")
_OPENING = "\"“‘«「『'"
_CLOSING = "\"”’»」』'"


@dataclass(slots=True)
class Candidate:
    """A segment that might be a heading. ``index`` is its place among the segments."""

    index: int
    text: str
    numbering: str = ""
    number: int = 0
    evidence: list[str] = field(default_factory=list)
    shape: str = ""
    odds: float = 0.0


class Evidence:
    """What a text's segments tell about its candidate lines."""

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments
        self.sizes = [len(s.text) if s.text.isascii() else width(s.text) for s in segments]
        count = max(1, len(segments))
        prose = [s for s in segments if s.kind == "prose"]
        short = sum(len(s.text) < _SHORT for s in prose)
        self.short_share = short / max(1, len(prose))
        self.talk_share = sum(s.text[0] in _OPENING for s in prose) / count
        self.blanks = Counter(s.blanks for s in segments).most_common(1)[0][0] if segments else 1
        self.repeats = Counter(s.text for s in prose if len(s.text) < _SHORT)
        self.stacks = self._stacks()
        self.candidates = [
            c for index in range(len(segments)) if (c := self._candidate(index)) is not None
        ]
        numbers: dict[str, Counter[int]] = defaultdict(Counter)
        for candidate in self.candidates:
            if candidate.numbering:
                numbers[candidate.numbering][candidate.number] += 1
        for candidate in self.candidates:
            if candidate.numbering:
                series = numbers[candidate.numbering]
                before, after = series[candidate.number - 1], series[candidate.number + 1]
                candidate.evidence.append(
                    "number continues both ways" if before and after
                    else "number continues" if before or after
                    else "number stands alone"
                )  # fmt: skip

    def _stacks(self) -> list[int]:
        """For every segment, how many short ones stand together around it."""
        stacks = [0] * len(self.segments)
        start = 0
        for index in range(len(self.segments) + 1):
            if index < len(self.segments) and self.sizes[index] < _SHORT:
                continue
            for place in range(start, index):
                stacks[place] = index - start
            start = index + 1
        return stacks

    def _candidate(self, index: int) -> Candidate | None:
        segment = self.segments[index]
        size = self.sizes[index]
        if size > _MAX_HEADING or len(segment.lines) > _MAX_LINES:
            return None
        if segment.kind not in ("prose", "verse", "list", "heading"):
            return None
        if segment.kind == "list" and len(segment.lines) > 2:
            return None
        text = " ".join(segment.text.split())
        if not any(char.isalnum() for char in text):
            return None
        kind, number, rest = numbering(text)
        if self.stacks[index] > _MAX_STACK and not kind:
            return None
        candidate = Candidate(index, text, kind, number)
        self._describe(candidate, rest)
        return candidate

    def _describe(self, candidate: Candidate, rest: str) -> None:
        text = candidate.text
        segment = self.segments[candidate.index]
        see = candidate.evidence.append
        unspaced = is_cjk(text)
        words = text.split()
        length = round(len(text) / 1.7) if unspaced else len(words)
        see(
            "1 word" if length <= 1 else "2-3 words" if length <= 3 else "4-6 words" if length <= 6
            else "7-10 words" if length <= 10 else "11-15 words" if length <= 15 else "16+ words"
        )  # fmt: skip
        if unspaced:
            see("cjk")
        shape = [segment.kind if segment.kind != "list" else "prose"]
        kind = candidate.numbering
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
        ending = _TERMINAL.search(body)
        end = ending[1] if ending else "none"
        if end in "。！？：；，":
            end = ".!?:;,"["。！？：；，".index(end)]
        if end == "." and (capitals == "capitals" or not rest):
            end = "none"
        see("end " + end)
        if unspaced and end in ".!":
            see("end . cjk")
        first = body[0]
        if first in _OPENING:
            see("opens with a quote")
            if body[-1] in _CLOSING or (ending and len(body) > 1 and body[-1] in _CLOSING):
                see("all in quotes")
        elif first in "—–-":
            see("opens with a dash")
        elif first in "([（【":
            see("opens with a bracket")
            if body[-1] in ")]）】":
                see("all in brackets")
        elif not first.isalnum():
            see("opens with a sign")
        lower = {word.strip(".,;:!?\"'“”‘’()—").lower().replace("’", "'") for word in words}
        if lower & _FINITE and not (end == "?" and words[0].lower() in _QUESTION):
            see("finite verb")
            if end == "none":
                see("finite verb, open end")
        if lower & _PERSONS:
            see("person")
        if words[0].lower() in _QUESTION and end == "?":
            see("question")
        if words[0].lower() in ("how", "why", "what") and end == "none":
            see("how or why")
        if _SENTENCES.search(body):
            see("several sentences")
        inner = body[:-1]
        for name, signs in (
            ("comma", ",，、"), ("semicolon", ";；"), ("colon", ":："), ("dash", "—–"),
            ("bracket", "(（"), ("inner quote", "\"“「"),
        ):  # fmt: skip
            if any(sign in inner for sign in signs):
                see("has " + name)
        if is_stock(body):
            see("stock heading")
        elif words[0].rstrip(":").lower() in _STOCK:
            see("stock first word")
        if any(char.isdigit() for char in body):
            see("has digits")
            if sum(char.isdigit() for char in body) * 2 > len(body.replace(" ", "")):
                see("mostly digits")
        for name, pattern in (
            ("salutation", _SALUTATION), ("sign-off", _SIGN_OFF), ("byline", _BYLINE),
            ("caption", _CAPTION),
        ):  # fmt: skip
            if pattern.match(body):
                see(name)
        for name, pattern in (
            ("footer", _FOOTER), ("address", _ADDRESS), ("date", _DATE), ("code", _CODE),
        ):  # fmt: skip
            if pattern.search(body):
                see(name)
        if text.startswith("_") and text.endswith("_"):
            see("emphasis")
        self._place(candidate, segment, unspaced)
        shape += [kind or "plain", capitals, end, "long" if length > 12 else "short"]
        candidate.shape = " ".join(shape)

    def _place(self, candidate: Candidate, segment: Segment, unspaced: bool) -> None:
        index = candidate.index
        see = candidate.evidence.append
        last = len(self.segments) - 1
        size = self.sizes[index]
        for side, at in (("before", index - 1), ("after", index + 1)):
            if not 0 <= at <= last:
                see("nothing " + side)
                continue
            other = self.segments[at]
            extent = self.sizes[at]
            if other.kind in ("list", "table", "verse", "quotation", "code", "heading"):
                see(f"{other.kind} {side}")
            if extent >= _LONG:
                see("long " + side)
            elif extent >= _SHORT:
                see("middling " + side)
            else:
                see("short " + side)
                if other.kind == "prose" and _TERMINAL.search(other.text):
                    see("short sentence " + side)
            if extent < size:
                see("shorter " + side)
        if index < last and self.segments[index + 1].text[:1].islower():
            see("continues in lower case")
        if index < last and self.segments[index + 1].text[:1] in _OPENING:
            see("quote after")
        if index > 0:
            tail = self.segments[index - 1].text[-1]
            if tail in ":：":
                see("colon before")
            elif tail not in ".!?…\"”’'»)]。！？」』）" and self.sizes[index - 1] >= _SHORT:
                see("open sentence before")
        stack = self.stacks[index]
        see(
            "stack 1" if stack <= 1 else "stack 2" if stack == 2 else "stack 3-4" if stack <= 4
            else "stack 5+"
        )  # fmt: skip
        if segment.blanks > self.blanks >= 1:
            see("extra space before")
        if index < last and self.segments[index + 1].blanks > self.blanks >= 1:
            see("extra space after")
        if segment.tight:
            see("tight after")
        if index > 0 and not segment.blanks:
            see("tight before")
        if segment.indent >= 8:
            see("centred")
        if segment.after_ornament:
            see("after ornament")
        see(
            "few short lines" if self.short_share < 0.12
            else "some short lines" if self.short_share < 0.3
            else "many short lines" if self.short_share < 0.6
            else "mostly short lines"
        )  # fmt: skip
        if self.talk_share > 0.12:
            see("talk")
        times = self.repeats[segment.text]
        if times > 2:
            see("repeated often")
        elif times == 2:
            see("repeated")
        if index > last - 3 and last > 6:
            see("near the end")
        if index < 2:
            see("at the top")

    def second_round(self) -> None:
        """Score, and add to the evidence what the first scores say together."""
        likely: dict[str, int] = Counter()
        total: dict[str, int] = Counter()
        odds = [-9.0] * (len(self.segments) + 1)
        for candidate in self.candidates:
            candidate.odds = sum(FIRST_ROUND.get(name, 0.0) for name in candidate.evidence)
            odds[candidate.index] = candidate.odds
            total[candidate.shape] += 1
            likely[candidate.shape] += candidate.odds > 0
        headings = sum(likely.values())
        crowded = headings / max(1, len(self.segments))
        for candidate in self.candidates:
            see = candidate.evidence.append
            same, agree = total[candidate.shape], likely[candidate.shape]
            others = same - 1
            share = (agree - (candidate.odds > 0)) / others if others else 0.5
            weight = "few" if others < 4 else "many"
            if others:
                see(
                    f"{weight} alike yes" if share > 0.75 else f"{weight} alike mostly" if share > 0.4
                    else f"{weight} alike rarely" if share > 0.1 else f"{weight} alike no"
                )  # fmt: skip
            before, after = (
                odds[candidate.index - 1] if candidate.index else -9.0,
                odds[candidate.index + 1],
            )
            if before > 0:
                see("heading before")
            if after > 0:
                see("heading after")
            see(
                "headings crowded"
                if crowded > 0.33
                else "headings dense"
                if crowded > 0.12
                else "headings sparse"
                if crowded > 0.02
                else "headings rare"
            )
            base = candidate.odds
            see(f"first {max(-6, min(6, math.floor(base)))}")
            candidate.odds = sum(SECOND_ROUND.get(name, 0.0) for name in candidate.evidence)


def _case(text: str, unspaced: bool) -> str:
    """How a line is capitalised: capitals, title, sentence, lower, one (word), none."""
    if unspaced:
        return "none"
    words = [word.lstrip("\"'“‘«(_*[") for word in text.split()]
    words = [word for word in words if word and word[0].isalpha()]
    if not words:
        return "none"
    letters = [char for char in text if char.isalpha()]
    if all(not char.islower() for char in letters) and any(char.isupper() for char in letters):
        return "capitals" if len(letters) > 1 else "one"
    if not words[0][0].isupper() and (words[0][0].islower()):
        return "lower"
    rest = [word for word in words[1:] if word.lower().strip(".,:;!?") not in _SMALL]
    if len(words) == 1:
        return "one"
    if not rest:
        return "title"
    upper = sum(not word[0].islower() for word in rest)
    if upper == len(rest):
        return "title"
    return "mixed" if upper * 2 >= len(rest) else "sentence"


def headings(segments: list[Segment]) -> dict[int, str]:
    """The segments that are headings: index → text."""
    evidence = Evidence(segments)
    evidence.second_round()
    found = {c.index: c.text for c in evidence.candidates if c.odds > 0}
    for index, segment in enumerate(segments):
        if segment.kind == "heading":
            found[index] = segment.text
    return found


def is_stock(text: str) -> bool:
    """Whether a heading is one of those every book and paper has (Preface, References)."""
    plain = text.rstrip(".:：").lower().replace("’", "'")
    return plain in _STOCK or plain in _STOCK_PHRASES


def may_be_title(text: str, *, strict: bool) -> bool:
    """Whether a first line names the essay; ``strict`` when it stands close to the next."""
    if numbering(text)[0] not in ("", "bare", "arabic") or is_stock(text):
        return False
    if any(pattern.match(text) for pattern in (_SALUTATION, _SIGN_OFF, _BYLINE, _CAPTION)):
        return False
    if _ADDRESS.search(text) or _FOOTER.search(text):
        return False
    if not strict:
        return True
    short = len(text) <= 3 or (" " not in text and text.isascii())
    return not (
        short
        or len(text) > 120
        or text[-1] in ".,;:，。；："
        or text[0].islower()
        or text[0] in _OPENING
        or _SENTENCES.search(text)
        or _DATE.search(text)
    )
