"""What records are made of: msgspec's structs and typing's named tuples, or lighter ones.

msgspec makes records in C, which is what whoever searches often wants; but to import it, with
typing, takes longer than a search does. A process that answers one search and ends
takes :mod:`indexer.light_records` instead, which behave the same as far as a search goes.
"""

from __future__ import annotations

import indexer

TYPE_CHECKING = False
if TYPE_CHECKING or not indexer.ONE_SHOT:
    from typing import Literal, NamedTuple, Protocol

    from msgspec import Struct, field
    from msgspec.structs import asdict, replace
else:
    from indexer.light_records import (
        Literal,
        NamedTuple,
        Protocol,
        Struct,
        asdict,
        field,
        replace,
    )

__all__ = [
    "Literal",
    "NamedTuple",
    "Protocol",
    "Struct",
    "asdict",
    "field",
    "replace",
]
