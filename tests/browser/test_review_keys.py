"""A transcript verified with the keyboard alone; the document larger and turned."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Portal
from tests.browser.test_desk_keys import press


@pytest.fixture
def review(portal: Portal, open_browser: Callable[..., BrowserContext]) -> Page:
    """A transcript on which all agrees, opened from the list with the keyboard."""
    page = open_browser(
        "coordinator-fgw", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    ).new_page()
    page.goto(f"{portal.base}/en/desk/transcripts/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('[data-row]')")
    page.locator("tr:has-text('all agrees') [data-row]").first.focus()
    press(page, "Enter")
    assert "/transcript/" in page.url
    return page


def size(page: Page) -> tuple[float, float]:
    box = page.locator(".sheets svg").first.bounding_box()
    assert box is not None
    return box["width"], box["height"]


def test_a_transcript_is_taken_over_verified_and_undone(review: Page) -> None:
    here = review.url
    press(review, "a")
    for name in ("grade_printed", "credits_printed", "title_printed", "dated_on"):
        assert review.input_value(f"[name={name}]"), name
    assert review.evaluate("document.activeElement.name") == "recorded"
    review.keyboard.type("8")
    review.keyboard.press("1")
    assert review.input_value("[name=recorded]") == "81", "who types does not decide"
    review.keyboard.press("Backspace")
    review.evaluate("document.activeElement.blur()")
    press(review, "1")
    assert "done=" in review.url
    assert "verified the result" in (review.text_content("main") or "")
    press(review, "u")
    assert review.url.partition("?")[0] == here.partition("?")[0]
    assert "Nobody has heard of it" in (review.text_content("body") or "")


def test_one_value_is_taken_over_and_the_next_one_opened(review: Page) -> None:
    here = review.url
    press(review, "g")
    assert review.input_value("[name=grade_printed]")
    assert not review.input_value("[name=title_printed]")
    review.evaluate("document.activeElement.blur()")
    press(review, "n")
    assert review.url != here
    press(review, "2")
    assert review.locator("#id_reason").count() == 1, "returning asks why first"


def test_larger_and_back_leaves_the_other_keys_alone(review: Page) -> None:
    width, _height = size(review)
    review.keyboard.press("z")
    assert size(review)[0] == pytest.approx(2 * width, abs=2)
    review.keyboard.press("z")
    assert size(review)[0] == pytest.approx(width, abs=2)
    review.keyboard.press("?")
    assert review.locator("dialog#keys[open]").is_visible()
    review.keyboard.press("1")
    assert "/transcript/" in review.url, "behind the dialog no key decides"


def test_the_document_is_turned(review: Page) -> None:
    width, height = size(review)
    assert height > width, "a page stands upright"
    for turned, upright in (("90", False), ("180", True), ("270", False), ("0", True)):
        review.select_option(".turn select", turned)
        wide, high = size(review)
        assert (high > wide) == upright
        assert wide <= width + 2, "it stays within its place"


# Where the page stands in what can be scrolled, and whether all that was found stands on it.
PLACES = """() => {
  const sheet = document.querySelector(".sheets svg"), place = sheet.closest(".tscroll");
  const box = place.getBoundingClientRect();
  const page = sheet.querySelector("image").getBoundingClientRect();
  const within = (one, two) => one.left >= two.left - 2 && one.top >= two.top - 2
    && one.right <= two.right + 2 && one.bottom <= two.bottom + 2;
  const all = {left: box.left, top: box.top, right: box.left + place.scrollWidth,
    bottom: box.top + place.scrollHeight};
  const marks = [...sheet.querySelectorAll(".mark")].map(mark => mark.getBoundingClientRect());
  return {width: page.width, wide: page.width > page.height, reached: within(page, all),
    marked: marks.length > 0 && marks.every(mark => within(mark, page))};
}"""


def test_turned_it_can_be_made_larger_and_all_of_it_is_reached(review: Page) -> None:
    for turned, lies in (("90", True), ("180", False), ("270", True)):
        review.select_option(".turn select", turned)
        before = review.evaluate(PLACES)
        review.keyboard.press("z")
        larger = review.evaluate(PLACES)
        review.keyboard.press("z")
        for found in (before, larger):
            assert (found["wide"], found["reached"], found["marked"]) == (lies, True, True), turned
        assert larger["width"] == pytest.approx(2 * before["width"], rel=0.02)
