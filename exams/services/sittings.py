"""What can happen to a sitting until the day itself: the one table, and who does it.

Each function swaps the version that its caller has seen, with an event and the messages owed, in
one transaction. Of two planners at one sitting the second raises StaleError; what the database
refuses (a room or person in two places) is an ActionError in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from enrolments.services.actions import ActionError, StaleError
from exams import people
from exams.guards import refusal_of
from exams.instances import Situation
from exams.models import Exam, Room, Sitting, SittingState
from exams.models.sitting import SittingQuerySet
from exams.services import done, papers, seating, telling, telling_hosts, telling_invigilators
from exams.sitters import Sitter, Task
from paperwork.models import Event
from paperwork.services.events import Actor, record
from paperwork.services.notices import owed_together

S = SittingState
OPEN = frozenset({S.PLANNED, S.PUBLISHED})


class Action(NamedTuple):
    """One thing that can happen to a sitting. `target` None: its state stays."""

    sources: frozenset[SittingState]
    target: SittingState | None
    label: str | Promise  # the button
    done: str | Promise  # the history
    pinned: bool | None = None  # only for sittings that are, or are not


ACTIONS: dict[str, Action] = {
    "plan": Action(
        frozenset(),
        S.PLANNED,
        pgettext_lazy("sitting action", "Plan exam"),
        pgettext_lazy("sitting history", "planned the exam"),
    ),
    "move": Action(
        OPEN,
        None,
        pgettext_lazy("sitting action", "Move exam"),
        pgettext_lazy("sitting history", "moved the exam"),
    ),
    "pin": Action(
        OPEN,
        None,
        pgettext_lazy("sitting action", "Pin this exam"),
        pgettext_lazy("sitting history", "pinned the exam"),
        pinned=False,
    ),
    "unpin": Action(
        OPEN,
        None,
        pgettext_lazy("sitting action", "Unpin this exam"),
        pgettext_lazy("sitting history", "let the exam be moved again"),
        pinned=True,
    ),
    "seat": Action(
        OPEN,
        None,
        pgettext_lazy("sitting action", "Bring the seats up to date"),
        pgettext_lazy("sitting history", "brought the seats up to date"),
    ),
    "duties": Action(
        OPEN,
        None,
        pgettext_lazy("sitting action", "Choose invigilators"),
        pgettext_lazy("sitting history", "chose the invigilators"),
    ),
    "publish": Action(
        frozenset({S.PLANNED}),
        S.PUBLISHED,
        pgettext_lazy("sitting action", "Publish exam"),
        pgettext_lazy("sitting history", "published the exam"),
    ),
    "cancel": Action(
        OPEN,
        S.CANCELLED,
        pgettext_lazy("sitting action", "Cancel exam"),
        pgettext_lazy("sitting history", "cancelled the exam"),
    ),
}


def actions_for(actor: Actor, sitting: Sitting) -> list[str]:
    """The one answer to "may I?": the buttons and `act` both ask here."""
    if not people.arranger_role(actor):
        return []
    return [
        name
        for name, action in ACTIONS.items()
        if sitting.state in action.sources and action.pinned in (None, sitting.is_pinned)
    ]


@contextmanager
def refusing() -> Iterator[None]:
    """One transaction, and its messages together; what the guards refuse in words.

    What exam staff had to do and is done by it leaves "now up to you".
    """
    try:
        with transaction.atomic(), owed_together():
            yield
            done.settle_done()
    except DatabaseError as error:
        if said := refusal_of(error):
            raise ActionError(said) from error
        raise


def swap(
    sitting: Sitting,
    name: str,
    *,
    seen: int,
    by: Actor,
    reason: str = "",
    details: dict[str, Any] | None = None,
    told: bool = False,
    **fields: Any,
) -> Event:
    """Do `name` to the version that was seen: the fields and an event, in the caller's transaction.

    `told`: calendars learn of it. Raises ActionError when it cannot be done, StaleError when the
    sitting has changed since. `sitting` is as stored afterwards.
    """
    action, now = ACTIONS[name], timezone.now()
    if name not in actions_for(by, sitting):
        if sitting.version != seen:
            raise StaleError(stale(sitting))
        raise ActionError(_("This is not possible for this exam now."))
    before = sitting.state
    values: dict[str, Any] = {
        **fields,
        "version": seen + 1,
        "changed_at": now,
        "changed_by_name": str(by)[:150] if by else "",
    }
    if action.target:
        values["state"] = action.target
    if action.pinned is not None:
        values["is_pinned"] = not action.pinned
    if told:
        values["sequence"] = F("sequence") + 1
    rows = Sitting.objects.filter(pk=sitting.pk, version=seen, state__in=action.sources)
    if not rows.update(**values):
        sitting.refresh_from_db(fields=["version", "changed_by_name", "state"])
        raise StaleError(stale(sitting))
    sitting.refresh_from_db()
    return record(
        sitting,
        name,
        by=by,
        role=people.arranger_role(by),
        from_state=before,
        to_state=sitting.state,
        reason=reason,
        details=details,
    )


def stale(sitting: Sitting) -> str:
    """That somebody else was first, and who."""
    who = sitting.changed_by_name or _("Somebody else")
    return _("%(who)s has changed this exam in the meantime. Look at it again.") % {"who": who}


def plan(
    now: Situation,
    task: Task,
    sitters: Sequence[Sitter],
    room: Room,
    starts_at: datetime,
    *,
    by: Actor,
) -> Sitting:
    """A sitting in `room` for these students of `task`, whose seats are numbered.

    Seats that they have elsewhere for this exam are given up. Raises ActionError when `by` may
    not, the moment is over, or the database refuses; StaleError when somebody else has planned
    them, or changed where they sit, since `now` was read.
    """
    if not people.arranger_role(by):
        raise ActionError(_("Only exam staff and the programme office plan exams."))
    _not_over(starts_at)
    with refusing(), papers.in_step(task.exam):
        _give_up(now, task, sitters, by)
        sitting = Sitting.objects.create(
            exam=task.exam,
            room=room,
            starts_at=starts_at,
            ends_at=seating.end_for(task.exam, starts_at, sitters),
            changed_by_name=str(by)[:150],
        )
        seating.fill(sitting, task.exam, sitters)
        record(
            sitting,
            "plan",
            by=by,
            role=people.arranger_role(by),
            to_state=S.PLANNED,
            details=where(sitting),
        )
    return sitting


def _give_up(now: Situation, task: Task, sitters: Sequence[Sitter], by: Actor) -> None:
    """The seats that they have elsewhere for this exam; each sitting that loses some learns it.

    Who was told of such a seat hears at once that it does not hold any more.
    """
    seating.take_turn(task.exam, sitters)
    for pk, students in seating.elsewhere(task.exam, sitters).items():
        row = now.rows.get(pk)
        if row is None:  # planned since
            raise StaleError(
                _("Somebody else has planned these students in the meantime. Look at it again.")
            )
        details = {"freed": len(students)}
        event = swap(row, "seat", seen=row.version, by=by, details=details, told=row.is_told)
        seating.free(row, students)
        is_sooner = seating.end_sooner(row)
        if row.is_told:
            telling.other_place(row, task.exam, students, event)
        if row.is_told and is_sooner:
            telling_invigilators.moved(row, task.exam, event, where(row))


def move(sitting: Sitting, room: Room, starts_at: datetime, *, seen: int, by: Actor) -> Sitting:
    """Hold `sitting` in `room` at `starts_at`; the exam's other rooms begin when it does.

    Who knows of one of them hears what has changed, students and the host. Raises as `swap` does,
    and ActionError when the moment is over or the database refuses.
    """
    if starts_at != sitting.starts_at:
        _not_over(starts_at)
    was_at = sitting.starts_at
    with refusing(), papers.in_step(sitting.exam):
        together = [sitting]
        if starts_at != sitting.starts_at:
            together += beside(sitting).select_related("room__building")
        for row in together:
            version = seen if row is sitting else row.version
            to = room if row is sitting else row.room
            event = _move_one(row, to, starts_at, seen=version, by=by)
        is_told = any(row.is_told for row in together)
        if event is not None and is_told and starts_at != was_at:
            telling_hosts.moved(_exam_of(sitting), starts_at, was_at, event)
    return sitting


def beside(sitting: Sitting) -> SittingQuerySet:
    """The exam's other rooms that begin when `sitting` does: another time is theirs as well."""
    rows = Sitting.objects.filter(exam=sitting.exam_id, starts_at=sitting.starts_at, state__in=OPEN)
    return rows.exclude(pk=sitting.pk)


