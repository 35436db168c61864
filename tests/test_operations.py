"""What those who run the app look at: health, metrics, log; and what every site is asked for."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from flask import Flask, g
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from indexer.config import load
from indexer.errors import QueryError
from indexer.library import Library
from tests.clusterstub import unused_place
from tests.shelves import entry, stocked
from tests.webstand import a_client, an_app, index_of_essays
from webapp import logs, metrics
from webapp.app import create_app
from webapp.libraries import OUTCOMES, library

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

Lines = Callable[[], list[dict[str, Any]]]


def without_index(tmp_path: Path) -> Flask:
    return create_app(load({"index": str(tmp_path / "index")}, {}))


# Health


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_process_that_lives_says_so_even_without_an_index(tmp_path: Path, method: str) -> None:
    response = without_index(tmp_path).test_client().open("/healthz", method=method)
    assert response.status_code == 200
    assert response.text == ("ok\n" if method == "GET" else "")
    assert response.mimetype == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"


def test_readiness_begins_with_the_index(tmp_path: Path) -> None:
    client = without_index(tmp_path).test_client()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.mimetype == "text/plain"
    assert "no index" in response.text
    assert str(tmp_path) not in response.text
    assert int(response.headers["Retry-After"]) > 0
    stocked(tmp_path / "index", [entry("one", "A monk.")]).close()
    assert client.get("/readyz").text == "ok\n"


def test_an_index_that_is_damaged_is_not_ready(tmp_path: Path) -> None:
    stocked(tmp_path / "index", [entry("one", "A monk.")]).close()
    for path in (tmp_path / "index").rglob("*.stored"):
        path.write_bytes(b"")
    response = without_index(tmp_path).test_client().get("/readyz")
    assert response.status_code == 503
    assert response.text == "the index is damaged\n"


def test_health_and_metrics_are_answered_however_often_they_are_asked_for() -> None:
    client = a_client(web_rate_limit=1)
    for path in ("/healthz", "/readyz", "/metrics"):
        assert [client.get(path).status_code for _ in range(3)] == [200] * 3
    assert [client.get("/help").status_code for _ in range(2)][1] == 429


# Metrics


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(text: str, name: str) -> dict[tuple[str, ...], float]:
    """The values of a metric by those of its labels, which are sorted by name."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in families(text).values()
        for sample in family.samples
        if sample.name == name
    }


REQUESTS, SEARCHES = "essays_http_requests_total", "essays_searches_total"


def test_requests_are_counted_by_the_templates_of_their_routes() -> None:
    client = a_client()
    for n in range(20):
        assert client.get(f"/essays/none-{n}").status_code == 404
        assert client.get(f"/none-{n}?q={n}").status_code == 404
        assert client.open("/healthz", method=f"MADE{n}").status_code == 405
    assert client.head("/healthz").status_code == 200
    text = client.get("/metrics").text
    assert samples(text, REQUESTS) == {
        ("GET", "/essays/<path:essay_id>", "404"): 20,
        ("GET", "(none)", "404"): 20,
        ("other", "(none)", "405"): 20,
        ("HEAD", "/healthz", "200"): 1,
    }
    counts = samples(text, "essays_http_request_duration_seconds_count")
    assert counts == {("/essays/<path:essay_id>",): 20, ("(none)",): 40, ("/healthz",): 1}
    assert not re.search("none-|MADE", text)


def test_requests_that_were_too_many_are_counted() -> None:
    client = a_client(web_rate_limit=1)
    for _ in range(3):
        client.get("/robots.txt")
    counted = samples(client.get("/metrics").text, REQUESTS)
    assert counted[("GET", "/robots.txt", "429")] == 2


def test_searches_are_counted_by_what_was_found(tmp_path: Path) -> None:
    stocked(
        tmp_path / "index",
        [entry("one", "A monk protests."), entry("two", "A harbour."), entry("six", "x", "y")],
    ).close()
    client = without_index(tmp_path).test_client()
    for q in ("monk", "monk+protest", "x+y", "monk+harbour", "zzzz"):
        assert client.get(f"/api/v1/search?q={q}").status_code == 200
    text = client.get("/metrics").text
    counted = {outcome: number for (outcome,), number in samples(text, SEARCHES).items()}
    found = {"all": 2.0, "essay": 1.0, "any": 1.0, "none": 1.0}
    assert counted == dict.fromkeys(OUTCOMES, 0.0) | found
    assert samples(text, "essays_search_duration_seconds_count") == {(): 5}


