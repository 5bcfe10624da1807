"""Marking on the day: rows are added and never changed; the seats say what they come to.

A device may send late, twice, or with a clock that is wrong, and two may mark at once. So every
mark is kept, under the key that the device made for it, and of two about a seat the one that was
made later counts, whichever came in first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from courses import house
from exams import gates
from exams.models import Attendance, Mark, Seat, Sitting, SittingState
from paperwork.services.events import record
from vx_portal.http import roles_of

WRONG_BY = timedelta(minutes=1)  # a device's clock that differs by more is put right
LONGEST_LATE = 600  # minutes
AT_ONCE = 500  # marks that a device may send together

K = Mark.Kind
BEFOREHAND = frozenset({K.IDENTITY, K.INCIDENT})  # do not say that it has begun


class MarkError(Exception):
    """Nothing can be marked now; the message says why, and may be shown."""


class NewMark(NamedTuple):
    """A mark as a device sends it. `at` None: just now."""

    key: UUID
    kind: str
    seat: int | None = None
    at: datetime | None = None
    minutes: int | None = None
    text: str = ""


class Outcome(NamedTuple):
    """What came of marks that were sent together."""

    kept: list[UUID]  # those that were there already among them
    refused: dict[UUID, str]  # why, in the reader's words
    is_closed: bool  # they came after the sitting was closed: kept, and nothing changed by them
    overruled: list[UUID]  # kept, but a later one that was known already counts


class Standing(NamedTuple):
    """What the marks about a seat come to."""

    attendance: str = Attendance.EXPECTED
    minutes_late: int | None = None
    left_at: datetime | None = None
    is_identified: bool = False


def may_mark(user: User) -> bool:
    """Whether `user` marks and closes; others who see a sitting read along."""
    return not roles_of(user).isdisjoint(gates.ARRANGERS)


def opens_at(sitting: Sitting) -> datetime:
    """From when things can be marked."""
    return sitting.starts_at - house.span("exams.marking_hours")


def fold(marks: Iterable[Mark]) -> Standing:
    """What `marks` about one seat come to, in whatever order they came in."""
    now = Standing()
    for mark in sorted(marks, key=lambda one: (one.at, one.received_at, one.pk)):
        match mark.kind:
            case K.EXPECTED:
                now = Standing()
            case K.PRESENT | K.ABSENT:
                now = Standing(mark.kind, is_identified=now.is_identified)
            case K.LATE:
                now = Standing(mark.kind, mark.minutes, is_identified=now.is_identified)
            case K.LEFT_EARLY:
                now = now._replace(attendance=mark.kind, left_at=mark.at)
            case K.IDENTITY:
                now = now._replace(is_identified=True)
    return now


@transaction.atomic
def mark(
    sitting: Sitting,
    marks: Sequence[NewMark],
    *,
    by: User,
    device: str = "",
    clock: datetime | None = None,
) -> Outcome:
    """Keep `marks` and let the seats say what all of theirs come to.

    The same key again changes nothing. `clock` is what the device's clock shows while it sends:
    one that is wrong is put right by as much as it differs from ours. The first mark makes a
    published sitting one that is held; before its start only one that says who came does, so that
    it can still be moved or cancelled for what was noted. Raises MarkError when `by` may not, or it
    is not the day.
    """
    now = timezone.now()
    if not may_mark(by):
        raise MarkError(_("Only exam staff can mark."))
    sitting = Sitting.objects.select_for_update().get(pk=sitting.pk)  # one after the other
    if sitting.state not in (SittingState.PUBLISHED, SittingState.HELD, SittingState.CLOSED):
        raise MarkError(_("This sitting is not published, so there is nothing to mark."))
    if now < opens_at(sitting):
        raise MarkError(
            _("You can mark from %(when)s on.")
            % {"when": date_format(timezone.localtime(opens_at(sitting)), "j F, H:i")}
        )
    seats = {seat.pk: seat for seat in Seat.objects.standing().filter(sitting=sitting)}
    astray = clock - now if clock and abs(clock - now) > WRONG_BY else timedelta(0)
    rows, refused = [], {}
    for new in marks[:AT_ONCE]:
        seat = seats.get(new.seat) if new.seat is not None else None
        if why := _refusal(new, seat):
            refused[new.key] = why
            continue
        at = min((new.at or now + astray) - astray, now)
        rows.append(
            Mark(
                key=new.key,
                sitting=sitting,
                seat=seat,
                kind=new.kind,
                minutes=_minutes(new, seat, at) if new.kind == K.LATE else None,
                text=new.text.strip() if new.kind == K.INCIDENT else "",
                at=at,
                received_at=now,
                device=device[:36],
                by=by,
                by_name=str(by)[:150],
            )
        )
    known = Mark.objects.filter(key__in=[row.key for row in rows]).count()
    Mark.objects.bulk_create(rows, ignore_conflicts=True)
    if len(rows) > known:  # what was sent twice is no second event
        record(sitting, "mark", by=by, role="exams", details={"marks": len(rows) - known})
    is_closed = sitting.state == SittingState.CLOSED
    if rows and not is_closed:
        _settle(sitting, [seats[row.seat_id] for row in rows if row.seat_id in seats])
        if now >= sitting.starts_at or any(row.kind not in BEFOREHAND for row in rows):
            _begin(sitting, now, by)
    keys = [row.key for row in rows]
    kept = Mark.objects.filter(key__in=keys)
    overruled = [] if is_closed else kept.overruled(known_at=now).values_list("key", flat=True)
    return Outcome(keys, refused, is_closed, list(overruled))


def _refusal(new: NewMark, seat: Seat | None) -> str:
    """Why this mark cannot be kept; empty when it can."""
    if new.kind not in K.values:
        return _("It is not known what was marked.")
    if seat is None and (new.seat is not None or new.kind != K.INCIDENT):
        return _("This seat is no longer on the list. Look at the list again.")
    if new.kind == K.INCIDENT and not new.text.strip():
        return _("Write what happened.")
    if new.minutes is not None and not 0 <= new.minutes <= LONGEST_LATE:
        return _("Give the minutes as a number between 0 and %(most)s.") % {"most": LONGEST_LATE}
    return ""


def _minutes(new: NewMark, seat: Seat | None, at: datetime) -> int:
    """How late: as was typed, or else since the student's own start."""
    if new.minutes is not None:
        return new.minutes
    late = (at - seat.starts_at) // timedelta(minutes=1) if seat else 0
    return min(max(late, 0), LONGEST_LATE)


def _settle(sitting: Sitting, seats: Iterable[Seat]) -> None:
    """Write on `seats` what all their marks come to."""
    touched = {seat.pk: seat for seat in seats}
    marks: dict[int, list[Mark]] = {pk: [] for pk in touched}
    for one in Mark.objects.filter(sitting=sitting, seat__in=touched):
        if one.seat_id is not None:
            marks[one.seat_id].append(one)
    changed = []
    for pk, seat in touched.items():
        said = fold(marks[pk])
        if said != tuple(getattr(seat, field) for field in Standing._fields):
            for field in Standing._fields:
                setattr(seat, field, getattr(said, field))
            changed.append(seat)
    if changed:
        Seat.objects.bulk_update(changed, Standing._fields)


def _begin(sitting: Sitting, now: datetime, by: User) -> None:
    """From now on it is held, if it was not yet."""
    published = Sitting.objects.filter(pk=sitting.pk, state=SittingState.PUBLISHED)
    if published.update(state=SittingState.HELD, version=F("version") + 1, changed_at=now):
        record(
            sitting,
            "hold",
            by=by,
            role="exams",
            from_state=SittingState.PUBLISHED,
            to_state=SittingState.HELD,
        )
