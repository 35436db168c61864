"""One walk over an HTML tree: blocks in reading order, and where each of them stood.

What never is text of an essay (scripts, form fields, hidden parts, note marks, page numbers)
is left out here; what is the article and what is round it, ``html_article`` decides. The walk
has its own stack, for trees deeper than Python's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from indexer.model import Block, BlockKind
from indexer.readers.html_lists import Counter, ListText, TableText

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# A line of verse is short; a paragraph with a few <br> in it is not verse. In characters.
_LONGEST_VERSE_LINE = 90
# A table cell beyond this is a column of the page's layout, in characters.
_LONGEST_CELL = 1500

_BREAK = "\0"  # <br>; the parser leaves no NUL in text

_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas",
    "audio", "video", "select", "datalist", "textarea", "input", "progress", "meter", "head",
    "title", "rp", "rt", "rtc", "applet", "param", "source", "track", "map", "area", "annotation",
    "annotation-xml", "noframes", "noembed", "link", "meta", "base", "dialog",
})  # fmt: skip
_BLOCKS = frozenset({
    "html", "body", "address", "article", "aside", "blockquote", "center", "dd", "details", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav",
    "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul", "caption", "listing", "xmp", "plaintext",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_NESTS = "h1,h2,h3,h4,h5,h6,table"
_SECTIONS = "h1,h2,h3,h4,h5,h6,article,section,form"
_CELL_BLOCKS = "blockquote,pre,p+p,div+div,br+br"
_TERM_BLOCKS = "dd p,dd div,dd blockquote,dd ul,dd ol,dd pre,dd dl,table,h1,h2,h3,h4,h5,h6"

_HIDDEN_WORDS = frozenset({
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only",
    "mw-editsection", "headerlink", "header-anchor", "heading-anchor", "anchorjs-link",
    "footnote-backref", "footnote-back", "reversefootnote", "pagenum", "pageno", "page-number",
    "page-numbers", "pagebreak", "mw-jump-link", "skip-link", "skiplink", "noprint",
})  # fmt: skip
_VERSE_WORDS = frozenset({
    "verse", "poem", "poetry", "stanza", "lyrics", "song", "poeme", "gedicht",
})  # fmt: skip
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_NOTE_MARK = re.compile(r"\W{0,3}(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶#]{1,4})\W{0,3}", re.I)
_TABLE_PARTS = frozenset({
    "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th",
})  # fmt: skip
# What an open element undoes when it opened a container.
_SCOPES = frozenset({"scope", "quotation", "verse", "quoted verse", "list", "table"})
_WORD_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")

# White space in HTML; a no-break space is a character of the text.
_SPACE = re.compile(r"[ \t\r\n\f]+")
_WIDE = "\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"
_WIDE_WRAP = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n[ \t\r\n]*(?=[{_WIDE}])")


class Container(NamedTuple):
    """An element that holds blocks. ``parent`` is an index; the root is its own parent."""

    parent: int
    tag: str
    role: str
    words: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, the index of the container it stood in, and its characters inside links."""

    block: Block
    container: int
    links: int


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
        if tag is None or tag[0] in "-_!" or tag in _SKIPPED:
            return False
        attributes = node.attributes
        if attributes and self._hidden(node, tag, attributes):
            return False
        if tag == "br":
            self._text.append(_BREAK)
            return False
        if tag == "img":
            alt = (attributes.get("alt") or "").strip()
            # A file name in place of a description says nothing.
            if alt and not re.fullmatch(r"\S+\.(?:jpe?g|png|gif|svg|webp)", alt, re.I):
                self._text.append(f" {alt} ")
            return False
        if tag == "button":
            if not self._heading and not any(name == "summary" for name, _ in self._leaving):
                return False
        elif tag == "math":
            alternative = attributes.get("alttext")
            if alternative:
                self._text.append(f" {alternative} ")
                return False
        if tag in _BLOCKS:
            return self._enter_block(node, tag, attributes)
        if tag == "a" and attributes.get("href"):
            if self._is_mark(node, attributes):
                return False
            self._in_link += 1
            self._leaving.append(("link", 0))
        elif tag == "q":
            self._text.append("“")
            self._leaving.append(("q", 0))
        else:
            if attributes.get("role") == "heading" and not self._heading:
                return self._enter_heading(_aria_level(attributes))
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

    def _hidden(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        if "hidden" in attributes and attributes["hidden"] != "until-found":
            return tag not in ("html", "body")
        style = attributes.get("style")
        if style and _HIDDEN_STYLE.search(style):
            return tag not in ("html", "body")
        if attributes.get("aria-hidden") == "true" and tag not in ("html", "body", "main"):
            return tag != "img"
        role = attributes.get("role") or ""
        kind = attributes.get("epub:type") or ""
        if role in ("doc-noteref", "doc-backlink", "doc-pagebreak"):
            return True
        if kind in ("noteref", "backlink", "pagebreak", "referrer"):
            return True
        words = attributes.get("class") or ""
        return not _HIDDEN_WORDS.isdisjoint(words.lower().split())

    def _is_mark(self, node: LexborNode, attributes: dict[str, str | None]) -> bool:
        """A link that is a note's mark, a way back from it, or a heading's permanent link."""
        if "#" not in (attributes.get("href") or ""):
            return False
        text = node.text()
        if len(text) > 12:
            return False
        text = text.strip()
        if not any(char.isalnum() for char in text):
            # ¶, §, ↩ or a star. An empty anchor or a picture may hold an alt text.
            return bool(text)
        if _NOTE_MARK.fullmatch(text) is None:
            return False
        if text[0] in "[(" or any(name == "sup" for name in _parents(node)):
            return True
        return node.css_first("sup") is not None

    def _enter_block(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        if self._table is not None and tag in _TABLE_PARTS:
            return self._enter_table_part(tag)
        if self._table is not None:
            self._text.append(" ")
            self._leaving.append(("", 0))
            return True
        self._flush()
        if tag in ("pre", "listing", "xmp", "plaintext"):
            self._preformatted(node, attributes)
            return False
        if tag == "hr":
            return False
        level = _HEADINGS.get(tag)
        if level is None and attributes.get("role") == "heading":
            level = _aria_level(attributes)
        if level is not None and self._list is None:
            if self._hgroup is not None:
                self._leaving.append(("part", -1))
                return True
            return self._enter_heading(level)
        if tag == "hgroup" and self._hgroup is None and self._list is None:
            first = node.css_first("h1,h2,h3,h4,h5,h6")
            if first is not None:
                self._hgroup = []
                self._heading = _HEADINGS[first.tag or "h2"]
                self._leaving.append(("hgroup", self._heading))
                return True
        if self._hgroup is not None:
            self._leaving.append(("part", -1))
            return True
        if tag in _LISTS or tag == "dl":
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
        elif tag == "table" and self._list is None and _is_data(node):
            self._open_container(tag, attributes)
            self._table = TableText()
            self._leaving.append(("table", 0))
            return True
        if self._list is not None or (tag != "blockquote" and not attributes):
            self._leaving.append(("part", -1))
            return True
        return self._enter_scope(tag, attributes)

    def _enter_scope(self, tag: str, attributes: dict[str, str | None]) -> bool:
        self._open_container(tag, attributes)
        verse = _is_verse(attributes)
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
        if node.css_first(_TERM_BLOCKS if tag == "dl" else _NESTS) is not None:
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

    def _open_container(self, tag: str, attributes: dict[str, str | None]) -> Container:
        names = " ".join(
            filter(None, (attributes.get(name) for name in ("class", "id", "epub:type")))
        )
        role = " ".join(filter(None, (attributes.get(name) for name in ("role", "itemprop"))))
        lowered = names.lower().split()
        words = frozenset(part.lower() for part in _WORD_SPLIT.split(names) if part)
        container = Container(self._container, tag, role.lower(), words, frozenset(lowered))
        self._container = len(self.containers)
        self.containers.append(container)
        return container

    def _preformatted(self, node: LexborNode, attributes: dict[str, str | None]) -> None:
        text = node.text().expandtabs(4).strip("\r\n").rstrip()
        if not text.strip():
            return
        if self._list is not None:
            self._list.add(text)
            return
        verse = self._in_verse or _is_verse(attributes)
        self._open_container("pre", attributes)
        is_code = node.css_first("code,span,kbd,samp") is not None
        self._put("verse" if verse else "code", text, links=0 if is_code else -1)
        self._container = self.containers[self._container].parent

    def _taken(self) -> str:
        """The text gathered so far, its white space collapsed, <br> as line ends."""
        text = "".join(self._text)
        self._text.clear()
        if "\n" in text and not text.isascii():
            text = _WIDE_WRAP.sub("", text)
        text = _SPACE.sub(" ", text)
        if _BREAK in text:
            lines = [line.strip(" ") for line in text.split(_BREAK)]
            return "\n".join(lines).strip("\n")
        return text.strip(" ")

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
            for part in re.split(r"\n(?:\s*\n)+", text):
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


def _is_verse(attributes: Mapping[str, str | None]) -> bool:
    for name in ("class", "epub:type"):
        for word in (attributes.get(name) or "").lower().split():
            if word.rpartition(":")[2].partition("-")[0] in _VERSE_WORDS:
                return True
    return False


def _is_data(table: LexborNode) -> bool:
    """Whether a table holds data; the other kind lays out a page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    # A selector finds the element itself too.
    if len(table.css("table")) > 1 or table.css_first(_SECTIONS) is not None:
        return False
    if table.css_first("th") is not None:
        return True
    if table.css_first("td+td") is None or table.css_first(_CELL_BLOCKS) is not None:
        return False
    return all(len(cell.text()) <= _LONGEST_CELL for cell in table.css("td"))


def _parents(node: LexborNode) -> Iterator[str]:
    """The tags of the nearest elements round a node."""
    parent = node.parent
    for _ in range(3):
        if parent is None:
            return
        yield parent.tag or ""
        parent = parent.parent


def _aria_level(attributes: Mapping[str, str | None]) -> int:
    level = attributes.get("aria-level") or ""
    return min(6, max(1, int(level))) if level.isascii() and level.isdigit() else 2
