"""A cluster of OpenSearch nodes on this machine, for tests: ``python -m tests.opensearch.cluster``.

The nodes listen on 127.0.0.1 alone, without passwords. There OpenSearch only warns of what it
insists on when a node talks to other machines: vm.max_map_count of at least 262144
(sysctl -w vm.max_map_count=262144), and 65535 open files.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.opensearch.distribution import (
    ClusterError,
    account,
    find_java,
    give,
    installed,
    reachable,
    remove_installed,
)

FOLDER = Path(__file__).parent.parent.parent / ".opensearch"
# Where Linux distributions put them.
JAVAS = Path("/usr/lib/jvm")
NODES = 3
PORT = 9201
HEAP = "512m"
# Between the port of a node that clients use and the one by which nodes talk to each other.
TRANSPORT = 1000
# Seconds. Three nodes that start at once on two cores take 20, and ten times that on busy ones.
START = 300
STOP = 30

_JVM = (
    "-Xss1m",
    "-XX:+UseG1GC",
    "-XX:G1ReservePercent=25",
    "-XX:InitiatingHeapOccupancyPercent=30",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djava.locale.providers=SPI,CLDR",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
    "--add-opens=java.base/java.nio=org.apache.arrow.memory.core,ALL-UNNAMED",
)
# The second compiler takes half of all the CPU time of a start, 24 of 48 seconds for three nodes.
_QUICK = ("-XX:TieredStopAtLevel=1",)
_OPTIMISED = ("--add-modules=jdk.incubator.vector",)

_LOGGING = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
"""


