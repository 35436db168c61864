"""A query's text with a filter more, or with one less; each verified by parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict

from indexer.model import Filter, FilterKind
from indexer.query import (
    And,
    Dates,
    In,
    Lang,
    Node,
    Not,
    Or,
    Query,
    Scoped,
    Span,
    Word,
    parse,
)
from indexer.query_lexer import Item, lex
from indexer.query_parser import MAX_DEPTH
from indexer.query_terms import QUOTATION_MARKS
from indexer.query_writer import write

Field = Literal["language", "year", "author", "folder"]

_BARE_PLACE = re.compile(r"[\w./+@#-]*\w")
_QUOTES = re.compile(f"[{QUOTATION_MARKS}]+")


def filter_of(field: Field, value: str) -> str | None:
    """A value as a filter of the query language; ``None`` where no query can name it."""
    if field == "language":
        written, found = f"lang:{value}", isinstance(_only(f"lang:{value}"), Lang)
    elif field == "year":
        written, found = f"date:{value}", isinstance(_only(f"date:{value}"), Dates)
    elif field == "author":
        # A quotation ends at any such mark, and the words are all that counts.
        words = " ".join(_QUOTES.sub(" ", value).split())
        written = f'author:"{words}"'
        found = isinstance(_only(written), Scoped)
    else:
        written = f"in:{value}" if _BARE_PLACE.fullmatch(value) else f'in:"{value}"'
        node = _only(written)
        found = isinstance(node, In) and node.place == value
    return written if found else None


def _only(text: str) -> Node | None:
    """The filter that a text is, if it is one and nothing else."""
    query = parse(text)
    return None if query.words else query.strict


def narrowed(query: Query | str, field: Field, value: str) -> str | None:
    """The text of a query with a filter added; ``None`` where no query can name the value.

    It means the very same and the filter; one that the query has already is not added, and a
    folder takes the place of one above it.
    """
    if isinstance(query, str):
        query = parse(query)
    added = filter_of(field, value)
    if added is None:
        return None
    node = _only(added)
    assert node is not None
    there = _top(query.strict)
    if _bare(node) in map(_bare, there):
        return query.text
    if isinstance(node, In):
        for place in there:
            if isinstance(place, In) and node.place.startswith(f"{place.place}/"):
                start, end = place.span
                text = query.text[:start] + added + query.text[end:]
                if _means(text, query.words, [n for n in there if n is not place], node):
                    return text
    typed, written = query.text.strip(), query.understood
    for pair in ((typed, added), (added, typed), (written, added), (added, written)):
        text = " ".join(pair).strip()
        if _means(text, query.words, there, node):
            return text
    # A query of as many terms as one may have: the last of them makes way.
    return f"{added} {written}"


def filters_of(query: Query) -> tuple[Filter, ...]:
    """The filters and fields that hold for the whole query, in its order, each with the text
    of the query without it."""
    there = _top(query.strict)
    filters = [(node, kind) for node in there if (kind := _kind(node)) is not None]
    if not filters:
        return ()
    reaches = list(_reaches(query.text))
    made = []
    for node, kind in filters:
        others = [other for other in there if other is not node]
        spans = _spans(node)
        low, high = min(spans)[0], max(end for _, end in spans)
        text = None
        for start, end in reaches:
            if start <= low and high <= end:
                text = _tidy(query.text[:start], query.text[end:])
                break
        if text is None or not _means(text, query.words, others):
            rest = None if not others else others[0] if len(others) == 1 else And(tuple(others))
            text = write(query.words, rest, MAX_DEPTH)
        inner = node.child if isinstance(node, Not) else node
        made.append(
            (
                low,
                Filter(
                    kind=kind,
                    label=write((), node, MAX_DEPTH),
                    value=_value(inner),
                    negated=isinstance(node, Not),
                    without=text,
                ),
            )
        )
    return tuple(one for _, one in sorted(made, key=lambda pair: pair[0]))


def _top(strict: Node | None) -> tuple[Node, ...]:
    if strict is None:
        return ()
    return strict.children if isinstance(strict, And) else (strict,)


def _kind(node: Node) -> FilterKind | None:
    if isinstance(node, Not):
        return _kind(node.child)
    if isinstance(node, In):
        return "folder"
    if isinstance(node, Lang):
        return "language"
    if isinstance(node, Dates):
        return "date"
    return node.scope if isinstance(node, Scoped) else None


def _value(node: Node) -> str:
    """What a filter asks for, without the name of its field."""
    if isinstance(node, In):
        return node.place
    if isinstance(node, Scoped):
        written = write((), node.child, MAX_DEPTH)
        whole = written[1:-1]
        return whole if written == f'"{whole}"' or written == f"({whole})" else written
    return write((), node, MAX_DEPTH).partition(":")[2]


def _reaches(text: str) -> Iterator[Span]:
    """Where the terms and groups outside all groups begin and end, with the NOT before."""
    depth = 0
    start: int | None = None
    for item in lex(text, []):
        if depth == 0 and start is None:
            start = item.span[0]
        depth += (item.kind == "open") - (item.kind == "close")
        if depth < 0:
            depth, start = 0, None
        elif depth == 0 and item.kind != "not":
            if _is_term(item):
                assert start is not None
                yield start, item.span[1]
            start = None


def _is_term(item: Item) -> bool:
    return item.kind in ("term", "close")


def _tidy(before: str, after: str) -> str:
    return f"{before.rstrip()} {after.lstrip()}".strip()


def _means(text: str, words: Sequence[Word], *strict: Sequence[Node] | Node) -> bool:
    """Whether a text is read as these words and all of these strict parts."""
    query = parse(text)
    wanted: list[Any] = []
    for part in strict:
        wanted += [_bare(part)] if isinstance(part, Struct) else map(_bare, part)
    found = [_bare(node) for node in _top(query.strict)]
    if [word.text for word in query.words] != [word.text for word in words]:
        return False
    for part in wanted:
        if part not in found:
            return False
        found.remove(part)
    return not found


def _bare(node: Node) -> Any:
    """A tree without its spans, to be compared."""
    if isinstance(node, And | Or):
        return type(node), tuple(map(_bare, node.children))
    if isinstance(node, Not):
        return Not, _bare(node.child)
    if isinstance(node, Scoped):
        return Scoped, node.scope, _bare(node.child)
    fields = asdict(node)
    del fields["span"]
    return type(node), tuple(fields.values())


def _spans(node: Node) -> list[Span]:
    if isinstance(node, And | Or):
        return [span for child in node.children for span in _spans(child)]
    if isinstance(node, Not | Scoped):
        return _spans(node.child)
    return [node.span]
