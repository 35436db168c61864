"""An index on disk: what plain Whoosh does with it, what a commit says of itself, and files that
are not what they should be."""

from __future__ import annotations

import json
import re
import shutil
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, STORED, TEXT
from whoosh.filedb.filestore import FileStorage
from whoosh.matching import ReadTooFar
from whoosh.query import And, Every, FuzzyTerm, Not, Or, Phrase, Prefix, Term
from whoosh.reading import TermNotFound
from whoosh.writing import SegmentWriter

from indexer.engines import whoosh_arrays, whoosh_engine, whoosh_sharing
from indexer.engines import whoosh_manifest as manifest
from indexer.engines import whoosh_segment as segments
from indexer.engines.whoosh_arrays import Arrays, ArraysWriter, mapped, release_pages
from indexer.engines.whoosh_codec import ArrayCodec, PostingsWriter
from indexer.engines.whoosh_engine import WhooshEngine
from indexer.engines.whoosh_location import SUMS, Location, checksum
from indexer.engines.whoosh_reader import Snapshot
from indexer.errors import DamagedError, EssaysError, SchemaError, StorageError
from tests.segmentstand import FilesOf, field_of
from tests.shelves import changed, entry, ids_of, matches_of, stocked

WORDS = ["alpha beta gamma", "beta gamma alpha", "alpha alpha delta", "epsilon", "gamma beta"]


def folder_of(location: Path) -> Path:
    return Location(location).current_folder()


def plain(location: Path) -> Any:
    """The index as plain Whoosh opens it."""
    return whoosh_index.open_dir(str(folder_of(location)), indexname="essays")


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """An index of five essays in two segments."""
    entries = [entry(f"e{n}", text, "gamma omega") for n, text in enumerate(WORDS)]
    stocked(tmp_path / "i", entries, commits=2).close()
    return tmp_path / "i"


def texts(searcher: Any, query: Any, **options: Any) -> set[str]:
    """The texts that plain Whoosh finds."""
    found = searcher.search(query, limit=None, **options)
    return {hit["entry"][4] for hit in found}


def word(text: str) -> Any:
    return Term("text_exact", text)


# Plain Whoosh


def test_plain_whoosh_reads_postings_and_stored_entries(location: Path) -> None:
    with plain(location).searcher() as searcher:
        assert len(list(searcher.documents())) == 15
        matcher = searcher.postings("text_exact", "alpha")
        found = []
        while matcher.is_active():
            found.append((matcher.weight(), matcher.value_as("positions")))
            matcher.next()
        assert found == [(1.0, [0]), (1.0, [2]), (2.0, [0, 1])]
        reader = searcher.reader()
        assert ("text_exact", b"alpha") in reader
        assert ("text_exact", b"alph") not in reader
        assert reader.doc_frequency("text_exact", "gamma") == 8
        assert reader.frequency("text_exact", "alpha") == 4
        assert reader.frequency("text_exact", "nowhere") == 0
        info = reader.term_info("text_exact", b"alpha")
        assert (info.max_weight(), info.min_id(), info.doc_frequency()) == (2.0, 1, 3)
        some = ["alpha", "beta", "delta", "epsilon", "gamma", "omega"]
        assert list(reader.field_terms("text_exact")) == some
        assert list(reader.expand_prefix("text_exact", "ep")) == [b"epsilon"]
        assert "kind" in reader.indexed_field_names()


def test_plain_whoosh_searches(location: Path) -> None:
    with plain(location).searcher() as searcher:
        alpha, beta, gamma = map(word, ("alpha", "beta", "gamma"))
        assert texts(searcher, alpha) == set(WORDS[:3])
        assert texts(searcher, And([alpha, gamma])) == set(WORDS[:2])
        assert texts(searcher, Or([alpha, word("epsilon")])) == {*WORDS[:3], "epsilon"}
        assert texts(searcher, And([beta, Not(alpha)])) == {"gamma beta"}
        assert texts(searcher, Phrase("text_exact", ["gamma", "alpha"])) == {WORDS[1]}
        assert texts(searcher, Prefix("text_exact", "ep")) == {"epsilon"}
        assert texts(searcher, FuzzyTerm("text_exact", "epsilo", maxdist=1)) == {"epsilon"}
        best = searcher.search(Or([alpha, word("delta")]), limit=1)
        assert [hit["entry"][4] for hit in best] == [WORDS[2]]


