"""Where patterns stand in a passage that was fetched, from its stored tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from indexer.analysis import postings
from indexer.engines.opensearch_schema import GAP, encoded
from indexer.matching import occurrences
from indexer.plan import Pattern


class Positions:
    """The positions of terms in one text of ``language``.

    ``tokens`` are its stems, position by position; lines of them are texts a gap apart.
    ``texts`` gives the texts themselves, for the exact view, which is rarely asked for.
    """

    def __init__(self, tokens: str, language: str, texts: Callable[[], Sequence[str]]) -> None:
        self._tokens = tokens
        self._language = language
        self._texts = texts
        self._exact: Mapping[str, Sequence[int]] | None = None

    def occurrences(self, pattern: Pattern) -> Sequence[tuple[int, int]]:
        """Where a pattern occurs, as (first position, position after the last), ascending."""
        if pattern.view == "exact":
            if self._exact is None:
                self._exact = _exact(self._texts())
            exact = self._exact
            return occurrences(pattern, lambda term: exact.get(term, ()))
        singles = _singles(pattern, self._language)
        if singles is None:
            return occurrences(pattern, self._of_stem)
        found = [
            (position, position + advance)
            for token, advance in singles
            if token in self._tokens
            for position in _places(self._tokens, token)
        ]
        return found if len(singles) == 1 else sorted(set(found))

    def has(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs."""
        singles = _singles(pattern, self._language) if pattern.view == "stem" else None
        if singles is None:
            return bool(self.occurrences(pattern))
        tokens = self._tokens
        return any(token in tokens and bool(_places(tokens, token)) for token, _ in singles)

    def _of_stem(self, term: str) -> Sequence[int]:
        language, _, stem = term.partition(":")
        return _places(self._tokens, encoded(stem)) if language == self._language else ()


@lru_cache(maxsize=1_000)
def _singles(pattern: Pattern, language: str) -> tuple[tuple[str, int], ...] | None:
    """The tokens of a language that are a pattern's, each with how many positions it takes up;
    ``None`` where the pattern takes several in a row."""
    if pattern.slop is not None or any(len(path) != 1 for path in pattern.paths):
        return None
    mark = f"{language}:"
    found = (
        (encoded(alternative.term.removeprefix(mark)), alternative.advance)
        for path in pattern.paths
        for alternative in path[0]
        if alternative.term.startswith(mark)
    )
    return tuple(dict.fromkeys(found))


def _places(tokens: str, token: str) -> list[int]:
    """The positions of a token. Looking for it is much faster than taking all of them apart."""
    found: list[int] = []
    if token not in tokens:
        return found
    base = 0
    length = len(token)
    for line in tokens.split("\n"):
        position = base
        counted = 0
        last = len(line)
        begin = line.find(token)
        while begin >= 0:
            end = begin + length
            if (not begin or line[begin - 1] in " |") and (end == last or line[end] in " |"):
                position += line.count(" ", counted, begin)
                counted = begin
                found.append(position)
            begin = line.find(token, end)
        base += line.count(" ") + bool(line) + GAP
    return found


def _exact(texts: Sequence[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    base = 0
    for text in texts:
        part = postings(text, "")
        for term, positions in part.exact.items():
            found.setdefault(term, []).extend(base + position for position in positions)
        base += part.length + GAP
    return found
