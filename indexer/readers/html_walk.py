"""One walk over an HTML tree: blocks in reading order, and where each of them stood.

What never is text of an essay (scripts, form fields, hidden parts, note marks, page numbers)
is left out here; what is the article and what is round it, ``html_article`` decides. The walk
has its own stack, for trees deeper than Python's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from indexer.model import Block, BlockKind
from indexer.readers.html_elements import (
    BLOCKS,
    HEADINGS,
    LIST_SECTIONS,
    LISTS,
    SKIPPED,
    TERM_BLOCKS,
    aria_level,
    is_data,
    is_hidden,
    is_mark,
    is_verse,
)
from indexer.readers.html_lists import Counter, ListText, TableText
from indexer.readers.html_pieces import BREAK, Container, Piece, collapsed, container_of, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# A line of verse is short; a paragraph with a few <br> in it is not verse. In characters.
_LONGEST_VERSE_LINE = 90
_TABLE_PARTS = frozenset({
    "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th",
})  # fmt: skip
_NOT_IN_HEADINGS = frozenset({"p", "ul", "ol", "dl", "table", "blockquote", "pre", "hr"})
# Without a class or id these tell nothing about their place in the page.
_PLAIN = frozenset({
    "p", "li", "dd", "dt", "figcaption", "figure", "summary", "details", "tr", "tbody", "thead",
    "tfoot", "legend", "address", "hgroup", "dl", "ul", "ol",
})  # fmt: skip
# A line below the title, marked up as a heading.
_SUBTITLES = frozenset({"subtitle", "dek", "deck", "standfirst", "tagline", "lede"})
# What an open element undoes when it opened a container.
_SCOPES = frozenset({"scope", "quotation", "verse", "quoted verse", "list", "table"})


def pieces_of(root: LexborNode) -> tuple[list[Piece], list[Container]]:
    """All blocks below ``root``, and the containers they stood in."""
    walk = _Walk()
    node: LexborNode | None = root
    depth = 0
    while node is not None:
        down = walk.enter(node)
        child = node.first_child if down else None
        if child is not None:
            depth += 1
            node = child
            continue
        if down:
            walk.leave()
        following = node.next if depth else None
        while following is None and depth:
            parent = node.parent
            depth -= 1
            walk.leave()
            if parent is None:
                return walk.finish()
            node = parent
            following = node.next if depth else None
        node = following
    return walk.finish()


class _Walk:
    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.containers: list[Container] = [Container(0, "", "", frozenset(), frozenset())]
        self._leaving: list[tuple[str, int]] = []  # what each open element undoes
        self._text: list[str] = []
        self._container = 0
        self._links = 0
        self._in_link = 0
        self._in_quotation = 0
        self._in_verse = 0
        self._heading = 0
        self._hgroup: list[str] | None = None
        self._list: ListText | None = None
        self._table: TableText | None = None

    def finish(self) -> tuple[list[Piece], list[Container]]:
        self._flush()
        return self.pieces, self.containers

    def enter(self, node: LexborNode) -> bool:
        """Takes in a node; true when its children are to be walked too."""
        tag = node.tag
        if tag == "-text":
            text = node.text_content
            if text:
                self._text.append(text)
                if self._in_link:
                    self._links += len(text)
            return False
        if tag is None or tag[0] in "-_!" or tag in SKIPPED:
            return False
        attributes = node.attributes
        if attributes and is_hidden(tag, attributes):
            return False
        if tag == "br":
            self._text.append(BREAK)
            return False
        if tag == "img":
            alt = (attributes.get("alt") or "").strip()
            # A file name in place of a description says nothing.
            if alt and not re.fullmatch(r"\S+\.(?:jpe?g|png|gif|svg|webp)", alt, re.I):
                self._text.append(f" {alt} ")
            return False
        if tag == "button":
            if not self._heading and (node.parent is None or node.parent.tag != "summary"):
                return False
        elif tag == "math":
            alternative = attributes.get("alttext")
            if alternative:
                self._text.append(f" {alternative} ")
                return False
        if tag in BLOCKS:
            return self._enter_block(node, tag, attributes)
        if tag == "a" and attributes.get("href"):
            if is_mark(node):
                return False
            self._in_link += 1
            self._leaving.append(("link", 0))
        elif tag == "q":
            self._text.append("“")
            self._leaving.append(("q", 0))
        else:
            if attributes.get("role") == "heading" and not self._heading:
                return self._enter_heading(aria_level(attributes))
            self._leaving.append(("", 0))
        return True

    def leave(self) -> None:
        """Closes the innermost open element."""
        action, value = self._leaving.pop()
        if not action:
            return
        if action == "link":
            self._in_link -= 1
        elif action == "q":
            self._text.append("”")
        else:
            self._leave_block(action, value)

    def _leave_block(self, action: str, value: int) -> None:
        if action == "cell" and self._table is not None:
            self._table.cell(self._taken())
            self._table.links += self._links
            self._links = 0
            return
        self._flush()
        if action == "row" and self._table is not None:
            self._table.row()
        elif action == "heading":
            self._heading = 0
        elif action == "hgroup":
            parts, self._hgroup = self._hgroup or [], None
            self._heading = 0
            self._put("heading", ": ".join(parts), level=value)
        elif action == "quotation":
            self._in_quotation -= 1
        elif action == "verse":
            self._in_verse -= 1
        elif action == "quoted verse":
            self._in_verse -= 1
            self._in_quotation -= 1
        elif action == "item" and self._list is not None:
            self._list.end_item()
        elif action == "sublist" and self._list is not None:
            self._list.close()
        elif action == "list" and self._list is not None:
            whole, self._list = self._list, None
            self._put("list", whole.text(), links=whole.links)
        elif action == "table" and self._table is not None:
            rows, self._table = self._table, None
            self._put("table", rows.text(), links=rows.links)
        if action in _SCOPES:
            self._container = self.containers[self._container].parent

    def _enter_block(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        if self._table is not None and tag in _TABLE_PARTS:
            return self._enter_table_part(tag)
        in_heading = self._heading > 0 and self._hgroup is None
        if in_heading and tag in _NOT_IN_HEADINGS:
            self._flush()
            self._heading = 0  # its end tag was forgotten
        elif in_heading or self._table is not None:
            self._text.append(" ")
            self._leaving.append(("", 0))
            return True
        self._flush()
        if tag in ("pre", "listing", "xmp", "plaintext"):
            self._preformatted(node, attributes)
            return False
        if tag == "hr":
            return False
        level = HEADINGS.get(tag)
        if level is None and attributes.get("role") == "heading":
            level = aria_level(attributes)
        if level is not None and self._list is None:
            if self._hgroup is not None:
                self._leaving.append(("part", -1))
                return True
            names = (attributes.get("class") or "").lower()
            if not _SUBTITLES.isdisjoint(words_of(names)):
                return self._enter_scope(tag, attributes)
            return self._enter_heading(level)
        if tag == "hgroup" and self._hgroup is None and self._list is None:
            first = node.css_first("h1,h2,h3,h4,h5,h6")
            if first is not None:
                self._hgroup = []
                self._heading = HEADINGS[first.tag or "h2"]
                self._leaving.append(("hgroup", self._heading))
                return True
        if self._hgroup is not None:
            self._leaving.append(("part", -1))
            return True
        if tag in LISTS or tag == "dl":
            if self._enter_list(node, tag, attributes):
                return True
        elif tag == "li" and self._list is not None:
            self._list.item(attributes)
            self._leaving.append(("item", -1))
            return True
        elif tag in ("dt", "dd") and self._list is not None:
            self._list.term() if tag == "dt" else self._list.definition()
            self._leaving.append(("item", -1))
            return True
        elif tag == "table" and self._list is None and is_data(node):
            self._open_container(tag, attributes)
            self._table = TableText()
            self._leaving.append(("table", 0))
            return True
        if self._list is not None or (not attributes and tag in _PLAIN):
            self._leaving.append(("part", -1))
            return True
        return self._enter_scope(tag, attributes)

    def _enter_scope(self, tag: str, attributes: dict[str, str | None]) -> bool:
        self._open_container(tag, attributes)
        verse = is_verse(attributes)
        if tag == "blockquote":
            self._in_quotation += 1
            self._in_verse += verse
            self._leaving.append(("quoted verse" if verse else "quotation", 0))
        elif verse and tag not in ("body", "html", "article", "main"):
            self._in_verse += 1
            self._leaving.append(("verse", 0))
        else:
            self._leaving.append(("scope", 0))
        return True

    def _enter_heading(self, level: int) -> bool:
        self._flush()
        self._heading = level
        self._leaving.append(("heading", -1))
        return True

    def _enter_list(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        if self._list is not None:
            self._list.open(Counter(tag, attributes))
            self._leaving.append(("sublist", -1))
            return True
        if node.css_first(TERM_BLOCKS if tag == "dl" else LIST_SECTIONS) is not None:
            return False  # sections laid out as a list
        self._open_container(tag, attributes)
        self._list = ListText(Counter(tag, attributes))
        self._leaving.append(("list", 0))
        return True

    def _enter_table_part(self, tag: str) -> bool:
        if tag in ("td", "th"):
            self._text.clear()
            self._leaving.append(("cell", -1))
        elif tag == "caption":
            self._leaving.append(("caption", -1))
        else:
            self._leaving.append(("row" if tag == "tr" else "", -1))
        return True

    def _open_container(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        container = container_of(self._container, tag, attributes)
        self._container = len(self.containers)
        self.containers.append(container)

    def _preformatted(self, node: LexborNode, attributes: dict[str, str | None]) -> None:
        text = node.text().expandtabs(4).strip("\r\n").rstrip()
        if not text.strip():
            return
        if self._list is not None:
            self._list.add(text)
            return
        verse = self._in_verse or is_verse(attributes)
        self._open_container("pre", attributes)
        is_code = node.css_first("code,span,kbd,samp") is not None
        self._put("verse" if verse else "code", text, links=0 if is_code else -1)
        self._container = self.containers[self._container].parent

    def _taken(self) -> str:
        text = collapsed("".join(self._text))
        self._text.clear()
        return text

    def _flush(self) -> None:
        if not self._text:
            return
        text = self._taken()
        links, self._links = self._links, 0
        if not text or text.isspace():
            return
        if self._hgroup is not None:
            self._hgroup.append(" ".join(text.split()))
        elif self._heading:
            self._put("heading", " ".join(text.split("\n")), level=self._heading, links=links)
        elif self._table is not None:
            self._table.caption(text)
        elif self._list is not None:
            self._list.links += links
            self._list.add(text)
        else:
            share = links / max(1, len(text))
            for part in re.split("\n{2,}", text):
                if part.strip():
                    self._paragraph(part.strip("\n"), round(share * len(part)))

    def _paragraph(self, text: str, links: int) -> None:
        lines = text.split("\n")
        kind: BlockKind = "quotation" if self._in_quotation else "paragraph"
        if self._in_verse or (len(lines) > 2 and max(map(len, lines)) <= _LONGEST_VERSE_LINE):
            kind = "verse"
        self._put(kind, text, links=links)

    def _put(self, kind: BlockKind, text: str, *, level: int = 0, links: int = 0) -> None:
        if text.strip():
            self.pieces.append(
                Piece(Block(kind=kind, text=text, level=level), self._container, links)
            )
