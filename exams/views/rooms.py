"""Buildings, rooms and closures, for those who arrange exams."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from courses.services import curation
from courses.services.curation import StaleError
from exams import gates, people
from exams.fitting import hits_of
from exams.forms.rooms import BuildingForm, ClosureForm, RoomForm
from exams.models import Building, Room, RoomClosure
from exams.services import rooms as services
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of


def may_write(request: PortalRequest) -> bool:
    return not roles_of(request.user).isdisjoint(gates.ARRANGERS)


def refuse_readers(request: PortalRequest) -> None:
    """An auditor sees the form and cannot send it."""
    if request.method == "POST" and not may_write(request):
        raise WrongRoleError(*gates.ARRANGERS)


@require_safe
@needs_role(*gates.READERS)
def rooms(request: PortalRequest) -> HttpResponse:
    """All rooms by building, with what is closed soon."""
    closures = RoomClosure.objects.visible_to(request.user).filter(ends_at__gt=timezone.now())
    inside = Room.objects.visible_to(request.user).prefetch_related(
        Prefetch("closures", closures, to_attr="coming")
    )
    found = Building.objects.visible_to(request.user).prefetch_related(Prefetch("rooms", inside))
    context = {"buildings": list(found), "may_write": may_write(request)}
    return render(request, "exams/rooms/rooms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.READERS)
def building(request: PortalRequest, pk: int) -> HttpResponse:
    refuse_readers(request)
    return _building(request, get_object_or_404(Building.objects.visible_to(request.user), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def new_building(request: PortalRequest) -> HttpResponse:
    return _building(request, Building())


def _building(request: PortalRequest, found: Building) -> HttpResponse:
    form = BuildingForm(request.POST if request.method == "POST" else None, instance=copy(found))
    status = save_simple(form, current_user(request)) if form.is_bound else 200
    if status == 303:
        messages.success(request, _("Saved."))
        return redirect("exams:rooms")
    context = {"building": found, "form": form, "may_write": may_write(request)}
    return render(
        request, "exams/rooms/building.html", context | outcome(form, status), status=status
    )


def save_simple(form: Any, by: User) -> int:
    """Save what was sent, if it is valid and nobody else has saved in between; says the status."""
    is_valid = form.is_valid()
    if form.is_stale():
        return 409
    if not is_valid:
        return 422
    try:
        services.save(form, by=by)
    except StaleError:
        return 409
    return 303


def outcome(form: Any, status: int) -> dict[str, Any]:
    """What the part that says why nothing was saved needs."""
    return {
        "parts": [form],
        "failed": status == 422,
        "stale": status == 409,
        "changes": form.changes,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.READERS)
def room(request: PortalRequest, pk: int) -> HttpResponse:
    """A room: what it holds, when it is open and closed, and what no longer fits in it."""
    refuse_readers(request)
    found = get_object_or_404(
        Room.objects.visible_to(request.user).select_related("building"), pk=pk
    )
    return _room(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def new_room(request: PortalRequest, pk: int) -> HttpResponse:
    """A room in the building `pk`."""
    house = get_object_or_404(Building.objects.visible_to(request.user), pk=pk)
    return _room(request, Room(building=house))


def _room(request: PortalRequest, found: Room) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = RoomForm(sent, instance=copy(found))
    status, hits = 200, []
    if sent is not None:
        is_valid = form.is_valid()
        status = 409 if form.is_stale() else 303 if is_valid else 422
        try:
            if status == 303:
                left = services.save_room(
                    form, form.hours(), by=current_user(request), sure="sure" in sent
                )
                return _saved(request, form.instance, left)
        except services.HitsError as refusal:
            status, hits = 422, list(refusal.hits)
        except StaleError:
            status = 409
    now = timezone.now()
    context = {
        "room": found,
        "form": form,
        "asked": hits,
        "hits": hits_of(found) if found.pk and not hits else [],
        "closures": list(found.closures.filter(ends_at__gt=now)) if found.pk else [],
        "may_write": may_write(request),
    } | outcome(form, status)
    context["failed"] = status == 422 and not hits
    return render(request, "exams/rooms/room.html", context, status=status)


def _saved(request: PortalRequest, found: Room, hits: list[Any]) -> HttpResponse:
    messages.success(request, _("Saved."))
    if hits:
        messages.warning(request, _("Some sittings no longer fit: they stand below."))
    return redirect("exams:room", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close a room for a time; what that hits is named before it is saved."""
    found = get_object_or_404(
        Room.objects.visible_to(request.user).select_related("building"), pk=pk
    )
    form = ClosureForm(request.POST if request.method == "POST" else None)
    hits: list[Any] = []
    if form.is_valid():
        try:
            left = services.close_room(
                form.closure(found), by=current_user(request), sure="sure" in request.POST
            )
            return _saved(request, found, left)
        except services.HitsError as refusal:
            hits = list(refusal.hits)
    context = {"room": found, "form": form, "asked": hits}
    status = 422 if form.is_bound else 200
    return render(request, "exams/rooms/close.html", context, status=status)


@require_POST
@needs_role(*gates.ARRANGERS)
def reopen(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a closure away."""
    rows = RoomClosure.objects.visible_to(request.user).select_related("room")
    closure = get_object_or_404(rows, pk=pk)
    services.reopen(closure, by=current_user(request))
    messages.success(request, _("The room is open again."))
    return redirect("exams:room", closure.room_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def delete_room(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Room.objects.visible_to(request.user), pk=pk)
    return delete(request, found, reverse("exams:rooms"), reverse("exams:room", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def delete_building(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Building.objects.visible_to(request.user), pk=pk)
    return delete(request, found, reverse("exams:rooms"), reverse("exams:building", args=[pk]))


def delete(request: PortalRequest, row: Any, back: str, here: str) -> HttpResponse:
    """Ask first; then delete, or say what still uses it."""
    name, uses = str(row), curation.used_by(row)
    advice = _(
        "Untick “in use” instead (for an invigilator “can be asked”): then nothing new is planned "
        "with it."
    )
    context: dict[str, Any] = {"name": name, "back": here, "uses": uses, "advice": advice}
    context["can"] = not uses
    status = 200
    if request.method == "POST":
        try:
            by = current_user(request)
            curation.delete(row, by=by, role=people.arranger_role(by))
        except curation.InUseError as refusal:
            context |= {"uses": refusal.uses, "can": False}
            status = 409
        else:
            messages.success(request, _("%(name)s is deleted.") % {"name": name})
            return redirect(back)
    return render(request, "courses/office/delete.html", context, status=status)
