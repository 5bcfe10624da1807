"""Invitations: a link that works once, that GET does not spend, and that only its reader knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Membership, Role, User
from accounts.services import invitations
from accounts.services.memberships import Grant, MembershipError
from courses.models import SignedLink
from paperwork.models import Notice
from tests.factories import (
    PASSWORD,
    FacultyFactory,
    MemberFactory,
    ProgrammeFactory,
    UserFactory,
    days,
)
from tests.mails import letters
from tests.races import at_once

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]

NEW = {"name": "Femke de Groot", "password": "a-quiet-blue-bicycle"}


def invite(office: User, email: str = "femke@uni.example", **grant: Any) -> str:
    """Invite somebody to be exam staff, or what `grant` says; the address in their mail."""
    role = grant.pop("role", Role.EXAMS)
    invitations.invite(email, "Femke", "en", Grant(role, **grant), by=office)
    return address_in(letters()[-1])


def address_in(message: Any) -> str:
    found = re.search(r"http://localhost:\d+(/en/invitation/\S+/)", message.body)
    assert found
    return found[1]


def test_the_mail_says_who_invites_for_what_in_the_readers_language(office: User) -> None:
    faculty = FacultyFactory.create(name_en="Humanities")

    address = invite(office, role=Role.COORDINATOR, faculty=faculty)

    [sent] = letters()
    assert sent.to == ["femke@uni.example"]
    assert sent.subject == "Your invitation to Virtual Exchange: exchange coordinator"
    for words in (office.name, "exchange coordinator, Humanities", "works once"):
        assert words in sent.body
    invitation = Invitation.objects.get()
    token = address.split("/")[-2]
    assert invitation.digest == SignedLink.digest_of(token)
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(Notice.objects.values()))
    assert invitation.expires_at - invitation.created_at == timedelta(days=14)


def test_opening_the_link_changes_nothing(office: User, client: Client) -> None:
    address = invite(office)
    before = list(Invitation.objects.values())

    for method in (client.get, client.head):
        answer = method(address)
        assert answer.status_code == 200
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "private, no-store"
        assert not answer.cookies

    page = client.get(address).text
    assert office.name in page
    assert "Exam staff" in page
    assert "csrfmiddlewaretoken" not in page.partition("<main")[2].partition("</main>")[0]
    assert list(Invitation.objects.values()) == before
    assert not User.objects.filter(email="femke@uni.example").exists()


def test_accepting_makes_the_account_with_its_role_and_signs_in(office: User) -> None:
    faculty = FacultyFactory.create()
    programme = ProgrammeFactory.create(faculty=faculty)
    address = invite(office, role=Role.COORDINATOR, faculty=faculty, programmes=(programme,))
    client = Client(enforce_csrf_checks=True)  # the page has no cookie to check

    answer = client.post(address, NEW)

    assert answer.status_code == 302
    user = User.objects.get(email="femke@uni.example")
    assert (user.name, user.language, user.roles) == (NEW["name"], "en", {"coordinator"})
    assert user.check_password(NEW["password"])
    assert EmailAddress.objects.get(user=user).verified
    membership = Membership.objects.get(user=user)
    assert membership.given_by == office
    assert list(membership.programmes.all()) == [programme]
    assert client.session["_auth_user_id"] == str(user.pk)
    assert UserSession.objects.filter(user=user).count() == 1  # their list of sessions has it
    invitation = Invitation.objects.get()
    assert (invitation.accepted_by, invitation.is_usable) == (user, False)
    # Staff are asked for a second factor before anything else.
    assert "/account/2fa/" in client.get("/en/account/")["Location"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "password": NEW["password"]}, "name"),
        ({"name": "F", "password": ""}, "password"),
        ({"name": "F", "password": "short"}, "password"),
        ({"name": "F", "password": "femke@uni.example"}, "password"),
        ({"name": "x" * 151, "password": NEW["password"]}, "name"),
        ({"name": "F\x00", "password": NEW["password"]}, "name"),
    ],
)
def test_what_is_not_right_is_said_at_its_field(
    office: User, client: Client, sent: dict[str, str], field: str
) -> None:
    address = invite(office)

    answer = client.post(address, sent)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.text
    assert Invitation.objects.get().is_usable


def test_a_password_is_refused_in_the_readers_language(office: User, client: Client) -> None:
    address = invite(office).replace("/en/", "/nl/")

    for password, words in [
        ("kort", "minstens 12 tekens"),
        ("password1234", "op de lijsten die aanvallers"),
        ("femke@uni.example", "te veel op je e-mailadres"),
    ]:
        assert words in client.post(address, NEW | {"password": password}).text


def test_a_spent_revoked_or_expired_link_says_what_to_do(office: User, client: Client) -> None:
    spent, revoked, expired = (invite(office, f"p{n}@uni.example") for n in range(3))
    assert client.post(spent, NEW).status_code == 302
    invitations.revoke(Invitation.objects.get(email="p1@uni.example"), by=office)
    Invitation.objects.filter(email="p2@uni.example").update(expires_at=timezone.now())

    for address, words in [
        (spent, "has been accepted"),
        (revoked, "was withdrawn"),
        (expired, "has expired"),
    ]:
        for answer in (Client().get(address), Client().post(address, NEW)):
            assert answer.status_code == 410
            assert words in answer.text
            assert answer["Referrer-Policy"] == "no-referrer"
    assert User.objects.filter(email__startswith="p").exclude(pk=office.pk).count() == 1


def test_a_role_of_which_the_last_day_has_passed_is_not_taken_up(
    office: User, client: Client
) -> None:
    """Nothing is made, and the link stays: the office can end the role on another day."""
    address = invite(office, ends_on=days(1))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        answer = client.post(address, NEW)

    assert answer.status_code == 409
    assert "This role was until" in answer.text
    assert not User.objects.filter(email="femke@uni.example").exists()
    assert Invitation.objects.get().spent_at is None
    with time_machine.travel(timezone.now() + timedelta(days=1)):  # its last day still counts
        assert client.post(address, NEW).status_code == 302


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "..%2f..", "ünïcode"])
def test_a_token_that_is_none_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/en/invitation/{token}/").status_code == 404
    assert client.post(f"/en/invitation/{token}/", NEW).status_code == 404


def test_another_site_cannot_send_its_own_invitation(office: User, client: Client) -> None:
    address = invite(office)

    answer = client.post(address, NEW, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert Invitation.objects.get().is_usable


def test_sending_again_makes_a_new_link_and_ends_the_old(office: User, client: Client) -> None:
    old = invite(office)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert client.get(old).status_code == 410

        invitations.resend(Invitation.objects.get(), by=office)

        [letter] = letters()  # that of the old link is not sent any more
        new = address_in(letter)
        assert client.get(old).status_code == 404
        assert client.post(new, NEW).status_code == 302
    with pytest.raises(MembershipError):
        invitations.resend(Invitation.objects.get(), by=office)


def test_somebody_with_an_account_gets_the_role_at_once_and_is_told(office: User) -> None:
    user = UserFactory.create(email="ann@uni.example", language="en")

    invited = invitations.invite("ANN@uni.example", "x", "nl", Grant(Role.AUDITOR), by=office)

    assert invited.membership
    assert invited.membership.user == user
    assert User.objects.get(pk=user.pk).roles == {"auditor"}
    assert not Invitation.objects.exists()
    assert "auditor" in letters()[-1].subject


def test_an_account_that_nobody_proved_is_no_account(office: User, client: Client) -> None:
    """Who signed up with somebody else's address does not get their role."""
    squatter = User.objects.create_user("femke@uni.example", "the-squatters-own-words")
    EmailAddress.objects.create(user=squatter, email=squatter.email, verified=False, primary=True)

    address = invite(office)
    assert not Membership.objects.filter(user=squatter).exists()
    assert client.post(address, NEW).status_code == 302

    user = User.objects.get(email="femke@uni.example")
    assert user.pk != squatter.pk
    assert not user.check_password("the-squatters-own-words")


