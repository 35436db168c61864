"""The query language: text to a typed tree, plus notes with spans. Knows no engine.

:func:`parse` never raises. What it can't understand it takes literally, or leaves out where
it says nothing, and tells so in a note whose ``kind`` is one of :data:`NOTE_KINDS`.
"""

from __future__ import annotations

from indexer.records import Literal, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from indexer.model import Note

Span = tuple[int, int]


class Word(Struct, frozen=True):
    """A word in any of its forms."""

    text: str
    span: Span


class Phrase(Struct, frozen=True):
    """Exactly these words in this order."""

    text: str
    span: Span


class Near(Struct, frozen=True):
    """These words in any order with at most ``distance`` other words between them."""

    text: str
    distance: int
    span: Span


class Prefix(Struct, frozen=True):
    """Words that begin so (``text`` is without the star)."""

    text: str
    span: Span


class Wildcard(Struct, frozen=True):
    """Words of this shape: ``*``, ``?`` and ``[...]`` as in a shell."""

    pattern: str
    span: Span


class Fuzzy(Struct, frozen=True):
    """Words within one edit (up to 5 letters) or two."""

    text: str
    edits: int
    span: Span


class And(Struct, frozen=True):
    """All of ``children``."""

    children: tuple[Node, ...]


class Or(Struct, frozen=True):
    """Any of ``children``."""

    children: tuple[Node, ...]


class Not(Struct, frozen=True):
    """Passages without ``child``."""

    child: Node


class Scoped(Struct, frozen=True):
    """``child``, but only in titles, or only in headings, or only in authors' names."""

    scope: Literal["title", "heading", "author"]
    child: Node


class In(Struct, frozen=True):
    """The essay with this id, or those in this folder of ids."""

    place: str
    span: Span


class Lang(Struct, frozen=True):
    """Essays in this language."""

    language: str
    span: Span


class Dates(Struct, frozen=True):
    """Essays dated from ``start`` (inclusive) to ``end`` (exclusive), full ISO days."""

    start: str | None
    end: str | None
    span: Span


Node = (
    Word | Phrase | Near | Prefix | Wildcard | Fuzzy | And | Or | Not | Scoped | In | Lang | Dates
)


class Query(Struct, frozen=True, kw_only=True):
    """A query as understood: plain ``words`` that may be relaxed, within what ``strict`` allows.

    ``understood`` is the query written out in its own language, unambiguously.
    """

    text: str
    words: tuple[Word, ...]
    strict: Node | None
    notes: tuple[Note, ...]
    understood: str


NOTE_KINDS = (
    "bad-date",
    "bad-distance",
    "bad-language",
    "bad-value",
    "bare-wildcard",
    "capitals",
    "capped-distance",
    "capped-edits",
    "dangling-operator",
    "empty-field",
    "empty-group",
    "empty-quote",
    "fuzzy-wildcard",
    "literal-question-mark",
    "literal-wildcard",
    "more-notes",
    "nothing-to-search",
    "reversed-dates",
    "too-deep",
    "too-many-terms",
    "unbalanced-parenthesis",
    "unbalanced-quote",
    "unclosed-class",
    "unknown-field",
)


class Operator(Struct, frozen=True):
    """A construct of the language, for help pages and the tests of their examples."""

    syntax: str
    meaning: str
    example: str


OPERATORS = (
    Operator(
        "word word",
        "the words, in any of their forms; passages with all of them come first, then essays"
        " that hold them all, then passages with some",
        "tibet protest",
    ),
    Operator(
        '"word word"',
        "exactly these words in this order; one quoted word is that form only",
        '"to be or not to be"',
    ),
    Operator(
        '"word word"~N',
        "these words in any order, with at most N other words between them (5 without N)",
        '"human rights"~5',
    ),
    Operator("-x", "passages without x: a word, a quotation, a group or a field", "tibet -china"),
    Operator("NOT x", "the same, as a word in capitals", "tibet NOT china"),
    Operator("x OR y", "either, or both; also written x | y", "monk OR nun"),
    Operator("x | y", "either, or both", "monk | nun"),
    Operator("x AND y", "both in one passage", "monk AND protest"),
    Operator(
        "( )",
        "a group; AND binds closer than OR, and OR closer than mere succession",
        "(monk OR nun) AND protest",
    ),
    Operator("title:x", "x in the title of the essay", 'title:"on liberty"'),
    Operator("heading:x", "x in a heading above the passage", "heading:conclusion"),
    Operator("author:x", "x in the name of an author", "author:mill"),
    Operator("in:PLACE", "the essay with this id, or the essays of this folder", "in:politics"),
    Operator("lang:CODE", "essays in this language, by its ISO 639 code", "lang:fr"),
    Operator("after:DATE", "essays of this year, month or day, or later", "after:2020"),
    Operator("before:DATE", "essays before this year, month or day", "before:2021-06"),
    Operator(
        "date:DATE..DATE",
        "essays from the first date to the second, both included; either may be missing, and"
        " a single date means that year, month or day",
        "date:2019..2021",
    ),
    Operator("begin*", "words that begin so", "democra*"),
    Operator("w?rd", "? is one character, * any number of them", "wom?n"),
    Operator(
        "w[ao]rd", "one of these characters; [a-z] a range, [!a] any other", "organi[sz]ation"
    ),
    Operator(
        "word~",
        "words spelled nearly so: one letter off up to 5 letters, two beyond; ~1 and ~2 say it",
        "tianamen~",
    ),
)


def parse(text: str) -> Query:
    """The query as understood, in time linear in its length."""
    from indexer.query_parser import parse_query

    return parse_query(text)
