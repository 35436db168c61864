"""The part of a passage that shows why it was found, and what lights up in it."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right

from indexer.marks import merged
from indexer.model import Piece
from indexer.records import NamedTuple
from indexer.sentences import sentences

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.marks import Mark

_CUT = Piece("…")
# Fragments at most: more than three are no longer read as a text.
_FRAGMENTS = 3
# Code points in which a space is looked for before a word is cut.
_WORD_REACH = 40

_Span = tuple[int, int]


def light(text: str, found: Sequence[Mark]) -> tuple[Piece, ...]:
    """The whole text in pieces."""
    return tuple(_lit(text, (0, len(text)), _spans(found)))


def snippet(text: str, found: Sequence[Mark], *, width: int = 240) -> tuple[Piece, ...]:
    """At most ``width`` code points of the text, to the letter, with ``…`` where it is cut.

    ``found`` are its marks in order. What it shows is chosen for the number of different
    patterns, then for whole sentences, then for the number of marks, then for being early. Where
    one place can't show every pattern, two or three do if that shows more.
    """
    if len(text) <= width:
        return light(text, found)
    passage = _Passage(text, found)
    best = passage.fragments(width, 1)
    for count in range(2, _FRAGMENTS + 1):
        if len(passage.shown(best)) == len(passage.patterns):
            break
        more = passage.fragments(width, count)
        if len(passage.shown(more)) > len(passage.shown(best)):
            best = more
    pieces: list[Piece] = []
    after = 0
    for fragment in best:
        if pieces or text[: fragment[0]].strip():
            pieces.append(_CUT)
        pieces += _lit(text, fragment, passage.spans)
        after = fragment[1]
    if text[after:].strip():
        pieces.append(_CUT)
    return tuple(pieces)


def _spans(found: Sequence[Mark]) -> list[_Span]:
    return merged([(start, end) for start, end, _ in found])


def _lit(text: str, fragment: _Span, spans: Sequence[_Span]) -> Iterator[Piece]:
    begin, end = fragment
    for start, stop in spans:
        start, stop = max(start, begin), min(stop, end)
        if start < stop:
            if begin < start:
                yield Piece(text[begin:start])
            yield Piece(text[start:stop], match=True)
            begin = stop
    if begin < end:
        yield Piece(text[begin:end])


class _Window(NamedTuple):
    """A stretch from one mark to another and what speaks for it, weightiest first."""

    patterns: int
    whole: bool
    marks: int
    earliness: int
    end: int


def _window(
    start: int, end: int, inside: Sequence[int], missing: set[int], *, whole: bool
) -> _Window:
    return _Window(len(missing.intersection(inside)), whole, len(inside), -start, end)


class _Passage:
    """A text that is longer than its snippet."""

    def __init__(self, text: str, found: Sequence[Mark]) -> None:
        self._text = text
        self._found = found
        self._mark_starts = [mark.start for mark in self._found]
        self._numbers = [mark.pattern for mark in self._found]
        self.spans = _spans(found)
        self._starts = [start for start, _ in self.spans]
        self._ends = [end for _, end in self.spans]
        self.patterns = {mark.pattern for mark in found}
        self._sentences = [
            (start, start + len(text[start:end].rstrip()))
            for start, end in sentences(text, lines=True)
        ]
        self._closings = [end for _, end in self._sentences]

    def shown(self, fragments: Sequence[_Span]) -> set[int]:
        """The patterns with a whole mark in one of the fragments."""
        found = {number for span in fragments for number in self._inside(*span)}
        return self.patterns & found

    def _inside(self, begin: int, end: int) -> list[int]:
        """The pattern of each mark that lies in a stretch as a whole."""
        first = bisect_left(self._mark_starts, begin)
        after = bisect_left(self._mark_starts, end, first)
        return [mark.pattern for mark in self._found[first:after] if mark.end <= end]

    def fragments(self, total: int, count: int) -> list[_Span]:
        """At most ``count`` stretches of at most ``total`` together, in order and apart."""
        width = (total - count + 1) // count
        chosen: list[_Span] = []
        free = [(0, len(self._text))]
        while len(chosen) < count:
            missing = self.patterns - self.shown(chosen)
            if chosen and not missing:
                break
            windows = [
                (window, gap)
                for gap in free
                for window in self._windows(width, gap, missing, count == 1)
            ]
            if not windows:
                break
            window, gap = max(windows)
            if chosen and not window.patterns:
                break
            chosen.append(self._around(-window.earliness, window.end, width, gap))
            begin, end = chosen[-1]
            free.remove(gap)
            free += [(gap[0], begin), (end, gap[1])]
        if not chosen:
            chosen.append(self._around(0, 0, width, (0, len(self._text))))
        spare = total - sum(end - begin for begin, end in chosen)
        together: list[_Span] = []
        for begin, end in sorted(chosen):
            if together:
                between = self._text[together[-1][1] : begin]
                if len(between) <= spare and not between.strip():
                    spare -= len(between)
                    begin = together.pop()[0]
            together.append((begin, end))
        return together

    def _windows(self, width: int, gap: _Span, missing: set[int], alone: bool) -> Iterator[_Window]:
        """For each lit span in a gap, what fits from there: freely, and in whole sentences."""
        low = bisect_left(self._starts, gap[0])
        high = bisect_right(self._ends, gap[1])
        for start, stop in self.spans[low:high]:
            if stop - start > width:
                # Only a part of it can be shown, and only where there is nothing else.
                if alone:
                    inside = self._inside(start, start + width)
                    yield _window(start, start + width, inside, missing, whole=False)
                continue
            first = self._number_at(start)
            last = bisect_right(self._closings, self._sentences[first][0] + width) - 1
            closing = self._closings[last] if last >= first else 0
            whole = bisect_right(self._ends, closing, low, high)
            reach = bisect_right(self._ends, start + width, low, high)
            if whole and self._ends[whole - 1] >= stop:
                end = self._ends[whole - 1]
                yield _window(start, end, self._between(start, end), missing, whole=True)
            if reach > whole:
                end = self._ends[reach - 1]
                yield _window(start, end, self._between(start, end), missing, whole=False)

    def _between(self, start: int, end: int) -> list[int]:
        """The pattern of each mark from where a lit span starts to where one ends."""
        first = bisect_left(self._mark_starts, start)
        return self._numbers[first : bisect_left(self._mark_starts, end, first)]

    def _number_at(self, offset: int) -> int:
        return max(0, bisect_right(self._sentences, (offset, len(self._text))) - 1)

    def _around(self, start: int, end: int, width: int, gap: _Span) -> _Span:
        """``start`` to ``end`` with as much around it, inside ``gap``, as ``width`` allows."""
        low, high = gap
        first, last = self._number_at(start), self._number_at(max(start, end - 1))
        begin = max(low, min(self._sentences[first][0], start))
        finish = min(high, max(self._sentences[last][1], end))
        if finish - begin <= width:
            begin, finish = self._with_neighbours(begin, finish, width, gap)
            if finish - begin < width // 2:
                # Alone it says little, and the next sentence is too long.
                finish = self._word_end(min(high, begin + width), finish)
                begin = self._word_start(max(low, finish - width), begin)
        elif end - begin <= width * 3 // 4:
            finish = self._word_end(begin + width, end)
        elif finish - start <= width * 3 // 4:
            begin = self._word_start(finish - width, start)
        else:
            begin = self._word_start(max(begin, start - (width - (end - start)) // 2), start)
            finish = self._word_end(min(finish, begin + width), end)
        inside = self._text[begin:finish]
        begin += len(inside) - len(inside.lstrip())
        return begin, max(begin, finish - (len(inside) - len(inside.rstrip())))

    def _with_neighbours(self, begin: int, finish: int, width: int, gap: _Span) -> _Span:
        """With whole sentences after, then before, as many as fit."""
        following = bisect_right(self._sentences, (finish, -1))
        while following < len(self._sentences):
            end = self._sentences[following][1]
            if end > gap[1] or end - begin > width:
                break
            finish, following = max(finish, end), following + 1
        before = bisect_right(self._sentences, (begin, -1)) - 1
        while before >= 0:
            start = self._sentences[before][0]
            if start < gap[0] or finish - start > width:
                break
            begin, before = start, before - 1
        return begin, finish

    def _word_end(self, at: int, least: int) -> int:
        """The last place, ``least`` to ``at``, where the text may be cut off."""
        text = self._text
        if at >= len(text):
            return len(text)
        for start, stop in self.spans:
            if least <= start < at < stop:
                return start
        for end in range(at, max(least, at - _WORD_REACH) - 1, -1):
            if text[end].isspace():
                return end
        while at > least and _divides_letter(text, at):
            at -= 1
        return at

    def _word_start(self, at: int, most: int) -> int:
        """The first place, ``at`` to ``most``, where the text may be taken up."""
        text = self._text
        if at <= 0:
            return 0
        for start, stop in self.spans:
            if start < at < stop <= most:
                return stop
        for start in range(at, min(most, at + _WORD_REACH) + 1):
            if text[start - 1].isspace():
                return start
        while at < most and _divides_letter(text, at):
            at += 1
        return at


def _divides_letter(text: str, at: int) -> bool:
    return unicodedata.category(text[at])[0] == "M" or "\u200d" in text[at - 1 : at + 1]
