"""Where given terms stand in a text: what :func:`indexer.analysis.analyse` gives, less all else.

A text is taken apart at white space into *pieces*, and what is known of a piece is kept: which
terms it has, and which pieces have a term. A text whose pieces are all known costs a few
operations on sets, and each piece that has one of the terms a search for its offset.
"""

from __future__ import annotations

from itertools import accumulate

import indexer
from indexer.analysis import analyse
from indexer.keeping import lru_cache
from indexer.languages import STEMMERS
from indexer.records import NamedTuple
from indexer.splitting import AROUND, BETWEEN_WORDS, Atom, is_sewn
from indexer.terms import exact_term, stem_of, stem_term, stems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from indexer.analysis import Token
    from indexer.plan import View

# Pieces remembered of a language, some 20 MB of them.
_MOST_PIECES = 50_000
# Languages whose stemmers leave the first letter of a word as it is.
_KEEP_INITIALS = frozenset({"da", "de", "en", "es", "fr", "it", "nb", "nn", "no", "pt", "sv"})
# Characters; longer pieces (a sentence in Chinese, an address) hardly come again.
_LONG = 64


class Location(NamedTuple):
    """A place of a term: its view, and its position and offsets from the beginning of its piece."""

    view: View
    term: str
    position: int
    start: int
    end: int


class Place(NamedTuple):
    """A piece at its offset in a text; ``position`` is that of its first word."""

    piece: str
    offset: int
    position: int


class Located(NamedTuple):
    """What a piece has, by position, and how many positions it takes."""

    locations: tuple[Location, ...]
    advance: int


def _locations(tokens: Iterable[Token], language: str) -> Iterator[Location]:
    for form, of_word, position, width, start, end in tokens:
        yield Location("exact", exact_term(form, width), position, start, end)
        for stem in of_word:
            yield Location("stem", stem_term(stem, language), position, start, end)


def _located(piece: str, language: str) -> Located:
    tokens = analyse(piece, language)
    advance = tokens[-1].position + 1 if tokens else 0
    return Located(tuple(_locations(tokens, language)), advance)


_short = lru_cache(maxsize=5_000)(_located)


class Wanted:
    """The terms wanted of texts of one language, and where each piece has some; of one thread.

    A piece is looked at once, however often it is asked about: some are whole texts, of scripts
    without spaces.
    """

    def __init__(self, language: str, terms: Mapping[View, Set[str]]) -> None:
        self.language = language
        self.terms = terms
        self._known: dict[str, Located] = {}

    def of(self, piece: str) -> Located:
        """What of it a piece has."""
        found = self._known.get(piece)
        if found is None:
            look = _short if len(piece) <= _LONG else _located
            every, advance = look(piece, self.language)
            there = tuple([one for one in every if one.term in self.terms[one.view]])
            found = self._known[piece] = Located(there, advance)
        return found


class _Pieces:
    """What is known of the pieces of one language. Threads may share it: a piece counts as known
    only once it is found by its terms, and none is ever forgotten."""

    def __init__(self, language: str) -> None:
        self.language = language
        # How many positions each takes.
        self.advances: dict[str, int] = {}
        self._holding: dict[View, dict[str, list[str]]] = {"exact": {}, "stem": {}}

    def learn(self, piece: str) -> None:
        """Takes in a piece."""
        found = _located(piece, self.language)
        for location in found.locations:
            self._holding[location.view].setdefault(location.term, []).append(piece)
        self.advances[piece] = found.advance

    def holding(self, view: View, terms: Iterable[str]) -> Iterator[str]:
        """The pieces known that have one of the terms; some more than once."""
        of_view = self._holding[view]
        for term in terms:
            yield from of_view.get(term, ())


_known: dict[str, _Pieces] = {}


def _pieces_of(language: str) -> _Pieces:
    pieces = _known.get(language)
    if pieces is None or len(pieces.advances) > _MOST_PIECES:
        pieces = _known[language] = _Pieces(language)
    return pieces


