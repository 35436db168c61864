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
from indexer.engines.vector_choosing import best_each, covering
from indexer.engines.vector_nearness import nearness
from indexer.engines.vector_numbers import Array
from indexer.engines.vector_parts import Part
from indexer.engines.vector_patterns import Patterns
from indexer.engines.vector_scoring import Leading, Scored, Scoring, Weight, leaders
from indexer.engines.vector_tiers import tiers_of
from indexer.engines.vector_weighing import Weighed, Weighing
from indexer.engines.whoosh_arrays import release_pages
from indexer.engines.whoosh_catalogue import Shelves, Tally
from indexer.engines.whoosh_reader import reading
from indexer.model import Essay, Matched, Passage, Sort
from indexer.plan import Pattern, Plan, patterns_in

# Essays that are put in order at first, and how many times as many when these were too few.
_FIRST, _MORE = 40, 4


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
        # For each tier the first of its essays in order, and its passages where these are few.
        self._orders: dict[int, Array] = {}
        self._whole: dict[int, Scored | None] = {}
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
            spoken = self._arrays.languages_of(self._arrays.place_of.take(documents))
            known = {}
            for pattern in dict.fromkeys(patterns):
                field = fields.of_part("text", pattern.view)
                known[pattern] = finder.places(pattern, field, documents, spoken)
            places = [known[pattern] for pattern in patterns]
            weights = [self._weighed(pattern).idf for pattern in patterns]
            found: list[float] = nearness(places, weights, len(refs)).tolist()
            return found

    def holding(
        self, refs: Sequence[int], patterns: Sequence[Pattern], part: Literal["heading", "title"]
    ) -> list[int]:
        """Those that have every pattern in their headings, or in their title."""
        with reading(self._snapshot.folder):
            left = np.array(refs, np.int32)
            documents = self._arrays.essays[left].astype(np.int32) if part == "title" else left
            spoken = self._arrays.languages_of(self._arrays.place_of.take(documents))
            finder = Patterns(self._arrays, self._check_clock)
            # The rarest first leaves the least to look for.
            for pattern in sorted(patterns, key=lambda one: -self._weighed(one).idf):
                field = fields.of_part(part, pattern.view)
                held = finder.held(pattern, field, documents, spoken)
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
                    Weight(number, count, part)
                    for number, (pattern, count) in enumerate(times.items())
                    for part in self._weighed(pattern).parts
                ],
            )
        return self._scoring

    def _ordered(self, number: int, stop: int) -> Array:
        """Places of a tier's essays in order, so many at least."""
        tier = self._tiers[number]
        known = self._orders.get(number)
        if known is not None and len(known) >= min(stop, tier.size):
            return known
        if self._sort != "relevance":
            places = tier.essays.nonzero()[0]
            order = places[self._arrays.orders.ranks(self._sort)[places].argsort()]
        else:
            # Whoever asks for more is likely to ask again.
            until = max(stop, _FIRST) if known is None else max(stop, _MORE * len(known))
            whole = self._whole[number] = self._scores().whole(tier, self._words(number))
            found = self._scores().leading(tier, until) if whole is None else leaders(whole)
            order = found.places[self._by_score(found, until)]
        self._orders[number] = order
        return order

    def _by_score(self, found: Leading, most: int) -> Array:
        """Indices of at most so many essays by their best scores, of equals by their ids."""
        places, best = found
        if len(best) > most:
            least = np.partition(best, len(best) - most)[len(best) - most]
            chosen = (best >= least).nonzero()[0]
        else:
            chosen = np.arange(len(best))
        scores = best[chosen]
        order = (-scores).argsort(kind="stable")
        ranked = scores[order]
        equal = ranked[1:] == ranked[:-1]
        if equal.any():
            tied = order[np.append(equal, False) | np.append(False, equal)]
            ranks = np.zeros(len(order), np.int32)
            ranks[tied] = self._arrays.orders.ids_ranked(places[chosen[tied]])
            order = np.lexsort((ranks, -scores))
        found_at: Array = chosen[order[:most]]
        return found_at

    def _groups_of(self, number: int, low: int, high: int) -> list[Group]:
        self._check_clock()
        wanted = self._ordered(number, high)[low:high]
        scored = self._whole.get(number)
        if scored is None:
            words = self._words(number)
            scored = self._scores().of(self._tiers[number], np.sort(wanted), words)
        first = scored.places.searchsorted(wanted)
        totals = scored.places.searchsorted(wanted, "right") - first
        ahead = None
        if scored.words is not None:
            ahead = covering(scored.scores, scored.words, first, totals, self._per_essay)
        chosen, begins = best_each(scored.scores, ahead, first, totals, self._per_essay)
        refs = scored.documents.take(chosen).tolist()
        worths = scored.scores.take(chosen).tolist()
        made = []
        for place, total, begin in zip(wanted.tolist(), totals.tolist(), begins, strict=True):
            until = begin + min(total, self._per_essay)
            passages = [
                Candidate(ref=ref, score=score)
                for ref, score in zip(refs[begin:until], worths[begin:until], strict=True)
            ]
            made.append(
                Group(
                    essay_ref=place,
                    tier=number,
                    # The first one is the best, whatever the order of the others.
                    score=worths[begin],
                    passages=tuple(passages),
                    total=total,
                )
            )
        return made

    def _words(self, number: int) -> Sequence[Sequence[Part]]:
        """The parts of each word, in the tier of essays that hold all words only together: there
        the best passage with each comes first (:func:`indexer.engines.tiers.covering`)."""
        if number != 1:
            return ()
        words = dict.fromkeys(word.pattern for word in self._plan.words)
        return [self._weighed(pattern).parts for pattern in words]


class _Tally(Tally):
    """The facets of essays whose places are an array."""

    def _count(self, numbers: array[int]) -> Mapping[int, int]:
        counts = np.bincount(np.asarray(numbers)[np.asarray(self._places)])
        there = counts.nonzero()[0]
        return dict(zip(there.tolist(), counts[there].tolist(), strict=True))
