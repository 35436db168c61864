"""The numbers of ranking, in one table; chosen on the development sets by ``make evaluate``."""

from __future__ import annotations

from math import log

from indexer.records import Struct


class Combined(Struct, frozen=True):
    """BM25 over the title, the headings and the text of a passage as one field.

    A title's words count ``title`` times, which is an integer so that an engine may write the
    title so many times into the field. It is part of the lengths that an index holds: another
    one needs another schema. ``k1`` is how soon repeated occurrences stop to count, ``b`` how
    far a passage's length normalises (0 to 1).
    """

    title: int
    k1: float
    b: float


BM25 = Combined(title=3, k1=1.3, b=0.7)


class Nearness(Struct, frozen=True):
    """What two neighbouring words of the query are worth when they stand near each other.

    ``weight`` times idf over ``1 + words between`` to ``power``; ``reversal`` is counted as
    so many words more, and beyond ``reach`` words nothing counts.
    """

    weight: float
    power: float
    reversal: float
    reach: float


PROXIMITY = Nearness(weight=0.3, power=1.0, reversal=1.0, reach=20.0)


def inverse_frequency(total: int, found: int) -> float:
    """Lucene's idf of what ``found`` of ``total`` have."""
    return log(1 + (total - found + 0.5) / (found + 0.5))