def test_a_matcher_of_plain_whoosh_can_be_moved_about(location: Path) -> None:
    reader: Any
    with plain(location).reader() as reader:
        matcher = reader.leaf_readers()[0][0].postings("text_exact", "gamma")
        assert matcher.term() == ("text_exact", b"gamma")
        assert list(matcher.all_ids()) == [1, 2, 4, 5, 8]
        assert (matcher.block_min_id(), matcher.block_max_id()) == (1, 8)
        assert matcher.block_max_weight() == 1.0
        matcher.skip_to(3)
        other = matcher.copy()
        assert (matcher.id(), matcher.value_as("positions")) == (4, [1])
        matcher.skip_to(9)
        assert not matcher.is_active()
        for move in (matcher.next, lambda: matcher.skip_to(9)):
            with pytest.raises(ReadTooFar):
                move()
        assert (other.id(), other.value_as("frequency")) == (4, 1)
        other.reset()
        assert other.id() == 1
        other.scorer = _Scorer()
        assert other.skip_to_quality(0.5) == 0
        assert other.skip_to_quality(2.0) == 1
        assert not other.is_active()
        with pytest.raises(TermNotFound):
            reader.leaf_readers()[0][0].postings("text_exact", "nowhere")


class _Scorer:
    """Scores by weight."""

    def block_quality(self, matcher: Any) -> float:
        weight: float = matcher.block_max_weight()
        return weight


def test_plain_whoosh_walks_through_the_terms(location: Path) -> None:
    with plain(location).reader() as reader:
        first = reader.leaf_readers()[0][0]
        cursor = first.cursor("text_exact")
        assert (cursor.text(), cursor.find("b"), cursor.next()) == ("alpha", "beta", "delta")
        assert cursor.term_info().doc_frequency() == 1
        assert (cursor.find(b"zeta"), cursor.is_valid(), cursor.term_info()) == (None, False, None)
        assert (cursor.first(), cursor.is_valid()) == ("alpha", True)
        assert first.cursor("author_exact").text() is None
        some = list(first.terms_from("text_exact", "g"))
        assert some[:2] == [("text_exact", b"gamma"), ("text_exact", b"omega")]
        assert some[2][0] == "text_stem"
        counts = {term: info.doc_frequency() for (field, term), info in first if field == "kind"}
        assert counts == {b"essay": 3}
        assert [term for (_, term), _ in first.iter_from("text_exact", "g")][:1] == [b"gamma"]
        lengths = (first.min_field_length, first.max_field_length, first.field_length)
        assert [of("text_exact") for of in lengths] == [0, 0, 0]


def test_plain_whoosh_sorts_by_a_column(location: Path) -> None:
    with plain(location).searcher() as searcher:
        essays = Term("kind", "essay")
        found = searcher.search(essays, sortedby="sort_id", reverse=True, limit=None)
        assert [hit["entry"]["essay"]["id"] for hit in found] == ["e4", "e3", "e2", "e1", "e0"]
        reader = searcher.reader().leaf_readers()[0][0]
        assert reader.has_column("sort_id")
        assert not reader.has_column("text_exact")
        lengths = reader.column_reader("length_exact")
        assert list(lengths)[:3] == [0, 6, 5]
        lengths.set_reverse()
        assert lengths.sort_key(1) == -6


def test_plain_whoosh_deletes_and_we_see_it(location: Path) -> None:
    engine = WhooshEngine(location)
    assert ids_of(engine, "epsilon") == ["e3"]
    with plain(location).writer(codec=ArrayCodec()) as writer:
        assert writer.delete_by_query(Term("essay_id", "e3")) == 1
        assert writer.delete_by_query(word("epsilon")) == 1
    assert ids_of(engine, "epsilon") == []
    assert ids_of(engine, "alpha") == ["e2", "e0", "e1"]
    with plain(location).searcher() as searcher:
        assert texts(searcher, word("epsilon")) == set()


