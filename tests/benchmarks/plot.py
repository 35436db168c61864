"""Latency against size as SVG: log-log axes, a line for each engine with its name at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

# Pixels.
_WIDTH, _HEIGHT = 960, 440
_TOP, _BOTTOM = 84, 70
_LEFT, _BETWEEN, _NAMES = 70, 66, 172
_PANEL = (_WIDTH - _LEFT - 2 * _NAMES - _BETWEEN) / 2
# Least distance of two names.
_LINE = 17

# Told apart by people who see no red or green, on white and on black; ours is the thick one.
_COLORS = (
    ("#0060b0", "#6cb6ff"),
    ("#b34700", "#ff9d5c"),
    ("#00704f", "#3fc796"),
    ("#8a3d80", "#e58ed9"),
)

_STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.note, .tick { fill: #59636e; }
.paper { fill: #ffffff; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.first { stroke-width: 3.5; }
.name { stroke: #ffffff; stroke-width: 4; paint-order: stroke; }
.bold { font-weight: 600; }
"""
_DARK = """
text { fill: #f0f6fc; }
.note, .tick { fill: #9198a1; }
.paper { fill: #0d1117; }
.grid { stroke: #3d444d; }
.name { stroke: #0d1117; }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """An engine's points: passages and milliseconds, ascending."""

    name: str
    points: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class _Axes:
    left: float
    sizes: tuple[int, int]
    times: tuple[int, int]

    def x(self, size: float) -> float:
        low, high = (log10(value) for value in self.sizes)
        return self.left + _PANEL * (log10(size) - low) / ((high - low) or 1)

    def y(self, ms: float) -> float:
        low, high = self.times
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (log10(ms) - low) / (high - low)


def draw(title: str, description: str, note: str, panels: Mapping[str, Sequence[Line]]) -> str:
    """Two panels side by side with the same axes; the first line of each stands out."""
    lines = [line for panel in panels.values() for line in panel]
    sizes = sorted({size for line in lines for size, _ in line.points})
    taken = [ms for line in lines for _, ms in line.points]
    low, high = floor(log10(min(taken))), ceil(log10(max(taken)))
    drawn = []
    for number, (name, panel) in enumerate(panels.items()):
        left = _LEFT + number * (_PANEL + _NAMES + _BETWEEN)
        axes = _Axes(left, (sizes[0], sizes[-1]), (low, max(high, low + 1)))
        drawn += _panel(name, panel, axes, sizes)
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc"',
            f' viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(description)}</desc>',
            f"<style>{_STYLE}{_colors(0)}",
            f"@media (prefers-color-scheme: dark) {{{_DARK}{_colors(1)}}}",
            "</style>",
            f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>',
            _text(_LEFT - 50, 28, title, "title"),
            _text(_LEFT - 50, _HEIGHT - 14, note, "note"),
            *drawn,
            "</svg>",
            "",
        ]
    )


def _colors(scheme: int) -> str:
    return "".join(
        f".line{n} {{ stroke: {pair[scheme]}; }} .mark{n} {{ fill: {pair[scheme]}; }}\n"
        for n, pair in enumerate(_COLORS)
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _panel(name: str, lines: Sequence[Line], axes: _Axes, sizes: Sequence[int]) -> list[str]:
    left, right, bottom = axes.left, axes.left + _PANEL, _HEIGHT - _BOTTOM
    drawn = [_text(left, _TOP - 24, name, "bold")]
    for power in range(axes.times[0], axes.times[1] + 1):
        y = axes.y(10.0**power)
        drawn.append(f'<path class="grid" d="M{left:.1f} {y:.1f}H{right:.1f}"/>')
        drawn.append(_text(left - 8, y + 4, f"{10.0**power:g} ms", "tick", "end"))
    for size in sizes:
        x = axes.x(size)
        drawn.append(f'<path class="grid" d="M{x:.1f} {bottom}v5"/>')
        drawn.append(_text(x, bottom + 20, _short(size), "tick", "middle"))
    drawn.append(_text((left + right) / 2, bottom + 38, "passages", "tick", "middle"))
    for number, line in enumerate(lines):
        at = [(axes.x(size), axes.y(ms)) for size, ms in line.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
        first = " first" if number == 0 else ""
        drawn.append(f'<path class="line{first} line{number}" d="M{path}"/>')
        for (x, y), (size, ms) in zip(at, line.points, strict=True):
            told = escape(f"{line.name}: {ms_text(ms)} at {size:,} passages")
            drawn.append(
                f'<circle class="mark{number}" cx="{x:.1f}" cy="{y:.1f}" r="{4 if first else 3}">'
                f"<title>{told}</title></circle>"
            )
    return drawn + _names(lines, axes)


def _names(lines: Sequence[Line], axes: _Axes) -> list[str]:
    """Each at the end of its line: beside the panel apart from the others, or above its end where
    that is within."""
    drawn = []
    beside: list[tuple[float, str, str]] = []
    for number, line in enumerate(lines):
        size, ms = line.points[-1]
        kind = f"name mark{number} bold" if number == 0 else f"name mark{number}"
        text = f"{line.name} {ms_text(ms)}"
        if size == axes.sizes[1]:
            beside.append((axes.y(ms), text, kind))
        else:
            drawn.append(_text(axes.x(size) + 8, axes.y(ms) - 10, text, kind, "end"))
    beside.sort()
    for height, (_, text, kind) in zip(_apart([y for y, _, _ in beside]), beside, strict=True):
        drawn.append(_text(axes.left + _PANEL + 10, height + 4, text, kind))
    return drawn


def _apart(wanted: Sequence[float]) -> list[float]:
    """Ascending heights, moved until they are a line from each other and within the panel."""
    heights: list[float] = []
    for y in wanted:
        heights.append(max(y, heights[-1] + _LINE) if heights else y)
    limit = float(_HEIGHT - _BOTTOM)
    for at in reversed(range(len(heights))):
        heights[at] = min(heights[at], limit)
        limit = heights[at] - _LINE
    return heights


def _short(size: int) -> str:
    if size >= 1_000_000:
        return f"{size / 1e6:.3g}M"
    return f"{size / 1000:.3g}k" if size >= 1000 else str(size)


def ms_text(ms: float) -> str:
    """Milliseconds with two figures."""
    return f"{ms:,.0f} ms" if ms >= 10 else f"{ms:.1f} ms" if ms >= 1 else f"{ms:.2f} ms"
