"""Hypothesis strategies: small libraries, and queries as people and machines write them.

Words come from a small stock, so that queries and essays meet: inflections, accents, compounds,
apostrophes, abbreviations, numbers, scripts without spaces, very common words.
"""

from __future__ import annotations

from hypothesis import strategies as st

from indexer.engines.base import Entry, Fingerprint
from indexer.model import Essay, Passage

WORDS = {
    "en": (
        "the of and to be or not is who protest protests protesting protested tibet Tibetan women"
        " woman's woman co-operate cooperate cooperation well-known known anti-war war don’t dont"
        " café cafe naïve naive state-of-the-art art U.S. US 2021 1,000 1000 3.5 liberty liberties"
        " organise organize organisation democracy democratic ﬁnal final ſtate Who’s C++ human"
        " rights right AND OR NOT"
    ).split(),
    "fr": (
        "le la de et est l’harmonie l'harmonie harmonie harmonies aujourd’hui démocratie"
        " démocraties democratie liberté libertés qu’il s’organiser organiser été avant-garde"
        " l’avant-garde droits droit cœur coeur"
    ).split(),
    "de": (
        "die der und ist nicht Freiheit Freiheiten Straße strasse Menschenrechte Menschen-Rechte"
        " Rechte Recht Bürger Bürgern"
    ).split(),
    "zh": "全文检索 全文 检索 文检 中国 中 民主 自由 民主自由 人权 2021 U.S.".split(),
    "ru": "и не права права́ человека человек свобода свободы ёлка елка".split(),
}
IDS = ("liberty", "politics", "politics/liberty", "politics/rights", "politics-2", "a/b/c", "a/b")
DATES = (None, "2019", "2020-06", "2021-01-01", "2021-06-04", "0999", "2022")
AUTHORS = ("J. S. Mill", "Harriet Taylor", "Jean-Jacques Rousseau", "O’Neill", "魯迅")
SEPARATORS = (" ", " ", " ", " ", ", ", ". ", " — ", "\n", "-", "/", " (", ") ", "… ", "")
ALL_WORDS = tuple(word for words in WORDS.values() for word in words)


@st.composite
def texts(draw: st.DrawFn, language: str, *, most: int = 8) -> str:
    """A few words of a language, and now and then of another, with what stands between."""
    own = st.sampled_from(WORDS[language])
    words = draw(st.lists(own | own | own | st.sampled_from(ALL_WORDS), min_size=1, max_size=most))
    pieces = [words[0]]
    for word in words[1:]:
        between = "" if language == "zh" and draw(st.booleans()) else None
        pieces += [draw(st.sampled_from(SEPARATORS)) if between is None else between, word]
    return "".join(pieces)


@st.composite
def entries(draw: st.DrawFn, essay_id: str) -> Entry:
    """An essay ready to be stored."""
    language = draw(st.sampled_from(sorted(WORDS)))
    passages = tuple(
        Passage(
            anchor=f"p-{ordinal}",
            ordinal=ordinal,
            headings=tuple(draw(st.lists(texts(language, most=3), max_size=2))),
            kind="paragraph",
            text=draw(texts(language)),
        )
        for ordinal in range(1, draw(st.integers(1, 4)) + 1)
    )
    essay = Essay(
        id=essay_id,
        title=draw(texts(language, most=3)),
        authors=tuple(draw(st.lists(st.sampled_from(AUTHORS), max_size=2, unique=True))),
        date=draw(st.sampled_from(DATES)),
        language=language,
        path=f"/essays/{essay_id}.txt",
        format="text",
        words=sum(len(passage.text.split()) for passage in passages),
        passages=len(passages),
    )
    fingerprint = Fingerprint(
        essay_id=essay_id, path=essay.path, root="/essays", size=1, mtime_ns=1, digest=essay_id
    )
    return Entry(essay=essay, fingerprint=fingerprint, outline=(), passages=passages)


