"""The search page in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Open

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
# CSS pixels that a window of 1280 shows at 400 %.
NARROW = {"width": 320, "height": 256}


def test_the_start_page_has_the_cursor_in_the_box(open_page: Open) -> None:
    page = open_page("/")
    expect(page.get_by_role("combobox", name="Search the essays")).to_be_focused()


def test_a_query_is_typed_and_its_passages_come_lit(open_page: Open) -> None:
    page = open_page("/")
    expect(page.get_by_role("combobox", name="Search the essays")).to_be_focused()
    page.keyboard.type("rivers monks")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=rivers+monks")
    expect(page.get_by_role("link", name="Thirty Letters", exact=True)).to_be_visible()
    lit = page.locator(".snippet mark")
    assert {text.lower() for text in lit.all_inner_texts()} >= {"rivers", "monks"}
    assert page.title().startswith("rivers monks · 1 essay")
    expect(page.get_by_role("status").filter(has_text="1 essay")).to_be_visible()


def test_the_totals_are_put_into_their_live_region_once_the_page_is_there(
    open_page: Open,
) -> None:
    page = open_page("/help")
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
             window.said = [];
             for (const region of document.querySelectorAll("[role=status]"))
               new MutationObserver(() => window.said.push(region.textContent))
                 .observe(region, {childList: true, characterData: true, subtree: true});
           })"""
    )
    page.goto("/?q=rivers")
    page.wait_for_timeout(1_000)
    assert [text for text in page.evaluate("said") if re.match(r"1 essay, \d+ passages", text)]


def test_a_slash_jumps_to_the_box_and_selects_what_is_there(open_page: Open) -> None:
    page = open_page("/?q=rivers")
    box = page.get_by_role("combobox", name="Search the essays")
    expect(box).not_to_be_focused()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("monks")
    expect(box).to_have_value("monks")
    page.keyboard.type("/")
    expect(box).to_have_value("monks/")


def test_the_slash_can_be_turned_off_on_the_help_page(open_page: Open) -> None:
    page = open_page("/help")
    box = page.get_by_role("combobox", name="Search the essays")
    page.get_by_role("button", name="Turn single keys (/, n, p) off").click()
    page.keyboard.press("/")
    expect(box).not_to_be_focused()
    page.reload()
    page.get_by_role("button", name="Turn single keys (/, n, p) on").click()
    page.keyboard.press("/")
    expect(box).to_be_focused()


def test_suggestions_come_and_are_chosen_by_keyboard(open_page: Open) -> None:
    page = open_page("/")
    box = page.get_by_role("combobox", name="Search the essays")
    expect(box).to_be_focused()
    page.keyboard.type("thirty le")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    active = box.get_attribute("aria-activedescendant")
    assert active is not None
    assert active == options.first.get_attribute("id")
    expect(box).to_be_focused()
    chosen = options.first.locator("bdi").inner_text()
    assert chosen.lower().startswith("thirty letters")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?q=[Tt]hirty"))
    expect(page.get_by_role("link", name="Thirty Letters", exact=True)).to_be_visible()


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(open_page: Open) -> None:
    page = open_page("/")
    box = page.get_by_role("combobox", name="Search the essays")
    expect(box).to_be_focused()
    page.keyboard.type("riv")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("riv")
    expect(box).to_be_focused()


def test_suggestions_that_fail_are_just_not_there(open_page: Open) -> None:
    page = open_page("/")
    asked: list[str] = []

    def failed(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, body="{}", content_type="text/plain")

    page.route("**/api/v1/suggest**", failed)
    expect(page.get_by_role("combobox", name="Search the essays")).to_be_focused()
    page.keyboard.type("rivers")
    page.wait_for_timeout(400)
    assert asked
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=rivers")


