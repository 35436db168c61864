"""What the essays of one commit have in common, and their orders: facets and the catalogue.

Made from columns and posting lists when first asked for, and kept as arrays by essay place; no
stored entry is read before a page is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from heapq import nsmallest
from itertools import accumulate

from indexer.engines import whoosh_fields as fields
from indexer.engines.base import Counts
from indexer.engines.whoosh_reader import reading
from indexer.keeping import cached_property
from indexer.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from indexer.engines.base import FacetName, Selection
    from indexer.engines.whoosh_evaluation import Evaluation
    from indexer.engines.whoosh_reader import Snapshot
    from indexer.model import Essay, ShelfOrder
    from indexer.plan import Pattern

# Authors asked for again and again, whose essays are kept.
_KEPT_PATTERNS = 4_096


class Grouping(NamedTuple):
    """Essays with the very same values of a facet: for each essay place the number of its
    group, for each group the values."""

    numbers: array[int]
    values: list[tuple[str, ...]]


class Shelves:
    """The facets and orders of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._groupings: dict[FacetName, Grouping] = {}
        self._orders: dict[ShelfOrder, array[int]] = {}
        self._namesakes: dict[str, int] | None = None
        self._patterns: dict[Pattern, set[int]] = {}

    @property
    def languages(self) -> dict[str, int]:
        """The languages of the essays, and how many essays each has."""
        return self.snapshot.languages

    @cached_property
    def words(self) -> int:
        """The number of words of all essays."""
        return sum(map(int, self.snapshot.column_values(fields.WORDS)))

    # Facets

    def essays_named_like_folders(self) -> dict[str, int]:
        """Ids that are those of folders, too, with the places of their essays."""
        if self._namesakes is None:
            folders = {
                parent
                for (folder,) in self.grouping("folder").values
                for parent in accumulate(folder.split("/"), "{}/{}".format)
            }
            ids = map(_decoded, self.snapshot.column_values(fields.SORT_ID))
            self._namesakes = {name: place for place, name in enumerate(ids) if name in folders}
        return self._namesakes

    def essays_with(self, pattern: Pattern, evaluation: Evaluation) -> set[int]:
        """Places of the essays that have a pattern among their authors or in their title."""
        found = self._patterns.get(pattern)
        if found is None:
            if len(self._patterns) >= _KEPT_PATTERNS:
                self._patterns.clear()
            found = self._patterns[pattern] = evaluation.essays(pattern)
        return found

    def grouping(self, name: FacetName) -> Grouping:
        """The essays by their values of a facet."""
        found = self._groupings.get(name)
        if found is None:
            found = self._groupings[name] = self._group(name)
        return found

    def _group(self, name: FacetName) -> Grouping:
        column = self.snapshot.column_values
        if name == "language":
            return self._by_language()
        if name == "author":
            packed, kinds = _numbered(column(fields.AUTHORS))
            return Grouping(packed, [fields.unpack_names(names) for names in kinds])
        if name == "year":
            years, kinds = _numbered(day[:4] for day in column(fields.SORT_DAY))
            return Grouping(years, [(year.decode(),) if year else () for year in kinds])
        folders, kinds = _numbered(key.rpartition(b"/")[0] for key in column(fields.SORT_ID))
        return Grouping(folders, [(_decoded(folder),) for folder in kinds])

    def _by_language(self) -> Grouping:
        snapshot = self.snapshot
        place_of = snapshot.essay_of()
        numbers = array("I", bytes(4 * len(snapshot.essays)))
        values: list[tuple[str, ...]] = []
        for language in snapshot.languages:
            for document in snapshot.postings(fields.LANGUAGE, language).documents:
                numbers[place_of[document]] = len(values)
            values.append((language,))
        return Grouping(numbers, values)

    # The catalogue

    def chosen(self, order: ShelfOrder, selection: Selection) -> Sequence[int]:
        """Places of the essays of a selection, in order."""
        found = self._order(order)
        for wanted in self._wanted(selection):
            found = array("I", filter(wanted.__contains__, found))
        return found

    def _wanted(self, selection: Selection) -> Iterable[Collection[int]]:
        snapshot = self.snapshot
        place_of = snapshot.essay_of().__getitem__
        if selection.language is not None:
            postings = snapshot.postings(fields.LANGUAGE, selection.language)
            yield set(map(place_of, postings.documents))
        if selection.folder is not None:
            yield set(map(place_of, snapshot.postings(fields.PLACE, selection.folder).documents))
        if selection.year is not None:
            yield self._with("year", selection.year)
        if selection.author is not None:
            yield self._with("author", selection.author)

    def _with(self, name: FacetName, value: str) -> set[int]:
        numbers, values = self.grouping(name)
        wanted = {number for number, of_group in enumerate(values) if value in of_group}
        return {place for place, number in enumerate(numbers) if number in wanted}

    def _order(self, order: ShelfOrder) -> array[int]:
        found = self._orders.get(order)
        if found is None:
            found = self._orders[order] = array("I", self._sort(order))
        return found

    def _sort(self, order: ShelfOrder) -> list[int]:
        def keys(column: str) -> list[bytes]:
            return list(self.snapshot.column_values(column))

        if order == "folder":
            ids = keys(fields.SORT_ID)
            return sorted(range(len(ids)), key=ids.__getitem__)
        if order == "title":
            return sorted(self._order("folder"), key=keys(fields.SORT_TITLE).__getitem__)
        if order == "author":
            names = keys(fields.SORT_AUTHOR)
            return sorted(self._order("title"), key=lambda place: (not names[place], names[place]))
        days = keys(fields.SORT_DAY)
        return sorted(self._order("title"), key=days.__getitem__, reverse=True)


