"""A host's transcripts: chosen together, matched to students, and what did not match settled."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grades.forms.giving import ManyForm
from grades.services import sending
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
        outcome = sending.send_many(form.cleaned_data["papers"], by=user)
        refused = [sending.Sent(name, None, why) for name, why in form.fields["papers"].refused]  # type: ignore[attr-defined]
        _say(request, [*outcome, *refused])
        return redirect("partner-transcripts:give")
    known = sending.with_newest(sending.students_of(user))
    context = {
        "form": form,
        "unsettled": sending.unsettled(user),
        "students": known,
        "waiting": [
            case
            for case, newest in known
            if case.edition.ends_on < timezone.localdate()
            and (newest is None or newest.state == "returned")
        ],
    }
    return render(request, "grades/partner.html", context, status=422 if form.is_bound else 200)


def _say(request: PortalRequest, outcome: list[sending.Sent]) -> None:
    given = [one for one in outcome if one.case is not None and not one.why]
    if given:
        text = ngettext(
            "The transcript of %(names)s is kept. The student is told.",
            "%(number)d transcripts are kept, of %(names)s. The students are told.",
            len(given),
        )
        names = ", ".join(str(one.case.student) for one in given if one.case)
        messages.success(request, text % {"number": len(given), "names": names})
    if number := sum(one.case is None and not one.why for one in outcome):
        text = ngettext(
            "Of %(number)d file we do not know whose it is: say so below.",
            "Of %(number)d files we do not know whose they are: say so below.",
            number,
        )
        messages.warning(request, text % {"number": number})
    for one in outcome:
        if one.why:
            messages.info(request, f"{one.name}: {one.why}")


@require_POST
@needs_role("partner")
def settle(request: PortalRequest) -> HttpResponse:
    """Say whose the files are that did not say so themselves."""
    chosen = {
        name.removeprefix("file-"): value
        for name, value in request.POST.items()
        if name.startswith("file-") and isinstance(value, str)
    }
    outcome = sending.settle(chosen, by=current_user(request))
    if not outcome:
        messages.info(request, _("Choose a student for at least one file."))
    _say(request, outcome)
    return redirect(reverse("partner-transcripts:give"))


@require_safe
@needs_role("partner")
def download(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A file of one's own that waits for its student."""
    waiting = Attachment.objects.visible_to(request.user).filter(purpose=sending.UNSETTLED)
    return serve(request, get_object_or_404(waiting, pk=pk))
