"""The port: what the library asks of an engine, and nothing more.

An engine stores passages under ready terms and gives back arrays; it never analyses text,
never parses a query and never highlights. Terms come from :mod:`indexer.analysis`, trees
from :mod:`indexer.plan`. Every engine maps its own exceptions to :mod:`indexer.errors`.

**Scores.** All engines compute the same ones, so that all order alike. A passage scores, summed
over the plan's different patterns (of its words and of their parts, and those of the strict tree
that a match may hold), as often as the plan has each:

- for a graded one (:func:`indexer.rows.is_graded`) the best of its rows, by BM25
  (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009)::

      (k1 + 1) * idf * tf / (tf + k1 * (1 - b + b * length / average))

- for any other that it has, in the pattern's scope, the pattern's idf.

In each view a passage's title (that of its essay), headings and text are one field, in which the
title is written :data:`~indexer.weights.BM25` ``.title`` times. ``tf`` counts the places of the
row, which lie in one of the texts each; a row of stems counts in passages of its language only.
``length`` counts tokens: all that stand at a position, and those of the exact view for each
position that they span; it is kept in a byte as by Lucene's ``SmallFloat`` (``intToByte4``).
``average`` is over the passages that have any token in the field, before that rounding. ``idf`` is
that of Lucene's ``BM25Similarity``, ``log(1 + (N - n + 0.5) / (n + 0.5))``: of a row the sum of
that of its terms, with N the passages that have any token in the field and n those that have the
term, or its stem in whatever language (by languages of their own, passages in a rare one would all
come last, and by N of all and n of one language they would all come first); of a pattern with N
all essays and n those that have it anywhere in its scope.
"""

from __future__ import annotations

# Essay and the others when this runs, too: who decodes an entry asks for the types of its fields.
from indexer.model import Essay, Matched, OutlineEntry, Passage, ShelfOrder, Sort, Status
from indexer.records import Literal, Protocol, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from indexer.inversion import Inverted
    from indexer.plan import Below, Pattern, Plan, Scope

Part = Literal["text", "heading", "title"]
FacetName = Literal["language", "year", "author", "folder"]


class Fingerprint(Struct, frozen=True, kw_only=True):
    """What sync must know of an indexed file to tell whether it changed.

    ``path`` is as the file was found; ``root`` the indexed folder (or file) it lies below;
    ``size`` in bytes, ``mtime_ns`` in nanoseconds; ``digest`` is BLAKE2b of the bytes and of
    everything else that shapes the result (analyser version, language setting).
    """

    essay_id: str
    path: str
    root: str
    size: int
    mtime_ns: int
    digest: str


class Entry(Struct, frozen=True, kw_only=True):
    """An essay ready to be stored."""

    essay: Essay
    fingerprint: Fingerprint
    outline: tuple[OutlineEntry, ...]
    passages: tuple[Passage, ...]


class Candidate(Struct, frozen=True, kw_only=True):
    """A passage that matched. ``ref`` is opaque to all but the engine that gave it."""

    ref: int
    score: float


class Group(Struct, frozen=True, kw_only=True):
    """An essay that matched: its best passages, best first, and how many match in all.

    ``tier`` is 0 for passages with all words, 1 for essays that hold them all between
    their passages, 2 for some.
    """

    essay_ref: int
    tier: int
    score: float
    passages: tuple[Candidate, ...]
    total: int


class Selection(Struct, frozen=True, kw_only=True):
    """Which essays to list: those with all of these.

    ``year`` is four digits, ``author`` a whole name; ``folder`` holds what ``Below`` does.
    """

    language: str | None = None
    year: str | None = None
    author: str | None = None
    folder: str | None = None


class Counts(Struct, frozen=True, kw_only=True):
    """The most frequent values of a facet with how many essays have each, and the number of
    all its values. By count, greatest first, then by value in code point order."""

    values: tuple[tuple[str, int], ...]
    total: int


class Counted(Protocol):
    """Essays that facets are counted over."""

    @property
    def essays(self) -> int:
        """How many there are."""

    def facet(self, name: FacetName, most: int, below: str = "") -> Counts:
        """The values of a facet, at most so many.

        ``language``: codes; ``year``: the first four digits of dates; ``author``: whole names,
        each of an essay's. ``folder``: folders that lie directly below the folder ``below``
        (empty for all) and hold one of the essays; each with as many as are in it or deeper
        or have its very name as their id, as ``Below`` has it.
        """


class Catalogue(Counted, Protocol):
    """The essays of a selection in an order, bound to the commit it was made on."""

    def page(self, start: int, stop: int) -> list[Essay]:
        """Essays ``start`` to ``stop``."""

    def ids_around(self, essay_id: str, most: int) -> list[str]:
        """Ids of at most so many of the essays, by id: those that an id stands or would stand
        amid, as many on one side as on the other where there are so many."""


