"""One writer over all machines; bulk requests that lose nothing; commits, rebuilds, checks."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace

from indexer.config import Settings
from indexer.engines import opensearch_bulk as bulk
from indexer.engines import opensearch_check as check
from indexer.engines import opensearch_essays as essays
from indexer.engines import opensearch_lease as lease_module
from indexer.engines.base import Entry
from indexer.engines.opensearch_address import parse_address
from indexer.engines.opensearch_bulk import BulkStream, Operation, put_lines, remove_lines
from indexer.engines.opensearch_client import Client, Refused
from indexer.engines.opensearch_index import STAMP, Place
from indexer.engines.opensearch_lease import LEASE, Lease
from indexer.engines.opensearch_schema import document, document_id
from indexer.engines.opensearch_snapshot import Snapshot
from indexer.engines.opensearch_state import Conflict, State
from indexer.engines.opensearch_writer import OpenSearchWriter
from indexer.errors import (
    BusyError,
    DamagedError,
    LocationError,
    NoIndexError,
    SchemaError,
    StorageError,
    UnavailableError,
)
from tests.shelves import entry

# Without a cluster: what one does as far as a lease and a stream of essays go


_NUMBERS = itertools.count(1)


class Stub:
    """Documents with versions. ``before`` is called with every request, and may raise;
    ``answers`` with what would be answered, and may lose it."""

    def __init__(self) -> None:
        self.address = parse_address("opensearch+http://stub/essays")
        self.documents: dict[str, tuple[Any, int, int]] = {}
        self.requests: list[tuple[str, str, list[str]]] = []
        self.before: Callable[[str, str], None] = lambda method, path: None
        self.after: Callable[[str, str], None] = lambda method, path: None
        # By document: the outcomes of its next operations, before one goes through.
        self.outcomes: dict[str, list[tuple[int, str, str]]] = {}
        self._lock = threading.Lock()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: dict[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        self.before(method, path)
        with self._lock:
            if path.endswith("/_bulk"):
                answer = self._bulk(body)
            elif method == "GET":
                answer = self._get(path)
            else:
                answer = self._put(path, body, params or {})
        self.after(method, path)
        return answer

    def _get(self, path: str) -> Any:
        if path not in self.documents:
            raise Refused(404, "", "not found")
        source, number, _ = self.documents[path]
        return {"_source": source, "_seq_no": number, "_primary_term": 1}

    def _put(self, path: str, body: Any, params: dict[str, Any]) -> Any:
        known = self.documents.get(path)
        wanted = params.get("if_seq_no")
        if (known is not None) if wanted is None else (known is None or str(known[1]) != wanted):
            raise Refused(409, "version_conflict_engine_exception", "changed")
        number = next(_NUMBERS)
        self.documents[path] = (body, number, 0)
        return {"_seq_no": number, "_primary_term": 1}

    def _bulk(self, body: bytes) -> Any:
        lines = iter(body.splitlines())
        items: list[Any] = []
        asked: list[str] = []
        for line in lines:
            ((kind, target),) = msgspec.json.decode(line).items()
            source = next(lines) if kind == "index" else None
            name, version = target["_id"], target["version"]
            asked.append(name)
            outcome: dict[str, Any] = {"status": 200}
            if self.outcomes.get(name):
                status, error, reason = self.outcomes[name].pop(0)
                outcome = {"status": status, "error": {"type": error, "reason": reason}}
            elif name in self.documents and self.documents[name][2] > version:
                outcome = {"status": 409, "error": {"type": "version_conflict", "reason": ""}}
            else:
                self.documents[name] = (source, 0, version)
            items.append({kind: outcome})
        self.requests.append(("POST", "_bulk", asked))
        return {
            "errors": any("error" in o for item in items for o in item.values()),
            "items": items,
        }

    def texts(self) -> dict[str, bytes]:
        """What is held, by name."""
        return {name: text for name, (text, _, _) in self.documents.items() if text is not None}


@pytest.fixture
def stub() -> Stub:
    return Stub()


def client_of(stub: Stub) -> Client:
    return cast(Client, stub)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of half a second."""
    monkeypatch.setattr(lease_module, "PERIOD", 0.5)
    monkeypatch.setattr(lease_module, "GUARD", 0.3)
    monkeypatch.setattr(lease_module, "RENEWAL", 0.05)
    monkeypatch.setattr(lease_module, "_LOOK", 0.01)


