"""The command line: what goes where, with which status.

The library behind it is a stand-in here; what it does itself is tested where it lives.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexer import cli, errors, searching, watching
from indexer.model import Skipped, Suggestion
from tests.essays import a_note, a_report, a_result, a_view, an_essay, an_essay_hit, nothing
from tests.stand import Essays, Screen, Stand, command, standing_in

COMMANDS = ["index", "search", "suggest", "show", "list", "status", "check", "completion"]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stand:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return standing_in(monkeypatch)


@pytest.fixture
def essays(library: Stand, capsys: pytest.CaptureFixture[str]) -> Essays:
    return command(capsys)


# Search


def test_results_go_to_standard_output_and_the_rest_to_standard_error(
    essays: Essays, library: Stand
) -> None:
    ran = essays("search", "silencing")
    assert ran.status == 0
    assert ran.out.startswith("On Liberty\n")
    assert ran.err == "1 essay, 1 passage · 4 ms\n"
    assert library.opened == [(".essays", False)]


def test_a_query_may_be_one_argument_or_several(essays: Essays, library: Stand) -> None:
    essays("search", "tibet", "protest")
    essays("search", "tibet protest")
    essays("search", "tibet", '"human rights"~5')
    assert [asked[0] for asked in library.asked] == [
        "tibet protest",
        "tibet protest",
        'tibet "human rights"~5',
    ]


def test_after_two_dashes_everything_is_the_query(essays: Essays, library: Stand) -> None:
    essays("search", "-n", "5", "--", "tibet", "-china", "--json", "--debug")
    assert library.asked[0][0] == "tibet -china --json --debug"
    assert library.asked[0][1]["limit"] == 5


def test_a_dash_without_them_says_where_they_go(essays: Essays) -> None:
    assert "essays search -- tibet -china" in essays("search", "tibet", "-xyz").refused()


def test_how_much_and_in_which_order_is_passed_on(essays: Essays, library: Stand) -> None:
    essays("search", "a")
    essays("search", "-n7", "--offset", "20", "--passages=1", "--sort", "date", "a")
    assert library.asked[0][1] == {"limit": 10, "offset": 0, "passages": 3, "sort": "relevance"}
    assert library.asked[1][1] == {"limit": 7, "offset": 20, "passages": 1, "sort": "date"}


def test_nothing_found_is_one(essays: Essays, library: Stand) -> None:
    library.result = nothing(did_you_mean="silence", notes=(a_note("odd"),))
    ran = essays("search", "silense")
    assert (ran.status, ran.out) == (1, "")
    assert "did you mean: silence\n" in ran.err
    assert "note: odd\n" in ran.err


def test_a_page_past_the_end_is_nothing_found(essays: Essays, library: Stand) -> None:
    library.result = a_result(offset=50, results=())
    assert essays("search", "--offset", "50", "a").status == 1


def test_paths_alone_are_all_of_them_each_once(essays: Essays, library: Stand) -> None:
    library.result = a_result(results=(an_essay_hit(), an_essay_hit()))
    ran = essays("search", "-l", "a")
    assert ran.out == "/essays/politics/on liberty.txt\n"
    assert library.asked[0][1]["limit"] == searching.EVERYTHING
    assert library.asked[0][1]["passages"] == 0
    essays("search", "-l", "-n", "3", "a")
    assert library.asked[1][1]["limit"] == 3


def test_a_path_that_is_no_text_reaches_a_program_to_the_byte(
    library: Stand, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(name)).touch()
    shown = name.decode("utf-8", "backslashreplace")
    library.result = a_result(results=(an_essay_hit(essay=an_essay(path=shown)),))
    assert cli.main(["search", "-l", "a"]) == 0
    assert capfdbinary.readouterr().out == name + b"\n"


def test_counts_alone_ask_for_no_results(essays: Essays, library: Stand) -> None:
    library.result = a_result(results=(), essays=3, passages=7)
    ran = essays("search", "-c", "a")
    assert (ran.status, ran.out, ran.err) == (0, "essays 3\npassages 7\npartial 0\n", "")
    assert library.asked[0][1]["limit"] == 0


def test_counts_of_nothing_are_one(essays: Essays, library: Stand) -> None:
    library.result = nothing()
    ran = essays("search", "-c", "a")
    assert (ran.status, ran.out) == (1, "essays 0\npassages 0\npartial 0\n")


@pytest.mark.parametrize("both", [("-l", "-c"), ("-l", "--json"), ("-c", "--json")])
def test_ways_to_print_exclude_each_other(essays: Essays, both: tuple[str, str]) -> None:
    assert "exclude each other" in essays("search", *both, "a").refused()


def test_bytes_that_are_no_text_become_signs_of_it(essays: Essays, library: Stand) -> None:
    essays("search", "caf\udce9", "\ud83d\ude00")
    assert library.asked[0][0] == "caf\ufffd \N{GRINNING FACE}"


def test_an_empty_query_is_for_the_library_to_judge(essays: Essays, library: Stand) -> None:
    library.result = nothing()
    assert essays("search", "").status == 1
    assert library.asked[0][0] == ""


# Suggest


def test_a_program_gets_a_suggestion_a_line(essays: Essays, library: Stand) -> None:
    ran = essays("suggest", "human", "")
    assert (ran.status, ran.out, ran.err) == (0, "human rights\nHuman Nature\n", "")
    assert library.asked == [("human ", 8)]


def test_a_person_sees_what_a_suggestion_is(
    library: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    library.suggestions = (Suggestion("a\x1b[2Jb", "word"),)
    assert cli.main(["suggest", "--color", "always", "a"]) == 0
    assert screen.getvalue() == "a\ufffd[2Jb\x1b[2m  word\x1b[0m\n"


def test_so_many_suggestions_and_no_more(essays: Essays, library: Stand) -> None:
    assert essays("suggest", "-n", "1", "hum").out == "human rights\n"
    assert "must be a whole number" in essays("suggest", "-n", "-1", "hum").refused()


def test_no_suggestion_is_one(essays: Essays, library: Stand) -> None:
    library.suggestions = ()
    ran = essays("suggest", "xyzzy")
    assert (ran.status, ran.out, ran.err) == (1, "", "")
    ran = essays("suggest", "--json", "xyzzy")
    assert ran.status == 1
    assert json.loads(ran.out) == {"prefix": "xyzzy", "suggestions": []}


def test_what_is_no_text_is_for_the_library_to_judge(essays: Essays, library: Stand) -> None:
    for given, passed in (("", ""), ("   ", "   "), ("caf\udce9", "caf\ufffd")):
        essays("suggest", given)
        assert library.asked[-1] == (passed, 8)


# JSON


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["search", "a"], "results"),
        (["suggest", "a"], "suggestions"),
        (["show", "x"], "passages"),
        (["list"], "essays"),
        (["status"], "engine"),
        (["check"], "healthy"),
        (["index", "."], "added"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_json_is_one_document_before_or_after_the_command(
    essays: Essays, arguments: list[str], key: str, before: bool
) -> None:
    ran = essays(*(["--json", *arguments] if before else [*arguments, "--json"]))
    assert ran.status == 0
    assert ran.out.count("\n") == 1
    assert key in json.loads(ran.out)


def test_json_keeps_its_status(essays: Essays, library: Stand) -> None:
    library.result = nothing()
    ran = essays("search", "--json", "a")
    assert (ran.status, ran.err) == (1, "")
    assert json.loads(ran.out)["matched"] == "none"


# Options that go with every command


@pytest.mark.parametrize(
    "arguments",
    [
        ["--index", "elsewhere", "status"],
        ["status", "--index", "elsewhere"],
        ["--index", "first", "status", "--index=elsewhere"],
    ],
)
def test_the_index_may_be_named_before_or_after_the_command(
    essays: Essays, library: Stand, arguments: list[str]
) -> None:
    assert essays(*arguments).status == 0
    assert library.opened == [("elsewhere", False)]


def test_the_index_may_be_named_by_the_environment(
    essays: Essays, library: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_INDEX", "from-environment")
    essays("list")
    essays("list", "--index", "flag")
    assert [where for where, _ in library.opened] == ["from-environment", "flag"]


def test_colour_is_as_wished(essays: Essays) -> None:
    assert "\x1b[" not in essays("search", "a").out
    assert "\x1b[1;31m" in essays("search", "--color", "always", "a").out
    assert "\x1b[1;31m" in essays("--color=always", "search", "a").out
    assert "\x1b[" not in essays("--color=always", "search", "a", "--color=never").out


def test_an_empty_location_is_refused(essays: Essays) -> None:
    assert essays("list", "--index", "").refused().startswith("--index: must be a folder")


def test_a_wrong_setting_is_one_line(essays: Essays, tmp_path: Path) -> None:
    (tmp_path / "essays.toml").write_text("[search]\nseconds = 'x'")
    assert essays("list").refused().startswith("essays.toml: search.seconds: must be ")


# Index


def test_index_says_how_many_of_each_and_names_what_it_could_not_read(
    essays: Essays, library: Stand
) -> None:
    library.reports = [
        a_report(
            skipped=(Skipped(path="b\x1bc.txt", reason="binary"),), notes=(("a.txt", "guessed"),)
        )
    ]
    ran = essays("index", "a", "b")
    assert ran.status == 0
    assert ran.out == (
        "added 2, updated 0, unchanged 0, removed 0, skipped 1\n"
        "2 essays, 57 passages in .essays, 0.8 s\n"
    )
    assert ran.err == "note: a.txt: guessed\nskipped: b\ufffdc.txt: binary\n"
    assert library.opened == [(".essays", True)]
    assert library.asked[0][0] == [Path("a"), Path("b")]


def test_what_shapes_the_index_is_passed_on(essays: Essays, library: Stand) -> None:
    essays("index", "--rebuild", "--jobs", "3", "--language", "de-AT", ".")
    assert library.asked[0][1] == {"rebuild": True, "jobs": 3, "language": "de"}


def test_strict_makes_an_unreadable_file_an_error(essays: Essays, library: Stand) -> None:
    library.reports = [a_report(skipped=(Skipped(path="b", reason="binary"),))] * 2
    assert essays("index", ".").status == 0
    assert essays("index", "--strict", ".").status == 2


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "9" * 5000])
def test_jobs_must_be_a_number_of_processes(essays: Essays, jobs: str) -> None:
    assert "must be a whole number from" in essays("index", "--jobs", jobs, ".").refused()


def test_an_empty_path_is_not_the_working_folder(essays: Essays, library: Stand) -> None:
    assert essays("index", "").refused() == "PATH is empty; see essays index --help"
    assert library.opened == []


def test_a_path_that_is_not_there_makes_no_index(essays: Essays, library: Stand) -> None:
    assert essays("index", "a", "gone").refused().endswith("gone: no such file or folder")
    assert library.opened == []


def test_a_bar_is_drawn_while_indexing_on_a_terminal(
    library: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    library.failure = errors.BusyError("busy")
    assert cli.main(["index", "."]) == 2
    assert "reading [" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[Kessays: busy\n")


# Watch


class Watch:
    """A watch that sees so many changes, then Ctrl-C."""

    def __init__(self) -> None:
        self.seen = 1
        self.begun: tuple[list[Path], list[Path]] | None = None

    def changes(self, paths: Sequence[Path], *, exclude: Sequence[Path]) -> Iterator[None]:
        self.begun = list(paths), list(exclude)
        for _ in range(1 + self.seen):
            yield
        raise KeyboardInterrupt


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(watching, "changes", watch.changes)
    return watch


def test_watch_indexes_again_after_a_change_until_ctrl_c(
    essays: Essays, library: Stand, watch: Watch
) -> None:
    unchanged = a_report(added=0, unchanged=2)
    library.reports = [a_report(), unchanged, a_report(added=0, updated=1, unchanged=1)]
    watch.seen = 2
    ran = essays("index", "--watch", ".")
    assert ran.status == 0
    assert len(library.asked) == 3
    assert [line for line in ran.out.splitlines() if line.startswith("added")] == [
        "added 2, updated 0, unchanged 0, removed 0",
        "added 0, updated 1, unchanged 1, removed 0",
    ]
    assert ran.err == "watching for changes; Ctrl-C ends it\n"


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="the system knows no niceness")
@pytest.mark.parametrize(("before", "after"), [(0, 5), (4, 5), (10, 10)])
def test_a_watch_gives_way_to_other_programs_and_nothing_else_does(
    essays: Essays, watch: Watch, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(os, "getpriority", lambda which, who: before)
    monkeypatch.setattr(os, "setpriority", lambda which, who, niceness: chosen.append(niceness))
    essays("index", ".")
    assert chosen == []
    essays("index", "--watch", ".")
    assert chosen == [after]


def test_a_watch_begins_where_the_system_knows_no_niceness(
    essays: Essays, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "setpriority", raising=False)
    assert essays("index", "--watch", ".").status == 0


def test_the_index_itself_is_not_watched(essays: Essays, watch: Watch) -> None:
    essays("index", "--watch", "--index", "idx", "a", "b")
    assert watch.begun == ([Path("a"), Path("b")], [Path("idx")])


def test_only_the_first_run_of_a_watch_rebuilds(
    essays: Essays, library: Stand, watch: Watch
) -> None:
    essays("index", "--watch", "--rebuild", ".")
    assert [asked[1]["rebuild"] for asked in library.asked] == [True, False]


def test_a_watch_waits_for_another_writer_and_for_a_file_to_come_back(
    essays: Essays, library: Stand, watch: Watch
) -> None:
    library.reports = [
        a_report(),
        errors.BusyError("busy"),
        a_report(added=1),
        errors.ReadError("a.txt: gone"),
    ]
    watch.seen = 2
    ran = essays("index", "--watch", ".")
    assert ran.status == 0
    assert "busy; trying again\n" in ran.err
    assert "a.txt: gone; trying again\n" in ran.err
    assert "added 1, " in ran.out


def test_a_strict_watch_ends_at_the_first_unreadable_file(
    essays: Essays, library: Stand, watch: Watch
) -> None:
    bad = a_report(skipped=(Skipped(path="b", reason="binary"),))
    library.reports = [a_report(), bad]
    assert essays("index", "--watch", "--strict", ".").status == 2
    library.reports = [bad]
    library.asked.clear()
    assert essays("index", "--watch", "--strict", ".").status == 2
    assert len(library.asked) == 1


def test_ctrl_c_while_indexing_is_an_interruption(
    essays: Essays, library: Stand, watch: Watch
) -> None:
    library.reports = [a_report(), KeyboardInterrupt()]
    assert essays("index", "--watch", ".").status == 130


def test_watch_names_the_extra_that_it_needs(
    essays: Essays, library: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert "pip install watchfiles" in essays("index", "--watch", ".").refused()
    assert library.opened == []


def test_watch_prints_no_json(essays: Essays) -> None:
    assert "exclude each other" in essays("index", "--watch", "--json", ".").refused()


# Show, list, status, check


def test_an_essay_is_shown_as_its_outline_or_not_at_all(essays: Essays, library: Stand) -> None:
    assert "p-00000001  The object" in essays("show", "politics/on_liberty").out
    assert library.asked == [("politics/on_liberty",)]
    assert essays("show", "x", "--outline").out.startswith("Of Thought  #p-00000002\n")
    library.view = a_view(outline=())
    ran = essays("show", "x", "--outline")
    assert (ran.status, ran.out, ran.err) == (0, "", "no headings\n")


def test_the_list_can_be_cut(essays: Essays) -> None:
    assert [line.split("\t")[0] for line in essays("list").out.splitlines()] == [
        "politics/on_liberty",
        "other",
    ]


def test_the_status_is_printed(essays: Essays) -> None:
    assert "essays     1,234\n" in essays("status").out


def test_a_whole_index_is_said_to_be_so(essays: Essays) -> None:
    ran = essays("check")
    assert (ran.status, ran.out, ran.err) == (0, "", ".essays: the index is whole\n")


@pytest.mark.parametrize(("problems", "places"), [(["a"], "one place"), (["a", "b"], "2 places")])
def test_a_damaged_index_is_two(
    essays: Essays, library: Stand, problems: list[str], places: str
) -> None:
    library.problems = problems
    ran = essays("check")
    assert ran.out == "".join(f"{problem}\n" for problem in problems)
    assert ran.refused().startswith(f".essays: damaged in {places}; essays index --rebuild")
    assert json.loads(essays("check", "--json").out) == {"healthy": False, "problems": problems}


# Help


def test_without_a_command_there_is_help(essays: Essays) -> None:
    ran = essays()
    assert ran.status == 0
    assert ran.out == essays("--help").out
    for first in ("essays index", "essays search", "essays show"):
        assert first in ran.out


def test_commands_come_in_the_order_they_are_needed_in(essays: Essays) -> None:
    listed = essays("--help").out.partition("Commands:")[2]
    assert sorted(COMMANDS, key=listed.index) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_example_within_eighty_columns(
    essays: Essays, command: str
) -> None:
    ran = essays(command, "--help")
    assert ran.status == 0
    examples = ran.out.partition("Examples:\n")[2]
    assert examples.count("essays ") >= 3
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_the_version_is_printed_with_or_without_an_installation(
    essays: Essays, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import metadata

    monkeypatch.setattr(metadata, "version", lambda name: {"essay-search": "1.2.3"}[name])
    assert essays("--version").out == "essays 1.2.3\n"

    def unknown(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", unknown)
    assert essays("--version").out == "essays (not installed)\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(essays: Essays, shell: str) -> None:
    ran = essays("completion", shell)
    assert ran.status == 0
    assert "_ESSAYS_COMPLETE" in ran.out


def test_completion_knows_commands_and_essays(
    library: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def completed(words: str, number: int) -> list[str]:
        monkeypatch.setenv("_ESSAYS_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(number))
        with pytest.raises(SystemExit):
            cli.main([])
        return [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()]

    assert completed("essays s", 1) == ["search", "suggest", "show", "status", "serve"]
    assert completed("essays show pol", 2) == ["politics/on_liberty"]
    assert completed("essays --index elsewhere show pol", 4) == ["politics/on_liberty"]
    assert library.opened[-1] == ("elsewhere", False)
    library.failure = errors.NoIndexError("none")
    assert completed("essays show pol", 2) == [""]


def test_a_shell_that_click_does_not_know_is_one_line(
    essays: Essays, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click.shell_completion

    assert "'tcsh'" in essays("completion", "tcsh").refused()
    monkeypatch.setattr(click.shell_completion, "get_completion_class", lambda shell: None)
    assert essays("completion", "fish").refused().startswith("no completion for fish")
