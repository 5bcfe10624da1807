"""Every page that a visitor, a student or the office can walk to: no fault a machine can see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_playwright_axe
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Portal

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
PEOPLE = ["", "student", "office"]
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
each_person = pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "visitor")
each_language = pytest.mark.parametrize("language", ["nl", "en"])


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


@each_person
@each_language
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_faults(portal: Portal, open_browser: Open, who: str, language: str, theme: str) -> None:
    page, noticed = watched(open_browser(who, color_scheme=theme), portal.base)
    faults: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for name, path in portal.pages(who).items():
        address = in_language(path, language)
        answer = page.goto(portal.base + address)
        assert answer
        found = [f"status {answer.status}"] if answer.status != 200 else []
        page.evaluate(AXE)
        run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
        for violation in page.evaluate(run, STANDARDS)["violations"]:
            places = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append(f"axe {violation['id']}: {places}")
        found += [f"CSP: {refused}" for refused in page.evaluate("refused")]
        found += noticed
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} h1")
        if page.locator("html").get_attribute("lang") != language:
            found.append("wrong lang")
        if (other := titles.setdefault(page.title(), name)) != name:
            found.append(f"has the title of {other}: {page.title()}")
        if found:
            faults[f"{name} {address}"] = found
        noticed.clear()

    assert faults == {}
    assert len(titles) > 8


@each_person
@each_language
def test_nothing_is_wider_than_a_small_phone(
    portal: Portal, open_browser: Open, who: str, language: str
) -> None:
    """At 320 px, as it is and with the text spacing that WCAG 1.4.12 lets readers choose."""
    page = open_browser(who, viewport={"width": 320, "height": 640}).new_page()
    faults = {}
    for name, path in portal.pages(who).items():
        page.goto(portal.base + in_language(path, language))
        plain = page.evaluate(TOO_WIDE)
        page.evaluate(TEXT_SPACING)
        if wide := plain or page.evaluate(TOO_WIDE):
            faults[name] = wide

    assert faults == {}


@each_person
def test_pages_work_without_javascript(portal: Portal, open_browser: Open, who: str) -> None:
    """Every page shows its heading, and every form has a button that sends it."""
    page = open_browser(who, java_script_enabled=False).new_page()
    faults = {}
    for name, path in portal.pages(who).items():
        page.goto(portal.base + path)
        found = [] if page.locator("h1").is_visible() else ["no heading"]
        forms = page.locator("main form:not([hidden])")
        for number in range(forms.count()):
            form = forms.nth(number)
            if not form.locator("button:not([type=button]), input[type=submit]").count():
                found.append(f"form without a button: {form.get_attribute('action')}")
        if found:
            faults[name] = found

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
