"""What a search must find, evaluated the slow and obvious way: the judge of every engine.

It shares with the program only how a text falls into words (:func:`indexer.analysis.analyse`),
which words are optional and what stands in for them (``is_optional`` and ``plain_parts`` of
:mod:`indexer.paths`), and the tree of a query; it knows no plan, no postings, no engine.

**Texts.** A passage has these texts: the title of its essay, each heading of its heading path,
its own text. Words stand in a row only within one of them.

**Words in a row.** A text is a lattice of tokens: a token leads from its position to the one
after its width, and the joined form of a compound leads past its parts. A query's words are in
a text where a way through the query's lattice, from its first to its last position, meets the
same words on a way through the text's. Same: equal forms (exact), or a stem in common, both
analysed in the language of the essay (stem). By stems the joined form of a compound leads only to
the position after its first part: ``cooperate-now`` is not in "co-operate now". A run of a script
without spaces is one word of the query; it is where each pair of its neighbouring characters
follows the one before, within one run (a run of one character: where that character is). An
article that lost its vowel (``l'`` of ``l'harmonie``) may be missing in the stem view.

**Terms.**

- Word: in a row by stems, in any text of the passage; in an author's name by forms.
- Phrase: in a row by forms.
- Near: some choice of places in one text, one of its own for each word (by forms), with at most
  ``distance`` positions in the span from first to last that no chosen word takes up.
- Prefix, Wildcard, Fuzzy: one form of one token, joined forms included, that begins so, has
  this shape, or is within so many edits (optimal string alignment: insert, delete, change,
  swap neighbours). The term is folded and its punctuation dropped. A prefix or fuzzy term in a
  script without spaces is a phrase.
- A term without any token says nothing: it is left out of AND and OR, and so is the NOT of it.
- Not: the passages without. Scoped: only titles, only headings, or only authors' names, each
  name on its own; an inner field goes before an outer one.
- In: the essay of this id, or whose id begins with it and a slash. Lang: essays in this
  language. Dates: essays whose date, padded to its first day, is from ``start`` to before
  ``end``; undated ones never.

**Tiers.** U is the passages that satisfy the strict part, all of them if there is none. Without
plain words (those without tokens don't count), tier *all* is U if there is a strict part and
nothing otherwise, and the other tiers are empty. With plain words, for each essay: the required
ones are those not optional in its language, or all if none is left. Then

- *all*: passages of U with every required word;
- *essay*: essays without a passage in tier all whose passages in U hold every required word
  between them; of these the passages in U with at least one required word;
- *any*: the other essays with a passage in U that holds a required word, or one of the parts
  that stand in for it (``plain_parts`` in the languages of the library); of these those
  passages.

What an engine may cut is not judged: words beyond 200 characters, phrases that may be written in
more than 16 ways, expansions beyond the limit.

``matched`` is the first tier that is not empty, ``essays`` and ``passages`` count it, and
``partial`` counts the essays of the tiers after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.model import Essay, Matched, Passage
from indexer.paths import is_optional, plain_parts
from indexer.query import (
    And,
    Dates,
    In,
    Lang,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Scoped,
    Wildcard,
    Word,
)
from tests.oracle_terms import fits, in_a_row, is_near, is_unspaced, tokens_of

PassageId = tuple[str, str]  # essay id, anchor


@dataclass(frozen=True)
class Tier:
    """Ids of essays and of their passages."""

    essays: frozenset[str]
    passages: frozenset[PassageId]


@dataclass(frozen=True)
class OracleResult:
    """The three tiers, and the totals as a search gives them."""

    tiers: tuple[Tier, Tier, Tier]
    matched: Matched
    essays: int
    passages: int
    partial: int


def evaluate(query: Query, library: Sequence[tuple[Essay, Sequence[Passage]]]) -> OracleResult:
    """What ``query`` finds among these essays and their passages."""
    words = [word for word in query.words if tokens_of(word.text, "")]
    strict = None if query.strict is None or says_nothing(query.strict) else query.strict
    languages = sorted({essay.language for essay, _ in library})
    tiers: list[tuple[set[str], set[PassageId]]] = [(set(), set()), (set(), set()), (set(), set())]
    for essay, passages in library:
        allowed = [p for p in passages if strict is None or holds(strict, essay, p)]
        if not words:
            number, found = 0, [] if strict is None else allowed
        else:
            number, found = _tier(words, languages, essay, allowed)
        if found:
            tiers[number][0].add(essay.id)
            tiers[number][1].update((essay.id, passage.anchor) for passage in found)
    frozen = tuple(Tier(frozenset(essays), frozenset(passages)) for essays, passages in tiers)
    best = next((number for number, tier in enumerate(frozen) if tier.essays), None)
    names: tuple[Matched, Matched, Matched] = ("all", "essay", "any")
    return OracleResult(
        tiers=(frozen[0], frozen[1], frozen[2]),
        matched="none" if best is None else names[best],
        essays=0 if best is None else len(frozen[best].essays),
        passages=0 if best is None else len(frozen[best].passages),
        partial=0 if best is None else sum(len(tier.essays) for tier in frozen[best + 1 :]),
    )


def _tier(
    words: list[Word], languages: list[str], essay: Essay, allowed: list[Passage]
) -> tuple[int, list[Passage]]:
    """The tier an essay is in, and its passages there."""
    required = [w for w in words if not is_optional(w.text, essay.language)] or words
    with_all = [p for p in allowed if all(holds(word, essay, p) for word in required)]
    if with_all:
        return 0, with_all
    with_some = [p for p in allowed if any(holds(word, essay, p) for word in required)]
    if all(any(holds(word, essay, p) for p in allowed) for word in required):
        return 1, with_some
    parts = [Word(p, word.span) for word in required for p in plain_parts(word.text, languages)]
    return 2, [p for p in allowed if any(holds(word, essay, p) for word in (*required, *parts))]


def says_nothing(node: Node) -> bool:
    """Whether there is no token in a tree, and no filter."""
    if isinstance(node, And | Or):
        return all(map(says_nothing, node.children))
    if isinstance(node, Not | Scoped):
        return says_nothing(node.child)
    if isinstance(node, In | Lang | Dates | Wildcard):
        return False
    return not tokens_of(node.text, "")


def holds(node: Node, essay: Essay, passage: Passage, scope: str = "any") -> bool:
    """Whether a passage satisfies a tree."""
    if isinstance(node, And | Or):
        found = [holds(c, essay, passage, scope) for c in node.children if not says_nothing(c)]
        return all(found) if isinstance(node, And) else any(found)
    if isinstance(node, Not):
        return not holds(node.child, essay, passage, scope)
    if isinstance(node, Scoped):
        return holds(node.child, essay, passage, node.scope)
    if isinstance(node, In):
        return essay.id == node.place or essay.id.startswith(f"{node.place}/")
    if isinstance(node, Lang):
        return essay.language == node.language
    if isinstance(node, Dates):
        return _dated(essay.date, node)
    texts = {
        "any": [essay.title, *passage.headings, passage.text],
        "title": [essay.title],
        "heading": list(passage.headings),
        "author": list(essay.authors),
    }[scope]
    language = essay.language
    if isinstance(node, Word) and scope != "author":
        return any(in_a_row(node.text, text, language, by_stem=True) for text in texts)
    if isinstance(node, Word | Phrase):
        return any(in_a_row(node.text, text, language, by_stem=False) for text in texts)
    if isinstance(node, Near):
        return any(is_near(node.text, text, language, node.distance) for text in texts)
    if not isinstance(node, Wildcard) and any(map(is_unspaced, tokens_of(node.text, ""))):
        return any(in_a_row(node.text, text, language, by_stem=False) for text in texts)
    forms = {token.form for text in texts for token in tokens_of(text, language)}
    return any(fits(node, form) for form in forms)


def _dated(date: str | None, dates: Dates) -> bool:
    if date is None:
        return False
    day = date + "-01-01"[len(date) - 4 :]
    return (dates.start is None or dates.start <= day) and (dates.end is None or day < dates.end)
