"""Publishing: who hears what and when, in which language; changes afterwards; calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import Role, User
from enrolments.calendar import calendar_for
from enrolments.services.actions import ActionError, StaleError
from exams import deadlines
from exams.instances import situation
from exams.services import publishing, sittings
from paperwork.models import Notice
from paperwork.working_days import working_days_between
from tests import factories
from tests.exams.planned import granted, plan_all, publish_all, told
from tests.exams.sittings import (
    ExamFactory,
    PublishedSittingFactory,
    RoomFactory,
    SittingFactory,
    enrolled,
)

type SignIn = Callable[[User], Client]


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


class TestPublishing:
    def test_each_student_hears_it_once_in_their_language(self, staff: User) -> None:
        exam = ExamFactory.create(
            edition__course__university__time_zone="Australia/Brisbane",
            edition__course__university__city="Brisbane",
            materials="One sheet of notes",
        )
        dutch, english = enrolled(exam), enrolled(exam)
        User.objects.filter(pk=english.student_id).update(language="en")
        granted(english, extra_minutes=30)
        row = plan_all(exam, staff)

        assert publish_all(staff) == 2

        row.refresh_from_db()
        assert (row.state, row.sequence) == ("published", 1)
        assert sorted(told("published")) == sorted([dutch.student_id, english.student_id])  # type: ignore[type-var]
        text = Notice.objects.get(recipient=english.student_id, kind="exams.published").text
        for words in (
            "Cleveringaplaats 1",
            "room",
            "Brisbane it is then",
            "One sheet of notes",
            "extra exam time is in it",
            "Ten minutes on foot",
            "ill",
        ):
            assert words in text
        assert publish_all(staff) == 0  # a second click

    @pytest.mark.parametrize("fault", ["too full", "no seat", "stale", "closed"])
    def test_what_is_wrong_is_not_published(self, staff: User, fault: str) -> None:
        exam = ExamFactory.create()
        for _number in range(3):
            enrolled(exam)
        row = plan_all(exam, staff)
        if fault == "too full":
            row.room.places = 2
            row.room.save()
        elif fault == "closed":
            row.room.hours.all().delete()
        elif fault == "no seat":
            enrolled(exam)
        (one,) = publishing.announcements(situation())
        if fault == "stale":
            sittings.pin(row, seen=row.version, by=staff)
        with pytest.raises(StaleError if fault == "stale" else ActionError):
            publishing.publish(one, seen={each.pk: each.version for each in one.rows}, by=staff)

        assert not told("published")

    def test_a_change_is_told_to_those_it_concerns_with_what_changed(self, staff: User) -> None:
        exam, other = ExamFactory.create(), ExamFactory.create()
        case, stranger = enrolled(exam), enrolled(other)
        row = plan_all(exam, staff)
        plan_all(other, staff)
        publish_all(staff)
        row.refresh_from_db()
        before = calendar_for(case.student)

        sittings.move(row, RoomFactory.create(), row.starts_at, seen=row.version, by=staff)

        assert told("moved") == [case.student_id]
        text = Notice.objects.get(kind="exams.moved").text
        assert "De zaal van je tentamen is veranderd" in text
        assert "De tijd" not in text
        events = [_exam_event(file) for file in (before, calendar_for(case.student))]
        assert events[0]["uid"] == events[1]["uid"]
        assert events[0]["sequence"] < events[1]["sequence"]
        assert events[1]["dtstart"].params["TZID"] == "Europe/Amsterdam"

        sittings.cancel(row, "Waterschade", seen=row.version, by=staff)
        assert told("cancelled") == [case.student_id]
        last = _exam_event(calendar_for(case.student))
        assert (last["status"], last["uid"]) == ("CANCELLED", events[0]["uid"])
        assert last["sequence"] > events[1]["sequence"]
        assert stranger.student_id not in told("moved") + told("cancelled")

    def test_the_case_shows_it_and_an_unpublished_one_not(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        exam = ExamFactory.create()
        case = enrolled(exam)
        row = plan_all(exam, staff)
        sign_in(case.student)
        page = reverse("exchange:case", args=[case.reference])
        assert row.room.name not in client.get(page).content.decode()
        publish_all(staff)

        html = client.get(page).content.decode()
        assert "Je tentamen in Leiden" in html
        assert row.room.name in html

    def test_a_reason_is_needed_where_students_know_of_it(self, staff: User) -> None:
        row = PublishedSittingFactory.create()

        with pytest.raises(ActionError, match="studenten"):
            sittings.cancel(row, " ", seen=row.version, by=staff)
        sittings.cancel(SittingFactory.create(), "", seen=1, by=staff)

    @pytest.mark.parametrize("day", [date(2027, 1, 4), date(2027, 5, 7), date(2027, 12, 28)])
    def test_the_last_day_to_tell_is_ten_working_days_before(self, day: date) -> None:
        last = deadlines.tell_by(day)

        assert working_days_between(last, day) == settings.EXAM_NOTICE_DAYS
        assert deadlines.first_day_in_time(last) <= day


def _exam_event(file: bytes) -> Any:
    (event,) = (
        one for one in Calendar.from_ical(file).walk("VEVENT") if one["uid"].startswith("exam-")
    )
    return event
