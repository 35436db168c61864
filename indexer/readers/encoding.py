"""Bytes to text: byte order marks, UTF-8, UTF-16, what the file declares, then a guess.

The order follows the WHATWG Encoding Standard: a mark wins over a declaration, and labels
mean what browsers take them to mean (``latin-1`` is windows-1252). Every guess comes with a
note, so that a person can see why a letter may be wrong.
"""

from __future__ import annotations

import codecs
import re

from indexer.errors import ReadError

# A guess reads at most this much, in bytes, of the lines that are not plain ASCII.
_SAMPLE = 12 * 1024
# Where a declaration must stand, in bytes: HTML says 1024; saved pages exceed it.
_DECLARATION_WITHIN = 4096
# NUL bytes a text may hold (a torn write pads with them) before it counts as binary.
_NUL_SHARE = 0.01
# Control characters other than white space and escape (ISO-2022 uses it), and how many is too many.
_CONTROLS = bytes([*range(1, 9), *range(14, 27), *range(28, 32), 127])
_CONTROL_SHARE = 0.02
_FEW_CONTROLS = 8
# UTF-8 with damage has this many good multi-byte characters for each bad byte.
_GOOD_PER_BAD = 2

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"\x7fELF", "a program"),
)

# Labels that browsers read as a wider encoding, and codecs that Python names otherwise.
_WIDER = {
    "ascii": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso8859-9": "windows-1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "unicode": "utf-8",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
_DOUBLE_BYTE = frozenset({"gb18030", "big5hkscs", "cp932", "cp949", "euc_jp"})

_NAMES = {
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "euc_jp": "euc-jp",
    "koi8_r": "koi8-r",
    "big5hkscs": "big5",
    "iso2022_jp": "iso-2022-jp",
    "mac_roman": "macintosh",
}


def decode(data: bytes, *, declares: bool = False) -> tuple[str, str | None]:
    """The text of a file and, where its encoding had to be guessed or mended, a note.

    ``declares`` says that the format may name its encoding inside (HTML, XHTML, a header of
    plain text).
    Raises ``ReadError`` for what is not text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], name)
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise ReadError(f"not text: {what}")
    note = None
    if b"\0" in data:
        wide = _unmarked_wide(data)
        if wide is not None:
            return wide
        nuls = data.count(b"\0")
        if nuls > len(data) * _NUL_SHARE:
            raise ReadError("not text: a binary file")
        data = data.replace(b"\0", b"")
        note = f"{_counted(nuls, 'NUL byte')} left out"
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS + len(data) * _CONTROL_SHARE:
        raise ReadError("not text: a binary file")
    text, second = _without_marks(data, declares)
    return text, "; ".join(filter(None, (note, second))) or None


def _without_marks(data: bytes, declares: bool) -> tuple[str, str | None]:
    if data.isascii():
        if b"\x1b$" in data:
            return _try(data, "iso2022_jp") or (data.decode("ascii"), None)
        return data.decode("ascii"), None
    declared = _declared(data) if declares else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # A few bytes of a double-byte encoding can be UTF-8 by accident; many can not.
        letters = len(data) - len(text)
        if declared not in _DOUBLE_BYTE or letters > 40:
            return text, None
    if declared is not None and declared != "utf-8":
        try:
            return data.decode(declared), None
        except UnicodeDecodeError:
            pass
    mended = _mended_utf8(data)
    if mended is not None:
        return mended
    if declared is not None and declared != "utf-8":
        text = data.decode(declared, errors="replace")
        if text.count("\ufffd") * 100 < len(text):
            return text, f"some bytes were not {_NAMES.get(declared, declared)}, shown as \ufffd"
    name = _guess(_sample(data))
    text = data.decode(name, errors="replace")
    label = _NAMES.get(name, name)
    bad = text.count("\ufffd")
    damage = f", {_counted(bad, 'byte')} shown as \ufffd" if bad else ""
    return text, f"read as {label} (a guess){damage}"


def _marked(data: bytes, name: str) -> tuple[str, str | None]:
    try:
        return data.decode(name), None
    except UnicodeDecodeError:
        text = data.decode(name, errors="replace")
        bad = text.count("\ufffd")
        if bad * 10 > len(text):
            raise ReadError("not text: a binary file") from None
        return text, f"{_counted(bad, 'place')} not valid {name.upper()}, shown as \ufffd"


def _try(data: bytes, name: str) -> tuple[str, str | None] | None:
    try:
        return data.decode(name), f"read as {_NAMES.get(name, name)} (a guess)"
    except UnicodeDecodeError:
        return None


def _unmarked_wide(data: bytes) -> tuple[str, str | None] | None:
    """UTF-16 or UTF-32 without a mark, known by where its NUL bytes stand."""
    sample = data[: 4096 - 4096 % 4]
    units = max(1, len(sample) // 4)
    nuls = [sample[place::4].count(0) / units for place in range(4)]
    if nuls[0] > 0.9 and nuls[1] > 0.9 and nuls[3] < 0.1:
        name = "utf-32-be"
    elif nuls[3] > 0.9 and nuls[2] > 0.9 and nuls[0] < 0.1:
        name = "utf-32-le"
    else:
        even, odd = nuls[0] + nuls[2], nuls[1] + nuls[3]
        if max(even, odd) < 0.02 or min(even, odd) > 0.02:
            return None
        name = "utf-16-be" if even > odd else "utf-16-le"
    width = 4 if "32" in name else 2
    text = data[: len(data) - len(data) % width].decode(name, errors="replace")
    head = text[:4096]
    odd_ones = sum(
        1 for char in head if char == "\ufffd" or (char < " " and char not in "\t\n\r\f")
    )
    if odd_ones * 50 > len(head):
        return None
    return text, f"read as {name.upper()} (a guess)"


_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})""", re.I)
# A line of a header, as in the texts of Project Gutenberg.
_HEADER = re.compile(
    rb"^Character set encoding:[ \t]*([\w.:-]{2,40})", re.IGNORECASE | re.MULTILINE
)
_META = re.compile(rb"""<meta[^>]{0,400}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""", re.I)


