"""Groups into the hits that people see: passages loaded, words lit, gaps named."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.engines.base import Group, Matches
from indexer.marks import marks
from indexer.model import Essay, EssayHit, Hit, Passage
from indexer.plan import Pattern, Plan, patterns_in
from indexer.snippets import light, snippet


class Presenter:
    """Makes hits of one search's groups."""

    def __init__(self, matches: Matches, plan: Plan) -> None:
        self._matches = matches
        self._words = plan.words
        strict = patterns_in(plan.strict)
        whole = [word.pattern for word in plan.words]
        parts = [part for word in plan.words for part in word.parts]
        self._patterns = [*whole, *parts, *strict]

    def _for(self, *scopes: str) -> list[Pattern]:
        return [pattern for pattern in self._patterns if pattern.scope in scopes]

    def results(self, groups: Sequence[Group], passages: int) -> tuple[EssayHit, ...]:
        """One result for each group, with at most so many passages."""
        essays = self._matches.essays_of([group.essay_ref for group in groups])
        return tuple(
            self._essay_hit(group, essay, passages)
            for group, essay in zip(groups, essays, strict=True)
        )

    def _essay_hit(self, group: Group, essay: Essay, passages: int) -> EssayHit:
        shown = group.passages[:passages]
        loaded = self._matches.passages_of([candidate.ref for candidate in shown])
        title_marks = marks(essay.title, essay.language, self._for("any", "title"))
        in_title = {mark.pattern for mark in title_marks}
        hits = tuple(
            self._hit(essay, passage, candidate.score, group.tier, in_title)
            for candidate, passage in zip(shown, loaded, strict=True)
        )
        return EssayHit(
            essay=essay,
            score=group.score,
            passages=hits,
            more=group.total - len(hits),
            title_pieces=light(essay.title, title_marks),
        )

    def _hit(
        self, essay: Essay, passage: Passage, score: float, tier: int, in_title: set[int]
    ) -> Hit:
        anywhere = self._for("any")
        found = marks(passage.text, essay.language, anywhere)
        below = self._for("any", "heading")
        heading_marks = [marks(heading, essay.language, below) for heading in passage.headings]
        minor = {
            number for number, word in enumerate(self._words) if essay.language in word.optional_in
        }
        missing: tuple[str, ...] = ()
        if tier:
            held = {anywhere[mark.pattern] for mark in found}
            held.update(below[mark.pattern] for spans in heading_marks for mark in spans)
            titles = self._for("any", "title")
            held.update(titles[number] for number in in_title)
            missing = tuple(
                word.pattern.label
                for word in self._words
                if essay.language not in word.optional_in and word.pattern not in held
            )
        return Hit(
            id=f"{essay.id}#{passage.anchor}",
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=passage.headings,
            text=passage.text,
            snippet=snippet(passage.text, found, minor=minor),
            missing=missing,
            score=score,
            heading_pieces=tuple(
                light(heading, spans)
                for heading, spans in zip(passage.headings, heading_marks, strict=True)
            ),
        )
