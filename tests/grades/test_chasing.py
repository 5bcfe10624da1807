"""Transcripts that do not come, or that nobody verifies: asked for, reminded, an alarm."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from courses.models import Edition
from enrolments.models import Enrolment, HostRules
from enrolments.services import rules
from grades.models import Transcript
from grades.services import chasing
from paperwork.models import Notice
from paperwork.working_days import is_working_day
from tests.enrolments.cases import Cast, fresh
from tests.grades.rows import transcript_of


def ended(case: Enrolment, days: int) -> Enrolment:
    """The course ended so many days before the working day on which the chase runs."""
    ends_on = chase_day() - timedelta(days=days)
    rows = Edition.objects.filter(pk=case.edition_id)
    rows.update(ends_on=ends_on, starts_on=ends_on - timedelta(days=90), exam_on=None)
    return fresh(case)


def chase_day() -> date:
    day = timezone.localdate()
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def at(hour: int = 9, days: int = 0) -> datetime:
    day = chase_day() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.get_current_timezone())


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind__startswith="grades.").order_by("pk")
    return sorted((row.kind.removeprefix("grades."), row.recipient.name) for row in rows)


def test_asked_once_then_reminded_then_an_alarm(cast: Cast, case: Enrolment) -> None:
    owner, host = cast.owner.name, cast.host.name
    ended(case, 1)
    chasing.chase(at())
    chasing.chase(at(10))
    assert told() == [("transcript_wanted", owner)]
    assert Notice.objects.get(kind="grades.transcript_wanted").asks

    ended(case, 43)
    chasing.chase(at())
    assert told() == [
        ("transcript_wanted", owner),
        ("transcript_wanted", owner),
        ("transcripts_awaited", host),
    ]

    ended(case, 84)
    chasing.chase(at())
    missing = {name for kind, name in told() if kind == "transcripts_missing"}
    assert missing == {cast.coordinator.name, cast.office.name}


def test_not_at_night(case: Enrolment) -> None:
    ended(case, 90)

    assert chasing.chase(at(7)) == 0
    assert not told()


def test_nobody_is_asked_for_what_is_here(cast: Cast, case: Enrolment) -> None:
    row = transcript_of(ended(case, 90), due_on=chase_day())
    chasing.chase(at())
    assert told() == []

    Transcript.objects.filter(pk=row.pk).update(due_on=chase_day() - timedelta(days=1))
    chasing.chase(at())
    assert told() == [("transcripts_overdue", cast.coordinator.name)]

    Transcript.objects.filter(pk=row.pk).update(state="returned", reason="x")
    chasing.chase(at())
    assert ("transcript_wanted", cast.owner.name) in told()


@pytest.mark.parametrize(("own", "days"), [(None, 42), (10, 10)])
def test_due_as_the_host_says(case: Enrolment, own: int | None, days: int) -> None:
    host = case.edition.course.university
    rules.save_rules(HostRules(university=host, transcript_days=own))

    assert chasing.due_on(case) == case.edition.ends_on + timedelta(days=days)


@pytest.mark.parametrize("address", ["exchange@host.example", ""])
def test_a_host_without_an_account_is_written_to(cast: Cast, case: Enrolment, address: str) -> None:
    Membership.objects.filter(user=cast.host).delete()
    host = case.edition.course.university
    type(host).objects.filter(pk=host.pk).update(contact_email=address)
    ended(case, 41)
    chasing.chase(at())
    letters = Notice.objects.filter(kind="grades.transcripts_awaited_outside")
    assert not letters.exists(), "it is not late yet"

    ended(case, 43)
    chasing.chase(at())
    chasing.chase(at(10))
    assert [letter.email for letter in letters] == ([address] if address else [])
    office = Notice.objects.filter(kind="grades.transcripts_to_ask_for")
    assert [row.recipient for row in office] == ([] if address else [cast.office])
