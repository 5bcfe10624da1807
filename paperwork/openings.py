"""Who opened which file and when, for the pages that show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Role
from paperwork.models import Attachment, Event, subject_of

if TYPE_CHECKING:
    from vx_portal.http import Person

MOST = 1000  # of the latest, for a page of files


class Opening(NamedTuple):
    """One time that somebody opened a file, in the reader's words."""

    who: str
    role: str
    at: datetime


def openings_of(files: Iterable[Attachment], reader: Person) -> Mapping[str, list[Opening]]:
    """The openings of each file by its id, the latest first. One query.

    Who may see the file may see who opened it: the caller has asked the gate.
    """
    by_number = {subject_of(file).id: str(file.pk) for file in files}
    opened = Event.objects.filter(
        subject_kind=Attachment._meta.label_lower, subject_id__in=by_number, action="opened"
    )
    found: dict[str, list[Opening]] = defaultdict(list)
    for event in opened.order_by("-at", "-pk")[:MOST]:
        opening = Opening(_who(event, reader), _role(event.role), event.at)
        found[by_number[event.subject_id]].append(opening)
    return found


def _who(event: Event, reader: Person) -> str:
    if event.actor_id and event.actor_id == reader.pk:
        return _("yourself")
    return event.actor_name or _("somebody without an account")


def _role(role: str) -> str:
    return str(Role(role).label) if role in Role.values else ""
