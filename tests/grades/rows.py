"""Transcripts, results and registrations for tests, as if all before them had happened."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment
from grades.models import Registration, Result, Transcript
from paperwork.models import subject_of
from tests import factories
from tests.enrolments.cases import Cast, case_of, fresh


def finished(cast: Cast, **fields: Any) -> Enrolment:
    """The owner's case of a course that ended three weeks ago."""
    return finish(case_of(cast, "finished", **fields))


def finish(case: Enrolment) -> Enrolment:
    """The case of a course that ended three weeks ago."""
    Enrolment.objects.filter(pk=case.pk).update(state="finished")
    days = factories.days
    Edition.objects.filter(pk=case.edition_id).update(
        starts_on=days(-121),
        ends_on=days(-21),
        exam_on=days(-21),
        applications_open_on=days(-211),
        applications_close_on=days(-151),
        withdraw_until=days(-107),
    )
    return fresh(case)


def transcript_of(case: Enrolment, **fields: Any) -> Transcript:
    """The first transcript of `case`, as its student gave it."""
    fields.setdefault("source", Transcript.Source.STUDENT)
    fields.setdefault("given_by", case.student)
    row = Transcript(enrolment=case, given_by_name=str(fields["given_by"]), **fields)
    if row.file_id is None and row.source != Transcript.Source.DATA:
        file = factories.AttachmentFactory.create(purpose="transcript", given_by=row.given_by)
        row.file = file
    row.save()
    if row.file is not None:
        kind, pk = subject_of(row)
        type(row.file).objects.filter(pk=row.file.pk).update(subject_kind=kind, subject_id=pk)
    return row


def verified(case: Enrolment, by: User, **fields: Any) -> Transcript:
    return transcript_of(
        case, state="verified", verified_by=by, verified_at=timezone.now(), **fields
    )


def result_of(case: Enrolment, by: User, **fields: Any) -> Result:
    """A result of 5.5 on a scale of 6, recorded by `by` as an 8.

    Without a transcript it is of one of our own courses, and somebody else has confirmed it.
    """
    values: dict[str, Any] = {
        "source": Result.Source.RESULT_LIST,
        "grade_printed": "5.5",
        "credits_printed": "5",
        "title_printed": case.edition.course.title,
        "dated_on": timezone.localdate() - timedelta(days=7),
        "grade": Decimal(8),
        "passed": True,
        "ec": Decimal(5),
        "recorded_by": by,
    } | fields
    if values.get("transcript"):
        values["source"] = Result.Source.TRANSCRIPT
    elif "confirmed_by" not in values:
        values["confirmed_by"] = factories.MemberFactory.create(role=Role.OFFICE)
        values["confirmed_at"] = timezone.now()
    return Result.objects.create(enrolment=case, **values)


def registration_of(result: Result, **fields: Any) -> Registration:
    """The registration of `result` as external education by a petition."""
    values: dict[str, Any] = {
        "route": Registration.Route.PETITION,
        "request_type": "extern_onderwijs",
        "proposed_type": "extern_onderwijs",
        "verified_by": result.recorded_by,
    } | fields
    return Registration.objects.create(enrolment=result.enrolment, result=result, **values)


def second_coordinator(cast: Cast) -> User:
    """A colleague of the cast's coordinator."""
    return factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
