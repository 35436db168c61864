"""Where a library lies on a cluster, so that what is there can be trusted.

::

    NAME-<token>    an index with all essays; a rebuild makes another one aside
    NAME            an alias of the one in force, for people and other programs
    NAME-state      two documents: ``stamp`` says which index is in force and as of which commit,
                    ``lease`` who may write

The stamp is what counts: an index is in force once the stamp names it, and the alias follows. A
writer that was killed in between leaves the rest to the next one.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from indexer.analysis import ANALYSIS_VERSION
from indexer.config import Settings
from indexer.engines.opensearch_client import Client, Refused
from indexer.engines.opensearch_lease import Lease
from indexer.engines.opensearch_schema import DELETED_PERCENT, SCHEMA_VERSION, index_body
from indexer.engines.opensearch_state import Conflict, Kept, State
from indexer.errors import (
    BusyError,
    DamagedError,
    LocationError,
    NoIndexError,
    SchemaError,
    UnavailableError,
)

STAMP = "stamp"
# Hexadecimal digits that tell one index of a library from the others.
_TOKEN_BYTES = 6
# Above the templates for whole families of indices.
_PRIORITY = 1_000_000
# Seconds that a writer waits for deleted essays to leave the statistics.
_MERGING_SECONDS = 30
# Seconds for the copies of a finished index to be there before it is swapped in.
_COPYING_SECONDS = 50


class Stamp(Struct, frozen=True, kw_only=True):
    """What made the library, which index is in force, and how many commits it has had.

    ``where`` is the library for people; ``updated`` is ISO 8601, UTC.
    """

    where: str
    index: str
    commits: int
    schema: int
    analysis: int
    updated: str | None = None

    @property
    def token(self) -> str:
        """What tells this index from others of the library."""
        return self.index.rpartition("-")[2]

    def revision(self) -> str:
        """A short text that every commit and every rebuild changes."""
        return f"{self.token}-{self.commits}"

    def current(self) -> bool:
        """Whether this program writes the very same terms."""
        return self.schema == SCHEMA_VERSION and self.analysis == ANALYSIS_VERSION

    def require_current(self) -> None:
        """Raises ``SchemaError`` unless the terms are those of this program."""
        if not self.current():
            raise SchemaError(
                f"{self.where}: made by an older version of essay-search; make it anew with: "
                "essays index --rebuild FOLDER"
            )

    def after(self, updated: str | None) -> Stamp:
        """The stamp of one commit more."""
        return replace(self, commits=self.commits + 1, updated=updated or self.updated)


class Place:
    """The indices of one library."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self.name = client.address.name
        self.shown = client.address.shown()
        self.state = State(client, self.name)
        self.write_wait = settings.write_wait_seconds
        self._settings = settings
        self._physical = re.compile(rf"{re.escape(self.name)}-[0-9a-f]{{{2 * _TOKEN_BYTES}}}")

    # The stamp

    def stamp(self, deadline: float | None = None) -> Stamp:
        """The stamp (``NoIndexError``, ``SchemaError`` for a newer one, ``DamagedError``)."""
        kept = self.state.read(STAMP, deadline)
        if kept is None:
            raise NoIndexError(
                f"{self.shown}: no index there yet; make it with: essays index FOLDER"
            )
        return self.stamp_of(kept)

    def stamp_of(self, kept: Kept) -> Stamp:
        """The stamp that a document of the state is."""
        fields: Mapping[str, Any] = kept.fields
        try:
            stamp = Stamp(
                where=self.shown,
                index=str(fields["index"]),
                commits=int(fields["commits"]),
                schema=int(fields["schema"]),
                analysis=int(fields["analysis"]),
                updated=fields.get("updated"),
            )
        except (KeyError, TypeError, ValueError):
            stamp = None
        if stamp is not None and stamp.schema > SCHEMA_VERSION:
            raise SchemaError(
                f"{self.shown}: made by a newer version (schema {stamp.schema}, this program "
                f"knows {SCHEMA_VERSION}); update essay-search, or index under another name"
            )
        if stamp is None or not self._physical.fullmatch(stamp.index):
            raise DamagedError(
                f"{self.shown}: its stamp is not readable; delete the index {self.state.index} "
                "and index again"
            )
        return stamp

    def put_stamp(self, stamp: Stamp, known: Kept | None) -> Kept:
        """Puts a stamp in force, in the place of the one that is known (``BusyError``)."""
        try:
            fields = {name: value for name, value in asdict(stamp).items() if name != "where"}
            return self.state.write(STAMP, fields, known, patient=True)
        except Conflict:
            raise BusyError(
                f"{self.shown}: another process has written meanwhile, since this one was not "
                "heard of for too long; run the same command again"
            ) from None

    def prepare(self) -> None:
        """Makes sure that a library can be here: nothing else has its name."""
        strangers = sorted(name for name in self.leads_to() if not self._physical.fullmatch(name))
        if strangers:
            raise LocationError(
                f"{self.shown}: the cluster has something else of this name ({strangers[0]}); "
                "choose another name for the essays"
            )

    def lease(self) -> Lease:
        """Becomes the one writer (``BusyError`` where another writes for too long)."""
        self.state.make()
        lease = Lease(self.state, self.shown)
        lease.acquire(self.write_wait)
        return lease

    # Indices

    def make_index(self) -> str:
        """A new, empty index, with one copy at most until it is finished."""
        name = f"{self.name}-{os.urandom(_TOKEN_BYTES).hex()}"
        shards, replicas = self._settings.opensearch_shards, self._settings.opensearch_replicas
        body = index_body(shards, replicas)
        body["mappings"]["_meta"]["library"] = self.name
        # For this one index and not for NAME-*, which other libraries may be called as well.
        template = {
            "index_patterns": [name],
            "priority": _PRIORITY,
            "template": body,
            "_meta": {"library": self.name},
        }
        self.client.ask(
            "PUT", f"/_index_template/{self.name}", template, repeatable=True, patient=True
        )
        # An essay must outlive the loss of a node while it is indexed; further copies of the
        # finished index cost less.
        settings = {"number_of_replicas": min(1, replicas)}
        try:
            self.client.ask(
                "PUT",
                f"/{name}",
                {"settings": settings, "aliases": {writing_to(name): {}}},
                repeatable=True,
                patient=True,
            )
        except Refused as refused:
            # Made already, where the answer was lost on its way.
            if refused.kind != "resource_already_exists_exception":
                raise
        return name

    def finish_index(self, index: str) -> None:
        """Gives an index all its copies, and waits a while for them."""
        replicas = self._settings.opensearch_replicas
        if replicas > 1:
            self.client.ask(
                "PUT",
                f"/{index}/_settings",
                {"index": {"number_of_replicas": replicas}},
                repeatable=True,
                patient=True,
            )
        try:
            self.client.ask(
                "GET",
                f"/_cluster/health/{index}",
                params={
                    "wait_for_no_initializing_shards": True,
                    "timeout": f"{_COPYING_SECONDS}s",
                },
            )
        except Refused as refused:
            # It did not come about in time: they will be there later.
            if refused.status != 408:
                raise
        except UnavailableError:
            pass

    def refresh(self, index: str) -> None:
        """Makes what was written visible, in every shard (``UnavailableError``)."""
        shards = self.client.ask("POST", f"/{index}/_refresh", repeatable=True, patient=True)
        if shards["_shards"]["failed"]:
            raise UnavailableError(
                f"{self.shown}: part of the index can't be reached now; run the same command "
                "again when the cluster is well"
            )

    def forget_deleted(self, index: str) -> bool:
        """Takes what was deleted out of the statistics that scores are made of, where it is a
        share that tells; says whether it was. Waits for it a while; the cluster goes on by itself.

        A cluster keeps what was deleted in the last half minute, for copies that lag behind.
        """
        counts = self.client.ask("GET", f"/{index}/_stats/docs")["_all"]["primaries"]["docs"]
        if counts["deleted"] * 100 <= (counts["count"] + counts["deleted"]) * DELETED_PERCENT:
            return False
        self.client.ask("POST", f"/{index}/_flush", repeatable=True)
        task = self.client.ask(
            "POST",
            f"/{index}/_forcemerge",
            params={"only_expunge_deletes": "true", "wait_for_completion": "false"},
            repeatable=True,
        )["task"]
        until = time.monotonic() + _MERGING_SECONDS
        while time.monotonic() < until:
            if self.client.ask("GET", f"/_tasks/{task}")["completed"]:
                break
            time.sleep(0.1)
        self.refresh(index)
        return True

    def indices(self) -> set[str]:
        """The physical indices of this library, those of rebuilds that were killed as well."""
        found = self.client.ask(
            "GET",
            f"/{self.name}-*/_mapping",
            params={"filter_path": "*.mappings._meta", "expand_wildcards": "all"},
        )
        return {
            index
            for index, about in (found or {}).items()
            if self._physical.fullmatch(index)
            and about["mappings"]["_meta"].get("library") == self.name
        }

    def size(self, index: str) -> int:
        """Bytes on the disks of the cluster, all copies of an index together."""
        answer = self.client.ask("GET", f"/{index}/_stats/store")
        return int(answer["_all"]["total"]["store"]["size_in_bytes"])

    def leads_to(self) -> set[str]:
        """The indices that the library's name leads to; it should be the one in force."""
        try:
            return set(self.client.ask("GET", f"/{self.name}/_alias"))
        except Refused as refused:
            if refused.status == 404:
                return set()
            raise

    def point_alias(self, index: str) -> None:
        """Lets the library's name lead to an index and to no other, in one step."""
        before = self.leads_to()
        if before == {index}:
            return
        actions: list[dict[str, Any]] = [
            {"remove": {"index": other, "alias": self.name}} for other in sorted(before - {index})
        ]
        actions.append({"add": {"index": index, "alias": self.name}})
        self.client.ask("POST", "/_aliases", {"actions": actions}, repeatable=True, patient=True)

    def delete(self, index: str) -> None:
        """Deletes a physical index, if it is there."""
        try:
            self.client.ask("DELETE", f"/{index}", repeatable=True)
        except Refused as refused:
            if refused.status != 404:
                raise

    def sweep(self, keep: str) -> None:
        """Deletes what rebuilds left behind; only while holding the lease."""
        for index in sorted(self.indices() - {keep}):
            self.delete(index)


def writing_to(index: str) -> str:
    """The alias that a writer uses. With it gone, a writer that is late makes no new index."""
    return f"{index}-writing"
