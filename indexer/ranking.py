"""The second stage: the engine's best essays in a better order, the same for every engine.

The engine ranks by BM25, which knows nothing of order. Here the best of each tier are ranked
again by how near each other the query's words stand and in what order
(:mod:`indexer.nearness`), and by whether the query is an essay's whole title or a whole heading.
"""

from __future__ import annotations

from operator import add

from indexer.engines.base import Candidate, Group
from indexer.folding import fold
from indexer.nearness import highest
from indexer.records import NamedTuple, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from indexer.engines.base import Matches
    from indexer.model import Sort
    from indexer.plan import Plan

# Essays of a tier that are ranked again; the ones after keep the engine's order.
WINDOW = 100
# Passages of an essay that may change places.
CANDIDATES = 3
# Essays whose nearness is asked for at once, at least.
_BATCH = 20


def ranked(matches: Matches, plan: Plan, *, sort: Sort, start: int, stop: int) -> list[Group]:
    """Groups ``start`` to ``stop`` in the final order, whatever page is asked for.

    Only a tier's first :data:`WINDOW` essays change places, and only among themselves, so
    that pages neither overlap nor leave anything out.
    """
    if sort != "relevance":
        return matches.groups(start, stop)
    stage = _Stage(matches, plan)
    windows = []
    base = 0
    for size in matches.tier_sizes:
        low, high = max(start - base, 0), min(stop - base, size)
        if low < high:
            windows.append((base, min(WINDOW, size), low, high))
        base += size
    firsts = [
        stage.first(base, window, high) if low < window else []
        for base, window, low, high in windows
    ]
    # To ask of the passages of all tiers at once takes little longer than of those of one.
    stage.learn([group for groups in firsts for group in groups[: max(stop - start, _BATCH)]])
    found: list[Group] = []
    for (base, window, low, high), groups in zip(windows, firsts, strict=True):
        if low < window:
            found.extend(stage.again(base, window, high, groups)[low:high])
        if high > window:
            found.extend(matches.groups(base + max(low, window), base + high))
    return found


