"""How well the library ranks, through its own way: files, index, search.

Essays: each document of a collection is a file of its own, each query is typed as it stands.
Passages: where a collection says which documents make up an article, each article is a file,
and the question is where its right paragraph comes among the passages found.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ir_measures
from ir_measures import AP, RR, R, nDCG

from indexer.config import Settings
from indexer.library import Library
from indexer.model import SearchResult
from tests.evaluation import judged
from tests.evaluation.judged import Collection, Doc
from tests.evaluation.reference import ENGINES, REFERENCE, Quality

# trec_eval's cut-off; questions with one right answer gain nothing below the hundredth.
DEPTH_MANY_ANSWERS = 1_000
DEPTH_ONE_ANSWER = 100

MEASURES = (nDCG @ 10, AP, R @ 100, RR @ 10)


@dataclass(frozen=True, slots=True)
class EssayScores:
    """Means over ``queries``; ``seconds`` is the median time of a search to that depth,
    without snippets."""

    collection: str
    queries: int
    ndcg: float
    ap: float
    recall: float
    rr: float
    seconds: float


@dataclass(frozen=True, slots=True)
class PassageScores:
    """Shares of ``queries`` for which the right paragraph is the first passage shown, is among
    the ten best passages by score, or stands on the first page; and the right article is first.
    """

    collection: str
    queries: int
    first: float
    in_ten: float
    on_page: float
    article: float


def score_essays(collection: Collection, queries: Mapping[str, str]) -> EssayScores:
    """Every document an essay: nDCG@10, MAP, recall at 100, reciprocal rank at 10."""
    grades = {query: collection.grades[query] for query in queries}
    right = sum(grade > 0 for of in grades.values() for grade in of.values())
    depth = DEPTH_MANY_ANSWERS if right > len(queries) else DEPTH_ONE_ANSWER
    run: dict[str, dict[str, float]] = {}
    times = []
    essays = [(doc.title, [doc.text]) for doc in collection.docs]
    with tempfile.TemporaryDirectory() as folder:
        library = _index(Path(folder), essays)
        for query, text in queries.items():
            before = time.perf_counter()
            # No passages: snippets of a thousand essays would take most of the time.
            result = library.search(text, limit=depth, passages=0)
            times.append(time.perf_counter() - before)
            # Minus the rank: the order shown is what counts, ties and tiers included.
            run[query] = {
                collection.docs[_number(hit.essay.id)].id: -float(rank)
                for rank, hit in enumerate(result.results)
            }
        library.close()
    means = ir_measures.calc_aggregate(MEASURES, grades, run)
    ndcg, ap, recall, rr = (float(means[measure]) for measure in MEASURES)
    return EssayScores(
        collection.name, len(queries), ndcg, ap, recall, rr, sorted(times)[len(times) // 2]
    )


def score_passages(collection: Collection, queries: Mapping[str, str]) -> PassageScores:
    """Every article an essay, every document a paragraph of it."""
    docs = {doc.id: doc for doc in collection.docs}
    article_of = {
        doc: number for number, (_, parts) in enumerate(collection.articles) for doc in parts
    }
    essays = [(title, [docs[part].text for part in parts]) for title, parts in collection.articles]
    first = in_ten = on_page = article = 0
    with tempfile.TemporaryDirectory() as folder:
        library = _index(Path(folder), essays)
        for query, text in queries.items():
            wanted = [docs[doc] for doc, grade in collection.grades[query].items() if grade > 0]
            result = library.search(text, limit=10, passages=10)
            shown = [hit for essay in result.results for hit in essay.passages]
            best = sorted(shown, key=lambda hit: -hit.score)[:10]
            first += any(_is(hit.text, wanted) for hit in shown[:1])
            in_ten += any(_is(hit.text, wanted) for hit in best)
            on_page += any(
                _is(hit.text, wanted) for essay in result.results for hit in essay.passages[:3]
            )
            article += _first_article(result) in {article_of[doc.id] for doc in wanted}
        library.close()
    total = max(1, len(queries))
    return PassageScores(
        collection.name,
        len(queries),
        first / total,
        in_ten / total,
        on_page / total,
        article / total,
    )


def _index(folder: Path, essays: list[tuple[str, list[str]]]) -> Library:
    texts = folder / "texts"
    texts.mkdir()
    judged.write_essays(texts, essays)
    library = Library.open(str(folder / "index"), Settings(), create=True)
    library.index([texts])
    return library


def _number(essay_id: str) -> int:
    return int(essay_id.rpartition("/")[2])


def _first_article(result: SearchResult) -> int | None:
    return _number(result.results[0].essay.id) if result.results else None


def _is(passage: str, wanted: list[Doc]) -> bool:
    """Whether a passage is a wanted paragraph, or part of it, or it and a short neighbour."""
    words = " ".join(passage.split())
    return any(
        words in text or text in words for text in (" ".join(d.text.split()) for d in wanted)
    )


def essays_table(scores: list[EssayScores]) -> list[str]:
    """Markdown: ours, then nDCG@10 (and MAP) of others where known."""
    lines = [
        "| collection | queries | nDCG@10 | MAP | R@100 | MRR@10 | median ms | "
        + " | ".join(ENGINES)
        + " |",
        "|---|" + "--:|" * (6 + len(ENGINES)),
    ]
    for row in scores:
        others = REFERENCE.get(row.collection, (None,) * len(ENGINES))
        lines.append(
            f"| {row.collection} | {row.queries} | **{row.ndcg:.3f}** | **{row.ap:.3f}** "
            f"| {row.recall:.3f} | {row.rr:.3f} | {row.seconds * 1000:.1f} | "
            + " | ".join(_quality(other) for other in others)
            + " |"
        )
    lines.append(_means(scores))
    return lines


def _means(scores: list[EssayScores]) -> str:
    """The mean over the collections for which every engine was measured with both measures."""
    both = [
        row
        for row in scores
        if row.collection in REFERENCE
        and all(other and other.ap is not None for other in REFERENCE[row.collection])
    ]
    if not both:
        return ""
    ours = _mean([row.ndcg for row in both]), _mean([row.ap for row in both])
    others = [
        Quality(
            _mean([_known(row.collection, n).ndcg for row in both]),
            _mean([_known(row.collection, n).ap or 0.0 for row in both]),
        )
        for n in range(len(ENGINES))
    ]
    return (
        f"| mean of {len(both)} | | **{ours[0]:.3f}** | **{ours[1]:.3f}** | | | | "
        + " | ".join(_quality(other) for other in others)
        + " |"
    )


def _known(collection: str, engine: int) -> Quality:
    quality = REFERENCE[collection][engine]
    assert quality is not None
    return quality


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _quality(quality: Quality | None) -> str:
    if quality is None:
        return ""
    return f"{quality.ndcg:.3f}" + (f" / {quality.ap:.3f}" if quality.ap is not None else "")


def passages_table(scores: list[PassageScores]) -> list[str]:
    """Markdown: where the right paragraph is."""
    return [
        "| collection | queries | first shown | in ten best | on first page | article first |",
        "|---|" + "--:|" * 5,
        *(
            f"| {row.collection} | {row.queries} | {row.first:.3f} | {row.in_ten:.3f} "
            f"| {row.on_page:.3f} | {row.article:.3f} |"
            for row in scores
        ),
    ]


def report(data: Path, names: list[str], sample: int, say: Callable[[str], None]) -> None:
    """Measures the collections ``names`` and says the two tables."""
    essays, passages = [], []
    for name in names:
        collection = judged.read(data, name)
        queries = collection.sample(sample)
        print(f"{name}: {len(collection.docs)} documents …", file=sys.stderr, flush=True)
        essays.append(score_essays(collection, queries))
        if collection.articles:
            passages.append(score_passages(collection, queries))
    say("## Ranking of essays\n")
    say(f"At most {sample:,} queries of each collection. Others: nDCG@10 / MAP.\n")
    for line in essays_table(essays):
        say(line)
    if passages:
        say("\n## Finding the paragraph in its article\n")
        for line in passages_table(passages):
            say(line)
