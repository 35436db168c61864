"""Text on its way to a terminal is harmless, wrapped to its width, and painted only if wished."""

from __future__ import annotations

import io
import os
import re
import unicodedata
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import terminal
from indexer.config import Color
from indexer.terminal import (
    Look,
    Progress,
    Run,
    columns,
    fold,
    link,
    look_of,
    paint,
    paragraph,
    safe,
    safe_lines,
    shorten,
)
from tests.stand import Screen


def text_of(line: list[Run]) -> str:
    return "".join(run.text for run in line)


def folded(text: str, width: int) -> list[str]:
    return [text_of(line) for line in fold([Run(text)], width)]


# What may reach a terminal


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\x9b31m",
        "\x07",
        "a\rb",
        "a\bb",
        "\x00",
        "\x7f",
        "\u202egnp.exe",
        "\u2066\u2069",
        "\ud800",
    ],
)
def test_what_a_terminal_would_obey_becomes_a_visible_sign(hostile: str) -> None:
    shown = safe(hostile)
    assert "\ufffd" in shown
    for character in shown:
        assert unicodedata.category(character) not in ("Cc", "Cs")
    assert safe_lines(hostile) == shown


def test_line_ends_and_tabs_become_spaces_on_one_line() -> None:
    assert safe("a\nb\tc\u2028d\u2029e") == "a b c d e"


def test_line_ends_stay_where_lines_are_wanted() -> None:
    assert safe_lines("a\nb\tc\u2028d") == "a\nb c\nd"


def test_soft_hyphens_are_not_shown() -> None:
    assert safe("demo\xadcracy") == "democracy"


