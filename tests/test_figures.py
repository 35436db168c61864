"""The benchmark's figures: what is kept, the goals, the plot."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.benchmarks import goals, tables
from tests.benchmarks.corpus import quoted
from tests.benchmarks.goals import Goal
from tests.benchmarks.kept import Figures, Kept
from tests.benchmarks.plot import Line, draw
from tests.benchmarks.searching import answered, percentile

SVG = "{http://www.w3.org/2000/svg}"


def query(text: str, kind: str = "two words", **warm: float) -> Figures:
    """One query's figures, answered by all whose time is given."""
    return {"text": text, "kind": kind, "found": dict.fromkeys(warm, 10), "warm": warm}


def library(passages: int, *queries: Figures) -> Figures:
    sizes = {"passages": passages, "text_bytes": 1000, "bytes": {"ours": 1500}}
    return {"sizes": sizes, "queries": list(queries)}


def test_a_run_goes_on_with_the_figures_of_the_one_before(tmp_path: Path) -> None:
    Kept(tmp_path / "figures.json").put("5000", "memory", {"after": 1})
    again = Kept(tmp_path / "figures.json")
    again.put("5000", "web", {})
    assert again.get("5000") == {"memory": {"after": 1}, "web": {}}
    again.forget(["memory"])
    assert Kept(tmp_path / "figures.json").get("5000") == {"web": {}}
    assert again.get("20000") == {}


def test_every_word_of_a_plain_query_is_quoted_so_that_no_sign_is_an_operator() -> None:
    assert quoted('"human nature" virtue') == '"human nature" "virtue"'
    assert quoted("the count's old friend?") == '"the" "count\'s" "old" "friend?"'


def test_engines_are_compared_by_plain_queries_that_all_of_them_answer() -> None:
    both = query("social contract", ours=1, fts5=2)
    unanswered = {**query("white whale", ours=1, fts5=2), "found": {"ours": 3, "fts5": 0}}
    operators = query("whale OR harpoon", "boolean", ours=1, fts5=2)
    assert answered([both, unanswered, operators], ("ours", "fts5")) == [both]


def test_the_95th_percentile_is_the_value_that_19_of_20_do_not_exceed() -> None:
    assert percentile([float(n) for n in range(1, 21)], 0.95) == 20
    assert percentile([3.0], 0.95) == 3


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        (Goal("", 0.25, 0.25), "met"),
        (Goal("", 0.25, 0.5), "missed by 2.00 times"),
        (Goal("", 8, 9, at_least=True), "met"),
        (Goal("", 8, 2, at_least=True), "missed by 4.00 times"),
        (Goal("", 8, None), "not measured"),
    ],
)
def test_a_goal_says_by_how_many_times_it_is_missed(goal: Goal, verdict: str) -> None:
    assert goal.verdict == verdict


def test_goals_are_written_as_fractions_below_one() -> None:
    assert Goal("", 1 / 15, None).wanted == "at most 1/15"
    assert Goal("", 0.5, None, at_least=True).wanted == "at least 1/2"
    assert Goal("", 1.2, None).wanted == "at most 1.2"


def test_goals_compare_medians_and_growth(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "figures.json")
    for size, factor in (("100000", 1.0), ("1000000", 5.0)):
        for step, figures in library(
            int(size),
            *(query(f"{n}", ours=n * factor, fts5=8.0 * n, tantivy=n / 2) for n in (1, 2, 3)),
        ).items():
            kept.put(size, step, figures)
    found = {goal.what: goal for goal in goals.goals(kept)}
    assert found["query at 100,000 passages, median, to FTS5's"].found == pytest.approx(1 / 8)
    assert found["query at 100,000 passages, 95th percentile, to tantivy's"].found == 2
    assert found["query at 1,000,000 passages, median, to FTS5's"].is_met is False
    growth = found["growth of a query from 100,000 to 1,000,000 passages, median"]
    assert growth.found == 5
    assert found["bytes of the index to those of the text, 100,000 passages"].found == 1.5
    assert found["ms until a changed essay is found, 100,000 passages"].is_met is None


LINES = [
    Line("ours", [(5_000, 1.0), (100_000, 2.0), (1_000_000, 4.0)]),
    Line("peer & co", [(5_000, 2.0), (100_000, 20.0), (1_000_000, 200.0)]),
    Line("near", [(5_000, 0.9), (100_000, 2.0), (1_000_000, 4.1)]),
    Line("small", [(5_000, 9.0), (100_000, 90.0)]),
]


def drawing() -> ElementTree.Element:
    return ElementTree.fromstring(draw("A <title>", "What it shows", "A note", {"median": LINES}))


def test_the_plot_tells_what_it_is_to_those_who_do_not_see_it() -> None:
    root = drawing()
    named = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    assert [named[name] for name in str(root.get("aria-labelledby")).split()] == [
        "A <title>",
        "What it shows",
    ]
    assert "near: 0.90 ms at 5,000 passages" in root.itertext()


def test_the_plot_names_every_line_apart_from_the_others() -> None:
    names = {
        text: (str(element.get("text-anchor")), float(str(element.get("y"))))
        for element in drawing().iter(f"{SVG}text")
        if "name" in str(element.get("class")) and (text := element.text)
    }
    # The one that ends within the panel stands above its end.
    assert names.pop("small 90 ms")[0] == "end"
    assert set(names) == {"ours 4.0 ms", "peer & co 200 ms", "near 4.1 ms"}
    assert {anchor for anchor, _ in names.values()} == {"start"}
    heights = sorted(height for _, height in names.values())
    assert all(below - above >= 13 for above, below in pairwise(heights))


def test_the_plot_has_logarithmic_axes_and_colours_for_the_dark() -> None:
    root = drawing()
    points = [
        (float(str(circle.get("cx"))), float(str(circle.get("cy"))))
        for circle in root.iter(f"{SVG}circle")
        if circle.get("class") == "mark1"
    ]
    # Ten times as long at twenty and at two hundred times the size.
    (_, first), (x1, second), (x2, third) = points
    assert first - second == pytest.approx(second - third, abs=0.2)
    assert x2 - x1 == pytest.approx((x2 - points[0][0]) / 2.301, abs=0.2)
    style = next(root.iter(f"{SVG}style")).text or ""
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for kind in ("line0", "mark3", "paper", "grid", "tick"):
        assert re.search(rf"\.{kind}\b", light)
        assert re.search(rf"\.{kind}\b", dark)


def test_the_plot_is_drawn_of_queries_that_are_answered_at_every_size(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "figures.json")
    common = query("social contract", ours=1.0, fts5=3.0)
    for size, extra in (("5000", []), ("100000", [query("white whale", ours=90.0, fts5=90.0)])):
        for step, figures in library(int(size), common, *extra).items():
            kept.put(size, step, figures)
    assert tables.picture(kept, [5_000]) is None
    drawn = tables.picture(kept, [5_000, 100_000])
    assert drawn is not None
    assert "essay-search 1.0 ms" in drawn
    assert "SQLite FTS5 3.0 ms" in drawn
    assert "90 ms" not in drawn
