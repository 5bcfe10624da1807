"""What came of an invitation's mail: the office's list tells it truly, and it can be sent again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Role, User
from accounts.services import invitations
from accounts.services.memberships import Grant
from courses.services.offer import offer_changed
from paperwork.models import Notice, Owed, SettingVersion
from tests.mails import letters

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


def invite(office: User) -> None:
    invitations.invite("femke@uni.example", "Femke", "en", Grant(Role.EXAMS), by=office)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Owed.State.NEW, "e-mail is being sent"),
        (Owed.State.LEASED, "e-mail is being sent"),
        (Owed.State.DONE, "e-mail sent on"),
        (Owed.State.UNCERTAIN, "e-mail perhaps sent"),
        (Owed.State.DEAD, "e-mail could not be delivered"),
    ],
)
def test_the_list_says_what_came_of_the_mail(
    sign_in: SignIn, office: User, state: str, words: str
) -> None:
    invite(office)
    Notice.objects.update(state=state, done_at=timezone.now())

    assert words in sign_in(office).get("/en/office/people/invitations/").text


def test_a_mail_that_was_given_up_can_be_sent_again(sign_in: SignIn, office: User) -> None:
    client = sign_in(office)
    invite(office)
    Notice.objects.update(state=Owed.State.DEAD)
    invitation = Invitation.objects.get()

    page = client.post(f"/en/office/people/invitations/{invitation.pk}/resend/", follow=True).text
    assert "is being sent" in page
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["cancelled", "new"]
    page = client.post(f"/en/office/people/invitations/{invitation.pk}/revoke/", follow=True).text
    assert "no longer works" in page
    assert letters() == []
    for action in ("revoke", "resend"):  # by a colleague who was a moment too late
        path = f"/en/office/people/invitations/{invitation.pk}/{action}/"
        assert "accepted or revoked already" in client.post(path, follow=True).text


def test_the_pages_say_for_how_many_days_a_link_works(sign_in: SignIn, office: User) -> None:
    with transaction.atomic():
        SettingVersion.objects.create(name="accounts.invitation_days", number=1, value=21)
        offer_changed()
    invite(office)
    client = sign_in(office)

    for page in ("invite", "invitations"):
        text = client.get(f"/en/office/people/{page}/").text
        assert "for 21 days" in text, page
        assert "14 days" not in text, page