@pytest.mark.parametrize("how", ["optimize", "add_reader"])
def test_plain_whoosh_merges_and_we_find_the_same(location: Path, how: str) -> None:
    engine = WhooshEngine(location)
    changed(engine, remove=["e1"])
    before = [ids_of(engine, query) for query in ("alpha", '"alpha beta"', "omega", "title:t*")]
    scores = [group.score for group in matches_of(engine, "alpha gamma").groups(0, 9)]
    if how == "optimize":
        plain(location).optimize(codec=ArrayCodec())
    else:
        index = plain(location)
        writer = SegmentWriter(index, codec=ArrayCodec())
        with index.reader() as reader:
            writer.add_reader(reader)
            writer.commit(mergetype=lambda writer, segments: [])
    assert [ids_of(engine, q) for q in ("alpha", '"alpha beta"', "omega", "title:t*")] == before
    assert [g.score for g in matches_of(engine, "alpha gamma").groups(0, 9)] == scores
    assert [essay.id for essay in engine.essays()] == ["e0", "e2", "e3", "e4"]
    assert len(Snapshot(folder_of(location)).segments) == 1
    # And the next commit of ours is one like any other.
    changed(engine, entry("new", "alpha"))
    assert ids_of(engine, "alpha") == ["e2", "new", "e0"]
    assert (
        folder_of(location) / manifest.name_of(Snapshot(folder_of(location)).generation)
    ).exists()


def test_plain_whoosh_adds_documents(location: Path) -> None:
    with plain(location).writer(codec=ArrayCodec()) as writer:
        with pytest.raises(ValueError, match="sort_id"):
            writer.add_document(sort_id="a text", length_exact=5)
        writer.add_document(
            kind={"essay": [0]},
            essay_id={"x": [0]},
            entry={"essay": {"id": "x"}, "passages": 0},
            sort_id=b"x",
            length_exact=3,
        )
    with plain(location).searcher() as searcher:
        found = searcher.search(Every("essay_id"), limit=None)
        assert {hit["entry"]["essay"]["id"] for hit in found} == {"x", *(f"e{n}" for n in range(5))}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TEXT(), "some words"),
        (STORED(), "a value"),
        (COLUMN(NumericColumn("I")), 70_000),
        (TEXT(vector=True, stored=False), "some words"),
    ],
)
def test_what_the_codec_keeps_no_room_for_is_refused(
    location: Path, field: Any, value: object
) -> None:
    writer = plain(location).writer(codec=ArrayCodec())
    writer.add_field("other", field)
    with pytest.raises(ValueError, match="other: this codec"):  # noqa: PT012
        writer.add_document(other=value)
        writer.commit()
    if not writer.is_closed:
        writer.cancel()
    assert ids_of(WhooshEngine(location), "epsilon") == ["e3"]


def test_a_segment_of_another_codec_is_refused_by_name(location: Path) -> None:
    plain(location).optimize()
    with pytest.raises(SchemaError, match=r"another codec than ArrayCodec.*--rebuild"):
        ids_of(WhooshEngine(location), "alpha")


# What a commit says of itself


def test_a_commit_by_whoosh_alone_needs_no_manifest(location: Path) -> None:
    folder = folder_of(location)
    for path in folder.glob("*.json"):
        path.unlink()
    assert ids_of(WhooshEngine(location), "alpha") == ["e2", "e0", "e1"]


def test_a_manifest_goes_with_its_table_of_contents(location: Path) -> None:
    engine = WhooshEngine(location)
    changed(engine, entry("new", "alpha"))
    names = {path.stem for path in folder_of(location).glob("_essays_*.toc")}
    assert len(names) == 1
    assert {path.stem for path in folder_of(location).glob("_essays_*.json")} == names


def test_a_manifest_of_a_commit_that_never_was_counts_for_nothing(location: Path) -> None:
    engine = WhooshEngine(location)
    folder = folder_of(location)
    snapshot = Snapshot(folder)
    # A writer was killed before it renamed its table of contents, then Whoosh took its number.
    stray = folder / manifest.name_of(snapshot.generation + 1)
    manifest.write(stray, [], b"its table of contents")
    assert ids_of(engine, "alpha") == ["e2", "e0", "e1"]
    with plain(location).writer(codec=ArrayCodec()) as writer:
        writer.delete_by_query(Term("essay_id", "e0"))
    assert len(Snapshot(folder).essays) == 4
    stray = folder / manifest.name_of(snapshot.generation + 7)
    manifest.write(stray, [], b"its table of contents")
    engine.writer().close()
    assert not stray.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"segments":[{}],"toc":[1,1]}', "deleted", "missing", "size", "away"]
)
def test_a_damaged_manifest_is_told(location: Path, text: str) -> None:
    folder = folder_of(location)
    snapshot = Snapshot(folder)
    path = folder / manifest.name_of(snapshot.generation)
    toc = (folder / manifest.toc_of(snapshot.generation)).read_bytes()
    of = [
        manifest.SegmentState(name=s.files.name, documents=s.size, deleted=())
        for s in snapshot.segments
    ]
    changes: dict[str, dict[str, Any]] = {
        "deleted": {"deleted": (5, 3)},
        "missing": {"name": "essays_none"},
        "size": {"documents": 700},
        "away": {"name": f"../index-1/{of[0].name}"},
    }
    if text in changes:
        first = {"name": of[0].name, "documents": of[0].documents, "deleted": ()}
        wrong = manifest.SegmentState(**{**first, **changes[text]})
        manifest.write(path, [wrong, *of[1:]], toc)
    else:
        path.write_text(text)
    with pytest.raises(DamagedError, match="--rebuild"):
        ids_of(WhooshEngine(location), "alpha")
    assert WhooshEngine(location).check() != []


