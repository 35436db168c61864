"""Plain text: a header of fields where there is one, then the structure the text shows."""

from __future__ import annotations

import re

from indexer.model import Document
from indexer.readers import gutenberg, titles
from indexer.readers.metadata import Metadata, authors_of, iso_date, primary_language

_FIELD = re.compile(r"([A-Z][A-Za-z-]{1,14}):[ \t]+(\S.*)")
# A header has a title and at least one more of these; other fields may stand between.
_KNOWN = frozenset({"title", "author", "authors", "date", "language", "lang", "published", "by"})


def parse(text: str, name: str) -> Document:
    """The document in a plain text; ``name`` is the file's, for messages."""
    from indexer.structure import blocks

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    book = gutenberg.text_of(text)
    if book is not None:
        meta, text = book
    else:
        meta, text = _header(text)
    title, body = titles.resolve(meta.title, blocks(text))
    return Document(
        title=title,
        authors=meta.authors,
        date=meta.date,
        language=meta.language,
        format="text",
        blocks=body,
        notes=meta.notes,
    )


def _header(text: str) -> tuple[Metadata, str]:
    """Fields like those of a letter (``Title: …``, ``Author: …``) that open the file."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(text) and len(fields) < 20:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position : min(end, position + 500)]
        found = _FIELD.fullmatch(line.rstrip())
        if found is None:
            if line.strip():
                return Metadata(), text  # fields that run into prose are prose
            break
        fields.setdefault(found[1].lower(), found[2])
        position = end + 1
    if "title" not in fields or len(_KNOWN.intersection(fields)) < 2:
        return Metadata(), text
    return field_metadata(fields), text[position:]


def field_metadata(fields: dict[str, str]) -> Metadata:
    """Metadata from header fields; names are lower-case."""
    written = fields.get("date") or fields.get("published")
    return Metadata(
        title=fields.get("title"),
        authors=authors_of(fields.get("author") or fields.get("authors") or fields.get("by") or ()),
        date=iso_date(written),
        language=primary_language(fields.get("language") or fields.get("lang")),
        notes=(f"date not understood: {written[:40]!r}",)
        if written and iso_date(written) is None
        else (),
    )
