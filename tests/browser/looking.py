"""What a machine finds wrong with a page as it stands in Chromium, with or without its scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest_playwright_axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize

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
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
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
# The same, and with the spacing of WCAG 1.4.12 that readers choose.
TOO_WIDE_SPACED = f"""() => {{
  const tooWide = {TOO_WIDE};
  const found = tooWide(), own = [...document.adoptedStyleSheets], sheet = new CSSStyleSheet();
  sheet.replaceSync("* {{ line-height: 1.5 !important; letter-spacing: .12em !important;"
    + " word-spacing: .16em !important }} p {{ margin-block-end: 2em !important }}");
  document.adoptedStyleSheets = [...own, sheet];
  const spaced = tooWide().map(fault => "spaced " + fault);
  document.adoptedStyleSheets = own;
  return [...found, ...spaced];
}}"""
AT_FIRST_SIGHT = """language => {
  const heads = document.querySelectorAll("h1").length, said = document.documentElement.lang;
  return [...(heads === 1 ? [] : [heads + " h1"]), ...(said === language ? [] : ["lang " + said]),
    ...(window.refused || []).map(one => "CSP: " + one)];
}"""
NARROW: ViewportSize = {"width": 320, "height": 640}  # WCAG 1.4.10
# The kinds of elements on a page, each with its parent's kind, whether in the page's own part, and
# whether something that could say something is empty: pages that have the same ones differ in their
# texts alone.
KINDS = """() => {
  const kind = e => e.tagName + "." + (e.getAttribute("class") || "");
  const told = a => /^(type|role|hidden|aria-(current|disabled|expanded|invalid))$/.test(a.name)
    || !a.value ? `${a.name}=${a.value}` : a.name;
  const kinds = new Set();
  for (const e of document.querySelectorAll("body *"))
    kinds.add(`${e.closest("main") ? "main " : ""}${kind(e.parentElement)}>${kind(e)} `
      + [...e.attributes].map(told).sort() + (e.textContent.trim() ? "" : " empty"));
  return [...kinds].map(one => one.replace(/\\s+/g, " "));
}"""
STOPS = 150  # of one page, at most
# What is wrong with each stop of the Tab key is noted when the next key is pressed, since then the
# page has scrolled to it. Where no script may run nothing hears the key: `walk.note` is called.
WATCH_KEYS = """onlyMain => {
  const place = onlyMain ? document.querySelector("main") : document.body;
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
  const stops = [...place.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== "radio" && !e.closest("[inert]")
      && e.checkVisibility({visibilityProperty: true}));
  const walk = {reached: new Set(), faults: [], isRound: false, stop: new AbortController()};
  window.walk = walk;
  if (onlyMain) place.focus(); // from where the next stop is its first
  else document.activeElement?.blur();
  walk.note = () => {
    const e = document.activeElement; // a date has several stops: day, month, year
    if (!e || e === place || e === walk.last || walk.isRound) return;
    if (!place.contains(e)) return void (walk.isRound = true); // out of the page's own part
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
  return stops.length;
}"""


def kinds_of(page: Page, view: str) -> set[str]:
    """The kinds of elements on the page; those of its own part after the name of its view."""
    kinds: list[str] = page.evaluate(KINDS)
    return {f"{view} {kind}" if kind.startswith("main ") else kind for kind in kinds}


class Looked:
    """What all processes of a run have looked at, kind by kind, in each of the ways to look.

    A page is worth a look while it has a kind that no page of its view had before.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kinds(self, how: str) -> set[str]:
        """Those that were looked at in this way."""
        file = self.folder / how
        return set(file.read_text().splitlines()) if file.exists() else set()

    def new(self, how: str, kinds: set[str]) -> set[str]:
        """What is new among them, which is noted now."""
        new = kinds - self.kinds(how)
        self.folder.mkdir(exist_ok=True)
        with (self.folder / how).open("a") as file:
            file.writelines(f"{kind}\n" for kind in sorted(new))
        return new


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
    # Chromium keeps what it compiled of what comes this way; by `page.evaluate` it takes longer.
    chromium = page.context.new_cdp_session(page)
    assert "exceptionDetails" not in chromium.send("Runtime.evaluate", {"expression": AXE})
    chromium.detach()
    found: list[str] = page.evaluate(RUN_AXE, ALL)
    other: Any = "dark" if theme == "light" else "light"
    page.emulate_media(color_scheme=other)
    found += [f"in {other} {fault}" for fault in page.evaluate(RUN_AXE, OF_COLOURS)]
    page.emulate_media(color_scheme=theme)
    return found


def at_first_sight(page: Page, language: str) -> list[str]:
    """One heading, the language, and nothing refused by the policy."""
    found: list[str] = page.evaluate(AT_FIRST_SIGHT, language)
    return found


def reflow(page: Page) -> list[str]:
    """What is too wide at 320 px, and there with the spacing that readers choose."""
    size = page.viewport_size
    assert size
    if size != NARROW:
        page.set_viewport_size(NARROW)
    found: list[str] = page.evaluate(TOO_WIDE_SPACED) + page.evaluate(WIDE_TABLES)
    if size != NARROW:
        page.set_viewport_size(size)
    return found


def keyboard(
    page: Page, *, has_script: bool = True, only_main: bool = False
) -> tuple[int, list[str]]:
    """A round with the Tab key, or through the page's own part: how many stops, and their faults.

    A stop must be outlined, in view, not covered and large enough; what can be clicked must be
    reached, so that nothing traps.
    """
    expected = page.evaluate(WATCH_KEYS, only_main)
    is_whole = False
    for number in range(STOPS):
        if not has_script:
            page.evaluate("walk.note()")
        if number > expected and number % 3 == 0 and (is_whole := page.evaluate("walk.isRound")):
            break
        page.keyboard.press("Tab")
    stops, faults = page.evaluate("isWhole => walk.end(isWhole)", is_whole)
    return stops, faults
