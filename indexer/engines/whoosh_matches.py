"""The outcome of a search: its tiers, their order, and the groups of a page.

A tier is ordered and scored only when its groups are asked for.
"""

from __future__ import annotations

from bisect import bisect_left

from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Candidate, Group
from indexer.engines.tiers import NAMES, across, best_of, covering, required
from indexer.engines.whoosh_reader import reading
from indexer.engines.whoosh_scoring import Scoring
from indexer.keeping import cached_property, nsmallest
from indexer.nearness import nearness
from indexer.plan import patterns_in
from indexer.records import Literal, replace
from indexer.terms import language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from indexer.engines.base import Counts, FacetName
    from indexer.engines.whoosh_catalogue import Shelves, Tally
    from indexer.engines.whoosh_evaluation import Evaluation
    from indexer.engines.whoosh_reader import Snapshot
    from indexer.model import Essay, Matched, Passage, Sort
    from indexer.plan import Pattern, PlainWord, Plan

# Up to so many a whole sort takes less time than a heap does.
_FEW = 64


class _Tier:
    """Essays of one tier, and their passages, found when first asked for."""

    def __init__(self) -> None:
        self.essays: set[int] = set()
        self._sources: list[set[int] | Callable[[], set[int]]] = []

    def add(self, essays: set[int], passages: set[int] | Callable[[], set[int]]) -> None:
        """Adds essays that are in no other part of the tier, with their passages."""
        if essays:
            self.essays |= essays
            self._sources.append(passages)

    @cached_property
    def passages(self) -> list[int]:
        """All of them, ascending."""
        found = [source() if callable(source) else source for source in self._sources]
        return sorted(set().union(*found))


def _spoken(pattern: Pattern, languages: Collection[str]) -> Pattern:
    """A pattern of stems with only those of some languages."""
    return replace(
        pattern,
        paths=tuple(path for path in pattern.paths if language_of(path[0][0].term) in languages),
    )


