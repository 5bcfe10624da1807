"""Who sees which grades, and what the database itself refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from grades.dutch import GradeError, understood
from grades.models import Registration, Result, Transcript
from tests.enrolments.cases import Cast, make_cast
from tests.grades.rows import (
    finished,
    registration_of,
    result_of,
    second_coordinator,
    transcript_of,
    verified,
)

HOME = {"owner", "coordinator", "auditor"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def readers(rows: Any, cast: Cast) -> set[str]:
    return {name for name, user in cast.people().items() if rows.visible_to(user).exists()}


@pytest.mark.parametrize(
    ("purpose", "state", "theirs"),
    [
        ("elective", "prepared", HOME),
        ("elective", "sent", HOME | {"administration"}),
        ("elective", "registered", HOME | {"administration"}),
        ("honours", "sent", {"owner", "honours", "auditor"}),
    ],
)
def test_who_sees_a_grade(cast: Cast, purpose: str, state: str, theirs: set[str]) -> None:
    case = finished(cast, purpose=purpose)
    transcript = verified(case, cast.coordinator)
    result = result_of(case, cast.coordinator, transcript=transcript)
    done = {"registered_by": cast.administration, "registered_on": timezone.localdate()}
    route = {"route": "honours", "request_type": "", "proposed_type": ""}
    registration_of(
        result,
        state=state,
        board_decided_on=timezone.localdate(),
        **(done if state == "registered" else {}),
        **(route if purpose == "honours" else {}),
    )

    assert readers(Transcript.objects, cast) == theirs
    assert readers(Result.objects, cast) == theirs
    assert readers(Registration.objects, cast) == theirs
    rows = Transcript.objects.visible_to(cast.administration)
    assert len(rows) == len(set(rows))


def test_a_host_sees_what_it_sent(cast: Cast) -> None:
    transcript_of(finished(cast), source="partner", given_by=cast.host)

    assert readers(Transcript.objects, cast) == HOME | {"host"}


def test_results_of_partner_students(db: None) -> None:
    cast = make_cast("incoming")
    case = finished(cast)
    result = result_of(case, cast.office, confirmed_by=None, current=False)
    assert readers(Result.objects, cast) == {"office", "auditor"}

    Result.objects.filter(pk=result.pk).update(confirmed_by=cast.exams, confirmed_at=timezone.now())
    assert readers(Result.objects, cast) == {"office", "auditor", "owner", "home"}


def refused(make: Any) -> str:
    """The name of the constraint that refuses it; empty when nothing does."""
    try:
        with transaction.atomic():
            make()
    except IntegrityError as error:
        return str(error)
    return ""


RESULTS = [
    ({"grade": Decimal("5.5")}, "result_grade_on_our_scale"),
    ({"grade": Decimal("0.9"), "passed": False}, "result_grade_on_our_scale"),
    ({"grade": Decimal("10.1")}, "result_grade_on_our_scale"),
    ({"grade": Decimal(5)}, "result_passes_when_it_does"),
    ({"grade": Decimal(6), "passed": False}, "result_passes_when_it_does"),
    ({"grade": None, "mark": "O"}, "result_passes_when_it_does"),
    ({"grade": None}, "result_is_a_grade_or_a_word"),
    ({"mark": "V"}, "result_is_a_grade_or_a_word"),
    ({"grade": None, "mark": "Z"}, "result_mark_known"),
    ({"ec": Decimal(0)}, "result_credits_of_one_course"),
    ({"ec": Decimal(60)}, "result_credits_of_one_course"),
    ({"source": "transcript"}, "result_comes_from_somewhere"),
    ({"grade": Decimal("7.5")}, ""),
    ({"grade": Decimal(5), "passed": False}, ""),
    ({"grade": None, "mark": "V"}, ""),
]


def test_no_result_off_the_scale(cast: Cast) -> None:
    case = finished(cast)
    wrong = {}
    for fields, name in RESULTS:
        said = refused(lambda fields=fields: result_of(case, cast.coordinator, **fields))
        Result.objects.all().delete()
        # A row may break two rules: the database names one of them.
        if bool(said) != bool(name) or (said and "result_" not in said):
            wrong[str(fields)] = said or "taken"

    assert wrong == {}


def test_one_result_holds(cast: Cast) -> None:
    case = finished(cast)
    first = result_of(case, cast.coordinator)
    assert "result" in refused(lambda: result_of(case, cast.coordinator))

    Result.objects.filter(pk=first.pk).update(current=False)
    second = {"replaces": first, "grade": Decimal(9)}
    assert "reason" in refused(lambda: result_of(case, cast.coordinator, **second))
    assert refused(lambda: result_of(case, cast.coordinator, reason="Typo", **second)) == ""


def test_one_transcript_counts(cast: Cast) -> None:
    case = finished(cast)
    first = transcript_of(case)
    assert "transcript" in refused(lambda: transcript_of(case, version=2))

    Transcript.objects.filter(pk=first.pk).update(state="superseded")
    assert refused(lambda: transcript_of(case, version=2)) == ""


def test_two_people(cast: Cast) -> None:
    """Who verified cannot record the registration; a colleague can."""
    result = result_of(finished(cast), cast.coordinator)
    row = registration_of(result, state="sent", board_decided_on=date(2026, 1, 5))
    rows = Registration.objects.filter(pk=row.pk)

    def by(user: Any) -> Any:
        return lambda: rows.update(
            state="registered", registered_by=user, registered_on=date(2026, 1, 9)
        )

    assert "another" in refused(by(cast.coordinator))
    assert refused(by(second_coordinator(cast))) == ""


REGISTRATIONS = [
    ({"request_type": "extracurriculair"}, "with_a_reason"),
    ({"request_type": "extracurriculair", "override_reason": "As uSis says"}, ""),
    ({"request_type": ""}, "honours_has_no_type"),
    ({"route": "honours"}, "honours_has_no_type"),
    ({"state": "registered"}, "registered_by_somebody"),
    ({"state": "refused"}, "refused_with_a_reason"),
]


def test_registrations_hold(cast: Cast) -> None:
    result = result_of(finished(cast), cast.coordinator)
    wrong = {}
    for fields, name in REGISTRATIONS:
        said = refused(lambda fields=fields: registration_of(result, **fields))
        Registration.objects.all().delete()
        if bool(said) != bool(name) or (said and "registration_" not in said):
            wrong[str(fields)] = said or "taken"

    assert wrong == {}


@pytest.mark.parametrize(
    ("typed", "grade", "mark"),
    [
        ("8", "8", ""),
        ("7,5", "7.5", ""),
        (" 7.50 ", "7.5", ""),
        ("6.0", "6", ""),
        ("10", "10", ""),
        ("1", "1", ""),
        ("v", None, "V"),
        ("O", None, "O"),
    ],
)
def test_a_dutch_grade_is_understood(typed: str, grade: str | None, mark: str) -> None:
    found = understood(typed)

    assert found == (None if grade is None else Decimal(grade), mark)
    assert found.passed == (mark in {"V", "P"} or (grade is not None and Decimal(grade) >= 6))


@pytest.mark.parametrize(
    "typed", ["5.5", "5,7", "5.1", "5.99", "0", "0.9", "10.1", "11", "7.25", "A", "", "-7", "7.5.1"]
)
def test_what_is_no_dutch_grade(typed: str) -> None:
    with pytest.raises(GradeError):
        understood(typed)
