"""What a document says, as HTML: its kind's template with its row's data, in its language."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from courses import house
from paperwork.annexes import Annex, annexes_of
from paperwork.colours import Colours, paper_sheet, recoloured
from paperwork.models import Document
from paperwork.press import Sheet
from paperwork.press.child import FOLDER
from paperwork.registry import DOCUMENTS

LOGO_HIGH = 9.75  # millimetres
# Of the eight patterns of a QR code, any of which can be read: the one that segno chooses for four
# of our addresses in five. Choosing takes as long as all the rest of a document's HTML.
QR_MASK = 4


def sheet_of(document: Document) -> Sheet:
    """All that the press needs to make `document`. Raises KeyError for a kind no longer known,
    AnnexGoneError when a file that goes along is not there any more."""
    with translation.override(document.language):
        annexes = annexes_of(document)
    html = html_of(document, annexes.shown)
    look = look_now()
    assets = {"asset:qr": qr_of(document), **look.assets}
    return Sheet(html, assets, {**annexes.pictures, **look.pictures}, annexes.files)


class Look(NamedTuple):
    """What the office has settled of the look of paper; nothing where it is as it comes."""

    assets: dict[str, str]
    pictures: dict[str, str]


def look_now() -> Look:
    """The style sheet with the colours and the place of the logo, and the logo."""
    said, logo = Colours(**house.value("portal.colours")), house.value("portal.logo")
    if said == Colours() and not logo:
        return Look({}, {})
    sheet = paper_sheet(said)
    if logo:
        wide = round(logo["width"] * LOGO_HIGH / logo["height"], 2)
        sheet += f".letterhead .logo{{background-size:{wide}mm {LOGO_HIGH}mm;"
        sheet += f"padding-left:{wide + 4}mm}}\n"
        return Look({"asset:theme": sheet}, {"asset:logo": logo["png"]})
    drawing = recoloured((FOLDER / "logo.svg").read_text(), said)
    return Look({"asset:theme": sheet, "asset:logo": drawing}, {})


def html_of(document: Document, annexes: Sequence[Annex] = ()) -> str:
    """The document's page. Whatever its data holds is text there and nothing else."""
    kind = DOCUMENTS[document.kind]
    with translation.override(document.language):
        address = address_of(document)
        context = {
            "document": document,
            "data": document.data,
            "annexes": annexes,
            "kind": kind.label,
            "house": house.names(),
            "themed": bool(look_now().assets),
            "address": address,
            "page": settings.SITE_URL.partition("://")[2] + reverse("verify:start").rstrip("/"),
        }
        return render_to_string(f"{kind.template}.html", context)


def address_of(document: Document) -> str:
    """Where anybody can see whether the document is genuine, in its language."""
    with translation.override(document.language):
        return settings.SITE_URL + reverse("verify:document", args=[document.code])


def qr_of(document: Document) -> str:
    """That address as a QR code: SVG."""
    file = io.BytesIO()
    code = segno.make(address_of(document), error="m", micro=False, mask=QR_MASK)
    code.save(file, kind="svg", xmldecl=False, border=2, dark="#0A1030", omitsize=True)
    return file.getvalue().decode()
