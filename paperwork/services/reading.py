"""What a person does with their notices: read them, and choose which come by mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from paperwork import centre
from paperwork.models import MailChoice, Notice


def mark_read(notice: Notice) -> None:
    """Note when its reader first opened it, or said to have read it."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


def mark_all_read(user: User, seen: datetime) -> int:
    """Mark all that was there at `seen`, when the list was shown; returns how many were new."""
    return centre.of(user).filter(centre.NEW, due_at__lte=seen).update(read_at=timezone.now())


@transaction.atomic
def choose(user: User, choices: Mapping[str, str]) -> None:
    """Keep when `user` wants each kind by mail; it counts for what is owed from now on."""
    MailChoice.objects.bulk_create(
        [MailChoice(user=user, kind=kind, when=when) for kind, when in choices.items()],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["when"],
    )
