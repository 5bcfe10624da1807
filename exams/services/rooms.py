"""What exam staff do with buildings, rooms and invigilators; what a change hits is named first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User
from courses.forms.curated import CuratedForm
from courses.services.curation import StaleError
from exams import people
from exams.fitting import Hit, hits_of
from exams.models import Invigilator, InvigilatorHours, Room, RoomClosure, RoomHours
from exams.moments import leiden, resolve
from exams.services import done
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice

MOST_DAYS = 400  # of availability, at once


class HitsError(Exception):
    """Sittings would no longer fit; nothing is saved until somebody says that it is meant."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        super().__init__("; ".join(hit.line for hit in hits))
        self.hits = hits


@transaction.atomic
def save(form: CuratedForm, *, by: User) -> models.Model:
    """Save a valid form over a building or an invigilator; raises StaleError as save_room does."""
    row: models.Model = form.instance
    if row.pk:
        stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
        if type(form)(instance=stored).token() != form.token():
            raise StaleError
        action = "change"
    else:
        action = "create"
    saved = _written(form)
    changed = list(form.changed_data)
    record(saved, action, by=by, role=people.arranger_role(by), details={"changed": changed})
    return saved


def _written(form: CuratedForm) -> models.Model:
    try:
        with transaction.atomic():
            saved: models.Model = form.save()
    except IntegrityError as refusal:  # what two people saved at the same moment
        raise StaleError from refusal
    return saved


@transaction.atomic
def save_room(
    form: CuratedForm, hours: dict[int, tuple[time, time]], *, by: User, sure: bool
) -> list[Hit]:
    """Save a room and its opening hours; says which sittings no longer fit.

    Raises HitsError when there are such and `by` is not `sure`, StaleError when the room is no
    longer what the form showed; then nothing is saved.
    """
    before: set[tuple[int, str]] = set()
    if form.instance.pk:
        stored = Room.objects.select_for_update().get(pk=form.instance.pk)
        if type(form)(instance=stored).token() != form.token():
            raise StaleError
        before = {(hit.sitting.pk, hit.why) for hit in hits_of(stored)}
    room = _written(form)
    assert isinstance(room, Room)  # noqa: S101  # for the types
    room.hours.all().delete()
    RoomHours.objects.bulk_create(
        RoomHours(room=room, weekday=day, opens=opens, closes=closes)
        for day, (opens, closes) in hours.items()
    )
    return _settle(room, before, by=by, sure=sure, action="change_room")


def _settle(
    room: Room, before: set[tuple[int, str]], *, by: User, sure: bool, action: str
) -> list[Hit]:
    """What the change newly hits: asked about first, then told to the others who plan."""
    hits = [hit for hit in hits_of(room) if (hit.sitting.pk, hit.why) not in before]
    if hits and not sure:
        raise HitsError(hits)
    event = record(room, action, by=by, role=people.arranger_role(by), details={"hits": len(hits)})
    for reader in people.exam_staff().exclude(pk=by.pk) if hits else ():
        owe_notice(
            "exams.room_problem",
            f"room-event-{event.pk}-{reader.pk}",
            reader,
            {"room": room, "number": len(hits), "lines": [hit.line for hit in hits]},
            about=room,
            link=Link("exams:room", [room.pk]),
            asks=True,
        )
    done.settle_done()
    return hits


@transaction.atomic
def close_room(closure: RoomClosure, *, by: User, sure: bool) -> list[Hit]:
    """Close a room for a time; says which sittings that hits.

    Raises HitsError when there are such and `by` is not `sure`; then nothing is saved.
    """
    room = Room.objects.select_for_update().get(pk=closure.room_id)
    before = {(hit.sitting.pk, hit.why) for hit in hits_of(room)}
    closure.full_clean()
    closure.save()
    return _settle(room, before, by=by, sure=sure, action="close_room")


@transaction.atomic
def reopen(closure: RoomClosure, *, by: User) -> None:
    """Take a closure away."""
    record(closure.room, "reopen_room", by=by, role=people.arranger_role(by))
    closure.delete()
    done.settle_done()


@transaction.atomic
def add_hours(
    invigilator: Invigilator,
    *,
    first: date,
    last: date,
    weekdays: Sequence[int],
    opens: time,
    closes: time,
    by: User,
) -> int:
    """Note when an invigilator can come, on these days of the week; how many days are new.

    A day that is noted with the same times already stays as it is.
    """
    known = set(invigilator.hours.values_list("starts_at", "ends_at"))
    wanted: list[tuple[datetime, datetime]] = []
    for number in range(min((last - first).days + 1, MOST_DAYS)):
        day = first + timedelta(days=number)
        if day.weekday() in weekdays:
            hours = (
                resolve(day, opens, leiden(), "first"),
                resolve(day, closes, leiden(), "second"),
            )
            if hours not in known:
                wanted.append(hours)
    InvigilatorHours.objects.bulk_create(
        InvigilatorHours(invigilator=invigilator, starts_at=starts, ends_at=ends)
        for starts, ends in wanted
    )
    details = {"days": len(wanted)}
    record(invigilator, "add_hours", by=by, role=people.arranger_role(by), details=details)
    return len(wanted)


@transaction.atomic
def remove_hours(hours: InvigilatorHours, *, by: User) -> None:
    """The invigilator cannot come then after all; duties stay, and the planner names them."""
    record(hours.invigilator, "remove_hours", by=by, role=people.arranger_role(by))
    hours.delete()


def duties_outside(invigilator: Invigilator) -> list[Any]:
    """Duties to come at which the invigilator cannot be: outside every hour noted. Two queries."""
    hours = list(invigilator.hours.values_list("starts_at", "ends_at"))
    duties = invigilator.duties.filter(is_cancelled=False, ends_at__gt=timezone.now())
    return [
        duty
        for duty in duties.select_related("sitting__exam__edition__course", "sitting__room")
        if not any(starts <= duty.starts_at and duty.ends_at <= ends for starts, ends in hours)
    ]
