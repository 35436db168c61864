"""Stock Whoosh searches our index through its own Searcher: the same passages, the same scores.

Its queries know one field, so nothing that is searched for stands in a title or a heading.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from math import log
from typing import Any, NamedTuple

import pytest
from whoosh import index as whoosh_index
from whoosh import query as stock
from whoosh import scoring

from indexer.engines import whoosh_location
from indexer.engines.base import Engine, Entry
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.plan import Alternative, Both, Either, Pattern, Plan, PlanNode, Without
from indexer.weights import BM25
from tests.oracle_scores import kept
from tests.shelves import changed, entry, fill

EVERYTHING = 10_000
# How often each stands in the passages falls off as in a language.
WORDS = [f"w{number}" for number in range(24)]


class Shelf(NamedTuple):
    """An index as our searcher has it and as stock Whoosh has it, with its passages."""

    engine: Engine
    searcher: Any
    texts: dict[int, str]


class _Formula(scoring.WeightingModel):
    """BM25 of one field, with the lengths and counts taken from the texts themselves."""

    def __init__(self, texts: dict[int, str]) -> None:
        self._lengths = {document: len(text.split()) + 3 for document, text in texts.items()}
        self._average = sum(self._lengths.values()) / len(texts)
        self._texts = texts

    def scorer(self, searcher: Any, fieldname: str, text: bytes, qf: float = 1) -> Any:
        term = text.decode()
        held = sum(term in passage.split() for passage in self._texts.values())
        idf = log(1 + (len(self._texts) - held + 0.5) / (held + 0.5))
        # It scores segment by segment, with their own numbers.
        leaves = searcher.get_parent().leaf_searchers()
        (base,) = (base for leaf, base in leaves if leaf is searcher)
        return _Scorer(qf * idf, self._lengths, self._average, base)


class _Scorer(scoring.BaseScorer):
    def __init__(self, idf: float, lengths: dict[int, int], average: float, base: int) -> None:
        self._idf, self._lengths, self._average, self._base = idf, lengths, average, base

    def supports_block_quality(self) -> bool:
        return False

    def max_quality(self) -> float:
        return self._idf * (BM25.k1 + 1)

    def score(self, matcher: Any) -> float:
        tf = matcher.weight()
        length = kept(self._lengths[self._base + matcher.id()]) / self._average
        norm = BM25.k1 * (1 - BM25.b + BM25.b * length)
        return float((BM25.k1 + 1) * self._idf * tf / (tf + norm))


def _entries(rng: random.Random) -> list[Entry]:
    chances = [1 / (number + 1) for number in range(len(WORDS))]
    return [
        entry(
            f"e{number:02}",
            *(
                " ".join(rng.choices(WORDS, chances, k=rng.randint(1, 60)))
                for _ in range(rng.randint(1, 12))
            ),
            title="Unasked",
        )
        for number in range(40)
    ]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Several segments, of which essays were deleted."""
    path = tmp_path_factory.mktemp("index")
    entries = _entries(random.Random(3))
    engine = WhooshEngine(path, create=True, vectors=True)
    fill(engine, entries, commits=3)
    changed(engine, remove=[each.essay.id for each in entries[::7]])
    index = whoosh_index.open_dir(
        str(whoosh_location.Location(path).current_folder()), indexname="essays"
    )
    texts = engine._read(
        lambda snapshot: {
            document: snapshot.passage(document).text
            for place in range(len(snapshot.essays))
            for document in snapshot.passages_of(place)
        }
    )
    with closing(engine), index.searcher(weighting=_Formula(texts)) as searcher:
        assert len(searcher.reader().leaf_readers()) > 1
        assert searcher.reader().has_deletions()
        yield Shelf(engine, searcher, texts)


