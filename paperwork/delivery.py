"""Handing one notice to the mail server, as often as its kind promises."""

from __future__ import annotations

from paperwork.models import Notice


def send(notice_id: str) -> None:
    """Mail the notice with this id if it is owed and nobody else has it."""
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None or not notice.claim():
        return
    notice.finish()
