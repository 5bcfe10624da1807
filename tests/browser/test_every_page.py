"""Every page that somebody of the demo can walk to: no fault a machine can see.

Each view is looked at as two people where two can walk to it, each time in light in one language
and in dark in the other: what differs between languages and themes does so on every page.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_playwright_axe
from playwright.sync_api import BrowserContext, Page

from tests.browser import conftest
from tests.browser.conftest import PEOPLE, Portal

AXE = (Path(pytest_playwright_axe.__file__).parent / "resources" / "axe.min.js").read_text()
STANDARDS = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "EN-301-549",
    "best-practice",
]
WATCH_CSP = """
window.refused = [];
addEventListener("securitypolicyviolation",
  e => refused.push(e.violatedDirective + " " + e.blockedURI));
"""
TEXT_SPACING = """
const sheet = new CSSStyleSheet();
sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
  + " word-spacing: .16em !important } p { margin-block-end: 2em !important }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
"""
TOO_WIDE = """
() => document.documentElement.scrollWidth <= innerWidth ? [] :
  ["page is " + document.documentElement.scrollWidth + " px wide",
   ...[...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => !e.closest(".tscroll, [role=region]"))
    .slice(0, 5)
    .map(e => e.tagName + "." + e.className + ": " + (e.textContent || "").trim().slice(0, 40))]
"""

type Open = Callable[..., BrowserContext]


def in_language(path: str, language: str) -> str:
    return f"/{language}/{path.removeprefix('/en/')}"


def watched(context: BrowserContext, base: str) -> tuple[Page, list[str]]:
    """A page, and the list into which go its console errors and requests to others."""
    context.add_init_script(WATCH_CSP)
    page = context.new_page()
    noticed: list[str] = []
    page.on(
        "console", lambda m: noticed.append(f"console: {m.text}") if m.type == "error" else None
    )
    page.on("pageerror", lambda error: noticed.append(f"script: {error}"))
    page.on(
        "request",
        lambda r: (
            noticed.append(f"third party: {r.url}")
            if not r.url.startswith((base, "data:", "blob:"))
            else None
        ),
    )
    return page, noticed


def faults_of(page: Page, noticed: list[str], language: str) -> list[str]:
    """What a machine finds on the page as it stands, then on one of 320 px, and there with the text
    spacing that WCAG 1.4.12 lets readers choose."""
    found = []
    page.evaluate(AXE)
    run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
    for violation in page.evaluate(run, STANDARDS)["violations"]:
        places = [node["html"][:120] for node in violation["nodes"][:3]]
        found.append(f"axe {violation['id']}: {places}")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if page.locator("html").get_attribute("lang") != language:
        found.append("wrong lang")
    page.set_viewport_size({"width": 320, "height": 640})
    found += page.evaluate(TOO_WIDE)
    page.evaluate(TEXT_SPACING)
    found += page.evaluate(TOO_WIDE)
    found += [f"CSP: {refused}" for refused in page.evaluate("refused")]
    return found + noticed


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
def test_no_faults(portal: Portal, open_browser: Open, number: int, theme: str) -> None:
    language = "nl" if (number == 0) == (theme == "light") else "en"
    faults: dict[str, list[str]] = {}
    looked_at = 0
    for who, samples in groupby(portal.samples()[number], key=lambda one: one.who):
        page, noticed = watched(open_browser(who, color_scheme=theme), portal.base)
        titles: dict[str, str] = {}
        for sample in samples:
            address = in_language(sample.path, language)
            page.set_viewport_size({"width": 1280, "height": 720})
            answer = page.goto(portal.base + address)
            assert answer
            found = [] if answer.status == 200 else [f"status {answer.status}"]
            found += faults_of(page, noticed, language)
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
    assert looked_at > 60


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


def test_a_fault_would_be_seen(portal: Portal, open_browser: Open) -> None:
    """The control: the same checks on a page that was broken on purpose."""
    page, noticed = watched(open_browser(viewport={"width": 320, "height": 640}), portal.base)
    page.goto(f"{portal.base}/en/")
    page.evaluate(
        """() => {
            document.querySelector("main").insertAdjacentHTML("beforeend",
                "<p id='wide'>" + "x".repeat(900) + "</p><img src='https://elsewhere.example/x.png'><input>");
            const p = document.getElementById("wide");
            p.attributeStyleMap.set("white-space", "nowrap");
            p.attributeStyleMap.set("color", "rgb(200, 200, 200)");
        }"""
    )
    page.wait_for_timeout(200)
    page.evaluate(AXE)
    run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"

    assert {"image-alt", "label"} <= {v["id"] for v in page.evaluate(run, STANDARDS)["violations"]}
    assert page.evaluate("refused")
    assert page.evaluate(TOO_WIDE)
    assert noticed
