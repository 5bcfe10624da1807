"""Nothing moves under the reader's eyes when the portal's own typefaces come in."""

from __future__ import annotations

from playwright.sync_api import Browser, Route

from tests.browser.conftest import PATIENCE, Portal

# Where the parts of a page's first screen begin and how high they are.
BOXES = """() => [...document.querySelectorAll("header, h1, main p, main form, main section")]
  .slice(0, 12).map(e => e.getBoundingClientRect()).flatMap(box => [box.top, box.height])"""
PATHS = ("/nl/", "/en/", "/nl/courses/")
WIDTHS = (390, 1280)


def without_fonts(route: Route) -> None:
    route.abort()


def without_metrics(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("size-adjust", "x-adjust"))


def boxes(
    chromium: Browser, address: str, width: int, *, fonts: bool, metrics: bool
) -> list[float]:
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    if not fonts:
        page.route("**/*.woff2", without_fonts)
    if not metrics:
        page.route("**/app*.css", without_metrics)
    page.goto(address, timeout=PATIENCE)
    page.evaluate("document.fonts.ready.then(() => null)")
    found: list[float] = page.evaluate(BOXES)
    context.close()
    return found


def furthest(ours: list[float], theirs: list[float]) -> float:
    """By how many pixels a part moves or grows, at most."""
    return max(abs(one - other) for one, other in zip(ours, theirs, strict=True))


def test_the_fallback_is_as_large_as_the_typeface(portal: Portal, chromium: Browser) -> None:
    """What the first screen shows stays where it is; without the metrics it would not."""
    moved, unmeasured = {}, []
    for path in PATHS:
        for width in WIDTHS:
            address = portal.base + path
            ours = boxes(chromium, address, width, fonts=True, metrics=True)
            fallback = boxes(chromium, address, width, fonts=False, metrics=True)
            moved[path, width] = furthest(ours, fallback)
            if path == "/nl/":
                plain = boxes(chromium, address, width, fonts=False, metrics=False)
                unmeasured.append(furthest(ours, plain))

    assert {where: by for where, by in moved.items() if by > 3} == {}
    assert max(unmeasured) > 20
