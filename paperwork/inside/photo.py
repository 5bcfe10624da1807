"""Whether a photograph may come in, and a small picture of it to look at."""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

from paperwork.inside import RefusedError

MOST_PIXELS = 64_000_000  # what the cameras of phones make
LONGEST_SIDE = 1754  # pixels of the picture to look at: an A4 page at 150 dpi
FORMATS = ("JPEG", "PNG")
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}

Image.MAX_IMAGE_PIXELS = None  # counted here


def check(data: bytes) -> dict[str, Any]:
    """The kind; a photograph counts as one page. Raises RefusedError, or what Pillow raises."""
    try:
        with warnings.catch_warnings(action="error"), opened(data) as photo:
            kind = TYPES[str(photo.format)]
            photo.load()
    except (OSError, SyntaxError, ValueError, Warning):
        raise RefusedError("photo_damaged") from None
    return {"type": kind, "pages": 1}


def outline(data: bytes) -> dict[str, Any]:
    """The size of its one page; a photograph has no text that we could read."""
    with opened(data) as photo:
        width, height = photo.size
        turned = photo.getexif().get(0x0112, 1) >= 5  # EXIF: on its side
    if turned:
        width, height = height, width
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    return {
        "pages": [
            {
                "width": max(1, round(width * scale)),
                "height": max(1, round(height * scale)),
                "text": "",
            }
        ]
    }


def picture(data: bytes, number: int) -> tuple[dict[str, Any], bytes]:
    """The photograph, upright and small, without what the camera wrote in it (places among it)."""
    if number != 1:
        raise RefusedError("no_such_page")
    page = outline(data)["pages"][0]
    size = (page["width"], page["height"])
    with opened(data) as photo:
        photo.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        photo.thumbnail((2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        upright = ImageOps.exif_transpose(photo)
    if upright.mode in ("RGBA", "LA", "PA", "P"):  # what is transparent is white, as on paper
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    small = upright.convert("RGB").resize(size)
    bytes_of = io.BytesIO()
    small.save(bytes_of, "WEBP", quality=80, method=2)
    return {"width": size[0], "height": size[1]}, bytes_of.getvalue()


def opened(data: bytes) -> Image.Image:
    photo = Image.open(io.BytesIO(data), formats=FORMATS)
    if photo.width * photo.height > MOST_PIXELS:
        raise RefusedError("photo_too_large")
    return photo
