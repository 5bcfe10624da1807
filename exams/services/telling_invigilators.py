"""What invigilators hear of their duties: from publishing on, when students hear of it too.

Until then a plan may change every hour. They need no account: it goes to their address.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from exams.models import Duty, Exam, Invigilator, Room, Sitting
from paperwork.models import Event
from paperwork.services.notices import Address, owe_notice


class What(StrEnum):
    """What has become of a duty."""

    CHOSEN = "chosen"
    CHANGED = "changed"
    OFF = "off"


def duties_of(sitting: Sitting) -> list[Duty]:
    """Who invigilates, as it is stored now."""
    return list(
        Duty.objects.filter(sitting=sitting, is_cancelled=False)
        .select_related("invigilator__user")
        .order_by("pk")
    )


def published(sitting: Sitting, exam: Exam, event: Event) -> None:
    """To all of them: when and where."""
    _tell(What.CHOSEN, sitting, exam, event, duties_of(sitting))


def moved(sitting: Sitting, exam: Exam, event: Event, before: dict[str, Any]) -> None:
    """That it is at another time or in another room, and what it was."""
    was_at = datetime.fromisoformat(before["at"])
    rooms = Room.objects.select_related("building").exclude(pk=sitting.room_id)
    was = {
        "was_at": was_at if was_at != sitting.starts_at else None,
        "was_room": rooms.filter(pk=before["room"]).first(),
    }
    _tell(What.CHANGED, sitting, exam, event, duties_of(sitting), **was)


def cancelled(sitting: Sitting, exam: Exam, event: Event, duties: Iterable[Duty]) -> None:
    """That it is not held then, and why."""
    _tell(What.OFF, sitting, exam, event, duties, reason=event.reason)


def chosen_anew(sitting: Sitting, exam: Exam, event: Event, before: Iterable[Duty]) -> None:
    """To who is new, has another part, or is taken off; not to those for whom all is the same."""
    parts = {duty.invigilator_id: duty.part for duty in before}
    now = duties_of(sitting)
    still = {duty.invigilator_id for duty in now}
    _tell(
        What.OFF, sitting, exam, event, (one for one in before if one.invigilator_id not in still)
    )
    _tell(
        What.CHOSEN, sitting, exam, event, (one for one in now if one.invigilator_id not in parts)
    )
    other = (one for one in now if parts.get(one.invigilator_id, one.part) != one.part)
    _tell(What.CHANGED, sitting, exam, event, other)


def _tell(
    what: What, sitting: Sitting, exam: Exam, event: Event, duties: Iterable[Duty], **more: Any
) -> None:
    course = exam.edition.course
    for duty in duties:
        person = duty.invigilator
        owe_notice(
            "exams.duty",
            f"sitting-event-{event.pk}-duty-{person.pk}",
            Address(person.email, language_of(person)),
            {
                "what": what,
                "duty": duty,
                "course": course,
                "host": course.university,
                "exam": exam,
                "room": sitting.room,
                "building": sitting.room.building,
                **more,
            },
            about=sitting,
        )


def language_of(person: Invigilator) -> str:
    """The language of the account; of who has none, Dutch when they speak it."""
    if person.user is not None:
        return person.user.language
    return "nl" if person.speaks_nl else "en"
