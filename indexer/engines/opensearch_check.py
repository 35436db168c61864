"""Verifies an index on a cluster against itself: its shards, its mapping, and what is stored of
each essay against what analysing it again gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import DecodeError

from indexer.engines.base import Entry
from indexer.engines.opensearch_client import Refused
from indexer.engines.opensearch_essays import (
    Body,
    Searching,
    essay,
    hits_of_all,
    passages_from,
)
from indexer.engines.opensearch_index import Place, Stamp
from indexer.engines.opensearch_lease import LEASE
from indexer.engines.opensearch_schema import (
    DATA,
    ESSAY,
    OUTLINE,
    PASSAGES,
    TITLE_TOKENS,
    TOKENS,
    document,
    document_id,
    essay_of,
    fingerprint_of,
    index_body,
    outline_of,
    passage_of,
    title_tokens_of,
)
from indexer.engines.opensearch_snapshot import Snapshot
from indexer.errors import DamagedError

# For the copies of an index that was just made.
_COPYING_SECONDS = 5
# Messages beyond this say no more than these.
_MOST = 20
# Essays read at once, and passages of each; a book's are read by themselves.
_ESSAYS, _PASSAGES = 20, 500
# What is kept beside the postings to sort, list and count by.
_COLUMNS = ("id", "words", "passages", "language", "title_key", "author_key", "day", "year")


def problems(place: Place) -> list[str]:
    """What is wrong with the index, in sentences; nothing when it is whole."""
    stamp = place.stamp()
    found: list[str] = []
    try:
        if stamp.index not in place.indices():
            return [_gone(stamp)]
        is_whole = _check_health(place, stamp, found)
        _check_names(place, stamp, found)
        _check_schema(place, stamp, found)
        if is_whole and stamp.current():
            snapshot = Snapshot(place.client, place, stamp)
            try:
                _check_essays(snapshot, found)
            finally:
                snapshot.close()
    except (DamagedError, Refused) as error:
        found.append(str(error))
    if len(found) > _MOST:
        found[_MOST:] = [f"and {len(found) - _MOST} more like these"]
    return found


def _gone(stamp: Stamp) -> str:
    return (
        f"its index {stamp.index} is not on the cluster any more; make it anew with: essays index "
        "--rebuild FOLDER"
    )


def _check_health(place: Place, stamp: Stamp, found: list[str]) -> bool:
    """Every shard is there, with as many copies as there are nodes for; says whether the essays
    can be read."""
    is_whole = True
    for index in (stamp.index, place.state.index):
        health = place.client.ask("GET", f"/_cluster/health/{index}")
        if health["status"] == "red":
            is_whole = False
            found.append(
                f"{index} is red: a shard of it has no copy on any node that is up; start the "
                "nodes that have one"
            )
        elif health["status"] == "yellow":
            settings = place.client.ask(
                "GET", f"/{index}/_settings", params={"flat_settings": True}
            )
            copies = int(settings[index]["settings"]["index.number_of_replicas"])
            # With fewer nodes than copies it is as it was set up.
            if health["number_of_data_nodes"] > copies and (lacking := _lacking(place, index)):
                found.append(
                    f"{index} is yellow: {lacking} copies of its shards are on no node, so that "
                    "the loss of one more node may cost essays"
                )
    return is_whole


def _lacking(place: Place, index: str) -> int:
    """Copies of shards that are on no node; those of an index just made are given a moment."""
    path = f"/_cluster/health/{index}"
    try:
        health = place.client.ask(
            "GET", path, params={"wait_for_status": "green", "timeout": f"{_COPYING_SECONDS}s"}
        )
    except Refused as refused:
        # It did not come about in time.
        if refused.status != 408:
            raise
        health = place.client.ask("GET", path)
    return int(health["unassigned_shards"])


def _check_names(place: Place, stamp: Stamp, found: list[str]) -> None:
    """The library's name leads to the index in force, and nothing is left of others."""
    leads_to = place.leads_to()
    if leads_to != {stamp.index}:
        there = ", ".join(sorted(leads_to)) or "nothing"
        found.append(
            f"the alias {place.name} leads to {there}, not to {stamp.index}, which is in force; "
            "the next essays index puts that right"
        )
    lease = place.state.read(LEASE)
    if lease is None or not lease.fields["held"]:
        found += [
            f"{index} is left from a rebuild that did not end; the next essays index deletes it"
            for index in sorted(place.indices() - {stamp.index})
        ]


