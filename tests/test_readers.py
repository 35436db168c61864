"""Readers: from the bytes of a file to a document."""

from __future__ import annotations

import datetime
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.errors import MissingParser, ReadError
from indexer.model import Block, Document
from indexer.readers import SUFFIXES, is_readable, parse, read
from indexer.readers.encoding import decode
from indexer.readers.html_depth import flattened
from indexer.readers.metadata import authors_of, iso_date, primary_language
from indexer.readers.titles import resolve

DATA = Path(__file__).parent / "data" / "readers"
PROSE = (
    "The harbour was quiet that morning, and nobody on the quay had heard the news yet, "
    "though three letters lay unopened on the clerk's desk, where he always left them. "
)
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shown(path: Path) -> str:
    """A document as the ``.expected`` files show it; a block's further lines are indented."""
    document = read(path)
    lines = [
        f"title: {document.title}",
        f"authors: {'; '.join(document.authors)}",
        f"date: {document.date or ''}",
        f"language: {document.language or ''}",
        f"format: {document.format}",
        *(f"note: {note}" for note in document.notes),
        "",
    ]
    for block in document.blocks:
        name = f"heading {block.level}" if block.kind == "heading" else block.kind
        lines.append(f"{name}: " + block.text.replace("\n", "\n    "))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def html(source: str, suffix: str = ".html") -> Document:
    return parse(source.encode(), suffix=suffix, name=f"page{suffix}")


def markdown(source: str) -> Document:
    return parse(source.encode(), suffix=".md", name="essay.md")


def text_of(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks)


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.blocks]


# Files with the expected document beside them


@pytest.mark.parametrize(
    "path", [p for p in sorted(DATA.iterdir()) if p.suffix != ".expected"], ids=lambda p: p.name
)
def test_a_file_reads_as_the_expected_document_beside_it(path: Path) -> None:
    assert shown(path) == path.with_name(path.name + ".expected").read_text(encoding="utf-8")


# The registry


@pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "a.md", "a.Markdown", "a.htm", "a.xhtml"])
def test_known_suffixes_are_readable_in_any_case(name: str) -> None:
    assert is_readable(Path(name))


@pytest.mark.parametrize("name", ["a.jpg", "a.py", "a.pdf", "README", ".md", "a.txt.gz"])
def test_other_files_are_not_essays_to_a_walk(name: str) -> None:
    assert not is_readable(Path(name))


def test_a_file_named_outright_is_read_by_its_content(tmp_path: Path) -> None:
    page, plain = tmp_path / "page.bak", tmp_path / "README"
    page.write_text(f"<!-- saved --><!DOCTYPE html><title>T</title><p>{PROSE}", encoding="utf-8")
    plain.write_text(PROSE, encoding="utf-8")
    assert read(page).format == "html"
    assert read(plain).format == "text"


def test_a_page_saved_as_text_is_read_as_a_page() -> None:
    document = html(f"<html><head><title>A page</title></head><p>{PROSE}", suffix=".txt")
    assert (document.title, document.format) == ("A page", "html")


def test_text_that_only_mentions_tags_stays_text() -> None:
    document = parse(f"The <html> tag. {PROSE}".encode(), suffix=".txt", name="a.txt")
    assert document.format == "text"


def test_a_file_that_is_not_there_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        read(tmp_path / "missing.txt")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b" \r\n\t\n", "holds no text"),
        (b"\xef\xbb\xbf", "holds no text"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(1000), "binary"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x01\x02\x03\x04word" * 100, "binary"),
    ],
)
def test_what_holds_no_text_says_why(suffix: str, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        parse(data, suffix=suffix, name="a")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "source", ["<script>x = 1</script>", "<html></html>", "<p>&nbsp;</p>", "<nav>* * *</nav>"]
)
def test_a_page_without_words_holds_no_text(source: str) -> None:
    with pytest.raises(ReadError, match="holds no text"):
        html(source)


@pytest.mark.parametrize(
    ("module", "suffix", "extra"),
    [("selectolax.lexbor", ".html", "selectolax"), ("markdown_it", ".md", "markdown-it-py")],
)
def test_a_missing_parser_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, suffix: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingParser, match=extra):
        parse(PROSE.encode(), suffix=suffix, name="a")


# Encodings

SAMPLES = {
    "French": "L’été, à Paris, une très belle pièce jouait les misères du peuple, déjà âgé.",
    "German": "Die schöne Größe der Straße übt über Bäume hinweg ihre Wirkung; häufig früh.",
    "Polish": "Wszyscy ludzie rodzą się wolni i równi; żółw i łódź, świętość, pięć gęsi.",
    "Czech": "Všichni lidé rodí se svobodní a sobě rovní; příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Russian": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "Hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "Turkish": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar; kardeşlik.",
    "simplified Chinese": "人人生而自由，在尊严和权利上一律平等。他们有理性和良心。",
    "traditional Chinese": "人人生而自由，在尊嚴和權利上一律平等。他們有理性和良心。",
    "Japanese": "すべての人間は、生まれながらにして自由であり、かつ、権利について平等である。",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("French", "cp1252"), ("French", "mac_roman"), ("German", "cp1252"),
        ("German", "cp850"), ("Polish", "cp1250"), ("Polish", "iso8859_2"),
        ("Czech", "cp1250"), ("Russian", "cp1251"), ("Russian", "koi8_r"),
        ("Russian", "cp866"), ("Greek", "cp1253"), ("Hebrew", "cp1255"),
        ("Turkish", "cp1254"), ("simplified Chinese", "gb18030"),
        ("traditional Chinese", "big5hkscs"), ("Japanese", "cp932"), ("Japanese", "euc_jp"),
        ("Japanese", "iso2022_jp"), ("Korean", "cp949"),
    ],
)  # fmt: skip
def test_a_legacy_encoding_is_guessed_with_a_note(language: str, encoding: str) -> None:
    wanted = SAMPLES[language].encode(encoding, "ignore")
    text, note = decode(wanted)
    assert text == wanted.decode(encoding)
    assert note is not None
    assert "a guess" in note


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le"]
)
@pytest.mark.parametrize("language", SAMPLES)
def test_unicode_reads_to_the_letter(encoding: str, language: str) -> None:
    text = f"{PROSE}\n{SAMPLES[language]}\nend"
    assert decode(text.encode(encoding))[0] == text


