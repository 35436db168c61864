"""The engine for clusters beside plain opensearch-py, on one node and on three; and how both grow.

Every step's figures go to a file as soon as they are there, and a step whose figures are there is
not done again. Prints Markdown.
"""

from __future__ import annotations

import gc
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import msgspec

from indexer.config import Settings
from indexer.engines import opensearch_schema as schema
from indexer.engines.base import Entry
from indexer.engines.opensearch_client import Client
from indexer.engines.opensearch_engine import OpenSearchEngine
from indexer.library import Library
from tests.benchmarks import corpus, plain
from tests.benchmarks.child import say, tell
from tests.benchmarks.growth import Corpus
from tests.benchmarks.kept import Figures, Kept
from tests.benchmarks.plain import Plain, Request
from tests.benchmarks.searching import percentile
from tests.benchmarks.servers import Server
from tests.opensearch.cluster import Cluster
from tests.opensearch.distribution import ClusterError

PORT = 29501
HEAP = "1g"
# Passages up to which everything is compared; above, only growth is measured, on the first shape
# and on the last.
_COMPARED = 200_000
# The names of the indexes.
_OURS, _RAW, _FILES, _PLAIN = "bench", "bench-raw", "bench-files", "bench-plain"
# Of all queries before any is measured: the virtual machines compile what they need.
_PASSES = 3
# Searches at once where a rate is measured.
_AT_ONCE = 4
# Passages that are indexed before anything is measured, and how often.
_WARMING, _WARMINGS = 10_000, 3
# Seconds that merges may go on after indexing before searches are measured.
_SETTLING = 300

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """So many nodes, and an index of so many shards; written ``3x1``. On several nodes there is a
    second copy of each shard."""

    nodes: int
    shards: int

    @classmethod
    def parse(cls, text: str) -> Shape:
        nodes, _, shards = text.partition("x")
        return cls(int(nodes), int(shards))

    @property
    def replicas(self) -> int:
        return min(1, self.nodes - 1)

    def __str__(self) -> str:
        return f"{self.nodes}x{self.shards}"

    def told(self) -> str:
        nodes = "1 node" if self.nodes == 1 else f"{self.nodes} nodes"
        return f"{nodes}, {self.shards} {'shard' if self.shards == 1 else 'shards'}"


@dataclass(frozen=True, slots=True)
class Setting:
    """What one step is measured on."""

    shape: Shape
    size: int
    cluster: Cluster
    peer: Plain
    nodes: Server

    @property
    def settings(self) -> Settings:
        return Settings(
            search_seconds=60,
            opensearch_request_seconds=120,
            opensearch_shards=self.shape.shards,
            opensearch_replicas=self.shape.replicas,
        )

    def location(self, name: str) -> str:
        return f"{self.cluster.address}/{name}"


def report(
    texts: Path,
    place: Path,
    sizes: Sequence[int],
    shapes: Sequence[str],
    *,
    rounds: int,
    query_rounds: int,
) -> None:
    """Measures at every size and shape that was not measured yet, in ``place``, and prints."""
    kept = Kept(place / "cluster.json")
    wanted = [Shape.parse(text) for text in shapes]
    steps = [
        (shape, size)
        for shape in wanted
        for size in sorted(sizes)
        if size <= _COMPARED or shape in (wanted[0], wanted[-1])
    ]
    found = Corpus(texts, place / "corpus.msgpack")
    for nodes in dict.fromkeys(shape.nodes for shape in wanted):
        missing = [
            (shape, size)
            for shape, size in steps
            if shape.nodes == nodes
            and not _needed(size, found) <= kept.get(_key(shape, size)).keys()
        ]
        if not missing:
            continue
        with _running(nodes) as (cluster, peer, server):
            _warm_up(Setting(missing[0][0], _WARMING, cluster, peer, server), found)
            for shape, size in missing:
                setting = Setting(shape, size, cluster, peer, server)
                _measure(setting, found, texts, place, kept, rounds, query_rounds)
    _print(kept, steps)


