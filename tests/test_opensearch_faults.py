"""What the loss of a node, of all of them, or of a writer does: to what is stored, nothing; to
searches, a moment's refusal at worst.

On a cluster of its own, since nodes are killed here.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from indexer.config import Settings
from indexer.engines import opensearch_bulk, opensearch_lease
from indexer.engines.opensearch_address import parse_address
from indexer.engines.opensearch_circuit import Circuit
from indexer.engines.opensearch_client import Client
from indexer.engines.opensearch_index import Place
from indexer.engines.opensearch_snapshot import Snapshot
from indexer.errors import NoIndexError, SearchTimeout, StorageError, UnavailableError
from indexer.library import Library
from indexer.model import EssayView, SearchResult, SyncReport
from tests.clusterstub import Answer, Request, stub
from tests.opensearch.cluster import Cluster, ask
from tests.serverstand import Server, serving, soon
from tests.stand import command

# Besides those of `make opensearch` and of .ci/run.
PORT = 9281
ESSAYS = 150
# Seconds after the loss of a node in which a search may be refused, on a busy machine; some
# milliseconds are what it takes where nothing else goes on.
GAP = 5.0
# Seconds for the whole cluster to come up again on two busy CPUs.
RESTART = 120
WORDS = (
    "liberty press rights harbour winter trade engine justice garden letters river market "
    "parliament music harvest reason custom empire school painter doctor memory island bridge"
).split()
QUERIES = (
    "liberty",
    "winter harbour",
    '"human rights"',
    "parl*",
    "libertty~",
    "title:justice OR music",
    "island -bridge",
    "marker17",
    "nowhere",
)
_SETTINGS = Settings(opensearch_shards=3)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Cluster]:
    """Three nodes that tests may kill."""
    if not os.environ.get("ESSAYS_TEST_OPENSEARCH"):
        pytest.skip("ESSAYS_TEST_OPENSEARCH is not set; with it, nodes are started and killed here")
    cluster = Cluster(port=PORT, heap="384m")
    # What a run that was killed left behind.
    cluster.stop()
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def whole(nodes: Cluster) -> Cluster:
    """The cluster with all its nodes up and all copies in place."""
    revive(nodes)
    return nodes


@pytest.fixture
def location(whole: Cluster) -> Iterator[str]:
    """A place for one index."""
    name = f"faults-{os.urandom(4).hex()}"
    yield f"{whole.address}/{name}"
    revive(whole)
    ask(whole.address, f"/{name}*?expand_wildcards=all", "DELETE")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Essays that differ, each with a word of its own."""
    return write_essays(tmp_path_factory.mktemp("essays"), 0, ESSAYS)


