"""Stored entries: plain values in MessagePack, which holds data and can't run code."""

from __future__ import annotations

import indexer

TYPE_CHECKING = False
# Strings with half of a surrogate pair, which UTF-8 has no bytes for, are of this extension type.
_ODD_STRING = 1


def pack(value: Any) -> bytes:
    """A value of strings, numbers, lists, mappings and nothing."""
    import msgspec

    try:
        return msgspec.msgpack.encode(value)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode(_encodable(value))


def _encodable(value: Any) -> Any:
    """The same with odd strings as what MessagePack has room for."""
    import msgspec

    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return msgspec.msgpack.Ext(_ODD_STRING, value.encode("utf-8", "surrogatepass"))
        return value
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_encodable, value)]
    return value


def odd_string(code: int, data: memoryview) -> str:
    """The string that an extension type stands for (``ValueError``)."""
    if code != _ODD_STRING:
        raise ValueError(f"a stored entry has an item of type {code}")
    return bytes(data).decode("utf-8", "surrogatepass")


if TYPE_CHECKING or not indexer.ONE_SHOT:
    from typing import Any, TypedDict

    import msgspec

    class _Essay(TypedDict):
        id: Any
        title: Any
        authors: Any
        date: Any
        language: Any
        path: Any
        format: Any
        words: Any

    class _Entry(TypedDict):
        essay: _Essay
        passages: Any

    _decode = msgspec.msgpack.Decoder(ext_hook=odd_string).decode
    _decode_essay = msgspec.msgpack.Decoder(_Entry, ext_hook=odd_string).decode
else:
    from indexer import light_messages

    def _decode(data: bytes) -> Any:
        return light_messages.unpack(data, odd_string)

    def _decode_essay(data: bytes) -> Any:
        return _decode(light_messages.without(data, "outline", "passages"))


unpack = _decode
"""The value; its tuples are lists."""
unpack_essay = _decode_essay
"""The entry of an essay, with what a hit shows at least; outlines are long, and seldom shown."""
