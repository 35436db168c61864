"""The facade: what the command line and the web app call. Small, because it delegates."""

from __future__ import annotations

import time
from math import inf

from indexer import ranking
from indexer.config import is_folder, without_credentials
from indexer.deadline import check_clock
from indexer.errors import LocationError, NotFoundError, QueryError
from indexer.model import (
    EssayView,
    Reading,
    SearchResult,
    Shelf,
)
from indexer.plan import Plan, within
from indexer.planning import make_plan
from indexer.query import Phrase, Prefix, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from indexer.config import Settings
    from indexer.engines.base import Engine, Matches
    from indexer.model import (
        Essay,
        Filter,
        Note,
        ShelfOrder,
        Sort,
        Status,
        Suggestion,
        SyncReport,
    )
    from indexer.query import Query
    from indexer.suggest import Suggester

    Progress = Callable[[str, int, int], None]

# Ids like the one asked for that an error names.
_SUGGESTED = 3
# Ids that are compared with it, at some 0.2 ms each.
_COMPARED = 500


class Library:
    """The essays of one index.

    A context manager; :meth:`close` frees files. Every method may raise the errors of
    :mod:`indexer.errors` and no others.
    """

    def __init__(self, engine: Engine, settings: Settings, home: str | None) -> None:
        self._engine = engine
        self._settings = settings
        self._home = home
        self._suggester: Suggester | None = None

    @classmethod
    def open(
        cls, location: str, settings: Settings, *, create: bool = False, lasting: bool = True
    ) -> Library:
        """Opens the index at a location; ``create`` allows that there is none yet.

        Not ``lasting`` is for a process of one search: it loads nothing that takes longer to
        load than it saves; the results are the same.
        """
        # Engines are imported here, so that what needs none of them loads none.
        if not is_folder(location):
            return cls(_on_cluster(location, settings, create), settings, None)
        from indexer.engines.whoosh_engine import WhooshEngine

        engine = WhooshEngine(
            location, write_wait=settings.write_wait_seconds, create=create, vectors=lasting
        )
        return cls(engine, settings, location)

    def close(self) -> None:
        """Frees files and memory."""
        self._engine.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Writing

    def index(
        self,
        paths: Sequence[Path],
        *,
        rebuild: bool = False,
        jobs: int | None = None,
        language: str | None = None,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Brings the index in step with the files; see :func:`indexer.sync.sync`."""
        from pathlib import Path

        from indexer.sync import sync

        return sync(
            self._engine,
            paths,
            rebuild=rebuild or self._engine.outdated(),
            jobs=jobs or self._settings.jobs,
            language=language or self._settings.language,
            progress=progress,
            exclude=() if self._home is None else (Path(self._home),),
        )

    # Searching

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        offset: int = 0,
        passages: int = 3,
        sort: Sort = "relevance",
        facets: int = 0,
        seconds: float = inf,
    ) -> SearchResult:
        """The essays that answer a query, best first, each with its best passages.

        ``offset`` and ``limit`` count essays, ``passages`` those shown of each, ``facets`` the
        values of each facet; none are counted for 0. It takes so many ``seconds`` at most, or as
        many as the settings say where these are fewer. Raises ``QueryError`` for a query beyond
        the limits and ``SearchTimeout``.
        """
        # Here, because it is used by no other command.
        from indexer.results import Presenter

        started = time.perf_counter()
        deadline = self._deadline(seconds)
        query, plan, notes = self._planned(text, deadline)
        matches = self._engine.search(
            plan,
            sort=sort,
            per_essay=max(passages, ranking.CANDIDATES),
            deadline=deadline,
        )
        groups = ranking.ranked(matches, plan, sort=sort, start=offset, stop=offset + limit)
        presenter = Presenter(matches, plan, deadline)
        counted = None
        if facets > 0:
            from indexer.facets import of_matches

            counted = of_matches(matches, query, facets)
        return SearchResult(
            query=text,
            understood=query.understood,
            notes=notes,
            did_you_mean=self._did_you_mean(query, plan, matches, deadline),
            matched=matches.matched,
            essays=matches.essays,
            passages=matches.passages,
            partial=matches.partial,
            offset=offset,
            limit=limit,
            took_ms=(time.perf_counter() - started) * 1000,
            results=presenter.results(groups, passages),
            facets=counted,
            filters=_filters_of(query),
        )

    def _deadline(self, seconds: float = inf) -> float:
        return time.monotonic() + min(seconds, self._settings.search_seconds)

    def _require_short(self, text: str) -> None:
        longest = self._settings.max_query_length
        if len(text) > longest:
            raise QueryError(
                f"the query has {len(text):,} characters, more than the {longest:,} allowed; "
                "shorten it"
            )

    def _planned(self, text: str, deadline: float) -> tuple[Query, Plan, tuple[Note, ...]]:
        """A query as understood, its plan, and the notes on both (``QueryError``)."""
        self._require_short(text)
        query = parse(text)
        plan, notes = make_plan(
            query,
            tuple(self._engine.languages()),
            self._engine,
            max_expansions=self._settings.max_expansions,
            deadline=deadline,
        )
        return query, plan, (*query.notes, *notes)

    def _did_you_mean(
        self, query: Query, plan: Plan, matches: Matches, deadline: float
    ) -> str | None:
        """The query with each word that is nowhere replaced by the nearest that is."""
        text = query.text
        changed = False
        planned = {word.pattern.label: word for word in plan.words}
        for word in reversed(query.words):
            found = planned.get(word.text)
            if found is None or found.parts or matches.occurs(found.pattern):
                continue
            steps = found.pattern.paths[0]
            if len(steps) > 1:
                continue
            check_clock(deadline)
            form = _folded(word.text)
            better = self._nearest(form)
            if better is not None:
                start, end = word.span
                text = f"{text[:start]}{better}{text[end:]}"
                changed = True
        return text if changed else None

    def _nearest(self, form: str) -> str | None:
        """The nearest word of the library; those one edit away are found much sooner."""
        from indexer.spelling import edits_for, nearest
        from indexer.terms import form_of

        for edits in range(1, edits_for(form) + 1):
            close = self._engine.close_to(form, edits, "any")
            better = nearest(form, ((form_of(term), count) for term, count in close))
            if better is not None:
                return better
        return None

    def suggest(self, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Whole queries that go on from what is being typed; see :mod:`indexer.suggest`.

        Raises ``QueryError`` for a text longer than a query may be, and ``SearchTimeout``.
        """
        self._require_short(prefix)
        if self._suggester is None:
            from indexer.suggest import Suggester

            self._suggester = Suggester(self._engine, self._settings)
        return self._suggester.suggest(prefix, limit)

    # Looking at essays

    def revision(self) -> str:
        """A short text that every change of the index changes; in well under 1 ms.

        Whoever keeps a result by it asks for it before the result.
        """
        return self._engine.revision()

    def browse(
        self,
        *,
        order: ShelfOrder = "title",
        limit: int = 50,
        offset: int = 0,
        language: str | None = None,
        year: str | None = None,
        author: str | None = None,
        folder: str | None = None,
        facets: int = 0,
    ) -> Shelf:
        """The library's essays in an order, a page of them.

        ``year`` is four digits, ``author`` a whole name, ``folder`` what ``in:`` takes. The
        facets' folders are those directly below ``folder``.
        """
        from indexer.engines.base import Selection

        selection = Selection(language=language, year=year, author=author, folder=folder)
        catalogue = self._engine.catalogue(order, selection)
        counted = None
        if facets > 0:
            from indexer.facets import of_catalogue

            counted = of_catalogue(catalogue, folder, facets)
        return Shelf(
            essays=tuple(catalogue.page(offset, offset + limit)),
            total=catalogue.essays,
            offset=offset,
            limit=limit,
            facets=counted,
        )

    def read(self, essay_id: str, text: str = "") -> Reading:
        """A whole essay with the passages that a search of ``text`` finds in it lit up.

        Raises what :meth:`show` and :meth:`search` do; a blank text lights up nothing.
        """
        from indexer.results import Presenter

        entry = self._engine.essay(essay_id)
        if entry is None:
            raise self._no_essay(essay_id)
        plan = Plan(words=(), strict=None)
        notes: tuple[Note, ...] = ()
        deadline = self._deadline()
        if text.strip():
            _, plan, notes = self._planned(text, deadline)
        matches = self._engine.search(
            within(plan, essay_id),
            per_essay=len(entry.passages),
            deadline=deadline,
        )
        refs = [hit.ref for group in matches.groups(0, 1) for hit in group.passages]
        found = {passage.anchor for passage in matches.passages_of(refs)}
        presenter = Presenter(matches, plan, deadline)
        passages = tuple(
            presenter.passage(entry.essay, passage, is_hit=passage.anchor in found)
            for passage in entry.passages
        )
        return Reading(
            essay=entry.essay,
            outline=entry.outline,
            passages=passages,
            title_pieces=presenter.title(entry.essay, is_hit=bool(found)),
            query=text,
            notes=notes,
            matched=matches.matched,
            hits=tuple(passage.anchor for passage in passages if passage.is_hit),
        )

    def show(self, ref: str) -> EssayView:
        """An essay by ``ESSAY_ID``, or one passage of it by ``ESSAY_ID#ANCHOR``."""
        essay_id, _, anchor = ref.partition("#")
        entry = self._engine.essay(essay_id)
        if entry is None:
            raise self._no_essay(essay_id)
        chosen = entry.passages
        if anchor:
            chosen = tuple(p for p in entry.passages if p.anchor == anchor)
            if not chosen:
                raise NotFoundError(
                    f"{essay_id}: has no passage {anchor}", command=f"essays show {essay_id}"
                )
        return EssayView(essay=entry.essay, outline=entry.outline, passages=chosen)

    def _no_essay(self, essay_id: str) -> NotFoundError:
        from difflib import get_close_matches

        missing = f"{essay_id or '(nothing)'}: no such essay"
        ids = self._ids_around(essay_id)
        wanted = essay_id.casefold()
        close = [name for name in ids if wanted and wanted in name][:_SUGGESTED]
        close = close or get_close_matches(wanted, ids, n=_SUGGESTED, cutoff=0.5)
        if not close:
            return NotFoundError(missing, command="essays list")
        return NotFoundError(f"{missing}; did you mean {' or '.join(close)}?", close=tuple(close))

    def _ids_around(self, essay_id: str) -> list[str]:
        """Every id of a small library; of a large one those that would stand beside it."""
        from indexer.engines.base import Selection

        catalogue = self._engine.catalogue("folder", Selection())
        return catalogue.ids_around(essay_id, _COMPARED)

    def essays(self) -> Iterator[Essay]:
        """Every essay, by id."""
        return iter(self._engine.essays())

    def status(self) -> Status:
        """Size, engine and state of the index."""
        return self._engine.status()

    def check(self) -> list[str]:
        """Verifies the index against itself; what is wrong, in sentences."""
        return self._engine.check()


def _filters_of(query: Query) -> tuple[Filter, ...]:
    # No filter is a term by itself.
    if query.strict is None or isinstance(query.strict, (Phrase, Prefix)):
        return ()
    from indexer.refining import filters_of

    return filters_of(query)


def _on_cluster(location: str, settings: Settings, create: bool) -> Engine:
    from indexer.engines.opensearch_address import SHAPE, is_address

    if not is_address(location):
        raise LocationError(
            f"{without_credentials(location)}: no such kind of index; name a folder, such as "
            f".essays, or a cluster, as {SHAPE}"
        )
    from indexer.engines.opensearch_engine import OpenSearchEngine

    return OpenSearchEngine(location, settings, create=create)


def _folded(text: str) -> str:
    from indexer.analysis import analyse

    return "".join(token.form for token in analyse(text, "") if token.width == 1)
