"""From finding a course to sent, on a phone, in Dutch."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Portal

MOTIVATION = "Ik wil leren hoe anderen dit doen en dat meenemen naar mijn eigen opleiding. " * 16


def test_find_a_course_apply_and_send(
    portal: Portal, open_browser: Callable[..., BrowserContext]
) -> None:
    context = open_browser(
        "fsw", viewport={"width": 390, "height": 844}, locale="nl-NL", has_touch=True
    )
    page = context.new_page()
    pages: list[str] = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))
    began = time.monotonic()

    page.goto(f"{portal.base}/nl/")
    page.get_by_role("link", name="Alle vakken op deadline").click()
    page.locator(".dep:has-text('Aanmelden t/m') h3 a").nth(2).click()
    page.locator(".actbar .btn").click()
    applied = len(pages)
    page.get_by_role("button", name="Begin je aanmelding").click()
    # Social Sciences register nothing as extracurricular: it is not offered, and said why.
    expect(page.locator("[name=purpose][value=extracurricular]")).to_have_count(0)
    page.locator("[name=purpose][value=elective]").check()
    page.locator("#id_motivation").fill(MOTIVATION)
    expect(page.locator("#motivation-count")).to_have_text("224 woorden")
    page.get_by_role("button", name="Bewaar en ga verder").click()
    page.get_by_label("Laat mijn coördinator het vragen").check()
    page.get_by_role("button", name="Bewaar en ga verder").click()
    page.wait_for_selector("#id_acknowledged")  # `all` waits for nothing
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Verstuur aanmelding").click()

    expect(page).to_have_url(re.compile(r"/sent/$"))
    seconds = time.monotonic() - began
    print(f"{seconds:.1f} s, {applied} pages to Apply, {len(pages) - applied} from there to sent")
    assert len(pages) - applied <= 4  # after the start page: why, permission, check, sent
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
