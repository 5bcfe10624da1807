"""The look that the office has settled: colours and logo, at addresses that change with them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses import house
from paperwork import colours
from paperwork.colours import Colours
from vx_portal.http import PortalRequest, needs_role

HEX = re.compile("[0-9A-Fa-f]{6}")
FOR_EVER = "public, max-age=31536000, immutable"
ICON = settings.BASE_DIR / "static" / "icon.svg"


class Logo(NamedTuple):
    """The picture beside the name, as high as its place."""

    address: str
    width: int
    height: int


class Look(NamedTuple):
    """What every page shows of it; an empty address where it is as it comes."""

    brand: str
    sheet: str
    icon: str
    logo: Logo | None


HEIGHT = 40  # pixels of the logo in the header
CSS = "text/css; charset=utf-8"


def now(of: house.Known | None = None) -> Look:
    """The look of `of`, or of this moment."""
    said = Colours(**house.value("portal.colours", of))
    picture = house.value("portal.logo", of)
    logo = None
    if picture:
        width = round(picture["width"] * HEIGHT / picture["height"])
        address = reverse("logo", args=[_digest(picture["png"])])
        logo = Logo(address, width, HEIGHT)
    if said == Colours():
        return Look(said.brand, "", "", logo)
    version = _digest("".join(said))
    return Look(
        said.brand, reverse("theme", args=[version]), reverse("theme-icon", args=[version]), logo
    )


@lru_cache(maxsize=16)
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@login_not_required
@require_safe
def sheet(request: PortalRequest, version: str) -> HttpResponse:
    """The style sheet with the colours of `version`, which alone may be kept."""
    said = Colours(**house.value("portal.colours"))
    return _kept(colours.style_sheet(said), CSS, version, "".join(said))


@login_not_required
@require_safe
def icon(request: PortalRequest, version: str) -> HttpResponse:
    """The portal's icon in those colours."""
    said = Colours(**house.value("portal.colours"))
    return _kept(
        colours.recoloured(ICON.read_text(), said), "image/svg+xml", version, "".join(said)
    )


@login_not_required
@require_safe
def logo(request: PortalRequest, version: str) -> HttpResponse:
    """The logo that holds; an earlier one is not here any more."""
    picture = house.value("portal.logo")
    if not picture or _digest(picture["png"]) != version:
        raise Http404
    answer = HttpResponse(base64.b64decode(picture["png"]), content_type="image/png")
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


def _kept(content: str, kind: str, version: str, of: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Cache-Control"] = FOR_EVER if _digest(of) == version else "no-cache"
    return answer


@require_safe
@needs_role("office", "auditor")
def preview(request: PortalRequest, brand: str, signal: str) -> HttpResponse:
    """The colours that somebody is about to choose, for the parts of a page that show them."""
    if not (HEX.fullmatch(brand) and HEX.fullmatch(signal)):
        raise Http404
    said = Colours(f"#{brand}".upper(), f"#{signal}".upper())
    ground = ".preview{background:var(--page);color:var(--ink);padding:1rem}\n"
    return HttpResponse(colours.style_sheet(said, ".preview") + ground, content_type=CSS)
