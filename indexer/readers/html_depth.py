"""Tames mark-up past all sense, which would make a tree parser take quadratic time.

Browsers cap the depth of the tree at 512 for the same reason. Only start tags beyond the cap
go, with their end tags, and the attributes of a tag that has hundreds; all text stays.
"""

from __future__ import annotations

import re

_DEEPEST = 400
# Unclosed formatting is opened again in every paragraph that follows, so its cap is lower.
_DEEPEST_FORMATTING = 40
# Each attribute is compared with those before it.
_MOST_ATTRIBUTES = 500

_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "span", "strike", "strong",
    "tt", "u", "abbr", "cite", "q", "sub", "sup", "ins", "del", "label", "mark", "kbd", "samp",
    "var", "bdo",
})  # fmt: skip
# Elements without an end tag, or whose end tag is often left out; the parser closes them.
_UNPAIRED = frozenset({
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr", "p", "li", "dd", "dt", "td",
    "th", "tr", "option", "optgroup", "rp", "rt", "html", "head", "body", "tbody", "thead",
    "tfoot", "colgroup",
})  # fmt: skip
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/=\"']+")
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|textarea|title|xmp)\b[^<>]*>.*?(?:</\1\s*>|\Z)"
    r"|<(/?)([a-z][a-z0-9:-]*)[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


def flattened(source: str) -> str:
    """``source`` with tags beyond the cap of nesting taken out; most pages come back as is."""
    kept: list[str] = []
    position = 0
    opened = [0, 0]  # formatting, other
    dropped: list[dict[str, int]] = [{}, {}]
    for found in _TAG.finditer(source):
        name = found[3]
        if name is None:
            continue
        name = name.lower()
        if (
            found.end() - found.start() > 2 * _MOST_ATTRIBUTES
            and len(_BETWEEN_ATTRIBUTES.split(found[0], maxsplit=_MOST_ATTRIBUTES))
            > _MOST_ATTRIBUTES
        ):
            kept.append(f"{source[position : found.start()]}<{found[2]}{name}>")
            position = found.end()
            continue
        if name in _UNPAIRED or found[0].endswith("/>"):
            continue
        group = 0 if name in _FORMATTING else 1
        if found[2]:
            if dropped[group].get(name):
                dropped[group][name] -= 1
            else:
                opened[group] = max(0, opened[group] - 1)
                continue
        elif opened[group] >= (_DEEPEST if group else _DEEPEST_FORMATTING):
            dropped[group][name] = dropped[group].get(name, 0) + 1
        else:
            opened[group] += 1
            continue
        kept.append(source[position : found.start()])
        if group:
            kept.append(" ")  # a block's tag parts words
        position = found.end()
    if not kept:
        return source
    kept.append(source[position:])
    return "".join(kept)
