"""The documents of an OpenSearch index: fields, mapping, and an essay as one of them.

An essay is a root document and its passages are nested in it, so that it is replaced all or
nothing and the cluster itself groups passages by essay. Terms come ready: a text is a string of
positions between spaces, with the terms of one position between bars, and the index's analyser
does no more than stack these. What is read back is kept in stored fields beside the postings;
there is no ``_source``, which would be read whole for each passage of a book. What a list of
essays needs of each is kept in columns (doc values) instead: among the stored fields of an essay
the cluster keeps, until a merge drops it, the whole document for copies of the shard that lag
behind, and would decompress it every time.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from indexer.analysis import fold, postings
from indexer.engines.base import Entry, Fingerprint
from indexer.engines.keys import first_day, places
from indexer.model import Essay, OutlineEntry, Passage
from indexer.terms import form_of, width_of
from indexer.weights import BM25

# Raised whenever the same essay would give another document.
SCHEMA_VERSION = 1

# Per cent of a segment's documents that may be deleted ones; they count in scores as the others do.
DELETED_PERCENT = 1

# Positions between title, headings, text and names: more than the greatest distance a query may
# ask for, so that nothing runs over.
GAP = 2_000
# Characters of a sort key or a name that are kept; Lucene takes no term above 32,766 bytes.
_LONGEST_KEY = 8_000
# Stands where a row of terms has none at a position; no term holds a bar.
HOLE = "|"

PASSAGES = "p"
ANY, STEMS = "p.any", "p.stem"
ORDINAL, DATA, TOKENS = "p.ordinal", "p.data", "p.tokens"
ESSAY, OUTLINE, TITLE_TOKENS = "essay", "outline", "title_tokens"

_UNSAFE = re.compile(r"[\s\x00-\x20|^%\ud800-\udfff]")


def index_body(shards: int, replicas: int) -> dict[str, Any]:
    """Settings and mapping of a new index, or of a template for it."""
    stored = {"type": "keyword", "index": False, "doc_values": False, "store": True}
    column = {"type": "binary", "doc_values": True}
    key = {"type": "keyword"}
    filtered = {"type": "keyword", "doc_values": False}
    text = {"type": "text", "analyzer": "stacked", "search_analyzer": "row"}
    ranked = {**text, "similarity": "bm25", "position_increment_gap": GAP}
    plain = {**text, "norms": False, "position_increment_gap": GAP}
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            # Nothing is to be seen before a commit asks for it.
            "refresh_interval": "-1",
            "mapping.nested_objects.limit": 10_000_000,
            # An essay is read with all its passages.
            "max_inner_result_window": 10_000_000,
            "max_regex_length": 100_000,
            "merge.policy.expunge_deletes_allowed": DELETED_PERCENT,
            "similarity": {
                "bm25": {"type": "BM25", "k1": BM25.k1, "b": BM25.b, "discount_overlaps": False}
            },
            "analysis": {
                "tokenizer": {"positions": {"type": "whitespace", "max_token_length": 1_000_000}},
                "filter": {
                    "terms": {
                        "type": "pattern_capture",
                        "preserve_original": False,
                        "patterns": ["([^|]+)"],
                    },
                    "holes": {"type": "stop", "stopwords": [HOLE]},
                },
                "analyzer": {
                    "stacked": {"type": "custom", "tokenizer": "positions", "filter": ["terms"]},
                    "row": {"type": "custom", "tokenizer": "positions", "filter": ["holes"]},
                },
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"enabled": False},
            "_meta": {"schema": SCHEMA_VERSION},
            "properties": {
                "id": key,
                "language": key,
                "year": key,
                "author": key,
                "folder": key,
                "place": key,
                "day": key,
                "title_key": key,
                "author_key": key,
                "words": {"type": "long"},
                "passages": {"type": "integer"},
                "terms": key,
                "names": key,
                ESSAY: column,
                OUTLINE: stored,
                TITLE_TOKENS: column,
                PASSAGES: {
                    "type": "nested",
                    "dynamic": "strict",
                    "properties": {
                        "any": ranked,
                        "stem": ranked,
                        "heading": plain,
                        "heading_stem": plain,
                        "title": plain,
                        "title_stem": plain,
                        "author": plain,
                        "language": filtered,
                        "place": filtered,
                        "day": filtered,
                        "essay": filtered,
                        "ordinal": {"type": "integer"},
                        "data": stored,
                        "tokens": stored,
                    },
                },
            },
        },
    }


# Terms and keys


def encoded(term: str) -> str:
    """A term as a token: without white space, bars, and what UTF-8 has no bytes for."""
    if term.isalnum():
        return term
    form, width = form_of(term), width_of(term)
    safe = _UNSAFE.sub(lambda match: f"%{ord(match[0]):x};", form)
    return safe if width == 1 else f"{safe}^{width}"


def continuation(token: str, step: int) -> str:
    """What stands at the later positions that a joined compound spans, from step 1 on."""
    return f"{token}^{step}"


def key_of(text: str) -> str:
    """A text as a keyword: what UTF-8 has no bytes for is written out, and what is longer than
    any name is cut."""
    text = text[:_LONGEST_KEY]
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "backslashreplace").decode()
    return text


def document_id(essay_id: str) -> str:
    """The ``_id`` of an essay, which may not be as long as an essay's id."""
    return blake2b(essay_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _written(value: object) -> str:
    """JSON that any UTF-8 encoder takes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, separators=(",", ":"))
    return text


def packed(text: str) -> str:
    """A text as the cluster takes the value of a column of bytes."""
    return b64encode(text.encode()).decode("ascii")


def _unpacked(value: str) -> str:
    """The text of a column's value, which the cluster gives without padding."""
    return b64decode(f"{value}==").decode()


# Documents


class _Stream:
    """One text as positions: exact terms, and stems without their language."""

    def __init__(self, text: str, language: str) -> None:
        found = postings(text, language)
        self.terms = found.exact.keys()
        mark = len(language) + 1
        exact = [""] * found.length
        stem = [""] * found.length
        for term, positions in found.exact.items():
            token = encoded(term)
            _stack(exact, token, positions)
            width = width_of(term) if "\x1f" in term else 1
            for step in range(1, width):
                _stack(exact, continuation(token, step), [p + step for p in positions])
        for term, positions in found.stem.items():
            _stack(stem, encoded(term[mark:]), positions)
        self.exact = _joined(exact)
        self.stem = _joined(stem)


def _joined(slots: list[str]) -> str:
    return " ".join(slot or HOLE for slot in slots)


def _stack(slots: list[str], token: str, positions: Iterable[int]) -> None:
    for position in positions:
        held = slots[position]
        slots[position] = f"{held}|{token}" if held else token


def document(entry: Entry) -> dict[str, Any]:
    """An essay as a document; everything in it can be written as JSON in UTF-8."""
    essay = entry.essay
    title = _Stream(essay.title, essay.language)
    authors = [_Stream(name, "") for name in essay.authors]
    terms: set[str] = set(title.terms)
    names: set[str] = set().union(*(name.terms for name in authors))
    day = first_day(essay.date) if essay.date else ""
    folders = places(essay.id)[:-1]
    first = essay.authors[0] if essay.authors else ""
    # What the passages of an essay have in common.
    shared: dict[str, Any] = {
        "title": title.exact,
        "title_stem": _marked(title.stem, essay.language),
        "language": essay.language,
        "place": [key_of(place) for place in places(essay.id)],
        "essay": key_of(essay.id),
    }
    if authors:
        shared["author"] = [name.exact for name in authors]
    if day:
        shared["day"] = day
    headings: dict[str, _Stream] = {}
    nested = []
    for passage in entry.passages:
        text = _Stream(passage.text, essay.language)
        above = []
        for heading in passage.headings:
            if heading not in headings:
                headings[heading] = _Stream(heading, essay.language)
            above.append(headings[heading])
        parts = (*[title] * BM25.title, *above, text)
        terms.update(text.terms)
        nested.append(
            {
                **shared,
                "any": [part.exact for part in parts],
                "stem": [part.stem for part in parts],
                "heading": [part.exact for part in above],
                "heading_stem": [_marked(part.stem, essay.language) for part in above],
                "ordinal": passage.ordinal,
                "data": _written(
                    [
                        passage.anchor,
                        passage.ordinal,
                        passage.headings,
                        passage.kind,
                        passage.text,
                    ]
                ),
                "tokens": "\n".join([text.stem, *(part.stem for part in above)]),
            }
        )
    terms.update(*(heading.terms for heading in headings.values()))
    made: dict[str, Any] = {
        "id": key_of(essay.id),
        "language": essay.language,
        "author": [key_of(name) for name in essay.authors],
        "folder": [key_of(folder) for folder in folders],
        "place": shared["place"],
        "title_key": key_of(fold(essay.title)),
        "words": essay.words,
        "passages": len(entry.passages),
        "terms": [key_of(term) for term in terms],
        "names": [key_of(term) for term in names],
        ESSAY: packed(_written(_essay_data(entry))),
        OUTLINE: _written([(e.title, e.level, e.anchor) for e in entry.outline]),
        TITLE_TOKENS: packed(title.stem),
        PASSAGES: nested,
    }
    if fold(first):
        made["author_key"] = key_of(fold(first))
    if day:
        made["day"] = day
        made["year"] = day[:4]
    return made


def _marked(stems: str, language: str) -> str:
    """Stems with the language they mean something in."""
    mark = f"{language}:"
    return re.sub(r"[^ |]+", lambda match: mark + match[0], stems)


def _essay_data(entry: Entry) -> list[Any]:
    essay, mark = entry.essay, entry.fingerprint
    return [
        essay.id,
        essay.title,
        essay.authors,
        essay.date,
        essay.language,
        essay.path,
        essay.format,
        essay.words,
        len(entry.passages),
        [mark.path, mark.root, mark.size, mark.mtime_ns, mark.digest],
    ]


# What is read back: the ``fields`` of a hit, each a list of one value.

Fields = Mapping[str, Sequence[Any]]

# What makes a request give the essays alone that it finds: without their stored fields.
ESSAYS_ONLY: Mapping[str, Any] = {
    "_source": False,
    "stored_fields": "_none_",
    "docvalue_fields": [ESSAY],
}


def essay_of(fields: Fields) -> Essay:
    """An essay by its column."""
    data = json.loads(_unpacked(fields[ESSAY][0]))
    identity, title, authors, date, language, path, format_, words, passages, _ = data
    return Essay(
        id=identity,
        title=title,
        authors=tuple(authors),
        date=date,
        language=language,
        path=path,
        format=format_,
        words=words,
        passages=passages,
    )


def fingerprint_of(fields: Fields) -> Fingerprint:
    """What sync must know of an essay."""
    data = json.loads(_unpacked(fields[ESSAY][0]))
    path, root, size, mtime_ns, digest = data[-1]
    return Fingerprint(
        essay_id=data[0], path=path, root=root, size=size, mtime_ns=mtime_ns, digest=digest
    )


def title_tokens_of(fields: Fields) -> str:
    """The stems of an essay's title, position by position."""
    return _unpacked(fields[TITLE_TOKENS][0])


def outline_of(fields: Fields) -> tuple[OutlineEntry, ...]:
    """An essay's outline."""
    return tuple(
        OutlineEntry(title=title, level=level, anchor=anchor)
        for title, level, anchor in json.loads(fields[OUTLINE][0])
    )


def passage_of(fields: Fields) -> Passage:
    """A passage by its stored data."""
    anchor, ordinal, headings, kind, text = json.loads(fields[DATA][0])
    return Passage(anchor=anchor, ordinal=ordinal, headings=tuple(headings), kind=kind, text=text)
