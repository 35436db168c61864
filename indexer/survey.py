"""The files compared with what the index knows of them, before any is opened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from indexer import ids
from indexer.engines.base import Fingerprint
from indexer.entries import NO_TIME, Job, stamp
from indexer.model import Skipped
from indexer.walking import Found, is_hidden, shown, system_path, walk, with_folders_above


@dataclass(frozen=True, slots=True)
class Survey:
    """What a run has to do.

    ``jobs`` are files to read, by path. ``vanished`` essays have no file any more. ``moved``
    ones are of a folder that is gone, while a new file of the same size lies at the same place
    below another: if it is the same, the folder was renamed. Of ``kept`` ones nothing can be
    said. ``others`` are as in :class:`indexer.walking.Walk`.
    """

    jobs: list[Job]
    unchanged: int
    vanished: list[Fingerprint]
    moved: list[Fingerprint]
    kept: list[Fingerprint]
    skipped: list[Skipped]
    others: dict[str, Counter[str]]


def survey(
    known: Mapping[str, Fingerprint],
    paths: Iterable[str],
    *,
    rebuild: bool,
    language: str | None,
    exclude: Iterable[str] = (),
    postings: bool = False,
) -> Survey:
    """Compares ``known`` (by path as shown) with the files at absolute ``paths``, and with
    those of every root that ``known`` names below them; in a ``rebuild`` of every root."""
    given = {shown(path): path for path in paths}
    recorded = {mark.root for mark in known.values()}
    within = dict(given)
    for root in recorded - given.keys():
        if rebuild or any(folder in given for folder in with_folders_above(root)):
            within[root] = system_path(root)
    roots: dict[str, str] = {}
    for name, path in within.items():
        home = _home(name, path, recorded | given.keys())
        if home == name or home not in within:
            roots[path] = home
    # Here and not above: a search imports this module by way of the library.
    from indexer.readers import is_readable_name

    found = walk(roots, readable=is_readable_name, exclude=exclude)

    new = {
        (_below(file.shown, file.root), file.size)
        for name, file in found.files.items()
        if name not in known
    }
    absent = {root for root in recorded if not os.path.lexists(system_path(root))} if new else set()
    vanished: list[Fingerprint] = []
    moved: list[Fingerprint] = []
    kept: list[Fingerprint] = []
    skipped = list(found.skipped)
    lost_roots: set[str] = set()
    for name, mark in sorted(known.items()):
        if name in found.files:
            continue
        above = set(with_folders_above(name))
        if mark.root in absent and (_below(name, mark.root), mark.size) in new:
            moved.append(mark)
            continue
        if above.isdisjoint(within):
            continue
        if not above.isdisjoint(found.unknown):
            kept.append(mark)
        elif above.isdisjoint(given) and not os.path.lexists(within[mark.root]):
            kept.append(mark)
            lost_roots.add(mark.root)
        else:
            vanished.append(mark)
    why = "no longer there; its essays are kept until the folder above it is indexed"
    skipped += [Skipped(path=root, reason=why) for root in lost_roots]

    jobs: list[Job] = []
    unchanged = 0
    stamps: dict[str, str] = {}
    taken = {mark.essay_id for mark in known.values()}
    taken -= {mark.essay_id for mark in (*vanished, *moved)}
    for name, file in sorted(found.files.items()):
        former = known.get(name)
        suffix = os.path.splitext(name)[1].lower()
        if suffix not in stamps:
            stamps[suffix] = stamp(suffix, language)
        if former and not rebuild and _is_unchanged(file, former, stamps[suffix]):
            unchanged += 1
            continue
        essay_id = former.essay_id if former else _new_id(file, taken)
        taken.add(essay_id)
        jobs.append(
            Job(
                path=file.path,
                shown=name,
                root=former.root if former else file.root,
                size=file.size,
                essay_id=essay_id,
                suffix=suffix,
                language=language,
                known=former.digest if former and not rebuild else None,
                postings=postings,
            )
        )
    return Survey(jobs, unchanged, vanished, moved, kept, skipped, found.others)


def _is_readable(name: str) -> bool:
    # Here and not above: a search imports this module by way of the library.
    from indexer.readers import is_readable_name

    return is_readable_name(os.path.basename(name))


def _home(name: str, path: str, roots: Container[str]) -> str:
    """The outermost of ``roots`` whose walk passes by here; ids of new essays begin there,
    so that they do not depend on which part of a folder is indexed first."""
    if not (os.path.isdir(path) or _is_readable(name)):
        return name
    home = name
    for folder in with_folders_above(name):
        if folder in roots:
            home = folder
        if is_hidden(os.path.basename(folder)):
            break
    return home


def _is_unchanged(file: Found, mark: Fingerprint, settings: str) -> bool:
    return (
        mark.mtime_ns == file.mtime_ns != NO_TIME
        and mark.size == file.size
        and mark.digest.startswith(settings)
    )


def _below(path: str, root: str) -> str:
    """A file's path below its root; its name where it is the root."""
    return os.path.basename(path) if path == root else os.path.relpath(path, root)


def _new_id(file: Found, taken: set[str]) -> str:
    name = os.path.basename(file.shown)
    below = _below(file.shown, file.root)
    ending = os.path.splitext(name)[1] if _is_readable(name) else ""
    return ids.new_id(below.replace(os.sep, "/"), ending, file.shown, taken)
