"""Where the patterns of a query stand in a text, as offsets: what lights up."""

from __future__ import annotations

import indexer
from indexer.beginnings import beginnings, has_words, letters_of, may_hold, pieces
from indexer.keeping import cached_property
from indexer.locating import Locator, Wanted
from indexer.matching import along
from indexer.records import NamedTuple, replace
from indexer.terms import width_of

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
# A piece, its offset, and the position of its first word.
_Place = tuple[str, int, int]


class _Row(NamedTuple):
    """A pattern of several words, its number, what the words at each step of each of its paths
    begin with, and whether there may be no other word between them."""

    number: int
    pattern: Pattern
    steps: list[list[tuple[bytes, ...] | None]]
    side_by_side: bool


class Marker:
    """Lights up the same patterns in many texts of one language.

    A pattern without slop lights up from its first word to its last, one with slop each of
    its words. The caller leaves out patterns whose scope is another field.
    """

    def __init__(self, patterns: Sequence[Pattern], language: str) -> None:
        if indexer.ONE_SHOT and all(pattern.view == "exact" for pattern in patterns):
            # No stems are asked for, and what makes them takes a while to load.
            language = ""
        # Terms that are a match alone, with the patterns they are of; the other patterns.
        self._alone: dict[View, dict[str, list[int]]] = {"exact": {}, "stem": {}}
        self._rows: list[_Row] = []
        wanted: dict[View, set[str]] = {"exact": set(), "stem": set()}
        for number, pattern in enumerate(patterns):
            rows = []
            for path in pattern.paths:
                terms = {one.term for step in path for one in step}
                wanted[pattern.view] |= terms
                if len(path) == 1:
                    for term in terms:
                        self._alone[pattern.view].setdefault(term, []).append(number)
                elif path:
                    rows.append(path)
            if rows:
                steps = [
                    [
                        beginnings({**_NONE, pattern.view: [one.term for one in step]}, language)
                        for step in path
                    ]
                    for path in rows
                ]
                side_by_side = pattern.slop is None and all(
                    one.advance == width_of(one.term)
                    for path in rows
                    for step in path
                    for one in step
                )
                pattern = replace(pattern, paths=tuple(rows))
                self._rows.append(_Row(number, pattern, steps, side_by_side))
        # What words begin with that are wanted.
        self._begin_alone = beginnings(self._alone, language)
        self._begin = beginnings(wanted, language) if self._rows else self._begin_alone
        self._wanted = Wanted(language, wanted)
        # The marks in each piece of the patterns of one term.
        self._pieces: dict[str, list[Mark]] = {}

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self._wanted)

    def marks(self, text: str) -> list[Mark]:
        """Marks in order of their start; those of one pattern neither overlap nor touch."""
        rows: Sequence[_Row] = self._rows
        letters = None if self._begin_alone is None else letters_of(text)
        if letters is not None and rows:
            rows = [row for row in rows if any(may_hold(letters, way) for way in row.steps)]
        if rows:
            return self._marks_with(rows, text, letters)
        # Between two pieces there is white space, so that their marks don't touch.
        if letters is not None and self._begin_alone is not None:
            found = pieces(letters, self._begin_alone)
            if found is not None:
                return [
                    Mark(begin + start, begin + end, number)
                    for begin, after in found
                    for start, end, number in self._marks_in(text[begin:after])
                ]
        return [
            Mark(begin + start, begin + end, number)
            for piece, begin, _ in self._locator.places(text, positions=False)
            for start, end, number in self._marks_in(piece)
        ]

    def _marks_with(self, rows: Sequence[_Row], text: str, letters: bytes | None) -> list[Mark]:
        """The marks in a text that may have some rows."""
        places: Sequence[_Place] | None = None
        if letters is not None and all(row.side_by_side for row in rows):
            places = self._places_by(letters, text)
        if places is None:
            places = self._locator.places(text, positions=True)
        spans: dict[int, list[_Span]] = {}
        terms: dict[View, _Terms] = {"exact": {}, "stem": {}}
        offsets: dict[tuple[str, int], _Span] = {}
        begins: dict[int, int] = {}
        for piece, offset, base in places:
            for start, end, number in self._marks_in(piece):
                spans.setdefault(number, []).append((offset + start, offset + end))
            for view, term, place, start, end in self._wanted.of(piece).locations:
                position, begin = base + place, offset + start
                terms[view].setdefault(term, []).append(position)
                offsets[term, position] = (begin, offset + end)
                begins[position] = min(begin, begins.get(position, begin))
        for number, pattern, *_ in rows:
            for first, position, term in _places(pattern, terms[pattern.view]):
                span = begins[first], offsets[term, position][1]
                spans.setdefault(number, []).append(span)
        return _in_order(spans)

    def _places_by(self, letters: bytes, text: str) -> list[_Place] | None:
        """Where pieces stand that may have what is wanted, told by their letters, their positions
        those of words side by side; nothing where that can't be told."""
        found = None if self._begin is None else pieces(letters, self._begin)
        if found is None:
            return None
        places: list[_Place] = []
        position = after = 0
        for begin, end in found:
            piece = text[begin:end]
            # How many words there are between is all one to those that stand side by side.
            position += has_words(letters, after, begin)
            places.append((piece, begin, position))
            position += self._wanted.of(piece).advance
            after = end
        return places

    def _marks_in(self, piece: str) -> list[Mark]:
        found = self._pieces.get(piece)
        if found is None:
            found = [
                Mark(start, end, number)
                for view, term, _, start, end in self._wanted.of(piece).locations
                for number in self._alone[view].get(term, ())
            ]
            if len(found) > 1:
                spans: dict[int, list[_Span]] = {}
                for start, end, number in found:
                    spans.setdefault(number, []).append((start, end))
                found = _in_order(spans)
            self._pieces[piece] = found
        return found


def _in_order(spans: Mapping[int, Sequence[_Span]]) -> list[Mark]:
    """Marks of patterns, by start, those of each pattern apart."""
    if len(spans) == 1:  # by far the most
        [(number, of_pattern)] = spans.items()
        return [Mark(start, end, number) for start, end in merged(of_pattern)]
    return sorted(
        Mark(start, end, number)
        for number, of_pattern in spans.items()
        for start, end in merged(of_pattern)
    )


def merged(spans: Sequence[_Span]) -> list[_Span]:
    """Spans in order, those that overlap or touch made one (pairs of Chinese characters)."""
    if len(spans) < 2:
        return [*spans]
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
        windows = along(path, pattern.slop, lambda term: terms.get(term, ()))
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
