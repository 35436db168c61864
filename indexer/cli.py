"""The command ``essays``; the one module that knows Click.

A command returns its exit status: 0 done or found, 1 nothing found, 2 an error. What the
commands need loads inside them, so that none pays for another.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indexer.config import Settings, load
from indexer.errors import DamagedError, EssaysError
from indexer.failures import guarded
from indexer.output import print_json, print_lines, print_paths, say
from indexer.terminal import Look, look_of, safe

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from indexer.library import Library
    from indexer.model import Sort

FOUND, NOTHING_FOUND, FAILED = 0, 1, 2
# Essays; no page is larger, and -l without -n asks for it.
EVERYTHING = 1_000_000_000

_Function = TypeVar("_Function", bound=Callable[..., Any])


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and gives its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = given[: given.index("--")] if "--" in given else given
    return guarded(lambda: _run(given), debug="--debug" in options)


def _run(arguments: list[str]) -> int:
    if os.environ.get("_ESSAYS_COMPLETE"):
        essays.main(arguments, prog_name="essays")
    try:
        with essays.make_context("essays", arguments) as context:
            return int(essays.invoke(context) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort as stop:
        raise KeyboardInterrupt from stop
    except click.ClickException as error:
        raise EssaysError(_usage(error)) from error


def _usage(error: click.ClickException) -> str:
    message = error.format_message().strip().rstrip(".")
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    if isinstance(error, click.NoSuchOption) and command == "essays search":
        return f"{message}; before a query with a dash goes --: essays search -- tibet -china"
    return f"{message}; see {command or 'essays'} --help"


def _count(value: str | int) -> int:
    """A whole number from 0."""
    try:
        count = int(value)
    except ValueError:
        count = -1
    if not 0 <= count <= EVERYTHING:
        raise click.BadParameter(f"must be a whole number from 0, not {value!r}")
    return count


class _InOrder(click.Group):
    """Commands in the order they are needed in, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Options that go with every command: the last one given counts."""
    if value is not None and value is not False:
        context.meta[f"essays.{parameter.name}"] = value


_KEPT: dict[str, Any] = {"expose_value": False, "callback": _remember}


def _common(function: _Function) -> _Function:
    """The options that may stand before or after the name of any command."""
    for option in (
        click.option("--debug", is_flag=True, help="Show the traceback of an error.", **_KEPT),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            help="Colours and links; auto: on a terminal, unless NO_COLOR is set.",
            **_KEPT,
        ),
        click.option("--json", is_flag=True, help="Print one JSON document.", **_KEPT),
        click.option(
            "--index",
            metavar="LOCATION",
            help="The index, a folder; else ESSAYS_INDEX, else .essays here.",
            **_KEPT,
        ),
    ):
        function = option(function)
    return function


def _examples(*lines: str, then: str = "") -> str:
    """The end of a help text; Click keeps the lines of examples as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines), "", then])


def _settings(context: click.Context, **given: object) -> Settings:
    meta = context.meta
    chosen = {"index": meta.get("essays.index"), "color": meta.get("essays.color")}
    return load({**chosen, **given}, os.environ)


def _open(settings: Settings, *, create: bool = False) -> Library:
    from indexer.library import Library

    return Library.open(settings.index, settings, create=create)


def _look(settings: Settings) -> Look:
    return look_of(sys.stdout, settings.color, os.environ)


def _wants_json(context: click.Context) -> bool:
    return bool(context.meta.get("essays.json"))


@click.group(
    cls=_InOrder,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_examples(
        "essays index ~/essays             read a folder of essays",
        "essays search tibet protest       find the passage",
        "essays show ESSAY_ID#ANCHOR       read it where it stands",
        then="Each command shows more examples with --help.",
    ),
)
@click.option("--version", is_flag=True, help="Print the version.")
@_common
@click.pass_context
def essays(context: click.Context, version: bool) -> int:
    """Find the passage in a folder of essays from the few words you remember."""
    if version:
        from importlib import metadata

        try:
            number = metadata.version("essay-search")
        except metadata.PackageNotFoundError:
            number = "(not installed)"
        print_lines([f"essays {number}"])
        context.exit()
    if context.invoked_subcommand is None:
        print_lines([context.get_help()])
    return FOUND


