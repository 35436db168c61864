"""Groups into the hits that people see: passages loaded, words lit, gaps named."""

from __future__ import annotations

from indexer.deadline import check_clock
from indexer.marks import Marker
from indexer.model import EssayHit, Hit, ReadPassage
from indexer.plan import patterns_in
from indexer.snippets import light, snippet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.engines.base import Group, Matches
    from indexer.marks import Mark
    from indexer.model import Essay, Passage, Piece
    from indexer.plan import Pattern, Plan, Scope


class Presenter:
    """Makes hits of one search's groups, until a ``time.monotonic`` instant (``SearchTimeout``)."""

    def __init__(self, matches: Matches, plan: Plan, deadline: float) -> None:
        self._matches = matches
        self._deadline = deadline
        self._words = plan.words
        self._others = [
            *(part for word in plan.words for part in word.parts),
            *patterns_in(plan.strict),
        ]
        self._lamps: dict[str, _Lamps] = {}
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
        found = self._lamps_of(essay.language).title.marks(essay.title) if is_hit else []
        return light(essay.title, found)

    def _lamps_of(self, language: str) -> _Lamps:
        """What lights up in a language: all but the plain words that need not be there, unless
        the query has no others."""
        found = self._lamps.get(language)
        if found is None:
            required = [word for word in self._words if language not in word.optional_in]
            words = [word.pattern for word in required or self._words]
            found = self._lamps[language] = _Lamps(words, self._others, language)
        return found

    def passage(self, essay: Essay, passage: Passage, *, is_hit: bool) -> ReadPassage:
        """A whole passage, lit as in a snippet where it is a hit, and not at all elsewhere."""
        found: list[Mark] = []
        in_headings: list[list[Mark]] = [[] for _ in passage.headings]
        if is_hit:
            check_clock(self._deadline)
            lamps = self._lamps_of(essay.language)
            found = lamps.text.marks(passage.text)
            in_headings = [self._heading_marks(h, lamps) for h in passage.headings]
        return ReadPassage(
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=passage.headings,
            kind=passage.kind,
            text=passage.text,
            is_hit=is_hit,
            pieces=light(passage.text, found),
            heading_pieces=_lit_each(passage.headings, in_headings),
        )

    def _essay_hit(self, group: Group, essay: Essay, passages: int) -> EssayHit:
        shown = group.passages[:passages]
        loaded = self._matches.passages_of([candidate.ref for candidate in shown])
        lamps = self._lamps_of(essay.language)
        title_marks = lamps.title.marks(essay.title)
        in_title = lamps.title.lit(title_marks)
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

    def _heading_marks(self, heading: str, lamps: _Lamps) -> list[Mark]:
        key = (heading, lamps.language)
        if key not in self._known:
            self._known[key] = lamps.heading.marks(heading)
        return self._known[key]

    def _hit(
        self, essay: Essay, passage: Passage, score: float, tier: int, in_title: set[Pattern]
    ) -> Hit:
        check_clock(self._deadline)
        lamps = self._lamps_of(essay.language)
        found = lamps.text.marks(passage.text)
        in_headings = [self._heading_marks(h, lamps) for h in passage.headings]
        missing: tuple[str, ...] = ()
        if tier:
            held = lamps.text.lit(found) | in_title
            for heading_marks in in_headings:
                held |= lamps.heading.lit(heading_marks)
            missing = tuple(word.label for word in lamps.words if word not in held)
        return Hit(
            id=f"{essay.id}#{passage.anchor}",
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=passage.headings,
            text=passage.text,
            snippet=snippet(passage.text, found),
            missing=missing,
            score=score,
            heading_pieces=_lit_each(passage.headings, in_headings),
        )


def _lit_each(
    headings: Sequence[str], found: Sequence[Sequence[Mark]]
) -> tuple[tuple[Piece, ...], ...]:
    return tuple(light(text, marks) for text, marks in zip(headings, found, strict=True))


class _Lamps:
    """What lights up in essays of one language, and the plain words among that."""

    def __init__(self, words: Sequence[Pattern], others: Sequence[Pattern], language: str) -> None:
        self.words = words
        self.language = language
        patterns = [*words, *others]
        self.text = _Lamp(patterns, language, "any")
        self.heading = _Lamp(patterns, language, "any", "heading")
        self.title = _Lamp(patterns, language, "any", "title")


class _Lamp:
    """The patterns that light up in one part of an essay."""

    def __init__(self, patterns: Sequence[Pattern], language: str, *scopes: Scope) -> None:
        self._patterns = [pattern for pattern in patterns if pattern.scope in scopes]
        self._marker = Marker(self._patterns, language)

    def marks(self, text: str) -> list[Mark]:
        """Where they do."""
        return self._marker.marks(text)

    def lit(self, marks: Sequence[Mark]) -> set[Pattern]:
        """The patterns that have a mark."""
        return {self._patterns[mark.pattern] for mark in marks}
