"""What every engine promises of writing: what is kept, when it is seen, and by whom.

See ``test_engine_contract.py``.
"""

from __future__ import annotations

import time
from contextlib import closing

import pytest
from msgspec.structs import replace

from indexer.engines.base import (
    Engine,
    Entry,
    Matches,
    Selection,
)
from indexer.errors import BusyError, NoIndexError
from indexer.model import OutlineEntry
from indexer.plan import Below
from indexer.query import parse
from tests.contract_cases import (
    LIBRARY,
    Told,
    found_by,
    odd_entry,
    searched,
    told,
    word,
)
from tests.engines import Site
from tests.oracle import evaluate
from tests.shelves import changed, entry, fill, ids_of, matches_of

# -- What is kept of an essay ----------------------------------------------------------------


def test_an_essay_comes_back_to_the_letter(site: Site) -> None:
    odd = odd_entry()
    engine = site.stocked([odd, entry("plain", "inside")])
    assert engine.essay(odd.essay.id) == odd
    assert list(engine.essays()) == [odd.essay, entry("plain", "inside").essay]
    assert {mark.essay_id: mark for mark in engine.fingerprints()} == {
        odd.essay.id: odd.fingerprint,
        "plain": entry("plain", "inside").fingerprint,
    }
    for text in ("surrogates", "reversed OR esrever", '"nul inside"', "漢漢", "x" * 300, "quoted"):
        _, matches = searched(engine, text)
        expected = evaluate(parse(text), [(odd.essay, odd.passages)])
        found = [
            (essay.id, passage.anchor)
            for group in matches.groups(0, 9)
            for essay in matches.essays_of([group.essay_ref])
            for passage in matches.passages_of([c.ref for c in group.passages])
            if essay.id == odd.essay.id
        ]
        best = next((tier for tier in expected.tiers if tier.essays), expected.tiers[0])
        assert set(found) == set(best.passages), text
        assert all(
            passage == odd.passages[passage.ordinal - 1]
            for group in matches.groups(0, 1)
            for passage in matches.passages_of([c.ref for c in group.passages])
            if matches.essays_of([group.essay_ref]) == [odd.essay]
        )
    authors = dict(matches_of(engine, "-zebra").facet("author", 9).values)
    names = odd.essay.authors
    if site.differs("half letters are written out in facets"):
        names = tuple(name.replace("\udc00", "\\udc00") for name in names)
    assert authors == dict.fromkeys(names, 1)
    changed(engine, remove=(odd.essay.id,))
    assert engine.essay(odd.essay.id) is None
    assert engine.check() == []


def test_an_essay_of_thousands_of_headings_and_passages_is_whole(site: Site) -> None:
    many = entry("many", *(((f"Heading {n}", "Sub"), f"text{n} common") for n in range(5_000)))
    outline = tuple(OutlineEntry(title=f"H{n}", level=1, anchor=f"p-{n}") for n in range(5_000))
    many = replace(many, outline=outline)
    engine = site.stocked([many, entry("one", "common")])
    assert engine.essay("many") == many
    _, matches = searched(engine, "common", per_essay=5_000)
    assert (matches.essays, matches.passages) == (2, 5_001)
    groups = matches.groups(0, 2)
    assert sorted(group.total for group in groups) == [1, 5_000]
    (every,) = (group for group in groups if group.total == 5_000)
    assert len({candidate.ref for candidate in every.passages}) == 5_000
    assert found_by(searched(engine, "text4321 heading:4321")[1])[0] == {"many4322"}
    assert engine.status().passages == 5_001


def test_an_essay_without_passages_is_kept_and_found_by_nothing(site: Site) -> None:
    engine = site.stocked([entry("none", title="Alone"), entry("a", "alone")])
    assert engine.essay("none") == entry("none", title="Alone")
    assert ids_of(engine, "alone OR -zebra") == ["a"]
    assert engine.status().essays == 2


# -- Writing ---------------------------------------------------------------------------------


def ids_in(engine: Engine) -> list[str]:
    return [essay.id for essay in engine.essays()]


