"""The cluster that the tests run on: what its script says when something is missing."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

import pytest

from tests.opensearch import distribution
from tests.opensearch.cluster import Cluster, ask, remove_indexes
from tests.opensearch.distribution import ClusterError, fetched, find_java, installed


def a_java(home: Path, version: str) -> Path:
    """A program that says it is a Java of that version."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-09-16' >&2\n")
    java.chmod(0o755)
    return java


def test_the_newest_java_is_taken_unless_another_is_named(tmp_path: Path) -> None:
    below = tmp_path / "jvm"
    a_java(below / "java-17", "17.0.15")
    newest = a_java(below / "java-25", "25")
    a_java(below / "java-21", "21.0.2")
    named = a_java(tmp_path / "mine", "22.0.1")
    old = a_java(tmp_path / "old", "1.8.0_452")

    assert find_java({}, below) == newest
    assert find_java({"JAVA_HOME": str(tmp_path / "mine")}, below) == named
    assert find_java({"JAVA_HOME": str(tmp_path / "old")}, below) == newest
    assert find_java({"PATH": str(named.parent)}, tmp_path / "nothing") == named
    with pytest.raises(ClusterError, match=rf"needs Java 21 or newer; found only 1 at {old};"):
        find_java({"JAVA_HOME": str(tmp_path / "old")}, tmp_path / "nothing")


def test_no_java_at_all_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="needs Java 21 or newer; install one"):
        find_java({"JAVA_HOME": str(tmp_path)}, tmp_path)


def test_without_maven_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match=r"Maven is missing.*apt install maven"):
        fetched(tmp_path)


def test_a_download_that_fails_is_one_line_with_maven_s_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven = tmp_path / "mvn"
    maven.write_text("#!/bin/sh\necho '[ERROR] Unknown host'\necho '[ERROR]'\nexit 1\n")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ClusterError) as told:
        fetched(tmp_path)
    assert str(told.value) == (
        f"Maven can't fetch OpenSearch {distribution.VERSION}: Unknown host; "
        "is Maven's repository reachable from here?"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mvn"]


def test_another_archive_is_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / f"opensearch-{distribution.VERSION}.zip"
    archive.write_bytes(b"something else")
    with pytest.raises(ClusterError, match=hashlib.sha256(b"something else").hexdigest()):
        installed(tmp_path, tmp_path)
    assert [*tmp_path.iterdir()] == [archive]


@pytest.fixture
def _as_myself(monkeypatch: pytest.MonkeyPatch) -> None:
    """No user is made for nodes that never run."""
    monkeypatch.setattr("tests.opensearch.cluster.account", dict)


@pytest.mark.usefixtures("_as_myself")
def test_a_port_that_another_program_has_is_said_before_a_node_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        cluster = Cluster(nodes=1, port=port, folder=tmp_path)
        with pytest.raises(ClusterError, match=f"port {port} is taken by another program"):
            cluster.start()
    assert not cluster.runs(1)


@pytest.mark.usefixtures("_as_myself")
def test_what_a_crash_left_behind_is_no_running_node(tmp_path: Path) -> None:
    cluster = Cluster(nodes=1, port=9441, folder=tmp_path)
    left = cluster._folder / "n1"
    left.mkdir(parents=True)
    # The number of a process that is another one by now.
    (left / "pid").write_text("1")
    assert not cluster.runs(1)
    assert cluster.stop()
    assert not left.exists()


@pytest.mark.usefixtures("_as_myself")
def test_nodes_know_each_other_and_listen_on_this_machine_alone(tmp_path: Path) -> None:
    cluster = Cluster(nodes=2, port=9441, folder=tmp_path)
    lines = [line.partition(": ") for line in cluster._settings(2).splitlines()]
    settings = {key: json.loads(value) for key, _, value in lines}
    assert settings["network.host"] == "127.0.0.1"
    assert (settings["http.port"], settings["transport.port"]) == (9442, 10442)
    assert settings["discovery.seed_hosts"] == ["127.0.0.1:10441", "127.0.0.1:10442"]
    assert cluster.address == "opensearch+http://127.0.0.1:9441,127.0.0.1:9442"


def test_the_engine_is_tested_on_three_nodes_with_a_core_installation_s_modules(
    cluster: str,
) -> None:
    health = ask(cluster, "/_cluster/health")
    if not health["cluster_name"].startswith("essays-tests-"):
        pytest.skip("ESSAYS_TEST_OPENSEARCH names another cluster than that of `make opensearch`")
    nodes = ask(cluster, "/_nodes/plugins")["nodes"].values()
    assert len(nodes) == 3
    for node in nodes:
        assert not node["plugins"]
        assert {module["name"] for module in node["modules"]} == {
            "analysis-common",
            "lang-painless",
            "transport-netty4",
        }


def test_what_a_test_makes_under_its_name_is_removed_and_nothing_else(index_address: str) -> None:
    cluster, _, name = index_address.rpartition("/")
    for made in (f"{name}-a-1", f"{name}-a-2", f"{name}-b"):
        ask(cluster, f"/{made}", "PUT")
    remove_indexes(cluster, f"{name}-a")
    remove_indexes(cluster, f"{name}-a")
    left = ask(cluster, f"/_cat/indices/{name}*?format=json")
    assert [index["index"] for index in left] == [f"{name}-b"]
