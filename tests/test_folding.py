"""Spellings that look alike fold to one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.folding import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Café", "cafe"),
        ("CAFE\u0301", "cafe"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("Œuvre, Æsop", "oeuvre, aesop"),
        ("Łódź Đặng Þór Ørsted ıstanbul", "lodz dang thor orsted istanbul"),
        ("İstanbul", "istanbul"),
        ("ﬁnding ﬂoors", "finding floors"),
        ("ＡＢＣ１２３", "abc123"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("donʼt", "dont"),
        ("don‘t", "dont"),
        ("don＇t", "dont"),
        ("don′t", "dont"),
        ("don´t", "dont"),
        ("don`t", "dont"),
        ("ʿAlī", "ali"),
        ("co-op", "co-op"),
        ("co\u2010op", "co-op"),
        ("co\u2011op", "co-op"),
        ("co－op", "co-op"),
        ("co\u00adop", "coop"),
        ("exam\u00ad\n  ple", "example"),
        ("a\u200d\u200c\u2060\ufeff\ufe0fb", "ab"),
        ("ἈΘΗΝᾶ τῷ", "αθηνα τω"),
        ("Ёлка", "елка"),
        ("за\u0301мок", "замок"),
        ("Київ Їжак", "київ їжак"),
        ("и\u0306", "й"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("كتـــاب", "كتاب"),
        ("٣٤ ۵", "34 5"),
        ("हिन्दी", "हिन्दी"),
        ("ガが", "ガが"),
        ("か\u3099", "が"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("col·lecció", "colleccio"),
        ("coŀlecció", "colleccio"),
    ],
)
def test_a_spelling_folds_to_what_its_readers_would_type(written: str, folded: str) -> None:
    assert fold(written) == unicodedata.normalize("NFC", folded)


def _folds_at_all(character: str) -> bool:
    plain = unicodedata.normalize("NFKD", character)
    return plain != character or plain.casefold() != plain or not character.isalnum()


def test_every_character_folds_once_and_for_all() -> None:
    for number in [*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x1FFFF)]:
        character = chr(number)
        if _folds_at_all(character):
            once = fold(character)
            assert fold(once) == once


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aeéi\u0301\u0306\u0308йиeЁ'’-‐\u00ad\n ·lLßıİΣς\u3099か\u0345ᾳ"))
def test_folding_twice_is_folding_once_where_it_is_hard(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed)
