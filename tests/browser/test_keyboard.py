"""The keyboard alone: every stop is seen, in view, not covered and large enough; nothing traps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import looking
from tests.browser.conftest import Portal

PAGES = [
    ("", "/nl/"),
    ("", "/nl/courses/"),
    ("", "/en/account/login/"),
    ("", "/en/help/"),
    ("office", "/nl/office/courses/"),
    ("office", "/en/office/people/"),
]


@pytest.mark.parametrize(("who", "path"), PAGES, ids=[path for _who, path in PAGES])
@pytest.mark.parametrize("width", [390, 1280])
def test_walk(
    portal: Portal, open_browser: Callable[..., BrowserContext], who: str, path: str, width: int
) -> None:
    page = open_browser(
        who, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    ).new_page()
    page.goto(portal.base + path)

    stops, faults = looking.keyboard(page)

    assert faults == []
    assert stops > 8


def test_the_first_stop_skips_to_the_content(
    portal: Portal, open_browser: Callable[..., BrowserContext]
) -> None:
    page = open_browser().new_page()
    page.goto(f"{portal.base}/nl/courses/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
