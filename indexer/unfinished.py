"""A query that is still being typed: the word to go on with, and what stands before it."""

from __future__ import annotations

import re
from typing import Literal, cast

from indexer.folding import APOSTROPHES, HYPHENS
from indexer.query import parse
from indexer.query_lexer import BOUNDARY, CLOSERS, FIELDS
from indexer.query_terms import OPERATOR_WORDS
from indexer.records import Struct
from indexer.splitting import forms, groups, is_run, pattern_for
from indexer.usage import plain_form

Field = Literal["", "title", "heading", "author"]

# What may already join the word to the rest of it.
_JOINING = re.compile(f"[{APOSTROPHES}{HYPHENS}]*")
# No end of a word that holds one can be told.
_WILD = re.compile(r"[*?\[\]~＊？～]")
_FIELD = re.compile(r"[-－]?(\w+):")
_MOST_BEFORE = 3  # words
# Characters that hold so many words, but for the longest.
_REACH = 200


class Unfinished(Struct, frozen=True, kw_only=True):
    """The end of a query, taken apart.

    The word begun stands from ``start`` to the end of ``text``: ``begun`` is its folded
    beginning, and ``run`` its characters where it is of a script written without spaces. Both
    are empty after a space, where only a further word can come. ``before`` are the last words
    directly before it, as :func:`indexer.usage.plain_form` gives them. ``item`` is where the
    whole term begins, with its field, dash or quotation mark; the text before that is a query.
    In a quotation ``closing`` is the mark that would end it, and ``quoted`` where its words
    begin. ``is_plain`` tells a query of nothing but words.
    """

    text: str
    start: int
    begun: str
    run: tuple[str, ...]
    before: tuple[str, ...]
    item: int
    field: Field
    closing: str
    quoted: int
    is_plain: bool


def unfinished(text: str) -> Unfinished | None:
    """What is being typed at the end of a query; ``None`` where that is no word."""
    chunks = list(pattern_for(text).finditer(text))
    if not chunks:
        return None
    last, after = chunks[-1], text[chunks[-1].end() :]
    begun, start = "", len(text)
    run: tuple[str, ...] = ()
    if _JOINING.fullmatch(after):
        begun, start = _beginning(last[0])
        start += last.start()
        run = tuple(forms(last[0])) if is_run(last[0]) else ()
        if not begun and not run:
            return None
    elif after.strip() or last[0] in OPERATOR_WORDS:
        return None
    query = parse(text)
    if any(note.kind == "too-many-terms" for note in query.notes):
        return None  # the last ones are left out
    opened = [note.span[0] for note in query.notes if note.kind == "unbalanced-quote"]
    opening = max((place for place in opened if place < start), default=-1)
    if opening > 0 and not (text[opening - 1].isspace() or text[opening - 1] in "(（-－:|｜"):
        opening = -1  # inches, and the like
    edge = start if opening < 0 else opening
    item = max((match.end() for match in BOUNDARY.finditer(text, 0, edge)), default=0)
    lead = text[item:edge]
    field = _FIELD.match(lead)
    if field is not None and field[1].lower() in FIELDS:
        name = field[1].lower()
        if name not in ("title", "heading", "author") or field.end() < len(lead) or not begun:
            return None
        scope = cast(Field, name)
    else:
        scope = ""
    if _WILD.search(lead):
        return None
    before = () if lead and opening < 0 else _words_before(text, opening + 1, start)
    is_plain = opening < 0 and not scope and query.strict is None and lead[:1] not in ("-", "－")
    if not begun and not run and not before and not is_plain:
        return None
    return Unfinished(
        text=text,
        start=start,
        begun=begun,
        run=run,
        before=before,
        item=item,
        field=scope,
        closing=CLOSERS[text[opening]][0][0] if opening >= 0 else "",
        quoted=opening + 1,
        is_plain=is_plain,
    )


def _beginning(chunk: str) -> tuple[str, int]:
    """The folded beginning of the last word of a chunk, and where in it that begins."""
    if is_run(chunk):
        return "", 0
    found = list(groups(chunk))
    if not found:
        return "", 0
    atoms = found[-1].atoms
    for first, count, atom in found[-1].joined:
        if first == 0 and count == len(atoms):
            return atom.form, atom.start
    return atoms[-1].form, atoms[-1].start


def _words_before(text: str, begin: int, end: int) -> tuple[str, ...]:
    """The last words of a stretch of text, with nothing but spaces between and after them."""
    low = max(begin, end - _REACH)
    found: list[str] = []
    for chunk in reversed(list(pattern_for(text).finditer(text, low, end))):
        first = chunk.start()
        whole = first == begin or (first > low and text[first - 1].isspace())
        if (
            text[chunk.end() : end].strip()
            or not whole
            or is_run(chunk[0])
            or chunk[0] in OPERATOR_WORDS
            or len(found) == _MOST_BEFORE
        ):
            break
        found.append(plain_form(chunk[0]))
        end = first
    return tuple(reversed(found))