class WhooshMatches:
    """What the port calls :class:`~indexer.engines.base.Matches`, over one snapshot."""

    def __init__(
        self,
        evaluation: Evaluation,
        snapshot: Snapshot,
        shelves: Callable[[], Shelves],
        plan: Plan,
        sort: Sort,
        per_essay: int,
    ) -> None:
        self._evaluation = evaluation
        self._snapshot = snapshot
        self._shelves = shelves
        self._sort = sort
        self._per_essay = per_essay
        self._words = plan.words
        said = [pattern for word in plan.words for pattern in (word.pattern, *word.parts)]
        patterns: dict[Pattern, int] = {}
        for pattern in (*said, *patterns_in(plan.strict)):
            patterns[pattern] = patterns.get(pattern, 0) + 1
        self._scoring = Scoring(evaluation, snapshot, patterns)
        universe = None if plan.strict is None else evaluation.evaluate(plan.strict)
        self._tiers = self._find_tiers(plan.words, universe)
        self._orders: dict[int, list[int]] = {}
        self._scores: dict[int, dict[int, float]] = {}
        # The best score of each essay, and to where those of equal score are in order.
        self._best: dict[int, dict[int, float]] = {}
        self._untied: dict[int, int] = {}
        self.tier_sizes = tuple(len(tier.essays) for tier in self._tiers)
        best = best_of(self.tier_sizes)
        self.matched: Matched = "none" if best is None else NAMES[best]
        self._counted = set() if best is None else self._tiers[best].essays
        self.essays = len(self._counted)
        self.passages = 0 if best is None else len(self._tiers[best].passages)
        self.partial = sum(self.tier_sizes) - self.essays

    # Tiers

    def _find_tiers(self, words: tuple[PlainWord, ...], universe: set[int] | None) -> list[_Tier]:
        tiers = [_Tier(), _Tier(), _Tier()]
        if not words:
            if universe:
                tiers[0].add(set(map(self._snapshot.essay_of().__getitem__, universe)), universe)
            return tiers
        for needed in self._requirements(words):
            self._add_tiers(tiers, needed, universe)
        return tiers

    def _requirements(self, words: tuple[PlainWord, ...]) -> list[tuple[PlainWord, ...]]:
        """Which words are required; where that depends on the language, each with the terms
        of the languages in question only."""
        return [
            needed
            if spoken is None
            else tuple(
                replace(
                    word,
                    pattern=_spoken(word.pattern, spoken),
                    parts=tuple(_spoken(part, spoken) for part in word.parts),
                )
                for word in needed
            )
            for needed, spoken in required(words, self._snapshot.languages)
        ]

    def _add_tiers(
        self, tiers: list[_Tier], needed: tuple[PlainWord, ...], universe: set[int] | None
    ) -> None:
        """Adds the essays and passages of each tier for one set of required words."""
        owner = self._snapshot.essay_of().__getitem__

        def within(pattern: Pattern) -> set[int]:
            found = self._evaluation.passages(pattern)
            return found if universe is None else found & universe

        def of_essays(essays: set[int], passages: list[set[int]]) -> set[int]:
            return {d for d in set().union(*passages) if owner(d) in essays}

        whole = [within(word.pattern) for word in needed]
        every = set.intersection(*sorted(whole, key=len))
        with_every = set(map(owner, every))
        tiers[0].add(with_every, every)
        parts = [within(part) for word in needed for part in word.parts]
        if len(whole) == 1 and not parts:
            return
        self._evaluation.check_clock()
        holders = [set(map(owner, passages)) for passages in whole]
        together = set.intersection(*holders) - with_every
        tiers[1].add(together, lambda: of_essays(together, whole))
        beyond = set().union(*holders, *(set(map(owner, passages)) for passages in parts))
        beyond -= with_every
        beyond -= together
        tiers[2].add(beyond, lambda: of_essays(beyond, [*whole, *parts]))

    # Facets

    @cached_property
    def _tally(self) -> Tally:
        from indexer.engines.whoosh_catalogue import Tally

        return Tally(self._shelves(), self._counted)

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet over the essays counted, at most so many."""
        with reading(self._snapshot.folder):
            self._evaluation.check_clock()
            return self._tally.facet(name, most, below)

    def essays_with(self, pattern: Pattern) -> int:
        """How many of the essays counted have a pattern among authors or in the title."""
        with reading(self._snapshot.folder):
            self._evaluation.check_clock()
            found = self._shelves().essays_with(pattern, self._evaluation)
            return len(self._counted & found)

    # Order

    def groups(self, start: int, stop: int) -> list[Group]:
        """Essays ``start`` to ``stop``, tier by tier."""
        with reading(self._snapshot.folder):
            return self._groups(start, stop)

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency of a pattern among the essays."""
        with reading(self._snapshot.folder):
            return self._evaluation.idf(pattern)

    def occurs(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs anywhere."""
        with reading(self._snapshot.folder):
            return self._evaluation.occurs(pattern)

    def nearness(self, refs: Sequence[int], patterns: Sequence[Pattern]) -> list[float]:
        """What the nearness of patterns in passages is worth."""
        with reading(self._snapshot.folder):
            weights = [self._evaluation.idf(pattern) for pattern in patterns]
            columns = [self._evaluation.occurrences(pattern, "text", refs) for pattern in patterns]
            return [nearness(places, weights) for places in zip(*columns, strict=True)]

    def holding(
        self, refs: Sequence[int], patterns: Sequence[Pattern], part: Literal["heading", "title"]
    ) -> list[int]:
        """Those that have every pattern in their headings, or in their title."""
        with reading(self._snapshot.folder):
            documents = {self._snapshot.essays[r]: r for r in refs} if part == "title" else refs
            left: Collection[int] = documents
            for pattern in patterns:
                field = fields.of_part(part, pattern.view)
                left = self._evaluation.those_with(pattern, field, left)
                if not left:
                    break
            return [documents[d] for d in left] if isinstance(documents, dict) else list(left)

    def passages_of(self, refs: Sequence[int]) -> list[Passage]:
        """Passages by the ``ref`` of their candidates."""
        with reading(self._snapshot.folder):
            return [self._snapshot.passage(ref) for ref in refs]

    def essays_of(self, refs: Sequence[int]) -> list[Essay]:
        """Essays by the ``essay_ref`` of their groups."""
        with reading(self._snapshot.folder):
            return [self._snapshot.essay(ref) for ref in refs]

    def _groups(self, start: int, stop: int) -> list[Group]:
        return [
            group
            for number, low, high in across(self.tier_sizes, start, stop)
            for group in self._groups_of(number, low, high)
        ]

    def _groups_of(self, number: int, low: int, high: int) -> list[Group]:
        order = self._order(number)
        if self._sort == "relevance":
            self._break_ties(number, high)
        tier = self._tiers[number]
        known = self._scores.get(number)
        made = []
        for place in order[low:high]:
            span = self._snapshot.passages_of(place)
            begin = bisect_left(tier.passages, span.start)
            end = bisect_left(tier.passages, span.stop)
            documents = tier.passages[begin:end]
            if known is not None:
                scores = [known[document] for document in documents]
            else:
                scores = self._scoring.scores(documents)
            chosen = self._choose(number, documents, scores)
            made.append(
                Group(
                    essay_ref=place,
                    tier=number,
                    score=max(scores),
                    passages=tuple(Candidate(ref=d, score=s) for s, d in chosen),
                    total=len(documents),
                )
            )
        return made

    def _choose(
        self, number: int, documents: list[int], scores: list[float]
    ) -> list[tuple[float, int]]:
        """The best passages of an essay; where only together they hold all words, those that
        add a word come before those that repeat one."""
        # Less is better: the higher score, then the earlier passage.
        pairs = zip(map(float.__neg__, scores), documents, strict=True)
        if number != 1:
            few = len(documents) <= _FEW
            best = sorted(pairs)[: self._per_essay] if few else nsmallest(self._per_essay, pairs)
            return [(-score, d) for score, d in best]
        word_sets = [self._evaluation.holding(word.pattern, documents) for word in self._words]

        def held(pair: tuple[float, int]) -> set[int]:
            return {n for n, passages in enumerate(word_sets) if pair[1] in passages}

        chosen = covering(sorted(pairs), len(word_sets), held)
        return [(-score, d) for score, d in chosen[: self._per_essay]]

    def _order(self, number: int) -> list[int]:
        """Essay places of a tier in order."""
        known = self._orders.get(number)
        if known is not None:
            return known
        tier = self._tiers[number]
        if self._sort == "relevance":
            order = self._by_score(number, tier)
        else:
            order = self._by_key(tier.essays)
        self._orders[number] = order
        return order

    def _by_score(self, number: int, tier: _Tier) -> list[int]:
        scores = self._scoring.scores(tier.passages)
        self._scores[number] = dict(zip(tier.passages, scores, strict=True))
        owner = self._snapshot.essay_of()
        best: dict[int, float] = {}
        get = best.get
        for document, score in zip(tier.passages, scores, strict=True):
            place = owner[document]
            if score > get(place, -1.0):
                best[place] = score
        self._best[number] = best
        return sorted(best, key=best.__getitem__, reverse=True)

    def _break_ties(self, number: int, stop: int) -> None:
        """Puts a tier's essays of equal score in order of their ids, up to a place at least."""
        order, best = self._orders[number], self._best[number]
        index = self._untied.get(number, 0)
        while index < min(stop, len(order)):
            end = index + 1
            score = best[order[index]]
            while end < len(order) and best[order[end]] == score:
                end += 1
            if end - index > 1:
                order[index:end] = sorted(
                    order[index:end],
                    key=lambda place: self._snapshot.sort_key(fields.SORT_ID, place),
                )
            index = end
        self._untied[number] = index

    def _by_key(self, essays: set[int]) -> list[int]:
        """By date, newest first and undated last, or by title; then by id."""
        snapshot = self._snapshot
        order = sorted(essays, key=lambda place: snapshot.sort_key(fields.SORT_ID, place))
        if self._sort == "title":
            order.sort(key=lambda place: snapshot.sort_key(fields.SORT_TITLE, place))
        else:
            order.sort(key=lambda place: snapshot.sort_key(fields.SORT_DAY, place), reverse=True)
        return order
