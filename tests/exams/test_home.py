"""The home of exam staff: what exams need, each by its day; and what hosts owe for theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from exams import agenda
from exams.deadlines import tell_by
from exams.models import Exam, Facility, Paper, Resit
from tests import factories
from tests.exams import sittings
from tests.exams.planned import granted
from tests.exams.sittings import in_days
from tests.homes.people import queries

type SignIn = Callable[[User], Client]


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def exam_in(days: int, **fields: object) -> Exam:
    """An exam so many days from now that one student sits."""
    exam = sittings.ExamFactory.create(
        starts_at=in_days(days), edition__course__title=f"In {days} days", **fields
    )
    sittings.enrolled(exam)
    return exam


def paper_of(exam: Exam) -> Paper:
    return Paper.objects.create(exam=exam, handed_over="By courier.", received_from="Host")


def needs(user: User) -> list[tuple[str, str]]:
    return [(need.course.title, need.words) for need in agenda.agenda(user).needs]


PLAN, PUBLISH = "Plan it and tell the students", "Publish it: then the students are told"
MISSED = "It has passed and was never planned: agree on another moment with the host"
PAPER, CLOSE = "Have the exam paper here", "Close the sitting"


@pytest.mark.usefixtures("english")
class TestNeeds:
    def test_a_room_then_publishing_then_nothing(self, staff: User) -> None:
        exam = exam_in(20)
        assert needs(staff) == [("In 20 days", PLAN)]

        sitting = sittings.SittingFactory.create(exam=exam)
        assert needs(staff) == [("In 20 days", PUBLISH)]

        sitting.state, sitting.published_at = "published", timezone.now()
        sitting.save()
        assert needs(staff) == []

    def test_by_when_is_when_students_should_hear(self, staff: User) -> None:
        exam_in(20)
        exam_in(3)

        found = {
            need.course.title: need for need in agenda.agenda(staff).needs if need.words == PLAN
        }

        assert found["In 3 days"].is_late
        assert found["In 20 days"].by == tell_by(in_days(20).date())

    def test_what_is_far_away_needs_nobody_yet(self, staff: User) -> None:
        exam_in(90)

        assert needs(staff) == []
        assert agenda.agenda(staff).unplanned == 1

    def test_what_nobody_sits_needs_nothing(self, staff: User) -> None:
        sittings.ExamFactory.create(starts_at=in_days(20))
        resit = sittings.ExamFactory.create(starts_at=in_days(20), attempt=2)
        case = sittings.enrolled(resit)
        assert needs(staff) == []

        Resit.objects.create(
            enrolment=case, attempt=2, because="failed", answer="yes", answered_at=timezone.now()
        )
        assert [words for _title, words in needs(staff)] == [PLAN]

    def test_a_paper_that_is_due(self, staff: User) -> None:
        exam = exam_in(20, paper_due_at=in_days(2))
        sittings.PublishedSittingFactory.create(exam=exam)
        assert needs(staff) == [("In 20 days", PAPER)]

        Exam.objects.update(paper_due_at=in_days(9))
        assert needs(staff) == []

        Exam.objects.update(paper_due_at=in_days(-1))
        assert agenda.agenda(staff).needs[0].is_late
        paper_of(exam)
        assert needs(staff) == []

    def test_without_a_day_for_the_paper_the_exams_own_counts(self, staff: User) -> None:
        exam = exam_in(5)
        sittings.PublishedSittingFactory.create(exam=exam)

        assert needs(staff) == [("In 5 days", PAPER)]

    def test_a_sitting_that_nobody_closed(self, staff: User) -> None:
        exam = exam_in(-2)
        paper_of(exam)
        sitting = sittings.PublishedSittingFactory.create(exam=exam)
        assert needs(staff) == [("In -2 days", CLOSE)]

        sitting.state, sitting.signed_off_at = "closed", timezone.now()
        sitting.save()
        assert needs(staff) == []

    @pytest.mark.parametrize("window", [False, True])
    def test_what_passed_without_a_plan_stays_until_it_is_fixed_anew(
        self, staff: User, sign_in: SignIn, *, window: bool
    ) -> None:
        exam = exam_in(-3)
        if window:
            Exam.objects.update(
                mode="window",
                starts_at=None,
                window_from=in_days(-9),
                window_until=in_days(-2),
            )
        assert needs(staff) == [("In -3 days", MISSED)]
        assert f"/en/exams/fixed/{exam.edition_id}/1/" in sign_in(staff).get("/en/exams/").text

        Exam.objects.update(
            mode="instant", starts_at=in_days(20), window_from=None, window_until=None
        )
        assert needs(staff) == [("In -3 days", PLAN)]

    @pytest.mark.parametrize("why", ["planned", "ended", "nobody"])
    def test_what_was_planned_or_is_over_for_all_has_not_been_missed(
        self, staff: User, why: str
    ) -> None:
        exam = exam_in(-3)
        if why == "planned":
            row = sittings.PublishedSittingFactory.create(
                exam=exam, state="closed", signed_off_at=timezone.now()
            )
            assert row
        else:
            state = {"ended": "finished", "nobody": "withdrawn"}[why]
            exam.edition.enrolments.update(state=state)

        assert needs(staff) == []

    def test_exams_held_elsewhere_are_not_ours(self, staff: User) -> None:
        exam = exam_in(20, held="home")
        exam.edition.enrolments.update(kind="incoming")

        assert needs(staff) == [("In 20 days", "Have our exam paper here")]


@pytest.fixture
def english() -> object:
    from django.utils import translation

    with translation.override("en"):
        yield


def home(client: Client) -> str:
    return client.get("/en/exams/").text.split("<main", 1)[1]


def test_the_page_says_what_when_and_where(staff: User, sign_in: SignIn) -> None:
    exam = exam_in(3)
    coming = sittings.PublishedSittingFactory.create(exam=exam_in(40))
    paper_of(coming.exam)

    html = home(sign_in(staff))

    assert f"/en/exams/plan/?day={in_days(3):%Y-%m-%d}" in html
    assert PLAN in html
    assert "too late" in html
    assert f"/en/exams/papers/{exam.pk}/" in html
    assert str(coming.room) in html
    assert "1</div>" in html, "one exam has no room"


def test_facilities_and_seats_that_do_not_fit(staff: User, sign_in: SignIn) -> None:
    exam = exam_in(40)
    seat = sittings.seat(sittings.PublishedSittingFactory.create(exam=exam))
    granted(seat.enrolment, extra_minutes=30)
    other = sittings.enrolled(exam)
    Facility.objects.create(enrolment=other, extra_minutes=30, delete_after=factories.days(400))
    office = factories.MemberFactory.create(role=Role.OFFICE)

    html = home(sign_in(staff))
    assert "Exam facility to check" in html
    assert "Seat does not fit a facility" in html

    html = home(sign_in(office))
    assert "Exam facility to check" not in html, "which the office does not see"
    assert "Seat does not fit a facility" in html


def test_nothing_to_do(staff: User, sign_in: SignIn) -> None:
    assert "Done for today" in home(sign_in(staff))


@pytest.mark.parametrize("rows", [1, 3])
def test_constant_queries(staff: User, sign_in: SignIn, rows: int) -> None:
    for _number in range(rows):
        exam_in(20)
        exam = exam_in(12)
        seat = sittings.seat(sittings.PublishedSittingFactory.create(exam=exam))
        granted(seat.enrolment, extra_minutes=30, own_room=True)
        factories.EditionFactory.create(
            starts_on=factories.days(-60), ends_on=factories.days(30), exam_on=factories.days(30)
        )
    client = sign_in(staff)
    assert queries(client, "/en/exams/") == 13

    client.get("/en/search/", {"q": seat.enrolment.reference})  # one that was opened last

    assert queries(client, "/en/exams/") == 15
    assert seat.enrolment.reference in home(client)


# --- The host -------------------------------------------------------------------------------------
@pytest.mark.usefixtures("english")
def test_what_a_host_owes_for_its_exams(db: None) -> None:
    university = factories.UniversityFactory.create()
    host = factories.MemberFactory.create(role=Role.PARTNER, university=university)
    soon = {"edition__course__university": university}
    unfixed = factories.EditionFactory.create(
        course__university=university, exam_on=factories.days(60), resit_offered=False
    )
    factories.EditionFactory.create(course__university=university, exam_on=factories.days(60))
    exam = exam_in(20, paper_due_at=in_days(9), **soon)
    elsewhere = exam_in(20, paper_due_at=in_days(9))
    sittings.case_in("enrolled", unfixed)

    found = agenda.of_hosts(host)

    assert [(need.words, need.course.pk) for need in found] == [
        ("Fix the exam: when, how long and how", unfixed.course_id),
        ("Send the exam paper", exam.edition.course_id),
    ]
    assert found[0].is_late, "within ten weeks"
    assert found[1].by == in_days(9).date()
    assert elsewhere.edition.course_id not in {need.course.pk for need in found}

    paper_of(exam)
    assert len(agenda.of_hosts(host)) == 1


def test_alarms_of_a_day_that_has_gone(staff: User) -> None:
    """A sitting that ended a minute ago is not late yet; from the next day on it is."""
    exam = exam_in(-1)
    sittings.PublishedSittingFactory.create(exam=exam)
    now = timezone.now()
    today = sittings.ExamFactory.create(starts_at=now - timedelta(minutes=121))
    sittings.enrolled(today)
    sittings.PublishedSittingFactory.create(exam=today)

    found = {need.course.pk: need.is_late for need in agenda.agenda(staff).needs}

    assert found[exam.edition.course_id] is True
    if timezone.localdate(now - timedelta(minutes=121)) == timezone.localdate():
        assert found[today.edition.course_id] is False


def test_titles_are_unique(staff: User, sign_in: SignIn) -> None:
    exam_in(20)
    html = home(sign_in(staff))

    assert len(re.findall("<h1", html)) == 1