def test_utf_16_with_its_mark_needs_no_note() -> None:
    assert decode("héron".encode("utf-16"))[1] is None


def test_a_page_declares_its_encoding() -> None:
    source = '<meta http-equiv=Content-Type content="text/html; charset=windows-1251"><p>Дом и сад'
    assert decode(source.encode("cp1251"), declares=True) == (source, None)
    source = '<?xml version="1.0" encoding="ISO-8859-1"?><p>“déjà” — vu'
    assert decode(source.encode("cp1252"), declares=True) == (source, None)


def test_only_formats_that_declare_are_believed() -> None:
    source = "charset=utf-8 is not a declaration here: <meta charset=cp1251> déjà vu"
    assert decode(source.encode("cp1252"))[0] == source


@pytest.mark.parametrize("label", ["klingon", "utf-16", "rot13", "base64", "unicode", "x-sjis"])
def test_a_wrong_declaration_does_no_harm(label: str) -> None:
    source = f"<meta charset={label}><p>{PROSE} and a naïve “quotation”"
    assert decode(source.encode(), declares=True)[0] == source


def test_utf_8_wins_over_a_stale_declaration() -> None:
    source = "<meta charset=iso-8859-1><p>déjà vu, “naïve”"
    assert decode(source.encode(), declares=True) == (source, None)


def test_a_short_text_in_a_declared_double_byte_encoding_is_not_taken_for_utf_8() -> None:
    data = b"<meta charset=gb2312><p>" + "模".encode("gbk")
    assert data.decode("utf-8")  # by accident
    assert decode(data, declares=True)[0].endswith("模")


def test_a_declared_encoding_with_damage_is_kept() -> None:
    data = b"<meta charset=shift_jis>" + (SAMPLES["Japanese"] * 30).encode("cp932") + b"\x81"
    text, note = decode(data, declares=True)
    assert SAMPLES["Japanese"] in text
    assert note is not None
    assert "shift_jis" in note


def test_damaged_utf_8_keeps_the_rest_and_counts_the_damage() -> None:
    good = "“Naïve” readers — all of them — said “déjà vu”. "
    text, note = decode(good.encode() * 3 + b"\xff\xfe" + good.encode())
    assert text.count(good) == 4
    assert note == "2 bytes not valid UTF-8, shown as \ufffd"


def test_a_few_nul_bytes_are_left_out_with_a_note() -> None:
    text, note = decode(PROSE.encode() * 10 + b"\0\0")
    assert text == PROSE * 10
    assert note == "2 NUL bytes left out"


def test_damaged_utf_16_says_so() -> None:
    text, note = decode("word ".encode("utf-16") * 1 + "word ".encode("utf-16-le") * 50 + b"\xd8")
    assert text.startswith("word word")
    assert note is not None
    assert "UTF-16" in note
    with pytest.raises(ReadError, match="binary"):
        decode(b"\xff\xfe" + b"\x00\xd8" * 500)


def test_a_guess_reads_a_sample_of_a_long_file() -> None:
    line = "L’été à Paris, déjà vu. "
    for separator in ("\n", " "):
        data = (PROSE + separator).encode() * 2000 + (line + separator).encode("cp1252") * 3000
        text, note = decode(data)
        assert text.endswith(line + separator)
        assert note == "read as windows-1252 (a guess)"


def test_bytes_a_guess_has_no_letter_for_are_counted() -> None:
    text, note = decode("déjà vu, été, naïve, façade".encode("cp1252") + b" \x81 ")
    assert "déjà vu" in text
    assert note is not None
    assert "a guess" in note


@SETTINGS
@given(st.binary(max_size=300), st.sampled_from([*SUFFIXES, ""]))
def test_any_bytes_are_a_document_or_a_read_error(data: bytes, suffix: str) -> None:
    try:
        document = parse(data, suffix=suffix, name="a")
    except ReadError as error:
        why = str(error)
    else:
        check(document)
        return
    assert why
    assert "\n" not in why


def check(document: Document) -> None:
    assert document.title.strip()
    assert "\n" not in document.title
    assert document.blocks
    for block in document.blocks:
        assert block.kind != "title"
        assert block.text.strip()
        assert (block.level in range(1, 7)) == (block.kind == "heading")


# Metadata


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (2021, "2021"), ("2021", "2021"), ("2021-06", "2021-06"), ("2021-6-4", "2021-06-04"),
        ("2021/06/04", "2021-06-04"), ("2021-06-04T10:20:30Z", "2021-06-04"),
        ("2021-06-04 10:20:30 +0200", "2021-06-04"), ("20210604", "2021-06-04"),
        (20210604, "2021-06-04"), (datetime.date(2021, 6, 4), "2021-06-04"),
        (datetime.datetime(2021, 6, 4, 23, 0), "2021-06-04"), ("June 4, 2021", "2021-06-04"),
        ("4 June 2021", "2021-06-04"), ("4th of June, 2021", "2021-06-04"),
        ("Fri, 04 Jun 2021 10:20:30 +0000", "2021-06-04"), ("March 1884", "1884-03"),
        ("4. März 2021", "2021-03-04"), ("4 février 2021", "2021-02-04"),
        ("25/12/2020", "2020-12-25"), ("12/25/2020", "2020-12-25"), ("3/3/2020", "2020-03-03"),
        ("2021年6月4日", "2021-06-04"), ("2021年", "2021"), ("2021-00-00", "2021"),
        ("2021-05-00", "2021-05"), ("2021-00-07", "2021"), (10_000_000, "1000"),
        ("3/4/2021", None), ("2021-13-45", None), ("soon", None), ("", None), (None, None),
        (True, None), (10**30, None), (-5, None), ([2021], None), ("June", None),
    ],
)  # fmt: skip
def test_dates_become_iso_8601_or_nothing(value: object, date: str | None) -> None:
    assert iso_date(value) == date


