"""The second stage: the engine's best essays in a better order, the same for every engine.

The engine ranks by BM25, which knows nothing of order. Here the best of each tier are ranked
again by how near each other the query's words stand and in what order (after Büttcher, Clarke
and Lushman, "Term Proximity Scoring for Ad-Hoc Retrieval on Very Large Text Collections",
2006), and by whether the query is an essay's whole title or a whole heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from indexer.analysis import fold
from indexer.engines.base import Candidate, Group, Matches, Part
from indexer.model import Sort
from indexer.plan import Pattern, Plan
from indexer.weights import PROXIMITY

# Essays of a tier that are ranked again; the ones after keep the engine's order.
WINDOW = 100
# Passages of an essay that may change places.
CANDIDATES = 3


def ranked(matches: Matches, plan: Plan, *, sort: Sort, start: int, stop: int) -> list[Group]:
    """Groups ``start`` to ``stop`` in the final order, whatever page is asked for.

    Only a tier's first :data:`WINDOW` essays change places, and only among themselves, so
    that pages neither overlap nor leave anything out.
    """
    if sort != "relevance":
        return matches.groups(start, stop)
    found: list[Group] = []
    base = 0
    for size in matches.tier_sizes:
        low, high = max(start - base, 0), min(stop - base, size)
        if low < high:
            window = min(WINDOW, size)
            if low < window:
                again = _again(matches, plan, matches.groups(base, base + window))
                found.extend(again[low:high])
            if high > window:
                found.extend(matches.groups(base + max(low, window), base + high))
        base += size
    return found


def _again(matches: Matches, plan: Plan, groups: list[Group]) -> list[Group]:
    """One tier's groups and their passages in a new order; ties keep the engine's."""
    patterns = [part for word in plan.words for part in (word.parts or (word.pattern,))]
    if not patterns:
        return groups
    if len(patterns) > 1:
        groups = _nearer(matches, patterns, groups)
    groups = _exact_first(matches, plan, patterns, groups)
    return sorted(groups, key=lambda group: -group.score)


def _nearer(matches: Matches, patterns: list[Pattern], groups: list[Group]) -> list[Group]:
    """Adds to every passage what the nearness of its words is worth."""
    refs = [candidate.ref for group in groups for candidate in group.passages]
    places = matches.positions(refs, patterns, "text")
    weights = [matches.idf(pattern) for pattern in patterns]
    bonus = {ref: nearness(found, weights) for ref, found in zip(refs, places, strict=True)}
    made = []
    for group in groups:
        passages = [Candidate(ref=c.ref, score=c.score + bonus[c.ref]) for c in group.passages]
        best = max(c.score for c in passages)
        gained = best - max(c.score for c in group.passages)
        if group.tier != 1:
            # Where passages hold the words only together, their order shows them all.
            passages.sort(key=lambda c: -c.score)
        made.append(replace(group, passages=tuple(passages), score=group.score + gained))
    return made


def nearness(places: Sequence[Sequence[tuple[int, int]]], weights: Sequence[float]) -> float:
    """What the nearness of words in one passage is worth, in units of BM25.

    ``places`` are each word's occurrences in the order of the query, ``weights`` their idf.
    Each word counts with the one after it that the passage holds, by the lesser idf over
    their distance; the wrong order costs some, and far apart counts nothing.
    """
    total = 0.0
    held = [number for number, found in enumerate(places) if found]
    for left, right in pairwise(held):
        gap = _gap(places[left], places[right])
        if gap is not None:
            weight = min(weights[left], weights[right])
            total += weight * PROXIMITY.weight / (1 + gap) ** PROXIMITY.power
    return total


def _gap(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> float | None:
    """Least number of words between two, the wrong order counted as some words more."""
    best: float | None = None
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i][0] < right[j][0]:
            gap = float(right[j][0] - left[i][1])
            i += 1
        else:
            gap = left[i][0] - right[j][1] + PROXIMITY.reversal
            j += 1
        if gap <= PROXIMITY.reach and (best is None or gap < best):
            if gap <= 0:
                return 0.0
            best = gap
    return best


def _exact_first(
    matches: Matches, plan: Plan, patterns: list[Pattern], groups: list[Group]
) -> list[Group]:
    """Puts essays first whose whole title is the query, then those with such a heading."""
    wanted = _letters(" ".join(word.pattern.label for word in plan.words))
    if plan.strict is not None or not wanted or groups[0].tier != 0:
        return groups
    best = max(group.score for group in groups)
    essays = [group.essay_ref for group in groups]
    titled = _holding(matches, essays, patterns, "title")
    titles = dict(zip(titled, matches.essays_of(titled), strict=True))
    refs = [candidate.ref for group in groups for candidate in group.passages]
    headed = _holding(matches, refs, patterns, "heading")
    headings = dict(zip(headed, matches.passages_of(headed), strict=True))
    made = []
    for group in groups:
        essay = titles.get(group.essay_ref)
        if essay is not None and _letters(essay.title) == wanted:
            made.append(replace(group, score=group.score + 2 * best))
            continue
        below = [
            candidate
            for candidate in group.passages
            if candidate.ref in headings
            and any(_letters(heading) == wanted for heading in headings[candidate.ref].headings)
        ]
        if below:
            others = [c for c in group.passages if c not in below]
            below = [Candidate(ref=c.ref, score=c.score + best) for c in below]
            group = replace(group, passages=(*below, *others), score=group.score + best)
        made.append(group)
    return made


def _holding(matches: Matches, refs: list[int], patterns: list[Pattern], part: Part) -> list[int]:
    """The refs that hold every pattern in their title, or in their headings."""
    places = matches.positions(refs, patterns, part)
    return [ref for ref, found in zip(refs, places, strict=True) if all(found)]


def _letters(text: str) -> str:
    """A text's letters and digits, folded, for comparing titles."""
    return "".join(filter(str.isalnum, fold(text)))