@pytest.fixture(scope="module")
def truth(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The same essays in the embedded engine."""
    place = str(tmp_path_factory.mktemp("truth") / "index")
    with Library.open(place, Settings(), create=True) as library:
        library.index([folder], jobs=1)
        yield library


def revive(cluster: Cluster) -> None:
    """Starts what does not run and waits until all is well."""
    for n in cluster_nodes(cluster):
        cluster.thaw(n)
        if not cluster.runs(n):
            cluster.start_node(n)
    cluster.wait(seconds=RESTART)


def cluster_nodes(cluster: Cluster) -> range:
    return range(1, cluster.nodes + 1)


def write_essays(folder: Path, first: int, last: int) -> Path:
    """Writes essays of these numbers into a folder."""
    for number in range(first, last):
        chance = random.Random(number)
        paragraphs = []
        for _ in range(chance.randint(3, 8)):
            said = [chance.choice(WORDS) for _ in range(60)]
            if chance.random() < 0.1:
                said[30:30] = ["human", "rights"]
            paragraphs.append(textwrap.fill(" ".join(said).capitalize() + "."))
        title = f"Of {chance.choice(WORDS)} and {chance.choice(WORDS)}"
        paragraphs.append(f"This is marker{number} at the end of it.")
        (folder / f"essay-{number:04}.md").write_text(f"# {title}\n\n" + "\n\n".join(paragraphs))
    return folder


def manager_of(cluster: Cluster) -> int:
    """The number of the node that manages the cluster."""
    (found,) = ask(cluster.address, "/_cat/cluster_manager?format=json")
    return int(found["node"].removeprefix("n"))


def beginning_with(location: str, cluster: Cluster, n: int) -> str:
    """A location whose first host is a certain node."""
    first = cluster.hosts[n - 1]
    others = [host for host in cluster.hosts if host != first]
    return location.replace(",".join(cluster.hosts), ",".join([first, *others]))


def physical(location: str) -> list[str]:
    """The indices with essays that a library has on the cluster."""
    address, _, name = location.rpartition("/")
    found = ask(address, f"/_cat/indices/{name}-*?format=json&h=index")
    return sorted(row["index"] for row in found if not row["index"].endswith("-state"))


def measured(what: str, figure: object) -> None:
    """Shown by ``pytest -rP``."""
    print(f"{what}: {figure}")


# Answers


def view(result: SearchResult) -> object:
    """What a result says, apart from scores and the time it took."""
    # In no order: what a request wrote a second time counts in scores until segments merge.
    found = {
        hit.essay.id: (hit.more, sorted((p.id, p.text, p.missing) for p in hit.passages))
        for hit in result.results
    }
    told = (result.matched, result.essays, result.passages, result.partial, result.did_you_mean)
    return told, found


def answers_of(library: Library) -> dict[str, object]:
    """All that is found by each query."""
    return {q: view(library.search(q, limit=ESSAYS * 2, passages=50)) for q in QUERIES}


def texts_of(found: EssayView) -> object:
    return found.essay.id, found.essay.words, [(p.anchor, p.text) for p in found.passages]


def assert_all_there(library: Library, truth: Library) -> None:
    """Every essay, every passage and every answer is as in the embedded engine."""
    essays = [essay.id for essay in library.essays()]
    assert essays == [essay.id for essay in truth.essays()]
    for essay_id in essays:
        assert texts_of(library.show(essay_id)) == texts_of(truth.show(essay_id))
    assert library.status().passages == truth.status().passages
    assert answers_of(library) == answers_of(truth)


class Observed:
    """What searches gave that went on all the time: when each began and ended, and what came of
    it, ``right``, ``away`` for a clear refusal, or what was wrong."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, float, str]] = []
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, look: Callable[[str], str]) -> None:
        """Lets a thread ask again and again."""

        def run() -> None:
            chance = random.Random(len(self._threads))
            while not self._stop.is_set():
                began = time.monotonic()
                try:
                    what = look(chance.choice(QUERIES))
                except Exception as error:
                    what = f"{type(error).__name__}: {error}"
                self.seen.append((began, time.monotonic(), what))

        thread = threading.Thread(target=run)
        thread.start()
        self._threads.append(thread)

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def wrong(self) -> list[str]:
        bad = (what for _, _, what in self.seen if not what.startswith(("right", "away")))
        return sorted(set(bad))

    def refusals(self, since: float) -> list[str]:
        """What was said, with the first and the last moment."""
        moments: dict[str, list[float]] = {}
        for began, _, what in self.seen:
            if what.startswith("away"):
                moments.setdefault(what, []).append(round(began - since, 2))
        return [f"{len(t)} from {t[0]} to {t[-1]} {what}" for what, t in moments.items()]

    def right_since(self, moment: float) -> int:
        """How many were right of those that began since."""
        return sum(what == "right" for began, _, what in self.seen if began >= moment)

    def gap(self, since: float) -> float:
        """Seconds from a moment to the end of the last refusal."""
        return max(
            (ended - since for _, ended, what in self.seen if what.startswith("away")), default=0.0
        )

    def slowest(self) -> float:
        return max(ended - began for began, ended, _ in self.seen)


