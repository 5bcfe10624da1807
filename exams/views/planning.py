"""The planner: the table, what is left to plan, and what can be done with one sitting."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.edition import validate_year
from enrolments.services.actions import ActionError, StaleError
from exams import conflicts, putting_back, showing, timetable
from exams.board import board
from exams.forms.planning import CancelForm, DutiesForm, WhereForm
from exams.gates import ARRANGERS, READERS
from exams.instances import Situation, situation
from exams.models import ARRANGEMENTS, Room, Sitting
from exams.models.sitting import SittingQuerySet
from exams.services import seating, sittings, verdicts
from exams.showing import of_task
from exams.sitters import Sitter, Task
from exams.story import story
from exams.timetable import Entry
from vx_portal.http import PortalRequest, current_user, needs_role, roles_of


@require_safe
@needs_role(*READERS)
def plan(request: PortalRequest) -> HttpResponse:
    """Rooms × times of a day, or rooms × days of a week; beside it what is left to plan."""
    now = board()
    known = now.entries
    left = timetable.left(now.situation)
    day = timetable.day_to_show(known, left, _asked(request))
    week = timetable.week_of(day)
    shown = [one for one in known if timetable.day_of(one) in week]
    context: dict[str, Any] = {
        "day": day,
        "week": week,
        "tabs": timetable.tabs(week, shown),
        "before": week[0] - (week[1] - week[0]) * 7,
        "after": week[0] + (week[1] - week[0]) * 7,
        "left": left,
        "wrong": [one for one in known if one.stops],
        "warned": [one for one in known if one.problems and not one.stops],
        "planned": sum(one.row.state == "planned" for one in known),
        "may_plan": not roles_of(request.user).isdisjoint(ARRANGERS),
        "is_week": request.GET.get("view") == "week",
    }
    if request.GET.get("view") == "cancelled":  # asked for by themselves: they only grow in number
        context["cancelled"] = timetable.cancelled(_rows(request), week)
        context["most"] = timetable.MOST_CANCELLED
        return render(request, "exams/plan/cancelled.html", context)
    if context["may_plan"]:
        rows = (one.row for one in known)
        context["undo"] = putting_back.offered(request.GET, rows, now.situation.rooms)
    which = (day, context["is_week"], context["may_plan"])
    context["table"] = now.table(which, partial(_table, now.situation, shown, context))
    return render(request, "exams/plan/plan.html", context)


def _table(now: Situation, shown: list[Entry], context: dict[str, Any]) -> SafeString:
    """Rooms × days of the week, or rooms × times of the day."""
    more: dict[str, Any] = {}
    if context["is_week"]:
        days = [tab.day for tab in context["tabs"]]
        more = {"days": days, "lines": timetable.week_lines(now, shown, days)}
    else:
        today = [one for one in shown if timetable.day_of(one) == context["day"]]
        hours = timetable.hours_of(today)
        more = {"hours": hours, "lines": timetable.day_lines(now, today, hours)}
    return render_to_string(
        "exams/plan/table.html",
        {"is_week": context["is_week"], "may_plan": context["may_plan"], **more},
    )


def _asked(request: PortalRequest) -> date | None:
    """The day of the address; a wrong one is no day."""
    return _as_day(request.GET.get("day", ""))


def _as_day(text: str) -> date | None:
    """A day of our time."""
    try:
        day = date.fromisoformat(text)
        validate_year(day)
    except (ValueError, ValidationError):
        return None
    return day


def _rows(request: PortalRequest) -> SittingQuerySet:
    return Sitting.objects.visible_to(request.user).select_related(
        "room__building", "exam__edition__course__university"
    )


def _rooms(request: PortalRequest) -> Any:
    return Room.objects.visible_to(request.user).in_use().select_related("building")


@require_safe
@needs_role(*READERS)
def sitting(request: PortalRequest, pk: int) -> HttpResponse:
    return _sitting_page(request, get_object_or_404(_rows(request), pk=pk))


def _sitting_page(
    request: PortalRequest, row: Sitting, refusal: str = "", status: int = 200
) -> HttpResponse:
    """Where and when, who sits there, who invigilates, what is wrong, what happened."""
    now = situation(row.starts_at, exams=[row.exam_id])
    task = now.task_of(row) if row.pk in now.rows else None
    host = row.exam.edition.course.university
    problems = conflicts.by_sitting(now).get(row.pk, [])
    context = {
        "row": row,
        "host": host,
        "shown": showing.at(row.starts_at, host),
        "problems": problems,
        "stops": any(one.stops for one in problems),
        "refusal": refusal,
        "seats": [
            (seat, [ARRANGEMENTS[name] for name in seat.arrangement if name in ARRANGEMENTS])
            for seat in row.seats.standing().select_related("student").order_by("number")
        ],
        "duties": row.duties.filter(is_cancelled=False).select_related("invigilator"),
        "others": [one for pk, one in now.rows.items() if pk != row.pk],
        "unseated": now.unseated(task) if task else [],
        "actions": sittings.actions_for(current_user(request), row),
        "labels": {name: action.label for name, action in sittings.ACTIONS.items()},
        "history": story(row),
    }
    return render(request, "exams/plan/sitting.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*ARRANGERS)
def exam(
    request: PortalRequest, pk: int, slot: int | None = None, *, stale: str = ""
) -> HttpResponse:
    """Plan an exam, or those of its students who chose a moment (`slot`).

    `stale`: somebody was first, which was noticed only while it was planned.
    """
    now = situation(days=_days(request))
    task = now.tasks.get(pk if slot is None else -slot)
    if task is None or task.exam.pk != pk:
        raise Http404
    unseated = now.unseated(task)
    groups = seating.groups(task, unseated)
    if request.GET.get("case", "").isdigit():  # a student who sits elsewhere already
        groups = {k: v for k, v in _everybody(task).items() if k == request.GET["case"]} or groups
    form = WhereForm(
        _data(request),
        rooms=_rooms(request),
        at=_proposed_start(now, task),
        who=[(name, _group_name(name, who)) for name, who in groups.items()],
        seen=now.seen_of(task),
    )
    chosen = groups.get(form.data.get("who", "")) or next(iter(groups.values()), [])
    verdict = verdicts.of_plan(now, task, chosen, form) if form.is_valid() else None
    is_sent = request.method == "POST" and verdict is not None
    if is_sent and not stale and form.cleaned_data["seen"] != now.seen_of(task):
        stale = _("This exam has been planned anew in the meantime. Look at it again.")
    if stale:
        form.data = {**request.POST.dict(), "seen": now.seen_of(task)}
    elif is_sent and form.starts_at is not None:
        chosen = seating_limit(now, task, chosen, form.cleaned_data["room"])
        if not _refuse(form, verdict or []):
            try:
                made = sittings.plan(
                    now,
                    task,
                    chosen,
                    form.cleaned_data["room"],
                    form.starts_at,
                    by=current_user(request),
                )
            except StaleError as refusal:
                return exam(request, pk, slot, stale=str(refusal))
            except ActionError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Planned. Students hear of it when you publish it."))
                return redirect(putting_back.address(made))
    context: dict[str, Any] = {"task": task, "groups": groups, "unseated": unseated}
    context |= {"verdict": verdict, "stale": stale, "shown": of_task(task)}
    return _where_page(request, form, "exams/plan/exam.html", context)


def seating_limit(now: Situation, task: Task, who: list[Sitter], room: Room) -> list[Sitter]:
    """As many as the room has places for; the others stay on the list of what is left."""
    places = room.places_for(task.exam.kind) or room.places
    return who[:places]


def _everybody(task: Task) -> dict[str, list[Sitter]]:
    return {str(one.case): [one] for one in task.sitters.values()}


def _group_name(name: str, who: list[Sitter]) -> str:
    if name == "shared":
        return _("%(number)s students who share a room") % {"number": len(who)}
    return _("%(name)s, in a room of their own") % {"name": who[0].name}


def _proposed_start(now: Situation, task: Task) -> datetime:
    """When its other rooms begin; else the moment that is fixed, or the first in its period."""
    others = [row.starts_at for row in now.rows.values() if row.exam_id == task.exam.pk]
    return task.start or min(others, default=None) or task.exam.earliest_at


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*ARRANGERS)
def move(request: PortalRequest, pk: int) -> HttpResponse:
    """Another day, time or room; says at once what would be wrong then."""
    row = get_object_or_404(_rows(request), pk=pk)
    if "move" not in sittings.actions_for(current_user(request), row):
        messages.error(request, _("This exam can no longer be moved."))
        return redirect("planner:sitting", pk)
    form = WhereForm(
        _data(request),
        rooms=_rooms(request) | Room.objects.visible_to(request.user).filter(pk=row.room_id),
        at=row.starts_at,
        room=row.room_id,
        seen=row.version,
    )
    verdict, stale = None, ""
    others_told = any(one.is_told for one in sittings.beside(row))
    if form.is_valid() and form.starts_at is not None:
        now = situation(days=[timezone.localdate(form.starts_at)])
        verdict = verdicts.of_move(now, row, form.cleaned_data["room"], form.starts_at)
        if request.method == "POST" and not _refuse(form, verdict):
            before = (row.room_id, row.starts_at)
            try:
                sittings.move(
                    row,
                    form.cleaned_data["room"],
                    form.starts_at,
                    seen=form.cleaned_data["seen"] or 0,
                    by=current_user(request),
                )
            except StaleError as refusal:
                stale, row = str(refusal), get_object_or_404(_rows(request), pk=pk)
                form.data = {**request.POST.dict(), "seen": row.version}
            except ActionError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, _moved(row.is_told or (others_told and row.starts_at != before[1]))
                )
                return redirect(putting_back.address(row, before))
    host = row.exam.edition.course.university
    context = {
        "row": row,
        "host": host,
        "verdict": verdict,
        "stale": stale,
        "is_told": row.is_told or others_told,
        "shown": showing.at(row.starts_at, host),
        "there": showing.at(form.starts_at, host) if form.starts_at else None,
    }
    return _where_page(request, form, "exams/plan/move.html", context)


def _moved(is_told: bool) -> str:
    if is_told:
        return _("Moved. The students who sit it are told what has changed.")
    return _("Moved.")


def _data(request: PortalRequest) -> Any:
    """What was sent, also by a live check (GET)."""
    if request.method == "POST":
        return request.POST
    return request.GET if "day" in request.GET else None


def _days(request: PortalRequest) -> list[date]:
    day = _as_day((_data(request) or {}).get("day", ""))
    return [day] if day else []


def _refuse(form: WhereForm, verdict: list[conflicts.Problem]) -> bool:
    """Add to the form what the database would refuse; whether there was any."""
    for one in verdict:
        if one.kind in conflicts.IMPOSSIBLE:
            form.add_error(None, one.text)
    return bool(form.errors)


def _where_page(
    request: PortalRequest, form: WhereForm, template: str, context: dict[str, Any]
) -> HttpResponse:
    """The page, its form for the dialog, or the verdict alone for the live check."""
    context["form"] = form
    if request.method == "POST":
        status = 409 if context.get("stale") else 422
        return render(request, template, context, status=status)
    if request.htmx:
        part = "verdict" if form.is_bound else "form"
        return render(request, f"{template}#{part}", context)
    return render(request, template, context)


@require_POST
@needs_role(*ARRANGERS)
def act(request: PortalRequest, pk: int, name: str) -> HttpResponse:
    """Pin, unpin, or bring the seats up to date."""
    row = get_object_or_404(_rows(request), pk=pk)
    sent, user = request.POST.get("seen", ""), current_user(request)
    seen = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
    try:
        if name == "seat":
            now = situation(row.starts_at, exams=[row.exam_id])
            number = sittings.bring_up_to_date(now, row, seen=seen, by=user)
            messages.success(request, _("Seats that changed: %(number)s.") % {"number": number})
        elif name in ("pin", "unpin"):
            sittings.pin(row, seen=seen, by=user)
            messages.success(request, _("Saved."))
        else:
            raise Http404
    except ActionError as refusal:
        return _sitting_page(request, row, str(refusal), 409)
    return redirect("planner:sitting", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*ARRANGERS)
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Asks first: who knows of it hears that it is not held at that time and place."""
    row = get_object_or_404(_rows(request), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = CancelForm(data, initial={"seen": row.version})
    if form.is_valid():
        try:
            sittings.cancel(
                row,
                form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                by=current_user(request),
            )
        except StaleError as refusal:
            return _sitting_page(request, row, str(refusal), 409)
        except ActionError as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Cancelled. Its room and people are free again."))
            return redirect(putting_back.address(row))
    context = {
        "row": row,
        "form": form,
        "shown": showing.at(row.starts_at, row.exam.edition.course.university),
        "students": row.seats.standing().count(),
        "possible": "cancel" in sittings.actions_for(current_user(request), row),
    }
    status = 422 if form.errors else 200
    return render(request, "exams/plan/cancel.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*ARRANGERS)
def duties(request: PortalRequest, pk: int) -> HttpResponse:
    """Who leads and who invigilates: those who can come, and what they speak."""
    row = get_object_or_404(_rows(request), pk=pk)
    now = list(row.duties.filter(is_cancelled=False))
    form = DutiesForm(
        request.POST if request.method == "POST" else None,
        people=verdicts.who_can_come(row),
        seen=row.version,
        lead=next((str(one.invigilator_id) for one in now if one.part == "lead"), ""),
        others=[str(one.invigilator_id) for one in now if one.part != "lead"],
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            sittings.choose_invigilators(
                row, form.wanted, seen=form.cleaned_data["seen"], by=current_user(request)
            )
        except ActionError as refusal:
            form.add_error(None, str(refusal))
            status = 409 if isinstance(refusal, StaleError) else 422
        else:
            messages.success(request, _("Saved."))
            return redirect("planner:sitting", pk)
    host = row.exam.edition.course.university
    context = {"row": row, "form": form, "shown": showing.at(row.starts_at, host)}
    return render(request, "exams/plan/duties.html", context, status=status)
