"""A real browser before a real server, watched for errors and for requests that leave."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import SWITCHES, chromium
from tests.webstand import write_essays

# Milliseconds; a page that takes longer hangs.
PATIENCE = 15_000


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where ``essays serve`` answers, over the essays of the tests."""
    place = tmp_path_factory.mktemp("browser")
    index = str(place / "index")
    essays = [sys.executable, "-m", "indexer", "--index", index]
    subprocess.run(
        [*essays, "index", str(write_essays(place / "essays"))], check=True, capture_output=True
    )
    environ = {**os.environ, "ESSAYS_WEB_RATE_LIMIT": "0"}
    log = open(place / "log", "w", encoding="utf-8")  # noqa: SIM115
    server = subprocess.Popen(
        [*essays, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=log,
        env=environ,
        text=True,
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        found = re.search(r"http://[^\s/]+", said)
        assert found, said + Path(log.name).read_text("utf-8")
        yield found[0]
    finally:
        server.terminate()
        assert server.wait(30) == 0
        assert server.stdout is not None
        server.stdout.close()
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it; none is downloaded."""
    found = chromium()
    if found is None:
        pytest.skip("no Chromium here: install it, or name it in ESSAYS_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a path in a fresh window (options as of a browser context).

    At the end the consoles must be empty and every request must have stayed on the host.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []
    host = urlsplit(address).netloc

    def watch(page: Page) -> None:
        def said(line: ConsoleMessage) -> None:
            # Of a page that is not there the browser itself says so.
            if not (line.text.startswith("Failed to load") and line.location["url"] == page.url):
                wrong.append(f"console: {line.type}: {line.text}")

        page.on("console", said)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if urlsplit(request.url).netloc == host
                else wrong.append(f"left the host: {request.url}")
            ),
        )
        page.on(
            "response",
            lambda answer: (
                wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 500 else None
            ),
        )

    def opened(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.on("page", watch)
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
