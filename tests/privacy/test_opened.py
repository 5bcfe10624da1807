"""Who opened the files of a case: for its student, and for staff of what they may open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from enrolments.models import Enrolment
from enrolments.services import hosting
from exams.models import Facility
from paperwork.models import Attachment, subject_of
from paperwork.services.events import record
from tests import factories
from tests.enrolments.cases import case_of, make_cast
from tests.factories import days
from tests.grades.rows import transcript_of

type SignIn = Callable[[User], Client]


def file_about(thing: Any, name: str, **fields: Any) -> Attachment:
    kind, pk = subject_of(thing)
    return factories.AttachmentFactory.create(name=name, subject_kind=kind, subject_id=pk, **fields)


@pytest.fixture
def cast(db: None) -> Any:
    return make_cast()


@pytest.fixture
def case(cast: Any) -> Enrolment:
    return case_of(cast, "enrolled")


@pytest.fixture
def decision(case: Enrolment) -> Attachment:
    facility = Facility.objects.create(enrolment=case, own_room=True, delete_after=days(90))
    return file_about(facility, "decision.pdf", purpose="facility_decision")


def own(client: Client, case: Enrolment) -> str:
    return client.get(f"/en/exchange/{case.reference}/data/").content.decode()


def desk(client: Client, case: Enrolment) -> str:
    return client.get(f"/en/desk/{case.reference}/data/").content.decode()


def test_the_student_reads_who_opened_what_in_which_role(
    sign_in: SignIn, case: Enrolment, decision: Attachment
) -> None:
    noor = factories.UserFactory.create(name="Noor Visser")
    record(transcript_of(case).file, "opened", by=noor, role="coordinator")
    record(file_about(case, "board.pdf"), "opened", by=case.student, role="student")

    page = own(sign_in(case.student), case)

    assert "Noor Visser, exchange coordinator" in page
    assert "yourself" in page
    assert "decision.pdf" in page
    assert "Nobody has opened it yet" in page


def test_what_a_host_wrote_to_the_office_is_not_the_students(
    sign_in: SignIn, case: Enrolment
) -> None:
    file_about(case, "among-us.pdf", purpose=hosting.FOR_OFFICE)
    file_about(case, "for-the-student.pdf", purpose=hosting.FOR_STUDENT)

    page = own(sign_in(case.student), case)

    assert "among-us.pdf" not in page
    assert "for-the-student.pdf" in page


def test_staff_read_it_of_what_they_may_open(
    sign_in: SignIn, cast: Any, case: Enrolment, decision: Attachment
) -> None:
    file_about(case, "board.pdf")
    record(decision, "opened", by=case.student, role="student")

    page = desk(sign_in(cast.coordinator), case)

    assert "board.pdf" in page
    assert "decision.pdf" not in page
    auditor = factories.MemberFactory.create(role=Role.AUDITOR)
    assert "decision.pdf" in desk(sign_in(auditor), case)  # so there was something to hide


def test_another_student_finds_nothing(sign_in: SignIn, case: Enrolment) -> None:
    client = sign_in(factories.StudentFactory.create())

    assert client.get(f"/en/exchange/{case.reference}/data/").status_code == 404


def test_it_asks_as_much_for_many_files(sign_in: SignIn, case: Enrolment) -> None:
    client = sign_in(case.student)
    reader = factories.UserFactory.create()
    record(file_about(case, "first.pdf"), "opened", by=reader)
    own(client, case)
    with CaptureQueriesContext(connection) as one:
        own(client, case)
    for number in range(5):
        file = file_about(case, f"{number}.pdf")
        for _again in range(3):
            record(file, "opened", by=reader)

    with CaptureQueriesContext(connection) as more:
        own(client, case)

    assert len(more) == len(one) == 22
