"""The outcome of a search by whole arrays: its tiers, their order, the groups of a page.

A tier is ordered and scored only when its groups are asked for, and no further than they are.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from indexer.deadline import check_clock
from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Candidate, Counts, FacetName, Group
from indexer.engines.tiers import NAMES, across, best_of
from indexer.engines.vector_arrays import Array, among, heads, spans
from indexer.engines.vector_nearness import nearness
from indexer.engines.vector_parts import Listed
from indexer.engines.vector_patterns import Patterns
from indexer.engines.vector_scoring import Scored, Scoring
from indexer.engines.vector_tiers import tiers_of
from indexer.engines.vector_weighing import Weighed, Weighing
from indexer.engines.whoosh_arrays import release_pages
from indexer.engines.whoosh_catalogue import Shelves, Tally
from indexer.engines.whoosh_reader import reading
from indexer.model import Essay, Matched, Passage, Sort
from indexer.plan import Pattern, Plan, patterns_in

# Beyond so many essays a tier is scored whole.
_MOST_PRUNED = 2_000
# Up to so many passages of an essay are looked for without putting all in order.
_FEW_EACH = 8


class VectorMatches:
    """What the port calls :class:`~indexer.engines.base.Matches`, over one snapshot."""

    def __init__(
        self,
        weighing: Weighing,
        shelves: Shelves,
        plan: Plan,
        sort: Sort,
        per_essay: int,
        deadline: float,
    ) -> None:
        self._weighing = weighing
        self._arrays = weighing.arrays
        self._snapshot = weighing.arrays.snapshot
        self._shelves = shelves
        self._plan = plan
        self._sort = sort
        self._per_essay = per_essay
        self._deadline = deadline
        self._known: dict[Pattern, Weighed] = {}
        self._check_clock()
        self._tiers = tiers_of(
            plan, shelves.languages, self._arrays, self._weighed, self._check_clock
        )
        self._scoring: Scoring | None = None
        # For each tier how many essays are in order, all their passages, and the order.
        self._orders: dict[int, tuple[int, Array, Scored | None]] = {}
        self.tier_sizes = tuple(tier.size for tier in self._tiers)
        best = best_of(self.tier_sizes)
        self.matched: Matched = "none" if best is None else NAMES[best]
        self.essays = 0 if best is None else self.tier_sizes[best]
        self._counted = self._tiers[best or 0].essays
        self.passages = 0 if best is None else self._tiers[best].passages(self._arrays)
        self.partial = sum(self.tier_sizes) - self.essays
        self._tally: Tally | None = None

    def _check_clock(self) -> None:
        check_clock(self._deadline)

    def _weighed(self, pattern: Pattern) -> Weighed:
        found = self._known.get(pattern)
        if found is None:
            found = self._known[pattern] = self._weighing.weighed(pattern, self._check_clock)
        return found

    # Facets

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet over the essays counted, at most so many."""
        with reading(self._snapshot.folder):
            self._check_clock()
            if self._tally is None:
                self._tally = _Tally(self._shelves, self._counted.nonzero()[0])
            return self._tally.facet(name, most, below)

    def essays_with(self, pattern: Pattern) -> int:
        """How many of the essays counted have a pattern among authors or in the title."""
        with reading(self._snapshot.folder):
            self._check_clock()
            parts = self._weighed(pattern).parts
            return sum(int(np.count_nonzero(part.flags & self._counted)) for part in parts)

    # Order

    def groups(self, start: int, stop: int) -> list[Group]:
        """Essays ``start`` to ``stop``, tier by tier."""
        with reading(self._snapshot.folder):
            return [
                group
                for number, low, high in across(self.tier_sizes, start, stop)
                for group in self._groups_of(number, low, high)
            ]

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency of a pattern among the essays."""
        with reading(self._snapshot.folder):
            return self._weighed(pattern).idf

    def occurs(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs anywhere."""
        with reading(self._snapshot.folder):
            return self._weighed(pattern).essays > 0

    def nearness(self, refs: Sequence[int], patterns: Sequence[Pattern]) -> list[float]:
        """What the nearness of patterns in passages is worth."""
        with reading(self._snapshot.folder):
            self._check_clock()
            finder = Patterns(self._arrays, self._check_clock)
            documents = np.array(refs, np.int32)
            known = {
                pattern: finder.places(pattern, fields.of_part("text", pattern.view), documents)
                for pattern in dict.fromkeys(patterns)
            }
            places = [known[pattern] for pattern in patterns]
            weights = [self._weighed(pattern).idf for pattern in patterns]
            found: list[float] = nearness(places, weights, len(refs)).tolist()
            return found

    def holding(
        self, refs: Sequence[int], patterns: Sequence[Pattern], part: Literal["heading", "title"]
    ) -> list[int]:
        """Those that have every pattern in their headings, or in their title."""
        with reading(self._snapshot.folder):
            left = np.array(refs, np.intp)
            documents = self._arrays.essays[left] if part == "title" else left
            finder = Patterns(self._arrays, self._check_clock)
            for pattern in patterns:
                field = fields.of_part(part, pattern.view)
                held = np.zeros(len(left), np.bool_)
                for found in self._weighing.holding(pattern, (field,), finder):
                    held |= among(found, documents)[0]
                left, documents = left[held], documents[held]
                if not len(left):
                    break
            found_refs: list[int] = left.tolist()
            return found_refs

    def passages_of(self, refs: Sequence[int]) -> list[Passage]:
        """Passages by the ``ref`` of their candidates."""
        with reading(self._snapshot.folder):
            return [self._snapshot.passage(ref) for ref in refs]

    def essays_of(self, refs: Sequence[int]) -> list[Essay]:
        """Essays by the ``essay_ref`` of their groups."""
        with reading(self._snapshot.folder):
            # Before a page is shown: what it took of posting lists is done with.
            release_pages()
            return [self._snapshot.essay(ref) for ref in refs]

    def _scores(self) -> Scoring:
        if self._scoring is None:
            times = Counter(p for word in self._plan.words for p in (word.pattern, *word.parts))
            times.update(patterns_in(self._plan.strict))
            self._scoring = Scoring(
                self._arrays,
                [
                    (count, part)
                    for pattern, count in times.items()
                    for part in self._weighed(pattern).parts
                ],
            )
        return self._scoring

    def _ordered(self, number: int, stop: int) -> tuple[Array, Scored | None]:
        """Places of a tier's essays in order, so many at least, and their passages where these
        were scored for it."""
        known = self._orders.get(number)
        if known is not None and known[0] >= stop:
            return known[1:]
        tier = self._tiers[number]
        scored: Scored | None = None
        if self._sort != "relevance":
            places = tier.essays.nonzero()[0]
            order = places[self._arrays.ranks(self._sort)[places].argsort()]
            until = tier.size
        else:
            until = stop if stop <= _MOST_PRUNED else tier.size
            scored = self._scores().best(tier, until)
            begins = heads(scored.places)
            places, best = scored.places[begins], np.maximum.reduceat(scored.scores, begins)
            order = places[self._by_score(places, best, until)]
        self._orders[number] = until, order, scored
        return order, scored

    def _by_score(self, places: Array, best: Array, most: int) -> Array:
        """Indices of at most so many essays by their best scores, of equals by their ids."""
        if len(best) > most:
            least = np.partition(best, len(best) - most)[len(best) - most]
            chosen = (best >= least).nonzero()[0]
        else:
            chosen = np.arange(len(best))
        scores = best[chosen]
        order = (-scores).argsort(kind="stable")
        ranked = scores[order]
        if (ranked[1:] == ranked[:-1]).any():
            order = np.lexsort((self._arrays.ranks("relevance")[places[chosen]], -scores))
        found: Array = chosen[order[:most]]
        return found

    def _groups_of(self, number: int, low: int, high: int) -> list[Group]:
        self._check_clock()
        order, scored = self._ordered(number, high)
        wanted = order[low:high]
        if scored is None:
            scored = self._scores().of(self._tiers[number], np.sort(wanted))
        ranks = np.full(len(self._arrays.essays), -1, np.int32)
        ranks[wanted] = np.arange(len(wanted))
        group = ranks.take(scored.places)
        shown = (group >= 0).nonzero()[0]
        shown_of = Scored(*(column.take(shown) for column in scored))
        chosen = _Chosen(shown_of, self._per_essay)
        if number == 1:
            self._cover(chosen)
        group = group.take(shown)
        totals = np.bincount(group, minlength=len(wanted)).tolist()
        at = chosen.ranked(group)
        counts = np.bincount(group.take(at), minlength=len(wanted))
        refs, worths = shown_of.documents.take(at).tolist(), shown_of.scores.take(at).tolist()
        made = []
        begin = 0
        columns = zip(wanted.tolist(), totals, counts.tolist(), strict=True)
        for place, total, count in columns:
            until = begin + min(count, self._per_essay)
            passages = tuple(
                [
                    Candidate(ref=ref, score=score)
                    for ref, score in zip(refs[begin:until], worths[begin:until], strict=True)
                ]
            )
            # The first one is the best, whatever the order of the others.
            score = worths[begin]
            made.append(
                Group(essay_ref=place, tier=number, score=score, passages=passages, total=total)
            )
            begin += count
        return made

    def _cover(self, chosen: _Chosen) -> None:
        """Where essays hold all words only together, puts the passages first that add a word: for
        each word the best that has it (see :func:`indexer.engines.tiers.covering`)."""
        documents = chosen.scored.documents
        places = np.unique(chosen.scored.places)
        # For each document there is its index among these, where it is one of them.
        indices = np.full(self._arrays.size, -1, np.int32)
        indices[documents] = np.arange(len(documents), dtype=np.int32)
        for pattern in dict.fromkeys(word.pattern for word in self._plan.words):
            for part in self._weighed(pattern).parts:
                if isinstance(part, Listed):
                    _, first, counts = part.ranges_in(places)
                    held = indices.take(part.documents.take(spans(first, counts)))
                    chosen.put_first(held[held >= 0])
                else:
                    chosen.put_first(part.held(documents).nonzero()[0])


