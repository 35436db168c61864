"""Files and queries made to go wrong. ``python -m tests.hostile FOLDER`` writes the files.

Each case writes into a folder of its own and says what must become of every file there.
"""

from __future__ import annotations

import os
import random
import socket
import stat
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from hypothesis import strategies as st

PROSE = (
    "The harbour lay quiet that morning, and nobody on the quay had yet heard the news. "
    "Three letters had come overnight; the clerk put them aside unopened, as he always did.\n"
)


class Fate(Enum):
    """What must become of a file."""

    INDEXED = "listed as an essay"
    SKIPPED = "named with a reason"
    EITHER = "listed, or named with a reason"
    IGNORED = "neither listed nor named"
    ANY = "whatever, without harm"


Fates = dict[str, Fate]
Make = Callable[[Path, float], Fates]


@dataclass(frozen=True, slots=True)
class Case:
    """``make(folder, scale)`` writes the files; ``scale`` shrinks what is merely big."""

    name: str
    make: Make


LIGHT: list[Case] = []
HEAVY: list[Case] = []


def light(make: Make) -> Make:
    """Registers a case that may share an index with others."""
    LIGHT.append(Case(make.__name__, make))
    return make


def heavy(make: Make) -> Make:
    """Registers a case that gets an index and a time limit of its own."""
    HEAVY.append(Case(make.__name__, make))
    return make


