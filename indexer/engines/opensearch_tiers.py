"""The tiers of a plan as queries of the cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from indexer.engines.opensearch_queries import (
    NOTHING,
    Exists,
    Query,
    any_of,
    every,
    in_languages,
    of_essays,
    passages_of,
    passages_with,
    without,
)
from indexer.engines.tiers import required
from indexer.plan import PlainWord, Plan


class Tier(NamedTuple):
    """A tier as queries: on its essays, and on the passages that it shows of them."""

    essays: Query
    passages: Query


_EMPTY = Tier(NOTHING, NOTHING)


def tiers_of(plan: Plan, languages: Iterable[str], exists: Exists) -> tuple[Tier, Tier, Tier]:
    """The tiers of a plan in a library of these languages."""
    universe = passages_of(plan.strict, exists)
    if not plan.words:
        if plan.strict is None:
            return _EMPTY, _EMPTY, _EMPTY
        return Tier(of_essays(universe), universe), _EMPTY, _EMPTY
    found = [
        _of_words(words, [universe] if spoken is None else [universe, in_languages(spoken)], exists)
        for words, spoken in required(plan.words, languages)
    ]
    first, second, third = (
        Tier(any_of(tier.essays for tier in same), any_of(tier.passages for tier in same))
        for same in zip(*found, strict=True)
    )
    return first, second, third


def _of_words(
    required_words: tuple[PlainWord, ...], limits: list[Query], exists: Exists
) -> tuple[Tier, Tier, Tier]:
    """The tiers where just these words are required, among the passages within all limits."""
    words = [passages_with(word.pattern, exists) for word in required_words]
    parts = [passages_with(part, exists) for word in required_words for part in word.parts]
    first = second = third = _EMPTY
    if NOTHING not in words:
        with_all = every([*limits, *words])
        first = Tier(of_essays(with_all), with_all)
        if len(words) > 1:
            together = without(
                every(of_essays(every([*limits, word])) for word in words), first.essays
            )
            second = Tier(together, every([*limits, any_of(words)]))
    anything = any_of([*words, *parts])
    if anything != NOTHING and (len(words) > 1 or parts):
        with_any = every([*limits, anything])
        others = [tier.essays for tier in (first, second) if tier.essays != NOTHING]
        third = Tier(without(of_essays(with_any), *others), with_any)
    return first, second, third
