"""The numbers in a text: one form for all the ways to set thousands and decimals apart."""

from __future__ import annotations

from indexer.expressions import expression
from indexer.folding import APOSTROPHES
from indexer.keeping import cache
from indexer.splitting import DIGITS, THIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_NO_DIGITS = expression(f"[^{DIGITS}]")
_BETWEEN_JOINS = expression(f"[^.,{APOSTROPHES}{THIN}]+")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Numbers with thousands apart by comma, by apostrophe or thin space, or by (two or more)
    points; and those with a decimal point."""
    digit = f"[{DIGITS}]"
    thousands = (
        f"(?!0){digit}{{1,3}}(?:"
        f"(?:,{digit}{{3}})++(?P<a>\\.{digit}++)?"
        f"|([{APOSTROPHES}{THIN}]){digit}{{3}}(?:\\2{digit}{{3}})*+(?P<b>[.,]{digit}++)?"
        f"|(?:\\.{digit}{{3}}){{2,}}+(?P<c>,{digit}++)?"
        f")(?![.,{APOSTROPHES}{THIN}]?{digit})"
    )
    decimal = f"{digit}++\\.{digit}++(?![.,{APOSTROPHES}{THIN}]{digit})"
    return expression(thousands), expression(decimal)


def _plain(part: str) -> str | None:
    """The form of a number such as ``1,000.5`` in digits of ASCII, with nothing behind it; ``None``
    where it takes an expression to tell."""
    whole, point, decimals = part.partition(".")
    first, *others = whole.split(",")
    if not (part.isascii() and all(map(str.isdigit, (first, *others, decimals if point else "0")))):
        return None
    if others and (len(first) > 3 or first[0] == "0" or any(len(group) != 3 for group in others)):
        return None
    return "".join((first, *others, point, decimals))


def number(part: str) -> tuple[str, int] | None:
    """The form of the number that a part of a chunk begins with, without what sets thousands
    apart, and where it ends; ``None`` where it is no one number, as in a date or a version."""
    if plain := _plain(part):
        return plain, len(part)
    thousands, decimal = _patterns()
    if match := thousands.match(part):
        decimals = match["a"] or match["b"] or match["c"] or ""
        whole = match[0][: len(match[0]) - len(decimals)]
        return _NO_DIGITS.sub("", whole) + decimals.replace(",", "."), match.end()
    if match := decimal.match(part):
        return match[0], match.end()
    return None


def words(part: str) -> Iterator[tuple[int, int]]:
    """The spans of what points, commas and the like set apart."""
    return (match.span() for match in _BETWEEN_JOINS.finditer(part))
