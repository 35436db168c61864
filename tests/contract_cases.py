"""The libraries and queries of the contract suite, what each query finds, and how it is asked."""

from __future__ import annotations

import time
from collections.abc import Sequence

from indexer.engines.base import (
    Engine,
    Entry,
    Fingerprint,
    Group,
    Matches,
)
from indexer.model import Essay, OutlineEntry, Passage, Sort
from indexer.plan import Alternative, Pattern, Plan, Scope
from indexer.planning import make_plan
from indexer.query import parse
from tests.shelves import entry

LIBRARY = (
    entry(
        "politics/liberty",
        (("Introductory",), "The struggle between liberty and authority is the oldest of them."),
        (
            ("Of thought", "Opinion"),
            "If all mankind minus one were of one opinion, it should not silence that one.",
        ),
        (("Of individuality",), "He who lets the world choose his plan of life, needs no other."),
        title="On Liberty",
        authors=("John Stuart Mill", "Harriet Taylor"),
        date="1859",
    ),
    entry(
        "politics/asia/tibet",
        "Monks protested in Lhasa, and the nuns’ protest came later.",
        "A protester spoke of human rights in Tibet.",
        "The rights that are human are the rights of all.",
        title="Letters from exile",
        authors=("Ann Lee",),
        date="2020-06",
    ),
    entry("politics/asia", "Tibet, Nepal and China: three maps.", title="Asia", date="2019"),
    entry(
        "freiheit",
        "Die Menschenrechte sind kein Geschenk.",
        "Wer die Freiheit verliert, verliert mehr als ein Recht.",
        title="Über die Freiheit",
        authors=("Karl Mühl",),
        date="2021-06-04",
        language="de",
    ),
    entry(
        "essais/droits",
        "L’harmonie des droits.",
        "La démocratie, c’est la liberté de tous.",
        title="Des droits",
        authors=("Ann Lee", "Jean-Jacques Rousseau"),
        date="2021",
        language="fr",
    ),
    entry("zh/quanwen", "我们在全文检索系统中。", "全文、检索。", title="系统", language="zh"),
    entry("harbour", "ท่าเรือเงียบสงบ", title="ท่าเรือ", language="th"),
    entry(
        "notes/spellings",
        "We co-operate now: is it organisation or organization?",
        "A café on the Straße; don’t say cafe.",
        "The ﬁnal word, 1,000 times: U.S. policy.",
        title="Spellings",
    ),
)  # fmt: skip
ESSAYS = {each.essay.id: each for each in LIBRARY}

FOLDERS = (
    entry("lib/art/a", "monk", title="B", authors=("Ann Lee",), date="2001"),
    entry("lib/art/b", "monk", title="a", authors=("Ann Lee", "Bo Yi"), date="2001-05"),
    entry("lib/art/c/d", "monk", title="c", authors=("Bo Yi",), date="1999", language="fr"),
    entry("lib/war", "monk", title="D", authors=("J. Ann Lee",)),
    entry("lib/war/e", "nun monk", title="é", date="2010-01-01"),
    entry("top", "nun", title="e", authors=("Ann Lee",), language="de"),
)


# Letters that storage, JSON and analysers stumble over.
ODD = (
    "lone \ud800 and \udfff surrogates",
    "controls " + "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029",
    "nul \0 inside",
    "beyond \U0010fffd \U0001d54f 😀 👩‍👩‍👧‍👦",
    "not a letter \ufffe \uffff \ufdd0",
    "marks e" + "\u0301" * 500,
    "bidi \u202eesrever\u202c \u200f",
    'quotes " \\ / \b </script> {"a": [1]}',
    "x" * 300 + " " + "漢" * 300,
    "",
    " ",
)


def odd_entry() -> Entry:
    """An essay of everything that is hard to keep."""
    essay_id = "odd/%2f \"quoted\" 'id' 漢😀*?#"
    passages = tuple(
        Passage(
            anchor=f"p-{number}",
            ordinal=number,
            headings=(text, "", "Heading"),
            kind=("paragraph", "list", "code", "verse", "table", "quotation", "heading")[
                number % 7
            ],
            text=text,
        )
        for number, text in enumerate(ODD, 1)
    )
    return Entry(
        essay=Essay(
            id=essay_id,
            title="Title \ud800 \0 😀",
            authors=("Lone \udc00", "", "O’Neill \x1f|^2", "x" * 400),
            date="0999-01",
            language="en",
            path="/a\\xe9/b \0 \ud800.txt",
            format="text",
            words=2**40,
            passages=len(passages),
        ),
        fingerprint=Fingerprint(
            essay_id=essay_id,
            path="/caf\udce9.txt",
            root="/\udcff \n",
            size=2**50,
            mtime_ns=2**62,
            digest="\ud800",
        ),
        outline=tuple(
            OutlineEntry(title=text, level=number % 6 + 1, anchor=f"p-{number}")
            for number, text in enumerate(ODD, 1)
        ),
        passages=passages,
    )


