"""Results as people read them in a terminal: lines of text, one generator for each command."""

from __future__ import annotations

from indexer.terminal import Run, columns, link, paint, paragraph, safe, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from indexer.model import (
        Essay,
        EssayHit,
        EssayView,
        Hit,
        Passage,
        Piece,
        SearchResult,
        Status,
        Suggestion,
        SyncReport,
    )
    from indexer.terminal import Look, Style

_BETWEEN = Run(" · ", "meta")
_DEEPER = Run(" › ", "heading")
# Columns below which an anchor gets a line of its own instead of the margin.
_MARGIN_FROM = 60
_WIDEST_ID = 40  # columns of the first column of a list
_AS_THEY_ARE = frozenset({"code", "table"})


def search_page(result: SearchResult, look: Look) -> Iterator[str]:
    """The essays found, each with its best passages."""
    for number, found in enumerate(result.results):
        if number:
            yield ""
        # Below essays that have it all, one passage is enough to tell what a lesser one has.
        yield from _found(found, look, 1 if _is_lesser(found, result) else len(found.passages))


def _is_lesser(found: EssayHit, result: SearchResult) -> bool:
    """Whether an essay lacks a word, on a page of others that lack none."""
    if result.matched == "any" or not found.passages:
        return False
    lacking = [set(hit.missing) for hit in found.passages]
    if result.matched == "essay":
        return bool(set.intersection(*lacking))
    return all(lacking)


def _found(found: EssayHit, look: Look, passages: int) -> Iterator[str]:
    for line in paragraph(_lit(found.title_pieces, "title"), look):
        yield link(line, found.essay.path, look)
    yield from _about(found.essay, look)
    for hit in found.passages[:passages]:
        yield ""
        yield from _hit(hit, found.essay, look)
    more = found.more + max(len(found.passages) - passages, 0)
    if more:
        words = f"+ {more:,} more {_noun(more, 'passage')} in this essay"
        yield ""
        yield from paragraph([Run(words, "meta")], look, indent="  ")


def _hit(hit: Hit, essay: Essay, look: Look) -> Iterator[str]:
    headings: list[Run] = []
    for pieces in hit.heading_pieces:
        headings += [_DEEPER, *_lit(pieces, "heading")]
    place = f"¶ {hit.ordinal:,} of {essay.passages:,} · #{safe(hit.anchor)}"
    beside = [*headings[1:], *([_BETWEEN] if headings else []), Run(place, "meta")]
    if 2 + sum(columns(run.text) for run in beside) <= look.width:
        yield from paragraph(beside, look, indent="  ")
    else:
        yield from paragraph(headings[1:], look, indent="  ")
        yield from paragraph([Run(place, "meta")], look, indent="  ")
    for line in paragraph(_lit(hit.snippet, "", lines=True), look, indent="    "):
        if line:
            yield line
    if hit.missing:
        missing = Run(safe(", ".join(hit.missing)), "warning")
        yield from paragraph([Run("missing: ", "meta"), missing], look, indent="    ")


def _lit(pieces: Iterable[Piece], style: Style, *, lines: bool = False) -> list[Run]:
    return [
        Run(piece.text if lines else safe(piece.text), "match" if piece.match else style)
        for piece in pieces
    ]


def _about(essay: Essay, look: Look) -> Iterator[str]:
    """Who and when, and the name to call the essay by, which is never cut: it is there to be
    copied."""
    known = [part for part in (safe(", ".join(essay.authors)), safe(essay.date or "")) if part]
    name = safe(essay.id)
    line = " · ".join([*known, name])
    if known and columns(line) > look.width:
        yield from paragraph([Run(" · ".join(known), "meta")], look)
        line = name
    yield paint([Run(line, "meta")], look)


def remarks(result: SearchResult) -> Iterator[str]:
    """What there is to say about the query itself: notes, and a better spelling."""
    for note in result.notes:
        yield f"note: {note.message}"
    if result.notes and result.understood:
        yield f"understood as: {result.understood}"
    if result.did_you_mean:
        yield f"did you mean: {result.did_you_mean}"


def totals(result: SearchResult) -> Iterator[str]:
    """How much was found, and how to see the rest of it."""
    yield f"{_found_in_all(result)} · {_milliseconds(result.took_ms)}"
    shown, everything = len(result.results), result.essays + result.partial
    last = result.offset + shown
    if everything and result.offset >= everything:
        yield f"--offset {result.offset} is past the last of {everything:,}"
    elif shown and last < everything:
        yield f"{result.offset + 1:,} to {last:,} of {everything:,}; for more: --offset {last}"


def _found_in_all(result: SearchResult) -> str:
    essays = f"{result.essays:,} {_noun(result.essays, 'essay')}"
    passages = f"{result.passages:,} {_noun(result.passages, 'passage')}"
    said = f"{essays}, {passages}"
    if result.matched == "none":
        return "nothing found"
    if result.matched == "essay":
        said = f"no passage has all the words; together they do in {essays} ({passages})"
    elif result.matched == "any":
        said = f"no essay has all the words; some of them are in {essays} ({passages})"
    if result.partial:
        more = f"{result.partial:,} more {_noun(result.partial, 'essay')}"
        said += f"; some of the words are in {more}"
    return said


