"""The part of a passage that shows why it was found, and what lights up in it."""

from __future__ import annotations

import unicodedata
from _operator import lt
from bisect import bisect_left, bisect_right

from indexer.marks import merged
from indexer.model import Piece
from indexer.sentences import ends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.marks import Mark

_CUT = Piece("…")
# Fragments at most: more than three are no longer read as a text.
_FRAGMENTS = 3
# Code points in which a space is looked for before a word is cut.
_WORD_REACH = 40

_Span = tuple[int, int]
# A stretch from one mark to another and what speaks for it, weightiest first: how many patterns,
# whether in whole sentences, how many marks, less its start; and its end.
_Window = tuple[int, bool, int, int, int]
_NOWHERE: _Window = (-1, False, 0, 0, 0)


def light(text: str, found: Sequence[Mark]) -> tuple[Piece, ...]:
    """The whole text in pieces."""
    if not found:
        return (Piece(text),) if text else ()
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
    wanted = len(passage.patterns)
    best, shown = passage.fragment(width)
    for count in range(2, _FRAGMENTS + 1):
        if shown == wanted:
            break
        more = passage.fragments(width, count)
        if len(passage.shown(more)) > shown:
            best, shown = more, len(passage.shown(more))
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


def _lit(text: str, fragment: _Span, spans: Sequence[_Span]) -> list[Piece]:
    begin, end = fragment
    pieces: list[Piece] = []
    for start, stop in spans:
        if start >= end:
            break
        if stop <= begin or begin == end:
            continue
        if begin < start:
            pieces.append(Piece(text[begin:start]))
            begin = start
        if stop > end:
            stop = end
        pieces.append(Piece(text[begin:stop], True))
        begin = stop
    if begin < end:
        pieces.append(Piece(text[begin:end]))
    return pieces


