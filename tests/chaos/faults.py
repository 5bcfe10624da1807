"""Where the portal's processes kill themselves, when there is a token that says so.

A token is an empty file `<point>.<kind>.<what dies>.<number>` in CHAOS_DIR. The process that comes
to the point takes it, by renaming it, and is dead: alone, or with its whole group of processes.
"""

from __future__ import annotations

import os
import signal
import smtplib
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from paperwork import outgoing, waking
from paperwork.models import Notice

FOLDER = Path(os.environ.get("CHAOS_DIR", "no-tokens"))
NO_COMPARING = FOLDER / "no comparing"  # while this file exists, claims are wrong
NO_PAUSES = FOLDER / "no pauses"  # while this one does, a server that is away costs an attempt
WORKER_POINTS = (
    "before_claim",
    "after_claim",
    "before_dot",  # a part of the mail has been sent
    "after_dot",  # the whole, and the answer has not been read
    "after_250",
    "before_commit",  # of what came of it
    "after_commit",
)

at_hand: list[Notice] = []


def take(point: str, kind: str, what: str) -> str:
    """Take a token for this point; what is to die, or nothing."""
    for token in sorted(FOLDER.glob(f"{point}.{kind}.*")):
        try:
            token.rename(FOLDER / "taken" / f"{token.name}@{what}@{time.time()}")
        except FileNotFoundError:  # another process was quicker
            continue
        return token.name.split(".")[2]
    return ""


def die(dies: str) -> None:
    if dies == "whole":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # until it has come


def come_to(point: str, kind: str, what: str) -> None:
    """Die here if there is a token for it."""
    if dies := take(point, kind, what):
        die(dies)


def install() -> None:
    """Put the points into the code."""
    claim, finish, data = Notice.claim, Notice.finish, smtplib.SMTP.data
    hint, postpone, rest = waking.Waker.hint, Notice.postpone, outgoing.Postbox.rest

    def claimed(self: Notice) -> bool:
        at_hand[:] = [self]
        come_to("before_claim", self.kind, str(self.pk))
        done = claim_without_comparing(self) if NO_COMPARING.exists() else claim(self)
        if done:
            come_to("after_claim", self.kind, str(self.pk))
        return done

    def finished(self: Notice, **fields: Any) -> bool:
        with transaction.atomic():
            done = finish(self, **fields)
            come_to("before_commit", self.kind, str(self.pk))
        come_to("after_commit", self.kind, str(self.pk))
        return done

    def handed_over(self: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        if not at_hand:  # a mail without a row: the control's
            return data(self, content)
        kind, pk = at_hand[0].kind, str(at_hand[0].pk)
        for point, part in (
            ("before_dot", content[: len(content) // 2]),
            ("after_dot", content + b"\r\n.\r\n"),
        ):
            if dies := take(point, kind, pk):
                self.putcmd("data")
                self.getreply()
                self.send(part)
                time.sleep(0.1)  # until the server has it
                die(dies)
        answer = data(self, content)
        come_to("after_250", kind, pk)
        return answer

    def hinted(self: waking.Waker, task: str, pk: str) -> None:
        come_to("before_hint", "web", pk)
        hint(self, task, pk)

    def postponed(self: Notice, problem: str, pause: timedelta) -> bool:
        if not NO_PAUSES.exists():
            return postpone(self, problem, pause)
        failed = self.fail(problem)
        Notice.objects.filter(pk=self.pk).update(due_at=timezone.now())
        return failed

    def rested(self: outgoing.Postbox) -> None:
        if not NO_PAUSES.exists():
            rest(self)

    Notice.postpone = postponed  # type: ignore[method-assign]
    outgoing.Postbox.rest = rested  # type: ignore[method-assign]
    Notice.claim = claimed  # type: ignore[method-assign]
    Notice.finish = finished  # type: ignore[method-assign]
    smtplib.SMTP.data = handed_over  # type: ignore[method-assign,assignment]
    waking.Waker.hint = hinted  # type: ignore[method-assign]


def claim_without_comparing(self: Notice) -> bool:
    """The control: it looks whether the row is free, and then takes it."""
    if not Notice.objects.due().filter(pk=self.pk).exists():
        return False
    time.sleep(1.2)  # the other worker looks into the broker's folder once a second
    self.attempts += 1
    self.state = Notice.State.LEASED
    self.lease_until = timezone.now() + timedelta(seconds=30)
    Notice.objects.filter(pk=self.pk).update(
        state=self.state, attempts=self.attempts, lease_until=self.lease_until
    )
    return True
