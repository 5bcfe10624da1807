"""Transcripts and registrations that nobody handles any more: the office hears it, once a week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from grades.models import Registration
from grades.services import chasing, receiving, registration_chasing
from paperwork.models import Notice
from tests.enrolments.cases import Cast
from tests.grades.papers import paper_of, upload
from tests.grades.registering import fresh, moved, opened
from tests.grades.rows import transcript_of
from tests.grades.test_chasing import at

type SignIn = Callable[[User], Client]
LONG_AGO = timezone.localdate() - timedelta(days=30)


def nobody(cast: Cast) -> None:
    """Neither an exchange coordinator nor an honours coordinator is left."""
    for user in (cast.coordinator, cast.honours):
        user.memberships.all().delete()


def told() -> list[User | None]:
    return [row.recipient for row in Notice.objects.filter(kind="grades.handler_missing")]


@pytest.mark.parametrize(
    ("purpose", "whom"), [("elective", "uitwisselings"), ("honours", "honours")]
)
def test_of_a_transcript_that_comes(
    cast: Cast, case: Enrolment, purpose: str, whom: str, sign_in: SignIn
) -> None:
    Enrolment.objects.filter(pk=case.pk).update(purpose=purpose)
    case.refresh_from_db()
    nobody(cast)

    receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
    receiving.receive(case, [upload(paper_of(case))], by=cast.owner)

    assert told() == [cast.office], "once a week for a faculty"
    said = Notice.objects.get(kind="grades.handler_missing")
    assert f"de rol van {whom}co\u00f6rdinator" in said.text
    assert sign_in(cast.office).get(said.link).status_code == 200


def test_of_a_transcript_that_waits(cast: Cast, case: Enrolment) -> None:
    transcript_of(case, due_on=LONG_AGO)
    chasing.chase(at())
    assert told() == []

    nobody(cast)
    chasing.chase(at())

    assert told() == [cast.office]


def test_of_a_request_that_is_filed(cast: Cast) -> None:
    row = opened(cast)
    nobody(cast)
    moved(row, "file", cast=cast)

    assert told() == [cast.office]


@pytest.mark.parametrize(
    ("purpose", "steps"),
    [("elective", ["file"]), ("elective", ["file", "decide"]), ("honours", [])],
)
def test_of_a_registration_that_waits(cast: Cast, purpose: str, steps: list[str]) -> None:
    row = moved(opened(cast, purpose=purpose), *steps, cast=cast)
    Registration.objects.filter(pk=fresh(row).pk).update(due_on=LONG_AGO)
    registration_chasing.chase(at())
    assert told() == []

    nobody(cast)
    registration_chasing.chase(at())

    assert told() == [cast.office]
