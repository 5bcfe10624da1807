"""The office's first page: what there is to do, over all apps."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.models import Invitation
from courses import worklist
from courses.counts import counted
from courses.models import ImportRun
from courses.wording import gettext as _
from enrolments import hosts, queue, unchecked
from exams.worklist import Task
from grades import own_results
from paperwork import background
from vx_portal.homes.desk import Group, late_work
from vx_portal.http import PortalRequest, current_user, needs_role


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    numbers = _numbers(request)
    to_place, late = _applications(request)
    waiting = [
        *_background(numbers),
        *to_place,
        *_linked(worklist.course_tasks(numbers), "office:courses"),
        *_linked(worklist.university_tasks(numbers["ending"]), "office:universities"),
        *_open(numbers),
        *_hosts(numbers),
        *_unchecked(),
        *_results(request),
    ]
    context: dict[str, Any] = {
        "tasks": waiting,
        "late": late,
        "moments": worklist.coming_moments(request.user),
    }
    return render(request, "courses/office/home.html", context)


def _numbers(request: PortalRequest) -> dict[str, int]:
    """How many there are of all that is only counted here. One query."""
    imports = ImportRun.objects.visible_to(request.user).filter(state=ImportRun.State.OPEN)
    return counted(
        {
            **background.stopped(request.user),
            **worklist.courses_in_need(request.user),
            "ending": worklist.ending_soon(request.user),
            "imports": imports,
            "invitations": Invitation.objects.visible_to(request.user).open(),
            "hosts": hosts.unreachable(),
        }
    )


def _background(numbers: dict[str, int]) -> list[Task]:
    count = sum(numbers[what] for what in background.WORKS)
    label = ngettext(
        "piece of background work came to a stop",
        "pieces of background work came to a stop",
        count,
    )
    why = _("Try it again, or find out what is wrong.")
    return [Task(count, label, why, reverse("background"))] * bool(count)


def _applications(request: PortalRequest) -> tuple[list[Task], Group | None]:
    """Students to place on our own courses; all that is late, the oldest first. Two queries."""
    user = current_user(request)
    known = queue.conditions_of(user, timezone.localdate())
    counts = queue.listed(user).aggregate(
        mine=Count("pk", filter=known["mine"]), late=Count("pk", filter=known["late"])
    )
    mine = counts["mine"]
    label = ngettext(
        "student to place on a course of ours", "students to place on courses of ours", mine
    )
    why = _("Their own side has approved; the office answers for {university}.")
    here = f"{reverse('desk:queue')}?view=mine"
    return [Task(mine, label, why, here)] * bool(mine), late_work(user, counts["late"])


def _linked(tasks: list[worklist.Task], name: str) -> list[Task]:
    """Tasks with the address of the list that shows what they are about."""
    return [
        Task(task.how_many, str(task.label), str(task.why), f"{reverse(name)}?{task.query}")
        for task in tasks
    ]


def _open(numbers: dict[str, int]) -> list[Task]:
    """Imports and invitations that wait."""
    number = numbers["imports"]
    found = [
        Task(
            number,
            ngettext("import waits for you", "imports wait for you", number),
            _("Choose what to take over, or discard it."),
            reverse("office:imports"),
        )
    ]
    number = numbers["invitations"]
    found.append(
        Task(
            number,
            ngettext("open invitation", "open invitations", number),
            _("Send it again, or revoke it."),
            reverse("people:invitations"),
        )
    )
    return [task for task in found if task.how_many]


def _hosts(numbers: dict[str, int]) -> list[Task]:
    count = numbers["hosts"]
    label = ngettext("host university cannot answer", "host universities cannot answer", count)
    why = _("Students wait there, and nobody has an account or a link: send one.")
    return [Task(count, label, why, reverse("hosts:hosts"))] * bool(count)


def _unchecked() -> list[Task]:
    """Sent applications that nobody at home can check."""
    found = []
    for one in unchecked.by_faculty():
        label = ngettext(
            "application that nobody can check", "applications that nobody can check", one.number
        )
        why = _("Nobody at the home university has an account: invite somebody, or ask by mail.")
        if one.faculty:
            label, why = f"{label}: {one.faculty}", _("There is no coordinator: give the role.")
        found.append(Task(one.number, label, why, f"{reverse('desk:queue')}?{one.query}"))
    return found


def _results(request: PortalRequest) -> list[Task]:
    """Results of our own courses: to confirm by a second person, and still to enter."""
    rows = own_results.editions(current_user(request))
    confirm, enter = own_results.waiting(rows)
    here = reverse("results:home")
    found = [
        Task(
            confirm,
            ngettext("course with results to confirm", "courses with results to confirm", confirm),
            _("Another person than who entered them confirms them; then they hold."),
            f"{here}?view=confirm",
        ),
        Task(
            enter,
            ngettext("course of ours lacks results", "courses of ours lack results", enter),
            _("It has ended, and its students wait for their results."),
            f"{here}?view=enter",
        ),
    ]
    return [task for task in found if task.how_many]
