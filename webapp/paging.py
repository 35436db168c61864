"""Which page one is on, and which ones to offer."""

from __future__ import annotations

from msgspec import Struct

# Pages offered on either side of the one that is shown.
_AROUND = 2


class Pages(Struct, frozen=True):
    """Page ``number`` of ``total``, both from 1; ``reach`` pages can be shown."""

    number: int
    total: int
    reach: int

    @property
    def last(self) -> int:
        """The last page that can be shown."""
        return min(self.total, self.reach)

    @property
    def offered(self) -> tuple[int, ...]:
        """Page numbers in order; 0 stands where some are left out."""
        around = range(self.number - _AROUND, self.number + _AROUND + 1)
        wanted = sorted({1, self.last, *(page for page in around if 1 <= page <= self.last)})
        offered: list[int] = []
        for page in wanted:
            before = offered[-1] if offered else 0
            if page == before + 2:
                offered.append(before + 1)
            elif page > before + 2:
                offered.append(0)
            offered.append(page)
        return tuple(offered)


def pages(number: int, things: int, size: int, most: int | None = None) -> Pages:
    """The page ``number`` of so many ``things``, ``size`` to a page; those that begin after
    the first ``most`` are not shown."""
    total = max(1, -(-things // size))
    return Pages(number, total, total if most is None else most // size + 1)
