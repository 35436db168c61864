"""Evaluates a plan over a snapshot: where its patterns occur, and sets of passages."""

from __future__ import annotations

from itertools import chain, pairwise, product, repeat
from math import prod

from indexer.deadline import check_clock
from indexer.engines import whoosh_fields as fields
from indexer.engines.whoosh_reader import PostingList
from indexer.keeping import counted
from indexer.matching import occurrences
from indexer.plan import (
    Alternative,
    Below,
    Both,
    Either,
    InLanguage,
    OfEssay,
    Pattern,
    Without,
    patterns_in,
)
from indexer.records import replace
from indexer.rows import is_graded
from indexer.weights import inverse_frequency

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from indexer.engines.base import Part
    from indexer.engines.whoosh_reader import Snapshot
    from indexer.plan import (
        Dated,
        Path,
        Plan,
        PlanNode,
    )

# A position in a passage, heading path, title or list of authors is below this.
_POSITIONS = 1 << 24
# Documents between two looks at the clock where each costs some microseconds.
_CLOCK = 200
_FEW_ROWS = 8
# Passages of one word that take as long as one in which positions are compared.
_COMPARED = 5
# Work that is not worth to be measured.
_SOME = 40_000
# Patterns whose essays have been counted and are remembered.
_KEPT_COUNTS = 4_096


