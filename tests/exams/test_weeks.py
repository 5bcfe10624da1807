"""Exam weeks of faculties and programmes: plans keep them free, conflicts name whom they hit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Faculty
from enrolments.models import Enrolment
from exams import conflicts
from exams.instances import situation
from exams.models import Exam, ExamWeek, Mode, Plan
from exams.services import proposing, weeks
from paperwork.models import Event
from tests import factories
from tests.exams.planned import plan_all, problems_of
from tests.exams.sittings import ExamFactory, InvigilatorFactory, RoomFactory, enrolled, in_days

type SignIn = Callable[[User], Client]
DAY = 40


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def on(number: int) -> date:
    return timezone.localdate(in_days(number))


def studying(case: Enrolment, faculty: Faculty, **more: Any) -> Enrolment:
    Enrolment.objects.filter(pk=case.pk).update(faculty=faculty, **more)
    return case


def in_a_window(days: int = 2) -> Exam:
    return ExamFactory.create(
        mode=Mode.WINDOW,
        starts_at=None,
        window_from=in_days(DAY, 7),
        window_until=in_days(DAY + days - 1, 18),
    )


def proposal(staff: User, days: int = 2) -> Plan:
    RoomFactory.create()
    InvigilatorFactory.create().hours.create(
        starts_at=in_days(DAY, 0), ends_at=in_days(DAY + 9, 20)
    )
    plan = proposing.ask(on(DAY), on(DAY + days - 1), by=staff)
    proposing.make(plan.pk)
    plan.refresh_from_db()
    return plan


@pytest.mark.parametrize("which", ["faculty", "programme", "nobody's"])
def test_a_proposed_plan_keeps_the_week_free(staff: User, which: str) -> None:
    exam = in_a_window()
    programme = factories.ProgrammeFactory.create()
    studying(enrolled(exam), programme.faculty, programme=programme)
    other = factories.FacultyFactory.create()
    of = {"faculty": programme.faculty, "programme": programme, "nobody's": other}[which]
    for number in (DAY, DAY + 1):  # the day that would be chosen is one of these two
        ExamWeek.objects.all().delete()
        weeks.add(of, on(number), on(number), by=staff)

        (made,) = proposal(staff).result["sittings"]

        begins = made["start"][:10]
        if which != "nobody's":
            assert begins != on(number).isoformat()
    # Control: without a week both days can be chosen, so that one of the two had to be avoided.
    assert which != "nobody's" or begins in {on(DAY).isoformat(), on(DAY + 1).isoformat()}


def test_where_all_days_are_taken_the_reason_is_said(
    staff: User, client: Client, sign_in: SignIn
) -> None:
    exam = in_a_window()
    faculty = factories.FacultyFactory.create()
    case = studying(enrolled(exam), faculty)
    weeks.add(faculty, on(DAY - 3), on(DAY + 5), by=staff)

    plan = proposal(staff)

    assert plan.result["sittings"] == []
    page = sign_in(staff).get(reverse("planner:proposal", args=[plan.pk])).content.decode()
    assert "eigen tentamens" in page
    assert str(case.student) in page


def test_a_fixed_moment_is_planned_all_the_same_and_named(staff: User) -> None:
    exam = ExamFactory.create(starts_at=in_days(DAY))
    faculty = factories.FacultyFactory.create()
    case = studying(enrolled(exam), faculty)
    studying(enrolled(exam), factories.FacultyFactory.create())
    weeks.add(faculty, on(DAY), on(DAY), by=staff)

    assert len(proposal(staff).result["sittings"]) == 1
    row = plan_all(exam, staff)

    assert "own_exam_week" in problems_of(row)
    said = {one.kind: one for one in conflicts.by_sitting(situation())[row.pk]}["own_exam_week"]
    assert (
        said.text == f"Heeft dan zelf tentamens: {case.student}." or str(case.student) in said.text
    )
    assert not said.stops


def test_the_first_and_the_last_day_are_whole(staff: User) -> None:
    exam = ExamFactory.create(starts_at=in_days(DAY))
    faculty = factories.FacultyFactory.create()
    studying(enrolled(exam), faculty)
    row = plan_all(exam, staff)
    day = on(DAY)
    for first, last, hit in (
        (day, day + timedelta(days=3), True),
        (day - timedelta(days=3), day, True),
        (day + timedelta(days=1), day + timedelta(days=3), False),
        (day - timedelta(days=3), day - timedelta(days=1), False),
    ):
        ExamWeek.objects.all().delete()
        weeks.add(faculty, first, last, by=staff)
        assert ("own_exam_week" in problems_of(row)) is hit


class TestThePage:
    def test_a_week_is_noted_once_and_taken_off(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        programme = factories.ProgrammeFactory.create()
        page = reverse("exams:weeks")
        sent = {"of": f"p{programme.pk}", "first": on(30), "last": on(34)}
        client = sign_in(staff)

        assert client.post(page, sent).status_code == 302
        assert client.post(page, sent).status_code == 302

        week = ExamWeek.objects.get()
        assert (week.of, week.first, week.last) == (programme, on(30), on(34))
        event = Event.objects.about(programme).get()
        assert (event.action, event.details["first"]) == ("add_exam_week", on(30).isoformat())
        assert str(programme) in client.get(page).content.decode()
        client.post(reverse("exams:remove-week", args=[week.pk]))
        assert not ExamWeek.objects.exists()
        assert Event.objects.about(programme).last() is not None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"of": "f0"}, "of"),
            ({"of": ""}, "of"),
            ({"last": on(29)}, "last"),
            ({"first": on(-9), "last": on(-2)}, "last"),
            ({"last": "9999-12-31"}, "last"),
            ({"first": "0001-01-01"}, "last"),
            ({"last": on(200)}, "last"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(
        self, staff: User, sign_in: SignIn, changes: dict[str, Any], field: str
    ) -> None:
        faculty = factories.FacultyFactory.create()
        sent = {"of": f"f{faculty.pk}", "first": on(30), "last": on(34)} | changes

        response = sign_in(staff).post(reverse("exams:weeks"), sent)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert not ExamWeek.objects.exists()

    def test_the_office_finds_it_from_the_faculty(self, db: None, sign_in: SignIn) -> None:
        office = factories.MemberFactory.create(role=Role.OFFICE)
        faculty = factories.FacultyFactory.create()
        client = sign_in(office)
        address = f"{reverse('exams:weeks')}?of=f{faculty.pk}"

        assert address in client.get(reverse("office:faculty", args=[faculty.pk])).content.decode()

        form = client.get(address).context["form"]
        assert form["of"].value() == f"f{faculty.pk}"

    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_as_much_for_many_as_for_few(
        self, staff: User, sign_in: SignIn, rows: int, django_assert_num_queries: Any
    ) -> None:
        client = sign_in(staff)
        for number in range(rows):
            programme = factories.ProgrammeFactory.create()
            weeks.add(programme, on(30), on(31 + number), by=staff)
        client.get(reverse("exams:weeks"))
        with django_assert_num_queries(9):
            client.get(reverse("exams:weeks"))
