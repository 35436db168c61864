"""HTML and XHTML: the article, not its navigation, scripts or cookie banners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import MissingParser, ReadError
from indexer.model import Block, Document
from indexer.readers import gutenberg, titles
from indexer.readers.html_article import article_of
from indexer.readers.html_depth import flattened
from indexer.readers.html_metadata import metadata
from indexer.readers.html_pieces import Container, Piece
from indexer.readers.html_walk import pieces_of
from indexer.readers.metadata import Metadata

# A <pre> that is this share of a page, and holds no mark-up for code, is an essay in plain text.
_PLAIN_SHARE = 0.5


if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser


def parse(text: str, name: str) -> Document:
    """The document in a page; ``name`` is the file's, for messages."""
    tree, pieces, containers = _parsed(text)
    meta = metadata(tree, [p.block.text for p in pieces if p.block.kind == "heading"])
    blocks = [piece.block for piece in _with_plain(article_of(pieces, containers, meta.title))]
    book = gutenberg.blocks_of(blocks)
    notes: tuple[str, ...] = ()
    if book is not None and book[1]:
        said, blocks = book
        notes = said.notes
        meta = Metadata(
            title=said.title or meta.title,
            authors=said.authors or meta.authors,
            date=meta.date,
            language=said.language or meta.language,
        )
    if not blocks:
        raise ReadError("holds no text")
    title = meta.title
    if titles.usable(title) is None:
        # The article may begin below the heading that names it.
        title = next((p.block.text for p in pieces if p.block.level == 1), None)
    title, body = titles.resolve(title, blocks)
    return Document(
        title=title,
        authors=meta.authors,
        date=meta.date,
        language=meta.language,
        format="html",
        blocks=body,
        notes=notes,
    )


def blocks_of(source: str) -> list[Block]:
    """All the blocks of a fragment of HTML, nothing left out as boilerplate."""
    return [piece.block for piece in _parsed(source)[1]]


def _parsed(source: str) -> tuple[LexborHTMLParser, list[Piece], list[Container]]:
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError:
        raise MissingParser("HTML needs selectolax: pip install selectolax") from None
    tree = LexborHTMLParser(flattened(source))
    root = tree.body or tree.root
    if root is None:
        raise ReadError("holds no text")
    pieces, containers = pieces_of(root)
    return tree, pieces, containers


def _with_plain(pieces: list[Piece]) -> list[Piece]:
    """Plain text that was put on the web in one <pre> gets the structure it shows."""
    total = sum(len(piece.block.text) for piece in pieces)
    whole: list[Piece] = []
    for piece in pieces:
        plain = piece.block.kind == "code" and piece.links < 0
        if plain and len(piece.block.text) > _PLAIN_SHARE * total:
            from indexer.structure import blocks

            whole += [Piece(block, piece.container, 0) for block in blocks(piece.block.text)]
        else:
            whole.append(piece)
    return whole