def _write(folder: Path, name: str, content: bytes | str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@light
def nothing_to_read(folder: Path, scale: float) -> Fates:
    contents: dict[str, bytes] = {
        "empty.txt": b"",
        "empty.md": b"",
        "empty.html": b"",
        "blank.txt": b" \t\r\n\n \x0c \n",
        "blank.md": "\u00a0\u3000\u200b\n".encode(),
        "bom.txt": b"\xef\xbb\xbf",
        "bom16.txt": b"\xff\xfe",
        "tags.html": b"<!doctype html><html><head></head><body><div></div></body></html>",
        "script.html": b"<html><body><script>alert('only a script')</script></body></html>",
        "fence.md": b"---\n---\n",
    }
    for name, content in contents.items():
        _write(folder, name, content)
    return dict.fromkeys(contents, Fate.EITHER) | {
        "empty.txt": Fate.SKIPPED,
        "blank.txt": Fate.SKIPPED,
        "empty.html": Fate.SKIPPED,
    }


@light
def not_text(folder: Path, scale: float) -> Fates:
    noise = random.Random(7).randbytes(50_000)
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + noise
    contents = {
        "noise.txt": noise,
        "noise.md": noise,
        "noise.html": noise,
        "picture.txt": png,
        "archive.txt": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + zlib.compress(noise),
        "zeros.txt": bytes(100_000),
        "program.txt": b"\x7fELF\x02\x01\x01" + bytes(9) + noise,
    }
    for name, content in contents.items():
        _write(folder, name, content)
    _write(folder, "picture.png", png)
    return dict.fromkeys(contents, Fate.SKIPPED) | {"picture.png": Fate.ANY}


@light
def odd_encodings(folder: Path, scale: float) -> Fates:
    text = PROSE * 5 + "Café, naïve, “quoted” — done.\n"
    contents = {
        "utf8.txt": text.encode(),
        "bom.txt": b"\xef\xbb\xbf" + text.encode(),
        "utf16le.txt": b"\xff\xfe" + text.encode("utf-16-le"),
        "utf16be.txt": b"\xfe\xff" + text.encode("utf-16-be"),
        "utf16_odd.txt": b"\xff\xfe" + text.encode("utf-16-le") + b"\x41",
        "utf32.txt": text.encode("utf-32"),
        "latin1.txt": (PROSE * 5 + "Café, naïve, déjà vu.\n").encode("latin-1"),
        "cp1252.txt": text.encode("cp1252"),
        "shift_jis.txt": ("港は静かだった。誰も知らせを聞いていない。" * 20).encode("shift_jis"),
        "gb18030.txt": ("港口很安静，没有人听到消息。" * 20).encode("gb18030"),
        "invalid.txt": text.encode() + b"\xff\xfe\xc3\x28 and so on.\n" + text.encode(),
        "overlong.txt": text.encode() + b"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf\n",
        "surrogates.txt": text.encode() + b"\xed\xa0\x80\xed\xb0\x80\n",
        "some_nuls.txt": text.encode() + b"a\x00b\x00 then words again\n" + text.encode(),
        "cut_short.txt": text.encode()[:-30] + "…".encode()[:2],
        "wrong_charset.html": b"<meta charset=utf-16><title>T</title><p>" + text.encode(),
        "no_such_charset.html": b"<meta charset=klingon><title>T</title><p>" + text.encode(),
    }
    for name, content in contents.items():
        _write(folder, name, content)
    return dict.fromkeys(contents, Fate.EITHER) | dict.fromkeys(
        ["utf8.txt", "bom.txt", "utf16le.txt", "utf16be.txt", "latin1.txt", "cp1252.txt"],
        Fate.INDEXED,
    )


@light
def odd_letters(folder: Path, scale: float) -> Fates:
    contents = {
        "controls.txt": PROSE + "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028\u2029\n" + PROSE,
        "marks.txt": PROSE + "e" + "\u0301" * 20_000 + "nd\n",
        "bidi.txt": PROSE + "\u202eesrever\u202c \u2066isolated\u2069 \u200f\n",
        "joiners.txt": PROSE + "\u200d\u200c\ufeff\u2060\u00ad" * 2_000 + "\n",
        "emoji.txt": PROSE + "👩‍👩‍👧‍👦🏳️‍🌈" * 2_000 + "\n",
        "beyond.txt": PROSE + "\U00010ffd\U000e0001\U0001d54f\ufdd0\uffff\n" * 500,
        "growing.txt": PROSE + "ﷺ ŉ İ ẞ ﬃ ½ ㍿ " * 2_000 + "\n",
        "one_word.txt": "a" * 200_000,
        "one_cjk_word.txt": "漢" * 100_000,
        "thai.txt": "ท่าเรือเงียบสงบ" * 5_000,
        "hyphens.txt": "-".join(["on"] * 50_000),
        "apostrophes.txt": "’".join(["l"] * 50_000),
        "dots.txt": "." * 300_000,
        "digits.txt": "9" * 300_000,
        "spaces.txt": "a" + " " * 500_000 + "b",
        "line_ends.txt": "word" + "\r\n" * 100_000 + "word" + "\r" * 100_000 + "word\n",
        "form_feeds.txt": (PROSE + "\x0c") * 500,
        "dashes.txt": "-" * 200_000 + "\n" + "=" * 200_000 + "\n" + "_" * 200_000,
        "quotes.txt": "“" * 50_000 + "said" + "”" * 50_000,
    }
    for name, content in contents.items():
        _write(folder, name, content)
    return dict.fromkeys(contents, Fate.EITHER)


@light
def odd_front_matter(folder: Path, scale: float) -> Fates:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    fronts = {
        "bomb": bomb + "title: *i\n",
        "unclosed": "title: [never closed\n",
        "tabs": "\ttitle:\tTabs\n",
        "object": "title: !!python/object/apply:os.system ['true']\n",
        "list": "- a\n- b\n",
        "scalar": "just words\n",
        "wrong_types": "title: {a: 1}\nauthor: 7\ndate: [1, 2]\nlang: 12.5\n",
        "null": "title:\nauthor: ~\ndate: null\nlang: ''\n",
        "dates": "date: 9999-99-99\n",
        "far_date": "date: 99999999999999-01-01\n",
        "long_title": f"title: {'very ' * 50_000}long\n",
        "many_authors": "author: [" + ", ".join(f"Author {n}" for n in range(5_000)) + "]\n",
        "deep": "title: " + "[" * 5_000 + "]" * 5_000 + "\n",
        "deep_blocks": "".join(" " * n + "a:\n" for n in range(1_000)),
        "cycle": "title: &t [*t]\n",
        "merge": "a: &a {<<: *a}\n",
        "control": 'title: "bell \\a null \\0 line \\n end"\n',
        "huge_number": f"date: {'9' * 10_000}\n",
        "twice": "title: One\ntitle: Two\n",
        "language": "lang: ../../etc/passwd\n",
    }
    for name, front in fronts.items():
        _write(folder, f"{name}.md", f"---\n{front}---\n\n{PROSE}")
    _write(folder, "no_end.md", "---\ntitle: x\n" + PROSE)
    _write(folder, "only.md", "---\ntitle: Nothing follows\n---")
    return {f"{name}.md": Fate.INDEXED for name in fronts} | {
        "no_end.md": Fate.INDEXED,
        "only.md": Fate.EITHER,
    }


@light
def odd_markup(folder: Path, scale: float) -> Fates:
    contents = {
        "unclosed.html": "<html><body><article><h1>T<p>" + PROSE + "<table><tr><td>" + PROSE,
        "cdata.html": f"<html><body><![CDATA[x]]><p>{PROSE}<!-- never closed <p>lost",
        "entities.html": f"<p>&amp;&bogus;&#0;&#x110000;&#xD800;&#99999999999;{PROSE}",
        "attributes.html": "<p " + "a" * 100_000 + "='" + "b" * 100_000 + f"'>{PROSE}",
        "no_tags.html": PROSE,
        "meta.html": "<meta name=author content=''><meta name=date content='soon'>"
        f"<html lang='x-!!'><title>\n \n</title><p>{PROSE}",
        "xml.html": "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
        f"<html xmlns='http://www.w3.org/1999/xhtml'><p>&b;{PROSE}</p></html>",
        "brackets.md": "[" * 20_000 + PROSE,
        "links.md": "[a](" * 5_000 + PROSE,
        "images.md": "![" * 5_000 + PROSE,
        "stars.md": "*" * 30_000 + "a" + PROSE + "**a *a " * 3_000,
        "ticks.md": PROSE + "`" * 20_000 + " ".join("`" * n for n in range(1, 300)),
        "angles.md": "<" * 20_000 + PROSE + "<!--" * 3_000,
        "entities.md": "&" * 20_000 + PROSE,
        "references.md": "".join(f"[r{n}]: /x\n" for n in range(3_000)) + "[r1] " * 3_000 + PROSE,
        "tables.md": "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "|b" * 2_000 + "|\n" + PROSE,
        "footnotes.md": "".join(f"[^{n}] " for n in range(2_000)) + PROSE,
        "escapes.md": "\\" * 50_001 + PROSE,
        "empty_headings.md": "#\n##\n# #\n\n" * 200 + PROSE,
        "seven.md": "####### not a heading\n\n" + PROSE,
        "unclosed_fence.md": "```\n" + PROSE * 100,
    }
    for name, content in contents.items():
        _write(folder, name, content)
    return dict.fromkeys(contents, Fate.INDEXED)


@light
def odd_names(folder: Path, scale: float) -> Fates:
    names = [
        "港口.txt",
        "مرفأ.txt",
        "गोदी.txt",
        "ท่าเรือ.txt",
        "café.txt",
        "cafe\u0301.txt",
        "🚢.txt",
        " .txt",
        "  spaces  .txt",
        "-n.txt",
        "--rebuild.txt",
        "a#b.txt",
        "a%20b.txt",
        "a?b.txt",
        "a'b\"c.txt",
        "a\\b.txt",
        "a;rm -rf x.txt",
        "$(touch x).txt",
        "a:b.txt",
        "a*b.txt",
        "new\nline.txt",
        "tab\there.txt",
        "bell\a\x1b[31mred.txt",
        "\u202egnp.txt",
        "null.txt",
        "CON.txt",
        "a...txt.txt",
        "UPPER.TXT",
        "no_break\u00a0space.txt",
        "…—–.txt",
        "a" * 250 + ".txt",
        "字" * 80 + ".txt",
    ]
    for name in names:
        _write(folder, name, f"{PROSE}The name of this file is hard: {name!a}.\n")
    raw = b"caf\xe9-\xff\xfe.txt"
    with open(os.fsencode(folder) + b"/" + raw, "wb") as stream:
        stream.write(PROSE.encode())
    return dict.fromkeys([*names, os.fsdecode(raw)], Fate.INDEXED)


@light
def clashing_names(folder: Path, scale: float) -> Fates:
    names = [
        "Liberty.txt",
        "liberty.txt",
        "LIBERTY.txt",
        "liberty.md",
        "liberty.html",
        "On Liberty.txt",
        "on-liberty.txt",
        "on_liberty.txt",
        "on liberty.txt",
        "ön liberty.txt",
        "liberty-txt.txt",
        "!.txt",
        "?.txt",
        "liberty/liberty.txt",
        "liberty-2.txt",
    ]
    for name in names:
        _write(folder, name, f"{PROSE}This is the essay kept as {name}.\n")
    return dict.fromkeys(names, Fate.INDEXED)


@light
def odd_folders(folder: Path, scale: float) -> Fates:
    _write(folder, "essay.txt/inner.txt", PROSE)
    _write(folder, "deep/" + "d/" * 200 + "bottom.txt", PROSE)
    _write(folder, ".hidden.txt", PROSE)
    _write(folder, ".hidden/inside.txt", PROSE)
    _write(folder, ".git/description.txt", PROSE)
    _write(folder, "visible/.git/HEAD.txt", PROSE)
    (folder / "empty").mkdir()
    return {
        "essay.txt/inner.txt": Fate.INDEXED,
        "deep/" + "d/" * 200 + "bottom.txt": Fate.INDEXED,
        ".hidden.txt": Fate.IGNORED,
        ".hidden/inside.txt": Fate.IGNORED,
        ".git/description.txt": Fate.IGNORED,
        "visible/.git/HEAD.txt": Fate.IGNORED,
    }


@light
def links(folder: Path, scale: float) -> Fates:
    _write(folder, "real/essay.txt", PROSE)
    (folder / "real/up").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "one.txt").symlink_to("two.txt")
    (folder / "two.txt").symlink_to("one.txt")
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    (folder / "loop").symlink_to("real")
    os.link(folder / "real/essay.txt", folder / "hard.txt")
    return {
        "real/essay.txt": Fate.INDEXED,
        "hard.txt": Fate.INDEXED,
        "self": Fate.ANY,
        "self.txt": Fate.ANY,
        "one.txt": Fate.ANY,
        "two.txt": Fate.ANY,
        "dangling.txt": Fate.ANY,
    }