@given(st.sets(st.integers(0, 60)))
def test_runs_are_the_numbers(numbers: set[int]) -> None:
    ends = manifest.runs(numbers)
    assert list(ends) == sorted(set(ends))
    spans = zip(ends[::2], ends[1::2], strict=True)
    assert {n for start, stop in spans for n in range(start, stop)} == numbers


# What a check finds though every sum is right


def alter(location: Path, ending: str, name: str, change: Callable[[Any], None]) -> None:
    """Changes an array of the first segment, and the sum of its file with it."""
    folder = folder_of(location)
    path = folder / f"{Snapshot(folder).segments[0].files.name}{ending}"
    data = bytearray(path.read_bytes())
    file = Arrays(path)
    begin, array_ = file.place(name), file.get(name)
    assert len(array_), name
    with memoryview(data)[begin : begin + array_.nbytes].cast("B") as part:
        change(part.cast(array_.format))  # type: ignore[call-overload]
    path.write_bytes(data)
    sums = json.loads((folder / SUMS).read_text())
    (folder / SUMS).write_text(json.dumps({**sums, path.name: checksum(path)}))


def _swap(first: int, second: int) -> Callable[[Any], None]:
    def change(items: Any) -> None:
        items[first], items[second] = items[second], items[first]

    return change


def _put(index: int, value: int) -> Callable[[Any], None]:
    def change(items: Any) -> None:
        items[index] = value

    return change


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("text_exact.terms", _swap(0, 5), "'blpha' is out of order"),
        ("text_exact.fence", _put(0, 1 << 63), "is out of order"),
        ("text_exact.documents", _swap(0, 1), "'alpha' names impossible documents"),
        ("text_exact.documents", _put(2, 999), "'alpha' names impossible documents"),
        ("text_exact.frequencies", _put(0, 0), "'alpha' has a document without the term"),
        ("text_exact.frequencies", _put(0, 2), "'alpha' has positions that fit no document"),
        ("text_exact.positions", _put(3, 0), "'alpha' has positions out of order"),
        ("text_exact.positions", _put(3, 9), "'alpha' stands elsewhere than it is noted"),
        ("text_exact.starts", _put(1, 2), "has positions that fit no document"),
        ("essay_id.documents", _put(0, 4), "e0 is not found by its id"),
    ],
)
def test_a_check_finds_arrays_that_contradict_each_other(
    location: Path, name: str, change: Callable[[Any], None], said: str
) -> None:
    assert WhooshEngine(location).check() == []
    alter(location, segments.POSTINGS, name, change)
    assert said in "; ".join(WhooshEngine(location).check())


def _renumber(entries: Any) -> None:
    """The second passage of the first essay as the ninth."""
    entries[bytes(entries).index(b"\xa3p-2\x02") + 4] = 9


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("words.values", _put(0, ord("9")), "e0 is listed with other authors or words"),
        ("length_stem", _put(1, 99), "e0#p-1 has another length than noted"),
        ("totals.values", _put(0, 99), "e0 is noted with other lengths than it has"),
        ("entries", _renumber, "e0#p-2 is out of place"),
    ],
)
def test_a_check_finds_entries_and_columns_that_contradict_each_other(
    location: Path, name: str, change: Callable[[Any], None], said: str
) -> None:
    alter(location, segments.STORED, name, change)
    assert said in "; ".join(WhooshEngine(location).check())


