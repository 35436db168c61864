"""Texts to posting lists in bulk: what :func:`indexer.analysis.postings` gives of each, in arrays.

Every surface word of a language gets a number when it is first seen, so that a text becomes an
array of numbers, and all that is known of a word (terms, positions, lengths) is looked up for
whole essays at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import word_terms
from indexer.pieces import PIECES, pieces
from indexer.plan import View
from indexer.splitting import MAX_PARTS, Atom, forms, is_run, pattern_for
from indexer.terms import exact_term, stem_term, stems, width_of

Numbers: TypeAlias = NDArray[np.unsignedinteger[Any]]
Integers: TypeAlias = NDArray[np.int64]
Part: TypeAlias = Literal["text", "heading", "title"]

PARTS: tuple[Part, Part, Part] = ("text", "heading", "title")
VIEWS: tuple[View, View] = ("exact", "stem")
# Positions between headings, and between authors: more than the greatest distance a query may
# ask for, so that nothing runs over.
GAP = 2_000

_TEXT, _HEADING, _TITLE = range(3)
_AT_ONCE = 1_000_000  # words that are inverted at once, some 100 bytes each
_POSSESSIVE = (b"'s", b"\x92s")
# What links words and is no part of one at its beginning and end.
_LINKS = b".,-'`\x91\x92\xb4\xb7"
_SHORT = 100  # characters; a word that is never cut
_MAX_REMEMBERED = 150_000  # words per language, some 60 MB
_MAX_CHARACTERS = 4_000_000  # of these, and of what stands around them; base64 has long ones

K = TypeVar("K")


class Lists(NamedTuple):
    """Posting lists of one field: its terms, of each term the number of its documents; these
    documents, ascending for each term; how often it is in each; and its positions there."""

    terms: list[bytes]
    counts: Numbers
    documents: Numbers
    frequencies: Numbers
    positions: Numbers


class Inverted(NamedTuple):
    """The postings of an essay. Its own document is 0 and has the title; those of its passages
    follow. ``fields`` are lists with the number that their document 0 has; there are several of a
    field where an essay is long. ``words`` are those of the passages' texts. ``tokens`` has for
    each view the tokens of each of :data:`PARTS` (rows) of each document (columns); see
    :mod:`indexer.engines.whoosh_lengths`.
    """

    fields: list[tuple[int, Part, View, Lists]]
    words: int
    tokens: dict[View, Integers]

    def __reduce__(self) -> tuple[Callable[..., Inverted], tuple[object, ...]]:
        """Itself as it goes from process to process: all arrays as one piece of bytes."""
        arrays: list[NDArray[Any]] = [*self.tokens.values()]
        heads = []
        for first, part, view, lists in self.fields:
            arrays += lists[1:]
            heads.append((first, part, view, lists.terms))
        kinds = [(array.dtype.char, array.size) for array in arrays]
        return _received, (heads, self.words, kinds, b"".join(array.tobytes() for array in arrays))


def _received(
    heads: list[tuple[int, Part, View, list[bytes]]],
    words: int,
    kinds: list[tuple[str, int]],
    data: bytes,
) -> Inverted:
    at = 0
    arrays: list[Any] = []
    for kind, size in kinds:
        arrays.append(np.frombuffer(data, kind, size, at))
        at += arrays[-1].nbytes
    tokens = {view: arrays.pop(0).reshape(len(PARTS), -1) for view in VIEWS}
    fields = [
        (*head[:3], Lists(head[3], *arrays[4 * number : 4 * number + 4]))
        for number, head in enumerate(heads)
    ]
    return Inverted(fields, words, tokens)


class _Numbering(dict[K, int], Generic[K]):
    """Numbers by what they are for; one that is not there is made."""

    def __init__(self, make: Callable[[K], int]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> int:
        number = self[key] = self._make(key)
        return number


class _Terms:
    """The terms of numbered words in one view.

    ``only`` has for a plain word its one term. Any other is the odd word ``-1 - only[n]``, which
    has ``counts`` terms from ``starts`` on, each with its position after the word's first.
    ``tokens`` is what it adds to the length of a text.
    """

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self.only = array("i")
        self._numbers = _Numbering(self._name)
        self.starts = array("i")
        self.counts = array("i")
        self.tokens = array("i")
        self.terms = array("i")
        self.offsets = array("i")

    def _name(self, term: str) -> int:
        self.names.append(term.encode("utf-8", "surrogatepass"))
        return len(self.names) - 1

    def add_plain(self, term: str) -> None:
        """Takes up the next word, which has one term and takes one position."""
        self.only.append(self._numbers[term])

    def add_odd(self, placed: Sequence[tuple[int, str]]) -> None:
        """Takes up the next word: its terms with their offsets."""
        self.only.append(-1 - len(self.starts))
        self.starts.append(len(self.terms))
        self.counts.append(len(placed))
        tokens = 0
        for offset, term in placed:
            self.terms.append(self._numbers[term])
            self.offsets.append(offset)
            tokens += width_of(term) if "\x1f" in term else 1
        self.tokens.append(tokens)


class _Language:
    """The words of one language that were seen so far; ``advances`` are the positions that each
    odd one takes."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._mark = stem_term("", language)
        self.size = 0
        # Of all that numbers were looked up by.
        self.characters = 0
        self._chunks = _Numbering(self._number_of_chunk)
        self._pieces = _Numbering(self._number_of_piece)
        # A character of a run with the next one.
        self._pairs = _Numbering(self._number_of_pair)
        self.exact, self.stem = _Terms(), _Terms()
        self.advances = array("i")

    def _add(
        self, advance: int, exact: Sequence[tuple[int, str]], stem: Sequence[tuple[int, str]]
    ) -> int:
        if advance == len(exact) == len(stem) == 1:
            return self._add_plain(exact[0][1], stem[0][1])
        self.exact.add_odd(exact)
        self.stem.add_odd(stem)
        self.advances.append(advance)
        self.size += 1
        return self.size - 1

    def _add_plain(self, exact: str, stem: str) -> int:
        self.exact.add_plain(exact)
        self.stem.add_plain(stem)
        self.size += 1
        return self.size - 1

    def _add_form(self, form: str, stem_of: str) -> int:
        """A word of ASCII letters and digits; what a possessive ending leaves is stemmed."""
        return self._add_plain(form, self._stem(stem_of))

    def _add_compound(self, parts: list[str]) -> int:
        """Words of ASCII letters with hyphens between."""
        whole = "".join(parts)
        exact = [*enumerate(parts), (0, exact_term(whole, len(parts)))]
        # A part and the whole may share a stem; a position is posted once.
        stem = dict.fromkeys((*enumerate(map(self._stem, parts)), (0, self._stem(whole))))
        return self._add(len(parts), exact, list(stem))

    def _stem(self, word: str) -> str:
        """The one stem of a word of ASCII letters and digits, as a term."""
        return self._mark + stems(Atom(word, word, 0, len(word)), self._language)[0]

    def _number_of_chunk(self, chunk: str) -> int:
        self.characters += len(chunk)
        return self._add(*word_terms(chunk, self._language))

    def _number_of_pair(self, pair: tuple[str, str]) -> int:
        form, following = pair
        found = [(0, form), (0, form + following)] if following else [(0, form)]
        return self._add(1, found, [(0, self._mark + term) for _, term in found])

    def _number_of_piece(self, piece: bytes) -> int:
        self.characters += len(piece)
        if piece.isalnum() and len(piece) <= _SHORT:  # by far the most, all ASCII
            form = piece.decode("ascii")
            return self._add_form(form, form)
        if piece[-2:] in _POSSESSIVE and piece[:-2].isalnum() and len(piece) <= _SHORT:
            owner = piece[:-2].decode("ascii")
            return self._add_form(owner + "s", owner)
        core = piece.strip(_LINKS)
        if core != piece:
            return self._pieces[core]
        parts = piece.split(b"-")
        if 1 < len(parts) <= MAX_PARTS and len(piece) <= _SHORT and all(map(bytes.isalpha, parts)):
            return self._add_compound([part.decode("ascii") for part in parts])
        text = piece.decode(PIECES)
        found = pattern_for(text).findall(text)
        if len(found) == 1:
            return self._chunks[found[0]]
        advance = 0
        exact: list[tuple[int, str]] = []
        stem: list[tuple[int, str]] = []
        for chunk in found:
            width, exact_terms, stem_terms = word_terms(chunk, self._language)
            exact += [(advance + offset, term) for offset, term in exact_terms]
            stem += [(advance + offset, term) for offset, term in stem_terms]
            advance += width
        return self._add(advance, exact, stem)

    def read(self, text: str) -> Iterable[int]:
        """A text as numbers of words."""
        cut = pieces(text)
        if cut is not None:
            return map(self._pieces.__getitem__, cut)
        out: list[int] = []
        for chunk in pattern_for(text).findall(text):
            if is_run(chunk):
                characters = forms(chunk)
                pairs = zip(characters, chain(characters[1:], ("",)), strict=True)
                out.extend(map(self._pairs.__getitem__, pairs))
            else:
                out.append(self._chunks[chunk])
        return out


