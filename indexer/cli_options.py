"""What the commands share: exit statuses, options that go with all, settings, the library."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indexer.config import Settings, load
from indexer.searching import EVERYTHING
from indexer.terminal import Look, look_of

if TYPE_CHECKING:
    from indexer.library import Library

# Exit statuses.
FOUND, NOTHING_FOUND, FAILED = 0, 1, 2

_Function = TypeVar("_Function", bound=Callable[..., Any])


def whole_number(value: str | int) -> int:
    """A whole number from 0, as the type of an option."""
    try:
        number = int(value)
    except ValueError:
        number = -1
    if not 0 <= number <= EVERYTHING:
        raise click.BadParameter(f"must be a whole number from 0, not {value!r}")
    return number


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Options that go with every command: the last one given counts."""
    if value is not None and value is not False:
        context.meta[f"essays.{parameter.name}"] = value


_KEPT: dict[str, Any] = {"expose_value": False, "callback": _remember}


def common(function: _Function) -> _Function:
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
            help="The index, a folder or an address; else ESSAYS_INDEX, else .essays here.",
            **_KEPT,
        ),
    ):
        function = option(function)
    return function


def examples(*lines: str, then: str = "") -> str:
    """The end of a help text; Click keeps the lines of examples as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines), "", then])


def settings_of(context: click.Context, **given: object) -> Settings:
    """The settings in force: options, then the environment, then the file."""
    meta = context.meta
    chosen = {"index": meta.get("essays.index"), "color": meta.get("essays.color")}
    return load({**chosen, **given}, os.environ)


def open_library(settings: Settings, *, create: bool = False) -> Library:
    """The library at the location set; ``create`` allows that there is none yet."""
    from indexer.library import Library

    return Library.open(settings.index, settings, create=create, lasting=False)


def look(settings: Settings) -> Look:
    """How results are to look on standard output."""
    return look_of(sys.stdout, settings.color, os.environ)


def wants_json(context: click.Context) -> bool:
    """Whether ``--json`` was given."""
    return bool(context.meta.get("essays.json"))
