"""Taking a proposed plan over: all of it, or some exams. Nothing is published by it."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.services.actions import ActionError
from exams import people, planning, proposals
from exams.instances import Situation, situation
from exams.models import Duty, Plan, Sitting, SittingState
from exams.services import seating, sittings
from paperwork.services.events import record


def adopt(plan: Plan, tasks: Collection[int] | None = None, *, by: User) -> int:
    """Plan what was proposed for these tasks (all); how many sittings are new.

    What students know of, or was pinned, stays. Sittings that were planned otherwise make room. All
    or nothing: raises ActionError when the database refuses, or there is nothing to take over.
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
    if not proposed:
        raise ActionError(_("There is nothing in this plan to take over any more."))
    made = 0
    with sittings.refusing():
        kept = _make_room(now, proposed, by)
        for one in proposed:
            if row := kept.get((one.exam, one.room, one.start)):
                _invigilate(now, row, one, by)
            else:
                made += _plan(now, one, by)
        Plan.objects.filter(pk=plan.pk).update(
            applied_at=timezone.now(), applied_by_name=str(by)[:150]
        )
        record(plan, "adopt", by=by, role=people.arranger_role(by), details={"sittings": made})
    return made


type Where = tuple[int, int, object]


def _make_room(now: Situation, proposed: list[planning.Sitting], by: User) -> dict[Where, Sitting]:
    """Give up what was planned otherwise; the sittings that stay, by task, room and start."""
    wanted = {(one.exam, one.room, one.start): one.students for one in proposed}
    about = {one.exam for one in proposed}
    kept: dict[Where, Sitting] = {}
    for pk, row in now.rows.items():
        here = now.sittings[pk]
        where = (here.exam, here.room, here.start)
        same = wanted.get(where) == here.students
        if row.is_told or row.is_pinned or same:
            kept[where] = row
        elif here.exam in about and row.state == SittingState.PLANNED:
            sittings.cancel(row, _("Another plan was taken over."), seen=row.version, by=by)
    return kept


def _plan(now: Situation, one: planning.Sitting, by: User) -> int:
    task = now.tasks[one.exam]
    who = [sitter for student, sitter in task.sitters.items() if student in one.students]
    if not who:
        return 0
    row = sittings.plan(task, who, now.rooms[one.room], one.start, by=by)
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