def test_an_essay_put_is_found_and_shown_from_its_commit_on(site: Site) -> None:
    location = site.location()
    engine = site.stocked([], at=location)
    other = site.opened(location)
    put = entry("a", "Liberty of thought.", title="One")
    writer = engine.writer()
    writer.put(put)
    for each in (engine, other):
        assert (ids_of(each, "liberty"), ids_in(each), each.essay("a")) == ([], [], None)
    writer.commit()
    writer.close()
    for each in (engine, other):
        assert (ids_of(each, "liberty"), ids_in(each), each.essay("a")) == (["a"], ["a"], put)
    assert engine.essay("b") is None


def test_an_essay_put_again_replaces_the_one_before(site: Site) -> None:
    engine = site.stocked([entry("a", "old words", "more"), entry("b", "old ones")])
    writer = engine.writer()
    writer.put(entry("a", "new words"))
    assert ids_of(engine, "old") == ["a", "b"]
    writer.commit()
    writer.close()
    assert ids_of(engine, "old") == ["b"]
    assert ids_of(engine, "new") == ["a"]
    assert engine.status().passages == 2
    assert engine.check() == []


def test_the_last_word_on_an_essay_before_a_commit_counts(site: Site) -> None:
    engine = site.stocked([entry("c", "before"), entry("d", "before")])
    writer = engine.writer()
    writer.put(entry("a", "first version"))
    writer.put(entry("a", "second version"))
    writer.put(entry("b", "never mind"))
    writer.remove("b")
    writer.remove("c")
    writer.put(entry("c", "after"))
    writer.put(entry("d", "after"))
    writer.remove("d")
    writer.remove("never there")
    writer.commit()
    writer.close()
    assert ids_in(engine) == ["a", "c"]
    assert ids_of(engine, "first OR mind OR before") == []
    assert ids_of(engine, "second") == ["a"]
    assert ids_of(engine, "after") == ["c"]


def test_a_renamed_essay_leaves_its_old_id(site: Site) -> None:
    engine = site.stocked([entry("old/name", "words"), entry("other", "words")])
    changed(engine, entry("new/name", "words"), remove=("old/name",))
    assert ids_in(engine) == ["new/name", "other"]
    assert ids_of(engine, "words in:new") == ["new/name"]
    assert not engine.holds(Below("old"))


def test_what_is_not_committed_is_dropped(site: Site) -> None:
    engine = site.stocked([entry("a", "kept")])
    revision = engine.revision()
    writer = engine.writer()
    writer.put(entry("b", "dropped"))
    writer.put(entry("a", "dropped"))
    writer.close()
    writer.close()
    assert ids_in(engine) == ["a"]
    assert ids_of(engine, "kept") == ["a"]
    # A later commit brings nothing of it back.
    changed(engine, entry("c", "later"))
    if not site.differs("what was not committed may be seen later"):
        assert (ids_in(engine), ids_of(engine, "dropped")) == (["a", "c"], [])
    assert {"a", "c"} <= set(ids_in(engine))
    assert engine.revision() != revision


def test_one_session_may_commit_again_and_again(site: Site) -> None:
    engine = site.stocked([])
    writer = engine.writer()
    for number in range(4):
        writer.put(entry(f"e{number}", f"common word{number}"))
        writer.commit()
        assert ids_of(engine, "common") == [f"e{n}" for n in range(number + 1)]
    writer.commit()
    writer.close()
    assert engine.check() == []


def test_removed_essays_leave_no_trace_in_results_and_totals(site: Site) -> None:
    entries = [entry(f"e{n}", "alpha beta", title="alpha", language="en") for n in range(6)]
    engine = site.stocked(entries, commits=2)
    changed(engine, remove=("e0", "e2", "e4", "e5", "never there"))
    matches = matches_of(engine, "alpha")
    assert (matches.essays, matches.passages) == (2, 2)
    assert ids_of(engine, '"alpha beta"') == ["e1", "e3"]
    assert ids_of(engine, "-beta") == []
    assert engine.languages() == {"en": 2}
    assert engine.catalogue("title", Selection()).essays == 2
    assert len(list(engine.fingerprints())) == 2
    assert engine.check() == []


