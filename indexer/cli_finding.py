"""The commands that find and show: search, suggest, show, list."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from indexer import searching
from indexer.cli_options import (
    FOUND,
    NOTHING_FOUND,
    common,
    examples,
    look,
    open_library,
    settings_of,
    wants_json,
    whole_number,
)
from indexer.output import print_json, print_lines, say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from indexer.model import Sort


@click.command(
    epilog=examples(
        "essays search tibet protest              both words, in any of their forms",
        "essays search '\"to be or not to be\"'     exactly these words",
        "essays search '\"human rights\"~5'         near each other",
        "essays search -- tibet -china            a dash needs -- before it",
        "essays search 'in:politics after:2020 democra*'",
        "essays search -l tibet | xargs -d '\\n' less",
        then="The shell takes quotation marks away; single quotes around a query keep them.",
    ),
)
@click.argument("query", metavar="QUERY...", nargs=-1, required=True)
@click.option(
    "-n",
    "limit",
    metavar="N",
    type=whole_number,
    help="Essays on a page.  [default: 10; with -l, all]",
)
@click.option(
    "--offset",
    metavar="N",
    type=whole_number,
    default=0,
    show_default=True,
    help="Essays passed over.",
)
@click.option(
    "--passages",
    metavar="N",
    type=whole_number,
    default=3,
    show_default=True,
    help="For each essay.",
)
@click.option(
    "--sort",
    type=click.Choice(["relevance", "date", "title"]),
    default="relevance",
    show_default=True,
    help="Order of the essays; date: newest first.",
)
@click.option("-l", "paths_only", is_flag=True, help="Print the paths of the files only.")
@click.option("-c", "counts_only", is_flag=True, help="Print how many there are only.")
@common
@click.pass_context
def search(
    context: click.Context,
    query: tuple[str, ...],
    limit: int | None,
    offset: int,
    passages: int,
    sort: Sort,
    paths_only: bool,
    counts_only: bool,
) -> int:
    """Find the passages that answer QUERY, best essays first.

    Words count in any of their forms, in the passage, its headings and its essay's title.
    """
    shown: dict[searching.Shown, bool] = {
        "paths": paths_only,
        "counts": counts_only,
        "json": wants_json(context),
    }
    chosen = [name for name, is_so in shown.items() if is_so]
    if len(chosen) > 1:
        raise click.UsageError("-l, -c and --json exclude each other", context)
    return searching.search(
        query,
        settings_of(context),
        limit=limit,
        offset=offset,
        passages=passages,
        sort=sort,
        show=chosen[0] if chosen else "page",
    )


@click.command(
    epilog=examples(
        "essays suggest tib                     words, phrases, headings, titles",
        "essays suggest human ri                to go on from",
        "essays suggest 'human '                after a space: what may follow",
        "essays suggest -n 20 --json 'title:li'",
    ),
)
@click.argument("prefix", metavar="PREFIX...", nargs=-1, required=True)
@click.option(
    "-n", "limit", metavar="N", type=whole_number, default=8, show_default=True, help="At most."
)
@common
@click.pass_context
def suggest(context: click.Context, prefix: tuple[str, ...], limit: int) -> int:
    """Complete a query from the essays' own words and headings.

    Each line is a whole query that finds something, the best first.
    """
    settings = settings_of(context)
    text = searching.typed(prefix)
    with open_library(settings) as library:
        found = library.suggest(text, limit)
    if wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.suggest(text, found))
    else:
        from indexer import rendering

        print_lines(rendering.suggestions(found, look(settings)))
    return FOUND if found else NOTHING_FOUND


def _known_ids(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Essay ids for the shell's completion, which says nothing where there is no index."""
    from click.shell_completion import CompletionItem

    with contextlib.suppress(Exception), open_library(settings_of(context)) as library:
        return [CompletionItem(e.id) for e in library.essays() if e.id.startswith(incomplete)]
    return []


@click.command(
    epilog=examples(
        "essays show politics/on_liberty",
        "essays show politics/on_liberty --outline",
        "essays show politics/on_liberty#p-3f9a2c1b     one passage",
        "essays show politics/on_liberty --color always | less -R",
    ),
)
@click.argument("ref", metavar="ESSAY_ID[#ANCHOR]", shell_complete=_known_ids)
@click.option("--outline", is_flag=True, help="Print the headings only.")
@common
@click.pass_context
def show(context: click.Context, ref: str, outline: bool) -> int:
    """Print an essay, one of its passages, or its outline."""
    settings = settings_of(context)
    with open_library(settings) as library:
        view = library.show(searching.typed([ref]))
    if wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.show(view))
        return FOUND
    from indexer import rendering

    if not outline:
        print_lines(rendering.essay_text(view, look(settings)))
    elif view.outline:
        print_lines(rendering.outline(view, look(settings)))
    else:
        say("no headings")
    return FOUND


@click.command(
    "list",
    epilog=examples(
        "essays list",
        "essays list | cut -f 1      the ids: to a program there are tabs between",
        "essays list --json",
    ),
)
@common
@click.pass_context
def list_essays(context: click.Context) -> int:
    """List the essays: id, date, title."""
    settings = settings_of(context)
    with open_library(settings) as library:
        every = list(library.essays())
    if wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.essay_list(every))
    else:
        from indexer import rendering

        print_lines(rendering.essay_table(every, look(settings)))
    return FOUND
