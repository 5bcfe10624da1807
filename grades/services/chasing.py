"""Transcripts that do not come, and those that nobody verifies: chased on working days.

Each message at most once in its time, also when a night was missed or two workers run.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from enrolments import people
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.services import rules
from enrolments.services.upkeep import WORK_BEGINS
from grades.models import Transcript, TranscriptState
from grades.services import telling
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import is_working_day

if TYPE_CHECKING:
    from django.db.models import QuerySet

EVERY = 14  # days between two reminders of one transcript
S = TranscriptState


def due_on(case: Enrolment) -> date:
    """By when its transcript should be here: as the host says, or else as the portal does."""
    return case.edition.ends_on + timedelta(days=_days(case))


def alarm_on(case: Enrolment) -> date:
    """From when a missing transcript is an alarm."""
    days: int = rules.rulebook().portal["alarm_days"]
    return case.edition.ends_on + timedelta(days=days)


def _days(case: Enrolment) -> int:
    book = rules.rulebook()
    own: int | None = book.host(case.edition.course.university_id).get("transcript_days")
    usual: int = book.portal["transcript_days"]
    return own or usual


def awaited() -> QuerySet[Enrolment]:
    """Cases of courses that are over, of which no transcript is here that could be used."""
    here = Transcript.objects.filter(enrolment=OuterRef("pk"), state__in=[S.RECEIVED, S.VERIFIED])
    return Enrolment.objects.filter(
        ~Exists(here), kind=Kind.OUTGOING, state=State.FINISHED
    ).select_related("edition__course__university", "student")


def chase(at: datetime | None = None) -> int:
    """On working days from eight o'clock: ask, remind, and raise the alarm. How many messages."""
    now = timezone.localtime(at)
    if now.hour < WORK_BEGINS or not is_working_day(now.date()):
        return 0
    return chase_now(now.date())


def chase_now(today: date) -> int:
    """The same, on whatever day and hour."""
    return _ask_students(today) + _tell_staff(today)


def _ask_students(today: date) -> int:
    """Each student when the course is over, when the day has come, and every two weeks after it."""
    asked = 0
    for case in awaited():
        late = (today - due_on(case)).days
        time = 0 if late < 0 else 1 + late // EVERY
        with transaction.atomic():
            owe_notice(
                "grades.transcript_wanted",
                f"transcript-wanted-{case.pk}-{time}",
                case.student,
                telling.context(case, due_on=due_on(case)),
                about=case,
                link=telling.to_upload(case),
                asks=True,
            )
        asked += 1
    return asked


def _tell_staff(today: date) -> int:
    """One message to each person: a host every two weeks, the others every week."""
    hosts: Counter[User] = Counter()
    missing: Counter[User] = Counter()
    for case in awaited():
        if today >= due_on(case):
            hosts.update(people.host_side(case))
        if today >= alarm_on(case):
            missing.update({*people.home_side(case), *people.office()})
    late: Counter[User] = Counter()
    rows = Transcript.objects.filter(state=S.RECEIVED, due_on__lt=today)
    for row in rows.select_related("enrolment__edition__course__university"):
        late.update(people.home_side(row.enrolment))
    year, week, _day = today.isocalendar()
    owed = _owe(hosts, "transcripts_awaited", f"{year}-{week // 2}", "partner-transcripts:give")
    owed += _owe(missing, "transcripts_missing", f"{year}-{week}", "review:awaited")
    return owed + _owe(late, "transcripts_overdue", str(today), "review:queue")


def _owe(numbers: Counter[User], kind: str, occasion: str, page: str) -> int:
    for person, number in numbers.items():
        context: dict[str, Any] = {"number": number}
        with transaction.atomic():
            key = f"{kind}-{person.pk}-{occasion}"
            owe_notice(f"grades.{kind}", key, person, context, link=Link(page))
    return len(numbers)