def _key(shape: Shape, size: int) -> str:
    return f"{shape}/{size}"


def _tell(setting: Setting, text: str) -> None:
    tell(f"cluster: {setting.shape.told()}, {setting.size:,} passages: {text}")


@contextmanager
def _running(nodes: int) -> Iterator[tuple[Cluster, Plain, Server]]:
    """A cluster that is there for this alone."""
    cluster = Cluster(nodes=nodes, port=PORT, heap=HEAP, optimised=True)
    print(f"cluster: starting {nodes} node(s) …", file=sys.stderr, flush=True)
    try:
        cluster.start()
        peer = Plain(cluster.hosts)
        try:
            known = peer.client.nodes.info(metric="process")["nodes"].values()
            pids = [int(node["process"]["id"]) for node in known]
            yield cluster, peer, Server([], pids)
        finally:
            peer.close()
    except ClusterError as error:
        sys.exit(f"cluster: {error}")
    finally:
        cluster.stop()


def _needed(size: int, found: Corpus) -> set[str]:
    steps = {"ours", "plain", "disk", "queries", "rate"}
    if size <= _COMPARED:
        steps |= {"raw", "merged"}
    if size <= found.size:
        steps |= {"files"}
    return steps


# Steps


Keep = Callable[[str, object], None]


def _warm_up(setting: Setting, found: Corpus) -> None:
    """Indexes as all of it does until the virtual machines have compiled what they need."""
    entries = found.library(setting.size)
    body = plain.mapping(setting.shape.shards, setting.shape.replicas)
    for number in range(_WARMINGS):
        _tell(setting, f"warming up, {number + 1} of {_WARMINGS}")
        _index_ours(setting, entries)
        setting.peer.bulk(_PLAIN, body, plain.documents(entries))
    _empty(setting)


def _measure(
    setting: Setting,
    found: Corpus,
    texts: Path,
    place: Path,
    kept: Kept,
    rounds: int,
    query_rounds: int,
) -> None:
    """All that is missing of one shape at one size."""

    def keep(name: str, figures: object) -> None:
        kept.put(_key(setting.shape, setting.size), name, figures)

    missing = _needed(setting.size, found) - kept.get(_key(setting.shape, setting.size)).keys()
    _empty(setting)
    _index(setting, found, texts, place, keep, missing, rounds)
    _tell(setting, "merges")
    _settle(setting)
    keep("disk", _disk(setting))
    if "queries" in missing:
        keep("queries", _queries(setting, query_rounds))
    if "rate" in missing:
        _tell(setting, f"{_AT_ONCE} searches at once")
        keep("rate", _rates(setting))
    if "merged" in missing:
        _tell(setting, "merging all")
        keep("merged", _merged(setting))
    _empty(setting)


def _index(
    setting: Setting,
    found: Corpus,
    texts: Path,
    place: Path,
    keep: Keep,
    missing: set[str],
    rounds: int,
) -> None:
    """Leaves the engine's index and the plain one on the cluster."""
    _tell(setting, "collecting passages")
    entries = found.library(setting.size)
    passages = sum(len(entry.passages) for entry in entries)
    keep("passages", passages)
    keep("essays", len(entries))

    def timed(what: str, run: Callable[[], object]) -> Figures:
        _tell(setting, f"indexing: {what}")
        return _timed(setting, passages, run)

    # What does not change needs no looking through, which would count as indexing.
    gc.collect()
    gc.freeze()
    raw, ours = [], []
    # Where an earlier run ended after these, they are only to be there.
    ready = place / f"documents-{setting.size}.ndjson"
    if "raw" in missing:
        _write_documents(entries, ready)
    for _ in range(rounds if "raw" in missing or "ours" in missing else 1):
        if "raw" in missing:
            raw.append(timed("ready documents, raw", lambda: _index_raw(setting, ready)))
            _empty(setting, _RAW)
        ours.append(timed("ours", lambda: _index_ours(setting, entries)))
    if "raw" in missing:
        keep("raw", raw)
    if "ours" in missing or "raw" in missing:
        keep("ours", ours)
    if "files" in missing:
        folder = _files(entries, texts, place / f"files-{setting.size}")
        keep("files", [timed("ours, from files", lambda: _index_files(setting, folder))])
        _empty(setting, _FILES)
    body = plain.mapping(setting.shape.shards, setting.shape.replicas)
    run = timed("plain", lambda: setting.peer.bulk(_PLAIN, body, plain.documents(entries)))
    keep("plain", [run])
    gc.unfreeze()


