"""What every test runs under."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, settings

from tests.engines import Name, Site
from tests.opensearch.cluster import ask, remove_indexes

CLUSTER = os.environ.get("ESSAYS_TEST_OPENSEARCH", "").rstrip("/")
# Whether a test was given the cluster; False when one asked for it and there is none.
_REACHED = pytest.StashKey[bool]()
# They tell the tests where something is.
_FOR_TESTS = {"ESSAYS_TEST_CHROMIUM", "ESSAYS_TEST_OPENSEARCH"}

# The machine decides how long an example takes, so time is no verdict.
settings.register_profile("here", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--none-skipped",
        action="store_true",
        help="a skipped test fails the run, and so does one without a cluster (for CI)",
    )
    parser.addoption(
        "--thorough", action="store_true", help="ten times as many generated cases for engines"
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not session.config.getoption("--none-skipped"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    missed = skipped or not session.config.stash.get(_REACHED, False)
    if missed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    reached = config.stash.get(_REACHED, None)
    if reached is False:
        terminalreporter.write_sep("=", "OpenSearch was not tested", yellow=True)
        terminalreporter.write_line(
            "ESSAYS_TEST_OPENSEARCH names no cluster. `make opensearch` starts one here and says "
            "what to export."
        )
    elif reached is None and config.getoption("--none-skipped"):
        terminalreporter.write_sep("=", "no test asked for the cluster", red=True)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own ``ESSAYS_*`` settings or colour wishes shape a test."""
    for name in [*os.environ]:
        if (name.startswith("ESSAYS_") and name not in _FOR_TESTS) or name in {
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
        }:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _same_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test lowers the priority of those after it, which nothing could raise again."""
    monkeypatch.setattr(os, "setpriority", lambda *given: None, raising=False)


# A cluster


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> str:
    """The address of a running OpenSearch cluster, without the name of an index."""
    if not CLUSTER:
        pytestconfig.stash[_REACHED] = False
        pytest.skip("ESSAYS_TEST_OPENSEARCH names no cluster; `make opensearch` starts one")
    try:
        ask(CLUSTER, "/_cluster/health?wait_for_status=yellow&timeout=30s")
    except OSError as error:
        pytest.fail(
            f"the cluster of ESSAYS_TEST_OPENSEARCH does not answer: {error}", pytrace=False
        )
    pytestconfig.stash[_REACHED] = True
    return CLUSTER


@pytest.fixture
def index_address(cluster: str) -> Iterator[str]:
    """The location of an index that is not there yet. What is made under its name, or under names
    that begin with it, is removed after the test."""
    name = f"test-{secrets.token_hex(6)}"
    yield f"{cluster}/{name}"
    remove_indexes(cluster, name)


# Every engine


@pytest.fixture(scope="module", params=["whoosh", "whoosh, plain Python", "opensearch"])
def engine_home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Name, str, bool]:
    """Each engine, with a folder or a cluster for its indexes, and whether it uses numpy."""
    if request.param == "opensearch":
        return "opensearch", request.getfixturevalue("cluster"), False
    return "whoosh", str(tmp_path_factory.mktemp("site")), request.param == "whoosh"


@pytest.fixture
def site(request: pytest.FixtureRequest, engine_home: tuple[Name, str, bool]) -> Iterator[Site]:
    """A place for the indexes of one test, once for every engine."""
    thorough = request.config.getoption("--thorough")
    name, base, vectors = engine_home
    with closing(Site(name, base, vectors=vectors, thorough=thorough)) as site:
        yield site


@pytest.fixture(scope="module")
def shared_site(engine_home: tuple[Name, str, bool]) -> Iterator[Site]:
    """A place for indexes that the tests of a module share, once for every engine."""
    name, base, vectors = engine_home
    with closing(Site(name, base, vectors=vectors)) as site:
        yield site
