"""What a page of results says about a search beyond its results."""

from __future__ import annotations

from msgspec import Struct

from indexer.model import Filter, Note, Reading, SearchResult
from webapp import wording
from webapp.wording import count

# Values of one kind that a page offers to narrow a search by.
FACETS = 8
# Characters of a query that a page repeats where it is one of several things said.
_LONGEST_SHOWN = 60


class Remark(Struct, frozen=True):
    """A note, and the piece of the query that it is about where it does not name it."""

    message: str
    about: str


def totals(result: SearchResult) -> str:
    """How much was found, in a sentence."""
    found = f"{count(result.essays, 'essay')}, {count(result.passages, 'passage')}"
    if result.matched == "none":
        return "Nothing found"
    several = len(result.query.split()) > 1
    if result.matched == "all":
        said = f"{found} with all the words" if several and result.partial else found
    elif result.matched == "essay":
        said = f"No passage has all the words; together they do in {found}"
    else:
        said = f"No essay has all the words; some of them are in {found}"
    if result.partial:
        said += f"; some of the words in {count(result.partial, 'more essay')}"
    return said


def title(result: SearchResult, page: int) -> str:
    """A search as windows and bookmarks name it."""
    said = count(result.essays, "essay") if result.essays else "nothing found"
    return f"{shown(result.query)} · {said}{f', page {page}' if page > 1 else ''}"


def shown(text: str) -> str:
    """A text cut to what a line holds."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def searched_as(result: SearchResult) -> str:
    """The query as it was read, where that is news; otherwise nothing."""
    if not result.notes or _plain(result.understood) == _plain(result.query):
        return ""
    return result.understood


def _plain(text: str) -> str:
    """A query without what makes no difference to anybody."""
    return " ".join(text.casefold().translate(_QUOTES).split())


_QUOTES = str.maketrans("“”„«»‘’", '"""""\'\'')


def remarks(result: SearchResult | Reading) -> list[Remark]:
    """The notes, each with what it is about."""
    return [Remark(note.message, _about(note, result.query)) for note in result.notes]


def _about(note: Note, query: str) -> str:
    start, end = note.span
    piece = query[start:end].strip()
    bare = piece.strip('"“”„«»')
    if not bare or piece == query.strip() or bare in note.message:
        return ""
    return shown(piece)


def filter_name(one: Filter) -> str:
    """A filter in words."""
    field = one.label.removeprefix("NOT ").removeprefix("-").partition(":")[0]
    names = {"in": "folder", "lang": "language"}
    return ("not " if one.negated else "") + names.get(field, field)


def filter_value(one: Filter) -> str:
    """What a filter asks for, in words."""
    return wording.language(one.value) if one.kind == "language" else one.value


def first_lesser(result: SearchResult) -> int:
    """The place on the page, from 0, of the first essay beyond those that ``essays`` counts."""
    return max(0, result.essays - result.offset)
