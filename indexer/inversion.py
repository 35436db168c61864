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
from indexer.plan import View
from indexer.splitting import PIECES, Atom, forms, is_run, pattern_for, pieces
from indexer.terms import stem_term, stems, width_of

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
_SHORT = 100  # characters; a word that is never cut
_MAX_REMEMBERED = 150_000  # words per language, some 60 MB

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
    """The terms of numbered words in one view: of word ``n`` there are ``counts[n]`` from
    ``starts[n]`` on, each with its position after the word's first. ``tokens`` is what a word
    adds to the length of a text."""

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self._numbers = _Numbering(self._name)
        self.starts = array("I")
        self.counts = array("I")
        self.tokens = array("I")
        self.terms = array("I")
        self.offsets = array("I")

    def _name(self, term: str) -> int:
        self.names.append(term.encode("utf-8", "surrogatepass"))
        return len(self.names) - 1

    def add_one(self, term: str) -> None:
        """Takes up the next word, which has one term and no offset."""
        self.starts.append(len(self.terms))
        self.counts.append(1)
        self.terms.append(self._numbers[term])
        self.offsets.append(0)
        self.tokens.append(1)

    def add(self, placed: Sequence[tuple[int, str]]) -> None:
        """Takes up the next word: its terms with their offsets."""
        self.starts.append(len(self.terms))
        self.counts.append(len(placed))
        tokens = 0
        for offset, term in placed:
            self.terms.append(self._numbers[term])
            self.offsets.append(offset)
            tokens += width_of(term) if "\x1f" in term else 1
        self.tokens.append(tokens)


class _Language:
    """The words of one language that were seen so far."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._mark = stem_term("", language)
        self.numbers = _Numbering(self._add)
        self._pieces = _Numbering(self._number_of_piece)
        # A character of a run with the next one.
        self._pairs = _Numbering(self._add_pair)
        self.advances = array("I")
        self.views: dict[View, _Terms] = {view: _Terms() for view in VIEWS}

    def _add(self, chunk: str) -> int:
        advance, exact, stem = word_terms(chunk, self._language)
        self.views["exact"].add(exact)
        self.views["stem"].add(stem)
        self.advances.append(advance)
        return len(self.advances) - 1

    def _add_plain(self, form: str, stem_of: str) -> int:
        """A word of ASCII letters and digits; what a possessive ending leaves is stemmed."""
        self.views["exact"].add_one(form)
        stem = stems(Atom(form, stem_of, 0, len(form)), self._language)[0]
        self.views["stem"].add_one(self._mark + stem)
        self.advances.append(1)
        return len(self.advances) - 1

    def _add_pair(self, pair: tuple[str, str]) -> int:
        form, following = pair
        found = [(0, form), (0, form + following)] if following else [(0, form)]
        self.views["exact"].add(found)
        self.views["stem"].add([(0, self._mark + term) for _, term in found])
        self.advances.append(1)
        return len(self.advances) - 1

    def _number_of_piece(self, piece: bytes) -> int:
        if piece.isalnum() and len(piece) <= _SHORT:  # by far the most, all ASCII
            form = piece.lower()
            if form != piece:
                return self._pieces[form]
            plain = form.decode("ascii")
            return self._add_plain(plain, plain)
        if piece[-2:] in _POSSESSIVE and piece[:-2].isalnum() and len(piece) <= _SHORT:
            plain = piece[:-2].lower().decode("ascii")
            return self._add_plain(plain + "s", plain)
        text = piece.decode(PIECES)
        found = pattern_for(text).findall(text)
        if len(found) == 1:
            return self.numbers[found[0]]
        advance, exact, stem = 0, [], []
        for chunk in found:
            width, exact_terms, stem_terms = word_terms(chunk, self._language)
            exact += [(advance + offset, term) for offset, term in exact_terms]
            stem += [(advance + offset, term) for offset, term in stem_terms]
            advance += width
        self.views["exact"].add(exact)
        self.views["stem"].add(stem)
        self.advances.append(advance)
        return len(self.advances) - 1

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
                out.append(self.numbers[chunk])
        return out


_remembered: dict[str, _Language] = {}


def _language(code: str) -> _Language:
    known = _remembered.get(code)
    if known is None or len(known.advances) > _MAX_REMEMBERED:
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
        self._language = language
        self._first = texts.first
        self._numbers = _view(texts.numbers)
        self._ends = np.array(texts.ends, dtype=np.int64)
        rows = np.array(texts.rows, dtype=np.int32).reshape(-1, 3).T
        self._row_documents, self._row_parts, firsts = rows
        self._documents = int(self._row_documents[-1]) + 1
        sizes = self._sizes = np.diff(self._ends, prepend=0)
        advances = _view(language.advances)[self._numbers]
        after = np.cumsum(advances, dtype=np.int32)
        # Of each row: its first position, if all stood in one row.
        begins = _before(after, self._ends - sizes)
        lengths = _before(after, self._ends) - begins
        self.words = int(lengths[self._row_parts == _TEXT].sum())
        apart = np.cumsum(lengths + GAP) - (lengths + GAP)
        shift = (apart - apart[firsts] - begins).astype(np.int32)
        self._positions = after - advances.astype(np.int32) + np.repeat(shift, sizes)

    def tokens(self, view: View) -> Integers:
        """The tokens of each part of each document."""
        of_words = _view(self._language.views[view].tokens)[self._numbers]
        after = np.cumsum(of_words, dtype=np.int32)
        of_rows = _before(after, self._ends) - _before(after, self._ends - self._sizes)
        totals = np.zeros((len(PARTS), self._documents), dtype=np.int64)
        np.add.at(totals, (self._row_parts, self._row_documents), of_rows)
        return totals

    def lists(self, view: View) -> list[tuple[int, Part, View, Lists]]:
        """The posting lists of each part, as :class:`Inverted` has them."""
        known = self._language.views[view]
        counts = _view(known.counts)[self._numbers]
        at = _view(known.starts)[self._numbers]
        positions, sizes = self._positions, self._sizes
        if counts.max(initial=1) > 1 or counts.min(initial=1) < 1:
            after = np.cumsum(counts, dtype=np.int32)
            total = int(after[-1])
            at = np.repeat(at.astype(np.int32) - (after - counts.astype(np.int32)), counts)
            at += np.arange(total, dtype=np.int32)
            positions = np.repeat(positions, counts) + _view(known.offsets).view(np.int32)[at]
            sizes = np.diff(_before(after, self._ends), prepend=0)
        # Part and term of each place of a term.
        first_keys = self._row_parts * np.int32(len(known.names))
        keys = np.repeat(first_keys, sizes) + _view(known.terms).view(np.int32)[at]
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


def _view(numbers: array[int]) -> NDArray[np.uint32]:
    return np.frombuffer(numbers, dtype=np.uint32)


def _before(after: NDArray[np.int32], ends: Integers) -> Integers:
    """What all before each of ``ends`` amount to, from running totals."""
    return np.concatenate((np.zeros(1, dtype=np.int64), after))[ends].astype(np.int64)


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
