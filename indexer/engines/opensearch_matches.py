"""The outcome of a search on a cluster: its tiers, and the groups of a page.

The tiers are counted in one round trip; essays are ordered, grouped and cut to a page by the
cluster, and come with their best passages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from indexer.engines import opensearch_schema as schema
from indexer.engines.base import Candidate, Counts, FacetName, Group, Part
from indexer.engines.opensearch_catalogue import Tally
from indexer.engines.opensearch_joined import Joined
from indexer.engines.opensearch_pages import page
from indexer.engines.opensearch_positions import Positions
from indexer.engines.opensearch_queries import (
    EVERYTHING,
    NOTHING,
    Query,
    every,
    of_essays,
    passages_with,
    patterns_everywhere,
    scored,
)
from indexer.engines.opensearch_snapshot import Answer, Body, Snapshot
from indexer.engines.opensearch_tiers import Tier, tiers_of
from indexer.engines.tiers import NAMES, across, best_of, covering
from indexer.model import Essay, Matched, Passage, Sort
from indexer.nearness import nearness
from indexer.plan import Pattern, Plan, patterns_in
from indexer.rows import is_graded
from indexer.weights import inverse_frequency

# Essays of a tier that are fetched at once where some of them are asked for.
_AHEAD = 100
# Passages of an essay asked for at first where it takes several to show all words.
_FIRST_PASSAGES = 8

_ORDERS: dict[Sort, list[Any]] = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}],
    "date": [{"day": {"order": "desc", "missing": "_last"}}, {"id": "asc"}],
    "title": [{"title_key": "asc"}, {"id": "asc"}],
}

# Of every essay.
_FETCHED = {
    **schema.ESSAYS_ONLY,
    "docvalue_fields": [schema.ESSAY, schema.TITLE_TOKENS, "id", "language"],
}


class _Root:
    """An essay that was found; few of them are shown."""

    def __init__(self, fields: schema.Fields) -> None:
        self._fields = fields
        self.key: str = fields["id"][0]
        self.language: str = fields["language"][0]

    @cached_property
    def essay(self) -> Essay:
        return schema.essay_of(self._fields)

    @cached_property
    def title_tokens(self) -> str:
        return schema.title_tokens_of(self._fields)


class _Hit:
    """A passage that was fetched."""

    __slots__ = ("essay", "fields", "headings", "score", "text", "words")

    def __init__(self, essay: int, score: float, fields: schema.Fields) -> None:
        self.essay = essay
        self.score = score
        self.fields = fields
        # The stored tokens of each.
        self.text, _, self.headings = fields[schema.TOKENS][0].partition("\n")
        self.words: frozenset[int] | None = None

    @property
    def ordinal(self) -> int:
        return int(self.fields[schema.ORDINAL][0])

    def rank(self) -> tuple[float, int]:
        """Less is better: the higher score, then the earlier passage."""
        return -self.score, self.ordinal

    def passage(self) -> Passage:
        return schema.passage_of(self.fields)


def _passages_counted(tier: Tier) -> dict[str, Any]:
    found = {"found": {"filter": tier.passages}}
    return {"p": {"nested": {"path": schema.PASSAGES}, "aggs": found}}


def _passages_in(answer: Answer) -> int:
    return int(answer["aggregations"]["p"]["found"]["doc_count"])


class OpenSearchMatches:
    """What the port calls :class:`~indexer.engines.base.Matches`, over one snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        languages: Mapping[str, int],
        plan: Plan,
        sort: Sort,
        per_essay: int,
        deadline: float,
    ) -> None:
        self._snapshot = snapshot
        self._deadline = deadline
        self._languages = languages
        self._sort: Sort = sort
        self._per_essay = per_essay
        self._plan = plan
        patterns = Counter(
            pattern for word in plan.words for pattern in (word.pattern, *word.parts)
        )
        patterns.update(patterns_in(plan.strict))
        self._weighted = list(patterns.items())
        joined = Joined(snapshot, deadline)
        joined.learn([*patterns, *patterns_everywhere(plan.strict)])
        self._joined, self._exists = joined, joined.exists
        self._tiers = tiers_of(plan, languages, self._exists)
        self._essays: list[_Root] = []
        self._numbers: dict[str, int] = {}
        self._hits: list[_Hit] = []
        self._first: dict[int, list[Group]] = {}
        self._in_first = 0
        self.tier_sizes = self._count()
        self._best = best = best_of(self.tier_sizes)
        self.matched: Matched = "none" if best is None else NAMES[best]
        self.essays = 0 if best is None else self.tier_sizes[best]
        self.partial = sum(self.tier_sizes) - self.essays

    # Tiers

    def _count(self) -> tuple[int, ...]:
        """The number of essays in each tier; and how many essays have the patterns that it
        matters of."""
        bodies: list[Body] = [
            {"size": 0, "track_total_hits": True, "query": tier.essays} for tier in self._tiers
        ]
        # Most often it is the first tier whose passages are asked for.
        bodies[0]["aggs"] = _passages_counted(self._tiers[0])
        asked = [number for number, tier in enumerate(self._tiers) if tier.essays != NOTHING]
        patterns = [
            pattern
            for pattern in self._counted()
            if self._snapshot.known(("essays", pattern)) is None
        ]
        queries = [passages_with(pattern, self._exists) for pattern in patterns]
        answers = self._snapshot.searches(
            [
                *(bodies[number] for number in asked),
                *(
                    {"size": 0, "track_total_hits": True, "query": of_essays(query)}
                    for query in queries
                ),
            ],
            deadline=self._deadline,
        )
        counts = [answer["hits"]["total"]["value"] for answer in answers]
        for pattern, count in zip(patterns, counts[len(asked) :], strict=True):
            self._snapshot.remember(("essays", pattern), count)
        sizes = dict(zip(asked, counts, strict=False))
        if sizes.get(0):
            self._in_first = _passages_in(answers[0])
        return tuple(sizes.get(number, 0) for number in range(3))

    def _counted(self) -> list[Pattern]:
        """The patterns whose frequency is asked for: of those that only count as being there,
        and of the plain words."""
        found = dict.fromkeys(
            pattern for word in self._plan.words for pattern in (word.pattern, *word.parts)
        )
        found.update(
            dict.fromkeys(pattern for pattern, _ in self._weighted if not is_graded(pattern))
        )
        return list(found)

    def _with(self, pattern: Pattern) -> int:
        """How many essays have a pattern, whatever the rest of the query."""
        count = self._snapshot.known(("essays", pattern))
        if count is None:
            self._joined.learn([pattern])
            query = of_essays(passages_with(pattern, self._exists))
            body = {"size": 0, "track_total_hits": True, "query": query}
            answer = self._snapshot.search(body, deadline=self._deadline)
            count = answer["hits"]["total"]["value"]
            self._snapshot.remember(("essays", pattern), count)
        return int(count)

    @cached_property
    def passages(self) -> int:
        """The number of passages in the best tier."""
        if self._best is None:
            return 0
        if self._best == 0:
            return self._in_first
        tier = self._tiers[self._best]
        body: Body = {"size": 0, "query": tier.essays, "aggs": _passages_counted(tier)}
        return _passages_in(self._snapshot.search(body, deadline=self._deadline))

    # Facets

    @cached_property
    def _tally(self) -> Tally:
        query = NOTHING if self._best is None else self._tiers[self._best].essays
        return Tally(self._snapshot, query, self._deadline)

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet over the essays counted, at most so many."""
        return self._tally.facet(name, most, below)

    def essays_with(self, pattern: Pattern) -> int:
        """How many of the essays counted have a pattern among authors or in the title."""
        if self._best is None:
            return 0
        self._joined.learn([pattern])
        found = of_essays(passages_with(pattern, self._exists))
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": every([self._tiers[self._best].essays, found]),
        }
        answer = self._snapshot.search(body, deadline=self._deadline)
        return int(answer["hits"]["total"]["value"])

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency of a pattern, over essays."""
        return inverse_frequency(sum(self._languages.values()), self._with(pattern))

    def occurs(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs in any passage, whatever the rest of the query."""
        return self._with(pattern) > 0

    # Order

    def groups(self, start: int, stop: int) -> list[Group]:
        """Essays ``start`` to ``stop``, tier by tier."""
        return [
            group
            for number, low, high in across(self.tier_sizes, start, stop)
            for group in self._groups_of(number, low, high)
        ]

    @cached_property
    def _scores(self) -> list[Query]:
        queries = []
        for pattern, times in self._weighted:
            idf = 0.0 if is_graded(pattern) else self.idf(pattern)
            query = scored(pattern, times, idf, self._exists)
            if query != NOTHING:
                queries.append(query)
        return queries

    def _ranked(self, passages: Query) -> Query:
        """Passages with their scores."""
        return {"bool": {"filter": [passages], "should": self._scores}}

    def _inner_hits(self, most: int) -> dict[str, Any]:
        return {
            "size": most,
            "_source": False,
            "stored_fields": [schema.DATA, schema.TOKENS],
            "docvalue_fields": [schema.ORDINAL],
            "sort": [{"_score": "desc"}, {schema.ORDINAL: "asc"}],
        }

    def _groups_of(self, number: int, low: int, high: int) -> list[Group]:
        if self._sort != "relevance" or not self._plan.words or high > _AHEAD:
            return self._fetched(number, low, high)
        # Whoever ranks them again looks at some, and then at more: that makes one round trip.
        if number not in self._first:
            self._first[number] = self._fetched(number, 0, min(_AHEAD, self.tier_sizes[number]))
        return self._first[number][low:high]

    def _fetched(self, number: int, low: int, high: int) -> list[Group]:
        tier = self._tiers[number]
        several = number == 1
        most = max(self._per_essay, _FIRST_PASSAGES) if several else self._per_essay
        # Of the first tier all essays with such a passage are meant.
        essays = tier.essays if number else EVERYTHING
        hits = self._page(tier, essays, low, high, most)
        made = [self._group(hit, number) for hit in hits]
        if several:
            self._complete(tier, made)
        chosen = [(essay, self._chosen(found, number), total) for essay, found, total in made]
        return [
            Group(
                essay_ref=essay,
                tier=number,
                score=max(self._hits[ref].score for ref in refs),
                passages=tuple(Candidate(ref=ref, score=self._hits[ref].score) for ref in refs),
                total=total,
            )
            for essay, refs, total in chosen
        ]

    def _page(
        self, tier: Tier, essays: Query, low: int, high: int, most: int
    ) -> list[dict[str, Any]]:
        """Essays of a tier in order, with their best passages."""
        ranked = of_essays(self._ranked(tier.passages), score="max")
        ranked["nested"]["inner_hits"] = self._inner_hits(most)
        body: Body = {
            "query": ranked
            if essays == EVERYTHING
            else {"bool": {"must": [ranked], "filter": [essays]}},
            "sort": _ORDERS[self._sort],
            **_FETCHED,
            "track_total_hits": False,
        }
        return page(self._snapshot, body, low, high, deadline=self._deadline, scored=True)

    def _group(self, hit: dict[str, Any], number: int) -> tuple[int, list[int], int]:
        """A hit as the number of its essay, those of its passages, and how many match."""
        place = self._place_of(hit)
        inner = hit["inner_hits"][schema.PASSAGES]["hits"]
        refs = range(len(self._hits), len(self._hits) + len(inner["hits"]))
        self._hits += (_Hit(place, each["sort"][0], each["fields"]) for each in inner["hits"])
        return place, list(refs), inner["total"]["value"]

    def _place_of(self, hit: dict[str, Any]) -> int:
        """The number of an essay, which is the same whenever it is found."""
        root = _Root(hit["fields"])
        place = self._numbers.get(root.key)
        if place is None:
            place = self._numbers[root.key] = len(self._essays)
            self._essays.append(root)
        return place

    def _complete(self, tier: Tier, made: list[tuple[int, list[int], int]]) -> None:
        """Adds the best passage with each word that is not among the first ones."""
        patterns = [word.pattern for word in self._plan.words]
        lacking: dict[int, int] = {}
        missing: set[int] = set()
        for number, (place, refs, total) in enumerate(made):
            if len(refs) < total:
                held = {n for ref in refs for n in self._words_in(ref)}
                if len(held) < len(patterns):
                    lacking[place] = number
                    missing |= set(range(len(patterns))) - held
        if not lacking:
            return
        ids = [self._essays[place].key for place in lacking]
        best = []
        for n in sorted(missing):
            with_word = passages_with(patterns[n], self._exists)
            ranked = of_essays(self._ranked(every([tier.passages, with_word])), score="max")
            ranked["nested"]["inner_hits"] = self._inner_hits(1) | {"name": f"{n}"}
            best.append(ranked)
        body: Body = {
            "query": {"bool": {"filter": [{"terms": {"id": ids}}], "should": best}},
            "size": len(ids),
            **_FETCHED,
        }
        answer = self._snapshot.search(body, deadline=self._deadline, scored=True)
        for hit in answer["hits"]["hits"]:
            place = self._place_of(hit)
            number = lacking[place]
            _, refs, total = made[number]
            known = {self._hits[ref].ordinal: ref for ref in refs}
            for inner in hit["inner_hits"].values():
                for each in inner["hits"]["hits"]:
                    added = _Hit(place, each["sort"][0], each["fields"])
                    if added.ordinal not in known:
                        known[added.ordinal] = len(self._hits)
                        self._hits.append(added)
            refs = sorted(known.values(), key=lambda ref: self._hits[ref].rank())
            made[number] = place, refs, total

    def _words_in(self, ref: int) -> frozenset[int]:
        """Which of the plain words a passage has in its text, its headings or its title."""
        hit = self._hits[ref]
        if hit.words is None:
            texts = [
                self._positions(ref, "text"),
                self._positions(ref, "heading"),
                self._positions(hit.essay, "title"),
            ]
            hit.words = frozenset(
                n
                for n, word in enumerate(self._plan.words)
                if any(positions.has(word.pattern) for positions in texts)
            )
        return hit.words

    def _positions(self, ref: int, part: Part) -> Positions:
        if part == "title":
            root = self._essays[ref]
            return Positions(root.title_tokens, root.language, lambda: [root.essay.title])
        hit = self._hits[ref]
        language = self._essays[hit.essay].language
        if part == "text":
            return Positions(hit.text, language, lambda: [hit.passage().text])
        return Positions(hit.headings, language, lambda: hit.passage().headings)

    def _chosen(self, refs: list[int], number: int) -> list[int]:
        """The best passages of an essay; see :func:`~indexer.engines.tiers.covering`."""
        if number == 1:
            refs = covering(refs, len(self._plan.words), self._words_in)
        return refs[: self._per_essay]

    # What was found

    def nearness(self, refs: Sequence[int], patterns: Sequence[Pattern]) -> list[float]:
        """What the nearness of patterns in passages is worth."""
        weights = [self.idf(pattern) for pattern in patterns]
        return [
            nearness([texts.occurrences(pattern) for pattern in patterns], weights)
            for texts in (self._positions(ref, "text") for ref in refs)
        ]

    def holding(
        self, refs: Sequence[int], patterns: Sequence[Pattern], part: Literal["heading", "title"]
    ) -> list[int]:
        """Those that have every pattern in their headings, or in their title."""
        # Passages share headings, and essays may share titles.
        known: dict[tuple[str, str], bool] = {}
        found = []
        for ref in refs:
            root = self._essays[ref if part == "title" else self._hits[ref].essay]
            tokens = root.title_tokens if part == "title" else self._hits[ref].headings
            key = root.language, tokens
            if key not in known:
                known[key] = all(map(self._positions(ref, part).has, patterns))
            if known[key]:
                found.append(ref)
        return found

    def passages_of(self, refs: Sequence[int]) -> list[Passage]:
        """Passages by the ``ref`` of their candidates."""
        return [self._hits[ref].passage() for ref in refs]

    def essays_of(self, refs: Sequence[int]) -> list[Essay]:
        """Essays by the ``essay_ref`` of their groups."""
        return [self._essays[ref].essay for ref in refs]
