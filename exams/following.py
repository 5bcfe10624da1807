"""What a student sees of the exam in Leiden: on the case's page, its route and in the calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.utils.formats import date_format

from accounts.models import User
from courses.calendar import title_of
from courses.wording import gettext as _
from enrolments.later import Appointment, Part
from enrolments.models import Enrolment
from enrolments.models.enrolment import WITH_HOST
from exams.models import ARRANGEMENTS, Seat
from exams.moments import TwoClocks, two_clocks
from exams.sitters import LEIDEN


class Place(NamedTuple):
    """Where and when a student sits an exam, as far as it was told."""

    seat: Seat
    clocks: TwoClocks
    arrangement: list[str]

    @property
    def is_cancelled(self) -> bool:
        return self.seat.is_cancelled


def _told(cases: Iterable[Enrolment]) -> list[list[Seat]]:
    """The seats that these cases were told of, exam by exam, the newest last. One query.

    Each has its case as it was given, with whatever was read with that.
    """
    known = {case.pk: case for case in cases if case.state in WITH_HOST}
    seats = (
        Seat.objects.filter(enrolment__in=known, sitting__published_at__isnull=False)
        .select_related("sitting__exam", "sitting__room__building")
        .order_by("pk")
    )
    found: defaultdict[tuple[int, int], list[Seat]] = defaultdict(list)
    for seat in seats:
        seat.enrolment = known[seat.enrolment_id]
        found[seat.enrolment_id, seat.sitting.exam_id].append(seat)
    return list(found.values())


def _told_of(case: Enrolment) -> list[list[Seat]]:
    """The same of one case; a page of it asks twice, and reads it once."""
    if (told := case.__dict__.get("_exams_told")) is None:
        told = case.__dict__["_exams_told"] = _told([case])
    return told


def _current(seats: list[Seat]) -> Seat:
    """The one that counts: the last that stands, or else the last of all."""
    return next((seat for seat in reversed(seats) if not seat.is_cancelled), seats[-1])


def parts(case: Enrolment, user: User) -> Iterable[Part]:
    """The exam on the page of `case`."""
    places = [_place(_current(seats)) for seats in _told_of(case)]
    if places:
        yield Part("exams/parts/case.html", sorted(places, key=lambda one: one.seat.starts_at))


def _place(seat: Seat) -> Place:
    host = seat.enrolment.edition.course.university
    words = [str(ARRANGEMENTS[name]) for name in seat.arrangement if name in ARRANGEMENTS]
    return Place(seat, two_clocks(seat.starts_at, host.zone), words)


def moments(case: Enrolment) -> dict[str, datetime]:
    """When the exam is, once it was told; of several the last that stands."""
    standing = [_current(seats) for seats in _told_of(case)]
    known = [seat.starts_at for seat in standing if not seat.is_cancelled]
    return {"exam": max(known)} if known else {}


def appointments(cases: Iterable[Enrolment]) -> Iterable[Appointment]:
    """One for each exam that was told; each change of it, also of the room, counts up. A query."""
    for seats in _told(cases):
        seat = _current(seats)
        sitting, exam = seat.sitting, seat.sitting.exam
        course = seat.enrolment.edition.course
        building, host = sitting.room.building, course.university
        clocks = two_clocks(seat.starts_at, host.zone)
        text = _("Room %(room)s, seat %(seat)s. Bring your student card.") % {
            "room": sitting.room,
            "seat": seat.number,
        }
        if not clocks.is_same:
            text += " " + _("In %(city)s it is then %(at)s.") % {
                "city": host.local_city,
                "at": date_format(clocks.host, "j F, H:i"),
            }
        title = _("Resit in {city}: %(course)s") if exam.is_resit else ""
        title = title or _("Exam in {city}: %(course)s")
        yield Appointment(
            case=seat.enrolment_id,
            uid=f"exam-{exam.pk}-{seat.enrolment_id}",
            sequence=sum(one.sitting.sequence for one in seats) + len(seats) - 1,
            changed_at=max(one.sitting.changed_at for one in seats),
            title=title % {"course": title_of(course)},
            starts_at=seat.starts_at.astimezone(LEIDEN),
            ends_at=seat.ends_at.astimezone(LEIDEN),
            place=f"{building.name} {sitting.room}, {building.address}, {building.city}",
            text=text,
            is_cancelled=seat.is_cancelled,
            instead_of="resit" if exam.is_resit else "exam",
        )
