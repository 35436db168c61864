"""Markdown: front matter, then CommonMark with tables, strikethrough and footnotes.

The text is rendered to HTML and read by the same walk as a page, so that raw HTML between
Markdown, even a tag opened in one block and closed in another, means what it does in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from indexer.errors import MissingParser
from indexer.model import Block, Document
from indexer.readers import frontmatter, titles

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# Long texts are parsed in parts of about this many characters: a tree of tokens takes some
# hundred bytes for each word.
_PART = 512 * 1024
# Lists in quotations in lists; beyond this the text is read as plain text.
_DEEPEST = 100

# Inline text beyond these, in characters and opening brackets, is taken with simple patterns.
_LONGEST_RUN = 256 * 1024
_MOST_BRACKETS = 2000

# What the inline parser must see; two spaces before a line's end break it.
_MARKS = re.compile(r"[\\`*_\[\]<&!^~]|  \n")
_SIMPLE_LINK = re.compile(r"!?\[([^\[\]\n]{0,2000})\]\([^()\s]{0,2000}\)")
_SIMPLE_EMPHASIS = re.compile(r"(?<![^\W_])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?![^\W_])|`+")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_PART_STARTS = re.compile(r"#{1,6}[ \t]|[^\W\d_]")
_RAW_OPENS = re.compile(r"^ {0,3}<(?:!--|(?:script|pre|style|textarea)\b)", re.I)
_RAW_CLOSES = re.compile(r"-->|</(?:script|pre|style|textarea)>", re.I)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]^\n][^\]\n]{0,998}\]:[ \t]*\S.*$", re.M)
_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,200})\]:", re.M)
# {#id .class} after a heading (Pandoc, kramdown, Hugo).
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][^{}\n]{0,200}\}[ \t]*$")
# Instructions to a site generator: Liquid tags, Hugo shortcodes, kramdown options; and
# a link whose target one makes, which with its spaces is none to Markdown.
_TEMPLATE = re.compile(
    r"\{%[^{}\n]{0,1000}%\}|\{\{[<%][^{}\n]{0,1000}[%>]\}\}|^\{:[^{}\n]{0,300}\}[ \t]*$", re.M
)
_TEMPLATE_TARGET = re.compile(r"\]\([ \t]*\{\{[^{}\n]{0,1000}\}\}[^()\s]{0,1000}\)")


def parse(text: str, name: str) -> Document:
    """The document in a Markdown text; ``name`` is the file's, for messages."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    meta, body, found = frontmatter.split(text)
    blocks, notes = _blocks(body, templates=found and "{" in body)
    title, kept = titles.resolve(meta.title, blocks)
    return Document(
        title=title,
        authors=meta.authors,
        date=meta.date,
        language=meta.language,
        format="markdown",
        blocks=kept,
        notes=(*meta.notes, *notes),
    )


def _blocks(text: str, *, templates: bool) -> tuple[Sequence[Block], tuple[str, ...]]:
    from indexer.readers.html import blocks_of

    try:
        source = "".join(_rendered(text, templates))
    except (_TooDeep, RecursionError):
        from indexer.structure import blocks

        return blocks(text), ("nested too deeply for Markdown, read as plain text",)
    return [_clean(block) for block in blocks_of(source)], ()


def _clean(block: Block) -> Block:
    if block.kind == "heading" and block.text.endswith("}"):
        text = _ATTRIBUTES.sub("", block.text)
        return Block(kind="heading", text=text, level=block.level) if text else block
    return block


class _TooDeep(Exception):
    pass


