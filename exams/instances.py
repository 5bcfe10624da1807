"""What there is to plan, made from the facts: the one place that makes a planning Instance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from zlib import crc32

from courses import house
from exams import facts, planning
from exams.facts import Facts, Row
from exams.models import Room, Sitting
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
    said: dict[int, tuple[Span, ...]] = field(default_factory=dict)  # own exams, by student

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
        end: datetime | None = None,
        students: Iterable[int] | None = None,
    ) -> planning.Sitting:
        """`row` as the planner sees it, elsewhere or at another time if that is given."""
        who = self.seated.get(row.pk, {}) if students is None else students
        task = self.task_of(row)
        return planning.Sitting(
            exam=task.id,
            room=room or row.room_id,
            start=start or row.starts_at,
            end=end or row.ends_at,
            students=frozenset(one for one in who if one in task.sitters),
            invigilators=frozenset(one for one, _part in self.duties.get(row.pk, ())),
        )

    def for_instance(self, instance: planning.Instance) -> Situation:
        """The same with another instance, which leaves some of it out."""
        return replace(self, instance=instance)

    @cached_property
    def _have_seat(self) -> dict[int, set[int]]:
        """Who has a seat, by exam."""
        have: defaultdict[int, set[int]] = defaultdict(set)
        for pk, row in self.rows.items():
            have[row.exam_id].update(self.seated.get(pk, ()))
        return have

    def here(self, row: Sitting) -> list[Sitter]:
        """Those who have a seat at `row` and still sit it, in order of their seats."""
        own = [task.sitters for task in self.tasks.values() if task.exam.pk == row.exam_id]
        sitters = {student: one for each in own for student, one in each.items()}
        gone = self.gone.get(row.pk, ())
        return [sitters[one] for one in self.seated[row.pk] if one not in gone]

    def seen_of(self, task: Task) -> int:
        """What a form remembers of who sits the task's exam, and where."""
        seats = [
            (pk, sorted(self.seated.get(pk, ())))
            for pk, row in sorted(self.rows.items())
            if row.exam_id == task.exam.pk
        ]
        return crc32(repr((seats, sorted(task.sitters))).encode())

    def unseated(self, task: Task) -> list[Sitter]:
        """Who has no seat yet, in order of name."""
        have = self._have_seat.get(task.exam.pk, set())
        return [one for student, one in task.sitters.items() if student not in have]


