"""Delivering: what the mail server answers decides, and what nobody knows is not guessed."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from paperwork import delivery, mails, tasks
from paperwork.models import Notice, Owed
from paperwork.models.owed import LAST_ATTEMPT, pause_after
from paperwork.outgoing import postbox
from paperwork.registry import NOTICES, Twice
from paperwork.services.notices import Address, Link, owe_notice
from tests import factories
from tests.mail_server import SILENCE, MailServer
from tests.paperwork.owing import owe_a_notice


@pytest.fixture(autouse=True)
def _a_postbox_of_its_own() -> Iterator[None]:
    postbox.begin_anew()
    yield
    postbox._drop()
    postbox.begin_anew()


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A real mail server, and the portal's settings for it with little patience."""
    with MailServer() as server:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": server.port, "timeout": 0.3},
            }
        }
        yield server


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind `test` as one whose second mail would do harm."""
    known = NOTICES["test"]
    monkeypatch.setitem(NOTICES, "test", known._replace(twice=Twice.HOLD))


def owed(key: str = "cause", to: User | Address | None = None) -> Notice:
    owe_a_notice(key, to or factories.UserFactory.create())
    return Notice.objects.get(key=key)


def send(notice: Notice) -> Notice:
    delivery.send(str(notice.pk))
    notice.refresh_from_db()
    return notice


def test_a_mail_goes_once_and_says_what_is_needed(
    db: None, server: MailServer, settings: Any
) -> None:
    reader = factories.UserFactory.create(language="en")
    owe_a_notice("cause", reader, until=timezone.now() + timedelta(days=2))
    Notice.objects.update(request_id="request-1")
    notice = Notice.objects.get()

    assert send(notice).state == Owed.State.DONE
    assert send(notice).state == Owed.State.DONE

    (mail,) = server.taken
    assert mail.to == reader.email
    assert mail.id == f"<notice-{notice.pk}@localhost>"
    assert mail.message["X-Request-Id"] == "request-1"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert f"{settings.SITE_URL}/en/" in mail.text
    assert re.search(r"^Until \w+ \d+ ", mail.text, re.MULTILINE)


def test_a_mail_says_the_same_whenever_it_is_made(db: None) -> None:
    notice = owed()

    assert (
        mails.message(notice).message()["Message-ID"]
        == (mails.message(notice).message()["Message-ID"])
    )


def test_a_secret_link_is_in_the_mail_and_then_nowhere(db: None, server: MailServer) -> None:
    reader = Address("board@university.example", "nl")
    owe_notice("test", "secret", reader, {}, link=Link("home", secret=True))
    notice = Notice.objects.get()
    assert notice.sealed_link
    assert notice.link == ""

    send(notice)

    assert (notice.state, notice.sealed_link) == (Owed.State.DONE, "")
    assert "/nl/" in server.taken[0].text


def test_a_subject_of_two_lines_is_one_header(db: None, server: MailServer) -> None:
    notice = owed()
    Notice.objects.update(subject="One\r\nBcc: someone@evil.example")

    send(notice)

    assert server.taken[0].message["Subject"] == "One Bcc: someone@evil.example"
    assert server.taken[0].message["Bcc"] is None


def test_who_may_no_longer_sign_in_gets_no_mail(db: None, server: MailServer) -> None:
    notice = owed(to=factories.UserFactory.create(is_active=False))

    assert send(notice).state == Owed.State.OFF
    assert server.connections == 0


@pytest.mark.parametrize(
    ("step", "answer", "state", "error"),
    [
        ("RCPT", "450 come back later", "new", "SMTP 450"),
        ("RCPT", "550 no such person", "dead", "SMTP 550"),
        (".", "451 busy", "new", "SMTP 451"),
        (".", "554 not this", "dead", "SMTP 554"),
        ("DATA", "451 busy", "new", "SMTP 451"),
    ],
)
def test_a_refusal_of_the_mail_counts(
    db: None,
    server: MailServer,
    caplog: pytest.LogCaptureFixture,
    step: str,
    answer: str,
    state: str,
    error: str,
) -> None:
    server.answers[step] = answer
    reader = factories.UserFactory.create()

    notice = send(owed(to=reader))

    assert (notice.state, notice.error, notice.attempts) == (state, error, 1)
    assert not postbox.is_resting
    assert state == "dead" or notice.due_at > timezone.now() + timedelta(seconds=2)
    assert reader.email not in caplog.text


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("CONNECT", "421 too many of you"),
        ("CONNECT", SILENCE),
        ("EHLO", SILENCE),
        ("MAIL", "553 not from you"),
        ("MAIL", "421 going down"),
        ("RCPT", "421 going down"),
    ],
)
def test_trouble_of_the_server_is_not_the_mails_fault(
    db: None, server: MailServer, step: str, answer: str
) -> None:
    server.answers[step] = answer
    first, second = owed("first"), owed("second")

    send(first)
    send(second)  # nobody waits for the same trouble again

    assert (first.state, first.attempts) == (Owed.State.NEW, 0)
    assert first.error
    assert (second.state, second.attempts, second.error) == (Owed.State.NEW, 0, "")
    server.answers.clear()
    postbox.rests_until = 0
    Notice.objects.update(due_at=timezone.now())
    assert [send(first).state, send(second).state] == [Owed.State.DONE] * 2


def test_a_server_that_refuses_connections(db: None, server: MailServer) -> None:
    server.close()

    notice = send(owed())

    assert (notice.state, notice.attempts) == (Owed.State.NEW, 0)
    assert notice.error == "ConnectionRefusedError"
    server.open()


def test_silence_after_the_mail_is_tried_again(db: None, server: MailServer) -> None:
    server.answers["."] = SILENCE
    notice = send(owed())
    assert (notice.state, notice.attempts) == (Owed.State.NEW, 1)
    server.answers.clear()
    postbox.rests_until = 0
    Notice.objects.update(due_at=timezone.now())

    assert send(notice).state == Owed.State.DONE
    assert server.counts() == {f"<notice-{notice.pk}@localhost>": 2}  # by one and the same name


MAY_NOT_GO_TWICE = {
    "exams.attendance_corrected",
    "grades.result_corrected",
    "grades.transcript_returned",
    "grades.transcript_verified",
}


def test_which_kinds_may_not_go_twice() -> None:
    """Decisions about a grade: a second mail would read as a second decision."""
    assert {kind.name for kind in NOTICES.values() if kind.twice is Twice.HOLD} == MAY_NOT_GO_TWICE


@pytest.mark.parametrize(
    ("kind", "state"),
    [*((kind, "uncertain") for kind in sorted(MAY_NOT_GO_TWICE)), ("test", "new")],
)
def test_each_kind_as_it_promises(db: None, server: MailServer, kind: str, state: str) -> None:
    server.answers["."] = SILENCE
    notice = owed()
    Notice.objects.update(kind=kind)

    assert send(notice).state == state


@pytest.mark.usefixtures("held")
def test_silence_after_a_mail_that_may_not_go_twice_is_uncertain(
    db: None, server: MailServer
) -> None:
    server.answers["."] = SILENCE

    notice = send(owed())

    assert notice.state == Owed.State.UNCERTAIN
    server.answers.clear()
    postbox.rests_until = 0
    tasks.sweep()
    assert len(server.taken) == 1


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(("step", "state"), [("RCPT", "dead"), ("CONNECT", "new")])
def test_an_answer_is_certain(db: None, server: MailServer, step: str, state: str) -> None:
    server.answers[step] = "550 no"

    assert send(owed()).state == state


@pytest.mark.usefixtures("held")
def test_it_is_marked_before_the_server_hears_of_it(
    db: None, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[str] = []

    def data(connection: smtplib.SMTP, content: object) -> tuple[int, bytes]:
        states.append(Notice.objects.get().state)
        raise KeyboardInterrupt  # as sudden as a death that a test survives

    notice = owed()
    monkeypatch.setattr(smtplib.SMTP, "data", data)
    with pytest.raises(KeyboardInterrupt):
        send(notice)
    assert states == [Owed.State.SENDING]

    tasks.sweep()
    assert Notice.objects.get().state == Owed.State.SENDING
    Notice.objects.update(lease_until=timezone.now())
    tasks.sweep()
    assert Notice.objects.get().state == Owed.State.UNCERTAIN


def test_a_mail_that_cannot_be_made_does_not_keep_the_others(
    db: None, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    owed("broken", Address("a@university.example", "nl"))
    Notice.objects.update(email="two words@university.example, b@university.example")
    owed("sealed", Address("b@university.example", "nl"))
    Notice.objects.filter(key="sealed").update(sealed_link="not sealed by us")
    owed("good")

    tasks.sweep()

    states = dict(Notice.objects.values_list("key", "state"))
    assert states["good"] == Owed.State.DONE
    assert states["broken"] == Owed.State.DEAD
    assert states["sealed"] == Owed.State.NEW
    assert "university.example" not in caplog.text


def test_one_connection_for_many_and_a_new_one_when_it_was_closed(
    db: None, server: MailServer
) -> None:
    for number in range(3):
        assert send(owed(f"{number}")).state == Owed.State.DONE
    assert server.connections == 1

    server.close()  # as a server that finds us idle
    server.open()

    assert send(owed("later")).state == Owed.State.DONE
    assert send(owed("and later")).attempts == 1
    assert (server.connections, len(server.taken)) == (2, 5)


def test_a_crash_at_each_attempt_ends(db: None, server: MailServer) -> None:
    notice = owed()
    for _attempt in range(LAST_ATTEMPT):
        notice.refresh_from_db()
        assert notice.claim()  # and its worker dies
        Notice.objects.update(lease_until=timezone.now())

    assert not Notice.objects.due().exists()
    tasks.sweep()
    assert Notice.objects.get().state == Owed.State.DEAD


def test_failures_end(db: None, server: MailServer) -> None:
    server.answers["."] = "451 never"
    notice = owed()
    for _attempt in range(LAST_ATTEMPT):
        Notice.objects.update(due_at=timezone.now())
        send(notice)

    assert (notice.state, notice.attempts) == (Owed.State.DEAD, LAST_ATTEMPT)
    assert Notice.objects.visible_to(notice.recipient).exists()  # type: ignore[arg-type]


def test_pauses_outlast_a_server_that_puts_off_strangers() -> None:
    pauses = [pause_after(attempt).total_seconds() for attempt in range(1, LAST_ATTEMPT)]

    assert 3 <= pauses[0] <= 5
    assert 10 * 60 < sum(pauses) < 60 * 60
    assert pause_after(40).total_seconds() <= 1.25 * 3600


def test_a_sweep_takes_what_is_due_and_stops_at_its_turn(
    db: None, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        owed(f"{number}")
    owe_a_notice("waits", factories.UserFactory.create(), wait=timedelta(seconds=10))
    monkeypatch.setattr(tasks, "TURN", -1.0)
    queued = []
    monkeypatch.setattr(tasks.sweep, "apply_async", lambda **how: queued.append(how))
    tasks.sweep()
    assert (len(server.taken), len(queued)) == (0, 1)
    monkeypatch.setattr(tasks, "TURN", 5.0)

    tasks.sweep()
    assert len(server.taken) == 3
    assert Notice.objects.get(key="waits").state == Owed.State.NEW
    Notice.objects.filter(key="waits").update(due_at=timezone.now())
    tasks.sweep()
    assert len(server.taken) == 4


def test_a_file_each_without_a_server(db: None, settings: Any, tmp_path: object) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path)},
        }
    }

    assert send(owed("one")).state == send(owed("two")).state == Owed.State.DONE


def test_kinds_are_known_by_name(db: None, server: MailServer) -> None:
    """A row of a kind that this release no longer knows is delivered all the same."""
    notice = owed()
    Notice.objects.update(kind="of-an-earlier-release")

    assert send(notice).state == Owed.State.DONE
