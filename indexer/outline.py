"""The levels of headings: which kind of heading stands above which in this text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from indexer.numbering import numbering

_RULES = "=*#-~^_"
# Conventional order of numbered parts, outermost first; what the text shows goes before.
_LABELS = (
    ("volume", "vol", "tome", "卷", "部", "编", "編"),
    ("part", "partie", "teil", "parte", "часть", "篇", "册", "冊"),
    ("book", "livre", "buch", "libro", "canto", "act"),
    (
        "chapter", "chap", "chapitre", "kapitel", "capitulo", "capítulo", "capitolo", "глава",
        "lecture", "letter", "essay", "lesson", "stave",
        "章", "回", "讲", "講", "课", "課", "期", "话", "話",
    ),
    ("section", "sect", "article", "art", "abschnitt", "scene", "step", "节", "節", "条", "條"),
)  # fmt: skip
MAX_LEVEL = 6


@dataclass(frozen=True, slots=True)
class _Entry:
    style: str
    number: int
    stock: bool


def levels(texts: list[str], rules: list[str], stock: list[bool]) -> list[int]:
    """A level from 1 for each heading, given in order with the mark it is underlined with."""
    repeats = Counter(texts)
    entries = [
        _entry(text, rule, known, repeats[text] > 2)
        for text, rule, known in zip(texts, rules, stock, strict=True)
    ]
    order = _ordered_styles(entries)
    places = {style: place for place, style in enumerate(order)}
    found: list[int] = []
    for entry in entries:
        found.append(1 + places[entry.style])
    return [min(level, MAX_LEVEL) for level in _without_gaps(found)]


def _entry(text: str, rule: str, stock: bool, repeated: bool) -> _Entry:
    if rule:
        return _Entry("rule " + rule, 0, stock)
    kind, number, _ = numbering(text)
    if kind == "bare":
        kind = ""
    if not kind:
        letters = [char for char in text if char.isalpha()]
        if repeated:
            kind = "repeated"
        elif (
            len(letters) > 3
            and all(not char.islower() for char in letters)
            and any(char.isupper() for char in letters)
        ):
            kind = "capitals"
        else:
            kind = "plain"
        number = 0
    return _Entry(kind, number, stock and not number)


def _convention(style: str) -> float:
    """Where a style stands when the text does not tell; smaller is further out."""
    if style.startswith("rule"):
        return 0.5 + _RULES.find(style[-1]) / 100
    if style.startswith("label"):
        word = style.removeprefix("label ")
        for rank, words in enumerate(_LABELS):
            if word in words:
                return 1 + rank / 10
        return 1.5
    if style.startswith("decimal"):
        return 3 + int(style.removeprefix("decimal")) / 100
    return {
        "capitals": 2.0, "cjk": 2.2, "roman": 2.4, "plain": 2.6, "arabic": 3.0, "letter": 4.2,
        "repeated": 4.5,
    }[style]  # fmt: skip


def _ordered_styles(entries: list[_Entry]) -> list[str]:
    """The styles in use, outermost first.

    A style is inside another when its numbers start again after a heading of the other, and
    outside when they go on across it.
    """
    present = list(dict.fromkeys(entry.style for entry in entries))
    inside: Counter[tuple[str, str]] = Counter()
    last: dict[str, int] = {}
    since: dict[str, set[str]] = {}
    for entry in entries:
        style = entry.style
        if entry.number:
            for other in since.get(style, ()):
                if entry.number == last[style] + 1:
                    inside[other, style] += 1
                elif entry.number == 1:
                    inside[style, other] += 1
            since[style] = set()
            last[style] = entry.number
        for name, seen in since.items():
            if name != style:
                seen.add(style)

    counted = {style for style in present if style == "arabic" or style.startswith("decimal")}

    def depth(style: str) -> tuple[float, float]:
        above = 0.0
        for other in present:
            if other == style:
                continue
            told = inside[style, other] - inside[other, style]
            if style in counted and other in counted:
                told = 0
            if told:
                above += told > 0
            else:
                above += _convention(other) < _convention(style)
        return (above, _convention(style))

    return sorted(present, key=depth)


def _without_gaps(found: list[int]) -> list[int]:
    used = {level: place for place, level in enumerate(sorted(set(found)), 1)}
    return [used[level] for level in found]
