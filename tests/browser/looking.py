"""What a machine finds wrong with a page as it stands in Chromium, with or without its scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest_playwright_axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

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
ALL = {"type": "tag", "values": STANDARDS}
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# axe goes on by a timer, and where no script may run no timer does; a promise that is kept does.
WITHOUT_TIMERS = """window.setTimeout = (then, _ms, ...given) => {
  Promise.resolve().then(() => typeof then === "function" && then(...given));
  return 0;
}"""
RUN_AXE = """only => axe.run(document, {runOnly: only, resultTypes: ["violations"], preload: false})
  .then(found => found.violations.map(
    one => `axe ${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 120))}`))"""
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
OWN_SPACING = "document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1)"
TOO_WIDE = """
() => document.documentElement.scrollWidth <= innerWidth ? [] :
  ["page is " + document.documentElement.scrollWidth + " px wide",
   ...[...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => !e.closest(".tscroll, [role=region]"))
    .slice(0, 5)
    .map(e => e.tagName + "." + e.className + ": " + (e.textContent || "").trim().slice(0, 40))]
"""
# A table scrolls on a phone only where it is read along both sides; other rows become entries.
WIDE_TABLES = """
() => [...document.querySelectorAll("table")]
  .filter(e => !e.matches(".plan, .comparing, .figures"))
  .filter(e => e.parentElement.scrollWidth > e.parentElement.clientWidth + 1)
  .map(e => "table scrolls sideways: " + e.textContent.trim().slice(0, 40))
"""
# The kinds of elements on a page, each with its parent's kind, and whether in the page's own part:
# pages that have the same ones differ in their texts alone.
KINDS = """() => {
  const kind = e => e.tagName + "." + (e.getAttribute("class") || "");
  const told = a => /^(type|role|hidden|aria-(current|disabled|expanded|invalid))$/.test(a.name)
    ? `${a.name}=${a.value}` : a.name;
  const kinds = new Set();
  for (const e of document.querySelectorAll("body *"))
    kinds.add(`${e.closest("main") ? "main " : ""}${kind(e.parentElement)}>${kind(e)} `
      + [...e.attributes].map(told).sort());
  return [...kinds].map(one => one.replace(/\\s+/g, " "));
}"""
STOPS = 150  # of one page, at most
# What is wrong with each stop of the Tab key is noted when the next key is pressed, since then the
# page has scrolled to it. Where no script may run nothing hears the key: `walk.note` is called.
WATCH_KEYS = """() => {
  const look = e => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    // A box that is drawn by its label, or a link that covers its row, is seen there.
    const shown = [e, ...(e.labels || [])];
    const faults = [];
    // A link that covers its row is outlined as the row, a file's field as its box.
    if (![e, e.closest(".dep"), e.closest(".pick")].some(o => o
      && getComputedStyle(o).outlineStyle !== "none"
      && parseFloat(getComputedStyle(o).outlineWidth) >= 2)) faults.push("outlined");
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
      faults.push("in view");
    if (!shown.some(s => {
      const r = s.getBoundingClientRect();
      const x = Math.min(Math.max(r.left + r.width / 2, 1), innerWidth - 2);
      const y = Math.min(Math.max(r.top + Math.min(r.height / 2, 20), 1), innerHeight - 2);
      const top = document.elementFromPoint(x, y);
      return top && (s.contains(top) || top.contains(s));
    })) faults.push("seen");
    // Links inside a sentence are exempt (WCAG 2.5.8).
    if (box.height < 24 && style.display !== "inline"
      && ![...(e.labels || [])].some(l => l.offsetHeight >= 24)) faults.push("large");
    return faults;
  };
  const name = e => e.tagName + " "
    + (e.getAttribute("aria-label") || e.textContent || e.name || "").trim().slice(0, 40);
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== "radio" && !e.closest("[inert]")
      && e.checkVisibility({visibilityProperty: true}));
  const walk = {reached: new Set(), faults: [], isRound: false, stop: new AbortController()};
  window.walk = walk;
  document.activeElement?.blur();
  walk.note = () => {
    const e = document.activeElement; // a date has several stops: day, month, year
    if (!e || e === document.body || e === walk.last || walk.isRound) return;
    walk.last = e;
    if (walk.reached.has(e)) return void (walk.isRound = true);
    walk.reached.add(e);
    walk.faults.push(...look(e).map(fault => `key ${name(e)}: not ${fault}`));
  };
  addEventListener("keydown", walk.note, {capture: true, signal: walk.stop.signal});
  walk.end = isWhole => {
    walk.stop.abort();
    document.activeElement?.blur();
    scrollTo(0, 0);
    const missed = isWhole ? stops.filter(e => e.isConnected && !walk.reached.has(e)) : [];
    return [walk.reached.size, [...walk.faults, ...missed.map(e => `key ${name(e)}: not reached`)]];
  };
}"""


def watched(context: BrowserContext, base: str) -> tuple[Page, list[str]]:
    """A page, and the list into which go its console errors and requests to others."""
    context.add_init_script(WATCH_CSP)
    page = context.new_page()
    noticed: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            noticed.append(f"console: {message.text}")

    page.on("console", on_console)
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


def axe_in_both_themes(page: Page, theme: Any, *, has_script: bool = True) -> list[str]:
    """All rules as the page stands, in `theme`; those about colours in the other theme too."""
    if not has_script:
        page.evaluate(WITHOUT_TIMERS)
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE, ALL)
    other: Any = "dark" if theme == "light" else "light"
    page.emulate_media(color_scheme=other)
    found += [f"in {other} {fault}" for fault in page.evaluate(RUN_AXE, OF_COLOURS)]
    page.emulate_media(color_scheme=theme)
    return found


def reflow(page: Page) -> list[str]:
    """What is too wide at 320 px, and there with the spacing of WCAG 1.4.12 that readers choose."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": 320, "height": 640})
    found: list[str] = page.evaluate(TOO_WIDE) + page.evaluate(WIDE_TABLES)
    page.evaluate(TEXT_SPACING)
    found += [f"spaced {fault}" for fault in page.evaluate(TOO_WIDE)]
    page.evaluate(OWN_SPACING)
    page.set_viewport_size(size)
    return found


def keyboard(page: Page, *, has_script: bool = True) -> tuple[int, list[str]]:
    """A round with the Tab key: how many stops, and what is wrong with each.

    A stop must be outlined, in view, not covered and large enough; what can be clicked must be
    reached, so that nothing traps.
    """
    page.evaluate(WATCH_KEYS)
    is_whole = False
    for number in range(STOPS):
        if not has_script:
            page.evaluate("walk.note()")
        page.keyboard.press("Tab")
        if number % 10 == 9 and (is_whole := page.evaluate("walk.isRound")):
            break
    stops, faults = page.evaluate("isWhole => walk.end(isWhole)", is_whole)
    return stops, faults
