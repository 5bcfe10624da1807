"""A host's students: by account and by link, confirmed, declined, downloaded, and who is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Role, User
from courses.models import University
from enrolments.hosting import VIEWS
from enrolments.models import Enrolment, HostLink, Purpose, State
from enrolments.models.enrolment import Kind
from enrolments.services import acting, hosting
from paperwork.models import Document, Event, Notice
from paperwork.sealing import unseal
from tests import factories
from tests.enrolments.cases import Cast, case_in, case_of, fresh, make_cast
from tests.races import at_once

NO = {"reason": "The course is full.", "name": "Ada Host"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def send(cast: Cast) -> str:
    """A link for the cast's host, as its mail has it."""
    hosting.send_link(cast.host_university, email="h@host.example", language="en", by=cast.office)
    return unseal(
        Notice.objects.filter(kind="enrolments.host_link").latest("created_at").sealed_link
    )


def elsewhere(**fields: object) -> Enrolment:
    """A case that waits for another host."""
    return case_in(State.APPROVED, **fields)


@pytest.mark.parametrize("way", ["account", "link"])
def test_sees_confirms_and_declines_its_own_alone(
    cast: Cast, sign_in: Callable[[User], Client], client: Client, way: str
) -> None:
    mine, other = case_of(cast, State.APPROVED), elsewhere()
    second = case_in(State.APPROVED, mine.edition)
    base = "/en/partner/" if way == "account" else send(cast)
    if way == "account":
        client = sign_in(cast.host)
    client.get(base)

    with CaptureQueriesContext(connection) as one:
        page = client.get(base)
    assert str(mine.student) in page.text
    assert mine.motivation[:20] not in page.text
    assert str(other.student) not in page.text
    for _number in range(3):
        case_in(State.APPROVED, mine.edition)
    with CaptureQueriesContext(connection) as many:
        client.get(base)
    assert len(one) == len(many) <= 12
    assert [query for query in many if not query["sql"].lstrip("(").startswith("SELECT")] == []

    sent = {"case": [mine.reference, other.reference, "\x00", "VX-'--;"], "name": "Ada Host"}
    done = client.post(f"{base}confirm/", sent, follow=True)
    assert done.status_code == 200
    assert [fresh(case).state for case in (mine, other)] == [State.ENROLLED, State.APPROVED]
    event = Event.objects.about(mine).get(action="confirm")
    by = str(cast.host) if way == "account" else f"Ada Host ({cast.host_university.code})"
    assert event.actor_name == by

    asks = f"{base}{second.reference}/decline/"
    assert client.get(asks).status_code == 200
    assert client.post(asks, NO | {"reason": " "}).status_code == 422
    assert fresh(second).state == State.APPROVED
    client.post(asks, NO)
    assert fresh(second).state == State.DECLINED
    told = Notice.objects.get(kind="enrolments.declined")
    assert (told.recipient, "The course is full." in told.text) == (second.student, True)
    for reference in (other.reference, "VX-00000", "%00", "x"):
        assert client.get(f"{base}{reference}/decline/").status_code == 404


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_its_rows(cast: Cast, sign_in: Callable[[User], Client], view: str) -> None:
    """A row loads some columns alone: one that is missing would break the page."""
    states = (State.APPROVED, State.ENROLLED, State.FINISHED, State.DECLINED)
    cases = [case_of(cast, state) for state in states]
    Enrolment.objects.filter(pk=cases[1].pk).update(programme=None, programme_name="Law")

    page = sign_in(cast.host).get(f"/en/partner/?view={view}").text

    shown = {case.state for case in cases if case.edition.course.title in page.split("<table")[1]}
    assert shown == VIEWS[view] & set(states)


def test_one_refusal_does_not_stop_the_rest_and_is_named(
    cast: Cast, sign_in: Callable[[User], Client]
) -> None:
    cases = [case_of(cast, State.APPROVED)]
    cases += [case_in(State.APPROVED, cases[0].edition) for _number in range(2)]
    acting.act(fresh(cases[1]), "withdraw_late", by=cast.office, reason="ill")

    outcome = hosting.confirm([cases[0], cases[1], cases[2]], by=cast.host)

    assert [case.pk for case in outcome.done] == [cases[0].pk, cases[2].pk]
    assert [refused.case.pk for refused in outcome.refused] == [cases[1].pk]
    again = sign_in(cast.host).post(
        "/en/partner/confirm/", {"case": cases[0].reference}, follow=True
    )
    assert cases[0].reference in again.text