class Cluster:
    """Nodes that run on after the process that started them, until :meth:`stop`.

    Node ``n``, from 1, answers on port ``port + n - 1``, and the nodes of one cluster share a
    folder. ``optimised`` nodes are as fast as OpenSearch gets, and take twice as long to start.
    """

    def __init__(
        self,
        *,
        nodes: int = NODES,
        port: int = PORT,
        heap: str = HEAP,
        optimised: bool = False,
        folder: Path = FOLDER,
    ) -> None:
        self.nodes = nodes
        self.port = port
        self.heap = heap
        self.optimised = optimised
        self._archives = folder.resolve()
        self._archives.mkdir(parents=True, exist_ok=True)
        self._run_as = account()
        self._base = reachable(self._archives, self._run_as)
        self._folder = self._base / f"cluster-{port}"

    @property
    def address(self) -> str:
        """The location of the cluster, to which the name of an index is added."""
        return f"opensearch+http://{','.join(self.hosts)}"

    @property
    def hosts(self) -> list[str]:
        """``host:port`` of every node, running or not."""
        return [f"127.0.0.1:{self._ports(n)[0]}" for n in self._all()]

    def start(self) -> bool:
        """Starts the nodes that do not run and waits for them; ``False`` when all ran before.

        A cluster of which no node runs begins without data.
        """
        with self._alone():
            known = self._known()
            running = [n for n in self._all() if self.runs(n)]
            if any(self._runs(path) for path in self._node_folders()) and known != self._shape():
                raise ClusterError(
                    f"another cluster ({_told(known)}) runs at port {self.port}; stop it first, "
                    "or take another port"
                )
            missing = [n for n in self._all() if n not in running]
            if not running:
                self._check_ports()
                shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(exist_ok=True)
            self._memory.write_text(json.dumps(self._shape()))
            try:
                for n in missing:
                    self.start_node(n)
                self.wait()
            except BaseException:
                if not running:
                    self._end()
                raise
            return bool(missing)

    def stop(self) -> bool:
        """Ends the nodes and removes what they stored; ``False`` when there was nothing."""
        with self._alone():
            self._end()
            there = self._folder.exists()
            shutil.rmtree(self._folder, ignore_errors=True)
            return there

    def kill(self, n: int) -> None:
        """Ends a node at once, as a crash of its machine does. Its data stay."""
        self._send(self._node(n), signal.SIGKILL)
        gone = self._gone(self._node(n), time.monotonic() + STOP)
        if not gone or not all(map(_free, self._ports(n))):
            raise ClusterError(f"node n{n} can't be killed")

    def freeze(self, n: int) -> None:
        """Lets a node hang: its connections stay open and nothing is answered."""
        self._send(self._node(n), signal.SIGSTOP)

    def thaw(self, n: int) -> None:
        """Lets a node that hangs go on."""
        self._send(self._node(n), signal.SIGCONT)

    def start_node(self, n: int) -> None:
        """Starts a node on the data that it has, and does not wait for it."""
        if self.runs(n):
            raise ClusterError(f"node n{n} runs")
        home = installed(self._archives, self._base)
        java = find_java(os.environ, JAVAS, self._run_as)
        folder = self._node(n)
        for part in ("config", "data", "logs", "temporary"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "config" / "opensearch.yml").write_text(self._settings(n))
        (folder / "config" / "log4j2.properties").write_text(_LOGGING)
        give(folder, self._run_as)
        # By a shell that ends at once: the node is nobody's child and outlives this process.
        started = subprocess.run(
            [
                "sh",
                "-c",
                '"$@" >>node.log 2>&1 & echo $!',
                "sh",
                *self._command(java, home, folder),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
            check=True,
            **self._run_as,
        )
        (folder / "pid").write_bytes(started.stdout)

    def runs(self, n: int) -> bool:
        """Whether there is a process of the node, in good health or not."""
        return self._runs(self._node(n))

    def wait(
        self, *, nodes: int | None = None, status: str = "green", seconds: float = START
    ) -> None:
        """Waits until so many nodes (all) are one cluster in that status or better.

        Raises :class:`ClusterError` after the seconds, or when a node that it waits for ended.
        """
        nodes = self.nodes if nodes is None else nodes
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if sum(map(self.runs, self._all())) < nodes:
                raise ClusterError(self._why_ended())
            path = f"/_cluster/health?wait_for_status={status}&wait_for_nodes={nodes}&timeout=1s"
            with suppress(OSError, ValueError):
                health = ask(self.address, path, seconds=min(left, 5) + 1)
                if not health["timed_out"]:
                    return
            time.sleep(0.2)
        raise ClusterError(
            f"{nodes} nodes are not one {status} cluster after {seconds:.0f} seconds; "
            f"their logs are {self._folder}/n*/node.log"
        )

    # What a node is

    def _settings(self, n: int) -> str:
        folder = self._node(n)
        http, transport = self._ports(n)
        settings: dict[str, object] = {
            "cluster.name": f"essays-tests-{self.port}",
            "node.name": f"n{n}",
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
            "network.host": "127.0.0.1",
            "http.port": http,
            "transport.port": transport,
            "discovery.seed_hosts": [f"127.0.0.1:{self._ports(n)[1]}" for n in self._all()],
            "cluster.initial_cluster_manager_nodes": [f"n{n}" for n in self._all()],
            # A disk that others have filled is no reason for a test to hang.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        # JSON is YAML too, and quotes whatever a path may hold.
        return "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())

    def _command(self, java: Path, home: Path, folder: Path) -> list[str]:
        # Not by bin/opensearch: it starts seven more virtual machines before that of the node.
        return [
            str(java),
            *_JVM,
            *(_OPTIMISED if self.optimised else _QUICK),
            f"-Xms{self.heap}",
            f"-Xmx{self.heap}",
            f"-XX:ErrorFile={folder}/logs/crash.log",
            f"-Djava.io.tmpdir={folder}/temporary",
            f"-javaagent:{home}/agent/opensearch-agent.jar",
            f"-Dopensearch.path.home={home}",
            f"-Dopensearch.path.conf={folder}/config",
            "-Dopensearch.distribution.type=zip",
            "-Dopensearch.bundled_jdk=false",
            "-cp",
            f"{home}/lib/*",
            "org.opensearch.bootstrap.OpenSearch",
        ]

    # What is there

    @property
    def _memory(self) -> Path:
        return self._folder / "cluster.json"

    def _all(self) -> range:
        return range(1, self.nodes + 1)

    def _node(self, n: int) -> Path:
        return self._folder / f"n{n}"

    def _node_folders(self) -> list[Path]:
        return sorted(self._folder.glob("n*/"))

    def _shape(self) -> dict[str, Any]:
        return {"nodes": self.nodes, "heap": self.heap, "optimised": self.optimised}

    def _known(self) -> dict[str, Any] | None:
        try:
            known: dict[str, Any] = json.loads(self._memory.read_text())
        except (OSError, ValueError):
            return None
        return known

    def _check_ports(self) -> None:
        for n in self._all():
            for port in self._ports(n):
                if not _free(port):
                    raise ClusterError(
                        f"port {port} is taken by another program; take others: "
                        f"--port {self.port + 20}"
                    )

    def _ports(self, n: int) -> tuple[int, int]:
        return self.port + n - 1, self.port + TRANSPORT + n - 1

    def _why_ended(self) -> str:
        ended = next(n for n in self._all() if not self.runs(n))
        log = self._node(ended) / "node.log"
        try:
            lines = log.read_text(errors="replace").splitlines()
        except OSError:
            return f"node n{ended} was not started"
        causes = [line for line in lines if line.startswith("Caused by:")]
        told = (causes or lines or ["it wrote no log"])[-1].strip()
        return f"node n{ended} ended: {told[:300]} (all of it: {log})"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One start or stop at a time in a folder, by whichever process."""
        with (self._archives / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # Processes

    def _end(self) -> None:
        folders = self._node_folders()
        for path in folders:
            self._send(path, signal.SIGTERM)
        until = time.monotonic() + STOP
        for path in folders:
            if not self._gone(path, until):
                self._send(path, signal.SIGKILL)
                self._gone(path, time.monotonic() + STOP)

    def _pid(self, node: Path) -> int | None:
        try:
            return int((node / "pid").read_text())
        except (OSError, ValueError):
            return None

    def _runs(self, node: Path) -> bool:
        """Whether the process that was started for a node is there and still that one."""
        pid = self._pid(node)
        if pid is None:
            return False
        if sys.platform == "linux":
            try:
                command = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
            except OSError:
                return False
        else:
            ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
            command = subprocess.run(ps, capture_output=True, text=True).stdout
        return f"-Dopensearch.path.conf={node}/config" in command

    def _send(self, node: Path, number: signal.Signals) -> None:
        if self._runs(node) and (pid := self._pid(node)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _gone(self, node: Path, until: float) -> bool:
        while self._runs(node):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


def found(folder: Path, port: int) -> Cluster | None:
    """The cluster that was started at a port, running or not."""
    cluster = Cluster(port=port, folder=folder)
    shape = cluster._known()
    return Cluster(port=port, folder=folder, **shape) if shape else None


def ask(address: str, path: str, method: str = "GET", *, seconds: float = 60) -> Any:
    """What the first host of a cluster that answers says, as JSON.

    Raises ``OSError`` where none answers, of which ``HTTPError`` is one.
    """
    scheme, _, rest = address.removeprefix("opensearch+").partition("://")
    credentials, _, hosts = rest.rpartition("@")
    headers = {}
    if credentials:
        basic = base64.b64encode(unquote(credentials).encode()).decode()
        headers["Authorization"] = f"Basic {basic}"
    failure: OSError | None = None
    for host in hosts.split(","):
        request = urllib.request.Request(f"{scheme}://{host}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            raise
        except OSError as error:
            failure = error
    raise failure or OSError("no host")


def remove_indexes(address: str, start: str) -> None:
    """Removes the indices and the templates of a cluster whose names begin so."""
    ask(address, f"/{start}*?expand_wildcards=all", "DELETE")
    try:
        ask(address, f"/_index_template/{start}*", "DELETE")
    except urllib.error.HTTPError as error:
        # There is none.
        if error.code != 404:
            raise


def _free(port: int, seconds: float = 3) -> bool:
    """Whether a port can be listened on. A process that was killed holds it a moment longer."""
    until = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return True
            except OSError:
                if time.monotonic() > until:
                    return False
        time.sleep(0.05)


def _told(shape: dict[str, Any] | None) -> str:
    if shape is None:
        return "unknown"
    fast = ", optimised" if shape["optimised"] else ""
    return f"{shape['nodes']} nodes, heap {shape['heap']}{fast}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.opensearch.cluster", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status", "remove", "java"))
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--port", type=int, default=PORT, help="of the first node (%(default)s)")
    parser.add_argument("--heap", default=HEAP, help="of each node (%(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--optimised", action="store_true", help="for benchmarks")
    given = parser.parse_args()
    last = given.port + TRANSPORT + given.nodes - 1
    if not (1 <= given.nodes <= 9 and given.port >= 1 and last <= 65_535):
        parser.error("1 to 9 nodes, whose ports end below 64536")
    if not re.fullmatch(r"\d+[mg]", given.heap):
        parser.error("the heap is a number of megabytes or gigabytes, such as 512m")
    try:
        _act(given)
    except ClusterError as error:
        sys.exit(f"opensearch: {error}")


def _act(given: argparse.Namespace) -> None:
    if given.action == "start":
        cluster = Cluster(
            nodes=given.nodes,
            port=given.port,
            heap=given.heap,
            optimised=given.optimised,
            folder=given.folder,
        )
        begun = time.monotonic()
        started = cluster.start()
        took = f"runs after {time.monotonic() - begun:.0f} seconds" if started else "runs already"
        print(f"OpenSearch {took}; the tests find it by", file=sys.stderr)
        print(f"export ESSAYS_TEST_OPENSEARCH={cluster.address}")
        return
    if given.action == "status":
        known = found(given.folder, given.port)
        if known is None:
            raise ClusterError(f"no cluster at port {given.port}: make opensearch")
        known.wait(seconds=5)
        print(f"export ESSAYS_TEST_OPENSEARCH={known.address}")
        return
    if given.action == "java":
        print(find_java(os.environ, JAVAS, account()))
        return
    if not given.folder.exists():
        return
    ports = [given.port]
    base = reachable(given.folder.resolve(), account())
    if given.action == "remove":
        ports = [int(path.name.rpartition("-")[2]) for path in base.glob("cluster-*/")]
    for port in ports:
        stopped = Cluster(port=port, folder=given.folder).stop()
        print(
            f"OpenSearch at port {port}", "ended" if stopped else "was not there", file=sys.stderr
        )
    if given.action == "remove":
        remove_installed(given.folder)
        remove_installed(base)


if __name__ == "__main__":
    main()
