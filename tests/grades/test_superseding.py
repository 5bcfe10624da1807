"""A result corrected after it was sent: who can see what was sent, and what of it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, PortalRules, Purpose
from enrolments.services import rules
from grades import proposing, registrations
from grades.models import HonoursLink, Registration, Result, Transcript
from grades.services import honours, registering, superseding, verifying
from grades.services.registration_actions import ActionError, StaleError
from paperwork.models import Document, Event, Notice
from tests import factories
from tests.enrolments.cases import Cast, make_cast
from tests.grades.registering import fresh, moved, opened, result_of, today
from tests.grades.rows import transcript_of
from tests.grades.test_verifying import statement
from tests.races import at_once

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
FAIL = {"grade": Decimal(4), "passed": False}


def sent(cast: Cast, **fields: Any) -> Registration:
    return moved(opened(cast, **fields), "file", "decide", "send", cast=cast)


def corrected(row: Registration, cast: Cast, **fields: Any) -> Registration | None:
    """The registration that follows after the coordinator has corrected the result of `row`."""
    before = row.result
    Result.objects.filter(pk=before.pk).update(current=False)
    known = {"transcript": before.transcript, "replaces": before, "reason": "A typing error."}
    after = result_of(row.enrolment, cast.coordinator, **known | {"grade": Decimal(7)} | fields)
    return registering.open_registration(after)


def address_of(row: Registration) -> str:
    return f"/en/desk/registrations/{row.enrolment.reference}/earlier/{row.pk}/"


@pytest.mark.parametrize("steps", [[], ["register"]])
@pytest.mark.parametrize("passed", [True, False])
def test_the_administration_finds_what_was_sent(
    sign_in: SignIn, steps: list[str], passed: bool
) -> None:
    cast = make_cast()
    row = moved(sent(cast), *steps, cast=cast)
    corrected(row, cast, **({} if passed else FAIL))
    client = sign_in(cast.administration)
    said = Notice.objects.get(kind="grades.registration_corrected")

    assert said.recipient == cast.administration
    assert ("Er komt een nieuw formulier" in said.text) is passed
    assert ("geen voldoende" in said.text) is not passed
    page = client.get(said.link)
    assert page.status_code == 200
    html = client.get(address_of(row)).content.decode()
    assert [value in html for value in ("A typing error.", "U-1")] == [True, bool(steps)]
    assert f"<strong>{'7' if passed else '4'}</strong>" in html
    assert ("A new form follows" in html) is passed
    listed = client.get("/en/desk/registrations/?view=corrected").content.decode()
    assert address_of(row) in listed
    old = client.get(f"/en/desk/registrations/{row.enrolment.reference}/")
    assert (old.status_code, old["Location"]) == (302, address_of(row))


def test_the_coordinator_finds_it_from_the_new_one_and_after_a_fail(sign_in: SignIn) -> None:
    cast = make_cast()
    row = sent(cast)
    corrected(row, cast)
    client = sign_in(cast.coordinator)
    page = f"/en/desk/registrations/{row.enrolment.reference}/"

    assert address_of(row) in client.get(page).content.decode()
    assert page in client.get(address_of(row)).content.decode()
    # Of one case one line: the one that holds.
    assert list(registrations.listed(cast.coordinator)) == list(Registration.objects.current())

    other = sent(cast)
    corrected(other, cast, **FAIL)
    assert client.get(address_of(other)).status_code == 200
    assert other in registrations.listed(cast.coordinator)


def test_others_do_not_find_it(sign_in: SignIn) -> None:
    cast = make_cast()
    row = sent(cast)
    address = address_of(row)
    assert sign_in(cast.administration).get(address).status_code == 404  # it holds still
    corrected(row, cast)

    for who in (cast.other_coordinator, cast.honours):
        assert sign_in(who).get(address).status_code == 404
    assert sign_in(cast.owner).get(address).status_code == 403
    assert sign_in(cast.administration).get(address).status_code == 200  # the control
    assert sign_in(cast.administration).post(address).status_code == 409  # a new one follows


def test_the_papers_of_what_was_sent_no_longer_count(sign_in: SignIn) -> None:
    cast = make_cast()
    row = sent(cast)
    form = Document.objects.about(row).get(kind="grades.registration")
    Document.objects.filter(pk=form.pk).update(state="done", file="documents/a.pdf", sha256="0")
    corrected(row, cast, **FAIL)

    form.refresh_from_db()
    assert form.withdrawn_at is not None
    assert not Document.objects.about(row).unfinished().exists()
    assert form.title in sign_in(cast.administration).get(address_of(row)).content.decode()


def test_the_academy_s_link_ends_with_it() -> None:
    cast = make_cast()
    portal = PortalRules.now()
    portal.honours_email = "academy@university.example"
    rules.save_rules(portal)
    row = moved(opened(cast, purpose=Purpose.HONOURS), "prepare", cast=cast)
    honours.send_overview(row, by=cast.honours)
    assert HonoursLink.objects.get().is_usable
    before = row.result
    Result.objects.filter(pk=before.pk).update(current=False)
    after = result_of(
        row.enrolment,
        cast.honours,
        transcript=before.transcript,
        replaces=before,
        reason="Why.",
        grade=Decimal(7),
    )
    registering.open_registration(after)

    assert not HonoursLink.objects.get().is_usable


def test_who_has_filed_is_not_asked_again_and_the_coordinators_hear_it() -> None:
    cast = make_cast()
    colleague = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    row = sent(cast)
    asked = Notice.objects.filter(kind="grades.registration_to_file").count()
    again = corrected(row, cast)

    assert again is not None
    assert again.filed_on == today()
    assert Notice.objects.filter(kind="grades.registration_to_file").count() == asked
    told = Notice.objects.about(again).get(kind="grades.registration_filed")
    assert (told.recipient, told.is_to_do) == (colleague, True)
    assert "verbeterd" in told.text

    unfiled = opened(cast)  # the control
    assert Notice.objects.about(unfiled).filter(kind="grades.registration_to_file").exists()


def test_the_type_that_was_chosen_stays_with_what_was_filed_of_it() -> None:
    cast = make_cast()
    row, proposed = opened(cast), opened(cast).request_type
    other = next(one for one in proposing.allowed_for(row.enrolment) if one != row.request_type)
    also = {"request_type": other, "override_reason": "The Board wants it so."}
    registering.act(row, "choose", by=cast.coordinator, also=also)
    row = moved(fresh(row), "file", "decide", "send", cast=cast)
    again = corrected(row, cast)

    assert again is not None
    assert (again.request_type, again.proposed_type) == (other, proposed)
    assert again.override_reason == "The Board wants it so."
    assert again.filed_on == today()


def test_what_was_asked_is_settled_when_the_new_one_is_sent() -> None:
    cast = make_cast()
    row = sent(cast)
    again = corrected(row, cast)
    assert again is not None
    said = Notice.objects.filter(kind="grades.registration_corrected")
    assert said.to_do().exists()
    moved(fresh(again), "decide", "send", cast=cast)

    assert not said.to_do().exists()
    assert row not in registrations.listed(cast.administration)


def test_after_a_fail_the_administration_records_that_usis_follows(sign_in: SignIn) -> None:
    cast = make_cast()
    row = moved(sent(cast), "register", cast=cast)
    corrected(row, cast, **FAIL)
    mine = {"view": "mine"}
    assert list(registrations.find(cast.administration, mine).rows) == [row]

    with pytest.raises(ActionError):
        superseding.deal_with(fresh(row), by=cast.coordinator)  # there is an administration
    client = sign_in(cast.administration)
    assert client.post(address_of(row)).status_code == 302
    assert client.post(address_of(row)).status_code == 409

    assert not Notice.objects.about(row).to_do().exists()
    assert not registrations.find(cast.administration, mine).number
    assert Event.objects.about(row).filter(action="dealt_with").count() == 1
    assert "recorded that uSis" in client.get(address_of(row)).content.decode()


def test_no_mark_of_that_kind_while_a_new_one_follows() -> None:
    cast = make_cast()
    row = sent(cast)
    corrected(row, cast)

    with pytest.raises(ActionError):
        superseding.deal_with(fresh(row), by=cast.administration)


def test_it_can_be_ended_when_what_follows_is_refused(sign_in: SignIn) -> None:
    cast = make_cast()
    row = moved(sent(cast), "register", cast=cast)
    again = corrected(row, cast)
    assert again is not None
    client = sign_in(cast.administration)
    assert "A new form follows" in client.get(address_of(row)).content.decode()

    moved(fresh(again), "refuse", cast=cast)

    page = client.get(address_of(row)).content.decode()
    assert "The new request was refused" in page
    assert "A new form follows" not in page
    assert client.post(address_of(row)).status_code == 302
    assert not Notice.objects.about(row).to_do().exists()
    assert row not in registrations.listed(cast.administration)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_record_it_at_once_one_does(transactional_db: None) -> None:
    cast = make_cast()
    row = moved(sent(cast), "register", cast=cast)
    corrected(row, cast, **FAIL)
    colleague = factories.MemberFactory.create(role=Role.ADMINISTRATION, faculty=cast.faculty)

    def by(user: User) -> Callable[[], object]:
        return lambda: superseding.deal_with(fresh(row), by=user)

    outcome = at_once([by(cast.administration), by(colleague)])

    assert sum(isinstance(one, Event) for one in outcome) == 1, outcome
    assert sum(isinstance(one, StaleError) for one in outcome) == 1, outcome
    assert Event.objects.filter(action="dealt_with").count() == 1


def _second_version(case: Enrolment) -> Transcript:
    Transcript.objects.filter(enrolment=case).update(state="superseded")
    row = transcript_of(case, version=2)
    return Transcript.objects.select_related(
        "enrolment__edition__course__university", "enrolment__student"
    ).get(pk=row.pk)


def test_an_undone_correction_leaves_what_was_sent_as_it_was() -> None:
    cast = make_cast()
    row = sent(cast)
    form = Document.objects.about(row).get(kind="grades.registration")
    Document.objects.filter(pk=form.pk).update(state="done", file="documents/a.pdf", sha256="0")
    asked = set(Notice.objects.to_do().values_list("pk", flat=True))
    second = _second_version(row.enrolment)
    event = verifying.verify(
        second, statement(row.enrolment, "7"), by=cast.coordinator, reason="Another version."
    )
    form.refresh_from_db()
    assert form.withdrawn_at is not None
    assert fresh(row).current is False

    verifying.undo(event, second, by=cast.coordinator)

    form.refresh_from_db()
    assert form.withdrawn_at is None
    assert fresh(row).current is True
    assert list(Registration.objects.all()) == [row]
    held = Notice.objects.filter(kind="grades.registration_corrected")
    assert set(held.values_list("state", flat=True)) == {"cancelled"}
    assert set(Notice.objects.to_do().exclude(state="cancelled").values_list("pk", flat=True)) == (
        asked
    )


def test_a_form_still_being_made_is_made_after_all() -> None:
    cast = make_cast()
    row = sent(cast)
    second = _second_version(row.enrolment)
    said = statement(row.enrolment, "7")
    event = verifying.verify(second, said, by=cast.coordinator, reason="Another version.")
    assert not Document.objects.about(row).unfinished().exists()
    verifying.undo(event, second, by=cast.coordinator)

    made = Document.objects.about(row).unfinished().get()
    assert made.kind == "grades.registration"


@pytest.mark.parametrize("steps", [["file", "decide", "refuse"], ["file", "refuse"]])
def test_a_refused_request_s_papers_no_longer_count(steps: list[str]) -> None:
    cast = make_cast()
    row = moved(opened(cast), *steps[:-1], cast=cast)
    papers = Document.objects.about(row)
    papers.update(state="done", file="documents/a.pdf", sha256="0")
    assert papers.filter(withdrawn_at=None).exists()
    row = moved(row, "refuse", cast=cast)

    assert not papers.filter(withdrawn_at=None).exists()
    moved(row, "again", cast=cast)
    assert papers.unfinished().get().kind == "grades.petition"


def test_nor_does_the_overview_when_the_academy_says_no() -> None:
    cast = make_cast()
    row = moved(opened(cast, purpose=Purpose.HONOURS), "prepare", "send", cast=cast)
    other = factories.MemberFactory.create(role=Role.HONOURS)
    papers = Document.objects.about(row)
    papers.update(state="done", file="documents/a.pdf", sha256="0")
    registering.act(row, "decline", by=other, reason="It does not fit.")

    assert papers.exists()
    assert not papers.filter(withdrawn_at=None).exists()


def test_a_correction_waits_until_it_can_no_longer_be_undone() -> None:
    cast = make_cast()
    corrected(sent(cast), cast)
    said = Notice.objects.get(kind="grades.registration_corrected")

    assert said.due_at > timezone.now() + timedelta(seconds=5)
