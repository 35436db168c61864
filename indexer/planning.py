"""From the tree of a query to a plan with ready terms, for the languages and the words that
the library has."""

from __future__ import annotations

from math import inf

from indexer import query as q
from indexer.deadline import check_clock
from indexer.expressions import expression
from indexer.folding import fold
from indexer.keeping import lru_cache
from indexer.model import Note
from indexer.paths import exact_paths, is_optional, is_unspaced, plain_parts, stem_paths
from indexer.plan import (
    Alternative,
    Below,
    Both,
    Dated,
    Either,
    InLanguage,
    Pattern,
    PlainWord,
    Plan,
    Without,
)
from indexer.query_terms import excerpt
from indexer.records import Protocol
from indexer.terms import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexer.plan import (
        PlanNode,
        Scope,
    )


class Words(Protocol):
    """The words of a library, as exact terms with the number of passages that hold each."""

    def vocabulary(self, prefix: str, scope: Scope) -> Iterable[tuple[str, int]]:
        """Those that begin so; of ``author`` only the names, of other scopes all but them."""

    def shaped(self, start: str, shape: str, scope: Scope) -> Iterable[tuple[str, int]]:
        """Those whose whole form a regular expression matches; all begin with ``start``."""

    def close_to(self, form: str, edits: int, scope: Scope) -> Iterable[tuple[str, int]]:
        """Those within so many edits (optimal string alignment)."""

    def holds(self, node: Pattern | Below) -> bool:
        """Whether a pattern occurs, or an essay lies in a place."""


# Words whose plans are kept, and the most characters of one: some kB each, and some 40 kB of the
# longest in a script written without spaces, for a library of many languages.
_KEPT_WORDS, _KEPT_CHARACTERS = 500, 20

_Term = q.Word | q.Phrase | q.Near | q.Prefix | q.Wildcard | q.Fuzzy

# Kinds of the notes that a library adds to those on the query itself.
NOTE_KINDS = ("no-such-author", "no-such-language", "no-such-place", "too-many-expansions")


class _Planner:
    def __init__(
        self, languages: Sequence[str], library: Words, max_expansions: int, deadline: float
    ) -> None:
        self._spoken = frozenset(languages)
        # Words of a library without essays are taken for English.
        self._languages = tuple(sorted(languages)) or ("en",)
        self._library = library
        self._max_expansions = max_expansions
        self._deadline = deadline
        self.notes: list[Note] = []

    def word(self, node: q.Word) -> PlainWord | None:
        make = _kept_word if len(node.text) <= _KEPT_CHARACTERS else _plain_word
        return make(node.text, self._languages)

    def _word_pattern(self, node: q.Word, scope: Scope) -> Pattern | None:
        if scope == "author":
            paths = exact_paths(node.text)
            return (
                Pattern(paths=paths, view="exact", scope=scope, label=node.text) if paths else None
            )
        return _stems(node.text, self._languages, scope)

    def node(self, node: q.Node, scope: Scope = "any") -> PlanNode | None:
        """The plan of a tree; ``None`` where nothing of it can be searched for."""
        match node:
            case q.And(children):
                parts = [p for child in children if (p := self.node(child, scope)) is not None]
                return _joined(Both, parts)
            case q.Or(children):
                parts = [p for child in children if (p := self.node(child, scope)) is not None]
                return _joined(Either, parts)
            case q.Not(child):
                part = self.node(child, scope)
                return None if part is None else Without(part)
            case q.Scoped(inner, child):
                return self.node(child, inner)
            case q.In(place, span):
                below = Below(place)
                if not self._library.holds(below):
                    message = f"The library has no folder and no essay {excerpt(place)}"
                    self._note("no-such-place", message, span)
                return below
            case q.Lang(language, span):
                if language not in self._spoken:
                    message = f"The library has no essay in the language {language}"
                    self._note("no-such-language", message, span)
                return InLanguage(language)
            case q.Dates(start, end):
                return Dated(start, end)
        pattern = self._term(node, scope)
        if pattern is not None and scope == "author" and not self._library.holds(pattern):
            message = f"The library has no author named {excerpt(pattern.label)}"
            self._note("no-such-author", message, node.span)
        return pattern

    def _term(self, node: _Term, scope: Scope) -> Pattern | None:
        match node:
            case q.Word():
                return self._word_pattern(node, scope)
            case q.Phrase(text):
                paths = exact_paths(text)
                return (
                    Pattern(paths=paths, view="exact", scope=scope, label=text) if paths else None
                )
            case q.Near(text, distance):
                return self._near(text, distance, scope)
            case q.Prefix() | q.Wildcard() | q.Fuzzy():
                return self._expanded(node, scope)

    def _note(self, kind: str, message: str, span: q.Span) -> None:
        self.notes.append(Note(kind=kind, message=message, span=span))

    def _near(self, text: str, distance: int, scope: Scope) -> Pattern | None:
        paths = exact_paths(text)
        if not paths:
            return None
        return Pattern(paths=paths, view="exact", scope=scope, slop=distance, label=text)

    def _expanded(self, node: q.Prefix | q.Wildcard | q.Fuzzy, scope: Scope) -> Pattern | None:
        check_clock(self._deadline)
        match node:
            case q.Prefix(text):
                label = f"{text}*"
                start = _plain_form(text)
                if start is None:
                    return self._term(q.Phrase(text, node.span), scope)
                if not start:
                    return None
                found = list(self._library.vocabulary(start, scope))
            case q.Wildcard(shape):
                label = shape
                start, regex = _shape(shape)
                found = [] if regex is None else list(self._library.shaped(start, regex, scope))
            case q.Fuzzy(text, edits):
                label = f"{text}~{edits}"
                form = _plain_form(text)
                if form is None:
                    return self._term(q.Phrase(text, node.span), scope)
                if not form:
                    return None
                found = list(self._library.close_to(form, edits, scope))
        if len(found) > self._max_expansions:
            message = (
                f"{label} fits {len(found):,} words of the library; searched for the "
                f"{self._max_expansions:,} most frequent"
            )
            self._note("too-many-expansions", message, node.span)
            from heapq import nlargest

            found = nlargest(self._max_expansions, found, key=lambda item: (item[1], item[0]))
        step = tuple(Alternative(term, width_of(term)) for term, _ in sorted(found))
        # A step without alternatives matches nothing, which is what there is.
        return Pattern(paths=((step,),), view="exact", scope=scope, graded=False, label=label)


