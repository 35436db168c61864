"""Words within a few edits of another: fuzzy search and did-you-mean."""

from __future__ import annotations

from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator


def distance(a: str, b: str, limit: int) -> int:
    """Edits between two words, transpositions of neighbours included, or ``limit`` + 1.

    Optimal string alignment (Boytsov, "Indexing Methods for Approximate Dictionary
    Searching", 2011, section 2.2), computed in a band of ``limit`` around the diagonal.
    """
    if a == b:
        return 0
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    over = limit + 1
    before: list[int] = []
    last = [j if j <= limit else over for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        row = [over] * (len(b) + 1)
        if i <= limit:
            row[0] = i
        best = row[0]
        for j in range(max(1, i - limit), min(len(b), i + limit) + 1):
            y = b[j - 1]
            value = last[j - 1] + (x != y)
            if last[j] + 1 < value:
                value = last[j] + 1
            if row[j - 1] + 1 < value:
                value = row[j - 1] + 1
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y and before[j - 2] + 1 < value:
                value = before[j - 2] + 1
            row[j] = value if value < over else over
            if value < best:
                best = value
        if best > limit:
            return over
        before, last = last, row
    return min(last[len(b)], over)


def matcher(shape: str) -> re.Pattern[str]:
    """A shape of words, as the port has it, to match forms with in quadratic time at most.

    What stands between two stars may as well be where it first occurs, so that no other place
    is tried once it was found.
    """
    import re

    first, *others = shape.split(".*")
    if not others:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def is_within(word: str, other: str, edits: int) -> bool:
    """Whether another word is within so many edits."""
    return (
        abs(len(word) - len(other)) <= edits
        # Every edit brings in at most one new letter and takes out at most one.
        and len(set(word).symmetric_difference(other)) <= 2 * edits
        and distance(word, other, edits) <= edits
    )


def pieces(word: str, edits: int) -> Iterator[tuple[str, int, int]]:
    """Pieces of a word longer than ``edits``, one of which every word within so many edits holds
    unchanged: each with its place, and how many places from there it may be.

    After Wu and Manber, "Fast Text Searching Allowing Errors", 1992, section 4.
    """
    if not edits:
        yield word, 0, 0
        return
    cuts = [len(word) * n // (edits + 1) for n in range(edits + 2)]
    for start, end in pairwise(cuts):
        yield word[start:end], start, edits
    for cut in cuts[1:-1]:
        # Neighbours swapped across a cut spoil two pieces with one edit.
        swapped = f"{word[: cut - 1]}{word[cut]}{word[cut - 1]}{word[cut + 1 :]}"
        yield from pieces(swapped, edits - 1)


def edits_for(word: str) -> int:
    """How many edits are forgiven: one up to five letters, two beyond."""
    return 1 if len(word) <= 5 else 2


def nearest(word: str, close: Iterable[tuple[str, int]]) -> str | None:
    """Of the words close to one the closest that is another; of equals the most frequent."""
    ranked = sorted(
        (distance(word, form, 2), form[:1] != word[:1], -count, form)
        for form, count in close
        if form != word
    )
    return ranked[0][3] if ranked else None
