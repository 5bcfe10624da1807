"""A file to choose: in the page's language, by keyboard, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Portal

FILE = {"name": "vakken.csv", "mimeType": "text/csv", "buffer": b"a" * 2_000_000}


def page_of(portal: Portal, open_browser: Callable[..., BrowserContext], **options: object) -> Page:
    page = open_browser("office", viewport={"width": 390, "height": 844}, **options).new_page()
    page.goto(f"{portal.base}/nl/office/imports/")
    return page


def test_it_speaks_the_language_of_the_page(
    portal: Portal, open_browser: Callable[..., BrowserContext]
) -> None:
    page = page_of(portal, open_browser, locale="de-DE")
    box, field = page.locator(".pick"), page.locator("input[type=file]")

    expect(box).to_contain_text("Nog geen bestand gekozen")
    expect(box).to_have_css("outline-style", "none")
    field.focus()
    expect(box).to_have_css("outline-style", "solid")
    with page.expect_file_chooser() as chooser:
        field.press("Enter")
    chooser.value.set_files(FILE)

    expect(box).to_contain_text("vakken.csv, 1,9 MB")
    expect(field).to_have_accessible_name("Bestand Kies een bestand")


def test_it_works_without_javascript(
    portal: Portal, open_browser: Callable[..., BrowserContext]
) -> None:
    page = page_of(portal, open_browser, java_script_enabled=False)

    expect(page.locator("input[type=file]")).to_have_css("opacity", "1")
    expect(page.get_by_text("Nog geen bestand gekozen")).to_be_hidden()