@contextmanager
def leased(stub: Stub, wait: float = 0.1) -> Iterator[Lease]:
    lease = Lease(State(client_of(stub), "essays"), "here")
    lease.acquire(wait)
    try:
        yield lease
    finally:
        lease.release(clean=True)


def quiet(stub: Stub) -> None:
    """From now on nobody in this thread's test reaches the cluster."""

    def lost(method: str, path: str) -> None:
        raise UnavailableError("no cluster")

    stub.before = lost


@pytest.mark.usefixtures("quick")
def test_a_second_writer_is_told_who_writes(stub: Stub) -> None:
    with leased(stub):
        second = Lease(State(client_of(stub), "essays"), "here")
        started = time.monotonic()
        with pytest.raises(BusyError, match=r"here: process \d+ on .* is writing .*; waited"):
            second.acquire(0.2)
        # Longer than the period: who renews keeps it.
        assert 0.2 <= time.monotonic() - started < 5


@pytest.mark.usefixtures("quick")
def test_a_lease_that_is_renewed_outlasts_its_period(stub: Stub) -> None:
    with leased(stub) as lease:
        second = Lease(State(client_of(stub), "essays"), "here")
        with pytest.raises(BusyError):
            second.acquire(3 * lease_module.PERIOD)
        lease.require(now=True)


@pytest.mark.usefixtures("quick")
def test_a_lease_let_go_is_taken_at_once_and_says_how_it_was_left(stub: Stub) -> None:
    numbers = []
    for clean in (True, False, True):
        lease = Lease(State(client_of(stub), "essays"), "here")
        lease.acquire(0.1)
        numbers.append((lease.number, lease.is_clean))
        lease.release(clean=clean)
    assert [is_clean for _, is_clean in numbers] == [False, True, False]
    assert numbers[0][0] < numbers[1][0] < numbers[2][0]


@pytest.mark.usefixtures("quick")
def test_a_quiet_writer_is_replaced_and_then_writes_no_more(stub: Stub) -> None:
    lost = Stub()
    lost.documents = stub.documents
    with leased(lost) as first:
        quiet(lost)
        with leased(stub) as second:
            assert not second.is_clean
            assert second.number > first.number
            lost.before = lambda method, path: None
            time.sleep(2 * lease_module.RENEWAL)
            with pytest.raises(BusyError, match="taken over"):
                first.require(now=True)
            with pytest.raises(BusyError, match="taken over"):
                first.require()
            second.require(now=True)


@pytest.mark.usefixtures("quick")
def test_a_writer_that_reaches_nobody_may_not_go_on_unasked(stub: Stub) -> None:
    with leased(stub) as lease:
        quiet(stub)
        time.sleep(lease_module.GUARD + 0.1)
        with pytest.raises(UnavailableError):
            lease.require()
        stub.before = lambda method, path: None
        lease.require()


@pytest.mark.usefixtures("quick")
def test_a_renewal_whose_answer_was_lost_costs_nothing(stub: Stub) -> None:
    with leased(stub) as lease:

        def lose(method: str, path: str) -> None:
            if method == "PUT":
                stub.after = lambda method, path: None
                raise UnavailableError("the answer was lost")

        stub.after = lose
        time.sleep(4 * lease_module.RENEWAL)
        lease.require(now=True)


