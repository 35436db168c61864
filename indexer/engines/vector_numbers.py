"""Arrays of ascending numbers: runs of them, and where two have the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def numbers_of(flags: Array) -> Array:
    """The numbers of the documents that have a flag, or a count that is not 0."""
    # Flags are looked through several times as fast as counts.
    found: Array = (flags != 0).nonzero()[0].astype(np.int32)
    return found


def starts(counts: Array) -> Array:
    """Where each of some runs begins that lie in a row, and where the last one ends."""
    found = np.zeros(len(counts) + 1, np.intp)
    np.cumsum(counts, out=found[1:])
    return found


def spans(first: Array, counts: Array) -> Array:
    """Numbers in a row from each first one, so many of each, all in a row."""
    begins = starts(counts)
    found: Array = np.repeat(first - begins[:-1], counts)
    found += np.arange(len(found))
    return found


def heads(ascending: Array) -> Array:
    """Where each run of equal numbers begins."""
    if not len(ascending):
        return np.empty(0, np.intp)
    new = np.empty(len(ascending), np.bool_)
    new[0] = True
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return new.nonzero()[0]


def among(ascending: Array, wanted: Array) -> tuple[Array, Array]:
    """Which of the numbers wanted are in an ascending list, as flags, and where (of the others,
    any place, or the end)."""
    if not len(ascending):
        return np.zeros(len(wanted), np.bool_), np.zeros(len(wanted), np.intp)
    at = ascending.searchsorted(wanted)
    return ascending.take(at, mode="clip") == wanted, at
