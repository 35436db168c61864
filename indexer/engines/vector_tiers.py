"""The tiers of a search as flags for each essay, and the passages that make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines import whoosh_fields as fields
from indexer.engines.tiers import required
from indexer.engines.vector_arrays import Arrays
from indexer.engines.vector_numbers import Array, numbers_of
from indexer.engines.vector_parts import Part, meeting, within
from indexer.engines.vector_weighing import Weighed
from indexer.plan import (
    Below,
    Both,
    Dated,
    Either,
    InLanguage,
    OfEssay,
    Pattern,
    Plan,
    PlanNode,
    Without,
)

Weigh = Callable[[Pattern], Weighed]


class Strict:
    """The passages that the strict part of a plan leaves, as a flag for each document."""

    def __init__(self, arrays: Arrays, weigh: Weigh, check_clock: Callable[[], None]) -> None:
        self._arrays = arrays
        self._weigh = weigh
        self._check_clock = check_clock

    def flags(self, node: PlanNode) -> Array:
        """A flag for each document."""
        self._check_clock()
        match node:
            case Pattern():
                flags = np.zeros(self._arrays.size, np.bool_)
                for of_language in self._weigh(node).parts:
                    flags[of_language.documents] = True
                return flags
            case Both(parts):
                found: Array | None = None
                parts = tuple(dict.fromkeys(parts))
                # What is without something is taken from the rest.
                for part in sorted(parts, key=lambda part: isinstance(part, Without)):
                    if isinstance(part, Without):
                        found = self._everything() if found is None else found
                        found &= ~self.flags(part.part)
                    else:
                        found = self.flags(part) if found is None else found & self.flags(part)
                return self._everything() if found is None else found
            case Either(parts):
                either = np.zeros(self._arrays.size, np.bool_)
                for part in parts:
                    either |= self.flags(part)
                return either
            case Without(part):
                return self._everything() & ~self.flags(part)
            case _:
                flags = np.zeros(self._arrays.size, np.bool_)
                flags[self._arrays.passages_of(self._filtered(node))] = True
                return flags

    def _everything(self) -> Array:
        flags = np.zeros(self._arrays.size, np.bool_)
        flags[self._arrays.passages_of(np.arange(len(self._arrays.essays)))] = True
        return flags

    def _filtered(self, node: InLanguage | Below | OfEssay | Dated) -> Array:
        """Places of the essays that a filter lets through."""
        arrays = self._arrays
        if isinstance(node, InLanguage):
            return arrays.place_of[arrays.documents(fields.LANGUAGE, node.language)]
        if isinstance(node, Below):
            return arrays.place_of[arrays.documents(fields.PLACE, node.place)]
        if isinstance(node, OfEssay):
            place = arrays.snapshot.place_of(node.essay_id)
            return np.array([] if place is None else [place], np.intp)
        start, end = node.start or "", node.end or "\uffff"
        days = arrays.snapshot.sort_keys(fields.SORT_DAY)
        return np.array(
            [place for place, key in enumerate(days) if key and start <= key.decode() < end],
            np.intp,
        )


class Tier(NamedTuple):
    """Essays of a tier as flags, and their passages: a list of documents, or those that any of
    some parts has in them; all that the parts have, which share none, where it is ``whole``."""

    essays: Array
    size: int
    documents: Array | None
    parts: tuple[Part, ...]
    whole: bool = False

    def passages(self, arrays: Arrays) -> int:
        """How many passages there are."""
        if self.documents is not None:
            return len(self.documents)
        if self.whole:
            return sum(part.size for part in self.parts)
        flags = np.zeros(arrays.size, np.bool_)
        for part in self.parts:
            documents = part.documents
            flags[documents[self.essays.take(arrays.place_of.take(documents))]] = True
        return int(np.count_nonzero(flags))


def tiers_of(
    plan: Plan,
    languages: Iterable[str],
    arrays: Arrays,
    weigh: Weigh,
    check_clock: Callable[[], None],
) -> tuple[Tier, ...]:
    """The three tiers of a plan, in a library of these languages."""
    none = np.zeros(len(arrays.essays), np.bool_)
    empty = Tier(none, 0, np.empty(0, np.int32), ())
    if not plan.words and plan.strict is None:
        return empty, empty, empty
    alone = _alone(plan)
    if alone is not None:
        whole = weigh(alone).parts
        essays = _holders(len(none), whole)
        return Tier(essays, int(np.count_nonzero(essays)), None, whole, True), empty, empty
    flags = None
    if plan.strict is not None:
        flags = Strict(arrays, weigh, check_clock).flags(plan.strict)
    if not plan.words:
        assert flags is not None
        documents = numbers_of(flags)
        essays = _owners(arrays, documents)
        return Tier(essays, int(np.count_nonzero(essays)), documents, ()), empty, empty
    known: dict[Part, Part] = {}

    def left(parts: Sequence[Part]) -> Sequence[Part]:
        if flags is None:
            return parts
        for part in parts:
            if part not in known:
                known[part] = within(arrays, part, flags)
        return [known[part] for part in parts if known[part].size]

    every, with_every = [], none.copy()
    together, beyond = none.copy(), none.copy()
    first: list[Part] = []
    second: list[Part] = []
    for needed, spoken in required(plan.words, languages):
        check_clock()
        words = [left(weigh(word.pattern).spoken(spoken)) for word in needed]
        others = [
            part
            for word in needed
            for own in word.parts
            for part in left(weigh(own).spoken(spoken))
        ]
        found = _with_all(arrays, words)
        every.append(found)
        own = _owners(arrays, found)
        with_every |= own
        if len(words) == 1 and not others:
            continue
        all_of, any_of = ~own, _holders(len(none), others)
        for parts in words:
            holders = _holders(len(none), parts)
            all_of = all_of & holders
            any_of = any_of | holders
        together |= all_of
        beyond |= any_of & ~all_of & ~own
        of_words = [part for parts in words for part in parts]
        first += of_words
        second += [*of_words, *others]
    documents = arrays.union(every)
    return (
        Tier(with_every, int(np.count_nonzero(with_every)), documents, ()),
        Tier(together, int(np.count_nonzero(together)), None, tuple(first)),
        Tier(beyond, int(np.count_nonzero(beyond)), None, tuple(second)),
    )


def _alone(plan: Plan) -> Pattern | None:
    """The one pattern that a plan is of, if it is of one."""
    if not plan.words:
        return plan.strict if isinstance(plan.strict, Pattern) else None
    if plan.strict is None and len(plan.words) == 1 and not plan.words[0].parts:
        return plan.words[0].pattern
    return None


def _owners(arrays: Arrays, documents: Array) -> Array:
    """The essays of passages, as flags."""
    flags = np.zeros(len(arrays.essays), np.bool_)
    flags[arrays.place_of.take(documents)] = True
    return flags


def _holders(essays: int, parts: Sequence[Part]) -> Array:
    """The essays that any of some parts is in, as flags; not to be changed."""
    if len(parts) == 1:
        return parts[0].flags
    flags = np.zeros(essays, np.bool_)
    for part in parts:
        flags |= part.flags
    return flags


def _with_all(arrays: Arrays, words: Sequence[Sequence[Part]]) -> Array:
    """The passages with every word."""
    if len(words) == 1:
        return arrays.union([part.documents for part in words[0]])
    spoken = [{part.language: part for part in parts} for parts in words]
    if any("" in parts for parts in spoken):
        # Words of no language are met with in any.
        flags = np.ones(arrays.size, np.bool_)
        for own in words:
            flags &= arrays.mask_of(arrays.union([part.documents for part in own]))
        return numbers_of(flags)
    common = set.intersection(*map(set, spoken))
    return arrays.union(
        [meeting(arrays, [parts[language] for parts in spoken]) for language in common]
    )
