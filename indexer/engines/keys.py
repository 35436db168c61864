"""What essays are filtered and sorted by, the same for every engine."""

from __future__ import annotations


def places(essay_id: str) -> list[str]:
    """The id and every folder above it, the outermost first: what ``in:`` may name."""
    parts = essay_id.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]


def first_day(date: str) -> str:
    """An ISO date at any precision as a full day, its first."""
    return date + "0000-01-01"[len(date) :]
