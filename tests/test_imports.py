"""Who may import whom, and what a command must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("indexer", "webapp")

# From the outside in: a module imports from its own layer or from those below it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("indexer.__main__",),
    ("indexer.cli", "webapp"),
    ("indexer.terminal", "indexer.json_shapes"),
    ("indexer.library",),
    ("indexer.sync",),
    ("indexer.engines", "indexer.readers", "indexer.ranking", "indexer.snippets"),
    ("indexer.query", "indexer.chunking", "indexer.structure"),
    ("indexer.analysis", "indexer.plan", "indexer.matching"),
    ("indexer.model", "indexer.errors", "indexer.config"),
)
# Only these may import the library on the left.
OWNERS = {
    "whoosh": ("indexer.engines.whoosh",),
    "click": ("indexer.cli",),
    "flask": ("webapp",),
    "selectolax": ("indexer.readers",),
    "markdown_it": ("indexer.readers",),
    "mdit_py_plugins": ("indexer.readers",),
    "yaml": ("indexer.readers",),
    "charset_normalizer": ("indexer.readers",),
    "Stemmer": ("indexer.analysis",),
    "watchfiles": ("indexer.sync", "indexer.watching"),
}
# What only some command or some file needs, and takes long to load.
LATE = {
    "charset_normalizer",
    "flask",
    "http",
    "markdown_it",
    "mdit_py_plugins",
    "multiprocessing",
    "numpy",
    "selectolax",
    "tomllib",
    "urllib.request",
    "watchfiles",
    "yaml",
}


def _modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _imports(path: Path, *, types: bool) -> Iterator[str]:
    """Names imported anywhere in a file; ``types`` says whether for type checking, too."""
    tree = ast.parse(path.read_text("utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if node in for_types and not types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            assert node.module
            yield from (
                whole if (whole := f"{node.module}.{alias.name}") in MODULES else node.module
                for alias in node.names
            )


def _below(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def _layer(name: str) -> int | None:
    for number, places in enumerate(LAYERS):
        if any(_below(name, place) for place in places):
            return number
    return None


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_nothing_from_a_layer_above(name: str) -> None:
    own = _layer(name)
    if own is None:
        return
    wrong = [
        other
        for other in _imports(MODULES[name], types=True)
        if (layer := _layer(other)) is not None and layer < own
    ]
    assert not wrong


@pytest.mark.parametrize("name", MODULES)
def test_only_its_owner_imports_a_library(name: str) -> None:
    wrong = [
        other
        for other in _imports(MODULES[name], types=True)
        if (owners := OWNERS.get(other.partition(".")[0])) is not None
        and not name.startswith(owners)
    ]
    assert not wrong


def test_no_module_imports_itself_through_others() -> None:
    graph = {
        name: {other for other in _imports(path, types=False) if other in MODULES}
        for name, path in MODULES.items()
    }
    # A module on no cycle can be taken away once everything it imports is.
    while free := [name for name, others in graph.items() if not others & graph.keys() - {name}]:
        for name in free:
            del graph[name]
    assert not graph


@pytest.mark.parametrize("name", [name for name in MODULES if _below(name, "indexer.engines")])
def test_an_engine_knows_neither_text_nor_query_language(name: str) -> None:
    """Terms, trees and arrays cross the port; see ``indexer/engines/base.py``."""
    above = ("indexer.query", "indexer.readers", "indexer.chunking", "indexer.snippets")
    wrong = [o for o in _imports(MODULES[name], types=True) if o.startswith(above)]
    assert not wrong


def _loaded(*command: str) -> set[str]:
    """Modules that a fresh process loads."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    return {
        line.rpartition("|")[2].strip()
        for line in result.stderr.splitlines()
        if line.startswith("import time:")
    }


def test_the_command_line_starts_without_what_only_some_files_need() -> None:
    assert not _loaded("-c", "import indexer.cli") & LATE


def test_a_search_loads_no_parser_and_no_process_pool(tmp_path: Path) -> None:
    location = str(tmp_path / "index")
    essays = ["-m", "indexer", "--index", location]
    subprocess.run(
        [sys.executable, *essays, "index", "seeds"], check=True, capture_output=True, cwd=ROOT
    )
    assert not _loaded(*essays, "search", "opposition", "movements") & LATE
