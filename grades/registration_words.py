"""What happened to a registration, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grades.proposing import in_usis
from grades.services.registration_actions import ACTIONS

if TYPE_CHECKING:
    from paperwork.models import Event


class Line(NamedTuple):
    """One line of the history."""

    who: str
    words: str
    more: str
    why: str
    at: datetime


def history_in_words(events: Iterable[Event]) -> list[Line]:
    """The events as people read them."""
    others = {
        "open": pgettext("history", "began the registration"),
        "result": pgettext("history", "corrected the result; the paperwork follows it"),
        "purpose": pgettext("history", "agreed that it counts otherwise"),
        "purpose_asked": pgettext("history", "asked whether it may count otherwise"),
        "shared": pgettext("history", "sent the overview to the Honours Academy"),
    }
    return [
        Line(
            event.actor_name or _("The portal"),
            str(ACTIONS[event.action].done) if event.action in ACTIONS else others[event.action],
            _more(event),
            event.reason,
            event.at,
        )
        for event in events
        if event.action in ACTIONS or event.action in others
    ]


def _more(event: Event) -> str:
    """The days and references that were given with it."""
    said = []
    for name, value in event.details.items():
        if not value or value == "None":
            continue
        if name == "request_type":
            said.append(in_usis(value))
        elif name.endswith("_on"):
            said.append(date_format(date.fromisoformat(value), "DATE_FORMAT"))
        elif name.endswith("_reference"):
            said.append(value)
        elif name == "honours_ec":
            said.append(f"{value} EC")
    return ", ".join(said)
