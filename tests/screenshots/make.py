"""Makes the README's pictures of what the program really shows of seeds/.

``python -m tests.screenshots.make`` writes ``search.svg``, drawn from what ``essays search``
prints, and photographs of the web app's pages beside this file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from indexer.terminal import columns

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
QUERY = ("voluntary", "returns")

# Pixels of one character of the usual monospace fonts at 14 px, and around the text.
COLUMN, LINE, MARGIN = 8.43, 20, 20
COLORS = {"1": "#ffffff", "2": "#8b949e", "36": "#56d4dd", "33": "#e3b341", "1;31": "#ff7b72"}
PLAIN = "#c9d1d9"
BOLD = {"1", "1;31"}

_SGR = re.compile(r"\x1b\[([\d;]*)m")


def runs(line: str) -> Iterator[tuple[str, str]]:
    """A painted line as (SGR parameters, text)."""
    style = ""
    for index, part in enumerate(_SGR.split(line)):
        if index % 2:
            style = "" if part in ("", "0") else part
        elif part:
            yield style, part


def svg(lines: list[str]) -> str:
    """Painted lines as a picture of a terminal."""
    plain = [_SGR.sub("", line) for line in lines]
    width = round(max(map(columns, plain), default=0) * COLUMN + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    drawn = []
    for number, line in enumerate(lines):
        x, y = float(MARGIN), MARGIN + LINE * number + 15
        for style, text in runs(line):
            word = text.strip(" ")
            indent = (len(text) - len(text.lstrip(" "))) * COLUMN
            if word:
                weight = ' font-weight="bold"' if style in BOLD else ""
                drawn.append(
                    f'<text x="{x + indent:.2f}" y="{y}" fill="{COLORS.get(style, PLAIN)}"'
                    f'{weight} textLength="{columns(word) * COLUMN:.2f}">{escape(word)}</text>'
                )
            x += columns(text) * COLUMN
    font = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
            f' width="{width}" height="{height}" font-size="14" font-family="{font}" role="img">',
            f"<title>{escape(plain[0])}</title>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def search(query: tuple[str, ...]) -> list[str]:
    """What a person sees who indexes seeds/ and searches it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ESSAYS_")}
    environ.pop("FORCE_HYPERLINK", None)
    with tempfile.TemporaryDirectory() as folder:
        essays = [sys.executable, "-m", "indexer", "--index", folder + "/index"]
        for command in (["index", "seeds"], ["search", "--color", "always", *query]):
            ran = subprocess.run(
                [*essays, *command], cwd=ROOT, env=environ, capture_output=True, check=True
            )
    # The time is another one on every machine.
    totals = re.sub(r" · [^·]* ms$", "", ran.stderr.decode().rstrip("\n"))
    prompt = f"\x1b[2m$\x1b[0m essays search {' '.join(query)}"
    return [prompt, *ran.stdout.decode().splitlines(), f"\x1b[2m{totals}\x1b[0m"]


if __name__ == "__main__":
    # Here, since the tests of the drawing need no browser.
    from tests.screenshots.pages import photograph

    (HERE / "search.svg").write_text(svg(search(QUERY)), encoding="utf-8")
    photograph(HERE)