@SETTINGS
@given(st.one_of(st.text(max_size=60), st.integers(), st.dates(), st.datetimes()))
def test_a_date_is_always_a_date(value: object) -> None:
    date = iso_date(value)
    if date is not None:
        year, month, day = (*date.split("-"), "01", "01")[:3]
        datetime.date(int(year), int(month), int(day))


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("en-US", "en"), ("EN", "en"), ("zh_Hant_TW", "zh"), ("eng", "en"), ("grc", "grc"),
        ("English", "en"), ("Français", "fr"), ("de; charset", "de"), ("und", None),
        ("../../etc", None), ("", None), (12.5, None), (None, None), ("Elvish", None),
    ],
)  # fmt: skip
def test_languages_become_their_primary_code(value: object, language: str | None) -> None:
    assert primary_language(value) == language


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ("Ann Lee", ("Ann Lee",)), ("Ann Lee and Bo Chan", ("Ann Lee", "Bo Chan")),
        ("Ann Lee; Bo Chan", ("Ann Lee", "Bo Chan")), ("by Ann Lee", ("Ann Lee",)),
        ("Ann Lee, Bo Chan & C. Day", ("Ann Lee", "Bo Chan", "C. Day")),
        ("Ann Lee, Bo Chan", ("Ann Lee", "Bo Chan")), ("Mill, John Stuart", ("John Stuart Mill",)),
        ("Martin King, Jr.", ("Martin King, Jr.",)),
        ("Ann Lee (@ann), Bo Chan <bo@example.org>", ("Ann Lee", "Bo Chan")),
        (["Ann Lee", {"name": "Bo Chan"}], ("Ann Lee", "Bo Chan")),
        ({"given": "Ann", "family": "Lee"}, ("Ann Lee",)), (["Ann Lee", "Ann Lee"], ("Ann Lee",)),
        ([["Ann Lee"], ["Bo Chan"]], ("Ann Lee", "Bo Chan")), ([[["Ann Lee"]]], ()),
        ("Ann\0 \x07\u202eLee", ("Ann Lee",)), ("\0", ()),
        ("王安忆、余华", ("王安忆", "余华")), ({"mail": "x"}, ()), (7, ()), (None, ()), ("", ()),
    ],
)  # fmt: skip
def test_authors_are_names_once_each(value: object, authors: tuple[str, ...]) -> None:
    assert authors_of(value) == authors


# Titles


def heading(text: str, level: int = 1) -> Block:
    return Block(kind="heading", text=text, level=level)


BODY = Block(kind="paragraph", text=PROSE)


def test_a_stated_title_comes_first_and_its_heading_goes() -> None:
    blocks = [heading("On  Liberty!"), BODY, heading("Later", 2), BODY]
    title, kept = resolve("On liberty", blocks)
    assert (title, kept) == ("On liberty", (BODY, heading("Later", 2), BODY))


def test_a_heading_other_than_the_stated_title_stays() -> None:
    assert resolve("On Liberty", [heading("Chapter One"), BODY])[1][0] == heading("Chapter One")


def test_a_sole_top_heading_is_the_title() -> None:
    blocks = [BODY, heading("On Liberty"), heading("Later", 2), BODY]
    assert resolve(None, blocks) == ("On Liberty", (BODY, heading("Later", 2), BODY))


def test_a_first_heading_among_equals_lends_its_text_and_stays() -> None:
    blocks = [heading("One", 2), BODY, heading("Two", 2), BODY]
    assert resolve(None, blocks) == ("One", tuple(blocks))


def test_a_first_heading_right_above_another_is_the_title() -> None:
    blocks = [heading("Essay"), heading("One"), BODY, heading("Two"), BODY]
    assert resolve(None, blocks) == ("Essay", tuple(blocks[1:]))


def test_a_title_line_comes_before_later_headings_and_leaves_the_blocks() -> None:
    line = Block(kind="title", text="The Long Walk")
    blocks = [line, BODY, heading("Later", 2), BODY]
    assert resolve(None, blocks) == ("The Long Walk", tuple(blocks[1:]))


def test_a_title_line_under_another_stated_title_stays_as_text() -> None:
    line = Block(kind="title", text="A Subtitle Perhaps")
    title, kept = resolve("Stated", [line, BODY])
    assert title == "Stated"
    assert kept[0] == Block(kind="paragraph", text="A Subtitle Perhaps")


def test_without_any_title_the_first_words_serve() -> None:
    title, kept = resolve(None, [BODY])
    assert title == "The harbour was quiet that morning, and nobody on the quay had heard…"
    assert kept == (BODY,)
    assert resolve(None, [Block(kind="paragraph", text="漢字" * 100)])[0] == "漢字" * 17 + "漢…"
    assert resolve(None, [Block(kind="paragraph", text="…")])[0] == "…"
    assert resolve(None, [])[0] == "Untitled"


@pytest.mark.parametrize(
    "stated", ["Untitled", "index.html", "3932a862b8def1e9", "  ", "***", "New Page 1", None]
)
def test_a_placeholder_or_hash_is_no_title(stated: str | None) -> None:
    assert resolve(stated, [heading("Real"), BODY])[0] == "Real"


def test_a_very_long_title_is_cut_and_its_heading_stays() -> None:
    long = "very " * 500 + "long"
    title, kept = resolve(None, [heading(long), BODY])
    assert title.endswith("very…")
    assert len(title) <= 301
    assert kept[0].text == long