def test_by_a_link_a_name_is_asked(cast: Cast, client: Client) -> None:
    case = case_of(cast, State.APPROVED)
    base = send(cast)

    ticked = (
        f'value="{case.reference}" id="case-{case.reference}" aria-label="{case.student}" checked'
    )
    assert ticked not in client.get(base).text
    assert ticked in client.get(f"{base}?tick=all").text
    wrong = client.post(f"{base}confirm/", {"case": case.reference, "name": " "})
    assert ticked in wrong.text  # what was chosen is not to be chosen again

    assert wrong.status_code == 422
    assert client.post(f"{base}{case.reference}/decline/", NO | {"name": ""}).status_code == 422
    assert fresh(case).state == State.APPROVED
    link = HostLink.objects.get()
    assert link.used_at is None
    client.post(f"{base}confirm/", {"case": case.reference, "name": "Ada"})
    link.refresh_from_db()
    assert (link.name, link.used_at is not None) == ("Ada", True)


def test_a_link_that_has_ended_does_nothing(cast: Cast, client: Client) -> None:
    case = case_of(cast, State.APPROVED)
    base = send(cast)
    token = base.rstrip("/").rsplit("/", 1)[1]
    assert token not in str(list(HostLink.objects.values())) + str(list(Notice.objects.values()))
    page = client.get(base)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    paths = [base, f"{base}confirm/", f"{base}download/", f"{base}{case.reference}/decline/"]

    for change in (
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"expires_at": timezone.now() + timedelta(days=1), "revoked_at": timezone.now()},
    ):
        HostLink.objects.update(**change)
        assert client.get(base).status_code == 410
        for path in paths[1:]:
            sent = NO | {"case": case.reference}
            assert client.post(path, sent).status_code == 410, path
    assert fresh(case).state == State.APPROVED
    assert client.get("/en/host/unknown/").status_code == 404


@pytest.mark.parametrize("way", ["account", "link"])
def test_the_spreadsheet_holds_no_formula_and_is_written_down(
    cast: Cast, sign_in: Callable[[User], Client], client: Client, way: str
) -> None:
    from openpyxl import load_workbook

    case = case_of(cast, State.APPROVED)
    User.objects.filter(pk=case.student_id).update(name='=HYPERLINK("http://evil")')
    Enrolment.objects.update(shared_items=["name", "email"])
    elsewhere()
    base = "/en/partner/" if way == "account" else send(cast)
    if way == "account":
        client = sign_in(cast.host)

    answer = client.post(f"{base}download/?view=all&q=\x00&edition=x")

    _heading, row = load_workbook(io.BytesIO(b"".join(answer))).active.iter_rows()
    assert row[0].value == case.reference
    assert (row[1].value, row[1].data_type) == ('=HYPERLINK("http://evil")', "s")
    event = Event.objects.get(action="downloaded")
    assert event.subject_id == case.pk
    assert event.details == {"shared": ["name", "email"], "with": cast.host_university.code}


def test_an_approval_says_what_is_shared_with_whom(cast: Cast) -> None:
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.EXTRACURRICULAR, shared_items=["name"])
    acting.act(case, "approve", by=cast.coordinator)
    details = Event.objects.about(case).get(action="approve").details
    assert (details["shared"], details["with"]) == (["name"], cast.host_university.code)


def test_hosts_without_an_account_get_a_link_once(cast: Cast) -> None:
    case = case_of(cast, State.APPROVED)
    University.objects.update(contact_email="contact@host.example")
    assert hosting.write_to_hosts() == 0, "there is somebody with an account"
    Membership.objects.filter(user=cast.host).delete()

    assert [hosting.write_to_hosts() for _time in range(2)] == [1, 0]

    link = HostLink.objects.get()
    assert (link.email, link.made_by) == ("contact@host.example", None)
    shared = Event.objects.about(case).get(action="shared")
    assert shared.details["with"] == cast.host_university.code
    HostLink.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert hosting.write_to_hosts() == 1, "approved since that one"
    HostLink.objects.update(created_at=timezone.now() - timedelta(hours=25))
    Enrolment.objects.update(since=timezone.now() - timedelta(days=9))
    assert hosting.write_to_hosts() == 0, "nothing new, and the link holds"
    HostLink.objects.update(expires_at=timezone.now())
    assert hosting.write_to_hosts() == 1, "the link has expired"


def days_ago(days: int) -> None:
    """The last link was sent so long ago."""
    HostLink.objects.update(created_at=timezone.now() - timedelta(days=days))


