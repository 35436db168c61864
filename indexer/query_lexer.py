"""The text of a query cut into items: terms with their fields, operators, parentheses."""

from __future__ import annotations

from indexer.expressions import expression
from indexer.model import Note
from indexer.query import In, Lang, Near, Phrase, Scoped, Word
from indexer.query_terms import (
    CLASS_AHEAD,
    EDGE,
    OPERATOR_WORDS,
    QUOTATION_MARKS,
    SEPARATORS,
    TRAILING,
    excerpt,
    plain_word,
    read_dates,
    read_term,
    searchable,
)
from indexer.records import Literal, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from indexer.query import Node, Span

Scope = Literal["title", "heading", "author"]
ItemKind = Literal["plain", "term", "open", "close", "or", "and", "not"]

DEFAULT_DISTANCE = 5
MAX_DISTANCE = 1000

_SCOPES: dict[str, Scope] = {"title": "title", "heading": "heading", "author": "author"}
FIELDS = frozenset({*_SCOPES, "in", "lang", "after", "before", "date"})
_OPERATORS: dict[str, ItemKind] = {"AND": "and", "OR": "or", "NOT": "not"}

# For each opening mark the marks that close it; the second string only where none of the
# first follows (a curly mark closed by a straight one).
CLOSERS = {
    '"': ('"＂', "”“"),
    "＂": ('"＂', "”“"),
    "“": ("”", '"“'),
    "”": ("”", '"'),
    "„": ("“”", '"'),
    "‟": ("”", '"'),
    "«": ("»", ""),
    "»": ("«»", ""),
    "「": ("」", ""),
    "『": ("』", ""),
    "〝": ("〞〟", ""),
}
_QUOTES = dict.fromkeys(map(ord, QUOTATION_MARKS), " ")
_BOUNDS = frozenset(f"|｜()（）{QUOTATION_MARKS}{SEPARATORS}")
BOUNDARY = expression(rf"[\s|｜()（）{QUOTATION_MARKS}{SEPARATORS}]")
# What an edge may begin with; whether it is one the expression tells.
_EDGES = frozenset(f"{EDGE}.[")
_IN_CLASS = EDGE.replace("]", r"\]")
_EDGE = expression(rf"(?:[{_IN_CLASS}]|\.{{2,}}|\[(?!{CLASS_AHEAD}))+")
_SLOP = expression(r"[~～]([0-9]*)")


class Item(NamedTuple):
    """A piece of a query.

    ``plain`` is a bare word and ``term`` any other; both have a ``node``. An ``open`` after
    a field has the field as ``scope``. A ``not`` is ``tight`` when written as a dash.
    """

    kind: ItemKind
    span: Span
    node: Node | None = None
    scope: Scope | None = None
    tight: bool = False


def lex(text: str, notes: list[Note]) -> list[Item]:
    """The items of a query, in order, and what was odd about them."""
    return _Lexer(text, notes).run()


def _boundary(text: str, start: int) -> int:
    """Where :data:`BOUNDARY` is next; the end of the text where it is nowhere."""
    for at in range(start, len(text)):
        if text[at] in _BOUNDS or text[at].isspace():
            return at
    return len(text)


