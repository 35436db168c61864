"""How words stand in a text: the way they are written, and the words beside them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.folding import INVISIBLE, fold
from indexer.paths import is_optional
from indexer.query_terms import OPERATOR_WORDS
from indexer.splitting import groups, is_run, pattern_for, units

_MOST_FOLLOWING = 4  # words
_MOST_CHARACTERS = 6  # that follow in a script written without spaces
_REACH = 160  # characters in which to look for words before and after
_BESIDE = 20  # characters that tell whether a word stands among capitals
# Share of its places where a word begins with a small letter, for it to be shown so.
_SMALL = 0.1

_UNSEEN = re.compile(f"[{INVISIBLE}]")
_ENDS_SENTENCE = frozenset(".!?…:•*#|\n")
_BEFORE_SENTENCE = " \t\xa0\"'“”‘’„«»([—–-_"


class Place(NamedTuple):
    """A place where a word stands.

    ``written`` is the word as it is there; empty where a line ends in it. ``is_plain`` says that
    its capitals, or their absence, tell how the word is written: it neither begins a sentence
    nor stands in capitals among others. ``depth`` is how many of the words asked about stand
    directly before it. ``phrase`` is the word with those that follow, up to the first that is
    not very common, or to the end of a name; empty where none follows. ``source`` is the
    caller's.
    """

    form: str
    written: str
    is_plain: bool
    depth: int
    phrase: str
    source: int


def places(
    text: str, language: str, forms: Container[str], before: Sequence[str], source: int
) -> Iterator[Place]:
    """Where words of these folded forms stand, a compound whole and in its parts; ``before`` as
    :func:`plain_form` gives them."""
    for chunk in pattern_for(text).finditer(text):
        word = chunk[0]
        found: list[tuple[str, int, int]] = []
        if word.isalnum():
            form = _folded(word)
            if form in forms and not is_run(word):
                found.append((form, 0, len(word)))
        elif not is_run(word):
            found = [atom for atom in _atoms(word) if atom[0] in forms]
        for form, first, last in found:
            start, end = chunk.start() + first, chunk.start() + last
            written = as_written(text[start:end])
            yield Place(
                form=form,
                written=written,
                is_plain=_is_plain(text, start, end),
                depth=_depth(text, start, before) if before else 0,
                phrase=_phrase(written, text, end, language) if written else "",
                source=source,
            )


_folded = lru_cache(maxsize=50_000)(fold)


def _atoms(chunk: str) -> Iterator[tuple[str, int, int]]:
    """The words of a chunk: folded form, first offset, offset after the last."""
    for group in groups(chunk):
        for atom in (*group.atoms, *(atom for _, _, atom in group.joined)):
            yield atom.form, atom.start, atom.end


def plain_form(chunk: str) -> str:
    """The letters and digits of a word, folded: one spelling for ``co-operate`` and
    ``cooperate``."""
    return "".join(filter(str.isalnum, fold(chunk)))


def as_written(chunk: str) -> str:
    """A word without what nobody sees in it; empty where a line ends in it.

    The words of the operators become lower case, which no operator is.
    """
    if not chunk.isalnum():
        chunk = _UNSEEN.sub("", chunk)
        if any(map(str.isspace, chunk)):
            return ""
    return chunk.lower() if chunk in OPERATOR_WORDS else chunk


def _is_plain(text: str, start: int, end: int) -> bool:
    if text[max(start - _BESIDE, 0) : end + _BESIDE].isupper():
        return False
    before = text[max(start - 8, 0) : start].rstrip(_BEFORE_SENTENCE)
    return bool(before) and before[-1] not in _ENDS_SENTENCE


def _depth(text: str, start: int, before: Sequence[str]) -> int:
    depth = 0
    window = text[max(start - _REACH, 0) : start]
    end = len(window)
    for chunk in reversed(list(pattern_for(window).finditer(window))):
        if (
            depth == len(before)
            or not _is_space(window[chunk.end() : end])
            or plain_form(chunk[0]) != before[-1 - depth]
        ):
            break
        depth += 1
        end = chunk.start()
    return depth


def _phrase(written: str, text: str, end: int, language: str) -> str:
    window = text[end : end + _REACH]
    words = [written]
    told = 0  # words of the phrase so far, if it ends well
    reached = 0
    for chunk in pattern_for(window).finditer(window):
        word = as_written(chunk[0])
        if (
            not _is_space(window[reached : chunk.start()])
            or not word
            or is_run(word)
            or chunk.end() == _REACH
            or len(words) > _MOST_FOLLOWING
            or (told and not (words[-1][0].isupper() and word[0].isupper()))
        ):
            break
        words.append(word)
        reached = chunk.end()
        if not is_optional(word, language):
            told = len(words)
    return " ".join(words[:told])


def _is_space(text: str) -> bool:
    """Whether words with this between them are of one phrase."""
    return text in (" ", "\xa0") or (text.isspace() and "\n" not in text)


def spelling(found: Iterable[Place]) -> str | None:
    """How a word is mostly written; with a capital only where it nearly always has one."""
    written = [place for place in found if place.written]
    telling = [place.written for place in written if place.is_plain]
    counts = Counter(telling or [place.written for place in written])
    small = {word: n for word, n in counts.items() if not word[0].isupper()}
    if sum(small.values()) > _SMALL * counts.total():
        counts = Counter(small)
    return max(counts, key=lambda word: (counts[word], word), default=None)


def by_frequency(found: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Texts, each with its source, to the commonest spelling of each and how often it is there:
    those of most sources first, then those that are there most often."""
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sources: defaultdict[str, set[int]] = defaultdict(set)
    for text, source in found:
        key = fold(text)
        written[key][text] += 1
        sources[key].add(source)
    ranked = sorted(written, key=lambda key: (-len(sources[key]), -written[key].total(), key))
    return [
        (max(written[key], key=lambda text: (written[key][text], text)), written[key].total())
        for key in ranked
    ]


def going_on(text: str, run: Sequence[str]) -> Iterator[str]:
    """What follows these characters of a script written without spaces, some characters of it
    and no further than the run."""
    wanted = list(run)
    for chunk in pattern_for(text).finditer(text):
        if not is_run(chunk[0]):
            continue
        characters = list(units(chunk[0]))
        forms = [character.form for character in characters]
        for first in range(len(forms) - len(wanted)):
            after = first + len(wanted)
            if forms[first:after] == wanted:
                end = characters[min(after + _MOST_CHARACTERS, len(forms)) - 1].end
                following = chunk[0][characters[after - 1].end : end]
                if following := "".join(_UNSEEN.sub("", following).split()):
                    yield following


def continuations(found: Iterable[str]) -> list[str]:
    """The ways in which runs go on, most frequent first: each as long as all its places agree."""
    counts: Counter[str] = Counter()
    shorter: dict[str, str] = {}
    for following in found:
        before = ""
        for unit in units(following):
            beginning = following[: unit.end]
            shorter[beginning] = before
            counts[beginning] += 1
            before = beginning
    agreed = {before for one, before in shorter.items() if counts[one] == counts[before]}
    return sorted(counts.keys() - agreed, key=lambda one: (-counts[one], one))
