"""The pages of a PDF as pictures, and their text: nobody's browser has to open the file itself."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2

from paperwork.inside import RefusedError

SCALE = 150 / 72  # 150 dots per inch
LONGEST_SIDE = 2600  # pixels: an A3 page at 150 dpi
LONGEST_TEXT = 20_000  # characters of a page


def outline(data: bytes) -> dict[str, Any]:
    """Of each page the size of its picture, and its text."""
    pdf = pypdfium2.PdfDocument(data)
    pages = []
    for number in range(len(pdf)):
        page = pdf[number]
        width, height = _size(page)
        text = page.get_textpage().get_text_bounded()[:LONGEST_TEXT]
        pages.append({"width": width, "height": height, "text": text})
    return {"pages": pages}


def picture(data: bytes, number: int) -> tuple[dict[str, Any], bytes]:
    """Page `number`, counted from 1, as WebP."""
    pdf = pypdfium2.PdfDocument(data)
    if not 1 <= number <= len(pdf):
        raise RefusedError("no_such_page")
    pdf.init_forms()  # what is filled in, and how a signature looks
    page = pdf[number - 1]
    width, height = _size(page)
    scale = min(width / max(page.get_width(), 0.01), height / max(page.get_height(), 0.01))
    drawn = page.render(scale=scale).to_pil().convert("RGB")
    if drawn.size != (width, height):
        drawn = drawn.resize((width, height))
    bytes_of = io.BytesIO()
    drawn.save(bytes_of, "WEBP", quality=80, method=2)
    return {"width": width, "height": height}, bytes_of.getvalue()


def _size(page: pypdfium2.PdfPage) -> tuple[int, int]:
    """Width and height of the page's picture, in pixels."""
    width, height = page.get_width() * SCALE, page.get_height() * SCALE
    shrink = min(1.0, LONGEST_SIDE / max(width, height, 1.0))
    return max(1, round(width * shrink)), max(1, round(height * shrink))