def test_a_search_that_ran_out_of_time_is_counted_as_such() -> None:
    client = a_client(search_seconds=1e-9)
    assert client.get("/?q=monk").status_code == 503
    text = client.get("/metrics").text
    assert samples(text, SEARCHES)[("timeout",)] == 1
    assert samples(text, "essays_search_duration_seconds_count") == {(): 0}


def test_a_search_beyond_a_limit_is_told_from_one_that_failed(tmp_path: Path) -> None:
    app = an_app(max_query_length=3)
    with app.app_context():
        with pytest.raises(QueryError):
            library().search("monks")
        assert g.search.outcome == "refused"
    client = without_index(tmp_path).test_client()
    client.get("/?q=monk")
    assert sum(samples(client.get("/metrics").text, SEARCHES).values()) == 0


def test_searches_of_the_app_s_own_are_not_counted(tmp_path: Path) -> None:
    stocked(tmp_path / "index", [entry("one", "A monk."), entry("two", "A harbour.")]).close()
    client = without_index(tmp_path).test_client()
    # It looks for wider queries, and tries its examples.
    assert client.get("/?q=monk+AND+harbour").status_code == 200
    assert client.get("/help").status_code == 200
    text = client.get("/metrics").text
    assert samples(text, SEARCHES)[("none",)] == 1
    assert samples(text, "essays_search_duration_seconds_count") == {(): 1}


def test_each_app_of_a_process_counts_for_itself() -> None:
    one, other = a_client(), a_client()
    one.get("/?q=monk")
    assert samples(one.get("/metrics").text, SEARCHES)[("all",)] == 1
    assert samples(other.get("/metrics").text, SEARCHES)[("all",)] == 0


def test_the_size_and_the_age_of_the_index_are_those_of_its_status() -> None:
    client = a_client()
    status = client.get("/api/v1/status").get_json()
    text = client.get("/metrics").text
    for name in ("essays", "passages", "bytes"):
        assert samples(text, f"essays_index_{name}") == {(): status[name]}
    assert samples(text, "essays_index_ready") == {(): 1}
    age = samples(text, "essays_index_age_seconds")[()]
    updated = datetime.fromisoformat(status["updated"]).timestamp()
    assert age == pytest.approx(time.time() - updated, abs=5)


def test_without_an_index_there_are_metrics_that_say_so(tmp_path: Path) -> None:
    response = without_index(tmp_path).test_client().get("/metrics")
    assert response.status_code == 200
    assert samples(response.text, "essays_index_ready") == {(): 0}
    assert samples(response.text, "essays_index_essays") == {}


def test_the_process_tells_what_it_uses() -> None:
    text = a_client().get("/metrics").text
    assert samples(text, "process_resident_memory_bytes")[()] > 10_000_000
    assert samples(text, "process_start_time_seconds")[()] < time.time()
    assert samples(text, "essays_processes") == {(): 1}


@pytest.mark.parametrize(
    ("address", "forwarded", "proxies", "status"),
    [
        ("127.0.0.1", None, 0, 200),
        ("::1", None, 0, 200),
        ("192.168.3.4", None, 0, 200),
        ("10.1.2.3", None, 0, 200),
        ("fd00::1", None, 0, 200),
        ("::ffff:10.1.2.3", None, 0, 200),
        ("8.8.8.8", None, 0, 403),
        ("::ffff:8.8.8.8", None, 0, 403),
        ("2001:4860:4860::8888", None, 0, 403),
        ("", None, 0, 403),
        ("127.0.0.1", "8.8.8.8", 0, 403),
        ("127.0.0.1", "10.1.2.3", 0, 403),
        ("127.0.0.1", "8.8.8.8", 1, 403),
        ("127.0.0.1", "10.1.2.3", 1, 200),
        ("127.0.0.1", "127.0.0.1, 8.8.8.8", 1, 403),
        ("127.0.0.1", "nonsense", 1, 403),
    ],
)
def test_metrics_are_for_this_machine_and_its_own_network(
    address: str, forwarded: str | None, proxies: int, status: int
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    response = a_client(web_proxies=proxies).get(
        "/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers
    )
    assert response.status_code == status
    assert ("essays_index_bytes" in response.text) == (status == 200)


def test_what_a_process_left_behind_is_added_and_what_is_empty_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNTING], check=True, cwd=ROOT)
    (tmp_path / "counter_1.db").touch()
    text = a_client().get("/metrics").text
    assert samples(text, SEARCHES)[("none",)] == 2
    assert samples(text, "essays_search_duration_seconds_sum") == {(): 1}
    assert samples(text, "essays_processes") == {(): 1}


