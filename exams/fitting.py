"""Whether what is planned in a room still fits it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.models import Room, RoomClosure, Sitting
from exams.moments import in_words, leiden
from exams.opening import is_open

if TYPE_CHECKING:
    from exams.models import RoomHours


class Hit(NamedTuple):
    """A sitting that does not fit its room, and why."""

    sitting: Sitting
    why: str

    @property
    def line(self) -> str:
        """The sitting and why, in one line."""
        course = self.sitting.exam.edition.course
        when = in_words(self.sitting.starts_at, leiden())
        return f"{course.university.code} {course.local_title}, {when}: {self.why}"


def hits_of(room: Room, at: datetime | None = None) -> list[Hit]:
    """The sittings to come in `room` that do not fit it as it is stored. Four queries."""
    now = at or timezone.now()
    sittings = (
        room.sittings.standing()
        .filter(ends_at__gt=now)
        .select_related("exam__edition__course__university")
        .annotate(seated=Count("seats", filter=Q(seats__is_cancelled=False)))
        .order_by("starts_at", "pk")
    )
    hours = {row.weekday: row for row in room.hours.all()}
    closures = list(room.closures.filter(ends_at__gt=now))
    wheels = _with_wheelchair(room)
    found = []
    for sitting in sittings:
        found += [Hit(sitting, why) for why in _reasons(room, sitting, hours, closures)]
        if sitting.pk in wheels and not room.is_accessible:
            found.append(Hit(sitting, _("a student comes by wheelchair")))
    return found


def _reasons(
    room: Room, sitting: Sitting, hours: dict[int, RoomHours], closures: Iterable[RoomClosure]
) -> list[str]:
    reasons = []
    kind, seated = sitting.exam.kind, sitting.seated  # type: ignore[attr-defined]
    if not room.is_in_use:
        reasons.append(_("the room is not in use"))
    if kind not in room.kinds:
        reasons.append(_("the room is not for this kind of exam"))
    elif seated > room.places_for(kind):
        words = ngettext(
            "%(students)s students for %(places)s place",
            "%(students)s students for %(places)s places",
            room.places_for(kind),
        )
        reasons.append(words % {"students": seated, "places": room.places_for(kind)})
    day = hours.get(sitting.starts_at.astimezone(leiden()).weekday())
    if day is None or not is_open(day, sitting.starts_at, sitting.ends_at):
        reasons.append(_("the room is not open then"))
    return reasons + [
        _("the room is closed (%(why)s)") % {"why": closure.why}
        for closure in closures
        if closure.starts_at < sitting.ends_at and closure.ends_at > sitting.starts_at
    ]


def _with_wheelchair(room: Room) -> set[int]:
    """The sittings with a seat for a wheelchair; JSON is read in Python, on any engine."""
    rows = room.sittings.filter(seats__is_cancelled=False, seats__arrangement__isnull=False)
    return {
        pk for pk, asked in rows.values_list("pk", "seats__arrangement") if "wheelchair" in asked
    }
