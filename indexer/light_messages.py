"""MessagePack read without msgspec, for a process that ends soon; see :mod:`indexer.records`.

https://github.com/msgpack/msgpack/blob/master/spec.md
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# First bytes of values that are followed by their size, with the bytes that this takes.
_SIZES = {
    0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4,
    0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4,
}  # fmt: skip
_PLAIN = {0xC0: None, 0xC2: False, 0xC3: True}


def unpack(data: memoryview, extension: Callable[[int, memoryview], Any]) -> Any:
    """The value that the data is; its fractions are not read (``ValueError``)."""
    value, end = _value(data, 0, extension)
    if end != len(data):
        raise ValueError("there is more behind the value")
    return value


def _number(data: memoryview, begin: int, size: int, *, signed: bool = False) -> int:
    if begin + size > len(data):
        raise ValueError("cut short")
    return int.from_bytes(data[begin : begin + size], "big", signed=signed)


def _piece(data: memoryview, begin: int, size: int) -> tuple[memoryview, int]:
    if begin + size > len(data):
        raise ValueError("cut short")
    return data[begin : begin + size], begin + size


def _value(
    data: memoryview, at: int, extension: Callable[[int, memoryview], Any]
) -> tuple[Any, int]:
    """The value that begins here, and where it ends."""
    kind = _number(data, at, 1)
    at += 1
    if kind < 0x80:
        return kind, at
    if kind >= 0xE0:
        return kind - 0x100, at
    if kind in _PLAIN:
        return _PLAIN[kind], at
    if 0xCC <= kind <= 0xD3:
        size = 1 << (kind & 3)
        return _number(data, at, size, signed=kind >= 0xD0), at + size
    if 0xD4 <= kind <= 0xD8:
        size = 1 << (kind - 0xD4)
    elif kind in _SIZES:
        size = _number(data, at, _SIZES[kind])
        at += _SIZES[kind]
    elif kind < 0xA0:
        size = kind & 0x0F
    elif kind < 0xC0:
        size = kind & 0x1F
    else:
        raise ValueError(f"no value begins with {kind:#x}")
    if kind in (0xD9, 0xDA, 0xDB) or 0xA0 <= kind < 0xC0:
        piece, at = _piece(data, at, size)
        return str(piece, "utf-8"), at
    if kind in (0xDC, 0xDD) or 0x90 <= kind < 0xA0:
        items = []
        for _ in range(size):
            item, at = _value(data, at, extension)
            items.append(item)
        return items, at
    if kind in (0xDE, 0xDF) or kind < 0x90:
        found = {}
        for _ in range(size):
            key, at = _value(data, at, extension)
            found[key], at = _value(data, at, extension)
        return found, at
    if kind in (0xC4, 0xC5, 0xC6):
        piece, at = _piece(data, at, size)
        return bytes(piece), at
    code = _number(data, at, 1, signed=True)
    piece, at = _piece(data, at + 1, size)
    return extension(code, piece), at
