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
    from indexer.plan import Pattern, Plan


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

    def results(self, groups: Sequence[Group], passages: int) -> tuple[EssayHit, ...]:
        """One result for each group, with at most so many passages."""
        essays = self._matches.essays_of([group.essay_ref for group in groups])
        lamps = [self._lamps_of(essay.language) for essay in essays]
        shown = [group.passages[:passages] for group in groups]
        loaded = self._matches.passages_of([one.ref for of_group in shown for one in of_group])
        owners = [of_essay for of_essay, some in zip(lamps, shown, strict=True) for _ in some]
        # One kind of work after the other: a processor is quicker at what it has just done.
        found = [self._marks(one, owner) for one, owner in zip(loaded, owners, strict=True)]
        snippets = [snippet(one.text, marks) for one, marks in zip(loaded, found, strict=True)]
        parts = zip(loaded, found, snippets, strict=True)
        return tuple(
            [
                self._essay_hit(
                    group, essay, of_essay, [(one.score, *next(parts)) for one in of_group]
                )
                for group, essay, of_essay, of_group in zip(
                    groups, essays, lamps, shown, strict=True
                )
            ]
        )

    def title(self, essay: Essay, *, is_hit: bool) -> tuple[Piece, ...]:
        """An essay's title, lit where the essay is a hit."""
        found = self._lamps_of(essay.language).title.marks(essay.title) if is_hit else []
        return light(essay.title, found)

    def _marks(self, passage: Passage, lamps: _Lamps) -> list[Mark]:
        check_clock(self._deadline)
        return lamps.text.marks(passage.text)

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
        heading_pieces = tuple([light(heading, []) for heading in passage.headings])
        if is_hit:
            lamps = self._lamps_of(essay.language)
            found = self._marks(passage, lamps)
            heading_pieces = tuple([lamps.lit_heading(h)[1] for h in passage.headings])
        return ReadPassage(
            anchor=passage.anchor,
            ordinal=passage.ordinal,
            headings=passage.headings,
            kind=passage.kind,
            text=passage.text,
            is_hit=is_hit,
            pieces=light(passage.text, found),
            heading_pieces=heading_pieces,
        )

    def _essay_hit(
        self,
        group: Group,
        essay: Essay,
        lamps: _Lamps,
        parts: Sequence[tuple[float, Passage, list[Mark], tuple[Piece, ...]]],
    ) -> EssayHit:
        """A hit, given of each passage its score, itself, its marks and its snippet."""
        title_marks = lamps.title.marks(essay.title)
        hits: list[Hit] = []
        for score, passage, marks, pieces in parts:
            headings = [lamps.lit_heading(heading) for heading in passage.headings]
            missing: tuple[str, ...] = ()
            if group.tier:
                held = lamps.text.lit(marks) | lamps.title.lit(title_marks)
                held.update(*[lamps.heading.lit(found) for found, _ in headings])
                missing = tuple(dict.fromkeys([w.label for w in lamps.words if w not in held]))
            hit = Hit(
                id=f"{essay.id}#{passage.anchor}",
                anchor=passage.anchor,
                ordinal=passage.ordinal,
                headings=passage.headings,
                text=passage.text,
                snippet=pieces,
                missing=missing,
                score=score,
                heading_pieces=tuple([lit for _, lit in headings]),
            )
            hits.append(hit)
        return EssayHit(
            essay=essay,
            score=group.score,
            passages=tuple(hits),
            more=group.total - len(hits),
            title_pieces=light(essay.title, title_marks),
        )


class _Lamps:
    """What lights up in essays of one language, and the plain words among that."""

    def __init__(self, words: Sequence[Pattern], others: Sequence[Pattern], language: str) -> None:
        self.words = words
        patterns = [*words, *others]
        self.text = _Lamp([one for one in patterns if one.scope == "any"], language)
        self.heading, self.title = (
            _Lamp([one for one in patterns if one.scope in ("any", scope)], language)
            if any(one.scope == scope for one in patterns)
            else self.text
            for scope in ("heading", "title")
        )
        # Passages share headings.
        self._headings: dict[str, tuple[list[Mark], tuple[Piece, ...]]] = {}

    def lit_heading(self, heading: str) -> tuple[list[Mark], tuple[Piece, ...]]:
        """The marks of a heading, and it lit."""
        found = self._headings.get(heading)
        if found is None:
            marks = self.heading.marks(heading)
            found = self._headings[heading] = marks, light(heading, marks)
        return found


class _Lamp:
    """The patterns that light up in one part of an essay."""

    def __init__(self, patterns: Sequence[Pattern], language: str) -> None:
        self._patterns = patterns
        self._marker = Marker(patterns, language)
        self.marks = self._marker.marks
        """Where they do in a text."""

    def lit(self, marks: Sequence[Mark]) -> set[Pattern]:
        """The patterns that have a mark."""
        return {self._patterns[mark.pattern] for mark in marks}