def test_a_change_that_reached_the_cluster_twice_is_one_change(stub: Stub) -> None:
    """The client asks another host where an answer was lost."""
    state = State(client_of(stub), "essays")
    first = state.write("x", {"a": 1}, None)

    def twice(method: str, path: str) -> None:
        if method == "PUT":
            raise Refused(409, "version_conflict_engine_exception", "changed")

    stub.after = twice
    second = state.write("x", {"a": 2}, first)
    assert second.fields["a"] == 2
    stub.after = lambda method, path: None
    with pytest.raises(Conflict):
        state.write("x", {"a": 3}, first)


def test_a_writer_killed_on_this_machine_is_replaced_at_once(stub: Stub) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    if not lease_module._machine():
        pytest.skip("this system does not tell its boots apart")
    with leased(stub):
        path = "/essays-state/_doc/lease"
        fields, number, _ = stub.documents[path]
        stub.documents[path] = ({**fields, "pid": gone.pid, "token": "x"}, number + 100, 0)
        started = time.monotonic()
        with leased(stub) as lease:
            assert time.monotonic() - started < lease_module.PERIOD / 3
            assert not lease.is_clean


def test_the_number_of_a_session_grows_though_the_lease_was_deleted(stub: Stub) -> None:
    with leased(stub) as first:
        pass
    time.sleep(1.1)
    stub.documents.clear()
    with leased(stub) as second:
        assert second.number > first.number


# The stream


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_SHORTEST_WAIT", 0.005)
    monkeypatch.setattr(bulk, "_LONGEST_WAIT", 0.01)


@contextmanager
def stream_into(
    stub: Stub, *, longest: int = 10_000, require: Callable[[], None] = lambda: None
) -> Iterator[BulkStream]:
    stream = BulkStream(client_of(stub), "writing", require, longest)
    try:
        yield stream
    finally:
        stream.stop()


def put(name: str, number: int, text: str = "") -> Operation:
    body = msgspec.json.encode({"text": text or name})
    return Operation(
        essay_id=name, document=name, number=number, lines=put_lines(name, number, body)
    )


def body(text: str) -> bytes:
    return msgspec.json.encode({"text": text})


def test_what_is_put_arrives_and_what_is_removed_goes(stub: Stub) -> None:
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        stream.add(put("b", 2))
        lines = remove_lines("a", 3)
        stream.add(Operation(essay_id="a", document="a", number=3, lines=lines))
        assert stream.flush() == {}
    assert stub.texts() == {"b": body("b")}


@pytest.mark.usefixtures("hurried")
def test_only_what_the_cluster_had_no_time_for_is_sent_again(stub: Stub) -> None:
    busy = (429, "rejected_execution_exception", "queue full")
    stub.outcomes = {"b": [busy, (503, "unavailable_shards_exception", "no primary")]}
    with stream_into(stub) as stream:
        for number, name in enumerate("abc"):
            stream.add(put(name, number))
        assert stream.flush() == {}
    assert [names for _, _, names in stub.requests] == [["a", "b", "c"], ["b"], ["b"]]
    assert stub.texts().keys() == {"a", "b", "c"}


def test_the_later_of_two_requests_counts_whichever_arrives_first(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "REQUEST_BYTES", 60)
    held, arrived = threading.Event(), threading.Event()
    order: list[int] = []

    def hold_the_first(method: str, path: str) -> None:
        order.append(len(order))
        if len(order) == 1:
            arrived.set()
            assert held.wait(10)

    stub.before = hold_the_first
    with stream_into(stub) as stream:
        stream.add(put("a", 1, "first"))
        assert arrived.wait(10)
        stream.add(put("a", 2, "second"))
        while "a" not in stub.documents:
            time.sleep(0.01)
        held.set()
        assert stream.flush() == {}
    assert stub.texts() == {"a": body("second")}
    assert len(stub.requests) == 2


