"""What allauth has to say: in the portal's look, sealed until it has gone, and then nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from paperwork import tasks
from paperwork.models import Notice, Owed
from paperwork.services.settings import save_setting
from paperwork.wordings import messages, name_of
from tests import factories
from tests.mails import letters

pytestmark = pytest.mark.django_db
RESET = "/en/account/password/reset/"


@pytest.fixture
def code(client: Client) -> str:
    """The code that somebody was mailed who makes an account."""
    university = factories.UniversityFactory.create(code="UQ", name="Queensland")
    factories.EmailDomainFactory.create(university=university, domain="student.uq.example")
    typed = {
        "email": "new@student.uq.example",
        "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
    }
    client.post("/en/account/signup/", typed)
    return str(letters()[0].body).split("\n\n")[1].strip()


@pytest.mark.parametrize(
    ("language", "why"), [("nl", "Je krijgt dit omdat"), ("en", "You get this because")]
)
def test_they_look_like_all_mails_of_the_portal(client: Client, language: str, why: str) -> None:
    user = factories.UserFactory.create(language=language)
    client.post(RESET, {"email": user.email})

    [letter] = letters()
    [(page, kind)] = letter.alternatives
    assert kind == "text/html"
    link = next(word for word in letter.body.split() if "/reset/key/" in word)
    assert f"/{language}/account/" in link
    assert f'href="{link}"' in str(page)
    for part in (str(page), letter.body):
        assert why in part
    assert '<td class="sheet"' in str(page)
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_stranger_is_told_where_to_make_an_account(client: Client) -> None:
    client.post(RESET, {"email": "nobody@mail.example"})

    [letter] = letters()
    assert letter.subject == "There is no account with this address"
    assert "Make an account:\nhttp://localhost:8000/en/account/signup/" in letter.body


def test_a_code_lies_sealed_until_it_has_gone_and_then_nowhere(code: str) -> None:
    [row] = Notice.objects.values()
    assert len(code) >= 6
    assert not [name for name, value in row.items() if code in str(value)]

    tasks.sweep()

    assert code in str(mail.outbox[0].body)
    assert not Notice.objects.exists()


def test_a_link_lies_sealed_until_it_has_gone_and_then_nowhere(client: Client) -> None:
    client.post(RESET, {"email": factories.UserFactory.create().email})
    [row] = Notice.objects.values()
    assert not [name for name, value in row.items() if "/reset/key/" in str(value)]

    tasks.sweep()

    assert "/reset/key/" in str(mail.outbox[0].body)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("state", [Owed.State.NEW, Owed.State.DEAD, Owed.State.UNCERTAIN])
def test_a_code_that_is_over_is_neither_sent_nor_kept(code: str, state: Owed.State) -> None:
    assert code
    ten_minutes_ago = timezone.now() - timedelta(minutes=10, seconds=1)
    Notice.objects.update(created_at=ten_minutes_ago, state=state)

    if state == Owed.State.NEW:
        tasks.sweep()
    else:
        tasks.drop_fleeting()

    assert not mail.outbox
    assert not Notice.objects.exists()


def test_what_is_still_worth_something_stays(code: str) -> None:
    assert code
    Notice.objects.update(state=Owed.State.DEAD)

    tasks.drop_fleeting()

    assert Notice.objects.exists()


def test_a_change_stands_among_ones_messages_too(sign_in: Callable[[User], Client]) -> None:
    user = factories.StudentFactory.create(language="en")
    client = sign_in(user)
    new = "a-new-and-longer-sentence"
    client.post(
        "/en/account/password/change/",
        {"oldpassword": factories.PASSWORD, "password1": new, "password2": new},
    )

    notice = Notice.objects.visible_to(user).get(kind="accounts.security")
    assert notice.subject == "Your password has been changed"
    assert "The password of your account has been changed." in notice.text
    assert notice.link == RESET


def test_the_office_words_them_otherwise(client: Client) -> None:
    """Also those that hold a code or a link, whose text lies sealed."""
    ask = next(one for one in messages("accounts.link") if "With this link" in one.singular)
    value = {"nl": ["Deze link werkt één keer."], "en": ["This link works once."]}
    save_setting(name_of("accounts.link", ask), value, seen=0, by=None)

    client.post(RESET, {"email": factories.UserFactory.create(language="nl").email})

    [letter] = letters()
    assert letter.subject == "Kies een nieuw wachtwoord"
    assert "Deze link werkt één keer." in letter.body
    assert "Heb je er niet om gevraagd?" in letter.body