def test_an_essay_that_is_only_a_title_still_has_text() -> None:
    title, kept = resolve(None, [heading("Only This")])
    assert (title, kept) == ("Only This", (Block(kind="paragraph", text="Only This"),))


def test_a_title_holds_nothing_that_garbles_a_terminal() -> None:
    dirty = "On\x1b[31m \u202eMoss\u00ad\ufeff\x07\u200d"
    assert resolve(dirty, [BODY])[0] == "On[31m Moss"
    assert resolve("می\u200cخواهم", [BODY])[0] == "می\u200cخواهم"
    assert resolve("\u202e\x07", [heading("Real"), BODY])[0] == "Real"


# Plain text


def test_fields_that_run_into_prose_are_prose() -> None:
    source = f"Note: this is prose.\n{PROSE}\n"
    document = parse(source.encode(), suffix=".txt", name="a.txt")
    assert "Note: this is prose." in text_of(document)


def test_a_header_needs_more_than_a_title() -> None:
    source = f"Title: what is one?\n\n{PROSE}\n"
    document = parse(source.encode(), suffix=".txt", name="a.txt")
    assert "what is one?" in document.title + text_of(document)


def test_a_header_date_that_is_none_is_noted() -> None:
    source = f"Title: A\nDate: last spring\n\n{PROSE}\n"
    document = parse(source.encode(), suffix=".txt", name="a.txt")
    assert (document.title, document.date) == ("A", None)
    assert document.notes == ("date not understood: 'last spring'",)


GUTENBERG = f"""The Project Gutenberg EBook of On Moss, by Ann Lee\r
\r
Title: On Moss\r
       And Other Small Things\r
\r
Author: Ann Lee\r
        Bo Chan\r
\r
Language: English\r
\r
*** START OF THIS PROJECT GUTENBERG EBOOK ON MOSS ***\r
\r
{PROSE}\r
\r
*** END OF THIS PROJECT GUTENBERG EBOOK ON MOSS ***\r
\r
You may copy it under the terms of the licence.\r
"""


def test_a_gutenberg_text_is_read_without_its_licence() -> None:
    document = parse(GUTENBERG.encode(), suffix=".txt", name="a.txt")
    assert (document.title, document.authors) == ("On Moss", ("Ann Lee", "Bo Chan"))
    assert document.language == "en"
    assert "licence" not in text_of(document)
    assert "START" not in text_of(document)
    assert "licence left out" in document.notes[0]


def test_a_gutenberg_page_is_read_without_its_licence() -> None:
    head, _, rest = GUTENBERG.partition(PROSE)
    document = html(
        f"<title>The Project Gutenberg eBook of On Moss, by Ann Lee.</title><pre>{head}Produced "
        f"by\nhand</pre><p>{PROSE}</p><p>{PROSE}{rest}</p><p>Licence.</p>"
    )
    assert (document.title, document.authors) == ("On Moss", ("Ann Lee", "Bo Chan"))
    assert [text for _, text in kinds(document)] == ["Produced by hand", PROSE[:-1], PROSE[:-1]]


def test_a_page_that_only_names_gutenberg_in_its_title_loses_the_phrase() -> None:
    document = html(f"<title>The Project Gutenberg eBook of Moss, by Ann Lee.</title><p>{PROSE}")
    assert (document.title, document.authors) == ("Moss", ("Ann Lee",))


# Markdown


def test_front_matter_may_be_toml_or_yaml_with_names_of_many_generators() -> None:
    for front in (
        '+++\ntitle = "A"\nauthors = ["Ann Lee"]\ndate = 2020-01-02\n[extra]\nlang = "de"\n+++\n',
        "---\ntitle: A\nauthor: {name: Ann Lee}\npublished: 2020-01-02\nlocale: de_DE\n---\n",
        "---\r\nHeadline: A\r\nby: Ann Lee\r\npubDate: Jan 2, 2020\r\nlanguage: German\r\n...\r\n",
        "---\ntitle: [A, B]\nauthor: Ann Lee\t\ndate: 2020-01-02 10:00:00\nlang: de\n---\n",
    ):
        document = markdown(front + PROSE)
        assert (document.title, document.authors) == ("A", ("Ann Lee",))
        assert (document.date, document.language) == ("2020-01-02", "de")
        assert text_of(document) == PROSE.strip()
        assert document.notes == ()


def test_front_matter_with_a_slip_is_read_line_by_line() -> None:
    document = markdown(f"---\ntitle: Moss: a study\nauthors:\n  - Ann Lee\n# x\n---\n{PROSE}")
    assert (document.title, document.authors) == ("Moss: a study", ("Ann Lee",))
    assert document.notes == (
        "front matter is not sound (invalid YAML in line 2), read line by line",
    )
    document = markdown(f"---\ntitle: Moss\ndate: 2021-13-45\n---\n{PROSE}")
    assert document.title == "Moss"
    assert len(document.notes) == 2


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: [never closed\nand: so\n}on\n---\n",
        "+++\ntitle = never quoted\n+++\n",
        "---\ntitle: " + "[" * 5000 + "]" * 5000 + "\n}\n---\n",
        "+++\nx = " + "[" * 5000 + "]" * 5000 + "\n+++\n",
    ],
)
def test_front_matter_beyond_understanding_is_text_with_a_note(front: str) -> None:
    document = markdown(front + PROSE)
    assert "not understood" in document.notes[0]
    assert PROSE.strip() in text_of(document)


