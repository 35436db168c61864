"""Where a pattern occurs, given where its terms do. The same for engines and highlights."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.plan import Path, Pattern

    Positions = Callable[[str], Sequence[int]]
    Occurrence = tuple[int, int]


def along(path: Path, slop: int | None, positions_of: Positions) -> list[Occurrence]:
    """Occurrences of one path of a pattern; see :func:`occurrences`."""
    return _in_a_row(path, positions_of) if slop is None else _near(path, slop, positions_of)


def _in_a_row(path: Path, positions_of: Positions) -> list[Occurrence]:
    """Occurrences of a path as (first position, position after the last), ascending."""
    starts: dict[int, list[int]] = {}
    for alternative in path[0]:
        for position in positions_of(alternative.term):
            starts.setdefault(position + alternative.advance, []).append(position)
    for step in path[1:]:
        if not starts:
            return []
        reached: dict[int, list[int]] = {}
        for alternative in step:
            for position in positions_of(alternative.term):
                if position in starts:
                    reached.setdefault(position + alternative.advance, []).extend(starts[position])
        starts = reached
    return sorted({(first, end) for end, firsts in starts.items() for first in firsts})


def _near(path: Path, slop: int, positions_of: Positions) -> list[Occurrence]:
    """Smallest windows that hold every step of a path with at most ``slop`` other positions.

    Each step needs a place of its own. One sweep over the merged places, O(n log n).
    """
    from collections import Counter

    places = sorted(
        (position, position + alternative.advance, number)
        for number, step in enumerate(path)
        for alternative in step
        for position in positions_of(alternative.term)
    )
    needed = len(path)
    found: list[Occurrence] = []
    # For each step the latest place seen; a repeated word in the query is two steps that
    # share places, so the two must not settle on the same one.
    same: dict[tuple[str, ...], list[int]] = {}
    for number, step in enumerate(path):
        same.setdefault(tuple(sorted(a.term for a in step)), []).append(number)
    twins = [numbers for numbers in same.values() if len(numbers) > 1]
    first_of = {number: numbers[0] for numbers in same.values() for number in numbers}
    latest: dict[int, list[Occurrence]] = {}
    wanted = {numbers[0]: len(numbers) for numbers in same.values()}
    there = Counter(number for _, _, number in places)
    if any(there[number] < count for number, count in wanted.items()):
        return []
    for begin, end, number in places:
        if first_of[number] != number:
            continue
        kept = latest.setdefault(number, [])
        kept.append((begin, end))
        if len(kept) > wanted[number]:
            kept.pop(0)
        if len(latest) < len(wanted) or any(
            len(latest[numbers[0]]) < len(numbers) for numbers in twins
        ):
            continue
        window = [place for kept in latest.values() for place in kept]
        low = min(place[0] for place in window)
        high = max(place[1] for place in window)
        taken = sum(place[1] - place[0] for place in window)
        if len(window) == needed and high - low - taken <= slop:
            found.append((low, high))
    return sorted(set(found))


def occurrences(pattern: Pattern, positions_of: Positions) -> list[Occurrence]:
    """All places of a pattern in one text, ascending, as (first, after last) positions.

    ``positions_of`` gives the ascending positions of a term in the pattern's view, empty when
    it is not there. Overlapping occurrences are all given.
    """
    found: set[Occurrence] = set()
    for path in pattern.paths:
        if path:
            found.update(along(path, pattern.slop, positions_of))
    return sorted(found)
