"""Work that is owed: a row says what, a worker takes it with a lease, and nothing is lost.

The row is the queue. Whoever takes it writes until when; who dies holding it loses it then.
Attempts are counted when the row is taken, so that a crash counts too.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from paperwork.models.subject import About, AboutQuerySet

LAST_ATTEMPT = 6  # after which the row is dead, and the office is shown it
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ERROR = 500  # characters
GIVEN_UP_HOLDING = "Who worked on it stopped without a word, each time."
HANDED_OVER_OR_NOT = "Nobody knows whether the mail server took it."


class OwedQuerySet[O: "Owed"](AboutQuerySet[O]):
    def due(self, at: datetime | None = None) -> Self:
        """Those that a worker may take now: waiting and due, or held by one whose lease is over."""
        now = at or timezone.now()
        waiting = Q(state=Owed.State.NEW, due_at__lte=now)
        left = Q(state=Owed.State.LEASED, lease_until__lte=now, attempts__lt=LAST_ATTEMPT)
        return self.filter(waiting | left)

    def settle_lapsed(self) -> int:
        """Say what has become of those that nobody may take again although their lease is over.

        What was being handed over is uncertain; what stopped its worker at each attempt is dead.
        Returns how many there were.
        """
        lapsed = self.filter(lease_until__lte=timezone.now())
        return lapsed.filter(state=Owed.State.SENDING).update(
            state=Owed.State.UNCERTAIN, lease_until=None, error=HANDED_OVER_OR_NOT
        ) + lapsed.filter(state=Owed.State.LEASED, attempts__gte=LAST_ATTEMPT).update(
            state=Owed.State.DEAD, lease_until=None, error=GIVEN_UP_HOLDING
        )

    def unfinished(self) -> Self:
        """Those that still have to be done."""
        return self.filter(state__in=[Owed.State.NEW, Owed.State.LEASED, Owed.State.SENDING])


class Owed(About):
    """The state of something owed. `claim`, then the work, then `finish`, `fail` or `postpone`."""

    class State(models.TextChoices):
        OFF = "off", pgettext_lazy("owed", "not wanted")
        NEW = "new", pgettext_lazy("owed", "waiting")
        LEASED = "leased", pgettext_lazy("owed", "being worked on")
        SENDING = "sending", pgettext_lazy("owed", "being handed over")
        DONE = "done", pgettext_lazy("owed", "done")
        UNCERTAIN = "uncertain", pgettext_lazy("owed", "perhaps done")
        DEAD = "dead", pgettext_lazy("owed", "given up")
        CANCELLED = "cancelled", pgettext_lazy("owed", "taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("held until"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    error = models.CharField(
        _("last problem"),
        max_length=LONGEST_ERROR,
        blank=True,
        help_text=_("The kind of problem; never an address or anything else personal."),
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    request_id = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def claim(self) -> bool:
        """Take the row for as long as a lease lasts; False when somebody else has it.

        Compare-and-swap on state and attempts: of several workers one succeeds, on every engine.
        """
        now = timezone.now()
        lease = now + timedelta(seconds=settings.LEASE_SECONDS)
        mine = self._rows().due(now).filter(pk=self.pk, attempts=self.attempts)
        if not mine.update(
            state=self.State.LEASED, lease_until=lease, attempts=F("attempts") + 1, error=""
        ):
            return False
        self.state, self.lease_until = self.State.LEASED, lease
        self.attempts += 1
        return True

    def move(self, state: str, **fields: object) -> bool:
        """Write the outcome of the attempt that this object claimed; False when it was lost.

        A worker that was away longer than its lease finds that another attempt has begun.
        """
        mine = self._rows().filter(
            pk=self.pk, attempts=self.attempts, state=self.state, lease_until=self.lease_until
        )
        if not mine.update(state=state, **fields):
            return False
        self.state = state
        for name, value in fields.items():
            setattr(self, name, value)
        return True

    def finish(self, **fields: object) -> bool:
        """The work is done."""
        return self.move(
            self.State.DONE, lease_until=None, done_at=timezone.now(), error="", **fields
        )

    def fail(self, problem: str, *, for_good: bool = False) -> bool:
        """The attempt failed: again after a pause that doubles, or dead after the last one."""
        if for_good or self.attempts >= LAST_ATTEMPT:
            return self.move(self.State.DEAD, lease_until=None, error=problem[:LONGEST_ERROR])
        return self.move(
            self.State.NEW,
            lease_until=None,
            due_at=timezone.now() + pause_after(self.attempts),
            error=problem[:LONGEST_ERROR],
        )

    def postpone(self, problem: str, pause: timedelta) -> bool:
        """The attempt came to nothing by no fault of the row: it is given back, and not counted."""
        return self.move(
            self.State.NEW,
            lease_until=None,
            attempts=self.attempts - 1,
            due_at=timezone.now() + pause,
            error=problem[:LONGEST_ERROR],
        )

    @classmethod
    def _rows(cls) -> OwedQuerySet[Self]:
        return OwedQuerySet(cls)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 4, 16, 64 … seconds, up to an hour, a little mixed.

    Six attempts take some 20 minutes: a server that puts off strangers for a while is outlasted.
    """
    seconds = min(4.0**attempts, LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311  # only spreads
