"""A logo made anew out of the picture that somebody gave: small, and nothing else in it."""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image

from paperwork.inside import RefusedError

FORMATS = ("PNG", "WEBP")
MOST_PIXELS = 16_000_000
WIDEST, HIGHEST = 480, 144  # pixels; it is shown at a third of it


def logo(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Its size and the picture, as PNG with only its pixels. Raises RefusedError."""
    try:
        with warnings.catch_warnings(action="error"), opened(data) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise RefusedError("logo_too_large")
            pixels = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Warning):
        raise RefusedError("logo_unknown") from None
    box = pixels.getbbox()
    if box is None:
        raise RefusedError("logo_empty")
    pixels = pixels.crop(box)
    pixels.thumbnail((WIDEST, HIGHEST))
    file = io.BytesIO()
    pixels.save(file, "PNG", optimize=True)
    return {"width": pixels.width, "height": pixels.height}, file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=FORMATS)
