"""What crosses the port: a query with ready terms instead of text.

:func:`make_plan` turns the tree of :mod:`indexer.query` into it, once the languages and the
vocabulary of the library are known.
"""

from __future__ import annotations

from indexer.records import Literal, NamedTuple, Struct, replace

View = Literal["exact", "stem"]
Scope = Literal["any", "title", "heading", "author"]


class Alternative(NamedTuple):
    """A term that may stand at a step, and by how many positions it moves on."""

    term: str
    advance: int


Step = tuple[Alternative, ...]
Path = tuple[Step, ...]


class Pattern(Struct, frozen=True, kw_only=True, cache_hash=True):
    """Terms in a row: matches where any of ``paths`` does.

    A path matches at position *p* when its first step has an alternative at *p*, its second
    one at *p* plus that alternative's advance, and so on. With ``slop`` the steps may come in
    any order, with at most that many other positions between them in all. ``view`` names the
    postings the terms are looked up in. ``scope`` is where: ``any`` is each of title,
    headings and text on its own. ``label`` is the query's own text for it. ``graded`` is
    whether it counts by how often it occurs; what stands for an expansion does not.
    """

    paths: tuple[Path, ...]
    view: View
    scope: Scope = "any"
    slop: int | None = None
    graded: bool = True
    label: str


class Both(Struct, frozen=True):
    """Passages in all of ``parts``."""

    parts: tuple[PlanNode, ...]


class Either(Struct, frozen=True):
    """Passages in any of ``parts``."""

    parts: tuple[PlanNode, ...]


class Without(Struct, frozen=True):
    """Passages not in ``part``."""

    part: PlanNode


class InLanguage(Struct, frozen=True):
    """Passages of essays in a language."""

    language: str


class Below(Struct, frozen=True):
    """Passages of the essay with this id, or of essays whose ids lie in this folder."""

    place: str


class OfEssay(Struct, frozen=True):
    """Passages of the essay with this id and of no other, whatever folder has its name."""

    essay_id: str


class Dated(Struct, frozen=True):
    """Passages of essays dated from ``start`` (inclusive) to ``end`` (exclusive), ISO days.

    An essay dated by a year or month counts as its first day; undated ones never match.
    """

    start: str | None
    end: str | None


PlanNode = Pattern | Both | Either | Without | InLanguage | Below | OfEssay | Dated


class PlainWord(Struct, frozen=True, kw_only=True):
    """A word of the query that may be relaxed.

    ``parts`` are the smaller patterns that stand in for it when it is nowhere as a whole
    (the bigrams of a run of Chinese). ``optional_in`` names the languages in which it is so
    common that it need not be there.
    """

    pattern: Pattern
    parts: tuple[Pattern, ...] = ()
    optional_in: frozenset[str] = frozenset()


class Plan(Struct, frozen=True, kw_only=True):
    """Plain words over what the strict part leaves.

    Where every word is optional in a language, all of them are required there.
    """

    words: tuple[PlainWord, ...]
    strict: PlanNode | None


def patterns_in(node: PlanNode | None) -> list[Pattern]:
    """The patterns of a strict tree that a match may hold: for scoring, and to light up."""
    match node:
        case Pattern():
            return [node]
        case Both(parts) | Either(parts):
            return [pattern for part in parts for pattern in patterns_in(part)]
        case _:
            return []


def within(plan: Plan, essay_id: str) -> Plan:
    """The plan for one essay alone: what it finds there is what it finds there anyway."""
    if not plan.words and plan.strict is None:
        return plan
    own = OfEssay(essay_id)
    return replace(plan, strict=own if plan.strict is None else Both((plan.strict, own)))
