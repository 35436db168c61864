"""What the API is, told once: a route's function becomes a rule, its check and its description.

The parameters and the answer of a route are the types of its function; OpenAPI 3.1 and the page
for people are made from the same :class:`Route`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from indexer.config import Settings
from webapp.params import Field, fields
from webapp.problems import PROBLEM_JSON, ProblemShape

Shape = TypeVar("Shape", bound=Struct)

REF = "#/components/schemas/{name}"
# What any route may answer besides what it is there for.
ERRORS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
MEANING = {
    HTTPStatus.BAD_REQUEST: "A parameter is missing, unknown, repeated or not what it must be.",
    HTTPStatus.NOT_FOUND: "There is no such essay or passage.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request has a body.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; Retry-After says when to ask again.",
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "The search took too long, or there is no usable index at present."
    ),
}


class Page(NamedTuple, Generic[Shape]):
    """A page of something; ``total`` counts all there is to page through."""

    shape: Shape
    offset: int
    limit: int
    total: int


class PathField(Struct, frozen=True, kw_only=True):
    """A part of the path that is the caller's to fill in."""

    name: str
    schema: Mapping[str, Any]


class Route(Struct, frozen=True, kw_only=True):
    """An endpoint: where it is, what it takes, what it gives, and what calls it.

    ``rule`` is Flask's, below the API's prefix. ``example`` is an address below it to try, with
    ``{id}`` for an essay's id, ``{q}`` for a query and ``{prefix}`` for the beginning of a word.
    """

    rule: str
    operation: str
    summary: str
    description: str
    place: tuple[PathField, ...]
    params: type[Struct]
    shape: type[Struct]
    paged: bool
    example: str
    call: Callable[..., Any]

    @property
    def path(self) -> str:
        """The rule as OpenAPI writes it: ``/essays/{id}``."""
        return self.rule.replace("<path:", "{").replace(">", "}")

    @property
    def fields(self) -> Mapping[str, Field]:
        return fields(self.params)

    @property
    def errors(self) -> tuple[HTTPStatus, ...]:
        """The statuses above 399 that it may answer, ascending."""
        missing = (HTTPStatus.NOT_FOUND,) if self.place else ()
        return tuple(sorted((*ERRORS, *missing)))


def route(rule: str, call: Callable[..., Any], *, example: str) -> Route:
    """Reads a route off its function: ``(asked, *parts of the path) -> shape or Page``."""
    hints = get_type_hints(call, include_extras=True)
    given = hints.pop("return")
    paged = get_origin(given) is Page
    summary, _, description = inspect.cleandoc(call.__doc__ or "").partition("\n\n")
    return Route(
        rule=rule,
        operation=call.__name__,
        summary=summary.rstrip("."),
        description=" ".join(description.split()),
        place=tuple(
            PathField(name=name, schema=msgspec.json.schema(hint))
            for name, hint in hints.items()
            if name != "asked"
        ),
        params=hints["asked"],
        shape=get_args(given)[0] if paged else given,
        paged=paged,
        example=example,
        call=call,
    )


def name_of(shape: type[Struct]) -> str:
    """What a shape is called outside."""
    return shape.__name__.removesuffix("Shape")