def test_who_made_an_account_meanwhile_keeps_it(office: User, client: Client) -> None:
    address = invite(office)
    user = UserFactory.create(email="femke@uni.example")

    assert "You have an account" in client.get(address).text
    answer = client.post(address)

    assert answer.status_code == 302
    user = User.objects.get(pk=user.pk)
    assert user.roles == {"exams"}
    assert user.check_password(PASSWORD)
    assert "_auth_user_id" not in client.session  # they sign in with what they have


def test_a_second_invitation_is_explained(office: User) -> None:
    invite(office)

    with pytest.raises(MembershipError, match="femke@uni"):
        invite(office, "Femke@uni.example", role=Role.AUDITOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            email="FEMKE@uni.example",
            name="x",
            language="nl",
            role=Role.EXAMS,
            digest="d",
            expires_at=timezone.now(),
        )

    assert Invitation.objects.count() == 1


def test_an_expired_invitation_is_replaced(office: User, client: Client) -> None:
    old = invite(office)
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        new = invite(office, role=Role.AUDITOR)
        assert client.get(new).status_code == 200
        assert "withdrawn" in client.get(old).text


def test_only_the_office_invites(office: User) -> None:
    auditor = MemberFactory.create(role=Role.AUDITOR)
    with pytest.raises(PermissionDenied):
        invite(auditor)
    assert not Invitation.objects.exists()