class Locator:
    """Finds the same terms in many texts of one language; of one thread."""

    def __init__(self, wanted: Wanted) -> None:
        self._located = wanted.of
        self._wanted = wanted.terms
        language = wanted.language
        self._pieces = _pieces_of(language)
        # The pieces that have such a term, of the first so many that were known.
        self._holding: frozenset[str] = frozenset()
        self._seen = -1
        # Pieces that surely have none, in a process that ends soon: how many positions each takes.
        self._passed: dict[str, int] = {}
        # What words begin with that have such a term; nothing where that can't be told.
        self._initials: frozenset[str] = frozenset()
        if language not in STEMMERS or language in _KEEP_INITIALS:
            begins = {term[:1] for term in self._wanted["exact"]}
            begins |= {stem_of(term)[:1] for term in self._wanted["stem"]}
            self._initials = frozenset(begins | {letter.upper() for letter in begins})

    def places(self, text: str, *, positions: bool) -> list[Place]:
        """The pieces of a text that have one of the terms, in order; their positions are 0 where
        not asked for."""
        pieces = [text] if is_sewn(text) else text.split()
        advances = self._pieces.advances
        long: dict[str, Located] = {}
        if not all(map(advances.__contains__, pieces)):
            unknown = set(pieces).difference(advances)
            if indexer.ONE_SHOT:
                unknown = self._pass_over(unknown, positions)
            long = {piece: self._located(piece) for piece in unknown if len(piece) > _LONG}
            for piece in unknown.difference(long):
                self._pieces.learn(piece)
        if self._seen != len(advances):
            self._look_up()
        holding: Set[str] = self._holding
        if long:
            holding = holding | {piece for piece, found in long.items() if found.locations}
        placed: list[Place] = []
        end = 0
        if not positions:
            for piece in filter(holding.__contains__, pieces):
                offset = _offset(text, piece, end)
                end = offset + len(piece)
                placed.append(Place(piece, offset, 0))
            return placed
        others = self._passed
        if long:
            others = {**others, **{piece: found.advance for piece, found in long.items()}}
        steps: Iterable[int] = map(advances.__getitem__, pieces)
        if others:
            steps = [others[piece] if piece in others else advances[piece] for piece in pieces]
        for piece, position in zip(pieces, accumulate(steps, initial=0), strict=False):
            if piece in holding:
                offset = _offset(text, piece, end)
                end = offset + len(piece)
                placed.append(Place(piece, offset, position))
        return placed

    def _pass_over(self, pieces: Iterable[str], positions: bool) -> set[str]:
        """Those of some pieces that may have one of the terms, or whose number of positions is to
        be found out."""
        left: set[str] = set()
        passed, initials = self._passed, self._initials
        for piece in pieces:
            if piece in passed:
                continue
            # By far the most.
            if initials and piece[0] not in initials and piece.isalpha() and piece.isascii():
                passed[piece] = 1
                continue
            word = piece.strip(AROUND)
            if len(piece) <= _LONG and word.isascii() and (word.isalnum() or not word):
                if word and self._is_wanted(word):
                    left.add(piece)
                else:
                    passed[piece] = 1 if word else 0
            elif positions or self.may_hold(piece):
                left.add(piece)
        return left

    def _is_wanted(self, word: str) -> bool:
        """Whether a word of letters and digits of ASCII has one of the terms."""
        if self._initials and word[0] not in self._initials:
            return False
        form, language = word.lower(), self._pieces.language
        if exact_term(form) in self._wanted["exact"]:
            return True
        wanted = self._wanted["stem"]
        if not wanted:
            return False
        found = stems(Atom(form, word, 0, len(word)), language)
        return any(stem_term(stem, language) in wanted for stem in found)

    def may_hold(self, piece: str) -> bool:
        """Whether a piece may have one of the terms, by what its words may begin with."""
        if not self._initials:
            return True
        if piece.isalpha() and piece.isascii():
            return piece[0] in self._initials
        return any(
            word[0] in self._initials or not word[0].isascii()
            for word in piece.translate(BETWEEN_WORDS).split()
        )

    def _look_up(self) -> None:
        # First the number: a piece learned meanwhile in another thread makes it look again.
        self._seen = len(self._pieces.advances)
        self._holding = frozenset(
            piece
            for view, terms in self._wanted.items()
            for piece in self._pieces.holding(view, terms)
        )


def _offset(text: str, piece: str, start: int) -> int:
    """Where a piece stands next, from ``start`` on: between white space or the text's ends."""
    if len(piece) == len(text):
        return 0
    while True:
        at = text.index(piece, start)
        end = at + len(piece)
        if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            return at
        start = at + 1
