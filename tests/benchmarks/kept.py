"""Figures in a file, step by step, so that a run goes on where an earlier one ended."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


class Kept:
    """Figures by key (such as a size) and step; on disk as soon as they are put."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all: dict[str, Figures] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, key: str) -> Figures:
        """All steps of a key that were measured."""
        return self._all.get(key, {})

    def keys(self) -> list[str]:
        return list(self._all)

    def put(self, key: str, step: str, figures: object) -> None:
        self._all.setdefault(key, {})[step] = figures
        self._write()

    def forget(self, steps: Collection[str]) -> None:
        """Drops these steps of every key, so that they are measured again."""
        for figures in self._all.values():
            for step in steps:
                figures.pop(step, None)
        self._write()

    def _write(self) -> None:
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(self._all, indent=1))
        written.replace(self._path)
