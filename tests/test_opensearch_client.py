"""The client goes on while a host answers, is quick to say when none does, and tells no secret."""

from __future__ import annotations

import gzip
import io
import logging
import subprocess
import sys
import threading
import time
import traceback
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest

from indexer.config import Settings
from indexer.engines import opensearch_client
from indexer.engines.opensearch_address import parse_address
from indexer.engines.opensearch_circuit import Circuit
from indexer.engines.opensearch_client import Client, Refused, growing_waits
from indexer.errors import (
    EssaysError,
    LocationError,
    SearchTimeout,
    SettingsError,
    StorageError,
    UnavailableError,
)
from tests.clusterstub import AUTHORITY, HOST, STRANGER, Answer, Stub, error, stub, unused_place

BUSY = error(429, "rejected_execution_exception", "the queue is full")
NO_MANAGER = error(503, "cluster_manager_not_discovered_exception", "no cluster manager")


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(clock: Clock) -> Iterator[Any]:
    """Makes clients of some hosts with a circuit of their own, and closes them."""
    made: list[Client] = []

    def client(*hosts: Stub | str, scheme: str = "http", who: str = "", **settings: Any) -> Client:
        places = ",".join(host if isinstance(host, str) else host.place for host in hosts)
        address = parse_address(f"opensearch+{scheme}://{who}{places}/essays")
        chosen = {f"opensearch_{name}": value for name, value in settings.items()}
        made.append(
            Client(
                address,
                Settings(**chosen),
                circuit=Circuit(clock),
                clock=clock,
                sleep=clock.sleep,
            )
        )
        return made[-1]

    yield client
    for one in made:
        one.close()


def failure(client: Client, kind: type[EssaysError], *what: Any, **how: Any) -> str:
    with pytest.raises(kind) as caught:
        client.ask(*(what or ("GET", "/")), **how)
    message = str(caught.value)
    assert "\n" not in message
    return message


# Asking


def test_json_goes_out_and_comes_back(clients: Any) -> None:
    with stub(Answer(json={"took": 1, "ü": [None, 2.5]})) as host:
        answer = clients(host).ask("POST", "/essays/_search", {"size": 0, "q": "ü"})
    assert answer == {"took": 1, "ü": [None, 2.5]}
    (request,) = host.asked
    assert (request.method, request.path) == ("POST", "/essays/_search")
    assert request.headers["content-type"] == "application/json"
    assert request.body == '{"size":0,"q":"ü"}'.encode()


@pytest.mark.parametrize("path", ["/_bulk", "/essays/_bulk", "/_msearch"])
def test_lines_go_out_as_they_are(clients: Any, path: str) -> None:
    lines = b'{"index":{"_id":"1"}}\n{"id":"a"}\n'
    with stub() as host:
        clients(host).ask("POST", path, lines, params={"refresh": False, "timeout": "5s"})
    (request,) = host.asked
    assert request.path == f"{path}?refresh=false&timeout=5s"
    assert request.headers["content-type"] == "application/x-ndjson"
    assert request.body == lines


def test_a_question_without_a_body_and_an_answer_without_one(clients: Any) -> None:
    with stub(Answer(200, type="text/plain")) as host:
        assert clients(host).ask("HEAD", "/essays") is None
    assert host.asked[0].body == b""


def test_bodies_are_compressed_where_that_is_asked_for(clients: Any) -> None:
    packed = gzip.compress(b'{"took": 3}')
    encoded = Answer(text=packed, headers=(("content-encoding", "gzip"),))
    with stub(encoded) as host:
        assert clients(host, compress=True).ask("POST", "/_search", {"size": 1}) == {"took": 3}
    assert host.asked[0].headers["content-encoding"] == "gzip"
    assert gzip.decompress(host.asked[0].body) == b'{"size":1}'
    assert "gzip" in host.asked[0].headers["accept-encoding"]


def test_what_the_cluster_refuses_is_told_with_its_kind_and_reason(clients: Any) -> None:
    wrong = error(400, "parsing_exception", "no such query")
    with stub(wrong) as host, pytest.raises(Refused, match="no such query") as caught:
        clients(host).ask("GET", "/essays/_search", {})
    assert (caught.value.status, caught.value.kind) == (400, "parsing_exception")
    assert caught.value.reason == "no such query"
    assert len(host.asked) == 1


