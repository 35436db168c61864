"""What every test runs under."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import get_args

import pytest
from hypothesis import HealthCheck, settings

from tests.engines import Name, Site

# The machine decides how long an example takes, so time is no verdict.
settings.register_profile("here", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--none-skipped", action="store_true", help="a skipped test fails the run (for CI)"
    )
    parser.addoption(
        "--thorough", action="store_true", help="ten times as many generated cases for engines"
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not session.config.getoption("--none-skipped"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own ``ESSAYS_*`` settings or colour wishes shape a test."""
    for name in [*os.environ]:
        if (name.startswith("ESSAYS_") and name != "ESSAYS_TEST_CHROMIUM") or name in {
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
        }:
            monkeypatch.delenv(name)


# Every engine


@pytest.fixture(scope="module", params=get_args(Name))
def engine_home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Name, str]:
    """Each engine, with a folder or a cluster for its indexes."""
    if request.param == "whoosh":
        return "whoosh", str(tmp_path_factory.mktemp("site"))
    base = os.environ.get("ESSAYS_TEST_OPENSEARCH", "")
    if not base:
        pytest.skip("ESSAYS_TEST_OPENSEARCH names no cluster")
    return "opensearch", base


@pytest.fixture
def site(request: pytest.FixtureRequest, engine_home: tuple[Name, str]) -> Iterator[Site]:
    """A place for the indexes of one test, once for every engine."""
    thorough = request.config.getoption("--thorough")
    with closing(Site(*engine_home, thorough=thorough)) as site:
        yield site


@pytest.fixture(scope="module")
def shared_site(engine_home: tuple[Name, str]) -> Iterator[Site]:
    """A place for indexes that the tests of a module share, once for every engine."""
    with closing(Site(*engine_home)) as site:
        yield site