@essays.command(
    epilog=_examples(
        "essays index ~/essays",
        "essays index ~/essays --watch            again whenever a file changes",
        "essays index letters.md diaries/         files and folders",
        "essays index ~/essays --language de      for essays that do not tell theirs",
        "essays --index /srv/idx index /srv/essays --rebuild",
    ),
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--rebuild", is_flag=True, help="Make the whole index anew.")
@click.option("--watch", is_flag=True, help="Stay, and index again whenever a file changes.")
@click.option("--strict", is_flag=True, help="Exit with 2 when a file can't be read.")
@click.option(
    "--jobs", metavar="N", type=_count, help="Processes that read files.  [default: CPUs]"
)
@click.option("--language", metavar="CODE", help="Of essays that do not tell theirs: en, de, …")
@_common
@click.pass_context
def index(
    context: click.Context,
    paths: tuple[str, ...],
    rebuild: bool,
    watch: bool,
    strict: bool,
    jobs: int | None,
    language: str | None,
) -> int:
    """Bring the index in step with the files below PATH.

    New and changed files are read, vanished ones are taken out. A file that can't be read is
    named with the reason, and the rest goes on.
    """
    if not all(paths):
        raise click.UsageError("PATH is empty", context)
    if watch and _wants_json(context):
        raise click.UsageError("--watch and --json exclude each other", context)
    settings = _settings(context, jobs=jobs, language=language)
    roots = [Path(path) for path in paths]
    from indexer import indexing, walking

    for path in paths:  # before an index is made for them
        walking.require(os.path.abspath(path))
    changes = indexing.changes_below(roots, settings.index) if watch else None
    with _open(settings, create=True) as library:
        report = indexing.once(
            library, roots, settings, rebuild=rebuild, as_json=_wants_json(context)
        )
        if strict and report.skipped:
            return FAILED
        if changes is not None:
            for report in indexing.after_every_change(library, roots, settings, changes):
                if strict and report.skipped:
                    return FAILED
    return FOUND


@essays.command(
    epilog=_examples(
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
    "-n", "limit", metavar="N", type=_count, help="Essays on a page.  [default: 10; with -l, all]"
)
@click.option(
    "--offset", metavar="N", type=_count, default=0, show_default=True, help="Essays passed over."
)
@click.option(
    "--passages", metavar="N", type=_count, default=3, show_default=True, help="For each essay."
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
@_common
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
    if paths_only + counts_only + _wants_json(context) > 1:
        raise click.UsageError("-l, -c and --json exclude each other", context)
    if limit is None:
        limit = EVERYTHING if paths_only else 10
    if counts_only:
        limit = 0
    if paths_only:
        passages = 0
    settings = _settings(context)
    with _open(settings) as library:
        result = library.search(
            _typed(query), limit=limit, offset=offset, passages=passages, sort=sort
        )
    if _wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.search(result))
        return FOUND if result.results else NOTHING_FOUND
    from indexer import rendering

    if counts_only:
        print_lines(rendering.counts(result))
    elif paths_only:
        print_paths(found.essay.path for found in result.results)
    else:
        print_lines(rendering.search_page(result, _look(settings)))
    for line in rendering.remarks(result):
        say(line)
    if counts_only:
        return FOUND if result.essays else NOTHING_FOUND
    if not paths_only:
        for line in rendering.totals(result):
            say(line)
    return FOUND if result.results else NOTHING_FOUND


def _typed(arguments: Sequence[str]) -> str:
    """The arguments as one text; bytes that were no text become replacement characters."""
    typed = " ".join(arguments)
    return typed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _known_ids(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Essay ids for the shell's completion, which says nothing where there is no index."""
    from click.shell_completion import CompletionItem

    with contextlib.suppress(Exception), _open(_settings(context)) as library:
        return [CompletionItem(e.id) for e in library.essays() if e.id.startswith(incomplete)]
    return []


@essays.command(
    epilog=_examples(
        "essays show politics/on_liberty",
        "essays show politics/on_liberty --outline",
        "essays show politics/on_liberty#p-3f9a2c1b     one passage",
        "essays show politics/on_liberty --color always | less -R",
    ),
)
@click.argument("ref", metavar="ESSAY_ID[#ANCHOR]", shell_complete=_known_ids)
@click.option("--outline", is_flag=True, help="Print the headings only.")
@_common
@click.pass_context
def show(context: click.Context, ref: str, outline: bool) -> int:
    """Print an essay, one of its passages, or its outline."""
    settings = _settings(context)
    with _open(settings) as library:
        view = library.show(_typed([ref]))
    if _wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.show(view))
        return FOUND
    from indexer import rendering

    if not outline:
        print_lines(rendering.essay_text(view, _look(settings)))
    elif view.outline:
        print_lines(rendering.outline(view, _look(settings)))
    else:
        say("no headings")
    return FOUND


@essays.command(
    "list",
    epilog=_examples(
        "essays list",
        "essays list | cut -f 1      the ids: to a program there are tabs between",
        "essays list --json",
    ),
)
@_common
@click.pass_context
def list_essays(context: click.Context) -> int:
    """List the essays: id, date, title."""
    settings = _settings(context)
    with _open(settings) as library:
        every = list(library.essays())
    if _wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.essay_list(every))
    else:
        from indexer import rendering

        print_lines(rendering.essay_table(every, _look(settings)))
    return FOUND


@essays.command(
    epilog=_examples("essays status", "essays --index /srv/idx status", "essays status --json")
)
@_common
@click.pass_context
def status(context: click.Context) -> int:
    """Show size, engine and freshness of the index."""
    with _open(_settings(context)) as library:
        state = library.status()
    if _wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.status(state))
    else:
        from indexer import rendering

        print_lines(rendering.status_lines(state))
    return FOUND


@essays.command(
    epilog=_examples(
        "essays check", "essays check --json", "essays check || essays index --rebuild ~/essays"
    )
)
@_common
@click.pass_context
def check(context: click.Context) -> int:
    """Verify the index; exit with 2 when damaged."""
    settings = _settings(context)
    with _open(settings) as library:
        problems = library.check()
    if _wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.check(problems))
    else:
        print_lines(safe(problem) for problem in problems)
    if problems:
        count = "one place" if len(problems) == 1 else f"{len(problems)} places"
        raise DamagedError(
            f"{settings.index}: damaged in {count}; essays index --rebuild PATH makes it anew"
        )
    say(f"{settings.index}: the index is whole")
    return FOUND


@essays.command(
    epilog=_examples(
        'eval "$(essays completion bash)"     in ~/.bashrc',
        'eval "$(essays completion zsh)"      in ~/.zshrc',
        "essays completion fish > ~/.config/fish/completions/essays.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@_common
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what makes SHELL complete commands."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}", context)
    script = made(essays, {}, "essays", "_ESSAYS_COMPLETE")
    print_lines([script.source_template % script.source_vars()])
    return FOUND
