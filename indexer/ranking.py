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
    from collections.abc import Collection, Iterator, Sequence

    from indexer.engines.base import Matches
    from indexer.model import Sort
    from indexer.plan import Pattern, Plan

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
    found: list[Group] = []
    base = 0
    for size in matches.tier_sizes:
        low, high = max(start - base, 0), min(stop - base, size)
        if low < high:
            window = min(WINDOW, size)
            if low < window:
                found.extend(_again(matches, plan, base, window, high)[low:high])
            if high > window:
                found.extend(matches.groups(base + max(low, window), base + high))
        base += size
    return found


def _again(matches: Matches, plan: Plan, base: int, window: int, needed: int) -> list[Group]:
    """Of so many groups from ``base`` on, those of one tier, the first ``needed`` in a new order,
    at least, with their passages; ties keep the engine's."""
    patterns = [part for word in plan.words for part in (word.parts or (word.pattern,))]
    if not patterns:
        return matches.groups(base, base + min(window, needed))
    first: set[int] = set()
    second: dict[int, set[int]] = {}
    known: list[Group] = []
    wanted = _letters(" ".join(word.pattern.label for word in plan.words))
    if base == 0 and matches.tier_sizes[0] and plan.strict is None and wanted:
        known = matches.groups(0, window)
        first, second = _exact(matches, wanted, patterns, known)
    if len(patterns) > 1:
        found = _nearer(matches, patterns, base, window, needed, known, {*first, *second})
    else:
        groups = known or matches.groups(base, base + min(window, needed))
        found = [_Scored(group.score, group) for group in groups]
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


def _nearer(
    matches: Matches,
    patterns: list[Pattern],
    base: int,
    window: int,
    needed: int,
    known: list[Group],
    exact: Collection[int],
) -> list[_Scored]:
    """The groups that may be among the first ``needed``, or are ``exact``, in the engine's order,
    to every passage of which is added what the nearness of its words is worth."""
    weights = [matches.idf(pattern) for pattern in patterns]
    most = highest(weights)
    made: list[_Scored] = []
    begin, end, least = 0, max(needed, _BATCH), 0.0
    while begin < window:
        batch = known[begin:end] or matches.groups(base + begin, base + min(end, window))
        near = [g for g in batch if g.score + most >= least or g.essay_ref in exact]
        made += _with_nearness(matches, patterns, near)
        if len(made) >= needed:
            least = sorted((one.score for one in made), reverse=True)[needed - 1]
        # The engine's scores fall, so that none after these can get so far either.
        if batch[-1].score + most < least and not known:
            break
        begin, end = end, (window if known else 2 * end)
    return made


def _with_nearness(
    matches: Matches, patterns: list[Pattern], groups: list[Group]
) -> Iterator[_Scored]:
    refs = [candidate.ref for group in groups for candidate in group.passages]
    if not refs:
        return
    added = matches.nearness(refs, patterns)
    begin = 0
    for group in groups:
        scores = [candidate.score for candidate in group.passages]
        own = added[begin : begin + len(scores)]
        begin += len(scores)
        gained = max(map(add, scores, own)) - max(scores)
        yield _Scored(group.score + gained, group, own)


def _exact(
    matches: Matches, wanted: str, patterns: list[Pattern], groups: list[Group]
) -> tuple[set[int], dict[int, set[int]]]:
    """Essays whose whole title is the query; and others with a heading that is, each with the
    passages below it."""
    titled = matches.holding([group.essay_ref for group in groups], patterns, "title")
    essays = matches.essays_of(titled)
    first = {ref for ref, essay in zip(titled, essays, strict=True) if _is(essay.title, wanted)}
    owner = {c.ref: group.essay_ref for group in groups for c in group.passages}
    headed = matches.holding(list(owner), patterns, "heading")
    second: dict[int, set[int]] = {}
    for ref, passage in zip(headed, matches.passages_of(headed), strict=True):
        if any(_is(heading, wanted) for heading in passage.headings):
            second.setdefault(owner[ref], set()).add(ref)
    return first, second


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
