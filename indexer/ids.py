"""Essay ids: slugs of paths, no two alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from hashlib import blake2b


def slug(path: str) -> str:
    """``Politics/On Liberty`` as ``politics/on_liberty``.

    Lower case; letters, marks and digits of any script, ``-`` and ``.`` stay; a run of
    anything else is one ``_``. No part is empty, and none begins or ends with punctuation.
    """
    return "/".join(_part(part) for part in path.split("/"))


def _part(name: str) -> str:
    name = unicodedata.normalize("NFC", name.lower())
    kept = "".join(c if c in "-." or unicodedata.category(c)[0] in "LMN" else "_" for c in name)
    return re.sub("__+", "_", kept).strip("_.-") or "_"


def new_id(below: str, ending: str, path: str, taken: Container[str]) -> str:
    """The first id that is not ``taken`` for a file that has none yet.

    ``below`` is its path below the indexed folder, with ``/`` between the parts and with its
    ``ending`` (empty where that is part of the name); ``path`` is its whole path. Nothing but
    these and ``taken`` decides.
    """
    return next(name for name in _candidates(below, ending, path) if name not in taken)


def _candidates(below: str, ending: str, path: str) -> Iterator[str]:
    base = slug(below.removesuffix(ending))
    yield base
    if ending:
        yield base + ending.lower()
    # "~" is in no slug, so that no other file's slug is ever the same.
    yield f"{base}~{_hash(below)[:4]}"
    # Two folders with the same names below them.
    for digits in range(8, 129, 8):
        yield f"{base}~{_hash(path)[:digits]}"


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "backslashreplace")).hexdigest()
