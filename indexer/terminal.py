"""What a terminal can show, and text made fit for it: harmless, wrapped and painted.

Text of essays is a stranger's: nothing in it may move the cursor, set a colour or turn the
direction of the text around it. Every text goes through :func:`safe` or :func:`fold`.
"""

from __future__ import annotations

import os
import time
from unicodedata import category, combining, east_asian_width

from indexer.records import Literal, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TextIO

    from indexer.config import Color

Style = Literal["", "title", "heading", "match", "meta", "warning"]

# SGR parameters of ECMA-48; the match is what rg and grep use.
SGR: Mapping[Style, str] = {
    "title": "1",
    "heading": "36",
    "match": "1;31",
    "meta": "2",
    "warning": "33",
}

NARROWEST = 40  # columns; below it there is nothing left to wrap into
WIDEST = 100  # columns; longer lines are hard to read
UNKNOWN = 80  # columns where the output is no terminal


class Run(NamedTuple):
    """Text in one style."""

    text: str
    style: Style = ""


class Look(NamedTuple):
    """How results are shown. ``aligned`` says that a person looks at them on a terminal;
    ``width`` is in columns."""

    width: int = UNKNOWN
    color: bool = False
    links: bool = False
    aligned: bool = False


def look_of(stream: TextIO, color: Color, environ: Mapping[str, str]) -> Look:
    """What ``stream`` can show. ``NO_COLOR`` (any text) and ``TERM=dumb`` turn ``auto`` off."""
    terminal = is_terminal(stream)
    dumb = environ.get("TERM") == "dumb"
    colored = color == "always" or (
        color == "auto" and terminal and not dumb and not environ.get("NO_COLOR")
    )
    return Look(
        width=_width(stream, environ) if terminal else UNKNOWN,
        color=colored,
        links=colored and _has_links(environ, terminal and not dumb),
        aligned=terminal,
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at ``stream``; a closed one has nobody."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    try:
        columns = int(environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0
    return min(max(columns or UNKNOWN, NARROWEST), WIDEST)


# Environment variables by which terminals that know OSC 8 tell themselves.
LINKING_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm")
LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio")
LINKING_MARKS = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM")


def _has_links(environ: Mapping[str, str], terminal: bool) -> bool:
    """Whether links (OSC 8) are shown as such. ``FORCE_HYPERLINK`` decides where it is set
    (``0`` is no), then ``NO_HYPERLINK``; multiplexers pass on the marks of a terminal they
    may hide, so within one the answer is no."""
    if forced := environ.get("FORCE_HYPERLINK", ""):
        return forced != "0"
    if not terminal or environ.get("NO_HYPERLINK"):
        return False
    if environ.get("TMUX") or environ.get("STY"):
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte[:9]) >= 5000)
        or environ.get("TERM", "").startswith(LINKING_TERMS)
        or environ.get("TERM_PROGRAM", "") in LINKING_PROGRAMS
        or any(environ.get(mark) for mark in LINKING_MARKS)
    )


class _Shown(dict[int, int | str | None]):
    """Code point to what is shown for it, for ``str.translate``; filled as it is met."""

    def __missing__(self, code: int) -> int | str | None:
        shown: int | str | None = code
        if category(chr(code)) in ("Cc", "Cs") or code in _DIRECTION:
            shown = "\N{REPLACEMENT CHARACTER}"
        self[code] = shown
        return shown


# Embeddings, overrides and isolates reorder whatever follows them on the line.
_DIRECTION = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_NEVER_ALIKE: dict[int, int | str | None] = {
    0x0A: "\n",
    0x09: " ",
    0x2028: "\n",
    0x2029: "\n",
    0xAD: None,  # a soft hyphen: terminals show it, or don't, as they like
}
_SHOWN_LINES = _Shown(_NEVER_ALIKE)
_SHOWN_LINE = _Shown(_NEVER_ALIKE | {0x0A: " ", 0x2028: " ", 0x2029: " "})


def safe(text: str) -> str:
    """``text`` on one line, with nothing in it that a terminal would obey."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN_LINE)


def safe_lines(text: str) -> str:
    """As :func:`safe`, but line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN_LINES)


class _Widths(dict[str, int]):
    """Character to columns (UAX #11), filled as it is met."""

    def __missing__(self, character: str) -> int:
        if east_asian_width(character) in "WF":
            width = 2
        elif combining(character) or category(character) in ("Mn", "Me", "Cf"):
            width = 0
        else:
            width = 1
        self[character] = width
        return width


_WIDTHS = _Widths()


def columns(text: str) -> int:
    """How many columns ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_WIDTHS.__getitem__, text))


def shorten(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, the cut marked with ``…``."""
    if columns(text) <= width:
        return text
    end = _reach(text, 0, len(text), width - 1, False)
    return text[:end].rstrip() + "…"


def fold(runs: Iterable[Run], width: int) -> Iterator[list[Run]]:
    """Lines of at most ``width`` columns, broken at spaces and between characters of scripts
    written without them; longer words are cut. Line ends in the text break, too."""
    parts = [Run(safe_lines(run.text), run.style) for run in runs]
    text = "".join(part.text for part in parts)
    ends: list[int] = []
    for part in parts:
        ends.append((ends[-1] if ends else 0) + len(part.text))
    place = 0
    for start, end in _lines(text, width):
        line: list[Run] = []
        while place < len(parts) and ends[place] <= start:
            place += 1
        at = start
        while at < end:
            stop = min(ends[place], end)
            line.append(Run(text[at:stop], parts[place].style))
            at = stop
            if ends[place] == at:
                place += 1
        yield line