class _Stage:
    """The second stage of one search."""

    def __init__(self, matches: Matches, plan: Plan) -> None:
        self._matches = matches
        self._patterns = [part for word in plan.words for part in (word.parts or (word.pattern,))]
        # What an essay's title or a heading is that is the whole query.
        self._wanted = ""
        if plan.strict is None:
            self._wanted = _letters(" ".join(word.pattern.label for word in plan.words))
        self._most = 0.0
        if len(self._patterns) > 1:
            self._most = highest([matches.idf(pattern) for pattern in self._patterns])
        # What nearness is worth in passages, by their refs.
        self._near: dict[int, float] = {}

    def first(self, base: int, window: int, needed: int) -> list[Group]:
        """Of a tier's window, which begins at ``base``, the groups that are looked at first: all of
        the first tier's, where the query may be a title or a heading."""
        if base == 0 and self._matches.tier_sizes[0] and self._wanted:
            return self._matches.groups(0, window)
        end = needed if len(self._patterns) < 2 else max(needed, _BATCH)
        return self._matches.groups(base, base + min(window, end))

    def learn(self, groups: list[Group]) -> None:
        """Asks what nearness is worth in passages of which it is not known yet."""
        if len(self._patterns) > 1:
            refs = [c.ref for group in groups for c in group.passages if c.ref not in self._near]
            if refs:
                added = self._matches.nearness(refs, self._patterns)
                self._near.update(zip(refs, added, strict=True))

    def again(self, base: int, window: int, needed: int, groups: list[Group]) -> list[Group]:
        """The first ``needed`` groups of a tier's window in a new order; ties keep the engine's.
        ``groups`` are those that :meth:`first` gave."""
        if not self._patterns:
            return groups
        first: set[int] = set()
        second: dict[int, set[int]] = {}
        if groups[0].tier == 0 and self._wanted:
            first, second = self._exact(groups)
        found = [_Scored(group.score, group) for group in groups]
        if len(self._patterns) > 1:
            found = self._nearer(base, window, needed, groups, {*first, *second})
        best = max(one.score for one in found)
        # Essays whose whole title is the query come first, then those with such a heading.
        gained = {**dict.fromkeys(second, best), **dict.fromkeys(first, 2 * best)}

        def score(one: _Scored) -> float:
            return one.score + gained.get(one.group.essay_ref, 0.0)

        made = []
        for one in sorted(found, key=score, reverse=True)[:needed]:
            group = one.made()
            if group.essay_ref in first:
                group = replace(group, score=score(one))
            elif group.essay_ref in second:
                group = _headed(group, second[group.essay_ref], best)
            made.append(group)
        return made

    def _nearer(
        self, base: int, window: int, needed: int, groups: list[Group], exact: Collection[int]
    ) -> list[_Scored]:
        """The groups that may be among the first ``needed``, or are ``exact``, in the engine's
        order, to every passage of which is added what the nearness of its words is worth."""
        made: list[_Scored] = []
        is_all = len(groups) == window
        begin, end, least = 0, max(needed, _BATCH), 0.0
        while begin < window:
            batch = groups[begin:end]
            batch = batch or self._matches.groups(base + begin, base + min(end, window))
            near = [g for g in batch if g.score + self._most >= least or g.essay_ref in exact]
            self.learn(near)
            made += map(self._scored, near)
            if len(made) >= needed:
                least = sorted((one.score for one in made), reverse=True)[needed - 1]
            # The engine's scores fall, so that none after these can get so far either.
            if batch[-1].score + self._most < least and not is_all:
                break
            begin, end = end, (window if is_all else 2 * end)
        return made

    def _scored(self, group: Group) -> _Scored:
        scores = [candidate.score for candidate in group.passages]
        added = [self._near[candidate.ref] for candidate in group.passages]
        gained = max(map(add, scores, added)) - max(scores)
        return _Scored(group.score + gained, group, added)

    def _exact(self, groups: list[Group]) -> tuple[set[int], dict[int, set[int]]]:
        """Essays whose whole title is the query; and others with a heading that is, each with the
        passages below it."""
        matches, patterns = self._matches, self._patterns
        titled = matches.holding([group.essay_ref for group in groups], patterns, "title")
        essays = zip(titled, matches.essays_of(titled), strict=True)
        first = {ref for ref, essay in essays if _is(essay.title, self._wanted)}
        owner = {c.ref: group.essay_ref for group in groups for c in group.passages}
        headed = matches.holding(list(owner), patterns, "heading")
        second: dict[int, set[int]] = {}
        for ref, passage in zip(headed, matches.passages_of(headed), strict=True):
            if any(_is(heading, self._wanted) for heading in passage.headings):
                second.setdefault(owner[ref], set()).add(ref)
        return first, second


class _Scored(NamedTuple):
    """A group with its new score, and what is added to that of each of its passages."""

    score: float
    group: Group
    added: Sequence[float] = ()

    def made(self) -> Group:
        """The group so changed."""
        group = self.group
        if not self.added:
            return group
        passages = [
            Candidate(ref=c.ref, score=c.score + more)
            for c, more in zip(group.passages, self.added, strict=True)
        ]
        if group.tier != 1:
            # Where passages hold the words only together, their order shows them all.
            passages.sort(key=lambda c: -c.score)
        return replace(group, passages=tuple(passages), score=self.score)


def _headed(group: Group, below: Collection[int], gained: float) -> Group:
    """A group whose passages below a heading gain so much and come first."""
    first = [replace(c, score=c.score + gained) for c in group.passages if c.ref in below]
    others = [c for c in group.passages if c.ref not in below]
    return replace(group, passages=(*first, *others), score=group.score + gained)


def _is(text: str, wanted: str) -> bool:
    """Whether a text has these letters and digits."""
    first = text[:1]
    if first.isascii() and first.isalnum() and text.isascii() and first.lower() != wanted[0]:
        return False
    return _letters(text) == wanted


def _letters(text: str) -> str:
    """A text's letters and digits, folded, for comparing titles."""
    return "".join(filter(str.isalnum, fold(text)))
