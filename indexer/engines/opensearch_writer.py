"""Writing: essays as documents into the index of a library on a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

from indexer.analysis import ANALYSIS_VERSION
from indexer.engines.base import Entry
from indexer.engines.opensearch_bulk import BulkStream, Operation, put_lines, remove_lines
from indexer.engines.opensearch_client import Refused
from indexer.engines.opensearch_index import STAMP, Place, Stamp, writing_to
from indexer.engines.opensearch_lease import Lease
from indexer.engines.opensearch_schema import SCHEMA_VERSION, document, document_id
from indexer.engines.opensearch_state import Kept, refusals
from indexer.errors import DamagedError, EssaysError, LocationError

if TYPE_CHECKING:
    from indexer.inversion import Inverted

# Operations that one session may have; its number stands above, in 63 bits for both.
_SESSION_BITS = 30
# Bytes of a request that nodes take unless they are told otherwise.
_DEFAULT_LONGEST = 100 * 2**20


class OpenSearchWriter:
    """The one writing session of a library.

    What is put goes to the cluster at once and is seen by nobody before :meth:`commit`; a rebuild
    goes into an index aside until then. What the cluster has taken when a session ends without a
    commit is whole essays, which the next session makes visible first of all.
    """

    takes_postings = False

    def __init__(self, place: Place, *, rebuild: bool) -> None:
        self._place = place
        self._stream: BulkStream | None = None
        self._lease: Lease | None = None
        self._aside: str | None = None
        self._kept: Kept | None = None
        self._stamp: Stamp | None = None
        self._is_clean = True
        with refusals(place.shown):
            place.prepare()
            self._lease = place.lease()
            try:
                self._open(self._lease, rebuild)
            except BaseException:
                self._is_clean = self._lease.is_clean
                self.close()
                raise
        self._number = self._lease.number << _SESSION_BITS

    def _open(self, lease: Lease, rebuild: bool) -> None:
        place = self._place
        self._kept = place.state.read(STAMP)
        stamp = None if self._kept is None else place.stamp_of(self._kept)
        keep = "" if stamp is None else stamp.index
        there = place.indices()
        if stamp is not None and keep in there:
            place.point_alias(keep)
            if not lease.is_clean:
                # Who wrote before may have left essays that a restarted node makes visible.
                place.refresh(keep)
                stamp = stamp.after(None)
                self._kept = place.put_stamp(stamp, self._kept)
        place.sweep(keep)
        renewed = rebuild or stamp is None or not stamp.current()
        if stamp is not None and keep in there and not renewed:
            # What is not allowed or fails here costs a little of the order, and no essay.
            with suppress(LocationError, Refused):
                if place.forget_deleted(keep):
                    stamp = stamp.after(None)
                    self._kept = place.put_stamp(stamp, self._kept)
        if renewed:
            index = self._aside = place.make_index()
        elif keep in there:
            index = keep
        else:
            raise DamagedError(
                f"{place.shown}: its index {keep} is not on the cluster any more; make it anew "
                "with: essays index --rebuild FOLDER"
            )
        self._stamp = stamp
        self._stream = BulkStream(
            place.client, writing_to(index), lease.require, self._longest_request()
        )

    def _longest_request(self) -> int:
        """How many bytes every node takes in one request, by its HTTP and by its memory."""
        limits = [_DEFAULT_LONGEST]
        for path, keys in (
            ("/_nodes/http", ("http", "max_content_length_in_bytes")),
            ("/_nodes/stats/indexing_pressure", ("indexing_pressure", "memory", "limit_in_bytes")),
        ):
            params = {"filter_path": f"nodes.*.{'.'.join(keys)}"}
            # Not everybody who may write is told about nodes.
            with suppress(LocationError, Refused):
                answer = self._place.client.ask("GET", path, params=params) or {}
                for node in answer.get("nodes", {}).values():
                    for key in keys:
                        node = node[key]
                    limits.append(int(node))
        return min(limits)

    @contextmanager
    def _session(self) -> Iterator[tuple[BulkStream, Lease]]:
        assert self._stream is not None
        assert self._lease is not None, "the session is over"
        with refusals(self._place.shown):
            yield self._stream, self._lease

    def put(self, entry: Entry, postings: Inverted | None = None) -> None:
        with self._session() as (stream, lease):
            lease.require_unlost()
            name = document_id(entry.essay.id)
            self._number += 1
            body = msgspec.json.encode(document(entry))
            stream.add(
                Operation(
                    essay_id=entry.essay.id,
                    document=name,
                    number=self._number,
                    lines=put_lines(name, self._number, body),
                )
            )

    def remove(self, essay_id: str) -> None:
        with self._session() as (stream, lease):
            lease.require_unlost()
            name = document_id(essay_id)
            self._number += 1
            stream.add(
                Operation(
                    essay_id=essay_id,
                    document=name,
                    number=self._number,
                    lines=remove_lines(name, self._number),
                )
            )

    def full(self) -> bool:
        """Never: what was put is on the cluster."""
        return False

    def commit(self) -> dict[str, str]:
        with self._session() as (stream, lease):
            place = self._place
            refused = stream.flush()
            lease.require(now=True)
            index = self._aside or (self._stamp and self._stamp.index)
            assert index
            if self._aside:
                place.finish_index(index)
            place.refresh(index)
            lease.require(now=True)
            updated = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            if self._aside or self._stamp is None:
                stamp = Stamp(
                    where=place.shown,
                    index=index,
                    commits=1,
                    schema=SCHEMA_VERSION,
                    analysis=ANALYSIS_VERSION,
                    updated=updated,
                )
            else:
                stamp = self._stamp.after(updated)
            self._kept = place.put_stamp(stamp, self._kept)
            self._stamp = stamp
            stream.sent = False
            if self._aside:
                self._aside = None
                place.point_alias(index)
                place.sweep(index)
            return refused

    def close(self) -> None:
        lease, self._lease = self._lease, None
        if lease is None:
            return
        try:
            if self._stream is not None:
                self._stream.stop()
                # What lies aside is deleted, and dirties nothing.
                self._is_clean = self._aside is not None or not self._stream.sent
            if self._aside:
                with suppress(EssaysError, Refused):
                    self._place.delete(self._aside)
        finally:
            lease.release(clean=self._is_clean)