def test_a_missing_document_is_refused_with_the_whole_answer(clients: Any) -> None:
    missing = Answer(404, {"_id": "1", "found": False})
    with stub(missing) as host, pytest.raises(Refused) as caught:
        clients(host).ask("GET", "/essays/_doc/1")
    assert (caught.value.status, caught.value.kind) == (404, "")
    assert caught.value.answer == {"_id": "1", "found": False}


def test_of_a_failed_search_the_cause_is_told(clients: Any) -> None:
    told = {
        "type": "search_phase_execution_exception",
        "reason": "all shards failed",
        "root_cause": [{"type": "query_shard_exception", "reason": "failed to create query"}],
    }
    with stub(Answer(400, {"error": told})) as host, pytest.raises(Refused) as caught:
        clients(host).ask("GET", "/essays/_search", {})
    assert caught.value.kind == "query_shard_exception"
    assert caught.value.reason == "failed to create query"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, text="<html>Welcome</html>", type="text/html"),
        Answer(404, text="<html>Not found</html>", type="text/html"),
        Answer(302, headers=(("location", "http://127.0.0.1:1/login"),)),
        Answer(200, text="{broken"),
        Answer(200, text=b'"\xff"'),
    ],
)
def test_what_is_no_opensearch_is_told_from_it(clients: Any, answer: Answer) -> None:
    with stub(answer) as host:
        message = failure(clients(host), LocationError)
    assert f"{host.place}/essays: what answers there is not OpenSearch" in message
    assert len(host.asked) == 1


# Hosts


def test_requests_go_to_all_hosts_in_turn(clients: Any) -> None:
    with stub() as one, stub() as two:
        client = clients(one, two)
        for _ in range(6):
            client.ask("GET", "/")
    assert (len(one.asked), len(two.asked)) == (3, 3)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_host_that_is_down_is_passed_over_even_by_what_may_not_be_repeated(
    clients: Any, method: str
) -> None:
    with stub() as up:
        client = clients(unused_place(), up)
        for _ in range(4):
            client.ask(method, "/essays")
    assert len(up.asked) == 4


def test_a_host_that_comes_back_is_asked_again(
    clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opensearch_client, "_DEAD_SECONDS", 0.05)
    place = unused_place()
    with stub() as up:
        client = clients(place, up)
        for _ in range(2):
            client.ask("GET", "/")
        with stub(port=int(place.rpartition(":")[2])) as back:
            end = time.monotonic() + 10
            while not back.asked and time.monotonic() < end:
                time.sleep(0.02)
                client.ask("GET", "/")
        assert back.asked


def test_a_host_that_hangs_is_left_for_another_within_the_deadline(clients: Any) -> None:
    released = threading.Event()
    with stub(Answer(json={}, waits=released)) as hangs, stub(Answer(json={"up": 1})) as up:
        client = clients(hangs, up)
        for _ in range(2):  # one of the two begins with the host that hangs
            assert client.ask("GET", "/", deadline=time.monotonic() + 1) == {"up": 1}
        assert len(hangs.asked) == 1
        released.set()


def test_past_its_deadline_a_search_is_over(clients: Any) -> None:
    released = threading.Event()
    with stub(Answer(json={}, waits=released)) as host:
        client = clients(host)
        started = time.monotonic()
        message = failure(client, SearchTimeout, "GET", "/", deadline=started + 0.2)
        assert 0.2 <= time.monotonic() - started < 5
        assert "longer than allowed" in message
        failure(client, SearchTimeout, "GET", "/", deadline=started)
        assert len(host.asked) == 1
        released.set()


def test_without_a_deadline_the_time_of_one_request_counts(clients: Any) -> None:
    released = threading.Event()
    with stub(Answer(json={}, waits=released)) as host:
        message = failure(clients(host, request_seconds=0.2), UnavailableError)
        assert f"{host.place}: no answer in 0.2 s" in message
        released.set()