# A query; how it matches; the passages of the best tier, each the last part of its essay's id
# and its number. The table of the query language in README.md, row by row.
QUERIES = (
    # Words, in any of their forms, in the text, headings and title.
    ("protest", "all", "tibet1 tibet2"),
    ("struggles", "all", "liberty1"),
    ("freiheiten rechte", "all", "freiheit2"),
    ("harmonie", "all", "droits1"),
    ("individuality life", "all", "liberty3"),
    ("letters lhasa", "all", "tibet1"),
    ("liberty", "all", "liberty1 liberty2 liberty3"),
    ("liberty mankind opinion thought", "all", "liberty2"),
    ("zebra", "none", ""),
    # All in one passage; all in one essay; some.
    ("lhasa rights", "essay", "tibet1 tibet2 tibet3"),
    ("lhasa nepal", "any", "tibet1 asia1"),
    ("lhasa zebra", "any", "tibet1"),
    ("authority silencing faculty", "any", "liberty1 liberty2"),
    # Very common words need not be there, each in its own language.
    ("what is the plan of life", "all", "liberty3"),
    ("die menschenrechte", "all", "freiheit1"),
    ("die liberty", "any", "liberty1 liberty2 liberty3"),
    ("the of", "all", "liberty1 liberty3 tibet3"),
    ("was ist die freiheit", "all", "freiheit1 freiheit2"),
    # Quotations.
    ('"human rights"', "all", "tibet2"),
    ('"rights human"', "none", ""),
    ('"protest"', "all", "tibet1"),
    ('"on liberty"', "all", "liberty1 liberty2 liberty3"),
    ('"of thought opinion"', "none", ""),
    ('"of one opinion, it"', "all", "liberty2"),
    ('"we cooperate now"', "all", "spellings1"),
    ('"the straße dont"', "all", "spellings2"),
    # Words near each other.
    ('"human rights"~5', "all", "tibet2 tibet3"),
    ('"human rights"~1', "all", "tibet2"),
    ('"human rights"~0', "all", "tibet2"),
    ('"one one opinion"~3', "all", "liberty2"),
    ('"thought opinion"~1000', "none", ""),
    # Without, with, either, groups.
    ("tibet -nepal", "all", "tibet2"),
    ("tibet NOT nepal", "all", "tibet2"),
    ("-in:politics -lang:de -lang:zh -lang:th", "all",
     "droits1 droits2 spellings1 spellings2 spellings3"),
    ('rights -"human rights"', "all", "tibet3"),
    ("rights -(spoke OR lhasa)", "all", "tibet3"),
    ("monk OR nepal", "all", "tibet1 asia1"),
    ("monk | nepal", "all", "tibet1 asia1"),
    ("monk AND nun", "all", "tibet1"),
    ("monk AND nepal", "none", ""),
    ("(monk OR nepal) AND (maps OR zebra)", "all", "asia1"),
    ("tibet (monk OR nepal)", "all", "asia1"),
    ("rights lhasa -spoke", "essay", "tibet1 tibet3"),
    # Fields.
    ("title:liberty", "all", "liberty1 liberty2 liberty3"),
    ('title:"on liberty" silencing', "all", "liberty2"),
    ("title:mankind", "none", ""),
    ("heading:thought", "all", "liberty2"),
    ('heading:"of individuality"', "all", "liberty3"),
    ("heading:(of -thought)", "all", "liberty3"),
    ("heading:liberty", "none", ""),
    ("author:mill", "all", "liberty1 liberty2 liberty3"),
    ('author:"ann lee"', "all", "tibet1 tibet2 tibet3 droits1 droits2"),
    ('author:"mill harriet"', "none", ""),
    ("author:jeanjacques", "all", "droits1 droits2"),
    ('author:"jeanjacques rousseau"', "all", "droits1 droits2"),
    ('author:"rousseau jeanjacques"~0', "all", "droits1 droits2"),
    ("author:muhl recht", "all", "freiheit2"),
    ("author:rouss*", "all", "droits1 droits2"),
    ("author:tailor~", "all", "liberty1 liberty2 liberty3"),
    ("author:liberty", "none", ""),
    ("mill", "none", ""),
    ("title:l* author:m?ll", "all", "liberty1 liberty2 liberty3"),
    # Filters.
    ("tibet in:politics", "all", "tibet2 asia1"),
    ("tibet in:politics/asia/tibet", "all", "tibet2"),
    ("in:politics/asia", "all", "tibet1 tibet2 tibet3 asia1"),
    ("in:pol", "none", ""),
    ("lang:fr", "all", "droits1 droits2"),
    ("lang:zh OR lang:th", "all", "quanwen1 quanwen2 harbour1"),
    ("after:2021", "all", "freiheit1 freiheit2 droits1 droits2"),
    ("before:2019", "all", "liberty1 liberty2 liberty3"),
    ("date:2020", "all", "tibet1 tibet2 tibet3"),
    ("date:2019..2020", "all", "tibet1 tibet2 tibet3 asia1"),
    ("date:2021-06", "all", "freiheit1 freiheit2"),
    ("tibet -date:..2019", "all", "tibet2"),
    ("-after:1000", "all", "quanwen1 quanwen2 harbour1 spellings1 spellings2 spellings3"),
    # Beginnings, wildcards, words spelled nearly so.
    ("protest*", "all", "tibet1 tibet2"),
    ("cooperat*", "all", "spellings1"),
    ("*ighs", "none", ""),
    ("*ights", "all", "tibet2 tibet3"),
    ("organi[sz]ation", "all", "spellings1"),
    ("organi[!s]ation", "all", "spellings1"),
    ("m?n*s", "all", "tibet1 liberty2"),
    ("lhsaa~", "all", "tibet1"),
    ("lahsas~1", "none", ""),
    ("tibbet~ nepla~", "all", "asia1"),
    ("zz*", "none", ""),
    # One spelling for all that look alike, and scripts without spaces.
    ("cooperate", "all", "spellings1"),
    ("co-operate", "all", "spellings1"),
    ("cafe strasse", "all", "spellings2"),
    ("CAFÉ dont", "all", "spellings2"),
    ("final 1000", "all", "spellings3"),
    ('"final word" u.s.', "all", "spellings3"),
    ("全文检索", "all", "quanwen1"),
    ("文检", "all", "quanwen1"),
    ("检索 全文", "all", "quanwen1 quanwen2"),
    ("系统", "all", "quanwen1 quanwen2"),
    ("文档系统", "any", "quanwen1 quanwen2"),
    ('"全文检索"', "all", "quanwen1"),
    ("เรือเงียบ", "all", "harbour1"),
    # Nothing to look for.
    ("", "none", ""),
    ("… ½", "none", ""),
)  # fmt: skip


