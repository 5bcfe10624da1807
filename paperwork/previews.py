"""The pages of a file as pictures, with their text beside them.

Made by the limited process, kept beside the file, made again when they are gone. A browser gets
pictures and text that we made, never the file itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from django.http import Http404, HttpResponse
from PIL import Image

from paperwork import limited
from paperwork.filing import path_of, pictures_of
from paperwork.models import Attachment
from paperwork.services.events import Actor
from paperwork.serving import HEADERS, note_opening

if TYPE_CHECKING:
    from vx_portal.http import PortalRequest

A4 = (1240, 1754)  # pixels at 150 dpi: for a page of which we could not find the size
TRY_AGAIN = 3600  # seconds after which a page that could not be drawn is tried again


class NoPictureError(Exception):
    """The page cannot be drawn: there is none of that number, or it takes too much."""


class Page(NamedTuple):
    """One page, for `templates/paperwork/parts/pages.html`."""

    number: int
    width: int
    height: int
    text: str
    address: str


class Outline(TypedDict):
    """What `pages.json` has of a page."""

    width: int
    height: int
    text: str


def pages(
    request: PortalRequest,
    attachment: Attachment,
    address: Callable[[int], str],
    *,
    by: Actor = None,
) -> list[Page]:
    """All pages, after it is written down who looks; the caller has asked the gate.

    `address` gives where the picture of a page is, by its number. Raises Http404.
    """
    try:
        found = _outline(attachment)
    except NoPictureError:
        raise Http404 from None
    note_opening(request, attachment, by=by)
    return [
        Page(number, page["width"], page["height"], page["text"], address(number))
        for number, page in enumerate(found, start=1)
    ]


def page_text(attachment: Attachment, number: int) -> str:
    """The text of page `number`, counted from 1; empty for a scan. Raises NoPictureError."""
    found = _outline(attachment)
    if not 1 <= number <= len(found):
        raise NoPictureError
    return found[number - 1]["text"]


def page_image(attachment: Attachment, number: int) -> Path:
    """Where the picture of page `number` lies, as WebP; it is made if need be.

    Raises NoPictureError.
    """
    if not 1 <= number <= attachment.pages:
        raise NoPictureError
    kept = _folder(attachment) / f"{number:03}.webp"
    if not _is_kept(kept):
        said = _read(attachment, "page", number)
        _put(kept, b"" if said.refusal else said.content)
    if kept.stat().st_size == 0:
        raise NoPictureError
    return kept


def page_for_paper(attachment: Attachment, number: int) -> bytes:
    """The picture of page `number` as JPEG, which a PDF can hold as it is. Raises NoPictureError.

    Made of the one for browsers, which we drew ourselves, and kept beside it.
    """
    drawn = page_image(attachment, number)
    kept = drawn.with_suffix(".jpg")
    if not kept.exists():
        out = io.BytesIO()
        with Image.open(drawn) as picture:
            picture.convert("RGB").save(out, "JPEG", quality=80)
        _put(kept, out.getvalue())
    return kept.read_bytes()


def _is_kept(picture: Path) -> bool:
    """Whether it was made, or tried in vain (an empty file) not long ago: that costs seconds."""
    try:
        kept = picture.stat()
    except FileNotFoundError:
        return False
    return kept.st_size > 0 or time.time() - kept.st_mtime < TRY_AGAIN


def draw(attachment: Attachment) -> None:
    """Make all pictures and the texts beforehand. Harmless when it was done before."""
    for number in range(1, len(_outline(attachment)) + 1):
        with contextlib.suppress(NoPictureError):
            page_image(attachment, number)


def respond(
    request: PortalRequest, attachment: Attachment, number: int, *, by: Actor = None
) -> HttpResponse:
    """The picture of page `number`, after it is written down who looks. Raises Http404.

    The caller has asked the gate.
    """
    try:
        picture = page_image(attachment, number).read_bytes()
    except (NoPictureError, FileNotFoundError):
        raise Http404 from None
    note_opening(request, attachment, by=by)
    response = HttpResponse(picture, content_type="image/webp")
    response.headers["Cache-Control"] = "private, no-store"
    for header, value in HEADERS.items():
        response.headers[header] = value
    return response


def _outline(attachment: Attachment) -> list[Outline]:
    """Sizes and texts of the pages. Of a file that cannot be drawn: empty pages of A4."""
    kept = _folder(attachment) / "pages.json"
    try:
        found: list[Outline] = json.loads(kept.read_text())
    except FileNotFoundError:
        said = _read(attachment, "pages")
        if said.refusal:
            empty: Outline = {"width": A4[0], "height": A4[1], "text": ""}
            return [empty] * attachment.pages
        found = said.found["pages"]
        _put(kept, json.dumps(found).encode())
    return found


def _read(attachment: Attachment, command: limited.Command, number: int = 1) -> limited.Said:
    try:
        return limited.read_file(command, path_of(attachment.file), number)
    except FileNotFoundError:
        raise NoPictureError from None


def _folder(attachment: Attachment) -> Path:
    return pictures_of(path_of(attachment.file))


def _put(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all; two at once write the same."""
    path.parent.mkdir(mode=0o750, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
