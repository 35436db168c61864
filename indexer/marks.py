"""Where the patterns of a query stand in a text, as offsets: what lights up."""

from __future__ import annotations

from indexer.beginnings import beginnings, letters_of, may_hold, pieces
from indexer.locating import Locator
from indexer.matching import occurrences
from indexer.records import NamedTuple, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from indexer.plan import Path, Pattern, View


class Mark(NamedTuple):
    """A span of a text that the pattern of this number lights up."""

    start: int
    end: int
    pattern: int


_NONE: Mapping[View, Sequence[str]] = {"exact": (), "stem": ()}

_Span = tuple[int, int]
_Terms = dict[str, list[int]]


class Marker:
    """Lights up the same patterns in many texts of one language.

    A pattern without slop lights up from its first word to its last, one with slop each of
    its words. The caller leaves out patterns whose scope is another field.
    """

    def __init__(self, patterns: Sequence[Pattern], language: str) -> None:
        # Terms that are a match alone, with the patterns they are of; the other patterns.
        self._alone: dict[tuple[View, str], list[int]] = {}
        self._rows: list[tuple[int, Pattern]] = []
        wanted: dict[View, set[str]] = {"exact": set(), "stem": set()}
        for number, pattern in enumerate(patterns):
            rows = []
            for path in pattern.paths:
                terms = {one.term for step in path for one in step}
                wanted[pattern.view] |= terms
                if len(path) == 1:
                    for term in terms:
                        self._alone.setdefault((pattern.view, term), []).append(number)
                elif path:
                    rows.append(path)
            if rows:
                self._rows.append((number, replace(pattern, paths=tuple(rows))))
        self._locator = Locator(language, wanted)
        alone: dict[View, list[str]] = {"exact": [], "stem": []}
        for view, term in self._alone:
            alone[view].append(term)
        self._begin_alone = beginnings(alone, language)
        # For each row what its steps may begin with.
        self._begin_rows = [
            [beginnings({**_NONE, p.view: [one.term for one in step]}, language) for step in path]
            for _, p in self._rows
            for path in p.paths
        ]
        # The marks in each piece of the patterns of one term.
        self._pieces: dict[str, list[Mark]] = {}

    def marks(self, text: str) -> list[Mark]:
        """Marks in order of their start; those of one pattern neither overlap nor touch."""
        told = self._told_by_letters(text)
        if told is not None:
            return told
        places = self._locator.places(text, positions=bool(self._rows))
        if not self._rows:
            # Between two pieces there is white space, so that their marks don't touch.
            return [
                Mark(offset + start, offset + end, number)
                for piece, offset, _ in places
                for start, end, number in self._marks_in(piece)
            ]
        spans: dict[int, list[_Span]] = {}
        terms: dict[View, _Terms] = {"exact": {}, "stem": {}}
        offsets: dict[tuple[str, int], _Span] = {}
        begins: dict[int, int] = {}
        for piece, offset, base in places:
            for start, end, number in self._marks_in(piece):
                spans.setdefault(number, []).append((offset + start, offset + end))
            for view, term, place, start, end in self._locator.locations(piece):
                position, begin = base + place, offset + start
                terms[view].setdefault(term, []).append(position)
                offsets[term, position] = (begin, offset + end)
                begins[position] = min(begin, begins.get(position, begin))
        for number, pattern in self._rows:
            for first, position, term in _places(pattern, terms[pattern.view]):
                span = begins[first], offsets[term, position][1]
                spans.setdefault(number, []).append(span)
        return _in_order(spans)

    def _told_by_letters(self, text: str) -> list[Mark] | None:
        """The marks in a text that has no row, where it can be told without taking it apart."""
        if self._begin_alone is None or (letters := letters_of(text)) is None:
            return None
        if self._begin_rows and any(may_hold(letters, row) for row in self._begin_rows):
            return None
        found = pieces(letters, self._begin_alone)
        if found is None:
            return None
        return [
            Mark(begin + start, begin + end, number)
            for begin, after in found
            for start, end, number in self._marks_in(text[begin:after])
        ]

    def _marks_in(self, piece: str) -> list[Mark]:
        found = self._pieces.get(piece)
        if found is None:
            spans: dict[int, list[_Span]] = {}
            for view, term, _, start, end in self._locator.locations(piece):
                for number in self._alone.get((view, term), ()):
                    spans.setdefault(number, []).append((start, end))
            found = self._pieces[piece] = _in_order(spans)
        return found


def _in_order(spans: Mapping[int, Sequence[_Span]]) -> list[Mark]:
    """Marks of patterns, by start, those of each pattern apart."""
    return sorted(
        Mark(start, end, number)
        for number, of_pattern in spans.items()
        for start, end in merged(of_pattern)
    )


def merged(spans: Sequence[_Span]) -> list[_Span]:
    """Spans in order, those that overlap or touch made one (pairs of Chinese characters)."""
    joined: list[_Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _places(pattern: Pattern, terms: _Terms) -> Iterator[tuple[int, int, str]]:
    """For each row the position it begins at, and the position and term it ends with; for a
    pattern with slop these of each word."""
    for whole in pattern.paths:
        path: Path = tuple(tuple(one for one in step if one.term in terms) for step in whole)
        if not all(path):
            continue
        windows = occurrences(replace(pattern, paths=(path,)), lambda term: terms.get(term, ()))
        if not windows:
            continue
        steps = path if pattern.slop is not None else path[-1:]
        at = {(term, position) for step in steps for term, _ in step for position in terms[term]}
        for first, end in windows:
            for term, advance in (one for step in steps for one in step):
                if pattern.slop is None:
                    if (term, end - advance) in at:
                        yield first, end - advance, term
                    continue
                for position in range(first, end - advance + 1):
                    if (term, position) in at:
                        yield position, position, term
