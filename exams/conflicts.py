"""What is wrong with a plan, in words: which conflicts there are, and whether one may publish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams import planning
from exams.instances import Situation
from exams.planning import Conflict, ConflictKind
from exams.showing import between
from exams.sitters import Task

K = ConflictKind
MOST_NAMES = 3
# What an arranger may decide to live with; all else stands in the way of publishing.
WARNINGS = frozenset({K.NO_INVIGILATOR, K.OWN_EXAM_WEEK, K.TOO_LATE_FOR_NOTICE})
# What the database refuses whoever asks.
IMPOSSIBLE = frozenset({K.ROOM_TWICE, K.STUDENT_TWICE, K.INVIGILATOR_TWICE})


class Problem(NamedTuple):
    """A conflict in words, for a cell or a list."""

    text: str
    kind: str
    stops: bool  # publishing
    exam: int  # the task


def problems(
    situation: Situation, plan: Iterable[planning.Sitting] | None = None
) -> list[tuple[Conflict, Problem]]:
    """All that is wrong with `plan` (today's), each in words."""
    sittings = list(situation.sittings.values() if plan is None else plan)
    return [
        (conflict, in_words(conflict, situation))
        for conflict in planning.check(sittings, situation.instance)
    ]


def by_sitting(situation: Situation) -> dict[int, list[Problem]]:
    """What is wrong with each sitting, by its row; one of an exam stands at all of its sittings."""
    found: defaultdict[int, list[Problem]] = defaultdict(list)
    at: defaultdict[tuple[int, int | None], list[int]] = defaultdict(list)
    for pk, one in situation.sittings.items():
        at[one.exam, one.room].append(pk)
        at[one.exam, None].append(pk)
    for conflict, problem in problems(situation):
        exams = {conflict.exam}
        if conflict.kind in IMPOSSIBLE and conflict.other is not None:
            exams.add(conflict.other)
        for exam in exams:
            for pk in at[exam, conflict.room] or at[exam, None]:
                found[pk].append(problem)
    for pk, row in situation.rows.items():
        task = situation.task_of(row)
        if task.exam.kind not in situation.rooms[row.room_id].kinds:
            found[pk].append(wrong_kind(task))
    for pk, students in situation.gone.items():
        found[pk].append(_gone(situation, pk, students))
    return dict(found)


def _gone(situation: Situation, pk: int, students: list[int]) -> Problem:
    text = _("No longer sits this exam: %(names)s.") % {"names": names(students, situation)}
    return Problem(text, "gone", False, situation.task_of(situation.rows[pk]).id)


def wrong_kind(task: Task) -> Problem:
    """The room is not made for this kind of exam."""
    kind = task.exam.get_kind_display()
    text = _("No exams %(kind)s are held in this room.") % {"kind": kind}
    return Problem(text, "wrong_kind", True, task.id)


def names(people: Iterable[int], situation: Situation) -> str:
    """Some names, and how many more."""
    return _joined([situation.names[one] for one in people if one in situation.names])


def _joined(known: list[str]) -> str:
    if len(known) <= MOST_NAMES:
        return ", ".join(known)
    shown = ", ".join(known[: MOST_NAMES - 1])
    more = len(known) - MOST_NAMES + 1
    return _("%(names)s and %(number)s more") % {"names": shown, "number": more}


def in_words(conflict: Conflict, situation: Situation) -> Problem:
    """One sentence that says what is wrong and with whom."""
    words = _WORDS[conflict.kind](conflict, situation)
    return Problem(words, str(conflict.kind), conflict.kind not in WARNINGS, conflict.exam)


def _too_full(c: Conflict, _s: Situation) -> str:
    return _("Too full: %(needed)s students, %(available)s places.") % {
        "needed": c.needed,
        "available": c.available,
    }


def _student_twice(c: Conflict, s: Situation) -> str:
    other = s.tasks.get(c.other) if c.other is not None else None
    return _("In two exams at once: %(names)s (also %(code)s).") % {
        "names": names(c.students, s),
        "code": other.code if other else "?",
    }


def _facility(c: Conflict, s: Situation) -> str:
    who = {"names": names(c.students, s)}
    match c.facility:
        case planning.Facility.EXTRA_TIME:
            return _("The extra exam time does not fit: %(names)s.") % who
        case planning.Facility.OWN_ROOM:
            return _("Needs a room of their own: %(names)s.") % who
        case planning.Facility.WHEELCHAIR:
            return _("This room is not accessible by wheelchair: %(names)s.") % who
        case _:
            return _("There are too few computers in this room: %(names)s.") % who


def _room_closed(c: Conflict, s: Situation) -> str:
    room = s.rooms.get(c.room) if c.room is not None else None
    if room is not None and not room.is_in_use:
        return _("This room is no longer in use.")
    return _("The room is not open all that time.")


def _no_invigilator(c: Conflict, s: Situation) -> str:
    if c.invigilators:
        people = _joined([s.invigilators.get(one, "?") for one in c.invigilators])
        return _("Cannot come, or does not speak the language: %(names)s.") % {"names": people}
    needed, available = c.needed or 1, c.available or 0
    return ngettext(
        "No invigilator yet: %(available)s of %(needed)s.",
        "Too few invigilators: %(available)s of %(needed)s.",
        needed,
    ) % {"needed": needed, "available": available}


def _outside_window(c: Conflict, s: Situation) -> str:
    task = s.tasks[c.exam]
    if task.start is not None and task.slot is None:
        return _("This is not the moment that is fixed.")
    return _("Outside the period that the host gives.")


def _own_exams(c: Conflict, s: Situation) -> str:
    words = _("Has exams of their own then: %(names)s.") % {"names": names(c.students, s)}
    exam = s.instance.exam_by_id.get(c.exam)
    if c.start is None or exam is None:
        return words
    said = [
        f"{s.names.get(student, '?')} ({between(span.start, span.end)})"
        for student in c.students
        for span in s.said.get(student, ())
        if span.meets(exam.time_of(exam.by_student[student], c.start))
    ]
    if not said:
        return words
    return f"{words} {_('As they say themselves: %(names)s.') % {'names': _joined(said)}}"


def _room_twice(c: Conflict, s: Situation) -> str:
    other = s.tasks.get(c.other) if c.other is not None else None
    return _("The room has another exam at that time: %(code)s.") % {
        "code": other.code if other else "?"
    }


def _invigilator_twice(c: Conflict, s: Situation) -> str:
    people = _joined([s.invigilators.get(one, "?") for one in c.invigilators])
    return _("Invigilates two exams at once: %(names)s.") % {"names": people}


def _not_seated(c: Conflict, s: Situation) -> str:
    return ngettext(
        "%(count)s student has no seat: %(names)s.",
        "%(count)s students have no seat: %(names)s.",
        len(c.students),
    ) % {"count": len(c.students), "names": names(c.students, s)}


_WORDS = {
    K.TOO_FULL: _too_full,
    K.STUDENT_TWICE: _student_twice,
    K.FACILITY: _facility,
    K.ROOM_CLOSED: _room_closed,
    K.NO_INVIGILATOR: _no_invigilator,
    K.OUTSIDE_WINDOW: _outside_window,
    K.OWN_EXAM_WEEK: _own_exams,
    K.ROOM_TWICE: _room_twice,
    K.INVIGILATOR_TWICE: _invigilator_twice,
    K.TOO_LATE_FOR_NOTICE: lambda _c, _s: _("Students would hear of it too late."),
    K.TOO_SHORT: lambda _c, _s: _("The sitting ends before the exam does."),
    K.TOO_LONG: lambda _c, _s: _("The sitting lasts longer than the exam does."),
    K.DIFFERENT_STARTS: lambda _c, _s: _("The rooms of this exam do not start together."),
    K.SPLIT: lambda _c, _s: _("This exam cannot be split over rooms."),
    K.NOT_SEATED: _not_seated,
}


def stopping(found: Mapping[int, list[Problem]], rows: Iterable[int]) -> list[Problem]:
    """What stands in the way of publishing these sittings, each thing once."""
    return list(dict.fromkeys(one for pk in rows for one in found.get(pk, ()) if one.stops))
