"""What keeps, counts and merges: the standard library's, or in a process that ends soon what takes
less time to load; see :mod:`indexer.records`."""

from __future__ import annotations

import indexer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

if TYPE_CHECKING or not indexer.ONE_SHOT:
    from array import array
    from collections import Counter
    from functools import cache, cached_property, lru_cache
    from heapq import merge, nsmallest

    def packed(numbers: Iterable[int]) -> Sequence[int]:
        """Numbers below 2**32, in 4 bytes each."""
        return array("I", numbers)

    def counted(items: Iterable[int]) -> dict[int, int]:
        """How often each item is there."""
        return Counter(items)
else:
    packed = list

    def merge(*runs: Iterable[Any]) -> list[Any]:
        """Ascending runs as one."""
        return sorted(item for run in runs for item in run)

    def nsmallest(most: int, items: Iterable[Any]) -> list[Any]:
        """The least items, ascending."""
        return sorted(items)[:most]

    def counted(items: Iterable[int]) -> dict[int, int]:
        """How often each item is there."""
        found: dict[int, int] = {}
        get = found.get
        for item in items:
            found[item] = get(item, 0) + 1
        return found

    class cached_property:
        """What is made when first asked for, and kept in the instance."""

        def __init__(self, make: Callable[[Any], object]) -> None:
            self._make = make

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: object, owner: type | None = None) -> object:
            found = vars(instance)[self._name] = self._make(instance)
            return found

    def cache(make: Callable[..., Any]) -> Callable[..., Any]:
        """What is made once for each choice of arguments."""
        known: dict[tuple[object, ...], Any] = {}

        def kept(*arguments: object) -> Any:
            if arguments not in known:
                known[arguments] = make(*arguments)
            return known[arguments]

        return kept

    def lru_cache(maxsize: int) -> Callable[..., Any]:
        """The same; whatever is kept, it is not for long."""
        return cache


__all__ = ["cache", "cached_property", "counted", "lru_cache", "merge", "nsmallest", "packed"]
