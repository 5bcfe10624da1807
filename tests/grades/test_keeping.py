"""A newer transcript that says the same: it is verified, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from grades.models import Registration, Result, Transcript
from grades.services import verifying
from grades.services.actions import ActionError, StaleError
from paperwork.models import Event, Notice
from tests.enrolments.cases import Cast, make_cast
from tests.grades.registering import fresh, moved
from tests.grades.rows import finished, second_coordinator, transcript_of
from tests.grades.test_verifying import statement
from tests.races import at_once

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def version(case: Enrolment, number: int) -> Transcript:
    """The transcript of `case` with this number; those before it no longer count."""
    Transcript.objects.filter(enrolment=case).update(state="superseded")
    return seen(transcript_of(case, version=number))


def seen(row: Transcript) -> Transcript:
    shown = ("enrolment__edition__course__university", "enrolment__student")
    return Transcript.objects.select_related(*shown).get(pk=row.pk)


def registered(cast: Cast, case: Enrolment, first: Transcript | None = None) -> Registration:
    """The registration, recorded by the administration, of an 8 from the first version."""
    verifying.verify(first or version(case, 1), statement(case, "8"), by=cast.coordinator)
    row = moved(
        fresh(Registration.objects.get()),
        *("file", "decide", "send", "register"),
        cast=cast,
    )
    Notice.objects.all().delete()
    return row


def test_the_result_and_its_registration_stay_as_they_are(cast: Cast, case: Enrolment) -> None:
    row = registered(cast, case)
    again = version(case, 2)
    verifying.keep(again, by=cast.coordinator)

    again.refresh_from_db()
    assert (again.state, again.verified_by) == ("verified", cast.coordinator)
    assert Result.objects.count() == 1
    assert list(Registration.objects.all()) == [row]
    assert fresh(row).changed_at == row.changed_at
    told = Notice.objects.get()
    assert (told.kind, told.recipient) == ("grades.transcript_verified", cast.owner)
    assert "blijft zoals het is" in told.subject


def test_verifying_the_same_changes_nothing_either(cast: Cast, case: Enrolment) -> None:
    row = registered(cast, case)
    again = version(case, 2)
    event = verifying.verify(again, statement(case, "8"), by=cast.coordinator, reason="The same.")

    assert event.action == "keep"
    assert list(Registration.objects.all()) == [row]

    other = version(case, 3)  # the control: what differs begins anew
    verifying.verify(other, statement(case, "7"), by=cast.coordinator, reason="Another grade.")
    assert Registration.objects.count() == 2
    assert not Registration.objects.get(pk=row.pk).current


@pytest.mark.parametrize(
    "other",
    [{"grade_printed": "5,5"}, {"title_printed": "Another"}, {"scale": "1 to 6"}],
)
def test_what_is_printed_otherwise_is_not_the_same(
    cast: Cast, case: Enrolment, other: dict[str, str]
) -> None:
    registered(cast, case)
    said = statement(case, "8", **other)

    assert not said.says_the_same_as(Result.objects.get())
    assert statement(case, "8").says_the_same_as(Result.objects.get())  # the control


def test_there_must_be_a_result_that_can_stay(cast: Cast, case: Enrolment) -> None:
    row = version(case, 1)
    with pytest.raises(ActionError):
        verifying.keep(row, by=cast.coordinator)
    row.refresh_from_db()
    assert row.state == "received"
    assert not Event.objects.filter(action="keep").exists()


def test_it_can_be_taken_back(cast: Cast, case: Enrolment) -> None:
    row = registered(cast, case)
    again = version(case, 2)
    event = verifying.keep(again, by=cast.coordinator)
    verifying.undo(event, again, by=cast.coordinator)

    assert (again.state, again.verified_by) == ("received", None)
    assert Result.objects.filter(current=True).count() == 1
    assert list(Registration.objects.all()) == [row]


def test_the_page_offers_it_where_there_is_a_result(
    sign_in: SignIn, cast: Cast, case: Enrolment
) -> None:
    first = version(case, 1)
    client = sign_in(cast.coordinator)
    address = f"/en/desk/{case.reference}/transcript/"
    assert "Nothing changes" not in client.get(address).content.decode()
    refused = client.post(address, {"keep": "1", "seen": first.changed_at.isoformat()})
    assert refused.status_code == 422

    registered(cast, case, first)
    again = version(case, 2)
    html = client.get(address).content.decode()
    assert "Nothing changes" in html
    stale = client.post(address, {"keep": "1", "seen": timezone.now().isoformat()})
    assert stale.status_code == 409
    done = client.post(address, {"keep": "1", "seen": again.changed_at.isoformat()})
    assert done.status_code == 302
    again.refresh_from_db()
    assert again.state == "verified"


@pytest.mark.django_db(transaction=True)
def test_of_one_who_keeps_and_one_who_verifies_at_once_one_does(transactional_db: None) -> None:
    cast = make_cast()
    case = finished(cast, purpose="elective")
    registered(cast, case)
    again, colleague = version(case, 2), second_coordinator(cast)

    def keeps() -> object:
        return verifying.keep(seen(again), by=cast.coordinator)

    def verifies() -> object:
        return verifying.verify(seen(again), statement(case, "7"), by=colleague, reason="Why.")

    outcome = at_once([keeps, verifies])

    done = [one.action for one in outcome if isinstance(one, Event)]
    assert len(done) == 1, outcome
    assert sum(isinstance(one, (StaleError, ActionError)) for one in outcome) == 1, outcome
    assert Result.objects.count() == (1 if done == ["keep"] else 2)
