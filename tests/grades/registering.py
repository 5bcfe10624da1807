"""Registrations for tests, as if everything before them had happened."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, Purpose
from enrolments.models.enrolment import Kind
from grades import form
from grades.models import Batch, Registration, Result
from grades.services import batches, registering
from tests import factories
from tests.enrolments.cases import Cast, make_cast
from tests.grades import rows

TITLE = "Introduction to Quantum Computing"


def today() -> date:
    return timezone.localdate()


def result_of(case: Enrolment, by: User, **fields: Any) -> Result:
    """A passing result of `case` that `by` recorded, from a transcript or our own list."""
    if case.kind == Kind.OUTGOING and "transcript" not in fields:
        fields["transcript"] = rows.verified(case, by)
    known = {"title_printed": TITLE, "credit_system": "ECTS", "scale": "1 to 6"}
    return rows.result_of(case, by, **known | fields)


def finished(cast: Cast, **fields: Any) -> Enrolment:
    """The owner's case, whose course is over."""
    fields.setdefault("purpose", Purpose.ELECTIVE)
    return rows.finished(cast, **fields)


def opened(cast: Cast | None = None, **fields: Any) -> Registration:
    """A registration that has just begun."""
    cast = cast or make_cast()
    case = finished(cast, **fields)
    by = cast.honours if case.is_honours else cast.coordinator
    row = registering.open_registration(result_of(case, by))
    assert row is not None
    return fresh(row)


def fresh(row: Registration) -> Registration:
    """The registration as another request would read it."""
    return Registration.objects.select_related(*form.SHOWN).get(pk=row.pk)


def moved(row: Registration, *steps: str, cast: Cast) -> Registration:
    """The registration after these steps, each by who does it."""
    for step in steps:
        also: dict[str, Any] = {
            "file": {"filed_on": today()},
            "decide": {"board_decided_on": today(), "board_reference": "EC 2026-7"},
            "prepare": {"honours_ec": Decimal(15)},
            "register": {"registered_on": today(), "usis_reference": "U-1"},
        }.get(step, {})
        by = {
            "file": cast.owner,
            "register": cast.administration,
            "take": cast.administration,
            "back": cast.administration,
        }.get(step, cast.honours if row.enrolment.is_honours else cast.coordinator)
        if row.enrolment.is_honours and step == "register":
            by = factories.MemberFactory.create(role=Role.HONOURS)
        registering.act(row, step, by=by, also=also, reason="Because.")
        row = fresh(row)
    return row


def quiet(batch: Batch) -> None:
    """Nobody has been at it for a while."""
    long_ago = timezone.now() - batches.QUIET - timedelta(seconds=1)
    Batch.objects.filter(pk=batch.pk).update(changed_at=long_ago)
