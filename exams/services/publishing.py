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
from exams.services import sittings, telling
from exams.sitters import Task
from paperwork.services.events import Actor


class Announcement(NamedTuple):
    """An exam that can be published, or not yet: who would hear it, and the message."""

    task: Task
    rows: list[Sitting]
    problems: list[Problem]
    messages: list[tuple[str, str, str]]  # language, subject, text: as one of its readers gets it
    seats: list[Seat]

    @property
    def stops(self) -> list[Problem]:
        """What has to be mended first."""
        return [one for one in self.problems if one.stops]

    @property
    def key(self) -> str:
        """What a form remembers: the sittings and the versions that were shown."""
        return "-".join(f"{row.pk}.{row.version}" for row in self.rows)


def announcements(situation: Situation) -> list[Announcement]:
    """What is planned and not published, exam by exam. Two queries more."""
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
    made = []
    for task_id, own in by_task.items():
        task = situation.tasks[task_id]
        known: list[Seat] = []
        for row in own:
            for seat in row.known:  # type: ignore[attr-defined]
                seat.sitting = row
                known.append(seat)
        problems = list(dict.fromkeys(one for row in own for one in found.get(row.pk, ())))
        made.append(Announcement(task, own, problems, _messages(task.exam, known), known))
    return made


def _messages(exam: Exam, seats: list[Seat]) -> list[tuple[str, str, str]]:
    """One in each language that its readers have."""
    first = {seat.student.language: seat for seat in reversed(seats)}
    return [
        (language, *telling.preview(exam, seat, language))
        for language, seat in sorted(first.items(), reverse=True)
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
    told = 0
    with sittings.refusing():
        for row in announcement.rows:
            event = sittings.swap(
                row, "publish", seen=seen[row.pk], by=by, told=True, published_at=timezone.now()
            )
            students = [seat.student_id for seat in announcement.seats if seat.sitting_id == row.pk]
            telling.published(row, announcement.task.exam, event, students)
            told += len(students)
    return told
