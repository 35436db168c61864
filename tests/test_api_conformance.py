"""The API answers as its own OpenAPI document says, whatever schemathesis asks of it.

All its checks are on, by their defaults: no 5xx; status, content type, headers and body as
documented; what the document allows is taken and what it does not is refused; methods that are
not there are 405 with Allow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig

from indexer.config import Settings
from tests.webstand import an_app
from webapp.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONFIG = {
    # The document can't say without a pattern for each text that NUL is refused everywhere;
    # tests/test_web_params.py tells.
    "generation": {"max-examples": 60, "deterministic": True, "allow-x00": False},
    "checks": {
        # Whatever the parameters are, an address can be too long.
        "positive_data_acceptance": {"expected-statuses": ["200", "304", "404", "414"]},
        "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "414"]},
    },
}
ANSWERED: Counter[tuple[str, int]] = Counter()


@cache
def over_essays() -> Flask:
    return an_app()


def when_asked(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """The app over the essays, whose index is not made for tests that are left out."""
    return over_essays()(environ, start)


# The document needs no index.
api = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", create_app(Settings()), config=SchemathesisConfig.from_dict(CONFIG)
)
api.app = when_asked


@api.parametrize()
def test_every_answer_is_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    response = case.call_and_validate()
    ANSWERED[case.operation.path, response.status_code] += 1


def test_the_requests_were_of_all_kinds() -> None:
    found = {path for path, status in ANSWERED if status == 200}
    refused = {path for path, status in ANSWERED if status == 400}
    assert found == {"/search", "/suggest", "/essays", "/essays/{id}", "/status"}
    assert refused >= {"/search", "/suggest", "/essays"}
