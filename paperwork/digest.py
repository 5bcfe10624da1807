"""The digest: once a working day, what somebody wants to hear of once a day."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from paperwork.models import Notice, Owed
from paperwork.models.notice import NoticeQuerySet
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import is_working_day

AT = time(7)  # Leiden's clock
MOST = 20  # that one mail names; the others stand in the portal


def moment(now: datetime) -> datetime | None:
    """Up to when today's digest gathers: seven in the morning; None on a day or hour without one.

    Whenever the digest runs that day it gathers the same, so one that was missed is caught up.
    """
    here = timezone.localtime(now)
    seven = datetime.combine(here.date(), AT, here.tzinfo)
    return seven if is_working_day(here.date()) and here >= seven else None


def to_gather(until: datetime) -> NoticeQuerySet:
    """What was due by `until`, is not read or settled, and was in no digest.

    Until it is gathered a row keeps what its reader had chosen when it was written: a choice counts
    from then on, and whoever changes it neither misses what waited nor gets what was not wanted.
    """
    rows = Notice.objects.filter(daily=True, state=Owed.State.OFF, due_at__lte=until)
    return rows.filter(read_at=None, settled_at=None, digest=None)


def readers(until: datetime) -> list[int]:
    """For whom there is something to gather."""
    rows = to_gather(until).filter(recipient__is_active=True).order_by("recipient_id")
    return list(rows.values_list("recipient_id", flat=True).distinct())


@transaction.atomic
def gather(user_id: int, until: datetime) -> bool:
    """Owe the day's digest to one person; False when there is one already, or nothing to say."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)  # one after the other
    key = f"digest-{user.pk}-{timezone.localdate(until)}"
    rows = list(to_gather(until).filter(recipient=user).order_by("due_at", "pk"))
    if not rows or Notice.objects.filter(key=key).exists():
        return False
    context = {"rows": rows[:MOST], "number": len(rows), "more": max(0, len(rows) - MOST)}
    owe_notice("digest", key, user, context, link=Link("notices:list"))
    made = Notice.objects.get(key=key)
    # `digest` does not say it for good: it is emptied when the digest goes before the rows do.
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(digest=made, daily=False)
    # What it says stands among the notices already: it is news by mail alone.
    Notice.objects.filter(pk=made.pk).update(read_at=timezone.now())
    return True
