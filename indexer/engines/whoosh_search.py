"""Evaluates a plan over a snapshot: sets of passages, their tiers, and BM25F scores.

BM25F after Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(2009), section 3.6, with Lucene's idf, ``log(1 + (N - n + 0.5) / (n + 0.5))``. N and n count
passages; a title's words count for every passage of its essay.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from math import log
from typing import NamedTuple

from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Candidate, Group, Part
from indexer.engines.whoosh_reader import LENGTHS, PostingList, Snapshot, reading
from indexer.errors import SearchTimeout
from indexer.matching import occurrences
from indexer.model import Essay, Matched, Passage, Sort
from indexer.plan import (
    Below,
    Both,
    Dated,
    Either,
    InLanguage,
    Path,
    Pattern,
    PlainWord,
    Plan,
    PlanNode,
    Without,
)
from indexer.weights import BM25, FIELDS

# A position in a passage, heading path, title or list of authors is below this.
_POSITIONS = 1 << 24
# Documents between two looks at the clock where each costs some microseconds.
_CLOCK = 2_000


class _Counts(NamedTuple):
    """How often a pattern occurs in each document of a field; documents ascend."""

    documents: Sequence[int]
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Tier:
    """Passages of one tier, ascending, or how to find them."""

    essays: set[int]
    passages: list[int]


class Evaluation:
    """One plan over one snapshot."""

    def __init__(self, snapshot: Snapshot, deadline: float) -> None:
        self._snapshot = snapshot
        self._deadline = deadline
        self._counts: dict[tuple[Pattern, str], _Counts] = {}
        self._sets: dict[Pattern, set[int]] = {}

    def check_clock(self) -> None:
        """``SearchTimeout`` once the deadline has passed."""
        if time.monotonic() > self._deadline:
            raise SearchTimeout(
                "the search took longer than allowed; use fewer or rarer words, or raise "
                "ESSAYS_SEARCH_SECONDS"
            )

    # Where patterns occur

    def counts(self, pattern: Pattern, field: str) -> _Counts:
        """How often a pattern occurs in the documents of a field."""
        key = (pattern, field)
        found = self._counts.get(key)
        if found is None:
            self.check_clock()
            found = self._counts[key] = self._count(pattern, field)
        return found

    def _count(self, pattern: Pattern, field: str) -> _Counts:
        if pattern.slop is not None:
            return self._count_near(pattern, field)
        singles = {
            alternative.term for path in pattern.paths if len(path) == 1 for alternative in path[0]
        }
        lists = [p for term in singles if len(p := self._snapshot.postings(field, term))]
        rows = [path for path in pattern.paths if len(path) > 1]
        if len(lists) == 1 and not rows:
            return _Counts(lists[0].documents, lists[0].frequencies)
        total: dict[int, int] = {}
        for postings in lists:
            for document, count in zip(postings.documents, postings.frequencies, strict=True):
                total[document] = total.get(document, 0) + count
        ends: set[int] = set()
        for path in rows:
            ends |= self._row_ends(path, field)
        for document, count in Counter(map(_POSITIONS.__rfloordiv__, ends)).items():
            total[document] = total.get(document, 0) + count
        documents = sorted(total)
        return _Counts(documents, [total[document] for document in documents])

    def _steps(
        self, path: Path, field: str
    ) -> tuple[list[list[tuple[int, PostingList]]], set[int]]:
        """For each step its posting lists with their advance, and the documents with all."""
        steps = []
        common: set[int] | None = None
        for step in path:
            lists = [
                (alternative.advance, postings)
                for alternative in step
                if len(postings := self._snapshot.postings(field, alternative.term))
            ]
            if not lists:
                return [], set()
            steps.append(lists)
        for lists in sorted(steps, key=lambda lists: sum(len(p) for _, p in lists)):
            documents = set(chain.from_iterable(p.documents for _, p in lists))
            common = documents if common is None else common & documents
            if not common:
                break
        return steps, common or set()

    def _row_ends(self, path: Path, field: str) -> set[int]:
        """Where a path ends, as document times a constant plus position."""
        steps, common = self._steps(path, field)
        if not common:
            return set()
        reached: set[int] | None = None
        for lists in steps:
            self.check_clock()
            after: set[int] = set()
            for advance, postings in lists:
                for key in _keys(postings, common):
                    if reached is None or key in reached:
                        after.add(key + advance)
            if not after:
                return after
            reached = after
        return reached or set()

    def _count_near(self, pattern: Pattern, field: str) -> _Counts:
        total: dict[int, int] = {}
        for path in pattern.paths:
            _, common = self._steps(path, field)
            alone = Pattern(
                paths=(path,), view=pattern.view, slop=pattern.slop, label=pattern.label
            )
            for number, document in enumerate(common):
                if number % _CLOCK == 0:
                    self.check_clock()
                places = occurrences(
                    alone, lambda term, d=document: self._snapshot.postings(field, term).at(d)
                )
                if places:
                    total[document] = total.get(document, 0) + len(places)
        documents = sorted(total)
        return _Counts(documents, [total[document] for document in documents])

    def occurrences(
        self, pattern: Pattern, part: Part, documents: Sequence[int]
    ) -> list[Sequence[tuple[int, int]]]:
        """Where a pattern occurs in each document's text, headings or title."""
        field = fields.of_part(part, pattern)
        postings = self._snapshot.postings
        if pattern.slop is None and all(len(path) == 1 for path in pattern.paths):
            alternatives = {alternative for path in pattern.paths for alternative in path[0]}
            lists = [
                (alternative.advance, found)
                for alternative in alternatives
                if len(found := postings(field, alternative.term))
            ]
            if not lists:
                return [()] * len(documents)
            if len(lists) == 1:
                advance, found = lists[0]
                at = found.at
                return [[(p, p + advance) for p in at(document)] for document in documents]
            return [
                sorted({(p, p + advance) for advance, found in lists for p in found.at(document)})
                for document in documents
            ]
        return [
            occurrences(pattern, lambda term, d=document: postings(field, term).at(d))
            for document in documents
        ]

    # Sets of passages

    def passages(self, pattern: Pattern) -> set[int]:
        """Passages in which a pattern occurs, in their own text, headings or title."""
        found = self._sets.get(pattern)
        if found is None:
            found = set()
            for field in fields.of_passages(pattern):
                found.update(self.counts(pattern, field).documents)
            for field in fields.of_essays(pattern):
                documents = self.counts(pattern, field).documents
                found.update(self._expand(self._places(documents)))
            self._sets[pattern] = found
        return found

    def _places(self, documents: Iterable[int]) -> list[int]:
        essays = self._snapshot.essays
        return [bisect_left(essays, document) for document in documents]

    def _expand(self, places: Iterable[int]) -> Iterable[int]:
        return chain.from_iterable(map(self._snapshot.passages_of, places))

    def everything(self) -> set[int]:
        """All passages."""
        return set(self._expand(range(len(self._snapshot.essays))))

    def evaluate(self, node: PlanNode) -> set[int]:
        """Passages that satisfy a strict tree."""
        match node:
            case Pattern():
                return self.passages(node)
            case Both(parts):
                wanted = [self.evaluate(p) for p in parts if not isinstance(p, Without)]
                found = set.intersection(*wanted) if wanted else self.everything()
                for part in parts:
                    if isinstance(part, Without):
                        found = found - self.evaluate(part.part)
                return found
            case Either(parts):
                return set().union(*(self.evaluate(part) for part in parts))
            case Without(part):
                return self.everything() - self.evaluate(part)
            case _:
                return set(self._expand(self._filtered(node)))

    def _filtered(self, node: InLanguage | Below | Dated) -> list[int]:
        """Places of the essays that a filter lets through."""
        snapshot = self._snapshot
        if isinstance(node, InLanguage):
            return self._places(snapshot.postings(fields.LANGUAGE, node.language).documents)
        if isinstance(node, Below):
            return self._places(snapshot.postings(fields.PLACE, node.place).documents)
        start, end = node.start or "", node.end or "\uffff"
        return [
            place
            for place, key in enumerate(snapshot.sort_keys(fields.SORT_DAY))
            if key and start <= key.decode() < end
        ]

    # Scores

    def score(self, weighted: Sequence[tuple[Pattern, int]], documents: list[int]) -> list[float]:
        """BM25F of ascending passages for patterns and how often the query says each."""
        scores = [0.0] * len(documents)
        for pattern, times in weighted:
            self.check_clock()
            frequency = self._frequencies(pattern, documents)
            if frequency is None:
                continue
            weight = times * self.idf(pattern) * (BM25.k1 + 1)
            k1 = BM25.k1
            scores = [
                score + weight * tf / (k1 + tf) if tf else score
                for score, tf in zip(scores, frequency, strict=True)
            ]
        return scores

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency, over passages."""
        known = self._sets.get(pattern)
        if known is not None:
            found = len(known)
        else:
            # An upper bound where the very set is not needed (very common words).
            found = sum(len(self.counts(pattern, f).documents) for f in fields.of_passages(pattern))
        total = self._snapshot.passages
        found = min(found, total)
        return log(1 + (total - found + 0.5) / (found + 0.5))

    def _frequencies(self, pattern: Pattern, documents: list[int]) -> list[float] | None:
        """Weighted, length-normalised term frequency of each document over the fields."""
        snapshot = self._snapshot
        total: list[float] | None = None
        for field in fields.of_passages(pattern):
            found = self.counts(pattern, field)
            if not found.documents:
                continue
            share = self._share(field)
            lengths = snapshot.lengths(fields.length_field(field))
            counts = dict(zip(found.documents, found.counts, strict=True))
            get = counts.get
            part = [
                count * share[lengths[document]] if (count := get(document)) else 0.0
                for document in documents
            ]
            total = part if total is None else [a + b for a, b in zip(total, part, strict=True)]
        for field in fields.of_essays(pattern):
            found = self.counts(pattern, field)
            if not found.documents:
                continue
            share = self._share(field)
            lengths = snapshot.lengths(fields.length_field(field))
            places = self._places(found.documents)
            bonus = {
                place: count * share[lengths[document]]
                for place, document, count in zip(
                    places, found.documents, found.counts, strict=True
                )
            }
            owner = snapshot.essay_of()
            part = [bonus.get(owner[document], 0.0) for document in documents]
            total = part if total is None else [a + b for a, b in zip(total, part, strict=True)]
        return total

    def _share(self, field: str) -> list[float]:
        """For each length byte what one occurrence in the field counts."""
        settings = FIELDS[fields.role(field)]
        average = self._snapshot.average_length(fields.length_field(field))
        return [
            settings.weight / (1 - settings.b + settings.b * max(length, 1) / average)
            for length in LENGTHS
        ]


def _keys(postings: PostingList, common: set[int]) -> Iterable[int]:
    """Each position in the documents wanted, as document times a constant plus position."""
    positions, starts = postings.positions, postings.starts()
    if len(common) * 8 < len(postings):
        for document in common:
            base = document * _POSITIONS
            for position in postings.at(document):
                yield base + position
        return
    for index, document in enumerate(postings.documents):
        if document in common:
            base = document * _POSITIONS
            for position in positions[starts[index] : starts[index + 1]]:
                yield base + position


def positive_patterns(node: PlanNode | None) -> list[Pattern]:
    """The patterns of a strict tree that a match may hold, for scoring."""
    match node:
        case Pattern():
            return [node]
        case Both(parts) | Either(parts):
            return [pattern for part in parts for pattern in positive_patterns(part)]
        case _:
            return []


class WhooshMatches:
    """The outcome of one search; orders and scores a tier when its groups are asked for."""

    def __init__(
        self, evaluation: Evaluation, snapshot: Snapshot, plan: Plan, sort: Sort, per_essay: int
    ) -> None:
        self._evaluation = evaluation
        self._snapshot = snapshot
        self._sort = sort
        self._per_essay = per_essay
        self._words = plan.words
        patterns = Counter(
            pattern for word in plan.words for pattern in (word.parts or (word.pattern,))
        )
        patterns.update(positive_patterns(plan.strict))
        self._weighted = list(patterns.items())
        universe = None if plan.strict is None else evaluation.evaluate(plan.strict)
        self._tiers = self._find_tiers(plan.words, universe)
        self._orders: dict[int, list[int]] = {}
        self._scores: dict[int, dict[int, float]] = {}
        self.tier_sizes = tuple(len(tier.essays) for tier in self._tiers)
        best = next((number for number, size in enumerate(self.tier_sizes) if size), None)
        names: tuple[Matched, ...] = ("all", "essay", "any")
        self.matched: Matched = "none" if best is None else names[best]
        self.essays = 0 if best is None else self.tier_sizes[best]
        self.passages = 0 if best is None else len(self._tiers[best].passages)
        self.partial = sum(self.tier_sizes) - self.essays

    # Tiers

    def _find_tiers(self, words: tuple[PlainWord, ...], universe: set[int] | None) -> list[_Tier]:
        owner = self._snapshot.essay_of()
        if not words:
            found = sorted(universe or ())
            return [_Tier({owner[d] for d in found}, found), _Tier(set(), []), _Tier(set(), [])]
        tiers: list[tuple[set[int], set[int]]] = [(set(), set()) for _ in range(3)]
        for required, within in self._requirements(words):
            for tier, (essays, passages) in zip(
                tiers, self._tiers_of(required, within, universe), strict=True
            ):
                tier[0].update(essays)
                tier[1].update(passages)
        return [_Tier(essays, sorted(passages)) for essays, passages in tiers]

    def _requirements(
        self, words: tuple[PlainWord, ...]
    ) -> list[tuple[tuple[PlainWord, ...], set[int] | None]]:
        """Which words are required, and in which passages (``None``: in all)."""
        snapshot = self._snapshot
        if not any(word.optional_in for word in words):
            return [(words, None)]
        languages: dict[tuple[PlainWord, ...], list[str]] = {}
        for language, _ in snapshot.vocabulary((fields.LANGUAGE,), ""):
            needed = tuple(word for word in words if language not in word.optional_in)
            languages.setdefault(needed or words, []).append(language)
        if len(languages) == 1:
            return [(needed, None) for needed in languages]
        return [
            (
                needed,
                set().union(
                    *(self._evaluation.evaluate(InLanguage(language)) for language in spoken)
                ),
            )
            for needed, spoken in languages.items()
        ]

    def _tiers_of(
        self,
        required: tuple[PlainWord, ...],
        within: set[int] | None,
        universe: set[int] | None,
    ) -> list[tuple[set[int], set[int]]]:
        """Essays and passages of each tier for one set of required words."""
        owner = self._snapshot.essay_of().__getitem__

        def cut(passages: set[int]) -> set[int]:
            if universe is not None:
                passages = passages & universe
            return passages if within is None else passages & within

        whole = [cut(self._evaluation.passages(word.pattern)) for word in required]
        every = set.intersection(*sorted(whole, key=len))
        every_essays = set(map(owner, every))
        if len(required) == 1 and not required[0].parts:
            return [(every_essays, every), (set(), set()), (set(), set())]
        self._evaluation.check_clock()
        holders = [set(map(owner, passages)) for passages in whole]
        together = set.intersection(*holders) - every_essays
        parts = [cut(self._evaluation.passages(part)) for word in required for part in word.parts]
        some = set().union(*whole)
        beyond = set().union(*holders, *(set(map(owner, passages)) for passages in parts))
        beyond -= every_essays
        beyond -= together
        second = (
            {document for document in some if owner(document) in together} if together else set()
        )
        third = (
            {document for document in some.union(*parts) if owner(document) in beyond}
            if beyond
            else set()
        )
        return [(every_essays, every), (together, second), (beyond, third)]

    # Order

    def groups(self, start: int, stop: int) -> list[Group]:
        """Essays ``start`` to ``stop``, tier by tier."""
        with reading(self._snapshot.folder):
            return self._groups(start, stop)

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency of a pattern."""
        with reading(self._snapshot.folder):
            return self._evaluation.idf(pattern)

    def frequency(self, pattern: Pattern) -> int:
        """In how many passages a pattern occurs."""
        with reading(self._snapshot.folder):
            return len(self._evaluation.passages(pattern))

    def positions(
        self, refs: Sequence[int], patterns: Sequence[Pattern], part: Part
    ) -> list[list[Sequence[tuple[int, int]]]]:
        """Occurrences of patterns in texts, headings or titles."""
        with reading(self._snapshot.folder):
            documents = [self._snapshot.essays[r] for r in refs] if part == "title" else refs
            columns = [
                self._evaluation.occurrences(pattern, part, documents) for pattern in patterns
            ]
            return [list(row) for row in zip(*columns, strict=True)]

    def passages_of(self, refs: Sequence[int]) -> list[Passage]:
        """Passages by the ``ref`` of their candidates."""
        with reading(self._snapshot.folder):
            return [self._snapshot.passage(ref) for ref in refs]

    def essays_of(self, refs: Sequence[int]) -> list[Essay]:
        """Essays by the ``essay_ref`` of their groups."""
        with reading(self._snapshot.folder):
            return [self._snapshot.essay(ref) for ref in refs]

    def _groups(self, start: int, stop: int) -> list[Group]:
        found: list[Group] = []
        base = 0
        for number, size in enumerate(self.tier_sizes):
            low, high = max(start - base, 0), min(stop - base, size)
            if low < high:
                found.extend(self._groups_of(number, low, high))
            base += size
        return found

    def _groups_of(self, number: int, low: int, high: int) -> list[Group]:
        order = self._order(number)[low:high]
        tier = self._tiers[number]
        known = self._scores.get(number)
        made = []
        for place in order:
            span = self._snapshot.passages_of(place)
            begin = bisect_left(tier.passages, span.start)
            end = bisect_left(tier.passages, span.stop)
            documents = tier.passages[begin:end]
            if known is not None:
                scores = [known[document] for document in documents]
            else:
                scores = self._evaluation.score(self._weighted, documents)
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
        ranked = [
            (score, document)
            for score, document in nsmallest(
                len(documents) if number == 1 else self._per_essay,
                zip(scores, documents, strict=True),
                key=lambda pair: (-pair[0], pair[1]),
            )
        ]
        if number != 1:
            return ranked
        sets = [self._evaluation.passages(word.pattern) for word in self._words]
        seen: set[int] = set()
        adding, repeating = [], []
        for pair in ranked:
            held = {n for n, passages in enumerate(sets) if pair[1] in passages}
            (repeating if held <= seen else adding).append(pair)
            seen |= held
        return (adding + repeating)[: self._per_essay]

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
        scores = self._evaluation.score(self._weighted, tier.passages)
        self._scores[number] = dict(zip(tier.passages, scores, strict=True))
        owner = self._snapshot.essay_of()
        best: dict[int, float] = {}
        get = best.get
        for document, score in zip(tier.passages, scores, strict=True):
            place = owner[document]
            if score > get(place, -1.0):
                best[place] = score
        order = sorted(best, key=best.__getitem__, reverse=True)
        return self._break_ties(order, best)

    def _break_ties(self, order: list[int], best: dict[int, float]) -> list[int]:
        """Essays of equal score by their ids."""
        made: list[int] = []
        index = 0
        while index < len(order):
            end = index + 1
            score = best[order[index]]
            while end < len(order) and best[order[end]] == score:
                end += 1
            tied = order[index:end]
            if len(tied) > 1:
                tied.sort(key=lambda place: self._snapshot.sort_key(fields.SORT_ID, place))
            made.extend(tied)
            index = end
        return made

    def _by_key(self, essays: set[int]) -> list[int]:
        """By date, newest first and undated last, or by title; then by id."""
        snapshot = self._snapshot
        order = sorted(essays, key=lambda place: snapshot.sort_key(fields.SORT_ID, place))
        if self._sort == "title":
            order.sort(key=lambda place: snapshot.sort_key(fields.SORT_TITLE, place))
        else:
            order.sort(key=lambda place: snapshot.sort_key(fields.SORT_DAY, place), reverse=True)
        return order
