"""The moment until which one search may take; whoever does a part of it looks at the clock."""

from __future__ import annotations

import time

from indexer.errors import SearchTimeout


def is_past(deadline: float) -> bool:
    """Whether a ``time.monotonic`` instant has come."""
    return time.monotonic() > deadline


def check_clock(deadline: float) -> None:
    """``SearchTimeout`` once the deadline has passed."""
    if is_past(deadline):
        raise SearchTimeout(
            "the search took longer than allowed; use fewer or rarer words, or raise "
            "ESSAYS_SEARCH_SECONDS"
        )
