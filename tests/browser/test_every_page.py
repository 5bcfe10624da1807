"""Every page that somebody of the demo can walk to: no fault a machine can see.

Each view is looked at in Dutch, and in English as somebody else where two can walk to it; each time
in both themes.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import conftest, looking
from tests.browser.conftest import PEOPLE, Portal

type Open = Callable[..., BrowserContext]
FORMS_WITHOUT_A_BUTTON = """[...document.querySelectorAll("main form:not([hidden])")]
  .filter(form => !form.querySelector("button:not([type=button]), input[type=submit]"))
  .map(form => `form without a button: ${form.getAttribute("action")}`)"""


def in_language(path: str, language: str) -> str:
    return f"/{language}/{path.removeprefix('/en/')}"


def faults_of(
    page: Page, looked: looking.Looked, view: str, noticed: list[str], language: str, theme: str
) -> list[str]:
    """What a machine finds on the page, which is 320 px wide; in full on a desktop, both themes."""
    found = looking.reflow(page)
    if looked.new(f"axe {language} desktop", looking.kinds_of(page, view)):
        page.set_viewport_size({"width": 1280, "height": 720})
        found += looking.axe_in_both_themes(page, theme)
        page.set_viewport_size(looking.NARROW)
    return [*found, *looking.at_first_sight(page, language), *noticed]


@pytest.mark.parametrize("who", PEOPLE, ids=[who or "visitor" for who in PEOPLE])
@pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
def test_no_faults(portal: Portal, open_browser: Open, number: int, who: str) -> None:
    faults: dict[str, list[str]] = {}
    language, theme = [("nl", "light"), ("en", "dark")][number]
    # What moves with the colours would be measured half-way.
    options = {"color_scheme": theme, "viewport": looking.NARROW, "reduced_motion": "reduce"}
    page, noticed = looking.watched(open_browser(who, **options), portal.base)
    looked, titles = looking.Looked(portal.noted), dict[str, str]()
    for sample in portal.samples()[number]:
        if sample.who != who:
            continue
        address = in_language(sample.path, language)
        answer = page.goto(portal.base + address)
        assert answer
        found = [] if answer.status == 200 else [f"status {answer.status}"]
        found += faults_of(page, looked, sample.view, noticed, language, theme)
        # What somebody has done meanwhile may lead from a page to the next.
        is_there = urlsplit(page.url).path == address.partition("?")[0]
        other = titles.setdefault(page.title(), sample.view) if is_there else sample.view
        if other != sample.view:
            found.append(f"has the title of {other}: {page.title()}")
        if found:
            faults[f"{sample.view} {address} as {who or 'visitor'}"] = found
        noticed.clear()

    assert not faults, "\n".join(f"{where}: {found}" for where, found in faults.items())


def test_each_role_is_among_them(portal: Portal) -> None:
    """Everybody's own start is looked at, and a walk that is cut off says so."""
    first, second = portal.samples()
    assert {one.who for one in [*first, *second]} == set(PEOPLE)
    assert len({one.view for one in first}) > 150
    assert {one.view for one in second} == {one.view for one in first}
    assert sum(one.who != other.who for one, other in zip(first, second, strict=True)) > 50


def test_a_walk_that_is_cut_off_says_so(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "LIMIT", 5)
    monkeypatch.setattr(portal, "_pages", {})
    with pytest.raises(AssertionError, match="more than 5 views"):
        portal.pages("")


def test_what_was_seen_is_not_looked_at_again_and_what_is_new_is(
    portal: Portal, open_browser: Open, tmp_path: Path
) -> None:
    """The control of looking in full once: at a page like the last one nothing is missed."""
    options = {"color_scheme": "light", "viewport": looking.NARROW, "reduced_motion": "reduce"}
    page, noticed = looking.watched(open_browser(**options), portal.base)
    page.goto(f"{portal.base}/en/account/login/")
    looked, view = looking.Looked(tmp_path / "looked"), "account_login"

    def found() -> list[str]:
        return faults_of(page, looked, view, noticed, "en", "light")

    def is_new(view: str) -> bool:
        return not looking.kinds_of(page, view) <= looked.kinds("axe en desktop")

    assert is_new(view)
    assert found() == []
    page.reload()
    assert not is_new(view)
    assert is_new("account_signup"), "the same elements on a page of another view"

    # What costs little is looked at each time.
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("h1 { inline-size: 900px }");
      document.adoptedStyleSheets = [sheet];
    }""")
    assert not is_new(view)
    assert [fault for fault in found() if "px wide" in fault]

    # One element of a new kind, or one that says nothing any more, brings all of it back.
    page.reload()
    page.evaluate("""document.querySelector("main").insertAdjacentHTML("beforeend",
        "<p>Paid by <input></p>")""")
    assert [fault for fault in found() if "axe label" in fault]
    page.reload()
    page.evaluate("document.querySelector('main a').replaceChildren()")
    assert [fault for fault in found() if "axe link-name" in fault]


def test_pages_work_without_javascript(portal: Portal, open_browser: Open) -> None:
    """Every page shows its heading, and every form has a button that sends it."""
    faults = {}
    for who, samples in groupby(portal.samples()[0], key=lambda one: one.who):
        page = open_browser(who, java_script_enabled=False).new_page()
        for sample in samples:
            page.goto(portal.base + sample.path)
            found = [] if page.locator("h1").is_visible() else ["no heading"]
            found += page.evaluate(FORMS_WITHOUT_A_BUTTON)
            if found:
                faults[f"{sample.view} as {who}"] = found
        page.context.close()

    assert faults == {}
