"""All one's own data in one download: asking for it, and fetching it."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import house
from paperwork.models import Owed
from paperwork.serving import serve
from privacy.models import DataCopy
from privacy.services.copies import TooManyError, ask
from privacy.terms import COPY_DAYS
from vx_portal.http import PortalRequest, current_user


@require_safe
def copies(request: PortalRequest) -> HttpResponse:
    """What is in it, and the copies that can be downloaded."""
    mine = DataCopy.objects.visible_to(request.user)
    context = {
        "ready": mine.filter(state=Owed.State.DONE),
        "underway": mine.unfinished().first(),
        "failed": mine.first(),
        "days": house.number(COPY_DAYS),
        "states": Owed.State,
    }
    return render(request, "privacy/own/copies.html", context)


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def new(request: PortalRequest) -> HttpResponse:
    """Ask for a copy."""
    try:
        ask(current_user(request))
    except TooManyError:
        messages.error(request, _("You asked for three copies in a day. Try it again tomorrow."))
    else:
        messages.success(request, _("Your copy is being made. You get a message when it is ready."))
    return redirect("own-copies:copies")


@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
def download(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The ZIP, for its owner alone; that it was downloaded is written down."""
    rows = DataCopy.objects.visible_to(request.user).filter(state=Owed.State.DONE)
    return serve(request, get_object_or_404(rows, pk=pk))
