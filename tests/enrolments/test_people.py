"""Who approves at home: the same people by the prepared query as by the query set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Faculty, Programme, University
from enrolments import people
from enrolments.models import Enrolment, Purpose, StandIn
from enrolments.models.enrolment import Kind
from tests import factories


def stands_in_for(absent: User) -> User:
    stand_in = factories.MemberFactory.create(role=Role.COORDINATOR)
    today = timezone.localdate()
    StandIn.objects.create(absent=absent, stand_in=stand_in, starts_on=today, ends_on=today)
    return stand_in


def coordinators(case: Enrolment) -> set[User]:
    """Of the whole faculty, of the programme, and a stand-in; not of another programme."""
    assert case.faculty is not None
    assert case.programme is not None
    whole, some, other = (
        factories.MemberFactory.create(role=Role.COORDINATOR, faculty=case.faculty)
        for _number in range(3)
    )
    some.memberships.get().programmes.add(case.programme)
    another = Programme.objects.create(faculty=case.faculty, name_nl="x", level="bachelor")
    other.memberships.get().programmes.add(another)
    return {whole, some, stands_in_for(whole)}


def honours(case: Enrolment) -> set[User]:
    case.purpose = Purpose.HONOURS
    coordinators(case)
    everywhere = factories.MemberFactory.create(role=Role.HONOURS)
    here = factories.MemberFactory.create(role=Role.HONOURS, faculty=case.faculty)
    factories.MemberFactory.create(role=Role.HONOURS, faculty=factories.FacultyFactory.create())
    return {everywhere, here, stands_in_for(here)}


def partners(case: Enrolment) -> set[User]:
    case.kind = Kind.INCOMING
    coordinators(case)
    here = factories.MemberFactory.create(role=Role.PARTNER, university=case.home_university)
    other = factories.UniversityFactory.create()
    factories.MemberFactory.create(role=Role.PARTNER, university=other)
    return {here}


@pytest.mark.django_db
@pytest.mark.parametrize("side", [coordinators, honours, partners])
@pytest.mark.parametrize("over", [False, True])
def test_who_is_told_is_who_approves(side: Callable[[Enrolment], set[User]], over: bool) -> None:
    faculty: Faculty = factories.FacultyFactory.create()
    university: University = factories.UniversityFactory.create()
    case = Enrolment(
        faculty=faculty,
        programme=factories.ProgrammeFactory.create(faculty=faculty),
        home_university=university,
        kind=Kind.OUTGOING,
        purpose=Purpose.ELECTIVE,
    )
    expected = side(case)
    if over:  # everything they are ended yesterday
        yesterday = timezone.localdate() - timedelta(days=1)
        for user in expected:
            user.memberships.update(starts_on=yesterday, ends_on=yesterday)
        StandIn.objects.update(starts_on=yesterday, ends_on=yesterday)
        expected = set()

    assert set(people.home_side(case)) == expected
    assert set(people.told_at_home(case)) == expected


@pytest.mark.django_db
def test_a_case_without_a_programme_of_ours() -> None:
    faculty = factories.FacultyFactory.create()
    case = Enrolment(faculty=faculty, kind=Kind.OUTGOING, purpose=Purpose.ELECTIVE)
    whole = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    some = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    some.memberships.get().programmes.add(factories.ProgrammeFactory.create(faculty=faculty))

    assert people.told_at_home(case) == list(people.home_side(case)) == [whole]