_remembered: dict[str, _Language] = {}


def _language(code: str) -> _Language:
    known = _remembered.get(code)
    if known is None or known.size > _MAX_REMEMBERED or known.characters > _MAX_CHARACTERS:
        known = _remembered[code] = _Language(code)
    return known


def invert(title: str, passages: Iterable[tuple[Sequence[str], str]], language: str) -> Inverted:
    """The postings of an essay, from its title, and of each passage headings and text."""
    words = _language(language)
    read = words.read
    of_headings: dict[str, list[int]] = {}
    texts = _Texts(0)
    texts.add(0, _TITLE, [read(title)])
    streams: list[_Stream] = []
    for document, (headings, text) in enumerate(passages, start=1):
        if len(texts.numbers) > _AT_ONCE:
            streams.append(_Stream(words, texts))
            texts = _Texts(document)
        for heading in headings:
            if heading not in of_headings:
                of_headings[heading] = list(read(heading))
        texts.add(document, _TEXT, [read(text)])
        texts.add(document, _HEADING, map(of_headings.__getitem__, headings))
    streams.append(_Stream(words, texts))
    return Inverted(
        fields=[lists for stream in streams for view in VIEWS for lists in stream.lists(view)],
        words=sum(stream.words for stream in streams),
        tokens={
            view: np.concatenate([stream.tokens(view) for stream in streams], axis=1)
            for view in VIEWS
        },
    )


