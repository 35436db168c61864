"""An index whose cluster does not answer: said at once, and found again by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer import cli, watching
from indexer.config import load
from indexer.engines.base import Entry, Fingerprint
from indexer.errors import LocationError, UnavailableError
from indexer.library import Library
from indexer.sync import sync
from tests.clusterstub import AUTHORITY, HOST, error, stub, unused_place
from tests.essays import a_report
from tests.fake_engine import FakeEngine
from tests.stand import command, standing_in
from tests.webstand import a_client, index_of_essays
from webapp import libraries, serving

PAGES = ["/", "/?q=monk", "/essays", "/essays/politics/on_rights", "/help", "/feed.atom?q=monk"]
CALLS = ["search?q=monk", "suggest?prefix=mo", "essays", "essays/politics/on_rights", "status"]


class Flickering:
    """An engine before which a cluster may go away and come back."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.is_away = False

    def __getattr__(self, name: str) -> Any:
        if self.is_away and name != "close":
            raise UnavailableError("opensearch+http://one:9200/essays: the cluster is away")
        return getattr(self.engine, name)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flickering]:
    """What the app reads from, once it has opened it."""
    location = index_of_essays()
    settings = load({"index": location}, {})
    with Library.open(location, settings) as library:
        engine = Flickering(library._engine)

        def opened(cls: type[Library], *_: Any, **__: Any) -> Library:
            engine.revision()
            return cls(engine, settings, None)

        monkeypatch.setattr(libraries._Observed, "open", classmethod(opened))
        yield engine


def away() -> str:
    """The location of an index where no cluster is."""
    return f"opensearch+http://own:s3cret@{unused_place()}/essays"


# The web app


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return a_client(index=away())


@pytest.mark.parametrize("path", PAGES + [f"/api/v1/{call}" for call in CALLS])
def test_what_needs_the_index_is_a_503_that_says_when_to_come_again(
    client: FlaskClient, path: str
) -> None:
    started = time.monotonic()
    response = client.get(path)
    assert time.monotonic() - started < 2
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "The index does not answer at present; ask again in a moment." in response.text
    assert "s3cret" not in response.text
    assert "127.0.0.1" not in response.text


