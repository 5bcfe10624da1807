"""The database refuses two exams in a room, and an invigilator or student in two places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    models,
    transaction,
)

from exams.guards import GUARDS, ensure_triggers, refusal_of, triggers
from exams.models import Duty, Seat, Sitting, SittingState
from tests.exams.sittings import (
    ExamFactory,
    InvigilatorFactory,
    RoomFactory,
    enrolled,
)
from tests.races import at_once

type Row = Sitting | Duty | Seat
type Booker = Callable[[datetime, datetime], Row]
BEGIN = datetime(2027, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def booker(kind: str) -> Booker:
    """Books the same room, invigilator or student again and again, in other sittings."""
    exam, room, invigilator = (
        ExamFactory.create(),
        RoomFactory.create(),
        InvigilatorFactory.create(),
    )
    case = enrolled(exam)
    rooms = iter(RoomFactory.create_batch(8)) if kind != "room" else iter(())

    def book(starts_at: datetime, ends_at: datetime) -> Row:
        times = {"starts_at": starts_at, "ends_at": ends_at}
        if kind == "room":
            return Sitting.objects.create(exam=exam, room=room, **times)
        sitting = Sitting.objects.create(exam=exam, room=next(rooms), **times)
        if kind == "invigilator":
            return Duty.objects.create(sitting=sitting, invigilator=invigilator, **times)
        return Seat.objects.create(
            sitting=sitting, enrolment=case, student=case.student, number=1, **times
        )

    return book


KINDS = pytest.mark.parametrize("kind", ["room", "invigilator", "student"])
MESSAGES = dict(zip(["room", "invigilator", "student"], GUARDS, strict=True))


@KINDS
@pytest.mark.parametrize(
    ("starts", "ends", "fits"),
    [
        (-60, 0, True),  # back to back, before and after
        (120, 180, True),
        (-60, 1, False),
        (119, 180, False),
        (30, 60, False),  # within
        (-30, 180, False),  # around
        (0, 120, False),  # the same
    ],
)
def test_overlaps_are_refused_in_words(
    db: None, kind: str, starts: int, ends: int, fits: bool
) -> None:
    book = booker(kind)
    book(BEGIN, BEGIN + 2 * HOUR)
    minute = timedelta(minutes=1)

    try:
        with transaction.atomic():
            book(BEGIN + starts * minute, BEGIN + ends * minute)
        refusal = ""
    except IntegrityError as error:
        refusal = refusal_of(error)

    assert refusal == ("" if fits else str(MESSAGES[kind].message))


@KINDS
def test_moving_onto_another_is_refused_and_off_it_is_not(db: None, kind: str) -> None:
    book = booker(kind)
    first = book(BEGIN, BEGIN + HOUR)
    second = book(BEGIN + HOUR, BEGIN + 2 * HOUR)
    rows = type(second)._default_manager.filter(pk=second.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(starts_at=BEGIN + HOUR / 2)

    off: dict[str, Any] = (
        {"state": SittingState.CANCELLED} if kind == "room" else {"is_cancelled": True}
    )
    on = {"state": SittingState.PLANNED} if kind == "room" else {"is_cancelled": False}
    type(first)._default_manager.filter(pk=first.pk).update(**off)
    rows.update(starts_at=BEGIN + HOUR / 2)
    rows.update(starts_at=BEGIN + HOUR / 4)  # over its own earlier times
    with pytest.raises(IntegrityError), transaction.atomic():
        type(first)._default_manager.filter(pk=first.pk).update(**on)


@KINDS
def test_an_hour_that_comes_twice_is_two_hours(db: None, kind: str) -> None:
    """On 31 October 2027 it is 2:30 twice in Leiden, an hour apart."""
    leiden = ZoneInfo("Europe/Amsterdam")
    first = datetime(2027, 10, 31, 2, 30, tzinfo=leiden)
    book = booker(kind)

    book(first, first.astimezone(UTC) + HOUR)
    book(first.replace(fold=1), first.astimezone(UTC) + 2 * HOUR)

    with pytest.raises(IntegrityError), transaction.atomic():
        book(first.replace(fold=1), first.astimezone(UTC) + 2 * HOUR)


@pytest.fixture
def _table_made_anew(transactional_db: None) -> Iterator[None]:
    """Change a column of the sittings' table, as a later migration may, and change it back."""
    field = Sitting._meta.get_field("report")
    wider = models.CharField(max_length=6000, default="")
    wider.set_attributes_from_name("report")
    wider.model = Sitting
    with connection.schema_editor() as editor:
        editor.alter_field(Sitting, field, wider)
    yield
    with connection.schema_editor() as editor:
        editor.alter_field(Sitting, wider, field)
    ensure_triggers(connection.alias)


