"""Every page that somebody of the demo can walk to: no fault a machine can see.

Each view is looked at in Dutch, and in English as somebody else where two can walk to it; each time
in both themes.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import conftest, looking
from tests.browser.conftest import PEOPLE, Portal

type Open = Callable[..., BrowserContext]


def in_language(path: str, language: str) -> str:
    return f"/{language}/{path.removeprefix('/en/')}"


def faults_of(page: Page, noticed: list[str], language: str, theme: str) -> list[str]:
    """What a machine finds on the page as it stands, in both themes, and on one of 320 px."""
    found = looking.axe_in_both_themes(page, theme)
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if page.locator("html").get_attribute("lang") != language:
        found.append("wrong lang")
    found += looking.reflow(page)
    found += [f"CSP: {refused}" for refused in page.evaluate("refused")]
    return found + noticed


@pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
def test_no_faults(portal: Portal, open_browser: Open, number: int) -> None:
    faults: dict[str, list[str]] = {}
    looked_at = 0
    language, theme = [("nl", "light"), ("en", "dark")][number]
    first, second = portal.samples()
    others = {one.view for one in second}
    again = [*second, *(one for one in first if one.view not in others)]
    round_of = [first, sorted(again, key=lambda one: PEOPLE.index(one.who))][number]
    for who, samples in groupby(round_of, key=lambda one: one.who):
        # What moves with the colours would be measured half-way.
        context = open_browser(who, color_scheme=theme, reduced_motion="reduce")
        page, noticed = looking.watched(context, portal.base)
        page.set_viewport_size({"width": 1280, "height": 720})
        titles: dict[str, str] = {}
        for sample in samples:
            address = in_language(sample.path, language)
            answer = page.goto(portal.base + address)
            assert answer
            found = [] if answer.status == 200 else [f"status {answer.status}"]
            found += faults_of(page, noticed, language, theme)
            # What somebody has done meanwhile may lead from a page to the next.
            is_there = urlsplit(page.url).path == address.partition("?")[0]
            other = titles.setdefault(page.title(), sample.view) if is_there else sample.view
            if other != sample.view:
                found.append(f"has the title of {other}: {page.title()}")
            if found:
                faults[f"{sample.view} {address} as {who or 'visitor'}"] = found
            noticed.clear()
            looked_at += 1
        page.context.close()

    assert not faults, "\n".join(f"{where}: {found}" for where, found in faults.items())
    assert looked_at > 150


def test_each_role_is_among_them(portal: Portal) -> None:
    """Everybody's own start is looked at, and a walk that is cut off says so."""
    first, second = portal.samples()
    assert {one.who for one in [*first, *second]} == set(PEOPLE)
    assert len({one.view for one in first}) > 150
    assert {one.view for one in second} <= {one.view for one in first}


def test_a_walk_that_is_cut_off_says_so(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "LIMIT", 5)
    monkeypatch.setattr(portal, "_pages", {})
    with pytest.raises(AssertionError, match="more than 5 views"):
        portal.pages("")


def test_pages_work_without_javascript(portal: Portal, open_browser: Open) -> None:
    """Every page shows its heading, and every form has a button that sends it."""
    faults = {}
    for who, samples in groupby(portal.samples()[0], key=lambda one: one.who):
        page = open_browser(who, java_script_enabled=False).new_page()
        for sample in samples:
            page.goto(portal.base + sample.path)
            found = [] if page.locator("h1").is_visible() else ["no heading"]
            forms = page.locator("main form:not([hidden])")
            for number in range(forms.count()):
                form = forms.nth(number)
                if not form.locator("button:not([type=button]), input[type=submit]").count():
                    found.append(f"form without a button: {form.get_attribute('action')}")
            if found:
                faults[f"{sample.view} as {who}"] = found
        page.context.close()

    assert faults == {}
