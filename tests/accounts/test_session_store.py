"""A session is found as Django finds it: while it lasts, and under no other key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.session_store import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    session = db.SessionStore()  # what was kept before stays readable
    session["seen"] = 12
    session.create()
    assert session.session_key
    return session.session_key


def test_it_holds_what_was_kept_and_asks_once(key: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        session = SessionStore(key)
        assert (session["seen"], session.get("other")) == (12, None)
    assert len(queries) == 1
    session["seen"] = 13
    session.save()
    assert SessionStore(key)["seen"] == 13
    assert db.SessionStore(key)["seen"] == 13


@pytest.mark.parametrize("seconds", [0, -1])
def test_one_that_is_over_is_nobodys(key: str, seconds: int) -> None:
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=seconds))
    session = SessionStore(key)
    assert session.get("seen") is None
    assert session.session_key is None
    assert session.is_empty()


def test_a_key_that_was_never_given_gets_another() -> None:
    session = SessionStore("abcdefghijklmnop")
    session["seen"] = 1
    session.save()
    assert session.session_key not in {None, "abcdefghijklmnop"}
    assert SessionStore(session.session_key)["seen"] == 1
    assert SessionStore(None).get("seen") is None