def _milliseconds(took: float) -> str:
    return f"{took:.0f} ms" if took >= 1 else "under 1 ms"


def _noun(count: int, noun: str) -> str:
    return noun if count == 1 else noun + "s"


def counts(result: SearchResult) -> Iterator[str]:
    """The true totals, a name and a number on each line."""
    yield f"essays {result.essays}"
    yield f"passages {result.passages}"
    yield f"partial {result.partial}"


def suggestions(found: Iterable[Suggestion], look: Look) -> Iterator[str]:
    """A query a line; for a person with what of the essays it is."""
    for suggestion in found:
        text = safe(suggestion.text)
        yield (
            paint([Run(text), Run(f"  {suggestion.kind}", "meta")], look) if look.aligned else text
        )


def essay_text(view: EssayView, look: Look) -> Iterator[str]:
    """An essay from its title to its end, each passage's anchor at the margin."""
    essay = view.essay
    for line in paragraph([Run(safe(essay.title), "title")], look):
        yield link(line, essay.path, look)
    size = (
        f"{essay.language} · {essay.words:,} {_noun(essay.words, 'word')}"
        f" · {essay.passages:,} {_noun(essay.passages, 'passage')}"
    )
    yield from _about(essay, look)
    for line in (size, essay.path):
        yield from paragraph([Run(safe(line), "meta")], look)
    above: tuple[str, ...] = ()
    for passage in view.passages:
        yield from _headings(above, passage.headings, look)
        above = passage.headings
        yield ""
        yield from _passage(passage, look)


def _headings(above: tuple[str, ...], headings: tuple[str, ...], look: Look) -> Iterator[str]:
    """The headings that begin here."""
    same = 0
    while same < min(len(above), len(headings)) and above[same] == headings[same]:
        same += 1
    for level in range(same, len(headings)):
        yield ""
        mark = "#" * (level + 1) + " "
        yield from paragraph([Run(mark + safe(headings[level]), "heading")], look)


def _passage(passage: Passage, look: Look) -> Iterator[str]:
    anchor = Run(safe(passage.anchor), "meta")
    indent = " " * (columns(anchor.text) + 2)
    margin: Run | None = anchor
    if look.width < _MARGIN_FROM:
        yield from paragraph([anchor], look)
        indent, margin = "", None
    if passage.kind not in _AS_THEY_ARE:
        yield from paragraph([Run(passage.text)], look, indent=indent, margin=margin)
        return
    for line in passage.text.split("\n"):
        left = [Run(indent)]
        if margin is not None:
            left = [margin, Run("  ")]
            margin = None
        yield paint([*left, Run(safe(line.expandtabs(4)))], look).rstrip(" ")


def outline(view: EssayView, look: Look) -> Iterator[str]:
    """The headings, indented by level, each with the anchor of what stands below it."""
    for entry in view.outline:
        indent = "  " * (entry.level - 1)
        runs = [Run(safe(entry.title)), Run(f"  #{safe(entry.anchor)}", "meta")]
        yield from paragraph(runs, look, indent=indent)


def essay_table(essays: Sequence[Essay], look: Look) -> Iterator[str]:
    """Id, date and title: in columns for a person, with tabs between them for a program."""
    if not look.aligned:
        for essay in essays:
            yield "\t".join((safe(essay.id), safe(essay.date or ""), safe(essay.title)))
        return
    widest = max((columns(safe(essay.id)) for essay in essays), default=0)
    first = min(widest, _WIDEST_ID, look.width // 2)
    for essay in essays:
        name = safe(essay.id)
        # An id is there to be typed: it is never cut, its line is longer instead.
        padding = " " * max(first - columns(name), 0)
        room = max(look.width - max(columns(name), first) - 14, 10)
        runs = [
            Run(name + padding),
            Run(f"  {safe(essay.date or ''):10}  ", "meta"),
            Run(shorten(safe(essay.title), room)),
        ]
        yield paint(runs, look)


def status_lines(state: Status) -> Iterator[str]:
    """The state of an index, a name and a value on each line."""
    most_first = sorted(state.languages.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = (
        ("location", state.location),
        ("engine", f"{state.engine}, schema version {state.schema_version}"),
        ("essays", f"{state.essays:,}"),
        ("passages", f"{state.passages:,}"),
        ("words", f"{state.words:,}"),
        ("size", _size(state.bytes)),
        ("updated", state.updated or "never"),
        ("languages", ", ".join(f"{code} {count:,}" for code, count in most_first) or "none"),
        ("healthy", "yes" if state.healthy else "no; essays check says why"),
    )
    for name, value in rows:
        yield f"{name:10} {safe(value)}"


def _size(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def report_lines(report: SyncReport, location: str) -> Iterator[str]:
    """What ``index`` did, and what the index holds now."""
    done = [
        f"added {report.added:,}",
        f"updated {report.updated:,}",
        f"unchanged {report.unchanged:,}",
        f"removed {report.removed:,}",
    ]
    if report.renamed:
        done.append(f"renamed {report.renamed:,}")
    if report.skipped:
        done.append(f"skipped {len(report.skipped):,}")
    yield ", ".join(done)
    yield (
        f"{report.essays:,} {_noun(report.essays, 'essay')}, {report.passages:,}"
        f" {_noun(report.passages, 'passage')} in {safe(location)}, {report.seconds:.1f} s"
    )