def test_removed_essays_no_longer_count_in_scores(site: Site) -> None:
    kept = [entry(f"k{n}", f"alpha {'beta ' * n}") for n in range(1, 4)]
    gone = [entry(f"g{n}", "alpha gamma", "beta and more words of it") for n in range(5)]
    engine = site.stocked([*kept, *gone], commits=2)
    changed(engine, remove=[each.essay.id for each in gone])
    anew = site.stocked(kept)
    for text in ("alpha", "beta", '"alpha beta"', "alpha gamma"):
        found, expected = shown(matches_of(engine, text)), shown(matches_of(anew, text))
        if site.differs("deleted passages count until they are merged away"):
            assert [one[0] for one in found] == [one[0] for one in expected], text
        else:
            assert found == expected, text


def test_every_commit_and_every_rebuild_makes_a_new_revision(site: Site) -> None:
    engine = site.stocked([entry("a", "words")])
    seen = [engine.revision()]
    for rebuild in (False, True, False):
        writer = engine.writer(rebuild=rebuild)
        writer.put(entry("a", "words"))
        assert engine.revision() == seen[-1]
        writer.commit()
        writer.close()
        seen.append(engine.revision())
    other = site.stocked([entry("a", "words")])
    seen.append(other.revision())
    assert len(set(seen)) == 5
    assert all(0 < len(one) < 60 for one in seen)
    assert engine.revision() == engine.revision()


def test_a_rebuild_is_seen_only_when_committed(site: Site) -> None:
    location = site.location()
    engine = site.stocked([entry("a", "old"), entry("b", "old")], at=location)
    other = site.opened(location)
    before = matches_of(engine, "old")
    writer = engine.writer(rebuild=True)
    writer.put(entry("a", "new"))
    for each in (engine, other):
        assert (ids_of(each, "old"), ids_of(each, "new")) == (["a", "b"], [])
    writer.commit()
    for each in (engine, other):
        assert (ids_of(each, "old"), ids_of(each, "new")) == ([], ["a"])
        assert ids_in(each) == ["a"]
    writer.close()
    assert before.essays == 2
    assert engine.check() == []


def test_a_rebuild_given_up_leaves_the_index_as_it_was(site: Site) -> None:
    engine = site.stocked([entry("a", "old")])
    revision = engine.revision()
    held = site.parts()
    writer = engine.writer(rebuild=True)
    writer.put(entry("a", "new"))
    writer.put(entry("b", "new"))
    writer.close()
    assert (ids_of(engine, "old"), ids_of(engine, "new")) == (["a"], [])
    assert engine.revision() == revision
    assert site.parts() == held


def test_a_rebuild_leaves_nothing_of_what_was_before(site: Site) -> None:
    engine = site.stocked([entry("a", "old")])
    held = len(site.parts())
    fill(engine, [entry("a", "new")], rebuild=True)
    assert ids_of(engine, "new") == ["a"]
    assert len(site.parts()) == held


def test_the_first_rebuild_of_a_new_place_makes_an_index(site: Site) -> None:
    engine = site.opened(site.location(), create=True)
    fill(engine, [entry("a", "new")], rebuild=True)
    assert ids_of(engine, "new") == ["a"]
    assert engine.check() == []


def test_a_second_writer_waits_then_says_that_another_writes(site: Site) -> None:
    location = site.location()
    engine = site.stocked([entry("a", "words")], at=location)
    hasty = site.opened(location, write_wait=0.3)
    writer = engine.writer()
    started = time.monotonic()
    for rebuild in (False, True):
        with pytest.raises(BusyError, match="writing") as caught:
            hasty.writer(rebuild=rebuild)
        assert len(str(caught.value).splitlines()) == 1
    assert time.monotonic() - started >= 0.6
    assert ids_of(hasty, "words") == ["a"]
    writer.put(entry("b", "words"))
    writer.commit()
    with pytest.raises(BusyError):
        hasty.writer()
    writer.close()
    changed(hasty, entry("c", "words"))
    assert ids_of(engine, "words") == ["a", "b", "c"]


