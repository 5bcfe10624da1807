"""Absence, illness and resits; and moments that students choose within a host's window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.later import news_of
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from exams import own
from exams.models import Attendance, Exam, Facility, Mode, Resit, Sitting, SlotChoice, SlotOffer
from exams.services import correcting, resits, sittings, slots
from exams.tasks import every_night
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, enrolled, in_days, seat
from tests.grades.rows import finish
from tests.races import at_once

type SignIn = Callable[[User], Client]


def staff() -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def closed_sitting(resit: bool | None = True) -> Sitting:
    exam = ExamFactory.create(edition__resit_offered=resit)
    return PublishedSittingFactory.create(
        exam=exam, state="closed", signed_off_at=timezone.now() - timedelta(hours=1)
    )


# --- resits ---------------------------------------------------------------------------------------
def test_who_was_absent_is_offered_the_resit_and_who_came_is_not(db: None) -> None:
    sitting = closed_sitting()
    absent = seat(sitting, attendance=Attendance.ABSENT).enrolment
    ill = seat(sitting, attendance=Attendance.ABSENT, ill_reported_at=timezone.now()).enrolment
    seat(sitting, attendance=Attendance.PRESENT)

    for _night in range(2):
        every_night()

    because = dict(Resit.objects.values_list("enrolment", "because"))
    assert because == {absent.pk: "absent", ill.pk: "ill"}
    notices = Notice.objects.filter(kind="exams.resit_offered")
    assert {notice.recipient_id for notice in notices} == {absent.student_id, ill.student_id}
    assert all(notice.asks for notice in notices)


@pytest.mark.parametrize("resit", [False, None])
def test_where_the_host_gives_none_nothing_is_offered(db: None, resit: bool | None) -> None:
    sitting = closed_sitting(resit)
    absent = seat(sitting, attendance=Attendance.ABSENT)

    assert resits.offer_to_absent(sitting) == []
    with pytest.raises(ActionError, match="herkansing"):
        resits.offer_resit(fresh(absent.enrolment), because="failed")


def offered(**facts: Any) -> Resit:
    """A resit offered to somebody who did not pass."""
    case = enrolled(ExamFactory.create(edition__resit_offered=True))
    return resits.offer_resit(fresh(case), because="failed", **facts)


def test_a_resit_that_has_been_is_not_offered(db: None) -> None:
    case = enrolled(ExamFactory.create(edition__resit_offered=True))
    ExamFactory.create(edition=case.edition, attempt=2, starts_at=in_days(-1))

    with pytest.raises(ActionError):
        resits.offer_resit(fresh(case), because="failed")


@pytest.mark.parametrize(
    ("fixed_in", "expected_in", "asked"),
    [(5, None, True), (-1, None, False), (None, None, True), (None, 5, True), (None, -1, False)],
)
def test_an_answer_is_up_to_the_student_until_the_resit(
    db: None, fixed_in: int | None, expected_in: int | None, asked: bool
) -> None:
    case = offered().enrolment
    if fixed_in is not None:
        ExamFactory.create(edition=case.edition, attempt=2, starts_at=in_days(fixed_in))
    if expected_in is not None:
        day = timezone.localdate() + timedelta(days=expected_in)
        Edition.objects.update(exam_on=None, resit_on=day)

    assert (case.pk in own.news([fresh(case)])) == asked


def test_who_was_at_neither_gets_no_third_chance_by_itself(db: None) -> None:
    exam = ExamFactory.create(edition__resit_offered=True)
    resit = ExamFactory.create(edition=exam.edition, attempt=2)
    closed = {"state": "closed", "signed_off_at": timezone.now()}
    sitting = PublishedSittingFactory.create(exam=resit, **closed)
    seat(sitting, attendance=Attendance.ABSENT)

    assert resits.offer_to_absent(sitting) == []
    ExamFactory.create(edition=exam.edition, attempt=3)  # unless the host fixes one
    assert [one.attempt for one in resits.offer_to_absent(sitting)] == [3]


def test_the_facility_is_asked_again(db: None) -> None:
    case = enrolled(ExamFactory.create(edition__resit_offered=True))
    Facility.objects.create(
        enrolment=case,
        extra_minutes=30,
        state="checked",
        checked_at=timezone.now(),
        delete_after=factories.days(400),
    )

    resits.offer_resit(fresh(case), because="failed")

    notice = Notice.objects.get(kind="exams.facility_ask_again")
    assert notice.link == reverse("exchange-exam:facility", args=[case.reference, 2])


def test_who_says_yes_sits_the_resit(db: None, sign_in: SignIn) -> None:
    resit = offered()
    case = resit.enrolment
    exam = ExamFactory.create(edition=case.edition, attempt=2)
    client = sign_in(case.student)
    assert news_of([case])[case.pk].turn
    assert resits.takers([exam]) == {exam.pk: set()}

    page = client.get(reverse("exchange-exam:exam", args=[case.reference])).content.decode()
    assert "Doe je mee aan de herkansing?" in page
    client.post(reverse("exchange-exam:answer", args=[case.reference, 2]), {"answer": "yes"})

    assert resits.takers([exam]) == {exam.pk: {case.pk}}
    assert news_of([case])[case.pk].turn is None
    assert Notice.objects.get(kind="exams.resit_offered").settled_at
    history = client.get(reverse("exchange:case", args=[case.reference])).content.decode()
    assert "doet mee aan de herkansing" in history


def test_after_a_published_seat_the_answer_stands(db: None) -> None:
    resit = offered()
    case = resit.enrolment
    resits.answer(resit, takes_part=True, by=case.student)
    exam = ExamFactory.create(edition=case.edition, attempt=2)
    seat(PublishedSittingFactory.create(exam=exam), case)

    with pytest.raises(ActionError):
        resits.answer(resit, takes_part=False, by=case.student)
    with pytest.raises(ActionError):
        resits.answer(resit, takes_part=False, by=factories.StudentFactory.create())


# --- illness --------------------------------------------------------------------------------------
def test_illness_is_reported_before_the_start_and_nothing_more_is_asked(
    db: None, sign_in: SignIn
) -> None:
    reader = staff()
    mine = seat(PublishedSittingFactory.create())
    client = sign_in(mine.student)
    address = reverse("exchange-exam:ill", args=[mine.enrolment.reference, mine.pk])

    assert "<textarea" not in client.get(address).content.decode()
    client.post(address)

    mine.refresh_from_db()
    assert mine.ill_reported_at
    assert mine.attendance == Attendance.EXPECTED
    assert Notice.objects.get(kind="exams.ill").recipient == reader
    with pytest.raises(StaleError):
        resits.report_ill(mine, by=mine.student)
    client.post(address, {"well": "1"})
    mine.refresh_from_db()
    assert mine.ill_reported_at is None
    notice = Notice.objects.get(kind="exams.well")
    assert notice.recipient == reader
    assert mine.student.name in notice.subject


@pytest.mark.parametrize(("days", "is_ill"), [(0, True), (1, False)])
def test_who_is_ill_on_one_day_is_not_on_another(db: None, days: int, is_ill: bool) -> None:
    row = PublishedSittingFactory.create()
    mine = seat(row, ill_reported_at=timezone.now())

    there = row.starts_at + timedelta(days=days, hours=1)
    sittings.move(row, row.room, there, seen=row.version, by=staff())

    mine.refresh_from_db()
    assert (mine.ill_reported_at is not None) == is_ill


def test_after_the_start_it_is_too_late(db: None) -> None:
    mine = seat(PublishedSittingFactory.create(), starts_at=timezone.now() - timedelta(minutes=1))

    for act in (resits.report_ill, resits.report_well):
        with pytest.raises(ActionError, match="begonnen"):
            act(mine, by=mine.student)


def test_another_student_cannot_report_it(db: None, sign_in: SignIn) -> None:
    mine, other = seat(PublishedSittingFactory.create()), factories.StudentFactory.create()

    with pytest.raises(ActionError):
        resits.report_ill(mine, by=other)
    address = reverse("exchange-exam:ill", args=[mine.enrolment.reference, mine.pk])
    assert sign_in(other).post(address).status_code == 404


# --- moments to choose ----------------------------------------------------------------------------
@pytest.fixture
def exam(db: None) -> Exam:
    """A window of two days."""
    day = in_days(150, 8)
    return ExamFactory.create(
        mode=Mode.WINDOW,
        starts_at=None,
        window_from=day,
        window_until=day + timedelta(days=2),
    )


def slot(exam: Exam, hours: int = 1, places: int = 1) -> SlotOffer:
    assert exam.window_from
    return slots.offer(exam, exam.window_from + timedelta(hours=hours), places, by=staff())


def student_of(exam: Exam) -> Enrolment:
    return fresh(enrolled(exam))


@pytest.mark.parametrize(("hours", "fits"), [(0, True), (46, True), (47, False), (-1, False)])
def test_a_moment_lies_within_the_window(exam: Exam, hours: int, fits: bool) -> None:
    if fits:
        assert slot(exam, hours).pk
    else:
        with pytest.raises(ActionError, match="buiten de periode"):
            slot(exam, hours)


def test_where_the_moment_is_fixed_there_is_nothing_to_choose(db: None) -> None:
    with pytest.raises(ActionError, match="niets te kiezen"):
        slots.offer(ExamFactory.create(), in_days(9), 1, by=staff())


def test_students_are_asked_and_choose_and_change(exam: Exam, sign_in: SignIn) -> None:
    one, other, case = slot(exam, 1), slot(exam, 4), student_of(exam)
    assert slots.tell(exam, by=staff()) == 1
    turn = news_of([case])[case.pk].turn
    assert turn
    assert "Kies het moment" in turn.title
    client = sign_in(case.student)
    address = reverse("exchange-exam:choose", args=[case.reference])

    client.post(address, {"slot": one.pk})
    assert news_of([case])[case.pk].turn is None
    assert Notice.objects.get(kind="exams.slots").settled_at
    client.post(address, {"slot": other.pk})

    assert SlotChoice.objects.get().slot == other
    assert list(SlotOffer.objects.order_by("pk").values_list("taken", flat=True)) == [0, 1]
    page = client.get(reverse("exchange-exam:exam", args=[case.reference])).content.decode()
    assert "jouw keuze" in page


@pytest.mark.parametrize("typed", ["", "x", "0", "99999", "9" * 30, "²"])
def test_nonsense_is_no_moment(exam: Exam, sign_in: SignIn, typed: str) -> None:
    slot(exam)
    case = student_of(exam)

    response = sign_in(case.student).post(
        reverse("exchange-exam:choose", args=[case.reference]), {"slot": typed}
    )

    assert response.status_code == 302
    assert not SlotChoice.objects.exists()


def test_a_full_moment_is_refused_and_keeps_the_choice_before(exam: Exam) -> None:
    full, free = slot(exam, 1), slot(exam, 4)
    first, second = student_of(exam), student_of(exam)
    slots.choose(first, full, by=first.student)
    slots.choose(second, free, by=second.student)

    with pytest.raises(StaleError, match="vol"):
        slots.choose(second, full, by=second.student)

    assert SlotChoice.objects.get(enrolment=second).slot == free


def test_a_chosen_moment_is_not_taken_back(exam: Exam, sign_in: SignIn) -> None:
    chosen, free = slot(exam, 1), slot(exam, 4)
    case, reader = student_of(exam), staff()
    slots.choose(case, chosen, by=case.student)

    with pytest.raises(ActionError):
        slots.take_back(chosen, by=reader)
    sign_in(reader).post(reverse("exams:take-back-slot", args=[free.pk]))
    assert list(SlotOffer.objects.all()) == [chosen]


def test_staff_offer_moments_on_their_page(exam: Exam, sign_in: SignIn) -> None:
    client = sign_in(staff())
    address = reverse("exams:slots", args=[exam.edition_id, 1])
    when: datetime = timezone.localtime(exam.window_from) + timedelta(hours=2)
    typed = {"on": when.date().isoformat(), "at": f"{when:%H:%M}", "places": "3"}

    assert client.post(address, typed | {"places": "0"}).status_code == 422
    assert client.post(address, typed | {"on": "2020-01-01"}).status_code == 422
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 422  # offered already

    assert SlotOffer.objects.get().starts_at == exam.window_from + timedelta(hours=2)


def test_of_many_for_the_last_place_one_gets_it(transactional_db: None) -> None:
    day = in_days(150, 8)
    exam = ExamFactory.create(
        mode=Mode.WINDOW, starts_at=None, window_from=day, window_until=day + timedelta(days=2)
    )
    last = slot(exam)
    cases = [student_of(exam) for _number in range(6)]

    results = at_once([lambda one=one: slots.choose(one, last, by=one.student) for one in cases])

    assert sum(isinstance(result, SlotChoice) for result in results) == 1
    assert sum(isinstance(result, StaleError) for result in results) == 5
    last.refresh_from_db()
    assert last.taken == 1


@pytest.mark.parametrize("says_no", [True, False])
def test_who_takes_no_resit_lets_go_of_its_moment(exam: Exam, says_no: bool) -> None:
    closed = closed_sitting()
    here = seat(closed, attendance=Attendance.ABSENT)
    case = fresh(here.enrolment)
    Exam.objects.filter(pk=exam.pk).update(edition=case.edition, attempt=2)
    exam.refresh_from_db()
    (resit,) = resits.offer_to_absent(closed)
    resits.answer(resit, takes_part=True, by=case.student)
    last, other = slot(exam, 1), slot(exam, 4)
    slots.tell(exam, by=staff())
    slots.choose(case, last, by=case.student)
    Notice.objects.filter(kind="exams.slots").update(settled_at=None)

    if says_no:
        resits.answer(resit, takes_part=False, by=case.student)
    else:
        correcting.correct(here, "present", why="Stond op de lijst.", seen="absent", by=staff())

    last.refresh_from_db()
    assert (last.taken, SlotChoice.objects.count(), other.taken) == (0, 0, 0)
    assert not Notice.objects.to_do().filter(recipient=case.student).exists()


# --- on the case's page ---------------------------------------------------------------------------
def test_the_case_leads_to_the_exam_only_while_one_is_ahead(db: None) -> None:
    exam = ExamFactory.create(edition__resit_offered=True)
    case = enrolled(exam)

    def shows() -> bool:
        fresh_case = Enrolment.objects.select_related("edition__course__university").get(pk=case.pk)
        return bool(list(own.parts(fresh_case, case.student)))

    assert shows()
    Exam.objects.filter(pk=exam.pk).update(starts_at=timezone.now() - timedelta(days=1))
    finish(case)
    Enrolment.objects.filter(pk=case.pk).update(state="enrolled")
    assert not shows()
    ExamFactory.create(edition=exam.edition, attempt=2)
    assert not shows(), "others may take the resit"
    Resit.objects.create(enrolment=case, attempt=2, because="absent")
    assert shows()
