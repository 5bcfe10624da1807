"""What a partner university's people do: confirm or decline the students of their courses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.recent import needs_recent_sign_in
from courses.spreadsheets import xlsx_download
from enrolments import hosting
from enrolments.forms.host import DeclineForm, StudentFilter
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import EnrolmentQuerySet, Kind
from enrolments.services import acting, actions
from enrolments.services import hosting as services
from enrolments.services.actions import ActionError
from enrolments.views.desk import Counted
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50


def mine(request: PortalRequest) -> EnrolmentQuerySet:
    """The students of the universities for which the reader acts."""
    user = current_user(request)
    universities = hosting.universities_of(user)
    rows = Enrolment.objects.visible_to(user).filter(
        edition__course__university__in=universities, state__in=hosting.VIEWS["all"]
    )
    return hosting.still_shared(rows).select_related(*hosting.SHOWN)


def listing(request: PortalRequest, rows: EnrolmentQuerySet, universities: Any) -> dict[str, Any]:
    """What a host's list of students shows, filtered by the address.

    Three queries; one more where the filters narrow the view down.
    """
    editions = hosting.editions_with_counts(universities)
    form = StudentFilter(request.GET, editions=editions)
    filters = form.filters()
    numbers = hosting.counts(rows)
    shown = hosting.lines(hosting.narrowed(rows, filters))
    narrowed = set(filters) - {"view"}
    pages = Paginator(shown, PAGE) if narrowed else Counted(shown, numbers[filters["view"]], PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {
        "form": form,
        "filters": filters,
        "narrowed": narrowed,
        "editions": editions,
        "views": [
            {
                "name": name,
                "label": label,
                "number": numbers[name],
                "current": name == filters["view"],
            }
            for name, label in StudentFilter.LABELS.items()
        ],
        "page_obj": page,
        "ticked": {case.reference for case in page}
        if request.GET.get("tick") == "all"
        else set(hosting.references(request.POST.getlist("case"))),  # kept after a mistake
    }


@require_safe
@needs_role("partner")
def home(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    context = listing(request, mine(request), hosting.universities_of(user))
    incoming = Enrolment.objects.visible_to(user).filter(
        kind=Kind.INCOMING,
        home_university__in=hosting.universities_of(user),
        state=State.SUBMITTED,
    )
    context["to_approve"] = incoming.count()
    template = "enrolments/partner/home.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@needs_role("partner")
def confirm(request: PortalRequest) -> HttpResponse:
    """Confirm those that were ticked, or the one whose button was pressed."""
    wanted = hosting.references(request.POST.getlist("case"))
    rows = mine(request).filter(reference__in=wanted)
    outcome = services.confirm(rows, by=current_user(request))
    say_outcome(request, outcome)
    return redirect("partner:home")


def say_outcome(request: PortalRequest, outcome: services.Outcome) -> None:
    """Tell what was done, and name whom it was not done for, with why."""
    if number := len(outcome.done):
        text = ngettext(
            "%(name)s is enrolled. The student has been told.",
            "%(number)s students are enrolled. They have been told.",
            number,
        )
        messages.success(request, text % {"number": number, "name": outcome.done[0].student})
    for case, why in outcome.refused:
        messages.error(request, f"{case.student} ({case.reference}): {why}")
    if not outcome.done and not outcome.refused:
        messages.info(request, _("Tick at least one student first."))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("partner")
def decline(request: PortalRequest, reference: str) -> HttpResponse:
    """Ask first: the place goes to somebody else, and there is no way back."""
    user = current_user(request)
    case = get_object_or_404(mine(request), reference__in=hosting.references([reference]))
    if "decline" not in actions.actions_for(user, case):
        messages.error(request, _("This is not possible for this application now."))
        return redirect("partner:home")
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            acting.act(case, "decline", by=user, reason=form.cleaned_data["reason"])
        except ActionError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s has been declined and told why.") % {"name": case.student},
            )
        return redirect("partner:home")
    return render(
        request,
        "enrolments/partner/decline.html",
        {"case": case, "form": form},
        status=422 if form.is_bound else 200,
    )


@require_POST
@needs_role("partner")
@needs_recent_sign_in(file=True)
def download(request: PortalRequest) -> HttpResponse:
    """The list as it is filtered, as a spreadsheet; written down at each student's case."""
    user = current_user(request)
    editions = hosting.editions_with_counts(hosting.universities_of(user))
    filters = StudentFilter(request.GET, editions=editions).filters()
    rows = list(hosting.narrowed(mine(request), filters))
    services.note_download(rows, by=user, role="partner")
    return spreadsheet(rows)


def spreadsheet(rows: list[Enrolment]) -> HttpResponse:
    """The students as an XLSX file."""
    return xlsx_download(f"students-{timezone.localdate():%Y-%m-%d}", hosting.sheet_of(rows))
