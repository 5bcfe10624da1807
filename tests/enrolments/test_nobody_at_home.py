"""Where nobody at home can decide, the office hears of it, and can pass on what was mailed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, User
from enrolments import unchecked
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.services import acting, actions, homes, upkeep
from enrolments.services.actions import ActionError
from paperwork.models import Attachment, Event, Notice
from tests import factories
from tests.enrolments.cases import Cast, case_of, fresh, make_cast
from tests.factories import days
from tests.paperwork.files import samples
from tests.races import at_once

LEIDEN = ZoneInfo("Europe/Amsterdam")
KINDS = {"incoming": "home", "outgoing": "coordinator", "honours": "honours"}


def alone(kind: str) -> Cast:
    """Everybody, but nobody who decides at home."""
    cast = make_cast(Kind.INCOMING if kind == "incoming" else Kind.OUTGOING)
    Membership.objects.filter(user=getattr(cast, KINDS[kind])).delete()
    if kind == "honours":
        cast.owner.student.honours = True
        cast.owner.student.save()
    return cast


def purpose_of(kind: str) -> str:
    return {"incoming": "", "outgoing": "extracurricular", "honours": "honours"}[kind]


@pytest.mark.parametrize("kind", KINDS)
class TestTheOffice:
    def test_hears_of_what_nobody_can_check(self, db: None, kind: str) -> None:
        cast = alone(kind)
        case = case_of(cast, "draft", purpose=purpose_of(kind))

        acting.act(case, "submit", by=cast.owner)

        notice = Notice.objects.get(kind="enrolments.nobody_checks")
        assert (notice.recipient, notice.asks) == (cast.office, True)
        assert not Notice.objects.filter(kind="enrolments.to_check").exists()

    def test_is_chased_for_it(self, db: None, kind: str) -> None:
        cast = alone(kind)
        case_of(cast, "submitted", purpose=purpose_of(kind), due_on=days(-9))

        upkeep.chase(datetime(2026, 11, 30, 9, tzinfo=LEIDEN))

        chased = Notice.objects.filter(kind="enrolments.overdue")
        assert [notice.recipient for notice in chased] == [cast.office]

    def test_has_it_to_do(self, db: None, kind: str, sign_in: Callable[[User], Client]) -> None:
        cast = alone(kind)
        case = case_of(cast, "submitted", purpose=purpose_of(kind))
        client = sign_in(cast.office)

        assert "pplication that nobody can check" in client.get("/en/office/").text
        (found,) = unchecked.by_faculty()
        assert found.number == 1
        assert case.reference in client.get(f"/en/desk/?{found.query}").text


@pytest.mark.parametrize("kind", KINDS)
def test_with_somebody_at_home_the_office_hears_nothing(db: None, kind: str) -> None:
    cast = make_cast(Kind.INCOMING if kind == "incoming" else Kind.OUTGOING)
    if kind == "honours":
        cast.owner.student.honours = True
        cast.owner.student.save()
    case = case_of(cast, "draft", purpose=purpose_of(kind))

    acting.act(case, "submit", by=cast.owner)
    Enrolment.objects.update(due_on=days(-9))
    upkeep.chase(datetime(2026, 11, 30, 9, tzinfo=LEIDEN))

    assert not Notice.objects.filter(recipient=cast.office).exists()
    assert unchecked.by_faculty() == []


def test_a_coordinator_of_some_programmes_checks_those_alone(db: None) -> None:
    cast = alone("outgoing")
    case = case_of(cast, "submitted", purpose="extracurricular")
    some = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    held = Membership.objects.get(user=some)
    other = factories.ProgrammeFactory.create(faculty=cast.faculty)

    held.programmes.set([other])
    assert [one.number for one in unchecked.by_faculty()] == [1]
    held.programmes.set([other, case.programme])
    assert unchecked.by_faculty() == []


def test_the_office_passes_on_what_the_home_university_mailed(
    db: None, sign_in: Callable[[User], Client]
) -> None:
    cast = alone("incoming")
    case = case_of(cast, "submitted")
    client, address = sign_in(cast.office), f"/en/desk/{case.reference}/home-answer/"
    assert address in client.get(f"/en/desk/{case.reference}/").text
    assert client.post(address, {"answer": "approve"}).status_code == 422
    assert fresh(case).state == State.SUBMITTED
    mail = SimpleUploadedFile("mail.pdf", samples.plain())

    answer = client.post(
        address,
        {"answer": "approve", "name": "Ana Conda", "answered_on": days(-1), "mail": mail},
    )

    assert answer.status_code == 302
    assert fresh(case).state == State.APPROVED
    approved, passed_on = acting.history(case)[-2:]
    assert (approved.action, approved.role, approved.actor) == ("approve", "home", None)
    assert approved.actor_name == f"Ana Conda ({cast.home_university.code})"
    assert (passed_on.action, passed_on.actor) == ("home_answer", cast.office)
    kept = Attachment.objects.about(case).get()
    assert passed_on.details == {"answered_on": days(-1).isoformat(), "file": str(kept.pk)}
    page = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/").text
    assert "Ana Conda" in page
    assert "mail.pdf" not in page, "it may name others"


def said(case: Enrolment, by: User, *, approved: bool = True, reason: str = "") -> Event:
    return homes.answer_by_mail(
        case,
        approved=approved,
        name="Ana Conda",
        reason=reason,
        answered_on=timezone.localdate(),
        upload=SimpleUploadedFile("mail.pdf", samples.plain()),
        by=by,
    )


def test_a_refusal_needs_a_sentence_for_the_student(
    db: None, sign_in: Callable[[User], Client]
) -> None:
    cast = alone("incoming")
    case = case_of(cast, "submitted")
    client, address = sign_in(cast.office), f"/en/desk/{case.reference}/home-answer/"
    form = {"answer": "reject", "name": "Ana Conda", "answered_on": days(0)}

    for reason, status in (("", 422), ("It does not fit.", 302)):
        mail = SimpleUploadedFile("mail.pdf", samples.plain())
        sent = {**form, "reason": reason, "mail": mail}
        assert client.post(address, sent).status_code == status

    assert fresh(case).state == State.REJECTED
    told = Notice.objects.get(kind="enrolments.rejected", recipient=cast.owner)
    assert "It does not fit." in told.text


def test_it_is_for_the_office_in_the_state_and_without_an_account_alone(db: None) -> None:
    cast = alone("incoming")
    possible = set()
    for state in State:
        for who, user in cast.people().items():
            case = case_of(cast, state)
            try:
                said(case, user)
            except ActionError:
                assert fresh(case).state == state
            else:
                possible.add((who, state.value))

    assert possible == {("office", "submitted")}
    assert Attachment.objects.count() == 1
    assert "approve" not in actions.actions_for(cast.office, case_of(cast, "submitted"))


def test_where_somebody_has_an_account_they_decide_themselves(db: None) -> None:
    cast = make_cast(Kind.INCOMING)
    case = case_of(cast, "submitted")

    with pytest.raises(ActionError):
        said(case, cast.office)

    outgoing = case_of(make_cast(), "submitted", purpose="extracurricular")
    with pytest.raises(ActionError):
        said(outgoing, cast.office)


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_is_kept() -> None:
    cast = alone("incoming")
    case = case_of(cast, "submitted")

    results = at_once([partial(said, fresh(case), cast.office) for _number in range(8)])

    assert sum(isinstance(result, Event) for result in results) == 1, results
    assert all(isinstance(result, (Event, ActionError)) for result in results), results
    assert Attachment.objects.about(case).count() == 1
