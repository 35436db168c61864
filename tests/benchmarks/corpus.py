"""English prose to index: every ``.txt`` below ``DATA/essays`` that is not a copy or Chinese,
and the documents of the English collections, some to a file; and what to ask of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Kinds of queries that are the same in every engine once each word is quoted: words, all of which
# must be there, and phrases.
_PLAIN = {
    "rare word",
    "common word",
    "two words",
    "three words",
    "four words",
    "with very common words",
    "question",
    "phrase",
    "phrase and word",
    "many words",
}
_TERM = re.compile(r'"[^"]*"|\S+')


@dataclass(frozen=True, slots=True)
class Query:
    """A query and its kind, for the table."""

    kind: str
    text: str

    @property
    def is_plain(self) -> bool:
        """Whether engines without our query language understand it."""
        return self.kind in _PLAIN


def quoted(text: str) -> str:
    """A plain query with every word in quotation marks: no sign in it is an operator."""
    return " ".join(f'"{term.strip(chr(34))}"' for term in _TERM.findall(text))


def texts(data: Path) -> list[Path]:
    """The files, in a stable order."""
    return sorted(
        path
        for path in (data / "essays").rglob("*.txt")
        # The same books with other line ends; essays in another script.
        if not path.name.endswith(".wrapped.txt")
        and not any(part.endswith("-zh") for part in path.relative_to(data).parts)
    )


# Documents of a collection that make one file.
_TOGETHER = 20
# In other languages, or the same paragraphs once more.
_LEFT_OUT = ("xquad-", "cmrc")


def _collected(data: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of files made of the collections' documents."""
    for source in sorted((data / "collections").glob("*/docs.jsonl")):
        name = source.parent.name
        if name.startswith(_LEFT_OUT):
            continue
        documents = [json.loads(line)["text"] for line in source.open(encoding="utf-8")]
        for start in range(0, len(documents), _TOGETHER):
            text = "\n\n".join(documents[start : start + _TOGETHER])
            yield f"{name}/{start:06}.txt", text


def copy_texts(data: Path, folder: Path) -> int:
    """Puts all of it into one folder tree; its bytes in all."""
    size = 0
    for path in texts(data):
        target = folder / path.relative_to(data / "essays")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        size += target.stat().st_size
    for name, text in _collected(data):
        target = folder / "collections" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        size += target.stat().st_size
    return size


def queries() -> list[Query]:
    """The fixed queries of ``queries.txt``."""
    lines = Path(__file__).with_name("queries.txt").read_text("utf-8").splitlines()
    return [Query(*line.split("\t")) for line in lines if line and not line.startswith("#")]
