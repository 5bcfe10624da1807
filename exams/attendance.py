"""Who was there, as a host reads it: names, and whether they came; nothing of incidents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from enrolments.scopes import scopes_of
from exams import day
from exams.models import Attendance, Exam, Paper, Seat, Sitting
from exams.models.sitting import TOLD
from exams.showing import Shown, shown

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

SHOWN = 60  # exams


class Row(NamedTuple):
    """An exam of the host."""

    exam: Exam
    shown: Shown
    paper: Paper | None
    there: int
    absent: int
    seated: int
    is_closed: bool


class Room(NamedTuple):
    """A sitting with its seats."""

    sitting: Sitting
    rows: list[day.Row]
    words: str


def hosted(user: User) -> QuerySet[Exam]:
    """The exams of universities that `user` is a contact of."""
    reach = scopes_of(user).partner_of
    rows = Exam.objects.visible_to(user).filter(edition__course__university__in=reach)
    return rows.select_related("edition__course__university")


def rows(exams: QuerySet[Exam]) -> list[Row]:
    """The exams, the latest first, with how many were there. Five queries."""
    seats = Prefetch("seats", Seat.objects.standing(), to_attr="standing")
    told = Sitting.objects.filter(state__in=TOLD).prefetch_related(seats)
    found = exams.prefetch_related(
        Prefetch("sittings", told, to_attr="told"),
        Prefetch("papers", Paper.objects.current(), to_attr="counting"),
    )
    return [_row(exam) for exam in found.order_by("-starts_at", "-pk")[:SHOWN]]


def _row(exam: Any) -> Row:
    seats: list[Seat] = [seat for sitting in exam.told for seat in sitting.standing]
    absent = sum(seat.attendance == Attendance.ABSENT for seat in seats)
    expected = sum(seat.attendance == Attendance.EXPECTED for seat in seats)
    return Row(
        exam,
        shown(exam),
        exam.counting[0] if exam.counting else None,
        len(seats) - absent - expected,
        absent,
        len(seats),
        bool(exam.told) and all(sitting.state == "closed" for sitting in exam.told),
    )


def of(exam: Exam) -> list[Room]:
    """The sittings of `exam` that hosts know of, each with its seats."""
    told: Iterable[Sitting] = exam.sittings.filter(state__in=TOLD).select_related("room__building")
    found = []
    for sitting in told:
        rows = day.rows_of(sitting)
        for_hosts = [row._replace(words=words_of(row.seat)) for row in rows]
        found.append(Room(sitting, for_hosts, day.count_words(rows)))
    return found


def words_of(seat: Seat) -> str:
    """Whether they came, as a host may know it: not that somebody was ill."""
    if seat.ill_reported_at is None:
        return day.words_of(seat)
    match seat.attendance:
        case Attendance.EXPECTED:
            return _("reported beforehand")
        case Attendance.ABSENT:
            return _("not there, reported beforehand")
        case _:
            return day.words_of(seat)