def test_an_alias_bomb_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    started = time.perf_counter()
    for field in ("title", "authors", "date", "lang"):
        check(markdown("---\n" + "\n".join([*lines, f"{field}: *a8"]) + f"\n---\n{PROSE}"))
        check(markdown(f"---\n{field}: &t [*t, *t]\n---\n{PROSE}"))
        check(markdown(f"---\n{field}: 0x{'f' * 9000}\n---\n{PROSE}"))
        check(markdown(f"---\nb: &b [x]\n{field}: [{'*b, ' * 200}]\n---\n{PROSE}"))
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "source", ["---\nProse between rules.\n---\n", "---\n- a\n- b\n---\n", "+++\n", "---\nx"]
)
def test_a_rule_at_the_top_is_not_front_matter(source: str) -> None:
    document = markdown(source + "\n" + PROSE)
    assert document.notes == ()
    assert PROSE.strip() in text_of(document)


def test_empty_front_matter_is_front_matter() -> None:
    assert text_of(markdown(f"---\n---\n{PROSE}")) == PROSE.strip()


def test_instructions_to_a_site_generator_are_no_text_outside_code() -> None:
    document = markdown(
        '---\ntitle: A\n---\n{% image "x.png" %}\n\nSee [Ann]({{ "/ann/" | url }}).\n{: .wide}\n\n'
        "{{< figure src=x >}}\n\n```\n{% raw %}\n```\n\n## Next {#next}\n\n## {#odd}\n"
    )
    assert kinds(document) == [
        ("paragraph", "See Ann."),
        ("code", "{% raw %}"),
        ("heading", "Next"),
        ("heading", "{#odd}"),
    ]
    assert "{% image %}" in text_of(markdown("{% image %} stays without front matter"))


def test_a_footnote_mark_goes_only_where_there_is_a_note() -> None:
    document = markdown("One[^a] two[^b] three[^<c>].\n\n[^a]: The note.\n")
    assert kinds(document) == [
        ("paragraph", "One two[^b] three[^<c>]."),
        ("paragraph", "The note."),
    ]


def test_raw_html_means_what_it_does_in_a_browser() -> None:
    document = markdown(
        "<div>\n\n## Inside\n\ntext <b>bold</b><!-- gone --> <script>x</script>\n\n</div>\n"
        "<table><tr><th>a</th><th>b</th></tr></table>\n"
    )
    assert kinds(document) == [("paragraph", "text bold"), ("table", "a | b")]
    assert document.title == "Inside"


def test_quotations_hold_headings_lists_and_code() -> None:
    document = markdown("> # In\n>\n> words\n>\n> - one\n>\n>       code\n\nafter\n\n# Out\n\n# On")
    assert ("quotation", "words") in kinds(document)
    assert ("heading", "In") in kinds(document)
    assert ("paragraph", "after") in kinds(document)


def test_a_list_keeps_its_marks_code_and_table() -> None:
    source = "3) three\n4) four\n\n   ```\n   code\n     more\n   ```\n- dash\n"
    document = markdown(source)
    assert kinds(document) == [
        ("list", "3. three\n4. four\n   code\n     more"),
        ("list", "- dash"),
    ]


@pytest.mark.parametrize(
    "source",
    [">" * 3000 + " deep", "".join("  " * n + "- deep\n" for n in range(300)), "> " * 200 + "deep"],
)
def test_markdown_nested_too_deeply_is_read_as_text_with_a_note(source: str) -> None:
    document = markdown(source)
    assert "deep" in text_of(document)
    assert "nested too deeply" in document.notes[0]


def test_a_long_text_is_read_in_parts_as_if_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.readers.markdown._PART", 2000)
    part = (
        "# Part\n\nSee [the map][map] and[^n] more.\n\n- item\n\n  # not a part\n\n```\n# code\n\n"
        "code\n```\n\n<!--\n# hidden\n\nhidden -->\n\n> # quoted\n\n"
    )
    ending = "[map]: http://example.org\n\n[^n]: Noted.\n"
    count = 200
    document = markdown(part * count + ending)
    once = markdown(part * 2 + ending)
    assert len(document.blocks) == len(once.blocks) + (count - 2) * (len(once.blocks) - 1) // 2
    assert "hidden" not in text_of(document)
    assert text_of(document).count("See the map and more.") == count


@pytest.mark.parametrize(
    "mark", ["[", "![", "*a ", "a**b", "[a](", "`a``b", "<a ", "^[", "~~a", "&"]
)
def test_a_run_of_marks_takes_no_time(mark: str) -> None:
    started = time.perf_counter()
    document = markdown("word " + mark * 100_000)
    assert time.perf_counter() - started < 8
    assert document.title.startswith("word")


def test_a_paragraph_of_megabytes_loses_its_simple_marks() -> None:
    document = markdown("Some *fine* [link](http://x) and `code_here` at a_b_c. " * 10_000)
    assert text_of(document).startswith("Some fine link and code_here at a_b_c. Some")


WORD = st.text(alphabet="abcdeéß漢я", min_size=1, max_size=8)
LINE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)


@SETTINGS
@given(st.lists(st.tuples(st.sampled_from(["#", "##", "", "-", ">", "1."]), LINE), min_size=1))
def test_no_word_of_markdown_is_lost_or_repeated(lines: list[tuple[str, str]]) -> None:
    document = markdown("\n\n".join(f"{mark} {line}".strip() for mark, line in lines))
    got = text_of(document).split()
    wanted = " ".join(line for _, line in lines).split()
    words = [word for word in got if word not in {"-"} and not word.rstrip(".").isdigit()]
    # The heading that is the title is shown there alone.
    assert (
        words == wanted
        or document.title.split() + words == wanted
        or any(mark.startswith("#") and document.title == line for mark, line in lines)
    )


@SETTINGS
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=200))
def test_any_markdown_is_read(source: str) -> None:
    try:
        check(markdown(source))
    except ReadError:
        assert not any(char.isalnum() for char in source) or "[" in source or "<" in source


# HTML


