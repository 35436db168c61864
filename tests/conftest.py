"""What every test runs under."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

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
