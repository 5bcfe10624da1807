"""To or from the honours route before anything is verified; and when nobody can record it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, User
from enrolments.models import Enrolment, Purpose
from grades.models import PurposeChange, Registration, Transcript
from grades.services import batches, honours, registration_chasing, verifying
from grades.services.registration_actions import ActionError, StaleError
from paperwork import making
from paperwork.models import Document, Event, Notice
from paperwork.working_days import is_working_day
from tests import factories
from tests.enrolments.cases import Cast, case_of, make_cast
from tests.enrolments.cases import fresh as fresh_case
from tests.grades.registering import moved, opened, today
from tests.grades.rows import finished, second_coordinator, transcript_of
from tests.grades.test_verifying import statement
from tests.races import at_once

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]
Route = Registration.Route


def seen(row: Transcript) -> Transcript:
    shown = ("enrolment__edition__course__university", "enrolment__student")
    return Transcript.objects.select_related(*shown).get(pk=row.pk)


def test_a_case_goes_over_before_anything_is_verified(
    sign_in: SignIn, cast: Cast, case: Enrolment
) -> None:
    paper = transcript_of(case)
    colleague = factories.MemberFactory.create(role=Role.HONOURS)
    client = sign_in(cast.coordinator)
    path = f"/en/desk/registrations/{case.reference}/honours/"
    assert path in client.get(f"/en/desk/{case.reference}/").content.decode()
    said = client.post(path, {"purpose": Purpose.HONOURS, "reason": "It fits there."})
    assert (said.status_code, said["Location"]) == (302, f"/en/desk/{case.reference}/")
    change = honours.open_change_of(case)
    assert change is not None
    assert Event.objects.about(case).filter(action="purpose_asked").exists()
    page = client.get(f"/en/desk/{case.reference}/").content.decode()
    assert "asked whether it may count otherwise" in page
    honours.answer(change, agreed=True, by=cast.honours)

    case = fresh_case(case)
    assert case.purpose == Purpose.HONOURS
    told = Notice.objects.get(kind="grades.transcript_to_verify")
    assert (told.recipient, told.is_to_do) == (colleague, True)  # who agreed knows
    with pytest.raises(ActionError):
        verifying.verify(seen(paper), statement(case, "8"), by=cast.coordinator)
    verifying.verify(seen(paper), statement(case, "8"), by=cast.honours)
    assert Registration.objects.get().route == Route.HONOURS


@pytest.mark.parametrize("state", ["submitted", "approved", "withdrawn"])
def test_it_is_asked_only_of_who_is_placed(cast: Cast, state: str) -> None:
    case = case_of(cast, state, purpose="elective")
    with pytest.raises(ActionError):
        honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)

    placed = case_of(cast, "enrolled", purpose="elective")  # the control
    assert honours.ask_for(placed, Purpose.HONOURS, "It fits.", by=cast.coordinator)


def test_where_nobody_can_agree_nothing_is_asked(cast: Cast, case: Enrolment) -> None:
    """The asker has both roles, and cannot agree with themselves."""
    Membership.objects.filter(role=Role.HONOURS).delete()
    Membership.objects.create(user=cast.coordinator, role=Role.HONOURS)
    with pytest.raises(ActionError, match="Niemand"):
        honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)
    assert not PurposeChange.objects.exists()

    colleague = factories.MemberFactory.create(role=Role.HONOURS)  # the control
    honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)
    told = Notice.objects.filter(kind="grades.purpose_change_asked")
    assert [notice.recipient for notice in told] == [colleague]


def test_a_newer_transcript_goes_over_with_a_case_that_has_a_registration(cast: Cast) -> None:
    row = opened(cast)
    case = row.enrolment
    Transcript.objects.filter(enrolment=case).update(state="superseded")
    newer = transcript_of(case, version=2)
    colleague = factories.MemberFactory.create(role=Role.HONOURS)
    change = honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)

    honours.answer(change, agreed=True, by=cast.honours)

    told = Notice.objects.about(newer).filter(kind="grades.transcript_to_verify").to_do()
    assert {notice.recipient for notice in told} == {colleague}


def test_nor_by_others_nor_after_registering(sign_in: SignIn) -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", cast=cast)
    path = f"/en/desk/registrations/{row.enrolment.reference}/honours/"
    for who in (cast.other_coordinator, cast.honours):
        assert sign_in(who).get(path).status_code == 404
    assert sign_in(cast.coordinator).get(path).status_code == 200
    row = moved(row, "send", cast=cast)
    assert "hears that it no longer counts" in sign_in(cast.coordinator).get(path).text
    moved(row, "register", cast=cast)
    assert sign_in(cast.coordinator).get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_who_verifies_while_it_goes_over_begins_the_right_registration(
    transactional_db: None,
) -> None:
    cast = make_cast()
    case = finished(cast, purpose="elective")
    paper = transcript_of(case)
    change = honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)
    read = seen(paper)  # before it goes over

    def verifies() -> object:
        return verifying.verify(read, statement(case, "8"), by=cast.coordinator)

    def agrees() -> object:
        return honours.answer(change, agreed=True, by=cast.honours)

    outcome = at_once([verifies, agrees])

    assert not any(isinstance(one, Exception) for one in outcome), outcome
    assert fresh_case(case).purpose == Purpose.HONOURS
    assert Registration.objects.get().route == Route.HONOURS


def test_what_was_read_before_it_went_over_is_not_taken_for_the_truth(
    cast: Cast, case: Enrolment
) -> None:
    paper = transcript_of(case)
    change = honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)
    read = seen(paper)
    honours.answer(change, agreed=True, by=cast.honours)
    verifying.verify(read, statement(case, "8"), by=cast.coordinator)

    assert Registration.objects.get().route == Route.HONOURS


def alone(cast: Cast) -> None:
    """The cast's coordinator is the only one of the faculty, and there is no administration."""
    Membership.objects.filter(user=cast.administration).delete()


