"""The demo's exam days: at whatever hour it is made, what is planned fits and is held today."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from time_machine import travel

import accounts.demo
import courses.demo
import enrolments.demo
import exams.demo
from accounts.models import User
from exams import conflicts, day
from exams.demo_day import within
from exams.instances import situation
from exams.models import RoomHours

LEIDEN = ZoneInfo("Europe/Amsterdam")
MADE = {
    "before the building opens": datetime(2027, 3, 10, 5, 20, tzinfo=LEIDEN),
    "after midnight": datetime(2027, 3, 11, 0, 5, tzinfo=LEIDEN),
    "before midnight": datetime(2027, 3, 12, 23, 55, tzinfo=LEIDEN),
    "on a Saturday night": datetime(2027, 3, 13, 20, 40, tzinfo=LEIDEN),
    "on a Sunday": datetime(2027, 3, 14, 11, 0, tzinfo=LEIDEN),
}


@pytest.mark.django_db
@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_what_is_planned_fits(made: datetime) -> None:
    with travel(made):
        courses.demo.load()
        accounts.demo.make_people()
        enrolments.demo.load()
        exams.demo.load()
        staff = User.objects.get(email="exams@demo.example")

        assert refused(made) == []
        today = day.overview(staff)["today"]
        assert len(today) == 2
        assert {timezone.localdate(one.ends_at) for one in today} == {made.date()}

        RoomHours.objects.filter(room=today[-1].room).delete()
        assert refused(made) == ["room_closed"]


def refused(made: datetime) -> list[str]:
    """What the planner finds wrong with the sittings of that day and later."""
    found = conflicts.by_sitting(situation(made.replace(hour=0, minute=0)))
    return [problem.kind for problem in conflicts.stopping(found, found)]


@pytest.mark.parametrize(
    ("starts", "expected"), [(-1, 0), (0, 0), (9, 9), (21, 21), (22, 21.25), (24, 21.25)]
)
def test_an_exam_stays_within_the_day(starts: float, expected: float) -> None:
    midnight = datetime(2027, 3, 10, tzinfo=LEIDEN)

    def at(hour: float) -> datetime:
        return datetime.fromtimestamp(midnight.timestamp() + hour * 3600, LEIDEN)

    assert within(at(12), at(starts)) == at(expected)
