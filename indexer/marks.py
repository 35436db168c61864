"""Where the patterns of a query stand in a text, as offsets: what lights up."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from indexer.analysis import Token, analyse, exact_term, postings, stem_term, words
from indexer.matching import occurrences
from indexer.plan import Path, Pattern, View

# Where a text may be taken apart without changing its words: at a space that no line end is
# near (a word may be hyphenated there), after Chinese punctuation.
_LONE_SPACE = re.compile(r"(?<=\S) (?=\S)")
_STOPS = "，。、；：！？"
_AFTER_STOP_OR_SPACE = re.compile(rf"(?:[^ {_STOPS}]|(?<!\S) | (?!\S))*+[ {_STOPS}]?")
# Code points; counts of longer pieces are not remembered.
_LONG_PIECE = 100


class Mark(NamedTuple):
    """A span of a text that the pattern of this number lights up."""

    start: int
    end: int
    pattern: int


class _Place(NamedTuple):
    """An occurrence: from the word at ``first`` to the word that is ``term`` at ``last``."""

    first: int
    last: int
    term: str


_Positions = dict[str, list[int]]


def marks(text: str, language: str, patterns: Sequence[Pattern]) -> list[Mark]:
    """Marks in order of their start; those of one pattern neither overlap nor touch.

    A pattern without slop lights up from its first word to its last, one with slop each of
    its words. The caller leaves out patterns whose scope is another field.
    """
    if not patterns:
        return []
    terms = postings(text, language)
    found: dict[tuple[View, _Place], list[int]] = {}
    for number, pattern in enumerate(patterns):
        for place in _places(pattern, terms.exact if pattern.view == "exact" else terms.stem):
            found.setdefault((pattern.view, place), []).append(number)
    if not found:
        return []
    needed = {position for _, place in found for position in (place.first, place.last)}
    tokens = _tokens_at(text, language, needed, terms.length)
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (view, place), numbers in found.items():
        starts = [token.start for token in tokens[place.first]]
        ends = [t.end for t in tokens[place.last] if place.term in _terms_of(t, language, view)]
        if not starts or not ends:
            continue
        start, end = min(starts), max(ends)
        for number in numbers:
            spans[number].append((start, end))
    return sorted(
        Mark(start, end, number)
        for number, of_pattern in spans.items()
        for start, end in merged(of_pattern)
    )


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap or touch made one (pairs of Chinese characters)."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _places(pattern: Pattern, terms: _Positions) -> Iterator[_Place]:
    for whole in pattern.paths:
        path: Path = tuple(tuple(one for one in step if one.term in terms) for step in whole)
        if not path or not all(path):
            continue
        if len(path) == 1:
            for term, _ in path[0]:
                for position in terms[term]:
                    yield _Place(position, position, term)
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
                        yield _Place(first, end - advance, term)
                    continue
                for position in range(first, end - advance + 1):
                    if (term, position) in at:
                        yield _Place(position, position, term)


def _terms_of(token: Token, language: str, view: View) -> Iterator[str]:
    if view == "exact":
        yield exact_term(token.form, token.width)
    else:
        for stem in token.stems:
            yield stem_term(stem, language)


@lru_cache(maxsize=16_384)
def _count(piece: str) -> int:
    return words(piece)


def _taken_apart(text: str) -> tuple[list[str], int]:
    """Pieces of the text whose words are those of the whole, and the characters between."""
    if any(stop in text for stop in "，。、"):
        return _AFTER_STOP_OR_SPACE.findall(text), 0
    # Where all characters print, all white space is single spaces and no line ends.
    return (text.split(" ") if text.isprintable() else _LONE_SPACE.split(text)), 1


def _tokens_at(
    text: str, language: str, needed: Collection[int], length: int
) -> dict[int, list[Token]]:
    """The tokens at some positions of a text that has ``length`` of them.

    Only the pieces with these positions are analysed: a fifth of the time of all of them.
    """
    pieces, between = _taken_apart(text)
    long = max(map(len, pieces)) > _LONG_PIECE
    firsts = list(accumulate(map(words if long else _count, pieces), initial=0))
    if firsts[-1] != length:
        # The parts do not add up to the whole.
        pieces, firsts = [text], [0, length]
    tokens: dict[int, list[Token]] = defaultdict(list)
    offsets = list(accumulate((len(piece) + between for piece in pieces), initial=0))
    for number in sorted({bisect_right(firsts, position) - 1 for position in needed}):
        offset, first = offsets[number], firsts[number]
        for token in analyse(pieces[number], language):
            tokens[first + token.position].append(
                token._replace(start=offset + token.start, end=offset + token.end)
            )
    return tokens
