"""Both kinds of records are the same to whoever uses them."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from indexer import light_records, records


def of(kind: Any) -> Any:
    """The same records, made of either."""

    class Word(kind.Struct, frozen=True):  # type: ignore[misc, call-arg]
        text: str
        span: tuple[int, int] = (0, 0)

    class Phrase(kind.Struct, frozen=True):  # type: ignore[misc, call-arg]
        text: str
        span: tuple[int, int] = (0, 0)

    class Pattern(kind.Struct, frozen=True, kw_only=True, cache_hash=True):  # type: ignore[misc, call-arg]
        label: str
        slop: int | None = None
        made: int = kind.field(default_factory=lambda: 7)

    class Place(kind.NamedTuple):  # type: ignore[misc]
        start: int
        end: int
        name: str = "place"

    return SimpleNamespace(
        Word=Word,
        Phrase=Phrase,
        Pattern=Pattern,
        Place=Place,
        replace=kind.replace,
        asdict=kind.asdict,
    )


@pytest.fixture(params=[records, light_records], ids=["msgspec", "light"])
def of_kind(request: pytest.FixtureRequest) -> Any:
    return of(request.param)


def test_fields_come_by_place_by_name_and_by_default(of_kind: Any) -> None:
    word = of_kind.Word("tibet", span=(2, 7))
    assert (word.text, word.span) == ("tibet", (2, 7))
    assert of_kind.Word("tibet").span == (0, 0)
    pattern = of_kind.Pattern(label="tibet")
    assert (pattern.label, pattern.slop, pattern.made) == ("tibet", None, 7)
    assert of_kind.asdict(of_kind.Pattern(label="a", made=1)) == {
        "label": "a",
        "slop": None,
        "made": 1,
    }


def test_records_are_equal_where_kind_and_fields_are(of_kind: Any) -> None:
    word = of_kind.Word("tibet", (2, 7))
    again = of_kind.Word(span=(2, 7), text="tibet")
    assert word == again
    assert hash(word) == hash(again)
    assert word != of_kind.Word("tibet", (2, 8))
    assert word != of_kind.Phrase("tibet", (2, 7))
    assert word != "tibet"
    assert len({word, again, of_kind.Phrase("tibet", (2, 7))}) == 2


def test_a_record_is_replaced_by_one_with_other_fields(of_kind: Any) -> None:
    pattern = of_kind.Pattern(label="tibet", made=1)
    known = {pattern: "first"}
    other = of_kind.replace(pattern, slop=3)
    assert (other.label, other.slop, other.made) == ("tibet", 3, 1)
    assert other not in known
    assert of_kind.replace(other, slop=None) in known


def test_a_record_is_matched_by_its_fields(of_kind: Any) -> None:
    match of_kind.Word("tibet", (2, 7)):
        case of_kind.Phrase():
            pytest.fail("no phrase")
        case of_kind.Word(text, (start, _)):
            assert (text, start) == ("tibet", 2)


def test_a_named_tuple_is_a_tuple(of_kind: Any) -> None:
    place = of_kind.Place(1, end=3)
    assert place == (1, 3, "place")
    assert hash(place) == hash((1, 3, "place"))
    start, end, name = place
    assert (start, end, name) == (place.start, place.end, place.name)
    assert place._replace(end=9) == of_kind.Place(1, 9)
    assert sorted([of_kind.Place(2, 1), place]) == [place, of_kind.Place(2, 1)]
    match place:
        case of_kind.Place(_, found, _):
            assert found == 3


def test_a_search_in_this_process_has_records_made_in_c() -> None:
    from indexer.model import Note

    note = Note(kind="capitals", message="", span=(0, 1))
    assert pickle.loads(pickle.dumps(note)) == note
    with pytest.raises(AttributeError):
        note.kind = "other"  # type: ignore[misc]
