"""A host's transcripts: chosen together, matched to students, and what did not match settled."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grades.forms.giving import ManyForm
from grades.services import sending
from grades.views import giving
from paperwork.models import Attachment
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("partner")
def give(request: PortalRequest) -> HttpResponse:
    """Send transcripts, several at once."""
    user = current_user(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ManyForm(*sent, giver=user)
    if form.is_valid():
        giving.send(request, form, user)
        return redirect("partner-transcripts:give")
    context = giving.page_of(user) | {"form": form}
    return render(request, "grades/partner.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs_role("partner")
def settle(request: PortalRequest) -> HttpResponse:
    """Say whose the files are that did not say so themselves."""
    giving.settle(request, current_user(request))
    return redirect(reverse("partner-transcripts:give"))


@require_safe
@needs_role("partner")
def download(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A file of one's own that waits for its student."""
    waiting = Attachment.objects.visible_to(request.user).filter(purpose=sending.UNSETTLED)
    return serve(request, get_object_or_404(waiting, pk=pk))
