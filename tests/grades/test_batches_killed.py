"""A batch whose worker is killed goes on where it was: each registration is sent exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from grades.models import Batch, Registration, RegistrationState
from grades.services import batches
from grades.tasks import every_minute
from paperwork import making
from paperwork.models import Document, Event, Notice
from tests.enrolments.cases import Cast, make_cast
from tests.grades import dying
from tests.grades.registering import moved, opened, quiet

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 3


@pytest.fixture(autouse=True)
def _no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "make", dying.made)


def killed(batch: Batch, *where: str) -> None:
    """Let a worker in a process of its own begin, and die there."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["DATABASE_NAME"] = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.grades.dying", str(batch.pk), *where]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]


def begun() -> tuple[Cast, Batch]:
    cast = make_cast()
    rows = [moved(opened(cast), "file", "decide", cast=cast) for _number in range(NUMBER)]
    return cast, batches.begin(cast.faculty, [row.pk for row in rows], by=cast.coordinator)


def sent(batch: Batch) -> int:
    return batch.registrations.exclude(state=RegistrationState.PREPARED).count()


def what_was_done(cast: Cast) -> dict[str, int]:
    """How often each thing happened that must happen so many times."""
    told = Notice.objects.filter(recipient=cast.administration)
    return {
        "sent": Event.objects.filter(action="send").count(),
        "registrations of which that is written": len(
            set(Event.objects.filter(action="send").values_list("subject_id", flat=True))
        ),
        "forms": Document.objects.filter(kind="grades.registration", state="done").count(),
        "lists": Document.objects.filter(kind="grades.cover").count(),
        "messages": told.filter(kind="grades.registration_batch").count(),
        "closed": Event.objects.filter(action="sent").count(),
    }


ONCE = {
    "sent": NUMBER,
    "registrations of which that is written": NUMBER,
    "forms": NUMBER,
    "lists": 1,
    "messages": 1,
    "closed": 1,
}


@pytest.mark.parametrize(
    ("point", "times", "gone"),
    [("form", "2", 0), ("send", "2", 1), ("tell", "1", NUMBER)],
)
def test_who_goes_on_does_each_exactly_once(point: str, times: str, gone: int) -> None:
    cast, batch = begun()

    killed(batch, point, times)
    assert sent(batch) == gone, "what was under way is as if it had not begun"
    assert batches.unfinished() == [], "a worker may be at it"
    quiet(batch)
    assert batches.unfinished() == [batch.pk]
    killed(batch, "tell", "1")  # another worker goes on, and dies at the end

    assert sent(batch) == NUMBER
    assert Notice.objects.filter(kind="grades.registration_batch").count() == 0
    quiet(batch)
    for _turn in range(3):
        every_minute()

    batch.refresh_from_db()
    assert (batch.state, batch.total, batch.done) == (Batch.State.SENT, NUMBER, NUMBER)
    assert what_was_done(cast) == ONCE


@pytest.mark.parametrize(("point", "lost"), [("send", "sent"), ("tell", "messages")])
def test_without_transactions_something_would_be_lost(point: str, lost: str) -> None:
    """The control: the same kill, between what is done and what is written down of it."""
    cast, batch = begun()

    killed(batch, point, "1", "without")
    quiet(batch)
    every_minute()

    assert Registration.objects.filter(state=RegistrationState.PREPARED).count() == 0
    assert what_was_done(cast)[lost] == ONCE[lost] - 1