def page(body: str, head: str = "<title>Page</title>") -> Document:
    return html(f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize(
    "part",
    [
        "<nav>{}</nav>", "<div role=navigation>{}</div>", "<div class='cookie-banner'>{}</div>",
        "<div id=gdpr_consent>{}</div>", "<footer>{}</footer>", "<aside>{}</aside>",
        "<div class='post related'>{}</div>", "<section id=comments>{}</section>",
        "<script>{}</script>", "<template>{}</template>", "<p hidden>{}</p>",
        "<p style='display : none'>{}</p>", "<p aria-hidden=true>{}</p>", "<!-- {} -->",
        "<select><option>{}</select>", "<svg><text>{}</text></svg>", "<dialog>{}</dialog>",
        "<p class=sr-only>{}</p>", "<noscript>{}</noscript>", "<button>{}</button>",
        "<ul class='menu main-menu'><li>{}</ul>", "<div class=siteFooter role=contentinfo>{}</div>",
    ],
)  # fmt: skip
def test_what_is_round_the_article_is_left_out(part: str) -> None:
    extra = part.format("Unwanted words that are no part of the essay at all. " * 3)
    for body in (f"{extra}<p>{PROSE}</p><p>{PROSE}</p>", f"<p>{PROSE}</p><p>{PROSE}</p>{extra}"):
        document = page(body)
        assert "Unwanted" not in text_of(document)
        assert text_of(document).count("harbour") == 2


@pytest.mark.parametrize(
    "body",
    [
        "<div class=nav><p>{0}</p></div>", "<aside><p>{0}</p></aside>", "<nav>{0}</nav>",
        "<body class='comments-open sidebar'><p>{0}", "<form><p>{0}</p></form>",
        "<div id=sidebar><article><p>{0}</article></div>", "<main hidden><p>{0}</main>",
        "<section><footer><p>{0}</footer></section>", "<div class=widget><h1>x</h1><p>{0}</div>",
        "<table><tr><td><a href=/>Home</a><td><p>{0}<p>y</table>", "<center><font>{0}",
        "<div class=related>{0}</div><p>short</p>", "<blockquote><p>{0}</blockquote>",
        "<div><div><div>{0}</div></div></div>", "<x-essay>{0}</x-essay>", "<h1>t<p>{0}",
    ],
)  # fmt: skip
def test_the_only_prose_of_a_page_is_never_left_out(body: str) -> None:
    assert PROSE.strip() in text_of(page(body.format(PROSE)))


def test_of_several_articles_the_one_with_the_prose_counts() -> None:
    document = page(
        f"<article class=card><p>A card.</p></article><article><p>{PROSE * 3}</p></article>"
        f"<div><p>Outside: {PROSE}</p></div>"
    )
    assert text_of(document) == (PROSE * 3).strip()


def test_articles_side_by_side_all_stay() -> None:
    document = page("".join(f"<article><h2>Part {n}</h2><p>{PROSE}</p></article>" for n in "ab"))
    assert text_of(document).count("harbour") == 2
    assert ("heading", "Part b") in kinds(document)


def test_a_short_marked_article_is_found_without_prose() -> None:
    document = page("<p>Menu of the day</p><article><p>Three lines of news.</p></article>")
    assert text_of(document) == "Three lines of news."


def test_links_after_the_prose_stay_under_a_heading_of_their_own() -> None:
    links = "<ul class=refs><li><a href=/a>One source</a><li><a href=/b>Another</a></ul>"
    body = f"<div><p>{PROSE}</p>{{}}{links}</div>"
    assert "Another" in text_of(page(body.format("<h2>Sources</h2>")))
    assert "Another" not in text_of(page(body.format("")))


def test_an_unnamed_list_of_links_stays() -> None:
    document = page(f"<p>{PROSE}</p><ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>")
    assert "- One\n- Two" in text_of(document)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Moss | Small Things</title>", "<h1>Moss</h1>", "Moss"),
        ("<title>Small Things: Moss</title><meta property=og:site_name content='Small Things'>",
         "", "Small Things: Moss"),
        ("<title>Small Things » Moss</title><meta property=og:site_name content='Small Things'>",
         "", "Moss"),
        ("<title>Moss - Small Things</title><meta property=og:site_name content='Small Things'>",
         "", "Moss"),
        ("<title>Moss - A Study</title>", "", "Moss - A Study"),
        ("<title>Site</title><meta property=og:title content='Moss'>", "", "Moss"),
        ("<title>Site</title><meta name=citation_title content='Moss'>", "", "Moss"),
        ("<title></title>", "<h1>Moss</h1>", "Moss"),
        ("<title>Untitled Document</title>", "<h2>Moss</h2>", "Moss"),
        ("<title>Small | Moss</title>", "<h2>Moss</h2>", "Moss"),
        ('<script type="application/ld+json">[{"@type":["Article"],"headline":"Moss"}]</script>',
         "", "Moss"),
    ],
)  # fmt: skip
def test_a_page_tells_its_title(head: str, body: str, title: str) -> None:
    document = page(f"{body}<p>{PROSE}</p>", head)
    assert document.title == title
    assert text_of(document) == PROSE.strip()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta name=author content='Ann Lee'>", ""),
        (("<meta property='article:author' content='https://example.org/ann'>"
         "<meta name=dc.creator content='Lee, Ann'>"), ""),
        ('<script type="application/ld+json">{"@type":"Article","author":"Ann Lee"}</script>', ""),
        ("", "<a rel=author href=/ann>Ann Lee</a>"),
        ("", "<span itemprop=author><b itemprop=name>Ann Lee</b></span>"),
        ("", "<p class=byline>By Ann Lee | 4 min</p>"),
        ("", "<div class=comment><a rel=author>Bo</a></div><p class=post-author>by Ann Lee</p>"),
    ],
)  # fmt: skip
def test_a_page_tells_its_author(head: str, body: str) -> None:
    document = page(f"{body}<p>{PROSE}</p>", head)
    assert document.authors == ("Ann Lee",)
    assert "By Ann" not in text_of(document)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta property=article:published_time content=2020-01-02T03:04:05Z>", ""),
        ("<meta name=date content='soon'><meta name=DC.date content='January 2, 2020'>", ""),
        (('<script type="application/ld+json">{"@graph":[{"@type":"Report",'
         '"datePublished":"2020-01-02"}]}</script>'), ""),
        ("", ("<div class=comment><time datetime=2022-02-02>x</time></div>"
         "<time datetime='2020-01-02 10:00'>yesterday</time>")),
        ("", "<time pubdate>2 January 2020</time>"),
    ],
)  # fmt: skip
def test_a_page_tells_its_date(head: str, body: str) -> None:
    assert page(f"{body}<p>{PROSE}</p>", head).date == "2020-01-02"


