"""Text to tokens with original offsets: the one place where folding, word splitting, stemming
and CJK bigrams meet; used for documents, queries and highlights alike.

Two views of a text: *exact* has folded words, stopwords and all; *stem* has their stems. A
compound (``co-operate``) or elision (``l'harmonie``) stands there in its parts, at
consecutive positions, and as one word at the first of them. In scripts written without
spaces each character is a position, which holds it and the pair it makes with the next.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import NamedTuple

from indexer.folding import fold
from indexer.languages import STEMMERS, stopwords
from indexer.plan import Alternative, Path, Step
from indexer.splitting import MAX_PARTS, Atom, Group, forms, groups, is_run, pattern_for, units

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
    "words",
]

# Raised whenever the same text would give other terms: an index made before is rebuilt.
ANALYSIS_VERSION = 1

_MAX_TERM = 200  # characters; longer ones (base64, a line of dashes) are cut
_KEPT = 100  # characters of a term that is cut, before its hash
_MAX_REMEMBERED = 100_000  # words per language, some 30 MB
_LONG_CHUNK = 200  # characters; longer chunks hardly come again and are not remembered
_MAX_PATHS = 16  # ways through one text of a query


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
_local = threading.local()


def exact_term(form: str, width: int = 1) -> str:
    """The term of the exact view for a word that spans ``width`` positions."""
    form = _cut(form)
    return form if width == 1 else f"{form}\x1f{width}"


def stem_term(stem: str, language: str) -> str:
    """The term of the stem view; a stem means something in its language only."""
    return f"{language}:{_cut(stem)}"


def _cut(term: str) -> str:
    if len(term) <= _MAX_TERM:
        return term
    from hashlib import blake2b

    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{term[:_KEPT]}…{digest}"


def analyse(text: str, language: str) -> list[Token]:
    """The tokens of ``text``, by position; at one position the shorter before the longer."""
    tokens: list[Token] = []
    position = 0
    for match in pattern_for(text).finditer(text):
        chunk, start = match[0], match.start()
        if is_run(chunk):
            run = list(units(chunk))
            for unit, following in zip(run, [*run[1:], None], strict=True):
                tokens.append(_placed(unit, (unit.form,), position, 1, start))
                if following is not None:
                    form = unit.form + following.form
                    pair = Atom(form, form, unit.start, following.end)
                    tokens.append(_placed(pair, (form,), position, 1, start))
                position += 1
            continue
        for group in groups(chunk):
            for first, width, atom in _by_position(group):
                stems = _stems(atom, language)
                tokens.append(_placed(atom, stems, position + first, width, start))
            position += len(group.atoms)
    return tokens


def _placed(atom: Atom, stems: tuple[str, ...], position: int, width: int, start: int) -> Token:
    return Token(atom.form, stems, position, width, start + atom.start, start + atom.end)


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


def words(text: str) -> int:
    """The number of words in ``text``; in scripts written without spaces, of characters."""
    return postings(text, "").length


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
    for offset, pair in enumerate(map(add, characters, characters[1:])):
        double.setdefault(pair, []).append(position + offset)
    for places_of in (single, double):
        for term, places in places_of.items():
            exact.setdefault(term, []).extend(places)
            stem.setdefault(mark + term, []).extend(places)
    return position + len(characters)


def _entry(chunk: str, language: str) -> _Entry:
    advance = 0
    exact: list[tuple[int, str]] = []
    stem: list[tuple[int, str]] = []
    for group in groups(chunk):
        width, exact_terms, stem_terms = _terms(group, language)
        exact += [(advance + offset, term) for offset, term in exact_terms]
        stem += [(advance + offset, term) for offset, term in stem_terms]
        advance += width
    if advance == len(exact) == len(stem) == 1:
        return exact[0][1], stem[0][1], None
    return "", "", (advance, tuple(exact), tuple(stem))


def _terms(group: Group, language: str) -> _Terms:
    placed = _by_position(group)
    exact = tuple((first, exact_term(atom.form, width)) for first, width, atom in placed)
    # A part and the whole may share a stem ("e-", "ee"); a position is posted once.
    stem = dict.fromkeys(
        (first, stem_term(stem, language))
        for first, _, atom in placed
        for stem in _stems(atom, language)
    )
    return len(group.atoms), exact, tuple(stem)


def _stems(atom: Atom, language: str) -> tuple[str, ...]:
    """The stems of a word, folded: of the word as written and of its folded form, so that
    an accented and an unaccented spelling have one in common."""
    word = atom.stem_of
    if language not in STEMMERS or len(word) > _MAX_TERM:
        return (_letters(word) or atom.form,)
    return _cached_stems(word, language) or (atom.form,)


@lru_cache(maxsize=10_000)
def _cached_stems(word: str, language: str) -> tuple[str, ...]:
    stem = _stemmer(language)
    plain = _letters(word)
    written = unicodedata.normalize("NFC", word).lower()
    found = [plain] if written == plain else [written, plain]
    return tuple(dict.fromkeys(s for word in found if (s := _letters(stem(word)))))


def _letters(word: str) -> str:
    return "".join(fold(word).split())


def _stemmer(language: str):  # type: ignore[no-untyped-def]
    """Stemmer objects keep state, so that each thread has its own."""
    stemmers = _local.__dict__
    if language not in stemmers:
        from Stemmer import Stemmer

        stemmers[language] = Stemmer(STEMMERS[language], 0).stemWord
    return stemmers[language]


# Queries


def exact_paths(text: str) -> tuple[Path, ...]:
    """The ways in which these very words may stand in a text; none where there is no word."""
    return _combine(
        [
            _run_ways(part, "") if isinstance(part, list) else _exact_ways(part)
            for part in _query_parts(text)
        ]
    )


def stem_paths(text: str, languages: Sequence[str]) -> tuple[Path, ...]:
    """The ways in which these words, in any of their forms, may stand in essays in
    ``languages``, in this order."""
    parts = _query_parts(text)
    paths: dict[Path, None] = {}
    for language in languages:
        ways = [
            _run_ways(part, f"{language}:")
            if isinstance(part, list)
            else _stem_ways(part, language)
            for part in parts
        ]
        paths.update(dict.fromkeys(_combine(ways)))
    return tuple(paths)


def _query_parts(text: str) -> list[Group | list[str]]:
    """The groups of a query, and its runs as lists of characters."""
    parts: list[Group | list[str]] = []
    for match in pattern_for(text).finditer(text):
        if is_run(match[0]):
            if run := forms(match[0]):
                parts.append(run)
        else:
            parts += groups(match[0])
    return parts


def _run_ways(run: list[str], mark: str) -> list[Path]:
    if len(run) == 1:
        return [((Alternative(mark + run[0], 1),),)]
    pairs = [mark + first + second for first, second in pairwise(run)]
    last = len(pairs) - 1
    return [tuple((Alternative(pair, 2 if i == last else 1),) for i, pair in enumerate(pairs))]


def _exact_ways(group: Group) -> list[Path]:
    def step(atom: Atom) -> Step:
        return tuple(
            Alternative(exact_term(atom.form, width), width) for width in range(1, MAX_PARTS + 1)
        )

    return [tuple(map(step, way)) for way in _ways(group, 0)]


def _stem_ways(group: Group, language: str) -> list[Path]:
    def step(atom: Atom) -> Step:
        return tuple(Alternative(stem_term(s, language), 1) for s in _stems(atom, language))

    # An article that lost its vowel need not be there.
    ways = [*_ways(group, 0), *(_ways(group, group.elided) if group.elided else ())]
    return [tuple(map(step, way)) for way in ways]


def _ways(group: Group, start: int) -> Iterator[list[Atom]]:
    """Ways through a group from one of its words: all in parts first, most joined last."""
    if start == len(group.atoms):
        yield []
        return
    steps = [(1, group.atoms[start])]
    steps += [(count, atom) for first, count, atom in group.joined if first == start]
    for count, atom in sorted(steps, key=lambda step: step[0]):
        for rest in _ways(group, start + count):
            yield [atom, *rest]


def _combine(ways: list[list[Path]]) -> tuple[Path, ...]:
    """One way for each part after the other: all combinations, or where they are too many,
    all in parts and all joined."""
    if not ways:
        return ()
    count = 1
    for options in ways:
        count *= len(options)
        if count > _MAX_PATHS:
            chosen = [[options[0] for options in ways], [_shortest(options) for options in ways]]
            break
    else:
        chosen = [[]]
        for options in ways:
            chosen = [[*path, option] for path in chosen for option in options]
    return tuple(dict.fromkeys(tuple(step for way in path for step in way) for path in chosen))


def _shortest(options: list[Path]) -> Path:
    return min(options, key=len)


def plain_parts(text: str) -> tuple[str, ...]:
    """What may stand in for a word of a query written without spaces: its pairs of
    characters, and the words of other scripts among them. Empty where there is but one."""
    found: dict[str, None] = {}
    runs = False
    for part in _query_parts(text):
        if isinstance(part, list):
            runs = True
            pairs = [first + second for first, second in pairwise(part)]
            found.update(dict.fromkeys(pairs or part))
        else:
            found.update(dict.fromkeys(atom.form for atom in part.atoms))
    return tuple(found) if runs and len(found) > 1 else ()


def is_optional(text: str, language: str) -> bool:
    """Whether a word of a query is so common in ``language`` that it need not be there.

    An abbreviation in capitals with points (``U.S.``) never is.
    """
    common = stopwords(language)
    parts = _query_parts(text)
    if not common or len(parts) != 1 or isinstance(parts[0], list):
        return False
    group = parts[0]
    if "." in text and text.upper() == text:
        return False
    whole = [atom.form for _, count, atom in group.joined if count == len(group.atoms)]
    if any(form in common for form in whole):
        return True
    in_hyphens = len(group.atoms) > group.elided + 1
    return not in_hyphens and all(atom.form in common for atom in group.atoms)
