"""What the database says of the exams to plan: the same facts make the same situation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Exists,
    Model,
    OuterRef,
    Q,
    SmallIntegerField,
    TimeField,
    Value,
)
from django.utils import timezone

from exams.deadlines import first_day_in_time
from exams.models import (
    Duty,
    Exam,
    ExamWeek,
    InvigilatorHours,
    OwnExam,
    Room,
    RoomClosure,
    RoomHours,
    Seat,
    Sitting,
    SlotOffer,
)
from exams.places import here
from exams.sitters import LEIDEN, Takers, takers_of

type Row = tuple[Any, ...]


class Facts(NamedTuple):
    """All that a situation is made from, as it is now."""

    exams: list[Exam]
    takers: Takers
    standing: list[Sitting]  # in order of time
    seats: list[Row]  # key, sitting, student, name, number; in order of number
    duties: list[Row]  # sitting, invigilator, name, part
    rooms: list[Room]
    hours: list[Row]  # of rooms: room, weekday, opens, closes
    closures: list[Row]  # room, from, until
    helpers: list[Row]  # invigilator, name, speaks Dutch, speaks English, from, until
    weeks: list[Row]  # of exams of their own: faculty or programme, first day, last day
    own: list[Row]  # exams that students have elsewhere: student, from, until
    days: list[date]  # on which rooms and people are known
    earliest: datetime  # what begins before it would be told too late

    def seen(self) -> Any:
        """The same as plain values, to be compared: objects are equal by their keys alone."""
        return _plain(self)


def _plain(value: Any) -> Any:
    match value:
        case Model():
            loaded = value._state.fields_cache.values()
            own = (part for name, part in vars(value).items() if name != "_state")
            return (*own, *map(_plain, loaded))
        case [Model(), *_]:
            return [_plain(one) for one in value]
        case Facts():
            return [_plain(one) for one in value]
        case _:
            return value


def read(
    since: datetime | None = None,
    *,
    exams: Iterable[int] | None = None,
    days: Iterable[date] = (),
    everybody: bool = False,
) -> Facts:
    """The facts about exams that are not over before `since` (now), with all their sittings.

    `exams` leaves only those. Rooms and people are known on the days of sittings, and on `days`;
    people: who has a duty, or `everybody`. Twelve queries at most.
    """
    found = exams_to_plan(since or timezone.now())
    if exams is not None:
        found = found.filter(pk__in=list(exams))
    by_pk = {exam.pk: exam for exam in found}
    standing = list(
        Sitting.objects.standing().filter(exam__in=by_pk).order_by("starts_at", "room__name", "pk")
    )
    held = {row.pk for row in standing}
    duties = list(
        Duty.objects.filter(sitting__in=held, is_cancelled=False)
        .order_by("pk")
        .values_list("sitting", "invigilator", "invigilator__name", "part")
    )
    known = sorted({*days, *(timezone.localdate(row.starts_at) for row in standing)})
    hours, closures = _doors(known)
    weeks, own = _taken(known)
    return Facts(
        exams=list(by_pk.values()),
        takers=takers_of(by_pk.values()),
        standing=standing,
        seats=list(
            Seat.objects.standing()
            .filter(sitting__in=held)
            .order_by("number")
            .values_list("pk", "sitting", "student", "student__name", "number")
        ),
        duties=duties,
        rooms=list(
            Room.objects.select_related("building").order_by(
                "building__city", "building__name_nl", "name"
            )
        ),
        hours=hours,
        closures=closures,
        weeks=weeks,
        own=own,
        helpers=_helpers(known, {person for _sitting, person, *_ in duties}, everybody=everybody),
        days=known,
        earliest=day_start(first_day_in_time()),
    )


def exams_to_plan(since: datetime) -> Any:
    """Exams in Leiden that are not over before `since`, with what the pages say of them."""
    slots = SlotOffer.objects.filter(exam=OuterRef("pk"))
    sittings = Sitting.objects.standing().filter(exam=OuterRef("pk"), starts_at__gte=since)
    rows = here(Exam.objects.all()).filter(
        Q(starts_at__gte=since) | Q(window_until__gt=since) | Q(Exists(sittings))
    )
    return rows.annotate(has_slots=Exists(slots)).select_related("edition__course__university")


def _doors(days: list[date]) -> tuple[list[Row], list[Row]]:
    """The hours of rooms in a week, and when they are closed on these days. One query for both."""
    no_time = Value(None, output_field=TimeField())
    no_day = Value(None, output_field=SmallIntegerField())
    no_moment = Value(None, output_field=DateTimeField())
    hours = RoomHours.objects.order_by().values_list(
        "room", "weekday", "opens", "closes", no_moment, no_moment
    )
    closures = (
        RoomClosure.objects.order_by()
        .filter(**_on(days))
        .values_list("room", no_day, no_time, no_time, "starts_at", "ends_at")
    )
    rows = sorted(hours.union(closures, all=True), key=repr)
    return (
        [row[:4] for row in rows if row[1] is not None],
        [(row[0], *row[4:]) for row in rows if row[1] is None],
    )


def _taken(days: list[date]) -> tuple[list[Row], list[Row]]:
    """When students have exams of their own on these days: by faculty or programme, and each.

    One query for both.
    """
    if not days:
        return [], []
    nobody = Value(None, output_field=BigIntegerField())
    no_day = Value(None, output_field=DateField())
    no_moment = Value(None, output_field=DateTimeField())
    weeks = (
        ExamWeek.objects.order_by()
        .filter(last__gte=days[0], first__lte=days[-1])
        .values_list("faculty", "programme", "first", "last", nobody, no_moment, no_moment)
    )
    own = (
        OwnExam.objects.order_by()
        .filter(**_on(days))
        .values_list(
            *(nobody, nobody, no_day, no_day),
            *("enrolment__student", "starts_at", "ends_at"),
        )
    )
    rows = sorted(weeks.union(own, all=True).order_by(), key=repr)
    return (
        [row[:4] for row in rows if row[4] is None],
        [row[4:] for row in rows if row[4] is not None],
    )


def _helpers(days: list[date], on_duty: set[int], *, everybody: bool) -> list[Row]:
    """When who has a duty, or everybody, can come on these days. One query."""
    theirs = Q(invigilator__in=on_duty)
    who = theirs | Q(invigilator__is_in_use=True) if everybody else theirs
    rows = InvigilatorHours.objects.filter(who, **_on(days))
    return list(
        rows.order_by("invigilator__name", "starts_at").values_list(
            "invigilator",
            "invigilator__name",
            "invigilator__speaks_nl",
            "invigilator__speaks_en",
            "starts_at",
            "ends_at",
        )
    )


def _on(days: list[date]) -> dict[str, datetime]:
    """What meets the time from the first to the last of `days`."""
    if not days:
        return {"starts_at__lt": datetime.min.replace(tzinfo=UTC)}
    return {
        "starts_at__lt": day_start(days[-1] + timedelta(days=1)),
        "ends_at__gt": day_start(days[0]),
    }


def day_start(day: date) -> datetime:
    return datetime.combine(day, time.min, LEIDEN).astimezone(UTC)