class Matches(Counted, Protocol):
    """The outcome of one search, bound to the commit it was run on.

    The library calls :meth:`groups` for the essays it may show, re-ranks them by
    :meth:`nearness` and :meth:`holding`, and loads what it shows. ``tier_sizes`` counts the
    essays of each tier; see :class:`Group`. Facets are counted over the essays that ``essays``
    counts.
    """

    matched: Matched
    partial: int
    tier_sizes: tuple[int, ...]

    @property
    def passages(self) -> int:
        """How many passages of the best tier there are."""

    def groups(self, start: int, stop: int) -> list[Group]:
        """Essays ``start`` to ``stop`` in the engine's order: tier, then score or sort key.

        Ties break by essay id, then by passage ordinal.
        """

    def essays_with(self, pattern: Pattern) -> int:
        """Of the essays that ``essays`` counts, how many have a pattern of scope ``author`` or
        ``title``."""

    def idf(self, pattern: Pattern) -> float:
        """The inverse document frequency of a pattern, graded or not, over essays."""

    def occurs(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs in any passage, whatever the rest of the query."""

    def nearness(self, refs: Sequence[int], patterns: Sequence[Pattern]) -> list[float]:
        """For each passage what it is worth that the patterns stand near each other in its text,
        by their idf; see :func:`indexer.nearness.nearness`."""
        ...

    def holding(
        self, refs: Sequence[int], patterns: Sequence[Pattern], part: Literal["heading", "title"]
    ) -> list[int]:
        """Those of the passages that have every pattern in their headings; for titles, of the
        essays."""
        ...

    def passages_of(self, refs: Sequence[int]) -> list[Passage]:
        """Passages by the ``ref`` of their candidates."""

    def essays_of(self, refs: Sequence[int]) -> list[Essay]:
        """Essays by the ``essay_ref`` of their groups."""


class Writer(Protocol):
    """One writing session; used by sync. Readers see nothing of it before a commit.

    ``takes_postings`` says whether :meth:`put` has use for an entry's postings.
    """

    takes_postings: bool

    def put(self, entry: Entry, postings: Inverted | None = None) -> None:
        """Adds an essay, replacing what the index holds under its id. ``postings`` are what
        :func:`indexer.inversion.invert` gives, where that was called already."""

    def remove(self, essay_id: str) -> None:
        """Takes an essay out, if it is there."""

    def full(self) -> bool:
        """Whether what was put since the last commit takes so much memory that it is time
        for one."""

    def commit(self) -> Mapping[str, str]:
        """Makes everything since the last commit durable and visible.

        Gives the ids of essays that were put and that the engine can't hold, each with the
        reason; of these it holds what it did before.
        """

    def close(self) -> None:
        """Ends the session and frees the lock; what was not committed is dropped."""


class Engine(Protocol):
    """An index at one location. Reading methods see the newest commit at each call."""

    def revision(self) -> str:
        """A short text that every commit and every rebuild changes; in well under 1 ms.

        Whoever keeps a result by it asks for it before the result.
        """

    def outdated(self) -> bool:
        """Whether an older version made the index, so that writing makes it anew."""

    def fingerprints(self) -> Iterator[Fingerprint]:
        """All indexed essays, for sync."""

    def writer(self, *, rebuild: bool = False) -> Writer:
        """Opens the one writing session (``BusyError`` after a wait when another has it).

        ``rebuild`` starts from nothing, aside; searches see nothing of it before its one
        commit swaps it in.
        """

    def languages(self) -> Mapping[str, int]:
        """Languages of the essays and how many essays each has."""

    def vocabulary(self, prefix: str, scope: Scope) -> list[tuple[str, int]]:
        """Exact terms that begin with ``prefix``, in code point order, with the number of
        documents that hold each: of scope ``author`` the authors' names, of every other
        those of texts, headings and titles."""

    def shaped(self, start: str, shape: str, scope: Scope) -> list[tuple[str, int]]:
        """The same for terms whose whole form a regular expression matches.

        It is made of letters, ``.``, ``.*`` and bracket expressions of letters and ranges, and
        all that it matches begins with ``start``.
        """

    def close_to(self, form: str, edits: int, scope: Scope) -> list[tuple[str, int]]:
        """The same for terms whose form is within so many edits (optimal string alignment)."""

    def holds(self, node: Pattern | Below) -> bool:
        """Whether a pattern occurs, or an essay lies in a place; for notes on the query."""

    def catalogue(self, order: ShelfOrder, selection: Selection) -> Catalogue:
        """Essays in order, told without loading more than those of a page.

        ``title``: by folded title. ``author``: by the first author's folded name, those without
        one last. ``date``: newest first, undated last. All three then by title, and by id.
        ``folder``: by id.
        """

    def search(
        self, plan: Plan, *, sort: Sort = "relevance", per_essay: int = 3, deadline: float
    ) -> Matches:
        """Runs a plan; ``deadline`` is a ``time.monotonic`` instant (``SearchTimeout``)."""

    def essay(self, essay_id: str) -> Entry | None:
        """A whole essay, or ``None``."""

    def essays(self) -> Iterable[Essay]:
        """Every essay, by id."""

    def status(self) -> Status:
        """Size and state."""

    def check(self) -> list[str]:
        """Verifies the index against itself; what is wrong, in sentences."""

    def close(self) -> None:
        """Frees files and memory."""
