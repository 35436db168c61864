"""axe-core over every page in its states: WCAG 2.2, levels A and AA."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_search import DESK, PHONE

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}

PAGES = {
    "start": "/",
    "results": "/?q=rights",
    "relaxed": "/?q=rivers+rights+autocracy",
    "notes": '/?q=nofield:x+"rights+in:politics',
    "misspelt": "/?q=rihgts",
    "nothing": "/?q=xyzzy+in:politics",
    "beyond the last page": "/?q=rights&page=90",
    "bad parameter": "/?q=rights&page=none",
    "browse by title": "/essays",
    "browse by author": "/essays?by=author",
    "browse by date": "/essays?by=date",
    "browse by folder": "/essays?by=folder&folder=politics",
    "essay": "/essays/politics/on_rights",
    "essay with hits": "/essays/letters/many?q=rivers",
    "essay with a citation": "/essays/politics/on_rights?cite=p-none",
    "essay in Arabic": "/essays/east/haqq",
    "essay in Chinese": "/essays/east/yuan?q=全文",
    "hostile essay": "/essays/hostile/b?q=hostile",
    "not found": "/essays/nowhere",
    "help": "/help",
    "API": "/api",
}


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=RULES).response
    assert [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"]])
        for one in found["violations"]
    ] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_no_violation(open_page: Open, path: str, scheme: str) -> None:
    assert_accessible(open_page(path, color_scheme=scheme, viewport=DESK))


@pytest.mark.parametrize("path", [PAGES["results"], PAGES["essay with hits"], PAGES["help"]])
def test_nor_has_it_on_a_phone(open_page: Open, path: str) -> None:
    assert_accessible(open_page(path, viewport=PHONE))


def suggestions(page: Page) -> None:
    page.get_by_role("combobox", name="Search the essays").fill("riv")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def filters_open(page: Page) -> None:
    page.get_by_text("Narrow by").click()


def second_hit(page: Page) -> None:
    page.keyboard.press("n")
    page.keyboard.press("n")


def citation(page: Page) -> None:
    page.locator(".passage").first.hover()
    page.locator(".passage").first.get_by_role("button", name="Cite").click()
    page.get_by_role("dialog").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "viewport", "reach"),
    [
        ("/?q=rights", DESK, suggestions),
        ("/?q=rights", PHONE, filters_open),
        (PAGES["essay with hits"], DESK, second_hit),
        (PAGES["essay"], DESK, citation),
    ],
    ids=["suggestions", "filters on a phone", "second hit", "citation"],
)
def test_nor_in_a_state_reached_by_hand(
    open_page: Open,
    path: str,
    viewport: dict[str, int],
    reach: Callable[[Page], None],
    scheme: str,
) -> None:
    page = open_page(path, viewport=viewport, color_scheme=scheme)
    reach(page)
    assert_accessible(page)


@pytest.mark.parametrize(
    "path", ["/", "/?q=rights", "/essays/politics/on_rights?q=rights", "/help"]
)
def test_the_keyboard_goes_everywhere_and_is_always_seen(open_page: Open, path: str) -> None:
    page = open_page(path, viewport=DESK)
    total = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, summary, [name=q][type=search]")]
             .filter((one) => one.checkVisibility({visibilityProperty: true})).length"""
    )
    reached = set()
    # The start page begins in the midst of it, so twice round.
    for _ in range(2 * total + 5):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => {
              const one = document.activeElement;
              if (one === document.body) return null;
              const style = getComputedStyle(one);
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
                || style.boxShadow !== "none";
              if (!one.dataset.reached) one.dataset.reached = String(Math.random());
              return [one.dataset.reached, ring, one.outerHTML.slice(0, 120)];
            }"""
        )
        if state is None:  # between the end and the beginning
            continue
        assert state[1], f"no ring on {state[2]}"
        reached.add(state[0])
    # What shows only where the focus is comes on top.
    assert len(reached) >= total
