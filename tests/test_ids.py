"""Essay ids."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ids import new_id, slug

NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=()), min_size=1, max_size=20
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("politics/On Liberty", "politics/on_liberty"),
        ("On  Liberty (1859)", "on_liberty_1859"),
        ("well-being_v1.2", "well-being_v1.2"),
        ("全文/检索", "全文/检索"),
        ("हिन्दी", "हिन्दी"),
        ("Cafe\u0301", "caf\u00e9"),
        ("../..", "_/_"),
        (".hidden./-n", "hidden/n"),
        ("🚢", "_"),
        ("a#b~c", "a_b_c"),
        ("İ", unicodedata.normalize("NFC", "İ".lower())),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_any_script(path: str, expected: str) -> None:
    assert slug(path) == expected


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_slug_is_a_path_without_empty_or_dotted_parts(parts: list[str]) -> None:
    result = slug("/".join(parts))
    assert len(result.split("/")) == len(parts)
    for part in result.split("/"):
        assert part not in {"", ".", ".."}
        assert not set("#~ \\?%&") & set(part)
    assert slug(result) == result


def test_the_first_comer_has_the_plain_id() -> None:
    assert new_id("On Liberty.txt", ".txt", "/e/On Liberty.txt", set()) == "on_liberty"


def test_a_clash_keeps_the_ending() -> None:
    assert new_id("On Liberty.MD", ".MD", "/e/On Liberty.MD", {"on_liberty"}) == "on_liberty.md"


def test_names_that_differ_in_case_get_a_hash_of_the_path() -> None:
    taken = {"on_liberty", "on_liberty.txt"}
    first = new_id("ON LIBERTY.txt", ".txt", "/e/ON LIBERTY.txt", taken)
    assert first.startswith("on_liberty~")
    assert first == new_id("ON LIBERTY.txt", ".txt", "/elsewhere/ON LIBERTY.txt", taken)
    assert first != new_id("on liberty.txt", ".txt", "/e/on liberty.txt", taken)


def test_the_same_names_below_many_folders_all_get_ids() -> None:
    taken: set[str] = set()
    for number in range(50):
        essay_id = new_id("a.txt", ".txt", f"/{number}/a.txt", taken)
        assert essay_id not in taken
        taken.add(essay_id)


@given(NAMES, st.sampled_from(["", ".txt"]))
def test_any_name_gets_an_id(name: str, ending: str) -> None:
    taken = {slug(name), slug(name) + ending}
    assert new_id(name + ending, ending, f"/e/{name}{ending}", taken) not in taken
