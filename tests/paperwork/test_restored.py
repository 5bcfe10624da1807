"""After a restore: nothing starts half way, and what clocks may have told before it is held."""

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
from django.conf import settings as portal_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.tasks import every_hour as enrolments_every_hour
from paperwork import restored, tasks, working_days
from paperwork.models import MailChoice, Notice
from paperwork.services.notices import owe_notice
from privacy.models import Preview
from tests import factories
from tests.enrolments.cases import case_of, make_cast
from tests.paperwork.owing import owe_a_notice
from vx_portal import coming_round, restore
from vx_portal.backup import copy_files
from vx_portal.coming_round import come_round

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
    assert restored.finish(at, come_round=False) == until
    assert restored.holds(until - timedelta(seconds=1))
    assert not restored.holds(until)


def test_where_a_clock_failed_what_nobody_asked_for_is_held_a_while(db: None) -> None:
    reader = factories.UserFactory.create()
    with time_machine.travel(THURSDAY, tick=False) as clock:
        owe_a_notice("before", reader)  # the control: no restore, and it goes
        until = restored.finish(THURSDAY, come_round=False)
        owe_a_notice("by a clock", reader)
        with structlog.contextvars.bound_contextvars(request_id="a" * 32):
            owe_a_notice("by somebody", reader)
        clock.move_to(until)
        owe_a_notice("later", reader)
        tasks.sweep()

    held = Notice.objects.get(key="by a clock")
    assert (held.state, held.error) == ("uncertain", restored.ERROR)
    assert [state_of(key) for key in ("before", "by somebody", "later")] == ["done"] * 3


def test_what_was_begun_before_is_held_and_what_is_new_goes(db: None) -> None:
    reader = factories.UserFactory.create()
    with time_machine.travel(THURSDAY, tick=False) as clock:
        restored.begin()
        owe_a_notice("of before", reader)  # as a clock does that comes round
        restored.finish(THURSDAY, come_round=True)
        owe_a_notice("by a clock", reader)
        clock.shift(timedelta(minutes=5))
        for key, since in (("work of before", THURSDAY - timedelta(hours=1)), ("work", THURSDAY)):
            with restored.going_on(since):
                owe_a_notice(key, reader)
        tasks.sweep()

    keys = ("of before", "work of before", "by a clock", "work")
    assert [state_of(key) for key in keys] == ["uncertain"] * 2 + ["done"] * 2


@pytest.mark.parametrize(
    ("at", "work"),
    [
        (THURSDAY, THURSDAY),
        (datetime(2027, 4, 15, 7, 59, tzinfo=LEIDEN), datetime(2027, 4, 14, 20, tzinfo=LEIDEN)),
        (datetime(2027, 4, 18, 12, 0, tzinfo=LEIDEN), datetime(2027, 4, 16, 20, tzinfo=LEIDEN)),
        (datetime(2027, 4, 27, 12, 0, tzinfo=LEIDEN), datetime(2027, 4, 26, 20, tzinfo=LEIDEN)),
    ],
    ids=["now", "before work", "a Sunday", "King's Day"],
)
def test_clocks_come_round_as_when_people_last_worked(
    db: None, at: datetime, work: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """What is told at working hours alone was told at the last of them."""
    assert working_days.last_work_time(at) == work
    case = case_of(make_cast(), "submitted", due_on=work.date() - timedelta(days=3))
    with time_machine.travel(at, tick=False):
        restored.begin()
        assert come_round(at), caplog.text
        restored.finish(at, come_round=True)

    late = Notice.objects.filter(kind="enrolments.overdue")
    assert {(one.state, one.error) for one in late} == {("uncertain", restored.ERROR)}
    assert all(str(work.date()) in one.key for one in late)
    # The control: the day after it is late by another day, and that goes.
    with time_machine.travel(working_days.add_working_days(at.date(), 2)) as clock:
        clock.shift(timedelta(hours=12))
        enrolments_every_hour()
    assert late.filter(state="new").count() == late.filter(state="uncertain").count() > 0
    assert case.state == "submitted"


def test_a_clock_that_fails_is_seen_and_the_others_come_round(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    came: list[str] = []
    clocks = {name: lambda *_at, name=name: came.append(name) for name in coming_round.CLOCKS}
    monkeypatch.setattr(
        coming_round, "CLOCKS", clocks | {"exams.tasks.every_night": lambda *_at: 1 / 0}
    )

    assert not come_round(THURSDAY)

    assert {*came, "exams.tasks.every_night"} == set(clocks)
    assert "clock failed" in caplog.text
    caplog.clear()


def test_every_clock_comes_round_or_tells_nobody_again() -> None:
    beaten = {str(one["task"]) for one in portal_settings.CELERY_BEAT_SCHEDULE.values()}
    assert {*coming_round.CLOCKS, *coming_round.TELL_NOBODY_AGAIN} == beaten
    assert not set(coming_round.CLOCKS) & coming_round.TELL_NOBODY_AGAIN


def test_who_wants_no_mail_has_nothing_held(db: None) -> None:
    reader = factories.UserFactory.create()
    kind = "accounts.role_given"
    MailChoice.objects.create(user=reader, kind=kind, when="never")
    restored.finish(THURSDAY, come_round=False)
    with time_machine.travel(THURSDAY, tick=False):
        owe_notice(kind, "chosen", reader, {})

    assert state_of("chosen") == "off"


def test_a_page_that_owes_something_is_not_held_up(
    office: User, sign_in: Callable[[User], Client]
) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        client = sign_in(office)
        restored.finish(THURSDAY, come_round=False)
        client.post("/en/office/background/test/")

    assert Notice.objects.get(kind="test").state == "new"


def test_what_would_be_deleted_waits_its_usual_days_anew(db: None) -> None:
    """It may have been put on hold after the backup."""
    today = timezone.localdate(THURSDAY)
    days = {"over": -3, "soon": 2, "late": 30}
    previews = {
        name: Preview.objects.create(delete_on=today + timedelta(days=number))
        for name, number in days.items()
    }
    held, done = (
        Preview.objects.create(delete_on=today, state=state) for state in ("held", "done")
    )

    restore.hold_back(THURSDAY)

    stand = {
        name: (Preview.objects.get(pk=preview.pk).delete_on - today).days
        for name, preview in {**previews, "held": held, "done": done}.items()
    }
    assert stand == {"over": 7, "soon": 7, "late": 30, "held": 0, "done": 0}


def test_nothing_starts_in_the_middle_of_a_restore(db: None) -> None:
    portal = apps.get_app_config("vx_portal")
    portal.ready()
    restored.begin()
    assert restored.holds(THURSDAY)
    with pytest.raises(ImproperlyConfigured, match="stopped half way"):
        portal.ready()
    restored.finish(THURSDAY, come_round=False)
    portal.ready()


def test_the_mark_is_not_in_a_backup(settings: Any, tmp_path: Path, db: None) -> None:
    restored.finish(THURSDAY, come_round=False)
    (Path(settings.MEDIA_ROOT) / "given").mkdir()
    (Path(settings.MEDIA_ROOT) / "given" / "one.pdf").write_bytes(b"%PDF")

    assert copy_files(Path(settings.MEDIA_ROOT), tmp_path)[1] == 1
