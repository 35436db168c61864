"""The JSON that other programs rely on: these keys, no others, in plain JSON types."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from indexer import json_shapes
from indexer.model import Skipped, Suggestion
from tests.essays import a_hit, a_note, a_report, a_result, a_status, a_view, an_essay, an_essay_hit

ESSAY = ["id", "title", "authors", "date", "language", "path", "format", "words", "passages"]
HIT = ["id", "anchor", "ordinal", "headings", "text", "snippet", "missing", "score"]

A_SEARCH = json_shapes.search(
    a_result(
        results=(an_essay_hit(passages=(a_hit(missing=("tibet",)),), more=2),),
        notes=(a_note("odd"),),
        took_ms=1.23456,
    )
)
SHAPES = (
    A_SEARCH,
    json_shapes.show(a_view()),
    json_shapes.essay_list([an_essay(), an_essay(date=None)]),
    json_shapes.suggest("li", [Suggestion("liberty", "word")]),
    json_shapes.status(a_status()),
    json_shapes.check(["segment 1 is missing"]),
    json_shapes.index(a_report(skipped=(Skipped(path="a", reason="b"),))),
)


def through_json(shape: msgspec.Struct) -> Any:
    return json.loads(json.dumps(msgspec.to_builtins(shape), allow_nan=False))


def test_a_search_has_the_keys_it_promises() -> None:
    shape = through_json(A_SEARCH)
    assert list(shape) == [
        "query", "understood", "notes", "did_you_mean", "matched", "essays", "passages",
        "partial", "offset", "limit", "took_ms", "results",
    ]  # fmt: skip
    assert shape["notes"] == [{"kind": "unknown-field", "message": "odd", "span": [0, 4]}]
    assert shape["did_you_mean"] is None
    assert shape["took_ms"] == 1.23
    (result,) = shape["results"]
    assert list(result) == ["essay", "score", "passages", "more"]
    assert list(result["essay"]) == ESSAY
    (hit,) = result["passages"]
    assert list(hit) == HIT
    assert hit["snippet"][1] == {"text": "silencing", "match": True}
    assert hit["missing"] == ["tibet"]
    assert hit["headings"] == ["Of Thought", "Of Discussion"]


def test_an_essay_is_shown_with_outline_and_passages() -> None:
    shape = through_json(json_shapes.show(a_view()))
    assert list(shape) == ["essay", "outline", "passages"]
    assert shape["outline"][0] == {"title": "Of Thought", "level": 1, "anchor": "p-00000002"}
    assert shape["passages"][2] == {
        "id": "politics/on_liberty#p-00000003",
        "anchor": "p-00000003",
        "ordinal": 3,
        "headings": ["Of Thought", "Of Discussion"],
        "kind": "verse",
        "text": "One line\nand another.",
    }


def test_the_list_holds_essays() -> None:
    shape = through_json(json_shapes.essay_list(iter([an_essay(), an_essay(date=None)])))
    assert set(shape) == {"essays"}
    assert [list(essay) for essay in shape["essays"]] == [ESSAY, ESSAY]
    assert [essay["date"] for essay in shape["essays"]] == ["1859-02", None]


def test_suggestions_say_what_they_are_of() -> None:
    shape = json_shapes.suggest(
        "li", (Suggestion("liberty", "word"), Suggestion("On Liberty", "title"))
    )
    assert through_json(shape) == {
        "prefix": "li",
        "suggestions": [
            {"text": "liberty", "kind": "word"},
            {"text": "On Liberty", "kind": "title"},
        ],
    }


def test_the_status_has_the_keys_it_promises() -> None:
    assert list(through_json(json_shapes.status(a_status()))) == [
        "location", "engine", "schema_version", "essays", "passages", "words", "bytes",
        "updated", "languages", "healthy",
    ]  # fmt: skip


def test_a_report_counts_a_renamed_file_as_one_essay_gone_and_one_come() -> None:
    report = a_report(renamed=1, removed=4, skipped=(Skipped(path="a", reason="b"),))
    assert through_json(json_shapes.index(report)) == {
        "added": 3,
        "updated": 0,
        "unchanged": 0,
        "removed": 5,
        "skipped": [{"path": "a", "reason": "b"}],
        "essays": 2,
        "passages": 57,
        "seconds": 0.846,
    }


@pytest.mark.parametrize(("problems", "healthy"), [([], True), (["segment 1 is missing"], False)])
def test_a_check_says_whether_and_what(problems: list[str], healthy: bool) -> None:
    assert through_json(json_shapes.check(problems)) == {"healthy": healthy, "problems": problems}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_a_shape_is_what_its_schema_says(shape: msgspec.Struct) -> None:
    """The web API describes itself by the schemas of these types."""
    assert msgspec.convert(through_json(shape), type(shape)) == shape
    _, components = msgspec.json.schema_components([type(shape)])
    for name, schema in components.items():
        assert schema["description"], name
        assert schema["required"] == list(schema["properties"]), name
