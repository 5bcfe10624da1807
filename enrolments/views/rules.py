"""The office's pages about the rules: of the portal, of faculties, programmes and hosts."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Edition, Faculty, Programme, University
from enrolments import versions
from enrolments.forms.rules import (
    FacultyRulesForm,
    HostRulesForm,
    PlacesForm,
    PortalRulesForm,
    ProgrammeRulesForm,
    RulesForm,
)
from enrolments.models import (
    FacultyRules,
    HostRules,
    KeptPlaces,
    PortalRules,
    ProgrammeRules,
    RulesVersion,
)
from enrolments.rulebook import PORTAL_SETTINGS, needs_consent
from enrolments.services import keeping, rules
from enrolments.services.actions import ActionError
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of

PAGE = 50


def _only_office_writes(request: PortalRequest) -> None:
    if request.method not in {"GET", "HEAD"} and "office" not in roles_of(request.user):
        raise WrongRoleError("office")


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    """What holds in the portal and in each faculty."""
    book = rules.rulebook()
    faculties = Faculty.objects.visible_to(request.user)
    context = {
        "place": "home",
        "labels": versions.LABELS.values(),
        "portal": versions.settings_of(book, None, None),
        "own": _own_rows(PortalRules.now()),
        "faculties": [(one, versions.settings_of(book, one.pk, None)) for one in faculties],
    }
    return render(request, "enrolments/rules/home.html", context)


def _own_rows(row: PortalRules) -> list[tuple[str, Any]]:
    fields = [PortalRules._meta.get_field(name) for name in PORTAL_SETTINGS]
    return [(str(field.verbose_name), getattr(row, field.name)) for field in fields]  # type: ignore[union-attr]


@require_safe
@needs_role("office", "auditor")
def programmes(request: PortalRequest) -> HttpResponse:
    """What holds for each programme; `?faculty=` leaves those of one."""
    book = rules.rulebook()
    rows = Programme.objects.visible_to(request.user).select_related("faculty")
    rows = rows.order_by("faculty__name_nl", "name_nl", "level")
    faculty = request.GET.get("faculty", "").replace("\0", "")
    if faculty:
        rows = rows.filter(faculty__code__iexact=faculty[:10])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "place": "programmes",
        "labels": versions.LABELS.values(),
        "page_obj": page,
        "rows": [(p, versions.settings_of(book, p.faculty_id, p.pk)) for p in page.object_list],
        "faculties": Faculty.objects.visible_to(request.user),
        "faculty": faculty,
    }
    return render(request, "enrolments/rules/programmes.html", context)


@require_safe
@needs_role("office", "auditor")
def hosts(request: PortalRequest) -> HttpResponse:
    """What each host asks."""
    book = rules.rulebook()
    rows = University.objects.visible_to(request.user).filter(is_home=False).order_by("name")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [
        (host, book.host(host.pk), needs_consent(book.host(host.pk), host.country))
        for host in page.object_list
    ]
    context = {"place": "hosts", "page_obj": page, "rows": shown}
    return render(request, "enrolments/rules/hosts.html", context)


@require_safe
@needs_role("office", "auditor")
def history(request: PortalRequest) -> HttpResponse:
    """Every version, and what changed between them."""
    rows = RulesVersion.objects.visible_to(request.user)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    context = {
        "place": "versions",
        "page_obj": page,
        "versions": versions.with_changes(list(page.object_list)),
    }
    return render(request, "enrolments/rules/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def portal(request: PortalRequest) -> HttpResponse:
    row = PortalRules.now()
    return _edit(request, PortalRulesForm, row, None, _("The portal"), "rules:home")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def faculty(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Faculty.objects.visible_to(request.user), pk=pk)
    known = FacultyRules.objects.visible_to(request.user).filter(faculty=found).first()
    row = known or FacultyRules(faculty=found)
    values = versions.above(rules.rulebook(), None)
    return _edit(request, FacultyRulesForm, row, values, found.name, "rules:home", faculty=found)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def programme(request: PortalRequest, pk: int) -> HttpResponse:
    rows = Programme.objects.visible_to(request.user).select_related("faculty")
    found = get_object_or_404(rows, pk=pk)
    known = ProgrammeRules.objects.visible_to(request.user).filter(programme=found).first()
    row = known or ProgrammeRules(programme=found)
    values = versions.above(rules.rulebook(), found.faculty_id)
    name = f"{found}, {found.faculty}"
    return _edit(request, ProgrammeRulesForm, row, values, name, "rules:programmes")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def host(request: PortalRequest, pk: int) -> HttpResponse:
    hosts = University.objects.visible_to(request.user).filter(is_home=False)
    found = get_object_or_404(hosts, pk=pk)
    known = HostRules.objects.visible_to(request.user).filter(university=found).first()
    row = known or HostRules(university=found)
    values = {
        "credit_cap": None,
        "needs_consent": needs_consent({}, found.country),
        "transcript_days": rules.rulebook().portal["transcript_days"],
    }
    return _edit(request, HostRulesForm, row, values, str(found), "rules:hosts")


def _edit(
    request: PortalRequest,
    form_class: type[RulesForm],
    row: models.Model,
    above: dict[str, Any] | None,
    name: str,
    back: str,
    **more: Any,
) -> HttpResponse:
    """Show one row of rules, or save it unless somebody else has in the meantime."""
    _only_office_writes(request)
    sent = request.POST if request.method == "POST" else None
    form = form_class(sent, instance=copy(row), above=above)
    status = 200
    if sent is not None:
        valid = form.is_valid()
        if form.is_stale():
            status = 409
        elif valid:
            rules.save_rules(form.instance, by=current_user(request))
            messages.success(request, _("Saved. From now on everybody goes by it."))
            return redirect(back)
        else:
            status = 422
    context = {
        "form": form,
        "name": name,
        "back": back,
        "changes": form.changes,
        "stale": status == 409,
        "failed": status == 422,
        "parts": [form],
        **more,
    }
    return render(request, "enrolments/rules/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def places(request: PortalRequest, pk: int) -> HttpResponse:
    """Places of an edition that are kept for universities, and the hours of an offer."""
    _only_office_writes(request)
    editions = Edition.objects.visible_to(request.user).select_related("course__university")
    edition = get_object_or_404(editions, pk=pk)
    kept = KeptPlaces.objects.visible_to(request.user).filter(edition=edition)
    form = PlacesForm(
        request.POST if request.method == "POST" else None,
        edition=edition,
        kept=kept.select_related("university"),
        universities=University.objects.visible_to(request.user).order_by("-is_home", "name"),
    )
    if form.is_valid():
        hours = form.cleaned_data["offer_hours"]
        try:
            number = keeping.save_places(edition, form.places(), hours, by=current_user(request))
        except ActionError as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_saved(request, number)
            return redirect("rules:places", pk)
    status = 422 if form.errors else 200
    context = {"edition": edition, "form": form}
    return render(request, "enrolments/rules/places.html", context, status=status)


def _say_saved(request: PortalRequest, number: int) -> None:
    if number:
        text = _("Saved. Somebody on the waiting list has a place now, and is told.")
    else:
        text = _("Saved.")
    messages.success(request, text)
