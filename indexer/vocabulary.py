"""The words of one commit: which begin so, how the essays spell them and go on from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from heapq import nsmallest
from typing import NamedTuple

from indexer.engines.base import Engine
from indexer.languages import stopwords
from indexer.model import Essay, Passage
from indexer.paths import stem_paths
from indexer.plan import Alternative, Path, Pattern, Plan, Scope, Step
from indexer.terms import form_of, width_of
from indexer.usage import Place, by_frequency, places, plain_form, spelling

# Of the sample that tells of a word: essays, and passages of each.
_OF_WORD = (12, 2)
# Letters up to which a beginning has so many words that the best of them are remembered.
_SHORT = 2
_CONSIDERED = 200  # the most frequent words with a beginning; none beyond is offered
_LONGEST = 40  # letters; longer ones are addresses and the like
_MOST_REMEMBERED = 5_000  # words
# A phrase that nobody has begun to type is worth offering when the sample has it so many times,
# and in so large a share of the places of its word.
_RECURS = 2
_SHARE = 0.1
# Share of the essays in a language from which its very common words are so to the library.
_SPOKEN = 0.1


class Word(NamedTuple):
    """A word: the exact terms it is indexed as, and about how many passages have it."""

    form: str
    terms: tuple[str, ...]
    passages: int


class Usage(NamedTuple):
    """How the essays spell a word (``None`` where none has it), and the commonest phrases that
    begin with it."""

    spelling: str | None
    phrases: tuple[str, ...]


class Sampled(NamedTuple):
    """A passage of a sample, with its essay."""

    essay_ref: int
    essay: Essay
    passage: Passage


class Vocabulary:
    """The words of an engine's newest commit; what was learned of them is remembered.

    ``languages`` are those of the essays, the commonest first; ``common`` the very common words
    of those that many essays are in, as :func:`indexer.usage.plain_form` gives them.
    """

    def __init__(self, engine: Engine, revision: str) -> None:
        counts = engine.languages()
        self.revision = revision
        self.languages = tuple(sorted(counts, key=lambda code: (-counts[code], code)))
        spoken = [code for code, n in counts.items() if n >= _SPOKEN * sum(counts.values())]
        self.common = frozenset(plain_form(word) for code in spoken for word in stopwords(code))
        self._engine = engine
        self._begun: dict[str, list[Word]] = {}
        self._usage: dict[str, Usage] = {}

    def begun(self, beginning: str) -> list[Word]:
        """The most frequent words that begin so, the very common ones last."""
        known = self._begun.get(beginning)
        if known is not None:
            return known
        terms: defaultdict[str, list[str]] = defaultdict(list)
        counts: Counter[str] = Counter()
        for term, count in self._engine.vocabulary(beginning, "any"):
            form = form_of(term)
            terms[form].append(term)
            counts[form] += count
        best = nsmallest(
            _CONSIDERED,
            (form for form in counts if len(form) <= _LONGEST),
            key=lambda form: (form in self.common, -counts[form], form),
        )
        found = [Word(form, tuple(terms[form]), counts[form]) for form in best]
        # Those that no word has are without number.
        if found and len(beginning) <= _SHORT:
            self._begun[beginning] = found
        return found

    def one_of_each_stem(self, forms: Iterable[str]) -> Iterator[str]:
        """The same words, those that a search takes for one before them put last."""
        seen, late = set(), []
        for form in forms:
            stem = stem_paths(form, self.languages[:1])[:1]
            if stem in seen:
                late.append(form)
            else:
                seen.add(stem)
                yield form
        yield from late

    def usage(self, word: Word, deadline: float) -> Usage:
        """How the essays write a word; ``SearchTimeout`` after ``deadline``."""
        known = self._usage.get(word.form)
        if known is None:
            if len(self._usage) >= _MOST_REMEMBERED:
                self._usage.clear()
            known = self._usage[word.form] = self._learn(word, deadline)
        return known

    def _learn(self, word: Word, deadline: float) -> Usage:
        plan = Plan(words=(), strict=exactly(((any_of([word]),),), word.form))
        sampled = sample(self._engine, plan, _OF_WORD, deadline)
        found = places_in(sampled, {word.form})
        least = max(_RECURS, _SHARE * len(found))
        phrases = by_frequency((place.phrase, place.source) for place in found if place.phrase)
        return Usage(spelling(found), tuple(phrase for phrase, n in phrases if n >= least))


def sample(engine: Engine, plan: Plan, size: tuple[int, int], deadline: float) -> list[Sampled]:
    """The best passages of the essays that rank highest; ``size`` is how many essays, and how
    many passages of each."""
    essays, passages = size
    matches = engine.search(plan, per_essay=passages, deadline=deadline)
    groups = matches.groups(0, essays)
    known = matches.essays_of([group.essay_ref for group in groups])
    return [
        Sampled(group.essay_ref, essay, passage)
        for group, essay in zip(groups, known, strict=True)
        for passage in matches.passages_of([candidate.ref for candidate in group.passages])
    ]


def places_in(
    sampled: Sequence[Sampled], forms: Container[str], before: Sequence[str] = ()
) -> list[Place]:
    """Where words stand in the texts of a sample, or if nowhere there, in its headings and
    titles; see :func:`indexer.usage.places`."""
    found = [
        place
        for one in sampled
        for place in places(one.passage.text, one.essay.language, forms, before, one.essay_ref)
    ]
    if found:
        return found
    lines = {line: one for one in sampled for line in (*one.passage.headings, one.essay.title)}
    return [
        place
        for line, one in lines.items()
        for place in places(line, one.essay.language, forms, before, one.essay_ref)
    ]


def any_of(words: Iterable[Word]) -> Step:
    """A step of a path at which any of these words may stand."""
    return tuple(Alternative(term, width_of(term)) for word in words for term in word.terms)


def exactly(paths: tuple[Path, ...], label: str, scope: Scope = "any") -> Pattern:
    """Words as they are, not their stems."""
    return Pattern(paths=paths, view="exact", scope=scope, label=label)