@pytest.mark.parametrize(
    "source",
    [
        "<html lang=de-AT>", "<html xml:lang=de>", "<meta property=og:locale content=de_DE>",
        "<meta http-equiv=Content-Language content='de, en'>",
        '<script type="application/ld+json">{"@type":"Article","inLanguage":"de"}</script>',
    ],
)  # fmt: skip
def test_a_page_tells_its_language(source: str) -> None:
    assert html(f"{source}<p>{PROSE}").language == "de"


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, '"text"', "[[[1]]]", '{"@graph":{}}'])
def test_broken_linked_data_does_no_harm(broken: str) -> None:
    document = page(f"<p>{PROSE}", f'<script type="application/ld+json">{broken}</script>')
    assert document.title.startswith("The harbour")


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("one<br><br>two", [("paragraph", "one"), ("paragraph", "two")]),
        ("<p>a<br>b", [("paragraph", "a\nb")]),
        ("<p>a<br>b<br>c", [("verse", "a\nb\nc")]),
        ("<p class=poem>a<br>b", [("verse", "a\nb")]),
        ("<div class=verse-block><p>a</div>", [("verse", "a")]),
        ("<blockquote class=poetry>a<br>b</blockquote>c", [("verse", "a\nb"), ("paragraph", "c")]),
        ("<pre class=poem>a\n  b</pre>", [("verse", "a\n  b")]),
        ("<pre><code>a\n\tb</code></pre><p>c", [("code", "a\n    b"), ("paragraph", "c")]),
        ("<p>He said <q>no</q>", [("paragraph", "He said “no”")]),
        ("<p>a <img alt='a heron'> <img alt='img_1.png'>b", [("paragraph", "a a heron b")]),
        ("<p>x<math alttext='x^2'><mi>x</mi></math>", [("paragraph", "x x^2")]),
        ("<p><math><mi>x</mi><annotation>tex</annotation></math>", [("paragraph", "x")]),
        ("<p><ruby>漢<rt>かん</rt></ruby>字\n天", [("paragraph", "漢字天")]),
        ("<p>a<sup><a href=#n>1</a></sup> b<a href=#n><sup>*</sup></a> <a href=#n>[2]</a> c",
         [("paragraph", "a b c")]),
        ("<p>10<sup>2</sup> <a href=#a>see 1</a> <a href=#b>2</a>", [("paragraph", "102 see 1 2")]),
        ("<h2>A <a href=#a>¶</a></h2><h2>B</h2>", [("heading", "A"), ("heading", "B")]),
        ("<h2><div>A</div><div>B</div></h2><h2>C</h2>", [("heading", "A B"), ("heading", "C")]),
        ("<h2><button>A</button></h2><h2>B</h2>", [("heading", "A"), ("heading", "B")]),
        ("<p>p</p><h2 class=subtitle>A dek</h2>", [("paragraph", "p"), ("paragraph", "A dek")]),
        ("<p>p<span role=heading aria-level=3>A</span><h3>B",
         [("paragraph", "p"), ("heading", "A"), ("heading", "B")]),
        ("<p>p<hgroup><h2>I</h2><p>On Moss</p></hgroup><h2>II",
         [("paragraph", "p"), ("heading", "I: On Moss"), ("heading", "II")]),
        ("<hgroup><p>p</p></hgroup>", [("paragraph", "p")]),
        ("<details><summary><button>s</button></summary>d</details>",
         [("paragraph", "s"), ("paragraph", "d")]),
        ("<ol type=a start=2><li>b<li value=4>d</ol>", [("list", "b. b\nd. d")]),
        ("<ol type=I reversed start=4><li>x<li>y</ol>", [("list", "IV. x\nIII. y")]),
        ("<ol type=i start=9999 ><li>x</ol>", [("list", "9999. x")]),
        ("<ol start=x><li>a<p>b<ul><li>c</ul>d</ol>", [("list", "1. a\n   b\n  - c\n  d")]),
        ("<ul><li><h3>A</h3>a<li><h3>B</h3>b</ul>",
         [("heading", "A"), ("paragraph", "a"), ("heading", "B"), ("paragraph", "b")]),
        ("<ul><li><pre>a\n b</pre></ul>", [("list", "- a\n   b")]),
        ("<dl><dt>a<dd>b</dl>", [("list", "a\n  b")]),
        ("<dl><dt>a<dd><p>b</dl>", [("paragraph", "a"), ("paragraph", "b")]),
        ("<table><caption>t</caption><tr><td>a<td>b<p>c<tr><td><td></table>",
         [("table", "t\na | b c")]),
        ("<table role=none><tr><td>a<td>b</table>", [("paragraph", "a"), ("paragraph", "b")]),
        ("<table><tr><td>a<tr><td>b</table>", [("paragraph", "a"), ("paragraph", "b")]),
        ("<p>a<a name=x></a>b<hr>c", [("paragraph", "ab"), ("paragraph", "c")]),
        ("<p>a</p><script>x</script> <pre> </pre> <p>b", [("paragraph", "a"), ("paragraph", "b")]),
        ("<p hidden=until-found>a", [("paragraph", "a")]),
        ("<p>a<span class=pagenum>[12]</span>b", [("paragraph", "ab")]),
        ("<p>a&nbsp;b &lt;c&gt; &amp;amp;", [("paragraph", "a\xa0b <c> &amp;")]),
    ],
)  # fmt: skip
def test_elements_become_blocks(body: str, blocks: list[tuple[str, str]]) -> None:
    assert kinds(page(body, "<title>Some title</title>")) == blocks


