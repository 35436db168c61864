"""Texts cut at spaces and signs alone: the fast way to the terms of most texts in Latin script."""

from __future__ import annotations

from indexer.expressions import expression
from indexer.folding import APOSTROPHES
from indexer.keeping import cache

# The encoding of texts that :func:`pieces` can cut: all of most of those in Latin script.
PIECES = "cp1252"
# What hangs together over white space, or is another letter to the large classes alone.
_SPANNING = (b"\xa0", b"\xad", b"\x88")
_WRAPPED = expression(rb"-[ \t]*[\r\n\x0b\x0c]")


@cache
def _separators() -> bytes:
    """A table for ``bytes.translate`` that makes spaces of what is no part of any chunk and is
    looked at by none: all but letters, digits and what may link them. Letters become small."""
    kept = expression(f"[^\\W_]|[{APOSTROPHES}.,\u00b7-]")
    signs = [bytes((code,)).decode(PIECES, "replace") for code in range(256)]
    return b"".join(s.lower().encode(PIECES) if kept.match(s) else b" " for s in signs)


def pieces(text: str) -> list[bytes] | None:
    """A text cut at spaces and signs, in :data:`PIECES` and small letters, where no chunk spans
    several of these pieces and none of them is a run: its terms are those of the pieces' chunks.
    Three times as fast as to look for the chunks. ``None`` where that can't be."""
    try:
        data = text.encode(PIECES)
    except UnicodeEncodeError:
        return None
    if _SPANNING[0] in data or _SPANNING[1] in data or _SPANNING[2] in data:
        return None
    if b"-" in data and _WRAPPED.search(data):
        return None
    # Stops, commas and quotes beside a space link nothing, nor change a term.
    data = (data + b" ").translate(_separators()).replace(b", ", b" ").replace(b". ", b" ")
    if b"\x92 " in data:
        data = data.replace(b"\x92 ", b" ")
    if b" \x91" in data:
        data = data.replace(b" \x91", b" ")
    return data.split()
