"""What the pages of an exam day show: who sits where, what was marked, what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.models import ARRANGEMENTS, Attendance, Mark, Seat, Sitting, SittingState
from exams.services import marking

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exams.models.sitting import SittingQuerySet
    from vx_portal.http import Person

SHOWN = ("exam__edition__course__university", "room__building")
LATELY = timedelta(hours=12)  # how long a sitting stays on the first list after its end
LAST = 60  # marks shown
COMING = 40  # sittings

UNMARKED = Count(
    "seats", filter=Q(seats__is_cancelled=False, seats__attendance=Attendance.EXPECTED)
)
SEATED = Count("seats", filter=Q(seats__is_cancelled=False))


class Row(NamedTuple):
    """A seat on the list."""

    seat: Seat
    words: str  # whether they came, and when they left
    needs: list[str]  # extra exam time first

    @property
    def is_other_time(self) -> bool:
        """Whether the student has times of their own."""
        sitting = self.seat.sitting
        return (self.seat.starts_at, self.seat.ends_at) != (sitting.starts_at, sitting.ends_at)


class Said(NamedTuple):
    """A mark in words."""

    at: str
    who: str
    what: str
    text: str
    is_incident: bool
    is_correction: bool
    counts: bool  # it came before the sitting was closed, or corrects what did
    is_overruled: bool  # a later one about the seat says something else


def sittings(user: Person) -> SittingQuerySet:
    """Those that `user` sees, with how many are seated and not yet marked."""
    rows = Sitting.objects.visible_to(user).standing().select_related(*SHOWN)
    return rows.annotate(seated=SEATED, unmarked=UNMARKED).order_by("starts_at", "room", "pk")


def overview(user: Person, now: datetime | None = None) -> dict[str, list[Sitting]]:
    """Today's sittings, those to come, and those of earlier days that nobody has closed."""
    now = now or timezone.now()
    begins = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = begins + timedelta(days=1)
    told = sittings(user).filter(state__in=["published", "held", "closed"])
    return {
        "open": list(told.filter(ends_at__lt=begins).exclude(state=SittingState.CLOSED)),
        "today": list(told.filter(ends_at__gte=begins, starts_at__lt=ends)),
        "coming": list(told.filter(starts_at__gte=ends)[:COMING]),
    }


def rows_of(sitting: Sitting) -> list[Row]:
    """Its seats, in order. One query."""
    seats = Seat.objects.standing().filter(sitting=sitting).select_related("student", "enrolment")
    found = list(seats.order_by("number"))
    for seat in found:
        seat.sitting = sitting
    return [Row(seat, words_of(seat), needs_of(seat)) for seat in found]


def words_of(seat: Seat) -> str:
    """What is known of the student, in words; empty while they are expected."""
    match seat.attendance:
        case Attendance.EXPECTED:
            return _("reported ill before the start") if seat.ill_reported_at else ""
        case Attendance.LATE:
            late = seat.minutes_late or 0
            return ngettext("%(n)s minute late", "%(n)s minutes late", late) % {"n": late}
        case Attendance.LEFT_EARLY if seat.left_at:
            return _("left at %(time)s") % {"time": _clock(seat.left_at)}
        case Attendance.ABSENT if seat.ill_reported_at:
            return _("not there, reported ill before the start")
        case _:
            return str(Attendance(seat.attendance).label)


def needs_of(seat: Seat) -> list[str]:
    """The arrangement, in words: extra exam time first."""
    extra = seat.extra_minutes
    words = [_("%(n)s minutes extra") % {"n": extra}] if extra else []
    return words + [str(ARRANGEMENTS[name]) for name in seat.arrangement if name in ARRANGEMENTS]


def marks_of(sitting: Sitting) -> list[Said]:
    """The last marks that came in, the latest first: also one that was made long before. Two."""
    rows: QuerySet[Mark] = Mark.objects.filter(sitting=sitting).select_related("seat__student")
    shown = list(rows.order_by("-received_at", "-at", "-pk")[:LAST])
    overruled = Mark.objects.filter(pk__in=[mark.pk for mark in shown]).overruled()
    return said(sitting, shown, set(overruled.values_list("pk", flat=True)))


def said(sitting: Sitting, marks: Iterable[Mark], overruled: set[int]) -> list[Said]:
    """`marks` in words."""
    closed = sitting.signed_off_at
    found = []
    for mark in marks:
        what = mark.get_kind_display()
        if mark.kind == Mark.Kind.LATE and mark.minutes is not None:
            what = ngettext("%(n)s minute late", "%(n)s minutes late", mark.minutes) % {
                "n": mark.minutes
            }
        if mark.seat is not None:
            what = f"{mark.seat.number}, {mark.seat.student}: {what}"
        is_incident = mark.kind == Mark.Kind.INCIDENT
        counts = closed is None or mark.received_at <= closed or mark.is_correction
        found.append(
            Said(
                _at(mark.at, sitting),
                mark.by_name,
                what,
                mark.text,
                is_incident,
                mark.is_correction,
                counts,
                mark.pk in overruled,
            )
        )
    return found


def state_of(sitting: Sitting) -> dict[str, Any]:
    """What a page that is open has to know to show what other devices marked."""
    rows = rows_of(sitting)
    return {
        "closed": sitting.state == SittingState.CLOSED,
        "seats": {
            row.seat.pk: {
                "attendance": row.seat.attendance,
                "minutes": row.seat.minutes_late,
                "identified": row.seat.is_identified,
                "words": row.words,
            }
            for row in rows
        },
        "count": count_words(rows),
        "marks": [one._asdict() for one in marks_of(sitting)],
    }


def count_words(rows: list[Row]) -> str:
    """How far the list is, in one sentence."""
    left = sum(row.seat.attendance == Attendance.EXPECTED for row in rows)
    there = sum(row.seat.attendance in ("present", "late", "left_early") for row in rows)
    if left:
        return _("%(there)s of %(all)s are there, %(left)s still to mark.") % {
            "there": there,
            "all": len(rows),
            "left": left,
        }
    return _("%(there)s of %(all)s are there; all are marked.") % {
        "there": there,
        "all": len(rows),
    }


def may_mark_now(sitting: Sitting, user: Any) -> bool:
    """Whether buttons are shown."""
    is_on = sitting.state in (SittingState.PUBLISHED, SittingState.HELD)
    return is_on and marking.may_mark(user) and timezone.now() >= marking.opens_at(sitting)


def may_correct(sitting: Sitting, user: Any) -> bool:
    """Whether what the list says can be put right, with a reason."""
    return sitting.state == SittingState.CLOSED and marking.may_mark(user)


def _at(moment: datetime, sitting: Sitting) -> str:
    """The time; on another day than the sitting's that day too."""
    here = timezone.localtime(moment)
    if here.date() == timezone.localtime(sitting.starts_at).date():
        return time_format(here, "H:i")
    return date_format(here, "j F, H:i")


def _clock(moment: datetime) -> str:
    return time_format(timezone.localtime(moment), "H:i")