def test_a_row_of_long_cells_is_the_layout_of_a_page() -> None:
    document = page(f"<table><tr><td>{PROSE * 12}<td>{PROSE}</table>")
    assert [kind for kind, _ in kinds(document)] == ["paragraph", "paragraph"]


def test_plain_text_in_one_pre_shows_its_structure() -> None:
    document = page(f"<pre>\n{PROSE}\n\n{PROSE}\n\n- one\n- two\n</pre>")
    assert [kind for kind, _ in kinds(document)][:2] == ["paragraph", "paragraph"]


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000, "<blockquote>" * 50_000, "<ul><li>" * 30_000, "<b>" * 50_000,
        "<table><tr><td>" * 20_000, "<dl><dd>" * 20_000, "<x-y>" * 50_000, "<hgroup>" * 20_000,
        "".join(f"<font color={n}><p>" for n in range(5_000)), "<p " + " ".join(
            f"a{n}=1" for n in range(50_000)) + ">", "<a " * 100_000 + ">", "<pre>" * 20_000,
    ],
    ids=lambda source: source[:14],
)  # fmt: skip
def test_mark_up_past_all_sense_is_read_in_good_time(source: str) -> None:
    started = time.perf_counter()
    document = html(f"<p>before</p>{source}after")
    assert time.perf_counter() - started < 8
    assert "before" in text_of(document)


def test_flattening_leaves_a_sane_page_alone_and_keeps_all_text() -> None:
    sane = "<div><p>a</p><!-- <div> --><script>'<div>'</script></div>" * 50
    assert flattened(sane) == sane
    deep = flattened("<div>a" * 1000 + "</div>" * 1000)
    assert deep.count("a") == 1000
    assert deep.count("<div>") == deep.count("</div>") == 400


@SETTINGS
@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "h2", "div", "blockquote", "li", "section", "td"]), LINE),
        min_size=1,
        max_size=8,
    )
)
def test_no_word_of_a_clean_page_is_lost_or_repeated(parts: list[tuple[str, str]]) -> None:
    wrap = {"li": "<ul><li>{}</li></ul>", "td": "<table><tr><td>{}</td><td></td></tr></table>"}
    body = "".join(wrap.get(tag, f"<{tag}>{{}}</{tag}>").format(line) for tag, line in parts)
    document = page(body, "<title>Some other title</title>")
    got = [word for word in text_of(document).split() if word not in {"-", "|"}]
    assert got == " ".join(line for _, line in parts).split()


@SETTINGS
@given(st.lists(st.sampled_from(
    "<p> <div> </div> <h1> </h1> <h2> <ul> <li> </ul> <table> <tr> <td> </table> <b> </i> <br> "
    "<blockquote> </blockquote> <pre> </pre> <hgroup> </hgroup> <a&#32;href=#x> </a> <dl> <dt> "
    "<dd> <q> <caption> <main> <article> </article> word & 1 * <math> </math> <details> <svg>"
    .replace("&#32;", "\u2007").split(" ")), max_size=40))  # fmt: skip
def test_any_tangle_of_tags_is_read(parts: list[str]) -> None:
    source = "".join(parts).replace("\u2007", " ") + "<p>end"
    try:
        document = html(source)
    except ReadError:
        return
    check(document)
    assert source.count("word") >= text_of(document).count("word")


def test_escaped_characters_and_entities_of_markdown_are_what_they_stand_for() -> None:
    source = (
        r"A comma\, \*stars\*, a \[bracket\], AT&amp;T, &lt;tag&gt; and &eacute;t&eacute;."
        "\n\n![alt \\[one\\] &amp; two](x.png)\n\nText[^1]\n\n[^1]: A note\\, with &amp;.\n"
    )
    document = parse(source.encode(), suffix=".md", name="a.md")
    assert [block.text for block in document.blocks] == [
        "A comma, *stars*, a [bracket], AT&T, <tag> and été.",
        "alt [one] & two",
        "Text",
        "A note, with &.",
    ]


def test_a_header_of_plain_text_may_tell_its_encoding() -> None:
    text = (
        "Title: Essais\nCharacter set encoding: ISO-8859-1\n\nLa première encyclopædia d\x92Europe."
    )
    document = parse(text.encode("latin-1"), suffix=".txt", name="a.txt")
    assert "première encyclopædia d’Europe" in document.blocks[-1].text
    assert document.notes == ()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2014-11-13-why-we-use-it.md", "2014-11-13"),
        ("2014-11-13.md", "2014-11-13"),
        ("2014-13-13-no-month.md", None),
        ("2014-02-31-no-day.md", None),
        ("2014-11-135.md", None),
        ("essay-2014-11-13.md", None),
    ],
)
def test_a_file_name_that_begins_with_a_day_dates_the_essay(name: str, day: str | None) -> None:
    assert parse(b"Some text of an essay.", suffix=".md", name=name).date == day
    dated = parse(b"---\ndate: 1999\n---\nSome text.", suffix=".md", name=name)
    assert dated.date == "1999"


def test_a_title_in_front_matter_loses_its_inline_markup() -> None:
    source = "---\ntitle: Writing for <em>action</em> <and> a < b > c\n---\nText of it."
    assert parse(source.encode(), suffix=".md", name="a.md").title == (
        "Writing for action <and> a < b > c"
    )
