"""What people come for, in one go from beginning to end."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Portal
from tests.running import wait_until

type Open = Callable[..., BrowserContext]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "nl-NL"}


class Steps:
    """A page on which each step that somebody takes is counted."""

    def __init__(self, page: Page, start: str) -> None:
        self.page = page
        self.taken = 0
        page.goto(start)

    def search(self, words: str) -> None:
        self.page.get_by_role("searchbox").first.fill(words)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/courses/?*")
        self.taken += 1

    def tap(self, title: str) -> None:
        self.page.get_by_role("heading", level=3).get_by_role("link", name=title).tap()
        self.taken += 1


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_a_visitor_on_a_phone_finds_a_course_in_three_steps(
    portal: Portal, open_browser: Open, has_script: bool
) -> None:
    phone = open_browser(**PHONE, java_script_enabled=has_script)
    steps = Steps(phone.new_page(), f"{portal.base}/nl/")

    steps.search("topology in condensed matter")
    steps.tap("Topologie in gecondenseerde materie")

    expect(steps.page.get_by_role("heading", level=1)).to_contain_text("Topologie")
    expect(steps.page.locator("main")).to_contain_text("Topology in Condensed Matter")
    assert steps.taken <= 3


def test_from_a_spreadsheet_to_a_visitor_who_finds_it(portal: Portal, open_browser: Open) -> None:
    """The partner's file that waits in the demo: looked at, applied, published, found."""
    desk = open_browser("office").new_page()
    desk.goto(f"{portal.base}/en/office/imports/")
    desk.get_by_role("link", name="Look and choose uq-update.csv").click()
    desk.get_by_role("button", name="Apply what is ticked").click()
    desk.get_by_role("button", name="Apply import").click()
    expect(desk.get_by_text("This import has been applied")).to_be_visible()

    visitor = Steps(open_browser(**PHONE).new_page(), f"{portal.base}/nl/")
    visitor.search("groot barrièrerif")
    expect(visitor.page.get_by_role("link", name="Leven van het")).to_have_count(0)

    desk.get_by_role("link", name="Show the drafts").click()
    desk.get_by_role("link", name="Life of the Great Barrier Reef").first.click()
    desk.get_by_role("button", name="Publish course").click()
    desk.get_by_role("link", name=re.compile(r"^\d+ \w+ \d{4} –")).first.click()
    desk.get_by_role("button", name="Publish edition").click()
    expect(desk.get_by_role("status").filter(has_text="published")).to_be_visible()

    visitor = Steps(open_browser(**PHONE).new_page(), f"{portal.base}/nl/")
    visitor.search("groot barrièrerif")
    visitor.tap("Leven van het Groot Barrièrerif")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Groot Barrièrerif")
    expect(visitor.page.locator("main")).to_contain_text("17:30–18:30")
    assert visitor.taken <= 3


def test_a_forgotten_password_is_chosen_anew_by_the_link_in_the_mail(
    portal: Portal, open_browser: Open
) -> None:
    page = open_browser().new_page()
    page.goto(f"{portal.base}/en/account/password/reset/")
    page.get_by_label("E-mail address").fill("leiden-course@demo.example")  # nobody else's here
    page.get_by_role("button", name="Send the link").click()
    link = wait_until(lambda: link_in_mail(portal.log.parent / "mail"), 60, "the mail is sent")

    page.goto(link)
    page.locator("[name=password1]").fill("a-quiet-blue-bicycle")
    page.locator("[name=password2]").fill("a-quiet-blue-bicycle")
    page.locator("main form button").click()

    page.wait_for_url("**/password/reset/key/done/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def link_in_mail(folder: Path) -> str:
    """The link to choose a new password with, in a mail that has one."""
    for file in folder.glob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        if found := re.search(r"http\S+/password/reset/key/\S+", text):
            return found[0]
    return ""
