"""Photographs the main pages of the web app over seeds/, for the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import ViewportSize, sync_playwright

from tests.browser.chromium import SWITCHES, chromium

ROOT = Path(__file__).parent.parent.parent
DESK = ViewportSize(width=1200, height=760)
PHONE = ViewportSize(width=390, height=760)

BOTH: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# By the picture's name: the page, the window, and the colour schemes.
PAGES = {
    "results": ("/?q=human+rights", DESK, BOTH),
    "reader": ("/essays/000_3932a862b8def1e9?q=human+rights", DESK, BOTH),
    "phone": ("/?q=human+rights", PHONE, BOTH[:1]),
}


@contextmanager
def served() -> Iterator[str]:
    """The address of ``essays serve`` over seeds/."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ESSAYS_")}
    with tempfile.TemporaryDirectory() as folder:
        essays = [sys.executable, "-m", "indexer", "--index", folder + "/index"]
        subprocess.run([*essays, "index", "seeds"], cwd=ROOT, env=environ, check=True)
        with subprocess.Popen(
            [*essays, "serve", "--port", "0"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            assert server.stdout is not None
            found = re.search(r"http://[^\s/]+", server.stdout.readline())
            assert found is not None
            try:
                yield found[0]
            finally:
                server.terminate()


def photograph(folder: Path) -> None:
    """Writes ``NAME-SCHEME.png`` for each of :data:`PAGES`."""
    place = chromium()
    if place is None:
        sys.exit("no Chromium here: install it, or name it in ESSAYS_TEST_CHROMIUM")
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=SWITCHES)
        for name, (path, viewport, schemes) in PAGES.items():
            for scheme in schemes:
                page = browser.new_page(viewport=viewport)
                page.emulate_media(color_scheme=scheme)
                page.goto(address + path)
                if path.startswith("/essays/"):
                    page.keyboard.press("n")
                    page.mouse.move(1, 1)
                page.screenshot(path=folder / f"{name}-{scheme}.png")
                page.close()
        browser.close()
