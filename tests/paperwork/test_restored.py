"""After a restore: nothing starts half way, and what clocks owe is held until they came round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
import time_machine
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import User
from paperwork import restored, tasks
from paperwork.models import MailChoice, Notice
from paperwork.services.notices import owe_notice
from tests import factories
from tests.paperwork.owing import owe_a_notice
from vx_portal.backup import copy_files

LEIDEN = ZoneInfo("Europe/Amsterdam")
THURSDAY = datetime(2027, 4, 15, 15, 0, tzinfo=LEIDEN)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def state_of(key: str) -> str:
    return str(Notice.objects.get(key=key).state)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (THURSDAY, datetime(2027, 4, 16, 9, tzinfo=LEIDEN)),
        (datetime(2027, 4, 15, 0, 5, tzinfo=LEIDEN), datetime(2027, 4, 16, 9, tzinfo=LEIDEN)),
        (datetime(2027, 4, 16, 18, 0, tzinfo=LEIDEN), datetime(2027, 4, 19, 9, tzinfo=LEIDEN)),
        (datetime(2027, 4, 26, 9, 0, tzinfo=LEIDEN), datetime(2027, 4, 28, 9, tzinfo=LEIDEN)),
    ],
    ids=["the next morning", "not the same day", "over a weekend", "over King's Day"],
)
def test_until_the_clocks_have_come_round(db: None, at: datetime, until: datetime) -> None:
    assert restored.finish(at) == until
    assert restored.holds(until - timedelta(seconds=1))
    assert not restored.holds(until)


def test_what_nobody_asked_for_is_held(db: None) -> None:
    reader = factories.UserFactory.create()
    with time_machine.travel(THURSDAY, tick=False) as clock:
        owe_a_notice("before", reader)  # the control: no restore, and it goes
        until = restored.finish(THURSDAY)
        owe_a_notice("by a clock", reader)
        with structlog.contextvars.bound_contextvars(request_id="a" * 32):
            owe_a_notice("by somebody", reader)
        clock.move_to(until)
        owe_a_notice("later", reader)
        tasks.sweep()

    held = Notice.objects.get(key="by a clock")
    assert (held.state, held.error) == ("uncertain", restored.ERROR)
    assert [state_of(key) for key in ("before", "by somebody", "later")] == ["done"] * 3


def test_who_wants_no_mail_has_nothing_held(db: None) -> None:
    reader = factories.UserFactory.create()
    kind = "accounts.role_given"
    MailChoice.objects.create(user=reader, kind=kind, when="never")
    restored.finish(THURSDAY)
    with time_machine.travel(THURSDAY, tick=False):
        owe_notice(kind, "chosen", reader, {})

    assert state_of("chosen") == "off"


def test_a_page_that_owes_something_is_not_held_up(
    office: User, sign_in: Callable[[User], Client]
) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        client = sign_in(office)
        restored.finish(THURSDAY)
        client.post("/en/office/background/test/")

    assert Notice.objects.get(kind="test").state == "new"


def test_nothing_starts_in_the_middle_of_a_restore(db: None) -> None:
    portal = apps.get_app_config("vx_portal")
    portal.ready()
    restored.begin()
    assert restored.holds(THURSDAY)
    with pytest.raises(ImproperlyConfigured, match="stopped half way"):
        portal.ready()
    restored.finish(THURSDAY)
    portal.ready()


def test_the_mark_is_not_in_a_backup(settings: Any, tmp_path: Path, db: None) -> None:
    restored.finish(THURSDAY)
    (Path(settings.MEDIA_ROOT) / "given").mkdir()
    (Path(settings.MEDIA_ROOT) / "given" / "one.pdf").write_bytes(b"%PDF")

    assert copy_files(Path(settings.MEDIA_ROOT), tmp_path)[1] == 1