class Evaluation:
    """One plan over one snapshot."""

    def __init__(self, snapshot: Snapshot, deadline: float) -> None:
        self._snapshot = snapshot
        self._deadline = deadline
        self._documents: dict[tuple[Pattern, str], list[Collection[int]]] = {}
        self._along: dict[tuple[Path, str], dict[int, int]] = {}
        self._sets: dict[Pattern, set[int]] = {}

    def check_clock(self) -> None:
        """``SearchTimeout`` once the deadline has passed."""
        check_clock(self._deadline)

    def work(self, plan: Plan) -> int:
        """About how many passages are looked at one by one for a plan, each where words follow
        each other or are near counted several times."""
        if self._snapshot.size * _COMPARED < _SOME:
            return 0
        needed = [word.pattern for word in plan.words if not word.optional_in]
        sizes = [self._size(one) for one in needed or [word.pattern for word in plan.words]]
        strict = sum(map(self._size, patterns_in(plan.strict)))
        return sum(sizes) // 2 + min(sizes, default=0) + strict

    def _size(self, pattern: Pattern) -> int:
        """The same for a pattern."""
        field = next(iter((*fields.of_passages(pattern), *fields.of_essays(pattern))), "")
        postings = self._snapshot.postings
        total = 0
        for path in pattern.paths:
            steps = [sum(len(postings(field, one.term)) for one in step) for step in path]
            total += min(steps, default=0) * (1 if len(path) == 1 else _COMPARED)
        return total

    # Where patterns occur

    def documents(self, pattern: Pattern, field: str) -> list[Collection[int]]:
        """The documents in a field of which a pattern occurs, in parts that may overlap."""
        key = (pattern, field)
        found = self._documents.get(key)
        if found is None:
            self.check_clock()
            if pattern.slop is None:
                found = list(filter(None, self._holding(pattern.paths, field)))
            else:
                found = [self._holding_near(pattern, field)]
            self._documents[key] = found
        return found

    def _holding(self, paths: Iterable[Path], field: str) -> Iterator[Collection[int]]:
        singles = {one.term for path in paths if len(path) == 1 for one in path[0]}
        for term in singles:
            yield self._snapshot.postings(field, term)
        for path in paths:
            if len(path) > 1:
                there = self._there(path, field)
                # Row by row where they are few, since scores need them so.
                if prod(map(len, there)) <= _FEW_ROWS:
                    for row in product(*there):
                        yield self.counts_along(tuple((one,) for one in row), field).keys()
                else:
                    yield self.counts_along(there, field).keys()

    def counts_along(self, path: Path, field: str) -> dict[int, int]:
        """How often a path of several steps occurs in each document of a field that has it."""
        there = self._there(path, field)
        found = self._along.get((there, field))
        if found is None:
            self.check_clock()
            ends = self._ends(there, field)
            found = self._along[there, field] = counted(map(_POSITIONS.__rfloordiv__, ends))
        return found

    def _there(self, path: Path, field: str) -> Path:
        """A path with only the alternatives that there are in a field. Where its last step
        leads makes no difference."""
        postings = self._snapshot.postings
        there = [tuple(one for one in step if len(postings(field, one.term))) for step in path]
        there[-1] = tuple(Alternative(one.term, 1) for one in there[-1])
        return tuple(there)

    def _steps(
        self, path: Path, field: str
    ) -> tuple[list[list[tuple[int, PostingList]]], set[int]]:
        """For each step its posting lists with their advance, and the documents that have all
        steps but those of much longer lists, which is no sooner told than their positions are."""
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
        for lists in sorted(steps, key=_length):
            if common is None:
                common = set(chain.from_iterable(p.documents for _, p in lists))
            elif len(common) * 8 > _length(lists):
                common = common.intersection(chain.from_iterable(p.documents for _, p in lists))
            if not common:
                break
        return steps, common or set()

    def _ends(self, path: Path, field: str) -> set[int]:
        """Places of a path, each as document times a constant plus position (that of its
        beginning, less one for each word that a joined compound spans beyond one)."""
        steps, common = self._steps(path, field)
        if not common:
            return set()
        # Keys are kept as they were at the first step; later ones are shifted back to meet them.
        numbered = list(enumerate(steps))
        if all(advance == 1 for lists in steps for advance, _ in lists):
            # Then any order will do, and the rarest leaves the least to look for.
            numbered.sort(key=lambda step: _length(step[1]))
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

    def _holding_near(self, pattern: Pattern, field: str) -> set[int]:
        found: set[int] = set()
        for path in pattern.paths:
            _, common = self._steps(path, field)
            alone = replace(pattern, paths=(path,))
            for number, document in enumerate(common - found):
                if number % _CLOCK == 0:
                    self.check_clock()
                if occurrences(alone, self._places_of(field, document)):
                    found.add(document)
        return found

    def occurrences(
        self, pattern: Pattern, part: Part, documents: Sequence[int]
    ) -> list[Sequence[tuple[int, int]]]:
        """Where a pattern occurs in each document's text, headings or title."""
        field = fields.of_part(part, pattern.view)
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

    def those_with(self, pattern: Pattern, field: str, documents: Collection[int]) -> list[int]:
        """Those of some documents in a field of which a pattern occurs."""
        found: set[int] = set()
        for part in self.documents(pattern, field):
            # A list of a common word is much longer than what is asked for.
            if isinstance(part, PostingList) and len(documents) * 8 < len(part):
                found.update(filter(part.__contains__, documents))
            else:
                found.update(part)
        return [document for document in documents if document in found]

    def holding(self, pattern: Pattern, passages: Sequence[int]) -> set[int]:
        """Those of some passages in which a pattern occurs, in text, headings or title."""
        if pattern in self._sets:
            return self._sets[pattern].intersection(passages)
        found: set[int] = set()
        for field in fields.of_passages(pattern):
            found.update(self.those_with(pattern, field, passages))
        places = self.essays(pattern)
        owner = self._snapshot.essay_of()
        found.update(passage for passage in passages if owner[passage] in places)
        return found

    def passages(self, pattern: Pattern) -> set[int]:
        """Passages in which a pattern occurs, in their own text, headings or title."""
        found = self._sets.get(pattern)
        if found is None:
            found = set()
            for field in fields.of_passages(pattern):
                found.update(*self.documents(pattern, field))
            for field in fields.of_essays(pattern):
                for part in self.documents(pattern, field):
                    found.update(self._expand(self._places(part)))
            self._sets[pattern] = found
        return found

    def essays(self, pattern: Pattern) -> set[int]:
        """Places of the essays whose own fields (title, authors) a pattern occurs in."""
        parts = (self.documents(pattern, field) for field in fields.of_essays(pattern))
        return set(self._places(chain.from_iterable(chain.from_iterable(parts))))

    def occurs(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs anywhere."""
        names = (*fields.of_passages(pattern), *fields.of_essays(pattern))
        return any(map(len, chain.from_iterable(self.documents(pattern, f) for f in names)))

    def idf(self, pattern: Pattern) -> float:
        """Lucene's inverse document frequency of a pattern among the essays."""
        counts = self._snapshot.essay_counts
        found = counts.get(pattern)
        if found is None:
            found = self._essays_with(pattern)
            # Others stand for many words, and are seldom asked for again.
            if is_graded(pattern):
                if len(counts) >= _KEPT_COUNTS:
                    counts.clear()
                counts[pattern] = found
        return inverse_frequency(len(self._snapshot.essays), found)

    def _essays_with(self, pattern: Pattern) -> int:
        """How many essays a pattern occurs in, anywhere in its scope."""
        places = self.essays(pattern)
        for field in fields.of_passages(pattern):
            places.update(*map(self._owners, self.documents(pattern, field)))
        return len(places)

    def _places(self, documents: Iterable[int]) -> list[int]:
        return list(map(self._snapshot.essay_of().__getitem__, documents))

    def _owners(self, documents: Collection[int]) -> Iterable[int]:
        """Places of the essays of passages; of some more than once."""
        snapshot = self._snapshot
        if isinstance(documents, PostingList) and len(documents) > 4 * len(snapshot.essays):
            begins = documents.by_essay(snapshot.essays, snapshot.size)
            return [place for place, (a, b) in enumerate(pairwise(begins)) if a < b]
        return self._places(documents)

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


def _length(lists: list[tuple[int, PostingList]]) -> int:
    """How many documents a step is in."""
    return sum(len(postings) for _, postings in lists)


def _keys(postings: PostingList, common: set[int], shift: int) -> Iterable[int]:
    """Each position less ``shift``, as document times a constant plus position; of the
    documents in ``common`` at least."""
    if len(common) * 20 < len(postings):
        return (
            document * _POSITIONS + position - shift
            for document in common
            for position in postings.at(document)
        )
    bases = map(_POSITIONS.__mul__, postings.documents)
    if shift:
        bases = map((-shift).__add__, bases)
    repeated = chain.from_iterable(map(repeat, bases, postings.frequencies))
    return map(int.__add__, repeated, postings.positions)
