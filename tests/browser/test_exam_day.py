"""Marking on the day with the network gone: nothing is lost, and two tablets agree."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from accounts.demo import PASSWORD
from tests.browser.conftest import Portal

# What the page keeps in the browser; htmx keeps the address there, and nothing else does.
KEPT = """[...Object.entries(sessionStorage), ...Object.entries(localStorage)]
    .filter(([key]) => !key.startsWith("htmx")).map(([, value]) => value)"""
BEGUN, TO_COME = "0.05", "0.11"  # the rooms of the demo's sittings today
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


@pytest.fixture
def tablet(portal: Portal, open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A tablet with a sitting of today open; `apart`: with a session of its own."""

    def tablet(room: str = TO_COME, *, apart: bool = False) -> Page:
        page = open_browser("" if apart else "exams", **TABLET).new_page()
        if apart:
            page.goto(f"{portal.base}/en/account/login/")
            page.fill("[name=login]", "exams@demo.example")
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/account/login/" not in url)
        page.goto(f"{portal.base}/en/exams/day/")
        page.click(f".board li:has-text('{room}') h3 a")
        page.wait_for_selector("[data-examday]")
        return page

    return tablet


def seat(page: Page, number: int) -> Locator:
    return page.locator("[data-seat]").nth(number)


def test_marks_wait_for_the_network_and_two_tablets_agree(tablet: Callable[..., Page]) -> None:
    one, two = tablet(), tablet()
    words = seat(one, 0).locator("[data-words]")
    one.clock.install()

    one.context.set_offline(True)
    seat(one, 0).get_by_role("button", name="Present").click()
    seat(one, 1).get_by_role("button", name="Late").click()
    expect(words).to_have_text("Present (waits for the network)")
    expect(one.locator("#sending")).to_contain_text("2 marks wait for the network")
    assert seat(two, 0).locator("[data-words]").inner_text() == "not marked yet", "the control"
    # Two hours later, on the other tablet: of two marks about a seat the later one stands.
    one.clock.fast_forward("02:00:00")
    seat(two, 1).get_by_role("button", name="Not there").click()
    expect(seat(two, 1).locator("[data-words]")).to_have_text("not there")
    one.context.set_offline(False)

    expect(words).to_have_text("present")
    expect(one.locator("#sending")).to_have_text("Everything has been sent.")
    expect(one.locator("#refused")).to_contain_text("a later mark of another device counts")
    both = one.locator("#marks li").filter(has_text=re.compile("2, .*(minutes? late|not there)"))
    expect(both).to_have_count(2)
    expect(both.filter(has=one.locator(".tag"))).to_contain_text(re.compile("late .* a later mark"))
    expect(seat(one, 1).locator("[data-words]")).to_have_text("not there")
    expect(seat(two, 0).locator("[data-words]")).to_have_text("present")
    expect(seat(two, 1).locator("[data-words]")).to_have_text("not there")


def test_what_waits_outlives_a_reload(tablet: Callable[..., Page]) -> None:
    page = tablet()
    page.route("**/marks/", lambda route: route.abort())
    seat(page, 2).get_by_role("button", name="Identity checked").click()
    page.fill("#incident [name=text]", "A telephone rang at the desk of Noor")
    page.click("#incident button")
    expect(page.locator("#sending")).to_contain_text("2 marks wait")
    page.wait_for_function(f"{KEPT}.join().length > 1300")  # both are written
    (kept,) = page.evaluate(KEPT)  # numbers alone, of which nobody reads what was typed
    assert re.fullmatch(r"\[[\d,]+\]", kept)
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute("**/marks/")

    page.reload()

    expect(seat(page, 2).locator("[data-identified]")).to_be_visible()
    expect(page.locator("#marks")).to_contain_text("identity checked")
    expect(page.locator("#marks")).to_contain_text("A telephone rang at the desk of Noor")
    page.wait_for_function(f"{KEPT}.join().length < 500")  # nothing is kept of what was sent


def test_what_waits_is_read_by_nobody_else(tablet: Callable[..., Page]) -> None:
    """With the key of another sitting it opens nothing, and the page begins anew."""
    page = tablet()
    page.route("**/marks/", lambda route: route.abort())
    seat(page, 3).get_by_role("button", name="Identity checked").click()
    expect(page.locator("#sending")).to_contain_text("1 mark waits")
    page.wait_for_function(f"{KEPT}.length === 1")
    page.on("dialog", lambda dialog: dialog.accept())

    def with_another_key(route: Route) -> None:
        answer = route.fetch()
        page = re.sub('data-key="[^"]+', f'data-key="{"A" * 43}=', answer.text())
        route.fulfill(response=answer, body=page)

    page.route("**/exams/day/*/", with_another_key)
    page.unroute("**/marks/")

    page.reload()

    expect(seat(page, 3).locator("[data-identified]")).to_be_hidden()
    expect(page.locator("#sending")).to_have_text("")


def test_every_target_is_large_enough_for_a_thumb(tablet: Callable[..., Page]) -> None:
    page = tablet()

    small = page.evaluate(
        """[...document.querySelectorAll("main :is(button, .btn, summary, select)")]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 48)
        .map((one) => one.textContent)"""
    )

    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 820


def test_the_device_in_the_room_is_signed_out_when_the_sitting_is_closed(
    tablet: Callable[..., Page],
) -> None:
    # Not the sitting of the other tests: they come in any order, and a closed one takes no marks.
    room, other = tablet(BEGUN, apart=True), tablet(BEGUN)
    room.click("text=Use this device in the room")
    room.wait_for_selector("#leave")
    for number in range(other.locator("[data-seat]").count()):
        seat(other, number).get_by_role("button", name="Present").click()
    expect(other.locator("#count")).to_contain_text("all are marked")
    other.click("a:has-text('Close the sitting')")
    other.click("button:has-text('Close the sitting')")

    room.wait_for_selector("text=This device is signed out")

    assert room.evaluate(KEPT) == []
    room.goto(room.url.partition("/exams/")[0] + "/exams/day/")
    assert "/account/login/" in room.url
