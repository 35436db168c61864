"""Where sentences end."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sentences import sentences


def cut(text: str, *, lines: bool = False) -> list[str]:
    return [text[start:end] for start, end in sentences(text, lines=lines)]


@pytest.mark.parametrize(
    "parts",
    [
        ["He came. ", "She went! ", "Why? ", "Nobody knows…"],
        ["Mr. Smith met Dr. J. R. Jones. ", "They talked."],
        ["The U.S. Army came at 5 p.m. on Monday. ", "It left."],
        ["He lives in the U.S. ", "The rest do not."],
        ["Bring bread, milk, etc. ", "We have none."],
        ["Bread, milk, etc. were brought. ", "Good."],
        ["It cost 3.14 dollars, e.g. in cash. ", "See example.org for more."],
        ["“What?” he said. ", "“No!” ", "She left."],
        ["He waited ... and waited. ", "Then... ", "Nothing."],
        ["He paused. . . . and went on."],
        ["(It rained.) ", "[Nobody cared.] ", "So it goes."],
        ["Said before.[12] ", "Said again.¹ ", "Done."],
        ["World War I. ", "The end."],
        ["St. Paul wrote it. ", "See No. 7 and Vol. 2 of it. ", "He said no. ", "They agreed."],
        ["1. First of all. ", "2. Second of all."],
        ["That was in 1945. ", "Then came peace."],
        ["Er kam am 3. Oktober an, d.h. spät. ", "Dann ging er."],
        ["Elle a vu M. Dupont, p.ex. hier. ", "Il est parti."],
        ["Это было в 1945 г. ", "Он ушёл."],
        ["Пушкин А. С. писал. ", "Все читали."],
        ["你好！”", "他说。", "我很好"],
        ["यह है। ", "वह था॥ ", "ठीक"],
        ["هل أنت هنا؟ ", "نعم."],
        ["One line\nof a paragraph. ", "Another."],
        ["A heading\n\n", "A text without a stop\n \n", "Another"],
        ["He ended it.\n\n", "and began anew"],
        ["  Indented. ", "Not."],
        ["\n\n First. ", "Second."],
        ["ภาษาไทย ไม่มีจุด"],
    ],
)
def test_sentences_end_where_a_reader_would_say(parts: list[str]) -> None:
    assert cut("".join(parts)) == parts


def test_line_ends_count_where_the_caller_asks() -> None:
    text = "Roses are red\nViolets\n\nSugar is sweet. And\nso on"
    assert cut(text, lines=True) == [
        "Roses are red\n",
        "Violets\n\n",
        "Sugar is sweet. ",
        "And\n",
        "so on",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "。"])
def test_a_text_without_words_is_one_sentence_at_most(text: str) -> None:
    assert cut(text) == ([text] if text else [])


awkward = st.text(alphabet='aA1 .!?…。\n\t"”’)[]I।–e,U St')


@given(awkward | st.text(), st.booleans())
def test_sentences_cover_the_text_and_none_is_empty(text: str, lines: bool) -> None:
    parts = cut(text, lines=lines)
    assert "".join(parts) == text
    assert all(parts)


@given(awkward, st.booleans())
def test_every_sentence_but_the_first_begins_with_a_sign(text: str, lines: bool) -> None:
    assert all(not part[0].isspace() for part in cut(text, lines=lines)[1:])


@pytest.mark.parametrize(
    "unit", [".", ". ", "a. ", "\n ", "\n", "A.[1", "Mr. ", "1. ", "?!” ", ".\n", "(", ". ("]
)
def test_time_is_linear_in_the_length(unit: str) -> None:
    def took(count: int) -> float:
        text = unit * count + "x"
        start = time.process_time()
        sentences(text)
        return time.process_time() - start

    # Sixteen times the text in sixteen times the time; quadratic would be 256 times.
    assert took(160_000) < 80 * max(took(10_000), 0.002)
