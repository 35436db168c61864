"""Tantivy over passages, by its Python package: its English stemmer, its snippet generator."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.corpus import quoted

# Characters, as ours have.
_SNIPPET = 240
_MEMORY = 512_000_000


def build(folder: Path, passages: Iterable[tuple[str, str]], threads: int = 0) -> int:
    """Adds (id, text) pairs and commits; how many they were.

    ``threads`` is how many index, as many as it likes for 0.
    """
    # Here and below, because the tests of the figures need none.
    import tantivy

    folder.mkdir(parents=True)
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", stored=True, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=_MEMORY, num_threads=threads)
    count = 0
    for name, text in passages:
        writer.add_document(tantivy.Document(id=name, text=text))
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count


class Tantivy:
    """An open index."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._make_snippets = tantivy.SnippetGenerator.create
        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def search(self, query: str) -> int:
        """Ten hits by BM25, each with its snippet; how many there were."""
        parsed = self._index.parse_query(quoted(query), ["text"], conjunction_by_default=True)
        hits = self._searcher.search(parsed, 10, count=False).hits
        generator = self._make_snippets(self._searcher, parsed, self._index.schema, "text")
        generator.set_max_num_chars(_SNIPPET)
        return len(
            [
                generator.snippet_from_doc(self._searcher.doc(address)).to_html()
                for _, address in hits
            ]
        )

    def close(self) -> None:
        """Nothing to free before the object goes."""
