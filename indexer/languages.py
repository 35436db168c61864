"""What is known of languages: their stemmers, their very common words, and telling them apart.

Why no library: py3langid needs NumPy, lingua is 96 MB, langdetect has no wheel and had its last
release in 2021; common words do for whole essays.
"""

from __future__ import annotations

from indexer.expressions import expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter

# Snowball algorithms by ISO 639-1 code.
STEMMERS: dict[str, str] = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian",
    "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "st": "sesotho", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip

_SAME = {"nb": "no", "nn": "no"}

_SAMPLE = 12_000  # characters of a text that are looked at, from three places
_SURE = 0.12  # share of telling words that a text in a language has at the very least
_KANA = 0.3  # kana for each Han character, in Japanese at the very least
_MARGIN = 2.5  # lead over the next language, for the square root of the number of words

# The first letter of each stretch of Unicode, and its script ("" where it tells nothing).
_SCRIPTS: tuple[tuple[int, str], ...] = (
    (0x0000, ""), (0x0041, "latin"), (0x0250, ""), (0x0370, "el"), (0x0400, "cyrillic"),
    (0x0530, "hy"), (0x0590, "hebrew"), (0x0600, "arabic"), (0x0700, ""), (0x0900, "devanagari"),
    (0x0980, "bn"), (0x0A00, "pa"), (0x0A80, "gu"), (0x0B00, "or"), (0x0B80, "ta"),
    (0x0C00, "te"), (0x0C80, "kn"), (0x0D00, "ml"), (0x0D80, "si"), (0x0E00, "th"),
    (0x0E80, "lo"), (0x0F00, "bo"), (0x1000, "my"), (0x10A0, "ka"), (0x1100, "ko"),
    (0x1200, "am"), (0x1380, ""), (0x1780, "km"), (0x1800, "mn"), (0x18B0, ""),
    (0x1E00, "latin"), (0x1F00, "el"), (0x2000, ""), (0x2E80, "han"), (0x3000, ""),
    (0x3005, "han"), (0x3008, ""), (0x3041, "kana"), (0x3100, "han"), (0x3130, "ko"),
    (0x3190, ""), (0x31F0, "kana"), (0x3200, ""), (0x3400, "han"), (0xA000, ""),
    (0xAC00, "ko"), (0xD7A4, ""), (0xF900, "han"), (0xFB00, ""), (0xFB50, "arabic"),
    (0xFE00, ""), (0xFE70, "arabic"), (0xFEFF, ""), (0xFF66, "kana"), (0xFFA0, "ko"),
    (0xFFE0, ""), (0x20000, "han"), (0x40000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _SCRIPTS]
# A character of these says as much as several letters do.
_WEIGHTS = {"han": 3.0, "kana": 2.0, "ko": 2.0}

# Letters that one language of a script has and its neighbours have not.
_CYRILLIC_LETTERS = {
    "ru": "ыэё", "uk": "іїєґ", "be": "ўі", "bg": "ъщ", "sr": "јљњћђџ", "mk": "јљњѓќѕџ",
    "kk": "әғқңөұүһі", "mn": "өүэ",
}  # fmt: skip
_CYRILLIC_MISSING = {
    "ru": "іїєўјљњћђөүғ", "uk": "ыэёъўјљњ", "be": "иъщїєј", "bg": "ыэёіїєўјљњөү",
    "sr": "йыэюящъьіїє", "mk": "йыэюящъьіїєћђ", "kk": "їєўјљњ", "mn": "іїєўјљњғқ",
}  # fmt: skip
_LATIN_LETTERS = {
    "ca": "ŀ", "cs": "řěů", "da": "æø", "de": "ßäöü", "eo": "ĉĝĥĵŝŭ", "es": "ñ¿¡", "et": "õ",
    "fi": "äö", "fr": "œêèçà", "hr": "ćđ", "hu": "őű", "is": "þð", "it": "àèìòù", "lt": "ėįųū",
    "lv": "āēīķļņ", "no": "æøå", "pl": "łżźśńęą", "pt": "ãõ", "ro": "ăâîșțşţ", "sk": "ľĺŕôä",
    "sv": "åäö", "tr": "ığşç", "vi": "ăâđêôơư",
}  # fmt: skip
_ARABIC_WORDS = {
    "ar": "في من على إلى أن التي الذي هذا هذه ما لا كان عن مع و أو لم قد بين كل ذلك",
    "fa": "در از به که این است را با برای آن می های یک خود تا شد بر نیز یا هم بود",
    "ur": "کے میں کی ہے اور سے کا کو اس نے ہیں کہ پر ایک یہ بھی تھا نہیں کر گیا ہو",
    "ps": "په د او چې دی کې له ته دا سره هم يې",
}
_DEVANAGARI_WORDS = {
    "hi": "है हैं में की के का को से और पर ने कि एक यह इस था भी नहीं हो कर लिए जो",
    "mr": "आहे आहेत आणि या हा ही हे व मध्ये होते होता त्या ते तर असे केले च्या",
    "ne": "छ छन् र को मा हो थियो गर्न भएको लाई बाट पनि यो गरेको तथा भने",
}
_HEBREW_WORDS = {
    "he": "של את על לא הוא זה עם כי גם או היא אל כל אם יש אך היה אני",
    "yi": "און איז די אין דער פון מיט צו אַז נישט ניט האָט דאָס איך אַ זיך האט",
}


_WORD = expression(r"\b[^\W\d_]++\b")  # not the letters in a hexadecimal number
_stopwords: dict[str, frozenset[str]] = {}


def stopwords(language: str) -> frozenset[str]:
    """The very common words of a language, folded and without apostrophes and hyphens; empty
    where none are known."""
    found = _stopwords.get(language)
    if found is None:
        from indexer.common_words import COMMON_WORDS
        from indexer.folding import fold

        words = COMMON_WORDS.get(_SAME.get(language, language), "")
        found = frozenset(fold(words).replace("-", "").split())
        # What is no language is not remembered: there is no end of such.
        if words:
            _stopwords[language] = found
    return found


def detect(text: str) -> str | None:
    """The ISO 639-1 code of the language most of ``text`` is in, or ``None`` when not sure."""
    import unicodedata
    from bisect import bisect_right
    from collections import Counter

    sample = unicodedata.normalize("NFC", _sample(text)).lower()
    if _is_plainly_latin(sample):
        return _by_words(sample, Counter(_TYPICAL_LATIN.findall(sample)), _latin_words())
    letters = Counter(sample)
    scripts: Counter[str] = Counter()
    for character, count in letters.items():
        if character.isalpha():
            script = _SCRIPTS[bisect_right(_STARTS, ord(character)) - 1][1]
            scripts[script] += count
    kana, han = scripts["kana"], scripts["han"]
    if kana + han:
        # Japanese has kana in every clause; a Chinese text may quote some.
        scripts["ja" if kana > _KANA * han else "zh"] = int(3 * (han + kana))
    del scripts["kana"], scripts["han"], scripts[""]
    if not scripts:
        return None
    script, _ = max(scripts.items(), key=lambda item: item[1] * _WEIGHTS.get(item[0], 1.0))
    if script == "latin":
        return _by_words(sample, letters, _latin_words())
    if script == "cyrillic":
        return _cyrillic(letters)
    for name, lists in (
        ("arabic", _ARABIC_WORDS), ("devanagari", _DEVANAGARI_WORDS), ("hebrew", _HEBREW_WORDS),
    ):  # fmt: skip
        if script == name:
            counts = Counter(sample.split())
            return max(lists, key=lambda code: sum(counts[w] for w in lists[code].split()))
    return script


_TYPICAL_LATIN = expression(f"[{''.join(_LATIN_LETTERS.values())}]")
_LATIN_LETTER = expression("[a-zß-öø-ÿ]")


def _is_plainly_latin(sample: str) -> bool:
    """Whether all letters are Latin, as far as that is soon told."""
    try:
        sample.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return _LATIN_LETTER.search(sample) is not None


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    third = _SAMPLE // 3
    middle = (len(text) - third) // 2
    return f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"


_telling: list[dict[str, dict[str, float]]] = []


def _latin_words() -> dict[str, dict[str, float]]:
    """For each word the languages it tells of, and how much: less where more share it."""
    if _telling:
        return _telling[0]
    from indexer.common_words import COMMON_WORDS, TELLTALE_WORDS

    shared: dict[str, set[str]] = {}
    for language, words in [*COMMON_WORDS.items(), *TELLTALE_WORDS.items()]:
        for word in words.split():
            shared.setdefault(word.strip("'"), set()).add(language)
    found = {
        word: dict.fromkeys(languages, 1 / len(languages) ** 0.5)
        for word, languages in shared.items()
    }
    _telling.append(found)
    return found


def _by_words(sample: str, letters: Counter[str], words: dict[str, dict[str, float]]) -> str | None:
    from collections import Counter, defaultdict

    counts = Counter(_WORD.findall(sample))
    scores: defaultdict[str, float] = defaultdict(float)
    for word, count in counts.items():
        if word in words:
            for language, weight in words[word].items():
                scores[language] += weight * count
    for language, typical in _LATIN_LETTERS.items():
        if language in scores:
            seen = sum(letters[letter] for letter in typical)
            scores[language] += min(seen, scores[language] / 2)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked:
        return None
    (best, score), (_, following) = (*ranked, ("", 0.0))[:2]
    # A few words prove little: the fewer, the more of them must tell.
    if (
        score < _SURE * counts.total() + 1
        or score < (1 + _MARGIN / counts.total() ** 0.5) * following
    ):
        return None
    return best


def _cyrillic(letters: Counter[str]) -> str | None:
    scores = {
        language: sum(letters[letter] for letter in typical)
        - 3 * sum(letters[letter] for letter in _CYRILLIC_MISSING[language])
        for language, typical in _CYRILLIC_LETTERS.items()
    }
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > 0 else None
