"""What a process that ends soon loads in the place of larger libraries does the same as they."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import indexer
from indexer import figures, light_messages, light_records, locating, plain_json, records
from indexer.engines import whoosh_entries
from indexer.languages import STEMMERS
from indexer.locating import Locator, Wanted
from indexer.plan import View
from indexer.splitting import Atom, chunks, pattern_for
from indexer.terms import stems


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


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=40), inner),
    max_leaves=30,
)


@given(values)
def test_a_stored_entry_is_read_the_same(value: Any) -> None:
    data = whoosh_entries.pack(value)
    assert light_messages.unpack(data, whoosh_entries.odd_string) == whoosh_entries.unpack(data)


@pytest.mark.parametrize("size", [0, 31, 32, 255, 256, 65_535, 65_536])
def test_a_stored_entry_may_be_of_any_size(size: int) -> None:
    for value in ("é" * size, [1] * size, {str(n): n for n in range(size)}, "\udcff" * size):
        data = whoosh_entries.pack(value)
        assert light_messages.unpack(data, whoosh_entries.odd_string) == value


@given(values, st.data())
def test_a_stored_entry_that_is_cut_short_is_a_value_error(value: Any, data: st.DataObject) -> None:
    packed = whoosh_entries.pack([value])
    end = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ValueError, match=r"cut short|unexpected end|utf-8"):
        light_messages.unpack(packed[:end], whoosh_entries.odd_string)


@pytest.mark.parametrize("title", ["", "On Liberty", "outline", "çoutline", "\udcff èpassages"])
def test_an_essay_is_read_without_its_outline(title: str) -> None:
    outline = [(title, 1, "p-1")] * 20
    stored = {"essay": {"title": title, "outline": outline}, "passages": 300}
    data = light_messages.without(whoosh_entries.pack(stored), "outline", "passages")
    read = light_messages.unpack(data, whoosh_entries.odd_string)
    assert (read["essay"]["title"], read["passages"]) == (title, 300)
    assert (read["essay"]["outline"] is None) == ("outline" not in title)


def test_what_has_no_outline_is_read_as_it_is() -> None:
    for value in ({"essay": {"id": "a"}, "passages": 3}, {"outline": [1]}):
        data = whoosh_entries.pack(value)
        assert light_messages.without(data, "outline", "passages") == data


NO_ENTRIES = [b"\x91" * 9_999, b"\xc1", b"\xcb" + bytes(8), b"\x01\x01", b"\xc7\x01\x07a"]


@pytest.mark.parametrize("data", NO_ENTRIES)
def test_a_stored_entry_of_no_sense_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        light_messages.unpack(data, whoosh_entries.odd_string)


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(documents, st.sampled_from([None, 1]), st.booleans())
def test_a_json_document_is_read_the_same(value: Any, indent: int | None, escaped: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert plain_json.loads(text) == value
    assert plain_json.loads(f" {text}\n") == value


@given(st.text('{}[]",:0123456789-.eEtruefalsn \n\\"', max_size=12))
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    try:
        wanted = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r".+"):
            plain_json.loads(text)
    else:
        assert plain_json.loads(text) == wanted


SIGNS = "- - - ' ’ ‐ — – . , “ ” ( ) _ · ! / ´ ` ~ … \u0301 \u00ad"
LETTERS = "co a B café l d U S s 1 000 1989 ² ½ é ß œ ʰ ª É 字 е й"
pieces_of_text = st.lists(
    st.sampled_from([*SIGNS.split(), *LETTERS.split(), " ", " ", "\u00a0", "\n", "\r\n"]),
    max_size=8,
).map("".join)


@given(pieces_of_text)
def test_plain_words_are_cut_as_by_the_expression(text: str) -> None:
    found = [(match[0], match.start()) for match in pattern_for(text).finditer(text)]
    assert list(chunks(text)) == found


@given(st.from_regex(r"[0-9]{1,4}([.,'][0-9]{1,4}){1,3}[.,a]?", fullmatch=True))
def test_plain_numbers_are_read_as_by_the_expression(part: str) -> None:
    found = figures.number(part)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "_plain", lambda part: None)
        assert figures.number(part) == found


TEXTS = "the Men, and women's (men) well-known AND 1,859 – “men” dying die. déjà and_men naïve 2.5"


@given(
    st.lists(st.sampled_from(TEXTS.split()), max_size=12).map(" ".join),
    st.sets(st.sampled_from(["men", "and", "die", "known", "2.5", "déjà"]), max_size=2),
    st.booleans(),
)
def test_a_process_that_ends_soon_finds_the_same_places(
    text: str, words: set[str], positions: bool
) -> None:
    wanted: Mapping[View, set[str]] = {"exact": words, "stem": {f"en:{word}" for word in words}}
    found = Locator(Wanted("en", wanted)).places(text, positions=positions)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(indexer, "ONE_SHOT", True)
        patched.setattr(locating, "_known", {})
        assert Locator(Wanted("en", wanted)).places(text, positions=positions) == found


@given(st.from_regex(r"[a-z]{1,14}", fullmatch=True), st.sampled_from(sorted(STEMMERS)))
def test_a_piece_that_is_passed_over_has_no_such_stem(word: str, language: str) -> None:
    found = stems(Atom(word, word, 0, len(word)), language)
    for stem in found:
        locator = Locator(Wanted(language, {"exact": set(), "stem": {f"{language}:{stem}"}}))
        assert locator.may_hold(f"({word.title()}).")
        assert locator.may_hold(f"x-{word}")
