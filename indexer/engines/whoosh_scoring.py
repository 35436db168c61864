"""Scores passages by BM25; the formula is that of the port (:mod:`indexer.engines.base`)."""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, compress, pairwise

from indexer.engines import whoosh_fields as fields
from indexer.plan import Alternative
from indexer.records import NamedTuple
from indexer.rows import is_graded, rows
from indexer.terms import language_of
from indexer.weights import BM25

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from indexer.engines.whoosh_evaluation import Evaluation
    from indexer.engines.whoosh_reader import Snapshot
    from indexer.plan import Path, Pattern, View
    from indexer.rows import Row


class _Weighed(NamedTuple):
    """A row and what its occurrences are worth."""

    path: Path
    weight: float


class Scoring:
    """The scores of passages for patterns and how often the query says each."""

    def __init__(
        self, evaluation: Evaluation, snapshot: Snapshot, times: Mapping[Pattern, int]
    ) -> None:
        self._evaluation = evaluation
        self._snapshot = snapshot
        self._times = times
        self._weighed: dict[Pattern, list[list[_Weighed]]] = {}

    def scores(self, documents: Iterable[int]) -> list[float]:
        """The scores of ascending passages."""
        total = dict.fromkeys(documents, 0.0)
        for pattern, times in self._times.items():
            self._evaluation.check_clock()
            if is_graded(pattern):
                self._add_graded(pattern, times, total)
            else:
                worth = times * self._evaluation.idf(pattern)
                for document in total.keys() & self._evaluation.passages(pattern):
                    total[document] += worth
        return list(total.values())

    def _add_graded(self, pattern: Pattern, times: int, total: dict[int, float]) -> None:
        lengths = self._snapshot.lengths(pattern.view)
        norms = self._snapshot.norms(pattern.view)
        for alike in self._rows(pattern):
            best: dict[int, float] = {}
            for path, weight in alike:
                frequencies = self._frequencies(path, pattern.view, total)
                if len(alike) == 1:
                    for document, tf in frequencies:
                        total[document] += times * (weight * tf / (tf + norms[lengths[document]]))
                    continue
                for document, tf in frequencies:
                    worth = weight * tf / (tf + norms[lengths[document]])
                    if worth > best.get(document, 0.0):
                        best[document] = worth
            for document, worth in best.items():
                total[document] += times * worth

    def _rows(self, pattern: Pattern) -> list[list[_Weighed]]:
        """The rows of a pattern; those together that may be in the same passages."""
        found = self._weighed.get(pattern)
        if found is None:
            view, snapshot = pattern.view, self._snapshot
            alike: dict[str, list[_Weighed]] = {}
            for row in rows(pattern, lambda term: self._exists(view, term)):
                language = language_of(row[0][0]) if view == "stem" else ""
                weight = (BM25.k1 + 1) * sum(snapshot.idf(view, term) for term, _ in row)
                alike.setdefault(language, []).append(_Weighed(_path(row), weight))
            found = self._weighed[pattern] = list(alike.values())
        return found

    def _exists(self, view: View, term: str) -> bool:
        postings = self._snapshot.postings
        return any(
            len(postings(fields.of_part(part, view), term)) for part in ("text", "heading", "title")
        )

    def _frequencies(
        self, path: Path, view: View, wanted: Collection[int]
    ) -> Iterable[tuple[int, int]]:
        """How often a row counts in each of the passages wanted, where it does."""
        total = dict(self._among(path, fields.of_part("text", view), wanted))
        headings = self._among(path, fields.of_part("heading", view), wanted)
        for document, count in chain(headings, self._in_titles(path, view, wanted)):
            total[document] = total.get(document, 0) + count
        return total.items()

    def _among(self, path: Path, field: str, wanted: Collection[int]) -> Iterator[tuple[int, int]]:
        """Those of the documents wanted that have a row in a field, and how often."""
        if len(path) > 1:
            found = self._evaluation.counts_along(path, field)
            if len(wanted) < len(found):
                return ((d, found[d]) for d in wanted if d in found)
            return ((d, count) for d, count in found.items() if d in wanted)
        postings = self._snapshot.postings(field, path[0][0].term)
        documents, counts = postings.documents, postings.frequencies
        if len(wanted) * 8 < len(documents):
            return _looked_up(documents, counts, wanted)
        pairs = zip(documents, counts, strict=True)
        return compress(pairs, map(wanted.__contains__, documents))

    def _in_titles(
        self, path: Path, view: View, wanted: Collection[int]
    ) -> Iterator[tuple[int, int]]:
        """The same for the titles of their essays, as often as a title counts."""
        field = fields.of_part("title", view)
        essays: Sequence[int]
        counts: Sequence[int]
        if len(path) > 1:
            found = self._evaluation.counts_along(path, field)
            essays, counts = list(found), list(found.values())
        else:
            postings = self._snapshot.postings(field, path[0][0].term)
            essays, counts = postings.documents, postings.frequencies
        if not essays:
            return
        owner, passages_of = self._snapshot.essay_of(), self._snapshot.passages_of
        by_place = dict(zip(map(owner.__getitem__, essays), counts, strict=True))
        if len(wanted) < len(by_place):
            for document in wanted:
                if count := by_place.get(owner[document]):
                    yield document, BM25.title * count
            return
        for place, count in by_place.items():
            for document in passages_of(place):
                if document in wanted:
                    yield document, BM25.title * count


def _path(row: Row) -> Path:
    """A row as a path; the last step's advance makes no difference."""
    steps = [Alternative(term, after - at) for (term, at), (_, after) in pairwise(row)]
    return tuple((step,) for step in (*steps, Alternative(row[-1][0], 1)))


def _looked_up(
    documents: Sequence[int], counts: Sequence[int], wanted: Iterable[int]
) -> Iterator[tuple[int, int]]:
    size = len(documents)
    for document in wanted:
        index = bisect_left(documents, document)
        if index < size and documents[index] == document:
            yield document, counts[index]
