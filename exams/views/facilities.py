"""Exam facilities for exam staff: what is to be checked, once, and what was granted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrolments.services.actions import ActionError, StaleError
from exams import gates
from exams.forms.student import CheckForm
from exams.models import Facility
from exams.services import facilities as services
from paperwork import previews
from paperwork.models import Attachment
from paperwork.serving import serve
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of

PAGE = 50
READERS = ("exams", "auditor")  # the office plans with the arrangement alone
VIEWS = {
    "to-check": (gettext_lazy("To check"), Facility.State.ASKED),
    "granted": (gettext_lazy("Granted"), Facility.State.CHECKED),
    "refused": (gettext_lazy("Not accepted"), Facility.State.REFUSED),
}
SHOWN = ("enrolment__student", "enrolment__edition__course__university")


@require_safe
@needs_role(*READERS)
def queue(request: PortalRequest) -> HttpResponse:
    """Those that wait longest first; of what was checked the arrangement alone."""
    wanted = request.GET.get("view", "")
    view = wanted if wanted in VIEWS else "to-check"
    rows = Facility.objects.visible_to(request.user).filter(state=VIEWS[view][1])
    page = Paginator(rows.select_related(*SHOWN), PAGE).get_page(request.GET.get("page"))
    context = {
        "view": view,
        "views": [(name, label) for name, (label, _state) in VIEWS.items()],
        "page_obj": page,
        "rows": [(facility, services.words_of(facility)) for facility in page.object_list],
    }
    return render(request, "exams/facilities/queue.html", context)


@require_safe
@needs_role(*gates.READERS)
def misfits(request: PortalRequest) -> HttpResponse:
    """Seats to come that do not have what was granted since: the arrangement, and what to do."""
    rows = [(one, services.words_of(one.facility)) for one in services.all_misfits()]
    return render(request, "exams/facilities/misfits.html", {"rows": rows})


def _find(request: PortalRequest, pk: int) -> Facility:
    rows = Facility.objects.visible_to(request.user).select_related(*SHOWN)
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def facility(request: PortalRequest, pk: int) -> HttpResponse:
    """What the student says beside the decision; after the check the decision is not shown."""
    if request.method == "POST" and "exams" not in roles_of(request.user):
        raise WrongRoleError("exams")
    found, user = _find(request, pk), current_user(request)
    form = CheckForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": found.changed_at.isoformat()},
    )
    status, said = (422 if form.is_bound else 200), ""
    if form.is_valid():
        try:
            misfits = services.check(
                found,
                granted=form.cleaned_data["answer"] == CheckForm.GRANT,
                refusal=form.cleaned_data["refusal"],
                seen=form.cleaned_data["seen"],
                by=user,
            )
        except StaleError as error:
            status, said, found = 409, str(error), _find(request, pk)
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            return _checked(request, misfits)
    context: dict[str, Any] = {
        "facility": found,
        "words": services.words_of(found),
        "form": form,
        "said": said,
        "may_check": found.state == Facility.State.ASKED and services.may_check(user, found),
    } | _decision(request, found)
    return render(request, "exams/facilities/facility.html", context, status=status)


def _checked(request: PortalRequest, misfits: list[services.Misfit]) -> HttpResponse:
    messages.success(request, _("Checked. The student has been told."))
    for misfit in misfits:
        messages.warning(request, misfit.why)
    return redirect("exams:facilities")


def _decision(request: PortalRequest, found: Facility) -> dict[str, Any]:
    """The pages of the decision, while it is to be checked."""
    file = _file_of(found)
    if file is None or not services.may_check(current_user(request), found):
        return {"pages": [], "original": ""}

    def address(number: int) -> str:
        return reverse("exams:facility-page", args=[found.pk, file.pk, number])

    return {
        "pages": previews.pages(request, file, address),
        "original": reverse("exams:facility-file", args=[found.pk, file.pk]),
    }


def _file_of(found: Facility, pk: UUID | None = None) -> Attachment | None:
    """The decision of a facility that is to be checked: afterwards staff do not open it."""
    if found.state != Facility.State.ASKED:
        return None
    files = Attachment.objects.visible_to(found.enrolment.student).about(found)
    return (files.filter(pk=pk) if pk else files).first()


@require_safe
@needs_role("exams")
def page(request: PortalRequest, pk: int, file: UUID, number: int) -> HttpResponse:
    """The picture of one page of the decision."""
    found = _file_of(_find(request, pk), file)
    if found is None:
        raise Http404
    return previews.respond(request, found, number)


@require_safe
@needs_role("exams")
def download(request: PortalRequest, pk: int, file: UUID) -> HttpResponse:
    """The decision as it was given."""
    found = _file_of(_find(request, pk), file)
    if found is None:
        raise Http404
    return serve(request, found)