def test_a_writer_that_fails_frees_the_lock(site: Site) -> None:
    location = site.location()
    engine = site.stocked([entry("a", "words")], at=location)
    writer = engine.writer()
    with pytest.raises(RuntimeError), closing(writer):
        raise RuntimeError("interrupted")
    hasty = site.opened(location, write_wait=0.1)
    changed(hasty, entry("b", "words"))
    assert ids_of(engine, "words") == ["a", "b"]


# -- What outlives what ----------------------------------------------------------------------


def shown(matches: Matches) -> list[Told]:
    """All that a search gives, loaded now."""
    return told(matches, matches.groups(0, 20))


def test_a_search_under_way_answers_from_its_own_commit(site: Site) -> None:
    entries = [entry(f"e{n}", "some words", "more words", title=f"T{n}") for n in range(6)]
    engine = site.stocked(entries, commits=3)
    expected = shown(matches_of(engine, "words"))
    assert len(expected) == 6
    matches, by_title = matches_of(engine, "words"), matches_of(engine, "words", sort="title")
    catalogue = engine.catalogue("title", Selection())
    changed(engine, entry("e0", "other words"), entry("e9", "words"), remove=("e1", "e2"))
    assert shown(matches) == expected
    assert len(by_title.groups(0, 10)) == 6
    assert matches.facet("language", 3).values == (("en", 6),)
    assert [essay.id for essay in catalogue.page(0, 9)] == [f"e{n}" for n in range(6)]
    assert sorted(ids_of(engine, "words")) == ["e0", "e3", "e4", "e5", "e9"]


def test_a_search_under_way_outlives_a_rebuild(site: Site) -> None:
    engine = site.stocked([entry(f"e{n}", "some words", title=f"T{n}") for n in range(6)])
    matches = matches_of(engine, "words")
    groups = matches.groups(0, 9)
    catalogue = engine.catalogue("title", Selection())
    fill(engine, [entry("new", "other words")], rebuild=True)
    essays = matches.essays_of([group.essay_ref for group in groups])
    assert [essay.id for essay in essays] == [f"e{n}" for n in range(6)]
    refs = [group.passages[0].ref for group in groups]
    assert {passage.text for passage in matches.passages_of(refs)} == {"some words"}
    assert all(matches.nearness(refs, [word("some"), word("words")]))
    # What was asked for before is there still.
    assert len(shown(matches)) == 6
    ends = site.differs("a rebuild ends the searches of the index it replaced")
    assert matches.facet("language", 3).values == (("en", 1 if ends else 6),)
    assert len(catalogue.page(0, 9)) == (1 if ends else 6)
    assert ids_of(engine, "words") == ["new"]


def test_an_engine_that_stays_open_answers_after_every_commit_as_one_opened_anew(
    site: Site,
) -> None:
    written = {f"e{n:02}": f"word{n % 3} same {'rare' if n == 7 else 'common'}" for n in range(16)}
    entries = [entry(name, text, "same again", authors=(name,)) for name, text in written.items()]
    location = site.location()
    engine = site.stocked(entries, at=location)
    queries = ("same", '"same again"', "rare", "common", "word1 common", "author:e03", "title:x")
    changes: list[list[Entry]] = [
        [entry(f"e{n:02}", f"same changed {n}") for n in range(0, 16, 2)],
        [entry("e03", "rare", "rare again"), entry("new", "same rare", title="x")],
        [entry(f"e{n:02}", "word1 same", authors=("e03",)) for n in (1, 2, 5, 7)],
        [entry(name, "common again") for name in written],
    ]
    for change in changes:
        before = matches_of(engine, "same")
        changed(engine, *change, remove=("e09",))
        with closing(site.opened(location)) as other:
            assert [ids_of(engine, q) for q in queries] == [ids_of(other, q) for q in queries]
            assert list(engine.essays()) == list(other.essays())
            assert [engine.essay(name) for name in written] == [
                other.essay(name) for name in written
            ]
            assert engine.vocabulary("", "any") == other.vocabulary("", "any")
            assert engine.languages() == other.languages()
        groups = before.groups(0, 20)
        assert len(before.passages_of([group.passages[0].ref for group in groups])) == len(groups)
    assert ids_of(engine, "rare") == ["new"]


