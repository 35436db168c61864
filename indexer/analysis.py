"""Text to tokens with original offsets: the one place where folding, word splitting, stemming
and CJK bigrams live; used for documents, queries and highlights alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from indexer.plan import Path

# Raised whenever the same text would give other terms: an index made before is rebuilt.
ANALYSIS_VERSION = 1


class Token(NamedTuple):
    """A word of a text. ``form`` is folded, not stemmed; ``stems`` are its stems, folded
    (two where folding before or after stemming differ). ``position`` counts words from 0;
    ``width`` is how many positions it spans (more than 1 for the joined form of a compound).
    ``start`` and ``end`` are offsets in the original text."""

    form: str
    stems: tuple[str, ...]
    position: int
    width: int
    start: int
    end: int


class Postings(NamedTuple):
    """The terms of one text: term to ascending positions, in both views; ``length`` in words."""

    exact: dict[str, list[int]]
    stem: dict[str, list[int]]
    length: int


def fold(text: str) -> str: ...
def analyse(text: str, language: str) -> list[Token]: ...
def postings(text: str, language: str) -> Postings: ...
def exact_term(form: str, width: int = 1) -> str: ...
def stem_term(stem: str, language: str) -> str: ...
def exact_paths(text: str) -> tuple[Path, ...]: ...
def stem_paths(text: str, languages: Sequence[str]) -> tuple[Path, ...]: ...