@pytest.mark.usefixtures("_table_made_anew")
def test_the_guard_is_there_again_after_a_table_was_altered() -> None:
    book = booker("room")
    book(BEGIN, BEGIN + HOUR)
    if connection.vendor == "sqlite":  # the control: until migrate has run, nothing is refused
        extra = book(BEGIN, BEGIN + HOUR)
        extra.delete()

    call_command("migrate", verbosity=0)

    with pytest.raises(IntegrityError):
        book(BEGIN, BEGIN + HOUR)


HANDS, EACH = 20, 10  # people at work at the same moment, and how often each of them tries


def book_at_once(kind: str) -> list[object]:
    """What came of 200 bookings of one thing for one hour."""
    exam, invigilator = ExamFactory.create(), InvigilatorFactory.create()
    room, other = RoomFactory.create_batch(2)
    case = enrolled(exam)
    times = {"starts_at": BEGIN, "ends_at": BEGIN + HOUR}
    sittings = Sitting.objects.bulk_create(  # one after the other, in another room
        Sitting(exam=exam, room=other, starts_at=BEGIN + n * HOUR, ends_at=BEGIN + (n + 1) * HOUR)
        for n in range(HANDS * EACH)
    )

    def book(number: int) -> Row:
        if kind == "room":
            return Sitting.objects.create(exam=exam, room=room, **times)
        if kind == "invigilator":
            return Duty.objects.create(sitting=sittings[number], invigilator=invigilator, **times)
        return Seat.objects.create(
            sitting=sittings[number], enrolment=case, student=case.student, number=1, **times
        )

    def keep_trying(hand: int) -> list[object]:
        results: list[object] = []
        for number in range(hand * EACH, (hand + 1) * EACH):
            try:
                results.append(book(number))
            except (IntegrityError, OperationalError) as error:
                results.append(error)
        return results

    rows = at_once([lambda hand=hand: keep_trying(hand) for hand in range(HANDS)])
    return [one for results in rows for one in results]  # type: ignore[attr-defined]


@KINDS
def test_of_200_bookings_at_once_one_is_accepted(transactional_db: None, kind: str) -> None:
    results = book_at_once(kind)

    refusals = [refusal_of(one) for one in results if isinstance(one, DatabaseError)]
    assert (len(results), len(refusals)) == (200, 199)
    assert all(refusals)
    assert str(MESSAGES[kind].message) in refusals


@pytest.mark.parametrize(("code", "told"), [("40P01", True), ("57014", False)])
def test_who_is_ended_because_two_wait_for_each_other_is_told_so(
    db: None, code: str, told: bool
) -> None:
    """A deadlock is PostgreSQL's alone; a query that was cancelled is no refusal."""
    error: DatabaseError = OperationalError("database is locked")
    if connection.vendor == "postgresql":
        raising = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$"
        with pytest.raises(DatabaseError) as raised, transaction.atomic():
            connection.cursor().execute(raising)
        error = raised.value

    assert bool(refusal_of(error)) == (told and connection.vendor == "postgresql")


@pytest.fixture
def _unguarded(transactional_db: None) -> Iterator[None]:
    """The database without its guards."""
    with connection.cursor() as cursor:
        for guard in GUARDS:
            if connection.vendor == "sqlite":
                for name in triggers(guard):
                    cursor.execute(f"DROP TRIGGER {name}")
            else:
                cursor.execute(f"ALTER TABLE {guard.table} DROP CONSTRAINT {guard.name}")
    yield
    call_command("flush", interactive=False, verbosity=0)
    ensure_triggers(connection.alias)
    migration = import_module("exams.migrations.0002_guards")
    with connection.schema_editor() as editor:
        migration.add(None, editor)


@pytest.mark.usefixtures("_unguarded")
def test_without_the_guards_many_would_be_accepted() -> None:
    accepted = [one for one in book_at_once("room") if isinstance(one, Sitting)]

    assert len(accepted) == 200