@st.composite
def libraries(draw: st.DrawFn, *, most: int = 5) -> list[Entry]:
    """Essays with different ids."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=most, unique=True))
    return [draw(entries(essay_id)) for essay_id in sorted(ids)]


# Queries


def _words() -> st.SearchStrategy[str]:
    return st.sampled_from(ALL_WORDS)


@st.composite
def _patterns(draw: st.DrawFn) -> str:
    """A word with some of its letters made wild, or fuzzy, or cut to a prefix."""
    word = draw(_words())
    place = draw(st.integers(0, len(word)))
    other = draw(st.sampled_from("aeost文"))
    return draw(
        st.sampled_from(
            [
                f"{word[:place]}*",
                f"*{word[place:]}",
                f"{word[:place]}*{word[place + 2 :]}",
                f"{word[:place]}?{word[place + 1 :]}",
                f"{word[:place]}[{other}{word[place : place + 1]}]{word[place + 1 :]}",
                f"{word[:place]}[!{other}]{word[place + 1 :]}",
                f"{word[:place]}[a-z]{word[place + 1 :]}",
                f"{word[:place]}{other}{word[place + 1 :]}~",
                f"{word[:place]}{word[place + 1 :]}~1",
                f"{word[:place]}{other}{other}{word[place:]}~2",
            ]
        )
    )


@st.composite
def _quotations(draw: st.DrawFn) -> str:
    marks = draw(st.sampled_from(['""', '""', '""', "“”", "„“", "«»", "「」", "『』", '“"']))
    words = draw(st.lists(_words(), min_size=1, max_size=4))
    text = draw(st.sampled_from([" ", " ", "-", ""])).join(words)
    distance = draw(st.sampled_from(["", "", "", "", "~", "~0", "~1", "~3", "~200"]))
    return f"{marks[0]}{text}{marks[1]}{distance}"


def _filters() -> st.SearchStrategy[str]:
    days = st.sampled_from(["2019", "2020", "2020-06", "2021-01-01", "2021-06", "0999", "9999"])
    return st.one_of(
        st.sampled_from([*IDS, "a", "pol", "politics/"]).map("in:{}".format),
        st.sampled_from([*WORDS, "en-GB", "tlh"]).map("lang:{}".format),
        st.tuples(st.sampled_from(["after", "before", "date"]), days).map(":".join),
        st.tuples(days | st.just(""), days | st.just("")).map(
            lambda pair: "date:" + "..".join(pair)
        ),
    )


def _leaves() -> st.SearchStrategy[str]:
    plain = _words()
    terms = plain | plain | plain | _quotations() | _patterns()
    fields = st.sampled_from(["title:", "heading:", "author:", "Title:"])
    names = st.sampled_from(["mill", "Mill", "harriet", "rousseau", "jacques", "oneill", "魯"])
    return st.one_of(
        terms,
        terms,
        terms,
        _filters(),
        st.tuples(fields, terms).map("".join),
        names.map("author:{}".format),
        names.map("author:{:.4}*".format),
    )


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(" ".join),
        pair.map(" ".join),
        pair.map(" AND ".join),
        pair.map(" OR ".join),
        pair.map(" | ".join),
        inner.map("NOT {}".format),
        inner.map("-{}".format),
        inner.map("({})".format),
        inner.map("-({})".format),
        st.tuples(st.sampled_from(["title", "heading", "author"]), inner).map(
            lambda pair: f"{pair[0]}:({pair[1]})"
        ),
    )


def queries() -> st.SearchStrategy[str]:
    """Queries in which everything is meant."""
    plain = st.lists(_words(), min_size=1, max_size=5).map(" ".join)
    return plain | st.recursive(_leaves(), _grown, max_leaves=8)


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[Entry], list[str]]:
    """A library, and queries of which many are words that it holds."""
    entries = draw(libraries())
    held = st.sampled_from(
        [word for entry in entries for passage in entry.passages for word in passage.text.split()]
    )
    remembered = st.lists(held | held | _words(), min_size=2, max_size=4).map(" ".join)
    quoted = st.lists(held, min_size=1, max_size=3).map(" ".join).map('"{}"'.format)
    mixed = st.lists(remembered | quoted | queries(), min_size=1, max_size=2).map(" ".join)
    return entries, draw(st.lists(queries() | remembered | mixed, min_size=12, max_size=24))


_SCRAPS = (
    *"()[]{}<>|-–—~*?!.,;:'’\"“”„«»「」『』 ",
    *"（）：｜？＊～　。、，\0\n\t/\\@#&+_²½",
    "AND", "OR", "NOT", " AND ", " OR ", " NOT ", "title:", "heading:(", "author:", "in:", "lang:",
    "after:", "before:", "date:", "..", "2021-13", "foo:", "http://", "www.", "[sz]", "[!a]", "~5",
    "~x", "\u0301", "\u00ad", "\u200b", "\ufeff", "\ud800", "😀", "٣", "ﷺ", "が",
)  # fmt: skip


def garbage() -> st.SearchStrategy[str]:
    """Anything at all, mostly of what means something somewhere in the language."""
    scraps = st.lists(st.sampled_from(_SCRAPS) | _words(), max_size=20).map("".join)
    return scraps | st.text(max_size=40) | st.lists(queries() | scraps, max_size=4).map("".join)
