"""English prose to index: every ``.txt`` below ``DATA/essays`` that is not a copy or Chinese."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Query:
    """A query and its kind, for the table."""

    kind: str
    text: str


def texts(data: Path) -> list[Path]:
    """The files, in a stable order."""
    return sorted(
        path
        for path in (data / "essays").rglob("*.txt")
        # The same books with other line ends; essays in another script.
        if not path.name.endswith(".wrapped.txt")
        and not any(part.endswith("-zh") for part in path.relative_to(data).parts)
    )


def copy_texts(data: Path, folder: Path) -> int:
    """Copies the files into one folder tree; their bytes in all."""
    size = 0
    for path in texts(data):
        target = folder / path.relative_to(data / "essays")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        size += target.stat().st_size
    return size


def queries() -> list[Query]:
    """The fixed queries of ``queries.txt``."""
    lines = Path(__file__).with_name("queries.txt").read_text("utf-8").splitlines()
    return [Query(*line.split("\t")) for line in lines if line and not line.startswith("#")]
