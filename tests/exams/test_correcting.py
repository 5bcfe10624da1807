"""After closing the list is put right with a reason: everybody told, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from enrolments.later import history_of, news_of
from enrolments.services.actions import ActionError, StaleError
from exams.models import Mark, Resit, Seat, Sitting
from exams.services import correcting, resits
from paperwork.models import Document, Event, Notice
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, in_days, seat

WHY = "The tablet marked the wrong row"


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def sitting(db: None) -> Sitting:
    """One that was closed an hour ago; where the host gives a resit."""
    now = timezone.now()
    exam = ExamFactory.create(
        starts_at=now - timedelta(hours=4),
        edition__resit_offered=True,
        contact_email="exams@host.example",
    )
    return PublishedSittingFactory.create(
        exam=exam,
        starts_at=now - timedelta(hours=4),
        state="closed",
        signed_off_at=now - timedelta(hours=1),
    )


def told(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=f"exams.{kind}"))


def test_who_was_there_after_all(staff: User, sitting: Sitting) -> None:
    one = seat(sitting, attendance="absent")
    resits.offer_to_absent(sitting)
    assert Resit.objects.filter(enrolment=one.enrolment).exists()

    correcting.correct(one, "late", minutes=7, why=f" {WHY} ", seen="absent", by=staff)

    one.refresh_from_db()
    assert (one.attendance, one.minutes_late) == ("late", 7)
    assert not Resit.objects.exists(), "the offer was for not being there"
    (step,) = news_of([case := fresh(one.enrolment)])[case.pk].steps["exam"]
    assert step.is_done
    assert [(notice.recipient, notice.email) for notice in told("attendance_corrected")] == [
        (one.student, "")
    ]
    (host,) = told("attendance_outside")
    assert host.email == "exams@host.example"
    assert str(one.student) not in host.text
    event = Event.objects.about(one).get()
    assert (event.action, event.from_state, event.to_state) == (
        *("correct_attendance", "absent", "late"),
    )
    assert event.reason == WHY
    assert [row.why for row in history_of(case, staff) if row.why] == [WHY]
    assert WHY in str(Document.objects.get(kind="exam_protocol").data)
    mark = Mark.objects.get()
    assert mark.is_correction
    assert mark.text == WHY


def test_who_was_not_there_is_offered_the_resit(staff: User, sitting: Sitting) -> None:
    one, other = seat(sitting, attendance="present"), seat(sitting, attendance="present")

    correcting.correct(one, "absent", why=WHY, seen="present", by=staff)

    assert [resit.enrolment for resit in Resit.objects.all()] == [one.enrolment]
    assert len(told("attendance_corrected")) == 1
    other.refresh_from_db()
    assert other.attendance == "present"


def test_some_minutes_more_are_no_news_to_student_and_host(staff: User, sitting: Sitting) -> None:
    one = seat(sitting, attendance="late", minutes_late=5)

    correcting.correct(one, "late", minutes=15, why=WHY, seen="late", by=staff)

    one.refresh_from_db()
    assert one.minutes_late == 15
    assert not told("attendance_corrected") + told("attendance_outside")


def test_who_has_a_seat_at_the_resit_keeps_it(staff: User, sitting: Sitting) -> None:
    one = seat(sitting, attendance="absent")
    resits.offer_to_absent(sitting)
    again = ExamFactory.create(edition=one.enrolment.edition, attempt=2, starts_at=in_days(30))
    seat(PublishedSittingFactory.create(exam=again), one.enrolment)

    correcting.correct(one, "present", why=WHY, seen="absent", by=staff)

    assert Resit.objects.filter(enrolment=one.enrolment).exists()


def test_what_is_refused(staff: User, sitting: Sitting) -> None:
    one = seat(sitting, attendance="absent")
    auditor = factories.MemberFactory.create(role=Role.AUDITOR)

    with pytest.raises(ActionError, match="Alleen"):
        correcting.correct(one, "present", why=WHY, seen="absent", by=auditor)
    with pytest.raises(ActionError):
        correcting.correct(one, "present", why="  ", seen="absent", by=staff)
    with pytest.raises(ActionError):
        correcting.correct(one, "absent", why=WHY, seen="absent", by=staff)
    with pytest.raises(ActionError):
        correcting.correct(one, "expected", why=WHY, seen="absent", by=staff)
    with pytest.raises(StaleError):
        correcting.correct(one, "present", why=WHY, seen="late", by=staff)
    Sitting.objects.filter(pk=sitting.pk).update(state="held")
    with pytest.raises(ActionError):
        correcting.correct(one, "present", why=WHY, seen="absent", by=staff)

    assert not Mark.objects.exists()
    assert Seat.objects.get(pk=one.pk).attendance == "absent"


def test_by_hand(staff: User, sitting: Sitting, sign_in: Callable[[User], Client]) -> None:
    client, one = sign_in(staff), seat(sitting, attendance="absent")
    page = f"/en/exams/day/{sitting.pk}/seats/{one.pk}/correct/"
    assert page in client.get(f"/en/exams/day/{sitting.pk}/").text

    bad = client.post(page, {"attendance": "late", "why": WHY, "seen": "absent"})
    assert bad.status_code == 422
    assert "Say how many minutes late." in bad.text
    assert WHY in bad.text, "what was typed is not lost"
    late = {"attendance": "late", "minutes": "9", "why": WHY, "seen": "present"}
    stale = client.post(page, late)
    assert stale.status_code == 409
    assert 'value="absent"' in stale.text, "sent again it is about what the list says by now"

    done = client.post(page, late | {"seen": "absent"})

    assert done.status_code == 302
    shown = client.get(f"/en/exams/day/{sitting.pk}/").text
    assert "9 minutes late" in shown
    assert "corrected after closing" in shown
    open_one = seat(PublishedSittingFactory.create())
    assert (
        client.get(f"/en/exams/day/{open_one.sitting_id}/seats/{one.pk}/correct/").status_code
        == 404
    )
