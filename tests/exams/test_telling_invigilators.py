"""Invigilators hear by mail of their duties: chosen, changed, taken off; not before publishing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Role, User
from exams.instances import situation
from exams.models import Invigilator, Sitting
from exams.services import sittings
from paperwork.models import Notice
from tests import factories
from tests.exams.planned import granted, plan_all, publish_all
from tests.exams.sittings import ExamFactory, InvigilatorFactory, RoomFactory, enrolled


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def leads(db: None) -> Invigilator:
    return InvigilatorFactory.create()


@pytest.fixture
def row(staff: User, leads: Invigilator) -> Sitting:
    """Planned, with one who leads."""
    exam = ExamFactory.create()
    enrolled(exam)
    found = plan_all(exam, staff)
    choose(found, staff, (leads, "lead"))
    return found


def choose(row: Sitting, by: User, *wanted: tuple[Invigilator, str]) -> None:
    row.refresh_from_db()
    people = [(one.pk, part) for one, part in wanted]
    sittings.choose_invigilators(row, people, seen=row.version, by=by)


def told(person: Invigilator) -> list[str]:
    rows = Notice.objects.filter(kind="exams.duty", email=person.email).order_by("created_at")
    return [f"{notice.subject}\n{notice.text}" for notice in rows]


def published(row: Sitting, by: User) -> Sitting:
    assert publish_all(by) == 1
    row.refresh_from_db()
    return row


def test_nothing_before_publishing_then_when_where_and_in_which_part(
    staff: User, leads: Invigilator, row: Sitting
) -> None:
    assert told(leads) == []

    published(row, staff)

    (text,) = told(leads)
    for words in ("surveilleert", row.room.name, "Cleveringaplaats 1", "Je leidt", "Tien minuten"):
        assert words in text


def test_another_room_and_another_time(staff: User, leads: Invigilator, row: Sitting) -> None:
    published(row, staff)
    was, there = row.room, RoomFactory.create()

    sittings.move(row, there, row.starts_at, seen=row.version, by=staff)
    later = row.starts_at + timedelta(hours=1)
    sittings.move(row, there, later, seen=row.version, by=staff)

    _chosen, room, time = told(leads)
    assert room.startswith("Gewijzigd")
    assert was.name in room
    assert there.name in room
    assert "tijd" in time
    assert was.name not in time


def test_cancelled_with_the_reason(staff: User, leads: Invigilator, row: Sitting) -> None:
    published(row, staff)

    sittings.cancel(row, "The pipes burst", seen=row.version, by=staff)

    assert "The pipes burst" in told(leads)[-1]
    assert "niet te surveilleren" in told(leads)[-1]


def test_of_a_new_choice_those_hear_whom_it_concerns(
    staff: User, leads: Invigilator, row: Sitting
) -> None:
    stays, comes = InvigilatorFactory.create(), InvigilatorFactory.create()
    choose(row, staff, (leads, "lead"), (stays, "invigilator"))
    published(row, staff)

    choose(row, staff, (comes, "lead"), (stays, "invigilator"))

    assert [len(told(one)) for one in (leads, stays, comes)] == [2, 1, 1]
    assert "niet te surveilleren" in told(leads)[-1]
    choose(row, staff, (stays, "lead"))
    assert "Je leidt" in told(stays)[-1]


def test_longer_for_a_student_is_longer_for_who_invigilates(
    staff: User, leads: Invigilator, row: Sitting
) -> None:
    published(row, staff)
    granted(row.seats.get().enrolment, extra_minutes=30)

    sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)

    assert told(leads)[-1].startswith("Gewijzigd")


def test_in_the_language_of_the_account_or_one_they_speak(
    staff: User, leads: Invigilator, row: Sitting
) -> None:
    english = InvigilatorFactory.create(speaks_nl=False)
    account = InvigilatorFactory.create(user=factories.UserFactory.create(language="en"))
    choose(row, staff, (leads, "lead"), (english, "invigilator"), (account, "invigilator"))

    published(row, staff)

    assert told(english)[0].startswith("You invigilate")
    assert told(account)[0].startswith("You invigilate")
    assert told(leads)[0].startswith("Je surveilleert")