def _empty(setting: Setting, name: str = _OURS) -> None:
    """Takes away the indexes whose names begin so."""
    setting.peer.client.indices.delete(index=f"{name}*", expand_wildcards="all")


def _write_documents(entries: Sequence[Entry], file: Path) -> None:
    """The engine's documents, ready: ids and JSON, a line each."""
    print("cluster: writing documents …", file=sys.stderr, flush=True)
    with file.open("wb") as lines:
        for entry in entries:
            name = schema.document_id(entry.essay.id)
            body = msgspec.json.encode(schema.document(entry))
            lines.write(b"%b\t%b\n" % (name.encode(), body))


def _files(entries: Sequence[Entry], texts: Path, folder: Path) -> Path:
    """The files of essays of the corpus, in a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    for entry in entries:
        mark = entry.fingerprint
        name = Path(mark.path).relative_to(mark.root)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(texts / name, target)
    return folder


def _timed(setting: Setting, passages: int, run: Callable[[], object]) -> Figures:
    """Seconds, and those of the CPUs, in the nodes and in this process."""
    cpu, own = setting.nodes.cpu_seconds(), time.process_time()
    begun = time.perf_counter()
    run()
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "speed": passages / seconds,
        "nodes_cpu": setting.nodes.cpu_seconds() - cpu,
        "own_cpu": time.process_time() - own,
    }


def _index_raw(setting: Setting, ready: Path) -> None:
    with ready.open(encoding="utf-8", newline="\n") as lines:
        pairs = (line.rstrip("\n").partition("\t") for line in lines)
        body = schema.index_body(setting.shape.shards, setting.shape.replicas)
        setting.peer.bulk(_RAW, body, ((name, text) for name, _, text in pairs))


def _index_ours(setting: Setting, entries: Sequence[Entry]) -> None:
    engine = OpenSearchEngine(setting.location(_OURS), setting.settings, create=True)
    writer = engine.writer(rebuild=True)
    for entry in entries:
        writer.put(entry)
    refused = writer.commit()
    writer.close()
    engine.close()
    if refused:
        sys.exit(f"cluster: refused: {refused}")


def _index_files(setting: Setting, folder: Path) -> None:
    with Library.open(setting.location(_FILES), setting.settings, create=True) as library:
        library.index([folder], rebuild=True)


def _settle(setting: Setting) -> None:
    """Waits until nothing is merged any more, and lets no answers be kept."""
    until = time.monotonic() + _SETTLING
    quiet = 0
    while quiet < 3 and time.monotonic() < until:
        time.sleep(1)
        stats = setting.peer.client.indices.stats(index=f"{_OURS}*", metric="merge")
        quiet = 0 if stats["_all"]["total"]["merges"]["current"] else quiet + 1
    for index in (_index_of(setting, name) for name in (_OURS, _PLAIN)):
        setting.peer.client.indices.flush(index=index, force=True)
        # The same request again is to be work again.
        setting.peer.client.indices.put_settings(
            index=index, body={"index.requests.cache.enable": False}
        )


def _index_of(setting: Setting, name: str) -> str:
    if name == _PLAIN:
        return name
    return str(next(iter(setting.peer.client.indices.get_alias(name=name))))


def _disk(setting: Setting) -> Figures:
    """Bytes on the disks of one copy and of all; memory of the nodes; different words."""
    client = setting.peer.client
    found: Figures = {}
    for name in (_OURS, _PLAIN):
        stats = client.indices.stats(index=_index_of(setting, name))["_all"]
        found[name] = {
            "bytes": stats["primaries"]["store"]["size_in_bytes"],
            "all_bytes": stats["total"]["store"]["size_in_bytes"],
            "segments": stats["primaries"]["segments"]["count"],
            "bitset_bytes": stats["primaries"]["segments"]["fixed_bit_set_memory_in_bytes"],
        }
    nodes = client.nodes.stats(metric="jvm")["nodes"].values()
    found["heap_bytes"] = [node["jvm"]["mem"]["pools"]["old"]["used_in_bytes"] for node in nodes]
    counted = {"size": 0, "aggs": {"n": {"cardinality": {"field": "terms"}}}}
    answer = client.search(index=_OURS, body=counted)
    found["words"] = answer["aggregations"]["n"]["value"]
    return found


def _merged(setting: Setting) -> Figures:
    """Bytes of one copy once each shard is a single segment."""
    client = setting.peer.client
    found = {}
    for name in (_OURS, _PLAIN):
        index = _index_of(setting, name)
        client.indices.forcemerge(index=index, max_num_segments=1, request_timeout=3_600)
        # What was merged is deleted once no searcher has it open and a commit does without.
        client.indices.refresh(index=index)
        client.indices.flush(index=index, force=True)
        stats = client.indices.stats(index=index, metric="store")["_all"]
        found[name] = stats["primaries"]["store"]["size_in_bytes"]
    return found


# Queries


class _Listening:
    """Keeps what clients ask."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.seconds = 0.0

    @contextmanager
    def listen(self) -> Iterator[None]:
        asked = Client.ask

        def ask(client: Client, method: str, path: str, body: Any = None, **more: Any) -> Any:
            sent = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
            self.requests.append((method, path, more.get("params"), sent))
            return asked(client, method, path, body, **more)

        with patch.object(Client, "ask", ask):
            yield


