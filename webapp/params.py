"""What an address may ask: typed parameters, the same for pages and API.

A struct lists the parameters of a route; :func:`read` makes one from the request, or raises
:class:`BadParameter`. What is checked is what :func:`fields` tells, so a route's documentation
can't say anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_type_hints
from urllib.parse import unquote_to_bytes

import msgspec
from flask import Flask, request
from msgspec import Meta, Struct
from werkzeug.exceptions import RequestURITooLarge

from indexer.config import Settings
from indexer.errors import EssaysError
from indexer.model import ShelfOrder, Sort
from webapp.libraries import settings

Asked = TypeVar("Asked", bound=Struct)

# Essays on a page of results.
PAGE_SIZE = 10
# Bytes of a path and of a query string; below what Granian takes (65,534), so that the answer
# is ours.
LONGEST_ADDRESS = 60_000
# Parts of a query string, for each is looked at.
MOST_PARTS = 1_000
_LONGEST_SHOWN = 60

# As JSON writes them, and within 64 bits: msgspec would take "1e3" as well.
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")


class UpTo(NamedTuple):
    """A limit that a setting decides: the length of a text, or a number."""

    setting: str


Query = Annotated[
    str,
    Meta(description="A query in the query language of /help."),
    UpTo("max_query_length"),
]
Asking = Annotated[
    str,
    Meta(
        min_length=1,
        pattern=r"\S",
        description="A query in the query language of /help; not blank.",
        examples=["human rights", '"human rights"~5 -china'],
    ),
    UpTo("max_query_length"),
]
Limit = Annotated[int, Meta(ge=0, le=100, description="Essays in the answer.")]
Offset = Annotated[int, Meta(ge=0, description="Essays passed over."), UpTo("web_max_offset")]


class BadParameter(EssaysError):
    """A parameter can't be what it is; ``name`` says which."""

    def __init__(self, name: str, message: str) -> None:
        shown = _cut(name)
        super().__init__(f"{shown if shown.isprintable() and shown else repr(shown)}: {message}")
        self.name = shown


class SearchPage(Struct, frozen=True, kw_only=True):
    """The search page: ``page`` counts from 1."""

    q: Query = ""
    page: Annotated[int, Meta(ge=1)] = 1
    sort: Sort = "relevance"


class BrowsePage(Struct, frozen=True, kw_only=True):
    """A page of the essays, in an order, of those that have what is named."""

    by: ShelfOrder = "title"
    page: Annotated[int, Meta(ge=1)] = 1
    author: Annotated[str, Meta(max_length=1000)] = ""
    year: Annotated[str, Meta(pattern=r"^([0-9]{4})?$")] = ""
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$")] = ""
    # As long as a path may be.
    folder: Annotated[str, Meta(max_length=4096)] = ""


class Reader(Struct, frozen=True, kw_only=True):
    """The reader: ``q`` lights up its hits, ``cite`` is the anchor of a passage to cite."""

    q: Query = ""
    cite: str = ""


class ApiSearch(Struct, frozen=True, kw_only=True):
    """A search: the JSON of ``essays search --json``."""

    q: Asking
    limit: Limit = 10
    offset: Offset = 0
    passages: Annotated[int, Meta(ge=0, le=100, description="Passages of each essay.")] = 3
    sort: Annotated[Sort, Meta(description="Order of the essays; date is newest first.")] = (
        "relevance"
    )


class ApiSuggest(Struct, frozen=True, kw_only=True):
    """Suggestions: the JSON of ``essays suggest --json``."""

    prefix: Annotated[
        str,
        Meta(description="What was typed so far.", examples=["hum"]),
        UpTo("max_query_length"),
    ]
    limit: Annotated[int, Meta(ge=0, le=100, description="Suggestions in the answer.")] = 10


class ApiEssays(Struct, frozen=True, kw_only=True):
    """The list of essays: the JSON of ``essays list --json``, page by page."""

    limit: Annotated[int, Meta(ge=0, le=1000, description="Essays in the answer.")] = 1000
    offset: Annotated[int, Meta(ge=0, le=10**9, description="Essays passed over.")] = 0
    order: Annotated[
        ShelfOrder, Meta(description="Order of the essays; folder is by id, date newest first.")
    ] = "folder"


class ApiEssay(Struct, frozen=True, kw_only=True):
    """An essay, or a passage of it: the JSON of ``essays show --json``."""

    anchor: Annotated[
        str,
        Meta(
            description="The anchor of the one passage to give; empty for all.",
            examples=["p-3f9a2c1b"],
        ),
    ] = ""


