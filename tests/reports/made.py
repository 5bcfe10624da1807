"""A made world for reports: cases written as they would stand, without the steps before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from courses.models import Edition, Faculty, University
from enrolments.models import Enrolment
from paperwork.services.events import record
from tests import factories
from vx_portal.reports.filters import Filters
from vx_portal.reports.periods import Period, twelve_months
from vx_portal.reports.tables import Table

NUMBERS = count(1)
YEAR = Period(date(2026, 8, 1), date(2027, 7, 31))
TODAY = date(2027, 3, 10)  # a Wednesday


def at(day: date, hour: int = 12) -> datetime:
    """That hour of `day` in Leiden."""
    return datetime.combine(day, time(hour), timezone.get_current_timezone())


def a_case(edition: Edition, faculty: Faculty | None = None, **fields: Any) -> Enrolment:
    """A case of a student of `faculty`, or of an incoming one, sent on the first of December."""
    number = next(NUMBERS)
    sent = fields.pop("sent", date(2026, 12, 1))
    incoming = faculty is None
    values: dict[str, Any] = {
        "student": factories.UserFactory.create(),
        "edition": edition,
        "kind": "incoming" if incoming else "outgoing",
        "state": "submitted",
        "reference": f"T-{number:05}",
        "home_university": fields.pop("home", None) or factories.HomeUniversityFactory.create(),
        "faculty": faculty,
        "student_number": f"s{number}",
        "level": "bachelor",
        "year": 2,
        "purpose": "" if incoming else "elective",
        "board": "given",
        "sequence": number,
        "rank": number,
        "submitted_at": at(sent) if sent else None,
    } | fields
    return Enrolment.objects.create(**values)


def happened(case: Enrolment, action: str, before: str, after: str, day: date) -> None:
    """What the portal writes down when a case moves."""
    record(case, action, by=None, from_state=before, to_state=after, at=at(day))


def edition_of(university: University | None = None, **fields: Any) -> Edition:
    """An edition of a new course there, in the second semester of 2026-2027."""
    starts_on = fields.pop("starts_on", date(2027, 2, 1))
    course = {"university": university} if university else {}
    return factories.EditionFactory.create(
        course=factories.CourseFactory.create(**course),
        starts_on=starts_on,
        ends_on=fields.pop("ends_on", starts_on + timedelta(days=100)),
        **fields,
    )


def office() -> User:
    return factories.MemberFactory.create(role="office")


def filters(period: Period | None = None, **chosen: Any) -> Filters:
    return Filters(period or twelve_months(timezone.localdate()), **chosen)


def numbers(table: Table) -> dict[str, dict[str, Any]]:
    """The rows by their words."""
    return {row.label.code or row.label.text: dict(row.numbers) for row in table.rows}
