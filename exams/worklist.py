"""What there is to do about exams now, with how many there are and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams import lists
from exams.models import Exam, Facility, Held
from exams.services.facilities import all_misfits

if TYPE_CHECKING:
    from accounts.models import User


class Task(NamedTuple):
    """Something to do, with the address of the page that shows it."""

    how_many: int
    label: str
    why: str
    address: str


def tasks(user: User) -> list[Task]:
    """What `user` finds to do; empty when all is done."""
    found = [*_to_fix(), *_to_plan(user), *_facilities(user), *_seats()]
    return [task for task in found if task.how_many]


def _to_fix() -> list[Task]:
    today = timezone.localdate()
    rows = lists.rows_of(lists.with_exam(lists.editions(), today), today)
    late = sum(row.is_late for row in rows)
    label = ngettext("exam has not been fixed by its host", "exams have not been fixed", late)
    why = _("It comes within ten weeks. Ask the host, or enter what it told you.")
    return [Task(late, label, why, reverse("exams:exams"))]


def _to_plan(user: User) -> list[Task]:
    standing = ~Q(sittings__state="cancelled") & Q(sittings__isnull=False)
    rows = Exam.objects.visible_to(user).upcoming().filter(held=Held.LEIDEN)
    planned = Exam.objects.filter(standing).values("pk")
    count = rows.exclude(pk__in=planned).count()
    label = ngettext("exam has no room yet", "exams have no room yet", count)
    why = _("The host has fixed it. Plan a room, a time and invigilators.")
    return [Task(count, label, why, reverse("planner:plan"))]


def _facilities(user: User) -> list[Task]:
    count = Facility.objects.visible_to(user).to_check().count()
    label = ngettext("exam facility to check", "exam facilities to check", count)
    why = _("Compare what the student says with the decision, once.")
    return [Task(count, label, why, reverse("exams:facilities"))]


def _seats() -> list[Task]:
    count = len(all_misfits())
    label = ngettext("seat does not fit a facility", "seats do not fit a facility", count)
    why = _("It was granted after the seat was given. Give the student a seat anew.")
    return [Task(count, label, why, reverse("exams:misfits"))]
