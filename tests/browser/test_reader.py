"""The reader in a real browser: from hit to hit, permalinks, citations."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_search import DESK, NARROW, PHONE

LETTERS = "/essays/letters/many?q=rivers"


def at(page: Page) -> str:
    """The anchor in the address."""
    return page.url.partition("#")[2]


def test_a_passage_of_the_results_opens_where_it_stands(open_page: Open) -> None:
    page = open_page("/?q=rivers")
    page.locator(".hit a").nth(1).click()
    page.wait_for_url("**/essays/letters/many?q=rivers#p-*")
    expect(page.locator(".passage:target")).to_be_in_viewport()
    expect(page.locator(".passage:target mark").first).to_be_in_viewport()


def test_the_hits_are_walked_by_buttons(open_page: Open) -> None:
    page = open_page(LETTERS)
    total = page.locator(".passage.found").count()
    assert total > 3
    expect(page.locator(".walk")).to_contain_text(f"{total} hits")
    seen = []
    for number in range(1, total + 1):
        page.get_by_role("button", name="Next hit").click()
        expect(page.locator(".walk")).to_contain_text(f"Hit {number} of {total}")
        hit = page.locator(".passage:target")
        expect(hit.locator("mark").first).to_be_in_viewport()
        expect(hit).to_be_focused()
        seen.append(at(page))
    assert len(set(seen)) == total
    page.get_by_role("button", name="Previous hit").click()
    expect(page.locator(".walk")).to_contain_text(f"Hit {total - 1} of {total}")


def test_the_hits_are_walked_by_keys_that_can_be_turned_off(open_page: Open) -> None:
    page = open_page(LETTERS)
    page.keyboard.press("n")
    first = at(page)
    page.keyboard.press("n")
    assert at(page) != first
    page.keyboard.press("p")
    assert at(page) == first
    keys = page.get_by_role("button", name=re.compile("Keys"))
    expect(keys).to_have_attribute("aria-pressed", "true")
    keys.click()
    page.keyboard.press("n")
    assert at(page) == first
    page.reload()
    page.keyboard.press("n")
    assert at(page) == first


def test_letters_typed_into_the_box_are_no_keys(open_page: Open) -> None:
    page = open_page(LETTERS)
    page.get_by_role("combobox", name="Search the essays").click()
    page.keyboard.type("nnn")
    assert at(page) == ""


def test_one_step_back_leads_to_the_results(open_page: Open) -> None:
    page = open_page("/?q=rivers")
    page.locator(".hit a").first.click()
    page.wait_for_url("**/essays/letters/many**")
    for _ in range(4):
        page.keyboard.press("n")
    page.go_back()
    assert page.url.endswith("/?q=rivers")


def test_a_reload_keeps_the_hit(open_page: Open) -> None:
    page = open_page(LETTERS)
    page.keyboard.press("n")
    page.keyboard.press("n")
    here = at(page)
    page.reload()
    assert at(page) == here
    expect(page.locator(".walk")).to_contain_text("Hit 2 of")
    expect(page.locator(".passage:target")).to_be_in_viewport()


def test_without_scripts_the_hits_are_walked_by_links(open_page: Open) -> None:
    page = open_page(LETTERS, java_script_enabled=False)
    page.get_by_role("link", name="First hit").click()
    first = at(page)
    page.locator(".passage:target").get_by_role("link", name="Next").click()
    assert at(page) not in ("", first)
    page.locator(".passage:target").get_by_role("link", name="Previous").click()
    assert at(page) == first


def test_a_permalink_is_seen_on_hover_and_on_focus(open_page: Open) -> None:
    page = open_page("/essays/letters/many", viewport=DESK)
    passage = page.locator(".passage").nth(2)
    link = passage.get_by_role("link", name=re.compile("Link to passage"))
    opacity = "(link) => Number(getComputedStyle(link).opacity)"
    page.mouse.move(1, 1)
    assert link.evaluate(opacity) == 0
    passage.hover()
    expect(link).to_have_css("opacity", "1")
    page.mouse.move(1, 1)
    link.focus()
    assert link.evaluate(opacity) == 1
    box = link.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    link.press("Enter")
    assert at(page) == passage.get_attribute("id")


def test_a_link_to_a_passage_that_is_gone_says_so(open_page: Open) -> None:
    page = open_page("/essays/letters/many#p-00000000", viewport=DESK)
    expect(page.get_by_text("The passage of this link is not in the essay")).to_be_visible()
    page = open_page("/essays/letters/many")
    expect(page.locator(".lost")).to_have_count(0)


def test_a_passage_is_cited_with_its_headings_and_its_link(open_page: Open) -> None:
    page = open_page("/essays/politics/on_rights", viewport=DESK)
    passage = page.locator(".passage").last
    passage.hover()
    passage.get_by_role("button", name="Cite").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    text = " ".join(dialog.locator(".citation").inner_text().split())
    assert text.startswith("Mary Roe, John Doe, “On Rights”, Of Human Rights › Of Protest")
    assert text.endswith(f"/essays/politics/on_rights#{passage.get_attribute('id')}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy citation").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == text
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(passage.get_by_role("button", name="Cite")).to_be_focused()


def test_without_scripts_a_citation_is_a_page(open_page: Open) -> None:
    page = open_page("/essays/letters/many", java_script_enabled=False)
    page.locator(".passage").last.hover()
    page.locator(".passage").last.get_by_role("button", name="Cite").click()
    expect(page.locator("#citation-of-passage")).to_contain_text("Letter 30")
    expect(page.locator("#citation-of-passage")).to_be_in_viewport()


def test_the_outline_leads_to_its_sections_and_marks_the_one_being_read(open_page: Open) -> None:
    page = open_page("/essays/letters/many", viewport=DESK)
    outline = page.get_by_role("navigation", name="Outline")
    outline.get_by_role("link", name="Letter 20").click()
    expect(page.get_by_role("heading", name="Letter 20")).to_be_in_viewport()
    expect(outline.locator("[aria-current=true]")).to_have_text("Letter 20")


@pytest.mark.parametrize("viewport", [NARROW, PHONE, DESK], ids=["400 %", "phone", "desktop"])
@pytest.mark.parametrize("essay", ["letters/many", "politics/on_rights", "hostile/b", "east/haqq"])
def test_no_essay_scrolls_sideways(open_page: Open, viewport: dict[str, int], essay: str) -> None:
    page = open_page(f"/essays/{essay}?q=rights", viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_hostile_text_stays_text(open_page: Open) -> None:
    page = open_page("/essays/hostile/b?q=hostile")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        '<script>alert(1)</script> & "quotes"'
    )
    assert page.locator("article script, article img, article iframe").count() == 0
    page.goto("/?q=<img src=x onerror=alert(1)>")
    box = page.get_by_role("combobox", name="Search the essays")
    expect(box).to_have_value("<img src=x onerror=alert(1)>")
    assert page.locator("main img").count() == 0


def test_print_shows_the_essay_without_the_controls(open_page: Open) -> None:
    page = open_page("/essays/letters/many?q=rivers")
    page.emulate_media(media="print")
    for hidden in (".box", ".walk", ".outline", ".passage .link"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#citation")).to_be_visible()