class _Texts:
    """Texts as numbers of words, one after the other; their documents begin at ``first``.

    For each ``rows`` has document, part, and the first of those that it stands a gap apart from.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.numbers = array("I")
        self.ends: list[int] = []
        self.rows: list[tuple[int, int, int]] = []

    def add(self, document: int, part: int, texts: Iterable[Iterable[int]]) -> None:
        """Adds texts of one part of a document, a gap apart."""
        first = len(self.rows)
        for text in texts:
            self.numbers.extend(text)
            self.ends.append(len(self.numbers))
            self.rows.append((document - self.first, part, first))


class _Stream:
    """The words of texts, with their places."""

    def __init__(self, language: _Language, texts: _Texts) -> None:
        self._first = texts.first
        self._terms: dict[View, _Terms] = {"exact": language.exact, "stem": language.stem}
        self._numbers = np.frombuffer(texts.numbers, np.uint32)
        self._ends = np.array(texts.ends, np.int64)
        rows = np.array(texts.rows, np.int32).reshape(-1, 3).T
        self._row_documents, self._row_parts, firsts = rows
        self._documents = int(self._row_documents[-1]) + 1
        only = _view(language.exact.only)[self._numbers]
        # Odd words: where they are, in which row, and which they are.
        self._odd_at = np.flatnonzero(only < 0)
        self._odd_rows = np.searchsorted(self._ends, self._odd_at, "right")
        self._odd = -1 - only[self._odd_at]
        sizes = self._sizes = np.diff(self._ends, prepend=0)
        advances = _view(language.advances)[self._odd]
        lengths = self._with_odd(advances)
        self.words = int(lengths[self._row_parts == _TEXT].sum())
        # Of each row: its first position, and what that is if all words stand in one row.
        apart = np.cumsum(lengths + GAP) - (lengths + GAP)
        begins = np.cumsum(lengths) - lengths
        shift = (apart - apart[firsts] - begins).astype(np.int32)
        steps = np.ones(len(only), np.int32)
        steps[self._odd_at] = advances
        self._positions = np.cumsum(steps, dtype=np.int32) - steps + np.repeat(shift, sizes)

    def _with_odd(self, amounts: NDArray[np.int32]) -> Integers:
        """The sums of each row where a plain word counts one and the odd ones these amounts."""
        more = np.bincount(self._odd_rows, amounts - 1, len(self._sizes))
        return self._sizes + more.astype(np.int64)

    def tokens(self, view: View) -> Integers:
        """The tokens of each part of each document."""
        of_rows = self._with_odd(_view(self._terms[view].tokens)[self._odd])
        totals = np.zeros((len(PARTS), self._documents), np.int64)
        np.add.at(totals, (self._row_parts, self._row_documents), of_rows)
        return totals

    def lists(self, view: View) -> list[tuple[int, Part, View, Lists]]:
        """The posting lists of each part, as :class:`Inverted` has them."""
        known = self._terms[view]
        terms = _view(known.only)[self._numbers]
        positions, sizes = self._positions, self._sizes
        if len(self._odd):
            of_odd = _view(known.counts)[self._odd]
            counts = np.ones(len(terms), np.int32)
            counts[self._odd_at] = of_odd
            terms, positions = np.repeat(terms, counts), np.repeat(positions, counts)
            ends = np.cumsum(counts)[self._odd_at]
            at = _ranges(ends - of_odd, of_odd)
            source = _ranges(_view(known.starts)[self._odd], of_odd)
            terms[at] = _view(known.terms)[source]
            positions[at] += _view(known.offsets)[source]
            sizes = self._with_odd(of_odd)
        # Part and term of each place of a term.
        keys = np.repeat(self._row_parts * np.int32(len(known.names)), sizes) + terms
        documents = np.repeat(self._row_documents, sizes)
        order = ascending(keys)
        keys, documents, positions = keys[order], documents[order], positions[order]
        starts = _changes(keys, documents)
        frequencies = np.diff(starts, append=len(keys))
        keys, documents = keys[starts], documents[starts]
        term_starts = _changes(keys)
        counts = np.diff(term_starts, append=len(keys))
        keys = keys[term_starts]
        parts: list[tuple[int, Part, View, Lists]] = []
        bounds = np.searchsorted(keys, np.arange(len(PARTS) + 1) * len(known.names)).tolist()
        posting_bounds = np.append(term_starts, len(documents))[bounds].tolist()
        position_bounds = np.append(starts, len(positions))[posting_bounds].tolist()
        for number, part in enumerate(PARTS):
            low, high = bounds[number : number + 2]
            if low == high:
                continue
            first, last = posting_bounds[number : number + 2]
            begin, end = position_bounds[number : number + 2]
            terms = (keys[low:high] - number * len(known.names)).tolist()
            lists = Lists(
                list(map(known.names.__getitem__, terms)),
                narrowed(counts[low:high]),
                documents[first:last].astype(np.uint32),
                narrowed(frequencies[first:last]),
                narrowed(positions[begin:end]),
            )
            parts.append((self._first, part, view, lists))
        return parts


def _view(numbers: array[int]) -> NDArray[np.int32]:
    return np.frombuffer(numbers, np.int32) if numbers else np.zeros(0, np.int32)


def _ranges(starts: NDArray[np.signedinteger[Any]], sizes: NDArray[np.int32]) -> Integers:
    """The numbers of ranges, one range after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)


def _changes(*columns: NDArray[np.int32]) -> Integers:
    """Where any of the columns differs from its value before, the first place included."""
    if not len(columns[0]):
        return np.zeros(0, dtype=np.int64)
    differs = np.ones(len(columns[0]), dtype=bool)
    np.not_equal(columns[0][1:], columns[0][:-1], out=differs[1:])
    for column in columns[1:]:
        differs[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(differs)


def narrowed(numbers: Any) -> Numbers:
    """Numbers in as few bytes each as the greatest needs."""
    highest = numbers.max(initial=0)
    kind = np.uint8 if highest < 1 << 8 else np.uint16 if highest < 1 << 16 else np.uint32
    return numbers.astype(kind, copy=False)  # type: ignore[no-any-return]


def ascending(keys: NDArray[np.signedinteger[Any]]) -> Integers:
    """The order that sorts keys below 2**48, equal ones as they come.

    By 16 bits at a time, for which NumPy's stable sort is a counting one: five times as fast as
    a sort of whole numbers.
    """
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    highest = int(keys.max(initial=0))
    for shift in (16, 32):
        if highest >> shift:
            digits = (keys >> shift).astype(np.uint16)
            order = order[np.argsort(digits[order], kind="stable")]
    return order
