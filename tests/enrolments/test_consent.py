"""Taking back the consent to share data: what is said before, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Edition
from enrolments import hosting
from enrolments.models import Enrolment
from enrolments.services import consent, places
from enrolments.services.actions import ActionError, actions_for
from paperwork.models import Event, Notice
from paperwork.services.events import record
from tests import factories
from tests.enrolments.cases import case_in, case_of, fresh, make_cast, student_of

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Any:
    return make_cast()


def told(kind: str) -> set[User | None]:
    return {notice.recipient for notice in Notice.objects.filter(kind=f"enrolments.{kind}")}


def address(case: Enrolment) -> str:
    return f"/en/exchange/{case.reference}/data/consent/"


def test_before_the_host_has_it_the_application_ends_and_the_place_goes_on(
    sign_in: SignIn, cast: Any
) -> None:
    case = case_of(cast, "submitted")
    client = sign_in(cast.owner)

    page = client.get(address(case)).content.decode()
    assert "has not had your data" in page
    assert "Your application ends" in page
    client.post(address(case))

    case = fresh(case)
    assert (case.state, case.consent_at) == ("withdrawn", None)
    assert places.imbalances() == []
    assert Event.objects.about(case).get(action="withdraw_consent").actor == cast.owner
    assert told("consent_confirmed") == {cast.owner}
    assert told("consent_gone") == set()
    assert cast.coordinator in told("gone")


@pytest.mark.parametrize("state", ["approved", "enrolled"])
def test_a_host_that_has_it_is_told(sign_in: SignIn, cast: Any, state: str) -> None:
    case = case_of(cast, state)
    Edition.objects.filter(pk=case.edition_id).update(withdraw_until=factories.days(-1))
    assert "withdraw" not in actions_for(cast.owner, fresh(case))  # consent has no last day
    client = sign_in(cast.owner)

    page = client.get(address(case)).content.decode()
    assert "cannot be taken back" in page
    client.post(address(case))

    assert fresh(case).state == "withdrawn"
    assert cast.host in told("consent_gone")
    assert cast.owner not in told("consent_gone")


def telling_of(case: Enrolment) -> list[tuple[str, str, str]]:
    rows = Event.objects.about(case).filter(action__startswith="host_").order_by("pk")
    return [(row.action, row.role, row.details.get("way", "")) for row in rows]


@pytest.mark.parametrize("state", ["enrolled", "finished"])
def test_a_host_without_an_account_is_told_by_mail(cast: Any, state: str) -> None:
    case = case_of(cast, state)
    cast.host.memberships.all().delete()
    cast.host_university.contact_email = "c@host.example"
    cast.host_university.save()

    consent.withdraw(fresh(case), by=cast.owner)

    notice = Notice.objects.get(kind="enrolments.consent_gone_outside")
    assert notice.email == "c@host.example"
    assert "must not use these data any more" in notice.text
    assert telling_of(case) == [("host_told", "portal", "address")]
    assert told("consent_gone") == told("consent_pass_on") == set()


@pytest.mark.parametrize("state", ["approved", "withdrawn"])
def test_a_host_that_never_knew_of_the_student_is_told_nothing(cast: Any, state: str) -> None:
    """It was approved, and no link has gone to the host since."""
    case = case_of(cast, state)
    if state == "withdrawn":
        record(case, "withdraw", by=cast.owner, from_state="approved", to_state=state)
    cast.host.memberships.all().delete()
    cast.host_university.contact_email = "c@host.example"
    cast.host_university.save()
    case = fresh(case)

    assert consent.can_be_withdrawn(case) == (state == "approved")
    if state == "approved":
        assert "heeft je gegevens niet gekregen" in " ".join(consent.consequences(case))
        consent.withdraw(case, by=cast.owner)

    assert not Notice.objects.filter(kind__startswith="enrolments.consent_gone").exists()
    assert telling_of(case) == []


def test_a_host_with_neither_account_nor_address_is_told_by_the_office(
    sign_in: SignIn, cast: Any
) -> None:
    case = case_of(cast, "enrolled")
    cast.host.memberships.all().delete()
    office, page = sign_in(cast.office), f"/en/desk/{case.reference}/host-told/"
    assert "Het programmabureau vertelt" in " ".join(consent.consequences(case))
    assert office.get(page).status_code == 302  # nothing to tell yet

    consent.withdraw(case, by=cast.owner)

    (notice,) = Notice.objects.filter(kind="enrolments.consent_pass_on")
    assert (notice.recipient, notice.settled_at) == (cast.office, None)
    assert page in office.get(f"/en/desk/{case.reference}/").text
    assert "must not use these data any more" in office.get(page).text
    assert office.post(page, {"to": "", "told_on": factories.days(1)}).status_code == 422
    sent = {"to": "Ada of the registry", "told_on": factories.days(0)}
    office.post(page, sent)
    office.post(page, sent)  # a second click

    assert telling_of(case) == [("host_untold", "portal", ""), ("host_told", "office", "office")]
    event = Event.objects.about(case).get(action="host_told")
    assert (event.actor, event.details["to"]) == (cast.office, "Ada of the registry")
    notice.refresh_from_db()
    assert notice.settled_at is not None
    assert page not in office.get(f"/en/desk/{case.reference}/").text
    seen = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/?show=history").text
    assert "told the host that it may not use the data any more" in seen


@pytest.mark.parametrize("state", ["finished", "declined"])
def test_afterwards_the_case_stays_and_the_host_is_told(
    sign_in: SignIn, cast: Any, state: str
) -> None:
    case = case_of(cast, state)

    page = sign_in(cast.owner).get(address(case)).content.decode()
    assert "grade and transcript stay here" in page
    consent.withdraw(case, by=cast.owner)

    case = fresh(case)
    assert (case.state, case.consent_at) == (state, None)
    assert Event.objects.about(case).filter(action="consent_withdrawn").count() == 1
    assert cast.host in told("consent_gone")
    assert not Notice.objects.filter(recipient=cast.host).to_do().exists()
    assert places.imbalances() == []


@pytest.mark.parametrize("state", ["finished", "declined"])
def test_afterwards_the_host_no_longer_sees_who_it_was(
    sign_in: SignIn, cast: Any, state: str
) -> None:
    case = case_of(cast, state)
    page = "/en/partner/?view=all"

    def shows() -> tuple[bool, int]:
        client = sign_in(cast.host)
        seen = case.student.name in client.get(page).text
        return seen, hosting.students_of([cast.host_university.pk]).count()

    assert shows() == (True, 1)
    consent.withdraw(case, by=cast.owner)
    assert shows() == (False, 0)
    case_in(state, case.edition, student_of(cast.faculty), consent_at=None)
    assert hosting.students_of([cast.host_university.pk]).count() == 1, "who was never asked"


@pytest.mark.parametrize("state", ["withdrawn", "expired"])
def test_after_its_end_too_when_the_host_had_the_data(
    sign_in: SignIn, cast: Any, state: str
) -> None:
    case = case_of(cast, state)
    record(case, "withdraw", by=cast.owner, from_state="enrolled", to_state=state)
    client = sign_in(cast.owner)

    assert address(case) in client.get(f"/en/exchange/{case.reference}/data/").content.decode()
    page = client.get(address(case)).content.decode()
    assert "hears at once" in page
    assert "has ended already" in page
    assert "You can apply again" not in page
    client.post(address(case))

    case = fresh(case)
    assert (case.state, case.consent_at) == (state, None)
    assert cast.host in told("consent_gone")
    assert "was al beëindigd" in Notice.objects.get(kind="enrolments.consent_confirmed").text
    assert told("gone") == set()
    assert client.post(address(case)).status_code == 409


@pytest.mark.parametrize(
    ("action", "before"), [("withdraw", "submitted"), ("expire", "offered"), ("undo", "approved")]
)
def test_after_its_end_not_when_the_host_never_had_them(
    cast: Any, action: str, before: str
) -> None:
    case = case_of(cast, "withdrawn")
    record(case, action, by=cast.owner, from_state=before, to_state="withdrawn")

    assert not consent.can_be_withdrawn(case)
    with pytest.raises(ActionError):
        consent.withdraw(case, by=cast.owner)


def test_without_a_consent_there_is_nothing_to_withdraw(sign_in: SignIn, cast: Any) -> None:
    case = case_of(cast, "submitted")
    Enrolment.objects.filter(pk=case.pk).update(consent_at=None)
    client = sign_in(cast.owner)

    assert client.get(address(case)).status_code == 302
    assert client.post(address(case)).status_code == 409
    assert fresh(case).state == "submitted"


def test_nobody_else_withdraws_it(sign_in: SignIn, cast: Any) -> None:
    case = case_of(cast, "submitted")

    assert sign_in(cast.coordinator).post(address(case)).status_code == 404
    with pytest.raises(ActionError):
        consent.withdraw(case, by=cast.coordinator)
    assert fresh(case).consent_at


def test_twice_is_once(cast: Any) -> None:
    case, again = case_of(cast, "finished"), None
    again = fresh(case)
    consent.withdraw(case, by=cast.owner)

    with pytest.raises(ActionError):
        consent.withdraw(again, by=cast.owner)
    assert case_in("draft")
