"""A mail as a mail program shows it: readable by everybody, in light and dark, on a small phone."""

from __future__ import annotations

import re

from playwright.sync_api import Browser

from tests.browser import looking
from tests.browser.conftest import Portal
from tests.running import wait_until


def test_a_mail_has_no_faults(portal: Portal, chromium: Browser) -> None:
    visitor = portal.session("")

    def first_mail() -> str:
        """The address of one; the worker sends them after the start."""
        with visitor.open(f"{portal.base}/en/demo/mail/?to=incoming%40") as answer:
            found = re.search(r'href="(/en/demo/mail/[^"]+\.eml/)"', answer.read().decode())
        return found[1] if found else ""

    address = wait_until(first_mail, 60, "a mail to a demo person")
    with visitor.open(f"{portal.base}{address}html/") as answer:
        html = answer.read().decode()

    page = chromium.new_page(color_scheme="light", viewport={"width": 320, "height": 600})
    page.set_content(html)
    violations = looking.axe_in_both_themes(page, "light")
    wide = page.evaluate(looking.TOO_WIDE)
    page.close()

    assert violations == []
    assert wide == []
