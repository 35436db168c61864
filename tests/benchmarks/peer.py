"""The passages of an index as a SQLite database with FTS5, and how Datasette shows them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from indexer.config import Settings
from indexer.library import Library

DATABASE = "passages.db"
METADATA = "metadata.json"
# Around a word that matches; Datasette shows cells as text, so that tags would not be tags.
MATCH_BEGINS, MATCH_ENDS = "⟦", "⟧"

SCHEMA = """
create table passages (
    id integer primary key, essay text, anchor text, title text, headings text, text text
);
create index passages_essay on passages (essay);
create virtual table passages_fts using fts5 (
    title, headings, text, content='passages', content_rowid='id', tokenize='porter unicode61'
);
insert into passages_fts (passages_fts, rank) values ('rank', 'bm25(2.0, 1.5, 1.0)');
create trigger passages_added after insert on passages begin
    insert into passages_fts (rowid, title, headings, text)
    values (new.id, new.title, new.headings, new.text);
end;
create trigger passages_removed after delete on passages begin
    insert into passages_fts (passages_fts, rowid, title, headings, text)
    values ('delete', old.id, old.title, old.headings, old.text);
end;
"""
INSERT = "insert into passages (essay, anchor, title, headings, text) values (?, ?, ?, ?, ?)"
# Sorted by rank, SQLite makes the snippets of ten rows only; by bm25() of every row that matches.
BEST_TEN = f"""
select passages.essay || '#' || passages.anchor as passage, passages.title, passages.headings,
    snippet(passages_fts, 2, '{MATCH_BEGINS}', '{MATCH_ENDS}', '…', 40) as snippet
from passages_fts join passages on passages.id = passages_fts.rowid
where passages_fts match escape_fts(:q)
order by passages_fts.rank limit 10
"""

Row = tuple[str, str, str, str, str]


def build(location: Path, folder: Path) -> None:
    """Makes the database and the metadata in ``folder`` from the index at ``location``."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / DATABASE)
    connection.executescript(SCHEMA)
    with Library.open(str(location), Settings()) as library:
        for essay in library.essays():
            connection.executemany(INSERT, rows(library, essay.id))
    connection.execute("insert into passages_fts (passages_fts) values ('optimize')")
    connection.commit()
    connection.execute("vacuum")
    connection.close()
    queries = {"best": {"sql": BEST_TEN, "hide_sql": True}}
    tables = {"passages": {"fts_table": "passages_fts"}}
    metadata = {"databases": {"passages": {"tables": tables, "queries": queries}}}
    (folder / METADATA).write_text(json.dumps(metadata), "utf-8")


def rows(library: Library, essay_id: str) -> list[Row]:
    """The passages of an essay as rows of the table."""
    view = library.show(essay_id)
    return [
        (essay_id, passage.anchor, view.essay.title, " › ".join(passage.headings), passage.text)
        for passage in view.passages
    ]


def finds(folder: Path, query: str) -> bool:
    """Whether the database has anything for a query, all of whose words must be there."""
    from datasette.utils import escape_fts

    connection = sqlite3.connect(folder / DATABASE)
    found = connection.execute(
        "select 1 from passages_fts where passages_fts match ? limit 1", (escape_fts(query),)
    ).fetchone()
    connection.close()
    return found is not None
