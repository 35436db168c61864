"""OpenSearch as its makers publish it, and a Java that runs it."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

VERSION = "3.6.0"
SHA256 = "a91faa1dc1cadc78cb278b4f63847e19e1627a4e9de698e14e7efc14ee37b286"
# The lowest Java that OpenSearch 3 runs on.
JAVA = 21

_ARTIFACT = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
# All that is unpacked: a node starts faster without the other 18 modules, and the tests show that
# the engine needs none of them. Without transport-netty4 there is no network, and analysis-common
# asks for lang-painless.
_PARTS = (
    "lib/",
    "agent/",
    "modules/analysis-common/",
    "modules/lang-painless/",
    "modules/transport-netty4/",
)
_ACCOUNT = "opensearch"


class ClusterError(Exception):
    """What stands in the way of a cluster and what to do about it, in one line."""


def account() -> dict[str, Any]:
    """The arguments of :mod:`subprocess` by which OpenSearch runs: it refuses to be root.

    Root gets the user ``opensearch``, which is made where there is none, or ``nobody``.
    """
    if os.geteuid() != 0:
        return {}
    useradd = shutil.which("useradd")
    names = {entry.pw_name for entry in pwd.getpwall()}
    if _ACCOUNT not in names and useradd:
        shell = shutil.which("nologin") or "/bin/false"
        made = subprocess.run(
            [useradd, "--system", "--user-group", "--no-create-home", "--shell", shell, _ACCOUNT],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise ClusterError(f"can't make a user for OpenSearch: {_last(made.stderr)}")
    try:
        entry = pwd.getpwnam(_ACCOUNT if _ACCOUNT in names or useradd else "nobody")
    except KeyError:
        raise ClusterError(
            "OpenSearch refuses to run as root, and there is no user for it: "
            "useradd --system opensearch"
        ) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def reachable(folder: Path, run_as: Mapping[str, Any]) -> Path:
    """The folder, or one for temporary files where OpenSearch's user can't get to the folder."""
    if not run_as or not subprocess.run(["test", "-x", folder], cwd="/", **run_as).returncode:
        return folder
    key = hashlib.sha256(bytes(folder)).hexdigest()[:8]
    other = Path(tempfile.gettempdir(), f"essay-search-opensearch-{key}")
    other.mkdir(exist_ok=True)
    # Everybody may write there, also what root would then run.
    if other.is_symlink() or other.stat().st_uid != os.geteuid():
        raise ClusterError(f"{other} is somebody else's; remove it")
    other.chmod(0o755)
    return other


def find_java(
    environ: Mapping[str, str], below: Path, run_as: Mapping[str, Any] | None = None
) -> Path:
    """A ``java`` that is new enough: of ``OPENSEARCH_JAVA_HOME``, of ``JAVA_HOME``, of the newest
    below ``below``, or of ``PATH``.

    Raises :class:`ClusterError` that says which were found and are too old.
    """
    homes = [environ.get(name) for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME")]
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    places = [
        *([Path(home, "bin", "java")] for home in homes if home),
        sorted(below.glob("*/bin/java")),
        [Path(on_path)] if on_path else [],
    ]
    old = []
    for place in places:
        known = [(java_version(java, run_as), java) for java in place]
        version, java = max(((v, java) for v, java in known if v), default=(0, Path()))
        if version >= JAVA:
            return java
        if version:
            old.append(f"{version} at {java}")
    found = f"found only {', '.join(old)}; " if old else ""
    raise ClusterError(
        f"OpenSearch needs Java {JAVA} or newer; {found}"
        f"install one (Debian and Ubuntu: apt install openjdk-{JAVA}-jre-headless, where there is "
        "such a package), or say where it is in OPENSEARCH_JAVA_HOME"
    )


def java_version(java: Path, run_as: Mapping[str, Any] | None = None) -> int | None:
    """The feature number of a Java, such as 21; ``None`` where none can be run."""
    try:
        ran = subprocess.run(
            [java, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            **(run_as or {}),
        )
    except OSError:
        return None
    found = re.search(r'version "(\d+)', ran.stderr + ran.stdout)
    return int(found[1]) if found and ran.returncode == 0 else None


def fetched(folder: Path) -> Path:
    """The archive of OpenSearch in a folder, from Maven's repository unless it lies there."""
    archive = folder / f"opensearch-{VERSION}.zip"
    if archive.exists():
        check_archive(archive)
        return archive
    maven = shutil.which("mvn")
    if maven is None:
        raise ClusterError(
            "Maven is missing, which fetches OpenSearch (Debian and Ubuntu: apt install maven)"
        )
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as parts:
        command = [
            maven,
            "-B",
            "-q",
            _COPY,
            f"-Dartifact={_ARTIFACT}",
            f"-DoutputDirectory={parts}",
        ]
        ran = subprocess.run(command, cwd=parts, capture_output=True, text=True, errors="replace")
        came = Path(parts, archive.name)
        if ran.returncode or not came.exists():
            raise ClusterError(
                f"Maven can't fetch OpenSearch {VERSION}: {_first_error(ran.stdout + ran.stderr)}; "
                "is Maven's repository reachable from here?"
            )
        check_archive(came)
        came.rename(archive)
    return archive


def check_archive(archive: Path) -> None:
    """Raises :class:`ClusterError` when an archive is not the one that the tests are made for."""
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ClusterError(
            f"{archive} is not OpenSearch {VERSION} as it was published: its SHA-256 is {found}, "
            f"not {SHA256}; remove it, here and in ~/.m2, and try again"
        )


def installed(archives: Path, folder: Path) -> Path:
    """OpenSearch unpacked in a folder, once, of the archive that lies in or comes to another."""
    home = folder / f"opensearch-{VERSION}"
    if home.exists():
        return home
    archive = fetched(archives)
    with tempfile.TemporaryDirectory(dir=folder, prefix="unpacking-") as parts:
        with zipfile.ZipFile(archive) as file:
            for name in file.namelist():
                if name.partition("/")[2].startswith(_PARTS):
                    file.extract(name, parts)
        made = Path(parts, home.name)
        # A node looks for these, and may not make them.
        for name in ("bin", "plugins"):
            (made / name).mkdir()
        made.rename(home)
    return home


def remove_installed(folder: Path) -> None:
    """Removes what was fetched and unpacked in a folder, and the folder when it is empty then."""
    shutil.rmtree(folder / f"opensearch-{VERSION}", ignore_errors=True)
    for name in (f"opensearch-{VERSION}.zip", "lock"):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def give(folder: Path, run_as: Mapping[str, Any]) -> None:
    """Makes a folder, with all that is in it, that of OpenSearch's user."""
    if run_as:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, run_as["user"], run_as["group"])


def _first_error(output: str) -> str:
    lines = [line.partition("[ERROR]")[2].strip() for line in output.splitlines()]
    return next((line for line in lines if line), _last(output))


def _last(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "no reason told")