@contextmanager
def searching(
    location: str,
    folder: Path,
    right: Mapping[str, object],
    *,
    seconds: float = 10,
    compared: Sequence[str] = ("matched", "essays", "passages", "partial", "results"),
) -> Iterator[Observed]:
    """Searches by two threads in this process and by two of ``essays serve``, all the while;
    ``compared`` is what of the pages must stay as it was."""
    settings = Settings(search_seconds=seconds)
    observed = Observed()
    with (
        closing(Library.open(location, settings)) as first,
        closing(Library.open(location, settings)) as second,
        serving(location, folder, "--workers", "2", ESSAYS_SEARCH_SECONDS=str(seconds)) as server,
    ):
        pages = {q: page_of(server, q)[1] for q in QUERIES}

        def by_library(library: Library) -> Callable[[str], str]:
            def look(q: str) -> str:
                try:
                    found = view(library.search(q, limit=ESSAYS * 2, passages=50))
                except UnavailableError as error:
                    return f"away: {error}"
                except SearchTimeout as error:
                    return f"away: {error}"
                return "right" if found == right[q] else f"another answer to {q}"

            return look

        def by_web(q: str) -> str:
            status, page = page_of(server, q)
            if status == 503 and page["type"].endswith(
                ("#problem-unavailable", "#problem-timeout")
            ):
                return f"away: {page['type']}"
            is_right = status == 200 and all(page[name] == pages[q][name] for name in compared)
            return "right" if is_right else f"{status} for {q}: {page}"

        for look in (by_library(first), by_library(second), by_web, by_web):
            observed.begin(look)
        try:
            time.sleep(1)
            yield observed
        finally:
            observed.end()
        assert "Traceback" not in server.log.read_text()


def page_of(server: Server, q: str) -> tuple[int, dict[str, Any]]:
    """Status and content of the API's answer, without what is never twice the same."""
    answer = server.get(f"/api/v1/search?q={quote(q)}&limit=100")
    found: dict[str, Any] = json.loads(answer.text)
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) > 0
    found.pop("took_ms", None)
    return answer.status, found


# While indexing


class Killing:
    """Progress of a run that kills a node half-way, while requests are under way."""

    def __init__(self, cluster: Cluster, n: int) -> None:
        self._cluster = cluster
        self._n = n
        self._thread: threading.Thread | None = None
        self.moment = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if done >= total // 2 and self._thread is None:
            self._thread = threading.Thread(target=self._cluster.kill, args=(self._n,))
            self.moment = time.monotonic()
            self._thread.start()

    def happened(self) -> bool:
        if self._thread is None:
            return False
        self._thread.join()
        return True


def completed(
    library: Library, folder: Path, progress: Killing, *, rebuild: bool = False
) -> tuple[list[str], SyncReport]:
    """Indexes again until a run ends well; what the others said."""
    said: list[str] = []
    while len(said) < 3:
        try:
            return said, library.index([folder], jobs=1, rebuild=rebuild, progress=progress)
        except UnavailableError as error:
            said.append(str(error))
    raise AssertionError(said)


