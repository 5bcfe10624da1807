"""Telling students where and when they sit an exam: who would hear what, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from enrolments.services.actions import ActionError, StaleError
from exams import conflicts
from exams.conflicts import Problem
from exams.instances import Situation
from exams.models import Exam, Seat, Sitting, SittingState
from exams.moments import TwoClocks, two_clocks
from exams.services import sittings, telling, telling_hosts, telling_invigilators
from exams.sitters import Task
from paperwork.services.events import Actor


class Message(NamedTuple):
    """What one of its readers gets."""

    language: str
    is_change: bool  # to who was told of another place
    subject: str
    text: str


class Announcement(NamedTuple):
    """An exam that can be published, or not yet: who would hear it, and the message."""

    task: Task
    rows: list[Sitting]
    problems: list[Problem]
    messages: list[Message]  # as one of its readers gets each
    seats: list[Seat]
    before: dict[int, Seat]  # where some students were told that they sit it, by student

    @property
    def stops(self) -> list[Problem]:
        """What has to be mended first."""
        return [one for one in self.problems if one.stops]

    @property
    def timed(self) -> list[tuple[Sitting, TwoClocks]]:
        """The sittings, with when they begin here and at the host."""
        zone = self.task.exam.edition.course.university.zone
        return [(row, two_clocks(row.starts_at, zone)) for row in self.rows]

    @property
    def key(self) -> str:
        """What a form remembers: the sittings and the versions that were shown."""
        return "-".join(f"{row.pk}.{row.version}" for row in self.rows)


def announcements(situation: Situation) -> list[Announcement]:
    """What is planned and not published, exam by exam. Three queries more."""
    found = conflicts.by_sitting(situation)
    waiting = {pk for pk, row in situation.rows.items() if row.state == SittingState.PLANNED}
    seats = Seat.objects.standing().select_related("student", "enrolment").order_by("number")
    rows = (
        Sitting.objects.filter(pk__in=waiting)
        .select_related("room__building")
        .prefetch_related(Prefetch("seats", seats, to_attr="known"))
        .order_by("starts_at", "room__name", "pk")
    )
    by_task: dict[int, list[Sitting]] = {}
    for row in rows:
        by_task.setdefault(situation.task_of(situation.rows[row.pk]).id, []).append(row)
    seated: dict[int, list[Seat]] = {task_id: [] for task_id in by_task}
    for task_id, own in by_task.items():
        for row in own:
            for seat in row.known:  # type: ignore[attr-defined]
                seat.sitting = row
                seated[task_id].append(seat)
    was_told = telling.places_before(seat for known in seated.values() for seat in known)
    made = []
    for task_id, own in by_task.items():
        task, known = situation.tasks[task_id], seated[task_id]
        before = {who: seat for (exam, who), seat in was_told.items() if exam == task.exam.pk}
        problems = list(dict.fromkeys(one for row in own for one in found.get(row.pk, ())))
        messages = _messages(task.exam, known, before)
        made.append(Announcement(task, own, problems, messages, known, before))
    return made


def _messages(exam: Exam, seats: list[Seat], before: Mapping[int, Seat]) -> list[Message]:
    """One in each language that its readers have, and to who was told of another place."""
    first = {(seat.student.language, seat.student_id in before): seat for seat in reversed(seats)}
    return [
        Message(*which, *telling.preview(exam, seat, which[0], before.get(seat.student_id)))
        for which, seat in sorted(first.items(), key=lambda each: (each[0][1], each[0][0] == "en"))
    ]


def publish(announcement: Announcement, *, seen: Mapping[int, int], by: Actor) -> int:
    """Publish the sittings of one exam, all or none; each student is told. How many were.

    `seen` are the versions that `by` has looked at. Raises ActionError while something is wrong
    that cannot be lived with, StaleError when a sitting has changed since.
    """
    if stops := announcement.stops:
        raise ActionError(" ".join(one.text for one in stops))
    if seen.keys() != {row.pk for row in announcement.rows}:
        raise StaleError(_("This exam has been planned anew in the meantime. Look at it again."))
    told, event = 0, None
    with sittings.refusing():
        for row in announcement.rows:
            event = sittings.swap(
                row, "publish", seen=seen[row.pk], by=by, told=True, published_at=timezone.now()
            )
            students = [seat.student_id for seat in announcement.seats if seat.sitting_id == row.pk]
            before = announcement.before
            moved = {one: before[one] for one in students if one in before}
            new = [one for one in students if one not in before]
            telling.published(row, announcement.task.exam, event, new)
            telling.given_another(row, announcement.task.exam, event, moved)
            telling_invigilators.published(row, announcement.task.exam, event)
            told += len(students)
        if event is not None:
            telling_hosts.published(announcement.task.exam, announcement.rows, told, event)
    return told
