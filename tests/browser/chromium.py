"""Where a Chromium is, and how it is started."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without a sandbox for containers that run as root; and nothing of its own over the network.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The one named in ``ESSAYS_TEST_CHROMIUM``, or the system's; none is downloaded."""
    asked = os.environ.get("ESSAYS_TEST_CHROMIUM")
    return asked or next(filter(None, map(shutil.which, NAMES)), None)
