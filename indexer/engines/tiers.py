"""What every engine does with the tiers of a search: those with all words in one passage, with
all of them in one essay, with some."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import TypeVar

    from indexer.model import Matched
    from indexer.plan import PlainWord

    T = TypeVar("T")


NAMES: tuple[Matched, ...] = ("all", "essay", "any")


def best_of(sizes: Sequence[int]) -> int | None:
    """The first tier that is not empty."""
    return next((number for number, size in enumerate(sizes) if size), None)


def required(
    words: tuple[PlainWord, ...], languages: Iterable[str]
) -> list[tuple[tuple[PlainWord, ...], tuple[str, ...] | None]]:
    """Which words are required, and in essays of which languages; ``None`` is all there are."""
    if not any(word.optional_in for word in words):
        return [(words, None)]
    found: dict[tuple[PlainWord, ...], list[str]] = {}
    for language in languages:
        needed = tuple(word for word in words if language not in word.optional_in)
        found.setdefault(needed or words, []).append(language)
    if len(found) == 1:
        return [(next(iter(found)), None)]
    return [(needed, tuple(spoken)) for needed, spoken in found.items()]


def across(sizes: Sequence[int], start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """The tiers that essays ``start`` to ``stop`` of all lie in, each with from where to where."""
    base = 0
    for number, size in enumerate(sizes):
        low, high = max(start - base, 0), min(stop - base, size)
        if low < high:
            yield number, low, high
        base += size


def covering(ranked: Sequence[T], words: int, held: Callable[[T], Collection[int]]) -> list[T]:
    """Passages of an essay that has so many words only in several of them: those that add a word
    come before those that repeat one. ``held`` gives the numbers of the words in a passage."""
    seen: set[int] = set()
    adding: list[T] = []
    repeating: list[T] = []
    for place, passage in enumerate(ranked):
        if len(seen) == words:
            repeating += ranked[place:]
            break
        found = held(passage)
        (repeating if seen.issuperset(found) else adding).append(passage)
        seen.update(found)
    return adding + repeating
