"""A query's text with a filter more, or with one less; each verified by parsing it."""

from __future__ import annotations

from collections import Counter

from indexer.expressions import expression
from indexer.keeping import lru_cache
from indexer.model import Filter
from indexer.query import (
    And,
    Dates,
    In,
    Lang,
    Not,
    Or,
    Scoped,
    parse,
)
from indexer.query_lexer import lex
from indexer.query_parser import MAX_DEPTH, MAX_TERMS
from indexer.query_terms import QUOTATION_MARKS
from indexer.query_writer import write
from indexer.records import Literal, asdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.model import FilterKind
    from indexer.query import (
        Node,
        Query,
        Span,
        Word,
    )

Field = Literal["language", "year", "author", "folder"]

# Filters up to which each is taken out of the query as typed, which costs parsing it again.
_MOST_TYPED = 20

# Words and phrases between spaces, none of which can be or reach for anything else.
_PLAIN = expression(r'(?:[a-z]+|"[a-z]+(?: [a-z]+)*")(?: +(?:[a-z]+|"[a-z]+(?: [a-z]+)*"))*')
_BARE_PLACE = expression(r"[\w./+@#-]*\w")
_QUOTES = expression(f"[{QUOTATION_MARKS}]+")


# The same values are counted again and again.
@lru_cache(maxsize=4_096)
def filter_of(field: Field, value: str) -> str | None:
    """A value as a filter of the query language; ``None`` where no query can name it."""
    if field == "language":
        written, found = f"lang:{value}", isinstance(_only(f"lang:{value}"), Lang)
    elif field == "year":
        written, found = f"date:{value}", isinstance(_only(f"date:{value}"), Dates)
    elif field == "author":
        written = f'author:"{quotable(value)}"'
        found = isinstance(_only(written), Scoped)
    else:
        written = f"in:{value}" if _BARE_PLACE.fullmatch(value) else f'in:"{value}"'
        node = _only(written)
        found = isinstance(node, In) and node.place == value
    return written if found else None


def quotable(name: str) -> str:
    """The words of a name; a quotation would end at any mark inside it."""
    return " ".join(_QUOTES.sub(" ", name).split())


# The same values are counted again and again.
@lru_cache(maxsize=4_096)
def _only(text: str) -> Node | None:
    """The filter that a text is, if it is one and nothing else."""
    query = parse(text)
    return None if query.words else query.strict