def task_id(row: Sitting, tasks: dict[int, Task]) -> int:
    """Which task a sitting belongs to: its exam's slot at that moment, or the exam."""
    for task in tasks.values():
        if task.slot == row.starts_at and task.exam.pk == row.exam_id:
            return task.id
    return row.exam_id


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
    stays as it is (pinned, or told to students). Twelve queries at most.
    """
    asked = set(days)
    found = facts.read(since, exams=exams, days=asked, everybody=whole)
    return made_from(found, propose_on=sorted(asked) if whole else None)


def made_from(found: Facts, *, propose_on: list[date] | None = None) -> Situation:
    """The situation that these facts make; `propose_on`: to be planned anew, on these days."""
    tasks = tasks_of({exam.pk: exam for exam in found.exams}, found.takers)
    rows = {row.pk: row for row in found.standing}
    seated, gone, names = _seats(rows, tasks, found.seats)
    duties, people = _duties(found.duties)
    names |= {one.student: one.name for task in tasks.values() for one in task.sitters.values()}
    used = {row.room_id for row in found.standing}
    rooms = {room.pk: room for room in found.rooms if room.is_in_use or room.pk in used}
    helpers, helper_names = _invigilators(found.helpers, people)
    starts: tuple[datetime, ...] = ()
    if propose_on is not None:
        spans = [planning.day_span(day, LEIDEN, FIRST_START, LAST_START) for day in propose_on]
        starts = planning.starts_within(spans)
    instance = planning.Instance(
        exams=tuple(task.as_exam() for task in tasks.values()),
        rooms=tuple(_rooms(rooms, found)),
        invigilators=helpers,
        starts=starts,
        busy=_busy(found, tasks if propose_on is not None else {}),
        earliest=found.earliest,
        students_per_invigilator=house.number("exams.students_per_invigilator"),
    )
    made = Situation(
        tasks,
        rooms,
        names,
        people | helper_names,
        rows,
        seated,
        duties,
        instance,
        gone,
        _said(found),
    )
    return _with_pins(made, whole=propose_on is not None)


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
    rows: dict[int, Sitting], tasks: dict[int, Task], standing: Iterable[Row]
) -> tuple[Seats, dict[int, list[int]], dict[int, str]]:
    """Who sits where; who has a seat without sitting the exam any more.

    Who was told of a seat sits it as long as they sit the exam, whatever moment they chose: that
    sitting may have been moved since. One that nobody was told of is for those of its moment.
    """
    sit: defaultdict[int, set[int]] = defaultdict(set)
    for each in tasks.values():
        sit[each.exam.pk].update(each.sitters)
    seated: Seats = {pk: {} for pk in rows}
    gone: defaultdict[int, list[int]] = defaultdict(list)
    names = {}
    by_row = {pk: tasks.get(task_id(row, tasks)) for pk, row in rows.items()}
    for pk, sitting, student, name, number in standing:
        seated[sitting][student] = (number, pk)
        names[student] = name
        task, row = by_row[sitting], rows[sitting]
        still = sit[row.exam_id] if row.is_told else task.sitters if task else ()
        if student not in still:
            gone[sitting].append(student)
    for pk, task in by_row.items():
        if task is None:  # nobody sits it any more
            exam = rows[pk].exam_id
            known = next(one.exam for one in tasks.values() if one.exam.pk == exam)
            tasks[exam] = Task(exam, known, {})
    return seated, dict(gone), names


def _duties(rows: Iterable[Row]) -> tuple[dict[int, list[tuple[int, str]]], dict[int, str]]:
    """Who invigilates."""
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    names = {}
    for sitting, person, name, part in rows:
        found[sitting].append((person, part))
        names[person] = name
    return dict(found), names


def _rooms(rooms: dict[int, Room], found: Facts) -> Iterator[planning.Room]:
    """When each room is open on the days that are known, in order, closures taken away."""
    hours: defaultdict[int, dict[int, tuple[time, time]]] = defaultdict(dict)
    for number, weekday, opens, closes in found.hours:
        hours[number][weekday] = (opens, closes)
    shut: defaultdict[int, list[Span]] = defaultdict(list)
    for number, starts_at, ends_at in found.closures:
        shut[number].append(Span(starts_at, ends_at))
    spans: dict[tuple[date, time, time], Span] = {}
    for pk, row in rooms.items():
        open_at = []
        for day in found.days if row.is_in_use else ():
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


def _busy(found: Facts, tasks: dict[int, Task]) -> dict[int, tuple[Span, ...]]:
    """When students have exams of their own: weeks of faculty and programme, and what they said.

    Of `tasks` those with a moment of their own are left out of it: nobody can choose another one
    for them, and a plan without them would help nobody. The planner says whom they hit.
    """
    of_faculty: defaultdict[int | None, list[Span]] = defaultdict(list)
    of_programme: defaultdict[int | None, list[Span]] = defaultdict(list)
    for faculty, programme, first, last in found.weeks:
        begins, ends = (planning.day_span(day, LEIDEN) for day in (first, last))
        own = of_programme[programme] if programme else of_faculty[faculty]
        own.append(Span(begins.start, ends.end))
    busy: defaultdict[int, list[Span]] = defaultdict(list)
    for _case, student, _name, _edition, _kind, faculty, programme in found.takers.enrolled:
        busy[student] += [*of_faculty.get(faculty, ()), *of_programme.get(programme, ())]
    for student, spans in _said(found).items():
        busy[student] += spans
    for exam in (task.as_exam() for task in tasks.values() if found.weeks or found.own):
        if exam.start is None:
            continue
        for one in exam.candidates:
            fixed = [exam.time_of(one, exam.start)]
            busy[one.student] = [
                left for span in busy[one.student] for left in without(span, fixed)
            ]
    return {student: tuple(dict.fromkeys(own)) for student, own in busy.items() if own}


def _said(found: Facts) -> dict[int, tuple[Span, ...]]:
    """When students say that they have exams elsewhere."""
    said: defaultdict[int, list[Span]] = defaultdict(list)
    for student, starts_at, ends_at in found.own:
        said[student].append(Span(starts_at, ends_at))
    return {student: tuple(own) for student, own in said.items()}


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
    rows: Iterable[Row], on_duty: Iterable[int]
) -> tuple[tuple[planning.Invigilator, ...], dict[int, str]]:
    """When those who have a duty, and the others who were asked for, can come."""
    free: defaultdict[int, list[Span]] = defaultdict(list)
    speaks = dict.fromkeys(on_duty, frozenset[str]())
    names = {}
    for person, name, dutch, english, starts_at, ends_at in rows:
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
