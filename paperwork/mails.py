"""A notice as its reader gets it by mail."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from paperwork.models import Notice
from paperwork.sealing import unseal


def message(notice: Notice) -> EmailMultiAlternatives:
    """The mail of `notice`, in its reader's language; the same Message-ID whenever it is made.

    Raises cryptography's InvalidToken when its secret link was sealed with a key now forgotten.
    """
    path = unseal(notice.sealed_link) if notice.sealed_link else notice.link
    context = {"notice": notice, "address": settings.SITE_URL + path if path else ""}
    with translation.override(notice.language):
        text = render_to_string("paperwork/mail.txt", context)
    headers = {
        "Message-ID": f"<notice-{notice.pk}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",  # no out-of-office replies, please
    }
    if notice.request_id:
        headers["X-Request-Id"] = notice.request_id
    to = notice.recipient.email if notice.recipient else notice.email
    subject = " ".join(notice.subject.split())
    return EmailMultiAlternatives(subject, text.strip() + "\n", None, [to], headers=headers)