def test_the_back_button_goes_through_queries_and_pages(open_page: Open) -> None:
    page = open_page("/?q=rights")
    page.get_by_role("link", name="Newest first").click()
    page.wait_for_url("**sort=date")
    page.get_by_role("link", name=re.compile("^On Rights")).click()
    page.wait_for_url("**/essays/politics/on_rights**")
    page.go_back()
    assert page.url.endswith("/?q=rights&sort=date")
    page.go_back()
    assert page.url.endswith("/?q=rights")
    expect(page.get_by_role("combobox", name="Search the essays")).to_have_value("rights")


def test_a_filter_narrows_and_its_chip_widens_again(open_page: Open) -> None:
    page = open_page("/?q=rights", viewport=DESK)
    page.get_by_role("link", name=re.compile("^politics")).click()
    page.wait_for_url("**in%3Apolitics**")
    expect(page.get_by_role("link", name="On Rights", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Violent repression")).to_have_count(0)
    page.get_by_role("link", name="Remove folder: politics").click()
    page.wait_for_url("**/?q=rights")


def test_on_a_phone_the_filters_are_folded_away(open_page: Open) -> None:
    page = open_page("/?q=rights", viewport=PHONE)
    choice = page.get_by_role("link", name=re.compile("^politics"))
    expect(choice).to_be_hidden()
    page.get_by_text("Narrow by").click()
    expect(choice).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/?q=rights", "/?q=xyzzy", "/essays", "/help", "/api"])
@pytest.mark.parametrize("viewport", [NARROW, PHONE, DESK], ids=["400 %", "phone", "desktop"])
def test_no_page_scrolls_sideways(open_page: Open, path: str, viewport: dict[str, int]) -> None:
    page = open_page(path, viewport=viewport)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"]


@pytest.mark.parametrize("path", ["/?q=rights", "/essays/politics/on_rights?q=rights", "/help"])
def test_light_and_dark_are_two_schemes(open_page: Open, path: str) -> None:
    shades = []
    for scheme in ("light", "dark"):
        page = open_page(path, color_scheme=scheme)
        shades.append(
            page.evaluate(
                """() => {
                  const canvas = document.createElement("canvas")
                    .getContext("2d", {willReadFrequently: true});
                  return ["backgroundColor", "color"].map((name) => {
                    canvas.fillStyle = getComputedStyle(document.body)[name];
                    canvas.fillRect(0, 0, 1, 1);
                    return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)
                      .reduce((sum, value) => sum + value) / 765;
                  });
                }"""
            )
        )
    (light_ground, light_text), (dark_ground, dark_text) = shades
    assert light_ground > 0.8 > 0.4 > light_text
    assert dark_ground < 0.2 < 0.6 < dark_text


def test_without_scripts_a_search_goes_to_the_passage(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    page.get_by_role("searchbox", name="Search the essays").fill("rivers")
    page.get_by_role("button", name="Search").click()
    page.locator(".hit a").first.click()
    assert "/essays/letters/many?q=rivers#p-" in page.url
    expect(page.locator(".passage:target mark").first).to_be_in_viewport()


def test_nothing_is_kept_in_the_browser_by_searching(open_page: Open) -> None:
    page = open_page("/?q=rights")
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0


def test_with_reduced_motion_nothing_moves(open_page: Open) -> None:
    page = open_page("/essays/letters/many?q=rivers", reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
             const style = getComputedStyle(one);
             const lasts = (text) => text.split(",").some((time) => parseFloat(time) > 0.01);
             return lasts(style.transitionDuration) || lasts(style.animationDuration)
               || style.scrollBehavior === "smooth";
           }).length"""
    )
    assert moving == 0


@pytest.mark.parametrize("viewport", [PHONE, DESK])
@pytest.mark.parametrize(
    "path",
    ["/?q=rights+author:{}", "/essays?author={}", "/essays?by=folder&folder={}/{}", "/essays/{}"],
)
def test_names_without_end_make_no_page_wider(
    open_page: Open, path: str, viewport: dict[str, int]
) -> None:
    page = open_page(path.format("y" * 400, "z" * 400), viewport=viewport)
    assert page.get_by_text("y" * 20).count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