# -- State --------------------------------------------------------------------------------


def test_a_place_without_an_index_says_so(site: Site) -> None:
    location = site.location()
    with pytest.raises(NoIndexError, match="essays index"):
        site.opened(location).status()


def test_a_place_made_ready_has_no_index_before_the_first_commit(site: Site) -> None:
    location = site.location()
    engine = site.opened(location, create=True)
    assert list(engine.fingerprints()) == []
    assert not engine.outdated()
    with pytest.raises(NoIndexError, match="essays index"):
        site.opened(location).status()
    with pytest.raises(NoIndexError, match="essays index"):
        matches_of(engine, "word")
    fill(engine, [entry("a", "word")])
    assert ids_of(engine, "word") == ["a"]


def test_an_empty_index_answers_everything(site: Site) -> None:
    engine = site.stocked([])
    matches = matches_of(engine, 'word "phrase here" a* -b in:x OR fuzzy~')
    assert (matches.matched, matches.essays, matches.passages, matches.partial) == ("none", 0, 0, 0)
    assert matches.groups(0, 10) == []
    assert matches.tier_sizes == (0, 0, 0)
    assert matches_of(engine, "-word").matched == "none"
    assert matches.facet("folder", 5, "").total == 0
    assert not matches.occurs(word("a"))
    assert engine.vocabulary("", "any") == engine.close_to("a", 1, "any") == []
    assert dict(engine.languages()) == {}
    assert list(engine.essays()) == []
    assert list(engine.fingerprints()) == []
    assert engine.catalogue("title", Selection()).page(0, 5) == []
    assert engine.essay("a") is None
    status = engine.status()
    assert (status.essays, status.passages, status.words, status.languages) == (0, 0, 0, {})
    assert engine.check() == []


def test_status_tells_size_and_state(site: Site) -> None:
    location = site.location()
    engine = site.stocked(LIBRARY, at=location)
    status = engine.status()
    assert (status.engine, status.location) == (site.name, location)
    assert (status.essays, status.passages) == (8, sum(len(e.passages) for e in LIBRARY))
    assert status.words == sum(each.essay.words for each in LIBRARY)
    assert status.languages == {"en": 4, "de": 1, "fr": 1, "zh": 1, "th": 1}
    assert status.bytes > 1_000
    assert status.healthy
    assert status.updated is not None
    assert status.updated >= time.strftime("%Y-", time.gmtime())
    changed(engine, entry("harbour", "two words"), remove=("freiheit",))
    assert engine.status().words == (
        sum(e.essay.words for e in LIBRARY if e.essay.id not in ("freiheit", "harbour")) + 2
    )


def test_an_engine_may_be_closed_twice_and_an_open_one_goes_on(site: Site) -> None:
    location = site.location()
    engine = site.stocked([entry("a", "words")], at=location)
    other = site.opened(location)
    assert ids_of(other, "words") == ["a"]
    other.close()
    other.close()
    assert ids_of(engine, "words") == ["a"]


def test_scores_forget_what_was_deleted(site: Site) -> None:
    """A cluster keeps it for half a minute and until the next run after that."""
    essays = [entry(f"e{n}", f"{'common ' * (n % 3)}words of essay {n}") for n in range(30)]
    engine = site.stocked(essays)
    changed(engine, remove=[f"e{n}" for n in range(20)])
    fresh = site.stocked(essays[20:])

    def scores(of: Engine) -> list[tuple[float, ...]]:
        found = (matches_of(of, text).groups(0, 30) for text in ("common", "words", "essay 25"))
        return [tuple(group.score for group in groups) for groups in found]

    wanted = scores(fresh)
    until = time.monotonic() + 120
    while [*map(pytest.approx, wanted)] != scores(engine) and time.monotonic() < until:
        time.sleep(2)
        engine.writer().close()
    for found, expected in zip(scores(engine), wanted, strict=True):
        assert found == pytest.approx(expected)
