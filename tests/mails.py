"""The mails that are owed, as their readers would get them."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from paperwork.mails import message
from paperwork.models import Notice


def letters() -> list[EmailMultiAlternatives]:
    """What waits to be sent, in the order in which it was owed."""
    due = Notice.objects.due().select_related("recipient").order_by("created_at")
    return [message(notice) for notice in due]