@pytest.mark.parametrize(
    "text", ["plain", "naïve – “so”", "全文检索", "e\u0301", "👩\u200d🎓", "שלום\u200f"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert safe(text) == text


@given(st.text())
def test_no_text_brings_a_control_character_through(text: str) -> None:
    shown = safe(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", shown)


# Wrapping


def test_words_wrap_at_spaces() -> None:
    assert folded("the quick brown fox", 10) == ["the quick", "brown fox"]


def test_a_line_that_fits_to_the_letter_is_not_broken() -> None:
    assert folded("abcd efgh", 9) == ["abcd efgh"]
    assert folded("abcd efgh", 8) == ["abcd", "efgh"]


def test_a_word_longer_than_the_line_is_cut() -> None:
    assert folded("abcdefghij kl", 4) == ["abcd", "efgh", "ij", "kl"]


def test_accented_text_wraps_as_plain_text_does() -> None:
    assert folded("thé quïck brôwn fox", 10) == ["thé quïck", "brôwn fox"]


def test_line_ends_in_the_text_break_and_indents_stay() -> None:
    assert folded("a\n  b\n\nc", 10) == ["a", "  b", "", "c"]


def test_spaces_at_a_break_are_not_shown() -> None:
    assert folded("aaaa     bbbb     ", 6) == ["aaaa", "bbbb"]


def test_a_deep_indent_is_no_place_to_break() -> None:
    assert folded("      abcdef", 8) == ["      ab", "cdef"]
    assert folded("      äbcdef", 8) == ["      äb", "cdef"]


def test_wide_characters_take_two_columns_and_part_anywhere() -> None:
    assert folded("全文检索系统", 5) == ["全文", "检索", "系统"]


def test_no_line_of_chinese_begins_with_closing_punctuation() -> None:
    assert folded("全文，检索", 4) == ["全", "文，", "检索"]
    assert folded("全文（检索）", 6) == ["全文", "（检", "索）"]


def test_a_letter_keeps_its_marks_at_the_end_of_a_line() -> None:
    assert folded("e\u0301" * 6, 4) == ["e\u0301" * 4, "e\u0301" * 2]


def test_no_break_spaces_hold() -> None:
    assert folded("one 10\xa0km", 7) == ["one", "10\xa0km"]


def test_styles_follow_their_text_over_line_breaks() -> None:
    lines = list(fold([Run("one "), Run("two three", "match"), Run(" four")], 8))
    assert lines == [
        [Run("one "), Run("two", "match")],
        [Run("three", "match")],
        [Run("four")],
    ]


def test_nothing_folds_to_one_empty_line() -> None:
    assert list(fold([], 10)) == [[]]


@given(st.lists(st.text(), max_size=5), st.integers(2, 30))
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(parts: list[str], width: int) -> None:
    lines = list(fold([Run(part) for part in parts], width))
    assert all(columns(text_of(line)) <= width for line in lines)
    kept = "".join(map(text_of, lines))
    whole = "".join(safe_lines(part) for part in parts)
    assert re.sub(r"[ \n]", "", kept) == re.sub(r"[ \n]", "", whole)


@pytest.mark.parametrize(
    "text",
    ["a" * 300_000, "é" * 300_000, " " * 300_000, "\n" * 300_000, "e" + "\u0301" * 300_000,
     "a " * 150_000, "全" * 300_000],
    ids=["ascii", "accents", "spaces", "lines", "marks", "words", "wide"],
)  # fmt: skip
def test_a_very_long_text_folds_without_losing_a_letter(text: str) -> None:
    kept = "".join(map(text_of, fold([Run(text)], 80)))
    assert kept.replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_cut_is_marked() -> None:
    assert shorten("a long title", 8) == "a long…"
    assert shorten("short", 8) == "short"
    assert shorten("全文检索", 6) == "全文…"


# Paint


def test_without_colour_there_is_nothing_but_text() -> None:
    assert paint([Run("a", "match"), Run("b", "title")], Look()) == "ab"


def test_every_styled_run_ends_its_own_colours() -> None:
    line = paint([Run("a"), Run("b", "match"), Run("", "title")], Look(color=True))
    assert line == "a\x1b[1;31mb\x1b[0m"


def test_a_paragraph_is_indented_and_has_its_margin_once() -> None:
    lines = paragraph([Run("one two three")], Look(width=12), indent="    ", margin=Run("p-1"))
    assert list(lines) == ["p-1 one two", "    three"]


@given(st.lists(st.text(), max_size=4), st.integers(2, 30))
def test_a_paragraph_without_colour_has_the_lines_that_it_folds_to(
    parts: list[str], width: int
) -> None:
    runs = [Run(part) for part in parts]
    folded = [f" {text_of(line)}".rstrip(" ") for line in fold(runs, width - 1)]
    assert list(paragraph(runs, Look(width=width), indent=" ")) == folded


def test_empty_lines_of_a_paragraph_carry_no_indent() -> None:
    assert list(paragraph([Run("a\n\nb")], Look(), indent="  ")) == ["  a", "", "  b"]


def test_a_link_names_the_file_and_is_left_out_where_none_are_shown() -> None:
    assert link("title", "/e/a b.txt", Look()) == "title"
    linked = link("title", "/e/a b\udcff?#.txt", Look(color=True, links=True))
    assert re.fullmatch(
        r"\x1b\]8;;file://[\w.-]*/e/a%20b%FF%3F%23\.txt\x1b\\title\x1b\]8;;\x1b\\", linked
    )


def test_a_link_is_whole_where_the_machine_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "uname", raising=False)
    assert link("t", "/a", Look(links=True)) == "\x1b]8;;file:///a\x1b\\t\x1b]8;;\x1b\\"


# What the stream can show


@pytest.mark.parametrize(
    ("stream", "color", "environ", "expected"),
    [
        (Screen(), "auto", {}, True),
        (Screen(), "auto", {"NO_COLOR": "1"}, False),
        (Screen(), "auto", {"NO_COLOR": ""}, True),
        (Screen(), "auto", {"TERM": "dumb"}, False),
        (Screen(), "always", {"NO_COLOR": "1"}, True),
        (Screen(), "never", {}, False),
        (io.StringIO(), "auto", {}, False),
        (io.StringIO(), "always", {}, True),
    ],
)
def test_colour_goes_to_terminals_unless_something_speaks_against_it(
    stream: TextIO, color: Color, environ: dict[str, str], expected: bool
) -> None:
    assert look_of(stream, color, environ).color is expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"VTE_VERSION": "7003"}, True),
        ({"VTE_VERSION": "4900"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"WT_SESSION": "x"}, True),
        ({"VTE_VERSION": "7003", "TMUX": "x"}, False),
        ({"VTE_VERSION": "7003", "STY": "x"}, False),
        ({"VTE_VERSION": "7003", "NO_HYPERLINK": "1"}, False),
        ({"VTE_VERSION": "7003", "NO_COLOR": "1"}, False),
        ({"VTE_VERSION": "7003", "TERM": "dumb"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"VTE_VERSION": "7003", "FORCE_HYPERLINK": "0"}, False),
    ],
)
def test_links_go_to_terminals_that_have_them(environ: dict[str, str], expected: bool) -> None:
    assert look_of(Screen(), "auto", environ).links is expected


