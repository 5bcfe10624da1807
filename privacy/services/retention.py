"""Each night: delete what an earlier preview named and nobody held, then name what is due now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import Membership, Role, User
from courses import house
from enrolments.models import Enrolment
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice
from privacy import retention
from privacy.casefile import number_of, numbered
from privacy.models import DueRow, LegalHold, Preview
from privacy.services import deleting
from privacy.terms import NOTICE_DAYS

log = structlog.get_logger("privacy.retention")

P = Preview.State
DELETE: dict[str, Callable[[Any], None]] = {
    "nothing": deleting.delete_case,
    "words": deleting.delete_words,
    "cases": deleting.delete_case,
    "letters": deleting.delete_letter,
    "messages": deleting.delete_message,
    "answers": deleting.delete_answers,
    "strangers": deleting.delete_strangers,
    "accounts": deleting.delete_account,
}
AT_MOST = 5000  # rows that one preview names; the next night names the next


class StalePreviewError(Exception):
    """It has been held, released or carried out in the meantime."""


def run(today: date | None = None) -> None:
    """All that happens each night, in one go. Run twice, nothing happens twice."""
    day = today or timezone.localdate()
    for pk in to_carry_out(day):
        carry_out(pk, day)
    name_due(day)


def to_carry_out(today: date) -> list[int]:
    """The previews whose day has come."""
    rows = Preview.objects.filter(state=P.PLANNED, delete_on__lte=today)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def put_off(today: date) -> None:
    """Nothing that is planned goes before the office has had its usual days from `today` on."""
    day = today + timedelta(days=house.number(NOTICE_DAYS))
    Preview.objects.filter(state=P.PLANNED, delete_on__lt=day).update(delete_on=day)


# --- Naming ---------------------------------------------------------------------------------------
@transaction.atomic
def name_due(today: date) -> Preview | None:
    """A preview of what is due and that no open preview names; None when there is nothing."""
    found: list[tuple[str, int, str]] = []
    for kind in retention.KINDS:
        named = set(DueRow.objects.filter(kind=kind).values_list("number", flat=True))
        said = retention.KINDS[kind].said
        rows = retention.due(kind, today).order_by("pk").iterator()
        new = ((number_of(row.pk), row) for row in rows)
        unnamed = ((number, row) for number, row in new if number not in named)
        found += [(kind, number, said(row)) for number, row in islice(unnamed, AT_MOST)]
    if not found:
        return None
    days = house.number(NOTICE_DAYS)
    numbers = dict(Counter(kind for kind, _number, _said in found))
    preview = Preview.objects.create(delete_on=today + timedelta(days=days), named=numbers)
    DueRow.objects.bulk_create(
        [DueRow(preview=preview, kind=k, number=n, reference=said) for k, n, said in found]
    )
    record(preview, "name_due", by=None, details=numbers)
    for reader in _office():
        owe_notice(
            "privacy.will_be_deleted",
            f"preview-{preview.pk}-{reader.pk}",
            reader,
            {"day": preview.delete_on, "numbers": numbers},
            about=preview,
            link=Link("retention:home"),
        )
    return preview


def _office() -> list[User]:
    held = Membership.objects.current().filter(role=Role.OFFICE)
    return list(User.objects.filter(pk__in=held.order_by().values("user")))


# --- Deleting -------------------------------------------------------------------------------------
def carry_out(pk: int, today: date, *, after: int = 0, seconds: float = float("inf")) -> int | None:
    """Delete what a preview names and what is still due, row by row, unless the office holds it.

    What is no longer due, or on hold, stays, and a later preview names it again. After so many
    seconds it stops, with at least one row done: given is the row after which to go on. None: it
    is done, or held.
    """
    until = time.monotonic() + seconds
    rows = DueRow.objects.filter(preview=pk).order_by("pk")
    while row := rows.filter(pk__gt=after).first():
        after = row.pk
        try:
            if not _carry_out(row, today):
                return None  # held by now
        except (DatabaseError, ProtectedError) as error:
            log.warning("not deleted", kind=row.kind, reason=type(error).__name__)
        if time.monotonic() >= until:
            return after
    _done(pk)
    return None


@transaction.atomic
def _done(pk: int) -> None:
    if Preview.objects.filter(pk=pk, state=P.PLANNED).update(state=P.DONE, done_at=timezone.now()):
        preview = Preview.objects.get(pk=pk)
        record(preview, "carry_out", by=None, details=preview.deleted)
        preview.rows.all().delete()


@transaction.atomic
def _carry_out(row: DueRow, today: date) -> bool:
    """Delete what the row names, if it is due; False when the preview is held."""
    preview = Preview.objects.select_for_update().get(pk=row.preview_id)
    if preview.state != P.PLANNED:
        return False
    if not DueRow.objects.filter(pk=row.pk).delete()[0]:
        return True  # another worker had it
    rows = numbered(retention.due(row.kind, today), row.number)
    if row.kind == "accounts":  # who signs in at this moment keeps it
        rows = rows.select_for_update()
    due = rows.first()
    if due is not None:
        DELETE[row.kind](due)
    numbers = preview.deleted | {row.kind: preview.deleted.get(row.kind, 0) + bool(due)}
    Preview.objects.filter(pk=preview.pk).update(deleted=numbers)
    return True


# --- The office -----------------------------------------------------------------------------------
@transaction.atomic
def hold_back(preview: Preview, reason: str, *, by: User) -> None:
    """Nothing that it names goes until it is released. Raises StalePreviewError."""
    planned = Preview.objects.filter(pk=preview.pk, state=P.PLANNED)
    if not planned.update(state=P.HELD, held_by=by, held_reason=reason):
        raise StalePreviewError
    record(preview, "hold_back", by=by, role="office", reason=reason)


@transaction.atomic
def release(preview: Preview, *, by: User) -> None:
    """It goes on, not before tomorrow. Raises StalePreviewError."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    day = max(preview.delete_on, tomorrow)
    held = Preview.objects.filter(pk=preview.pk, state=P.HELD)
    if not held.update(state=P.PLANNED, held_by=None, held_reason="", delete_on=day):
        raise StalePreviewError
    record(preview, "release", by=by, role="office")


@transaction.atomic
def place_hold(
    *, case: Enrolment | None, person: User | None, reason: str, until: date, by: User
) -> LegalHold:
    """Nothing of the case, or of the person's cases, goes until that day."""
    hold = LegalHold(case=case, person=person, reason=reason, until=until, placed_by=by)
    hold.save()
    record(hold, "place_hold", by=by, role="office", details=_of(hold))
    return hold


@transaction.atomic
def lift(hold: LegalHold, *, by: User) -> bool:
    """It ends now; False when it had ended."""
    standing = LegalHold.objects.standing().filter(pk=hold.pk)
    if not standing.update(lifted_at=timezone.now(), lifted_by=by):
        return False
    record(hold, "lift_hold", by=by, role="office", details=_of(hold))
    return True


def _of(hold: LegalHold) -> dict[str, str]:
    """The case in the trail, so that its events are found there; a person is not named."""
    return {"case": hold.case.reference} if hold.case else {}