class _Lexer:
    def __init__(self, text: str, notes: list[Note]) -> None:
        self.text = text
        self.notes = notes
        self.items: list[Item] = []
        self.at = 0
        # The next place of each closing mark: every mark is looked for only once.
        self.next_place: dict[str, int] = {}

    def run(self) -> list[Item]:
        text = self.text
        before: Literal["space", "term", "edge"] = "space"
        while self.at < len(text):
            char = text[self.at]
            if char.isspace() or char in SEPARATORS:
                self.at += 1
                before = "space"
            elif char in "(（":
                self._add("open", self.at, self.at + 1)
                before = "space"
            elif char in ")）":
                self._add("close", self.at, self.at + 1)
                before = "term"
            elif char in "|｜":
                end = self.at + 1
                while text[end : end + 1] in ("|", "｜"):
                    end += 1
                self._add("or", self.at, end)
                before = "space"
            elif char in CLOSERS:
                before = "term" if self._quotation() else "edge"
            elif char in "-－" and before == "space":
                self._drop_loose_dash(-1)
                self.items.append(Item("not", (self.at, self.at + 1), tight=True))
                self.at += 1
                before = "edge"
            elif char in _EDGES and (edge := _EDGE.match(text, self.at)):
                self.at = edge.end()
                before = "edge"
            else:
                self._chunk(before == "edge")
                # A field may have opened a group.
                before = "space" if text[self.at - 1] in "(（" else "term"
        self._drop_loose_dash(-1)
        return self.items

    def _add(
        self,
        kind: ItemKind,
        start: int,
        end: int,
        *,
        node: Node | None = None,
        scope: Scope | None = None,
    ) -> None:
        self._drop_loose_dash(start if kind in ("plain", "term", "open") else -1)
        self.items.append(Item(kind, (start, end), node, scope))
        self.at = end

    def _drop_loose_dash(self, start: int) -> None:
        """A dash that does not touch what it would deny is a dash."""
        if self.items and self.items[-1].tight and self.items[-1].span[1] != start:
            self.items.pop()

    def _note(self, kind: str, message: str, start: int, end: int) -> None:
        self.notes.append(Note(kind=kind, message=message, span=(start, end)))

    # Quotations

    def _closing(self, opening: int) -> int:
        """Where the quotation that opens here closes, or -1."""
        for marks in CLOSERS[self.text[opening]]:
            places = [place for mark in marks if (place := self._find(mark, opening + 1)) >= 0]
            if places:
                return min(places)
        return -1

    def _find(self, mark: str, start: int) -> int:
        place = self.next_place.get(mark, -2)
        if place == -1 or place >= start:
            return place
        place = self.text.find(mark, start)
        self.next_place[mark] = place
        return place

    def _read_quotation(self, opening: int, closing: int) -> tuple[str, int, int | None]:
        """The words inside, where the quotation ends, and its distance if it has one."""
        words = " ".join(self.text[opening + 1 : closing].translate(_QUOTES).split())
        end = closing + 1
        slop = _SLOP.match(self.text, end) if self.text[end : end + 1] in ("~", "～") else None
        if not slop:
            return words, end, None
        if slop.end() < len(self.text) and not BOUNDARY.match(self.text, slop.end()):
            rest = BOUNDARY.search(self.text, slop.end())
            stop = rest.start() if rest else len(self.text)
            if stripped := self.text[slop.end() : stop].strip(TRAILING):
                number = excerpt(slop.group()[1:] + stripped)
                message = f"{number} is no number of words; the quotation was taken exactly"
                self._note("bad-distance", message, end, stop)
                return words, end, None
        digits = slop[1].lstrip("0")
        if not slop[1]:
            distance = DEFAULT_DISTANCE
        elif len(digits) > 4 or int(digits or "0") > MAX_DISTANCE:
            distance = MAX_DISTANCE
            message = f"At most {MAX_DISTANCE} words may lie between"
            self._note("capped-distance", message, slop.start(), slop.end())
        else:
            distance = int(digits or "0")
        return words, slop.end(), distance

    def _quotation(self) -> bool:
        """Reads a quotation; ``False`` for a mark that opens none."""
        opening = self.at
        closing = self._closing(opening)
        if closing < 0:
            message = "This quotation mark has no partner; the words were taken without it"
            self._note("unbalanced-quote", message, opening, opening + 1)
            self.at = opening + 1
            return False
        self._quoted_term(opening, opening, closing, None)
        return True

    def _quoted_term(self, start: int, opening: int, closing: int, scope: Scope | None) -> None:
        words, end, distance = self._read_quotation(opening, closing)
        if not searchable(words):
            self._empty_quotation(opening, end)
            return
        if "*" in words:
            message = "* is no wildcard inside quotation marks"
            self._note("literal-wildcard", message, opening, end)
        span = (opening, end)
        node = Phrase(words, span) if distance is None else Near(words, distance, span)
        self._add("term", start, end, node=Scoped(scope, node) if scope else node)

    def _empty_quotation(self, opening: int, end: int) -> None:
        message = "There are no letters between these quotation marks; they were left out"
        self._note("empty-quote", message, opening, end)
        self.at = end

    # Words and fields

    def _chunk_end(self, start: int) -> int:
        """The end of a run without spaces; ``president(s)`` is one run."""
        text = self.text
        end = start
        while (end := _boundary(text, end)) < len(text):
            if text[end] not in "(（" or end == start or not text[end - 1].isalnum():
                return end
            if text[start:end] in OPERATOR_WORDS:
                return end
            inner = _boundary(text, end + 1)
            if inner == len(text) or text[inner] not in ")）":
                return end
            end = inner + 1
        return len(text)

    def _chunk(self, literal: bool) -> None:
        """Reads an operator, a field or a word; after punctuation AND, OR, NOT are words."""
        text, start = self.text, self.at
        end = self._chunk_end(start)
        chunk = text[start:end]
        if chunk in OPERATOR_WORDS and not literal:
            self._add(_OPERATORS[chunk], start, end)
            return
        name, colon, value = chunk.partition(":")
        field = name.lower()
        if field in FIELDS and (colon or text[end : end + 1] == "："):
            self._field(field, start, start + len(name) + 1)
            return
        if colon and self._looks_like_field(name, value, end):
            meant = _nearest_field(field)
            hint = f" (did you mean {meant}:?)" if meant else ""
            message = f"There is no field {excerpt(name)}:{hint}; it was taken as text"
            self._note("unknown-field", message, start, start + len(name) + 1)
        self._term(start, end)

    def _looks_like_field(self, name: str, value: str, end: int) -> bool:
        """Not so: a time, an address, a drive, a word before a colon and a space."""
        if len(name) < 2 or not name.isalpha():
            return False
        if value:
            return value[0] not in ":/\\" and searchable(value)
        return self.text[end : end + 1] in {*CLOSERS, "(", "（"}

    def _term(self, start: int, end: int) -> None:
        node = read_term(self.text[start:end], start, self.notes)
        self.at = end
        if node is not None:
            kind: ItemKind = "plain" if isinstance(node, Word) else "term"
            self._add(kind, start, end, node=node)

    def _field(self, field: str, start: int, value: int) -> None:
        """Reads a field whose value would begin at ``value``."""
        text = self.text
        char = text[value : value + 1]
        scope = _SCOPES.get(field)
        if char in CLOSERS and (closing := self._closing(value)) >= 0:
            if scope:
                self._quoted_term(start, value, closing, scope)
            else:
                self._quoted_filter(field, start, value, closing)
        elif scope and char and char in "(（":
            self._add("open", start, value + 1, scope=scope)
        else:
            self._bare_value(field, scope, start, value)

    def _quoted_filter(self, field: str, start: int, opening: int, closing: int) -> None:
        words, end, _ = self._read_quotation(opening, closing)
        if not searchable(words):
            self._empty_quotation(opening, end)
        elif node := self._filter(field, words, (start, end)):
            self._add("term", start, end, node=node)
        else:
            self._add_name(field, start)
            self._quoted_term(opening, opening, closing, None)

    def _bare_value(self, field: str, scope: Scope | None, start: int, value: int) -> None:
        text = self.text
        end = self._chunk_end(value)
        if not searchable(text[value:end]):
            if end < len(text) and text[end] in "(（":
                message = f"{field}: takes no group; it was taken as text"
                self._note("bad-value", message, start, value)
            else:
                message = f"{field}: needs its value right after the colon; it was taken as text"
                self._note("empty-field", message, start, value)
            self._add_name(field, start)
            self.at = max(end, value)
            return
        if scope:
            edge = _EDGE.match(text, value) if text[value] in _EDGES else None
            first = edge.end() if edge else value
            node = read_term(text[first:end], first, self.notes)
            self.at = end
            if node is not None:
                self._add("term", start, end, node=Scoped(scope, node))
            return
        written = text[value:end].rstrip(TRAILING)
        if field == "date" and ".." not in written and text.startswith("..", value + len(written)):
            written += ".."
        if node := self._filter(field, written, (start, value + len(written))):
            self._add("term", start, end, node=node)
        else:
            self._term(start, end)

    def _add_name(self, field: str, start: int) -> None:
        end = start + len(field)
        self._add("plain", start, end, node=plain_word(self.text[start:end], (start, end)))

    def _filter(self, field: str, value: str, span: Span) -> Node | None:
        node: Node | None
        if field == "in":
            place = value.strip("/")
            node = In(place, span) if place else None
        elif field == "lang":
            code = value.replace("_", "-").partition("-")[0].lower()
            known = code.isascii() and code.isalpha() and len(code) in (2, 3)
            node = Lang(code, span) if known else None
        else:
            node = read_dates(field, value, span, self.notes)
        if node is None:
            kind, what = _COMPLAINTS[field]
            self._note(kind, f"{excerpt(value)} {what}; it was taken as text", *span)
        return node


_COMPLAINTS = {
    "in": ("bad-value", "is no place in the library"),
    "lang": ("bad-language", "is no language code such as en or zh"),
    "after": ("bad-date", "is no date such as 2021, 2021-06 or 2021-06-04"),
    "before": ("bad-date", "is no date such as 2021, 2021-06 or 2021-06-04"),
    "date": ("bad-date", "is no date or range such as 2021-06 or 2019..2021"),
}


def _nearest_field(name: str) -> str:
    """The field whose name is one edit away; of short names nothing is."""
    if len(name) < 4:
        return ""
    from indexer.spelling import distance

    return next((field for field in sorted(FIELDS) if distance(name, field, 1) <= 1), "")
