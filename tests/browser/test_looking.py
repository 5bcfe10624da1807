"""The controls of what is looked for on pages: what is broken on purpose is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import looking
from tests.browser.conftest import Portal
from tests.browser.journeys import WAYS, Journey, Way

type Open = Callable[..., BrowserContext]
BROKEN = """() => {
  document.querySelector("main").insertAdjacentHTML("beforeend",
    "<p class='long'>" + "x".repeat(900) + "</p><img src='https://elsewhere.example/x.png'><input>"
    + "<div class='tscroll'><table><tr><td class='long'>" + "y".repeat(90) + "</table></div>"
    + "<p id='pale'>In one theme alone</p><button id='small'>s</button>");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".long { white-space: nowrap }"
    + "#pale { color: rgb(118, 118, 118); background: rgb(255, 255, 255) }"
    + "@media (prefers-color-scheme: dark) { #pale { color: rgb(200, 200, 200) } }"
    + "#small { min-height: 0; height: 12px; padding: 0; outline: none !important }");
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_a_fault_would_be_seen(portal: Portal, open_browser: Open, *, has_script: bool) -> None:
    """The control: the same checks on a page that was broken on purpose."""
    context = open_browser(java_script_enabled=has_script, color_scheme="light")
    page, noticed = looking.watched(context, portal.base)
    page.goto(f"{portal.base}/en/account/login/")
    stops, sound = looking.keyboard(page, has_script=has_script)
    fewer, also_sound = looking.keyboard(page, has_script=has_script, only_main=True)
    page.evaluate(BROKEN)
    page.wait_for_timeout(200)

    found = looking.axe_in_both_themes(page, "light", has_script=has_script)
    _stops, keys = looking.keyboard(page, has_script=has_script)
    _stops, keys_of_main = looking.keyboard(page, has_script=has_script, only_main=True)

    assert {"axe image-alt", "axe label", "in dark axe color-contrast"} <= {
        one.partition(":")[0] for one in found
    }
    assert "axe color-contrast" not in {one.partition(":")[0] for one in found}
    assert {"page", "table"} <= {one.split()[0] for one in looking.reflow(page)}
    assert (sound, also_sound) == ([], [])
    assert 3 < fewer < stops - 10, "around the page's own part too, or not"
    for heard in (keys, keys_of_main):
        assert {"key BUTTON s: not outlined", "key BUTTON s: not large"} <= set(heard)
    assert [one for one in noticed if one.startswith("third party")]
    assert [one for one in noticed if one.startswith("console")], "what the policy refuses"
    assert not has_script or page.evaluate("refused")


@pytest.mark.parametrize("only_main", [False, True], ids=["page", "main"])
def test_who_is_trapped_is_seen(portal: Portal, open_browser: Open, *, only_main: bool) -> None:
    """The control: a field that gives the keyboard back to itself."""
    page = open_browser().new_page()
    page.goto(f"{portal.base}/en/account/login/")
    page.evaluate("""() => {
      const field = document.querySelector("[name=login]");
      field.addEventListener("blur", () => setTimeout(() => field.focus()));
    }""")

    _stops, faults = looking.keyboard(page, only_main=only_main)

    assert [fault for fault in faults if fault.endswith("not reached")]


@pytest.mark.parametrize("way", WAYS[1:3], ids=str)
def test_a_page_that_nobody_looked_at_is_named(
    journey: Callable[[str, Way], Journey], way: Way
) -> None:
    trip = journey("control", way)
    visitor = trip.person("").goes("/help/")
    trip.ends()
    visitor.page.goto(f"{trip.portal.base}/{way.language}/account/login/")

    with pytest.raises(AssertionError, match="account_login"):
        trip.ends()


def test_a_journey_sees_what_is_broken_on_the_way(
    journey: Callable[[str, Way], Journey], tmp_path: Path
) -> None:
    """Also on a page that was looked at in full: what is broken there is new."""
    trip = journey("control", WAYS[3])
    trip.looked = looking.Looked(tmp_path / "looked")  # of nobody else
    visitor = trip.person("").goes("/account/login/").goes("/account/login/")
    assert (trip.faults, trip.looked_at, trip.in_full) == ([], 2, 1)
    visitor.page.evaluate(BROKEN)

    visitor.looks()

    said = "\n".join(trip.faults)
    for fault in ("axe label", "in dark axe color-contrast", "px wide", "not outlined"):
        assert fault in said, fault
    assert trip.in_full == 2
    assert len([*trip.folder.iterdir()]) == 2, "pictures of what was new"
