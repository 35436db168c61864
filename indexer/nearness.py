"""What it is worth that the words of a query stand near each other, and in its order (after
Büttcher, Clarke and Lushman, "Term Proximity Scoring for Ad-Hoc Retrieval on Very Large Text
Collections", 2006)."""

from __future__ import annotations

from itertools import pairwise

from indexer.weights import PROXIMITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def nearness(places: Sequence[Sequence[tuple[int, int]]], weights: Sequence[float]) -> float:
    """What the nearness of words in one passage is worth, in units of BM25.

    ``places`` are each word's occurrences in the order of the query, ``weights`` their idf.
    Each word counts with the one after it that the passage holds, by the lesser idf over
    their distance; the wrong order costs some, and far apart counts nothing.
    """
    total = 0.0
    held = [number for number, found in enumerate(places) if found]
    for left, right in pairwise(held):
        gap = _gap(places[left], places[right])
        if gap is not None:
            weight = min(weights[left], weights[right])
            total += weight * PROXIMITY.weight / (1 + gap) ** PROXIMITY.power
    return total


def highest(weights: Sequence[float]) -> float:
    """What the nearness of such words is worth at most, in any passage."""
    # The lesser of two neighbours: all of them but the greatest, whichever a passage holds.
    return PROXIMITY.weight * (sum(weights) - max(weights))


def _gap(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> float | None:
    """Least number of words between two, the wrong order counted as some words more."""
    best: float | None = None
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i][0] < right[j][0]:
            gap = float(right[j][0] - left[i][1])
            i += 1
        else:
            gap = left[i][0] - right[j][1] + PROXIMITY.reversal
            j += 1
        if gap <= PROXIMITY.reach and (best is None or gap < best):
            if gap <= 0:
                return 0.0
            best = gap
    return best
