"""Every engine finds what the oracle says, on generated essays and on hard ones."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.base import Engine, Entry
from indexer.planning import make_plan
from indexer.query import parse
from tests.engines import Site
from tests.oracle import OracleResult, Tier, evaluate
from tests.shelves import entry
from tests.strategies import garbage, libraries, searches

SEEDS = Path(__file__).parents[1] / "seeds"
# Essays and passages asked for at once, beyond what any library here has.
EVERYTHING = 10_000


def found_by(engine: Engine, text: str) -> OracleResult:
    """What the engine finds, in the oracle's words."""
    plan, _ = make_plan(parse(text), tuple(engine.languages()), engine)
    deadline = time.monotonic() + 60
    matches = engine.search(plan, per_essay=EVERYTHING, deadline=deadline)
    essays: list[set[str]] = [set(), set(), set()]
    passages: list[set[tuple[str, str]]] = [set(), set(), set()]
    for group in matches.groups(0, EVERYTHING):
        (essay,) = matches.essays_of([group.essay_ref])
        found = matches.passages_of([candidate.ref for candidate in group.passages])
        assert group.total == len(found)
        essays[group.tier].add(essay.id)
        passages[group.tier] |= {(essay.id, passage.anchor) for passage in found}
    first, second, third = (
        Tier(frozenset(e), frozenset(p)) for e, p in zip(essays, passages, strict=True)
    )
    return OracleResult(
        tiers=(first, second, third),
        matched=matches.matched,
        essays=matches.essays,
        passages=matches.passages,
        partial=matches.partial,
    )


def assert_agreement(engine: Engine, entries: Sequence[Entry], text: str) -> None:
    library = [(each.essay, each.passages) for each in entries]
    query = parse(text)
    assert found_by(engine, text) == evaluate(query, library), query


@pytest.mark.slow
def test_an_engine_finds_what_the_oracle_says(site: Site) -> None:
    @site.generated(150)
    @given(searches())
    def agrees(search: tuple[list[Entry], list[str]]) -> None:
        entries, texts = search
        with site.holding(entries) as engine:
            for text in texts:
                assert_agreement(engine, entries, text)

    agrees()


@pytest.mark.slow
def test_an_engine_finds_what_the_oracle_says_for_garbage_too(site: Site) -> None:
    @site.generated(30)
    @given(libraries(most=3), st.lists(garbage(), min_size=12, max_size=24))
    def agrees(entries: list[Entry], texts: list[str]) -> None:
        with site.holding(entries) as engine:
            for text in texts:
                assert_agreement(engine, entries, text)

    agrees()


def real_entries() -> list[Entry]:
    """The sample essays, a passage for each paragraph."""
    entries = []
    for path in sorted(SEEDS.glob("*.txt")):
        paragraphs = [part.strip() for part in path.read_text("utf-8").split("\n\n")]
        passages = [((path.stem,), text) for text in paragraphs if text]
        entries.append(entry(path.stem, *passages, title=passages[0][1][:60]))
    return entries


def remembered(entries: Sequence[Entry], rng: random.Random) -> str:
    """A query that somebody might make of a passage."""
    texts = [passage.text for each in entries for passage in each.passages]
    words = rng.choice(texts).split()
    first = rng.randrange(len(words))
    row = words[first : first + rng.randint(1, 6)]
    some = rng.sample(words, min(len(words), rng.randint(1, 4)))
    word = rng.choice(words)
    return rng.choice(
        [
            " ".join(row),
            " ".join(some),
            " ".join([*some, *rng.choice(texts).split()[:1]]),
            f'"{" ".join(row)}"',
            f'"{" ".join(rng.sample(row, len(row)))}"~{rng.randint(0, 4)}',
            f"{' '.join(some)} -{word}",
            f"({' OR '.join(some)}) {word}",
            f"{word[:4]}* {some[0]}",
            f"{word[:2]}{word[3:]}~ {some[0]}",
            f"{word[:1]}*{word[3:]}",
        ]
    )


@pytest.mark.slow
def test_an_engine_finds_what_the_oracle_says_in_real_essays(site: Site) -> None:
    entries = real_entries()
    rng = random.Random(20)
    engine = site.stocked(entries)
    for _ in range(site.examples(150)):
        assert_agreement(engine, entries, remembered(entries, rng))


HEADINGS = entry("headings", (("human", "rights"), "text"))
COMPOUNDS = entry("compounds", ("we must co-operate now"), ("a state-of-the-art co-operation"))
CHINESE = entry("chinese", ("我们在全文检索系统中"), ("全文、检索"), language="zh")
REPEATS = entry("repeats", ("a b a c"), ("b x x c x x a"))
FRENCH = entry("french", ("l’harmonie des droits"), ("qu'il s'organise"), language="fr")
NAMES = entry("names", ("text"), authors=("Jean-Jacques Rousseau", "Jan Smith"))
SPELLINGS = entry("spellings", ("organisation"), ("organization"), ("Straße"), ("café"))
NUMBERS = entry("numbers", ("3.5 and 1,000 x2"), ("U.S. policy, U.S.-led"), ("H₂O½"))


# Near words in two headings or names, a name that is no word of the text, and a word after a
# joined compound are among them.
@pytest.mark.parametrize(
    ("entry", "rounds"),
    [
        (
            HEADINGS,
            ['"human rights"; "human rights"~3; heading:(human rights); heading:"human"',
             '"human rights"~1000'],
        ),
        (
            COMPOUNDS,
            ['cooperate; "cooperate now"; "co-operate now"~0; cooperat*; co-op*',
             "co-operate-now; c*-operate; co-op?rate; cooperate~; state-of-the-art; coop",
             "cooperate-now"],
        ),
        (
            CHINESE,
            ['全文检索; 检索全文; 文检; "全文检索"~5; "全文检索"; "检索 全文"~5; 全*; *文; 全; 文'],
        ),
        (
            REPEATS,
            ['"a a"~0; "a a"~1; "a a a"~9; "a b c"~1; "c b"~1; "c b"~2; "a c b"~4; "b a"~0'],
        ),
        (
            FRENCH,
            ["harmonie; lharmonie; d'harmonie; l'harmonie; «harmonie»; organiser; s'organiser"],
        ),
        (
            NAMES,
            ['author:jeanjacques; author:"jacques rousseau"; author:"rousseau jan"; author:jan',
             'author:rouss*; author:roussaeu~; rouss*; author:"rousseau jan"~1000'],
        ),
        (
            SPELLINGS,
            ["organi[sz]ation; organi[!s]ation; stra??e*; str[a-c]sse; ORGANI?ATION; strasse~",
             "straße*; stra?e; cafe; cafè; *caf?; cafes; café~; cfae~; organisatoin~; organise"],
        ),
        (
            NUMBERS,
            ['3.5; 3.?; 1000; 1,0*; "1,000"; u.s.; us; U.S.*; x2; x*; h2o; ½; -½; "½"; (½ OR us)'],
        ),
    ],
    ids=lambda value: value.essay.id if isinstance(value, Entry) else "",
)  # fmt: skip
def test_an_engine_finds_what_the_oracle_says_where_it_is_hard(
    site: Site, entry: Entry, rounds: list[str]
) -> None:
    engine = site.stocked([entry])
    for texts in rounds:
        for text in (texts.replace(";", ""), *texts.split("; ")):
            assert_agreement(engine, [entry], text)
