"""What other engines reach on the public collections: nDCG@10 and MAP, titles and texts as one
bag of words, default settings, measured with trec_eval's definitions."""

from __future__ import annotations

from typing import NamedTuple


class Quality(NamedTuple):
    """Means over the queries of a collection."""

    ndcg: float
    ap: float | None = None


ENGINES = ("Lucene BM25", "bm25s", "tantivy", "SQLite FTS5", "Whoosh")

# In the order of ENGINES. Lucene is k1 = 1.2, b = 0.75 for English, 0.9 and 0.4 elsewhere.
REFERENCE: dict[str, tuple[Quality | None, ...]] = {
    "adi": (
        Quality(0.485, 0.412),
        Quality(0.494, 0.418),
        Quality(0.475, 0.402),
        Quality(0.489, 0.414),
        Quality(0.406, 0.342),
    ),
    "cranfield": (
        Quality(0.359, 0.295),
        Quality(0.365, 0.301),
        Quality(0.355, 0.292),
        Quality(0.353, 0.293),
        Quality(0.351, 0.292),
    ),
    "lisa": (
        Quality(0.464, 0.371),
        Quality(0.476, 0.379),
        Quality(0.364, 0.281),
        Quality(0.378, 0.297),
        Quality(0.351, 0.276),
    ),
    "npl": (
        Quality(0.433, 0.286),
        Quality(0.428, 0.280),
        Quality(0.439, 0.285),
        Quality(0.432, 0.282),
        Quality(0.430, 0.278),
    ),
    "scifact": (
        Quality(0.683, 0.640),
        Quality(0.686, 0.644),
        Quality(0.687, 0.649),
        Quality(0.687, 0.644),
        Quality(0.678, 0.639),
    ),
    "squad-dev": (
        Quality(0.874, 0.848),
        Quality(0.871, 0.844),
        Quality(0.876, 0.850),
        Quality(0.877, 0.851),
        Quality(0.866, 0.839),
    ),
    "xquad-en": (
        Quality(0.968, 0.960),
        Quality(0.968, 0.960),
        Quality(0.971, 0.963),
        Quality(0.969, 0.961),
        Quality(0.965, 0.955),
    ),
    "xquad-de": (Quality(0.948), Quality(0.944), None, Quality(0.943), None),
    "xquad-es": (Quality(0.963), Quality(0.964), None, Quality(0.940), None),
    "xquad-zh": (Quality(0.966), Quality(0.963), None, Quality(0.880), None),
    "cmrc2018-dev": (Quality(0.984), Quality(0.984), None, Quality(0.933), None),
}