def found_by_us(engine: Engine, node: PlanNode) -> dict[int, float]:
    """The passages of a plan, by their numbers, with their scores."""
    plan = Plan(words=(), strict=node)
    matches = engine.search(plan, per_essay=EVERYTHING, deadline=time.monotonic() + 60)
    return {
        candidate.ref: candidate.score
        for group in matches.groups(0, EVERYTHING)
        for candidate in group.passages
    }


def found_by_stock(searcher: Any, query: Any) -> dict[int, float]:
    """The same of stock Whoosh."""
    collector = searcher.collector(limit=None, scored=True)
    searcher.search_with_collector(query, collector)
    return {document: score for score, document in collector.results().top_n}


def _term(word: str) -> tuple[Pattern, Any]:
    pattern = Pattern(paths=(((Alternative(word, 1),),),), view="exact", label=word)
    return pattern, stock.Term("text_exact", word)


def _phrase(words: list[str]) -> tuple[Pattern, Any]:
    path = tuple((Alternative(word, 1),) for word in words)
    return (
        Pattern(paths=(path,), view="exact", label=" ".join(words)),
        stock.Phrase("text_exact", words),
    )


class _Tree(NamedTuple):
    """A tree of words as a plan and as a query, and those of its words that count: in whatever
    branch, each but once."""

    node: PlanNode
    query: Any
    words: list[Any]


def _tree(rng: random.Random) -> _Tree:
    """A tree of words, each of another one."""
    words = rng.sample(WORDS, len(WORDS))

    def grown(depth: int) -> _Tree:
        kind = rng.choice(["term", "and", "or"]) if depth < 3 else "term"
        if kind == "term":
            node, query = _term(words.pop())
            return _Tree(node, query, [query])
        one, other = grown(depth + 1), grown(depth + 1)
        counted = [*one.words, *other.words]
        if kind == "and":
            return _Tree(Both((one.node, other.node)), stock.And([one.query, other.query]), counted)
        return _Tree(Either((one.node, other.node)), stock.Or([one.query, other.query]), counted)

    return grown(0)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_found_and_scored_as_stock_whoosh_does(shelf: Shelf, word: str) -> None:
    node, query = _term(word)
    expected = found_by_stock(shelf.searcher, query)
    assert expected
    assert found_by_us(shelf.engine, node) == pytest.approx(expected, abs=1e-4)


def test_generated_trees_are_found_and_scored_as_stock_whoosh_does(shelf: Shelf) -> None:
    rng = random.Random(11)
    some = 0
    for _ in range(300):
        tree = _tree(rng)
        expected = set(shelf.searcher.docs_for_query(tree.query))
        node = tree.node
        if rng.random() < 0.4:
            without = _tree(rng)
            # Its AndNot begins without moving the second list to where the first one begins, and
            # so may give its first document though it is to leave that out (whoosh3 3.54.0).
            expected -= set(shelf.searcher.docs_for_query(without.query))
            node = Both((node, Without(without.node)))
        found = found_by_us(shelf.engine, node)
        assert found.keys() == expected, tree.query
        scores = found_by_stock(shelf.searcher, stock.Or(tree.words))
        assert found == pytest.approx({d: scores[d] for d in expected}, abs=1e-4), tree.query
        some += len(expected) > 0
    assert some > 150


def test_generated_phrases_are_found_where_stock_whoosh_finds_them(shelf: Shelf) -> None:
    rng = random.Random(12)
    texts = [text.split() for text in shelf.texts.values()]
    some = 0
    for _ in range(400):
        text = rng.choice([text for text in texts if len(text) > 4])
        start = rng.randrange(len(text) - 3)
        words = text[start : start + rng.randint(2, 4)]
        if rng.random() < 0.3:
            rng.shuffle(words)
        # Its phrases know no word twice in a row.
        if any(one == other for one, other in pairwise(words)):
            continue
        node, query = _phrase(words)
        expected = set(shelf.searcher.docs_for_query(query))
        assert found_by_us(shelf.engine, node).keys() == expected, words
        some += len(expected) > 0
    assert some > 100
