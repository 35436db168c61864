"""Text to tokens with original offsets: the one place where folding, word splitting, stemming
and CJK bigrams meet; used for documents, queries and highlights alike.

Two views of a text: *exact* has folded words, stopwords and all; *stem* has their stems. A
compound (``co-operate``) or elision (``l'harmonie``) stands there in its parts, at
consecutive positions, and as one word at the first of them. In scripts written without
spaces each character is a position, which holds it and the pair it makes with the next.
"""

from __future__ import annotations

from indexer.folding import fold
from indexer.keeping import lru_cache
from indexer.paths import exact_paths, is_optional, plain_parts, stem_paths
from indexer.records import NamedTuple
from indexer.splitting import chunks, forms, groups, is_run, pattern_for, units
from indexer.terms import exact_term, stem_term, stems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from indexer.splitting import Atom, Group

__all__ = [
    "ANALYSIS_VERSION",
    "Postings",
    "Token",
    "analyse",
    "exact_paths",
    "exact_term",
    "fold",
    "is_optional",
    "plain_parts",
    "postings",
    "stem_paths",
    "stem_term",
    "word_terms",
    "words",
]

# Raised whenever the same text would give other terms: an index made before is rebuilt.
ANALYSIS_VERSION = 1

_MAX_REMEMBERED = 100_000  # words per language, some 30 MB
_LONG_CHUNK = 200  # characters; longer chunks hardly come again and are not remembered


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


# What a chunk adds to the postings: how many positions, then (offset, term) in each view.
_Terms = tuple[int, tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]
# A chunk that is one word with one stem has just its two terms.
_Entry = tuple[str, str, _Terms | None]

_remembered: dict[str, dict[str, _Entry]] = {}


def analyse(text: str, language: str) -> list[Token]:
    """The tokens of ``text``, by position; at one position the shorter before the longer."""
    tokens: list[Token] = []
    found: Iterable[Token]
    for chunk, offset in chunks(text):
        if is_run(chunk):
            found = _run_tokens(chunk, language)
        elif len(chunk) <= _LONG_CHUNK:
            found = _chunk_tokens_again(chunk, language)
        else:
            found = _chunk_tokens(chunk, language)
        first = tokens[-1].position + 1 if tokens else 0
        for form, stems_of, position, width, start, end in found:
            tokens.append(
                Token(form, stems_of, first + position, width, offset + start, offset + end)
            )
    return tokens


def _run_tokens(run: str, language: str) -> Iterator[Token]:
    """Its tokens, as if the run were the whole text; the same in every language."""
    characters = list(units(run))
    for position, (form, _, start, end) in enumerate(characters):
        yield Token(form, (form,), position, 1, start, end)
        if position + 1 < len(characters):
            following = characters[position + 1]
            pair = form + following.form
            yield Token(pair, (pair,), position, 1, start, following.end)


def _chunk_tokens(chunk: str, language: str) -> Iterator[Token]:
    """Its tokens, as if the chunk were the whole text."""
    begin = 0
    for group in groups(chunk):
        for first, width, atom in _by_position(group):
            found = stems(atom, language)
            yield Token(atom.form, found, begin + first, width, atom.start, atom.end)
        begin += len(group.atoms)


@lru_cache(maxsize=20_000)
def _chunk_tokens_again(chunk: str, language: str) -> tuple[Token, ...]:
    return tuple(_chunk_tokens(chunk, language))


def _by_position(group: Group) -> list[tuple[int, int, Atom]]:
    single = [(first, 1, atom) for first, atom in enumerate(group.atoms)]
    if not group.joined:
        return single
    return sorted([*single, *group.joined], key=lambda entry: entry[:2])


