"""How well the headings and paragraphs of unmarked text are found.

``python -m tests.evaluation.headings DATA [--verbose]`` where DATA holds
``essays/SET/headings.jsonl`` beside ``essays/SET/txt/``, and ``essays/standardebooks/BOOK/``.

Found headings agree with true ones when their texts do, white space aside, in document
order (longest common subsequence). ``level`` is how often two neighbouring headings that
were found stand to each other (deeper, same, higher) as they truly do. ``taken`` counts
true verse, letters, signatures and the like that became headings. ``paragraphs`` is the
share of paragraphs that come out of the text wrapped at 72 columns as they were.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

from indexer.structure import blocks

# Blocks of the books that look like headings and are none; `dl`, `li` and `table` are
# data whose cells stand on lines of their own.
_NEGATIVES = frozenset(
    (
        "poem", "verse", "song", "letter", "epigraph", "signature", "bridgehead", "dedication",
        "valediction", "header", "salutation", "dateline", "stage-direction", "postscript",
        "footer", "blockquote", "p",
    )
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Counts over the documents of a set."""

    right: int = 0
    found: int = 0
    true: int = 0
    same_step: int = 0
    steps: int = 0
    taken: int = 0
    negatives: int = 0
    paragraphs_kept: int = 0
    paragraphs: int = 0
    f1s: list[float] = field(default_factory=list)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _score(
    tally: Tally, name: str, text: str, truth: list[tuple[str, int]], verbose: bool
) -> list[tuple[str, int]]:
    found = [
        (_plain(block.text), block.level)
        for block in blocks(text)
        if block.kind in ("heading", "title")
    ]
    matcher = SequenceMatcher(None, [t for t, _ in truth], [t for t, _ in found], autojunk=False)
    pairs = [
        (match.a + offset, match.b + offset)
        for match in matcher.get_matching_blocks()
        for offset in range(match.size)
    ]
    tally.right += len(pairs)
    tally.found += len(found)
    tally.true += len(truth)
    tally.f1s.append(2 * len(pairs) / max(1, len(found) + len(truth)))
    for (a, b), (c, d) in pairwise(pairs):
        tally.steps += 1
        tally.same_step += _sign(truth[c][1] - truth[a][1]) == _sign(found[d][1] - found[b][1])
    if verbose:
        right_true, right_found = {a for a, _ in pairs}, {b for _, b in pairs}
        for place, (heading, _) in enumerate(truth):
            if place not in right_true:
                print(f"  missed  {name}: {heading[:100]}")
        for place, (heading, _) in enumerate(found):
            if place not in right_found:
                print(f"  extra   {name}: {heading[:100]}")
    return [pair for place, pair in enumerate(found) if place not in {b for _, b in pairs}]


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _articles(folder: Path, verbose: bool) -> Tally:
    truth: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in _lines(folder / "headings.jsonl"):
        truth[str(row["doc"])].append((_plain(str(row["text"])), int(str(row["level"]))))
    tally = Tally()
    for name, headings in sorted(truth.items()):
        text = (folder / "txt" / f"{name}.txt").read_text(encoding="utf-8")
        _score(tally, name, text, headings, verbose)
    return tally


def _books(folder: Path, file: str, verbose: bool) -> Tally:
    tally = Tally()
    for book in sorted(path for path in folder.iterdir() if (path / file).exists()):
        truth = []
        for row in _lines(book / "headings.jsonl"):
            lines = row["lines"]
            assert isinstance(lines, list)
            truth.append((_plain(" ".join(lines)), int(str(row["level"]))))
        text = (book / file).read_text(encoding="utf-8")
        wrong = _score(tally, book.name, text, truth, verbose)
        plain = (book / "book.txt").read_text(encoding="utf-8").split("\n")
        extra = Counter(heading for heading, _ in wrong)
        paragraphs: Counter[str] = Counter()
        with (book / "blocks.tsv").open(encoding="utf-8") as rows:
            for line in rows:
                _, kind, _, first, count = line.split("\t")
                start = int(first) - 1
                block = _plain(" ".join(plain[start : start + int(count)]))
                if kind in _NEGATIVES:
                    tally.negatives += 1
                    if extra[block]:
                        extra[block] -= 1
                        tally.taken += 1
                if kind == "p":
                    paragraphs[block] += 1
        got = Counter(block.text for block in blocks(text) if block.kind == "paragraph")
        tally.paragraphs += paragraphs.total()
        tally.paragraphs_kept += (got & paragraphs).total()
    return tally


def _print(name: str, tally: Tally) -> float:
    precision = tally.right / max(1, tally.found)
    recall = tally.right / max(1, tally.true)
    f1 = 2 * tally.right / max(1, tally.found + tally.true)
    each = sum(tally.f1s) / max(1, len(tally.f1s))
    line = f"{name:24}{precision:10.3f}{recall:8.3f}{f1:8.3f}{each:10.3f}"
    line += f"{tally.same_step / max(1, tally.steps):8.3f}{tally.true:8}"
    if tally.negatives:
        line += f"{tally.taken:8} of {tally.negatives}"
        line += f"{tally.paragraphs_kept / max(1, tally.paragraphs):12.4f}"
    print(line)
    return f1


def report(data: Path, verbose: bool = False) -> None:
    """Prints one line for each set of ``data``, and the mean of their F1."""
    print(
        f"{'set':24}{'precision':>10}{'recall':>8}{'F1':>8}{'F1/doc':>10}{'level':>8}{'true':>8}"
        f"{'taken':>8}{'paragraphs':>24}"
    )
    scores: list[float] = []
    for folder in sorted((data / "essays").iterdir()):
        if (folder / "headings.jsonl").exists():
            scores.append(_print(folder.name, _articles(folder, verbose)))
        elif folder.name == "standardebooks":
            for file in ("book.txt", "book.wrapped.txt"):
                tally = _books(folder, file, verbose)
                scores.append(_print(f"books {file.removeprefix('book.')}", tally))
    print(f"{'macro mean F1':24}{sum(scores) / max(1, len(scores)):26.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--verbose", action="store_true", help="name every error")
    options = parser.parse_args()
    report(options.data, options.verbose)
