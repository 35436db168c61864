"""How words stand in a text: the way they are written, and the words beside them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from indexer.analysis import locate
from indexer.folding import INVISIBLE, fold
from indexer.paths import is_optional
from indexer.query_terms import OPERATOR_WORDS
from indexer.splitting import is_run, pattern_for, units
from indexer.terms import form_of

_MOST_FOLLOWING = 4  # words
_MOST_CHARACTERS = 6  # that follow in a script written without spaces
_REACH = 160  # characters in which to look for words before and after
# Share of its places where a word begins with a small letter, for it to be shown so.
_SMALL = 0.1

_UNSEEN = re.compile(f"[{INVISIBLE}]")
_ENDS_SENTENCE = frozenset(".!?…:•*#|\n")
_BEFORE_SENTENCE = " \t\xa0\"'“”‘’„«»([—–-_"


class Place(NamedTuple):
    """A place where a word stands.

    ``written`` is the word as it is there; empty where a line ends in it. ``opens`` says that
    it begins a sentence, so that its capital tells nothing. ``depth`` is how many of the words
    asked about stand directly before it. ``then`` is how the phrase goes on, to the first word
    that is not very common; empty where none follows. ``source`` is the caller's.
    """

    form: str
    written: str
    opens: bool
    depth: int
    then: str
    source: int


def places(
    text: str, language: str, terms: Container[str], before: Sequence[str], source: int
) -> Iterator[Place]:
    """Where words stand that are indexed as one of ``terms``; ``before`` as
    :func:`plain_form` gives them."""
    for location in locate(text, language, terms, ()):
        start, end = location.start, location.end
        yield Place(
            form=form_of(location.term),
            written=as_written(text[start:end]),
            opens=_opens_sentence(text, start),
            depth=_depth(text, start, before) if before else 0,
            then=_following(text, end, language),
            source=source,
        )


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


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(start - 8, 0) : start].rstrip(_BEFORE_SENTENCE)
    return not before or before[-1] in _ENDS_SENTENCE


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


def _following(text: str, end: int, language: str) -> str:
    window = text[end : end + _REACH]
    words: list[str] = []
    reached = 0
    for chunk in pattern_for(window).finditer(window):
        word = as_written(chunk[0])
        if (
            not _is_space(window[reached : chunk.start()])
            or not word
            or is_run(word)
            or chunk.end() == _REACH
            or len(words) == _MOST_FOLLOWING
        ):
            break
        words.append(word)
        if not is_optional(word, language):
            return " ".join(words)
        reached = chunk.end()
    return ""


def _is_space(text: str) -> bool:
    """Whether words with this between them are of one phrase."""
    return text in (" ", "\xa0") or (text.isspace() and "\n" not in text)


def spelling(found: Iterable[Place]) -> str | None:
    """How a word is mostly written; with a capital only where it nearly always has one."""
    written = [place for place in found if place.written]
    telling = [place.written for place in written if not place.opens]
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