# In the office


FORM = {
    "email": "femke@uni.example",
    "name": "Femke",
    "language": "nl",
    "role": "exams",
    "starts_on": "2020-01-01",
}


def test_the_office_invites_and_sees_it_in_the_list(sign_in: SignIn, office: User) -> None:
    client = sign_in(office)

    answer = client.post("/en/office/people/invite/", FORM, follow=True)

    assert "An invitation to femke@uni.example is being sent" in answer.text
    assert "e-mail is being sent" in answer.text
    again = client.post("/en/office/people/invite/", FORM)
    assert again.status_code == 422
    assert "has an open invitation already" in again.text
    assert 'value="femke@uni.example"' in again.text  # what was typed is kept


def test_an_invitation_that_is_not_made_is_not_mailed(office: User) -> None:
    invite(office)

    with pytest.raises(MembershipError):
        invitations.invite("femke@uni.example", "F", "nl", Grant(Role.EXAMS), by=office)

    assert len(letters()) == 1


def test_the_list_costs_the_same_for_one_and_for_three(
    sign_in: SignIn, office: User, django_assert_num_queries: Any
) -> None:
    client = sign_in(office)
    invite(office, "a@uni.example", role=Role.COORDINATOR, faculty=FacultyFactory.create())
    client.get("/en/office/people/invitations/")
    with django_assert_num_queries(8):
        client.get("/en/office/people/invitations/")
    for n in range(2):
        invite(office, f"b{n}@uni.example", role=Role.COORDINATOR, faculty=FacultyFactory.create())
    with django_assert_num_queries(8):
        assert client.get("/en/office/people/invitations/").text.count("is being sent") == 3


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_does(transactional_db: None) -> None:
    office = MemberFactory.create(role=Role.OFFICE)
    token = invite(office).split("/")[-2]

    results = at_once(
        [
            lambda n=n: invitations.accept(token, name=f"Person {n}", password=NEW["password"])
            for n in range(5)
        ]
    )

    winners = [one for one in results if isinstance(one, User)]
    assert len(winners) == 1
    assert sum(isinstance(one, MembershipError) for one in results) == 4
    assert Membership.objects.filter(role=Role.EXAMS).count() == 1
    assert User.objects.get(email="femke@uni.example").name == winners[0].name


@pytest.mark.django_db(transaction=True)
def test_an_invitation_revoked_while_it_is_accepted_is_one_or_the_other(
    transactional_db: None,
) -> None:
    office = MemberFactory.create(role=Role.OFFICE)
    token = invite(office).split("/")[-2]
    invitation = Invitation.objects.get()

    results = at_once(
        [
            lambda: invitations.accept(token, name="F", password=NEW["password"]),
            lambda: invitations.revoke(invitation, by=office),
        ]
    )

    assert sum(isinstance(one, MembershipError) for one in results) == 1
    invitation.refresh_from_db()
    assert (invitation.spent_at is None) != (invitation.revoked_at is None)


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_the_same_person_at_once_make_one_invitation(
    transactional_db: None,
) -> None:
    one, two = (MemberFactory.create(role=Role.OFFICE) for _ in range(2))

    results = at_once(
        [
            lambda by=by: invitations.invite("f@u.example", "F", "nl", Grant(Role.EXAMS), by=by)
            for by in (one, two)
        ]
    )

    assert sum(isinstance(result, MembershipError) for result in results) == 1, results
    assert Invitation.objects.count() == 1
