"""What people read in a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import rendering
from indexer.model import Matched, Piece, Skipped
from indexer.terminal import Look, columns
from tests.essays import (
    a_hit,
    a_note,
    a_passage,
    a_report,
    a_result,
    a_status,
    a_view,
    an_essay,
    an_essay_hit,
    nothing,
)

PLAIN = Look()
COLORED = Look(color=True)


def test_an_essay_is_shown_with_its_passages_under_their_headings() -> None:
    assert list(rendering.search_page(a_result(), PLAIN)) == [
        "On Liberty",
        "John Stuart Mill, Harriet Taylor · 1859-02 · politics/on_liberty",
        "",
        "  Of Thought › Of Discussion · ¶ 12 of 40 · #p-3f9a2c1b",
        "    The peculiar evil of silencing…",
    ]


def test_what_matched_lights_up_in_title_heading_and_text() -> None:
    page = "\n".join(rendering.search_page(a_result(), COLORED))
    for word in ("Liberty", "Discussion", "silencing"):
        assert f"\x1b[1;31m{word}\x1b[0m" in page
    assert "\x1b[1mOn \x1b[0m" in page


def test_missing_words_and_further_passages_are_said() -> None:
    found = an_essay_hit(passages=(a_hit(missing=("tibet", "protest")),), more=3)
    page = list(rendering.search_page(a_result(results=(found,)), PLAIN))
    assert "    missing: tibet, protest" in page
    assert page[-1] == "  + 3 more passages in this essay"


def test_one_further_passage_is_one() -> None:
    page = list(rendering.search_page(a_result(results=(an_essay_hit(more=1),)), PLAIN))
    assert page[-1] == "  + 1 more passage in this essay"


def test_a_passage_without_headings_has_its_place_alone() -> None:
    found = an_essay_hit(passages=(a_hit(headings=(), heading_pieces=()),))
    page = list(rendering.search_page(a_result(results=(found,)), PLAIN))
    assert page[3] == "  ¶ 12 of 40 · #p-3f9a2c1b"


def test_a_place_that_does_not_fit_beside_the_headings_stands_below_them() -> None:
    found = an_essay_hit(passages=(a_hit(heading_pieces=((Piece("Heading " * 7),),)),))
    page = list(rendering.search_page(a_result(results=(found,)), PLAIN))
    assert page[3:5] == ["  " + ("Heading " * 7).strip(), "  ¶ 12 of 40 · #p-3f9a2c1b"]


def test_an_essay_by_nobody_at_no_time_has_its_id_alone() -> None:
    found = an_essay_hit(essay=an_essay(authors=(), date=None))
    assert list(rendering.search_page(a_result(results=(found,)), PLAIN))[1] == (
        "politics/on_liberty"
    )


def test_essays_have_a_line_between_them() -> None:
    page = list(rendering.search_page(a_result(results=(an_essay_hit(), an_essay_hit())), PLAIN))
    assert page.count("On Liberty") == 2
    assert page[5] == ""


def test_verse_keeps_its_lines_in_a_snippet() -> None:
    found = an_essay_hit(passages=(a_hit(snippet=(Piece("one\n\n"), Piece("two", True))),))
    page = list(rendering.search_page(a_result(results=(found,)), PLAIN))
    assert page[-2:] == ["    one", "    two"]


def test_the_title_links_to_the_file_where_links_are_shown() -> None:
    page = list(rendering.search_page(a_result(), Look(links=True)))
    assert re.match(r"\x1b]8;;file://[^/]*/essays/politics/on%20liberty.txt\x1b\\", page[0])


HOSTILE = st.text(st.sampled_from("a \x1b[]0;\x07\x9b\n\r\t\u202e全\ud800e\u0301"), max_size=60)


@given(HOSTILE, st.integers(40, 100))
def test_no_text_of_an_essay_reaches_the_terminal_as_a_command(text: str, width: int) -> None:
    essay = an_essay(title=text, authors=(text,), date=text, id=text, path=text, language=text)
    piece = Piece(text, True)
    hit = a_hit(id=text, anchor=text, snippet=(piece,), missing=(text,), heading_pieces=((piece,),))
    found = an_essay_hit(essay=essay, passages=(hit,), title_pieces=(piece,))
    result = a_result(results=(found,), notes=(a_note(text),), understood=text, did_you_mean=text)
    passages = tuple(
        a_passage(anchor=text, headings=(text,), text=text, kind=kind)
        for kind in ("paragraph", "code")
    )
    view = a_view(essay=essay, passages=passages)
    look = Look(width=width)
    lines = [
        *rendering.search_page(result, look),
        *rendering.totals(result),
        *rendering.essay_text(view, look),
        *rendering.outline(view, look),
        *rendering.essay_table([essay], look),
        *rendering.essay_table([essay], Look(width=width, aligned=True)),
        *rendering.status_lines(a_status(location=text, languages={text: 1})),
        *rendering.report_lines(a_report(), text),
    ]
    for line in lines:
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202e\ud800]", line)


@given(st.text(st.sampled_from("ab 全é"), max_size=300), st.integers(40, 100))
def test_no_line_of_a_page_is_wider_than_the_terminal(text: str, width: int) -> None:
    # An id is there to be copied, and never cut.
    essay = an_essay(title=text, authors=(text,), id="an/id")
    hit = a_hit(snippet=(Piece(text),), missing=(text,), heading_pieces=((Piece(text),),))
    found = an_essay_hit(essay=essay, passages=(hit,), title_pieces=(Piece(text),))
    view = a_view(essay=essay, passages=(a_passage(text=text, headings=(text,)),))
    look = Look(width=width)
    for line in rendering.search_page(a_result(results=(found,)), look):
        assert columns(line) <= width
    for line in rendering.essay_text(view, look):
        assert columns(line) <= width


# Beside the results


@pytest.mark.parametrize(
    ("changes", "totals"),
    [
        ({}, "1 essay, 1 passage · 4 ms"),
        ({"took_ms": 0.3}, "1 essay, 1 passage · under 1 ms"),
        ({"partial": 1}, "1 essay, 1 passage; some of the words are in 1 more essay · 4 ms"),
        (
            {"matched": "essay", "passages": 4},
            "no passage has all the words; together they do in 1 essay (4 passages) · 4 ms",
        ),
        (
            {"matched": "any", "passages": 4},
            "no essay has all the words; some of them are in 1 essay (4 passages) · 4 ms",
        ),
    ],
)
def test_totals_say_what_was_counted(changes: dict[str, object], totals: str) -> None:
    assert next(rendering.totals(a_result(**changes))) == totals


def test_nothing_found_is_said() -> None:
    assert list(rendering.totals(nothing())) == ["nothing found · 4 ms"]


def test_notes_come_with_how_the_query_was_understood_and_a_better_spelling() -> None:
    result = nothing(notes=(a_note("odd"),), understood="foo AND bar", did_you_mean="food")
    assert list(rendering.remarks(result)) == [
        "note: odd",
        "understood as: foo AND bar",
        "did you mean: food",
    ]
    assert list(rendering.remarks(a_result())) == []


def test_a_page_says_how_to_get_the_next() -> None:
    result = a_result(essays=1200, partial=34, offset=10)
    lines = list(rendering.totals(result))
    assert lines[-1] == "11 to 11 of 1,234; for more: --offset 11"


def test_a_page_past_the_end_says_so() -> None:
    lines = list(rendering.totals(a_result(offset=50, results=())))
    assert lines[-1] == "--offset 50 is past the last of 1"


def test_counts_are_a_name_and_a_number_on_each_line() -> None:
    result = a_result(essays=1200, passages=3400, partial=5)
    assert list(rendering.counts(result)) == ["essays 1200", "passages 3400", "partial 5"]


# An essay


def test_an_essay_reads_from_title_to_end_with_anchors_at_the_margin() -> None:
    assert list(rendering.essay_text(a_view(), PLAIN)) == [
        "On Liberty",
        "John Stuart Mill, Harriet Taylor · 1859-02 · politics/on_liberty",
        "en · 1,200 words · 40 passages",
        "/essays/politics/on liberty.txt",
        "",
        "p-00000001  The object of this Essay is to assert one very simple principle.",
        "",
        "# Of Thought",
        "",
        "p-00000002  Second.",
        "",
        "## Of Discussion",
        "",
        "p-00000003  One line",
        "            and another.",
    ]


def test_anchors_have_their_own_line_where_it_is_narrow() -> None:
    lines = list(rendering.essay_text(a_view(), Look(width=40)))
    assert lines[lines.index("p-00000002") + 1] == "Second."


def test_a_heading_is_shown_again_only_when_it_changes() -> None:
    passages = tuple(
        a_passage(headings=headings) for headings in [("A", "x"), ("A", "x"), ("A", "y"), ("B",)]
    )
    lines = list(rendering.essay_text(a_view(passages=passages), PLAIN))
    assert [line for line in lines if line.startswith("#")] == ["# A", "## x", "## y", "# B"]


@pytest.mark.parametrize("width", [40, 80])
def test_code_and_tables_are_not_wrapped(width: int) -> None:
    code = "def f():\n\treturn " + "x" * 120
    view = a_view(passages=(a_passage(kind="code", text=code),))
    lines = list(rendering.essay_text(view, Look(width=width)))
    assert lines[-1].endswith("    return " + "x" * 120)
    assert lines[-2].endswith("def f():")


def test_the_outline_is_indented_by_level() -> None:
    assert list(rendering.outline(a_view(), PLAIN)) == [
        "Of Thought  #p-00000002",
        "  Of Discussion  #p-00000003",
    ]


# Lists and states


def test_the_list_has_tabs_for_programs_and_columns_for_people() -> None:
    essays = [an_essay(), an_essay(id="x", title="全" * 60, date=None)]
    assert list(rendering.essay_table(essays, PLAIN)) == [
        "politics/on_liberty\t1859-02\tOn Liberty",
        "x\t\t" + "全" * 60,
    ]
    first, second = rendering.essay_table(essays, Look(width=60, aligned=True))
    assert first == "politics/on_liberty  1859-02     On Liberty"
    assert second == "x" + " " * 18 + "  " + " " * 12 + "全" * 13 + "…"
    assert columns(second) <= 60


def test_no_essays_make_no_list() -> None:
    assert list(rendering.essay_table([], Look(aligned=True))) == []


def test_a_long_id_is_never_cut() -> None:
    (line,) = rendering.essay_table([an_essay(id="x" * 90)], Look(width=60, aligned=True))
    assert line.startswith("x" * 90 + "  ")


def test_the_status_is_a_name_and_a_value_on_each_line() -> None:
    assert list(rendering.status_lines(a_status())) == [
        "location   .essays",
        "engine     whoosh, schema version 1",
        "essays     1,234",
        "passages   56,789",
        "words      1,234,567",
        "size       12.3 MB",
        "updated    2026-01-02T03:04:05Z",
        "languages  en 1,230, de 3, zh 1",
        "healthy    yes",
    ]


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (3 * 10**15, "3000.0 TB")],
)
def test_sizes_are_in_decimal_units(size: int, shown: str) -> None:
    assert f"size       {shown}" in rendering.status_lines(a_status(bytes=size))


def test_an_empty_index_has_a_status_too() -> None:
    lines = list(rendering.status_lines(a_status(updated=None, languages={}, healthy=False)))
    assert lines[-3:] == [
        "updated    never",
        "languages  none",
        "healthy    no; essays check says why",
    ]


def test_a_report_says_how_many_of_each() -> None:
    assert list(rendering.report_lines(a_report(), ".essays")) == [
        "added 2, updated 0, unchanged 0, removed 0",
        "2 essays, 57 passages in .essays, 0.8 s",
    ]


def test_a_report_says_what_was_renamed_and_skipped_only_where_it_was() -> None:
    report = a_report(renamed=1, skipped=(Skipped(path="a", reason="b"),), essays=1, passages=1)
    assert list(rendering.report_lines(report, "x")) == [
        "added 2, updated 0, unchanged 0, removed 0, renamed 1, skipped 1",
        "1 essay, 1 passage in x, 0.8 s",
    ]


@pytest.mark.parametrize(
    ("matched", "missing", "shown"),
    [
        ("all", [("tibet",), ("tibet",)], 1),
        ("all", [(), ("tibet",)], 2),
        ("essay", [("tibet",), ("protest",)], 2),
        ("essay", [("tibet",), ("tibet", "protest")], 1),
        ("any", [("tibet",), ("tibet",)], 2),
        ("all", [], 0),
    ],
)
def test_an_essay_that_lacks_a_word_shows_one_passage_below_those_that_lack_none(
    matched: Matched, missing: list[tuple[str, ...]], shown: int
) -> None:
    found = an_essay_hit(passages=tuple(a_hit(missing=words) for words in missing), more=0)
    page = list(rendering.search_page(a_result(results=(found,), matched=matched), PLAIN))
    assert sum("¶" in line for line in page) == shown
    assert ("  + 1 more passage in this essay" in page) == (shown < len(missing))