def schemas(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The schema of every shape that the routes answer with, by its name outside."""
    kinds = [*dict.fromkeys(route.shape for route in routes), ProblemShape]
    _, found = msgspec.json.schema_components(kinds, ref_template=REF)
    return {_outside(name): _renamed(schema) for name, schema in found.items()}


def _outside(name: str) -> str:
    return name.removesuffix("Shape")


def _renamed(part: Any) -> Any:
    """A schema with the names of shapes as they are outside."""
    if isinstance(part, dict):
        return {
            key: _outside(value)
            if key in ("$ref", "title") and isinstance(value, str)
            else _renamed(value)
            for key, value in part.items()
        }
    return [_renamed(one) for one in part] if isinstance(part, list) else part


class Key(NamedTuple):
    """A key of a JSON object, for people: ``shape`` is the one its ``kind`` ends with."""

    name: str
    kind: str
    shape: str
    meaning: str


def in_words(schema: Mapping[str, Any]) -> tuple[Key, ...]:
    """The keys of a shape, from its schema."""
    return tuple(
        Key(name, *_kind(part), part.get("description", ""))
        for name, part in schema["properties"].items()
    )


def _kind(schema: Mapping[str, Any]) -> tuple[str, str]:
    """What JSON a schema asks for, and the shape that ends it."""
    if "$ref" in schema:
        return "", schema["$ref"].rpartition("/")[2]
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"]), ""
    if "anyOf" in schema:
        return " or ".join(_kind(one)[0] for one in schema["anyOf"]), ""
    if "prefixItems" in schema:
        return f"[{', '.join(_kind(one)[0] for one in schema['prefixItems'])}]", ""
    if schema["type"] == "array":
        kind, shape = _kind(schema["items"])
        return f"array of {kind}", shape
    if schema["type"] == "object":
        return f"object of {_kind(schema['additionalProperties'])[0]}", ""
    return schema["type"], ""


def limits(field: Field, settings: Settings) -> str:
    """What a parameter may be, for people."""
    schema = field.limited(settings)
    if field.is_number:
        return f"{schema['minimum']:,} to {schema['maximum']:,}"
    if "enum" in schema:
        return ", ".join(schema["enum"])
    return f"text of at most {schema['maxLength']:,} characters" if field.up_to else "text"


def document(routes: tuple[Route, ...], settings: Settings) -> dict[str, Any]:
    """The OpenAPI document, but for ``servers``, which the request at hand decides."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.web_title,
            "summary": "Find the passage in a library of essays.",
            "description": (
                "Read only. Every answer has an ETag that the next commit of the index changes; "
                "send it back in If-None-Match, and while it holds the answer is 304, without a "
                "search. Errors are problem details (RFC 9457). HEAD does what GET does, without "
                "the body. Keys are added in later versions, never renamed or dropped."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
            "version": version("essay-search"),
        },
        "paths": {route.path: {"get": _operation(route, settings)} for route in routes},
        "components": {"schemas": schemas(routes), "headers": HEADERS, "responses": _RESPONSES},
    }


HEADERS: Mapping[str, Any] = {
    "ETag": {
        "description": "Names the state of the index and the address.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
    },
    "Cache-Control": {
        "description": "Keep it, but ask each time whether it still holds.",
        "required": True,
        "schema": {"const": "no-cache"},
    },
    "Link": {
        "description": (
            "The next and the previous page (RFC 8288), where there is one and their addresses "
            "are no longer than 2,000 characters in all."
        ),
        "schema": {"type": "string"},
    },
    "X-Total-Count": {
        "description": "How many essays there are to page through.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Retry-After": {
        "description": "Seconds after which to ask again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}
_TO_WAIT_FOR = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _response_name(status: HTTPStatus) -> str:
    return status.phrase.title().replace(" ", "").replace("-", "")


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return {
        "description": MEANING[status],
        **({"headers": _headers("Retry-After")} if status in _TO_WAIT_FOR else {}),
        "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(name="Problem")}}},
    }


_RESPONSES: Mapping[str, Any] = {
    "NotModified": {
        "description": "What If-None-Match names still holds.",
        "headers": _headers("ETag", "Cache-Control"),
    },
    **{_response_name(status): _problem(status) for status in MEANING},
}


def _operation(route: Route, settings: Settings) -> dict[str, Any]:
    schema = {"$ref": REF.format(name=name_of(route.shape))}
    more = ("Link", "X-Total-Count") if route.paged else ()
    found = {
        "description": route.summary + ".",
        "headers": _headers("ETag", "Cache-Control", *more),
        "content": {"application/json": {"schema": schema}},
    }
    references = {
        str(status.value): {"$ref": f"#/components/responses/{_response_name(status)}"}
        for status in route.errors
    }
    return {
        "operationId": route.operation,
        "summary": route.summary,
        "description": route.description,
        "parameters": [
            *(_parameter(part.name, part.schema, "path", required=True) for part in route.place),
            *(
                _parameter(
                    field.name,
                    field.limited(settings)
                    | ({} if field.required else {"default": field.default}),
                    "query",
                    required=field.required,
                )
                for field in route.fields.values()
            ),
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The ETag of an answer that you have.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": found,
            "304": {"$ref": "#/components/responses/NotModified"},
            **references,
        },
    }


def _parameter(
    name: str, schema: Mapping[str, Any], place: str, *, required: bool
) -> dict[str, Any]:
    bare = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": schema.get("description", ""),
        "schema": bare,
    }
