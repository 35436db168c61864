"""The figures of pages as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from tests.benchmarks.child import say
from tests.benchmarks.kept import Figures, Kept
from tests.benchmarks.web import BEST, QUIET, SERVE


def report(kept: Kept, sizes: Sequence[int]) -> None:
    """All that was measured of pages."""
    measured = [figures for size in sizes if "web" in (figures := kept.get(str(size)))]
    if not measured:
        return
    say("\n## Pages of results\n")
    if ceiling := kept.get("load").get("ceiling"):
        say(
            f"The load, one process, takes {ceiling['cpu_ms']:.2f} ms of CPU for an answer of "
            f"20 kB, and gets {ceiling['speed']:,.0f} a second from a server that does nothing, "
            "on the cores that it shares with the servers.\n"
        )
    for figures in measured:
        _of_size(figures["sizes"]["passages"], figures["web"])


def _of_size(passages: int, found: Figures) -> None:
    settings = found["settings"]
    say(
        f"### {passages:,} passages\n",
        f"{found['queries']} queries, all of whose words both find together; {found['rounds']} "
        f"round(s) of {found['seconds']:g} s at least, in turns.\n",
        "| | processes | connections | requests/s | round by round | to Datasette's ten best "
        "| p50 ms | p95 | p99 | p99 to p50 | CPU ms | kB |",
        "|---|" + "--:|" * 11,
    )
    for one in settings:
        beside = next(other for other in settings if other["name"] == BEST and _same(one, other))
        rounds = ", ".join(f"{speed:.0f}" for speed in one["speeds"])
        say(
            f"| {one['name']}{', while indexing' if one['busy'] else ''} | {one['processes']} "
            f"| {one['connections']} | {one['speed']:.1f} | {rounds} "
            f"| {one['speed'] / beside['speed']:.2f} | {one['p50']:.1f} | {one['p95']:.1f} "
            f"| {one['p99']:.1f} | {one['p99'] / one['p50']:.1f} | {one['cpu_ms']:.1f} "
            f"| {one['bytes'] / 1000:.1f} |"
        )
    ours = [one for one in settings if one["name"] == SERVE]
    one, _, two = ours[: len(QUIET)]
    say(
        f"\nTwo processes serve {two['speed'] / one['speed']:.2f} times as many requests as one; "
        f"the 95th percentile of two while another process indexes is "
        f"{ours[-1]['p95'] / two['p95']:.2f} times that in quiet. The load took "
        f"{max(each['load'] for each in settings):.0%} of a core at most.\n"
    )
    for name, made in found["changes"].items():
        say(
            f"While {name} served, the other process made {made['commits']} commits of "
            f"{made['passages']:.0f} passages each; one took {made['mean']:.2f} s, "
            f"{made['longest']:.2f} s at most."
        )
    page = found["page"]
    say(
        f"\nThe page without a server: {page['whole']:.2f} ms, of which {page['rest']:.2f} ms are "
        f"not the library's search (medians over the queries; 95th percentile "
        f"{page['rest_p95']:.2f} ms).\n"
    )
    for name, taken in found["memory"].items():
        say(f"{name}: {_memory(taken)}")
    say("")


def _same(one: Figures, other: Figures) -> bool:
    return all(one[name] == other[name] for name in ("processes", "connections", "busy"))


def _memory(taken: Sequence[Mapping[str, float]]) -> str:
    resident, own, shared = (
        statistics.mean(each[name] for each in taken)
        for name in ("resident", "anonymous", "shared_out")
    )
    return (
        f"{len(taken)} processes of {resident:.0f} MB resident ({own:.0f} MB their own; "
        f"{shared:.0f} MB with what they share divided among them), after the load."
    )