def _check_schema(place: Place, stamp: Stamp, found: list[str]) -> None:
    """Mapping and settings are those that the terms were written for."""
    about = place.client.ask("GET", f"/{stamp.index}")[stamp.index]
    settings = about["settings"]["index"]
    if not stamp.current():
        found.append(
            f"{stamp.index} was made by an older version of essay-search; make it anew with: "
            "essays index --rebuild FOLDER"
        )
        return
    body = index_body(1, 0)
    wanted = {
        name: value for name, value in body["settings"].items() if not name.startswith("number_of_")
    }
    for name in _missing(_flat(wanted), _flat(settings)):
        found.append(f"the setting {name} of {stamp.index} is not as it was made")
    mappings = about["mappings"]
    wanted = body["mappings"]
    for name in _missing(_flat(wanted), _flat(mappings)):
        found.append(f"the mapping of {stamp.index} is not as it was made ({name})")
    for name, value in _flat(settings.get("blocks", {})).items():
        if value == "true":
            found.append(
                f"{stamp.index} takes no essays ({name}): the cluster blocked it, perhaps for "
                "want of room on its disks"
            )


def _flat(tree: object, above: str = "") -> dict[str, str]:
    """Values by dotted path, written as the cluster writes them."""
    if isinstance(tree, Mapping):
        return {
            path: leaf
            for name, value in tree.items()
            for path, leaf in _flat(value, f"{above}.{name}" if above else name).items()
        }
    if isinstance(tree, list):
        return {above: ",".join(str(value) for value in tree)}
    return {above: str(tree).lower()}


def _missing(wanted: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    """Paths where something else is than is wanted. The cluster leaves out what is the default."""
    for path, value in wanted.items():
        if there.get(path, value) != value or (
            path not in there
            and path.endswith((".type", ".analyzer", ".similarity"))
            and value not in ("object", "custom")
        ):
            yield path


def _check_essays(commit: Searching, found: list[str]) -> None:
    """Every essay can be read, and is what analysing its texts again gives."""
    body: Body = {
        "query": {
            "bool": {
                "must": [{"match_all": {}}],
                "should": [passages_from(0, _PASSAGES, DATA, TOKENS)],
            }
        },
        "stored_fields": [OUTLINE],
        "docvalue_fields": [ESSAY, TITLE_TOKENS, *_COLUMNS],
    }
    for hit in hits_of_all(commit, body, _ESSAYS):
        try:
            found += _check_essay(commit, hit)
        except (KeyError, IndexError, TypeError, ValueError, DecodeError):
            found.append(f"the essay {_name_of(hit)} can't be read")


def _name_of(hit: Body) -> str:
    return str((hit.get("sort") or [hit["_id"]])[0])


def _check_essay(commit: Searching, hit: Body) -> Iterator[str]:
    fields = hit["fields"]
    about = essay_of(fields)
    inner = [passage["fields"] for passage in hit["inner_hits"][PASSAGES]["hits"]["hits"]]
    tokens = [passage[TOKENS][0] for passage in inner]
    entry: Entry | None
    if about.passages > _PASSAGES:
        entry = essay(commit, about.id)
        if entry is None:
            yield f"{about.id} is not found by its id"
            return
    else:
        entry = Entry(
            essay=about,
            fingerprint=fingerprint_of(fields),
            outline=outline_of(fields),
            passages=tuple(passage_of(passage) for passage in inner),
        )
    if hit["_id"] != document_id(about.id):
        yield f"{about.id} is not found by its id"
    total = hit["inner_hits"][PASSAGES]["hits"]["total"]["value"]
    if not about.passages == len(entry.passages) == total:
        yield f"{about.id} should have {about.passages} passages, not {len(entry.passages)}"
        return
    made = document(entry)
    if title_tokens_of({TITLE_TOKENS: [made[TITLE_TOKENS]]}) != title_tokens_of(fields):
        yield f"the words of the title of {about.id} are not those stored"
    columns: dict[str, Any] = {name: fields.get(name, [None])[0] for name in _COLUMNS}
    for name in _COLUMNS:
        if made.get(name) != columns[name]:
            yield f"{about.id} is listed with another {name.removesuffix('_key')} than it has"
    anchors: set[str] = set()
    for ordinal, passage in enumerate(entry.passages, 1):
        name = f"{about.id}#{passage.anchor}"
        if passage.ordinal != ordinal or passage.anchor in anchors:
            yield f"{name} is out of place"
        anchors.add(passage.anchor)
        if ordinal <= len(tokens):
            again = made[PASSAGES][ordinal - 1][TOKENS.partition(".")[2]]
            if tokens[ordinal - 1] != again:
                yield f"the words of {name} are not those stored"
