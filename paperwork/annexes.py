"""Files that go along with a document: the bytes as they were given, and their pages to be seen.

A kind of document that has some says so in its `data`: `"annexes": [{"file": …, "sha256": …,
"title": …, "name": …}]`, the file being an Attachment's key. Whether its readers may see that file
is for who owes the document to know.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from paperwork import filing, previews
from paperwork.models import Attachment, Document

LONGEST_ALT = 3000  # characters of a page's text, for who cannot see its picture


class AnnexGoneError(Exception):
    """The file is gone, or its bytes are not those that the document names."""


class Page(NamedTuple):
    """A page's picture by its address in the sheet (empty: it cannot be drawn), and its words."""

    address: str
    alt: str


class Annex(NamedTuple):
    """What the template shows of one file."""

    title: str
    name: str
    pages: list[Page]


class Annexes(NamedTuple):
    """All of a document's: what is shown, the pictures by address, and the files themselves."""

    shown: list[Annex]
    pictures: dict[str, str]
    files: list[dict[str, str]]


def annexes_of(document: Document) -> Annexes:
    """The annexes that `document` names, its language being active. Raises AnnexGoneError."""
    found = Annexes([], {}, [])
    for number, said in enumerate(document.data.get("annexes") or [], start=1):
        attachment = Attachment.objects.filter(pk=said["file"]).first()
        if attachment is None:
            raise AnnexGoneError
        found.shown.append(_shown(attachment, number, said, found.pictures))
        found.files.append(_file(attachment, said))
    return found


def _file(attachment: Attachment, said: dict[str, Any]) -> dict[str, str]:
    try:
        content = filing.path_of(attachment.file).read_bytes()
    except FileNotFoundError:
        raise AnnexGoneError from None
    if hashlib.sha256(content).hexdigest() != said["sha256"]:
        raise AnnexGoneError
    return {
        "name": said["name"],
        "description": said["title"],
        "content": base64.b64encode(content).decode(),
    }


def _shown(
    attachment: Attachment, annex: int, said: dict[str, Any], pictures: dict[str, str]
) -> Annex:
    pages = []
    for number in range(1, attachment.pages + 1):
        address = f"asset:annex-{annex}-{number}"
        words = {"title": said["title"], "number": number, "all": attachment.pages}
        try:
            picture = previews.page_for_paper(attachment, number)
            text = " ".join(previews.page_text(attachment, number).split())[:LONGEST_ALT]
        except previews.NoPictureError:
            alt = _("Page %(number)s of %(all)s cannot be shown: open the attached file.") % words
            pages.append(Page("", alt))
            continue
        pictures[address] = base64.b64encode(picture).decode()
        alt = _("%(title)s, page %(number)s of %(all)s.") % words
        pages.append(Page(address, f"{alt} {text}".strip()))
    return Annex(said["title"], said["name"], pages)
