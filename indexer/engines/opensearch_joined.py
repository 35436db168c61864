"""Which joined forms of compounds an index has.

A quotation may have any two of its words joined in a text, and hardly any of these forms is
there: to ask first saves clauses, of which a cluster takes some hundred in a query.
"""

from __future__ import annotations

from collections.abc import Iterable

from indexer.engines.opensearch_schema import key_of
from indexer.engines.opensearch_snapshot import Body, Snapshot
from indexer.plan import Pattern, Scope
from indexer.terms import width_of


class Joined:
    """The joined forms of patterns, as far as they were asked for."""

    def __init__(self, snapshot: Snapshot, deadline: float) -> None:
        self._snapshot = snapshot
        self._deadline = deadline
        self._missing: set[tuple[str, str]] = set()

    def learn(self, patterns: Iterable[Pattern]) -> None:
        """Asks for the joined forms of some patterns, all at once."""
        asked = sorted(set().union(*map(_joined, patterns)))
        known = {place: self._snapshot.known(("exists", place)) for place in asked}
        new = [place for place in asked if known[place] is None]
        bodies: list[Body] = [
            {"size": 0, "terminate_after": 1, "query": {"term": {field: key_of(term)}}}
            for field, term in new
        ]
        answers = self._snapshot.searches(bodies, deadline=self._deadline)
        for place, answer in zip(new, answers, strict=True):
            known[place] = answer["hits"]["total"]["value"] > 0
            self._snapshot.remember(("exists", place), known[place])
        self._missing.update(place for place in asked if not known[place])

    def exists(self, term: str, scope: Scope) -> bool:
        """Whether a term may be there; all are that were not asked for."""
        return (_field(scope), term) not in self._missing


def _joined(pattern: Pattern) -> set[tuple[str, str]]:
    """The joined forms that stand beside others, each with the field it may be in."""
    if pattern.view != "exact":
        return set()
    return {
        (_field(pattern.scope), alternative.term)
        for path in pattern.paths
        if len(path) > 1
        for step in path
        for alternative in step
        if width_of(alternative.term) > 1
    }


def _field(scope: Scope) -> str:
    return "names" if scope == "author" else "terms"
