"""The essay page: nothing of an essay lost or changed, nothing in it mark-up, hits to walk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.chunking import chunk
from indexer.config import load
from indexer.library import Library
from indexer.model import Block, Essay, Piece, Reading, ReadPassage
from tests.webstand import a_client
from webapp import typesetting

RLO, PDI = "\u202e", "\u2069"
LONG = "This sentence is here to be long, so that what it stands in is a passage of its own. " * 2

ESSAYS = {
    "kinds.md": f"""---
title: Kinds of things
author: [Mary Roe, John Doe]
date: 2019-03-01
---

Before any heading stands {LONG}

# First part

Two blanks  and a hard break\\
are kept. {LONG}

## Lists

These are animals:

- cats, {LONG}
  - black cats
    - very black cats
- dogs

1. One
2. Two

## Quotations

As somebody says:

> Mankind is mankind. {LONG}
>
> A second paragraph.

- after it a list
- of two

## Code

```
def f(x):
    if x < 1 & x > 2:
        return "<b>" + x  # {LONG}

    return None
```

## Table

| name | remark |
|---|---|
| one | {LONG} |
| two | 2 |

## Nothing below

## Last

#### Deeper than its level

##### Deeper still

###### As deep as can be

The end. {LONG}
""",
    "verse.txt": "ODE\n\nI\n\n    Much have I travelled in the realms of gold,\n"
    "    And many goodly states and kingdoms seen;\n      Round many western islands have I been\n"
    "    Which bards in fealty to Apollo hold.\n\n"
    "    Oft of one wide expanse had I been told\n"
    "    That deep-browed Homer ruled as his demesne;\n",
    "haqq.html": "<html lang=ar><title>سؤال</title><article><h1>سؤال</h1><h2>أول</h2>"
    "<p>حقوق الإنسان لكل إنسان، ولا يُسأل عنها أحد.</p><h2>English</h2>"
    f"<p>An English paragraph. {LONG}</p></article></html>",
    "quoting.md": f"# Quoting\n\nAn English essay. {LONG}\n\nحقوق الإنسان لكل إنسان. {LONG}\n",
    "plain.txt": "One paragraph without any heading.\n",
    "v1.2_notes.md": "---\ntitle: Dots\n---\n\nText with a dot in its name.\n",
    "ümläut/été.md": "---\ntitle: Accents\n---\n\nText with accents in its name.\n",
    "same.md": "---\ntitle: Twins\n---\n\n"
    + "".join(
        f"# Verse\n\nThe very same words under the very same heading. {LONG}\n\n" for _ in "abc"
    ),
    "turned.html": f"<title>{RLO}Title</title><meta name=author content='{RLO}Author'>"
    f"<article><h1>{RLO}Title</h1><h2>{RLO}Heading</h2><p>{RLO}Text.</p></article>",
    "hostile.md": "---\ntitle: '</title><script>alert(1)</script>'\n"
    "author: ['\"><img src=x onerror=alert(2)>', '&lt;b&gt;']\n---\n\n"
    "# <!-- `</h2><script>`\n\n"
    "`</p><script>alert(3)</script>` &amp;lt; `<!--` `]]>` `&#0;` "
    f"{RLO}turned{PDI} {{{{ 7*7 }}}}\n\n"
    "```\n</code></pre><script>alert(4)</script>\n```\n\n- `</li></ul><iframe src=/>`\n- b\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    place = tmp_path_factory.mktemp("reader")
    for path, text in ESSAYS.items():
        file = place / "essays" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    index = str(place / "index")
    with Library.open(index, load({"index": index}, {}), create=True) as library:
        assert not library.index([place / "essays"], jobs=1).skipped
        yield library


@pytest.fixture(scope="module")
def client(library: Library) -> FlaskClient:
    return a_client(index=library.status().location)


@pytest.fixture(scope="module")
def shelf() -> FlaskClient:
    """The essays that all tests of the web app share."""
    return a_client()


def page(client: FlaskClient, address: str, **query: str) -> LexborHTMLParser:
    answer = client.get(address, query_string=query)
    assert answer.status_code == 200, address
    return LexborHTMLParser(answer.text)


def text_of(node: LexborNode | None) -> str:
    assert node is not None
    return node.text(deep=True, separator="", strip=False)


def one(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = tree.css(selector)
    assert len(found) == 1, f"{selector}: {len(found)}"
    return found[0]


def passage(tree: LexborHTMLParser, beginning: str) -> LexborNode:
    """The element with the text of the passage that begins so."""
    return next(n for n in tree.css(".passage > .text") if text_of(n).startswith(beginning))


def level(node: LexborNode) -> int:
    return int(node.attributes.get("aria-level") or str(node.tag)[1])


def headings_of(tree: LexborHTMLParser) -> Iterator[tuple[tuple[str, ...], str]]:
    """For each passage the headings above it, as the levels of headings tell, and its text."""
    path: list[tuple[int, str]] = []
    for node in tree.css(".passage"):
        for heading in node.css("h2, h3, h4, h5, h6"):
            if "text" not in (heading.attributes.get("class") or ""):
                while path and path[-1][0] >= level(heading):
                    path.pop()
                path.append((level(heading), text_of(heading)))
        own = node.css_first(":is(h2, h3, h4, h5, h6).text")
        while own is not None and path and path[-1][0] >= level(own):
            path.pop()
        yield tuple(title for _, title in path), text_of(node.css_first(".text"))


# Nothing lost, nothing changed


@pytest.mark.parametrize("q", ["", "the of passage mankind", "rights letter"])
def test_the_page_is_the_essay_to_the_letter(
    client: FlaskClient, shelf: FlaskClient, q: str
) -> None:
    for reader in (client, shelf):
        index = reader.application.extensions["essays.settings"].index
        with Library.open(index, load({"index": index}, {})) as library:
            essays = list(library.essays())
            assert essays
            for essay in essays:
                tree = page(reader, f"/essays/{quote(essay.id)}", q=q)
                view = library.show(essay.id)
                assert [n.attributes["id"] for n in tree.css(".passage")] == [
                    p.anchor for p in view.passages
                ]
                assert list(headings_of(tree)) == [(p.headings, p.text) for p in view.passages]
                assert text_of(one(tree, "h1")) == essay.title


def test_headings_are_nested_without_a_gap(client: FlaskClient) -> None:
    for name in ("kinds", "same", "hostile", "haqq"):
        levels = [
            level(n) for n in page(client, f"/essays/{name}").css("article :is(h1,h2,h3,h4,h5,h6)")
        ]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in pairwise(levels)), levels


def test_equal_headings_one_after_another_are_all_there(client: FlaskClient) -> None:
    assert len(page(client, "/essays/same").css("article h2")) == 3


def test_a_heading_with_nothing_below_it_is_a_heading(client: FlaskClient) -> None:
    assert passage(page(client, "/essays/kinds"), "Nothing below").tag == "h3"


def test_a_list_looks_like_a_list(client: FlaskClient) -> None:
    text = passage(page(client, "/essays/kinds"), "These are animals:")
    first, second = text.css("ul")
    assert [text_of(n).split(",")[0] for n in first.css("li")] == [
        "- cats",
        "  - black cats",
        "    - very black cats",
        "- dogs",
    ]
    assert [n.attributes.get("class") for n in first.css("li")] == [None, "d1", "d2", None]
    assert [text_of(n) for n in second.css("li")] == ["1. One", "2. Two"]
    assert text_of(text.css_first("p")) == "These are animals:"


def test_a_quotation_is_marked_as_one_without_what_leads_to_it_or_follows(
    client: FlaskClient,
) -> None:
    text = passage(page(client, "/essays/kinds"), "As somebody says:")
    quoted = text_of(one(text, "blockquote"))
    assert quoted.startswith("Mankind is mankind.")
    assert quoted.rstrip().endswith("A second paragraph.")
    assert len(one(text, "blockquote").css("p")) == 2
    assert len(one(text, "ul").css("li")) == 2


def test_code_and_tables_keep_their_lines_and_can_be_reached_by_keyboard(
    client: FlaskClient,
) -> None:
    tree = page(client, "/essays/kinds")
    code, table = tree.css("article pre")
    assert text_of(code).startswith('def f(x):\n    if x < 1 & x > 2:\n        return "<b>"')
    assert text_of(code).endswith("\n\n    return None")
    assert text_of(table).startswith("name | remark\none | ")
    for node, name in ((code, "Code"), (table, "Table")):
        assert node.attributes["tabindex"] == "0"
        assert node.attributes["aria-label"] == name


def test_verse_keeps_its_lines_and_stanzas(client: FlaskClient) -> None:
    stanzas = page(client, "/essays/verse").css(".text .verse")
    assert [text_of(n).count("\n") for n in stanzas] == [3, 1]
    assert "\n  Round many" in text_of(stanzas[0])


def test_the_head_tells_authors_date_and_length(client: FlaskClient) -> None:
    byline = one(page(client, "/essays/kinds"), ".byline")
    assert re.fullmatch(r"Mary Roe, John Doe · 1 March 2019 · \d+ words", text_of(byline))
    assert one(byline, "time").attributes["datetime"] == "2019-03-01"
    assert "·" not in text_of(one(page(client, "/essays/plain"), ".byline"))


# Languages


def test_an_essay_says_its_language_and_direction(client: FlaskClient, shelf: FlaskClient) -> None:
    for reader, name, language, direction in (
        (client, "haqq", "ar", "rtl"),
        (client, "kinds", "en", "ltr"),
        (shelf, "east/yuan", "zh", "ltr"),
    ):
        article = one(page(reader, f"/essays/{name}"), "article")
        assert (article.attributes["lang"], article.attributes["dir"]) == (language, direction)


def test_passages_in_another_direction_say_so(client: FlaskClient) -> None:
    assert passage(page(client, "/essays/haqq"), "An English").attributes["dir"] == "ltr"
    assert passage(page(client, "/essays/quoting"), "حقوق").attributes["dir"] == "auto"
    assert "dir" not in passage(page(client, "/essays/quoting"), "An English").attributes


def test_words_of_ours_in_an_essay_of_another_language_are_english(shelf: FlaskClient) -> None:
    tree = page(shelf, "/essays/politics/europe/droits", q="droits")
    ours = tree.css(".byline, .answer, .link, .steps, button[name=cite]")
    assert ours
    assert {node.attributes["lang"] for node in ours} == {"en"}
    assert not page(shelf, "/essays/politics/on_rights", q="rights").css("article [lang]")


# Essays are hostile text


@pytest.mark.parametrize("q", ["", "script alert turned"])
def test_nothing_of_a_hostile_essay_becomes_mark_up(
    client: FlaskClient, library: Library, q: str
) -> None:
    tree = page(client, "/essays/hostile", q=q)
    assert text_of(one(tree, "title")) == "</title><script>alert(1)</script> · Essay search"
    assert not tree.css("img, iframe, style, object, embed, base, [style], template")
    for script in tree.css("script"):
        assert text_of(script) == ""
        assert str(script.attributes["src"]).startswith("/static/")
    names = {name for node in tree.css("*") for name in node.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert names <= set(
        "aria-controls aria-current aria-hidden aria-label aria-labelledby aria-level action "
        "autocapitalize autocomplete autocorrect charset class content data-suggest datetime dir "
        "enterkeyhint href id lang name placeholder rel role spellcheck src tabindex title "
        "type value".split()
    )
    for node in tree.css("[href]"):
        assert urlsplit(str(node.attributes["href"])).scheme in ("", "http")
    text = text_of(one(tree, "article"))
    for letters in (
        "</p><script>alert(3)</script>",
        "&lt;",
        "<!--",
        "]]>",
        "&#0;",
        RLO,
        "{{ 7*7 }}",
    ):
        assert letters in text
    [essay] = [known for known in library.essays() if known.id == "hostile"]
    assert '">' in essay.authors[0]
    assert text_of(one(tree, ".byline bdi")) == ", ".join(essay.authors)


def test_what_turns_letters_round_turns_only_itself(client: FlaskClient) -> None:
    tree = page(client, "/essays/turned", q=f"{RLO}letters")
    turning = [node for node in tree.css("body *") if RLO in node.text(deep=False)]
    assert {"bdi", "p"} <= {node.tag for node in turning}
    for node in turning:
        alone = node.tag in ("bdi", "p") or node.attributes.get("dir") == "auto"
        assert alone, node.html


def test_no_two_elements_share_an_id(client: FlaskClient) -> None:
    for name in ("kinds", "same", "hostile"):
        ids = [n.attributes["id"] for n in page(client, f"/essays/{name}", q="the").css("[id]")]
        assert len(ids) == len(set(ids))


# Links to passages


def test_every_passage_has_a_link_to_itself(client: FlaskClient) -> None:
    for number, node in enumerate(page(client, "/essays/kinds").css(".passage"), 1):
        link = one(node, "a.link")
        assert link.attributes["href"] == f"#{node.attributes['id']}"
        assert link.attributes["aria-label"] == f"Link to passage {number}"


def test_the_outline_leads_to_what_stands_below_each_heading(
    client: FlaskClient, library: Library
) -> None:
    outline = one(page(client, "/essays/kinds"), "nav.outline")
    assert [(text_of(n), n.attributes["href"]) for n in outline.css("a")] == [
        (entry.title, f"#{entry.anchor}") for entry in library.show("kinds").outline
    ]
    parts = {text_of(n): n for n in outline.css("a")}
    deepest = parts["As deep as can be"]
    depth = 0
    node: LexborNode | None = deepest
    while node is not None and node.tag != "nav":
        depth += node.tag == "ol"
        node = node.parent
    assert depth == 5


def test_an_essay_without_headings_has_no_outline(client: FlaskClient) -> None:
    assert not page(client, "/essays/plain").css(".outline")


# Hits


def test_hits_are_lit_and_linked_to_their_neighbours(shelf: FlaskClient) -> None:
    tree = page(shelf, "/essays/letters/many", q="monk")
    hits = tree.css(".passage.found")
    anchors = [hit.attributes["id"] for hit in hits]
    assert len(hits) == 30
    assert text_of(one(tree, ".walk .count")) == "30 hits"
    assert one(tree, ".walk .first").attributes["href"] == f"#{anchors[0]}"
    for number, hit in enumerate(hits):
        assert text_of(one(hit, "mark")) == "monks"
        steps = one(hit, ".steps")
        assert text_of(steps).startswith(f"Hit {number + 1} of 30")
        wanted = {"Previous": anchors[number - 1] if number else None}
        wanted["Next"] = anchors[number + 1] if number < 29 else None
        assert {text_of(n): str(n.attributes["href"])[1:] for n in steps.css("a")} == {
            name: anchor for name, anchor in wanted.items() if anchor
        }


def test_a_heading_that_the_query_matches_is_lit_also_above_a_passage_that_is_no_hit(
    shelf: FlaskClient,
) -> None:
    tree = page(shelf, "/essays/politics/on_rights", q="rights silence")
    lit = [text_of(n) for n in tree.css("h2 mark")]
    assert lit == ["Rights"]


def test_a_title_that_the_query_matches_is_lit(shelf: FlaskClient) -> None:
    assert (
        text_of(one(page(shelf, "/essays/letters/many", q="thirty rivers"), "h1 mark")) == "Thirty"
    )


def test_the_query_stays_in_the_box_and_leads_back_to_the_results(shelf: FlaskClient) -> None:
    q = '"human rights" -"<b>" & ü'
    tree = page(shelf, "/essays/politics/on_rights", q=q)
    assert one(tree, "input[type=search]").attributes["value"] == q
    back = urlsplit(str(one(tree, ".walk .back").attributes["href"]))
    assert (back.path, parse_qs(back.query)) == ("/", {"q": [q]})


def test_an_essay_without_hits_says_so(shelf: FlaskClient) -> None:
    tree = page(shelf, "/essays/politics/on_rights", q="zebra")
    assert text_of(one(tree, ".answer p")) == "Nothing in this essay answers zebra."
    assert not tree.css("mark, .found, .first")
    assert tree.css(".walk .back")


@pytest.mark.parametrize("q", ["", "   "])
def test_without_a_query_there_is_nothing_about_hits(shelf: FlaskClient, q: str) -> None:
    tree = page(shelf, "/essays/politics/on_rights", q=q)
    assert not tree.css(".walk, .answer, mark, .steps")


def test_hits_that_hold_the_words_only_together_say_so(shelf: FlaskClient) -> None:
    said = text_of(one(page(shelf, "/essays/politics/on_rights", q="monk petition"), ".answer p"))
    assert said == "No passage has all the words; together these hits have them."
    said = text_of(one(page(shelf, "/essays/politics/on_rights", q="monk zebra"), ".answer p"))
    assert said == "This essay does not have all the words; the hits have some of them."


def test_what_is_not_understood_of_a_query_is_said_and_is_no_error(shelf: FlaskClient) -> None:
    tree = page(shelf, "/essays/politics/on_rights", q="rights colour:red (")
    assert "colour" in text_of(one(tree, ".notes"))
    assert tree.css("mark")


@pytest.mark.parametrize(
    "query", ["q=" + "a" * 10_001, "q=%00", "q=%ff", "q=a&q=b", "cite=%00", "cite=a&cite=b"]
)
def test_a_wrong_parameter_is_refused(shelf: FlaskClient, query: str) -> None:
    assert shelf.get(f"/essays/politics/on_rights?{query}").status_code == 400


# Citations


def test_an_essay_is_cited_by_author_title_date_and_address(client: FlaskClient) -> None:
    tree = page(client, "/essays/kinds", q="cats")
    assert text_of(one(tree, "#citation")) == (
        "Mary Roe, John Doe, “Kinds of things”, 1 March 2019, http://localhost/essays/kinds"
    )
    assert one(tree, "link[rel=canonical]").attributes["href"] == "http://localhost/essays/kinds"


def test_a_passage_is_cited_without_a_script_by_a_form_that_keeps_the_query(
    client: FlaskClient,
) -> None:
    tree = page(client, "/essays/kinds", q="cats")
    button = one(tree, ".found button")
    form = one(tree, "article form")
    assert form.css(".found button")
    # The citation is at the top, far from the passage.
    assert form.attributes.get("action") == "#citation-of-passage"
    assert tree.css_first("#citation-of-passage") is None
    assert one(form, "input").attributes == {"type": "hidden", "name": "q", "value": "cats"}
    anchor = str(button.attributes["value"])
    tree = page(client, "/essays/kinds", q="cats", cite=anchor)
    assert one(tree, "#citation-of-passage")
    assert text_of(one(tree, ".cited .citation")) == (
        "Mary Roe, John Doe, “Kinds of things”, First part › Lists, 1 March 2019, "
        f"http://localhost/essays/kinds#{anchor}"
    )
    assert one(tree, ".cited p:last-child a").attributes["href"] == f"#{anchor}"
    assert tree.css(".found")


def test_a_citation_has_the_address_at_which_the_app_is_reached() -> None:
    client = a_client(web_prefix="/library", web_proxies=1, web_allowed_hosts=["essays.example"])
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "essays.example"}
    answer = client.get("/library/essays/politics/on_rights", headers=headers)
    link = one(LexborHTMLParser(answer.text), "#citation a")
    assert link.attributes["href"] == "https://essays.example/library/essays/politics/on_rights"
    assert text_of(link) == link.attributes["href"]


def test_a_passage_that_is_not_there_can_not_be_cited(client: FlaskClient) -> None:
    answer = client.get("/essays/kinds?cite=<p-none>&q=cats")
    assert answer.status_code == 404
    tree = LexborHTMLParser(answer.text)
    assert text_of(one(tree, "h1")) == "No such passage"
    assert "<p-none>" in text_of(one(tree, "main"))
    assert one(tree, "main a").attributes["href"] == "/essays/kinds?q=cats"


# Ids


@pytest.mark.parametrize(
    "address",
    [
        "/essays/v1.2_notes",
        "/essays/ümläut/été",
        "/essays/%C3%BCml%C3%A4ut%2F%C3%A9t%C3%A9",
    ],
)
def test_odd_ids_lead_to_their_essays(client: FlaskClient, address: str) -> None:
    page(client, address)


def test_a_slash_at_the_end_leads_to_the_essay(shelf: FlaskClient) -> None:
    answer = shelf.get("/essays/politics/on_rights/?q=a+b")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/essays/politics/on_rights?q=a+b"


@pytest.mark.parametrize(
    "address",
    [
        "/essays/nothing",
        "/essays/../seeds",
        "/essays/..%2F..%2Fetc%2Fpasswd",
        "/essays/%00",
        "/essays/%ff%fe",
        "/essays/politics",
        "/essays/" + "x" * 5_000,
        "/essays/<script>alert(1)</script>",
        "/essays/politics/on_rights%23p-c4adbf03",
        "/essays/https://example.org/",
    ],
)
def test_an_unknown_essay_is_a_page_that_says_so(shelf: FlaskClient, address: str) -> None:
    answer = shelf.get(address, follow_redirects=True)
    assert answer.status_code == 404
    tree = LexborHTMLParser(answer.text)
    assert text_of(one(tree, "h1")) == "No such essay"
    assert not tree.css("script:not([src])")
    assert len(answer.data) < 5_000
    assert "essays list" not in answer.text


def test_ids_like_the_unknown_one_are_offered_with_the_query(shelf: FlaskClient) -> None:
    tree = LexborHTMLParser(shelf.get("/essays/politics/on_right?q=monk").text)
    links = [node.attributes["href"] for node in tree.css("main ul a")]
    assert links == ["/essays/politics/on_rights?q=monk"]


# Size


def test_the_page_adds_little_to_the_text_of_a_long_essay(tmp_path: Path) -> None:
    count = 2_000
    text = "\n\n".join(f"Passage {n}. {LONG}" for n in range(count))
    (tmp_path / "long.md").write_text(f"---\ntitle: Long\n---\n\n{text}\n", encoding="utf-8")
    index = str(tmp_path / "index")
    with Library.open(index, load({"index": index}, {}), create=True) as library:
        library.index([tmp_path / "long.md"], jobs=1)
    answer = a_client(index=index).get("/essays/long")
    assert answer.text.count("Link to passage") == count
    assert len(answer.data) - len(text) < 260 * count
    # A browser lays out only what is looked at.
    assert one(LexborHTMLParser(answer.text), "article").attributes["class"] == "vast"


# Typesetting by itself

KINDS = ("heading", "paragraph", "list", "quotation", "verse", "table", "code")
FRAGMENTS = (
    "\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    "- ",
    "1. ",
    "a) ",
    "word",
    "two words",
    ":",
    "：",
    "<b>",
    "人",
)


def a_passage(kind: str, pieces: tuple[Piece, ...]) -> ReadPassage:
    return ReadPassage(
        anchor="p-1",
        ordinal=1,
        headings=(),
        kind=kind,  # type: ignore[arg-type]
        text="".join(piece.text for piece in pieces),
        is_hit=True,
        pieces=pieces,
        heading_pieces=(),
    )


@given(
    st.sampled_from(KINDS),
    st.lists(
        st.builds(
            Piece,
            st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_blocks_hold_every_letter_and_every_light(kind: str, pieces: list[Piece]) -> None:
    given = a_passage(kind, tuple(pieces))
    parts: list[Piece] = []
    for block in typesetting.blocks(given):
        for line in block.lines:
            parts += [*line.pieces, Piece(line.after)]
        parts.append(Piece(block.after))
    assert "".join(part.text for part in parts) == given.text
    # White space between blocks can't shine.
    lit = [part.match for part in parts for letter in part.text if not letter.isspace()]
    wanted = [piece.match for piece in pieces for letter in piece.text if not letter.isspace()]
    assert lit == wanted
    assert all(
        not part.after.strip() for block in typesetting.blocks(given) for part in block.lines
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from(("A", "B", "Some text. ", "x" * 1_500))),
        max_size=14,
    )
)
def test_headings_are_set_so_that_each_passage_stands_below_its_own(
    blocks: list[tuple[int, str]],
) -> None:
    passages, outline = chunk(
        [
            Block(kind="heading" if level else "paragraph", level=level, text=text)
            for level, text in blocks
        ]
    )
    reading = a_reading(
        tuple(
            ReadPassage(
                anchor=one.anchor,
                ordinal=one.ordinal,
                headings=one.headings,
                kind=one.kind,
                text=one.text,
                is_hit=True,
                pieces=(Piece(one.text),),
                heading_pieces=tuple((Piece(title, match=True),) for title in one.headings),
            )
            for one in passages
        ),
        outline,
    )
    path: list[str] = []
    count = 0
    for wanted, set_one in zip(passages, typesetting.passages(reading, "ltr"), strict=True):
        for heading in set_one.headings:
            assert heading.level <= len(path) + 2
            path[heading.level - 2 :] = ["".join(piece.text for piece in heading.pieces)]
            assert all(piece.match for piece in heading.pieces)
        count += len(set_one.headings) + bool(set_one.level)
        if set_one.level:
            del path[set_one.level - 2 :]
        assert tuple(path) == wanted.headings
    assert count == len(outline)


def a_reading(passages: tuple[ReadPassage, ...], outline: tuple[object, ...]) -> Reading:
    essay = Essay(
        id="e",
        title="E",
        authors=(),
        date=None,
        language="en",
        path="e.md",
        format="markdown",
        words=1,
        passages=len(passages),
    )
    return Reading(
        essay=essay,
        outline=outline,  # type: ignore[arg-type]
        passages=passages,
        title_pieces=(Piece("E"),),
        query="q",
        notes=(),
        matched="all",
        hits=tuple(one.anchor for one in passages if one.is_hit),
    )
