"""Tables in plain text: cells between pipes, or set in columns."""

from __future__ import annotations

import re

from indexer.linebreaks import is_ornament
from indexer.numbering import MARKER_END, list_marker

# Gaps between cells: tabs, spaces, dot leaders.
_GAP = re.compile(r"(?<=\S)(?:\t+ *| {3,}|(?<![.!?:;,]) {2,}|\s?(?:\. ?){5,}|\s?…{2,}\s?)(?=\S)")
_WIDE_GAP = re.compile(r"(?<=\S)(?:\t+ *| {3,}|\s?(?:\. ?){5,}|\s?…{2,}\s?)(?=\S)")
# Each gap has one of these in it.
_GAP_SIGNS = ("\t", "  ", "..", ". .", "……")
# A longer line is no row (characters).
_MAX_TABLE_LINE = 300


def table_rows(lines: list[str]) -> dict[int, int]:
    """First line → end of every stretch of table rows."""
    found: dict[int, int] = {}
    if len(lines) < 2:
        return found
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and _has_pipes(lines[end]):
            end += 1
        if end - start >= 2:
            found[start] = end
            start = end
            continue
        end = start
        common: set[int] | None = None
        wide = True
        while end < len(lines) and len(lines[end]) <= _MAX_TABLE_LINE:
            line = lines[end]
            if end > start and is_ornament(line) and len(line.strip()) > 2:
                end += 1
                continue
            columns = _cell_edges(line)
            if not columns:
                break
            wide = wide and bool(_WIDE_GAP.search(line.strip()))
            shared = columns if common is None else common & columns
            if not shared and not wide:
                break
            common = shared
            end += 1
        rows = sum(not is_ornament(line) for line in lines[start:end])
        if (rows >= 3 and common) or (rows >= 2 and wide and not list_marker(lines[start])):
            found[start] = end
            start = end
        else:
            start = max(end, start + 1)
    return found


def _has_pipes(line: str) -> bool:
    mark = line.strip()
    return len(mark) <= 10 * _MAX_TABLE_LINE and (
        mark.count("|") >= 2
        or (" | " in mark)
        or (mark.startswith("+-") and mark.endswith("-+"))
        or (mark.startswith("+=") and mark.endswith("=+"))
        or ("|" in mark and is_ornament(mark))
    )


def _cell_edges(line: str) -> set[int]:
    """Columns near which a cell begins or ends, after the first cell."""
    edges: set[int] = set()
    body = line.lstrip()
    if not any(sign in body for sign in _GAP_SIGNS):
        return edges
    depth = len(line) - len(line.lstrip())
    marker = MARKER_END.match(line)
    if marker:
        depth = marker.end()
    for gap in _GAP.finditer(line, depth):
        edges.update((gap.end(), -gap.start()))
    if edges:
        edges.add(1_000_000 + len(line))
    return edges
