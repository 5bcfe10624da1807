"""What there is to plan, taken from the database: the one place that makes a planning Instance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from exams import planning
from exams.deadlines import first_day_in_time
from exams.models import (
    Duty,
    Exam,
    Held,
    InvigilatorHours,
    Room,
    RoomClosure,
    RoomHours,
    Seat,
    Sitting,
    SlotOffer,
)
from exams.planning import Span
from exams.sitters import LEIDEN, Sitter, Task, kind_of, tasks_of

FIRST_START, LAST_START = time(8, 30), time(20)


@dataclass(frozen=True)
class Situation:
    """Everything that a plan of some exams depends on, as it is now."""

    tasks: dict[int, Task]
    rooms: dict[int, Room]
    names: dict[int, str]  # of students, those who left included
    invigilators: dict[int, str]
    rows: dict[int, Sitting]  # the standing sittings, with .task, in order of time
    seated: dict[int, dict[int, tuple[int, int]]]  # by sitting: student → number of seat, its row
    duties: dict[int, list[tuple[int, str]]]  # by sitting: invigilator, part
    instance: planning.Instance
    gone: dict[int, list[int]] = field(default_factory=dict)  # by sitting: they sit it no more

    @cached_property
    def sittings(self) -> dict[int, planning.Sitting]:
        """Today's plan, by the row of each sitting."""
        return {pk: self.as_planned(row) for pk, row in self.rows.items()}

    @cached_property
    def _chosen(self) -> dict[tuple[int, datetime], int]:
        """The tasks of moments that students chose, by exam and moment."""
        return {
            (task.exam.pk, task.slot): task.id
            for task in self.tasks.values()
            if task.slot is not None
        }

    def task_of(self, row: Sitting) -> Task:
        return self.tasks[self._chosen.get((row.exam_id, row.starts_at), row.exam_id)]

    def as_planned(
        self,
        row: Sitting,
        *,
        room: int | None = None,
        start: datetime | None = None,
        students: Iterable[int] | None = None,
    ) -> planning.Sitting:
        """`row` as the planner sees it, elsewhere or at another time if that is given."""
        moved = (start or row.starts_at) - row.starts_at
        who = self.seated.get(row.pk, {}) if students is None else students
        task = self.task_of(row)
        return planning.Sitting(
            exam=task.id,
            room=room or row.room_id,
            start=row.starts_at + moved,
            end=row.ends_at + moved,
            students=frozenset(one for one in who if one in task.sitters),
            invigilators=frozenset(one for one, _part in self.duties.get(row.pk, ())),
        )

    def for_instance(self, instance: planning.Instance) -> Situation:
        """The same with another instance, which leaves some of it out."""
        return replace(self, instance=instance)

    def unseated(self, task: Task) -> list[Sitter]:
        """Who has no seat yet, in order of name."""
        have = {
            student
            for pk, row in self.rows.items()
            if row.exam_id == task.exam.pk
            for student in self.seated.get(pk, ())
        }
        return [one for student, one in task.sitters.items() if student not in have]


def task_id(row: Sitting, tasks: dict[int, Task]) -> int:
    """Which task a sitting belongs to: its exam's slot at that moment, or the exam."""
    for task in tasks.values():
        if task.slot == row.starts_at and task.exam.pk == row.exam_id:
            return task.id
    return row.exam_id


def day_start(day: date) -> datetime:
    return datetime.combine(day, time.min, LEIDEN).astimezone(UTC)


def exams_to_plan(since: datetime) -> Any:
    """Exams in Leiden that are not over before `since`, with what the pages say of them."""
    slots = SlotOffer.objects.filter(exam=OuterRef("pk"))
    rows = Exam.objects.filter(held=Held.LEIDEN).filter(
        Q(starts_at__gte=since) | Q(window_until__gt=since) | Q(sittings__starts_at__gte=since)
    )
    return (
        rows.annotate(has_slots=Exists(slots))
        .select_related("edition__course__university")
        .distinct()
    )