class Narrowing:
    """Adds filters to one query."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._strict = _top(query.strict)
        self._bare = set(map(_bare, self._strict))
        terms = len(query.words) + len(self._strict)
        self._typed = query.text.strip()
        self._is_plain = terms < MAX_TERMS and _PLAIN.fullmatch(self._typed) is not None
        # Ways that were not right for one field are not tried for the next.
        self._way = 0
        # What is right, by field (or the place that is replaced) and whether it takes quotation
        # marks: all such values are of a kind.
        self._ways: dict[tuple[Field, bool], int] = {}
        self._replaceable: dict[tuple[Span, bool], bool] = {}

    def text(self, field: Field, value: str) -> str | None:
        """The text of the query with a filter added; ``None`` where none can name the value.

        It means the very same and the filter; one that the query has already is not added, and
        a folder takes the place of one above it.
        """
        added = filter_of(field, value)
        if added is None:
            return None
        node = _only(added)
        assert node is not None
        if self._bare and _bare(node) in self._bare:
            return self._query.text
        return self._replaced(added, node) or self._added(field, added, node)

    def _replaced(self, added: str, node: Node) -> str | None:
        """With the filter in the place of a folder above the one it names."""
        for above in self._strict:
            if isinstance(node, In) and isinstance(above, In):
                if not node.place.startswith(f"{above.place}/"):
                    continue
                text = self._query.text
                text = text[: above.span[0]] + added + text[above.span[1] :]
                others = [other for other in self._strict if other is not above]
                key = above.span, '"' in added
                if key not in self._replaceable:
                    right = _means(text, self._query.words, [*others, node])
                    self._replaceable[key] = right
                if self._replaceable[key]:
                    return text
        return None

    def _added(self, field: Field, added: str, node: Node) -> str:
        """Behind what was typed, or else before it; or so with the query written out anew."""
        if self._is_plain:
            return f"{self._typed} {added}"
        typed, written = self._typed, self._query.understood
        pairs = ((typed, added), (added, typed), (written, added), (added, written))
        texts = [" ".join(pair).strip() for pair in pairs]
        key = field, '"' in added
        if key not in self._ways:
            wanted = [*self._strict, node]
            ways = range(self._way, len(texts) - 1)
            right = (way for way in ways if _means(texts[way], self._query.words, wanted))
            # A query of as many terms as one may have can hold no more: its last makes way.
            self._ways[key] = self._way = next(right, len(texts) - 1)
        return texts[self._ways[key]]


def narrowed(text: str, field: Field, value: str) -> str | None:
    """The text of one query narrowed by one value; see :meth:`Narrowing.text`."""
    return Narrowing(parse(text)).text(field, value)


def filters_of(query: Query) -> tuple[Filter, ...]:
    """The filters and fields that hold for the whole query, in its order, each with the text
    of the query without it."""
    there = _top(query.strict)
    filters = [(node, kind) for node in there if (kind := _kind(node)) is not None]
    filters.sort(key=lambda pair: _reach(pair[0]))
    typed = list(_typed_terms(query.text)) if 0 < len(filters) <= _MOST_TYPED else []
    return tuple(
        Filter(
            kind=kind,
            label=write((), node, MAX_DEPTH),
            value=_value(node.child if isinstance(node, Not) else node),
            negated=isinstance(node, Not),
            without=_without(query, [other for other in there if other is not node], node, typed),
        )
        for node, kind in filters
    )


def _without(query: Query, others: Sequence[Node], node: Node, typed: Sequence[Span]) -> str:
    """As typed but for this filter where that is right, and else written out anew."""
    low, high = _reach(node)
    for start, end in typed:
        if start <= low and high <= end:
            before, after = query.text[:start].rstrip(), query.text[end:].lstrip()
            text = f"{before} {after}".strip()
            # An operator left without its other side would be noted.
            noted = len(parse(text).notes) > len(query.notes)
            if not noted and _means(text, query.words, others):
                return text
    rest = None if not others else others[0] if len(others) == 1 else And(tuple(others))
    return write(query.words, rest, MAX_DEPTH)


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


def _typed_terms(text: str) -> Iterator[Span]:
    """Where terms and groups outside of all groups begin and end, with the NOT before them."""
    depth = 0
    start: int | None = None
    for item in lex(text, []):
        if start is None:
            start = item.span[0]
        depth += (item.kind == "open") - (item.kind == "close")
        if depth < 0:
            # It has no partner.
            depth, start = 0, None
        elif depth == 0 and item.kind != "not":
            yield start, item.span[1]
            start = None


def _means(text: str, words: Sequence[Word], strict: Sequence[Node]) -> bool:
    """Whether a text is read as these words and all of these strict parts, in any order."""
    query = parse(text)
    if [word.text for word in query.words] != [word.text for word in words]:
        return False
    return Counter(map(_bare, _top(query.strict))) == Counter(map(_bare, strict))


def _bare(node: Node) -> tuple[object, ...]:
    """A tree without its spans, to be compared."""
    if isinstance(node, And | Or):
        return type(node), tuple(map(_bare, node.children))
    if isinstance(node, Not):
        return Not, _bare(node.child)
    if isinstance(node, Scoped):
        return Scoped, node.scope, _bare(node.child)
    return type(node), *(value for name, value in asdict(node).items() if name != "span")


def _reach(node: Node) -> Span:
    """From the first to the last of what a tree was written with."""
    if isinstance(node, And | Or):
        reaches = [_reach(child) for child in node.children]
        return min(start for start, _ in reaches), max(end for _, end in reaches)
    if isinstance(node, Not | Scoped):
        return _reach(node.child)
    return node.span
