"""The facade: what the command line and the web app call. Small, because it delegates."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from indexer import ranking
from indexer.config import Settings
from indexer.errors import LocationError, NotFoundError, QueryError
from indexer.model import Essay, EssayView, SearchResult, Sort, Status, SyncReport
from indexer.planning import make_plan
from indexer.query import Query, parse
from indexer.spelling import edits_for, nearest
from indexer.terms import form_of

if TYPE_CHECKING:
    from indexer.engines.base import Engine, Matches
    from indexer.plan import Plan

Progress = Callable[[str, int, int], None]

# Ids like the one asked for that an error names.
_SUGGESTED = 3


class Library:
    """The essays of one index.

    A context manager; :meth:`close` frees files. Every method may raise the errors of
    :mod:`indexer.errors` and no others.
    """

    def __init__(self, engine: Engine, settings: Settings, home: Path | None) -> None:
        self._engine = engine
        self._settings = settings
        self._home = home

    @classmethod
    def open(cls, location: str, settings: Settings, *, create: bool = False) -> Library:
        """Opens the index at a location; ``create`` allows that there is none yet."""
        if "://" in location:
            raise LocationError(
                f"{location}: no such kind of index; name a folder, such as .essays"
            )
        # Here, so that what needs no index does not load the engine.
        from indexer.engines.whoosh_engine import WhooshEngine

        path = Path(location)
        engine = WhooshEngine(path, write_wait=settings.write_wait_seconds, create=create)
        return cls(engine, settings, path)

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
        from indexer.sync import sync

        return sync(
            self._engine,
            paths,
            rebuild=rebuild or self._engine.outdated(),
            jobs=jobs or self._settings.jobs,
            language=language or self._settings.language,
            progress=progress,
            exclude=() if self._home is None else (self._home,),
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
    ) -> SearchResult:
        """The essays that answer a query, best first, each with its best passages.

        ``offset`` and ``limit`` count essays, ``passages`` those shown of each. Raises
        ``QueryError`` for a query beyond the limits and ``SearchTimeout``.
        """
        # Here, because it is used by no other command.
        from indexer.results import Presenter

        started = time.perf_counter()
        longest = self._settings.max_query_length
        if len(text) > longest:
            raise QueryError(
                f"the query has {len(text):,} characters, more than the {longest:,} allowed; "
                "shorten it"
            )
        query = parse(text)
        languages = self._engine.languages()
        plan, notes = make_plan(
            query,
            tuple(languages),
            self._engine,
            max_expansions=self._settings.max_expansions,
        )
        matches = self._engine.search(
            plan,
            sort=sort,
            per_essay=max(passages, ranking.CANDIDATES),
            deadline=time.monotonic() + self._settings.search_seconds,
        )
        groups = ranking.ranked(matches, plan, sort=sort, start=offset, stop=offset + limit)
        presenter = Presenter(matches, plan)
        return SearchResult(
            query=text,
            understood=query.understood,
            notes=(*query.notes, *notes),
            did_you_mean=self._did_you_mean(query, plan, matches),
            matched=matches.matched,
            essays=matches.essays,
            passages=matches.passages,
            partial=matches.partial,
            offset=offset,
            limit=limit,
            took_ms=(time.perf_counter() - started) * 1000,
            results=presenter.results(groups, passages),
        )

    def _did_you_mean(self, query: Query, plan: Plan, matches: Matches) -> str | None:
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
            form = _folded(word.text)
            better = self._nearest(form)
            if better is not None:
                start, end = word.span
                text = f"{text[:start]}{better}{text[end:]}"
                changed = True
        return text if changed else None

    def _nearest(self, form: str) -> str | None:
        """The nearest word of the library; those one edit away are found much sooner."""
        for edits in range(1, edits_for(form) + 1):
            close = self._engine.close_to(form, edits, "any")
            better = nearest(form, ((form_of(term), count) for term, count in close))
            if better is not None:
                return better
        return None

    # Looking at essays

    def show(self, ref: str) -> EssayView:
        """An essay by ``ESSAY_ID``, or one passage of it by ``ESSAY_ID#ANCHOR``."""
        essay_id, _, anchor = ref.partition("#")
        entry = self._engine.essay(essay_id)
        if entry is None:
            raise NotFoundError(self._no_essay(essay_id))
        chosen = entry.passages
        if anchor:
            chosen = tuple(p for p in entry.passages if p.anchor == anchor)
            if not chosen:
                raise NotFoundError(
                    f"{essay_id}: has no passage {anchor}; see them all with: "
                    f"essays show {essay_id}"
                )
        return EssayView(essay=entry.essay, outline=entry.outline, passages=chosen)

    def _no_essay(self, essay_id: str) -> str:
        from difflib import get_close_matches

        ids = [essay.id for essay in self._engine.essays()]
        wanted = essay_id.casefold()
        close = [name for name in ids if wanted and wanted in name][:_SUGGESTED]
        close = close or get_close_matches(wanted, ids, n=_SUGGESTED, cutoff=0.5)
        hint = f"did you mean {' or '.join(close)}?" if close else "see them all with: essays list"
        return f"{essay_id or '(nothing)'}: no such essay; {hint}"

    def essays(self) -> Iterator[Essay]:
        """Every essay, by id."""
        return iter(self._engine.essays())

    def status(self) -> Status:
        """Size, engine and state of the index."""
        return self._engine.status()

    def check(self) -> list[str]:
        """Verifies the index against itself; what is wrong, in sentences."""
        return self._engine.check()


def _folded(text: str) -> str:
    from indexer.analysis import analyse

    return "".join(token.form for token in analyse(text, "") if token.width == 1)
