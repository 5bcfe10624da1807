"""Exams, rooms and sittings for tests: complete, valid, and some days from now."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from enrolments.models import Enrolment
from exams.models import (
    Building,
    Duty,
    Exam,
    Invigilator,
    Mode,
    Room,
    RoomHours,
    Seat,
    Sitting,
    SittingState,
)
from tests import factories
from tests.enrolments.cases import case_in

LENGTH = 120  # minutes


def in_days(number: int, hour: int = 10, minute: int = 0) -> datetime:
    """So many days from today, at this hour in UTC."""
    day = timezone.localdate() + timedelta(days=number)
    return datetime.combine(day, time(hour, minute), UTC)


class BuildingFactory(DjangoModelFactory[Building]):
    class Meta:
        model = Building

    name_nl = factory.Sequence(lambda n: f"Gebouw {n}")
    name_en = factory.Sequence(lambda n: f"Building {n}")
    address = "Cleveringaplaats 1"
    city = "Leiden"
    route_nl = "Tien minuten lopen van Leiden Centraal."
    route_en = "Ten minutes on foot from Leiden Centraal."


class RoomFactory(DjangoModelFactory[Room]):
    """A room with 40 places, open every day from 7:00 to 22:00 unless `hours=False`."""

    class Meta:
        model = Room
        skip_postgeneration_save = True

    building = factory.SubFactory(BuildingFactory)
    name = factory.Sequence(lambda n: f"{n}.01")
    places = 40

    @factory.post_generation
    def hours(obj: Room, create: bool, extracted: bool | None, **kwargs: Any) -> None:  # noqa: N805
        if extracted is False:
            return
        RoomHours.objects.bulk_create(
            RoomHours(room=obj, weekday=day, opens=time(7), closes=time(22)) for day in range(7)
        )


class InvigilatorFactory(DjangoModelFactory[Invigilator]):
    class Meta:
        model = Invigilator

    name = factory.Sequence(lambda n: f"Invigilator {n}")
    email = factory.Sequence(lambda n: f"invigilator{n}@university.example")


class ExamFactory(DjangoModelFactory[Exam]):
    """On the day that its edition expects, at 10:00 UTC for everybody, two hours on paper."""

    class Meta:
        model = Exam

    edition = factory.SubFactory(factories.EditionFactory)
    mode = Mode.INSTANT
    starts_at = factory.LazyAttribute(
        lambda o: datetime.combine(o.edition.exam_on or o.edition.ends_on, time(10), UTC)
    )
    minutes = LENGTH
    kind = "paper"
    confirmed_at = factory.LazyFunction(timezone.now)


class SittingFactory(DjangoModelFactory[Sitting]):
    """Planned at the exam's moment, for as long as it lasts."""

    class Meta:
        model = Sitting

    exam = factory.SubFactory(ExamFactory)
    room = factory.SubFactory(RoomFactory)
    starts_at = factory.LazyAttribute(lambda o: o.exam.earliest_at)
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(minutes=o.exam.minutes))


class PublishedSittingFactory(SittingFactory):
    state = SittingState.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


def enrolled(exam: Exam, **fields: Any) -> Enrolment:
    """A student whom the host has enrolled in the exam's edition."""
    return case_in("enrolled", exam.edition, **fields)


def seat(sitting: Sitting, case: Enrolment | None = None, **fields: Any) -> Seat:
    """A seat at `sitting` for `case`, the next that is free."""
    case = case or enrolled(sitting.exam)
    fields.setdefault("number", sitting.seats.count() + 1)
    return Seat.objects.create(
        sitting=sitting,
        enrolment=case,
        student=case.student,
        **{"starts_at": sitting.starts_at, "ends_at": sitting.ends_at} | fields,
    )


def duty(sitting: Sitting, invigilator: Invigilator | None = None, **fields: Any) -> Duty:
    """A duty at `sitting`, for as long as it lasts."""
    return Duty.objects.create(
        sitting=sitting,
        invigilator=invigilator or InvigilatorFactory.create(),
        **{"starts_at": sitting.starts_at, "ends_at": sitting.ends_at} | fields,
    )
