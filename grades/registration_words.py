"""What happened to a registration, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import date_format

from courses.wording import gettext as _
from courses.wording import pgettext_lazy
from grades.proposing import in_usis
from paperwork.registry import EVENTS, happened

if TYPE_CHECKING:
    from paperwork.models import Event


# What happens besides the actions.
OTHERS = {
    "open": pgettext_lazy("history", "began the registration"),
    "result": pgettext_lazy("history", "corrected the result; the paperwork follows it"),
    "purpose": pgettext_lazy("history", "agreed that it counts otherwise"),
    "purpose_asked": pgettext_lazy("history", "asked whether it may count otherwise"),
    "dealt_with": pgettext_lazy("history", "recorded that {system} follows the correction"),
    "shared": pgettext_lazy("history", "sent the overview to the {honours}"),
}


class Line(NamedTuple):
    """One line of the history."""

    who: str
    words: str
    more: str
    why: str
    at: datetime


def history_in_words(events: Iterable[Event]) -> list[Line]:
    """The events as people read them."""
    return [
        Line(
            event.actor_name or _("The portal"),
            happened(event.subject_kind, event.action),
            _more(event),
            event.reason,
            event.at,
        )
        for event in events
        if event.action in EVENTS[event.subject_kind]
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
