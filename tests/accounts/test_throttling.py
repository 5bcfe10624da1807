"""Guessing passwords: slowed down for the account, told to its owner, and nobody else's trouble."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.mails import letters

pytestmark = pytest.mark.django_db

LOGIN = "/en/account/login/"
CAMPUS = "198.51.100.7"


def attempt(email: str, password: str, ip: str = CAMPUS, **headers: str) -> Any:
    data = {"login": email, "password": password}
    return Client(REMOTE_ADDR=ip).post(LOGIN, data, headers=headers)


def refused(answer: Any) -> bool:
    return b"too many attempts" in answer.content


def test_a_hundred_wrong_passwords() -> None:
    victim = factories.StudentFactory.create(language="en")
    neighbour = factories.StudentFactory.create()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        looked_at = [not refused(attempt(victim.email, f"wrong-{n}")) for n in range(120)]
        assert sum(looked_at) == 5  # the rest was not even looked at
        assert refused(attempt(victim.email, factories.PASSWORD))

        # Who shares the campus's address comes in at once.
        assert attempt(neighbour.email, factories.PASSWORD).status_code == 302
        # The owner was told, once, and comes in from elsewhere, or here after a minute.
        assert [message.to for message in letters()] == [[victim.email]]
        assert letters()[0].subject == "Somebody is trying to sign in as you"
        assert attempt(victim.email, factories.PASSWORD, ip="203.0.113.5").status_code == 302
        clock.shift(61)
        assert attempt(victim.email, factories.PASSWORD).status_code == 302


def test_owner_is_told_once_an_hour_in_their_language(settings: Any) -> None:
    # A cache whose clock a test can move; that of Redis cannot be.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    victim = factories.StudentFactory.create(language="nl")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _time in range(30):
            attempt(victim.email, "wrong")
        assert len(letters()) == 1
        assert letters()[0].subject == "Iemand probeert als jou in te loggen"
        clock.shift(3601)
        for _time in range(12):
            attempt(victim.email, "wrong")
        assert len(letters()) == 2


def test_few_mistakes_are_told_to_nobody() -> None:
    victim = factories.StudentFactory.create()
    for _time in range(4):
        attempt(victim.email, "wrong")
    assert attempt(victim.email, factories.PASSWORD).status_code == 302
    assert not letters()


def test_unknown_address_gets_no_mail_and_the_same_answers() -> None:
    victim = factories.StudentFactory.create()
    known = [attempt(victim.email, "wrong").status_code for _time in range(12)]
    unknown = [attempt("nobody@mail.example", "wrong").status_code for _time in range(12)]
    assert known == unknown
    assert [message.to for message in letters()] == [[victim.email]]


def test_good_sign_in_between_does_not_clear_the_count() -> None:
    victim, accomplice = factories.StudentFactory.create(), factories.StudentFactory.create()
    tried = 0
    for n in range(30):
        tried += not refused(attempt(victim.email, f"wrong-{n}"))
        if n % 3 == 0:
            assert attempt(accomplice.email, factories.PASSWORD).status_code == 302
    assert tried == 5


@pytest.mark.parametrize(
    "variant", ["é", "e\N{COMBINING ACUTE ACCENT}", "E", "\N{FULLWIDTH LATIN SMALL LETTER E}"]
)
def test_variants_of_an_address_share_its_limit(variant: str) -> None:
    factories.StudentFactory.create(email="petra@mail.example")
    for n in range(10):
        attempt("petra@mail.example", f"wrong-{n}")
    answer = attempt("petra@mail.example".replace("e", variant, 1), "wrong")
    assert answer.status_code == 422
    assert b"do not belong together" not in answer.content


def test_forged_forwarding_header_does_not_help() -> None:
    victim = factories.StudentFactory.create()
    tried = sum(
        not refused(attempt(victim.email, f"wrong-{n}", **{"x-forwarded-for": f"203.0.113.{n}"}))
        for n in range(40)
    )
    assert tried == 5


def test_fifty_networks_together_get_sixty_tries() -> None:
    victim = factories.StudentFactory.create()
    tried = sum(
        not refused(attempt(victim.email, f"wrong-{n}", ip=f"203.0.113.{n % 50}"))
        for n in range(80)
    )
    assert tried == 60


def test_new_password_by_mail_opens_the_account_at_once() -> None:
    victim = factories.StudentFactory.create()
    client = Client(REMOTE_ADDR=CAMPUS)
    for n in range(10):
        attempt(victim.email, f"wrong-{n}")
    client.post("/en/account/password/reset/", {"email": victim.email})
    body = str(letters()[-1].body)
    link = next(word for word in body.split() if "/password/reset/key/" in word)
    form = client.get("/" + link.split("/", 3)[3])
    new = "another-quiet-bicycle"
    client.post(form.url, {"password1": new, "password2": new})
    assert attempt(victim.email, new).status_code == 302


def test_limits_are_counted_in_what_all_processes_share() -> None:
    """Not in a process's own memory: two workers would give twice the tries."""
    victim = factories.StudentFactory.create()
    attempt(victim.email, "wrong")
    backend = f"{type(cache._connections[cache._alias]).__name__}"
    assert backend in {"DatabaseCache", "SharedCache"}
    if backend == "DatabaseCache":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM shared_cache WHERE cache_key LIKE '%login_failed%'"
            )
            assert cursor.fetchone()[0] >= 3


def test_reset_mails_to_one_address_are_limited() -> None:
    victim = factories.StudentFactory.create()
    for _time in range(10):
        Client().post("/en/account/password/reset/", {"email": victim.email})
    assert len(letters()) == 3