@pytest.fixture
def _small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some forty bulk requests for the essays of these tests."""
    monkeypatch.setattr(opensearch_bulk, "REQUEST_BYTES", 40_000)


@pytest.mark.usefixtures("_small_requests")
def test_a_node_killed_while_indexing_costs_no_essay(
    whole: Cluster,
    location: str,
    folder: Path,
    truth: Library,
) -> None:
    victim = manager_of(whole)
    began = time.monotonic()
    with Library.open(location, _SETTINGS, create=True) as library:
        progress = Killing(whole, victim)
        said, report = completed(library, folder, progress)
        measured("seconds", round(time.monotonic() - began, 1))
        measured("said", said)
        assert progress.happened()
        assert report.skipped == ()
        assert len(said) <= 1
        assert all("\n" not in line for line in said)
        assert_all_there(library, truth)
        revive(whole)
        assert_all_there(library, truth)
        assert library.check() == []


@pytest.mark.usefixtures("_small_requests")
def test_a_rebuild_with_a_node_killed_is_seen_whole_or_not_at_all(
    whole: Cluster,
    location: str,
    folder: Path,
    truth: Library,
    tmp_path: Path,
) -> None:
    victim = next(n for n in cluster_nodes(whole) if n != manager_of(whole))
    address = location
    location = beginning_with(location, whole, victim)
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([folder], jobs=1)
        before = physical(address)
        right = answers_of(truth)
        # Where scores change a little, others may be the first hundred.
        totals = ("matched", "essays", "passages", "partial")
        with searching(location, tmp_path, right, compared=totals) as observed:
            progress = Killing(whole, victim)
            began = time.monotonic()
            said, _ = completed(library, folder, progress, rebuild=True)
            measured("seconds", round(time.monotonic() - began, 1))
            measured("said", said)
            assert progress.happened()
            time.sleep(1)
        measured("gap", round(observed.gap(progress.moment), 2))
        measured("refusals", observed.refusals(progress.moment))
        assert observed.wrong == []
        assert observed.gap(progress.moment) <= GAP
        assert observed.right_since(progress.moment) > 0
        assert physical(address) != before
        assert len(physical(address)) == 1
        assert_all_there(library, truth)


# While searching


def test_searches_go_on_while_the_manager_is_killed_and_comes_back(
    whole: Cluster,
    location: str,
    folder: Path,
    truth: Library,
    tmp_path: Path,
) -> None:
    victim = manager_of(whole)
    # The first host of the address, too.
    location = beginning_with(location, whole, victim)
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([folder], jobs=1)
    with searching(location, tmp_path, answers_of(truth)) as observed:
        killed = time.monotonic()
        whole.kill(victim)
        assert soon(lambda: observed.right_since(killed + GAP) > 0)
        whole.start_node(victim)
        whole.wait(seconds=RESTART)
        back = time.monotonic()
        time.sleep(2)
    measured("gap", round(observed.gap(killed), 2))
    measured("refusals", observed.refusals(killed))
    measured("searches", len(observed.seen))
    measured("slowest", round(observed.slowest(), 2))
    assert observed.wrong == []
    assert observed.gap(killed) <= GAP
    assert observed.right_since(back) > 0


def test_searches_go_on_beside_a_node_that_hangs_or_are_refused_in_time(
    whole: Cluster,
    location: str,
    folder: Path,
    truth: Library,
    tmp_path: Path,
) -> None:
    victim = next(n for n in cluster_nodes(whole) if n != manager_of(whole))
    location = beginning_with(location, whole, victim)
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([folder], jobs=1)
    seconds = 4.0
    with searching(location, tmp_path, answers_of(truth), seconds=seconds) as observed:
        frozen = time.monotonic()
        whole.freeze(victim)
        try:
            time.sleep(3 * seconds)
        finally:
            whole.thaw(victim)
        thawed = time.monotonic()
        time.sleep(seconds)
    measured("slowest", round(observed.slowest(), 2))
    measured("refusals", observed.refusals(frozen))
    measured("right while it hung", observed.right_since(frozen))
    assert observed.wrong == []
    # What does not wait for the cluster takes its time, too, on a busy machine.
    assert observed.slowest() < 2 * seconds
    assert sum(
        frozen < began < ended < thawed and what == "right" for began, ended, what in observed.seen
    )
    assert observed.right_since(thawed) > 0


def test_a_cluster_that_is_lost_is_a_503_and_what_comes_back_is_found(
    whole: Cluster,
    location: str,
    folder: Path,
    truth: Library,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([folder], jobs=1)
        with serving(location, tmp_path, "--workers", "2") as server:
            pages = {q: page_of(server, q) for q in QUERIES}
            assert {status for status, _ in pages.values()} == {200}
            for n in cluster_nodes(whole):
                whole.kill(n)
            slowest = 0.0
            for path in ("/", "/?q=liberty", "/essays", "/api/v1/search?q=liberty", "/readyz"):
                for _ in range(3):
                    began = time.monotonic()
                    answer = server.get(path)
                    slowest = max(slowest, time.monotonic() - began)
                    assert answer.status == 503, path
                    assert int(answer.headers["retry-after"]) > 0
                    # Of the address, nothing is told to strangers.
                    assert "127.0.0.1:9" not in answer.text
            measured("slowest 503", round(slowest, 2))
            assert slowest < 2
            assert server.get("/healthz").status == 200

            essays = command(capsys)
            for arguments in (["search", "liberty"], ["status"], ["check"], ["index", str(folder)]):
                assert "does not answer" in essays("--index", location, *arguments).refused()
            with pytest.raises(UnavailableError):
                library.search("liberty")

            began = time.monotonic()
            for n in cluster_nodes(whole):
                whole.start_node(n)
            assert soon(lambda: server.get("/readyz").status == 200, RESTART)
            measured("recovered after", round(time.monotonic() - began, 1))
            whole.wait(seconds=RESTART)
            measured("green after", round(time.monotonic() - began, 1))
            # A rest of the circuit's is the most that it lags behind.
            time.sleep(3)
            assert {q: page_of(server, q) for q in QUERIES} == pages
            assert_all_there(library, truth)
            assert library.check() == []
            assert "Traceback" not in server.log.read_text()


# Writers


def write_and_die(location: str, folder: Path, *, rebuild: bool) -> None:
    """Indexes in a process that is killed half-way, with requests under way."""
    program = f"""
        import os, signal
        from pathlib import Path
        from indexer.config import Settings
        from indexer.engines import opensearch_bulk, opensearch_lease
        from indexer.library import Library
        opensearch_bulk.REQUEST_BYTES = 40_000
        # Whether a process of another machine lives can't be asked.
        opensearch_lease._machine = lambda: "another machine"
        def progress(stage, done, total):
            if done >= total // 2:
                os.kill(os.getpid(), signal.SIGKILL)
        with Library.open({location!r}, Settings(opensearch_shards=3), create=True) as library:
            library.index([Path({str(folder)!r})], jobs=1, rebuild={rebuild}, progress=progress)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize("rebuild", [False, True], ids=["update", "rebuild"])
