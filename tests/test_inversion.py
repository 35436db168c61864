"""Posting lists made by whole arrays are those of each text by itself."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer import inversion
from indexer.analysis import Postings, postings
from indexer.engines import whoosh_lengths
from indexer.engines.whoosh_joining import Joined
from indexer.inversion import GAP, PARTS, VIEWS, Inverted, Lists, invert
from indexer.plan import View

# What makes word splitting hard, in scripts of all kinds and in Latin alone.
LATIN = st.text("aBéßLl1290sS.,·'’‘`-—“”…ˆ´²½_ \u00a0\u00ad\n\r\t\x0b\x85;€")
HARD = st.text(
    "aBéßLl1290sS.,·'’ʼ-\u2010\u2011–—\u00ad\u200b\u200d\ufe0f\u0301\u00a0\u2009 \n\r\t_"
    "字かガｶﾞ한한々𠀀กำ\u0e33ัिक्²½Ⅳ😀ﷺ\u115f"
)
TEXTS = st.one_of(st.text(), LATIN, HARD)
PASSAGES = st.lists(st.tuples(st.lists(TEXTS, max_size=3), TEXTS), max_size=4)

# Of each term: its documents with its positions there.
Occurrences = dict[bytes, dict[int, list[int]]]


def taken_apart(lists: Lists, first: int = 0) -> Occurrences:
    """Lists as mappings; they must be in order and hold nothing more."""
    found: Occurrences = {}
    documents, frequencies = lists.documents.tolist(), lists.frequencies.tolist()
    positions = iter(lists.positions.tolist())
    ends = list(accumulate(lists.counts.tolist(), initial=0))
    for number, term in enumerate(lists.terms):
        of_term = documents[ends[number] : ends[number + 1]]
        assert of_term
        assert of_term == sorted(set(of_term))
        assert term not in found
        found[term] = {
            first + document: [next(positions) for _ in range(frequency)]
            for document, frequency in zip(
                of_term, frequencies[ends[number] : ends[number + 1]], strict=True
            )
        }
    assert ends[-1] == len(documents) == len(frequencies)
    assert next(positions, None) is None
    return found


def expected(texts: Iterable[tuple[int, Sequence[Postings]]], view: View) -> Occurrences:
    """The same from the postings of texts, those of one document a gap apart."""
    found: Occurrences = {}
    for document, parts in texts:
        base = 0
        for part in parts:
            for term, positions in getattr(part, view).items():
                there = found.setdefault(term.encode("utf-8", "surrogatepass"), {})
                there.setdefault(document, []).extend(base + p for p in positions)
            base += part.length + GAP
    return found


def check(
    made: Inverted, title: str, passages: Sequence[tuple[Sequence[str], str]], language: str
) -> None:
    """All of an essay's postings against those of its texts."""
    texts = {
        "title": [(0, [postings(title, language)])],
        "text": [(n, [postings(text, language)]) for n, (_, text) in enumerate(passages, 1)],
        "heading": [
            (n, [postings(heading, language) for heading in headings])
            for n, (headings, _) in enumerate(passages, 1)
        ],
    }
    assert made.words == sum(of_text.length for _, [of_text] in texts["text"])
    for view in VIEWS:
        for number, part in enumerate(PARTS):
            found: Occurrences = {}
            for first, of_part, of_view, lists in made.fields:
                if (of_part, of_view) == (part, view):
                    for term, there in taken_apart(lists, first).items():
                        assert not found.setdefault(term, {}).keys() & there.keys()
                        found[term] |= there
            assert found == expected(texts[part], view)
            tokens = [0] * (len(passages) + 1)
            for document, parts in texts[part]:
                tokens[document] = getattr(whoosh_lengths.added(parts), view)
            assert made.tokens[view][number].tolist() == tokens


@given(TEXTS, PASSAGES, st.sampled_from(["en", "fr", "ca", "ja", "xx"]))
@example(
    "A title",
    [(["One", "Two"], "co-\noperate co-operate, U.S. 1,000. 1\u00a0000 col·lecció")],
    "ca",
)
@example("", [([], "“‘Tis — e.g. l'harmonie’s ha-ha-ha-ha state-of-the-art”")], "fr")
@example("", [([], "a" * 300 + " " + "b-" * 200)], "en")
@example("字", [(["かな"], "漢字かな交じり文 and words"), ([], "한글 e-字")], "ja")
def test_an_essay_is_inverted_as_each_of_its_texts(
    title: str, passages: list[tuple[list[str], str]], language: str
) -> None:
    check(invert(title, passages, language), title, passages, language)


@given(PASSAGES)
def test_a_long_essay_is_inverted_in_parts(passages: list[tuple[list[str], str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inversion, "_AT_ONCE", 5)
        check(invert("Some title", passages, "en"), "Some title", passages, "en")


@given(PASSAGES)
def test_postings_come_through_another_process_as_they_were(
    passages: list[tuple[list[str], str]],
) -> None:
    made = pickle.loads(pickle.dumps(invert("Some title", passages, "en")))
    check(made, "Some title", passages, "en")


def test_words_are_forgotten_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inversion, "_MAX_REMEMBERED", 10)
    for number in range(5):
        text = " ".join(f"word{n}" for n in range(number, number + 8))
        check(invert("Title", [([], text)], "en"), "Title", [([], text)], "en")
    assert inversion._remembered["en"].size <= 20


def test_long_words_are_forgotten_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inversion, "_MAX_CHARACTERS", 1_000)
    for number in range(5):
        text = f"{'a' * 900}{number} ..{number}.."
        check(invert("Title", [([], text)], "en"), "Title", [([], text)], "en")
    assert inversion._remembered["en"].characters < 2_000


@given(st.lists(st.tuples(TEXTS, PASSAGES), max_size=4))
def test_lists_of_several_essays_are_joined_in_order(
    essays: list[tuple[str, list[tuple[list[str], str]]]],
) -> None:
    joined = Joined()
    wanted: Occurrences = {}
    base = 0
    for title, passages in essays:
        for first, part, view, lists in invert(title, passages, "en").fields:
            if (part, view) == ("text", "stem"):
                joined.add(base + first, lists)
                for term, there in taken_apart(lists, base + first).items():
                    wanted.setdefault(term, {}).update(there)
        base += len(passages) + 1
        joined.add_plain(base, [b"plain"])
        wanted.setdefault(b"plain", {})[base] = [0]
        base += 1
    lists = joined.finish()
    assert lists.terms == sorted(wanted)
    assert taken_apart(lists) == wanted
