"""The home of a partner university's people, and the auditor's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, User
from courses.models import Edition
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.services import acting
from tests import factories
from tests.enrolments.cases import Cast, case_in, case_of, make_cast, student_of
from tests.exams import sittings
from tests.grades.rows import finish, result_of
from tests.homes.people import names, page, queries

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def placed(cast: Cast, name: str, state: str = "approved", **fields: object) -> Enrolment:
    """A student of Leiden at the cast's host."""
    edition = factories.EditionFactory.create(course__university=cast.host_university)
    case = case_in(state, edition, student_of(cast.faculty, name=name), **fields)
    Enrolment.objects.filter(pk=case.pk).update(since=timezone.now() - timedelta(days=2))
    return case


def own(cast: Cast, name: str, state: str = "submitted") -> Enrolment:
    """A student of the cast's host on a course of Leiden."""
    leiden = factories.HomeUniversityFactory.create()
    edition = factories.EditionFactory.create(course__university=leiden)
    return case_in(
        state, edition, student_of(None, name=name, home_university=cast.host_university)
    )


def test_students_the_overdue_first(cast: Cast, sign_in: SignIn) -> None:
    placed(cast, "In time", due_on=factories.days(5))
    late = placed(cast, "Late", due_on=factories.days(-5))
    own(cast, "Of ours")
    placed(cast, "Confirmed", "enrolled")

    html = page(sign_in(cast.host), "/en/work/")

    assert names(html) == ["Late", "In time", "Of ours"]
    assert "2 students to confirm" in html
    assert "1 of your own students to approve" in html
    assert html.count("1 too late") == 1
    assert f"/en/partner/?view=confirm&amp;q={late.reference}" in html
    assert "No transcript is due" in html
    assert "Your exams need nothing now" in html


def test_what_can_still_be_taken_back_is_not_there_yet(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, "submitted")
    acting.act(case, "approve", by=cast.coordinator)

    assert "No student waits for your answer" in page(sign_in(cast.host), "/en/work/")


def test_exams_transcripts_and_results(cast: Cast, sign_in: SignIn) -> None:
    exam = sittings.ExamFactory.create(
        edition__course__university=cast.host_university,
        edition__course__title="Solar energy",
        starts_at=sittings.in_days(20),
    )
    sittings.enrolled(exam)
    over = finish(placed(cast, "Over", "enrolled"))
    dates = {"starts_on": factories.days(-300), "ends_on": factories.days(-200)}
    Edition.objects.filter(pk=over.edition_id).update(
        exam_on=None,
        applications_open_on=None,
        applications_close_on=None,
        withdraw_until=None,
        **dates,
    )
    passed = finish(own(cast, "Passed", "enrolled"))
    result_of(passed, cast.office)

    html = page(sign_in(cast.host), "/en/work/")

    assert f'href="/en/partner/exam-days/{exam.pk}/">Send the exam paper' in html
    assert "Solar energy" in html
    assert "1 transcript" in html
    assert "was due" in html
    assert "Passed" in html
    assert "8" not in html.split('id="results"')[1].split("</section>")[0].split("Passed")[1][:40]


def test_nothing_of_another_university(cast: Cast, sign_in: SignIn) -> None:
    placed(cast, "Not theirs")
    own(cast, "Nor this")
    finish(placed(cast, "Nor that", "enrolled"))

    html = page(sign_in(cast.other_host), "/en/work/")

    assert names(html) == []
    assert "No student waits for your answer" in html
    assert "No transcript is due" in html


@pytest.mark.parametrize("rows", [1, 3])
def test_constant_queries(cast: Cast, sign_in: SignIn, rows: int) -> None:
    for number in range(rows):
        placed(cast, f"To confirm {number}")
        own(cast, f"Of ours {number}")
        finish(placed(cast, f"Over {number}", "enrolled"))
        result_of(finish(own(cast, f"Passed {number}", "enrolled")), cast.office)
        exam = sittings.ExamFactory.create(
            edition__course__university=cast.host_university, starts_at=sittings.in_days(9)
        )
        sittings.enrolled(exam)
    client = sign_in(cast.host)
    client.get("/en/work/")  # reads the rules, once for many

    assert queries(client, "/en/work/") == 12


# --- The auditor ----------------------------------------------------------------------------------
def test_auditors_find_every_part_and_what_happened(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, "submitted")
    acting.act(case, "approve", by=cast.coordinator)
    client = sign_in(cast.auditor)

    html = page(client, "/en/work/")

    assert f"{cast.coordinator} approved the application" in html
    assert f"/en/desk/{case.reference}/" in html
    assert "<form" not in html, "there is nothing to do"
    doors = [part.split('"')[0] for part in html.split('<ul class="doors">')[1].split('href="')[1:]]
    for door in doors[:14]:
        assert client.get(door).status_code == 200, door


@pytest.mark.parametrize("rows", [1, 3])
def test_the_auditors_home_costs_the_same(cast: Cast, sign_in: SignIn, rows: int) -> None:
    for number in range(rows):
        case = placed(cast, f"Student {number}", "submitted")
        acting.act(Enrolment.objects.get(pk=case.pk), "approve", by=cast.coordinator)
        placed(cast, f"Late {number}", due_on=factories.days(-3))

    assert queries(sign_in(cast.auditor), "/en/work/") == 10


# --- The office -----------------------------------------------------------------------------------
def test_the_office_has_students_to_place(db: None, sign_in: SignIn) -> None:
    cast = make_cast(Kind.INCOMING)
    case_of(cast, "approved", due_on=factories.days(-1))

    html = page(sign_in(cast.office), "/en/office/")

    assert "Student to place on a course of ours" in html
    assert "1 application waits too long" in html
    assert 'class="dep-facts"' in html, "who has it, and since when"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_offices_home_costs_the_same(cast: Cast, sign_in: SignIn, rows: int) -> None:
    for number in range(rows):
        placed(cast, f"Student {number}", due_on=factories.days(-3))
    client = sign_in(cast.office)
    client.get(f"/en/desk/{Enrolment.objects.all()[0].reference}/")

    assert queries(client, "/en/office/") <= 18


# --- Who holds roles at two universities ----------------------------------------------------------
def test_what_waits_in_another_role_is_told(cast: Cast, sign_in: SignIn) -> None:
    user = cast.coordinator
    Membership.objects.create(user=user, role=Role.HONOURS, faculty=cast.faculty)
    case_of(cast, "submitted", purpose="honours")

    html = page(sign_in(user), "/en/work/")

    assert f"As honours coordinator, {cast.faculty.name_en} one more thing waits for you" in html
    assert names(html) == []
