"""What would be wrong if: an exam planned or moved there and then. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from exams import conflicts, planning
from exams.conflicts import Problem
from exams.instances import Situation
from exams.models import Duty, Invigilator, InvigilatorHours, Room, Sitting
from exams.services import seating
from exams.sitters import Sitter, Task

if TYPE_CHECKING:
    from exams.forms.planning import WhereForm

LATER = {"no_invigilator", "not_seated"}  # what is done after a room is planned


def of_move(now: Situation, row: Sitting, room: Room, starts_at: datetime) -> list[Problem]:
    """With `row` in `room` at `starts_at`; the exam's other rooms begin then too."""
    plan = []
    for pk, other in now.rows.items():
        together = other.exam_id == row.exam_id and other.starts_at == row.starts_at
        if pk == row.pk or together:
            where = room.pk if pk == row.pk else other.room_id
            end = seating.end_at(other, now.task_of(other).exam, starts_at)
            plan.append(now.as_planned(other, room=where, start=starts_at, end=end))
        else:
            plan.append(now.sittings[pk])
    return _about(now, now.task_of(row), plan, room)


def of_plan(now: Situation, task: Task, who: Sequence[Sitter], form: WhereForm) -> list[Problem]:
    """With these students of `task` in one more room."""
    room, starts_at = form.cleaned_data["room"], form.starts_at
    if starts_at is None:
        return []
    here = frozenset(one.student for one in who)
    new = planning.Sitting(
        exam=task.id,
        room=room.pk,
        start=starts_at,
        end=seating.end_for(task.exam, starts_at, who),
        students=here,
    )
    others = [
        replace(one, students=one.students - here) if one.exam == task.id else one
        for one in now.sittings.values()
    ]
    found = _about(now, task, [*others, new], room)
    return [one for one in found if one.kind not in LATER]


def _about(now: Situation, task: Task, plan: list[planning.Sitting], room: Room) -> list[Problem]:
    found = [
        problem
        for conflict, problem in conflicts.problems(now, plan)
        if task.id in (conflict.exam, conflict.other)
    ]
    if task.exam.kind not in room.kinds:
        found.append(conflicts.wrong_kind(task))
    return list(dict.fromkeys(found))


def who_can_come(row: Sitting) -> list[tuple[str, str]]:
    """Invigilators who can come then, or are chosen already, with what they speak."""
    then = InvigilatorHours.objects.filter(
        invigilator=OuterRef("pk"), starts_at__lte=row.starts_at, ends_at__gte=row.ends_at
    )
    busy = Duty.objects.filter(
        invigilator=OuterRef("pk"),
        is_cancelled=False,
        starts_at__lt=row.ends_at,
        ends_at__gt=row.starts_at,
    )
    here, away = busy.filter(sitting=row), busy.exclude(sitting=row)
    found = []
    free = Q(Exists(then), is_in_use=True) & ~Exists(away)
    for one in Invigilator.objects.filter(free | Exists(here)):
        spoken = [_("Dutch")] * one.speaks_nl + [_("English")] * one.speaks_en
        found.append((str(one.pk), f"{one.name} ({', '.join(spoken)})"))
    return found
