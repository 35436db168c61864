"""Which part of a page is the article: by what the mark-up says, else by where the prose is.

First what is certainly not the article goes (navigation, page footers, consent banners,
comments, sharing, related links: by element, role, or the words of class and id). Then the
article's root is found. On a page without any of these marks everything stays: leaving out
too little costs less than losing a paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.readers.html_pieces import Container, Piece
from indexer.readers.titles import same

# Prose: a paragraph of at least this many characters (a CJK one counts three) ...
_PROSE_LENGTH = 100
# ... of which at most this share is inside links.
_PROSE_LINKS = 0.4
# A marked article must hold this share of the page's prose to be believed.
_ARTICLE_SHARE = 0.5
# Of articles side by side the chief one holds this share of their prose.
_CHIEF_SHARE = 0.75
# Parts marked as boilerplate that hold more than this share of the text were marked in error.
_BOILERPLATE_SHARE = 0.8
# A part of a page that is links by this share, and no prose, is navigation.
_NAVIGATION_LINKS = 0.65
# A byline is at most this long, in characters.
_BYLINE_LENGTH = 200

_ROLES = frozenset({
    "navigation", "banner", "contentinfo", "search", "complementary", "alertdialog", "dialog",
    "menu", "menubar", "toolbar", "doc-toc", "doc-index", "alert", "tablist",
})  # fmt: skip
_WORDS = frozenset({
    "advert", "advertisement", "advertising", "adsbygoogle", "adslot", "ads", "breadcrumb",
    "breadcrumbs", "comments", "commentlist", "comment-list", "cookie", "cookies", "consent",
    "gdpr", "disqus", "respond", "share", "sharing", "sharebar", "sharedaddy", "addtoany",
    "addthis", "social", "socials", "related", "recommended", "recommendations", "newsletter",
    "subscribe", "subscription", "signup", "promo", "promoted", "sponsor", "sponsored",
    "outbrain", "taboola", "pagination", "pager", "sidebar", "toc", "nav", "navbar", "navbox",
    "navigation", "menu", "submenu", "footer", "masthead", "popup", "modal", "lightbox",
    "overlay", "tooltip", "widget", "widgets", "skip", "skiplinks", "tagcloud", "hatnote",
    "catlinks", "printfooter", "jumbotron", "copyright", "colophon", "paywall", "leaderboard",
    "boilerplate", "tags",
})  # fmt: skip
# Of these words only the whole name counts: a section may be called "notes on social media".
_CONTENT = frozenset({
    "article", "content", "entry", "post", "story", "prose", "body", "main", "text", "markdown",
})  # fmt: skip
_NOTES = frozenset({
    "footnote", "footnotes", "endnote", "endnotes", "notes", "note", "sidenote", "marginnote",
})  # fmt: skip
_BYLINES = frozenset({
    "byline", "dateline", "postmeta", "entrymeta", "meta", "posted", "author", "published",
    "date",
})  # fmt: skip
_SHELLS = frozenset({
    "html", "body", "main", "article",
})  # fmt: skip
_WRAPPERS = frozenset({
    "html", "body", "div", "section", "main", "article", "center", "td", "tr", "table", "form",
    "tbody", "span",
})  # fmt: skip

_PARTS = frozenset({"div", "section", "ul", "ol", "td", "table", "p", "aside", "footer"})


def article_of(
    pieces: Sequence[Piece], containers: Sequence[Container], title: str | None = None
) -> list[Piece]:
    """The pieces that are the article's, in order; all of them where nothing tells.

    ``title`` is what the page says it is called; the heading that shows it opens the article.
    """
    page = _Page(pieces, containers, title)
    kept = page.article()
    return kept or list(pieces)


class _Page:
    def __init__(
        self, pieces: Sequence[Piece], containers: Sequence[Container], title: str | None
    ) -> None:
        self.pieces = pieces
        self.title = next(
            (
                place
                for place, piece in enumerate(pieces)
                if title and piece.block.kind == "heading" and same(piece.block.text, title)
            ),
            None,
        )
        self.containers = containers
        size = len(containers)
        self.in_article = [False] * size
        self.pruned = [False] * size
        self._holds_article = [False] * size
        for at in range(size - 1, 0, -1):
            box = containers[at]
            if self._holds_article[at] or _is_article(box):
                self._holds_article[box.parent] = True
        for piece in pieces:
            if piece.block.level == 1:
                self._mark_title(piece.container)
        self._prune(size)

    def _mark_title(self, at: int) -> None:
        while at and not self._holds_article[at]:
            self._holds_article[at] = True
            at = self.containers[at].parent

    def _prune(self, size: int) -> None:
        certain = [False] * size
        by_name = [False] * size
        for at in range(1, size):
            box = self.containers[at]
            parent = box.parent
            self.in_article[at] = self.in_article[parent] or _is_article(box)
            certain[at] = certain[parent] or self._is_furniture(box, self.in_article[parent])
            by_name[at] = by_name[parent] or (
                box.tag not in _SHELLS
                and not self._holds_article[at]
                and _is_named_boilerplate(box)
            )
        named = sum(
            len(p.block.text)
            for p in self.pieces
            if by_name[p.container] and not certain[p.container]
        )
        other = sum(
            len(p.block.text)
            for p in self.pieces
            if not by_name[p.container] and not certain[p.container]
        )
        trust = named <= _BOILERPLATE_SHARE * (named + other)
        for at in range(size):
            self.pruned[at] = certain[at] or (trust and by_name[at])

    def _is_furniture(self, box: Container, in_article: bool) -> bool:
        if box.tag == "nav" or not _ROLES.isdisjoint(box.role.split()):
            return not (box.tag in _SHELLS or box.role == "banner")
        if box.tag == "footer":
            return not in_article and not self._in_text(box)
        if box.tag == "aside":
            is_note = "note" in box.role or "footnote" in box.role or box.words & _NOTES
            return not in_article and not is_note
        return bool(box.names & {"toc", "landmarks"})

    def _in_text(self, box: Container) -> bool:
        at = box.parent
        while at:
            if self.containers[at].tag in ("section", "blockquote", "figure"):
                return True
            at = self.containers[at].parent
        return False

    def article(self) -> list[Piece]:
        live = [place for place, p in enumerate(self.pieces) if not self.pruned[p.container]]
        if not live:
            return []
        size = len(self.containers)
        prose = [0] * size
        headings = [0] * size  # below the first level, and the title's
        for place in live:
            piece = self.pieces[place]
            if _is_prose(piece):
                prose[piece.container] += len(piece.block.text)
            if piece.block.level > 1 or place == self.title:
                headings[piece.container] += 1
        for at in range(size - 1, 0, -1):
            prose[self.containers[at].parent] += prose[at]
            headings[self.containers[at].parent] += headings[at]
        root = self._root(prose, headings)
        inside = [at == root for at in range(size)]
        for at in range(1, size):
            inside[at] = inside[at] or inside[self.containers[at].parent]
        live = [place for place in live if inside[self.pieces[place].container]]
        return self._trimmed(live, prose, root)

    def _root(self, prose: Sequence[int], headings: Sequence[int]) -> int:
        total = prose[0]
        if not total:
            return self._marked_without_prose()
        for wanted in ("articlebody", "article", "main"):
            boxes = [
                at
                for at, box in enumerate(self.containers)
                if at and _article_kind(box) == wanted and not self.pruned[at]
            ]
            best = max(boxes, key=lambda at: prose[at], default=0)
            if not best or prose[best] < _ARTICLE_SHARE * total:
                continue
            # Several articles side by side are an essay's parts; a nested one is part of its own.
            others = sum(
                prose[at]
                for at in boxes
                if self.containers[at].parent == self.containers[best].parent
            )
            if prose[best] >= _CHIEF_SHARE * others:
                return best
        children: dict[int, list[int]] = {}
        for at in range(1, len(self.containers)):
            children.setdefault(self.containers[at].parent, []).append(at)
        root = 0
        while True:
            best = max(children.get(root, ()), key=lambda at: prose[at], default=0)
            if not best or self.containers[best].tag not in _WRAPPERS:
                return root
            named = bool(self.containers[best].words & _CONTENT)
            if prose[best] < (0.7 if named else 1.0) * prose[root]:
                return root
            if headings[best] < headings[root] and not named:
                return root
            root = best

    def _marked_without_prose(self) -> int:
        for wanted in ("articlebody", "article", "main"):
            boxes = [at for at, b in enumerate(self.containers) if _article_kind(b) == wanted]
            if len(boxes) == 1 and not self.pruned[boxes[0]]:
                return boxes[0]
        return 0

    def _trimmed(self, live: list[int], prose: Sequence[int], root: int) -> list[Piece]:
        """Without the link lists before and after the prose, and without bylines above it."""
        size = len(self.containers)
        text, links = [0] * size, [0] * size
        for place in live:
            piece = self.pieces[place]
            text[piece.container] += len(piece.block.text)
            links[piece.container] += piece.links
        for at in range(size - 1, 0, -1):
            text[self.containers[at].parent] += text[at]
            links[self.containers[at].parent] += links[at]
        strong = [place for place in live if _is_prose(self.pieces[place])]
        first, last = (strong[0], strong[-1]) if strong else (0, len(self.pieces))
        drop = [False] * size
        for at in range(1, size):
            box = self.containers[at]
            if at == root or drop[box.parent]:
                drop[at] = drop[box.parent]
                continue
            # A part that nobody named may be the author's own list of links.
            drop[at] = (
                not prose[at]
                and box.tag in _PARTS
                and (bool(box.names) or box.tag in ("td", "aside", "footer"))
                and text[at] > 0
                and links[at] >= _NAVIGATION_LINKS * text[at]
            )
        kept = []
        for place in live:
            piece = self.pieces[place]
            at = piece.container
            outside = place < first or place > last
            if strong and outside and drop[at] and not self._under_heading(live, place, last):
                continue
            if strong and place < first and self._is_byline(at, text):
                continue
            kept.append(piece)
        return kept

    def _under_heading(self, live: list[int], place: int, last: int) -> bool:
        """Links after the prose that a heading of the article announces: sources, notes."""
        if place <= last:
            return False
        return any(
            self.pieces[other].block.kind == "heading" for other in live if last < other < place
        )

    def _is_byline(self, at: int, text: Sequence[int]) -> bool:
        while at:
            box = self.containers[at]
            joined = {name.replace("-", "").replace("_", "") for name in box.names}
            if (joined | box.words) & _BYLINES and text[at] <= _BYLINE_LENGTH:
                return True
            at = box.parent
        return False


def _is_prose(piece: Piece) -> bool:
    text = piece.block.text
    if piece.block.kind in ("heading", "table", "code"):
        return False
    length = len(text)
    if not text.isascii():
        length += 2 * sum(1 for char in text[:200] if char >= "\u2e80")
    return length >= _PROSE_LENGTH and piece.links <= _PROSE_LINKS * len(text)


def _article_kind(box: Container) -> str:
    if "articlebody" in box.role.split():
        return "articlebody"
    if box.tag == "article" or box.role == "article":
        return "article" if not _is_comment(box) else ""
    return "main" if box.tag == "main" or "main" in box.role.split() else ""


def _is_article(box: Container) -> bool:
    return bool(_article_kind(box))


def _is_comment(box: Container) -> bool:
    return bool(box.words & {"comment", "comments", "reply", "teaser", "card", "related"})


def _is_named_boilerplate(box: Container) -> bool:
    if box.tag in ("html", "body") or box.words & _NOTES:
        return False
    for name in box.names:
        parts = name.replace("_", "-").split("-")
        # A long id is made from a heading's words; a class says what a part is for.
        if len(parts) <= 3 and not _WORDS.isdisjoint(parts):
            return True
    return False
