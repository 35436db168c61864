"""What the writers of a library agree on: small documents beside its index, each changed only by
who has seen its newest state (compare and set)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from indexer.engines.opensearch_client import Client, Refused
from indexer.errors import StorageError


class Conflict(Exception):
    """Another has changed the document."""


class Kept(NamedTuple):
    """A document as it was read; the numbers say which state of it."""

    fields: Mapping[str, Any]
    seq_no: int
    term: int


class State:
    """The state index of a library, ``NAME-state``."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self.index = f"{name}-state"

    def make(self) -> None:
        """Makes the index unless it is there."""
        body = {
            # Every search asks for it first: it outlives two nodes.
            "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-2"},
            "mappings": {"enabled": False},
        }
        try:
            self._client.ask("GET", f"/{self.index}/_mapping")
        except Refused as missing:
            if missing.status != 404:
                raise
            try:
                self._client.ask("PUT", f"/{self.index}", body, repeatable=True)
            except Refused as refused:
                if refused.kind != "resource_already_exists_exception":
                    raise

    def read(self, name: str, deadline: float | None = None) -> Kept | None:
        """The newest state of a document, refreshed or not."""
        try:
            answer = self._client.ask(
                "GET",
                f"/{self.index}/_doc/{name}",
                # Of the node that is asked, where it has a copy: another may hang.
                params={"preference": "_local"},
                deadline=deadline,
            )
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        return Kept(answer["_source"], answer["_seq_no"], answer["_primary_term"])

    def write(
        self, name: str, fields: Mapping[str, Any], known: Kept | None, *, patient: bool = False
    ) -> Kept:
        """Puts a document in the place of the state that is ``known`` (``Conflict``)."""
        mark = os.urandom(8).hex()
        body = {**fields, "mark": mark}
        params = (
            {"op_type": "create"}
            if known is None
            else {"if_seq_no": str(known.seq_no), "if_primary_term": str(known.term)}
        )
        try:
            answer = self._client.ask(
                "PUT",
                f"/{self.index}/_doc/{name}",
                body,
                params=params,
                repeatable=True,
                patient=patient,
            )
        except Refused as refused:
            if refused.status != 409:
                raise
            # Done already, where the answer was lost on its way and the client asked again.
            now = self.read(name)
            if now is None or now.fields.get("mark") != mark:
                raise Conflict(name) from None
            return now
        return Kept(body, answer["_seq_no"], answer["_primary_term"])


@contextmanager
def refusals(shown: str) -> Iterator[None]:
    """Turns what the cluster refuses for good into one clear error."""
    try:
        yield
    except Refused as refused:
        reason = " ".join(str(refused.reason).split())[:300]
        raise StorageError(
            f"{shown}: the cluster refused to write ({reason}); put that right and run the same "
            "command again"
        ) from refused
