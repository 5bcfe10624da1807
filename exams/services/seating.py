"""Who sits where and who invigilates: rows of one sitting, written with the change they belong to.

Nothing here asks who may: `sittings.py` does, and calls this in its transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from enrolments.models import Enrolment
from enrolments.services.actions import StaleError
from exams.models import Duty, Exam, Seat, Sitting, SittingState
from exams.services.resits import SITTING

if TYPE_CHECKING:
    from exams.instances import Situation
    from exams.sitters import Sitter, Task

FIRST_IN_LINE = {"wheelchair", "front"}  # they sit where one comes in, or at the front


def end_for(exam: Exam, starts_at: datetime, sitters: Iterable[Sitter]) -> datetime:
    """When the last of them is ready."""
    extra = max((one.extra for one in sitters), default=0)
    return starts_at + timedelta(minutes=exam.minutes + extra)


def end_at(sitting: Sitting, exam: Exam, starts_at: datetime) -> datetime:
    """When the last of those who have a seat there would be ready, by the exam's length of now."""
    extra = max(sitting.seats.standing().values_list("extra_minutes", flat=True), default=0)
    return starts_at + timedelta(minutes=exam.minutes + extra)


def take_turn(exam: Exam, sitters: Iterable[Sitter]) -> None:
    """One after the other at `exam`; StaleError when one of them has left the course since."""
    Exam.objects.select_for_update().get(pk=exam.pk)
    cases = Enrolment.objects.filter(pk__in=[one.case for one in sitters])
    if cases.exclude(state__in=SITTING).exists():
        raise StaleError(_("A student has left the course in the meantime. Look at it again."))


def elsewhere(exam: Exam, sitters: Iterable[Sitter]) -> dict[int, list[int]]:
    """Which of these students have a seat for `exam`, by the sitting where they have it."""
    seats = Seat.objects.standing().filter(
        enrolment__in=[one.case for one in sitters],
        sitting__exam=exam,
        sitting__state__in=[SittingState.PLANNED, SittingState.PUBLISHED],
    )
    found: dict[int, list[int]] = {}
    for pk, student in seats.order_by("sitting", "pk").values_list("sitting", "student"):
        found.setdefault(pk, []).append(student)
    return found


def is_alone(task: Task, sitter: Sitter) -> bool:
    """Whether the student sits in a room without others."""
    return task.exam.kind == "oral" or "own_room" in sitter.flags


def groups(task: Task, unseated: Sequence[Sitter]) -> dict[str, list[Sitter]]:
    """Who can be put into one room: all who share one, and each of the others alone."""
    found: dict[str, list[Sitter]] = {}
    for one in unseated:
        name = str(one.case) if is_alone(task, one) else "shared"
        found.setdefault(name, []).append(one)
    return dict(sorted(found.items(), key=lambda each: each[0] != "shared"))


def fill(sitting: Sitting, exam: Exam, sitters: Sequence[Sitter]) -> list[Seat]:
    """Give each of them a seat, the lowest numbers that are free; by name, but who enters first."""
    taken = set(sitting.seats.standing().values_list("number", flat=True))
    free = (number for number in range(1, 10_000) if number not in taken)
    order = sorted(sitters, key=lambda one: (FIRST_IN_LINE.isdisjoint(one.flags),))
    return Seat.objects.bulk_create(
        Seat(
            sitting=sitting,
            enrolment_id=one.case,
            student_id=one.student,
            number=number,
            starts_at=sitting.starts_at,
            ends_at=end_for(exam, sitting.starts_at, [one]),
            extra_minutes=one.extra,
            arrangement=list(one.flags),
        )
        for one, number in zip(order, free, strict=False)
    )


def free(sitting: Sitting, students: Iterable[int]) -> None:
    """Take their seats away: of a published sitting they are kept as cancelled."""
    seats = sitting.seats.standing().filter(student__in=list(students))
    if sitting.state == SittingState.PLANNED:
        seats.delete()
    else:
        seats.update(is_cancelled=True)