def test_a_folder_for_counts_is_there_as_long_as_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    with metrics.shared():
        made = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        (made / "counter_1.db").touch()
    assert not made.exists()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with metrics.shared():
        assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path)
    assert tmp_path.exists()


COUNTING = "from webapp.metrics import Metrics; Metrics(None).search('none', 0.5)"


def test_the_disk_keeps_room_for_what_is_counted_even_where_the_folder_was_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = tmp_path / "swept"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(swept))
    subprocess.run([sys.executable, "-c", COUNTING], check=True, cwd=ROOT)
    files = list(swept.iterdir())
    assert {path.name.partition("_")[0] for path in files} == {"counter", "histogram"}
    for path in files:
        assert path.stat().st_blocks * 512 >= path.stat().st_size >= 500_000


def test_without_room_for_what_is_counted_nothing_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9_999, 9_999)); "
    ended = subprocess.run(
        [sys.executable, "-c", limit + COUNTING], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "StorageError" in ended.stderr
    assert "no room for the metrics (file too large)" in ended.stderr


WATCHING = README.partition("## Watching it\n")[2].partition("\n## ")[0]


def test_the_readme_names_every_metric_and_none_that_is_not_there() -> None:
    client = a_client()
    client.get("/healthz")
    found = {
        (re.sub("_(bucket|count|sum)$", "", sample.name), frozenset(sample.labels) - {"le"})
        for family in families(client.get("/metrics").text).values()
        for sample in family.samples
        if sample.name.startswith("essays_")
    }
    rows = "\n".join(line for line in WATCHING.splitlines() if line.startswith("| `essays_"))
    named = re.findall(r"`(essays_\w+)(?:\{([\w,]+)\})?`", rows)
    assert {(name, frozenset(filter(None, labels.split(",")))) for name, labels in named} == found


def test_the_readme_shows_a_line_of_the_log_as_it_is(lines: Lines) -> None:
    a_client().get("/?q=monk")
    (line,) = lines()
    (shown,) = re.findall(r"^\{.*\}$", WATCHING, re.MULTILINE)
    assert list(json.loads(shown)) == list(line)


def fetched(address: str) -> str:
    with urlopen(address, timeout=20) as response:
        body: bytes = response.read()
        return body.decode()


@contextmanager
def serving(folder: Path, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """``essays serve`` in real processes, its address, and the file of its log."""
    log = folder / "log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "indexer", "serve", "--port", "0", "--workers", "2"],
            cwd=ROOT,
            text=True,
            stdout=file,
            stderr=file,
            env={**os.environ, "ESSAYS_INDEX": index_of_essays(), **environ},
        )
    try:
        for _ in range(300):
            if found := re.search(r"http://\S+", log.read_text()):
                break
            time.sleep(0.1)
            assert server.poll() is None, log.read_text()
        assert found
        yield server, found[0].rstrip("/"), log
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@pytest.mark.slow
def test_processes_count_together_and_what_a_killed_one_counted_is_kept(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with serving(tmp_path, TMPDIR=str(tmp_path / "tmp")) as (_, address, log):
        for _ in range(20):
            assert "monk" in fetched(f"{address}/?q=monk")
        answers = [fetched(f"{address}/metrics") for _ in range(8)]
        assert [samples(text, SEARCHES)[("all",)] for text in answers] == [20] * 8
        assert samples(answers[0], "essays_processes") == {(): 2}
        assert samples(answers[0], "process_resident_memory_bytes")[()] > 40_000_000
        counting = {path.stem.split("_")[1] for path in (tmp_path / "tmp").rglob("counter_*.db")}
        assert len(counting) == 2
        os.kill(int(counting.pop()), signal.SIGKILL)
        for _ in range(100):
            time.sleep(0.1)
            text = fetched(f"{address}/metrics")
            if samples(text, "essays_processes") == {(): 2}:
                break
        assert samples(text, "essays_processes") == {(): 2}
        assert samples(text, SEARCHES)[("all",)] == 20
    assert not list((tmp_path / "tmp").iterdir())
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert sum(line["path"] == "/" for line in lines) == 20
    assert "q=" not in log.read_text()


# The log


@contextmanager
def logging_to(stream: io.StringIO) -> Iterator[None]:
    """The log as the app keeps it, until the end."""
    names = ("webapp", "webapp.access", "indexer", "opensearch")
    loggers = [logging.getLogger(name) for name in names]
    before = [(one.handlers, one.level, one.propagate) for one in loggers]
    logs.start(stream)
    try:
        yield
    finally:
        for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines that were logged so far, each checked to be one object of plain ASCII."""
    stream = io.StringIO()

    def read() -> list[dict[str, Any]]:
        written = stream.getvalue()
        assert re.fullmatch(r"(\{[ -~]*\}\n)*", written)
        return [json.loads(line) for line in written.splitlines()]

    with logging_to(stream):
        yield read


def test_a_request_is_one_line(lines: Lines) -> None:
    response = a_client().get("/essays/letters/many", headers={"User-Agent": "Reader/1.0"})
    (line,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("ms") > 0
    assert line == {
        "level": "info",
        "event": "request",
        "id": response.headers["X-Request-ID"],
        "client": "127.0.0.1",
        "method": "GET",
        "path": "/essays/letters/many",
        "route": "/essays/<path:essay_id>",
        "status": 200,
        "bytes": len(response.data),
        "agent": "Reader/1.0",
    }


def test_where_only_what_went_wrong_is_wanted_requests_leave_no_line(lines: Lines) -> None:
    logs.start(stream := io.StringIO(), requests=False)
    a_client().get("/?q=monk")
    assert stream.getvalue() == ""
    a_client(index="nowhere").get("/?q=monk")
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert line["level"] == "warning"
    assert "nowhere: no index there yet" in line["event"]
    assert lines() == []


def test_a_cluster_that_is_lost_and_its_hosts_are_logged(lines: Lines) -> None:
    client = a_client(index=f"opensearch+http://own:s3cret@{unused_place()}/essays")
    for _ in range(4):
        assert client.get("/?q=monk").status_code == 503
    events = [line["event"] for line in lines()]
    assert sum(event.startswith("the cluster is lost: ") for event in events) == 1
    assert any(event.endswith("putting on 4 second timeout.") for event in events)
    assert sum(event.startswith("The index does not answer: ") for event in events) == 4
    assert "s3cret" not in "".join(events)


def test_a_search_is_logged_with_what_it_found(lines: Lines) -> None:
    result = a_client().get("/api/v1/search?q=rivers").get_json()
    (line,) = lines()
    assert line["outcome"] == result["matched"] == "all"
    assert (line["essays"], line["passages"]) == (result["essays"], result["passages"])
    assert line["took_ms"] == result["took_ms"]


ASKING = [
    "/?q=rivers",
    "/?q=rivers&page=0",
    "/?q=rivers&q=rivers",
    "/?page=rivers",
    "/feed.atom?q=rivers",
    "/suggest.json?q=rivers",
    "/api/v1/search?q=rivers",
    "/api/v1/search?q=rivers&rivers=1",
    "/api/v1/suggest?prefix=rivers",
    "/essays/letters/many?q=rivers",
    "/nothing?q=rivers",
]


@pytest.mark.parametrize("address", ASKING)
def test_what_people_ask_is_not_logged(lines: Lines, address: str) -> None:
    a_client().get(address, headers={"Referer": "http://localhost/?q=rivers"})
    a_client(search_seconds=1e-9).get(address)
    assert len(lines()) == 2
    assert "rivers" not in json.dumps(lines())


def test_what_people_search_for_is_logged_where_that_is_asked_for(lines: Lines) -> None:
    client = a_client(web_log_queries=True)
    client.get("/?q=rivers+%E4%BA%BA%E6%9D%83")
    client.get("/help")
    assert [line.get("q") for line in lines()] == ["rivers 人权", None]


HOSTILE = '/essays/a"}\n{"b\r\x1b[2J\x00\x85\u2028\u202e\\ud800\x7f'


def test_no_address_and_no_browser_writes_a_line_of_its_own(lines: Lines) -> None:
    a_client().get(quote(HOSTILE), headers={"User-Agent": '"}\x1b[2J\x9b\u00a0{"'})
    a_client().get("/" + "x" * 5_000)
    hostile, long = lines()
    assert hostile["path"] == HOSTILE
    assert hostile["agent"].startswith('"}\x1b[2J')
    assert hostile["status"] == 404
    assert len(long["path"]) < 600


def test_a_path_that_is_not_utf8_is_logged(lines: Lines) -> None:
    a_client().get("/", environ_overrides={"PATH_INFO": "/a\xff\xfe"})
    assert lines()[0]["path"] == "/a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"


def test_a_bug_is_logged_as_a_line_with_its_place_and_without_its_message(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "rivers"

    def broken(*_: object, **__: object) -> None:
        try:
            raise KeyError(asked)
        except KeyError as error:
            raise ValueError(asked) from error

    monkeypatch.setattr(Library, "search", broken)
    response = a_client().get("/?q=rivers")
    assert response.status_code == 500
    bug, request = lines()
    assert bug["level"] == "error"
    assert bug["error"] == "ValueError"
    assert "in broken" in bug["traceback"]
    assert bug["traceback"].index("KeyError") < bug["traceback"].rindex("ValueError")
    assert bug["id"] == request["id"] == response.headers["X-Request-ID"]
    assert (request["status"], request["outcome"]) == (500, "failed")
    assert "rivers" not in json.dumps(lines())
    assert a_client(web_log_queries=True).get("/?q=rivers").status_code == 500
    assert "ValueError: rivers" in lines()[2]["traceback"]


@pytest.mark.parametrize("proxies", [0, 1])
def test_the_client_is_who_a_known_proxy_says(lines: Lines, proxies: int) -> None:
    a_client(web_proxies=proxies).get("/healthz", headers={"X-Forwarded-For": "203.0.113.7"})
    assert lines()[0]["client"] == ("203.0.113.7" if proxies else "127.0.0.1")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("f3a9-12.b_C", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ('a"b', False),
        ("é", False),
        ("", False),
    ],
)
def test_a_request_keeps_the_sane_name_it_came_with(lines: Lines, given: str, taken: bool) -> None:
    response = a_client().get("/healthz", headers={"X-Request-ID": given})
    name = response.headers["X-Request-ID"]
    assert (name == given) is taken
    assert lines()[0]["id"] == name
    assert re.fullmatch(r"[\w.-]+", name)


def test_a_log_that_can_not_be_written_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    with logging_to(Full()):
        assert a_client().get("/healthz").status_code == 200
    capsys.readouterr()


def test_counting_and_logging_a_request_cost_little(lines: Lines) -> None:
    """0.15 ms is what they may, at rest; a machine at work gets ten times that."""
    client = a_client()

    def seconds() -> float:
        begun = time.perf_counter()
        for _ in range(100):
            client.get("/healthz")
        return (time.perf_counter() - begun) / 100

    client.get("/healthz")
    assert min(seconds() for _ in range(5)) < 0.005
    assert len(lines()) == 501


# What programs ask every site for


def crawled(robots: str, path: str) -> bool:
    """Whether RFC 9309 lets a crawler read a path: the longest rule that fits decides."""
    fitting = [(0, True)]
    for line in robots.splitlines():
        name, _, pattern = line.partition(": ")
        if name in ("Allow", "Disallow"):
            shape = re.escape(pattern).replace(r"\*", ".*")
            if re.match(shape, path):
                fitting.append((len(pattern), name == "Allow"))
    return max(fitting)[1]


@pytest.mark.parametrize("prefix", ["", "/library"])
def test_crawlers_read_the_essays_and_not_every_search_of_them(prefix: str) -> None:
    robots = a_client(web_prefix=prefix).get(f"{prefix}/robots.txt")
    assert robots.mimetype == "text/plain"
    assert robots.text.startswith("User-agent: *\n")
    for path in ("/", "/essays", "/essays?page=2", "/essays/letters/many", "/help", "/api"):
        assert crawled(robots.text, prefix + path), path
    assert crawled(robots.text, f"{prefix}/static/style.css?v=1")
    for path in (
        "/?q=monk",
        "/?page=2&q=monk",
        "/essays?by=date",
        "/essays?folder=a&page=2",
        "/essays/letters/many?q=monk",
        "/feed.atom",
        "/feed.atom?q=monk",
        "/suggest.json?q=m",
        "/api/v1/search?q=monk",
    ):
        assert not crawled(robots.text, prefix + path), path


def test_the_icon_is_where_browsers_used_to_look_for_it() -> None:
    client = a_client()
    with client.get("/favicon.ico") as old, client.get("/static/favicon.svg") as now:
        assert old.status_code == 200
        assert old.mimetype == "image/svg+xml"
        assert old.data == now.data


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/robots.txt", "/favicon.ico", "/opensearch.xml"]
)
def test_parameters_that_nobody_asked_for_change_nothing(path: str) -> None:
    client = a_client()
    for asked in ("x=1", "q=%ff%00", "q=<script>&q=2", "&&&=", "%"):
        with client.get(f"{path}?{asked}") as response:
            assert response.status_code == 200