class Nothing(Struct, frozen=True, kw_only=True):
    """No parameters."""


class Field(Struct, frozen=True, kw_only=True):
    """A parameter: ``schema`` is that of its type, without what settings decide."""

    name: str
    schema: Mapping[str, Any]
    required: bool
    default: object
    up_to: str | None

    def limited(self, settings: Settings) -> dict[str, Any]:
        """The schema with what settings decide."""
        schema = dict(self.schema)
        if self.up_to is not None:
            keyword = "maximum" if self.is_number else "maxLength"
            schema[keyword] = getattr(settings, self.up_to)
        return schema

    @property
    def is_number(self) -> bool:
        return self.schema.get("type") == "integer"


@cache
def fields(kind: type[Struct]) -> Mapping[str, Field]:
    """The parameters of a struct, by name."""
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for field in msgspec.structs.fields(kind):
        extras = getattr(hints[field.name], "__metadata__", ())
        found[field.name] = Field(
            name=field.name,
            schema=msgspec.json.schema(hints[field.name]),
            required=field.required,
            default=None if field.required else field.default,
            up_to=next((extra.setting for extra in extras if isinstance(extra, UpTo)), None),
        )
    return found


def install(app: Flask) -> None:
    """Makes the app refuse addresses too long to look at."""
    app.before_request(_refuse_too_long)


def _refuse_too_long() -> None:
    longest = max(len(request.query_string), len(request.path))
    if longest > LONGEST_ADDRESS:
        raise RequestURITooLarge(
            f"The address has a part of {longest:,} bytes, more than the {LONGEST_ADDRESS:,} "
            "allowed."
        )


def read(kind: type[Asked], *, strict: bool = False) -> Asked:
    """The request's parameters as a ``kind``; ``strict`` refuses names it does not have."""
    known = fields(kind)
    values = _given(known, strict)
    for name, field in known.items():
        value = values.get(name)
        if value is None:
            if field.required:
                raise BadParameter(name, "is missing")
        elif field.is_number and not _WHOLE.fullmatch(value):
            raise _refused(field, value)
    try:
        asked = msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        name = str(error).rpartition(" - at `$.")[2].rstrip("`")
        raise _refused(known[name], values[name]) from error
    for name in values:
        field = known[name]
        if field.up_to is not None:
            given, most = getattr(asked, name), getattr(settings(), field.up_to)
            if (given if field.is_number else len(given)) > most:
                raise _refused(field, values[name])
    return asked


def _given(known: Mapping[str, Field], strict: bool) -> dict[str, str]:
    parts = request.query_string.replace(b"+", b" ").split(b"&")
    if len(parts) > MOST_PARTS:
        raise BadParameter("query", f"has {len(parts):,} parameters, more than {MOST_PARTS:,}")
    values: dict[str, str] = {}
    for part in parts:
        raw_name, _, raw = part.partition(b"=")
        name = unquote_to_bytes(raw_name).decode("utf-8", "replace")
        if name not in known:
            if strict and part:
                raise BadParameter(name, f"no such parameter; known are {_listed(known)}")
            continue
        if name in values:
            raise BadParameter(name, "is given more than once")
        try:
            value = unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError:
            raise BadParameter(name, "is not valid UTF-8") from None
        if "\0" in value:
            raise BadParameter(name, "holds a NUL character")
        values[name] = value
    return values


def _listed(known: Mapping[str, Field]) -> str:
    return ", ".join(known) or "none"


def _refused(field: Field, value: str) -> BadParameter:
    """The error of a value that is not what the field's schema says."""
    schema = field.limited(settings())
    if field.is_number:
        low, high = schema.get("minimum"), schema.get("maximum")
        between = f" from {low:,}" if low is not None else ""
        between += f" to {high:,}" if high is not None else ""
        return BadParameter(field.name, f"must be a whole number{between}, not {_cut(value)!r}")
    if "enum" in schema:
        wanted = ", ".join(map(str, schema["enum"]))
        return BadParameter(field.name, f"must be one of {wanted}, not {_cut(value)!r}")
    if len(value) > schema.get("maxLength", len(value)):
        return BadParameter(
            field.name,
            f"has {len(value):,} characters, more than the {schema['maxLength']:,} allowed; "
            "shorten it",
        )
    if not value.strip():
        return BadParameter(field.name, "is empty")
    return BadParameter(field.name, f"can't be {_cut(value)!r}")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