def test_a_host_without_an_account_is_reminded_when_it_is_late_and_then_weekly(cast: Cast) -> None:
    case_of(cast, State.APPROVED)
    University.objects.update(contact_email="contact@host.example")
    Membership.objects.filter(user=cast.host).delete()
    assert hosting.write_to_hosts() == 1
    Enrolment.objects.update(since=timezone.now() - timedelta(days=20))
    days_ago(9)
    assert hosting.write_to_hosts() == 0, "not late yet"

    Enrolment.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert [hosting.write_to_hosts() for _time in range(2)] == [1, 0]

    notice = Notice.objects.filter(kind="enrolments.host_link").latest("created_at")
    assert "longer for your answer" in notice.text
    HostLink.objects.exclude(pk=HostLink.objects.latest("pk").pk).delete()
    Enrolment.objects.update(due_on=timezone.localdate() - timedelta(days=8))
    days_ago(6)
    assert hosting.write_to_hosts() == 0, "it heard of that one"
    days_ago(7)
    assert hosting.write_to_hosts() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_write_to_a_late_host_one_does() -> None:
    cast = make_cast()
    case_of(cast, State.APPROVED, due_on=timezone.localdate() - timedelta(days=1))
    University.objects.update(contact_email="contact@host.example")
    Membership.objects.filter(user=cast.host).delete()
    hosting.send_link(cast.host_university, email="contact@host.example", language="en")
    days_ago(8)

    results = at_once([hosting.write_to_hosts] * 4)

    assert sorted(results) == [0, 0, 0, 1]
    assert HostLink.objects.count() == 2


@pytest.mark.parametrize("address", ["", "contact@host.example"])
def test_the_office_hears_of_a_host_that_nobody_can_write_to(cast: Cast, address: str) -> None:
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.EXTRACURRICULAR)
    University.objects.update(contact_email=address)
    Membership.objects.filter(user=cast.host).delete()

    acting.act(fresh(case), "approve", by=cast.coordinator)

    told = Notice.objects.filter(kind="enrolments.to_confirm", recipient=cast.office)
    assert told.exists() is not bool(address)


def test_the_office_sees_sends_and_revokes(cast: Cast, sign_in: Callable[[User], Client]) -> None:
    case_of(cast, State.APPROVED)
    client = sign_in(cast.office)
    client.get("/en/office/hosts/")
    with CaptureQueriesContext(connection) as one:
        page = client.get("/en/office/hosts/")
    assert str(cast.host_university.local_name) in page.text
    for _number in range(2):
        factories.MemberFactory.create(
            role=Role.PARTNER, university=elsewhere().edition.course.university
        )
    with CaptureQueriesContext(connection) as many:
        client.get("/en/office/hosts/")
    assert len(one) == len(many) <= 12

    url = f"/en/office/hosts/{cast.host_university.pk}/"
    assert client.post(url, {"email": "no", "language": "en"}).status_code == 422
    client.post(url, {"email": "h@host.example", "language": "en"})
    link = HostLink.objects.get()
    assert "h@host.example" in client.get("/en/office/hosts/?view=all").text
    client.post(f"/en/office/hosts/links/{link.pk}/revoke/")
    assert not HostLink.objects.get().is_usable
    assert "h@host.example" not in client.get("/en/office/hosts/").text
    home = University.objects.get(is_home=True)
    assert client.get(f"/en/office/hosts/{home.pk}/").status_code == 404


def test_a_link_works_for_as_long_as_is_settled_and_at_most_30_days(
    cast: Cast, sign_in: Callable[[User], Client]
) -> None:
    client, setting = sign_in(cast.office), "/en/office/settings/applying.link_days/"
    refused = client.post(setting, {"value": 31, "seen": 0, "why": ""})
    client.post(setting, {"value": 12, "seen": 0, "why": ""})
    url = f"/en/office/hosts/{cast.host_university.pk}/"

    page = client.get(url).text
    client.post(url, {"email": "h@host.example", "language": "en"})

    assert refused.status_code == 422
    assert "for 12 days" in page
    left = HostLink.objects.get().expires_at - timezone.now()
    assert timedelta(days=11) < left <= timedelta(days=12)


@pytest.mark.django_db(transaction=True)
def test_confirming_and_declining_at_once_ends_in_one_of_them() -> None:
    cast = make_cast()
    case = case_of(cast, State.APPROVED)
    link = hosting.actor_of(HostLink(university=cast.host_university), "Ada")

    results = at_once(
        [
            partial(acting.act, fresh(case), "confirm", by=cast.host),
            partial(acting.act, fresh(case), "decline", by=link, reason="full"),
        ]
    )

    assert sum(isinstance(result, Event) for result in results) == 1, results
    won = next(result for result in results if isinstance(result, Event))
    assert fresh(case).state == won.to_state
    told = {"confirm": "enrolments.enrolled", "decline": "enrolments.declined"}
    heard = Notice.objects.filter(kind__in=told.values())
    assert [notice.kind for notice in heard] == [told[won.action]]
    assert Document.objects.exists() is (won.action == "confirm")


def test_its_page_names_its_own_students_whom_its_list_shows(
    db: None, sign_in: Callable[[User], Client]
) -> None:
    """Who waits for a place may be approved before, but need not be."""
    cast = make_cast(Kind.INCOMING)
    case = case_of(cast, State.WAITING)
    client = sign_in(cast.home)
    asks = "One of your own students waits"
    assert asks not in client.get("/en/partner/").text

    Enrolment.objects.filter(pk=case.pk).update(state=State.SUBMITTED)

    assert asks in client.get("/en/partner/").text
    assert case.reference in client.get("/en/desk/").text
