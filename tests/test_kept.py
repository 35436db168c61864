"""What is kept to be asked for again stays within its number of bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines import vector_arrays, vector_rows, vector_weighing
from indexer.engines.vector_kept import Kept
from indexer.engines.whoosh_engine import WhooshEngine
from tests.shelves import entry, ids_of, stocked


class Thing(NamedTuple):
    """What takes so many bytes."""

    room: int


def making(thing: Thing) -> Callable[[int], Thing]:
    return lambda _: thing


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30))))
def test_what_was_used_last_is_kept_within_so_many_bytes(
    most: int, asked: list[tuple[int, int]]
) -> None:
    kept: Kept[int, Thing] = Kept(most)
    latest: dict[int, Thing] = {}
    for key, room in asked:
        value = kept.get(key, making(Thing(room)))
        if key in latest:
            assert value is latest.pop(key)
        latest[key] = value
        while sum(thing.room for thing in latest.values()) > most and len(latest) > 1:
            del latest[next(iter(latest))]
        assert kept._room == sum(thing.room for thing in latest.values())
        assert list(kept._values.items()) == list(latest.items())


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), min_size=1))
def test_what_is_put_takes_the_place_of_what_the_key_had(asked: list[tuple[int, int]]) -> None:
    kept: Kept[int, Thing] = Kept(1_000)
    for key, room in asked:
        kept.put(key, Thing(room))
    assert kept._room == sum(dict(asked).values())


def test_whatever_is_asked_a_process_keeps_no_more_than_its_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (vector_arrays, vector_rows, vector_weighing):
        monkeypatch.setattr(module, "_KEPT", 80_000)
        monkeypatch.setattr(module, "_KEPT_EACH", 1)
    words = [f"{a}{b}ing" for a in "bcdfghklmnprstvw" for b in "aeiou"]
    stocked(tmp_path / "i", [entry(f"e{n}", f"{w} {w[::-1]} house") for n, w in enumerate(words)])
    engine = WhooshEngine(tmp_path / "i", vectors=True)
    full = 0
    for times in range(3):
        for word in words:
            assert ids_of(engine, f'{word} OR "{word} {word[::-1]}"') == ids_of(engine, word)
            weighing = engine._weighing
            assert weighing is not None
            for kept in (
                weighing._kept,
                weighing._rows._kept,
                weighing.arrays._kept,
                weighing.arrays._pieces,
            ):
                rooms = [value.room for value in kept._values.values()]
                assert kept._room == sum(rooms) <= kept.most <= 80_000
                full += kept._room > 0.9 * kept.most and times > 0
    assert full > len(words)


def test_a_posting_list_takes_no_more_than_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_arrays, "_SHORT", 0)
    stocked(tmp_path / "i", [entry("e", *["alpha beta"] * 1_000)])
    engine = WhooshEngine(tmp_path / "i", vectors=True)
    ids_of(engine, "alpha")
    assert engine._weighing is not None
    pieces = engine._weighing.arrays.pieces("text_exact", "alpha")
    room = pieces.room
    assert pieces.within(np.array([1, 500, 999], np.int32)).positions.tolist() == [0, 0, 0]
    blocks = pieces[0]._blocks
    assert blocks is not None
    assert 0 < blocks.nbytes < room
