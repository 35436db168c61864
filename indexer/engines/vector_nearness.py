"""What it is worth that the words of a query stand near each other, for many passages at once:
to the digit what :mod:`indexer.nearness` says of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines.vector_numbers import Array
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
    sizes = [len(of_word.begins) for of_word in places]
    # A word in a passage has a number of its own.
    both = np.concatenate([of_word.passages for of_word in places]) * words
    both += np.repeat(np.arange(words), sizes)
    before, after = _neighbours(both, words, passages)
    # The places of a word in a passage are in a row.
    keys = (both << _BITS) + np.concatenate([of_word.begins for of_word in places])
    order = keys.argsort(kind="stable")
    keys, both = keys.take(order), both.take(order)
    end = np.concatenate([of_word.ends for of_word in places]).take(order)
    # A pair of words has the number of its first one in the passage.
    is_left, former = after.take(both) >= 0, before.take(both)
    is_right = former >= 0
    left, left_pair = keys[is_left], both[is_left]
    second, right_pair = both[is_right], former[is_right]
    right = keys[is_right] + (right_pair - second << _BITS)
    # The first place of the second word after each one of the first, and the other way round.
    gaps = np.full(passages * words, np.inf)
    _lower(gaps, left_pair, end[is_left], right, right.searchsorted(left, "right"), 0.0)
    _lower(gaps, right_pair, end[is_right], left, left.searchsorted(right), PROXIMITY.reversal)
    pair = (gaps <= PROXIMITY.reach).nonzero()[0]
    worth = np.array(weights)
    least = np.minimum(worth.take(pair % words), worth.take(after.take(pair) % words))
    distance = (1 + np.maximum(gaps.take(pair), 0.0)) ** PROXIMITY.power
    # It adds in order, as one does who goes from word to word.
    return np.bincount(pair // words, least * PROXIMITY.weight / distance, minlength=passages)


def _neighbours(held: Array, words: int, passages: int) -> tuple[Array, Array]:
    """For each word in each passage, those that are ``held``: the numbers of the word before and
    of the one after that this passage holds, or a negative number."""
    numbers = np.arange(passages * words).reshape(passages, words)
    flags = np.zeros(passages * words, np.bool_)
    flags[held] = True
    there = flags.reshape(passages, words)
    none = passages * words
    before = np.full((passages, words), -1)
    np.maximum.accumulate(np.where(there, numbers, -1)[:, :-1], axis=1, out=before[:, 1:])
    after = np.full((passages, words), none)
    back = np.where(there, numbers, none)[:, :0:-1]
    np.minimum.accumulate(back, axis=1, out=after[:, -2::-1])
    after[after == none] = -1
    return before.ravel(), after.ravel()


def _lower(gaps: Array, pairs: Array, ends: Array, others: Array, at: Array, more: float) -> None:
    """Lowers the gaps of pairs to those between places that end so and the places at these
    indices, where these are of the same pair."""
    if not len(others):
        return
    nearest = others.take(at, mode="clip")
    there = (nearest >> _BITS == pairs) & (at < len(others))
    pairs = pairs[there]
    found = nearest[there] - (pairs << _BITS) - ends[there] + more
    np.minimum.at(gaps, pairs, found)