@dataclass(slots=True)
class Taken:
    """Milliseconds of each round; CPU seconds of all in the nodes and in this process."""

    ms: list[float]
    nodes_cpu: float = 0
    own_cpu: float = 0


def _queries(setting: Setting, rounds: int) -> list[Figures]:
    """Each query ours, by the same requests, and plain; in turns, after some uncounted."""
    found: list[Figures] = []
    asked = corpus.queries()
    with Library.open(setting.location(_OURS), setting.settings) as library:
        for number in range(_PASSES):
            _tell(setting, f"all queries uncounted, {number + 1} of {_PASSES}")
            for query in asked:
                library.search(query.text)
                setting.peer.search(_PLAIN, query.text)
        for number, query in enumerate(asked):
            if number % 10 == 0:
                _tell(setting, f"query {number + 1} of {len(asked)}")
            result, requests = _captured(library, query.text)
            answer = setting.peer.search(_PLAIN, query.text)
            text = query.text
            runs: dict[str, Callable[[], object]] = {
                "ours": lambda text=text: library.search(text),  # type: ignore[misc]
                "replay": lambda sent=requests: setting.peer.replay(sent),  # type: ignore[misc]
                "plain": lambda text=text: setting.peer.search(_PLAIN, text),  # type: ignore[misc]
            }
            taken = _in_turns(setting, runs, rounds)
            found.append(
                {
                    "kind": query.kind,
                    "text": query.text,
                    "matched": result.matched,
                    "essays": result.essays,
                    "plain_essays": answer["aggregations"]["essays"]["value"],
                    "requests": len(requests),
                    **{name: asdict(each) for name, each in taken.items()},
                }
            )
    return found


