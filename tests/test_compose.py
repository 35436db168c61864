"""compose.yaml: what one part of it says of another, and of the program, is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from indexer.cli import essays
from indexer.config import KEYS, Settings, load
from indexer.engines.opensearch_address import parse_address
from tests.opensearch.distribution import VERSION
from webapp.app import create_app

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
NODES = {name: one for name, one in SERVICES.items() if "node.name" in one["environment"]}
PROGRAMS = {name: one for name, one in SERVICES.items() if name not in NODES}


def test_the_nodes_are_one_cluster_of_three_and_keep_their_data_apart() -> None:
    assert len(NODES) == 3
    stored = set()
    for name, node in NODES.items():
        told = node["environment"]
        assert told["node.name"] == name
        for setting in ("discovery.seed_hosts", "cluster.initial_cluster_manager_nodes"):
            assert set(told[setting].split(",")) == set(NODES)
        (volume,) = node["volumes"]
        stored.add(volume.partition(":")[0])
    assert stored == set(COMPOSE["volumes"])
    assert len(stored) == 3


def test_the_nodes_run_what_the_tests_ran_on() -> None:
    assert {node["image"].rpartition(":")[2] for node in NODES.values()} == {VERSION}


def test_without_passwords_no_node_is_reached_from_outside() -> None:
    for node in NODES.values():
        assert "ports" not in node
        for network in node["networks"]:
            assert COMPOSE["networks"][network]["internal"] is True


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_asks_every_node_and_waits_until_it_is_healthy(name: str) -> None:
    program = PROGRAMS[name]
    address = parse_address(program["environment"]["ESSAYS_INDEX"])
    assert set(address.hosts) == {f"{node}:9200" for node in NODES}
    assert set(program["depends_on"]) == set(NODES)
    assert all("healthcheck" in node for node in NODES.values())
    assert set(program["networks"]) <= set(COMPOSE["networks"])
    assert set(NODES["opensearch-1"]["networks"]) <= set(program["networks"])


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_the_program_is_told_are_settings_and_commands_that_there_are(name: str) -> None:
    program = PROGRAMS[name]
    assert set(program["environment"]) <= {key.variable for key in KEYS}
    assert load(environ=program["environment"]).index == program["environment"]["ESSAYS_INDEX"]
    called, command, *arguments = program["command"]
    assert called == "essays"
    essays.commands[command].make_context(command, arguments)


def test_the_app_is_published_to_this_machine_at_the_port_that_is_asked_for_its_health() -> None:
    app = PROGRAMS["app"]
    (port,) = app["ports"]
    assert port == "127.0.0.1:8000:8000"
    url = re.search(r"http://([\d.]+):8000(/\w+)", app["healthcheck"]["test"][-1])
    assert url
    assert url[1] in app["environment"]["ESSAYS_WEB_ALLOWED_HOSTS"].split(",")
    assert url[2] in {rule.rule for rule in create_app(Settings()).url_map.iter_rules()}


def test_the_image_is_built_of_files_and_an_extra_that_there_are() -> None:
    recipe = PROGRAMS["app"]["build"]["dockerfile_inline"]
    copied = [line.split()[1:-1] for line in recipe.splitlines() if line.startswith("COPY")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {"pyproject.toml", project["readme"], *project["license-files"], "indexer", "webapp"}
    assert {name for names in copied for name in names} == needed
    assert all((ROOT / name).exists() for name in needed)
    (extra,) = re.findall(r"\.\[(\w+)\]", recipe)
    assert extra in project["optional-dependencies"]
