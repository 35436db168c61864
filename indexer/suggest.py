"""Completions of a query that is being typed: words, phrases, headings and titles of the essays.

Words come from the whole vocabulary. How they are spelled, which phrases they make and what
stands beside the words typed is told from samples: of the essays that rank highest, the best
passages. Headings and titles are looked up for the most frequent words that may be meant.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import NamedTuple
from unicodedata import category

from indexer.config import Settings
from indexer.engines.base import Engine
from indexer.folding import APOSTROPHES, fold
from indexer.marks import Marker
from indexer.model import Essay, Suggestion, SuggestionKind
from indexer.paths import exact_paths, is_optional, stem_paths
from indexer.plan import Alternative, Both, Pattern, Plan, PlanNode, Scope, Step, within
from indexer.planning import make_plan
from indexer.query import parse
from indexer.query_terms import QUOTATION_MARKS
from indexer.records import replace
from indexer.terms import width_of
from indexer.unfinished import Field, Unfinished, unfinished
from indexer.usage import Place, by_frequency, continuations, going_on, places, plain_form, spelling
from indexer.vocabulary import Sampled, Vocabulary, any_of, exactly, places_in, sample

# The samples: so many essays, so many passages of each.
_OF_CONTEXT = (20, 3)
_OF_HEADINGS = (20, 3)
_OF_TITLES = (30, 1)

_LONGEST_LINE = 100  # characters; longer headings and titles are not offered
# Words that stand for a beginning in a search of texts, and in how many passages they may be:
# what it costs grows with both.
_MOST_MEANT = 50
_MOST_PASSAGES = 30_000
_MOST_MEANT_IN_LINES = 60
_MOST_CONTEXT = 8  # words of those typed, that the sample is to have
_MOST_ANSWERS = 1_000  # that are remembered
_WITH_PHRASES = 3  # words whose phrases are offered before one is begun
# The end of a run of a script without spaces, in characters: the longest that is found counts.
_RUN_ENDS = (8, 4, 2)

_POSSESSIVE = re.compile(f"[{APOSTROPHES}][sS]$")
_QUOTES = re.compile(f"[{QUOTATION_MARKS}]+")


class _Line(NamedTuple):
    """A heading, a title or an author's name, and an essay that has it."""

    text: str
    kind: SuggestionKind
    essay: Essay


_FIELDS: dict[Field, tuple[SuggestionKind, Scope]] = {
    "title": ("title", "title"),
    "heading": ("heading", "heading"),
    "author": ("phrase", "author"),
}
# A suggestion that must find this essay, or just something.
_Candidate = tuple[Suggestion, Essay | None]


class _Beginning(Container[str]):
    """All that begins so."""

    def __init__(self, begun: str) -> None:
        self._begun = begun

    def __contains__(self, form: object) -> bool:
        return isinstance(form, str) and form.startswith(self._begun)


