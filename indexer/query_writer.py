"""A tree written out in the query language, unambiguously."""

from __future__ import annotations

from indexer.expressions import expression
from indexer.query import (
    And,
    Dates,
    Fuzzy,
    In,
    Lang,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Scoped,
    Wildcard,
    Word,
)
from indexer.query_terms import write_dates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.query import Node

_BARE_PLACE = expression(r"[\w./+@#-]*\w")


def write(words: Sequence[Word], strict: Node | None, max_depth: int) -> str:
    """Plain words first, then the strict part, in no more than ``max_depth`` parentheses."""
    plain = [word.text for word in words]
    if strict is None:
        return " ".join(plain)
    if plain and isinstance(strict, Word):
        # Alone in parentheses among plain words it would be an aside, and plain.
        return " ".join([*plain, f"({strict.text} OR {strict.text})"])
    if plain and isinstance(strict, Not) and isinstance(strict.child, Word):
        # With NOT, words in capitals might come to look like prose in capitals.
        shouted = " ".join([*plain, strict.child.text]).isupper()
        return " ".join([*plain, f"-{strict.child.text}" if shouted else _written(strict)])
    written = _enclosed(strict) if plain or isinstance(strict, Word) else _written(strict)
    if _depth(written) > max_depth:
        written = _succession(strict, top=True)
    return " ".join([*plain, written])


def _written(node: Node) -> str:
    """With every AND written, and parentheses wherever two operators meet."""
    if isinstance(node, And):
        return " AND ".join(map(_operand, node.children))
    if isinstance(node, Or):
        return " OR ".join(map(_operand, node.children))
    if isinstance(node, Not):
        return f"NOT {_operand(node.child)}"
    if isinstance(node, Scoped):
        bare = not isinstance(node.child, And | Or | Not)
        inner = _written(node.child)
        return f"{node.scope}:{inner}" if bare else f"{node.scope}:({inner})"
    return _leaf(node)


def _operand(node: Node) -> str:
    return f"({_written(node)})" if isinstance(node, And | Or) else _written(node)


def _enclosed(node: Node) -> str:
    return f"({_written(node)})" if isinstance(node, And | Or | Word) else _written(node)


def _succession(node: Node, *, top: bool = False) -> str:
    """With no more parentheses than a person needs: AND as mere succession in a group."""
    if isinstance(node, And):
        parts = [_succession(part) for part in node.children]
        if top:
            pairs = zip(parts, node.children, strict=True)
            parts = [
                f"({text} OR {text})" if isinstance(part, Word) else text for text, part in pairs
            ]
        return " ".join(parts)
    if isinstance(node, Or):
        return " OR ".join(
            " AND ".join(
                f"({_succession(factor)})" if isinstance(factor, Or) else _succession(factor)
                for factor in (part.children if isinstance(part, And) else (part,))
            )
            if not _needs_group(part)
            else f"({_succession(part)})"
            for part in node.children
        )
    if isinstance(node, Not):
        inner = _succession(node.child)
        return f"NOT ({inner})" if isinstance(node.child, And | Or) else f"NOT {inner}"
    if isinstance(node, Scoped):
        bare = not isinstance(node.child, And | Or | Not)
        inner = _succession(node.child)
        return f"{node.scope}:{inner}" if bare else f"{node.scope}:({inner})"
    return _leaf(node)


def _needs_group(part: Node) -> bool:
    return isinstance(part, And) and any(isinstance(factor, Or) for factor in part.children)


def _leaf(node: Node) -> str:
    if isinstance(node, Word):
        return node.text
    if isinstance(node, Phrase):
        return f'"{node.text}"'
    if isinstance(node, Near):
        return f'"{node.text}"~{node.distance}'
    if isinstance(node, Prefix):
        return f"{node.text}*"
    if isinstance(node, Wildcard):
        return node.pattern
    if isinstance(node, Fuzzy):
        return f"{node.text}~{node.edits}"
    if isinstance(node, In):
        bare = _BARE_PLACE.fullmatch(node.place)
        return f"in:{node.place}" if bare else f'in:"{node.place}"'
    if isinstance(node, Lang):
        return f"lang:{node.language}"
    assert isinstance(node, Dates)
    return write_dates(node)


def _depth(written: str) -> int:
    """How deep the parentheses go; those inside quotations and words only add."""
    depth = deepest = 0
    for char in written:
        if char == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif char == ")":
            depth -= 1
    return deepest
