"""Regular expressions that are compiled when first used: what a search of plain words never asks
for costs it nothing, and where it asks for none, the module that compiles them is not loaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import AnyStr


class _Expression:
    """A regular expression in waiting: what it is asked for it then has."""

    def __init__(self, pattern: str | bytes, *, any_case: bool = False) -> None:
        self._source = pattern, any_case

    def __getattr__(self, name: str) -> object:
        import re

        pattern, any_case = self._source
        found = getattr(re.compile(pattern, re.IGNORECASE if any_case else 0), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:

    def expression(pattern: AnyStr, *, any_case: bool = False) -> re.Pattern[AnyStr]:
        """The expression of this pattern; ``any_case`` makes letter case no difference."""
        ...

else:
    expression = _Expression
