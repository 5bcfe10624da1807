"""Who opened which file or document and when, for the pages that show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Role
from paperwork.models import Attachment, Document, Event, Subject, subject_of

if TYPE_CHECKING:
    from vx_portal.http import Person

MOST = 1000  # of the latest, for a page of files


class Opening(NamedTuple):
    """One time that somebody opened a file, in the reader's words."""

    who: str
    role: str
    at: datetime


def openings_of(
    files: Iterable[Attachment | Document], reader: Person
) -> Mapping[str, list[Opening]]:
    """The openings of each file or document by its id, the latest first. One query.

    Who may see the file may see who opened it: the caller has asked the gate.
    """
    ids = {subject_of(file): str(file.pk) for file in files}
    about = Q(pk__in=[])
    for model in (Attachment, Document):
        kind = model._meta.label_lower
        if numbers := [subject.id for subject in ids if subject.kind == kind]:
            about |= Q(subject_kind=kind, subject_id__in=numbers)
    opened = Event.objects.filter(about, action="opened") if ids else Event.objects.none()
    found: dict[str, list[Opening]] = defaultdict(list)
    for event in opened.order_by("-at", "-pk")[:MOST]:
        opening = Opening(_who(event, reader), role_in_words(event.role), event.at)
        found[ids[Subject(event.subject_kind, event.subject_id)]].append(opening)
    return found


def _who(event: Event, reader: Person) -> str:
    if event.actor_id and event.actor_id == reader.pk:
        return _("yourself")
    return event.actor_name or _("somebody without an account")


def role_in_words(role: str) -> str:
    """In which role somebody did something; empty when it says nothing."""
    if role in Role.values:
        return str(Role(role).label)
    return {
        "student": pgettext("role", "student"),
        "host": pgettext("role", "host university"),
        "board": pgettext("role", "Board of Examiners"),
        "visitor": pgettext("role", "somebody with a link"),
    }.get(role, "")
