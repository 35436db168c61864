"""Words within a few edits of another: fuzzy search and did-you-mean."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise

from indexer.keeping import packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator


def distance(a: str, b: str, limit: int) -> int:
    """Edits between two words, transpositions of neighbours included, or ``limit`` + 1.

    Optimal string alignment (Boytsov, "Indexing Methods for Approximate Dictionary
    Searching", 2011, section 2.2), computed in a band of ``limit`` around the diagonal.
    """
    if a == b:
        return 0
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    over = limit + 1
    before: list[int] = []
    last = [j if j <= limit else over for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        row = [over] * (len(b) + 1)
        if i <= limit:
            row[0] = i
        best = row[0]
        for j in range(max(1, i - limit), min(len(b), i + limit) + 1):
            y = b[j - 1]
            value = last[j - 1] + (x != y)
            if last[j] + 1 < value:
                value = last[j] + 1
            if row[j - 1] + 1 < value:
                value = row[j - 1] + 1
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y and before[j - 2] + 1 < value:
                value = before[j - 2] + 1
            row[j] = value if value < over else over
            if value < best:
                best = value
        if best > limit:
            return over
        before, last = last, row
    return min(last[len(b)], over)


def matcher(shape: str) -> re.Pattern[str]:
    """A shape of words, as the port has it, to match forms with in quadratic time at most.

    What stands between two stars may as well be where it first occurs, so that no other place
    is tried once it was found.
    """
    import re

    first, *others = shape.split(".*")
    if not others:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def is_within(word: str, other: str, edits: int) -> bool:
    """Whether another word is within so many edits."""
    return (
        abs(len(word) - len(other)) <= edits
        # Every edit brings in at most one new letter and takes out at most one.
        and len(set(word).symmetric_difference(other)) <= 2 * edits
        and distance(word, other, edits) <= edits
    )


def pieces(word: str, edits: int) -> Iterator[tuple[str, int, int]]:
    """Pieces of a word longer than ``edits``, one of which every word within so many edits holds
    unchanged: each with its place, and how many places from there it may be.

    After Wu and Manber, "Fast Text Searching Allowing Errors", 1992, section 4.
    """
    if not edits:
        yield word, 0, 0
        return
    cuts = [len(word) * n // (edits + 1) for n in range(edits + 2)]
    for start, end in pairwise(cuts):
        yield word[start:end], start, edits
    for cut in cuts[1:-1]:
        # Neighbours swapped across a cut spoil two pieces with one edit.
        swapped = f"{word[: cut - 1]}{word[cut]}{word[cut - 1]}{word[cut + 1 :]}"
        yield from pieces(swapped, edits - 1)


class Lexicon:
    """Words with a key each, searched for those within a few edits: a word's pieces found in one
    long string leave few words to compare, and that string is all that is kept of them."""

    def __init__(self, items: Iterable[tuple[str, int]], key: Callable[[str], str] = str) -> None:
        forms: list[str] = []
        counts: list[int] = []
        # Of the items whose form is not the whole of it.
        self._whole: dict[int, str] = {}
        for term, count in items:
            form = key(term)
            if form != term:
                self._whole[len(forms)] = term
            forms.append(form)
            counts.append(count)
        self._counts = packed(counts)
        self._text = "\n" + "\n".join(forms) + "\n"
        # Where each form begins in the text, and where the next would.
        self._begins = packed(accumulate((len(form) + 1 for form in forms), initial=1))

    def __len__(self) -> int:
        return len(self._counts)

    def _form(self, number: int) -> str:
        return self._text[self._begins[number] : self._begins[number + 1] - 1]

    def _item(self, number: int) -> tuple[str, int]:
        return self._whole.get(number) or self._form(number), self._counts[number]

    def shaped(self, shape: re.Pattern[str]) -> list[tuple[str, int]]:
        """The items whose whole form a regular expression matches, in their order."""
        matches = shape.fullmatch
        forms = self._text.split("\n")[1:-1] if len(self) else ()
        return [self._item(number) for number, form in enumerate(forms) if matches(form)]

    def within(self, word: str, edits: int) -> list[tuple[str, int]]:
        """The items whose form lies within so many edits of a word, in their order."""
        return [
            self._item(number)
            for number in sorted(self._candidates(word, edits))
            if is_within(word, self._form(number), edits)
        ]

    def _candidates(self, word: str, edits: int) -> set[int]:
        """Numbers of the forms that may be within so many edits."""
        if not len(self):
            return set()
        if len(word) <= edits:
            return set(range(len(self)))
        found: set[int] = set()
        for piece, place, reach in pieces(word, edits):
            if reach:
                found |= self._with(piece, place, reach)
            else:
                at = self._text.find(f"\n{piece}\n")
                found |= {bisect_right(self._begins, at + 1) - 1} if at >= 0 else set()
        return found

    def _with(self, piece: str, place: int, edits: int) -> set[int]:
        """Numbers of the forms that hold a piece near a place."""
        text, begins = self._text, self._begins
        found: set[int] = set()
        at = text.find(piece)
        while at >= 0:
            number = bisect_right(begins, at) - 1
            if abs(at - begins[number] - place) <= edits:
                found.add(number)
            at = text.find(piece, at + 1)
        return found


def edits_for(word: str) -> int:
    """How many edits are forgiven: one up to five letters, two beyond."""
    return 1 if len(word) <= 5 else 2


def nearest(word: str, close: Iterable[tuple[str, int]]) -> str | None:
    """Of the words close to one the closest that is another; of equals the most frequent."""
    ranked = sorted(
        (distance(word, form, 2), form[:1] != word[:1], -count, form)
        for form, count in close
        if form != word
    )
    return ranked[0][3] if ranked else None