def test_what_may_not_be_repeated_reaches_no_second_host(clients: Any) -> None:
    with stub(Answer(0)) as one, stub(Answer(0)) as two:
        message = failure(clients(one, two), UnavailableError, "PUT", "/essays/_doc/1", {})
    assert "the connection broke off" in message
    assert len(one.asked) + len(two.asked) == 1


def test_what_may_be_repeated_reaches_a_second_host(clients: Any) -> None:
    with stub(Answer(0)) as one, stub(Answer(json={"up": 1})) as two:
        client = clients(one, two)
        for _ in range(2):
            assert client.ask("PUT", "/essays/_doc/1", {}, repeatable=True) == {"up": 1}
    assert one.asked


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_host_that_fails_leaves_it_to_another(clients: Any, status: int) -> None:
    with stub(error(status)) as fails, stub(Answer(json={"up": 1})) as up:
        client = clients(fails, up)
        for _ in range(4):
            assert client.ask("GET", "/") == {"up": 1}
    assert fails.asked


def test_a_connection_that_was_closed_meanwhile_is_made_anew(clients: Any) -> None:
    with stub() as host:
        client = clients(host)
        client.ask("GET", "/")
        answers = [Answer(0), Answer(json={"anew": 1})]
        host.script = lambda _: answers.pop(0)
        assert client.ask("GET", "/") == {"anew": 1}
    assert host.connections == 2


def test_connections_are_kept_open_and_threads_share_them(clients: Any) -> None:
    with stub() as host:
        client = clients(host)

        def ask() -> None:
            for _ in range(20):
                client.ask("GET", "/")

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(host.asked) == 80
    assert 1 <= host.connections <= 4


def test_every_host_that_fails_is_named_with_the_reason(clients: Any) -> None:
    down = unused_place()
    with stub(NO_MANAGER) as fails:
        message = failure(clients(down, fails), UnavailableError)
    assert message.startswith(f"opensearch+http://{down},{fails.place}/essays: the cluster does")
    assert f"{down}: connection refused" in message
    assert f"{fails.place}: it failed (503 cluster_manager_not_discovered_exception" in message


def test_a_host_that_nobody_knows_is_told(clients: Any) -> None:
    assert "no-such-host.invalid:9200: no such host" in failure(
        clients("no-such-host.invalid"), UnavailableError
    )


# Back-pressure


def test_a_search_that_is_too_much_is_told_at_once(clients: Any, clock: Clock) -> None:
    with stub(BUSY) as one, stub(BUSY) as two:
        message = failure(clients(one, two), UnavailableError, "GET", "/_search", {})
    assert "too much to do (429 rejected_execution_exception: the queue is full)" in message
    assert len(one.asked) + len(two.asked) == 1
    assert clock.slept == []


def test_a_patient_request_waits_longer_and_longer(clients: Any, clock: Clock) -> None:
    with stub(BUSY, BUSY, NO_MANAGER, BUSY, Answer(json={"done": 1})) as host:
        client = clients(host)
        answer = client.ask("POST", "/_bulk", b"{}\n", repeatable=True, patient=True)
    assert answer == {"done": 1}
    assert len(host.asked) == 5
    assert all(0.125 * 2**n <= wait <= 0.25 * 2**n for n, wait in enumerate(clock.slept))
    assert len(clock.slept) == 4


def test_patience_ends(clients: Any, clock: Clock) -> None:
    with stub(BUSY) as host:
        client = clients(host)
        failure(client, UnavailableError, "POST", "/_bulk", b"{}\n", repeatable=True, patient=True)
    assert 80 < sum(clock.slept) <= opensearch_client.PATIENCE_SECONDS
    assert max(clock.slept) <= 8


def test_patience_outlasts_a_cluster_that_is_away(clients: Any, clock: Clock) -> None:
    place = unused_place()
    client = clients(place)
    with ExitStack() as later:

        def sleep(seconds: float) -> None:
            clock.sleep(seconds)
            if len(clock.slept) == 6:
                host = stub(Answer(json={"back": 1}), port=int(place.rpartition(":")[2]))
                later.enter_context(host)

        client._sleep = sleep
        # Before anything was sent nothing can be repeated.
        assert client.ask("PUT", "/essays", {}, patient=True) == {"back": 1}
    assert len(clock.slept) >= 6