def _lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Start and end of every line; linear in the length of ``text``."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield from _wrapped(text, start, end, width)
        start = end + 1


def _wrapped(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    line = text[start:end]
    even = line.isascii() or {1}.issuperset(map(_WIDTHS.__getitem__, set(line)))
    while True:
        reach = _reach(text, start, end, width, even)
        if reach == end:
            yield start, end
            return
        after = _space(text, start, reach) if even else _break(text, start, reach)
        stop = after
        while stop > start and text[stop - 1] == " ":
            stop -= 1
        yield start, stop
        start = after
        while start < end and text[start] == " ":
            start += 1
        if start == end:
            return


def _reach(text: str, start: int, end: int, width: int, even: bool) -> int:
    """How far a line from ``start`` comes; at least one character, with its marks. ``even`` is a
    text whose every character takes one column."""
    if even:
        return min(end, start + width)
    used = 0
    for at in range(start, end):
        used += _WIDTHS[text[at]]
        if used > width and at > start:
            return at
    return end


def _space(text: str, start: int, reach: int) -> int:
    """The last place up to ``reach`` that a space is beside; ``reach`` where there is none."""
    place = min(text.rfind(" ", start, reach + 1) + 1, reach)
    return place if place > start and text[start:place].strip(" ") else reach


def _break(text: str, start: int, reach: int) -> int:
    """The last place up to ``reach`` where a line may end; ``reach`` where there is none."""
    for at in range(reach, start, -1):
        before, after = text[at - 1], text[at]
        if " " in (before, after):
            if text[start:at].strip(" "):
                return at
        elif (_WIDTHS[before] == 2 or _WIDTHS[after] == 2) and _may_part(before, after):
            return at
    return reach


def _may_part(before: str, after: str) -> bool:
    """No line of Chinese or Japanese begins with closing punctuation or ends with opening."""
    return (
        _WIDTHS[after] > 0
        and category(after) not in ("Pe", "Pf", "Po")
        and category(before) not in ("Ps", "Pi")
    )


def paint(runs: Sequence[Run], look: Look) -> str:
    """One line of output. Every line ends its own colours, so that pagers may cut anywhere."""
    if not look.color:
        return "".join(run.text for run in runs)
    return "".join(
        f"\x1b[{SGR[run.style]}m{run.text}\x1b[0m" if run.style and run.text else run.text
        for run in runs
    )


def link(line: str, path: str, look: Look) -> str:
    """``line`` as a link to a file (OSC 8)."""
    if not look.links:
        return line
    from urllib.parse import quote

    host = os.uname().nodename if hasattr(os, "uname") else ""
    target = quote(os.fsencode(os.path.abspath(path)))
    return f"\x1b]8;;file://{quote(host)}{target}\x1b\\{line}\x1b]8;;\x1b\\"


def paragraph(
    runs: Iterable[Run], look: Look, *, indent: str = "", margin: Run | None = None
) -> Iterator[str]:
    """Painted lines of a text, indented; ``margin`` stands at the left of the first one,
    padded to the width of ``indent``."""
    width = max(look.width - columns(indent), 1)
    if not look.color:
        text = safe_lines("".join([run.text for run in runs]))
        left = indent
        if margin is not None:
            left = margin.text + " " * (columns(indent) - columns(margin.text))
        for start, end in _lines(text, width):
            yield f"{left}{text[start:end]}".rstrip(" ")
            left = indent
        return
    for number, line in enumerate(fold(runs, width)):
        before = [Run(indent)]
        if number == 0 and margin is not None:
            before = [margin, Run(" " * (columns(indent) - columns(margin.text)))]
        if line or before[0].text.strip():
            yield paint([*before, *line], look).rstrip(" ")
        else:
            yield ""


# Seconds between two drawings of the bar.
_REDRAW = 0.1


class Progress:
    """A bar on one line of a terminal; nothing where ``stream`` is none.

    Called as ``progress(stage, done, total)``; ``total`` 0 is "not known yet".
    """

    def __init__(self, stream: TextIO | None, environ: Mapping[str, str]) -> None:
        shown = is_terminal(stream) and environ.get("TERM") != "dumb"
        self._stream = stream if shown else None
        self._width = _width(stream, environ) if shown and stream else 0
        self._stage = ""
        self._due = 0.0
        self._drawn = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._stream is None or (stage == self._stage and now < self._due and done < total):
            return
        self._stage, self._due = stage, now + _REDRAW
        self._stream.write(f"\r\x1b[K{self._line(safe(stage), done, total)}")
        self._stream.flush()
        self._drawn = True

    def _line(self, stage: str, done: int, total: int) -> str:
        if total <= 0:
            return shorten(f"{stage} {done:,}", self._width - 1)
        part = min(done / total, 1.0)
        counts = f" {part:4.0%} {done:,}/{total:,}"
        room = self._width - 1 - columns(stage) - len(counts) - 3
        if room < 5:
            return shorten(stage + counts, self._width - 1)
        filled = round(part * room)
        return f"{stage} [{'#' * filled}{'.' * (room - filled)}]{counts}"

    def close(self) -> None:
        """Takes the bar away, so that what follows starts on a clean line."""
        if self._stream is not None and self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