def _decoded(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _numbered(keys: Iterable[bytes]) -> tuple[array[int], list[bytes]]:
    """For each key the number of its kind, and the kinds."""
    numbers: dict[bytes, int] = {}
    found = array("I", (numbers.setdefault(key, len(numbers)) for key in keys))
    return found, list(numbers)


class Tally:
    """The facets of some essays, by their places."""

    def __init__(self, shelves: Shelves, places: Collection[int]) -> None:
        self._shelves = shelves
        self._places = places
        self._groups: dict[FacetName, Mapping[int, int]] = {}

    def facet(self, name: FacetName, most: int, below: str) -> Counts:
        """The values of a facet, at most so many; see the port."""
        grouping = self._shelves.grouping(name)
        groups = self._groups.get(name)
        if groups is None:
            groups = self._groups[name] = self._count(grouping.numbers)
        total: Counter[str] = Counter()
        for number, count in groups.items():
            for value in grouping.values[number]:
                total[value] += count
        if name == "folder":
            total = self._directly_below(below, total)
        best = nsmallest(most, total.items(), key=lambda item: (-item[1], item[0]))
        return Counts(values=tuple(best), total=len(total))

    def _count(self, numbers: array[int]) -> Mapping[int, int]:
        """How many of the essays are in each group."""
        if len(self._places) < len(numbers):
            return Counter(map(numbers.__getitem__, self._places))
        return Counter(numbers)

    def _directly_below(self, below: str, inside: Counter[str]) -> Counter[str]:
        """Essays in each folder directly below one, from those directly in each folder."""
        start = f"{below}/" if below else ""
        total: Counter[str] = Counter()
        for folder, count in inside.items():
            if folder.startswith(start) and len(folder) > len(start):
                end = folder.find("/", len(start))
                total[folder if end < 0 else folder[:end]] += count
        namesakes = self._shelves.essays_named_like_folders()
        named = [folder for folder in total if folder in namesakes]
        if named:
            places = set(self._places)
            total.update(folder for folder in named if namesakes[folder] in places)
        return total


class WhooshCatalogue:
    """What the port calls :class:`~indexer.engines.base.Catalogue`, over one snapshot."""

    def __init__(self, shelves: Shelves, places: Sequence[int]) -> None:
        self._snapshot = shelves.snapshot
        self._places = places
        self._tally = Tally(shelves, places)
        self.essays = len(places)

    def page(self, start: int, stop: int) -> list[Essay]:
        """Essays ``start`` to ``stop``."""
        with reading(self._snapshot.folder):
            return [self._snapshot.essay(place) for place in self._places[start:stop]]

    def ids_around(self, essay_id: str, most: int) -> list[str]:
        """Ids on both sides of where one stands or would stand, at most so many, in order."""
        with reading(self._snapshot.folder):
            column = list(self._snapshot.column_values(fields.SORT_ID))
        ids = sorted(column[place] for place in self._places)
        at = bisect_left(ids, essay_id.encode("utf-8", "surrogatepass"))
        start = max(min(at - most // 2, len(ids) - most), 0)
        return [*map(_decoded, ids[start : start + most])]

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet, at most so many."""
        with reading(self._snapshot.folder):
            return self._tally.facet(name, most, below)