def test_links_go_through_a_pager_only_by_force() -> None:
    assert not look_of(io.StringIO(), "always", {"VTE_VERSION": "7003"}).links
    assert look_of(io.StringIO(), "always", {"FORCE_HYPERLINK": "1"}).links


@pytest.mark.parametrize(
    ("given_columns", "expected"),
    [("72", 72), ("10", 40), ("500", 100), ("-1", 80), ("wide", 80), ("", 80)],
)
def test_the_width_is_the_terminals_within_reason(given_columns: str, expected: int) -> None:
    assert look_of(Screen(), "auto", {"COLUMNS": given_columns}).width == expected


def test_the_width_is_asked_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Real(Screen):
        def fileno(self) -> int:
            return 1

    monkeypatch.setattr(os, "get_terminal_size", lambda fd: os.terminal_size((66, 20)))
    assert look_of(Real(), "auto", {}).width == 66


def test_a_pipe_has_eighty_columns() -> None:
    look = look_of(io.StringIO(), "auto", {"COLUMNS": "40"})
    assert look.width == 80
    assert not look.aligned


def test_a_closed_stream_is_no_terminal() -> None:
    closed = io.StringIO()
    closed.close()
    assert not terminal.is_terminal(closed)
    assert not terminal.is_terminal(None)


# Progress


def test_a_bar_is_drawn_on_a_terminal_and_taken_away() -> None:
    screen = Screen()
    progress = Progress(screen, {"COLUMNS": "60"})
    progress("reading", 500, 1000)
    drawn = screen.getvalue()
    progress.close()
    assert "reading [" in drawn
    assert " 50% 500/1,000" in drawn
    assert columns(drawn.removeprefix("\r\x1b[K")) < 60
    assert screen.getvalue().endswith("\r\x1b[K")
    progress.close()
    assert screen.getvalue().count("\r") == 2


def test_a_bar_is_redrawn_a_few_times_a_second_and_at_the_end() -> None:
    screen = Screen()
    progress = Progress(screen, {})
    for done in range(1001):
        progress("reading", done, 1000)
    assert screen.getvalue().count("\r") < 20
    assert "1,000/1,000" in screen.getvalue()


def test_an_unknown_total_shows_a_count() -> None:
    screen = Screen()
    Progress(screen, {})("looking", 1234, 0)
    assert screen.getvalue().endswith("looking 1,234")


def test_more_done_than_there_is_stays_at_the_end_of_the_bar() -> None:
    screen = Screen()
    Progress(screen, {})("reading", 12, 10)
    assert "100% 12/10" in screen.getvalue()


def test_a_long_stage_leaves_the_bar_out() -> None:
    screen = Screen()
    Progress(screen, {"COLUMNS": "40"})("x" * 50 + "\x1b", 1, 2)
    assert columns(screen.getvalue().removeprefix("\r\x1b[K")) < 40
    assert "[#" not in screen.getvalue()


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}])
def test_no_bar_where_nobody_looks_or_lines_cannot_be_redrawn(environ: dict[str, str]) -> None:
    stream: io.StringIO = Screen() if environ else io.StringIO()
    progress = Progress(stream, environ)
    progress("reading", 1, 2)
    progress.close()
    assert stream.getvalue() == ""
    Progress(None, {})("reading", 1, 2)
