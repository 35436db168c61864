"""The rows of a pattern: the sequences of terms that an engine scores it by.

A pattern that is *graded* counts by how often it occurs. Its score in a passage is that of the
best of its rows, each scored as Lucene scores a phrase (see :mod:`indexer.engines.base`). All
other patterns only say that they occur.
"""

from __future__ import annotations

from itertools import chain, product

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.plan import Path, Pattern

# Each is a look-up of its own and, in a cluster, a clause. A word in hyphens has one to eight in
# a language; more come of phrases whose every word may be joined to the next one.
MOST_ROWS = 64

Row = tuple[tuple[str, int], ...]
"""Terms, each with its offset in positions from the first one's."""


def is_graded(pattern: Pattern) -> bool:
    """Whether a pattern is scored by its rows."""
    return pattern.graded and pattern.scope == "any" and pattern.slop is None


def rows(pattern: Pattern, exists: Callable[[str], bool]) -> tuple[Row, ...]:
    """The rows of a graded pattern: for each of its paths every choice among the terms that
    exist, each once; the first :data:`MOST_ROWS` of them."""
    known: dict[str, bool] = {}

    def is_there(term: str) -> bool:
        if term not in known:
            known[term] = exists(term)
        return known[term]

    found: dict[Row, None] = {}
    for row in chain.from_iterable(_along(path, is_there) for path in pattern.paths):
        found[row] = None
        if len(found) == MOST_ROWS:
            break
    return tuple(found)


def _along(path: Path, exists: Callable[[str], bool]) -> Iterator[Row]:
    steps = []
    for step in path:
        there = list(dict.fromkeys(alternative for alternative in step if exists(alternative.term)))
        if not there:
            return
        steps.append(there)
    for choice in product(*steps):
        row, offset = [], 0
        for term, advance in choice:
            row.append((term, offset))
            offset += advance
        yield tuple(row)