def test_a_writer_that_is_killed_leaves_whole_essays_and_the_next_completes_them(
    location: str,
    folder: Path,
    truth: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rebuild: bool,
) -> None:
    monkeypatch.setattr(opensearch_lease, "PERIOD", 3.0)
    few = write_essays(tmp_path, 0, ESSAYS // 3)
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([few], jobs=1)
        first = [essay.id for essay in library.essays()]
        assert len(first) == ESSAYS // 3
        before, indices = answers_of(library), physical(location)
        write_essays(few, 0, ESSAYS)

        write_and_die(location, few, rebuild=rebuild)
        assert answers_of(library) == before
        assert len(physical(location)) == (2 if rebuild else 1)
        assert set(indices) <= set(physical(location))

        began = time.monotonic()
        report = library.index([few], jobs=1)
        assert time.monotonic() - began >= 3
        assert report.added + report.unchanged == ESSAYS
        # What the other had sent need not be sent again.
        assert report.unchanged >= len(first)
        assert (report.unchanged > len(first)) != rebuild
        assert physical(location) == indices
        assert_all_there(library, truth)
        assert library.check() == []


def test_what_a_killed_writer_left_of_a_first_run_is_taken_for_no_index(
    whole: Cluster,
    location: str,
    folder: Path,
    truth: Library,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opensearch_lease, "PERIOD", 3.0)
    write_and_die(location, folder, rebuild=False)
    with pytest.raises(NoIndexError):
        Library.open(location, _SETTINGS)
    (left,) = physical(location)
    ask(whole.address, f"/{left}/_refresh", "POST")
    found = ask(whole.address, f"/{left}/_search?size=0&track_total_hits=true")
    assert 0 < found["hits"]["total"]["value"] < ESSAYS
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([folder], jobs=1)
        assert_all_there(library, truth)
        assert len(physical(location)) == 1
        assert library.check() == []


def test_an_index_without_room_is_one_clear_error_and_is_searched_on(
    whole: Cluster, location: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_essays(tmp_path, 0, 20)
    with Library.open(location, _SETTINGS, create=True) as library:
        library.index([few], jobs=1)
        before = answers_of(library)
        write_essays(few, 20, 40)
        (index,) = physical(location)
        block(whole, index, True)
        with pytest.raises(StorageError):
            library.index([few], jobs=1)
        said = command(capsys)("--index", location, "index", str(few)).refused()
        assert "room" in said
        assert answers_of(library) == before
        assert any("takes no essays" in line for line in library.check())

        block(whole, index, False)
        assert library.index([few], jobs=1).added == 20
        assert library.check() == []


def block(cluster: Cluster, index: str, blocked: bool) -> None:
    """Does to an index what the cluster does when a disk is full, or takes it back."""
    import urllib.request

    request = urllib.request.Request(
        f"http://{cluster.hosts[0]}/{index}/_settings",
        json.dumps({"index.blocks.read_only_allow_delete": blocked or None}).encode(),
        {"content-type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=30):
        pass


# What hosts say then, told by stand-ins


def test_a_search_goes_on_with_another_point_in_time_when_a_node_of_its_own_is_gone() -> None:
    stamp = {"index": "essays-0123456789ab", "commits": 1, "schema": 1, "analysis": 1}
    kept = {"_source": stamp, "_seq_no": 0, "_primary_term": 1}
    gone = {"type": "illegal_argument_exception", "reason": "no node found for id: n1"}
    opened: list[str] = []

    def script(request: Request) -> Answer:
        if request.path.startswith("/essays-state/"):
            return Answer(json=kept)
        if "point_in_time" in request.path:
            opened.append(f"pit-{len(opened)}")
            return Answer(json={"pit_id": opened[-1]})
        if b'"pit-0"' in request.body:
            return Answer(json={"responses": [{"error": gone, "status": 500}]})
        found = {"timed_out": False, "_shards": {"failed": 0}, "hits": {"total": 7}}
        return Answer(json={"responses": [found]})

    with stub() as host:
        host.script = script
        address = parse_address(f"opensearch+http://{host.place}/essays")
        with closing(Client(address, Settings(), circuit=Circuit())) as client:
            place = Place(client, Settings())
            snapshot = Snapshot(client, place, place.stamp())
            found = snapshot.search({"size": 0}, deadline=time.monotonic() + 10)
            assert found["hits"] == {"total": 7}
            assert opened == ["pit-0", "pit-1"]
            # Nor does the next one begin with what was lost.
            snapshot.search({"size": 0}, deadline=time.monotonic() + 10)
            assert opened == ["pit-0", "pit-1"]
            snapshot.close()


def test_hosts_that_hang_one_after_the_other_are_not_a_lost_cluster() -> None:
    over = threading.Event()
    circuit = Circuit()
    with stub(Answer(json={}, waits=over)) as first, stub(Answer(json={}, waits=over)) as second:
        address = parse_address(f"opensearch+http://{first.place},{second.place}/essays")
        with closing(Client(address, Settings(), circuit=circuit)) as client:
            for _ in range(5):
                with pytest.raises(SearchTimeout):
                    client.ask(
                        "POST",
                        "/_msearch",
                        b"",
                        deadline=time.monotonic() + 0.1,
                        repeatable=False,
                    )
            assert circuit.enter() == ""
        over.set()