def _captured(library: Library, text: str) -> tuple[Any, list[Request]]:
    """What a warm search gives, and what it asks."""
    library.search(text)
    listening = _Listening()
    with listening.listen():
        result = library.search(text)
    return result, listening.requests


def _in_turns(
    setting: Setting, runs: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, Taken]:
    taken = {name: Taken([]) for name in runs}
    for turn in range(-1, rounds):
        for name, run in runs.items():
            cpu, own = setting.nodes.cpu_seconds(), time.process_time()
            begun = time.perf_counter()
            run()
            ms = (time.perf_counter() - begun) * 1000
            if turn >= 0:
                taken[name].ms.append(ms)
                taken[name].own_cpu += time.process_time() - own
                taken[name].nodes_cpu += setting.nodes.cpu_seconds() - cpu
    return taken


def _rates(setting: Setting) -> Figures:
    """Searches per second, some at a time, through all queries twice."""
    texts = [query.text for query in corpus.queries()]
    libraries = [Library.open(setting.location(_OURS), setting.settings) for _ in range(_AT_ONCE)]
    sent: list[list[Request]] = []
    for text in texts:
        sent.append(_captured(libraries[0], text)[1])
    for library in libraries[1:]:
        for text in texts:
            library.search(text)

    def ours(number: int) -> None:
        for text in _from(texts, number):
            libraries[number].search(text)

    def replay(number: int) -> None:
        for requests in _from(sent, number):
            setting.peer.replay(requests)

    def as_plain(number: int) -> None:
        for text in _from(texts, number):
            setting.peer.search(_PLAIN, text)

    found: Figures = {}
    for turn in range(2):
        for name, run in (("ours", ours), ("replay", replay), ("plain", as_plain)):
            figures = _timed(setting, _AT_ONCE * len(texts), lambda run=run: _at_once(run))  # type: ignore[misc]
            if turn:
                found[name] = figures
    for library in libraries:
        library.close()
    return found


def _from(items: Sequence[T], number: int) -> Sequence[T]:
    """The items, begun elsewhere by each."""
    cut = number * len(items) // _AT_ONCE
    return [*items[cut:], *items[:cut]]


def _at_once(run: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(run, range(_AT_ONCE)))


# The report

Step = tuple[Shape, int]
_PEERS = {"replay": "the same requests", "plain": "plain"}


def _print(kept: Kept, steps: Sequence[Step]) -> None:
    all_of = {step: kept.get(_key(*step)) for step in steps}
    say(
        "\n## A cluster\n",
        f"opensearch-py {version('opensearch-py')}; nodes with {HEAP} of heap each, all on this "
        "machine.\n",
    )
    _print_indexing(all_of)
    _print_size(all_of)
    _print_queries(all_of)
    _print_rates(all_of)
    compared = [step for step in steps if step[1] <= _COMPARED]
    largest = max((size for _, size in compared), default=0)
    shown = [step for step in compared if step[1] == largest]
    for step in dict.fromkeys((*shown[:1], *shown[-1:])):
        _print_kinds(step, all_of[step])
    _print_growth(all_of)


def _median(runs: Sequence[Figures], name: str) -> float:
    return float(statistics.median(run[name] for run in runs))


def _print_indexing(all_of: Mapping[Step, Figures]) -> None:
    rounds = max(len(figures["ours"]) for figures in all_of.values())
    say(
        f"### Indexing\n\nPassages per second, medians of {rounds} round(s), in turns.\n",
        "| | passages | ready documents, raw | ours, from entries | to raw | ours, from files "
        "| to raw | plain index | CPU s per 100,000: nodes, raw | nodes, ours | our process |",
        "|---|" + "--:|" * 10,
    )
    for (shape, _), figures in all_of.items():
        count = figures["passages"]
        ours, raw, files = figures["ours"], figures.get("raw"), figures.get("files")
        speeds = {
            name: _median(runs, "speed") if runs else None
            for name, runs in (("ours", ours), ("raw", raw), ("files", files))
        }

        def cpu(runs: Sequence[Figures] | None, name: str, count: int = count) -> str:
            return f"{_median(runs, name) / count * 100_000:.0f}" if runs else "–"

        say(
            f"| {shape.told()} | {count:,} | {_number(speeds['raw'])} | {_number(speeds['ours'])} "
            f"| {_ratio(speeds['ours'], speeds['raw'])} | {_number(speeds['files'])} "
            f"| {_ratio(speeds['files'], speeds['raw'])} "
            f"| {_median(figures['plain'], 'speed'):,.0f} "
            f"| {cpu(raw, 'nodes_cpu')} | {cpu(ours, 'nodes_cpu')} | {cpu(ours, 'own_cpu')} |"
        )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _ratio(value: float | None, to: float | None) -> str:
    return "–" if value is None or to is None else f"{value / to:.2f}"