def postings(text: str, language: str) -> Postings:
    """The terms of ``text``: what :func:`analyse` gives, by term; made for speed."""
    exact: dict[str, list[int]] = {}
    stem: dict[str, list[int]] = {}
    known = _remembered.get(language)
    if known is None or len(known) > _MAX_REMEMBERED:
        known = _remembered[language] = {}
    position = 0
    for chunk in pattern_for(text).findall(text):
        entry = known.get(chunk)
        if entry is None:
            if is_run(chunk):
                position = _post_run(chunk, f"{language}:", position, exact, stem)
                continue
            if len(chunk) > _LONG_CHUNK:
                for group in groups(chunk):
                    position = _post(_terms(group, language), position, exact, stem)
                continue
            entry = known[chunk] = _entry(chunk, language)
        exact_of, stem_of, terms = entry
        if terms is not None:
            position = _post(terms, position, exact, stem)
            continue
        # Written out: a list made by a display, and no call, is half the time of a word.
        if exact_of in exact:
            exact[exact_of].append(position)
        else:
            exact[exact_of] = [position]
        if stem_of in stem:
            stem[stem_of].append(position)
        else:
            stem[stem_of] = [position]
        position += 1
    return Postings(exact, stem, position)


def words(text: str, language: str = "") -> int:
    """The number of words in ``text``; in scripts written without spaces, of characters.

    The number is the same in every ``language``; with the one that the text is indexed in,
    what is remembered of its words serves both.
    """
    known = _remembered.setdefault(language, {})
    total = 0
    for chunk in pattern_for(text).findall(text):
        entry = known.get(chunk)
        if entry is None:
            if is_run(chunk):
                total += len(forms(chunk))
                continue
            if len(chunk) > _LONG_CHUNK:
                total += sum(len(group.atoms) for group in groups(chunk))
                continue
            entry = known[chunk] = _entry(chunk, language)
        total += 1 if entry[2] is None else entry[2][0]
    return total


def _post(
    terms: _Terms, position: int, exact: dict[str, list[int]], stem: dict[str, list[int]]
) -> int:
    advance, exact_terms, stem_terms = terms
    for offset, term in exact_terms:
        exact.setdefault(term, []).append(position + offset)
    for offset, term in stem_terms:
        stem.setdefault(term, []).append(position + offset)
    return position + advance


def _post_run(
    run: str, mark: str, position: int, exact: dict[str, list[int]], stem: dict[str, list[int]]
) -> int:
    single: dict[str, list[int]] = {}
    double: dict[str, list[int]] = {}
    characters = forms(run)
    for offset, form in enumerate(characters):
        single.setdefault(form, []).append(position + offset)
    for offset, pair in enumerate(map(str.__add__, characters, characters[1:])):
        double.setdefault(pair, []).append(position + offset)
    for places_of in (single, double):
        for term, places in places_of.items():
            exact.setdefault(term, []).extend(places)
            stem.setdefault(mark + term, []).extend(places)
    return position + len(characters)


def word_terms(chunk: str, language: str) -> _Terms:
    """How many positions a chunk that is no run takes, and in each view its terms, each with
    its position after the chunk's first."""
    advance = 0
    exact: list[tuple[int, str]] = []
    stem: list[tuple[int, str]] = []
    for group in groups(chunk):
        width, exact_terms, stem_terms = _terms(group, language)
        exact += [(advance + offset, term) for offset, term in exact_terms]
        stem += [(advance + offset, term) for offset, term in stem_terms]
        advance += width
    return advance, tuple(exact), tuple(stem)


def _entry(chunk: str, language: str) -> _Entry:
    terms = word_terms(chunk, language)
    advance, exact, stem = terms
    if advance == len(exact) == len(stem) == 1:
        return exact[0][1], stem[0][1], None
    return "", "", terms


def _terms(group: Group, language: str) -> _Terms:
    placed = _by_position(group)
    exact = tuple((first, exact_term(atom.form, width)) for first, width, atom in placed)
    # A part and the whole may share a stem ("e-", "ee"); a position is posted once.
    stem = dict.fromkeys(
        (first, stem_term(found, language))
        for first, _, atom in placed
        for found in stems(atom, language)
    )
    return len(group.atoms), exact, tuple(stem)
