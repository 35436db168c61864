"""Lengths of passages in tokens: what a length is, and how it lies in an index.

A byte stands for a length as in Lucene's ``SmallFloat.intToByte4``: the lengths below 40 each
have one of their own, greater ones keep their four leading bits (rounded down), so that scores
are those of an engine built on Lucene.
"""

from __future__ import annotations

from indexer.records import NamedTuple
from indexer.terms import width_of
from indexer.weights import BM25

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from indexer.analysis import Postings
    from indexer.plan import View

VIEWS: tuple[View, View] = ("exact", "stem")

# Of the 256 bytes all that a four-bit float leaves of the lengths up to 2**31 - 1.
_FREE = 24


def to_byte(length: int) -> int:
    """The byte of a length."""
    if length < _FREE:
        return length
    length -= _FREE
    shift = max(0, length.bit_length() - 4)
    if length < 8:
        return _FREE + length
    # The leading bit is always there; a shift of 0 is written as 1 to tell it from none.
    return _FREE + ((shift + 1) << 3 | (length >> shift) & 7)


def _to_length(byte: int) -> int:
    if byte < _FREE + 8:
        return byte
    shift, rest = divmod(byte - _FREE, 8)
    return _FREE + ((8 | rest) << (shift - 1))


# The length that each byte stands for.
LENGTHS: tuple[int, ...] = tuple(map(_to_length, range(256)))


class Tokens(NamedTuple):
    """Numbers of tokens in each view."""

    exact: int
    stem: int


def tokens(postings: Postings) -> Tokens:
    """The tokens of a text: the places of its terms. The joined form of a compound is one more
    for each position that it spans, and two stems of one word are two."""
    exact = sum(
        len(at) * (width_of(term) if "\x1f" in term else 1) for term, at in postings.exact.items()
    )
    return Tokens(exact, sum(map(len, postings.stem.values())))


def added(texts: Iterable[Postings]) -> Tokens:
    """The tokens of several texts."""
    exact = stem = 0
    for of in map(tokens, texts):
        exact += of.exact
        stem += of.stem
    return Tokens(exact, stem)


def length(title: Tokens, headings: Tokens, text: Tokens) -> Tokens:
    """The length of a passage in each view: its tokens as often as they count."""
    exact, stem = (
        BM25.title * t + h + own for t, h, own in zip(title, headings, text, strict=True)
    )
    return Tokens(exact, stem)


class Totals(NamedTuple):
    """Passages of one view that have any token, and their lengths together."""

    passages: int
    tokens: int


# Of an essay's totals, little-endian: passages (32 bits) and tokens (64), exact and then of stems.
_BYTES = 24


def pack_totals(lengths: list[Tokens]) -> bytes:
    """An essay's totals in each view, from its passages' lengths."""
    exact = [of.exact for of in lengths if of.exact]
    stem = [of.stem for of in lengths if of.stem]
    return b"".join(
        number.to_bytes(size, "little")
        for number, size in ((len(exact), 4), (sum(exact), 8), (len(stem), 4), (sum(stem), 8))
    )


def sum_totals(packed: Iterable[bytes]) -> dict[View, Totals]:
    """The totals of many essays in each view, from theirs in any number of pieces."""
    values = list(packed)
    if any(len(value) % _BYTES for value in values):
        raise ValueError("the lengths of an essay are cut short")
    exact, exact_tokens, stem, stem_tokens = _split(_sum(b"".join(values)))
    return {"exact": Totals(exact, exact_tokens), "stem": Totals(stem, stem_tokens)}


def _sum(packed: bytes) -> int:
    """The sum of an essay's totals in a row, each as one number: no part of it grows beyond its
    bits, since documents are numbered by 32."""
    # Half of them are added to the others at once, and so on: a loop takes three times as long.
    total, number = int.from_bytes(packed, "little"), len(packed) // _BYTES
    while number > 1:
        number = (number + 1) // 2
        bits = 8 * _BYTES * number
        total = (total >> bits) + (total & ((1 << bits) - 1))
    return total


def _split(total: int) -> Iterator[int]:
    """The parts of such a number."""
    for bits in (32, 64, 32, 64):
        yield total & ((1 << bits) - 1)
        total >>= bits
