"""Taking a proposed plan over: all of it, or some exams. Nothing is published by it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.services.actions import ActionError
from exams import people, planning, proposals
from exams.instances import Situation, situation
from exams.models import Duty, Plan, Sitting, SittingState
from exams.services import seating, sittings
from paperwork.services.events import record


class Adopted(NamedTuple):
    """What came of taking a plan over."""

    made: int  # sittings that are new
    left: list[str]  # the exams that stay as they are, by the host's code


def adopt(plan: Plan, tasks: Collection[int] | None = None, *, by: User) -> Adopted:
    """Plan what was proposed for these tasks (all).

    An exam with a sitting that was published or pinned since, and not as proposed, stays as it is.
    Sittings that were planned otherwise make room. All or nothing: raises ActionError when the
    database refuses, or there is nothing to take over.
    """
    if not people.arranger_role(by):
        raise ActionError(_("Only exam staff and the programme office plan exams."))
    now = situation()
    proposed = [
        one
        for one in proposals.sittings_of(plan)
        if one.exam in now.tasks and (tasks is None or one.exam in tasks)
    ]
    proposed = [one for one in proposed if one.start > timezone.now() and one.room in now.rooms]
    fixed = _fixed_otherwise(now, proposed)
    left = sorted({now.tasks[one.exam].code for one in proposed if one.exam in fixed})
    proposed = [one for one in proposed if one.exam not in fixed]
    if not proposed and left:
        raise ActionError(said_of(left))
    if not proposed:
        raise ActionError(_("There is nothing in this plan to take over any more."))
    made = 0
    with sittings.refusing():
        kept = _make_room(now, proposed, by)
        for one in proposed:
            if row := kept.get(_where(one)):
                _invigilate(now, row, one, by)
            else:
                made += _plan(now, one, by)
        Plan.objects.filter(pk=plan.pk).update(
            applied_at=timezone.now(), applied_by_name=str(by)[:150]
        )
        record(plan, "adopt", by=by, role=people.arranger_role(by), details={"sittings": made})
    return Adopted(made, left)


def said_of(left: list[str]) -> str:
    """That these exams were not taken over, and why."""
    return _(
        "These stay as they are: they have since been published, or pinned in another place: "
        "%(exams)s."
    ) % {"exams": ", ".join(left)}


type Where = tuple[int, int, object]


def _where(one: planning.Sitting) -> Where:
    return one.exam, one.room, one.start


def _fixed_otherwise(now: Situation, proposed: list[planning.Sitting]) -> set[int]:
    """The tasks with a sitting that stays (told, or pinned) and is not as proposed."""
    wanted = {_where(one): one.students & now.tasks[one.exam].sitters.keys() for one in proposed}
    return {
        now.sittings[pk].exam
        for pk, row in now.rows.items()
        if row.is_told or row.is_pinned
        if wanted.get(_where(now.sittings[pk])) != now.sittings[pk].students
    }


def _make_room(now: Situation, proposed: list[planning.Sitting], by: User) -> dict[Where, Sitting]:
    """Give up what was planned otherwise; the sittings that stay, by task, room and start."""
    wanted = {_where(one): one.students for one in proposed}
    about = {one.exam for one in proposed}
    kept: dict[Where, Sitting] = {}
    for pk, row in now.rows.items():
        here = now.sittings[pk]
        same = wanted.get(_where(here)) == here.students
        if row.is_told or row.is_pinned or same:
            kept[_where(here)] = row
        elif here.exam in about and row.state == SittingState.PLANNED:
            sittings.cancel(row, _("Another plan was taken over."), seen=row.version, by=by)
    return kept


def _plan(now: Situation, one: planning.Sitting, by: User) -> int:
    task = now.tasks[one.exam]
    who = [sitter for student, sitter in task.sitters.items() if student in one.students]
    if not who:
        return 0
    row = sittings.plan(now, task, who, now.rooms[one.room], one.start, by=by)
    seating.set_duties(row, _parts(now, one))
    return 1


def _parts(now: Situation, one: planning.Sitting) -> list[tuple[int, str]]:
    """The first of them leads."""
    known = sorted(one.invigilators)
    parts = [str(Duty.Part.LEAD)] + [str(Duty.Part.INVIGILATOR)] * len(known)
    return list(zip(known, parts, strict=False))


def _invigilate(now: Situation, row: Sitting, one: planning.Sitting, by: User) -> None:
    """A sitting that stays gets the proposed people when it has none yet."""
    if one.invigilators and not now.duties.get(row.pk) and row.state in sittings.OPEN:
        sittings.choose_invigilators(row, _parts(now, one), seen=row.version, by=by)
