"""Stored entries: plain values in MessagePack, which holds data and can't run code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

# Strings with half of a surrogate pair, which UTF-8 has no bytes for, are of this extension type.
_ODD_STRING = 1


def pack(value: Any) -> bytes:
    """A value of strings, numbers, lists, mappings and nothing."""
    try:
        return msgspec.msgpack.encode(value)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode(_encodable(value))


def _encodable(value: Any) -> Any:
    """The same with odd strings as what MessagePack has room for."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return msgspec.msgpack.Ext(_ODD_STRING, value.encode("utf-8", "surrogatepass"))
        return value
    if isinstance(value, Mapping):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_encodable, value)]
    return value


def _odd_string(code: int, data: memoryview) -> str:
    if code != _ODD_STRING:
        raise ValueError(f"a stored entry has an item of type {code}")
    return bytes(data).decode("utf-8", "surrogatepass")


unpack = msgspec.msgpack.Decoder(ext_hook=_odd_string).decode
"""The value; its tuples are lists."""
