"""What happened to a sitting, in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from exams.services.sittings import ACTIONS
from paperwork.models import Event

if TYPE_CHECKING:
    from exams.models import Sitting


class Told(NamedTuple):
    """One event."""

    at: datetime
    who: str
    done: str
    why: str


def story(sitting: Sitting) -> list[Told]:
    """All of it, the newest first. Ask the gate for the sitting before."""
    return [
        Told(
            event.at,
            event.actor_name or _("The portal"),
            str(ACTIONS[event.action].done),
            event.reason,
        )
        for event in Event.objects.about(sitting).order_by("-at", "-pk")
        if event.action in ACTIONS
    ]
