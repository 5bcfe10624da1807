"""Accounts without a case, and messages and lists about none: named first, deleted a week later."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import Role, StudentProfile, User
from accounts.services import accounts
from enrolments.models import Enrolment
from exams.models import Invigilator
from paperwork import verifying
from paperwork.models import Document, Event, Notice, subject_of
from paperwork.models.owed import Owed
from paperwork.services import chain
from paperwork.services.events import record
from privacy.models import DataCopy, DueRow, Preview
from privacy.services import retention
from tests import factories
from tests.enrolments.cases import case_in
from tests.exams import sittings
from tests.privacy.test_retention import HOME, SignIn, files, in_days, rejected

__all__ = ["files"]
LONG_AGO = timedelta(days=800)


def asleep(user: User) -> User:
    """Somebody who has not signed in for longer than accounts are kept."""
    long_ago = timezone.now() - LONG_AGO
    User.objects.filter(pk=user.pk).update(last_login=long_ago, created_at=long_ago)
    return user


def message(about: Any = None, *, to: User | None = None, days: int = 800) -> Notice:
    kind, pk = subject_of(about)
    return Notice.objects.create(
        key=f"key-{Notice.objects.count()}",
        kind="test",
        recipient=to or a_member(),
        language="nl",
        subject="Said",
        text="Something.",
        subject_kind=kind,
        subject_id=pk,
        state=Owed.State.DONE,
        created_at=timezone.now() - timedelta(days=days),
    )


def a_member() -> User:
    return factories.MemberFactory.create(role=Role.COORDINATOR)


@pytest.mark.django_db
def test_who_never_proved_an_address_leaves_no_name_behind(files: Path) -> None:
    """Whether somebody else begins with the address or its time is over; others stay."""
    name = "Somebody’s name"
    again, old, young = (factories.UserFactory.create(name=name) for _number in range(3))
    EmailAddress.objects.update(verified=False)
    User.objects.filter(pk=old.pk).update(created_at=timezone.now() - LONG_AGO)
    for user in (again, old, young):
        record(user, "sign_up", by=user)
    chain.seal()

    accounts.forget_unverified(again.email)
    assert accounts.forget_old_unverified() == 1

    assert list(User.objects.all()) == [young]
    assert [event.actor for event in Event.objects.filter(actor_name=name)] == [young]
    found = verifying.verify()
    assert (found.faults, found.let_go) == ([], 2)


def a_list(about: Any, days: int = 2700) -> Document:
    kind, pk = subject_of(about)
    document = factories.DocumentFactory.create(subject_kind=kind, subject_id=pk)
    then = timezone.now() - timedelta(days=days)
    Document.objects.filter(pk=document.pk).update(created_at=then)
    return document


def two_nights() -> None:
    retention.run()
    retention.run(in_days(7))


@pytest.mark.django_db
class TestAccounts:
    def test_one_without_a_case_is_named_and_goes_a_week_later(self) -> None:
        student = asleep(factories.StudentFactory.create())
        record(student, "change_profile", by=student)
        told = message(to=student, days=3)
        DataCopy.objects.create(user=student, language="nl")
        chain.seal()

        retention.run()

        assert Preview.objects.get().named == {"accounts": 1}
        assert [row.number for row in DueRow.objects.all()] == [student.pk]
        retention.run(in_days(6))
        assert User.objects.filter(pk=student.pk).exists()
        retention.run(in_days(7))
        assert not User.objects.filter(pk=student.pk).exists()
        assert not StudentProfile.objects.filter(user=student.pk).exists()
        assert not Notice.objects.filter(pk=told.pk).exists()
        assert not Event.objects.filter(actor=student.pk).exists()
        assert not Event.objects.about(student).exists()
        assert verifying.verify().faults == []
        done = Event.objects.about(Preview.objects.get()).get(action="carry_out")
        assert done.details == {"accounts": 1}
        assert done.actor is None

    @pytest.mark.parametrize("why", ["case", "role", "former role", "watches", "signed in"])
    def test_who_still_needs_it_keeps_it(self, why: str) -> None:
        user = asleep(factories.StudentFactory.create())
        match why:
            case "case":
                case_in("approved", student=user)
            case "role" | "former role":
                held = factories.MembershipFactory.create(user=user, role=Role.OFFICE)
                if why == "former role":
                    type(held).objects.filter(pk=held.pk).update(ended_at=timezone.now())
            case "watches":
                Invigilator.objects.create(user=user, name="Ira")
            case "signed in":
                User.objects.filter(pk=user.pk).update(last_login=timezone.now())

        two_nights()

        assert User.objects.filter(pk=user.pk).exists()
        assert not Preview.objects.filter(named__has_key="accounts").exists()

    def test_who_signs_in_after_being_named_keeps_it(self) -> None:
        user = asleep(factories.StudentFactory.create())
        retention.run()
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())

        retention.run(in_days(7))

        assert User.objects.filter(pk=user.pk).exists()
        assert Preview.objects.get().deleted == {"accounts": 0}

    def test_a_hold_on_the_person_keeps_it(self, office: User) -> None:
        user = asleep(factories.StudentFactory.create())
        retention.run()
        retention.place_hold(case=None, person=user, reason="Appeal.", until=in_days(9), by=office)

        retention.run(in_days(7))

        assert User.objects.filter(pk=user.pk).exists()

    def test_the_last_case_goes_first_then_the_account(self) -> None:
        student = asleep(rejected().student)

        two_nights()
        assert not Enrolment.objects.filter(student=student).exists()
        assert User.objects.filter(pk=student.pk).exists()
        retention.run(in_days(14))

        assert not User.objects.filter(pk=student.pk).exists()


@pytest.mark.django_db
class TestMessagesAndLetters:
    def test_what_is_about_no_case_goes_and_the_rest_stays(self) -> None:
        case = case_in("approved")
        seat = sittings.seat(sittings.SittingFactory.create(), case_in("enrolled"))
        gone = [message(), message(case.edition), message(seat)]
        kept = [message(case), message(days=700)]
        seat.delete()  # it led to a case
        waiting = message()
        Notice.objects.filter(pk=waiting.pk).update(state=Owed.State.NEW)

        two_nights()

        assert set(Notice.objects.exclude(kind="privacy.will_be_deleted")) == {*kept, waiting}
        assert Preview.objects.get().deleted == {"messages": len(gone)}

    def test_a_message_about_the_list_of_a_case_stays_with_it(self) -> None:
        told = message(a_list(case_in("approved"), days=800))

        two_nights()

        assert Notice.objects.filter(pk=told.pk).exists()

    def test_a_hold_on_who_got_it_keeps_it(self, office: User) -> None:
        told = message()
        assert told.recipient
        retention.place_hold(
            case=None, person=told.recipient, reason="Appeal.", until=in_days(9), by=office
        )

        two_nights()

        assert Notice.objects.filter(pk=told.pk).exists()

    @pytest.mark.parametrize("held", [False, True])
    def test_a_list_goes_unless_a_case_on_it_is_held(
        self, held: bool, office: User, files: Path
    ) -> None:
        seat = sittings.seat(sittings.SittingFactory.create(), case_in("enrolled"))
        old, other = a_list(seat.sitting), a_list(sittings.SittingFactory.create(), days=2000)
        if held:
            retention.place_hold(
                case=seat.enrolment, person=None, reason="Appeal.", until=in_days(9), by=office
            )

        two_nights()

        assert Document.objects.filter(pk=old.pk).exists() is held
        assert Document.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db
def test_a_preview_says_which_in_words(sign_in: SignIn, office: User, client: Client) -> None:
    user = asleep(factories.StudentFactory.create(name="Noor de Wit"))
    told = message()
    retention.run()
    preview = Preview.objects.get()

    page = sign_in(office).get(f"{HOME}{preview.pk}/").content.decode()

    assert "Noor de Wit" in page
    assert f"/office/people/{user.pk}/" in page
    written = timezone.localdate(Notice.objects.get(pk=told.pk).created_at)
    assert f"{written.day} {date.strftime(written, '%B %Y')}" in page
    assert "1 account without an application" in sign_in(office).get(HOME).content.decode()
