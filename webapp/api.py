"""The JSON API, version 1: the shapes of the command line over HTTP."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from indexer import json_shapes
from webapp.libraries import library
from webapp.params import ApiSearch, read

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/search")
def search() -> Response:
    """The essays that answer a query."""
    asked = read(ApiSearch, strict=True)
    result = library().search(
        asked.q, limit=asked.limit, offset=asked.offset, passages=asked.passages, sort=asked.sort
    )
    return Response(msgspec.json.encode(json_shapes.search(result)), mimetype="application/json")
