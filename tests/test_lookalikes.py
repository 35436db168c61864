"""Words of an index that are like another, or of a shape."""

from __future__ import annotations

import re
from array import array
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines import vector_lookalikes, whoosh_lookalikes
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.engines.whoosh_segment import Field
from indexer.spelling import distance
from indexer.terms import form_of
from tests.segmentstand import field_of
from tests.shelves import changed, entry, stocked

MODULES = pytest.mark.parametrize("module", [whoosh_lookalikes, vector_lookalikes])

# Letters of one, two, three and four bytes, some of which end in the same byte; a surrogate.
LETTERS = "abcé©的\U0001f600\ud800"
FORMS = st.text(alphabet=LETTERS, max_size=7)
TERMS = st.builds(str.__add__, FORMS, st.sampled_from(["", "\x1f2", "\x1f12"]))
SHAPES = st.lists(
    st.sampled_from(["a", "b", "é", "的", ".", ".*", "[ab]", "[^a]", "[a-cé]"]), max_size=9
).map("".join)


class Segment(NamedTuple):
    """What is asked of a segment: its fields, by name."""

    fields: dict[str, Field]

    @property
    def files(self) -> Segment:
        return self

    def field(self, name: str) -> Field | None:
        return self.fields.get(name)


class Library(NamedTuple):
    """What is asked of a snapshot."""

    segments: list[Segment]


def written(folder: Path, terms: dict[str, int]) -> Field:
    """A field of terms that are in so many documents."""
    ordered = {term.encode("utf-8", "surrogatepass"): n for term, n in terms.items()}
    counts = array("I", [ordered[term] for term in sorted(ordered)])
    ones = array("B", [1]) * sum(counts)
    return field_of(folder, ordered, counts, ones, ones, ones)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Any:
    def make(*fields: dict[str, int]) -> tuple[Library, dict[str, int]]:
        """A library of segments with one field of words each, and how often it has each word."""
        segments, total = [], dict[str, int]()
        for terms in fields:
            own = {"one": written(tmp_path_factory.mktemp("field"), terms)} if terms else {}
            segments.append(Segment(own))
            for term, count in terms.items():
                total[term] = total.get(term, 0) + count
        order = sorted(total, key=lambda term: term.encode("utf-8", "surrogatepass"))
        return Library(segments), {term: total[term] for term in order}

    return make


COUNTED = st.dictionaries(TERMS, st.integers(1, 3), max_size=12)


@MODULES
@given(fields=st.lists(COUNTED, max_size=3), form=FORMS, edits=st.integers(0, 3))
def test_every_word_within_some_edits_is_found_with_how_often_it_is_there(
    library: Any, module: Any, fields: list[dict[str, int]], form: str, edits: int
) -> None:
    snapshot, counts = library(*fields)
    expected = [
        (term, count)
        for term, count in counts.items()
        if distance(form, form_of(term), edits) <= edits
    ]
    assert module.close_to(snapshot, ("one", "none"), form, edits) == expected


@MODULES
@given(fields=st.lists(COUNTED, max_size=3), shape=SHAPES)
def test_every_word_of_a_shape_is_found_with_how_often_it_is_there(
    library: Any, module: Any, fields: list[dict[str, int]], shape: str
) -> None:
    snapshot, counts = library(*fields)
    matches = re.compile(shape, re.DOTALL).fullmatch
    expected = [(term, count) for term, count in counts.items() if matches(form_of(term))]
    assert module.shaped(snapshot, ("one", "none"), shape) == expected


@MODULES
def test_words_of_any_length_are_told_apart(library: Any, module: Any) -> None:
    words = ["x" * n for n in (1, 198, 199, 200, 254, 255, 256, 257, 300)]
    snapshot, _ = library(dict.fromkeys(words, 1))
    for word in words:
        for edits in (1, 2):
            near = [one for one in words if abs(len(one) - len(word)) <= edits]
            found = [term for term, _ in module.close_to(snapshot, ("one",), word, edits)]
            assert sorted(found, key=len) == near
    found = [len(term) for term, _ in module.shaped(snapshot, ("one",), "x" * 256 + ".*")]
    assert sorted(found) == [256, 257, 300]


def test_five_bytes_are_kept_of_each_word_and_no_longer_than_its_file_is_open(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_lookalikes, "_BLOCK", 3)
    snapshot, counts = library({f"word{number}": 1 for number in range(10)})
    kept = vector_lookalikes._known
    before = len(kept)
    assert len(vector_lookalikes.close_to(snapshot, ("one",), "word", 1)) == len(counts)
    field = snapshot.segments[0].fields["one"]
    assert len(kept) == before + 1
    assert sum(array.nbytes for array in kept[field]) == 5 * len(counts)
    del field
    snapshot.segments.clear()
    assert len(kept) == before


def test_a_commit_looks_only_at_words_of_what_it_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [entry(f"a{number}", "liberty of the press") for number in range(40)]
    stocked(tmp_path / "index", many)
    engine = WhooshEngine(tmp_path / "index", vectors=True)
    looked_at: list[Field] = []
    outlines = vector_lookalikes._outlines

    def noted(field: Field, *how: Any) -> Any:
        looked_at.append(field)
        return outlines(field, *how)

    monkeypatch.setattr(vector_lookalikes, "_outlines", noted)
    assert engine.close_to("librety", 1, "any") == [("liberty", 40)]
    before = {*looked_at}
    changed(engine, entry("b", "libretti of operas, liberty"))
    assert engine.close_to("librety", 2, "any") == [("liberty", 41), ("libretti", 1)]
    assert len(looked_at) == len({*looked_at})
    # Of the text and of the title.
    assert sorted(field.size for field in {*looked_at} - before) == [1, 4]
