"""What an address may ask: typed parameters, the same for pages and API.

A struct lists the parameters of a route; :func:`read` makes one from the request, or raises
:class:`BadParameter`. Limits that settings decide are checked where they are used.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_type_hints
from urllib.parse import unquote_to_bytes

import msgspec
from flask import request
from msgspec import Meta, Struct

from indexer.errors import EssaysError
from indexer.model import Sort

Asked = TypeVar("Asked", bound=Struct)

# Essays on a page of results.
PAGE_SIZE = 10
_LONGEST_SHOWN = 60

Query = Annotated[str, Meta(description="A query in the query language of /help.")]
Limit = Annotated[int, Meta(ge=0, le=100, description="Essays in the answer.")]
Offset = Annotated[int, Meta(ge=0, description="Essays passed over.")]


class BadParameter(EssaysError):
    """A parameter can't be what it is; ``name`` says which."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class SearchPage(Struct, frozen=True, kw_only=True):
    """The search page: ``page`` counts from 1."""

    q: Query = ""
    page: Annotated[int, Meta(ge=1)] = 1
    sort: Sort = "relevance"


class Reader(Struct, frozen=True, kw_only=True):
    """The reader: ``q`` lights up its hits."""

    q: Query = ""


class ApiSearch(Struct, frozen=True, kw_only=True):
    """A search: the JSON of ``essays search --json``."""

    q: Query
    limit: Limit = 10
    offset: Offset = 0
    passages: Annotated[int, Meta(ge=0, le=100, description="Passages of each essay.")] = 3
    sort: Annotated[Sort, Meta(description="Order of the essays; date: newest first.")] = (
        "relevance"
    )


def read(kind: type[Asked], *, strict: bool = False) -> Asked:
    """The request's parameters as a ``kind``; ``strict`` refuses names it does not have."""
    values = _given(kind, strict)
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`")
        if not name:  # required and not there
            raise BadParameter(message.split("`")[1], "is missing") from error
        shown = values[name]
        shown = shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"
        raise BadParameter(name, f"{_said(message, kind, name)}, not {shown!r}") from error


def _given(kind: type[Asked], strict: bool) -> dict[str, str]:
    known = kind.__struct_fields__
    values: dict[str, str] = {}
    for part in request.query_string.split(b"&"):
        raw_name, _, raw = part.replace(b"+", b" ").partition(b"=")
        try:
            name, value = (unquote_to_bytes(text).decode("utf-8") for text in (raw_name, raw))
        except UnicodeDecodeError:
            name = unquote_to_bytes(raw_name).decode("utf-8", "replace")
            raise BadParameter(name[:_LONGEST_SHOWN], "is not valid UTF-8") from None
        if name not in known:
            if strict and name:
                named = repr(name[:_LONGEST_SHOWN])
                raise BadParameter(named, f"no such parameter; known are {', '.join(known)}")
            continue
        if name in values:
            raise BadParameter(name, "is given more than once")
        if "\0" in value:
            raise BadParameter(name, "holds a NUL character")
        values[name] = value
    return values


def _said(message: str, kind: type[Asked], name: str) -> str:
    """msgspec's complaint in the words of people."""
    hint: Any = get_type_hints(kind, include_extras=True)[name]
    schema = msgspec.json.schema(hint)
    if "enum" in schema:
        return f"must be one of {', '.join(schema['enum'])}"
    if schema.get("type") == "integer":
        low, high = schema.get("minimum"), schema.get("maximum")
        between = f" from {low}" + (f" to {high}" if high is not None else "")
        return f"must be a whole number{between if low is not None else ''}"
    return message[:1].lower() + message[1:]
