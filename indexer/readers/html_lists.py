"""Lists and tables of HTML as plain lines: marks and indents, cells between bars."""

from __future__ import annotations

from collections.abc import Mapping

_STEP = "  "
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


class Counter:
    """The marks of one list: ``- `` where it has no order, else numbers or letters."""

    def __init__(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        self._ordered = tag == "ol"
        self._step = -1 if "reversed" in attributes else 1
        self._next = _number(attributes.get("start"), 1)
        self._style = attributes.get("type") or "1"

    def mark(self, attributes: Mapping[str, str | None]) -> str:
        if not self._ordered:
            return "- "
        number = _number(attributes.get("value"), self._next)
        self._next = number + self._step
        return f"{_styled(number, self._style)}. "


class ListText:
    """Gathers a list, its nested lists included, line by line."""

    def __init__(self, counter: Counter) -> None:
        self._counters = [counter]
        self._lines: list[str] = []
        self._mark = ""
        self._indent = ""
        self.links = 0

    def open(self, counter: Counter) -> None:
        self._counters.append(counter)

    def close(self) -> None:
        self._counters.pop()

    def item(self, attributes: Mapping[str, str | None]) -> None:
        self._indent = _STEP * (len(self._counters) - 1)
        self._mark = self._counters[-1].mark(attributes)

    def term(self) -> None:
        self._indent, self._mark = _STEP * (len(self._counters) - 1), ""

    def definition(self) -> None:
        self._indent, self._mark = _STEP * len(self._counters), ""

    def end_item(self) -> None:
        """What follows a nested list inside an item is the item's again."""
        self._mark = ""
        self._indent = _STEP * max(0, len(self._counters) - 1)

    def add(self, text: str) -> None:
        for line in text.split("\n"):
            self._lines.append(f"{self._indent}{self._mark}{line}".rstrip())
            self._indent += " " * len(self._mark)
            self._mark = ""

    def text(self) -> str:
        return "\n".join(self._lines)


class TableText:
    """Gathers a table: a line for each row, cells between bars, the caption first."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._cells: list[str] = []
        self.links = 0

    def caption(self, text: str) -> None:
        self._lines.append(text)

    def cell(self, text: str) -> None:
        self._cells.append(" ".join(text.split("\n")))

    def row(self) -> None:
        if any(self._cells):
            self._lines.append(" | ".join(self._cells).strip())
        self._cells.clear()

    def text(self) -> str:
        self.row()
        return "\n".join(self._lines)


def _number(text: str | None, default: int) -> int:
    try:
        return int((text or "")[:9])
    except ValueError:
        return default


def _styled(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    if style in ("i", "I") and 1 <= number < 4000:
        letters = ""
        for value, letter in _ROMAN:
            letters += letter * (number // value)
            number %= value
        return letters.upper() if style == "I" else letters
    return str(number)
