"""The JSON that other programs rely on: these keys, no others, in plain JSON types."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indexer import json_shapes
from indexer.model import Skipped
from tests.essays import a_hit, a_note, a_report, a_result, a_status, a_view, an_essay, an_essay_hit

ESSAY = {"id", "title", "authors", "date", "language", "path", "format", "words", "passages"}
HIT = {"id", "anchor", "ordinal", "headings", "text", "snippet", "missing", "score"}


def through_json(shape: dict[str, Any]) -> Any:
    return json.loads(json.dumps(shape, allow_nan=False))


def test_a_search_has_the_keys_it_promises() -> None:
    found = an_essay_hit(passages=(a_hit(missing=("tibet",)),), more=2)
    shape = through_json(
        json_shapes.search(a_result(results=(found,), notes=(a_note("odd"),), took_ms=1.23456))
    )
    assert set(shape) == {
        "query", "understood", "notes", "did_you_mean", "matched", "essays", "passages",
        "partial", "offset", "limit", "took_ms", "results",
    }  # fmt: skip
    assert shape["notes"] == [{"kind": "unknown-field", "message": "odd", "span": [0, 4]}]
    assert shape["did_you_mean"] is None
    assert shape["took_ms"] == 1.23
    (result,) = shape["results"]
    assert set(result) == {"essay", "score", "passages", "more"}
    assert set(result["essay"]) == ESSAY
    (hit,) = result["passages"]
    assert set(hit) == HIT
    assert hit["snippet"][1] == {"text": "silencing", "match": True}
    assert hit["missing"] == ["tibet"]
    assert hit["headings"] == ["Of Thought", "Of Discussion"]


def test_an_essay_is_shown_with_outline_and_passages() -> None:
    shape = through_json(json_shapes.show(a_view()))
    assert set(shape) == {"essay", "outline", "passages"}
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
    assert [set(essay) for essay in shape["essays"]] == [ESSAY, ESSAY]
    assert [essay["date"] for essay in shape["essays"]] == ["1859-02", None]


def test_the_status_has_the_keys_it_promises() -> None:
    assert set(through_json(json_shapes.status(a_status()))) == {
        "location", "engine", "schema_version", "essays", "passages", "words", "bytes",
        "updated", "languages", "healthy",
    }  # fmt: skip


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
