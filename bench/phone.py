"""The first view of a page on a slow phone, in a real Chromium: what it weighs, LCP and CLS."""

from __future__ import annotations

import shutil
import statistics
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

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
WATCH = """
window.lcp = 0; window.cls = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) lcp = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) cls += e.value;
}).observe({type: "layout-shift", buffered: true});
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
    lcp, cls = page.evaluate("[lcp, cls]")
    context.close()
    return View(sum(sizes), len(sizes), lcp, cls)
