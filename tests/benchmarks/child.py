"""Measurements in processes of their own, so that none bears what another left in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any


def measured(module: str, *arguments: object) -> Any:
    """What ``python -m tests.benchmarks.MODULE ARGUMENTS`` prints, which is JSON."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"failed: {module} {' '.join(map(str, arguments))}")
    return json.loads(done.stdout)


def compiled() -> dict[str, str]:
    """The environment of a process that may write bytecode, and so finds it the next time."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def tell(text: str) -> None:
    """Says on standard error what is being done."""
    print(f"{time.strftime('%H:%M:%S')} {text} …", file=sys.stderr, flush=True)


def say(*lines: str) -> None:
    """Prints lines of the report."""
    print("\n".join(lines), flush=True)