def _stems(text: str, languages: Sequence[str], scope: Scope) -> Pattern | None:
    paths = stem_paths(text, languages)
    return Pattern(paths=paths, view="stem", scope=scope, label=text) if paths else None


def _plain_word(text: str, languages: Sequence[str]) -> PlainWord | None:
    """A word that may be relaxed, for a library of these languages."""
    pattern = _stems(text, languages, "any")
    if pattern is None:
        return None
    parts = []
    for part in plain_parts(text, languages):
        paths = stem_paths(part, languages)
        parts.append(Pattern(paths=paths, view="stem", label=part))
    optional = frozenset(code for code in languages if is_optional(text, code))
    return PlainWord(pattern=pattern, parts=tuple(parts), optional_in=optional)


_kept_word = lru_cache(maxsize=_KEPT_WORDS)(_plain_word)


def _joined(kind: type[Both] | type[Either], parts: list[PlanNode]) -> PlanNode | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _plain_form(text: str) -> str | None:
    """A text as one folded form; ``None`` where it is written without spaces between words
    (any substring of that is searchable as it is)."""
    if is_unspaced(text):
        return None
    from indexer.analysis import analyse

    return "".join(token.form for token in analyse(text, "") if token.width == 1)


_RANGE = expression(r"([a-z0-9])-([a-z0-9])", any_case=True)
_CLASS = expression(r"\[(!?)([^\]]+)\]")


def _shape(pattern: str) -> tuple[str, str | None]:
    """A shell pattern over folded forms: its literal beginning, and a regular expression, unless
    nothing matches it.

    Runs of stars are one star; see :func:`indexer.spelling.matcher`.
    """
    pieces: list[str | None] = []
    start, literal = "", True
    import re

    index = 0
    while index < len(pattern):
        character = pattern[index]
        found = _CLASS.match(pattern, index)
        if character == "*":
            if not pieces or pieces[-1] != ".*":
                pieces.append(".*")
            literal = False
            index += 1
        elif character == "?":
            pieces.append(".")
            literal = False
            index += 1
        elif found:
            pieces.append(_class(found[2], negated=bool(found[1])))
            literal = False
            index = found.end()
        else:
            folded = _fold_letters(character)
            pieces.append(re.escape(folded))
            if literal:
                start += folded
            index += 1
    whole = [piece for piece in pieces if piece is not None]
    return start, "".join(whole) if len(whole) == len(pieces) else None


def _class(body: str, *, negated: bool) -> str | None:
    """A bracket expression over folded letters as a regular expression, unless it has none."""
    members = [f"{first}-{last}" for first, last in _RANGE.findall(body.lower()) if first <= last]
    members += _fold_letters(_RANGE.sub("", body))
    if not members:
        return "." if negated else None
    return f"[{'^' if negated else ''}{''.join(members)}]"


def _fold_letters(text: str) -> str:
    """The letters and digits of a text, folded."""
    return "".join(filter(str.isalnum, fold(text)))


def make_plan(
    query: q.Query,
    languages: Sequence[str],
    library: Words,
    *,
    max_expansions: int = 1_000,
    deadline: float = inf,
) -> tuple[Plan, tuple[Note, ...]]:
    """A plan for a library of these languages, and notes on what was cut or is nowhere.

    ``deadline`` is a ``time.monotonic`` instant (``SearchTimeout``).
    """
    planner = _Planner(languages, library, max_expansions, deadline)
    words = []
    for word in query.words:
        planned = planner.word(word)
        if planned is None:
            continue
        words.append(planned)
    strict = None if query.strict is None else planner.node(query.strict)
    return Plan(words=tuple(words), strict=strict), tuple(dict.fromkeys(planner.notes))
