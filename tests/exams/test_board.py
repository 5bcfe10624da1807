"""The planner's board is kept only while nothing that it shows has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from time_machine import travel

from accounts.models import Role, User
from courses.models import Course, University
from exams import board, facts
from exams.models import (
    Building,
    Duty,
    Exam,
    InvigilatorHours,
    Room,
    RoomClosure,
    RoomHours,
    Seat,
    Sitting,
    SlotOffer,
)
from paperwork.services.settings import save_setting
from tests import factories
from tests.exams.planned import granted, plan_all
from tests.exams.sittings import (
    ExamFactory,
    InvigilatorFactory,
    RoomFactory,
    enrolled,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def row(db: None) -> Sitting:
    """A sitting of one student, with an invigilator who can come."""
    exam = ExamFactory.create()
    enrolled(exam)
    row = plan_all(exam, factories.MemberFactory.create(role=Role.EXAMS))
    times = {"starts_at": row.starts_at, "ends_at": row.ends_at}
    helper = InvigilatorFactory.create()
    InvigilatorHours.objects.create(invigilator=helper, **times)
    Duty.objects.create(sitting=row, invigilator=helper, **times)
    return row


def update(model: Any, **fields: Any) -> Callable[[Sitting], Any]:
    return lambda _row: model.objects.update(**fields)


CHANGES: dict[str, Callable[[Sitting], Any]] = {
    "an exam's length": update(Exam, minutes=90),
    "an exam's kind": update(Exam, kind="computer"),
    "a sitting's state": update(Sitting, is_pinned=True),
    "a sitting's version": update(Sitting, version=9),
    "a seat's number": update(Seat, number=7),
    "a seat given up": update(Seat, is_cancelled=True),
    "a duty's part": update(Duty, part="lead"),
    "a room's places": update(Room, places=1),
    "a building's name": update(Building, name_nl="Lipsius"),
    "a room's hours": lambda _row: RoomHours.objects.all().delete(),
    "a closure": lambda row: RoomClosure.objects.create(
        room=row.room, starts_at=row.starts_at, ends_at=row.ends_at, why="x"
    ),
    "an invigilator's hours": lambda row: InvigilatorHours.objects.update(
        starts_at=row.starts_at + HOUR
    ),
    "a course's title": update(Course, title="Another"),
    "a host's zone": update(University, time_zone="Asia/Tokyo"),
    "a student's name": update(User, name="Another"),
    "one student more": lambda row: enrolled(row.exam),
    "a facility": lambda row: granted(row.seats.get().enrolment, extra_minutes=30),
    "a moment to choose": lambda row: SlotOffer.objects.create(
        exam=row.exam, starts_at=row.starts_at, places=1
    ),
    "a room more": lambda _row: RoomFactory.create(),
    "a setting": lambda _row: save_setting("exams.notice_days", 30, seen=0, by=None),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_makes_it_anew(row: Sitting, what: str) -> None:
    kept = board.board()
    assert board.board() is kept, "the control: without a change it is kept"

    CHANGES[what](row)

    assert board.board() is not kept


def test_another_day_and_another_language_make_it_anew(row: Sitting) -> None:
    kept = board.board()
    with translation.override("en"):
        assert board.board() is not kept
    assert board.board() is kept
    with travel(row.starts_at - timedelta(days=1)):
        assert board.board() is not kept


def test_the_page_never_shows_what_was(
    row: Sitting, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(factories.MemberFactory.create(role=Role.EXAMS))
    page = f"/en/exams/plan/?day={row.starts_at:%Y-%m-%d}"
    assert row.room.name in client.get(page).text
    Room.objects.filter(pk=row.room_id).update(name="Moved-3.14")

    assert "Moved-3.14" in client.get(page).text

    monkeypatch.setattr(facts.Facts, "seen", lambda _self: "blind")
    client.get(page)
    Room.objects.filter(pk=row.room_id).update(name="Moved-2.72")
    assert "Moved-2.72" not in client.get(page).text, "the control: comparing is what finds it"