class _Passage:
    """A text that is longer than its snippet."""

    def __init__(self, text: str, found: Sequence[Mark]) -> None:
        self._text = text
        self._found = found
        columns: tuple[tuple[int, ...], ...] = tuple(zip(*found, strict=True)) or ((), (), ())
        self._mark_starts, stops, self._numbers = columns
        self.spans = [*zip(self._mark_starts, stops, strict=True)]
        self._starts, self._ends = self._mark_starts, stops
        if not all(map(lt, stops, self._mark_starts[1:])):
            self.spans = merged(self.spans)
            self._starts, self._ends = zip(*self.spans, strict=True)
        self.patterns = set(self._numbers)
        # Where sentences begin, and where they end without the white space behind them.
        until = ends(text, lines=True)
        self._openings = [0, *until[:-1]]
        self._closings = [
            end - 1 if text[end - 2 : end] == ". " else start + len(text[start:end].rstrip())
            for start, end in zip(self._openings, until, strict=True)
        ]

    def shown(self, fragments: Sequence[_Span]) -> set[int]:
        """The patterns with a whole mark in one of the fragments."""
        return {number for span in fragments for number in self._inside(*span)}

    def _inside(self, begin: int, end: int) -> list[int]:
        """The pattern of each mark that lies in a stretch as a whole."""
        first = bisect_left(self._mark_starts, begin)
        after = bisect_left(self._mark_starts, end, first)
        return [number for _, stop, number in self._found[first:after] if stop <= end]

    def fragment(self, width: int) -> tuple[list[_Span], int]:
        """The one best stretch of at most ``width``, and how many patterns it shows."""
        whole = 0, len(self._text)
        window = self._window(width, whole, self.patterns, alone=True)
        if window is None:
            return [self._around(0, 0, width, whole)], 0
        patterns, _, _, earliness, end = window
        found = [self._around(-earliness, end, width, whole)]
        if patterns < len(self.patterns) > 1:
            # There may be more around it.
            patterns = len(self.shown(found))
        return found, patterns

    def fragments(self, total: int, count: int) -> list[_Span]:
        """At most ``count`` stretches, of several, of at most ``total`` together, in order and
        apart."""
        width = (total - count + 1) // count
        chosen: list[_Span] = []
        free = [(0, len(self._text))]
        missing = self.patterns
        while len(chosen) < count and (missing or not chosen):
            found = [
                (window, gap)
                for gap in free
                if (window := self._window(width, gap, missing, alone=False)) is not None
            ]
            if not found:
                break
            (patterns, _, _, earliness, end), gap = max(found)
            if chosen and not patterns:
                break
            chosen.append(self._around(-earliness, end, width, gap))
            begin, end = chosen[-1]
            missing = missing - self.shown(chosen[-1:])
            free.remove(gap)
            free += [(gap[0], begin), (end, gap[1])]
        if not chosen:
            return [self._around(0, 0, width, (0, len(self._text)))]
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

    def _window(self, width: int, gap: _Span, missing: set[int], *, alone: bool) -> _Window | None:
        """The best of what fits from each lit span in a gap on: freely, and in whole sentences."""
        spans, ends = self.spans, self._ends
        low = bisect_left(self._starts, gap[0])
        high = bisect_right(ends, gap[1])
        most, best = len(missing), _NOWHERE
        # Up to which span a window went that began further to the front, and in whole sentences:
        # it has all that another has which goes no further.
        furthest = furthest_whole = low
        for number in range(low, high):
            start, stop = spans[number]
            if stop - start > width:
                # Only a part of it can be shown, and only where there is nothing else.
                if alone:
                    inside = self._inside(start, start + width)
                    shown = len(missing.intersection(inside))
                    best = max(best, (shown, False, len(inside), -start, start + width))
                continue
            reach = bisect_right(ends, start + width, number, high)
            if reach <= furthest_whole:
                continue
            sentence = self._number_at(start)
            last = bisect_right(self._closings, self._openings[sentence] + width) - 1
            whole = number
            if last >= sentence:
                whole = bisect_right(ends, self._closings[last], number, high)
            first = bisect_left(self._mark_starts, start)
            if whole > number and whole > furthest_whole:
                furthest_whole = whole
                end = ends[whole - 1]
                after = bisect_left(self._mark_starts, end, first)
                if best[0] < most or not best[1] or best[2] < after - first:
                    shown = len(missing.intersection(self._numbers[first:after]))
                    best = max(best, (shown, True, after - first, -start, end))
                if whole == high:
                    break
            if reach > whole and reach > furthest:
                furthest = reach
                end = ends[reach - 1]
                after = bisect_left(self._mark_starts, end, first)
                if best[0] < most or (not best[1] and best[2] < after - first):
                    shown = len(missing.intersection(self._numbers[first:after]))
                    best = max(best, (shown, False, after - first, -start, end))
        return None if best is _NOWHERE else best

    def _number_at(self, offset: int) -> int:
        return bisect_right(self._openings, offset) - 1

    def _around(self, start: int, end: int, width: int, gap: _Span) -> _Span:
        """``start`` to ``end`` with as much around it, inside ``gap``, as ``width`` allows."""
        low, high = gap
        first, last = self._number_at(start), self._number_at(max(start, end - 1))
        begin = max(low, min(self._openings[first], start))
        finish = min(high, max(self._closings[last], end))
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
        if inside and not inside[0].isspace() and not inside[-1].isspace():
            return begin, finish
        begin += len(inside) - len(inside.lstrip())
        return begin, max(begin, finish - (len(inside) - len(inside.rstrip())))

    def _with_neighbours(self, begin: int, finish: int, width: int, gap: _Span) -> _Span:
        """With whole sentences after, then before, as many as fit."""
        following = bisect_left(self._openings, finish)
        while following < len(self._openings):
            end = self._closings[following]
            if end > gap[1] or end - begin > width:
                break
            finish, following = max(finish, end), following + 1
        before = bisect_left(self._openings, begin) - 1
        while before >= 0:
            start = self._openings[before]
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
