"""Groups into the hits that people see: passages loaded, words lit, gaps named."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.deadline import check_clock
from indexer.engines.base import Group, Matches
from indexer.marks import Mark, Marker
from indexer.model import Essay, EssayHit, Hit, Passage, Piece, ReadPassage
from indexer.plan import Pattern, Plan, Scope, patterns_in
from indexer.snippets import light, snippet


class Presenter:
    """Makes hits of one search's groups, until a ``time.monotonic`` instant (``SearchTimeout``)."""

    def __init__(self, matches: Matches, plan: Plan, deadline: float) -> None:
        self._matches = matches
        self._deadline = deadline
        self._words = plan.words
        patterns = [
            *(word.pattern for word in plan.words),
            *(part for word in plan.words for part in word.parts),
            *patterns_in(plan.strict),
        ]
        self._text = _Lamp(patterns, "any")
        self._heading = _Lamp(patterns, "any", "heading")
        self._title = _Lamp(patterns, "any", "title")
        # Passages share headings, and essays may share titles.
        self._known: dict[tuple[str, str], list[Mark]] = {}

    def results(self, groups: Sequence[Group], passages: int) -> tuple[EssayHit, ...]:
        """One result for each group, with at most so many passages."""
        essays = self._matches.essays_of([group.essay_ref for group in groups])
        return tuple(
            self._essay_hit(group, essay, passages)
            for group, essay in zip(groups, essays, strict=True)
        )

    def title(self, essay: Essay, *, is_hit: bool) -> tuple[Piece, ...]:
        """An essay's title, lit where the essay is a hit."""
        found = self._title.marker.marks(essay.title, essay.language) if is_hit else []
        return light(essay.title, found, self._minor(essay.language))

    def _minor(self, language: str) -> frozenset[int]:
        """The numbers of the plain words that need not be there in a language: such a word is
        not lit, unless the query has no others."""
        # The plain words come first among the patterns of every part.
        minor = frozenset(n for n, word in enumerate(self._words) if language in word.optional_in)
        return minor if len(minor) < len(self._words) else frozenset()

    def passage(self, essay: Essay, passage: Passage, *, is_hit: bool) -> ReadPassage:
        """A whole passage, lit as in a snippet where it is a hit, and not at all elsewhere."""
        minor = self._minor(essay.language)
        found: list[Mark] = []
        in_headings: list[list[Mark]] = [[] for _ in passage.headings]
        if is_hit:
            check_clock(self._deadline)
            found = self._text.marker.marks(passage.text, essay.language)
            in_headings = [self._heading_marks(h, essay.language) for h in passage.headings]
        return ReadPassage(
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=passage.headings,
            kind=passage.kind,
            text=passage.text,
            is_hit=is_hit,
            pieces=light(passage.text, found, minor),
            heading_pieces=_lit_each(passage.headings, in_headings, minor),
        )

    def _essay_hit(self, group: Group, essay: Essay, passages: int) -> EssayHit:
        shown = group.passages[:passages]
        loaded = self._matches.passages_of([candidate.ref for candidate in shown])
        title_marks = self._title.marker.marks(essay.title, essay.language)
        in_title = self._title.lit(title_marks)
        hits = tuple(
            self._hit(essay, passage, candidate.score, group.tier, in_title)
            for candidate, passage in zip(shown, loaded, strict=True)
        )
        return EssayHit(
            essay=essay,
            score=group.score,
            passages=hits,
            more=group.total - len(hits),
            title_pieces=light(essay.title, title_marks, self._minor(essay.language)),
        )

    def _heading_marks(self, heading: str, language: str) -> list[Mark]:
        key = (heading, language)
        if key not in self._known:
            self._known[key] = self._heading.marker.marks(heading, language)
        return self._known[key]

    def _hit(
        self, essay: Essay, passage: Passage, score: float, tier: int, in_title: set[Pattern]
    ) -> Hit:
        check_clock(self._deadline)
        found = self._text.marker.marks(passage.text, essay.language)
        in_headings = [self._heading_marks(h, essay.language) for h in passage.headings]
        minor = self._minor(essay.language)
        required = [word for number, word in enumerate(self._words) if number not in minor]
        missing: tuple[str, ...] = ()
        if tier:
            held = self._text.lit(found) | in_title
            for heading_marks in in_headings:
                held |= self._heading.lit(heading_marks)
            missing = tuple(w.pattern.label for w in required if w.pattern not in held)
        return Hit(
            id=f"{essay.id}#{passage.anchor}",
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=passage.headings,
            text=passage.text,
            snippet=snippet(passage.text, found, minor=minor),
            missing=missing,
            score=score,
            heading_pieces=_lit_each(passage.headings, in_headings, minor),
        )


def _lit_each(
    headings: Sequence[str], found: Sequence[Sequence[Mark]], minor: frozenset[int]
) -> tuple[tuple[Piece, ...], ...]:
    return tuple(light(text, marks, minor) for text, marks in zip(headings, found, strict=True))


class _Lamp:
    """The patterns that light up in one part of an essay."""

    def __init__(self, patterns: Sequence[Pattern], *scopes: Scope) -> None:
        self._patterns = [pattern for pattern in patterns if pattern.scope in scopes]
        self.marker = Marker(self._patterns)

    def lit(self, marks: Sequence[Mark]) -> set[Pattern]:
        """The patterns that have a mark."""
        return {self._patterns[mark.pattern] for mark in marks}
