"""Files to documents: a registry by suffix, one module per family of formats.

Each module has ``parse(text, name) -> Document`` and is imported when a file needs it.
"""

from __future__ import annotations

import importlib
import re
from datetime import date
from pathlib import Path

from indexer.errors import ReadError
from indexer.model import Document
from indexer.readers.encoding import decode
from indexer.records import replace

# Suffix to the module that reads it.
SUFFIXES: dict[str, str] = {
    ".txt": "plain",
    ".text": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}

# Of what is not read, that which people may take for read.
UNREAD = frozenset(
    ".adoc .azw3 .djvu .doc .docx .epub .fb2 .mobi .odt .org .pages .pdf .ps .rst .rtf .tex".split()
)

_DATED = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9](?![0-9])")
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)


def is_readable(path: Path) -> bool:
    """Whether a walk of a folder takes the file for an essay, by its suffix alone."""
    return is_readable_name(path.name)


def is_readable_name(name: str) -> bool:
    """The same, given a file's name without its folder."""
    dot = name.rfind(".")
    return 0 < dot < len(name) - 1 and name[dot:].lower() in SUFFIXES


def read(path: Path) -> Document:
    """The document in a file. Raises ``ReadError`` with the reason in one line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(error.strerror or "can't be read") from error
    return parse(data, suffix=path.suffix, name=path.name)


def parse(data: bytes, *, suffix: str, name: str) -> Document:
    """The document in the bytes of a file called ``name``.

    A suffix not in ``SUFFIXES`` leaves the format to the content. Raises ``ReadError``.
    """
    if not data:
        raise ReadError("empty file")
    reader = SUFFIXES.get(suffix.lower())
    text, note = decode(data, declares=reader != "markdown")
    if not text or text.isspace():
        raise ReadError("holds no text")
    # A saved page is often named .txt; the mark-up at its very start tells.
    if reader in (None, "plain"):
        reader = "html" if _HTML_START.match(text[:4096]) else "plain"
    module = importlib.import_module(f"indexer.readers.{reader}")
    document: Document = module.parse(text, name)
    if not any(char.isalnum() for block in document.blocks for char in block.text):
        raise ReadError("holds no text")
    if document.date is None:
        document = replace(document, date=_date_of(name))
    if note is not None:
        document = replace(document, notes=(note, *document.notes))
    return document


def _date_of(name: str) -> str | None:
    """The day that a file's name begins with, as those of many weblogs do."""
    found = _DATED.match(name)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[0][:10]).isoformat()
    except ValueError:
        return None
