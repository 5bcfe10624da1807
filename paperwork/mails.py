"""A notice as a mail: plain text and HTML, in its reader's language."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from courses import house
from courses.wording import gettext as _
from paperwork.colours import Colours
from paperwork.models import Notice
from paperwork.registry import NOTICES
from paperwork.sealing import unseal
from paperwork.text import blocks

TEMPLATE = "paperwork/mail/notice"


class Door(NamedTuple):
    """A link of the mail, with its whole address."""

    label: str
    address: str


def message(notice: Notice) -> EmailMultiAlternatives:
    """The mail that `notice` is. The same each time it is made: a second one overwrites the first.

    Raises cryptography's InvalidToken when what is sealed cannot be opened (another SECRET_KEY).
    """
    known = NOTICES.get(notice.kind)
    text = unseal(notice.sealed_text) if notice.sealed_text else notice.text
    with translation.override(notice.language):
        choices = ""
        if notice.recipient and not (known and known.always):
            choices = settings.SITE_URL + reverse("notice-choices")
        context = {
            "notice": notice,
            "text": text,
            "blocks": blocks(text),
            "doors": doors(notice),
            "why": (known and known.why) or _why(notice),
            "always": bool(notice.recipient and known and known.always),
            "choices": choices,
            "language": notice.language,
            "house": house.names(),
            "colours": Colours(**house.value("portal.colours")),
        }
        # Plain text is not escaped; HTML is.
        plain = Engine.get_default().get_template(f"{TEMPLATE}.txt")
        body = plain.render(Context(context, autoescape=False)).strip() + "\n"
        body = re.sub(r"\n{3,}", "\n\n", body)
        html = render_to_string(f"{TEMPLATE}.html", context)
    headers = {
        "Message-ID": message_id(notice),
        "Auto-Submitted": "auto-generated",  # nobody's holiday answers it
    }
    if notice.request_id:
        headers["X-Request-Id"] = notice.request_id
    mail = EmailMultiAlternatives(
        subject=" ".join(notice.subject.split()),
        body=body,
        to=[notice.recipient.email if notice.recipient else notice.email],
        headers=headers,
    )
    mail.attach_alternative(html, "text/html")
    return mail


def message_id(notice: Notice) -> str:
    """The same for each attempt, so that a mail program shows two as one."""
    return f"<notice-{notice.pk}@{urlsplit(settings.SITE_URL).hostname}>"


def doors(notice: Notice) -> list[Door]:
    """Where the mail leads: one address, or one a thing that is asked about."""
    if notice.sealed_link:
        rows = [row.partition("\t") for row in unseal(notice.sealed_link).splitlines()]
        found = [(label or notice.link_label, path) for path, _tab, label in rows]
    else:
        found = [(notice.link_label, notice.link)] if notice.link else []
    return [Door(label or _("Open the portal"), settings.SITE_URL + path) for label, path in found]


def _why(notice: Notice) -> str:
    if notice.recipient:
        return _("You get this because it is about you or your work in {portal}.")
    return _("You get this because {portal} has your address for this purpose.")