def _print_size(all_of: Mapping[Step, Figures]) -> None:
    say(
        "\n### Size\n",
        "| | passages | essays | different words | bytes per passage in a copy "
        "| merged to one segment | plain index | merged | all copies, MB "
        "| old generation of the heaps, MiB | which passages belong to an essay, KiB |",
        "|---|" + "--:|" * 10,
    )
    for (shape, _), figures in all_of.items():
        count, disk, merged = figures["passages"], figures["disk"], figures.get("merged", {})
        ours, other = disk[_OURS], disk[_PLAIN]
        after = [f"{merged[n] / count:,.0f}" if merged else "–" for n in (_OURS, _PLAIN)]
        heaps = ", ".join(f"{heap / 2**20:.0f}" for heap in disk["heap_bytes"])
        say(
            f"| {shape.told()} | {count:,} | {figures['essays']:,} | {disk['words']:,} "
            f"| {ours['bytes'] / count:,.0f} | {after[0]} | {other['bytes'] / count:,.0f} "
            f"| {after[1]} | {ours['all_bytes'] / 1e6:,.0f} | {heaps} "
            f"| {ours['bitset_bytes'] / 1024:,.0f} |"
        )


class _Times:
    """Of some queries: the medians of each, and the CPU milliseconds of one on average."""

    def __init__(self, queries: Sequence[Figures], name: str) -> None:
        self.medians = [statistics.median(query[name]["ms"]) for query in queries]
        count = sum(len(query[name]["ms"]) for query in queries)
        self.nodes_ms = sum(query[name]["nodes_cpu"] for query in queries) / count * 1000
        self.own_ms = sum(query[name]["own_cpu"] for query in queries) / count * 1000

    @property
    def median(self) -> float:
        return float(statistics.median(self.medians))

    @property
    def high(self) -> float:
        return percentile(self.medians, 0.95)

    def over(self, other: _Times) -> float:
        """The median of the ratios, query by query."""
        pairs = zip(self.medians, other.medians, strict=True)
        return float(statistics.median(mine / its for mine, its in pairs))


def _beside(queries: Sequence[Figures]) -> str:
    """Ours, and each peer with both ratios, as cells."""
    ours = _Times(queries, "ours")
    cells = [f"{ours.median:.1f}", f"{ours.high:.1f}"]
    for name in _PEERS:
        peer = _Times(queries, name)
        cells += [
            f"{peer.median:.1f}",
            f"{peer.high:.1f}",
            f"{ours.median / peer.median:.2f}",
            f"{ours.over(peer):.2f}",
        ]
    return " | ".join(cells)


_BESIDE = " | ".join(
    ["our median ms", "p95"]
    + [
        head
        for name in _PEERS.values()
        for head in (f"{name}, median ms", "p95", "ratio of medians", "median of ratios")
    ]
)


def _answered(figures: Figures) -> list[Figures]:
    return [query for query in figures["queries"] if query["plain_essays"]]


