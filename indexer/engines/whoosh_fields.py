"""The names of the index's fields, and which of them a pattern is looked up in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.engines.base import Part
    from indexer.plan import Pattern, Scope, View

TEXT_EXACT, TEXT_STEM = "text_exact", "text_stem"
HEADING_EXACT, HEADING_STEM = "heading_exact", "heading_stem"
TITLE_EXACT, TITLE_STEM = "title_exact", "title_stem"
AUTHOR_EXACT = "author_exact"
ESSAY_ID, KIND, LANGUAGE, PLACE = "essay_id", "kind", "language", "place"
ENTRY = "entry"
SORT_ID, SORT_TITLE, SORT_AUTHOR, SORT_DAY = "sort_id", "sort_title", "sort_author", "sort_day"
# An essay's whole names, and its number of words in decimal digits.
AUTHORS, WORDS = "authors", "words"
# The lengths of an essay's passages together, in each view.
TOTALS = "totals"
# A passage's length in each view, as a byte.
LENGTH_EXACT, LENGTH_STEM = "length_exact", "length_stem"

COLUMNS = (SORT_ID, SORT_TITLE, SORT_AUTHOR, SORT_DAY, AUTHORS, WORDS, TOTALS)
LENGTHS: dict[View, str] = {"exact": LENGTH_EXACT, "stem": LENGTH_STEM}

TERM_FIELDS = (
    TEXT_EXACT, TEXT_STEM, HEADING_EXACT, HEADING_STEM, TITLE_EXACT, TITLE_STEM, AUTHOR_EXACT,
    ESSAY_ID, KIND, LANGUAGE, PLACE,
)  # fmt: skip

_PASSAGES = {
    ("any", "exact"): (TEXT_EXACT, HEADING_EXACT),
    ("any", "stem"): (TEXT_STEM, HEADING_STEM),
    ("heading", "exact"): (HEADING_EXACT,),
    ("heading", "stem"): (HEADING_STEM,),
}
_ESSAYS = {
    ("any", "exact"): (TITLE_EXACT,),
    ("any", "stem"): (TITLE_STEM,),
    ("title", "exact"): (TITLE_EXACT,),
    ("title", "stem"): (TITLE_STEM,),
    ("author", "exact"): (AUTHOR_EXACT,),
}


def of_passages(pattern: Pattern) -> tuple[str, ...]:
    """Fields of a passage's own document that the pattern may be in."""
    return _PASSAGES.get((pattern.scope, pattern.view), ())


def of_essays(pattern: Pattern) -> tuple[str, ...]:
    """Fields of the essay's document that the pattern may be in."""
    return _ESSAYS.get((pattern.scope, pattern.view), ())


def of_part(part: Part, view: View) -> str:
    """The field of a text, of headings or of a title in a view."""
    return f"{part}_{view}"


def words_of(scope: Scope) -> tuple[str, ...]:
    """The fields whose words a pattern of this scope may stand for."""
    return (AUTHOR_EXACT,) if scope == "author" else (TEXT_EXACT, HEADING_EXACT, TITLE_EXACT)


# Names in the column of authors are joined by it; readers leave no such character in a name.
_BETWEEN_NAMES = b"\0"


def pack_names(names: Iterable[str]) -> bytes:
    """Names as one value of a column."""
    return _BETWEEN_NAMES.join(name.encode("utf-8", "surrogatepass") for name in names)


def unpack_names(packed: bytes) -> tuple[str, ...]:
    """The names of such a value, each once."""
    names = packed.split(_BETWEEN_NAMES) if packed else []
    return tuple(name.decode("utf-8", "surrogatepass") for name in dict.fromkeys(names))