def named(essay_id: str, anchor: str) -> str:
    """A passage as the table above has it."""
    return essay_id.rpartition("/")[2] + anchor.removeprefix("p-")


def found_by(matches: Matches, *, size: int = 100) -> list[set[str]]:
    """The passages of each tier."""
    tiers: list[set[str]] = [set(), set(), set()]
    for group in matches.groups(0, size):
        (essay,) = matches.essays_of([group.essay_ref])
        passages = matches.passages_of([candidate.ref for candidate in group.passages])
        assert len(passages) == group.total
        tiers[group.tier] |= {named(essay.id, passage.anchor) for passage in passages}
    return tiers


def searched(
    engine: Engine, text: str, *, sort: Sort = "relevance", per_essay: int = 100
) -> tuple[Plan, Matches]:
    """The plan of a query and what it matches."""
    plan, _ = make_plan(parse(text), tuple(engine.languages()), engine)
    deadline = time.monotonic() + 60
    return plan, engine.search(plan, sort=sort, per_essay=per_essay, deadline=deadline)


Told = tuple[str, int, float, int, list[str]]


def told(matches: Matches, groups: Sequence[Group]) -> list[Told]:
    """Groups without the refs of an engine: id, tier, score, total, and the passages' texts."""
    essays = matches.essays_of([group.essay_ref for group in groups])
    return [
        (
            essay.id,
            group.tier,
            group.score,
            group.total,
            [p.text for p in matches.passages_of([c.ref for c in group.passages])],
        )
        for group, essay in zip(groups, essays, strict=True)
    ]


def word(term: str, scope: Scope = "any") -> Pattern:
    """The pattern of a folded word as it is written."""
    row = ((Alternative(term, 1),),)
    return Pattern(paths=(row,), view="exact", scope=scope, label=term)
