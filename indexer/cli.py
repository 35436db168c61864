"""The command ``essays``: options and arguments to calls, results to exit statuses.

A command returns its exit status: 0 done or found, 1 nothing found, 2 an error. What the
commands need loads inside them, so that none pays for another.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from indexer import cli_finding
from indexer.cli_options import (
    FAILED,
    FOUND,
    common,
    examples,
    open_library,
    settings_of,
    wants_json,
    whole_number,
)
from indexer.errors import DamagedError, EssaysError
from indexer.failures import guarded
from indexer.output import print_json, print_lines, say
from indexer.terminal import safe


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


class _InOrder(click.Group):
    """Commands in the order they are needed in, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "essays index ~/essays             read a folder of essays",
        "essays search tibet protest       find the passage",
        "essays show ESSAY_ID#ANCHOR       read it where it stands",
        then="Each command shows more examples with --help.",
    ),
)
@click.option("--version", is_flag=True, help="Print the version.")
@common
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
    epilog=examples(
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
    "--jobs", metavar="N", type=whole_number, help="Processes that read files.  [default: CPUs]"
)
@click.option("--language", metavar="CODE", help="Of essays that do not tell theirs: en, de, …")
@common
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
    if watch and wants_json(context):
        raise click.UsageError("--watch and --json exclude each other", context)
    settings = settings_of(context, jobs=jobs, language=language)
    roots = [Path(path) for path in paths]
    from indexer import indexing, walking

    for path in paths:  # before an index is made for them
        walking.require(os.path.abspath(path))
    changes = None
    if watch:
        # Before other processes are started, which take over the priority.
        indexing.give_way()
        changes = indexing.changes_below(roots, settings.index)
    with open_library(settings, create=True) as library:
        report = indexing.once(
            library, roots, settings, rebuild=rebuild, as_json=wants_json(context)
        )
        if strict and report.skipped:
            return FAILED
        if changes is not None:
            for report in indexing.after_every_change(library, roots, settings, changes):
                if strict and report.skipped:
                    return FAILED
    return FOUND


for finding in (cli_finding.search, cli_finding.suggest, cli_finding.show, cli_finding.list_essays):
    essays.add_command(finding)


@essays.command(
    epilog=examples("essays status", "essays --index /srv/idx status", "essays status --json")
)
@common
@click.pass_context
def status(context: click.Context) -> int:
    """Show size, engine and freshness of the index."""
    with open_library(settings_of(context)) as library:
        state = library.status()
    if wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.status(state))
    else:
        from indexer import rendering

        print_lines(rendering.status_lines(state))
    return FOUND


@essays.command(
    epilog=examples(
        "essays check", "essays check --json", "essays check || essays index --rebuild ~/essays"
    )
)
@common
@click.pass_context
def check(context: click.Context) -> int:
    """Verify the index; exit with 2 when damaged."""
    settings = settings_of(context)
    with open_library(settings) as library:
        problems = library.check()
    if wants_json(context):
        from indexer import json_shapes

        print_json(json_shapes.check(problems))
    else:
        print_lines(safe(problem) for problem in problems)
    if problems:
        count = "one place" if len(problems) == 1 else f"{len(problems)} places"
        raise DamagedError(
            f"{settings.shown_index}: damaged in {count}; essays index --rebuild PATH makes it anew"
        )
    say(f"{settings.shown_index}: the index is whole")
    return FOUND


@essays.command(
    epilog=examples(
        "essays serve",
        "essays --index /srv/idx serve --port 8080",
        "essays serve --host 0.0.0.0 --allowed-host essays.example.org",
        then="Ctrl-C stops it. What is indexed meanwhile is found at once.",
    ),
)
@click.option("--host", metavar="ADDRESS", help="Where to listen.  [default: 127.0.0.1]")
@click.option(
    "--port", metavar="N", type=whole_number, help="0: any that is free.  [default: 8000]"
)
@click.option(
    "--workers",
    metavar="N",
    type=whole_number,
    help="Processes that answer.  [default: CPUs, two at least]",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    metavar="NAME",
    multiple=True,
    help="A name it may be asked by, besides those of this machine; '*' is any.",
)
@common
@click.pass_context
def serve(
    context: click.Context,
    host: str | None,
    port: int | None,
    workers: int | None,
    allowed_hosts: tuple[str, ...],
) -> int:
    """Serve the web app, to this machine alone unless told otherwise."""
    settings = settings_of(
        context,
        web_host=host,
        web_port=port,
        web_workers=workers,
        web_allowed_hosts=allowed_hosts or None,
    )
    from webapp import serving

    def announce(line: str) -> None:
        print_lines([line])
        sys.stdout.flush()

    serving.serve(settings, say=say, announce=announce)
    return FOUND


@essays.command(
    epilog=examples(
        'eval "$(essays completion bash)"     in ~/.bashrc',
        'eval "$(essays completion zsh)"      in ~/.zshrc',
        "essays completion fish > ~/.config/fish/completions/essays.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common
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
