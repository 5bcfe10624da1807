"""A mail as a mail program shows it: readable by everybody, in light and dark, on a small phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Portal
from tests.browser.test_every_page import AXE, STANDARDS, TOO_WIDE
from tests.running import wait_until


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_mail_has_no_faults(portal: Portal, chromium: Browser, theme: str) -> None:
    visitor = portal.session("")

    def first_mail() -> str:
        """The address of one; the worker sends them after the start."""
        with visitor.open(f"{portal.base}/en/demo/mail/?to=incoming%40") as answer:
            found = re.search(r'href="(/en/demo/mail/[^"]+\.eml/)"', answer.read().decode())
        return found[1] if found else ""

    address = wait_until(first_mail, 60, "a mail to a demo person")
    with visitor.open(f"{portal.base}{address}html/") as answer:
        html = answer.read().decode()

    page = chromium.new_page(color_scheme=theme, viewport={"width": 320, "height": 600})  # type: ignore[arg-type]
    page.set_content(html)
    page.evaluate(AXE)
    run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
    violations = page.evaluate(run, STANDARDS)["violations"]
    wide = page.evaluate(TOO_WIDE)
    page.close()

    assert [(v["id"], [node["html"][:90] for node in v["nodes"]]) for v in violations] == []
    assert wide == []
