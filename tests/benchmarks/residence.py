"""What one server process keeps in memory once it has answered every query:
``python -m tests.benchmarks.residence INDEX``. Prints MB as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote_plus
from urllib.request import urlopen

from tests.benchmarks import servers
from tests.benchmarks.corpus import queries
from tests.benchmarks.kept import Figures

_PASSES = 2


def measure(index: Path) -> Figures:
    """Of `essays serve` with one process, before the first query and after all of them."""
    with servers.ours(index, 1, keeps=False) as server:
        before = server.memory()[0]
        for _ in range(_PASSES):
            for query in queries():
                address = f"http://127.0.0.1:{server.ports[0]}/?q={quote_plus(query.text)}"
                with urlopen(address) as answer:
                    answer.read()
        return {"before": asdict(before), "after": asdict(server.memory()[0])}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