def test_the_office_hears_when_nobody_can_record_it(sign_in: SignIn) -> None:
    cast = make_cast()
    alone(cast)
    row = moved(opened(cast), "file", "decide", cast=cast)
    page = f"/en/desk/registrations/{row.enrolment.reference}/"
    assert "Nobody in the portal" in sign_in(cast.coordinator).get(page).content.decode()
    moved(row, "send", cast=cast)
    moved(opened(cast), "file", "decide", "send", cast=cast)

    told = Notice.objects.get(kind="grades.registration_nobody")  # once, of both
    assert told.recipient == cast.office
    assert sign_in(cast.office).get(told.link).status_code == 200
    assert str(row.enrolment.faculty) in told.subject


def test_but_not_where_a_colleague_can(sign_in: SignIn) -> None:
    cast = make_cast()
    alone(cast)
    second_coordinator(cast)
    row = moved(opened(cast), "file", "decide", cast=cast)
    page = f"/en/desk/registrations/{row.enrolment.reference}/"
    assert "Nobody in the portal" not in sign_in(cast.coordinator).get(page).content.decode()
    moved(row, "send", cast=cast)

    assert not Notice.objects.filter(kind="grades.registration_nobody").exists()


def test_a_single_honours_coordinator_is_said_too() -> None:
    cast = make_cast()
    moved(opened(cast, purpose=Purpose.HONOURS), "prepare", "send", cast=cast)

    told = Notice.objects.get(kind="grades.registration_nobody")
    assert told.recipient == cast.office
    assert "honours" in told.subject


def test_of_a_batch_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(pk: str) -> None:
        rows = Document.objects.filter(pk=pk)
        rows.update(state=Document.State.DONE, file=f"documents/{pk}.pdf", sha256="0" * 64)

    monkeypatch.setattr(making, "make", make)
    cast = make_cast()
    alone(cast)
    row = moved(opened(cast), "file", "decide", cast=cast)
    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    while not batches.work(batch.pk):
        pass

    assert Notice.objects.filter(kind="grades.registration_nobody").count() == 1


def test_when_the_last_one_leaves_the_office_hears_it_when_it_is_late() -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", "send", cast=cast)
    assert not Notice.objects.filter(kind="grades.registration_nobody").exists()
    alone(cast)
    day = today()
    while not is_working_day(day):
        day += timedelta(days=1)
    Registration.objects.filter(pk=row.pk).update(due_on=day - timedelta(days=2))
    at = datetime.combine(day, time(10), timezone.get_current_timezone())
    registration_chasing.chase(at)
    registration_chasing.chase(at)

    assert Notice.objects.filter(kind="grades.registration_nobody").count() == 1


def test_asking_twice_is_refused(cast: Cast, case: Enrolment) -> None:
    honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)
    with pytest.raises(StaleError):
        honours.ask_for(case, Purpose.HONOURS, "It fits.", by=cast.coordinator)
