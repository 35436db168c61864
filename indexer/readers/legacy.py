"""Which legacy encoding is it? A guess by the letters that prose in each language uses.

Each pair of a language and an encoding it was written in gives the sample a score: the mean
over its non-ASCII characters of 1 for a usual letter of the language, less for typographic
marks and capitals, and a penalty for what prose does not hold (control characters, box
drawing, a symbol or a capital inside a word). The best pair wins; on a tie the more common
encoding, which stands first.
"""

from __future__ import annotations

from typing import NamedTuple


class _Language(NamedTuple):
    encodings: tuple[str, ...]
    letters: str
    share: float = 1.0  # of the non-ASCII characters that are among ``letters``, in prose


_WESTERN = ("cp1252", "mac_roman", "cp850")
_CENTRAL = ("cp1250", "iso8859_2", "cp852")
_CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic")
_MARKS = frozenset("“”‘’‚„–—…«»•·°§£€©®™†‡¿¡º \xad、。，「」：；！？（）『』・《》")

_LANGUAGES: tuple[_Language, ...] = (
    _Language(_WESTERN, "éèêëàâçîïôûùœæÉÀ"),
    _Language(_WESTERN, "äöüßÄÖÜé"),
    _Language(_WESTERN, "áéíóúñüÁÉÍÓÚÑ¿¡ªº"),
    _Language(_WESTERN, "ãõáéíóúâêôçàü"),
    _Language(_WESTERN, "àèéìòùÈ"),
    _Language(_WESTERN, "æøåéÆØÅäöÄÖ"),
    _Language(_WESTERN, "þðáéíóúýæöÞÁÍÓÚ"),
    # Names and quotations from several of these in one text; not one language's habit.
    _Language(_WESTERN, "éèêëàâçîïôûùœæäöüßáíóúñãõåøý", 1.25),
    _Language(_CENTRAL, "ąćęłńóśźżŁŚŻ"),
    _Language(_CENTRAL, "áčďéěíňóřšťúůýžľĺôäČŘŠŽ"),
    _Language(_CENTRAL, "áéíóöőúüűÁÉÖŐÜ"),
    _Language(_CENTRAL, "čćđšžČŠŽ"),
    _Language(_CENTRAL, "ăâîşţÎŞŢ"),
    _Language(("cp1254",), "çğıöşüİÇĞÖŞÜâî"),
    _Language(("cp1257",), "ąčęėįšųūžĄČĖŠŽāēģīķļņĀĒĪõäöü"),
    # Before Cyrillic: all its bytes are small Cyrillic letters too, but not the other way.
    _Language(("cp1255", "iso8859_8"), "אבגדהוזחטיכךלמםנןסעפףצץקרשת"),
    _Language(_CYRILLIC, "абвгдежзийклмнопрстуфхцчшщъыьэюя"),
    _Language(("cp1251",), "абвгдежзийклмнопрстуфхцчшщьюяєіїґўјљњћђџ"),
    _Language(("koi8_u",), "абвгдежзийклмнопрстуфхцчшщьюяєіїґ"),
    _Language(("cp1253", "iso8859_7"), "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ"),
    _Language(("cp1256", "iso8859_6"), "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأإؤئپچژگ،؟"),
    _Language(
        ("cp874",),
        "กขคฆงจฉชซญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลวศษสหฬอฮะัาำิีึืุูเแโใไ็่้๊๋์ๆ",
    ),
    # The commonest characters of running text; their shares are round lower values.
    _Language(
        ("gb18030", "big5hkscs"),
        "的一是不了人在有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下"
        "自之年過这這個們來為國說時會對於著後后其所者曰與与无無此故以及",
        0.3,
    ),
    _Language(
        ("cp932", "euc_jp"),
        "あいうえおかきくけこさしすせそたちつてとなにのはひふへほまみむめもやよらりるれろわをん"
        "がぎぐげござじずぜぞだでどばびぶべぼっゃゅょアイウエオカキクコサシスセタチッテトナニノハ"
        "フマムメモラリルレロンジドブプー",
        0.6,
    ),
    _Language(
        ("cp949",),
        "이다는에의가을를은고하지기도로사한리그어나시자인서해아있것수들대정일과으만게라스보여전"
        "면니부주러",
        0.5,
    ),
)


def guess(sample: bytes) -> str:
    """The codec name that most likely made ``sample``; windows-1252 when nothing fits better."""
    decoded: dict[str, tuple[str, float]] = {}
    best, best_score = "cp1252", -9.0
    for language in _LANGUAGES:
        letters = frozenset(language.letters)
        for name in language.encodings:
            if name not in decoded:
                text = sample.decode(name, errors="replace")
                decoded[name] = _foreign(text), _oddity(text)
            foreign, oddity = decoded[name]
            if not foreign:
                continue
            usual = sum(1.0 for char in foreign if char in letters)
            marks = sum(0.7 for char in foreign if char in _MARKS and char not in letters)
            capitals = sum(0.5 for c in foreign if c not in letters and c.lower() in letters)
            letters_share = usual / len(foreign) / language.share
            score = min(1.0, letters_share) + (marks + capitals) / len(foreign) - oddity
            if score > best_score + 1e-9:
                best, best_score = name, score
    return best


def _foreign(text: str) -> str:
    return "".join(char for char in text if char > "\x7f")


def _oddity(text: str) -> float:
    """How much of the non-ASCII text prose would not hold, as a mean penalty."""
    penalty, count = 0.0, 0
    before = " "
    for char in text:
        if char > "\x7f":
            count += 1
            if char == "\ufffd":
                penalty += 2
            elif "\x80" <= char <= "\x9f" or "\u2500" <= char <= "\u259f" or char >= "\ue000":
                # C1 controls, box drawing, private use, half-width forms
                penalty += 0 if "\uff00" <= char <= "\uff60" else 2
            elif before.islower() and char.isupper():
                penalty += 1
            elif before.isalpha() and char not in _MARKS:
                foreign = "\u0370" <= char < "\u2e80" and before <= "\x7f"
                penalty += 0.5 if foreign or not char.isalnum() else 0
        elif char.isalpha() and before > "\x7f" and before not in _MARKS:
            # A symbol, or a letter of another script, right before a Latin letter.
            penalty += 0.5 if before >= "\u0370" or not before.isalnum() else 0
        before = char
    return penalty / count if count else 0.0
