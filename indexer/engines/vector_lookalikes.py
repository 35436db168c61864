"""Words nearly so spelled or of a shape, found by what is kept of each: its letters and its length.

Five bytes of each term of a segment, made when first asked for, and kept as long as its files are
open: a commit makes them for what it adds. Only of words that these leave is the text looked at.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from indexer.engines.vector_numbers import Array, spans, starts
from indexer.engines.whoosh_lookalikes import added, fields_of
from indexer.engines.whoosh_reader import Snapshot
from indexer.engines.whoosh_segment import Field
from indexer.spelling import matcher

# What stands from here on in a term is not of its form; see indexer.terms.
_SEPARATOR = 0x1F
_ASCII = 0x80
# A letter is known by the last five bits of its last byte: those of a to z differ.
_LETTER = 0x1F
_BITS = np.left_shift(1, np.arange(256, dtype=np.uint32) & _LETTER, dtype=np.uint32)
_ALL = (1 << 32) - 1
# The greatest length that is told from others.
_LONGEST = 255
# Terms whose letters are looked at at once; with twice as many it takes three times as long.
_BLOCK = 1 << 14
# Of a shape what stands for any letter, and for any number of them.
_OPEN = re.compile(r"\[[^\]]*\]|\.(?!\*)")
_STAR = ".*"


class Outlines(NamedTuple):
    """Of the form of each term which letters it has, as bits, and how many characters."""

    letters: Array
    lengths: Array


_known: WeakKeyDictionary[Field, Outlines] = WeakKeyDictionary()
_changing = threading.Lock()


def close_to(
    snapshot: Snapshot, names: Sequence[str], form: str, edits: int
) -> list[tuple[str, int]]:
    """The terms of some fields within so many edits, in order, with their postings' number."""
    letters = _letters(form)
    others = letters ^ _ALL
    size = len(form)
    low, high = (min(max(n, 0), _LONGEST) for n in (size - edits, size + edits))
    # An edit takes out one letter at most, and brings in one.
    least = letters.bit_count() - edits

    def may_be(field: Field) -> Array:
        own, lengths = outlines_of(field)
        found = (np.bitwise_count(own & letters) >= max(least, 0)).nonzero()[0]
        new = np.bitwise_count(own.take(found) & others) <= edits
        lengths = lengths.take(found)
        kept: Array = found[new & (lengths >= low) & (lengths <= high)]
        return kept

    def are(codes: Array, lengths: Array) -> Array:
        return _distances(codes, lengths, form, edits) <= edits

    return _found(snapshot, names, may_be, are)


def shaped(snapshot: Snapshot, names: Sequence[str], shape: str) -> list[tuple[str, int]]:
    """The terms of some fields whose whole form has a shape, as the port has it; in order, with
    their postings' number."""
    matches = matcher(shape).fullmatch
    literal, least = _OPEN.subn("", shape)
    literal = literal.replace(_STAR, "")
    least = min(least + len(literal), _LONGEST)
    letters = _letters(literal)

    def may_be(field: Field) -> Array:
        own, lengths = outlines_of(field)
        found: Array = ((own & letters == letters) & (lengths >= least)).nonzero()[0]
        return found

    def are(codes: Array, lengths: Array) -> Array:
        text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        ends = starts(lengths).tolist()
        fits = [matches(text, a, b) is not None for a, b in pairwise(ends)]
        return np.array(fits, np.bool_)

    return _found(snapshot, names, may_be, are)


def _found(
    snapshot: Snapshot,
    names: Sequence[str],
    may_be: Callable[[Field], Array],
    are: Callable[[Array, Array], Array],
) -> list[tuple[str, int]]:
    """The terms that may be and are, all looked at together."""
    candidates = []
    for field in fields_of(snapshot, names):
        found = may_be(field)
        if len(found):
            candidates.append((field, found, *_forms(field, found)))
    if not candidates:
        return []
    fields, numbers, codes, lengths = zip(*candidates, strict=True)
    flags = are(np.concatenate(codes), np.concatenate(lengths))
    ends = np.cumsum([*map(len, numbers)])[:-1]
    parts = zip(fields, numbers, np.split(flags, ends), strict=True)
    return added(item for field, own, fits in parts for item in _items(field, own[fits]))


def _items(field: Field, numbers: Array) -> Iterator[tuple[bytes, int]]:
    """Some terms of a field with their postings' number."""
    terms, begins = _terms(field, numbers)
    text = terms.tobytes()
    firsts = np.asarray(field.starts)
    counts = (firsts.take(numbers + 1) - firsts.take(numbers)).tolist()
    return zip((text[a:b] for a, b in pairwise(begins.tolist())), counts, strict=True)


def _letters(form: str) -> int:
    """The letters of a form, as bits."""
    bits = (1 << (char.encode("utf-8", "surrogatepass")[-1] & _LETTER) for char in form)
    return reduce(int.__or__, bits, 0)


