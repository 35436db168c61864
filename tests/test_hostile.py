"""Whatever the files, the query, the disk or the moment: a result or a clear message."""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from indexer import json_shapes
from indexer.config import Settings
from indexer.errors import EssaysError, NoIndexError, QueryError
from indexer.library import Library
from indexer.model import SearchResult
from tests import hostile
from tests.hostile import Case, Fate

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"

# What is merely big is a small part of it here; ``python -m tests.hostile`` makes it whole.
SCALE = 0.03
# Seconds for one command; a good one is done in a fraction even where the machine is busy.
PATIENCE = 60

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def without_override() -> None:
    """Makes file permissions bind the superuser, too; runs in the child before it starts."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def files_at_most(size: int) -> Callable[[], None]:
    """Makes the disk refuse any file beyond ``size`` bytes, as a full one does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def essays(
    location: Path | str,
    *arguments: str | Path | bytes,
    before: Callable[[], None] | None = None,
    **environment: str,
) -> Outcome:
    """Runs the command in a process of its own; it must end in time and without a traceback."""
    result = subprocess.run(
        [sys.executable, "-m", "indexer", "--index", location, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        preexec_fn=before,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    outcome = Outcome(
        result.returncode,
        result.stdout.decode("utf-8", "surrogateescape"),
        result.stderr.decode("utf-8", "surrogateescape"),
    )
    assert "Traceback" not in outcome.err, outcome.err[-3000:]
    assert "this is a bug" not in outcome.err, outcome.err[-3000:]
    assert outcome.status in (0, 1, 2), outcome
    return outcome


def refused(outcome: Outcome) -> str:
    """The one line of an error."""
    assert outcome.status == 2, outcome
    assert not outcome.out, outcome
    message = outcome.err.strip()
    assert message, outcome
    assert len(message.splitlines()) == 1, outcome
    return message


def shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def assert_fates(corpus: Path, fates: hostile.Fates, report: Any, listing: Any) -> None:
    listed = {essay["path"] for essay in listing["essays"]}
    named = {skipped["path"]: skipped["reason"] for skipped in report["skipped"]}
    wrong = []
    for name, fate in fates.items():
        path = shown(corpus / name)
        met = {
            Fate.INDEXED: path in listed and path not in named,
            Fate.SKIPPED: path in named and path not in listed,
            Fate.EITHER: (path in listed) != (path in named),
            Fate.IGNORED: path not in listed and path not in named,
            Fate.ANY: True,
        }[fate]
        if not met:
            wrong.append(f"{name!a} must be {fate.value}; {named.get(path, path in listed)}")
    assert not wrong, "\n".join(wrong)
    for path, reason in named.items():
        assert reason.strip(), path
        assert reason.isprintable(), reason
        assert "can't be made an essay of" not in reason, "a failure nobody thought of"


@dataclass(frozen=True, slots=True)
class Indexed:
    """The light cases in one index, which lies in the folder it indexes."""

    corpus: Path
    location: Path
    fates: dict[str, hostile.Fates]
    report: Any
    listing: Any


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    corpus = tmp_path_factory.mktemp("hostile") / "corpus"
    fates = hostile.make_all(corpus, hostile.LIGHT, SCALE)
    location = corpus / "index"
    try:
        outcome = essays(location, "index", "--json", corpus, before=without_override)
        assert outcome.status == 0, outcome
        listing = essays(location, "list", "--json")
        yield Indexed(corpus, location, fates, outcome.json, listing.json)
    finally:
        hostile.open_up(corpus)


@pytest.mark.parametrize("case", hostile.LIGHT, ids=lambda case: case.name)
def test_each_awkward_file_is_indexed_or_named_with_a_reason(indexed: Indexed, case: Case) -> None:
    fates = indexed.fates[case.name]
    assert_fates(indexed.corpus / case.name, fates, indexed.report, indexed.listing)


def test_every_essay_of_an_awkward_folder_has_an_id_of_its_own(indexed: Indexed) -> None:
    ids = [essay["id"] for essay in indexed.listing["essays"]]
    assert len(ids) == len(set(ids)) == indexed.report["essays"]
    assert all(essay["title"].strip() for essay in indexed.listing["essays"])
    assert all(essay["title"].isprintable() for essay in indexed.listing["essays"])


def test_an_index_of_awkward_files_is_sound_and_in_step(indexed: Indexed) -> None:
    assert essays(indexed.location, "check").status == 0
    again = essays(indexed.location, "index", "--json", indexed.corpus, before=without_override)
    changed = {key: again.json[key] for key in ("added", "updated", "removed")}
    assert changed == {"added": 0, "updated": 0, "removed": 0}
    assert again.json["skipped"] == indexed.report["skipped"]


def test_an_awkward_folder_is_shown_to_people(indexed: Indexed) -> None:
    for arguments in (["list"], ["status"], ["search", "harbour"], ["search", "-c", "harbour"]):
        outcome = essays(indexed.location, *arguments)
        assert outcome.status == 0
        # No file name or text may steer the terminal, or add a line of its own.
        assert not set(outcome.out) & set(map(chr, [*range(9), *range(11, 32), 127]))


def test_each_awkward_essay_can_be_shown(indexed: Indexed) -> None:
    library = Library.open(str(indexed.location), Settings())
    for essay in indexed.listing["essays"]:
        view = library.show(essay["id"])
        assert len(view.passages) == essay["passages"] > 0
        json.dumps(msgspec.to_builtins(json_shapes.show(view))).encode()
    library.close()


@pytest.mark.slow
@pytest.mark.parametrize("case", hostile.HEAVY, ids=lambda case: case.name)
def test_big_and_deep_files_end_in_time(tmp_path: Path, case: Case) -> None:
    corpus, location = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    fates = case.make(corpus, SCALE)
    outcome = essays(location, "index", "--json", corpus)
    assert outcome.status == 0, outcome
    assert_fates(corpus, fates, outcome.json, essays(location, "list", "--json").json)
    for query in ("harbour", "chapter", '"upon the quay"', "abcdefghij*"):
        assert essays(location, "search", "--json", query).status in (0, 1)


def test_files_that_vanish_meanwhile_do_no_harm(tmp_path: Path) -> None:
    corpus, location = tmp_path / "corpus", tmp_path / "index"
    write_prose(corpus, 200)
    paths = sorted(corpus.iterdir())
    command = [sys.executable, "-m", "indexer", "--index", str(location), "index", str(corpus)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) as process:
        for path in paths[1::2]:
            path.unlink()
            time.sleep(0.004)
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(PATIENCE) == 0
    assert essays(location, "index", "--json", corpus).json["essays"] == 100
    assert essays(location, "check").status == 0


@pytest.fixture(scope="module")
def library(indexed: Indexed) -> Iterator[Library]:
    library = Library.open(str(indexed.location), Settings(search_seconds=5))
    yield library
    library.close()


def assert_answered(library: Library, query: str) -> None:
    """A query ends in time, in results that hold what they say, or in a ``QueryError``."""
    before = time.monotonic()
    result: SearchResult | str
    try:
        result = library.search(query)
    except QueryError as error:
        result = str(error)
    assert time.monotonic() - before < 10
    if isinstance(result, str):
        assert len(result.splitlines()) == 1
        assert len(result) < 500
        return
    assert result.query == query
    assert result.essays >= 0 <= result.passages
    assert (result.matched == "none") == (not result.results)
    for note in result.notes:
        start, end = note.span
        assert 0 <= start <= end <= len(query)
    for essay in result.results:
        for hit in essay.passages:
            parts = [piece.text for piece in hit.snippet if piece.text != "…"]
            assert all(part in hit.text for part in parts)
    json.dumps(msgspec.to_builtins(json_shapes.search(result)))


@pytest.mark.parametrize("part", range(8))
def test_each_awkward_query_ends_in_a_result_or_a_query_error(library: Library, part: int) -> None:
    for query in hostile.AWKWARD_QUERIES[part::8]:
        try:
            assert_answered(library, query)
        except (Exception, AssertionError) as error:
            raise AssertionError(f"query {query[:200]!a} ({len(query)} long)") from error


@given(hostile.awkward_queries())
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_string_is_a_query(library: Library, query: str) -> None:
    assert_answered(library, query)


@pytest.mark.parametrize(
    "query",
    [
        b"harbour \xff\xfe",
        b"\xed\xa0\x80",
        "a" * 100_000,
        "harbour\x1b[31m\n\u202e",
        '"never closed',
        "(" * 10_000,
        "title:",
        "",
    ],
    ids=lambda query: ascii(query[:12]),
)
def test_the_command_line_answers_any_query(indexed: Indexed, query: str | bytes) -> None:
    for options in ((), ("--json",), ("-c",)):
        outcome = essays(indexed.location, "search", *options, "--", query)
        if outcome.status == 2:
            refused(outcome)


# -- Moments: killed while writing ------------------------------------------------------------

_WORDS = (
    "harbour",
    "quay",
    "letter",
    "clerk",
    "morning",
    "news",
    "ship",
    "captain",
    "storm",
    "lantern",
    "rope",
    "tide",
)


def write_prose(folder: Path, count: int, edition: int = 0) -> None:
    """Essays of about 600 words, every one different, and different in each edition."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        chance = random.Random(number * 1_000 + edition)
        paragraphs = (
            " ".join(chance.choices(_WORDS, k=60)).capitalize() + f" in {chance.randrange(9999)}."
            for _ in range(10)
        )
        text = f"Essay {number}\n\n" + "\n\n".join(paragraphs) + "\n"
        (folder / f"essay{number:04}.txt").write_text(text, "utf-8")


# The command, but with a commit after every few essays, so that a kill may hit one.
_WITH_MANY_COMMITS = """
from indexer import cli, sync
sync.sync.__kwdefaults__["commit_every"] = 200
raise SystemExit(cli.main())
"""


def killed_after(seconds: float, location: Path, *arguments: str | Path) -> bool:
    """Starts a command and kills it; whether it was still running."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WITH_MANY_COMMITS, "--index", location, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        # Its workers with it, as when the machine stops.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def contents(location: Path) -> list[Any]:
    listing: list[Any] = essays(location, "list", "--json").json["essays"]
    return listing


@pytest.mark.slow
def test_killed_at_any_moment_an_index_opens_searches_and_finishes(tmp_path: Path) -> None:
    corpus, location, fresh = tmp_path / "corpus", tmp_path / "index", tmp_path / "fresh"
    write_prose(corpus, 150)
    before = time.monotonic()
    assert essays(fresh, "index", corpus).status == 0
    whole = time.monotonic() - before
    chance = random.Random(11)
    killed = 0
    seen = 0
    for attempt in range(12):
        if attempt % 4 == 3:
            write_prose(corpus, 150, edition=attempt)
        killed += killed_after(whole * chance.uniform(0.1, 1.0), location, "index", corpus)
        try:
            with_what_is_there = Library.open(str(location), Settings())
        except NoIndexError:
            assert not seen, "what was there is gone"
            continue
        assert with_what_is_there.check() == []
        found = with_what_is_there.search("harbour", limit=1_000)
        there = with_what_is_there.status().essays
        assert found.essays == there >= seen
        seen = there
        with_what_is_there.close()
    assert killed >= 6
    assert essays(location, "index", corpus).status == 0
    assert essays(location, "check").status == 0
    assert essays(fresh, "index", corpus).status == 0
    assert contents(location) == contents(fresh)


@pytest.mark.slow
def test_killed_while_rebuilding_an_index_is_as_before(tmp_path: Path) -> None:
    corpus, location = tmp_path / "corpus", tmp_path / "index"
    write_prose(corpus, 100)
    before = time.monotonic()
    assert essays(location, "index", corpus).status == 0
    whole = time.monotonic() - before
    listing = contents(location)
    for part in (0.15, 0.4, 0.6, 0.8, 0.9, 1.0):
        killed_after(whole * part, location, "index", "--rebuild", corpus)
        assert contents(location) == listing
        assert essays(location, "check").status == 0
    assert essays(location, "index", "--rebuild", corpus).status == 0
    assert contents(location) == listing
    leftovers = {path.name for path in tmp_path.iterdir()} - {"corpus", "index"}
    assert not leftovers


# -- Disks ------------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    corpus, location = tmp_path / "corpus", tmp_path / "index"
    assert essays(location, "index", SEEDS).status == 0
    write_prose(corpus, 100)
    message = refused(essays(location, "index", corpus, before=files_at_most(20_000)))
    assert str(location) in message
    assert essays(location, "check").status == 0
    assert len(contents(location)) == 2
    assert essays(location, "index", corpus).status == 0
    assert len(contents(location)) == 102


def test_a_full_disk_at_the_first_index_leaves_a_place_to_try_again(tmp_path: Path) -> None:
    location = tmp_path / "index"
    refused(essays(location, "index", SEEDS, before=files_at_most(1_000)))
    assert essays(location, "index", SEEDS).status == 0
    assert len(contents(location)) == 2


def test_output_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    location = tmp_path / "index"
    assert essays(location, "index", SEEDS).status == 0
    command = [sys.executable, "-m", "indexer", "--index", str(location), "list", "--json"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT, timeout=PATIENCE
        )
    assert result.returncode == 2
    assert len(result.stderr.decode().strip().splitlines()) == 1


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    corpus, location = tmp_path / "corpus", tmp_path / "index"
    write_prose(corpus, 100)
    assert essays(location, "index", corpus).status == 0
    command = [sys.executable, "-m", "indexer", "--index", str(location), "show", "essay0001"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(PATIENCE)


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o555)
    message = refused(essays(place / "index", "index", SEEDS, before=without_override))
    assert str(place / "index") in message


def test_an_index_without_write_permission_can_be_searched(tmp_path: Path) -> None:
    location = tmp_path / "index"
    assert essays(location, "index", SEEDS).status == 0
    for path in [location, *location.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for command in (["search", "opposition"], ["list"], ["status"], ["check"]):
            assert essays(location, *command, before=without_override).status == 0, command
        essay = tmp_path / "essay.txt"
        essay.write_text(hostile.PROSE)
        assert str(location) in refused(essays(location, "index", essay, before=without_override))
    finally:
        hostile.open_up(location)


# -- Locations --------------------------------------------------------------------------------

READING = (["search", "harbour"], ["list"], ["status"], ["check"], ["show", "x"])


@pytest.mark.parametrize("command", [*READING, ["index", "seeds"]], ids=lambda c: c[0])
def test_a_location_that_is_no_index_is_said_and_left_alone(
    tmp_path: Path, command: list[str]
) -> None:
    as_file = tmp_path / "file"
    as_file.write_text("my notes")
    as_folder = tmp_path / "folder"
    as_folder.mkdir()
    (as_folder / "notes.txt").write_text("my notes")
    arguments = [str(SEEDS) if argument == "seeds" else argument for argument in command]
    for location in (as_file, as_file / "below", as_folder):
        assert str(location) in refused(essays(location, *arguments))
    assert as_file.read_text() == "my notes"
    assert [path.name for path in as_folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("command", READING, ids=lambda c: c[0])
def test_reading_makes_no_index_where_there_is_none(tmp_path: Path, command: list[str]) -> None:
    message = refused(essays(tmp_path / "nowhere", *command))
    assert str(tmp_path / "nowhere") in message
    assert "essays index" in message
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    message = refused(essays(tmp_path / "index", "index", tmp_path / "typo"))
    assert str(tmp_path / "typo") in message


def test_an_index_of_a_newer_version_is_said_and_left_alone(tmp_path: Path) -> None:
    location = tmp_path / "index"
    assert essays(location, "index", SEEDS).status == 0
    stamp = location / "essays.json"
    newer = json.dumps(json.loads(stamp.read_text()) | {"schema": 999})
    stamp.write_text(newer)
    for command in (*READING, ["index", str(SEEDS)], ["index", "--rebuild", str(SEEDS)]):
        assert "newer version" in refused(essays(location, *command)), command
    assert stamp.read_text() == newer


def test_an_index_of_another_analyser_says_so_and_is_rebuilt(tmp_path: Path) -> None:
    location = tmp_path / "index"
    assert essays(location, "index", SEEDS).status == 0
    stamp = location / "essays.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"analysis": -1}))
    assert "--rebuild" in refused(essays(location, "search", "opposition"))
    assert essays(location, "index", SEEDS).status == 0
    assert essays(location, "search", "opposition").status == 0


# -- Damage -----------------------------------------------------------------------------------


def _damages(size: int, chance: random.Random) -> Iterator[tuple[str, Callable[[bytes], bytes]]]:
    def flip(place: int, bits: int) -> Callable[[bytes], bytes]:
        return lambda data: data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]

    for place in {0, size // 2, size - 1, *(chance.randrange(size) for _ in range(4))}:
        yield f"byte {place} flipped", flip(place, chance.randrange(1, 256))
    yield "emptied", lambda data: b""
    yield "cut in half", lambda data: data[: len(data) // 2]
    yield "cut by a byte", lambda data: data[:-1]
    yield "zeroed", lambda data: bytes(len(data))
    yield "longer", lambda data: data + b"\0"


PROBES = ("opposition movements", '"human rights"', "voluntary OR returns", "dem*", "title:the")


def _answers(location: str) -> list[Any]:
    """What an index says, all in all."""
    library = Library.open(location, Settings())
    try:
        return [
            [essay.id for essay in library.essays()],
            *(
                [(e.essay.id, [(h.id, h.snippet) for h in e.passages]) for e in result.results]
                for result in map(library.search, PROBES)
            ),
        ]
    finally:
        library.close()


def _is_sound(location: str) -> bool:
    library = Library.open(location, Settings())
    try:
        return not library.check()
    finally:
        library.close()


def probe_damage(location: str, name: str) -> list[str]:
    """Damages one file of an index in many ways; what went wrong. Runs in its own process."""
    truth = _answers(location)
    path = Path(location, name)
    whole = path.read_bytes()
    wrong = []
    for what, damage in _damages(len(whole), random.Random(name)):
        # A new file, as what is mapped into memory may not shrink below a reader.
        path.unlink()
        path.write_bytes(damage(whole))
        try:
            if _answers(location) != truth and _is_sound(location):
                wrong.append(f"{what}: other answers, and check finds nothing")
        except EssaysError as error:
            if len(str(error).splitlines()) != 1 or location not in str(error):
                wrong.append(f"{what}: unclear message: {error!a}")
        except BaseException as error:
            wrong.append(f"{what}: {error!r:.300}")
    path.unlink()
    path.write_bytes(whole)
    if _answers(location) != truth:
        wrong.append("whole again, but other answers")
    return wrong


@pytest.mark.slow
def test_a_damaged_file_is_noticed_or_does_no_harm(tmp_path: Path) -> None:
    location = tmp_path / "index"
    assert essays(location, "index", SEEDS).status == 0
    names = [str(p.relative_to(location)) for p in sorted(location.rglob("*")) if p.is_file()]
    wrong = []
    for name in names:
        if not (location / name).stat().st_size:
            continue
        script = (
            "import json, sys; from tests.test_hostile import probe_damage;"
            "print(json.dumps(probe_damage(*sys.argv[1:])))"
        )
        result = subprocess.run(
            [sys.executable, "-c", script, location, name],
            capture_output=True,
            cwd=ROOT,
            timeout=PATIENCE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)),
        )
        if result.returncode:
            wrong.append(f"{name}: ended with {result.returncode}: {result.stderr[-500:]!r}")
        else:
            wrong += [f"{name}: {what}" for what in json.loads(result.stdout)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_a_missing_file_is_noticed_by_every_command(tmp_path: Path) -> None:
    sound, location = tmp_path / "sound", tmp_path / "index"
    assert essays(sound, "index", SEEDS).status == 0
    for path in sorted(sound.rglob("*")):
        if not path.is_file() or not path.stat().st_size:
            continue
        shutil.rmtree(location, ignore_errors=True)
        shutil.copytree(sound, location)
        (location / path.relative_to(sound)).unlink()
        for command in (["search", "opposition"], ["check"], ["status"]):
            outcome = essays(location, *command)
            if outcome.status == 2:
                assert str(location) in outcome.err
        # A rebuild mends anything.
        assert essays(location, "index", "--rebuild", SEEDS).status == 0, path
        assert len(contents(location)) == 2
