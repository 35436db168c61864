"""The numbers of ranking, in one table; chosen on the development sets by ``make evaluate``."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["text", "heading", "title", "author"]


class FieldWeight(Struct, frozen=True):
    """How much an occurrence in a field counts, and how far its length normalises (0 to 1)."""

    weight: float
    b: float


class Saturation(Struct, frozen=True):
    """``k1`` of BM25: how soon repeated occurrences stop to count."""

    k1: float


BM25 = Saturation(k1=1.2)

FIELDS: dict[Role, FieldWeight] = {
    "text": FieldWeight(1.0, 0.75),
    "heading": FieldWeight(1.0, 0.5),
    "title": FieldWeight(3.0, 0.5),
    "author": FieldWeight(1.0, 0.0),
}


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
