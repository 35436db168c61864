"""Where single terms of a query are in a text; the definitions are in :mod:`tests.oracle`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from indexer.analysis import Token, analyse, fold
from indexer.query import Fuzzy, Prefix, Wildcard

APOSTROPHES = "'’‘`´ʼ＇"


@lru_cache(100_000)
def tokens_of(text: str, language: str) -> tuple[Token, ...]:
    return tuple(analyse(text, language))


class Stretch(NamedTuple):
    """Positions from ``start`` to before ``end``."""

    start: int
    end: int


class Step(NamedTuple):
    """A word of a query: a token, or the pairs of a run, which take ``length`` positions."""

    tokens: tuple[Token, ...]
    length: int | None = None


def in_a_row(words: str, text: str, language: str, *, by_stem: bool) -> bool:
    """Whether a way through the words meets a way through the text."""
    for way in ways(words, language, may_drop_article=by_stem):
        ends: set[int] | None = None
        for step in way:
            found = places(step, text, language, by_stem=by_stem)
            ends = {place.end for place in found if ends is None or place.start in ends}
        if ends:
            return True
    return False


def is_near(words: str, text: str, language: str, distance: int) -> bool:
    """Whether the words, each at a place of its own, leave so few positions between them."""
    for way in ways(words, language, may_drop_article=False):
        choices = [places(step, text, language, by_stem=False) for step in way]
        for choice in product(*choices):
            span = max(place.end for place in choice) - min(place.start for place in choice)
            taken = sum(place.end - place.start for place in choice)
            if len(set(choice)) == len(choice) and span - taken <= distance:
                return True
    return False


def places(step: Step, text: str, language: str, *, by_stem: bool) -> list[Stretch]:
    """Where a step of a query is in a text."""

    def same(query: Token, token: Token) -> bool:
        if by_stem:
            return not set(query.stems).isdisjoint(token.stems)
        return query.form == token.form

    tokens = tokens_of(text, language)
    if step.length is None:
        (word,) = step.tokens
        found = [token for token in tokens if same(word, token)]
        # A joined form by its stem does not lead past its parts (see the oracle).
        return [Stretch(t.position, t.position + (1 if by_stem else t.width)) for t in found]
    starts = [
        {token.position - number for token in tokens if same(pair, token)}
        for number, pair in enumerate(step.tokens)
    ]
    return [Stretch(start, start + step.length) for start in sorted(set.intersection(*starts))]


def ways(words: str, language: str, *, may_drop_article: bool) -> list[list[Step]]:
    """All ways through the words of a query, from the first position to the last."""
    tokens = tokens_of(words, language)
    at: dict[int, list[Token]] = {}
    for token in tokens:
        at.setdefault(token.position, []).append(token)
    steps: dict[int, list[tuple[int, Step]]] = {}  # by position: where it leads, and the step
    position = 0
    while position in at:
        pairs: list[Token] = []
        while (pair := _pair(at.get(position + len(pairs), []))) is not None:
            pairs.append(pair)
        if pairs:
            length = len(pairs) + 1
            steps[position] = [(position + length, Step(tuple(pairs), length))]
            position += length
        else:
            steps[position] = [(position + t.width, Step((t,))) for t in at[position]]
            position += 1
    end = position

    def ways_from(position: int) -> Iterator[list[Step]]:
        if position == end:
            yield []
        for after, step in steps.get(position, ()):
            for rest in ways_from(after):
                yield [step, *rest]

    starts = [0]
    if may_drop_article:
        longest = max((token.width for token in at.get(0, [])), default=0)
        for token in tokens:
            # An article is the first part of a word that is also one with it.
            is_cut = words[token.end : token.end + 1] in set(APOSTROPHES)
            is_part = token.width == 1 and token.position + 1 < longest
            if token.position == starts[-1] and is_part and is_cut:
                starts.append(token.position + 1)
    return [way for start in starts for way in ways_from(start) if way]


def _pair(tokens: list[Token]) -> Token | None:
    """The pair that a character makes with the next one of its run, if these are of one."""
    return next((t for t in tokens[1:] if t.width == tokens[0].width == 1), None)


def is_unspaced(token: Token) -> bool:
    """Whether it is of a script without spaces: written twice in a row it makes more tokens."""
    return len(analyse(token.form * 2, "")) > 1


def fits(node: Prefix | Wildcard | Fuzzy, form: str) -> bool:
    if isinstance(node, Wildcard):
        return _has_shape(_shape(node.pattern), form)
    wanted = "".join(token.form for token in tokens_of(node.text, "") if token.width == 1)
    if isinstance(node, Prefix):
        return form.startswith(wanted)
    return edits(wanted, form) <= node.edits


def edits(one: str, other: str) -> int:
    """Optimal string alignment: inserted, deleted, changed letters, and swapped neighbours."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
                continue
            changed = one[i - 1] != other[j - 1]
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + changed
            )
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


class Letters(NamedTuple):
    """One character, of these or (``negated``) none of them; ``*`` is the string."""

    letters: frozenset[str]
    negated: bool = False


def _shape(pattern: str) -> list[str | Letters]:
    shape: list[str | Letters] = []
    rest = pattern
    while rest:
        close = rest.find("]", 2)
        if rest[0] == "*":
            shape.append("*")
        elif rest[0] == "?":
            shape.append(Letters(frozenset(), negated=True))
        elif rest[0] == "[" and close > 0:
            negated = rest[1] == "!"
            shape.append(Letters(_members(rest[2 if negated else 1 : close]), negated))
            rest = rest[close:]
        else:
            shape += [Letters(frozenset(letter)) for letter in fold(rest[0]) if letter.isalnum()]
        rest = rest[1:]
    return shape


def _members(inside: str) -> frozenset[str]:
    found: set[str] = set()
    folded = fold(inside)
    for place, char in enumerate(folded):
        if char == "-" and 0 < place < len(folded) - 1:
            found |= set(map(chr, range(ord(folded[place - 1]), ord(folded[place + 1]) + 1)))
        else:
            found.add(char)
    return frozenset(found)


def _has_shape(shape: list[str | Letters], form: str) -> bool:
    if not shape:
        return not form
    first, rest = shape[0], shape[1:]
    if isinstance(first, str):
        return any(_has_shape(rest, form[place:]) for place in range(len(form) + 1))
    return bool(form) and (form[0] in first.letters) != first.negated and _has_shape(rest, form[1:])
