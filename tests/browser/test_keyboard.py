"""The keyboard alone: every stop is seen, in view, not covered and large enough; nothing traps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Portal

STOP = """
() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  // A box that is drawn by its label, or a link that covers its row, is seen there.
  const shown = [e, ...(e.labels || [])];
  const seen = shown.some(s => {
    const r = s.getBoundingClientRect();
    const x = Math.min(Math.max(r.left + r.width / 2, 1), innerWidth - 2);
    const y = Math.min(Math.max(r.top + Math.min(r.height / 2, 20), 1), innerHeight - 2);
    const top = document.elementFromPoint(x, y);
    return top && (s.contains(top) || top.contains(s));
  });
  return {
    what: e.tagName + " "
      + (e.getAttribute("aria-label") || e.textContent || e.name || "").trim().slice(0, 40),
    // A link that covers its row is outlined as the row.
    outlined: [e, e.closest(".dep")].some(o => o && getComputedStyle(o).outlineStyle !== "none"
      && parseFloat(getComputedStyle(o).outlineWidth) >= 2),
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    seen,
    // Links inside a sentence are exempt (WCAG 2.5.8).
    large: box.height >= 24 || style.display === "inline"
      || [...(e.labels || [])].some(l => l.offsetHeight >= 24),
  };
}
"""
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
    stops, faults = [], []
    for _ in range(150):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop["what"])
        faults += [
            f"{stop['what']}: not {fault}"
            for fault in ("outlined", "inView", "seen", "large")
            if not stop[fault]
        ]

    assert faults == []
    assert len(stops) > 8
    assert stop is None or len(stops) == 150, "the walk ends at the browser's own controls"


def test_the_first_stop_skips_to_the_content(
    portal: Portal, open_browser: Callable[..., BrowserContext]
) -> None:
    page = open_browser().new_page()
    page.goto(f"{portal.base}/nl/courses/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