@light
def not_files(folder: Path, scale: float) -> Fates:
    """A pipe, a socket and links to devices: opening one as a file may never return."""
    os.mkfifo(folder / "pipe.txt")
    # A socket's path has a limit of about 100 bytes, so it is bound from inside the folder.
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket.txt")
    finally:
        os.fchdir(here)
        os.close(here)
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "full.md").symlink_to("/dev/full")
    (folder / "terminal.txt").symlink_to("/dev/tty")
    (folder / "stdin.txt").symlink_to("/dev/stdin")
    return dict.fromkeys(
        ["pipe.txt", "socket.txt", "zero.txt", "full.md", "terminal.txt", "stdin.txt"], Fate.ANY
    )


@light
def unreadable(folder: Path, scale: float) -> Fates:
    """Unreadable for all but a process that may override permissions (see the test)."""
    _write(folder, "locked.txt", PROSE)
    (folder / "locked.txt").chmod(0)
    _write(folder, "shut/inside.txt", PROSE)
    (folder / "shut").chmod(0)
    _write(folder, "open.txt", PROSE)
    return {"locked.txt": Fate.SKIPPED, "open.txt": Fate.INDEXED}


def open_up(folder: Path) -> None:
    """Undoes :func:`unreadable`, so that the folder can be removed."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink() and (path.is_dir() or path.is_file()):
            path.chmod(path.stat().st_mode | stat.S_IRWXU)


@heavy
def one_line(folder: Path, scale: float) -> Fates:
    """50 MB of prose in one line."""
    words = PROSE.replace("\n", " ")
    _write(folder, "line.txt", words * int(50_000_000 * scale / len(words)))
    return {"line.txt": Fate.EITHER}


@heavy
def one_unbroken_line(folder: Path, scale: float) -> Fates:
    """50 MB without a space, a sentence end or a line end, in each format."""
    for name in ("line.txt", "line.md", "line.html"):
        _write(folder, name, "abcdefghij" * int(5_000_000 * scale))
    return dict.fromkeys(["line.txt", "line.md", "line.html"], Fate.EITHER)


@heavy
def million_headings_text(folder: Path, scale: float) -> Fates:
    """A million isolated short lines, each a heading if any is."""
    lines = (f"{n}. Chapter of the Harbour\n\n" for n in range(int(1_000_000 * scale)))
    _write(folder, "headings.txt", "".join(lines))
    return {"headings.txt": Fate.EITHER}


@heavy
def million_headings_markdown(folder: Path, scale: float) -> Fates:
    lines = (f"{'#' * (n % 6 + 1)} Chapter {n}\n" for n in range(int(1_000_000 * scale)))
    _write(folder, "headings.md", "".join(lines))
    return {"headings.md": Fate.EITHER}


@heavy
def million_headings_html(folder: Path, scale: float) -> Fates:
    lines = (f"<h{n % 6 + 1}>Chapter {n}</h{n % 6 + 1}>\n" for n in range(int(1_000_000 * scale)))
    _write(folder, "headings.html", "<article>" + "".join(lines) + "</article>")
    return {"headings.html": Fate.EITHER}


@heavy
def million_lines(folder: Path, scale: float) -> Fates:
    """A million short lines without a gap: verse, a table or a list, if anything."""
    count = int(1_000_000 * scale)
    _write(folder, "lines.txt", "upon the quay\n" * count)
    _write(folder, "items.txt", "- upon the quay\n" * count)
    _write(folder, "indented.txt", "    upon  the  quay\n" * count)
    _write(folder, "gaps.txt", "\n" * count * 3 + "word")
    return dict.fromkeys(["lines.txt", "items.txt", "indented.txt", "gaps.txt"], Fate.EITHER)


@heavy
def same_text_everywhere(folder: Path, scale: float) -> Fates:
    """One paragraph a hundred thousand times: every anchor clashes."""
    _write(folder, "same.txt", (PROSE * 3 + "\n\n") * int(100_000 * scale))
    return {"same.txt": Fate.EITHER}


@heavy
def deep_html(folder: Path, scale: float) -> Fates:
    """100,000 levels: beyond any recursion."""
    for tag in ("div", "blockquote", "ul><li", "b", "table><tr><td", "section", "span"):
        _write(folder, f"{tag[:2]}.html", f"<{tag}>" * 100_000 + PROSE)
    return dict.fromkeys(
        [f"{tag}.html" for tag in ("di", "bl", "ul", "b", "ta", "se", "sp")], Fate.EITHER
    )


@heavy
def deep_markdown(folder: Path, scale: float) -> Fates:
    _write(folder, "quotes.md", ">" * 100_000 + " " + PROSE)
    _write(folder, "spaced.md", "> " * 50_000 + PROSE)
    _write(folder, "lists.md", "- " * 50_000 + PROSE)
    _write(folder, "stairs.md", "".join(" " * 2 * n + "- item\n" for n in range(2_000)))
    _write(folder, "quotes.txt", ">" * 100_000 + " " + PROSE)
    return dict.fromkeys(
        ["quotes.md", "spaced.md", "lists.md", "stairs.md", "quotes.txt"], Fate.EITHER
    )


@heavy
def many_small_files(folder: Path, scale: float) -> Fates:
    for n in range(int(20_000 * scale)):
        (folder / f"{n}.txt").write_text(f"Essay {n}\n\nThe harbour has {n} ships.\n")
    return {"0.txt": Fate.INDEXED}


def make_all(folder: Path, cases: list[Case], scale: float) -> dict[str, Fates]:
    """Writes each case into a folder of its name; the fates by case."""
    fates = {}
    for case in cases:
        place = folder / case.name
        place.mkdir(parents=True)
        fates[case.name] = case.make(place, scale)
    return fates


_HARD_WORDS = [
    "harbour",
    "the",
    "to be or not to be",
    "l'harmonie",
    "don’t",
    "co-operate",
    "U.S.A.",
    "C++",
    "3.14",
    "café",
    "cafe\u0301",
    "港口",
    "港",
    "ท่าเรือ",
    "हिन्दी",
    "مرفأ",
    "🚢",
    "ﬃ",
    "İ",
    "ß",
    "\u00ad",
    "\u200b",
    "\u0301",
    "\ufeff",
    "\u202e",
    "\ud800",
    "\udcff",
    "\x00",
    "\x1b[31m",
    "\U0010ffff",
    "a" * 1_000,
    "漢" * 300,
]

_SHAPES = [
    "{}",
    "-{}",
    "--{}",
    "NOT {}",
    "NOT NOT {}",
    "-(-{})",
    '"{}"',
    '"{}',
    '{}"',
    "“{}”",
    "«{}»",
    '"{}"~5',
    '"{}"~',
    '"{}"~-1',
    '"{}"~999999999999',
    '""{}""',
    "({})",
    "({}",
    "{})",
    "(({}))",
    "{} OR",
    "OR {}",
    "{} OR {}",
    "{} | {}",
    "{}|{}",
    "{} AND",
    "AND {}",
    "{} AND NOT {}",
    "{}*",
    "*{}",
    "*{}*",
    "{}?",
    "?{}?",
    "{}~",
    "{}~2",
    "{}~9",
    "~{}",
    "[{}]",
    "[^{}]*",
    "[{}",
    "title:{}",
    "title:(",
    "title:({} OR {})",
    "title:-{}",
    "-title:{}",
    "heading:{}",
    'heading:"{}"',
    "author:{}*",
    "in:{}",
    'in:"{}"',
    "lang:{}",
    "after:{}",
    "before:{}",
    "date:{}",
    "date:{}..{}",
    "unknown:{}",
    "title:title:{}",
    ":{}",
    "{}:",
    "{}::{}",
    "+{}",
    "^{}",
    "{}^2",
    "{}/i",
    "\\{}",
    "{}\\",
    "<b>{}</b>",
    "%s %d {}",
    "'; DROP TABLE essays; -- {}",
    "../../{}",
]

AWKWARD_QUERIES: list[str] = [
    "",
    " ",
    "\t\n\r",
    "\u3000",
    '"',
    '""',
    '" "',
    "'",
    "''",
    "“”",
    "(",
    ")",
    "()",
    "(())",
    ")(",
    "((((((((((",
    "))))))))))",
    "-",
    "--",
    "---",
    "- -",
    "OR",
    "AND",
    "NOT",
    "OR OR OR",
    "AND OR NOT",
    "NOT NOT NOT",
    "or and not",
    "|",
    "||",
    "| | |",
    "&&",
    "!",
    "*",
    "**",
    "***",
    "?",
    "???",
    "*?*?*?",
    "* *",
    "-*",
    "~",
    "~~",
    "~5",
    "[]",
    "[",
    "]",
    "[a-",
    "[z-a]",
    "[!]",
    "[^]",
    "[[]]",
    "[a-z]",
    "[a-z]*",
    "{}",
    "{",
    ":",
    "::",
    "title:",
    'title:""',
    "title:()",
    "title:*",
    "heading:?",
    "author:~",
    "in:",
    "in:/",
    "in:..",
    "in:*",
    "lang:",
    "lang:xx",
    "lang:*",
    "after:",
    "before:",
    "date:",
    "date:..",
    "date:2020..",
    "date:..2020",
    "date:2021..2019",
    "date:2020-13",
    "date:2020-02-30",
    "after:0000",
    "after:99999",
    "before:-1",
    "after:yesterday",
    "after:２０２０",
    "-after:2020",
    "NOT in:x",
    "a OR -b",
    "-a OR -b",
    "-a -b -c",
    "the a of",
    "the -the",
    "(a OR b) AND (c OR",
    '("a b" OR c*) -d~ title:e',
    '"a" "b" "c"',
    '"a b"~0',
    '"a b"~5~5',
    '"a* b?"',
    '"the"~3',
    '"…"',
    '"—"',
    "... --- ...",
    "\\",
    "\\\\\\",
    '\\"',
    "/.*/",
    "(?:.*)*",
    "(a+)+$",
    "a.b.c.d",
    "a-b-c-d",
    "a'b'c'd",
    "a_b_c",
    "#",
    "a#p-00000000",
    "@",
    "http://example.org/?q=a&b=c#d",
    "e=mc²",
    "½",
    "№ 5",
    "١٢٣",
    "null",
    "None",
    "NaN",
    "__class__",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "a\x00b",
    "\x00",
    "\x08\x7f",
    "\r\n\r\n",
    "\u2028",
    "\ud800",
    "\udfff\ud800",
    "a\udc80b",
    "\ufffe\uffff",
    "👩‍👩‍👧‍👦",
    "e" + "\u0301" * 500,
    " ".join(["word"] * 2_000),
    " ".join(f"w{n}" for n in range(2_000)),
    " OR ".join(f"w{n}" for n in range(2_000)),
    " ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"),
    " ".join(f"{letter}~" for letter in "abcdefghijklmnopqrstuvwxyz"),
    " ".join(f'"{a} {b}"~9' for a in "abcdef" for b in "ghijkl"),
    "(" * 5_000,
    "(" * 5_000 + "a" + ")" * 5_000,
    "-(" * 3_000 + "a" + ")" * 3_000,
    "NOT " * 5_000 + "a",
    "-" * 50_000,
    '"' * 10_001,
    "*" * 50_000,
    "?" * 50_000,
    "a*" * 10_000,
    "*a" * 10_000,
    "a?" * 10_000,
    "[" * 20_000,
    "[a]" * 10_000,
    "~" * 50_000,
    ":" * 50_000,
    "title:" * 10_000 + "a",
    "a OR " * 10_000,
    "a|" * 20_000,
    "a" * 100_000,
    "a " * 50_000,
    "漢" * 100_000,
    "漢 " * 20_000,
    '"' + "a " * 50_000 + '"',
    '"' + "the " * 1_000 + '"~5',
    "date:" + "9" * 10_000,
    '"a b"~' + "9" * 5_000,
    *(shape.replace("{}", word) for shape in _SHAPES for word in _HARD_WORDS[:-2:3]),
    *(shape.replace("{}", "a" * 5_000) for shape in _SHAPES),
]


def awkward_queries() -> st.SearchStrategy[str]:
    """Queries put together from operators, hard words and any text at all."""
    atoms = st.one_of(
        st.sampled_from(_HARD_WORDS),
        st.sampled_from(list("\"“”()[]-|*?~:.,' \t")),
        st.sampled_from([" OR ", " AND ", " NOT ", "title:", "date:", "..", "~5", "lang:", "in:"]),
        st.text(st.characters(codec=None), max_size=8),
    )
    wrapped = st.builds(
        lambda shape, word: shape.replace("{}", word), st.sampled_from(_SHAPES), atoms
    )
    return st.lists(st.one_of(atoms, wrapped), max_size=10).map("".join)


def main() -> None:
    folder = Path(sys.argv[1])
    for name, fates in make_all(folder, LIGHT + HEAVY, 1.0).items():
        for file, fate in fates.items():
            print(ascii(f"{name}/{file}"), fate.value, sep="\t")


if __name__ == "__main__":
    main()