class _Tally(Tally):
    """The facets of essays whose places are an array."""

    def _count(self, numbers: array[int]) -> Mapping[int, int]:
        counts = np.bincount(np.asarray(numbers)[np.asarray(self._places)])
        there = counts.nonzero()[0]
        return dict(zip(there.tolist(), counts[there].tolist(), strict=True))


class _Chosen:
    """The passages of essays that are to be shown, by their indices: some that are put first, and
    the best of the others."""

    def __init__(self, scored: Scored, most: int) -> None:
        self.scored = scored
        self._most = most
        self._first = np.zeros(len(scored.documents), np.bool_)

    def put_first(self, indices: Array) -> None:
        """Puts the best of some passages of each essay before all that are not put first."""
        places, scores = self.scored.places.take(indices), self.scored.scores.take(indices)
        self._first[indices[_best_of_runs(places, scores)]] = True

    def ranked(self, group: Array) -> Array:
        """The indices of the best of each essay, as many as there are to be at least, by the
        number of its group and best first."""
        places, scores = self.scored.places, self.scored.scores
        if self._most > _FEW_EACH or len(scores) <= self._most:
            found = np.arange(len(scores))
        else:
            left = np.where(self._first, -1.0, scores)
            wanted = [self._first.nonzero()[0]]
            for _ in range(self._most):
                best = _best_of_runs(places, left)
                # What was taken is never the best again, unless there is nothing else.
                wanted.append(best[left.take(best) >= 0.0])
                left[best] = -1.0
            found = np.concatenate(wanted)
        order = np.lexsort(
            (found, -scores.take(found), ~self._first.take(found), group.take(found))
        )
        ranked: Array = found[order]
        return ranked


def _best_of_runs(runs: Array, scores: Array) -> Array:
    """The index of the best score in each run of equal numbers, of equals the first."""
    begins = heads(runs)
    if not len(begins):
        return begins
    best = np.maximum.reduceat(scores, begins)
    lengths = np.diff(begins, append=len(runs))
    found = (scores == np.repeat(best, lengths)).nonzero()[0]
    first: Array = found[heads(runs.take(found))]
    return first
