"""Who hears that a student does not come: the host by its account or address, else the office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from courses.models import University
from enrolments.following import leaving
from enrolments.models import Enrolment, HostLink, State
from enrolments.services import acting, hosting, places
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import Cast, case_in, case_of, draft, fresh, make_cast, student_of

HEARS = "hoort dat je niet komt"


@pytest.fixture
def cast(db: None) -> Cast:
    """Whose host has no account, but a contact address."""
    cast = make_cast()
    Membership.objects.filter(user=cast.host).delete()
    University.objects.filter(pk=cast.host_university.pk).update(contact_email="c@host.example")
    return cast


def told(*kinds: str) -> set[User | str]:
    rows = Notice.objects.filter(kind__in=[f"enrolments.{kind}" for kind in kinds])
    return {notice.recipient or notice.email for notice in rows}


def withdraw(case: Enrolment, by: User) -> list[str]:
    """Do it; what was said before."""
    said = leaving(case)
    name = "withdraw" if by.pk == case.student_id else "withdraw_late"
    acting.act(case, name, by=by, reason="Ziek.")
    return said


def test_a_host_without_an_account_hears_by_mail(cast: Cast) -> None:
    case = case_of(cast, "enrolled")

    said = withdraw(case, cast.owner)

    notice = Notice.objects.get(kind="enrolments.gone_outside")
    assert (notice.email, notice.language, notice.link) == ("c@host.example", "en", "")
    assert case.student.name in notice.text
    assert any(HEARS in sentence for sentence in said)
    assert cast.office not in told("gone")


def test_where_its_last_link_went(cast: Cast) -> None:
    case = case_of(cast, "approved")
    hosting.send_link(cast.host_university, email="p@host.example", language="nl", by=cast.office)

    withdraw(case, cast.owner)

    assert told("gone_outside") == {"p@host.example"}


def test_a_link_for_transcripts_is_not_one_to_students(cast: Cast) -> None:
    hosting.send_link(cast.host_university, email="one@host.example", language="en")
    HostLink.objects.update(purpose=HostLink.Purpose.TRANSCRIPTS)
    enrolled = case_of(cast, "enrolled")
    withdraw(enrolled, cast.owner)
    assert told("gone_outside") == {"c@host.example"}

    again = case_in("approved", enrolled.edition, student_of(cast.faculty))
    withdraw(again, again.student)
    assert not Notice.objects.about(again).filter(kind="enrolments.gone_outside").exists()


@pytest.mark.parametrize("before", ["never", "expired", "revoked"])
def test_not_when_it_never_knew_of_the_student(cast: Cast, before: str) -> None:
    approved = timezone.now() - timedelta(days=1)
    case = case_of(cast, "approved", home_approved_at=approved)
    if before != "never":
        link = hosting.send_link(cast.host_university, email="p@host.example", language="en")
        ended = {"expired": "expires_at", "revoked": "revoked_at"}[before]
        HostLink.objects.filter(pk=link.pk).update(**{ended: approved - timedelta(hours=1)})

    said = withdraw(case, cast.owner)

    assert not any(HEARS in sentence for sentence in said)
    assert told("gone_outside") == set()
    assert cast.office not in told("gone")


@pytest.mark.parametrize("state", ["approved", "enrolled"])
@pytest.mark.parametrize("who", ["owner", "office"])
def test_without_any_address_the_office_passes_it_on(cast: Cast, state: str, who: str) -> None:
    University.objects.update(contact_email="")
    case = case_of(cast, state)

    said = withdraw(case, getattr(cast, who))

    assert any(HEARS in sentence for sentence in said)
    notice = Notice.objects.get(kind="enrolments.gone", recipient=cast.office)
    assert "Laat de gastuniversiteit weten" in notice.text
    assert cast.coordinator in told("gone")
    assert "Laat de" not in Notice.objects.get(recipient=cast.coordinator).text


@pytest.mark.parametrize(("state", "held"), [("enrolled", True), ("waiting", False)])
def test_the_student_reads_of_a_place_only_who_held_one(cast: Cast, state: str, held: bool) -> None:
    case = case_of(cast, state)

    withdraw(case, cast.owner)

    text = Notice.objects.get(kind="enrolments.withdrawn").text
    assert ("vrij voor iemand anders" in text) is held
    assert "naar iemand anders" not in text, "nobody waits"


@pytest.mark.parametrize(("kept", "at_once"), [(True, True), (False, False)])
def test_a_kept_place_goes_at_once_to_somebody_of_its_university_alone(
    cast: Cast, kept: bool, at_once: bool
) -> None:
    course = factories.CourseFactory.create(university=cast.home_university)
    edition = factories.EditionFactory.create(course=course, places=1)
    theirs = factories.UniversityFactory.create()
    places.keep_places(edition, {theirs.pk: 1})
    case = fresh(draft(edition, student_of(None, home_university=theirs)))
    acting.act(case, "submit", by=case.student)
    other = student_of(None, home_university=theirs if kept else cast.host_university)
    waits = fresh(draft(edition, other))
    acting.act(waits, "submit", by=waits.student)

    said = leaving(fresh(case))
    acting.act(fresh(case), "withdraw", by=case.student)

    assert ("Je plaats gaat meteen" in said[0]) is at_once
    assert (fresh(waits).state == State.SUBMITTED) is at_once


@pytest.mark.parametrize("state", ["submitted", "returned"])
def test_before_an_approval_no_host_hears(cast: Cast, state: str) -> None:
    said = withdraw(case_of(cast, state), cast.owner)

    assert not any(HEARS in sentence for sentence in said)
    assert told("gone_outside") == set()
    assert cast.office not in told("gone")
