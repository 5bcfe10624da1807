"""Who sits which exam, with what was granted; and what is planned as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import OuterRef, QuerySet

from enrolments.models import Enrolment
from exams import planning
from exams.models import Exam, Facility, Mode, Seat, SlotChoice
from exams.places import is_away
from exams.planning import Span
from exams.services.resits import SITTING, takers

LEIDEN = ZoneInfo(settings.TIME_ZONE)
KINDS = {"computer": planning.Kind.COMPUTERS}  # the others have the same name


def kind_of(kind: str) -> planning.Kind:
    """The planner's word for a kind of exam."""
    return KINDS.get(kind) or planning.Kind(kind)


class Sitter(NamedTuple):
    """A student who sits an exam, with what was granted."""

    case: int
    student: int
    name: str
    extra: int = 0
    flags: tuple[str, ...] = ()

    def as_candidate(self) -> planning.Candidate:
        return planning.Candidate(
            student=self.student,
            extra_minutes=self.extra,
            own_room="own_room" in self.flags,
            wheelchair="wheelchair" in self.flags,
        )


class Task(NamedTuple):
    """What is planned as one: an exam, or the students of an exam who chose one moment of it."""

    id: int  # the exam's, or the slot's below zero
    exam: Exam
    sitters: dict[int, Sitter]  # by student, in order of name
    slot: datetime | None = None
    awaits_choice: bool = False  # its students have still to choose a moment

    @property
    def code(self) -> str:
        return self.exam.edition.course.university.code

    @property
    def slot_pk(self) -> int:
        """The slot's, for addresses."""
        return -self.id

    @property
    def start(self) -> datetime | None:
        """The moment at which it begins, where that is not for us to choose."""
        return self.slot or self.exam.starts_at

    def as_exam(self) -> planning.Exam:
        exam = self.exam
        windows: tuple[Span, ...] = ()
        preferred: tuple[Span, ...] = ()
        if exam.mode == Mode.WINDOW and exam.window_from and exam.window_until:
            windows = (Span(exam.window_from, exam.window_until),)
            if day := exam.edition.exam_on if exam.attempt == 1 else exam.edition.resit_on:
                preferred = (planning.day_span(day, LEIDEN),)
        return planning.Exam(
            id=self.id,
            minutes=exam.minutes,
            candidates=tuple(one.as_candidate() for one in self.sitters.values()),
            kind=kind_of(exam.kind),
            start=self.start,
            windows=windows,
            preferred=preferred,
            languages=frozenset({exam.language}),
            may_split=not exam.one_room,
        )


class Takers(NamedTuple):
    """Who may sit some exams, as the database has it."""

    # case, student, name, edition, kind, faculty, programme; in order of name
    enrolled: list[tuple[int, int, str, int, str, int | None, int | None]]
    resits: dict[int, set[int]]  # of each exam that is one: the cases that take part
    granted: list[tuple[int, int, int, list[str]]]  # case, attempt, extra minutes, arrangement
    chosen: list[tuple[int, int, int, datetime]]  # exam, case, slot, its moment


def takers_of(exams: Iterable[Exam]) -> Takers:
    """Who may sit these. Four queries at most."""
    exams = list(exams)
    cases = Enrolment.objects.filter(
        edition__in={exam.edition_id for exam in exams}, state__in=SITTING
    )
    slots = [exam for exam in exams if getattr(exam, "has_slots", True)]
    chosen = SlotChoice.objects.filter(exam__in=slots).order_by("slot__starts_at", "pk")
    return Takers(
        list(
            cases.order_by("student__name", "pk").values_list(
                "pk", "student", "student__name", "edition", "kind", "faculty", "programme"
            )
        ),
        takers(exams),
        _granted(cases),
        list(chosen.values_list("exam", "enrolment", "slot", "slot__starts_at")) if slots else [],
    )


def _granted(cases: QuerySet[Enrolment]) -> list[tuple[int, int, int, list[str]]]:
    """What holds for each: what was granted, or what the seat has since before it was asked anew.

    A newer decision takes nothing away from a seat while it waits, nor when it is not accepted.
    """
    seats = Seat.objects.standing().filter(
        enrolment=OuterRef("enrolment"), sitting__exam__attempt=OuterRef("attempt")
    )
    rows = Facility.objects.filter(enrolment__in=cases).exclude(state=Facility.State.WITHDRAWN)
    rows = rows.annotate(
        seat_minutes=seats.values("extra_minutes")[:1], seat_has=seats.values("arrangement")[:1]
    )
    found = []
    for row in rows.order_by("pk"):
        extra, flags = row.extra_minutes, row.flags
        if row.state != Facility.State.CHECKED:
            extra = row.seat_minutes or 0  # type: ignore[attr-defined]  # asked for with it
            flags = row.seat_has or []  # type: ignore[attr-defined]
        found.append((row.enrolment_id, row.attempt, extra, flags))
    return found


def tasks_of(by_pk: dict[int, Exam], known: Takers, *, everywhere: bool = False) -> dict[int, Task]:
    """The exams and slots, with their students: those who sit them here, or `everywhere`."""
    sitters = _sitters(by_pk, known, everywhere=everywhere)
    chosen: defaultdict[int, dict[int, tuple[int, datetime]]] = defaultdict(dict)
    for number, case, slot, starts_at in known.chosen:
        chosen[number][case] = (slot, starts_at)
    tasks = {}
    for pk, exam in by_pk.items():
        own = sitters[pk]
        for slot, starts_at in dict.fromkeys(chosen[pk].values()):
            who = {
                student: one
                for student, one in own.items()
                if chosen[pk].get(one.case) == (slot, starts_at)
            }
            tasks[-slot] = Task(-slot, exam, who, starts_at)
        has_slots = getattr(exam, "has_slots", False)
        left = {student: one for student, one in own.items() if one.case not in chosen[pk]}
        if left or not chosen[pk]:
            tasks[pk] = Task(pk, exam, left, awaits_choice=bool(has_slots))
    return tasks


def _sitters(
    by_pk: dict[int, Exam], who: Takers, *, everywhere: bool
) -> defaultdict[int, dict[int, Sitter]]:
    """Who sits each exam, in order of name; a resit: who takes part."""
    editions: defaultdict[int, list[Exam]] = defaultdict(list)
    for each in by_pk.values():
        editions[each.edition_id].append(each)
    granted = {
        (case, attempt): (extra, tuple(flags)) for case, attempt, extra, flags in who.granted
    }
    found: defaultdict[int, dict[int, Sitter]] = defaultdict(dict)
    for case, student, name, edition, kind, *_studies in who.enrolled:
        for exam in editions[edition]:
            if is_away(exam, kind) and not everywhere:
                continue
            if case in who.resits.get(exam.pk, {case}):
                arranged = granted.get((case, exam.attempt), ())
                found[exam.pk][student] = Sitter(case, student, name, *arranged)
    return found
