"""What signs of a short line tell that it is no heading."""

from __future__ import annotations

import pytest

from indexer.heading_lexicon import has_address, has_code, has_date, has_link, is_footer


@pytest.mark.parametrize(
    "line",
    ["Sign up here", "SUBSCRIBE", "Page 12", "3 of 12", "Tags: art", "(c) 2020", "© Ann", "转载"],
)
def test_lines_around_an_essay_are_known(line: str) -> None:
    assert is_footer(line)


@pytest.mark.parametrize("line", ["Signs", "A page", "The 3 of 12", "On tags: art", "On 来源"])
def test_lines_of_an_essay_are_not_taken_for_those(line: str) -> None:
    assert not is_footer(line)


@pytest.mark.parametrize(
    "line", ["İnfo: CLİCK here", "ſubscribe", "powered by \u212anuth: COO\u212aIE"]
)
def test_case_is_told_letter_by_letter(line: str) -> None:
    assert is_footer(line)


@pytest.mark.parametrize(
    ("line", "link", "address"),
    [
        ("a@example", True, True),
        ("HTTPS: yes", True, True),
        ("at Www.", True, True),
        ("on example.org", False, True),
        ("See Appendix.Html", False, True),
        ("example.orgs", False, False),
        ("no address at all.", False, False),
        ("Note: none", False, False),
    ],
)
def test_addresses_are_seen(line: str, link: bool, address: bool) -> None:
    assert (has_link(line), has_address(line)) == (link, address)


@pytest.mark.parametrize(
    ("line", "expected"),
    [("May 3", True), ("3rd of june", True), ("1999.", True), ("2020-03", True), ("٣ May", True),
     ("May", False), ("Chapter 3", False)],
)  # fmt: skip
def test_dates_are_seen(line: str, expected: bool) -> None:
    assert has_date(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("a = b", True), ("call(x)", True), ("std::sort", True), ("a->b c", True), ("notes.txt", True),
     ("a/b/c d", True), ("snake_case word", True), ("# Title", True),
     ("either/or", False), ("A plain line: so", False), ("two notes.txt", False),
     ("a word (or two)", False)],
)  # fmt: skip
def test_signs_of_programs_are_seen(line: str, expected: bool) -> None:
    assert has_code(line) is expected
