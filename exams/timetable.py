"""The planner's page as data: rooms × times of a day, rooms × days of a week, what is left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.utils import timezone

from exams.conflicts import Problem
from exams.deadlines import tell_by
from exams.facts import day_start
from exams.instances import Situation
from exams.models import Room, Sitting, SittingState
from exams.moments import TwoClocks, two_clocks
from exams.showing import Shown, of_task
from exams.sitters import Task

OPENS, CLOSES = 8, 22  # the hours that the table shows, and more where an exam needs it
MOST_CANCELLED = 100  # shown of one week


class Entry(NamedTuple):
    """A sitting in the table."""

    row: Sitting
    task: Task
    room: Room
    seats: int
    clocks: TwoClocks
    ends: datetime
    problems: list[Problem]
    rooms: int  # how many the exam has

    @property
    def stops(self) -> bool:
        """Whether it cannot be published like this."""
        return any(one.stops for one in self.problems)

    @property
    def places(self) -> int:
        return self.room.places_for(self.task.exam.kind) or self.room.places


class Cell(NamedTuple):
    """Some quarters of an hour of one room, empty or with what is held there."""

    span: int
    entries: list[Entry]
    at: time  # when it begins


class Line(NamedTuple):
    room: Room
    cells: list[Cell]


class Left(NamedTuple):
    """An exam of which students have no seat yet."""

    task: Task
    missing: int
    planned: int
    tell_by: date
    day: date  # of its moment, or of the beginning of its period
    shown: Shown
    is_late: bool


class Day(NamedTuple):
    """A tab."""

    day: date
    sittings: int
    problems: int


def entries(situation: Situation, found: dict[int, list[Problem]]) -> list[Entry]:
    """All standing sittings, in order of time."""
    rooms = Counter(row.exam_id for row in situation.rows.values())
    made = []
    for pk, row in situation.rows.items():
        task = situation.task_of(row)
        zone = task.exam.edition.course.university.zone
        made.append(
            Entry(
                row,
                task,
                situation.rooms[row.room_id],
                len(situation.seated[pk]),
                two_clocks(row.starts_at, zone),
                timezone.localtime(row.ends_at).replace(tzinfo=None),
                found.get(pk, []),
                rooms[row.exam_id],
            )
        )
    return made


def week_of(day: date) -> list[date]:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def day_of(entry: Entry) -> date:
    return entry.clocks.leiden.date()


def tabs(week: list[date], known: Iterable[Entry]) -> list[Day]:
    """The days of the week, those of the weekend only when something is held."""
    by_day: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in known:
        by_day[day_of(entry)].append(entry)
    return [
        Day(day, len(by_day[day]), sum(one.stops for one in by_day[day]))
        for day in week
        if day.weekday() < 5 or by_day[day]
    ]


def hours_of(known: list[Entry]) -> range:
    """The hours of a day that the table has to show."""
    first = min([OPENS, *(one.clocks.leiden.hour for one in known)])
    last = max([CLOSES, *(_end_hour(one) for one in known)])
    return range(first, min(last, 24))


def _end_hour(entry: Entry) -> int:
    if entry.ends.date() > day_of(entry):
        return 24
    return entry.ends.hour + bool(entry.ends.minute)


def day_lines(situation: Situation, known: list[Entry], hours: range) -> list[Line]:
    """A line per room for one day, whose cells together are as long as `hours`."""
    by_room: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in known:
        by_room[entry.row.room_id].append(entry)
    return [Line(room, list(_cells(by_room[pk], hours))) for pk, room in situation.rooms.items()]


def _cells(known: list[Entry], hours: range) -> Iterator[Cell]:
    """Sittings in order; between them empty cells, that end with the hour."""
    end = len(hours) * 4
    at = 0
    queue = sorted(known, key=lambda one: one.row.starts_at)
    while at < end:
        here = [one for one in queue if _quarter(one.clocks.leiden, hours) <= at]
        queue = queue[len(here) :]
        if here:
            until = max(_until(one, hours) for one in here)
            if queue:  # what was rounded up must leave the next one its place
                until = min(until, max(_quarter(queue[0].clocks.leiden, hours), at + 1))
            span = max(1, min(until, end) - at)
        else:
            following = _quarter(queue[0].clocks.leiden, hours) if queue else end
            span = min(4 - at % 4, following - at, end - at)
        yield Cell(span, here, time(hours.start + at // 4, at % 4 * 15))
        at += span


def _quarter(moment: datetime, hours: range) -> int:
    return (moment.hour - hours.start) * 4 + moment.minute // 15


def _until(entry: Entry, hours: range) -> int:
    if entry.ends.date() > day_of(entry):
        return len(hours) * 4
    return (entry.ends.hour - hours.start) * 4 + -(-entry.ends.minute // 15)


def week_lines(
    situation: Situation, known: list[Entry], week: list[date]
) -> list[tuple[Room, list[list[Entry]]]]:
    """A line per room, with a cell per day."""
    at: defaultdict[tuple[int, date], list[Entry]] = defaultdict(list)
    for entry in known:
        at[entry.row.room_id, day_of(entry)].append(entry)
    return [(room, [at[pk, day] for day in week]) for pk, room in situation.rooms.items()]


def left(situation: Situation) -> list[Left]:
    """What is still to be planned, the most pressing first."""
    now = timezone.now()
    today = timezone.localdate(now)
    found = []
    for task in situation.tasks.values():
        missing = situation.unseated(task)
        last = task.start or task.exam.window_until
        if not missing or last is None or last <= now:
            continue
        at = task.start or task.exam.earliest_at
        day = timezone.localdate(at)
        deadline = tell_by(day)
        planned = len(task.sitters) - len(missing)
        found.append(
            Left(task, len(missing), planned, deadline, day, of_task(task), deadline < today)
        )
    return sorted(found, key=lambda one: (one.tell_by, one.task.code, one.task.id))


def day_to_show(known: list[Entry], to_plan: list[Left], asked: date | None) -> date:
    """The day that was asked for; else the first on which something is held, or could be."""
    if asked is not None:
        return asked
    today = timezone.localdate()
    days = [day_of(one) for one in known if day_of(one) >= today]
    days = days or [max(one.day, today) for one in to_plan]
    return min(days, default=today)


def cancelled(rows: QuerySet[Sitting], week: list[date]) -> list[Sitting]:
    """Those of `rows` that were to be held in the week and are cancelled; what was told first."""
    span = (day_start(week[0]), day_start(week[-1] + timedelta(days=1)))
    gone = rows.filter(state=SittingState.CANCELLED, starts_at__gte=span[0], starts_at__lt=span[1])
    told_first = F("published_at").asc(nulls_last=True)
    return list(gone.order_by(told_first, "starts_at", "pk")[:MOST_CANCELLED])
