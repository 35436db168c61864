"""Words within a few edits of another: fuzzy search and did-you-mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable


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


def within(
    word: str,
    edits: int,
    vocabulary: Iterable[tuple[str, int]],
    *,
    key: Callable[[str], str] = str,
) -> list[tuple[str, int]]:
    """Terms of the vocabulary whose form (``key``) lies within so many edits of a word."""
    shortest, longest = len(word) - edits, len(word) + edits
    letters = set(word)
    found = []
    for item in vocabulary:
        form = key(item[0])
        # Every edit brings in at most one new letter and takes out at most one.
        if (
            shortest <= len(form) <= longest
            and len(letters.symmetric_difference(form)) <= 2 * edits
            and distance(word, form, edits) <= edits
        ):
            found.append(item)
    return found


def edits_for(word: str) -> int:
    """How many edits are forgiven: one up to five letters, two beyond."""
    return 1 if len(word) <= 5 else 2


def nearest(word: str, vocabulary: Iterable[tuple[str, int]]) -> str | None:
    """The closest word that is not the word itself; of equals the most frequent."""
    found = within(word, edits_for(word), vocabulary)
    ranked = sorted(
        (distance(word, form, 2), form[:1] != word[:1], -count, form)
        for form, count in found
        if form != word and "\x1f" not in form
    )
    return ranked[0][3] if ranked else None