def situation(
    since: datetime | None = None,
    *,
    exams: Iterable[int] | None = None,
    days: Iterable[date] = (),
    whole: bool = False,
) -> Situation:
    """What there is to plan: exams that are not over before `since` (now), with all their sittings.

    `exams` leaves only those. Rooms and people are known on the days of sittings, and on `days`.
    `whole` is for proposing: everybody who can invigilate, all moments to begin on `days`, and what
    stays as it is (pinned, or told to students). Ten queries.
    """
    found = exams_to_plan(since or timezone.now())
    if exams is not None:
        found = found.filter(pk__in=list(exams))
    by_pk = {exam.pk: exam for exam in found}
    tasks = tasks_of(by_pk)
    standing = Sitting.objects.standing().filter(exam__in=by_pk)
    rows = {row.pk: row for row in standing.order_by("starts_at", "room__name", "pk")}
    seated, gone, names = _seats(rows, tasks)
    duties, people = _duties(rows)
    names |= {one.student: one.name for task in tasks.values() for one in task.sitters.values()}
    asked = set(days)
    known = sorted(asked | {timezone.localdate(row.starts_at) for row in rows.values()})
    rooms = {
        room.pk: room
        for room in Room.objects.select_related("building").order_by(
            "building__city", "building__name_nl", "name"
        )
        if room.is_in_use or any(row.room_id == room.pk for row in rows.values())
    }
    helpers, helper_names = _invigilators(known, people, everybody=whole)
    starts: tuple[datetime, ...] = ()
    if whole:
        spans = [planning.day_span(day, LEIDEN, FIRST_START, LAST_START) for day in sorted(asked)]
        starts = planning.starts_within(spans)
    instance = planning.Instance(
        exams=tuple(task.as_exam() for task in tasks.values()),
        rooms=tuple(_rooms(rooms, known)),
        invigilators=helpers,
        starts=starts,
        earliest=day_start(first_day_in_time()),
    )
    made = Situation(
        tasks, rooms, names, people | helper_names, rows, seated, duties, instance, gone
    )
    return _with_pins(made, whole=whole)


def _with_pins(made: Situation, *, whole: bool) -> Situation:
    """What stays, and what students know of already."""
    told, stays = [], []
    for pk, row in made.rows.items():
        one = made.sittings[pk]
        pinned = planning.Pinned(
            exam=one.exam, room=one.room, start=one.start, students=one.students
        )
        if row.is_told:
            told.append(pinned)
        if whole and (row.is_told or row.is_pinned):
            stays.append(pinned)
    instance = replace(made.instance, published=tuple(told), pinned=tuple(stays))
    return replace(made, instance=instance)


type Seats = dict[int, dict[int, tuple[int, int]]]


def _seats(
    rows: dict[int, Sitting], tasks: dict[int, Task]
) -> tuple[Seats, dict[int, list[int]], dict[int, str]]:
    """Who sits where; who has a seat without sitting the exam any more. One query."""
    seated: Seats = {pk: {} for pk in rows}
    gone: defaultdict[int, list[int]] = defaultdict(list)
    names = {}
    standing = Seat.objects.standing().filter(sitting__in=rows).order_by("number")
    by_row = {pk: tasks.get(task_id(row, tasks)) for pk, row in rows.items()}
    for pk, sitting, student, name, number in standing.values_list(
        "pk", "sitting", "student", "student__name", "number"
    ):
        seated[sitting][student] = (number, pk)
        names[student] = name
        task = by_row[sitting]
        if task is None or student not in task.sitters:
            gone[sitting].append(student)
    for pk, task in by_row.items():
        if task is None:  # nobody sits it any more
            exam = rows[pk].exam_id
            known = next(one.exam for one in tasks.values() if one.exam.pk == exam)
            tasks[exam] = Task(exam, known, {})
    return seated, dict(gone), names


