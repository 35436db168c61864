"""Queries that ask for less than one that found nothing, and find something."""

from __future__ import annotations

import time
from collections.abc import Iterator

from msgspec import Struct

from indexer.errors import QueryError
from indexer.library import Library
from indexer.model import SearchResult
from indexer.query import (
    And,
    Fuzzy,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Query,
    Scoped,
    Wildcard,
    Word,
    parse,
)

# Seconds for all of them together, and queries tried at the most.
_PATIENCE = 0.25
_TRIED = 6


class Wider(Struct, frozen=True):
    """A query, and how many essays it finds."""

    query: str
    essays: int


def wider(library: Library, result: SearchResult) -> list[Wider]:
    """What finds something where a query found nothing: it without one of its filters, or its
    words without their operators."""
    until = time.monotonic() + _PATIENCE
    found = []
    for query in list(dict.fromkeys(_tries(result)))[:_TRIED]:
        left = until - time.monotonic()
        if left < 0:
            break
        try:
            other = library.search(query, limit=1, passages=0, seconds=left)
        except QueryError:  # too slow, and nobody asked for it
            break
        if other.essays:
            found.append(Wider(query, other.essays))
    return found


def _tries(result: SearchResult) -> Iterator[str]:
    for one in result.filters:
        if one.without.strip():
            yield one.without
    query = parse(result.query)
    if query.strict is not None:
        words = " ".join(_words(query))
        if words:
            yield words


def _words(query: Query) -> Iterator[str]:
    """What a passage is to hold, as plain words."""
    yield from (word.text for word in query.words)
    if query.strict is not None:
        yield from _of(query.strict)


def _of(node: Node) -> Iterator[str]:
    """Nothing of what is excluded, nor of what only essays are to be."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _of(child)
    elif isinstance(node, Scoped) and node.scope != "author":
        yield from _of(node.child)
    elif isinstance(node, Word | Phrase | Near | Fuzzy):
        yield node.text
    elif isinstance(node, Prefix):
        yield f"{node.text}*"
    elif isinstance(node, Wildcard):
        yield node.pattern
