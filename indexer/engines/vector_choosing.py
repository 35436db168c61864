"""Which passages of each essay are shown, for many essays at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.engines.vector_numbers import Array, heads, spans, starts

# Up to so many passages are put in order, and of more the best ones looked for.
_FEW = 600
# Up to so many of each are looked for.
_FEW_EACH = 8
# Numbers with a bit for each word.
_BITS = (np.uint8, np.uint16, np.uint32, np.uint64)


def best_each(
    scores: Array, ahead: Array | None, first: Array, counts: Array, most: int
) -> tuple[Array, list[int]]:
    """The indices of the best passages of each essay, so many of each at least where there are,
    best first, those that are ``ahead`` before the others; and where those of each begin.

    An essay's passages begin at ``first`` and are as many as in ``counts``.
    """
    at = spans(first, counts)
    begins = starts(counts)[:-1]
    if len(at) > _FEW and most <= _FEW_EACH:
        left = scores.take(at)
        kept = np.zeros(len(at), np.bool_)
        if ahead is not None:
            kept = ahead.take(at)
            left[kept] = -1.0
        owner = np.repeat(np.arange(len(counts)), counts)
        for _ in range(most):
            best = np.maximum.reduceat(left, begins)
            found = (left == np.repeat(best, counts)).nonzero()[0]
            found = found[heads(owner.take(found))]
            # What is taken is the best again only where there is nothing else.
            kept[found] = True
            left[found] = -1.0
        chosen = kept.nonzero()[0]
        at, owner = at.take(chosen), owner.take(chosen)
        begins = heads(owner)
    else:
        owner = np.repeat(np.arange(len(counts)), counts)
    # Of equals the earlier one comes first, as it is.
    worths = -scores.take(at)
    if ahead is None:
        order = np.lexsort((worths, owner))
    else:
        order = np.lexsort((worths, ~ahead.take(at), owner))
    return at.take(order), begins.tolist()


def covering(scores: Array, words: Array, first: Array, counts: Array, most: int) -> Array:
    """Flags for the passages of each essay that are shown before the others where its passages
    hold all words only together: from the best on, those with a word that no better one has, as
    many of each essay at most; see :func:`indexer.engines.tiers.covering`.

    The bits of a passage's column of ``words`` tell which it has.
    """
    flags = np.zeros(len(scores), np.bool_)
    at = spans(first, counts)
    begins = starts(counts)[:-1]
    left, words = scores.take(at), words.take(at, axis=1)
    owner = np.repeat(np.arange(len(counts)), counts)
    for _ in range(most):
        best = np.maximum.reduceat(left, begins)
        found = (left == best.take(owner)).nonzero()[0]
        found = found[heads(owner.take(found))]
        found = found[left.take(found) >= 0.0]
        if not len(found):
            break
        flags[at.take(found)] = True
        seen = np.zeros((len(words), len(counts)), words.dtype)
        seen[:, owner.take(found)] = words.take(found, axis=1)
        words &= ~seen.take(owner, axis=1)
        left[~words.any(axis=0)] = -1.0
    return flags


def words_of(size: int, held: Sequence[Sequence[Array]]) -> Array:
    """Bits that tell of so many passages which words each has, from flags for the passages with
    each word or from their numbers."""
    kind = next((kind for kind in _BITS if np.iinfo(kind).bits >= len(held)), _BITS[-1])
    bits = np.iinfo(kind).bits
    words = np.zeros((len(held) // bits + 1, size), kind)
    for word, lists in enumerate(held):
        row, bit = words[word // bits], kind(1 << word % bits)
        for each in lists:
            if each.dtype == np.bool_:
                row |= each * bit
            else:
                row[each] |= bit
    return words
