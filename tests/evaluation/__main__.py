"""``python -m tests.evaluation DATA``: ranking and headings, as Markdown tables."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from tests.evaluation import judged

PARTS = ("ranking", "headings", "reader_headings")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with collections/ and essays/")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="some parts")
    parser.add_argument("--sets", nargs="+", help="collections to rank (default: all there)")
    parser.add_argument(
        "--sample", type=int, default=1_000, help="queries of a collection (default: 1000)"
    )
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"{options.data}: no such folder")
    names = judged.names(options.data)
    if unknown := set(options.sets or []) - set(names):
        parser.error(f"no such collection: {', '.join(sorted(unknown))}; there are: {names}")
    if "ranking" in options.only and names:
        from tests.evaluation import ranking

        ranking.report(options.data, options.sets or names, options.sample, print)
    for part in ("headings", "reader_headings"):
        if part in options.only and (options.data / "essays").is_dir():
            print()
            importlib.import_module(f"tests.evaluation.{part}").report(options.data)


if __name__ == "__main__":
    main()
