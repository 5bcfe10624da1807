"""`python -m docs.pictures`: make the pictures of the guides anew, from a running demo.

    DEMO=1 PORT=8106 python manage.py demo      # in another window
    python -m docs.pictures http://localhost:8106

Each is what somebody of the demo sees first, in Dutch and in English, as a PNG of few colours.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "guides" / "pictures"
WIDTH, HEIGHT, COLOURS, LARGEST = 1120, 760, 32, 60_000  # pixels, pixels, colours, bytes
SEEN_FIRST = {  # who of the demo, and where they look
    "student": ("student", "/exchange/"),
    "coordinator": ("coordinator-fgw", "/work/"),
    "honours": ("honours", "/work/"),
    "administration": ("administration", "/work/"),
    "exams": ("exams", "/exams/"),
    "partner": ("partner-epfl", "/work/"),
    "office": ("office", "/office/"),
    "auditor": ("auditor", "/work/"),
}


def small(png: bytes) -> bytes:
    """The same picture in few colours, no larger than it may be."""
    for colours in (COLOURS, 16, 8):
        out = io.BytesIO()
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise ValueError(f"{out.tell()} bytes are too many")


def take(browser: Browser, portal: str, role: str, language: str) -> None:
    """The first page of `role`."""
    name, path = SEEN_FIRST[role]
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{portal}/{language}/account/login/")
    page.fill("[name=login]", f"{name}@demo.example")
    page.fill("[name=password]", "demo-portal")
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
    answer = page.goto(f"{portal}/{language}{path}")
    if answer is None or not answer.ok:
        raise RuntimeError(f"{role}: {path} says {answer and answer.status}")
    (FOLDER / f"{role}-first-page.{language}.png").write_bytes(small(page.screenshot()))
    context.close()


def main() -> None:
    portal = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for role in SEEN_FIRST:
            for language in ("en", "nl"):
                take(browser, portal, role, language)
        browser.close()


if __name__ == "__main__":
    main()
