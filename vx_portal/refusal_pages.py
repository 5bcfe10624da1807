"""What nginx says itself, in the portal's look: pages with all that they show, written to a folder.

nginx refuses what is too large or cannot be read before the portal sees it, and answers alone while
no web server does. So these pages are files, one for each status and language, and beside them lie
the style sheets, typefaces and scripts that they name (deploy/nginx/nginx.conf.template).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from courses import house
from paperwork import colours
from vx_portal import theme
from vx_portal.context import plain

STATUSES = (400, 404, 413, 502)
LANGUAGES = ("nl", "en")
STATIC = "/static/"
NAMED = re.compile(r'(?:href|src)="(/[^"/][^"]*\.(?:css|js|svg|png|woff2))"')
IN_SHEET = re.compile(r'url\("?([\w./-]+\.woff2)"?\)')


def write_pages(folder: Path) -> list[str]:
    """Write them all into `folder`, and name them. What an earlier version left there stays.

    An earlier page may still be open somewhere: its files have names of their own.
    """
    written, wanted = [], set()
    for language in LANGUAGES:
        for status in STATUSES:
            text = _page(status, language)
            written.append(f"{status}.{language}.html")
            _write(folder / written[-1], text.encode())
            wanted |= set(NAMED.findall(text))
    for address in sorted(wanted):
        for name, content in _files(address):
            _write(folder / name.lstrip("/"), content)
    return written


def _page(status: int, language: str) -> str:
    request = RequestFactory().get(f"/{language}/")
    with translation.override(language):
        context = {**plain(request), "house": house.names(), "bare": True, "together": True}
        return render_to_string(f"errors/{status}.html", context)


def _files(address: str) -> Iterator[tuple[str, bytes]]:
    """The file that is served at `address`, and the typefaces that a style sheet names."""
    if not address.startswith(STATIC):
        yield address, _settled(address)
        return
    path = settings.STATIC_ROOT / address.removeprefix(STATIC)
    content = path.read_bytes()
    yield address, content
    if path.suffix == ".css":
        for font in IN_SHEET.findall(content.decode()):
            name = (path.parent / font).resolve().relative_to(settings.STATIC_ROOT.resolve())
            yield f"{STATIC}{name}", (settings.STATIC_ROOT / name).read_bytes()


def _settled(address: str) -> bytes:
    """A style sheet, icon or logo that the office has settled."""
    said = colours.Colours(**house.value("portal.colours"))
    if address.endswith(".css"):
        return colours.style_sheet(said).encode()
    if address.endswith(".svg"):
        return colours.recoloured(theme.ICON.read_text(), said).encode()
    return base64.b64decode(house.value("portal.logo")["png"])


def _write(path: Path, content: bytes) -> None:
    """nginx never sends half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
