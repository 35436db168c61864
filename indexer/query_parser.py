"""The grammar of the query language: items to a tree.

Succession binds loosest, then OR, then AND, then NOT. Bare words at the top level are plain
(they may be relaxed); everything else is strict.
"""

from __future__ import annotations

from itertools import groupby

from indexer.model import Note
from indexer.query import And, Dates, In, Lang, Not, Or, Query, Scoped, Word
from indexer.query_lexer import Item, lex
from indexer.query_terms import OPERATOR_WORDS, excerpt, plain_word
from indexer.query_writer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.query import Node
    from indexer.query_lexer import Scope

# A person never nests so deep; the tree stays far from the interpreter's recursion limit.
MAX_DEPTH = 50
# Words, quotations and fields together; each costs the engine a look at its postings.
MAX_TERMS = 256
# Plain words for each operator from which on a query all in capitals is prose.
SHOUTED = 4
# Notes of a kind that are given one by one; the rest are summed up in one more.
MAX_NOTES = 10

_OPERATORS = ("and", "or", "not")


def parse_query(text: str) -> Query:
    """See :func:`indexer.query.parse`."""
    notes: list[Note] = []
    items = _balanced(lex(text, notes), text, notes)
    items = _without_shouting(items, text, notes)
    items = _within_limit(items, text, notes)
    items, dangling = _connected(items)
    items = _opened(items)
    lone = not items
    if lone:
        words = [item for item in dangling if text[slice(*item.span)] in OPERATOR_WORDS]
        words.sort(key=lambda item: item.span)
        items = _within_limit([_as_word(item, text) for item in words], text, notes)
    notes.extend(_dangling_note(item, text, lone) for item in dangling)
    if not items:
        message = "There is nothing to search for"
        notes.append(Note(kind="nothing-to-search", message=message, span=(0, len(text))))
    plain, strict = _Grammar(items).query()
    return Query(
        text=text,
        words=plain,
        strict=strict,
        notes=_condensed(notes),
        understood=write(plain, strict, MAX_DEPTH),
    )


def _balanced(items: Sequence[Item], text: str, notes: list[Note]) -> list[Item]:
    """Without parentheses that have no partner or lie too deep.

    What stood before such a one (a dash, a field) goes with it, as text.
    """
    partners: dict[int, int] = {}
    opened: list[int] = []
    odd: dict[int, str] = {}
    for place, item in enumerate(items):
        if item.kind == "open":
            opened.append(place)
        elif item.kind == "close" and opened:
            partners[opened.pop()] = place
        elif item.kind == "close":
            odd[place] = "unbalanced-parenthesis"
    odd.update(dict.fromkeys(opened, "unbalanced-parenthesis"))
    depth = 0
    closing = set(partners.values())
    for place in range(len(items)):
        if place in partners:
            depth += 1
            if depth > MAX_DEPTH:
                odd[place] = odd[partners[place]] = "too-deep"
        elif place in closing:
            depth -= 1
    kept: list[Item] = []
    for place, item in enumerate(items):
        kind = odd.get(place)
        if kind is None:
            kept.append(item)
            continue
        if item.kind == "open" or kind == "unbalanced-parenthesis":
            message = (
                "This parenthesis has no partner; it was taken as text"
                if kind == "unbalanced-parenthesis"
                else f"Parentheses deeper than {MAX_DEPTH} were taken as text"
            )
            notes.append(Note(kind=kind, message=message, span=item.span))
        if item.kind == "open" and kept and kept[-1].tight:
            kept.pop()
        if item.scope:
            start = item.span[0]
            span = (start, start + len(item.scope))
            kept.append(Item("plain", span, plain_word(text[slice(*span)], span)))
    return kept


def _without_shouting(items: list[Item], text: str, notes: list[Note]) -> list[Item]:
    """In prose that is all in capitals AND, OR and NOT are words like the others."""
    operators = [item.span for item in items if text[slice(*item.span)] in OPERATOR_WORDS]
    words = sum(item.kind == "plain" and text[slice(*item.span)].isupper() for item in items)
    if not operators or words < SHOUTED * len(operators) or text != text.upper():
        return items
    if any(item.kind == "term" or item.scope or item.tight for item in items):
        return items
    message = "All is in capitals, so AND, OR and NOT were taken as words"
    notes.append(Note(kind="capitals", message=message, span=operators[0]))
    return [
        _as_word(item, text) if text[slice(*item.span)] in OPERATOR_WORDS else item
        for item in items
    ]


def _opened(items: list[Item]) -> list[Item]:
    """Without the parentheses of asides: among plain words, around nothing but plain words,
    and with no operator beside them."""
    depth = 0
    prose = False
    for item in items:
        depth += (item.kind == "open") - (item.kind == "close")
        prose = prose or (item.kind == "plain" and not depth)
    if not prose:
        return items
    kept: list[Item] = []
    opened: list[int] = []
    for place, item in enumerate(items):
        if item.kind == "open":
            opened.append(len(kept))
        elif item.kind == "close":
            start = opened.pop()
            beside = [*kept[max(start - 1, 0) : start], *items[place + 1 : place + 2]]
            if (
                not kept[start].scope
                and all(inner.kind == "plain" for inner in kept[start + 1 :])
                and not any(other.kind in _OPERATORS for other in beside)
            ):
                del kept[start]
                continue
        kept.append(item)
    return kept


