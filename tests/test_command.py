"""The command over real essays: seeds/ indexed, searched, shown and checked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.stand import Essays, command

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture
def essays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Essays:
    monkeypatch.chdir(tmp_path)
    return command(capsys)


@pytest.fixture
def indexed(essays: Essays) -> Essays:
    assert essays("index", str(SEEDS)).status == 0
    return essays


def test_a_folder_is_indexed_once_and_found_unchanged_after(essays: Essays) -> None:
    first = essays("index", str(SEEDS))
    assert first.out.startswith("added 2, updated 0, unchanged 0, removed 0\n2 essays, ")
    again = json.loads(essays("index", "--json", str(SEEDS)).out)
    assert (again["added"], again["unchanged"]) == (0, 2)
    assert Path(".essays").is_dir()


def test_a_few_words_find_the_passage_under_its_heading(indexed: Essays) -> None:
    ran = indexed("search", "voluntary", "returns")
    assert ran.status == 0
    assert ran.out.startswith("Overthrow autocracy, eliminate dictatorship!\n")
    assert '"Voluntary Returns" –' in ran.out


def test_what_is_found_can_be_shown(indexed: Essays) -> None:
    found = json.loads(indexed("search", "--json", "voluntary", "returns").out)
    hit = found["results"][0]["passages"][0]
    assert "".join(piece["text"] for piece in hit["snippet"]).strip("…") in hit["text"]
    assert any(piece["match"] for piece in hit["snippet"])
    shown = json.loads(indexed("show", "--json", hit["id"]).out)
    assert [passage["text"] for passage in shown["passages"]] == [hit["text"]]
    assert hit["anchor"] in indexed("show", found["results"][0]["essay"]["id"]).out


def test_counts_paths_and_pages_agree(indexed: Essays) -> None:
    assert indexed("search", "-c", "chinese").out.startswith("essays 2\n")
    assert len(indexed("search", "-l", "chinese").out.splitlines()) == 2
    pages = [
        json.loads(indexed("search", "--json", "-n1", "--offset", str(offset), "chinese").out)
        for offset in (0, 1)
    ]
    ids = [page["results"][0]["essay"]["id"] for page in pages]
    assert len(set(ids)) == 2
    assert indexed("search", "-n1", "--offset", "2", "chinese").status == 1


def test_words_that_are_nowhere_are_one(indexed: Essays) -> None:
    assert indexed("search", "zyzzyva").status == 1


def test_the_essays_are_listed_and_the_index_is_whole(indexed: Essays) -> None:
    assert [line.split("\t")[0] for line in indexed("list").out.splitlines()] == [
        "000_3932a862b8def1e9",
        "002_9cbba2b0ab8d4e27",
    ]
    assert json.loads(indexed("status", "--json").out)["essays"] == 2
    assert indexed("check").status == 0


@pytest.mark.parametrize("arguments", [["search", "a"], ["list"], ["show", "a"], ["check"]])
def test_without_an_index_there_is_one_line(essays: Essays, arguments: list[str]) -> None:
    essays(*arguments).refused()
    assert not os.listdir()


def test_a_query_beyond_the_limit_is_one_line(indexed: Essays) -> None:
    assert "100,000 characters" in indexed("search", "x" * 100_000).refused()


def test_an_essay_that_is_not_there_is_one_line(indexed: Essays) -> None:
    assert "did you mean 002_9cbba2b0ab8d4e27?" in indexed("show", "002_9cbba").refused()
    whole = "002_9cbba2b0ab8d4e27"
    assert f"essays show {whole}" in indexed("show", f"{whole}#p-00000000").refused()