class Suggester:
    """Completes queries over one engine; remembers what it learned of the newest commit."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        # Of one commit; replaced together, since several threads may ask.
        self._known: tuple[Vocabulary, dict[tuple[str, int], tuple[Suggestion, ...]]] | None = None

    def suggest(self, text: str, limit: int) -> tuple[Suggestion, ...]:
        """Whole queries that go on from ``text``, best first, at most so many.

        Each finds something. Raises ``SearchTimeout``.
        """
        typed = unfinished(text)
        if typed is None or limit < 1:
            return ()
        known, revision = self._known, self._engine.revision()
        if known is None or known[0].revision != revision:
            known = self._known = Vocabulary(self._engine, revision), {}
        vocabulary, answers = known
        found = answers.get((text, limit))
        if found is None:
            completion = _Completion(self._engine, self._settings, vocabulary, typed)
            found = completion.best(limit)
            if len(answers) >= _MOST_ANSWERS:
                answers.clear()
            if len(text) <= _LONGEST_LINE:
                answers[text, limit] = found
        return found


class _Completion:
    """The completions of one text."""

    def __init__(
        self, engine: Engine, settings: Settings, vocabulary: Vocabulary, typed: Unfinished
    ) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._typed = typed
        self._max_expansions = settings.max_expansions
        self._deadline = time.monotonic() + settings.search_seconds
        self._kept = typed.text[: typed.start]

    def best(self, limit: int) -> tuple[Suggestion, ...]:
        """The best completions of all kinds."""
        field = self._typed.field
        seen = {_key(self._typed.text)}
        chosen: list[Suggestion] = []
        for suggestion, essay in self._of_field(field) if field else self._of_text(limit):
            key = _key(suggestion.text)
            if key not in seen and self._finds(suggestion.text, essay):
                chosen.append(suggestion)
                if len(chosen) == limit:
                    break
            seen.add(key)
        return tuple(chosen)

    def _of_text(self, limit: int) -> Iterator[_Candidate]:
        """All kinds, up to ``limit`` with a share for each; then the rest of them."""
        typed = self._typed
        begin, contain = self._lines() if typed.is_plain else ([], [])
        words: Iterator[_Candidate] = iter(())
        if typed.run:
            phrases = self._runs()
        else:
            beside = self._beside()
            phrases, words = self._phrases(beside), self._words(beside)
        part = max(1, limit * 3 // 8)
        few_begin, few_phrases = begin[:part], phrases[:part]
        few_contain = contain[: max(part - len(few_begin), 0)]
        rest = limit - len(few_begin) - len(few_phrases) - len(few_contain)
        few_words = list(islice(words, max(1, rest)))
        # Who has typed several words looks for what has them together.
        if typed.before:
            yield from chain(few_phrases, few_begin, few_words)
        else:
            yield from chain(few_words, few_phrases, few_begin)
        yield from chain(few_contain, words, phrases, begin, contain)

    def _completed(self, words: str, kind: SuggestionKind) -> _Candidate:
        """What was typed, with these words in place of the one begun."""
        return Suggestion(f"{self._kept}{words}{self._typed.closing}", kind), None

    # Searches

    def _finds(self, text: str, essay: Essay | None) -> bool:
        """Whether a search finds something, or finds this essay."""
        if essay is None and self._typed.is_plain and self._is_required(text[self._typed.start :]):
            return True  # a query of nothing but words finds whatever has one of them
        if essay is not None and parse(text).strict is None:
            return True  # it has every word
        plan = self._planned(text)
        if essay is not None:
            plan = within(plan, essay.id)
        return self._engine.search(plan, deadline=self._deadline).matched != "none"

    def _is_required(self, words: str) -> bool:
        """Whether one of these words is so common in no language that it need not be there."""
        languages = self._vocabulary.languages
        return any(
            not any(is_optional(word, language) for language in languages) for word in words.split()
        )

    def _planned(self, text: str) -> Plan:
        plan, _ = make_plan(
            parse(text),
            self._vocabulary.languages,
            self._engine,
            max_expansions=self._max_expansions,
            deadline=self._deadline,
        )
        return plan

    def _sample(
        self, plan: Plan, node: PlanNode | None, size: tuple[int, int] = _OF_CONTEXT
    ) -> list[Sampled]:
        """A sample of what a plan finds that has ``node``, too."""
        words = plan.words[-_MOST_CONTEXT:]
        parts = tuple(part for part in (plan.strict, node) if part is not None)
        strict = Both(parts) if len(parts) == 2 else next(iter(parts), None)
        return sample(self._engine, Plan(words=words, strict=strict), size, self._deadline)

    # Words and phrases

    def _beside(self) -> list[Place]:
        """Where, in a sample of passages with the words typed, one stands that may be meant; or
        the last of those typed, where no further one is begun."""
        typed = self._typed
        plan = self._planned(typed.text[: typed.item])
        telling = tuple(word for word in plan.words if not word.optional_in)
        node = self._item()
        quotes = bool(typed.closing and typed.before)
        if not (telling or plan.strict or quotes) or not (typed.begun or typed.before):
            return []
        sampled = self._sample(Plan(words=telling, strict=plan.strict), node)
        if typed.begun:
            return places_in(sampled, _Beginning(typed.begun), typed.before)
        return places_in(sampled, {typed.before[-1]}, typed.before[:-1])

    def _item(self) -> Pattern | None:
        """What a passage of that sample must have of the term or quotation that is being typed.

        Where the words that may be meant are so many or so frequent that searching them takes
        long, what stands beside the others finds the likely ones, too.
        """
        typed = self._typed
        step: Step = ()
        if typed.begun:
            meant = self._vocabulary.begun(typed.begun)
            if len(meant) <= _MOST_MEANT and sum(w.passages for w in meant) <= _MOST_PASSAGES:
                step = any_of(meant)
        if not typed.closing:
            return exactly(((step,),), typed.begun) if step else None
        quoted = typed.text[typed.quoted : typed.start]
        paths = exact_paths(quoted)
        if step:
            paths = tuple((*path, step) for path in paths) or ((step,),)
        return exactly(paths, quoted) if paths else None

    def _words(self, beside: Sequence[Place]) -> Iterator[_Candidate]:
        """Words that may be meant: those beside the words typed first, then the most frequent;
        very common ones last."""
        typed, vocabulary = self._typed, self._vocabulary
        # In a quotation only what stands there can follow: a phrase.
        if not typed.begun or (typed.closing and typed.before):
            return
        near: defaultdict[str, list[Place]] = defaultdict(list)
        for place in beside:
            near[place.form].append(place)
        words = {word.form: word for word in vocabulary.begun(typed.begun)}
        forms = sorted(near, key=lambda form: (-len({p.source for p in near[form]}), form))
        forms += (form for form in words if form not in near)
        forms.sort(key=vocabulary.common.__contains__)
        for form in vocabulary.one_of_each_stem(forms):
            if form == typed.begun:
                continue
            written = spelling(near.get(form, ()))
            # What is beside few words tells too little of a capital.
            if form in words and (not written or written[0].isupper()):
                written = vocabulary.usage(words[form], self._deadline).spelling
            if written:
                yield self._completed(_POSSESSIVE.sub("", written), "word")

    def _phrases(self, beside: Sequence[Place]) -> list[_Candidate]:
        """The words typed with those that follow them in the essays, where most of what was
        typed stands together first; none ends in a very common word."""
        typed, common = self._typed, self._vocabulary.common
        if not typed.before:
            alone = typed.begun and (typed.is_plain or typed.closing)
            return [self._completed(text, "phrase") for text in self._of_words()] if alone else []
        found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for place in beside:
            if not typed.begun:
                # Without the word typed, which stays as it is.
                text = place.phrase[len(place.written) :].lstrip()
            elif not place.depth:
                continue
            elif place.form in common or place.form == typed.begun:
                text = place.phrase
            else:
                text = place.written
            if text:
                found[place.depth].append((text, place.source))
        return [
            self._completed(text, "phrase")
            for depth in sorted(found, reverse=True)
            for text, _ in by_frequency(found[depth])
        ]

    def _of_words(self) -> Iterator[str]:
        """The commonest phrases of the word typed, and of the most frequent that may be meant."""
        common, begun = self._vocabulary.common, self._typed.begun
        words = [word for word in self._vocabulary.begun(begun) if word.form not in common]
        words.sort(key=lambda word: word.form != begun)
        for word in words[:_WITH_PHRASES]:
            yield from self._vocabulary.usage(word, self._deadline).phrases

    def _runs(self) -> list[_Candidate]:
        """How the essays go on from the end of what was typed, in a script without spaces."""
        typed = self._typed
        plan = self._planned(typed.text[: typed.item])
        plans = [plan, Plan(words=(), strict=plan.strict)] if plan.words else [plan]
        written = typed.text[typed.start :]
        for length in _RUN_ENDS:
            run = typed.run[-length:]
            end = "".join(run)
            for one in plans:
                sampled = self._sample(one, exactly(exact_paths(end), end))
                found = continuations(
                    following for each in sampled for following in going_on(each.passage.text, run)
                )
                if found:
                    return [self._completed(f"{written}{rest}", "phrase") for rest in found]
        return []

    # Headings, titles, names

    def _lines(self) -> tuple[list[_Candidate], list[_Candidate]]:
        """Headings and titles that begin with what was typed, and others that have every word
        of it and one that may be meant."""
        typed, vocabulary = self._typed, self._vocabulary
        patterns, telling = [], []
        for word in parse(self._kept).words:
            if paths := stem_paths(word.text, vocabulary.languages):
                patterns.append(Pattern(paths=paths, view="stem", label=word.text))
                if plain_form(word.text) not in vocabulary.common:
                    telling.append(patterns[-1])
        if typed.run:
            end = typed.text[typed.start :]
            patterns.append(exactly(exact_paths(end), end))
            telling.append(patterns[-1])
        elif typed.begun:
            meant = vocabulary.begun(typed.begun)[:_MOST_MEANT_IN_LINES]
            telling.append(exactly(((any_of(meant),),), typed.begun))
        markers: dict[str, Marker] = {}

        def fits(line: _Line) -> bool:
            language = line.essay.language
            if language not in markers:
                markers[language] = Marker(patterns, language)
            marked = {mark.pattern for mark in markers[language].marks(line.text)}
            if not typed.begun or len(marked) < len(patterns):
                return len(marked) == len(patterns)
            here = places(line.text, language, _Beginning(typed.begun), (), 0)
            return next(here, None) is not None

        nothing = Plan(words=(), strict=None)
        titles, headings = (
            filter(fits, self._lines_of(scope, telling or patterns, nothing))
            for scope in ("title", "heading")
        )
        begin: list[_Candidate] = []
        contain: list[_Candidate] = []
        for line in filter(None, chain.from_iterable(zip_longest(titles, headings))):
            starts = _key(line.text).startswith(_key(typed.text))
            (begin if starts else contain).append((Suggestion(line.text, line.kind), line.essay))
        return begin, contain

    def _lines_of(self, field: Field, patterns: Sequence[Pattern], plan: Plan) -> list[_Line]:
        """Lines of a sample of what a plan finds that has all patterns in this field."""
        if not patterns:
            return []
        kind, scope = _FIELDS[field]
        node = Both(tuple(replace(pattern, scope=scope) for pattern in patterns))
        lines: dict[str, _Line] = {}
        for one in self._sample(plan, node, _OF_HEADINGS if field == "heading" else _OF_TITLES):
            found = {
                "title": (one.essay.title,), "heading": one.passage.headings,
                "author": one.essay.authors,
            }[field]  # fmt: skip
            for text in found:
                # What ends so is no title, but the first words of an essay without one.
                if len(text) <= _LONGEST_LINE and not text.endswith("…"):
                    text = " ".join(text.split())
                    lines.setdefault(text, _Line(text, kind, one.essay))
        return list(lines.values())

    def _of_field(self, field: Field) -> Iterator[_Candidate]:
        """What a field may be asked for: a word of it, or the whole of it in quotation marks."""
        typed = self._typed
        if field == "author":
            found = self._engine.vocabulary(typed.begun, "author")
            step = tuple(Alternative(term, width_of(term)) for term, _ in found)
        else:
            step = any_of(self._vocabulary.begun(typed.begun))
        step = step[:_MOST_MEANT_IN_LINES]
        quoted = typed.text[typed.quoted : typed.start] if typed.closing else ""
        paths = tuple((*path, step) for path in exact_paths(quoted)) or ((step,),)
        plan = self._planned(typed.text[: typed.item])
        lines: list[_Line] = []
        near: defaultdict[str, list[Place]] = defaultdict(list)
        for number, line in enumerate(self._lines_of(field, [exactly(paths, typed.text)], plan)):
            language = line.essay.language
            here = places(line.text, language, _Beginning(typed.begun), typed.before, number)
            for place in here:
                if place.depth == len(typed.before):
                    near[place.form].append(place)
                    lines.append(line)
        field_end = typed.text.index(":", typed.item) + 1
        opened = typed.text[:field_end]
        words = sorted(near, key=lambda form: (-len(near[form]), form))
        written = [word for form in words if (word := spelling(near[form]))]
        if not typed.closing:
            yield from (self._completed(word, "word") for word in written[:_WITH_PHRASES])
        for line in lines:
            text = " ".join(_QUOTES.sub(" ", line.text).split())
            yield Suggestion(f'{opened}"{text}"', line.kind), None
        if not typed.closing:
            yield from (self._completed(word, "word") for word in written[_WITH_PHRASES:])


def _key(text: str) -> str:
    """The same for texts that differ in nothing but what makes no difference to a search."""
    return " ".join(
        "".join(c if c.isalnum() or category(c)[0] == "M" else " " for c in fold(text)).split()
    )