def _within_limit(items: list[Item], text: str, notes: list[Note]) -> list[Item]:
    """No more than ``MAX_TERMS`` terms, with the groups open at that place closed."""
    places = [place for place, item in enumerate(items) if item.node]
    if len(places) <= MAX_TERMS:
        return items
    left_out = [items[place] for place in places[MAX_TERMS:]]
    named = ", ".join(excerpt(text[slice(*item.span)], 20) for item in left_out[:3])
    more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
    notes.append(
        Note(
            kind="too-many-terms",
            message=f"Only the first {MAX_TERMS} terms count; left out: {named}{more}",
            span=(left_out[0].span[0], left_out[-1].span[1]),
        )
    )
    kept = items[: places[MAX_TERMS - 1] + 1]
    end = kept[-1].span[1]
    depth = sum((item.kind == "open") - (item.kind == "close") for item in kept)
    return kept + [Item("close", (end, end))] * depth


def _connected(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Items in which every operator has its operands and no group is empty; and the others."""
    kept: list[Item] = []
    dangling: list[Item] = []

    def drop_operators() -> None:
        while kept and kept[-1].kind in _OPERATORS:
            dangling.append(kept.pop())

    for item in items:
        if item.kind in ("and", "or"):
            drop_operators()
            if not kept or kept[-1].kind == "open":
                dangling.append(item)
                continue
        elif item.kind == "close":
            drop_operators()
            if kept[-1].kind == "open":
                opening = kept.pop()
                span = (opening.span[0], item.span[1])
                dangling.append(Item("close", span))
                drop_operators()
                continue
        kept.append(item)
    drop_operators()
    return kept, dangling


def _dangling_note(item: Item, text: str, lone: bool) -> Note:
    written = text[slice(*item.span)]
    if item.kind == "close":
        return Note(
            kind="empty-group",
            message=f"There is nothing in {excerpt(written)}; it was left out",
            span=item.span,
        )
    fate = "was taken as a word" if lone and written in OPERATOR_WORDS else "was left out"
    message = f"{written} has nothing to act on here and {fate}"
    return Note(kind="dangling-operator", message=message, span=item.span)


def _as_word(item: Item, text: str) -> Item:
    return item._replace(kind="plain", node=plain_word(text[slice(*item.span)], item.span))


def _condensed(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Each note once, by place; the many of one kind summed up after the first few."""
    kept: list[Note] = []
    unique = sorted(set(notes), key=lambda note: (note.kind, note.span, note.message))
    for kind, group in groupby(unique, key=lambda note: note.kind):
        same = list(group)
        kept += same[:MAX_NOTES]
        rest = same[MAX_NOTES:]
        if rest:
            message = f"And {len(rest)} more of the kind {kind}"
            span = (rest[0].span[0], rest[-1].span[1])
            kept.append(Note(kind="more-notes", message=message, span=span))
    return tuple(sorted(kept, key=lambda note: (note.span, note.kind)))


class _Grammar:
    """Recursive descent over connected items; a group is the only recursion."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = [*items, Item("close", (-1, -1))]
        self.at = 0

    def query(self) -> tuple[tuple[Word, ...], Node | None]:
        words: list[Word] = []
        strict: list[Node] = []
        while self.at < len(self.items) - 1:
            item = self.items[self.at]
            follows = self.items[self.at + 1].kind
            if item.kind == "plain" and follows not in ("and", "or"):
                self.at += 1
                words.append(_word_of(item))
            else:
                strict.append(self._either())
        return tuple(words), _all_of(strict) if strict else None

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.items[self.at].kind != "close":
            parts.append(self._either())
        return _all_of(parts)

    def _either(self) -> Node:
        parts = [self._both()]
        while self.items[self.at].kind == "or":
            self.at += 1
            parts.append(self._both())
        return _any_of(parts)

    def _both(self) -> Node:
        parts = [self._operand()]
        while self.items[self.at].kind == "and":
            self.at += 1
            parts.append(self._operand())
        return _all_of(parts)

    def _operand(self) -> Node:
        negated = False
        while self.items[self.at].kind == "not":
            self.at += 1
            negated = not negated
        item = self.items[self.at]
        self.at += 1
        if item.kind == "open":
            node = self._sequence()
            self.at += 1
            if item.scope:
                node = _within(item.scope, node)
        else:
            assert item.node is not None
            node = item.node
        return _without(node) if negated else node


def _word_of(item: Item) -> Word:
    assert isinstance(item.node, Word)
    return item.node


def _all_of(nodes: Sequence[Node]) -> Node:
    flat = [
        part for node in nodes for part in (node.children if isinstance(node, And) else (node,))
    ]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def _any_of(nodes: Sequence[Node]) -> Node:
    flat = [part for node in nodes for part in (node.children if isinstance(node, Or) else (node,))]
    first = flat[0]
    alike = isinstance(first, Word) and all(
        isinstance(node, Word) and node.text == first.text for node in flat
    )
    if len(flat) == 1 or alike:
        # One word twice over is how a single strict word is written out.
        return first
    return Or(tuple(flat))


def _without(node: Node) -> Node:
    return node.child if isinstance(node, Not) else Not(node)


def _within(scope: Scope, node: Node) -> Node:
    """A field around a group; a field or filter inside speaks for itself."""
    return node if isinstance(node, Scoped | In | Lang | Dates) else Scoped(scope, node)