def test_essays_of_a_writer_with_higher_numbers_are_not_overwritten(stub: Stub) -> None:
    stub.documents["a"] = (body("theirs"), 0, 1_000)
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        with pytest.raises(BusyError, match="another process has written a meanwhile"):
            stream.flush()
    assert stub.texts() == {"a": body("theirs")}


def test_an_essay_that_the_cluster_refuses_is_named_and_the_others_stay(stub: Stub) -> None:
    stub.outcomes = {"b": [(400, "mapper_parsing_exception", "too many\nnested documents")]}
    with stream_into(stub) as stream:
        for number, name in enumerate("abc"):
            stream.add(put(name, number))
        assert stream.flush() == {"b": "the cluster can't hold it: too many nested documents"}
        assert stream.flush() == {}
    assert stub.texts().keys() == {"a", "c"}


def test_an_essay_beyond_the_longest_request_is_never_sent(stub: Stub) -> None:
    with stream_into(stub, longest=500) as stream:
        stream.add(put("a", 1))
        stream.add(put("b", 2, "long" * 200))
        (why,) = stream.flush().values()
    assert why.startswith("too large for the cluster: as a document it has 0.0 MB")
    assert "split the file" in why
    assert stub.texts().keys() == {"a"}


def test_a_request_that_a_proxy_finds_too_large_is_halved(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    ask = stub.ask

    def narrow(method: str, path: str, body: Any = None, **options: Any) -> Any:
        sizes.append(len(body))
        if len(body) > 300:
            raise Refused(413, "", "entity too large")
        return ask(method, path, body, **options)

    monkeypatch.setattr(stub, "ask", narrow)
    with stream_into(stub) as stream:
        for number in range(8):
            stream.add(put(f"e{number}", number))
        stream.add(put("long", 9, "long" * 100))
        refused = stream.flush()
    assert list(refused) == ["long"]
    assert stub.texts().keys() == {f"e{number}" for number in range(8)}
    assert max(sizes) > 300


@pytest.mark.usefixtures("hurried")
def test_a_cluster_that_comes_back_gets_what_it_missed(stub: Stub) -> None:
    away = iter([True] * 5)

    def sometimes(method: str, path: str) -> None:
        if next(away, False):
            raise UnavailableError("the cluster does not answer")

    stub.before = sometimes
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        assert stream.flush() == {}
    assert stub.texts().keys() == {"a"}


@pytest.mark.usefixtures("hurried")
def test_a_cluster_that_stays_away_ends_the_session_with_its_own_error(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PATIENCE", 0.05)
    quiet(stub)
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        with pytest.raises(UnavailableError, match="no cluster"):
            stream.flush()
        with pytest.raises(UnavailableError, match="no cluster"):
            stream.add(put("b", 2))


@pytest.mark.usefixtures("hurried")
def test_a_cluster_that_takes_nothing_ends_the_session_and_says_why(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PATIENCE", 0.05)
    stub.outcomes = {"a": [(503, "unavailable_shards_exception", "primary is gone")] * 100}
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        with pytest.raises(UnavailableError, match=r"takes nothing more \(primary is gone\)"):
            stream.flush()


@pytest.mark.parametrize(
    ("status", "kind", "error", "said"),
    [
        (429, "cluster_block_exception", StorageError, "make room on its disks"),
        (404, "index_not_found_exception", BusyError, "was deleted meanwhile"),
        (405, "something_new", StorageError, "refused to write"),
    ],
)
def test_what_is_no_essay_s_fault_ends_the_session(
    stub: Stub, status: int, kind: str, error: type[Exception], said: str
) -> None:
    stub.outcomes = {"a": [(status, kind, "blocked")] * 3}
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        with pytest.raises(error, match=said):
            stream.flush()


def test_putting_waits_while_too_much_is_under_way(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "REQUEST_BYTES", 100)
    held = threading.Event()
    stub.before = lambda method, path: cast(None, held.wait(10))
    added: list[int] = []
    with stream_into(stub) as stream:

        def add_many() -> None:
            for number in range(50):
                stream.add(put(f"e{number}", number))
                added.append(number)

        thread = threading.Thread(target=add_many)
        thread.start()
        time.sleep(0.3)
        waiting_at = len(added)
        held.set()
        thread.join(10)
        assert stream.flush() == {}
    assert 0 < waiting_at < 20
    assert len(stub.texts()) == 50


def test_a_session_without_its_lease_sends_nothing(stub: Stub) -> None:
    def refuse() -> None:
        raise BusyError("taken over")

    with stream_into(stub, require=refuse) as stream:
        stream.add(put("a", 1))
        with pytest.raises(BusyError, match="taken over"):
            stream.flush()
    assert stub.requests == []


@pytest.mark.usefixtures("hurried")
def test_a_lease_that_can_not_be_told_at_present_is_asked_for_again(stub: Stub) -> None:
    away = iter([True] * 5)

    def sometimes() -> None:
        if next(away, False):
            raise UnavailableError("no cluster")

    with stream_into(stub, require=sometimes) as stream:
        stream.add(put("a", 1))
        assert stream.flush() == {}
    assert stub.texts().keys() == {"a"}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("status", ["yellow", "red"])
def test_one_large_essay_that_a_well_cluster_never_finishes_is_skipped(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(bulk, "PATIENCE", 0.05)
    monkeypatch.setattr(bulk, "REQUEST_BYTES", 200)
    ask = stub.ask

    def slow(method: str, path: str, body: Any = None, **options: Any) -> Any:
        if path.startswith("/_cluster/health"):
            return {"status": status}
        if b"long" in body:
            raise UnavailableError("no answer in time") from TimeoutError()
        return ask(method, path, body, **options)

    monkeypatch.setattr(stub, "ask", slow)
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
        stream.add(put("b", 2, "long" * 100))
        if status == "red":
            with pytest.raises(UnavailableError):
                stream.flush()
            return
        (why,) = stream.flush().values()
    assert "not done with it in time; split the file" in why
    assert stub.texts().keys() == {"a"}


def test_what_was_not_sent_when_a_stream_stops_is_dropped(stub: Stub) -> None:
    with stream_into(stub) as stream:
        stream.add(put("a", 1))
    assert stub.requests == []


# On a cluster


@pytest.fixture
def place(index_address: str) -> Iterator[Place]:
    with opened(index_address) as place:
        yield place


@contextmanager
def opened(address: str, **settings: Any) -> Iterator[Place]:
    settings = {"opensearch_replicas": 1, **settings}
    with closing(Client(parse_address(address), Settings(**settings))) as client:
        yield Place(client, Settings(**settings))


def written(place: Place, *entries: Entry, rebuild: bool = False) -> dict[str, str]:
    """One session with one commit."""
    with closing(OpenSearchWriter(place, rebuild=rebuild)) as writer:
        for each in entries:
            writer.put(each)
        return writer.commit()


def held(place: Place) -> dict[str, str]:
    """What searches see: the first passage of each essay."""
    with closing(Snapshot(place.client, place, place.stamp())) as snapshot:
        found = {}
        for about in essays.essays(snapshot):
            whole = essays.essay(snapshot, about.id)
            assert whole is not None
            found[about.id] = whole.passages[0].text
        return found


def test_nothing_is_seen_before_a_commit(place: Place) -> None:
    with pytest.raises(NoIndexError, match="no index there yet; make it with"):
        place.stamp()
    with closing(OpenSearchWriter(place, rebuild=False)) as writer:
        writer.put(entry("a", "first"))
        with pytest.raises(NoIndexError):
            place.stamp()
        assert writer.commit() == {}
        assert held(place) == {"a": "first"}
        writer.put(entry("a", "second"))
        writer.put(entry("b", "third"))
        writer.remove("nothing")
        assert held(place) == {"a": "first"}
        writer.commit()
        assert held(place) == {"a": "second", "b": "third"}
        writer.remove("a")
        writer.commit()
    assert held(place) == {"b": "third"}


def test_the_last_of_many_puts_counts_however_they_travel(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "REQUEST_BYTES", 500)
    with closing(OpenSearchWriter(place, rebuild=False)) as writer:
        for number in range(30):
            writer.put(entry("a", f"text {number}"))
            writer.put(entry("b", f"text {number}"))
            writer.remove("b")
        assert writer.commit() == {}
    assert held(place) == {"a": "text 29"}


def test_every_commit_and_every_rebuild_has_another_revision(place: Place) -> None:
    seen = set()
    for rebuild in (False, False, True, False):
        written(place, entry("a", "text"), rebuild=rebuild)
        assert place.stamp().revision() not in seen
        seen.add(place.stamp().revision())


def test_a_rebuild_is_aside_until_its_alias_is_swapped(place: Place) -> None:
    written(place, entry("a", "old"), entry("b", "old"))
    before = place.stamp().index
    with closing(OpenSearchWriter(place, rebuild=True)) as writer:
        writer.put(entry("a", "new"))
        assert place.leads_to() == {before}
        assert held(place) == {"a": "old", "b": "old"}
        writer.commit()
        assert held(place) == {"a": "new"}
        after = place.stamp().index
        assert place.leads_to() == {after}
        assert place.indices() == {after} != {before}


def test_a_rebuild_that_is_given_up_leaves_all_as_it_was(place: Place) -> None:
    written(place, entry("a", "old"))
    stamp = place.stamp()
    with closing(OpenSearchWriter(place, rebuild=True)) as writer:
        writer.put(entry("a", "new"))
    assert place.stamp() == stamp
    assert place.indices() == {stamp.index}


def test_shards_and_copies_are_those_of_the_settings(index_address: str) -> None:
    with opened(index_address, opensearch_shards=2, opensearch_replicas=0) as place:
        written(place, entry("a", "text"))
        index = place.stamp().index
        settings = place.client.ask("GET", f"/{index}/_settings")[index]["settings"]["index"]
        assert (settings["number_of_shards"], settings["number_of_replicas"]) == ("2", "0")
        templates = place.client.ask("GET", f"/_index_template/{place.name}")["index_templates"]
        assert templates[0]["index_template"]["index_patterns"] == [index]
        place.client.ask("DELETE", f"/_index_template/{place.name}")


def test_what_a_killed_rebuild_leaves_is_swept_and_nothing_of_others(place: Place) -> None:
    written(place, entry("a", "text"))
    left = place.make_index()
    foreign = f"{place.name}-0123456789ab"
    place.client.ask("PUT", f"/{foreign}", {"settings": {"number_of_replicas": 0}})
    assert any(left in problem for problem in check.problems(place))
    written(place, entry("a", "text"))
    assert place.indices() == {place.stamp().index}
    assert place.client.ask("GET", f"/{foreign}/_alias") == {foreign: {"aliases": {}}}


def test_a_writer_that_was_replaced_commits_nothing(place: Place) -> None:
    written(place, entry("a", "old"))
    late = OpenSearchWriter(place, rebuild=False)
    late.put(entry("a", "late"))
    # It sleeps, and the lease goes to another.
    taken = place.state.read(LEASE)
    assert taken is not None
    place.state.write(LEASE, {**taken.fields, "held": False, "token": "another's"}, taken)
    written(place, entry("b", "new"))
    with pytest.raises(BusyError, match="taken over"):
        late.commit()
    late.close()
    assert held(place) == {"a": "old", "b": "new"}


def test_essays_of_a_session_without_commit_are_seen_with_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster had them already; the revision tells that they came."""
    monkeypatch.setattr(bulk, "REQUEST_BYTES", 1)
    written(place, entry("a", "text"))
    revision = place.stamp().revision()
    with closing(OpenSearchWriter(place, rebuild=False)) as writer:
        writer.put(entry("b", "text"))
    assert place.stamp().revision() == revision
    with closing(OpenSearchWriter(place, rebuild=False)):
        assert place.stamp().revision() != revision
        assert held(place) == {"a": "text", "b": "text"}
        revision = place.stamp().revision()
    with closing(OpenSearchWriter(place, rebuild=False)):
        assert place.stamp().revision() == revision


def test_a_small_session_without_commit_is_dropped(place: Place) -> None:
    written(place, entry("a", "text"))
    with closing(OpenSearchWriter(place, rebuild=False)) as writer:
        writer.put(entry("b", "text"))
    written(place, entry("c", "text"))
    assert held(place) == {"a": "text", "c": "text"}


_KILLED = """
import sys, time
from indexer.config import Settings
from indexer.engines.opensearch_address import parse_address
from indexer.engines.opensearch_client import Client
from indexer.engines.opensearch_index import Place
from indexer.engines.opensearch_writer import OpenSearchWriter
from indexer.engines import opensearch_bulk as bulk
from tests.shelves import entry
bulk.REQUEST_BYTES = 1
place = Place(Client(parse_address(sys.argv[1]), Settings()), Settings())
writer = OpenSearchWriter(place, rebuild=sys.argv[2] == "rebuild")
for number in range(20):
    writer.put(entry(f"new/e{number}", "text of a session that is killed"))
print("under way", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("kind", ["update", "rebuild"])
def test_a_killed_writer_leaves_whole_essays_and_its_place(
    place: Place, index_address: str, kind: str
) -> None:
    written(place, entry("a", "text"))
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, index_address, kind], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"under way\n"
        process.kill()
    assert held(place) == {"a": "text"}
    written(place, entry("b", "text"))
    found = held(place)
    assert found.items() >= {"a": "text", "b": "text"}.items()
    assert set(found.values()) <= {"text", "text of a session that is killed"}
    assert kind == "update" or len(found) == 2
    assert place.indices() == {place.stamp().index}
    assert check.problems(place) == []


def test_an_essay_that_the_cluster_can_not_hold_is_told_at_commit(place: Place) -> None:
    written(place, entry("a", "one", "two"))
    settings = {"index": {"mapping.nested_objects.limit": 3}}
    place.client.ask("PUT", f"/{place.stamp().index}/_settings", settings)
    refused = written(
        place, entry("a", *["changed"] * 5), entry("b", *["text"] * 5), entry("c", "text")
    )
    assert refused.keys() == {"a", "b"}
    assert all("can't hold it" in why for why in refused.values())
    assert held(place) == {"a": "one", "c": "text"}


def test_an_older_index_is_made_anew_and_a_newer_one_left_alone(place: Place) -> None:
    written(place, entry("a", "text"))
    kept = place.state.read(STAMP)
    assert kept is not None
    kept = place.state.write(STAMP, {**kept.fields, "analysis": 0}, kept)
    with pytest.raises(SchemaError, match=r"older version .* essays index --rebuild"):
        place.stamp().require_current()
    written(place, entry("b", "text"))
    place.stamp().require_current()
    assert held(place) == {"b": "text"}
    kept = place.state.read(STAMP)
    assert kept is not None
    kept = place.state.write(STAMP, {**kept.fields, "schema": 1_000}, kept)
    with pytest.raises(SchemaError, match=r"newer version .* update essay-search"):
        OpenSearchWriter(place, rebuild=True)
    place.state.write(STAMP, {"index": "../etc"}, kept)
    with pytest.raises(DamagedError, match="stamp is not readable"):
        place.stamp()


def test_a_name_that_something_else_has_is_refused(place: Place) -> None:
    place.client.ask("PUT", f"/{place.name}", {"settings": {"number_of_replicas": 0}})
    with pytest.raises(LocationError, match="something else of this name"):
        OpenSearchWriter(place, rebuild=False)


def test_an_index_deleted_by_hand_is_told_and_can_be_made_anew(place: Place) -> None:
    written(place, entry("a", "text"))
    place.delete(place.stamp().index)
    with pytest.raises(DamagedError, match="not on the cluster any more"):
        OpenSearchWriter(place, rebuild=False)
    assert ["not on the cluster any more" in each for each in check.problems(place)] == [True]
    written(place, entry("a", "text"), rebuild=True)
    assert held(place) == {"a": "text"}
    assert check.problems(place) == []


# Reading back


def test_essays_come_back_as_they_were_put(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(essays, "ESSAYS_AT_ONCE", 2)
    monkeypatch.setattr(essays, "PASSAGES_AT_ONCE", 700)
    book = entry("book", *[f"Passage {number} of many." for number in range(2_000)])
    odd = entry("odd/\udcff", "Ein Wörtchen \U0001f600 | ^ % \x00", "\x1f")
    odd = replace(odd, essay=replace(odd.essay, path="/essays/\udcff.txt"))
    put = [book, entry("a", "text"), odd, entry("b/c", "text", "more"), entry("d", "text")]
    assert written(place, *put) == {}
    with closing(Snapshot(place.client, place, place.stamp())) as snapshot:
        for each in put:
            assert essays.essay(snapshot, each.essay.id) == each
        assert essays.essay(snapshot, "nothing") is None
        in_order = sorted(put, key=lambda each: each.essay.id)
        assert list(essays.essays(snapshot)) == [each.essay for each in in_order]
        assert list(essays.fingerprints(snapshot)) == [each.fingerprint for each in in_order]
        status = essays.status(snapshot, place, place.stamp())
    assert (status.essays, status.passages) == (5, sum(len(each.passages) for each in put))
    assert status.words == sum(each.essay.words for each in put)
    assert status.languages == {"en": 5}
    assert status.bytes > 0
    assert check.problems(place) == []


# Checking


def test_a_check_counts_the_passages_of_every_essay(place: Place) -> None:
    essay = entry("a", "one", "two", "three")
    written(place, essay, entry("b", "text"))
    made = document(essay)
    made["p"].pop(1)
    index = place.stamp().index
    place.client.ask("PUT", f"/{index}/_doc/{document_id('a')}", made)
    place.refresh(index)
    assert check.problems(place) == ["a should have 3 passages, not 2"]


def test_a_check_tells_of_words_that_are_not_those_of_the_text(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(place, entry("a", "one", "two"), entry("b", "text"))

    def other(each: Entry) -> dict[str, Any]:
        found = document(each)
        if each.essay.id == "a":
            found["words"] += 1
            found["p"][1]["tokens"] = "three"
        return found

    monkeypatch.setattr(check, "document", other)
    assert check.problems(place) == [
        "a is listed with another words than it has",
        "the words of a#p-2 are not those stored",
    ]


def test_a_check_tells_of_names_settings_and_mapping(place: Place) -> None:
    written(place, entry("a", "text"))
    index = place.stamp().index
    other = place.make_index()
    place.point_alias(other)
    block = {"index": {"blocks.write": True, "refresh_interval": "1s"}}
    place.client.ask("PUT", f"/{index}/_settings", block)
    found = check.problems(place)
    assert [
        any(word in each for each in found)
        for word in ("leads to", "is left from a rebuild", "refresh_interval", "takes no essays")
    ] == [True] * 4
    assert len(found) == 4
    place.client.ask("PUT", f"/{index}/_settings", {"index": {"blocks.write": False}})


def test_document_ids_have_one_length_whatever_the_essay(place: Place) -> None:
    long = entry("x/" * 2_000 + "y", "text")
    written(place, long)
    assert len(document_id(long.essay.id)) == 32
    assert held(place) == {long.essay.id: "text"}
