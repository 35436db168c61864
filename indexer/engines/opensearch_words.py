"""The words of a commit: which begin so, which are spelled nearly so, and its languages.

Counts are those of essays, where the embedded engine counts passages: a cluster counts root
documents in one go.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_left
from itertools import takewhile
from typing import TYPE_CHECKING

from indexer.engines import opensearch_values as values
from indexer.engines.opensearch_schema import key_of
from indexer.engines.opensearch_values import Value, literal
from indexer.spelling import distance, matcher
from indexer.terms import form_of

if TYPE_CHECKING:
    from indexer.engines.opensearch_snapshot import Snapshot
    from indexer.plan import Scope

# Words that are remembered in all, at some 150 bytes each.
_MOST_REMEMBERED = 400_000
# Letters of a word that the cluster compares; how it does grows faster than their number, and
# few words have these in common and no others.
_COMPARED = 16

# The size of an automaton that is made of a regular expression.
_MOST_STATES = 1_000_000

# A letter of a form, and what may follow the form of an exact term: its width.
_LETTER = "[^\x1f]"
_WIDTH = "(\x1f[0-9]+)?"
_ANY = f"{_LETTER}*"

# What a shape is made of, and how many of it the cluster compares.
_PIECES = re.compile(r"\[\^?[^\]]*\]|\.\*|.", re.DOTALL)
_COMPARED_OF_SHAPE = 30

_Asked = tuple[str, str, int]


def languages(snapshot: Snapshot, deadline: float) -> dict[str, int]:
    """Languages of the essays, and how many essays each has."""
    memory = _memory(snapshot)
    asked = ("language", "", 0)
    found = memory.get(asked)
    if found is None:
        found = values.every(snapshot, "language", values.ANYTHING, deadline)
        memory.keep(asked, found)
    return dict(found)


def vocabulary(snapshot: Snapshot, prefix: str, scope: Scope, deadline: float) -> list[Value]:
    """Exact terms that begin with a prefix, in code point order, with the number of essays
    that hold each."""
    field, begin = _field(scope), key_of(prefix)
    memory = _memory(snapshot)
    for length in range(len(begin) + 1):
        known = memory.get((field, begin[:length], 0))
        if known is not None:
            start = bisect_left(known, (begin, 0))
            return list(takewhile(lambda value: value[0].startswith(begin), known[start:]))
    query = {"prefix": {field: begin}} if begin else values.ANYTHING
    found = values.every(snapshot, field, query, deadline, begin=begin)
    memory.keep((field, begin, 0), found)
    return list(found)


def shaped(
    snapshot: Snapshot, start: str, shape: str, scope: Scope, deadline: float
) -> list[Value]:
    """The same for terms whose whole form a regular expression matches; see the port."""
    field = _field(scope)
    memory = _memory(snapshot)
    asked = (field, f"{start}\x1f{shape}", -1)
    found = memory.get(asked)
    if found is None:
        matches = matcher(shape).fullmatch
        like = _looking_so(snapshot, field, _roughly(shape), deadline)
        found = [value for value in like if matches(form_of(value[0]))]
        memory.keep(asked, found)
    return list(found)


def close_to(
    snapshot: Snapshot, form: str, edits: int, scope: Scope, deadline: float
) -> list[Value]:
    """The same for terms whose form is within so many edits (optimal string alignment)."""
    field, form = _field(scope), key_of(form)
    memory = _memory(snapshot)
    asked = (field, f"{form}\x1f", edits)
    found = memory.get(asked)
    if found is None:
        like = _looking_so(snapshot, field, _like(form, edits), deadline)
        found = [v for v in like if distance(form, form_of(v[0]), edits) <= edits]
        memory.keep(asked, found)
    return list(found)


def _looking_so(snapshot: Snapshot, field: str, shape: str, deadline: float) -> list[Value]:
    """Exact terms whose form a regular expression of Lucene's matches."""
    terms = shape + _WIDTH
    holds = {"regexp": {field: {"value": terms, "max_determinized_states": _MOST_STATES}}}
    return values.every(snapshot, field, holds, deadline, rest=terms)


class _Memory:
    """Answers of one commit, as many as have so many words in all; the one that was not asked
    for longest goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[_Asked, list[Value]] = {}
        self._held = 0

    def get(self, asked: _Asked) -> list[Value] | None:
        """What is known."""
        with self._lock:
            known = self._answers.pop(asked, None)
            if known is not None:
                self._answers[asked] = known
            return known

    def keep(self, asked: _Asked, found: list[Value]) -> None:
        """Remembers an answer."""
        with self._lock:
            self._held += _weight(found) - _weight(self._answers.pop(asked, None))
            self._answers[asked] = found
            while self._held > _MOST_REMEMBERED:
                self._held -= _weight(self._answers.pop(next(iter(self._answers))))


def _weight(answer: list[Value] | None) -> int:
    """The words of an answer; one without words takes place, too."""
    return 0 if answer is None else len(answer) + 10


def _memory(snapshot: Snapshot) -> _Memory:
    found = snapshot.known("words")
    if not isinstance(found, _Memory):
        found = _Memory()
        snapshot.remember("words", found)
    return found


def _field(scope: Scope) -> str:
    return "names" if scope == "author" else "terms"


def _roughly(shape: str) -> str:
    """A regular expression of Lucene's for all that a shape matches, and maybe more.

    Beyond the first star, where an automaton would have to remember what went before, one
    letter of several is any number of any letters; and so is what is beyond so many letters.
    """
    made: list[str] = []
    compared = 0
    for piece in _PIECES.findall(shape):
        is_letter = piece != ".*" and ((len(piece) == 1 and piece != ".") or _ANY not in made)
        if is_letter and compared < _COMPARED_OF_SHAPE:
            compared += 1
            inside = f"[^\x1f{piece[2:]}" if piece.startswith("[^") else piece
            made.append(_LETTER if piece == "." else inside)
        elif made[-1:] != [_ANY]:
            made.append(_ANY)
    return "".join(made)


def _like(form: str, edits: int) -> str:
    """A regular expression for the forms within so many edits, and of long forms for more."""
    if len(form) <= _COMPARED:
        return _within(form, edits)
    # Whatever is like all of it begins with something like its beginning.
    return f"{_within(form[:_COMPARED], edits)}{_LETTER}*"


def _within(form: str, edits: int) -> str:
    """A regular expression for the forms within so many edits of one.

    Each edit is in the first half or in the second or swaps the letters where they meet, so
    that the expression grows little faster than the form; an automaton made from it leaves out
    whole branches of the dictionary, which one of parts in any place does not.
    """
    if not edits:
        return literal(form)
    if not form:
        return f"{_LETTER}{{0,{edits}}}"
    if len(form) == 1:
        longer = (
            f"{_LETTER}{{{before}}}{literal(form)}{_LETTER}{{{edits - before}}}"
            for before in range(edits + 1)
        )
        return f"({_LETTER}{{0,{edits}}}|{'|'.join(longer)})"
    cut = len(form) // 2
    left, right = form[:cut], form[cut:]
    ways = [_within(left, n) + _within(right, edits - n) for n in range(edits + 1)]
    swapped = literal(right[0] + left[-1])
    ways += (
        _within(left[:-1], n) + swapped + _within(right[1:], edits - 1 - n) for n in range(edits)
    )
    return f"({'|'.join(ways)})"
