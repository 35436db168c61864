"""Structure of unmarked plain text."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.linebreaks import indent, is_ornament, runs, width, wrap_width
from indexer.model import Block
from indexer.numbering import list_marker, numbering, ordinal, roman_value, to_roman
from indexer.outline import levels
from indexer.structure import blocks

SEEDS = Path(__file__).parent.parent / "seeds"
BODY = (
    "The committee met for the third time in April and heard the reports of its members, who "
    "had travelled through the provinces during the winter and spoken with several hundred people."
)
OTHER = (
    "Nobody had expected the harvest to fail twice in a row, and the stores were empty long before "
    "the first ships came in. What followed was told for generations, never twice in the same way."
)
WRAPPED = """\
The committee met for the third time in April and heard the reports of
its members, who had travelled through the provinces during the winter
and spoken with several hundred people in towns and villages."""


def essay(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def of_kind(text: str, kind: str) -> list[str]:
    return [block.text for block in blocks(text) if block.kind == kind]


def outline(text: str) -> list[tuple[int, str]]:
    return [(block.level, block.text) for block in blocks(text) if block.kind == "heading"]


class TestSeeds:
    def test_the_first_has_four_headings_and_no_title(self) -> None:
        text = (SEEDS / "000_3932a862b8def1e9.txt").read_text(encoding="utf-8")
        assert of_kind(text, "title") == []
        assert of_kind(text, "heading") == [
            "Violent repression of opposition movements",
            "The first dissidents sacrificed",
            "Detractors from abroad",
            "Emerging internal opposition",
        ]

    def test_the_second_has_a_title_and_seven_headings(self) -> None:
        text = (SEEDS / "002_9cbba2b0ab8d4e27.txt").read_text(encoding="utf-8")
        assert blocks(text)[0] == Block(
            kind="title", text="Overthrow autocracy, eliminate dictatorship!"
        )
        assert of_kind(text, "heading") == [
            "The Emperor’s Long Arm: Persecuting Those Who Flee",
            "Case: Dong Guangping – Kidnapped from Vietnam",
            "Case: Liu Xinglian & Yang Chong – Trapped in limbo",
            '"Voluntary Returns" – The Lie That Masks the CCP Terror',
            "Xi Jinping: Global Architect of Authoritarian Reach",
            "The Global Cowardice That Enables Tyranny",
            "Conclusion: Article 14 Was Written for Moments Like This",
        ]

    def test_the_numbered_lines_of_the_second_are_one_list(self) -> None:
        text = (SEEDS / "002_9cbba2b0ab8d4e27.txt").read_text(encoding="utf-8")
        (found,) = of_kind(text, "list")
        assert [line[:2] for line in found.split("\n")] == ["1.", "2.", "3.", "4."]

    def test_a_quotation_broken_over_two_lines_is_one_paragraph(self) -> None:
        text = (SEEDS / "002_9cbba2b0ab8d4e27.txt").read_text(encoding="utf-8")
        assert (
            '"Everyone has the right to seek and to enjoy in other countries asylum from '
            'persecution."'
        ) in of_kind(text, "paragraph")


class TestHeadings:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("The Failure of the Harvest", "What the Ships Brought"),
            ("The failure of the harvest", "What the ships brought"),
            ("THE FAILURE OF THE HARVEST", "WHAT THE SHIPS BROUGHT"),
            ("1. The Failure of the Harvest", "2. What the Ships Brought"),
            ("I. The Failure of the Harvest", "II. What the Ships Brought"),
            ("Chapter 1: The Failure", "Chapter 2: The Ships"),
            ("Case: The Harvest – Lost Twice", "Conclusion: Ships and Grain"),
        ],
    )
    def test_short_lines_above_paragraphs_are_headings(self, first: str, second: str) -> None:
        text = essay(BODY, OTHER, first, OTHER, BODY, second, BODY, OTHER)
        assert of_kind(text, "heading") == [first, second]

    @pytest.mark.parametrize("rule", ["=", "-", "~"])
    def test_an_underlined_line_is_a_heading_without_its_rule(self, rule: str) -> None:
        text = essay(BODY, "The harvest\n" + rule * 11 + "\n" + OTHER, OTHER)
        assert of_kind(text, "heading") == ["The harvest"]
        assert rule * 3 not in "".join(block.text for block in blocks(text))

    def test_a_double_rule_stands_above_a_single_one(self) -> None:
        text = essay(BODY, "The harvest\n===========", OTHER, "The ships\n---------", OTHER)
        assert outline(text) == [(1, "The harvest"), (2, "The ships")]

    def test_a_chapter_number_and_the_title_below_it_are_one_heading(self) -> None:
        text = essay(
            "CHAPTER I", "The Failure of the Harvest", BODY, OTHER,
            "CHAPTER II", "What the Ships Brought", OTHER, BODY,
        )  # fmt: skip
        assert of_kind(text, "heading") == [
            "CHAPTER I The Failure of the Harvest",
            "CHAPTER II What the Ships Brought",
        ]

    def test_a_number_on_the_line_above_belongs_to_its_title(self) -> None:
        text = essay("I\nOf the Harvest", BODY, OTHER, "II\nOf the Ships", OTHER, BODY)
        assert of_kind(text, "heading") == ["I Of the Harvest", "II Of the Ships"]

    def test_a_number_right_above_its_text_is_a_heading(self) -> None:
        text = essay(f"Chapter I\n{WRAPPED}\n{WRAPPED}", WRAPPED, f"Chapter II\n{WRAPPED}", WRAPPED)
        assert of_kind(text, "heading") == ["Chapter I", "Chapter II"]

    def test_parts_stand_above_chapters(self) -> None:
        text = essay(
            "PART I", "CHAPTER 1", BODY, OTHER, "CHAPTER 2", OTHER, BODY,
            "PART II", "CHAPTER 1", BODY, OTHER, "CHAPTER 2", OTHER, BODY,
        )  # fmt: skip
        assert [level for level, _ in outline(text)] == [1, 2, 2, 1, 2, 2]

    def test_decimal_numbers_give_the_depth(self) -> None:
        text = essay(
            "1. Methods", BODY, OTHER, "1.1 Sources", OTHER, BODY, "1.1.1 Archives", BODY, OTHER,
            "2. Results", OTHER, BODY, "2.1 Prices", BODY, OTHER,
        )  # fmt: skip
        assert [level for level, _ in outline(text)] == [1, 2, 3, 1, 2]

    def test_chinese_chapters_and_sections_are_headings(self) -> None:
        body = (
            "那一年的冬天来得很早，河面在十一月就已经结冰，村里的人只好把船拖上岸，等待来年的春天。"
            * 3
        )
        text = essay("第一章 冬天", body, body, "一、河流", body, body, "第二章 春天", body, body)
        found = outline(text)
        assert [heading for _, heading in found] == ["第一章 冬天", "一、河流", "第二章 春天"]
        assert found[0][0] < found[1][0]

    @pytest.mark.parametrize(
        "line",
        [
            "It was over.",
            "But silence is surrender.",
            "“Where have you been?” she asked.",
            "‘Never!’",
            "Sign up to receive our latest news!",
            "By submitting this form, I agree to the terms.",
            "Whether it is:",
            "And then, after a while,",
            "17",
            "* * *",
            "someone@example.org",
        ],
    )
    def test_these_short_lines_are_no_headings(self, line: str) -> None:
        text = essay(BODY, OTHER, line, OTHER, BODY)
        assert of_kind(text, "heading") == []

    @pytest.mark.parametrize(
        "closing",
        [
            ("Yours sincerely,", "Anna Brandt"),
            ("© 2021 The Provincial Review",),
            ("Sign up for our newsletter", "www.example.org"),
            ("More at ProvincialReview.org\nEmail: office@example.org",),
        ],
    )
    def test_what_closes_a_page_is_no_heading(self, closing: tuple[str, ...]) -> None:
        text = essay(BODY, OTHER, BODY, OTHER, *closing)
        assert of_kind(text, "heading") == []

    def test_talk_makes_no_headings(self) -> None:
        talk = ["“Quite so.”", "“How often?”", "“Well, some hundreds of times.”", "“Then how?”"]
        text = essay(BODY, *talk, OTHER, *talk, BODY)
        assert of_kind(text, "heading") == []

    def test_the_terms_of_a_dictionary_are_no_headings(self) -> None:
        terms = [a + b for a in ("Ab", "Ac", "Ad", "Al", "An") for b in ("bot", "enter", "ion")]
        text = essay(*(part for term in terms for part in (term, OTHER)))
        assert len(of_kind(text, "heading")) < 4

    def test_a_table_of_contents_is_not_taken_for_the_headings_it_lists(self) -> None:
        text = essay(
            "CONTENTS", "I. THE HARVEST 3", "II. THE SHIPS 17", "III. THE END OF WINTER 29",
            "I. THE HARVEST", BODY, OTHER, "II. THE SHIPS", OTHER, BODY,
            "III. THE END OF WINTER", OTHER, BODY,
        )  # fmt: skip
        found = of_kind(text, "heading")
        assert found[-3:] == ["I. THE HARVEST", "II. THE SHIPS", "III. THE END OF WINTER"]
        assert not any(heading[-1].isdigit() for heading in found)

    def test_the_author_of_a_motto_is_no_heading(self) -> None:
        motto = "The ships came in at break of day,\nThe grain was gone, the men away."
        text = essay(
            "CHAPTER I", motto, "Anna Brandt", BODY, OTHER,
            "CHAPTER II", "“All that was left us was the winter.”", "Old song", OTHER, BODY,
        )  # fmt: skip
        assert of_kind(text, "heading") == ["CHAPTER I", "CHAPTER II"]

    def test_a_name_below_part_after_part_signs_them(self) -> None:
        parts = [
            part
            for numeral in ("I", "II", "III", "IV", "V")
            for part in (f"LETTER {numeral}", BODY, OTHER, BODY, "Agricola")
        ]
        assert "Agricola" not in of_kind(essay(*parts), "heading")

    @pytest.mark.parametrize("line", ["A. B.", "W. L. COURTNEY.", "Translated by Anna Brandt"])
    def test_initials_and_credits_are_no_headings(self, line: str) -> None:
        assert of_kind(essay(BODY, OTHER, line, OTHER, BODY), "heading") == []

    @pytest.mark.parametrize("line", ["(see below)", "— Anna Brandt", "[Illustration]", "- -"])
    def test_asides_are_no_headings(self, line: str) -> None:
        assert of_kind(essay(BODY, OTHER, line, OTHER, BODY), "heading") == []

    def test_a_licence_around_the_text_has_no_headings(self) -> None:
        text = essay(
            "The Project Gutenberg EBook of Harvests, by A. Brandt",
            "Title: Harvests",
            "*** START OF THIS PROJECT GUTENBERG EBOOK HARVESTS ***",
            "CHAPTER I", BODY, OTHER, "CHAPTER II", OTHER, BODY,
            "*** END OF THIS PROJECT GUTENBERG EBOOK HARVESTS ***",
            "Section 1. General Terms of Use", BODY, "Section 2. Donations", OTHER,
        )  # fmt: skip
        assert of_kind(text, "heading") == ["CHAPTER I", "CHAPTER II"]
        assert of_kind(text, "title") == []
        assert "Section 2. Donations" in of_kind(text, "paragraph")

    def test_lines_that_are_paragraphs_need_no_blank_lines(self) -> None:
        text = "\n".join(
            [
                "Harvests and Ships",
                BODY,
                OTHER,
                "The Failure",
                OTHER,
                BODY,
                "The Ships",
                BODY,
                OTHER,
            ]
        )
        assert of_kind(text, "title") == ["Harvests and Ships"]
        assert of_kind(text, "heading") == ["The Failure", "The Ships"]
        assert of_kind(text, "paragraph").count(BODY) == 3


class TestTitle:
    def test_a_line_at_the_top_is_the_title_and_no_heading(self) -> None:
        found = blocks(essay("Harvests and Ships", BODY, OTHER))
        assert [block.kind for block in found] == ["title", "paragraph", "paragraph"]

    def test_a_byline_and_a_date_are_not_part_of_it(self) -> None:
        text = essay("Harvests and Ships\nBy Anna Brandt\n4 June 1921", BODY, OTHER)
        found = blocks(text)
        assert found[0] == Block(kind="title", text="Harvests and Ships")
        assert [block.text for block in found[1:3]] == ["By Anna Brandt", "4 June 1921"]

    @pytest.mark.parametrize("line", ["Dear Friends,", "By Anna Brandt", "It was a cold day."])
    def test_a_salutation_a_byline_or_a_sentence_is_no_title(self, line: str) -> None:
        assert of_kind(essay(line, BODY, OTHER), "title") == []

    def test_a_chapter_is_a_heading_and_no_title(self) -> None:
        text = essay("Chapter I", BODY, OTHER, "Chapter II", OTHER)
        assert of_kind(text, "title") == []
        assert len(of_kind(text, "heading")) == 2

    def test_a_line_alone_is_a_paragraph(self) -> None:
        assert blocks("Harvests and Ships") == (Block(kind="paragraph", text="Harvests and Ships"),)


class TestParagraphs:
    def test_hard_wraps_are_joined(self) -> None:
        text = essay(WRAPPED, WRAPPED)
        assert of_kind(text, "paragraph") == [" ".join(WRAPPED.split())] * 2

    def test_long_lines_are_a_paragraph_each(self) -> None:
        assert of_kind(f"{BODY}\n{OTHER}\n{BODY}\n", "paragraph") == [BODY, OTHER, BODY]

    def test_indented_first_lines_begin_paragraphs(self) -> None:
        one = "    " + WRAPPED
        assert of_kind("\n".join([one, one, one]), "paragraph") == [" ".join(WRAPPED.split())] * 3

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x85"])
    def test_every_kind_of_line_end_counts(self, end: str) -> None:
        text = essay(WRAPPED, WRAPPED).replace("\n", end)
        assert blocks(text) == blocks(essay(WRAPPED, WRAPPED))

    @pytest.mark.parametrize("mark", ["\f", "\u2029"])
    def test_page_and_paragraph_separators_part_blocks(self, mark: str) -> None:
        assert of_kind(BODY + mark + OTHER, "paragraph") == [BODY, OTHER]

    def test_wrapped_chinese_is_joined_without_a_space(self) -> None:
        lines = [
            "那一年的冬天来得很早，河面在十一月就已经结冰，村里的人",
            "只好把船拖上岸，等待来年的春天。",
        ]
        (found,) = of_kind("\n".join([*lines, "", lines[0], lines[0], lines[1]]), "paragraph")[:1]
        assert found == "".join(lines)

    def test_a_whole_speech_in_one_line_is_one_paragraph(self) -> None:
        speech = " ".join([BODY, OTHER] * 50)
        assert blocks(speech) == (Block(kind="paragraph", text=speech),)

    def test_an_empty_text_has_no_blocks(self) -> None:
        assert blocks("") == blocks(" \n\t\n\u3000\n") == ()

    def test_ornaments_part_blocks_and_are_dropped(self) -> None:
        found = blocks(essay(BODY, "* * *", OTHER, "⁂", BODY))
        assert [block.text for block in found] == [BODY, OTHER, BODY]


class TestHyphens:
    def broken(self, first: str, second: str, *more: str) -> str:
        line = "The members had travelled through the provinces that winter and"
        text = essay(
            f"{line} {first}\n{second} with the people in the towns and the villages, and with\n"
            "their elders, who remembered better days and other winters than these.",
            *more,
        )
        return next(block.text for block in blocks(text) if block.text.startswith(line))

    def test_a_word_broken_at_a_line_end_is_joined(self) -> None:
        assert " negotiated with" in self.broken("negoti-", "ated")

    def test_a_soft_hyphen_is_dropped(self) -> None:
        assert " negotiated with" in self.broken("negoti\u00ad", "ated")

    @pytest.mark.parametrize(
        ("first", "second"), [("self-", "governed"), ("well-", "known"), ("Anglo-", "Saxon")]
    )
    def test_a_compound_keeps_its_hyphen(self, first: str, second: str) -> None:
        assert f" {first}{second} with" in self.broken(first, second)

    def test_the_text_itself_decides_where_it_has_the_word(self) -> None:
        kept = self.broken("sea-", "worthy", "The ship was sea-worthy then and long after that.")
        assert "sea-worthy with" in kept
        joined = self.broken("self-", "same", "It was the selfsame ship as it had been before.")
        assert "selfsame with" in joined

    def test_a_hyphen_left_open_keeps_its_space(self) -> None:
        assert "first- and with" in self.broken("first-", "and")

    def test_a_dash_at_a_line_end_gets_no_space(self) -> None:
        assert "spoke--and with" in self.broken("spoke--", "and")


class TestWholeBlocks:
    def test_bulleted_items_stay_one_list_with_its_line_ends(self) -> None:
        text = essay(BODY, "- bread and salt\n- grain\n- oil", OTHER)
        assert of_kind(text, "list") == ["- bread and salt\n- grain\n- oil"]

    def test_items_that_blank_lines_part_are_one_list(self) -> None:
        text = essay(BODY, "1. Bread and salt.", "2. Grain.", "3. Oil from the south.", OTHER)
        assert of_kind(text, "list") == ["1. Bread and salt.\n2. Grain.\n3. Oil from the south."]

    def test_lettered_items_are_a_list(self) -> None:
        text = essay(BODY, "(a) bread\n(b) grain\n(c) oil", "a) one\nb) two", "i. one\nii. two")
        assert len(of_kind(text, "list")) == 3

    def test_a_list_may_follow_its_lead_without_a_blank_line(self) -> None:
        text = essay(BODY, "They brought these things:\n- bread\n- grain", OTHER)
        assert of_kind(text, "list") == ["- bread\n- grain"]
        assert "They brought these things:" in of_kind(text, "paragraph")

    def test_a_wrapped_item_is_one_line(self) -> None:
        text = essay(WRAPPED, "1. Bread and salt and whatever else the winter had left them in\n"
                     "   the stores.\n2. Grain.", WRAPPED)  # fmt: skip
        assert of_kind(text, "list") == [
            "1. Bread and salt and whatever else the winter had left them in the stores.\n2. Grain."
        ]

    def test_text_after_a_list_is_not_part_of_it(self) -> None:
        text = essay(BODY, f"- bread\n- grain\n{OTHER}", BODY)
        assert of_kind(text, "list") == ["- bread\n- grain"]
        assert OTHER in of_kind(text, "paragraph")

    def test_marked_lines_are_a_quotation_without_their_marks(self) -> None:
        text = essay(BODY, "> All was lost,\n> and nothing remained.", OTHER)
        (found,) = of_kind(text, "verse") + of_kind(text, "quotation")
        assert found.replace("\n", " ") == "All was lost, and nothing remained."

    def test_marked_paragraphs_are_quotations_each(self) -> None:
        text = essay(BODY, f"> {OTHER}\n>\n> {BODY}", OTHER)
        assert of_kind(text, "quotation") == [OTHER, BODY]

    def test_an_indented_paragraph_is_a_quotation(self) -> None:
        inner = "\n".join("    " + line for line in WRAPPED.split("\n"))
        text = essay(WRAPPED, inner, WRAPPED, WRAPPED)
        assert of_kind(text, "quotation") == [" ".join(WRAPPED.split())]

    def test_verse_keeps_its_line_ends(self) -> None:
        verse = "The ships came in at break of day,\nThe grain was gone,\nThe men away,"
        for around in (BODY, WRAPPED):
            assert of_kind(essay(around, verse, around, around), "verse") == [verse]

    def test_indented_verse_keeps_its_shape(self) -> None:
        text = essay(
            WRAPPED, "    The ships came in,\n      The grain was gone,\n    Away.", WRAPPED
        )
        assert of_kind(text, "verse") == ["The ships came in,\n  The grain was gone,\nAway."]

    @pytest.mark.parametrize(
        "table",
        [
            "| year | grain |\n|------|-------|\n| 1919 |    12 |",
            "year   grain   oil\n1919      12     3\n1920       9     2",
            "year\tgrain\n1919\t12\n1920\t9",
            "The Failure ........ 3\nThe Ships .......... 17",
            "+------+----+\n| year | a  |\n+------+----+",
        ],
    )
    def test_tables_stay_whole(self, table: str) -> None:
        assert of_kind(essay(BODY, table, OTHER), "table") == [table]

    def test_code_keeps_its_line_ends(self) -> None:
        code = "if (grain < 1) {\n    ship();\n}"
        assert of_kind(essay(BODY, code, OTHER), "code") == [code]


class TestNumbers:
    @pytest.mark.parametrize(
        ("line", "kind", "number", "rest"),
        [
            ("Chapter IV: Ships", "label chapter", 4, "Ships"),
            ("Part Two", "label part", 2, ""),
            ("第十二章 冬天", "label 章", 12, "冬天"),
            ("三、河流", "cjk", 3, "河流"),
            ("1.2.3 Prices", "decimal3", 3, "Prices"),
            ("7. Prices", "arabic", 7, "Prices"),
            ("XIV", "roman", 14, ""),
            ("IV. Prices", "roman", 4, "Prices"),
            ("B. Prices", "letter", 2, "Prices"),
            ("(c) Prices", "letter", 3, "Prices"),
            ("12 Prices", "bare", 12, "Prices"),
            ("I Am Born", "", 0, "I Am Born"),
            ("Part of the matter", "", 0, "Part of the matter"),
            ("Prices", "", 0, "Prices"),
        ],
    )
    def test_what_a_line_begins_with(self, line: str, kind: str, number: int, rest: str) -> None:
        assert numbering(line) == (kind, number, rest)

    @given(st.integers(1, 3999))
    def test_roman_numerals_read_as_they_are_written(self, number: int) -> None:
        assert roman_value(to_roman(number)) == roman_value(to_roman(number).upper()) == number

    @pytest.mark.parametrize("word", ["", "IIII", "mild", "VX", "abc"])
    def test_other_words_are_no_roman_numerals(self, word: str) -> None:
        assert roman_value(word) == 0

    @pytest.mark.parametrize(
        ("sign", "value"),
        [("twelve", 12), ("third", 3), ("二十三", 23), ("百", 100), ("3.4", 4), ("b", 2), ("?", 0)],
    )
    def test_ordinals(self, sign: str, value: int) -> None:
        assert ordinal(sign) == value

    @pytest.mark.parametrize("line", ["1.5 million", "e.g. this", "-", "3.", "—", "A.B. Smith"])
    def test_these_begin_no_list(self, line: str) -> None:
        assert list_marker(line) is None

    def test_levels_have_no_gaps_and_an_end(self) -> None:
        texts = ["1 " + "x", *(".".join("1" * depth) + " x" for depth in range(2, 7)), "a"]
        found = levels(texts, [""] * len(texts), [False] * len(texts))
        assert all(1 <= level <= 6 for level in found)
        assert set(found) == set(range(1, max(found) + 1))


class TestLines:
    def test_width_counts_wide_characters_twice(self) -> None:
        assert (width("abc"), width("冬天"), width("é")) == (3, 4, 1)

    def test_indent_counts_tabs_and_wide_spaces(self) -> None:
        assert (indent("  a"), indent("\ta"), indent(" \ta"), indent("\u3000a")) == (2, 4, 4, 2)

    def test_a_text_of_long_lines_is_not_wrapped(self) -> None:
        assert wrap_width(runs(essay(BODY, f"{OTHER}\n{BODY}"))) is None

    def test_a_wrapped_text_has_a_width(self) -> None:
        columns = wrap_width(runs(essay(WRAPPED, WRAPPED)))
        assert columns is not None
        assert 65 <= columns <= 75

    def test_verse_is_not_wrapped(self) -> None:
        verse = "The ships came in at break of day,\nThe grain was gone, the men away,\n"
        assert wrap_width(runs(verse * 20)) is None


def kept(text: str) -> list[str]:
    """The characters of a text that no reading of its lines may lose."""
    lines = [line for line in text.splitlines() if not is_ornament(line)]
    dropped = "-\u2010\u00ad>=~^*_"
    return [c for line in lines for c in line if not c.isspace() and c not in dropped]


_PIECES = st.sampled_from(
    [
        BODY, OTHER, WRAPPED, "The Ships", "CHAPTER I", "I", "II", "1. Grain", "2. Oil", "- bread",
        "* * *", "=====", "-----", "> quoted", "“Never!”", "a | b | c", "a   b   c", "x\ty", "foo-",
        "bar", "第一章", "冬天", "    indented", "\tTab", "it is.", "if (x) {", "}", "",
    ]
)  # fmt: skip
_ENDS = st.sampled_from(["\n", "\n\n", "\n\n\n", "\r\n", "\r", "\f", "\u2028", "\u2029", " "])
_TEXTS = st.lists(st.tuples(_PIECES, _ENDS), max_size=40).map(
    lambda parts: "".join(piece + end for piece, end in parts)
)


class TestNothingIsLost:
    @settings(deadline=None, max_examples=300)
    @given(_TEXTS)
    def test_in_generated_essays(self, text: str) -> None:
        found = "\n".join(block.text for block in blocks(text))
        assert sorted(kept(found)) == sorted(kept(text))
        assert kept(found) == kept(text)

    @settings(deadline=None, max_examples=300)
    @given(st.text())
    def test_in_any_string(self, text: str) -> None:
        assert kept("\n".join(block.text for block in blocks(text))) == kept(text)

    @pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
    def test_in_the_samples(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert kept("\n".join(block.text for block in blocks(text))) == kept(text)

    @settings(deadline=None, max_examples=200)
    @given(_TEXTS)
    def test_blocks_are_well_formed(self, text: str) -> None:
        found = blocks(text)
        assert all(block.text.strip() for block in found)
        assert all((1 <= block.level <= 6) == (block.kind == "heading") for block in found)
        assert all(block.kind != "title" for block in found[1:])
        for block in found:
            if block.kind in ("title", "heading", "paragraph", "quotation"):
                assert "\n" not in block.text


@pytest.mark.parametrize(
    "text",
    [
        "word " * 400_000,
        "x" * 2_000_000,
        "Heading\n\n" * 20_000,
        "A line\n" * 50_000,
        "1.   foo\n" * 30_000,
        "> " * 300_000,
        ". " * 300_000,
        "|" * 1_000_000,
        "{//" * 300_000 + "\nx\n",
        "foo-\n" * 30_000,
        "- a\nB ends.\n" * 10_000,
        "I\n" * 30_000,
        "a  b\n\tc\n" * 15_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_awkward_texts_take_time_in_step_with_their_length(text: str) -> None:
    started = time.perf_counter()
    blocks(text)
    assert time.perf_counter() - started < 20


def test_blocks_come_in_the_order_of_the_text() -> None:
    text = essay("Harvests", BODY, "- a\n- b", OTHER, "The Ships", "All of it was lost.")
    places = [text.index(block.text.split("\n")[0][:20]) for block in blocks(text)]
    assert all(a < b for a, b in pairwise(places))
