"""A proposed plan beside today's: what is new, moved or gone, and why something is impossible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Edition
from exams import planning
from exams.conflicts import in_words, names
from exams.instances import Situation, situation
from exams.models import Plan
from exams.moments import two_clocks
from exams.planning import Relaxation, Rule
from exams.sitters import LEIDEN, Task

if TYPE_CHECKING:
    from courses.models import University


def between(first: date, last: date) -> Situation:
    """What there is to propose for these days: exams that may be held then, and who sits them.

    What stays as it is (pinned, or told to students) is pinned.
    """
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    now = situation(days=days, whole=True)
    begin = datetime.combine(first, datetime.min.time(), LEIDEN)
    end = datetime.combine(last, datetime.max.time(), LEIDEN)
    chosen = {
        task.id
        for task in now.tasks.values()
        if task.sitters
        and not task.awaits_choice
        and (task.start or task.exam.earliest_at) <= end
        and (task.start or task.exam.latest_end_at) >= begin
    }
    instance = replace(
        now.instance,
        exams=tuple(exam for exam in now.instance.exams if exam.id in chosen),
        starts=tuple(each for each in now.instance.starts if each >= timezone.now()),
        pinned=tuple(each for each in now.instance.pinned if each.exam in chosen),
        published=tuple(each for each in now.instance.published if each.exam in chosen),
    )
    return now.for_instance(instance)


def as_data(plan: planning.Plan) -> dict[str, Any]:
    """What was found, for the row."""
    return {
        "status": str(plan.status),
        "cost": list(plan.cost),
        "gap": round(plan.gap, 4),
        "seconds": round(plan.seconds, 1),
        "unplanned": list(plan.unplanned),
        "sittings": [
            {
                "exam": one.exam,
                "room": one.room,
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "students": sorted(one.students),
                "invigilators": sorted(one.invigilators),
            }
            for one in plan.sittings
        ],
        "impossible": [
            {
                "rule": str(one.rule or ""),
                "exams": list(one.exams),
                "relax": [[_relaxation(each) for each in way] for way in one.relax],
                "conflicts": [_conflict(each) for each in one.conflicts],
            }
            for one in plan.impossible
        ],
    }


def _relaxation(one: Relaxation) -> dict[str, Any]:
    return {
        "rule": str(one.rule),
        "exams": list(one.exams),
        "students": list(one.students),
        "room": one.room,
        "amount": one.amount,
        "start": one.start.isoformat() if one.start else None,
        "until": one.until.isoformat() if one.until else None,
    }


def _conflict(one: planning.Conflict) -> dict[str, Any]:
    return {
        "kind": str(one.kind),
        "exam": one.exam,
        "room": one.room,
        "students": list(one.students),
        "other": one.other,
        "needed": one.needed,
        "available": one.available,
    }


def sittings_of(row: Plan) -> list[planning.Sitting]:
    """The sittings that were proposed."""
    return [
        planning.Sitting(
            exam=one["exam"],
            room=one["room"],
            start=datetime.fromisoformat(one["start"]),
            end=datetime.fromisoformat(one["end"]),
            students=frozenset(one["students"]),
            invigilators=frozenset(one["invigilators"]),
        )
        for one in row.result.get("sittings", ())
    ]


class Line(NamedTuple):
    """What becomes of an exam."""

    task: Task
    kind: str  # added, moved, removed
    before: list[str]
    after: list[str]
    students: int


def compared(row: Plan, now: Situation) -> list[Line]:
    """How the proposal differs from today's plan, exam by exam; those that are gone left out."""
    proposed = [one for one in sittings_of(row) if one.exam in now.tasks]
    about = {one.exam for one in proposed}
    today = [one for one in now.sittings.values() if one.exam in about]
    return [
        Line(
            now.tasks[change.exam],
            change.kind,
            [_place(one, now) for one in change.before],
            [_place(one, now) for one in change.after],
            len(change.students),
        )
        for change in planning.compare(today, proposed)
    ]


def _place(one: planning.Sitting, now: Situation) -> str:
    room = now.rooms.get(one.room)
    where = f"{room.building.name} {room.name}" if room else "?"
    host = now.tasks[one.exam].exam.edition.course.university
    return f"{_both(one.start, host)}, {where} ({len(one.students)})"


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "D j F, H:i")


def _both(at: datetime, host: University) -> str:
    """On Leiden's clock, and the host's where that shows something else."""
    clocks = two_clocks(at, host.zone)
    if clocks.is_same:
        return _moment(at)
    there = date_format(clocks.host, "D j F, H:i" if clocks.is_other_day else "H:i")
    return f"{_moment(at)} = {there} ({host.local_city})"


