"""The honours route: its overview goes to the Academy, and a case goes over when both agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import SignedLink
from enrolments.models import PortalRules, Purpose
from enrolments.services import rules
from grades.models import HonoursLink, Registration, RegistrationState
from grades.services import honours, registration_chasing
from grades.services.registration_actions import ActionError, StaleError
from paperwork.models import Document, Event, Notice
from tests.enrolments.cases import fresh as fresh_case
from tests.enrolments.cases import make_cast
from tests.grades.registering import fresh, moved, opened, today

pytestmark = pytest.mark.django_db
S = RegistrationState
type SignIn = Callable[[User], Client]


def test_the_overview_goes_to_the_address_of_the_academy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    row = moved(opened(cast, purpose=Purpose.HONOURS), "prepare", cast=cast)
    with pytest.raises(ActionError, match="adres"):
        honours.send_overview(row, by=cast.honours)
    assert fresh(row).state == S.PREPARED
    portal = PortalRules.now()
    portal.honours_email = "academy@university.example"
    rules.save_rules(portal)
    monkeypatch.setattr(SignedLink, "new_token", staticmethod(lambda: "the-token"))

    honours.send_overview(fresh(row), by=cast.honours)
    notice = Notice.objects.get(kind="grades.honours_overview")
    assert notice.email == "academy@university.example"
    assert str(cast.owner) not in notice.subject + notice.text
    data = Document.objects.get(kind="grades.honours").data
    assert ["Met dit vak", "20"] in [cell for g in data["groups"] for r in g["rows"] for cell in r]
    page = client.get("/en/honours/the-token/")
    assert page.status_code == 200
    assert client.get("/en/honours/another/").status_code == 404
    HonoursLink.objects.update(expires_at=timezone.now())
    assert client.get("/en/honours/the-token/").status_code == 410


@pytest.mark.parametrize("to_honours", [True, False])
def test_a_case_goes_over_when_both_coordinators_agree(to_honours: bool, sign_in: SignIn) -> None:
    cast = make_cast()
    before = Purpose.ELECTIVE if to_honours else Purpose.HONOURS
    after = Purpose.HONOURS if to_honours else Purpose.MINOR
    mine, other = cast.coordinator, cast.honours
    if not to_honours:
        mine, other = other, mine
    row = opened(cast, purpose=before)
    reference = row.enrolment.reference
    client = sign_in(mine)
    path = f"/en/desk/registrations/{reference}/honours/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"purpose": after, "reason": ""}).status_code == 422
    assert client.post(path, {"purpose": after, "reason": "It fits there."}).status_code == 302
    change = honours.open_change(row)
    assert change is not None
    assert Notice.objects.filter(kind="grades.purpose_change_asked", recipient=other).exists()
    with pytest.raises(ActionError):
        honours.answer(change, agreed=True, by=mine)

    answer = sign_in(other).post(f"/en/desk/registrations/changes/{change.pk}/", {"answer": "yes"})
    assert answer.status_code == 302
    row = fresh(row)
    assert fresh_case(row.enrolment).purpose == after
    assert (row.state, row.route == Registration.Route.HONOURS) == (S.REQUESTED, to_honours)
    assert row.request_type == ("" if to_honours else "extern_onderwijs")
    petition = Document.objects.filter(kind="grades.petition")
    assert petition.exclude(state=Document.State.CANCELLED).exists() is not to_honours
    assert Event.objects.about(row).filter(action="purpose").exists()
    seen = Registration.objects.visible_to(mine).filter(pk=row.pk)
    assert not seen.exists()  # it is the other's now


def test_what_was_registered_meanwhile_does_not_go_over() -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", "send", cast=cast)
    change = honours.ask(row, Purpose.HONOURS, "It fits.", by=cast.coordinator)
    moved(row, "register", cast=cast)

    with pytest.raises(StaleError):
        honours.answer(change, agreed=True, by=cast.honours)
    assert fresh_case(row.enrolment).purpose == Purpose.ELECTIVE


def test_what_was_sent_goes_over_and_who_has_it_hears_that() -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", "send", "take", cast=cast)
    to = honours.ask(row, Purpose.HONOURS, "It fits.", by=cast.coordinator)

    honours.answer(to, agreed=True, by=cast.honours)

    row = fresh(row)
    assert (row.state, row.route, row.sent_at, row.taken_by) == ("requested", "honours", None, None)
    assert not Registration.objects.visible_to(cast.administration).filter(pk=row.pk).exists()
    told = Notice.objects.get(kind="grades.registration_other_route")
    assert (told.recipient, told.link) == (cast.administration, "")
    waiting = Notice.objects.filter(kind="grades.registration_sent", recipient=cast.administration)
    assert waiting.get().settled_at is not None

    portal = PortalRules.now()
    portal.honours_email = "academy@university.example"
    rules.save_rules(portal)
    honours.send_overview(moved(row, "prepare", cast=cast), by=cast.honours)
    back = honours.ask(fresh(row), Purpose.MINOR, "It does not.", by=cast.honours)
    honours.answer(back, agreed=True, by=cast.coordinator)

    row = fresh(row)
    assert (row.state, row.request_type) == ("requested", "extern_onderwijs")
    ended = Notice.objects.get(kind="grades.honours_overview_ended")
    assert ended.email == "academy@university.example"
    assert HonoursLink.objects.get().revoked_at is not None
    moves = Event.objects.about(row).filter(action="purpose").order_by("pk")
    assert [event.from_state for event in moves] == [S.SENT, S.SENT]


def test_no_student_is_reminded_at_night_or_on_a_free_day() -> None:
    row = opened()
    assert row.due_on is not None
    day = row.due_on + timedelta(days=1)
    while day.weekday() != 5:
        day += timedelta(days=1)
    at = datetime.combine(day, time(10), timezone.get_current_timezone())

    assert registration_chasing.remind(at) == 0
    assert registration_chasing.remind(at.replace(hour=3) + timedelta(days=4)) == 0
    assert registration_chasing.remind(at.replace(hour=9) + timedelta(days=4)) == 1


def test_who_waits_too_long_is_told_once_a_day() -> None:
    cast = make_cast()
    for steps in ([], ["file"], ["file", "decide"], ["file", "decide", "send"]):
        moved(opened(cast), *steps, cast=cast)
    late = today() + timedelta(days=60)
    while late.weekday() > 3:
        late += timedelta(days=1)
    at = datetime.combine(late, time(10), timezone.get_current_timezone())

    for _twice in range(2):
        registration_chasing.remind(at)
        registration_chasing.chase(at)
    told = Notice.objects.filter(kind="grades.registrations_overdue")
    expected = {(cast.coordinator.pk, 2), (cast.administration.pk, 1)}
    assert {(pk, told.filter(recipient=pk).count()) for pk, _n in expected} == expected
    reminders = Notice.objects.filter(kind="grades.registration_to_file", key__contains="remind")
    assert reminders.count() == 1
