"""What there is to do about exams now, with how many there are and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from courses import house
from courses.wording import gettext as _
from exams import lists
from exams.services.facilities import open_matters

if TYPE_CHECKING:
    from accounts.models import User


class Task(NamedTuple):
    """Something to do, with the address of the page that shows it."""

    how_many: int
    label: str
    why: str
    address: str


def tasks(user: User, *, unplanned: int) -> list[Task]:
    """What `user` finds to do; empty when all is done. Four queries.

    `unplanned`: how many exams have no room (exams/agenda.py).
    """
    to_check, unfit = open_matters(user)
    found = [_to_fix(), _to_plan(unplanned), _facilities(to_check), _seats(unfit)]
    return [task for task in found if task.how_many]


def _to_fix() -> Task:
    today = timezone.localdate()
    soon = today + house.span("exams.fix_days")
    editions = lists.with_exam(lists.editions(), today).prefetch_related(None)
    near = editions.filter(Q(exam_on__lt=soon) | Q(resit_on__lt=soon))
    rows = lists.rows_of(near.prefetch_related("exams"), today)
    late = sum(row.is_late for row in rows)
    label = ngettext("exam has not been fixed by its host", "exams have not been fixed", late)
    why = _("It comes within {exams.fix_days}. Ask the host, or enter what it told you.")
    return Task(late, label, why, reverse("exams:exams"))


def _to_plan(count: int) -> Task:
    label = ngettext("exam has no room yet", "exams have no room yet", count)
    why = _("The host has fixed it. Plan a room, a time and invigilators.")
    return Task(count, label, why, reverse("planner:plan"))


def _facilities(count: int) -> Task:
    label = ngettext("exam facility to check", "exam facilities to check", count)
    why = _("Compare what the student says with the decision, once.")
    return Task(count, label, why, reverse("exams:facilities"))


def _seats(count: int) -> Task:
    label = ngettext("seat does not fit a facility", "seats do not fit a facility", count)
    why = _("It was granted after the seat was given. Give the student a seat anew.")
    return Task(count, label, why, reverse("exams:misfits"))