def _rendered(text: str, templates: bool) -> Iterator[str]:
    """The text as HTML, part by part, each inline run rendered and forgotten at once."""
    parser = _parser()
    renderer: Any = parser.renderer
    env: dict[str, Any] = {"footnotes": {"refs": {}, "list": {}}, "known": set()}
    env["known"].update(_FOOTNOTE.findall(text))
    parts = list(_parts(text))
    if len(parts) > 1:
        # A link may be defined in any part, mostly the last.
        parser.parse("\n".join(_DEFINITION.findall(text)), env)
    for part in parts:
        tokens = parser.parse(part, env)
        for place, token in enumerate(tokens):
            if token.level >= _DEEPEST - 2:
                raise _TooDeep
            if token.type == "inline":
                content = token.content
                if templates and "{" in content:
                    content = _TEMPLATE_TARGET.sub("](#)", _TEMPLATE.sub("", content))
                yield _inline(content, parser, env)
            elif token.type in renderer.rules:
                yield renderer.rules[token.type](tokens, place, parser.options, env)
            elif not token.hidden:
                start = token.attrs.get("start")
                value = "" if start is None else f' start="{start}"'
                yield f"<{'/' if token.nesting < 0 else ''}{token.tag}{value}>\n"


def _inline(content: str, parser: MarkdownIt, env: dict[str, Any]) -> str:
    if _MARKS.search(content) is None:
        return escape(content, quote=False)
    if len(content) > _LONGEST_RUN or content.count("[") > _MOST_BRACKETS:
        # No person wrote this as Markdown; the parser would take minutes for a dump.
        text = _SIMPLE_LINK.sub(r"\1", content)
        return escape(_SIMPLE_EMPHASIS.sub("", text), quote=False)
    tokens: list[Token] = []
    parser.inline.parse(content, parser, env, tokens)
    renderer: Any = parser.renderer
    html: str = renderer.render(tokens, parser.options, env)
    return html


def _escapes(state: StateInline) -> None:
    """Escaped characters and entities are text; a core rule that does not run says so."""
    for token in state.tokens:
        if token.type == "text_special":
            token.type = "text"


def _parser() -> MarkdownIt:
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.footnote import footnote_plugin
    except ImportError:
        raise MissingParser(
            "Markdown needs markdown-it-py: pip install markdown-it-py mdit-py-plugins"
        ) from None
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin, move_to_end=False, always_match_refs=True)
    parser.disable("inline")
    parser.inline.ruler2.push("escapes", _escapes)
    for name, rule in (
        ("footnote_ref", _footnote_mark),
        ("footnote_reference_open", _footnote_open),
        ("footnote_reference_close", _footnote_close),
    ):
        parser.add_render_rule(name, rule)
    return parser


def _footnote_mark(
    renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: Any
) -> str:
    """A mark goes, like those of a page; a note written in its place stays, in brackets."""
    meta = tokens[place].meta
    if "label" not in meta:
        note = env["footnotes"]["list"][meta["id"]]
        return f" ({renderer.render(note['tokens'], options, env)})"
    label = str(meta["label"])
    if label in env["known"]:
        return ""
    return "[^" + label.replace("&", "&amp;").replace("<", "&lt;") + "]"


def _footnote_open(*_: Any) -> str:
    return '<div role="doc-footnote">\n'


def _footnote_close(*_: Any) -> str:
    return "</div>\n"


def _parts(text: str) -> Iterator[str]:
    """The text, cut where no block can go across: before headings and flush paragraphs."""
    if len(text) <= _PART:
        yield text
        return
    fence = ""
    raw = False
    blank = True
    start = position = 0
    while position < len(text):
        end = text.find("\n", position) + 1 or len(text)
        if end - position > _PART:
            line = text[position : position + 200]
        else:
            line = text[position:end].rstrip("\n")
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif raw:
            raw = not _RAW_CLOSES.search(line)
        elif found:
            fence = found[1]
        elif _RAW_OPENS.match(line) and not _RAW_CLOSES.search(line):
            raw = True
        elif position - start >= _PART and _PART_STARTS.match(line) and (blank or line[0] == "#"):
            yield text[start:position]
            start = position
        blank = not line.strip()
        position = end
    yield text[start:]
