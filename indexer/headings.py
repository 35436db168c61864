"""Which short lines are headings: evidence from the line, its neighbours and the whole text.

Every candidate line is described by named observations; the weights of those present add up
to the log-odds that it is a heading (logistic regression). A second round adds what the
first says about lines of the same shape and about the neighbours, so that the headings of a
text support each other.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import repeat

from indexer.heading_lexicon import (
    CLOSING,
    OPENING,
    PAGE_NUMBER,
    SENTENCES,
    SIGN_OFF,
    TERMINAL,
    is_contents,
)
from indexer.heading_lines import describe
from indexer.heading_weights import FIRST_ROUND, SECOND_ROUND
from indexer.linebreaks import count_unspaced
from indexer.numbering import is_label, numbering
from indexer.segments import Segment

# A heading is no longer than this (columns), over all its lines.
_MAX_HEADING = 260
_MAX_LINES = 4
# More short lines in a row than this are data or talk; only numbered ones may be headings.
_MAX_STACK = 12
# Entries of a table of contents.
_MAX_CONTENTS = 300
_LONG = 160
_SHORT = 80

# What no evidence outweighs: lines below the last paragraph that close a letter or a page,
# and lines that announce the next one.
_VETOES = tuple(
    frozenset(names)
    for names in (
        ("nothing after",),
        ("no text below", "address"),
        ("no text below", "footer"),
        ("no text below", "sign-off"),
        ("no text below", "date", "has comma"),
        ("no text below", "after sign-off"),
        ("link", "1 word"),
        ("link", "2-3 words"),
        ("end ,",),
        ("end ;",),
        ("sentence",),
        ("leads in",),
        ("salutation", "end :"),
        ("initials",),
        ("credit",),
        ("attribution",),
        ("closes parts",),
        ("in the contents",),
        ("in alphabetical order",),
    )
)


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
        # A Chinese character says about as much as three letters.
        self.sizes = [len(s.text) + 2 * count_unspaced(s.text) for s in segments]
        count = max(1, len(segments))
        prose = [s for s in segments if s.kind == "prose"]
        short = sum(len(s.text) < _SHORT for s in prose)
        self.short_share = short / max(1, len(prose))
        self.talk_share = sum(s.text[0] in OPENING for s in prose) / count
        self.blanks = Counter(s.blanks for s in segments).most_common(1)[0][0] if segments else 1
        self.repeats = Counter(s.text for s in prose if len(s.text) < _SHORT)
        # Debates and references label their parts again and again: Counterpoint, Example.
        self.labelled = any(
            times > 2 and not TERMINAL.search(text) and text[0].isupper() and len(text) < 30
            for text, times in self.repeats.items()
        )
        self.stacks = self._stacks()
        self.contents = self._contents()
        self.candidates = [
            c for index in range(len(segments)) if (c := self._candidate(index)) is not None
        ]
        self.last_body = max(
            (at for at, size in enumerate(self.sizes) if size >= _SHORT), default=-1
        )
        self._compare()

    def _compare(self) -> None:
        """Add what the candidates tell about each other: numbers going on, words shared."""
        series: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates:
            if candidate.numbering:
                series[candidate.numbering].append(candidate)
        for members in series.values():
            for place, candidate in enumerate(members):
                before = [c.number for c in members[max(0, place - 3) : place]]
                after = [c.number for c in members[place + 1 : place + 4]]
                number = candidate.number
                state = (
                    "goes on" if number - 1 in before and number + 1 in after
                    else "begins" if number == 1 and 2 in after
                    else "ends" if number - 1 in before
                    else "stands alone" if number not in before + after
                    else "repeats"
                )  # fmt: skip
                kind = candidate.numbering.split()[0].rstrip("0123456789")
                candidate.evidence.append(f"{kind} number {state}")
        leads = Counter(lead for c in self.candidates if (lead := _lead(c.text)))
        firsts = Counter(_first_word(c.text) for c in self.candidates)
        for candidate in self.candidates:
            if candidate.numbering:
                continue
            lead = _lead(candidate.text)
            if lead and leads[lead] > 1:
                open_end = "end none" in candidate.evidence
                candidate.evidence.append("shares its lead" + (", open end" if open_end else ""))
            elif firsts[_first_word(candidate.text)] > 2:
                candidate.evidence.append("shares its first word")
            if candidate.index > self.last_body:
                candidate.evidence.append("no text below")
                if {"address", "footer", "tight after", "tight before"} & set(candidate.evidence):
                    candidate.evidence.append("foot of the page")
        # The entries of a dictionary or index look like headings, but stand in order.
        terms = [
            c
            for c in self.candidates
            if "end none" in c.evidence and not c.numbering and len(c.text.split()) < 4
        ]
        keys = [c.text.casefold() for c in terms]
        for place, candidate in enumerate(terms):
            key = keys[place]
            start = max(0, min(place - 5, len(keys) - 11))
            above, below = keys[start:place], keys[place + 1 : start + 11]
            ordered = sum(other <= key for other in above) + sum(o >= key for o in below)
            extent = terms[min(start + 10, len(terms) - 1)].index - terms[start].index
            if ordered >= 9 and len({*above, *below}) > 8 and len(key) > 1 and extent <= 35:
                candidate.evidence.append("in alphabetical order")

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
        if not any(map(str.isalnum, text)):
            return None
        ending = TERMINAL.search(text)
        if ending and (
            (len(text) > 120 and ending[1] == "." and SENTENCES.search(text))
            or (text[0] in OPENING and text[-1] in CLOSING and self.talk_share > 0.12)
        ):
            return None
        kind, number, rest = numbering(text)
        if is_label(segment.lines[0]) and len(segment.lines) > 1:
            kind, number, _ = numbering(segment.lines[0].strip())
            rest = text[len(segment.lines[0].strip()) :].strip()
        if self.stacks[index] > _MAX_STACK and not kind:
            return None
        candidate = Candidate(index, text, kind, number)
        candidate.evidence, candidate.shape = describe(
            segment,
            text,
            kind,
            rest,
            labelled=self.labelled,
            apart=segment.blanks > self.blanks,
        )
        self._place(candidate, segment)
        return candidate

    def _place(self, candidate: Candidate, segment: Segment) -> None:
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
                if other.kind == "prose" and TERMINAL.search(other.text):
                    see("short sentence " + side)
            if extent < size:
                see("shorter " + side)
        if index < last and self.segments[index + 1].text[:1].islower():
            see("continues in lower case")
        if index < last and self.segments[index + 1].text[:1] in OPENING:
            see("quote after")
        if index > 0:
            previous = self.segments[index - 1].text
            if len(previous) < _SHORT and SIGN_OFF.match(previous):
                see("after sign-off")
            tail = previous[-1]
            if tail in ":：":
                see("colon before")
            elif tail not in ".!?…\"”’'»)]。！？」』）" and self.sizes[index - 1] >= _SHORT:
                see("open sentence before")
        stack = self.stacks[index]
        see(
            "stack 1" if stack <= 1 else "stack 2" if stack == 2 else "stack 3-4" if stack <= 4
            else "stack 5+"
        )  # fmt: skip
        marks = set(candidate.evidence)
        if stack <= 2 and "end none" in marks and marks & {"long after", "middling after"}:
            see("alone above text")
        if marks & {"verse before", "quotation before"} and marks & {"1 word", "2-3 words"}:
            see("short under verse")
        if self._attributes(index, marks):
            see("attribution")
        if index > 0 and is_label(self.segments[index - 1].text):
            see("under a bare number")
        if index in self.contents:
            see("in the contents")
        if "opens with a quote" in marks and self.talk_share > 0.05:
            see("quote among talk")
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
        times = 0 if candidate.numbering else self.repeats[segment.text]
        if times > 2:
            see("repeated often")
        elif times == 2:
            see("repeated")
        if index > last - 3 and last > 6:
            see("near the end")
        if index < 2:
            see("at the top")

    def _attributes(self, index: int, marks: set[str]) -> bool:
        """Whether a line names the author of a motto: heading, motto, name."""
        if index < 2 or marks & {"number and words", "number only", "stock heading", "16+ words"}:
            return False
        motto = self.segments[index - 1]
        at = index - 2
        while at > max(0, index - 12) and self.segments[at].kind == motto.kind == "verse":
            at -= 1
        above = self.segments[at]
        return (
            (motto.kind in ("verse", "quotation") or motto.text[0] in OPENING)
            and self.sizes[index - 1] > self.sizes[index]
            and self.sizes[at] < _SHORT
            and (is_label(above.lines[0]) or not TERMINAL.search(above.text))
        )

    def _contents(self) -> set[int]:
        """The segments of a table of contents, which repeats the headings to come."""
        inside: set[int] = set()
        for at, segment in enumerate(self.segments):
            if at in inside or self.sizes[at] > 30 or not is_contents(segment.text):
                continue
            seen: set[str] = set()
            below = at + 1
            while (
                below < len(self.segments)
                and self.sizes[below] < _LONG
                and len(seen) <= _MAX_CONTENTS
            ):
                entry = PAGE_NUMBER.sub("", self.segments[below].text.casefold())
                if any(other.startswith(entry) for other in seen):
                    break
                seen.add(entry)
                below += 1
            # The last line above the text is its heading, whatever stood before.
            if len(seen) <= _MAX_CONTENTS and below < len(self.segments):
                inside.update(range(at + 1, below - (self.sizes[below] >= _LONG)))
        return inside

    def second_round(self) -> None:
        """Score, and add to the evidence what the first scores say together."""
        likely: dict[str, int] = Counter()
        total: dict[str, int] = Counter()
        odds = [-9.0] * (len(self.segments) + 1)
        for candidate in self.candidates:
            candidate.odds = sum(map(FIRST_ROUND.get, candidate.evidence, repeat(0.0)))
            odds[candidate.index] = candidate.odds
            total[candidate.shape] += 1
            likely[candidate.shape] += candidate.odds > 0
        closing: Counter[str] = Counter()
        for candidate in self.candidates:
            at = candidate.index
            if odds[at + 1] > 0 and at and self.sizes[at - 1] >= _LONG:
                closing[candidate.text] += 1
        headings = sum(likely.values())
        crowded = headings / max(1, len(self.segments))
        for candidate in self.candidates:
            see = candidate.evidence.append
            same, agree = total[candidate.shape], likely[candidate.shape]
            others = same - 1
            share = (agree - (candidate.odds > 0)) / others if others else 0.5
            weight = "few" if others < 4 else "many"
            if others:
                often = (
                    "yes" if share > 0.75 else "mostly" if share > 0.4
                    else "rarely" if share > 0.1 else "no"
                )  # fmt: skip
                see(f"{weight} alike {often}")
            before, after = (
                odds[candidate.index - 1] if candidate.index else -9.0,
                odds[candidate.index + 1],
            )
            if before > 0:
                see("heading before")
            if after > 0:
                see("heading after")
            # A name that stands below part after part signs them.
            times = closing[candidate.text]
            if times > 2 and times * 2 > self.repeats[self.segments[candidate.index].text]:
                see("closes parts")
            if before <= 0 and candidate.index > 1 and odds[candidate.index - 2] > 0:
                between = self.segments[candidate.index - 1]
                motto = between.kind in ("verse", "quotation") or between.text[0] in OPENING
                see("under a motto" if motto else "heading just above")
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
            candidate.odds = sum(map(SECOND_ROUND.get, candidate.evidence, repeat(0.0)))


def _lead(text: str) -> str:
    """The words before a colon, where they are few."""
    lead, colon, rest = text[:40].partition(":")
    return lead.lower() if colon and rest and lead.count(" ") < 3 else ""


def _first_word(text: str) -> str:
    return text.split(None, 1)[0].lower()


def headings(segments: list[Segment]) -> dict[int, str]:
    """The segments that are headings: index → text."""
    evidence = Evidence(segments)
    evidence.second_round()
    found = {
        c.index: c.text
        for c in evidence.candidates
        if c.odds > 0 and not any(veto <= set(c.evidence) for veto in _VETOES)
    }
    for index, segment in enumerate(segments):
        if segment.kind == "heading":
            found[index] = segment.text
    return found