def test_what_may_not_be_repeated_is_not_repeated_by_patience(clients: Any, clock: Clock) -> None:
    with stub(NO_MANAGER) as host:
        failure(clients(host), UnavailableError, "PUT", "/essays", {}, patient=True)
    assert len(host.asked) == 1
    with stub(BUSY, Answer(json={})) as host:  # refused before it was begun
        assert clients(host).ask("PUT", "/essays", {}, patient=True) == {}
    assert len(clock.slept) == 1


def test_waits_grow_without_end_and_are_spread() -> None:
    waits = growing_waits()
    first = [next(waits) for _ in range(50)]
    assert len(set(first)) == 50
    assert all(4 <= wait <= 8 for wait in first[10:])


@pytest.mark.parametrize("status", [403, 429])
def test_a_full_disk_is_told_at_once(clients: Any, clock: Clock, status: int) -> None:
    reason = (
        "index [essays-1] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage "
        "watermark, index has read-only-allow-delete block];"
    )
    with stub(error(status, "cluster_block_exception", reason)) as host:
        client = clients(host)
        message = failure(client, StorageError, "POST", "/_bulk", b"{}\n", patient=True)
    assert "no room to write" in message
    assert "disk usage exceeded" in message
    assert clock.slept == []


# The circuit


def test_a_cluster_that_is_lost_is_left_in_peace(clients: Any, clock: Clock) -> None:
    with stub(NO_MANAGER) as host:
        client = clients(host)
        for _ in range(3):
            failure(client, UnavailableError)
        assert len(host.asked) == 3
        for _ in range(100):
            message = failure(client, UnavailableError)
        assert len(host.asked) == 3
        assert "cluster_manager_not_discovered_exception" in message


def test_after_a_rest_one_request_tries_and_a_success_closes_the_circuit(
    clients: Any, clock: Clock
) -> None:
    with stub(NO_MANAGER) as host:
        client = clients(host)
        for _ in range(5):
            failure(client, UnavailableError)
        clock.now += 2
        for _ in range(5):
            failure(client, UnavailableError)
        assert len(host.asked) == 4
        host.script = lambda _: Answer(json={})
        clock.now += 1.9
        failure(client, UnavailableError)
        clock.now += 0.1
        for _ in range(5):
            client.ask("GET", "/")
        assert len(host.asked) == 9


def test_only_one_of_many_threads_tries(clock: Clock) -> None:
    circuit = Circuit(clock)
    for _ in range(3):
        assert circuit.enter() == ""
        circuit.fail("away")
    assert circuit.enter() == "away"
    clock.now += 2
    assert [circuit.enter() for _ in range(4)] == ["", "away", "away", "away"]
    # Whoever tried never came back: the next one after a rest does.
    clock.now += 2
    assert [circuit.enter() for _ in range(2)] == ["", "away"]
    circuit.succeed()
    assert [circuit.enter() for _ in range(2)] == ["", ""]


def test_failures_count_only_one_after_another(clients: Any) -> None:
    with stub(NO_MANAGER, NO_MANAGER, Answer(json={}), NO_MANAGER, NO_MANAGER) as host:
        client = clients(host)
        for fails in (True, True, False, True, True, True):
            if fails:
                failure(client, UnavailableError)
            else:
                client.ask("GET", "/")
    assert len(host.asked) == 6


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(BUSY, UnavailableError), (error(404), Refused), (error(500), UnavailableError)],
)
def test_a_cluster_that_answers_is_not_lost(
    clients: Any, answer: Answer, kind: type[Exception]
) -> None:
    with stub(answer) as host:
        client = clients(host)
        for _ in range(6):
            with pytest.raises(kind):
                client.ask("GET", "/")
    assert len(host.asked) == 6


def test_a_cluster_that_hangs_is_lost_too(clients: Any) -> None:
    released = threading.Event()
    with stub(Answer(json={}, waits=released)) as host:
        client = clients(host)
        for _ in range(3):
            failure(client, SearchTimeout, "GET", "/", deadline=time.monotonic() + 0.05)
        started = time.monotonic()
        message = failure(client, UnavailableError, "GET", "/", deadline=started + 10)
        assert time.monotonic() - started < 1
        assert "no answer in" in message
        released.set()