def outlines_of(field: Field) -> Outlines:
    """What is kept of the terms of a field."""
    found = _known.get(field)
    if found is None:
        # Two threads may make the same, which is no harm.
        blocks = range(0, field.size, _BLOCK)
        parts = [_outlines(field, a, min(a + _BLOCK, field.size)) for a in blocks]
        found = Outlines(*map(np.concatenate, zip(*parts, strict=True)))
        with _changing:
            _known[field] = found
    return found


def _outlines(field: Field, first: int, after: int) -> Outlines:
    begins = np.asarray(field.offsets)[first : after + 1].astype(np.intp)
    data = np.asarray(field.data())[begins[0] : begins[-1]]
    begins -= begins[0]
    bits = _BITS.take(data)
    if int(data.max(initial=0)) < _ASCII and not (data == _SEPARATOR).any():
        lengths = np.diff(begins)
    else:
        ends = _ends(data, begins)
        bits[~ends] = 0
        lengths = _lengths(ends, begins)
    # An empty term, which comes before all others, would get the letters of the next.
    letters = np.bitwise_or.reduceat(np.append(bits, np.uint32(0)), begins[:-1])
    letters[begins[:-1] == begins[1:]] = 0
    return Outlines(letters, np.minimum(lengths, _LONGEST).astype(np.uint8))


def _terms(field: Field, numbers: Array) -> tuple[Array, Array]:
    """Some terms as bytes in a row, and where each begins and the last one ends."""
    offsets = np.asarray(field.offsets)
    first = offsets.take(numbers).astype(np.intp)
    sizes = offsets.take(numbers + 1) - first
    return np.asarray(field.data()).take(spans(first, sizes)), starts(sizes)


def _ends(data: Array, begins: Array) -> Array:
    """Flags for the bytes of terms that end a character of their form."""
    ends = np.ones(len(data), np.bool_)
    ends[:-1] = (data[1:] & 0xC0) != 0x80
    apart = (data == _SEPARATOR).nonzero()[0]
    if len(apart):
        after = begins.take(begins.searchsorted(apart, side="right"))
        ends[spans(apart, after - apart)] = False
    return ends


def _lengths(ends: Array, begins: Array) -> Array:
    """How many characters the form of each term has."""
    return np.diff(starts(ends).take(begins))


def _forms(field: Field, numbers: Array) -> tuple[Array, Array]:
    """The characters of some forms in a row, as numbers, and how many each has."""
    data, begins = _terms(field, numbers)
    ends = _ends(data, begins)
    lengths = _lengths(ends, begins)
    if int(data.max(initial=0)) < _ASCII:
        return data[ends], lengths
    text = data.tobytes().decode("utf-8", "surrogatepass")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    # One flag for each character: that of its last byte.
    last = np.append((data[1:] & 0xC0) != 0x80, True)
    return codes[ends[last]], lengths


def _distances(codes: Array, lengths: Array, form: str, limit: int) -> Array:
    """Edits between a form and others, as :func:`indexer.spelling.distance` counts them, but for
    all at once."""
    wanted = list(map(ord, form))
    if max(wanted, default=0) > 0x7F:
        codes = codes.astype(np.uint32)
    # A row for each place, a column for each; what is beyond its end is never looked at.
    places = np.zeros((len(form) + limit, len(lengths)), codes.dtype)
    of = np.repeat(np.arange(len(lengths)), lengths)
    at = spans(np.zeros(len(lengths), np.intp), lengths)
    inside = at < len(places)
    places[at[inside], of[inside]] = codes[inside]
    over = np.uint8(limit + 1)
    beyond = np.full(len(lengths), over)
    found = beyond.copy()
    before: dict[int, Array] = {}
    last = {j: np.full(len(lengths), np.uint8(j)) for j in range(min(limit, len(places)) + 1)}
    for i, letter in enumerate(wanted, 1):
        row: dict[int, Array] = {}
        if i <= limit:
            row[0] = np.full(len(lengths), np.uint8(i))
        for j in range(max(1, i - limit), min(len(places), i + limit) + 1):
            value = last.get(j - 1, beyond) + (places[j - 1] != letter)
            np.minimum(value, last.get(j, beyond) + np.uint8(1), out=value)
            np.minimum(value, row.get(j - 1, beyond) + np.uint8(1), out=value)
            if i > 1 and j > 1:
                swapped = (places[j - 1] == wanted[i - 2]) & (places[j - 2] == letter)
                # Nothing is added where they are; else it is beyond.
                fewer = before.get(j - 2, beyond) + np.where(swapped, np.uint8(1), over)
                np.minimum(value, fewer, out=value)
            row[j] = np.minimum(value, over, out=value)
        before, last = last, row
    for j, values in last.items():
        found = np.where(lengths == j, values, found)
    return found
