"""Who may import whom, and what a command must not load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("indexer", "webapp")

# Only these may import the library on the left.
OWNERS = {
    "whoosh": ("indexer.engines.whoosh",),
    "click": ("indexer.cli",),
    "numpy": (
        "indexer.engines.vector",
        "indexer.engines.whoosh_codec",
        "indexer.engines.whoosh_joining",
        "indexer.engines.whoosh_merging",
        "indexer.engines.whoosh_writer",
        "indexer.inversion",
    ),
    "flask": ("webapp",),
    "granian": ("webapp.serving",),
    "limits": ("webapp.rate",),
    "prometheus_client": ("webapp.metrics",),
    "selectolax": ("indexer.readers",),
    "markdown_it": ("indexer.readers",),
    "mdit_py_plugins": ("indexer.readers",),
    "yaml": ("indexer.readers",),
    "Stemmer": ("indexer.terms",),
    "watchfiles": ("indexer.watching",),
    "opensearchpy": ("indexer.engines.opensearch_client",),
    "urllib3": ("indexer.engines.opensearch_client",),
}
# What only some command or some file needs, and takes long to load.
LATE = {
    "flask",
    "granian",
    "http",
    "indexer.json_shapes",
    "indexer.suggest",
    "markdown_it",
    "mdit_py_plugins",
    "multiprocessing",
    "numpy",
    "opensearchpy",
    "pickle",
    "prometheus_client",
    "selectolax",
    "tomllib",
    "urllib.request",
    "watchfiles",
    "whoosh",
    "yaml",
}
# What a search of plain words in a process of its own does without: each takes a millisecond or
# several.
HEAVY = {
    "array",
    "click",
    "collections",
    "contextlib",
    "dataclasses",
    "enum",
    "functools",
    "heapq",
    "indexer.cli",
    "indexer.engines.whoosh_catalogue",
    "indexer.refining",
    "indexer.spelling",
    "inspect",
    "json",
    "logging",
    "msgspec",
    "pathlib",
    "re",
    "struct",
    "tempfile",
    "threading",
    "typing",
}


def _modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _imports(path: Path, *, late: bool = True) -> Iterator[str]:
    """Names that a file imports; not ``late`` leaves out what is imported when a function runs
    or for type checking only."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if not late and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not late and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            assert node.module
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else node.module


def _below(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def _map() -> dict[str, int]:
    """Modules and the number of their layer in ``indexer/README.md``, from the outside in."""
    text = (ROOT / "indexer/README.md").read_text("utf-8")
    section = text.partition("\n## Modules\n")[2].partition("\n## ")[0]
    layers = section.split("\n### ")[1:]
    return {
        "indexer." + file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): number
        for number, layer in enumerate(layers)
        for file in re.findall(r"^\| `([\w/]+\.py)` \|", layer, re.MULTILINE)
    }


LAYER = _map()


def test_the_map_shows_every_module_that_there_is() -> None:
    there = {name for name, path in MODULES.items() if path.stat().st_size}
    assert {name for name in there if name.startswith("indexer.")} == LAYER.keys()
    text = (ROOT / "indexer/README.md").read_text("utf-8")
    section = text.partition("\n## The web app\n")[2].partition("\n## ")[0]
    shown = re.findall(r"^\| `([\w/]+)(?:\.py|/)` \|", section, re.MULTILINE)
    assert {f"webapp.{name}" for name in shown} == {n for n in there if n.startswith("webapp.")}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_nothing_from_a_layer_above(name: str) -> None:
    if name.startswith("webapp"):
        names = ["library", "json_shapes", "config", "model", "errors"]
        # What queries and texts are made of, whatever engine there is.
        names += ["query", "languages", "folding", "numbering"]
        allowed = ("webapp", *(f"indexer.{below}" for below in names))
        ours = [other for other in _imports(MODULES[name]) if other.startswith(PACKAGES)]
        assert not [other for other in ours if not other.startswith(allowed)]
        return
    assert not [o for o in _imports(MODULES[name]) if LAYER.get(o, 99) < LAYER.get(name, 0)]
    # The command that serves loads when it runs.
    above = {"webapp.serving"} if name == "indexer.cli" else set()
    assert {o for o in _imports(MODULES[name]) if o.startswith("webapp")} == above
    assert not [o for o in _imports(MODULES[name], late=False) if o.startswith("webapp")]


@pytest.mark.parametrize("name", MODULES)
def test_only_its_owner_imports_a_library(name: str) -> None:
    wrong = [
        other
        for other in _imports(MODULES[name])
        if (owners := OWNERS.get(other.partition(".")[0])) is not None
        and not name.startswith(owners)
    ]
    assert not wrong


def test_no_module_imports_itself_through_others_while_it_loads() -> None:
    graph = {
        name: {other for other in _imports(path, late=False) if other in MODULES}
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
    wrong = [o for o in _imports(MODULES[name]) if o.startswith(above)]
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
    # As the command does it that is installed, and not by ``-m``, which loads some by itself.
    command = ["-c", "from indexer.command import run; run()", *essays[2:]]
    loaded = _loaded(*command, "search", "the", "opposition", "movements") - _loaded("-c", "pass")
    assert {name for name in loaded if name.startswith("indexer.")} > {"indexer.library"}
    assert not loaded & (LATE | HEAVY)