def _print_queries(all_of: Mapping[Step, Figures]) -> None:
    say(
        "\n### Queries that the plain index finds anything for\n",
        f"| | passages | number | {_BESIDE} |",
        "|---|" + "--:|" * 12,
    )
    for (shape, _), figures in all_of.items():
        some = _answered(figures)
        say(f"| {shape.told()} | {figures['passages']:,} | {len(some)} | {_beside(some)} |")
    names = {"ours": "ours", **_PEERS}
    say(
        "\nCPU milliseconds of such a query, on average, in the nodes and in the process that "
        "asks.\n",
        "| | passages | requests | "
        + " | ".join(f"{name}: nodes | asking" for name in names.values())
        + " |",
        "|---|" + "--:|" * 8,
    )
    for (shape, _), figures in all_of.items():
        some = _answered(figures)
        times = [_Times(some, name) for name in names]
        requests = statistics.mean(query["requests"] for query in some)
        cells = " | ".join(f"{each.nodes_ms:.1f} | {each.own_ms:.1f}" for each in times)
        say(f"| {shape.told()} | {figures['passages']:,} | {requests:.1f} | {cells} |")


def _print_kinds(step: Step, figures: Figures) -> None:
    shape, _ = step
    rows: dict[str, list[Figures]] = {"**all that it finds anything for**": _answered(figures)}
    for query in _answered(figures):
        rows.setdefault(query["kind"], []).append(query)
    nothing = [query for query in figures["queries"] if not query["plain_essays"]]
    rows["**those it finds nothing for**"] = nothing
    say(
        f"\n### Queries by kind: {shape.told()}, {figures['passages']:,} passages\n",
        f"| queries | number | {_BESIDE} |",
        "|---|" + "--:|" * 11,
        *(f"| {name} | {len(some)} | {_beside(some)} |" for name, some in rows.items() if some),
    )


def _print_rates(all_of: Mapping[Step, Figures]) -> None:
    say(
        f"\n### Queries per second, {_AT_ONCE} at once in one process\n",
        "| | passages | ours | the same requests | plain | CPU s of the nodes, ours | of our "
        "process |",
        "|---|" + "--:|" * 6,
    )
    for (shape, _), figures in all_of.items():
        rate = figures["rate"]
        speeds = " | ".join(f"{rate[name]['speed']:.1f}" for name in ("ours", *_PEERS))
        say(
            f"| {shape.told()} | {figures['passages']:,} | {speeds} "
            f"| {rate['ours']['nodes_cpu']:.1f} | {rate['ours']['own_cpu']:.1f} |"
        )


def _print_growth(all_of: Mapping[Step, Figures]) -> None:
    """What a million passages more cost, between the smallest and the largest size."""
    if len({size for _, size in all_of}) < 2:
        return
    say(
        "\n### Growth, from the smallest size to the largest\n",
        "| | passages | ms of CPU in the nodes, a query, per million passages | mean ms of a "
        "query, per million | MB of one copy, per million | passages indexed per CPU second, "
        "nodes and process together |",
        "|---|" + "--:|" * 5,
    )
    for shape in dict.fromkeys(shape for shape, _ in all_of):
        own = [figures for (other, _), figures in all_of.items() if other == shape]
        small, large = own[0], own[-1]
        if small is large:
            continue
        more = (large["passages"] - small["passages"]) / 1e6
        cpu = [_Times(f["queries"], "ours").nodes_ms for f in (small, large)]
        mean = [statistics.mean(_Times(f["queries"], "ours").medians) for f in (small, large)]
        stored = [f["disk"][_OURS]["bytes"] for f in (small, large)]
        used = sum(_median(large["ours"], name) for name in ("nodes_cpu", "own_cpu"))
        say(
            f"| {shape.told()} | {small['passages']:,} to {large['passages']:,} "
            f"| {(cpu[1] - cpu[0]) / more:.1f} | {(mean[1] - mean[0]) / more:.1f} "
            f"| {(stored[1] - stored[0]) / more / 1e6:,.0f} "
            f"| {large['passages'] / used:,.0f} |"
        )
