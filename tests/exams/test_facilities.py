"""Exam facilities: said by the student, checked once, passed on as an arrangement, then gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from exams.instances import situation
from exams.models import Exam, Facility
from exams.services import facilities, sheets, sittings
from exams.tasks import every_night
from paperwork.filing import path_of
from paperwork.models import Attachment, Document, Event, Notice
from paperwork.uploads import KeptUpload
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, enrolled, seat
from tests.paperwork.files.samples import plain

type SignIn = Callable[[User], Client]
GRANTED = {
    "extra_minutes": 30,
    "own_room": False,
    "large_print": False,
    "own_laptop": False,
    "wheelchair": False,
    "other": "",
}


def decision() -> SimpleUploadedFile:
    return SimpleUploadedFile("besluit.pdf", plain(), "application/pdf")


def kept(case: Enrolment) -> KeptUpload:
    """A decision that was checked and waits for what it is about, as a form leaves it."""
    waiting = factories.AttachmentFactory.create(
        given_by=case.student, subject_kind="", subject_id=0
    )
    return KeptUpload(waiting)


@pytest.fixture
def exam(db: None) -> Exam:
    return ExamFactory.create()


@pytest.fixture
def case(exam: Exam) -> Enrolment:
    return fresh(enrolled(exam))


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def asked(case: Enrolment, **facts: Any) -> Facility:
    return facilities.ask(case, 1, GRANTED | facts, kept(case), by=case.student)


def checked(facility: Facility, by: User, *, granted: bool = True) -> list[facilities.Misfit]:
    return facilities.check(
        facility,
        granted=granted,
        refusal="" if granted else "Er staat geen datum op.",
        seen=facility.changed_at.isoformat(),
        by=by,
    )


def test_a_student_asks_and_exam_staff_check_it_once(
    case: Enrolment, staff: User, sign_in: SignIn
) -> None:
    client = sign_in(case.student)
    address = reverse("exchange-exam:facility", args=[case.reference, 1])
    assert client.get(address).status_code == 200

    response = client.post(address, {"extra_minutes": "30", "decision": decision()})

    assert response.status_code == 302, response.context["form"].errors
    facility = Facility.objects.get()
    assert (facility.state, facility.extra_minutes) == ("asked", 30)
    asks = Notice.objects.get(kind="exams.facility_to_check")
    assert (asks.recipient, asks.asks) == (staff, True)

    client = sign_in(staff)
    page = reverse("exams:facility", args=[facility.pk])
    seen = client.get(page).context["form"]["seen"].value()
    assert client.post(page, {"answer": "grant", "seen": seen}).status_code == 302
    facility.refresh_from_db()
    assert (facility.state, facility.checked_by) == ("checked", staff)
    asks.refresh_from_db()
    assert asks.settled_at
    told = Notice.objects.get(kind="exams.facility_checked")
    assert told.recipient == case.student
    assert "30 extra minuten" in told.text
    assert client.post(page, {"answer": "refuse", "refusal": "x", "seen": seen}).status_code == 409


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"extra_minutes": ""}, "extra_minutes"),
        ({"extra_minutes": "-5"}, "extra_minutes"),
        ({"extra_minutes": "900"}, "extra_minutes"),
        ({"other": "dyslexia"}, "other"),
        ({"decision": ""}, "decision"),
    ],
)
def test_wrong_input_gets_a_message_at_its_field(
    case: Enrolment, sign_in: SignIn, typed: dict[str, str], field: str
) -> None:
    good = {"extra_minutes": "30", "decision": decision()}

    response = sign_in(case.student).post(
        reverse("exchange-exam:first-facility", args=[case.reference]), good | typed
    )

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Facility.objects.exists()


def test_the_decision_is_opened_only_until_it_is_checked(
    case: Enrolment, staff: User, sign_in: SignIn
) -> None:
    facility = asked(case)
    file = Attachment.objects.about(facility).get()
    client = sign_in(staff)
    address = reverse("exams:facility-file", args=[facility.pk, file.pk])

    assert client.get(address).status_code == 200
    checked(facility, staff)

    assert client.get(address).status_code == 404
    assert (
        reverse("exams:facility-file", args=[facility.pk, file.pk])
        not in client.get(reverse("exams:facility", args=[facility.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OFFICE, 403), (Role.COORDINATOR, 403), (Role.PARTNER, 403), (Role.AUDITOR, 403)],
)
def test_nobody_else_opens_a_decision(
    case: Enrolment, sign_in: SignIn, role: Role, status: int
) -> None:
    facility = asked(case)
    file = Attachment.objects.about(facility).get()
    client = sign_in(factories.MemberFactory.create(role=role))

    response = client.get(reverse("exams:facility-file", args=[facility.pk, file.pk]))

    assert response.status_code == status


def test_an_auditor_reads_the_arrangement_and_not_the_decision(
    case: Enrolment, sign_in: SignIn
) -> None:
    facility = asked(case)
    client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

    page = client.get(reverse("exams:facility", args=[facility.pk]))

    assert "30 extra minuten" in page.content.decode()
    assert page.context["pages"] == []


def test_nothing_of_it_stands_in_the_history_of_the_case(case: Enrolment, staff: User) -> None:
    facility = asked(case)
    checked(facility, staff)

    assert not Event.objects.about(case).filter(action__contains="facility").exists()
    assert Event.objects.about(facility).count() == 2


def test_staff_do_not_check_their_own(exam: Exam) -> None:
    case = fresh(enrolled(exam))
    own = asked(case)
    factories.MembershipFactory.create(user=case.student, role=Role.EXAMS)

    with pytest.raises(ActionError):
        checked(own, User.objects.get(pk=case.student_id))


def test_what_was_sent_again_is_not_checked_by_an_old_page(case: Enrolment, staff: User) -> None:
    old = asked(case)
    asked(case, extra_minutes=45)

    with pytest.raises(StaleError):
        checked(old, staff)
    assert Attachment.objects.about(old).count() == 1  # the first decision is gone


def test_a_refusal_says_what_is_missing_and_can_be_mended(case: Enrolment, staff: User) -> None:
    checked(asked(case), staff, granted=False)

    told = Notice.objects.get(kind="exams.facility_checked")
    assert "geen datum" in told.text
    assert told.asks
    assert asked(case).state == Facility.State.ASKED
    told.refresh_from_db()
    assert told.settled_at


@pytest.mark.parametrize(
    ("facts", "others", "accessible", "words"),
    [
        ({}, 0, True, "schrijft tot 12:30"),
        ({"extra_minutes": 0, "own_room": True}, 1, True, "alleen"),
        ({"extra_minutes": 0, "wheelchair": True}, 0, False, "rolstoel"),
        ({"extra_minutes": 0, "large_print": True}, 0, True, "opnieuw"),
    ],
)
def test_a_facility_after_seating_is_something_to_do_with_a_clear_message(
    exam: Exam,
    staff: User,
    sign_in: SignIn,
    facts: dict[str, Any],
    others: int,
    accessible: bool,
    words: str,
) -> None:
    sitting = PublishedSittingFactory.create(
        exam=exam,
        room__is_accessible=accessible,
        starts_at=timezone.localtime(exam.starts_at).replace(hour=10, minute=0),
    )
    mine = seat(sitting, fresh(enrolled(exam)))
    for _other in range(others):
        seat(sitting)

    misfits = checked(asked(fresh(mine.enrolment), **facts), staff)

    assert [words in misfit.why for misfit in misfits] == [True], misfits
    notice = Notice.objects.get(kind="exams.facility_after_seating")
    assert (notice.recipient, notice.asks) == (staff, True)
    assert words in notice.text
    assert [one.seat for one in facilities.all_misfits()] == [mine]
    page = sign_in(staff).get(reverse("exams:misfits")).content.decode()
    assert words in page


def test_a_seat_that_has_it_already_is_no_misfit(exam: Exam, staff: User) -> None:
    sitting = PublishedSittingFactory.create(exam=exam)
    mine = seat(sitting, fresh(enrolled(exam)), extra_minutes=30, arrangement=[])

    assert checked(asked(fresh(mine.enrolment)), staff) == []
    assert facilities.all_misfits() == []


def test_a_course_with_a_final_assignment_needs_none(case: Enrolment) -> None:
    case.edition.assessment = "assignment"

    with pytest.raises(ActionError, match="eindopdracht"):
        asked(case)


def test_after_the_exam_it_is_too_late(case: Enrolment, exam: Exam) -> None:
    Exam.objects.update(starts_at=timezone.now() - timedelta(days=1))

    with pytest.raises(ActionError, match="opnieuw"):
        asked(case)
    # For the resit it is asked again.
    again = facilities.ask(case, 2, GRANTED, kept(case), by=case.student)
    assert again.attempt == 2


def test_it_is_deleted_a_year_after_the_exam_with_all_that_says_it(
    case: Enrolment, exam: Exam, staff: User
) -> None:
    facility = asked(case)
    file = Attachment.objects.about(facility).get()
    checked(facility, staff)
    mine = seat(
        PublishedSittingFactory.create(exam=exam), case, extra_minutes=30, arrangement=["front"]
    )
    for number in (1, 2):  # two versions of the seat plan say it
        seat(mine.sitting, number=10 + number)
        sheets.lay_ready(mine.sitting, by=staff)
    lists = Document.objects.filter(kind="exam_attendance")
    plans = Document.objects.filter(kind="exam_seat_plan", data__icontains="30 minuten extra")
    assert plans.count() == 2
    events = [event.pk for plan in plans for event in Event.objects.about(plan)]
    assert events
    last = timezone.localdate(exam.latest_end_at) + timedelta(days=365)
    assert facility.delete_after == last

    assert facilities.delete_old(last) == 0
    assert Facility.objects.exists()
    assert facilities.delete_old(last + timedelta(days=1)) == 1

    assert not Facility.objects.exists()
    assert not Attachment.objects.filter(pk=file.pk).exists()
    assert not Event.objects.about(facility).exists()
    assert not Notice.objects.about(facility).exists()
    mine.refresh_from_db()
    assert (mine.extra_minutes, mine.arrangement) == (0, [])
    assert not Document.objects.filter(kind="exam_seat_plan").exists()
    assert not Event.objects.filter(pk__in=events).exists()
    assert lists.count() == 2, "who was there stays"
    assert not Document.objects.filter(data__icontains="30 minuten extra").exists()


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_a_deleted_decision_are_gone() -> None:
    facility = asked(fresh(enrolled(ExamFactory.create())))
    path = path_of(Attachment.objects.about(facility).get().file)
    assert path.exists()

    facilities.forget(facility)

    assert not path.exists()


def test_an_exam_that_moved_keeps_it_longer(case: Enrolment, exam: Exam) -> None:
    facility = asked(case)
    Facility.objects.update(delete_after=timezone.localdate() - timedelta(days=1))

    every_night()

    assert Facility.objects.get().delete_after == facility.delete_after


def test_withdrawing_deletes_the_decision_at_once(case: Enrolment, sign_in: SignIn) -> None:
    facility = asked(case)

    sign_in(case.student).post(reverse("exchange-exam:withdraw", args=[case.reference, 1]))

    facility.refresh_from_db()
    assert facility.state == Facility.State.WITHDRAWN
    assert not Attachment.objects.about(facility).exists()


def test_who_withdrew_it_still_has_a_seat_with_it_and_exam_staff_hear(
    exam: Exam, staff: User
) -> None:
    row = PublishedSittingFactory.create(exam=exam)
    mine = seat(row, fresh(enrolled(exam)), extra_minutes=30, arrangement=[])
    facility = asked(fresh(mine.enrolment))
    checked(facility, staff)
    facility.refresh_from_db()
    assert facilities.all_misfits() == []

    facilities.withdraw(facility, by=mine.student)

    (misfit,) = facilities.all_misfits()
    assert misfit.seat == mine
    told = Notice.objects.filter(kind="exams.facility_after_seating", recipient=staff).last()
    assert told is not None
    assert misfit.why in told.text
    assert facilities.open_matters(staff)[1] == 1
    sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)
    mine.refresh_from_db()
    assert (mine.extra_minutes, mine.arrangement) == (0, [])
    assert facilities.all_misfits() == []


def test_another_student_sees_nothing_of_it(case: Enrolment, sign_in: SignIn) -> None:
    asked(case)
    other = enrolled(Exam.objects.get()).student

    response = sign_in(other).get(reverse("exchange-exam:facility", args=[case.reference, 1]))

    assert response.status_code == 404