def test_a_check_tells_of_much_damage_in_few_sentences(location: Path) -> None:
    def zero(items: Any) -> None:
        for index in range(len(items)):
            items[index] = 0

    alter(location, segments.POSTINGS, "text_exact.frequencies", zero)
    alter(location, segments.POSTINGS, "text_stem.frequencies", zero)
    told = WhooshEngine(location).check()
    assert len(told) == 21
    assert re.fullmatch(r"and \d+ more like these", told[-1])


def test_a_check_finds_what_is_missing_or_has_no_sum(location: Path) -> None:
    folder = folder_of(location)
    snapshot = Snapshot(folder)
    path = folder / manifest.name_of(snapshot.generation)
    path.unlink()
    assert WhooshEngine(location).check() == [f"{path}: is missing"]
    (folder / SUMS).write_text("{}")
    told = WhooshEngine(location).check()
    assert len(told) == 5
    assert all("its sum is not known" in each for each in told)


# The files


def file_of(path: Path, **numbers: array[int]) -> Arrays:
    writer = ArraysWriter(FileStorage(str(path.parent)).create_file(path.name))
    for name, items in numbers.items():
        code: Any = items.typecode
        writer.add(name, code, items)
    writer.close()
    return Arrays(path)


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    numbers = {"a": array("B", [1, 255]), "b": array("Q", [1 << 63]), "none": array("I")}
    file = file_of(tmp_path / "f", **numbers)
    assert {name: file.get(name).tolist() for name in file.names()} == {
        name: items.tolist() for name, items in numbers.items()
    }
    assert len(file.get("other")) == 0
    view = file.get("b")
    (tmp_path / "f").unlink()
    del file
    assert view.tolist() == [1 << 63]


