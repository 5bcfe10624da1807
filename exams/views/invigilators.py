"""Invigilators and when they can come, for those who arrange exams."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exams import gates
from exams.forms.rooms import HoursForm, InvigilatorForm
from exams.models import Invigilator, InvigilatorHours
from exams.services import rooms as services
from exams.views.rooms import delete, may_write, outcome, refuse_readers, save_simple
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50


@require_safe
@needs_role(*gates.READERS)
def invigilators(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    coming = Q(hours__ends_at__gt=now)
    rows = Invigilator.objects.visible_to(request.user).annotate(
        days=Count("hours", filter=coming, distinct=True),
        next_at=Min("hours__starts_at", filter=coming),
        planned=Count(
            "duties", filter=Q(duties__ends_at__gt=now, duties__is_cancelled=False), distinct=True
        ),
    )
    page = Paginator(rows.order_by("-is_in_use", "name", "pk"), PAGE)
    context = {"page_obj": page.get_page(request.GET.get("page")), "may_write": may_write(request)}
    return render(request, "exams/rooms/invigilators.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.READERS)
def invigilator(request: PortalRequest, pk: int) -> HttpResponse:
    refuse_readers(request)
    found = get_object_or_404(Invigilator.objects.visible_to(request.user), pk=pk)
    return _invigilator(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def new_invigilator(request: PortalRequest) -> HttpResponse:
    return _invigilator(request, Invigilator())


def _invigilator(
    request: PortalRequest, found: Invigilator, hours_form: HoursForm | None = None
) -> HttpResponse:
    sent = request.POST if request.method == "POST" and hours_form is None else None
    form = InvigilatorForm(sent, instance=copy(found))
    status = save_simple(form, current_user(request)) if sent is not None else 200
    if status == 303:
        messages.success(request, _("Saved."))
        return redirect("exams:invigilator", form.instance.pk)
    context: dict[str, Any] = outcome(form, status) | {
        "invigilator": found,
        "form": form,
        "hours_form": hours_form or HoursForm(prefix="hours"),
        "may_write": may_write(request),
    }
    if hours_form is not None:
        status = 422
    if found.pk:
        coming = found.hours.filter(ends_at__gt=timezone.now())
        context["page_obj"] = Paginator(coming, PAGE).get_page(request.GET.get("page"))
        context["outside"] = services.duties_outside(found)
    return render(request, "exams/rooms/invigilator.html", context, status=status)


@require_POST
@needs_role(*gates.ARRANGERS)
def add_hours(request: PortalRequest, pk: int) -> HttpResponse:
    """Note when somebody can come: the same hours on some days of the week."""
    found = get_object_or_404(Invigilator.objects.visible_to(request.user), pk=pk)
    form = HoursForm(request.POST, prefix="hours")
    if not form.is_valid():
        return _invigilator(request, found, form)
    number = services.add_hours(found, **form.cleaned_data, by=current_user(request))
    said = ngettext("%(n)s day is noted.", "%(n)s days are noted.", number)
    messages.success(request, said % {"n": number})
    return redirect("exams:invigilator", pk)


@require_POST
@needs_role(*gates.ARRANGERS)
def remove_hours(request: PortalRequest, pk: int) -> HttpResponse:
    hours = get_object_or_404(InvigilatorHours.objects.visible_to(request.user), pk=pk)
    services.remove_hours(hours, by=current_user(request))
    messages.success(request, _("This day is taken off."))
    return redirect("exams:invigilator", hours.invigilator_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def delete_invigilator(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invigilator.objects.visible_to(request.user), pk=pk)
    here = reverse("exams:invigilator", args=[pk])
    return delete(request, found, reverse("exams:invigilators"), here)