def _declared(data: bytes) -> str | None:
    head = data[:_DECLARATION_WITHIN]
    found = _XML.search(head) or _META.search(head) or _HEADER.search(head)
    if found is None:
        return None
    label = found[1].decode("ascii", "replace").lower()
    label = _WIDER.get(label, label)
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    try:
        b"".decode(name)
    except (LookupError, ValueError):
        return None  # a codec of Python that is not a text encoding
    return name


def _mended_utf8(data: bytes) -> tuple[str, str | None] | None:
    text = data.decode("utf-8", errors="surrogateescape")
    escaped = re.findall("[\udc80-\udcff]+", text)
    bad = sum(map(len, escaped))
    good = (len(data) - len(text)) // 2  # a multi-byte character is 2 to 4 bytes
    if good < bad * _GOOD_PER_BAD:
        return None
    text = data.decode("utf-8", errors="replace")
    return text, f"{_counted(bad, 'byte')} not valid UTF-8, shown as \ufffd"


def _sample(data: bytes) -> bytes:
    """Lines that are not plain ASCII, from all over the file, whole, up to the limit."""
    if len(data) <= _SAMPLE:
        return data
    lines: list[bytes] = []
    size = 0
    for part in range(8):
        start = len(data) * part // 8
        for line in data[start : start + _SAMPLE].splitlines()[1:-1]:
            if not line.isascii():
                lines.append(line)
                size += len(line) + 1
                if size > _SAMPLE * (part + 1) // 8:
                    break
    if lines:
        return b"\n".join(lines)
    dense = re.search(rb"[\x80-\xff]", data)
    start = dense.start() if dense else 0
    return data[start : start + _SAMPLE]


def _guess(sample: bytes) -> str:
    from indexer.readers.legacy import guess

    return guess(sample)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