@pytest.mark.parametrize(
    ("begin", "data", "error", "said"),
    [
        (0, b"nothing!", DamagedError, "not a file of an index"),
        (8, b"\x63", SchemaError, "format 99"),
        (12, b"\x01", DamagedError, "cut short"),
        (-2, b"x", DamagedError, "impossible directory"),
        (-4, b"\xff", DamagedError, "impossible directory"),
        (-5, b"9999", DamagedError, "impossible directory"),
        (-7, b"x", DamagedError, "impossible directory"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_told(
    tmp_path: Path, begin: int, data: bytes, error: type[EssaysError], said: str
) -> None:
    path = tmp_path / "f"
    file_of(path, numbers=array("I", [1, 2, 3]))
    whole = bytearray(path.read_bytes())
    place = begin % len(whole)
    whole[place : place + len(data)] = data
    path.write_bytes(whole)
    with pytest.raises(error, match=f"{path}.*{said}.*--rebuild"):
        Arrays(path).get("numbers")


@pytest.mark.parametrize("size", [0, 7, 30, -1])
def test_a_file_that_was_cut_is_told(tmp_path: Path, size: int) -> None:
    path = tmp_path / "f"
    file_of(path, numbers=array("I", [1, 2, 3]))
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedError, match=f"{path}: is (cut short|empty)"):
        Arrays(path)


def test_a_machine_of_the_other_byte_order_is_told(
    location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "byteorder", "big")
    with pytest.raises(StorageError, match="little-endian"):
        ids_of(WhooshEngine(location), "alpha")


# Terms

TERMS = st.sets(
    st.binary(min_size=1, max_size=12)
    | st.text("abé\udcff", min_size=1).map(lambda text: text.encode("utf-8", "surrogatepass"))
)


@given(terms=TERMS, asked=st.lists(st.binary(max_size=3)))
def test_terms_are_found_by_themselves_and_by_their_beginning(
    tmp_path_factory: pytest.TempPathFactory, terms: set[bytes], asked: list[bytes]
) -> None:
    ordered = sorted({*terms, b"one"})
    field = field_of(tmp_path_factory.mktemp("terms"), ordered)
    assert [field.term(number) for number in range(field.size)] == ordered
    assert [field.find(term) for term in ordered] == list(range(len(ordered)))
    for text in (*asked, b"\xff", b"\xff\xff"):
        assert field.begin(text) == bisect_left(ordered, text)
        assert (field.find(text) is not None) == (text in ordered)
        begun = [ordered[number] for number in field.beginning(text)]
        assert begun == [term for term in ordered if term.startswith(text)]


@pytest.mark.parametrize("code", ["B", "H", "I"])
def test_numbers_too_great_for_their_place_are_kept_apart(tmp_path: Path, code: str) -> None:
    great = {"B": 255, "H": 65_535, "I": 3_000_000}[code]
    often = array("I", [2, 1, 254 if code == "B" else 255, 300, 1])
    places = range(0, great, max(1, great // sum(often)))
    positions = array("I", [*places][: sum(often) - 1])
    positions.extend([great] * (sum(often) - len(positions)))
    field = field_of(
        tmp_path, [b"a", b"b", b"c"], array("H", [2, 2, 1]), array("I", [0, 70_000, 1, 2, 9]),
        often, array(code, positions),
    )  # fmt: skip
    found = [field.lists(number) for number in range(3)]
    assert [numbers.documents.tolist() for numbers in found] == [[0, 70_000], [1, 2], [9]]
    assert [n for numbers in found for n in numbers.frequencies.tolist()] == often.tolist()
    assert [n for numbers in found for n in numbers.positions.tolist()] == positions.tolist()
    assert found[0].documents.obj is field.documents.obj


def test_a_field_with_more_positions_than_can_be_told_apart_is_refused(tmp_path: Path) -> None:
    writer = PostingsWriter(None, FilesOf(tmp_path))
    most = array("I", [(1 << 32) - 1])
    with pytest.raises(OverflowError, match="positions of a field"):
        writer.write_field("f", [b"a"], array("I", [2]), most * 2, most * 2, most)
    writer.close()


def test_many_occurrences_far_into_a_passage_are_found_after_every_merge(tmp_path: Path) -> None:
    text = f"{'so ' * 700} {'word ' * 66_000} far end"
    engine = stocked(tmp_path / "i", [entry("long", text), entry("b", "so far")], commits=2)
    for _ in range(2):
        assert ids_of(engine, '"far end"') == ["long"]
        snapshot = Snapshot(folder_of(tmp_path / "i"))
        assert snapshot.postings("text_exact", "so").frequencies.tolist() == [700, 1]
        assert snapshot.postings("text_exact", "end").positions.tolist() == [66_701]
        assert engine.check() == []
        writer = engine.writer()
        SegmentWriter(writer._index, codec=ArrayCodec(), _lk=False).commit(optimize=True)
        writer.close()
    assert len(Snapshot(folder_of(tmp_path / "i")).segments) == 1


@given(
    noted=st.dictionaries(st.integers(0, 20), st.binary(min_size=1, max_size=3)),
    asked=st.sets(st.integers(0, 22)),
)
def test_a_column_gives_what_is_noted_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, noted: dict[int, bytes], asked: set[int]
) -> None:
    documents, offsets, values = array("I"), array("I", [0]), array("B")
    for document, value in sorted(noted.items()):
        documents.append(document)
        values.frombytes(value)
        offsets.append(len(values))
    parts = {"c.documents": documents, "c.offsets": offsets, "c.values": values}
    column = segments.Column(file_of(tmp_path_factory.mktemp("column") / "f", **parts), "c")
    expected = [noted.get(document, b"") for document in sorted(asked)]
    assert [column[document] for document in sorted(asked)] == expected
    assert list(column.of(sorted(asked))) == expected


# Reading


@given(
    postings=st.dictionaries(
        st.integers(0, 40), st.lists(st.integers(0, 90), min_size=1, max_size=4, unique=True)
    ),
    deleted=st.sets(st.integers(0, 40)),
    base=st.sampled_from([0, 7, (1 << 32) - 50]),
)
def test_deleted_documents_are_left_out_and_the_others_numbered_on(
    tmp_path_factory: pytest.TempPathFactory,
    postings: dict[int, list[int]],
    deleted: set[int],
    base: int,
) -> None:
    folder = tmp_path_factory.mktemp("segment")
    ordered = {document: sorted(postings[document]) for document in sorted(postings)} or {0: [1]}
    field = field_of(
        folder, [b"term"], array("H", [len(ordered)]), array("H", ordered),
        array("H", map(len, ordered.values())), array("H", chain(*ordered.values())),
    )  # fmt: skip
    files = segments.Files.__new__(segments.Files)
    files._fields, files.size = {"f": field, "other": None}, 41
    segment = segments.Segment(files, base, manifest.runs(deleted))
    assert set(segment.deleted) == deleted
    assert segment.deleted_count == len(deleted)
    found = segment.postings("f", b"term")
    assert found
    left = {base + d: at for d, at in ordered.items() if d not in deleted}
    assert found.documents.tolist() == list(left)
    assert found.frequencies.tolist() == [*map(len, left.values())]
    assert found.positions.tolist() == [*chain(*left.values())]
    assert segment.postings("f", b"other") is None
    assert segment.postings("other", b"term") is None


def test_many_threads_read_at_once_without_waiting_for_each_other(tmp_path: Path) -> None:
    entries = [
        entry(f"e{n:03}", " ".join(f"w{n % m} v{n % m}" for m in range(2, 9)), title=f"t{n % 4}")
        for n in range(120)
    ]
    engine = stocked(tmp_path / "i", entries, commits=4)
    changed(engine, remove=["e003", "e050"])
    queries = [f"w{n} v{m}" for n in range(4) for m in range(4)] + ['"w1 v1"', "w*", "title:t1"]
    expected = [ids_of(engine, query) for query in queries]
    assert len(expected[0]) > 9

    def ask(turn: int) -> bool:
        order = [(turn * 7 + n) % len(queries) for n in range(len(queries))]
        return all(ids_of(engine, queries[n]) == expected[n] for n in order)

    shutil.copytree(tmp_path / "i", tmp_path / "j")
    engine = WhooshEngine(tmp_path / "j")
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(24)))


KEPT = ("_snapshot", "_shelves", "_weighing")


def test_threads_of_a_process_share_what_they_have_of_a_commit(location: Path) -> None:
    engines = [WhooshEngine(location, vectors=True) for _ in range(3)]
    assert [ids_of(engine, "alpha") for engine in engines] == [["e2", "e0", "e1"]] * 3
    snapshots = {engine._snapshot for engine in engines}
    assert [len({getattr(engine, name) for engine in engines}) for name in KEPT] == [1, 1, 1]
    changed(engines[0], entry("new", "alpha"))
    assert [ids_of(engine, "alpha") for engine in engines] == [["e2", "new", "e0", "e1"]] * 3
    later = {engine._snapshot for engine in engines}
    assert len(later) == 1
    assert not later & snapshots


def test_an_index_made_anew_in_its_place_is_another(tmp_path: Path) -> None:
    engine = stocked(tmp_path / "i", [entry("a", "old words")])
    old = whoosh_sharing.shared(str(folder_of(tmp_path / "i")))
    engine.close()
    shutil.rmtree(tmp_path / "i")
    stocked(tmp_path / "i", [entry("b", "new words")])
    new = whoosh_sharing.shared(str(folder_of(tmp_path / "i")))
    assert new.generation == old.generation
    assert [one.essay(0).id for one in (old, new)] == ["a", "b"]


def test_pages_that_were_looked_at_are_let_go_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(tmp_path / "f", numbers=array("I", range(4_000_000)))
    numbers = file.get("numbers")
    before = mapped()
    assert sum(numbers[::1_000]) == sum(range(0, 4_000_000, 1_000))
    if sys.platform == "linux":
        assert mapped() - before > 12_000_000
    monkeypatch.setattr(whoosh_arrays, "_MAPPED", -(10**9))
    release_pages()
    if sys.platform == "linux":
        assert mapped() - before < 4_000_000
    assert numbers[3_999_999] == 3_999_999


class Map:
    """A file of 1,000 bytes that notes where its pages are let go of."""

    def __init__(self, name: str, noted: list[tuple[str, int, int]]) -> None:
        self._name = name
        self._noted = noted

    def __len__(self) -> int:
        return 1_000

    def madvise(self, advice: int, begin: int, size: int) -> None:
        self._noted.append((self._name, begin, size))


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Where pages of files were let go of; a process is told to have 1 GB of one."""
    noted: list[tuple[str, int, int]] = []
    monkeypatch.setattr(whoosh_arrays, "_open", {1: Map("a", noted)})
    monkeypatch.setattr(whoosh_arrays, "_looked_at", 0)
    monkeypatch.setattr(whoosh_arrays, "_hand", 0)
    monkeypatch.setattr(whoosh_arrays, "mapped", lambda: 10**9)
    return noted


def test_pages_are_asked_for_once_many_were_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, let_go: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setattr(whoosh_arrays, "_LOOKED_AT", 100)
    terms = [b"a", b"b"]
    often = array("B", [1] * 20)
    field = field_of(tmp_path, terms, array("B", [10, 10]), array("B", [*range(10)] * 2),
        often, often)  # fmt: skip
    for times in (0, 1, 1, 2):
        assert len(field.lists(0).documents) == 10
        assert len(let_go) == times


def test_pages_are_kept_up_to_a_part_of_all_files(
    monkeypatch: pytest.MonkeyPatch, let_go: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setattr(whoosh_arrays, "_MAPPED", 10_000)
    monkeypatch.setattr(whoosh_arrays, "_MAPPED_PART", 10)
    for there, times in ((10_100, 0), (10_101, 1)):
        monkeypatch.setattr(whoosh_arrays, "mapped", lambda there=there: there)
        release_pages()
        assert len(let_go) == times


def test_pages_are_let_go_of_part_by_part_until_there_are_fewer(
    monkeypatch: pytest.MonkeyPatch, let_go: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setattr(whoosh_arrays, "_open", {n: Map(n, let_go) for n in "abc"})
    monkeypatch.setattr(whoosh_arrays, "_AT_ONCE", 600)
    monkeypatch.setattr(whoosh_arrays, "_MAPPED", 1_000)
    monkeypatch.setattr(whoosh_arrays, "_MAPPED_PART", 30)
    there = [2_000]
    # Each part that is let go of has 500 of them.
    monkeypatch.setattr(whoosh_arrays, "mapped", lambda: there[0] - 500 * len(let_go))
    release_pages()
    assert let_go == [("a", 600, 400), ("b", 0, 600), ("b", 600, 400)]
    let_go.clear()
    there[0] = 1_600
    release_pages()
    assert let_go == [("c", 0, 600), ("c", 600, 400)]
    let_go.clear()
    there[0] = 10**9
    release_pages()
    assert sorted(let_go) == [(n, *part) for n in "abc" for part in ((0, 600), (600, 400))]


def test_files_are_known_as_long_as_they_are_open(tmp_path: Path) -> None:
    before = len(whoosh_arrays._open)
    file = file_of(tmp_path / "f", numbers=array("I", range(10)))
    assert len(whoosh_arrays._open) == before + 1
    del file
    assert len(whoosh_arrays._open) == before


def test_questions_let_go_of_pages_now_and_then(
    location: Path, monkeypatch: pytest.MonkeyPatch, let_go: list[tuple[str, int, int]]
) -> None:
    engine = WhooshEngine(location)
    monkeypatch.setattr(whoosh_engine, "_RELEASED", 2)
    assert [len(let_go) for _ in range(5) if engine.languages()] == [0, 0, 1, 1, 2]


def test_what_a_search_took_of_files_is_let_go_of_before_its_page_is_shown(
    location: Path, let_go: list[tuple[str, int, int]]
) -> None:
    engine = WhooshEngine(location, vectors=True)
    matches = matches_of(engine, "alpha")
    groups = matches.groups(0, 10)
    before = len(let_go)
    assert [e.id for e in matches.essays_of([g.essay_ref for g in groups])] == ["e2", "e0", "e1"]
    assert len(let_go) == before + 1


def test_a_system_that_does_not_tell_of_memory_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object) -> None:
        raise FileNotFoundError(2, "No such file or directory", "/proc/self/statm")

    monkeypatch.setattr("os.open", refuse)
    assert mapped() == 0


def test_a_reading_that_no_manifest_helps_says_what_of_the_table_is_wrong(location: Path) -> None:
    folder = folder_of(location)
    toc = folder / manifest.toc_of(Snapshot(folder).generation)
    toc.write_bytes(toc.read_bytes()[:-40])
    with pytest.raises(DamagedError, match=r"_essays_\d+\.toc: can't be read"):
        ids_of(WhooshEngine(location), "alpha")


def test_a_list_of_one_segment_is_a_view_into_its_file(tmp_path: Path) -> None:
    stocked(tmp_path / "i", [entry("a", "one two one"), entry("b", "one")])
    snapshot = Snapshot(folder_of(tmp_path / "i"))
    found = snapshot.postings("text_exact", "one")
    file = snapshot.segments[0].files.postings
    assert [v.obj for v in (found.documents, found.frequencies, found.positions)] == [file.map] * 3
    assert (found.documents.tolist(), found.frequencies.tolist()) == ([1, 3], [2, 1])
    assert found.at(1).tolist() == [0, 2]  # type: ignore[attr-defined]
    assert found.at(2) == ()
