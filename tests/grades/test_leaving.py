"""A student who leaves a course after its transcript or result came: nobody is chased for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Edition
from enrolments.models import Enrolment
from enrolments.services import acting, consent
from grades import queue, registrations
from grades.models import PurposeChange, Registration, RegistrationState, Transcript
from grades.registration_holding import holder
from grades.services import (
    batches,
    chasing,
    honours,
    receiving,
    registering,
    registration_chasing,
    verifying,
)
from grades.services.actions import ActionError, actions_for
from grades.services.registration_actions import actions_for as steps_for
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import Cast, case_of, fresh
from tests.grades import registering as registered
from tests.grades.papers import paper_of, upload
from tests.grades.rows import result_of, verified
from tests.grades.test_batches import made
from tests.grades.test_chasing import at
from tests.grades.test_verifying import statement

__all__ = ["made"]  # a fixture

type SignIn = Callable[[User], Client]
type Leave = Callable[[Cast, Enrolment], object]
S = RegistrationState
LONG_AGO = timezone.localdate() - timedelta(days=30)
WORK = ("mine", "late", "student", "board", "ready")


def withdraw(cast: Cast, case: Enrolment) -> None:
    acting.act(fresh(case), "withdraw", by=cast.owner)


def withdraw_consent(cast: Cast, case: Enrolment) -> None:
    consent.withdraw(fresh(case), by=cast.owner)


def withdraw_late(cast: Cast, case: Enrolment) -> None:
    acting.act(fresh(case), "withdraw_late", by=cast.office, reason="Ill.")


def decline(cast: Cast, case: Enrolment) -> None:
    acting.act(fresh(case), "decline", by=cast.host, reason="It was never there.")


WAYS = [withdraw, withdraw_consent, withdraw_late, decline]


@pytest.fixture
def case(cast: Cast) -> Enrolment:
    """Of a course that has begun, and that its student may still leave."""
    case = case_of(cast, "enrolled", purpose="elective")
    Edition.objects.filter(pk=case.edition_id).update(
        applications_open_on=factories.days(-60),
        applications_close_on=factories.days(-30),
        starts_on=factories.days(-20),
        ends_on=factories.days(60),
        exam_on=None,
        withdraw_until=factories.days(5),
    )
    return fresh(case)


def opened(cast: Cast, case: Enrolment, *steps: str) -> Registration:
    """The registration of a result that was verified while the course goes on."""
    result = result_of(case, cast.coordinator, transcript=verified(case, cast.coordinator))
    row = registering.open_registration(result)
    assert row is not None
    row = registered.moved(registered.fresh(row), *steps, cast=cast)
    Registration.objects.filter(pk=row.pk).update(due_on=LONG_AGO)
    return registered.fresh(row)


def asked() -> list[str]:
    return [row.kind for row in Notice.objects.filter(kind__startswith="grades.").to_do()]


def number_of_chases(when: datetime) -> int:
    return sum(
        chase(when)
        for chase in (chasing.chase, registration_chasing.remind, registration_chasing.chase)
    )


@pytest.mark.parametrize("leave", WAYS)
def test_nobody_is_chased_for_a_transcript_that_waits(
    cast: Cast, case: Enrolment, leave: Leave, sign_in: SignIn
) -> None:
    row = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
    Transcript.objects.filter(pk=row.pk).update(due_on=LONG_AGO)
    assert number_of_chases(at()) == 1, "or else this says nothing"
    assert asked() == ["grades.transcript_to_verify"]
    seen = Transcript.objects.select_related("enrolment__edition").get(pk=row.pk)

    leave(cast, case)

    assert asked() == []
    assert number_of_chases(at(days=7)) == 0
    assert not [view for view in WORK[:3] if queue.find(cast.coordinator, view).counts[view]]
    assert queue.find(cast.coordinator, "all").counts["all"] == 1
    row = Transcript.objects.select_related("enrolment__edition").get(pk=row.pk)
    assert actions_for(cast.coordinator, row) == []
    with pytest.raises(ActionError):
        verifying.verify(seen, statement(case, dated_on=timezone.localdate()), by=cast.coordinator)
    page = sign_in(cast.coordinator).get(f"/en/desk/{case.reference}/transcript/")
    assert page.status_code == 200
    assert page.context["form"] is None
    assert "The application has ended." in page.text
    assert "Verify it by" not in page.text


@pytest.mark.parametrize("leave", WAYS)
@pytest.mark.parametrize("steps", [(), ("file",), ("file", "decide")])
def test_nobody_is_chased_for_a_registration(
    cast: Cast, case: Enrolment, leave: Leave, steps: tuple[str, ...]
) -> None:
    row = opened(cast, case, *steps)
    assert number_of_chases(at()) == 1
    if len(steps) < 2:
        assert asked()

    leave(cast, case)

    assert asked() == []
    assert number_of_chases(at(days=14)) == 0
    found = registrations.find(cast.coordinator, {"view": "all"})
    assert not [view for view in WORK if found.counts[view]]
    assert found.number == 1
    row = registered.fresh(row)
    assert not holder(row).name
    for person in (cast.owner, cast.coordinator):
        assert steps_for(person, row) == []
    with pytest.raises(ActionError):
        registering.act(row, "refuse", by=cast.coordinator, reason="Over.")


def test_the_student_is_not_shown_what_to_ask_for(
    cast: Cast, case: Enrolment, sign_in: SignIn
) -> None:
    opened(cast, case)
    client, path = sign_in(cast.owner), f"/nl/exchange/{case.reference}/registration/"
    assert client.get(path).context["to_file"]

    withdraw(cast, case)

    page = client.get(path)
    assert not page.context["to_file"]
    assert "Je aanmelding is beëindigd" in page.content.decode()


def test_what_was_sent_can_still_be_recorded(cast: Cast, case: Enrolment) -> None:
    row = opened(cast, case, "file", "decide", "send")
    assert number_of_chases(at()) == 1
    withdraw(cast, case)

    assert asked() == []
    assert number_of_chases(at(days=7)) == 0
    mine = registrations.find(cast.administration, {"view": "mine"})
    assert list(mine.rows) == [row]
    registered.moved(registered.fresh(row), "back", cast=cast)
    assert asked() == [], "nobody can do anything with it"


def test_it_does_not_go_along_in_a_batch(cast: Cast, case: Enrolment, made: list[str]) -> None:
    row = opened(cast, case, "file", "decide")
    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    withdraw(cast, case)

    assert batches.work(batch.pk)

    assert registered.fresh(row).state == S.PREPARED
    assert batches.dry_run(cast.faculty, by=cast.coordinator) == []
    said = Notice.objects.get(kind="grades.registration_left_out")
    assert said.text == f"- {case.reference}: de aanmelding is beëindigd."


def test_a_question_about_the_honours_route_asks_no_more(
    cast: Cast, case: Enrolment, sign_in: SignIn
) -> None:
    honours.ask_for(case, "honours", "It fits.", by=cast.coordinator)
    assert asked() == ["grades.purpose_change_asked"]
    assert honours.may_answer(cast.honours, PurposeChange.objects.get())

    withdraw(cast, case)

    assert asked() == []
    change = PurposeChange.objects.get()
    assert not honours.may_answer(cast.honours, change)
    with pytest.raises(ActionError, match="beëindigd"):
        honours.answer(change, agreed=True, by=cast.honours)
    page = sign_in(cast.honours).get(f"/nl/desk/registrations/changes/{change.pk}/")
    assert "De aanmelding is beëindigd" in page.content.decode()


def test_no_transcript_comes_into_a_case_that_ends_meanwhile(
    cast: Cast, case: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = receiving._to_look_at

    def meanwhile(*args: object) -> object:
        withdraw(cast, case)
        return look(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "_to_look_at", meanwhile)

    with pytest.raises(ActionError):
        receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
    assert not Transcript.objects.exists()
