"""The command ``search`` from its options to its exit status."""

from __future__ import annotations

import os
import sys

from indexer.output import print_json, print_lines, print_paths, say
from indexer.terminal import look_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from indexer.config import Settings
    from indexer.model import Sort

    Shown = Literal["page", "paths", "counts", "json"]

FOUND, NOTHING_FOUND = 0, 1
# Essays; no page is larger, and the paths of all are asked for so.
EVERYTHING = 1_000_000_000


def search(
    query: Sequence[str],
    settings: Settings,
    *,
    limit: int | None = None,
    offset: int = 0,
    passages: int = 3,
    sort: Sort = "relevance",
    show: Shown = "page",
) -> int:
    """Runs one search and prints what it finds; ``limit`` is that of ``show`` where none is given.

    Gives 0, or 1 where nothing is found.
    """
    from indexer.library import Library

    if limit is None:
        limit = EVERYTHING if show == "paths" else 10
    if show == "counts":
        limit = 0
    if show == "paths":
        passages = 0
    with Library.open(settings.index, settings, lasting=False) as library:
        result = library.search(
            typed(query), limit=limit, offset=offset, passages=passages, sort=sort
        )
    if show == "json":
        from indexer import json_shapes

        print_json(json_shapes.search(result))
        return FOUND if result.results else NOTHING_FOUND
    from indexer import rendering

    if show == "counts":
        print_lines(rendering.counts(result))
    elif show == "paths":
        print_paths(found.essay.path for found in result.results)
    else:
        look = look_of(sys.stdout, settings.color, os.environ)
        print_lines(rendering.search_page(result, look))
    for line in rendering.remarks(result):
        say(line)
    if show == "counts":
        return FOUND if result.essays else NOTHING_FOUND
    if show == "page":
        for line in rendering.totals(result):
            say(line)
    return FOUND if result.results else NOTHING_FOUND


def typed(arguments: Sequence[str]) -> str:
    """The arguments as one text; bytes that were no text become replacement characters."""
    text = " ".join(arguments)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
