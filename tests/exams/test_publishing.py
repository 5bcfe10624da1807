"""Publishing: who hears what and when, in which language; changes afterwards; calendars."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Role, User
from courses import house
from enrolments.calendar import calendar_for
from enrolments.services.actions import ActionError, StaleError
from exams import deadlines
from exams.instances import situation
from exams.services import publishing, sittings
from paperwork.models import Notice
from paperwork.services.settings import save_setting
from paperwork.wordings import messages, name_of
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

BOX = re.compile(r'name="exam"\s+value="((\d+):[^"]+)"\s*(checked)?')


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

    def test_what_was_not_ticked_stays_so_when_another_is_refused(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        exams = [ExamFactory.create() for _number in range(2)]
        for exam in exams:
            enrolled(exam)
        moved, left = (plan_all(exam, staff) for exam in exams)
        page = reverse("planner:publish")
        html = sign_in(staff).get(page).content.decode()
        boxes = {int(exam): (value, ticked) for value, exam, ticked in BOX.findall(html)}
        assert all(ticked for _value, ticked in boxes.values())
        sittings.pin(moved, seen=moved.version, by=staff)

        answer = client.post(page, {"exam": boxes[moved.exam_id][0]})

        assert answer.status_code == 409
        found = BOX.findall(answer.content.decode())
        assert {int(exam): bool(ticked) for _value, exam, ticked in found} == {
            moved.exam_id: True,
            left.exam_id: False,
        }

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

    def test_another_room_for_one_who_was_told_is_told_at_once_and_again_when_it_is_known(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        exam = ExamFactory.create()
        case, other = enrolled(exam), enrolled(exam)
        first = plan_all(exam, staff)
        publish_all(staff)
        sign_in(case.student)
        page = reverse("exchange:case", args=[case.reference])
        files = [calendar_for(case.student)]

        now = situation()
        task = now.tasks[exam.pk]
        one = task.sitters[case.student_id]
        row = sittings.plan(now, task, [one], RoomFactory.create(), exam.starts_at, by=staff)
        files.append(calendar_for(case.student))

        assert told("other_place") == [case.student_id]
        assert first.room.name in Notice.objects.get(kind="exams.other_place").text
        html = client.get(page).content.decode()
        assert "Je krijgt een andere plaats" in html
        assert "gaat niet door" not in html
        assert row.room.name not in html
        (announcement,) = publishing.announcements(situation())
        (message,) = announcement.messages
        assert message.is_change
        publish_all(staff)
        files.append(calendar_for(case.student))

        assert told("moved") == [case.student_id]
        notice = Notice.objects.get(kind="exams.moved")
        assert (notice.subject, notice.text) == (message.subject, message.text)
        assert f"Het was: {first.room.building.name}" in notice.text
        assert row.room.name in notice.text
        assert len(told("published")) == 2  # each of the two once
        events = [_exam_event(file) for file in files]
        assert len({one["uid"] for one in events}) == 1
        numbers = [one["sequence"] for one in events]
        assert numbers == sorted(set(numbers))
        assert [one.get("status") for one in events][1] == "CANCELLED"
        assert events[2].get("status") != "CANCELLED"
        assert other.student_id not in [*told("moved"), *told("other_place")]

    def test_the_preview_is_the_message_that_is_sent(self, staff: User) -> None:
        known = next(one for one in messages("exams.published") if "You sit" in one.singular)
        said = {
            "nl": ["Voor {course} van {host}: neem je pas mee."],
            "en": ["Bring it to {course}."],
        }
        save_setting(name_of("exams.published", known), said, seen=0, by=None)
        exam = ExamFactory.create()
        enrolled(exam)
        plan_all(exam, staff)
        (one,) = publishing.announcements(situation())
        (message,) = one.messages
        publish_all(staff)

        notice = Notice.objects.get(kind="exams.published")
        assert "neem je pas mee." in notice.text
        assert (message.subject, message.text) == (notice.subject, notice.text)

    def test_the_host_hears_another_moment_of_any_room_that_was_published(
        self, staff: User, client: Client, sign_in: Callable[[User], Client]
    ) -> None:
        exam = ExamFactory.create(contact_email="exams@host.example")
        enrolled(exam)
        plan_all(exam, staff)
        publish_all(staff)
        enrolled(exam)
        row = plan_all(exam, staff)
        sign_in(staff)
        page = reverse("planner:move", args=[row.pk])
        assert "Studenten kennen dit tentamen al" in client.get(page).content.decode()

        at = timezone.localtime(row.starts_at) + timedelta(hours=1)
        sent = {"day": at.date(), "at": f"{at:%H:%M}", "room": row.room_id, "seen": row.version}
        answer = client.post(page, sent, follow=True)

        assert "horen wat er veranderd is" in answer.content.decode()
        assert Notice.objects.filter(kind="exams.host_day_outside").count() == 2
        assert len(told("moved")) == 1

    def test_the_host_hears_when_it_is_held_once_for_all_rooms_and_without_names(
        self, staff: User
    ) -> None:
        exam = ExamFactory.create(contact_email="exams@host.example")
        cases = [enrolled(exam), enrolled(exam)]
        now = situation()
        task = now.tasks[exam.pk]
        rows = [
            sittings.plan(now, task, [sitter], RoomFactory.create(), exam.earliest_at, by=staff)
            for sitter in now.unseated(task)
        ]

        def host() -> list[str]:
            found = Notice.objects.filter(kind="exams.host_day_outside").order_by("created_at")
            assert {one.email for one in found} <= {"exams@host.example"}
            return [one.text for one in found]

        publish_all(staff)
        assert ["2 students sit your exam here" in text for text in host()] == [True]

        rows[0].refresh_from_db()
        sittings.move(
            rows[0], RoomFactory.create(), rows[0].starts_at, seen=rows[0].version, by=staff
        )
        assert len(host()) == 1, "another room is no news to a host"
        rows[0].refresh_from_db()
        later = rows[0].starts_at + timedelta(hours=1)
        sittings.move(rows[0], rows[0].room, later, seen=rows[0].version, by=staff)
        assert len(host()) == 2, "both rooms begin later, and the host hears it once"
        assert "It was:" in host()[1]

        for row, more in zip(rows, (0, 1), strict=True):
            row.refresh_from_db()
            sittings.cancel(row, "Waterschade", seen=row.version, by=staff)
            assert len(host()) == 2 + more, "while another room holds it, it is held"
        assert all(str(case.student) not in text for case in cases for text in host())

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

        assert working_days_between(last, day) == house.number("exams.notice_days")
        assert deadlines.first_day_in_time(last) <= day


def _exam_event(file: bytes) -> Any:
    (event,) = (
        one for one in Calendar.from_ical(file).walk("VEVENT") if one["uid"].startswith("exam-")
    )
    return event
