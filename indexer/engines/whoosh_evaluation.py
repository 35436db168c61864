"""Evaluates a plan over a snapshot: sets of passages, their tiers, and BM25F scores.

BM25F after Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(2009), section 3.6, with Lucene's idf, ``log(1 + (N - n + 0.5) / (n + 0.5))``. N and n count
passages; a title's words count for every passage of its essay.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, compress, repeat
from math import log
from operator import add
from typing import NamedTuple

from msgspec.structs import replace

from indexer.deadline import check_clock
from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Part
from indexer.engines.whoosh_reader import PostingList, Snapshot
from indexer.matching import occurrences
from indexer.plan import (
    Below,
    Both,
    Dated,
    Either,
    InLanguage,
    OfEssay,
    Path,
    Pattern,
    PlanNode,
    Without,
)
from indexer.weights import BM25, FIELDS

# A position in a passage, heading path, title or list of authors is below this.
_POSITIONS = 1 << 24
# Documents between two looks at the clock where each costs some microseconds.
_CLOCK = 200


class _Counts(NamedTuple):
    """How often a pattern occurs in documents of a field; they ascend if ``is_ordered``."""

    documents: Sequence[int]
    counts: Sequence[int]
    is_ordered: bool

    def among(self, wanted: Collection[int]) -> Iterator[tuple[int, int]]:
        """Those of the documents that are wanted, with their counts."""
        documents, counts = self.documents, self.counts
        if not self.is_ordered or len(wanted) * 8 > len(documents):
            pairs = zip(documents, counts, strict=True)
            return compress(pairs, map(wanted.__contains__, documents))
        return self._looked_up(wanted)

    def _looked_up(self, wanted: Iterable[int]) -> Iterator[tuple[int, int]]:
        documents, counts, size = self.documents, self.counts, len(self.documents)
        for document in wanted:
            index = bisect_left(documents, document)
            if index < size and documents[index] == document:
                yield document, counts[index]


class Evaluation:
    """One plan over one snapshot."""

    def __init__(self, snapshot: Snapshot, deadline: float) -> None:
        self._snapshot = snapshot
        self._deadline = deadline
        self._counts: dict[tuple[Pattern, str], list[_Counts]] = {}
        self._sets: dict[Pattern, set[int]] = {}

    def check_clock(self) -> None:
        """``SearchTimeout`` once the deadline has passed."""
        check_clock(self._deadline)

    # Where patterns occur

    def counts(self, pattern: Pattern, field: str) -> list[_Counts]:
        """How often a pattern occurs in the documents of a field; each is in one part only."""
        key = (pattern, field)
        found = self._counts.get(key)
        if found is None:
            self.check_clock()
            found = self._counts[key] = self._count(pattern, field)
        return found

    def _count(self, pattern: Pattern, field: str) -> list[_Counts]:
        if pattern.slop is not None:
            return self._count_near(pattern, field)
        rows = [path for path in pattern.paths if len(path) > 1]
        singles = {one.term for path in pattern.paths if len(path) == 1 for one in path[0]}
        # A document is of one language, and so are the stems it holds.
        by_language: dict[str, list[PostingList]] = {}
        for term in singles:
            postings = self._snapshot.postings(field, term)
            if len(postings):
                language = term.partition(":")[0] if pattern.view == "stem" and not rows else ""
                by_language.setdefault(language, []).append(postings)
        parts = []
        for lists in by_language.values():
            if len(lists) == 1 and not rows:
                parts.append(_Counts(lists[0].documents, lists[0].frequencies, True))
            else:
                parts.append(_united(lists, stems=pattern.view == "stem"))
        ends = set().union(*(self._row_ends(path, field) for path in rows))
        if ends:
            total = Counter(map(_POSITIONS.__rfloordiv__, ends))
            for part in parts:
                for document, count in zip(part.documents, part.counts, strict=True):
                    total[document] += count
            parts = [_Counts(list(total), list(total.values()), False)]
        return parts

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
        for lists in sorted(steps, key=_size):
            if common is None:
                common = set(chain.from_iterable(p.documents for _, p in lists))
            elif len(common) * 8 < _size(lists):
                common = {d for d in common if any(len(p.at(d)) for _, p in lists)}
            else:
                common = common.intersection(chain.from_iterable(p.documents for _, p in lists))
            if not common:
                break
        return steps, common or set()

    def _row_ends(self, path: Path, field: str) -> set[int]:
        """Places of a path, each as document times a constant plus position (that of its
        beginning, less one for each word that a joined compound spans beyond one)."""
        steps, common = self._steps(path, field)
        if not common:
            return set()
        # Keys are kept as they were at the first step; later ones are shifted back to meet them.
        numbered = list(enumerate(steps))
        if all(advance == 1 for lists in steps for advance, _ in lists):
            # Then any order will do, and the rarest leaves the least to look for.
            numbered.sort(key=lambda step: _size(step[1]))
        reached: set[int] | None = None
        for shift, lists in numbered:
            self.check_clock()
            if reached is not None and len(reached) < len(common):
                common = set(map(_POSITIONS.__rfloordiv__, reached))
            after: set[int] = set()
            for advance, postings in lists:
                keys = _keys(postings, common, shift)
                met = set(keys) if reached is None else reached.intersection(keys)
                if advance > 1:
                    met = set(map((advance - 1).__add__, met))
                after = after | met if after else met
            if not after:
                return after
            reached = after
        return reached or set()

    def _count_near(self, pattern: Pattern, field: str) -> list[_Counts]:
        total: Counter[int] = Counter()
        for path in pattern.paths:
            _, common = self._steps(path, field)
            alone = replace(pattern, paths=(path,))
            for number, document in enumerate(common):
                if number % _CLOCK == 0:
                    self.check_clock()
                places = occurrences(alone, self._places_of(field, document))
                if places:
                    total[document] += len(places)
        return [_Counts(list(total), list(total.values()), False)]

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
        return [occurrences(pattern, self._places_of(field, document)) for document in documents]

    def _places_of(self, field: str, document: int) -> Callable[[str], Sequence[int]]:
        """A term's positions in a field of one document."""
        postings = self._snapshot.postings
        return lambda term: postings(field, term).at(document)

    # Sets of passages

    def passages(self, pattern: Pattern) -> set[int]:
        """Passages in which a pattern occurs, in their own text, headings or title."""
        found = self._sets.get(pattern)
        if found is None:
            found = set()
            for field in fields.of_passages(pattern):
                for part in self.counts(pattern, field):
                    found.update(part.documents)
            for field in fields.of_essays(pattern):
                for part in self.counts(pattern, field):
                    found.update(self._expand(self._places(part.documents)))
            self._sets[pattern] = found
        return found

    def essays(self, pattern: Pattern) -> set[int]:
        """Places of the essays whose own fields (title, authors) a pattern occurs in."""
        documents = chain.from_iterable(
            part.documents
            for field in fields.of_essays(pattern)
            for part in self.counts(pattern, field)
        )
        return set(self._places(documents))

    def occurs(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs anywhere."""
        names = (*fields.of_passages(pattern), *fields.of_essays(pattern))
        return any(part.documents for field in names for part in self.counts(pattern, field))

    def _places(self, documents: Iterable[int]) -> list[int]:
        return list(map(self._snapshot.essay_of().__getitem__, documents))

    def _expand(self, places: Iterable[int]) -> Iterable[int]:
        return chain.from_iterable(map(self._snapshot.passages_of, places))

    def everything(self) -> set[int]:
        """All passages."""
        return set(self._expand(range(len(self._snapshot.essays))))

    def evaluate(self, node: PlanNode) -> set[int]:
        """Passages that satisfy a strict tree."""
        self.check_clock()
        match node:
            case Pattern():
                return self.passages(node)
            case Both(parts):
                parts = tuple(dict.fromkeys(parts))
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

    def _filtered(self, node: InLanguage | Below | OfEssay | Dated) -> list[int]:
        """Places of the essays that a filter lets through."""
        snapshot = self._snapshot
        if isinstance(node, InLanguage):
            return self._places(snapshot.postings(fields.LANGUAGE, node.language).documents)
        if isinstance(node, Below):
            return self._places(snapshot.postings(fields.PLACE, node.place).documents)
        if isinstance(node, OfEssay):
            place = snapshot.place_of(node.essay_id)
            return [] if place is None else [place]
        start, end = node.start or "", node.end or "\uffff"
        return [
            place
            for place, key in enumerate(snapshot.sort_keys(fields.SORT_DAY))
            if key and start <= key.decode() < end
        ]

    # Scores

    def score(self, weighted: Sequence[tuple[Pattern, int]], documents: list[int]) -> list[float]:
        """BM25F of ascending passages for patterns and how often the query says each."""
        total: dict[int, float] = dict.fromkeys(documents, 0.0)
        k1 = BM25.k1
        for pattern, times in weighted:
            self.check_clock()
            weight = times * self.idf(pattern) * (k1 + 1)
            for document, tf in self._frequencies(pattern, total).items():
                total[document] += weight * tf / (k1 + tf)
        return list(total.values())

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency, over passages."""
        known = self._sets.get(pattern)
        if known is not None:
            found = len(known)
        else:
            # An upper bound where the very set is not needed (very common words).
            found = sum(
                len(part.documents)
                for field in fields.of_passages(pattern)
                for part in self.counts(pattern, field)
            )
        total = self._snapshot.passages
        found = min(found, total)
        return log(1 + (total - found + 0.5) / (found + 0.5))

    def _frequencies(self, pattern: Pattern, wanted: Collection[int]) -> dict[int, float]:
        """Weighted, length-normalised term frequency of the passages wanted, over the fields."""
        snapshot = self._snapshot
        total: dict[int, float] = {}
        for field in fields.of_passages(pattern):
            share = self._shares(field)
            lengths = snapshot.lengths(fields.length_field(field))
            for part in self.counts(pattern, field):
                among = part.among(wanted)
                _add(total, {d: count * share[lengths[d]] for d, count in among})
        for field in fields.of_essays(pattern):
            share = self._shares(field)
            lengths = snapshot.lengths(fields.length_field(field))
            for essays, counts, _ in self.counts(pattern, field):
                of_title: dict[int, float] = {}
                for place, essay, count in zip(self._places(essays), essays, counts, strict=True):
                    tf = count * share[lengths[essay]]
                    for document in snapshot.passages_of(place):
                        if document in wanted:
                            of_title[document] = tf
                _add(total, of_title)
        return total

    def _shares(self, field: str) -> list[float]:
        settings = FIELDS[fields.role(field)]
        return self._snapshot.shares(fields.length_field(field), settings.weight, settings.b)


def _united(lists: list[PostingList], *, stems: bool) -> _Counts:
    """Several posting lists as one. Two stems of one word stand at the same positions and
    count once; other terms add up."""
    lists.sort(key=len, reverse=True)
    total = dict(zip(lists[0].documents, lists[0].frequencies, strict=True))
    for postings in lists[1:]:
        for document, count in zip(postings.documents, postings.frequencies, strict=True):
            known = total.get(document, 0)
            total[document] = max(known, count) if stems else known + count
    return _Counts(list(total), list(total.values()), False)


def _add(total: dict[int, float], part: dict[int, float]) -> None:
    if not total:
        total.update(part)
        return
    for document, tf in part.items():
        total[document] = total.get(document, 0.0) + tf


def _size(lists: list[tuple[int, PostingList]]) -> int:
    """How many documents a step is in."""
    return sum(len(postings) for _, postings in lists)


def _keys(postings: PostingList, common: set[int], shift: int) -> Iterable[int]:
    """Each position less ``shift``, as document times a constant plus position; of the
    documents in ``common`` at least."""
    if len(common) * 8 < len(postings):
        return (
            document * _POSITIONS + position - shift
            for document in common
            for position in postings.at(document)
        )
    bases = map(_POSITIONS.__mul__, postings.documents)
    if shift:
        bases = map((-shift).__add__, bases)
    repeated = chain.from_iterable(map(repeat, bases, postings.frequencies))
    return map(add, repeated, postings.positions)
