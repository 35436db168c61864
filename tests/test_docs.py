"""The README tells of everything there is, and of nothing that is not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import click
import pytest
from msgspec import Struct

from indexer import json_shapes as shapes
from indexer.cli import essays
from indexer.config import FILE_NAME, FILE_VARIABLE, KEYS, Settings
from indexer.library import Library
from indexer.model import SuggestionKind
from indexer.query import OPERATORS
from indexer.readers import SUFFIXES
from tests.screenshots.make import svg
from webapp.api import PREFIX, ROUTES
from webapp.app import create_app
from webapp.openapi import Route

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Code between backticks and in blocks, as a reader types it, without comments.
CODE = re.sub(
    r" # .*",
    "",
    "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", README, re.DOTALL | re.MULTILINE)),
)

OPTIONS = {
    option
    for command in (essays, *essays.commands.values())
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in parameter.opts
}


@pytest.mark.parametrize("command", essays.commands)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`essays {command}" in README


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_every_option_is_in_the_readme(option: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", CODE)


def test_the_readme_names_no_option_and_no_command_that_is_not_there() -> None:
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", CODE)) <= OPTIONS | {"--help"}
    assert set(re.findall(r"essays ([a-z]+)\b", CODE)) <= set(essays.commands)


@pytest.mark.parametrize("key", KEYS, ids=[key.path for key in KEYS])
def test_every_setting_is_in_the_readme_with_its_default(key: Any) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{key.path}` |"))
    assert f"| `{key.variable}` |" in row
    default = getattr(Settings(), key.field)
    if default is None or key.field in ("jobs", "web_workers"):
        assert "`" not in row.split("|")[3]
    else:
        shown = list(default) if isinstance(default, tuple) else default
        assert json.loads(row.split("|")[3].strip(" `")) == shown


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    known = {key.variable for key in KEYS} | {
        FILE_VARIABLE,
        "ESSAYS_DEBUG",
        "ESSAYS_TEST_OPENSEARCH",
    }
    assert set(re.findall(r"ESSAYS_\w+", README)) == known
    assert f"`{FILE_NAME}`" in README


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def operator_rows() -> list[str]:
    """The table of the query language, as the README has it."""
    return [
        f"| `{cell(one.syntax)}` | `{cell(one.example)}` | {cell(one.meaning)} |"
        for one in OPERATORS
    ]


def test_the_query_language_is_in_the_readme_word_for_word() -> None:
    section = README.partition("## What can be found\n\n")[2]
    assert section.partition("\n\n")[0].splitlines()[2:] == operator_rows()


# Files, and an icon that browsers ask for unasked: nobody types these.
UNTYPED = {"/static/ID", "/favicon.ico"}
ADDRESSES = {
    re.sub(r"<[^>]+>", "ID", rule.rule) for rule in create_app(Settings()).url_map.iter_rules()
}


@pytest.mark.parametrize("address", sorted(ADDRESSES - UNTYPED))
def test_every_address_is_in_the_readme(address: str) -> None:
    assert re.search(rf"`{re.escape(address)}[`?]", README)


def test_the_readme_names_no_address_of_the_api_that_is_not_there() -> None:
    assert set(re.findall(r"`(/api[\w/.]*)", README)) <= ADDRESSES


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_every_parameter_of_the_api_is_in_the_readme(route: Route) -> None:
    address = f"{PREFIX}{re.sub('{.*}', 'ID', route.path)}"
    row = next(line for line in README.splitlines() if line.startswith(f"| `{address}` |"))
    parameters = row.split("|")[3]
    for name, field in route.fields.items():
        assert f"`{name}`" in parameters
        if field.is_number and field.default:
            assert f"`{name}` ({field.default}, at most {field.schema['maximum']})" in parameters


def test_every_format_is_in_the_readme() -> None:
    section = README.partition("## What is read\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\.\w+)`", section)) == set(SUFFIXES)


def keys(*types: type[Struct]) -> set[str]:
    return {key for one in types for key in one.__struct_encode_fields__}


def test_the_json_of_the_readme_is_that_of_the_program() -> None:
    section = README.partition("## JSON\n")[2].partition("```\n")[2].partition("```")[0]
    promised = {
        entry.split()[0]: set(re.findall(r'"(\w+)"', entry))
        for entry in re.split(r"\n(?=\S)", section)
    }
    values = {"all", "essay", "any", "none"}
    assert promised.pop("ESSAY") == keys(shapes.EssayShape)
    assert promised.pop("HIT") == keys(shapes.HitShape, shapes.PieceShape)
    assert promised.pop("search") == values | keys(
        shapes.SearchShape, shapes.EssayHitShape, shapes.NoteShape
    )
    assert promised.pop("show") == keys(shapes.ShowShape, shapes.OutlineShape, shapes.PassageShape)
    assert promised.pop("list") == keys(shapes.ListShape)
    assert promised.pop("suggest") == set(get_args(SuggestionKind)) | keys(
        shapes.SuggestShape, shapes.SuggestionShape
    )
    assert promised.pop("status") == keys(shapes.StatusShape)
    assert promised.pop("check") == keys(shapes.CheckShape)
    assert promised.pop("index") == keys(shapes.IndexShape, shapes.SkippedShape)
    assert promised == {}


def test_every_make_target_of_the_readme_is_there_and_every_link_leads_somewhere() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)\b", CODE)) <= targets
    for target in re.findall(r"(?:\]\(|src=\"|srcset=\")([^)#\"]+)", README):
        assert (ROOT / target).exists(), target


def test_the_picture_shows_painted_lines_as_they_are() -> None:
    drawn = svg(["\x1b[1mOn <Liberty>\x1b[0m & more", "", "  \x1b[1;31mmatch\x1b[0m"])
    texts = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert "On <Liberty>" in texts
    assert "match" in texts
    assert "\x1b" not in drawn


def test_the_picture_in_the_readme_is_a_whole_drawing() -> None:
    drawing = (ROOT / "tests" / "screenshots" / "search.svg").read_text(encoding="utf-8")
    assert "$" in ElementTree.fromstring(drawing).itertext()


def test_the_plot_in_the_readme_is_a_whole_drawing_with_a_line_for_each_engine() -> None:
    drawing = (ROOT / "tests" / "benchmarks" / "latency.svg").read_text(encoding="utf-8")
    names = {text.rsplit(" ", 2)[0] for text in ElementTree.fromstring(drawing).itertext()}
    assert {"essay-search", "SQLite FTS5", "tantivy", "stock Whoosh"} <= names


def test_the_readmes_way_to_the_index_by_whooshs_own_api_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    essay = tmp_path / "rights.md"
    essay.write_text("# Rights\n\n## Of all\n\nWhere Human Rights begin.\n\nNot here.\n", "utf-8")
    with Library.open(".essays", Settings(), create=True) as library:
        library.index([essay])
    section = README.partition("\n## The index by Whoosh's own API\n")[2].partition("\n## ")[0]
    exec(section.partition("```python\n")[2].partition("```")[0], {})
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("['Of all'] Where Human Rights begin.")