def in_course(sitting: Sitting, students: Iterable[int]) -> list[int]:
    """Those of `students`, who have or had a seat there, that have not left the course."""
    seats = sitting.seats.filter(student__in=list(students), enrolment__state__in=SITTING)
    return list(seats.values_list("student", flat=True))


def end_sooner(sitting: Sitting) -> bool:
    """Let it end with the last who has a seat, when somebody with more time has left: whether."""
    last = max(sitting.seats.standing().values_list("ends_at", flat=True), default=None)
    if last is None or last >= sitting.ends_at:
        return False
    Sitting.objects.filter(pk=sitting.pk).update(ends_at=last)
    sitting.duties.filter(is_cancelled=False).update(ends_at=last)
    sitting.ends_at = last
    return True


def shift(sitting: Sitting, exam: Exam, starts_at: datetime) -> None:
    """Let the seats and duties of `sitting` begin at `starts_at`, and last as they should now.

    The sitting's own end is `end_at` already. Who reported ill for one day has not for another.
    """
    seats = sitting.seats.standing()
    was_at = seats.values_list("starts_at", flat=True).first()
    if was_at and timezone.localdate(was_at) != timezone.localdate(starts_at):
        seats.update(ill_reported_at=None)
    for extra in set(seats.values_list("extra_minutes", flat=True)):
        ends_at = starts_at + timedelta(minutes=exam.minutes + extra)
        seats.filter(extra_minutes=extra).update(starts_at=starts_at, ends_at=ends_at)
    sitting.duties.filter(is_cancelled=False).update(starts_at=starts_at, ends_at=sitting.ends_at)


def as_granted(sitting: Sitting, exam: Exam, sitters: Iterable[Sitter]) -> list[int]:
    """Bring times and arrangements of the seats to the exam and what is granted now.

    The students whose seats changed.
    """
    by_student, changed = {one.student: one for one in sitters}, []
    for seat in sitting.seats.standing():
        one = by_student.get(seat.student_id)
        if one is None:
            continue
        ends_at = end_for(exam, seat.starts_at, [one])
        owed = (one.extra, list(one.flags), ends_at)
        if (seat.extra_minutes, seat.arrangement, seat.ends_at) == owed:
            continue
        seat.extra_minutes, seat.arrangement, seat.ends_at = owed
        seat.save(update_fields=["extra_minutes", "arrangement", "ends_at"])
        changed.append(seat.student_id)
    return changed


def to_add(situation: Situation, row: Sitting) -> list[Sitter]:
    """Those without a seat who can still be put into this sitting's room."""
    task, room = situation.task_of(row), situation.rooms[row.room_id]
    here = situation.here(row)
    if any(is_alone(task, one) for one in here):
        return []
    waiting = [one for one in situation.unseated(task) if not is_alone(task, one)]
    left = room.places_for(task.exam.kind) - len(here)
    return waiting[: max(left, 0)]


def set_duties(sitting: Sitting, wanted: Sequence[tuple[int, str]]) -> None:
    """Have these invigilators at `sitting`, each in a part, for as long as it lasts."""
    now = {duty.invigilator_id: duty for duty in sitting.duties.filter(is_cancelled=False)}
    by_part: defaultdict[str, list[int]] = defaultdict(list)
    for person, part in wanted:
        by_part[part].append(person)
    sitting.duties.filter(is_cancelled=False).exclude(
        invigilator__in=[person for person, _part in wanted]
    ).delete()
    for part, people in by_part.items():
        for person in people:
            if person in now:
                Duty.objects.filter(pk=now[person].pk).update(part=part)
    Duty.objects.bulk_create(
        Duty(
            sitting=sitting,
            invigilator_id=person,
            part=part,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
        )
        for part, people in by_part.items()
        for person in people
        if person not in now
    )