def _move_one(
    row: Sitting, room: Room, starts_at: datetime, *, seen: int, by: Actor
) -> Event | None:
    before = where(row)
    exam = _exam_of(row)
    ends_at = seating.end_at(row, exam, starts_at)
    if (row.room_id, row.starts_at) == (room.pk, starts_at):
        return None
    event = swap(
        row,
        "move",
        seen=seen,
        by=by,
        details={"before": before, "after": {"room": room.pk, "at": starts_at.isoformat()}},
        told=row.is_told,
        room=room,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    seating.shift(row, exam, starts_at)
    if row.is_told:
        telling.moved(row, exam, event, before)
        telling_invigilators.moved(row, exam, event, before)
    return event


def _exam_of(sitting: Sitting) -> Exam:
    return Exam.objects.select_related("edition__course__university").get(pk=sitting.exam_id)


def pin(sitting: Sitting, *, seen: int, by: Actor) -> None:
    """A proposed plan leaves it as it is; or may move it again when it was pinned already."""
    with refusing():
        swap(sitting, "unpin" if sitting.is_pinned else "pin", seen=seen, by=by)


def cancel(sitting: Sitting, reason: str, *, seen: int, by: Actor) -> None:
    """It is not held: its room, students and invigilators are free again; they hear why.

    Raises ActionError without a reason for a published one.
    """
    if sitting.is_told and not reason.strip():
        raise ActionError(_("Say why: the students read it."))
    with refusing(), papers.in_step(sitting.exam):
        was_told = sitting.is_told
        event = swap(
            sitting,
            "cancel",
            seen=seen,
            by=by,
            reason=reason.strip(),
            told=was_told,
            cancelled_because=reason.strip()[:300],
        )
        students = list(sitting.seats.standing().values_list("student", flat=True))
        sitting.seats.standing().update(is_cancelled=True)
        duties = telling_invigilators.duties_of(sitting)
        sitting.duties.update(is_cancelled=True)
        if was_told:
            exam = _exam_of(sitting)
            telling.cancelled(sitting, students, event)
            telling_hosts.cancelled(sitting, exam, event)
            telling_invigilators.cancelled(sitting, exam, event, duties)


def bring_up_to_date(situation: Situation, sitting: Sitting, *, seen: int, by: Actor) -> int:
    """Seats for those who sit it now and have none, none for those who left, and what is granted.

    How many seats have changed. Of a published sitting those hear of it whom it concerns. Raises
    as `swap` does, and StaleError when it does not stand any more.
    """
    row = situation.rows.get(sitting.pk)
    if row is None:  # cancelled since, or not held here any more
        sitting.refresh_from_db(fields=["version", "changed_by_name", "state"])
        raise StaleError(stale(sitting))
    task, new = situation.task_of(row), seating.to_add(situation, row)
    gone = situation.gone.get(sitting.pk, [])
    here = situation.here(row)
    ends_at = seating.end_for(task.exam, sitting.starts_at, [*here, *new])
    with refusing():
        seating.take_turn(task.exam, new)
        event = swap(
            sitting,
            "seat",
            seen=seen,
            by=by,
            details={"added": len(new), "freed": len(gone)},
            told=sitting.is_told,
            ends_at=ends_at,
        )
        seating.free(sitting, gone)
        added = seating.fill(sitting, task.exam, new)
        changed = seating.as_granted(sitting, task.exam, here)
        sitting.duties.filter(is_cancelled=False).update(ends_at=ends_at)
        if sitting.is_told:
            telling.other_place(sitting, task.exam, seating.in_course(sitting, gone), event)
            telling.published(sitting, task.exam, event, [one.student_id for one in added])
            telling.moved(sitting, task.exam, event, where(sitting), only=changed)
            if ends_at != row.ends_at:
                telling_invigilators.moved(sitting, task.exam, event, where(sitting))
    return len(added) + len(gone) + len(changed)


def choose_invigilators(
    sitting: Sitting, wanted: Sequence[tuple[int, str]], *, seen: int, by: Actor
) -> None:
    """Have these people invigilate, each in a part; those of a published one hear of it."""
    with refusing():
        event = swap(sitting, "duties", seen=seen, by=by, details={"people": len(wanted)})
        before = telling_invigilators.duties_of(sitting)
        seating.set_duties(sitting, wanted)
        if sitting.is_told:
            telling_invigilators.chosen_anew(sitting, _exam_of(sitting), event, before)


def _not_over(starts_at: datetime) -> None:
    if starts_at <= timezone.now():
        raise ActionError(_("This moment is over. Choose a later one."))


def where(sitting: Sitting) -> dict[str, Any]:
    """What an event and a message keep of where it was."""
    return {"room": sitting.room_id, "at": sitting.starts_at.isoformat()}