def _duties(rows: dict[int, Sitting]) -> tuple[dict[int, list[tuple[int, str]]], dict[int, str]]:
    """Who invigilates. One query."""
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    names = {}
    for sitting, person, name, part in (
        Duty.objects.filter(sitting__in=rows, is_cancelled=False)
        .order_by("pk")
        .values_list("sitting", "invigilator", "invigilator__name", "part")
    ):
        found[sitting].append((person, part))
        names[person] = name
    return dict(found), names


def _rooms(rooms: dict[int, Room], days: list[date]) -> Iterator[planning.Room]:
    """When each room is open on these days, in order, closures taken away. Two queries."""
    hours: defaultdict[int, dict[int, tuple[time, time]]] = defaultdict(dict)
    for number, weekday, opens, closes in RoomHours.objects.values_list(
        "room", "weekday", "opens", "closes"
    ):
        hours[number][weekday] = (opens, closes)
    shut: defaultdict[int, list[Span]] = defaultdict(list)
    for number, starts_at, ends_at in RoomClosure.objects.filter(**_on(days)).values_list(
        "room", "starts_at", "ends_at"
    ):
        shut[number].append(Span(starts_at, ends_at))
    spans: dict[tuple[date, time, time], Span] = {}
    for pk, row in rooms.items():
        open_at = []
        for day in days if row.is_in_use else ():
            if own := hours[pk].get(day.weekday()):
                key = (day, *own)
                if key not in spans:
                    spans[key] = planning.day_span(day, LEIDEN, *own)
                open_at += without(spans[key], shut[pk])
        yield planning.Room(
            id=pk,
            places=row.places,
            open=tuple(open_at),
            wheelchair=row.is_accessible,
            computers=row.computers,
            kinds=frozenset(kind_of(kind) for kind in row.kinds),
        )


def _on(days: list[date]) -> dict[str, datetime]:
    """What meets the time from the first to the last of `days`."""
    if not days:
        return {"starts_at__lt": datetime.min.replace(tzinfo=UTC)}
    return {
        "starts_at__lt": day_start(days[-1] + timedelta(days=1)),
        "ends_at__gt": day_start(days[0]),
    }


def without(span: Span, closed: Iterable[Span]) -> list[Span]:
    """What is left of `span`."""
    left = [span]
    for shut in closed:
        left = [part for one in left for part in _cut(one, shut)]
    return left


def _cut(span: Span, shut: Span) -> Iterator[Span]:
    if not span.meets(shut):
        yield span
        return
    if span.start < shut.start:
        yield Span(span.start, shut.start)
    if shut.end < span.end:
        yield Span(shut.end, span.end)


def _invigilators(
    days: list[date], on_duty: dict[int, str], *, everybody: bool
) -> tuple[tuple[planning.Invigilator, ...], dict[int, str]]:
    """Who has a duty, or everybody, and when they can come on these days. One query."""
    free: defaultdict[int, list[Span]] = defaultdict(list)
    speaks = dict.fromkeys(on_duty, frozenset[str]())
    names = {}
    rows = InvigilatorHours.objects.filter(**_on(days)).order_by("invigilator__name", "starts_at")
    theirs = Q(invigilator__in=on_duty)
    rows = rows.filter(theirs | Q(invigilator__is_in_use=True) if everybody else theirs)
    for person, name, dutch, english, starts_at, ends_at in rows.values_list(
        "invigilator",
        "invigilator__name",
        "invigilator__speaks_nl",
        "invigilator__speaks_en",
        "starts_at",
        "ends_at",
    ):
        free[person].append(Span(starts_at, ends_at))
        spoken = (("nl", dutch), ("en", english))
        speaks[person] = frozenset(language for language, can in spoken if can)
        names[person] = name
    return (
        tuple(
            planning.Invigilator(id=person, languages=languages, free=tuple(free[person]))
            for person, languages in speaks.items()
        ),
        names,
    )
