"""Owing messages and documents: written once, with their change, for whoever must read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from paperwork.models import MailChoice, Notice, Owed
from paperwork.registry import NOTICES
from tests import factories
from tests.paperwork.owing import owe_a_notice


def test_a_cause_is_told_once(db: None) -> None:
    reader = factories.UserFactory.create()

    owe_a_notice("cause-1", reader)
    owe_a_notice("cause-1", reader)
    owe_a_notice("cause-2", reader)

    assert Notice.objects.filter(recipient=reader).count() == 2


def test_what_is_rolled_back_is_not_owed(db: None) -> None:
    reader = factories.UserFactory.create()

    with transaction.atomic():
        owe_a_notice("cause", reader)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


def test_a_notice_speaks_its_readers_language(db: None) -> None:
    dutch = factories.UserFactory.create(language="nl")
    english = factories.UserFactory.create(language="en")

    owe_a_notice("nl", dutch)
    owe_a_notice("en", english)

    assert Notice.objects.get(key="nl").link.startswith("/nl/")
    assert Notice.objects.get(key="en").link.startswith("/en/")


@pytest.mark.parametrize(
    ("when", "state"), [("at_once", "new"), ("daily", "off"), ("never", "off"), (None, "new")]
)
def test_mail_goes_as_its_reader_chose(
    db: None, monkeypatch: pytest.MonkeyPatch, when: str | None, state: str
) -> None:
    monkeypatch.setitem(NOTICES, "test", NOTICES["test"]._replace(always=False))
    reader = factories.UserFactory.create()
    if when:
        MailChoice.objects.create(user=reader, kind="test", when=when)
    MailChoice.objects.create(user=reader, kind="another", when="never")

    owe_a_notice("cause", reader)

    assert Notice.objects.get().state == state
    assert list(Notice.objects.visible_to(reader)) == [Notice.objects.get()]


def test_a_lease_is_held_by_one(db: None) -> None:
    reader = factories.UserFactory.create()
    owe_a_notice("cause", reader)
    first, second = Notice.objects.get(), Notice.objects.get()

    assert first.claim()
    assert not second.claim()
    assert first.finish()
    assert Notice.objects.get().state == Owed.State.DONE


def test_who_was_away_longer_than_the_lease_writes_nothing(db: None) -> None:
    reader = factories.UserFactory.create()
    owe_a_notice("cause", reader)
    late = Notice.objects.get()
    late.claim()
    Notice.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    other = Notice.objects.get()

    assert other.claim()
    assert not late.finish()
    assert Notice.objects.get().state == Owed.State.LEASED
    assert other.finish()