def test_clients_of_one_cluster_share_what_they_know_of_it() -> None:
    address = parse_address(f"opensearch+http://{unused_place()}/essays")
    first, second = Client(address, Settings()), Client(address, Settings())
    for _ in range(3):
        failure(first, UnavailableError)
    assert first._circuit is second._circuit
    assert second._circuit.enter()


# Who asks


def authorization(host: Stub) -> str | None:
    return host.asked[0].headers.get("authorization")


def basic(pair: str) -> str:
    return "Basic " + b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    ("who", "settings", "sent"),
    [
        ("", {}, None),
        ("", {"user": "ü", "password": "pä:ss"}, basic("ü:pä:ss")),
        ("", {"user": "reader"}, basic("reader:")),
        ("", {"api_key": "a2V5OnNlY3JldA=="}, "ApiKey a2V5OnNlY3JldA=="),
        ("own:p%40ss@", {"user": "reader", "password": "other"}, basic("own:p@ss")),
        ("own@", {"password": "other"}, basic("own:other")),
        ("own:p@", {"api_key": "key"}, basic("own:p")),
    ],
)
def test_who_asks_is_told_by_address_or_settings(
    clients: Any, who: str, settings: dict[str, str], sent: str | None
) -> None:
    with stub() as host:
        clients(host, who=who, **settings).ask("GET", "/")
    assert authorization(host) == sent


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"user": "reader", "api_key": "s3cret"}, "set one of them"),
        ({"password": "s3cret"}, "set opensearch.user"),
    ],
)
def test_contradictory_settings_are_told(clients: Any, settings: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        clients("one", **settings)
    assert "s3cret" not in str(caught.value)


def test_a_wrong_password_is_told_and_what_to_set(clients: Any) -> None:
    with stub(Answer(401, text="Unauthorized", type="text/plain")) as host:
        message = failure(clients(host, who="reader:s3cret@"), LocationError)
    assert "does not know this user, password or API key (401)" in message
    assert "opensearch.user" in message
    assert "s3cret" not in message
    assert len(host.asked) == 1


def test_a_right_that_is_missing_is_told_without_what_the_cluster_knows_of_the_user(
    clients: Any,
) -> None:
    reason = "no permissions for [indices:data/write/bulk] and User [name=reader, roles=[x]]"
    with stub(error(403, "security_exception", reason)) as host:
        message = failure(clients(host), LocationError)
    assert "403 security_exception: no permissions for [indices:data/write/bulk])" in message
    assert "name=reader" not in message


# Secure connections


def test_a_certificate_of_the_authority_told_is_trusted(clients: Any) -> None:
    with stub(tls=HOST) as host:
        assert clients(host, scheme="https", ca_certs=AUTHORITY).ask("GET", "/") == {}


@pytest.mark.parametrize("authority", [None, STRANGER])
def test_a_certificate_of_another_authority_is_not(clients: Any, authority: str | None) -> None:
    with stub(tls=HOST) as host:
        message = failure(clients(host, scheme="https", ca_certs=authority), LocationError)
    assert "its certificate is not to be trusted (" in message
    assert "opensearch.ca_certs" in message
    assert host.asked == []


def test_a_certificate_of_another_name_is_not_trusted(clients: Any) -> None:
    with stub(tls=HOST) as host:
        place = host.place.replace("127.0.0.1", "localhost")
        message = failure(clients(place, scheme="https", ca_certs=AUTHORITY), LocationError)
    assert "its certificate is not to be trusted" in message
    assert host.asked == []


def test_any_certificate_is_good_where_none_is_verified(clients: Any) -> None:
    with stub(tls=HOST) as host:
        assert clients(host, scheme="https", verify_certs=False).ask("GET", "/") == {}


def test_one_s_own_certificate_is_shown(clients: Any) -> None:
    with stub(tls=HOST, asks_who=True) as host:
        client = clients(host, scheme="https", ca_certs=AUTHORITY, client_cert=HOST)
        assert client.ask("GET", "/") == {}
        message = failure(clients(host, scheme="https", ca_certs=AUTHORITY), EssaysError)
    assert "opensearch.client_cert" in message or "the connection broke off" in message
    assert len(host.asked) == 1


def test_https_to_a_host_without_tls_is_told(clients: Any) -> None:
    with stub() as host:
        message = failure(clients(host, scheme="https", ca_certs=AUTHORITY), LocationError)
    assert "no secure connection" in message
    assert "write opensearch+http" in message


@pytest.mark.parametrize("name", ["ca_certs", "client_cert"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_files_that_are_no_certificates_are_told(
    clients: Any, tmp_path: Any, name: str, content: str | None
) -> None:
    path = tmp_path / "some.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError) as caught:
        clients("one", scheme="https", **{name: str(path)})
    assert str(caught.value).startswith(f"opensearch.{name}: {path}: can't be used (")


def test_a_key_without_a_certificate_is_told(clients: Any) -> None:
    with pytest.raises(SettingsError, match=r"set opensearch\.client_cert"):
        clients("one", scheme="https", client_key=HOST)


# Secrets


@pytest.fixture
def everything_said() -> Iterator[io.StringIO]:
    """All that is logged by anybody, down to the least of it."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    names = ("", "opensearch", "opensearchpy.trace", "urllib3", "indexer.opensearch")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    "settings",
    [{"who": "own:s3cret@"}, {"user": "own", "password": "s3cret"}, {"api_key": "s3cret"}],
)
def test_no_secret_and_no_text_is_logged_or_told_whatever_happens(
    clients: Any, everything_said: io.StringIO, settings: dict[str, str]
) -> None:
    text = "".join(["ti", "bet"])  # whole it would stand in tracebacks, which quote this file
    secrets = ["s3cret", b64encode(b"own:s3cret").decode(), text]
    down = unused_place()
    answers = (
        Answer(json={"hits": text}, headers=(("warning", '299 OpenSearch "deprecated"'),)),
        Answer(401, text="Unauthorized", type="text/plain"),
        error(403, "security_exception"),
        error(404, "index_not_found_exception"),
        BUSY,
        error(500, "illegal_state_exception", f"can't read {text}"),
        NO_MANAGER,
        Answer(200, text=f"<html>{text}</html>", type="text/html"),
        Answer(200, text=f'{{"{text}'),
        Answer(0),
    )
    told = [everything_said]
    with stub(*answers) as host:
        client = clients(host, down, **settings)
        for _ in range(2 * len(answers)):
            try:
                client.ask("GET", "/essays/_search", {"query": text})
            except Exception as problem:
                told.append(io.StringIO("".join(traceback.format_exception(problem))))
                told.append(io.StringIO(repr(problem)))
        told.append(io.StringIO(repr(client)))
        assert len(host.asked) >= len(answers)
    said = "\n".join(one.getvalue() for one in told)
    assert down in said
    assert not [secret for secret in secrets if secret in said]


def test_settings_show_no_secret() -> None:
    settings = Settings(
        index="opensearch+http://own:s3cret@one/essays",
        opensearch_password="s3cret",
        opensearch_api_key="s3cret",
    )
    assert "s3cret" not in f"{settings} {settings!r}"
    assert "index='opensearch+http://one/essays'" in repr(settings)
    assert "opensearch_user=None" in repr(settings)


def test_the_extra_is_named_where_it_is_not_installed() -> None:
    program = (
        "import sys; sys.modules['opensearchpy'] = None\n"
        "from indexer.config import Settings\n"
        "from indexer.library import Library\n"
        "Library.open('opensearch+http://one/essays', Settings())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    last = ran.stderr.strip().splitlines()[-1]
    assert last.startswith("indexer.errors.SettingsError: ")
    assert "pip install opensearch-py" in last


def test_warnings_of_the_cluster_stop_nothing(clients: Any) -> None:
    with stub(Answer(json={}, headers=(("warning", '299 OpenSearch "deprecated"'),))) as host:
        assert clients(host).ask("GET", "/") == {}


def test_what_is_sent_is_what_msgspec_encodes(clients: Any) -> None:
    body = {"n": [1, 2.5, True, None], "text": "\x1f\u2028𝄞"}
    with stub() as host:
        clients(host).ask("POST", "/_search", body)
    assert msgspec.json.decode(host.asked[0].body) == body
