"""What it is worth that the words of a query stand near each other, for many passages at once:
to the digit what :mod:`indexer.nearness` says of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines.vector_arrays import Array
from indexer.weights import PROXIMITY

# A position in a text is below this.
_BITS = 24


class Places(NamedTuple):
    """Where a pattern stands: numbers of passages, and in each the first position and the one
    after the last."""

    passages: Array
    begins: Array
    ends: Array


def nearness(places: Sequence[Places], weights: Sequence[float], passages: int) -> Array:
    """For each of so many passages what the nearness of words is worth.

    ``places`` are each word's in the order of the query, ``weights`` their idf.
    """
    words = len(places)
    if words < 2:
        return np.zeros(passages)
    # For each word and passage the next word that this passage holds, or none.
    held = np.zeros((words, passages), np.bool_)
    for number, of_word in enumerate(places):
        held[number, of_word.passages] = True
    after = np.full((words, passages), -1)
    before = np.full((words, passages), -1)
    for number in range(1, words):
        before[number] = np.where(held[number - 1], number - 1, before[number - 1])
        back = words - 1 - number
        after[back] = np.where(held[back + 1], back + 1, after[back + 1])
    # The places of a word in a passage have a number of their own, and are in a row.
    keys = np.concatenate(
        [
            (of_word.passages * words + number << _BITS) + of_word.begins
            for number, of_word in enumerate(places)
        ]
    )
    order = keys.argsort(kind="stable")
    keys = keys.take(order)
    end = np.concatenate([of_word.ends for of_word in places]).take(order)
    both = keys >> _BITS
    passage, word = np.divmod(both, words)
    begin = keys - (both << _BITS)
    # A pair of words has the number of its first one in the passage.
    is_left = after[word, passage] >= 0
    former = before[word, passage]
    is_right = former >= 0
    left_pair = both[is_left]
    right_pair = (passage * words + former)[is_right]
    left = keys[is_left]
    right = (right_pair << _BITS) + begin[is_right]
    # The first place of the second word after each one of the first, and the other way round.
    gaps = np.full(passages * words, np.inf)
    _lower(gaps, left_pair, end[is_left], right, right.searchsorted(left, "right"), 0.0)
    _lower(gaps, right_pair, end[is_right], left, left.searchsorted(right), PROXIMITY.reversal)
    pair = (gaps <= PROXIMITY.reach).nonzero()[0]
    passage, word = np.divmod(pair, words)
    worth = np.array(weights)
    least = np.minimum(worth[word], worth[after[word, passage]])
    distance = (1 + np.maximum(gaps[pair], 0.0)) ** PROXIMITY.power
    # It adds in order, as one does who goes from word to word.
    return np.bincount(passage, least * PROXIMITY.weight / distance, minlength=passages)


def _lower(gaps: Array, pairs: Array, ends: Array, others: Array, at: Array, more: float) -> None:
    """Lowers the gaps of pairs to those between places that end so and the places at these
    indices, where these are of the same pair."""
    there = at < len(others)
    pairs, ends, nearest = pairs[there], ends[there], others[at[there]]
    same = nearest >> _BITS == pairs
    pairs = pairs[same]
    found = nearest[same] - (pairs << _BITS) - ends[same] + more
    np.minimum.at(gaps, pairs, found)
