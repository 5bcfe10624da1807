"""The first view of a page on a slow phone, in a real Chromium: what it weighs, LCP and CLS."""

from __future__ import annotations

import shutil
import statistics
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
# 1.6 Mbit/s down, 750 kbit/s up, 150 ms; a processor four times slower than this machine's.
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
SLOWER = 4
VIEWS = 3  # of each page, each in a browser that has seen nothing; the median counts
QUIET, MOST_WAITS = 500, 40  # milliseconds in which nothing new comes; so often it is asked
# A browser tells of a paint when it has time, on a slow phone long after the network fell still.
WATCH = """
window.lcp = 0; window.cls = 0;
const paints = list => { for (const e of list) lcp = e.startTime; };
const shifts = list => { for (const e of list) if (!e.hadRecentInput) cls += e.value; };
const watched = [["largest-contentful-paint", paints], ["layout-shift", shifts]].map(
  ([type, note]) => {
    const observer = new PerformanceObserver(list => note(list.getEntries()));
    observer.observe({type, buffered: true});
    return () => note(observer.takeRecords());
  });
window.seen = async () => {
  await document.fonts.ready;
  for (const rest of watched) rest();
  return [lcp, cls];
};
"""


class View(NamedTuple):
    """One first view: bytes over the wire, requests, LCP in ms, and CLS."""

    size: float
    requests: float
    lcp: float
    cls: float


def first_views(base: str, paths: dict[str, str]) -> dict[str, View]:
    """The median first view of each page; nothing where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        found = {}
        for name, path in paths.items():
            views = [one_view(browser, base + path) for _ in range(VIEWS)]
            found[name] = View(
                *(statistics.median(figures) for figures in zip(*views, strict=True))
            )
        browser.close()
    return found


def one_view(browser: Browser, address: str) -> View:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = context.new_page()
    page.add_init_script(WATCH)
    devtools = context.new_cdp_session(page)
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="networkidle")
    lcp, cls = seen_in_full(page, sizes)
    context.close()
    return View(sum(sizes), len(sizes), lcp, cls)


def seen_in_full(page: Page, sizes: list[float]) -> tuple[float, float]:
    """LCP and CLS, once the browser has told of a paint and nothing more comes.

    `RuntimeError` when it never tells of one: a page that nobody saw has no figures.
    """
    before = None
    for _wait in range(MOST_WAITS):
        lcp, cls = page.evaluate("seen()")
        now = (lcp, cls, len(sizes))
        if lcp and now == before:
            return lcp, cls
        before = now
        page.wait_for_timeout(QUIET)
    raise RuntimeError(f"{page.url} was never painted, or never came to rest")