class Reason(NamedTuple):
    """Exams that cannot be planned, and what would help: one of `ways`."""

    tasks: list[Task]
    why: str
    ways: list[str]


def reasons(row: Plan, now: Situation) -> list[Reason]:
    """What is impossible, in words, with the rule to relax."""
    found = []
    for one in row.result.get("impossible", ()):
        tasks = [now.tasks[pk] for pk in one["exams"] if pk in now.tasks]
        if not tasks:
            continue
        ways = [_and(dict.fromkeys(_way(each, now) for each in way)) for way in one["relax"]]
        wrong = [_pinned(each, now) for each in one["conflicts"]]
        why = _why(one["rule"]) if one["rule"] else _unknown(tasks)
        found.append(Reason(tasks, " ".join([why, *filter(None, wrong)]), ways))
    explained = {task.id for reason in found for task in reason.tasks}
    left = [now.tasks[pk] for pk in row.result.get("unplanned", ()) if pk in now.tasks]
    if rest := [task for task in left if task.id not in explained]:
        found.append(Reason(rest, _("No room was found in the time there was."), []))
    return found


def _and(words: Iterable[str]) -> str:
    return _(" and ").join(words)


def _pinned(data: dict[str, Any], now: Situation) -> str:
    if data["exam"] not in now.tasks:
        return ""
    conflict = planning.Conflict(
        **{
            **data,
            "kind": planning.ConflictKind(data["kind"]),
            "students": tuple(data["students"]),
        }
    )
    return in_words(conflict, now).text


def _why(rule: str) -> str:
    return {
        Rule.WINDOW: _("There is no moment for it in the host's period on these days."),
        Rule.NOTICE: _("Its students would be told too late."),
        Rule.OWN_EXAM_WEEK: _("Its students have exams of their own."),
        Rule.STUDENT_TWICE: _("Some students sit another exam at that time."),
        Rule.ROOM_HOURS: _("No room is open long enough."),
        Rule.PLACES: _("There are too few places in the rooms that are open."),
        Rule.SPLITTING: _("No single room is large enough, and it may not be split."),
        Rule.WHEELCHAIR: _("No room that is open is accessible by wheelchair."),
        Rule.COMPUTERS: _("There are too few computers."),
        Rule.INVIGILATORS: _("Too few invigilators can come."),
        Rule.ROOMS: _("Too few rooms are free at the same time."),
        Rule.PINNED: _("What stays as it is stands in the way."),
    }[Rule(rule)]


def _unknown(tasks: list[Task]) -> str:
    """No rule is in the way by itself: too many oral exams at once, or there was no time to see."""
    (first, *more) = tasks
    if not more and first.exam.kind == Edition.ExamKind.ORAL and not first.start:
        return _(
            "At an oral exam everybody begins at the same time, each alone in a room. Let the "
            "students choose a moment: then they come one after the other."
        )
    return _("No way out was found in the time there was.")


def _way(data: dict[str, Any], now: Situation) -> str:
    """One rule to relax, as something to do."""
    number = data["amount"] or 1
    room = now.rooms.get(data["room"]) if data["room"] else None
    tasks = [now.tasks[pk] for pk in data["exams"] if pk in now.tasks]
    said = {
        "exams": ", ".join(f"{one.code} {one.exam.edition.course.local_title}" for one in tasks),
        "number": number,
        "names": names(data["students"], now),
        "room": room.name if room else _("a room"),
        "start": _moment(datetime.fromisoformat(data["start"])) if data["start"] else "",
        "until": _moment(datetime.fromisoformat(data["until"])) if data["until"] else "",
    }
    words = {
        Rule.WINDOW: _("ask the host for another moment for %(exams)s (%(start)s would do)"),
        Rule.NOTICE: _("tell its students later than the rule says"),
        Rule.OWN_EXAM_WEEK: _("ask these students whether they can after all: %(names)s"),
        Rule.STUDENT_TWICE: _("ask a host for another moment for %(names)s"),
        Rule.ROOM_HOURS: _("have %(room)s open from %(start)s until %(until)s"),
        Rule.PLACES: _("find a room with %(number)s places"),
        Rule.SPLITTING: _("ask the host whether it may be split over rooms"),
        Rule.WHEELCHAIR: _("find a room that is accessible by wheelchair"),
        Rule.COMPUTERS: _("find a room with %(number)s computers"),
        Rule.INVIGILATORS: ngettext(
            "find %(number)s more invigilator from %(start)s until %(until)s",
            "find %(number)s more invigilators from %(start)s until %(until)s",
            number,
        ),
        Rule.ROOMS: ngettext("find %(number)s more room", "find %(number)s more rooms", number),
        Rule.PINNED: _("let what stays as it is be moved"),
    }[Rule(data["rule"])]
    return words % said
