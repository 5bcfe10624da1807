"""A new link in the place of one that has expired, for whoever has that: by mail, and once.

It goes to the address that the first was sent to. Who asks sees neither that address nor the link,
and can ask again only when the new one has expired too.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from courses.models import SignedLink
from vx_portal.http import PortalRequest, keep_private


def holder() -> str:
    """Who asks: nobody knows more of them."""
    return _("holder of the link")


@transaction.atomic
def ask(link: SignedLink, send: Callable[[], object]) -> bool:
    """Have `send` write a new one, if `link` has expired and nobody asked before."""
    if not link.give_up():
        return False
    send()
    return True


def sent(request: PortalRequest) -> HttpResponse:
    """That it is under way."""
    return keep_private(render(request, "courses/link_anew.html"))
