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


def unpack(data: bytes, extension: Callable[[int, memoryview], Any]) -> Any:
    """The value that the data is; fractions are not read (``ValueError``)."""
    try:
        value, end = _value(data, 0, extension)
    except IndexError:
        raise ValueError("cut short") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    if end != len(data):
        raise ValueError("cut short" if end > len(data) else "there is more behind the value")
    return value


def without(data: bytes, key: str, following: str) -> bytes:
    """The same value with nothing for a key, if that can soon be told: ``following`` is the key
    after it, whose value is a number and the last of all."""
    found, after = (bytes((0xA0 + len(name),)) + name.encode() for name in (key, following))
    head, mark, rest = data.partition(found)
    end = rest.rfind(after)
    # The same bytes may also be amid a text.
    return data if end < 0 or found in rest else b"".join((head, mark, b"\xc0", rest[end:]))


def _value(data: bytes, at: int, extension: Callable[[int, memoryview], Any]) -> tuple[Any, int]:
    """The value that begins here, and where it ends; that may be beyond the end of the data."""
    kind = data[at]
    at += 1
    if kind < 0x80:
        return kind, at
    if kind >= 0xE0:
        return kind - 0x100, at
    if kind in _PLAIN:
        return _PLAIN[kind], at
    if 0xCC <= kind <= 0xD3:
        end = at + (1 << (kind & 3))
        return int.from_bytes(data[at:end], "big", signed=kind >= 0xD0), end
    if kind in _SIZES:
        begin = at + _SIZES[kind]
        size = int.from_bytes(data[at:begin], "big")
        at = begin
    elif 0xD4 <= kind <= 0xD8:
        size = 1 << (kind - 0xD4)
    elif kind < 0xA0:
        size = kind & 0x0F
    elif kind < 0xC0:
        size = kind & 0x1F
    else:
        raise ValueError(f"no value begins with {kind:#x}")
    end = at + size
    if 0xA0 <= kind < 0xC0 or 0xD9 <= kind <= 0xDB:
        return _whole(data, at, end).decode(), end
    if 0x90 <= kind < 0xA0 or 0xDC <= kind <= 0xDD:
        items = []
        for _ in range(size):
            item, at = _value(data, at, extension)
            items.append(item)
        return items, at
    if kind < 0x90 or kind >= 0xDE:
        found = {}
        for _ in range(size):
            key, at = _value(data, at, extension)
            found[key], at = _value(data, at, extension)
        return found, at
    if kind <= 0xC6:
        return _whole(data, at, end), end
    code = int.from_bytes(data[at : at + 1], "big", signed=True)
    return extension(code, memoryview(_whole(data, at + 1, end + 1))), end + 1


def _whole(data: bytes, begin: int, end: int) -> bytes:
    if end > len(data):
        raise ValueError("cut short")
    return data[begin:end]
