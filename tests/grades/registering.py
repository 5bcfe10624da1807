"""Results and registrations for tests, as if everything before them had happened."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Kind
from grades import form
from grades.models import Registration, Result, Transcript, TranscriptState
from grades.services import registering
from paperwork.models import subject_of
from tests import factories
from tests.enrolments.cases import Cast, case_of, make_cast

YESTERDAY = timedelta(days=1)


def today() -> date:
    return timezone.localdate()


def verified(case: Enrolment, by: User) -> Transcript:
    """A transcript that `by` verified."""
    kind, pk = subject_of(case)
    file = factories.AttachmentFactory.create(
        purpose="transcript", name="transcript.png", subject_kind=kind, subject_id=pk
    )
    return Transcript.objects.create(
        enrolment=case,
        state=TranscriptState.VERIFIED,
        source=Transcript.Source.STUDENT,
        file=file,
        given_by=case.student,
        given_by_name=str(case.student),
        verified_by=by,
        verified_at=timezone.now(),
    )


def result_of(case: Enrolment, by: User, **fields: Any) -> Result:
    """A passing result of `case` that `by` recorded."""
    if case.kind == Kind.OUTGOING:
        if "transcript" not in fields:
            fields["transcript"] = verified(case, by)
        fields.setdefault("source", Result.Source.TRANSCRIPT)
    else:
        fields.setdefault("source", Result.Source.RESULT_LIST)
    known: dict[str, Any] = {
        "grade_printed": "5.25",
        "scale": "1 to 6",
        "credits_printed": "5",
        "credit_system": "ECTS",
        "title_printed": "Introduction to Quantum Computing",
        "dated_on": today() - timedelta(days=10),
        "grade": Decimal(8),
        "passed": True,
        "ec": Decimal(5),
    }
    if fields.get("mark"):
        known["grade"] = None
    return Result.objects.create(enrolment=case, recorded_by=by, **known | fields)


def finished(cast: Cast, **fields: Any) -> Enrolment:
    """The owner's case, whose course is over."""
    fields.setdefault("purpose", Purpose.ELECTIVE)
    return case_of(cast, State.FINISHED, **fields)


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
