"""Ten applications decided with the keyboard alone, and keys that can be switched off."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Portal

FAST = 60  # seconds for ten decisions; by hand at most two minutes


@pytest.fixture
def desk(portal: Portal, open_browser: Callable[..., BrowserContext]) -> Page:
    """The coordinator's queue."""
    page = open_browser("coordinator-fgw").new_page()
    page.goto(f"{portal.base}/en/desk/")
    return page


def press(page: Page, key: str) -> None:
    """Press `key`, which leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def number(page: Page) -> int:
    return int((page.text_content("#count") or "").split()[0])


def test_ten_requests(desk: Page) -> None:
    """Seven approved, one by one; one question; two put aside, one of them from the queue."""
    before = number(desk)
    assert before >= 10, "the demo has enough to decide"
    started = time.monotonic()
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.matches('[data-row]')")
    press(desk, "Enter")
    for _number in range(7):
        press(desk, "1")
    press(desk, "2")
    desk.wait_for_selector("textarea:focus")  # the browser does so with the first picture
    desk.keyboard.type("Does this course overlap with your minor?")  # without looking for the field
    desk.keyboard.press("Tab")
    press(desk, "Enter")
    press(desk, "h")
    press(desk, "1")
    desk.goto(desk.url.partition("/desk/")[0] + "/desk/")
    desk.keyboard.press("j")
    press(desk, "h")
    press(desk, "2")
    taken = time.monotonic() - started
    print(f"ten decisions with the keyboard: {taken:.1f} s")

    assert number(desk) == before - 10
    assert taken < FAST


def test_keys_move_tick_search_and_help(desk: Page) -> None:
    rows = desk.locator("[data-row]")
    first = rows.nth(0).get_attribute("id")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    assert desk.evaluate("document.activeElement.id") == first
    desk.keyboard.press("x")
    assert desk.locator("[name=case]:checked").count() == 1
    desk.keyboard.press("?")
    assert desk.locator("dialog#keys[open]").is_visible()
    desk.keyboard.press("1")
    assert "/desk/" in desk.url, "behind the dialog no key decides"
    desk.keyboard.press("Enter")
    assert not desk.locator("dialog#keys[open]").count(), "Enter closes it, and leaves the keys on"
    desk.keyboard.press("?")
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    desk.keyboard.type("1 j x")
    assert desk.input_value("[name=q]") == "1 j x", "who types does not decide"


def test_switched_off_no_key_does_anything(desk: Page) -> None:
    desk.click("button[commandfor=keys]")
    desk.click("text=Switch the keys off")
    desk.wait_for_selector("text=Keys are off")
    desk.keyboard.press("j")
    assert not desk.evaluate("document.activeElement.matches('[data-row]')")
    desk.keyboard.press("?")
    assert not desk.locator("dialog#keys[open]").count()
    desk.click("button[commandfor=keys]")
    desk.click("text=Switch the keys on")
    desk.wait_for_selector("[data-keys]")
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.matches('[data-row]')")
