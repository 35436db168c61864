"""How well Markdown and HTML are read: headings, and how much of the text.

``python -m tests.evaluation.reader_headings DATA [--verbose]`` where DATA holds
``essays/SET/{md,html,txt}/`` with ``headings.jsonl``, and ``essays/standardebooks/BOOK/``
with ``xhtml/`` in spine order.

Headings (the title counts as one) agree with the true ones when their letters and digits do,
in document order (longest common subsequence). ``kept`` is the share of the words of the text
without mark-up that the reader kept, ``extra`` the share of its words that are not there.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from indexer.errors import ReadError
from indexer.model import Document
from indexer.readers import read

_WORD = re.compile(r"[^\W_]")
_RUN = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Tally:
    """Counts over the documents of a set; ``worst`` holds (f1 or share, name)."""

    right: int = 0
    found: int = 0
    true: int = 0
    levels: int = 0
    kept: int = 0
    words: int = 0
    read: int = 0
    files: int = 0
    failed: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    worst: list[tuple[float, float, float, str]] = field(default_factory=list)


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))


def _words(texts: Iterable[str]) -> Counter[str]:
    """Words; of scripts without spaces, characters."""
    counts: Counter[str] = Counter()
    for text in texts:
        for run in _RUN.findall(text.casefold()):
            counts.update(run if run[0] >= "\u2e80" else (run,))
    return counts


def _open(tally: Tally, path: Path) -> Document | None:
    started = time.perf_counter()
    try:
        return read(path)
    except ReadError as error:
        tally.failed += 1
        print(f"  {path.name}: {error}")
        return None
    finally:
        taken = time.perf_counter() - started
        tally.seconds += taken
        tally.slowest = max(tally.slowest, taken)
        tally.files += 1


def _score(
    tally: Tally,
    name: str,
    truth: Sequence[tuple[str, int]],
    found: Sequence[tuple[str, int]],
    text: Counter[str],
    got: Counter[str],
    verbose: bool,
) -> None:
    first, second = [_letters(t) for t, _ in truth], [_letters(t) for t, _ in found]
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    pairs = [
        (match.a + step, match.b + step)
        for match in matcher.get_matching_blocks()
        for step in range(match.size)
    ]
    tally.right += len(pairs)
    tally.found += len(found)
    tally.true += len(truth)
    tally.levels += sum(truth[a][1] == found[b][1] for a, b in pairs)
    common = (text & got).total()
    tally.kept += common
    tally.words += text.total()
    tally.read += got.total()
    f1 = 2 * len(pairs) / max(1, len(found) + len(truth))
    recall = common / max(1, text.total())
    precision = common / max(1, got.total())
    tally.worst.append((f1, recall, precision, name))
    if verbose:
        for place, (heading, _) in enumerate(truth):
            if place not in {a for a, _ in pairs}:
                print(f"  missed  {name}: {heading[:100]}")
        for place, (heading, _) in enumerate(found):
            if place not in {b for _, b in pairs}:
                print(f"  extra   {name}: {heading[:100]}")


def _headings(document: Document) -> Iterator[tuple[str, int]]:
    yield document.title, 1
    for block in document.blocks:
        if block.kind == "heading":
            yield block.text, block.level


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _articles(folder: Path, kind: str, verbose: bool) -> Tally:
    truth: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in _lines(folder / "headings.jsonl"):
        truth[str(row["doc"])].append((str(row["text"]), int(str(row["level"]))))
    tally = Tally()
    for path in sorted((folder / kind).iterdir()):
        plain = folder / "txt" / f"{path.stem}.txt"
        if not plain.exists():
            continue
        document = _open(tally, path)
        if document is None:
            continue
        found = list(_headings(document))
        wanted = truth.get(path.stem, [])
        if not wanted or wanted[0][1] != 1:
            found = found[1:]  # the truth has no title for it
        _score(
            tally,
            path.stem,
            wanted,
            found,
            _words([plain.read_text(encoding="utf-8")]),
            _words([document.title, *(block.text for block in document.blocks)]),
            verbose,
        )
    return tally


def _books(folder: Path, verbose: bool) -> Tally:
    tally = Tally()
    for book in sorted(path.parent for path in folder.glob("*/xhtml")):
        truth = [
            (str(row["text"]), int(str(row["level"]))) for row in _lines(book / "headings.jsonl")
        ]
        found: list[tuple[str, int]] = []
        texts: list[str] = []
        known = {_letters(text) for text, _ in truth}
        for path in sorted((book / "xhtml").iterdir()):
            document = _open(tally, path)
            if document is None:
                continue
            headings = list(_headings(document))
            # The title of a part without a heading comes from elsewhere.
            if _letters(document.title) not in known:
                headings = headings[1:]
            else:
                texts.append(document.title)
            found += headings
            texts += (block.text for block in document.blocks)
        plain = (book / "book.txt").read_text(encoding="utf-8")
        _score(tally, book.name, truth, found, _words([plain]), _words(texts), verbose)
    return tally


def _print(name: str, tally: Tally, verbose: bool) -> None:
    precision = tally.right / max(1, tally.found)
    recall = tally.right / max(1, tally.true)
    f1 = 2 * tally.right / max(1, tally.found + tally.true)
    line = f"{name:24}{precision:10.4f}{recall:8.4f}{f1:8.4f}"
    line += f"{tally.levels / max(1, tally.right):8.3f}{tally.true:8}"
    line += f"{tally.kept / max(1, tally.words):9.4f}"
    line += f"{1 - tally.kept / max(1, tally.read):8.4f}"
    line += f"{1000 * tally.seconds / max(1, tally.files):9.1f}{1000 * tally.slowest:9.0f}"
    print(f"{line}{tally.failed:8}")
    if verbose:
        for f1, kept, right, worst in sorted(tally.worst)[:5]:
            print(f"    headings {f1:.3f} kept {kept:.3f} right {right:.3f} {worst}")
        for f1, kept, right, worst in sorted(tally.worst, key=lambda row: min(row[1:3]))[:8]:
            print(f"    text     {f1:.3f} kept {kept:.3f} right {right:.3f} {worst}")


def report(data: Path, verbose: bool = False) -> None:
    """Prints the figures of every set of ``data``, one line each."""
    print(
        f"{'markup':24}{'precision':>10}{'recall':>8}{'F1':>8}{'level':>8}{'true':>8}"
        f"{'kept':>9}{'extra':>8}{'ms/file':>9}{'slowest':>9}{'failed':>8}"
    )
    for folder in sorted(path for path in (data / "essays").iterdir() if path.is_dir()):
        for kind in ("md", "html"):
            if (folder / kind).is_dir() and (folder / "headings.jsonl").exists():
                _print(f"{folder.name} {kind}", _articles(folder, kind, verbose), verbose)
        if any(folder.glob("*/xhtml")):
            _print(f"{folder.name} xhtml", _books(folder, verbose), verbose)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--verbose", action="store_true", help="what was missed, the worst files")
    options = parser.parse_args()
    report(options.data, options.verbose)
