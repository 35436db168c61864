"""Blocks to passages: complete, in order, within the limit, and named so that names last."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.chunking import LONGEST, SHORT, chunk
from indexer.cutting import normalised
from indexer.model import Block, BlockKind, Passage

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))

LONG = "It was agreed by all who were there that the matter should rest for now. " * 4
WORDS = "the state of affairs which nobody had foreseen came about in a single quiet night".split()


def paragraph(text: str) -> Block:
    return Block(kind="paragraph", text=text)


def heading(text: str, level: int = 1) -> Block:
    return Block(kind="heading", text=text, level=level)


def passages_of(*blocks: Block) -> tuple[Passage, ...]:
    return chunk(blocks)[0]


def texts_of(*blocks: Block) -> list[str]:
    return [passage.text for passage in passages_of(*blocks)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def prose(words: int, seed: int = 1) -> str:
    """Sentences that all begin differently."""
    random = Random(seed)
    sentences = []
    while words > 0:
        length = random.randint(6, 30)
        words -= length
        chosen = [f"{random.choice(WORDS)}{random.randrange(900)}" for _ in range(length)]
        sentences.append(" ".join(chosen).capitalize() + ".")
    return " ".join(sentences)


def plain_blocks(text: str) -> list[Block]:
    """Blocks apart by blank lines: enough of a reader for these tests."""
    return [
        paragraph(" ".join(part.split())) for part in re.split(r"\n\s*\n", text) if part.strip()
    ]


# Heading paths and the outline


def test_a_passage_knows_the_headings_above_it_outermost_first() -> None:
    found = passages_of(
        paragraph(LONG + "a"),
        heading("One", 1),
        paragraph(LONG + "b"),
        heading("One and a half", 3),
        paragraph(LONG + "c"),
        heading("Within", 2),
        paragraph(LONG + "d"),
        heading("Two", 1),
        paragraph(LONG + "e"),
    )
    assert [passage.headings for passage in found] == [
        (),
        ("One",),
        ("One", "One and a half"),
        ("One", "Within"),
        ("Two",),
    ]
    assert [passage.ordinal for passage in found] == [1, 2, 3, 4, 5]


def test_a_heading_with_nothing_below_it_is_a_passage_under_its_parents() -> None:
    found, outline = chunk(
        [
            heading("Part", 1),
            heading("Empty", 2),
            heading("Full", 2),
            paragraph(LONG),
            heading("End"),
        ]
    )
    assert [(p.kind, p.text, p.headings) for p in found] == [
        ("heading", "Empty", ("Part",)),
        ("paragraph", LONG.strip(), ("Part", "Full")),
        ("heading", "End", ()),
    ]
    assert [(entry.title, entry.level, entry.anchor) for entry in outline] == [
        ("Part", 1, found[0].anchor),
        ("Empty", 2, found[0].anchor),
        ("Full", 2, found[1].anchor),
        ("End", 1, found[2].anchor),
    ]


def test_the_title_is_left_to_the_metadata_unless_it_is_all_there_is() -> None:
    title = Block(kind="title", text="On Liberty")
    assert texts_of(title, paragraph(LONG)) == [LONG.strip()]
    assert texts_of(title) == ["On Liberty"]
    assert chunk([]) == ((), ())


def test_a_heading_beyond_the_limit_is_split_like_text_and_heads_nothing() -> None:
    endless = prose(600)
    found, outline = chunk([heading("Part", 1), heading(endless, 2), paragraph(LONG)])
    assert [entry.title for entry in outline] == ["Part"]
    assert {passage.headings for passage in found} == {("Part",)}
    assert [passage.kind for passage in found] == ["heading"] * (len(found) - 1) + ["paragraph"]
    assert " ".join(passage.text for passage in found[:-1]) == endless


def test_blocks_of_white_space_leave_nothing() -> None:
    assert texts_of(paragraph(" \n "), heading("\t"), paragraph(LONG)) == [LONG.strip()]


def test_a_heading_over_two_lines_is_one_line() -> None:
    assert passages_of(heading("A\n  B"), paragraph(LONG))[0].headings == ("A B",)


# Joining


def test_a_short_paragraph_joins_the_next_and_the_last_joins_the_one_before() -> None:
    first, second = LONG + "first", LONG + "second"
    assert texts_of(paragraph("Well."), paragraph(first), paragraph(second), paragraph("So.")) == [
        f"Well.\n\n{first}",
        f"{second}\n\nSo.",
    ]


def test_paragraphs_do_not_join_across_a_heading() -> None:
    assert texts_of(paragraph("Well."), heading("H"), paragraph(LONG)) == ["Well.", LONG.strip()]


def test_a_paragraph_that_leads_in_joins_what_it_leads_to() -> None:
    lead = LONG + "namely the following:"
    items = Block(kind="list", text="- one\n- two")
    after = LONG + "after"
    found = passages_of(paragraph(lead), items, paragraph(after))
    assert [passage.text for passage in found] == [f"{lead}\n\n- one\n- two", after]


def test_a_short_list_or_quotation_joins_what_it_follows() -> None:
    quotation = Block(kind="quotation", text="I think, therefore I am.")
    before, after = LONG + "before", LONG + "after"
    assert texts_of(paragraph(before), quotation, paragraph(after)) == [
        f"{before}\n\n{quotation.text}",
        after,
    ]
    assert texts_of(quotation, paragraph(after)) == [f"{quotation.text}\n\n{after}"]


def test_a_joined_passage_has_the_kind_of_its_longest_block() -> None:
    items = Block(kind="list", text="- item\n" * 40)
    assert [p.kind for p in passages_of(paragraph("Here they are:"), items)] == ["list"]
    same = Block(kind="quotation", text="x" * 20)
    assert [p.kind for p in passages_of(paragraph("y" * 20), same)] == ["paragraph"]


def test_a_dialogue_becomes_passages_of_some_length() -> None:
    random = Random(3)
    lines = [paragraph(f"“{' '.join(random.sample(WORDS, 9))},” said {n}.") for n in range(100)]
    found = passages_of(*lines)
    assert all(LONGEST // 4 <= len(passage.text) <= LONGEST for passage in found)
    assert "\n\n".join(passage.text for passage in found) == "\n\n".join(b.text for b in lines)


def test_several_short_paragraphs_at_the_end_stand_alone_where_they_are_enough() -> None:
    shorts = [paragraph("A short one, but not of the shortest, as it goes on.")] * 4
    found = texts_of(paragraph(LONG), *shorts)
    assert found == [LONG.strip(), "\n\n".join(block.text for block in shorts)]


# Splitting


def test_a_long_paragraph_is_split_at_sentence_ends() -> None:
    text = prose(1500)
    found = texts_of(paragraph(text))
    assert " ".join(found) == text
    assert all(part.endswith(".") and len(part) <= LONGEST for part in found)
    assert all(len(part) >= LONGEST // 4 for part in found)


@pytest.mark.parametrize("kind", ["list", "verse", "table", "code"])
def test_what_has_lines_is_kept_whole_or_split_at_line_ends(kind: BlockKind) -> None:
    whole = "\n".join(f"  - line {number}" for number in range(100))
    assert texts_of(Block(kind=kind, text=whole)) == [whole]
    long = "\n".join(f"  - line {number}" for number in range(500))
    found = passages_of(Block(kind=kind, text=long))
    assert "\n".join(passage.text for passage in found) == long
    assert {passage.kind for passage in found} == {kind}


def test_a_list_is_split_between_items_not_inside_one() -> None:
    items = [f"{number}. {prose(20, number)}\n   {prose(20, number + 1)}" for number in range(40)]
    found = texts_of(Block(kind="list", text="\n".join(items)))
    assert all(re.match(r"\d+\. ", part) for part in found)


def test_a_poem_is_split_between_stanzas() -> None:
    stanzas = ["\n".join(prose(6, 10 * stanza + line) for line in range(4)) for stanza in range(40)]
    found = texts_of(Block(kind="verse", text="\n\n".join(stanzas)))
    assert [stanza for part in found for stanza in part.split("\n\n")] == stanzas


def test_a_sentence_beyond_the_limit_is_split_at_clauses_then_spaces_then_anywhere() -> None:
    clauses = ", ".join(prose(12, seed).rstrip(".").replace(". ", " ") for seed in range(100))
    assert all(part.endswith(",") for part in texts_of(paragraph(clauses))[:-1])
    words = prose(2000).replace(".", "")
    assert " ".join(texts_of(paragraph(words))) == words
    letters = words.replace(" ", "")
    assert "".join(texts_of(paragraph(letters))) == letters
    chinese = "，".join("不以物喜不以己悲居庙堂之高则忧其民" for _ in range(300))
    assert all(part.endswith("，") for part in texts_of(paragraph(chinese))[:-1])


def test_no_cut_parts_a_letter_from_its_mark() -> None:
    text = "".join(f"{chr(97 + number % 26)}\u0301\u0323" for number in range(5000))
    found = texts_of(paragraph(text))
    assert "".join(found) == text
    assert not any(unicodedata.combining(part[0]) for part in found)


@pytest.mark.parametrize(
    "text",
    ["a" * 9000, "a" + "\u0301" * 9000, "é, " * 3000, "Same here. " * 900, "x" + " " * 9000 + "y"],
    ids=["one letter", "marks on one letter", "clauses", "one sentence", "white space"],
)
def test_monotonous_text_is_split_within_the_limit(text: str) -> None:
    found = texts_of(paragraph(text))
    assert squeezed("".join(found)) == squeezed(text)
    assert max(map(len, found)) <= LONGEST


def test_text_made_so_that_its_hashes_ascend_is_still_split(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indexer.cutting._landmark", lambda text, at: at)
    text = prose(60_000)
    assert " ".join(texts_of(paragraph(text))) == text


def test_a_lead_in_stays_with_the_beginning_of_a_list_too_long_for_one_passage() -> None:
    items = "\n".join(f"- {prose(10, number)}" for number in range(60))
    found = texts_of(paragraph("These are they:"), Block(kind="list", text=items))
    assert found[0].startswith("These are they:\n\n- ")
    assert len(found) > 2


def test_code_that_fits_is_not_cut_for_a_short_paragraph_before_it() -> None:
    code = Block(kind="code", text="\n".join(f"line({n})" for n in range(300))[: LONGEST - 5])
    assert texts_of(paragraph("Run this"), code) == ["Run this", code.text]


# Anchors


def test_an_anchor_ignores_wrapping_quotes_and_case() -> None:
    (first,) = passages_of(paragraph("“Don’t do it,” he said."))
    (second,) = passages_of(paragraph('"DON\'T do\nit", he said'))
    assert first.anchor == second.anchor
    assert re.fullmatch(r"p-[0-9a-f]{8}", first.anchor)


def test_a_repeat_gets_a_number() -> None:
    found = passages_of(*[paragraph(LONG)] * 3)
    name = found[0].anchor
    assert [passage.anchor for passage in found] == [name, f"{name}-2", f"{name}-3"]


def test_texts_without_letters_have_anchors_of_their_own() -> None:
    stars, dashes = passages_of(heading("* * *"), heading("---"))
    assert stars.anchor != dashes.anchor


def kept(before: list[Block], after: list[Block]) -> tuple[int, int]:
    """How many anchors are gone, and how many there were."""
    names = Counter(passage.anchor for passage in chunk(before)[0])
    left = names - Counter(passage.anchor for passage in chunk(after)[0])
    return sum(left.values()), sum(names.values())


def edits(text: str, random: Random) -> dict[str, str]:
    words = text.split(" ")
    at = random.randrange(len(words))
    return {
        "replaced": " ".join([*words[:at], "altogether", *words[at + 1 :]]),
        "inserted": " ".join([*words[:at], "altogether", *words[at:]]),
        "deleted": " ".join([*words[:at], *words[at + 1 :]]),
        "appended": text + " Nothing else was said about it.",
        "prepended": "It began like this. " + text,
    }


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_editing_a_paragraph_of_a_real_essay_changes_no_other_anchor(seed: Path) -> None:
    random = Random(1)
    blocks = plain_blocks(seed.read_text("utf-8"))
    for number, block in enumerate(blocks):
        for how, text in edits(block.text, random).items():
            if (len(text) < SHORT) != (len(block.text) < SHORT) or not text.strip():
                continue
            edited = [*blocks[:number], paragraph(text), *blocks[number + 1 :]]
            gone, _ = kept(blocks, edited)
            assert gone <= 1, f"{how} in {block.text[:40]}"


def test_editing_a_speech_in_one_line_rarely_changes_another_anchor() -> None:
    random = Random(2)
    speech = prose(12_000)
    whole = [paragraph(speech)]
    others = trials = 0
    for passage in random.sample(chunk(whole)[0], 30):
        for text in edits(passage.text, random).values():
            gone, _ = kept(whole, [paragraph(speech.replace(passage.text, text))])
            trials += 1
            others += gone > 1
    assert others / trials < 0.1


# Properties

signs = st.text(alphabet="ab .!?,:;\n-。，ñ\u0301漢—“”1", min_size=0, max_size=60)
sizes = st.sampled_from([1, 1, 1, 3, 10, 60])
bodies = st.builds(lambda text, times: text * times, signs, sizes)
kinds: st.SearchStrategy[BlockKind] = st.sampled_from(
    ["paragraph", "paragraph", "paragraph", "list", "quotation", "verse", "table", "code"]
)
any_block = st.one_of(
    st.builds(lambda kind, text: Block(kind=kind, text=text), kinds, bodies),
    st.builds(heading, bodies, st.integers(1, 6)),
)
documents = st.lists(any_block, max_size=12)


@settings(max_examples=300)
@given(documents)
def test_nothing_is_lost_or_repeated_and_all_limits_hold(blocks: list[Block]) -> None:
    found, outline = chunk(blocks)
    body = squeezed("".join(p.text for p in found if p.kind != "heading"))
    assert body == squeezed("".join(b.text for b in blocks if b.kind != "heading"))
    assert all(0 < len(passage.text) <= LONGEST for passage in found)
    assert len({passage.anchor for passage in found}) == len(found)
    assert [passage.ordinal for passage in found] == list(range(1, len(found) + 1))
    assert {entry.anchor for entry in outline} <= {passage.anchor for passage in found}
    titles = [" ".join(b.text.split()) for b in blocks if b.kind == "heading" and b.text.strip()]
    places = [title for title in titles if len(title) <= LONGEST]
    assert [entry.title for entry in outline] == places
    in_paths = {title for passage in found for title in passage.headings}
    alone = squeezed("".join(p.text for p in found if p.kind == "heading"))
    assert all(title in in_paths or squeezed(title) in alone for title in titles)


@given(documents)
def test_order_is_the_order_of_the_blocks(blocks: list[Block]) -> None:
    """Every block is marked by its number, a heading in its path or as its own passage."""
    numbered = [
        Block(kind=block.kind, level=block.level, text=f"#{number}# {block.text}")
        for number, block in enumerate(blocks)
    ]
    found, _ = chunk(numbered)
    seen: dict[str, None] = {}
    for passage in found:
        for text in (*passage.headings, passage.text):
            seen.update(dict.fromkeys(re.findall(r"#(\d+)#", text)))
    assert list(seen) == [str(number) for number in range(len(blocks))]


@given(st.lists(st.text(max_size=200)))
def test_any_text_at_all_is_chunked(texts: list[str]) -> None:
    found, _ = chunk([paragraph(text) for text in texts])
    assert squeezed("".join(p.text for p in found)) == squeezed("".join(texts))


LATIN = "".join(bytes((code,)).decode("cp1252", "ignore") for code in range(256))


@given(st.text(LATIN))
def test_a_text_in_latin_script_is_normalised_like_any_other(text: str) -> None:
    assert normalised(text) + "字" == normalised(text + "字")
