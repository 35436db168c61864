"""The text of a query to the ways its words may stand in an essay."""

from __future__ import annotations

from itertools import pairwise

from indexer.keeping import lru_cache
from indexer.languages import stopwords
from indexer.plan import Alternative
from indexer.splitting import MAX_PARTS, chunks, forms, groups, is_run
from indexer.terms import exact_term, stem_term, stems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.plan import Path, Step
    from indexer.splitting import Atom, Group

_MAX_PATHS = 16  # ways through one text of a query


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


# Each word is asked for several times in a row.
@lru_cache(maxsize=1)
def _query_parts(text: str) -> Sequence[Group | list[str]]:
    """The groups of a query, and its runs as lists of characters."""
    parts: list[Group | list[str]] = []
    for chunk, _ in chunks(text):
        if is_run(chunk):
            if run := forms(chunk):
                parts.append(run)
        else:
            parts += groups(chunk)
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
        return tuple(Alternative(stem_term(s, language), 1) for s in stems(atom, language))

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


def plain_parts(text: str, languages: Sequence[str] = ()) -> tuple[str, ...]:
    """What may stand in for a word of a query: the pairs of characters of a run written
    without spaces, the words of a compound. Empty where there is but one.

    A compound's words that are very common in one of ``languages`` are left out
    (``state-of-the-art``).
    """
    pieces: list[str] = []
    for part in _query_parts(text):
        if isinstance(part, list):
            pieces += [first + second for first, second in pairwise(part)] or part
        else:
            pieces += (atom.form for atom in part.atoms[part.elided :])
    if len(pieces) < 2:
        return ()
    common = frozenset().union(*map(stopwords, languages))
    return tuple(dict.fromkeys(p for p in pieces if p not in common)) or tuple(pieces)


def is_unspaced(text: str) -> bool:
    """Whether some of it is of a script written without spaces, searched by substring."""
    return any(isinstance(part, list) for part in _query_parts(text))


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
