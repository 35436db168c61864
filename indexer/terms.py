"""Words to the terms an index holds, in both views, with the stems of a language."""

from __future__ import annotations

import unicodedata
from _thread import get_ident

from indexer.folding import bare, fold
from indexer.languages import STEMMERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.splitting import Atom

_MAX_TERM = 200  # characters; longer ones (base64, a line of dashes) are cut
_KEPT = 100  # characters of a term that is cut, before its hash

# Words whose stems are remembered.
_MOST_REMEMBERED = 10_000

_remembered: dict[tuple[str, str], tuple[str, ...]] = {}
_stemmers: dict[tuple[int, str], Callable[[str], str]] = {}


def exact_term(form: str, width: int = 1) -> str:
    """The term of the exact view for a word that spans ``width`` positions."""
    form = _cut(form)
    return form if width == 1 else f"{form}\x1f{width}"


def form_of(term: str) -> str:
    """The form of an exact term."""
    return term.partition("\x1f")[0]


def width_of(term: str) -> int:
    """How many positions an exact term spans."""
    return int(term.partition("\x1f")[2] or 1)


def stem_term(stem: str, language: str) -> str:
    """The term of the stem view; a stem means something in its language only."""
    return f"{language}:{_cut(stem)}"


def language_of(term: str) -> str:
    """The language of a term of the stem view."""
    return term.partition(":")[0]


def stem_of(term: str) -> str:
    """The stem of a term of the stem view."""
    return term.partition(":")[2]


def _cut(term: str) -> str:
    if len(term) <= _MAX_TERM:
        return term
    from hashlib import blake2b

    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{term[:_KEPT]}…{digest}"


def stems(atom: Atom, language: str) -> tuple[str, ...]:
    """The stems of a word, folded: of the word as written and of its folded form, so that
    an accented and an unaccented spelling have one in common."""
    word = atom.stem_of
    if language not in STEMMERS or len(word) > _MAX_TERM:
        return (_letters(word) or atom.form,)
    found = _remembered.get((word, language))
    if found is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        found = _remembered[word, language] = _stems(word, language)
    return found or (atom.form,)


def _stems(word: str, language: str) -> tuple[str, ...]:
    stem = _stemmer(language)
    if word.isascii() and word.isalnum():
        return (fold(stem(word.lower())) or word.lower(),)
    plain = _letters(word)
    written = unicodedata.normalize("NFKC", bare(word)).lower()
    found = [plain] if written == plain else [written, plain]
    return tuple(dict.fromkeys(s for word in found if (s := _letters(stem(word)))))


def _letters(word: str) -> str:
    return "".join(fold(word).split())


def _stemmer(language: str) -> Callable[[str], str]:
    """Stemmer objects keep state, so that each thread has its own."""
    key = get_ident(), language
    found = _stemmers.get(key)
    if found is None:
        from Stemmer import Stemmer

        found = _stemmers[key] = Stemmer(STEMMERS[language], 0).stemWord
    return found