def test_programs_get_problem_details(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?q=monk")
    assert response.mimetype == "application/problem+json"
    told = response.get_json()
    assert told["type"] == "/api#problem-unavailable"
    assert told["status"] == 503
    assert 'id="problem-unavailable"' in client.get("/api").text


def test_the_app_lives_but_is_not_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.text == "the index does not answer\n"
    assert int(response.headers["Retry-After"]) > 0
    assert "\nessays_index_ready 0.0\n" in client.get("/metrics").text


def test_the_app_recovers_by_itself(engine: Flickering) -> None:
    client = a_client()
    assert client.get("/?q=monk").status_code == 200
    for _ in range(2):
        engine.is_away = True
        # Another query, which nobody may have kept the answer of.
        for path in ("/readyz", "/?q=harbour", "/api/v1/search?q=harbour", "/essays"):
            assert client.get(path).status_code == 503, path
        engine.is_away = False
        for path in ("/readyz", "/?q=harbour", "/api/v1/search?q=harbour", "/essays"):
            assert client.get(path).status_code == 200, path
    counted = client.get("/metrics").text
    assert 'essays_searches_total{outcome="failed"} 4.0' in counted


def test_an_app_that_began_without_its_cluster_finds_it(engine: Flickering) -> None:
    engine.is_away = True
    client = a_client()
    assert client.get("/?q=monk").status_code == 503
    engine.is_away = False
    assert client.get("/?q=monk").status_code == 200


def test_serving_begins_without_the_cluster_and_says_so() -> None:
    said: list[str] = []
    assert serving._essays(load({"index": away()}, {}), said.append) == "no essays for now"
    assert "connection refused" in said[0]
    assert "finds it as soon as it answers" in said[0]
    assert "s3cret" not in said[0]


# The command line


@pytest.mark.parametrize("name", ["search", "status", "list", "check", "suggest"])
def test_a_command_says_in_one_line_which_host_does_not_answer(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    words = ["monk"] if name in ("search", "suggest") else []
    message = command(capsys)("--index", away(), name, *words).refused()
    assert "the cluster does not answer (127.0.0.1:" in message
    assert "connection refused" in message
    assert "s3cret" not in message


@pytest.mark.parametrize("who", ["own:s3cret@", "own:s3/cret@", "own:s3cret,"])
def test_no_traceback_shows_a_password(capsys: pytest.CaptureFixture[str], who: str) -> None:
    location = away().replace("own:s3cret@", who)
    assert cli.main(["--debug", "--index", location, "status"]) == 2
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "cret" not in shown


def test_other_addresses_are_no_index_and_show_no_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    message = command(capsys)("--index", "https://own:s3cret@one:9200/essays", "status").refused()
    assert message.startswith("https://one:9200/essays: no such kind of index; name a folder")
    assert "opensearch+https://HOST:PORT/NAME" in message


def test_a_report_and_a_check_show_the_location_without_the_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    standing_in(monkeypatch)
    essays = command(capsys)
    for arguments in (["index", "."], ["check"]):
        ran = essays("--index", "opensearch+http://own:s3cret@one/essays", *arguments)
        assert ran.status == 0
        assert "opensearch+http://one/essays" in ran.out + ran.err
        assert "s3cret" not in ran.out + ran.err


def test_a_watch_waits_for_the_cluster_and_watches_every_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    library = standing_in(monkeypatch)
    library.reports = [
        a_report(),
        UnavailableError("the cluster is away"),
        UnavailableError("the cluster is away"),
        a_report(added=1),
    ]
    begun: list[Any] = []
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)

    def changes(paths: Any, *, exclude: Any) -> Iterator[None]:
        begun.append((list(paths), list(exclude)))
        yield  # in place
        yield  # one change
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "changes", changes)
    location = "opensearch+http://one/essays"
    ran = command(capsys)("--index", location, "index", "--watch", ".")
    assert ran.status == 0
    assert begun == [([Path()], [])]
    assert ran.err.count("the cluster is away; trying again\n") == 2
    assert slept == [5, 5]
    assert "added 1, " in ran.out


# Sync


class Away(FakeEngine):
    """An engine whose cluster is away for some of its methods."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.away_for = name

    def fingerprints(self) -> Iterator[Fingerprint]:
        if self.away_for == "fingerprints":
            raise UnavailableError("away")
        return super().fingerprints()

    def essay(self, essay_id: str) -> Entry | None:
        if self.away_for == "essay":
            raise UnavailableError("away")
        return super().essay(essay_id)


@pytest.mark.parametrize("name", ["fingerprints", "essay"])
def test_a_rebuild_forgets_no_essay_because_the_cluster_was_away(tmp_path: Path, name: str) -> None:
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.txt").write_text(f"An essay that is {folder}.")
    engine = Away("")
    sync(engine, [tmp_path / "here", tmp_path / "there"], jobs=1)  # type: ignore[arg-type]
    (tmp_path / "there").rename(tmp_path / "elsewhere")
    engine.away_for = name
    with pytest.raises(UnavailableError):
        sync(engine, [tmp_path / "here"], jobs=1, rebuild=True)  # type: ignore[arg-type]
    assert len(engine.entries) == 2


# The engine


def test_a_cluster_that_has_no_manager_is_unavailable_and_one_that_asks_who_is_not() -> None:
    with stub(error(503, "cluster_manager_not_discovered_exception")) as host:
        location = f"opensearch+http://{host.place}/essays"
        with pytest.raises(UnavailableError):
            Library.open(location, load({}, {}))
    with stub(error(401, "security_exception"), tls=HOST) as host:
        location = f"opensearch+https://own:s3cret@{host.place}/essays"
        with pytest.raises(LocationError, match="does not know this user") as caught:
            Library.open(location, load({"opensearch_ca_certs": AUTHORITY}, {}))
    assert not isinstance(caught.value, UnavailableError)
    assert "s3cret" not in str(caught.value)
