"""Photographs of paper, bound into one PDF. The photographs themselves stay as they were given."""

from __future__ import annotations

import io
from typing import Any

import img2pdf  # noqa: TID253  # beforehand, and not in each reader
from PIL import Image, ImageOps

from paperwork.inside import RefusedError
from paperwork.inside.photo import opened

LONGEST_SIDE = 2480  # pixels: an A4 page at 210 dpi
A4 = (595.28, 841.89)  # points


def bind(data: bytes, sizes: list[int]) -> tuple[dict[str, Any], bytes]:
    """The PDF of the photographs that lie one after another in `data`, each so many bytes.

    Upright, small enough to send on, and without what the camera wrote in them.
    """
    if sum(sizes) != len(data) or not sizes:
        raise RefusedError("photo_damaged")
    pages, at = [], 0
    for size in sizes:
        pages.append(_page(data[at : at + size]))
        at += size
    layout = img2pdf.get_layout_fun(pagesize=A4, auto_orient=True)
    bound = img2pdf.convert(pages, layout_fun=layout, nodate=True)
    return {"pages": len(pages)}, bound or b""


def _page(data: bytes) -> bytes:
    with opened(data) as photo:
        photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(photo)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    bytes_of = io.BytesIO()
    upright.convert("RGB").save(bytes_of, "JPEG", quality=85, dpi=(150, 150))
    return bytes_of.getvalue()
