"""Where patterns stand in a passage that was fetched, from its stored tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from indexer.analysis import postings
from indexer.engines.opensearch_schema import GAP, encoded
from indexer.matching import occurrences
from indexer.plan import Pattern

_Places = dict[str, list[int]]


class Positions:
    """The positions of terms in one text of ``language``.

    ``tokens`` are its stems, position by position; lines of them are texts a gap apart.
    ``texts`` gives the texts themselves, for the exact view, which is rarely asked for.
    """

    def __init__(self, tokens: str, language: str, texts: Callable[[], Sequence[str]]) -> None:
        self._tokens = tokens
        self._language = language
        self._texts = texts
        self._stems: _Places | None = None
        self._exact: Mapping[str, Sequence[int]] | None = None

    def occurrences(self, pattern: Pattern) -> Sequence[tuple[int, int]]:
        """Where a pattern occurs, as (first position, position after the last), ascending."""
        if pattern.view == "exact":
            if self._exact is None:
                self._exact = _exact(self._texts())
            found = self._exact
            return occurrences(pattern, lambda term: found.get(term, ()))
        if pattern.slop is None and all(len(path) == 1 for path in pattern.paths):
            # The common case, written out.
            held = {
                (position, position + alternative.advance)
                for path in pattern.paths
                for alternative in path[0]
                for position in self._of_stem(alternative.term)
            }
            return sorted(held)
        return occurrences(pattern, self._of_stem)

    def _of_stem(self, term: str) -> Sequence[int]:
        language, _, stem = term.partition(":")
        if language != self._language:
            return ()
        token = encoded(stem)
        if token not in self._tokens:
            return ()
        if self._stems is None:
            self._stems = _stems(self._tokens)
        return self._stems.get(token, ())


def _stems(tokens: str) -> _Places:
    found: _Places = {}
    base = 0
    for line in tokens.split("\n"):
        stacks = line.split(" ") if line else []
        for position, stack in enumerate(stacks, base):
            for token in stack.split("|") if "|" in stack else (stack,):
                if token in found:
                    found[token].append(position)
                else:
                    found[token] = [position]
        base += len(stacks) + GAP
    return found


def _exact(texts: Sequence[str]) -> Mapping[str, list[int]]:
    found: _Places = {}
    base = 0
    for text in texts:
        part = postings(text, "")
        for term, positions in part.exact.items():
            found.setdefault(term, []).extend(base + position for position in positions)
        base += part.length + GAP
    return found
