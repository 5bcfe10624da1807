"""Transcripts that do not come, and those that nobody verifies: chased on working days.

Each message at most once in its time, also when a night was missed or two workers run.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses import house
from courses.models import University
from enrolments import people
from enrolments.models import Enrolment
from enrolments.services import rules
from grades.gates import ENDED_WELL
from grades.models import Transcript, TranscriptState
from grades.no_transcript import awaited
from grades.services import telling, transcript_links
from paperwork.models import Notice
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import WORK_BEGINS, is_working_day

if TYPE_CHECKING:
    from courses.models import Edition

AT_A_TIME = 500  # keys that the database is asked about
S = TranscriptState


def due_on(case: Enrolment) -> date:
    """By when its transcript should be here: as the host says, or else as the portal does."""
    return due_after(case.edition)


def due_after(edition: Edition) -> date:
    """By when the transcripts of this run of a course should be here."""
    return edition.ends_on + timedelta(days=days_of(edition.course.university_id))


def alarm_on(case: Enrolment) -> date:
    """From when a missing transcript is an alarm."""
    return case.edition.ends_on + timedelta(days=alarm_days())


def alarm_days() -> int:
    """How many days after a course's end a missing transcript is an alarm."""
    days: int = rules.rulebook().portal["alarm_days"]
    return days


def days_of(host: int) -> int:
    """How many days after a course's end that university's transcript should be here."""
    book = rules.rulebook()
    own: int | None = book.host(host).get("transcript_days")
    usual: int = book.portal["transcript_days"]
    return own or usual


def chase(at: datetime | None = None) -> int:
    """On working days from eight o'clock: ask, remind, and raise the alarm. How many messages."""
    now = timezone.localtime(at)
    return chase_now(now.date()) if is_work_time(now) else 0


def is_work_time(now: datetime) -> bool:
    """Whether people may be reminded at `now`: a working day, from eight o'clock."""
    return now.hour >= WORK_BEGINS and is_working_day(now.date())


def chase_now(today: date) -> int:
    """The same, on whatever day and hour."""
    return _ask_students(today) + _tell_staff(today)


def _ask_students(today: date) -> int:
    """Each student when the course is over, when the day has come, and now and then after it."""
    wanted = {_key(case, today): case for case in awaited()}
    asked = 0
    for keys in batched(wanted, AT_A_TIME):
        known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
        for key in keys:
            if key not in known:
                _ask(wanted[key], key)
                asked += 1
    return asked


def _key(case: Enrolment, today: date) -> str:
    """One for the end of the course, for the day, and for each reminder after it."""
    late = (today - due_on(case)).days
    time = 0 if late < 0 else 1 + late // house.number("grades.remind_days")
    return f"transcript-wanted-{case.pk}-{time}"


@transaction.atomic
def _ask(case: Enrolment, key: str) -> None:
    owe_notice(
        "grades.transcript_wanted",
        key,
        case.student,
        telling.context(case, due_on=due_on(case)),
        about=case,
        link=telling.to_upload(case),
        asks=True,
    )


class _Sides:
    """Who stands on the two sides of cases: asked once for each host and each kind of case."""

    def __init__(self) -> None:
        self.known: dict[tuple[object, ...], list[User]] = {}
        self.office = list(people.office())

    def host(self, case: Enrolment) -> list[User]:
        key = ("host", case.edition.course.university_id)
        return self.known.get(key) or self.known.setdefault(key, list(people.host_side(case)))

    def home(self, case: Enrolment) -> list[User]:
        key = ("home", case.faculty_id, case.programme_id, case.is_honours)
        return self.known.get(key) or self.known.setdefault(key, list(people.home_side(case)))


def _tell_staff(today: date) -> int:
    """One message to each person: a host every now and then, the others every week.

    A host without an account gets it at its address; of one without an address the office hears,
    and of transcripts that nobody can verify.
    """
    sides = _Sides()
    hosts: Counter[User] = Counter()
    letters: Counter[University] = Counter()
    silent: Counter[User] = Counter()
    missing: Counter[User] = Counter()
    for case in awaited():
        if today >= due_on(case):
            host = case.edition.course.university
            hosts.update(reached := sides.host(case))
            if not reached and host.contact_email:
                letters[host] += 1
            elif not reached:
                silent.update(sides.office)
        if today >= alarm_on(case):
            missing.update({*sides.home(case), *sides.office})
    late: Counter[User] = Counter()
    rows = Transcript.objects.filter(state=S.RECEIVED, due_on__lt=today)
    rows = rows.filter(enrolment__state__in=ENDED_WELL)
    for row in rows.select_related("enrolment__edition__course__university"):
        late.update(readers := sides.home(row.enrolment))
        if not readers:
            with transaction.atomic():
                telling.nobody(row.enrolment)
    year, week, _day = today.isocalendar()
    owed = _owe(hosts, "transcripts_awaited", f"{year}-{week // 2}", "partner-transcripts:give")
    owed += _write(letters, f"{year}-{week // 2}")
    owed += _owe(silent, "transcripts_to_ask_for", f"{year}-{week // 2}", "review:awaited")
    owed += _owe(missing, "transcripts_missing", f"{year}-{week}", "review:awaited")
    return owed + _owe(late, "transcripts_overdue", str(today), "review:queue")


def _write(letters: Counter[University], occasion: str) -> int:
    """To the addresses of hosts without an account: how many there are, with a link to send them
    by."""
    for host in letters:
        transcript_links.remind(host, f"transcripts-awaited-host-{host.pk}-{occasion}")
    return len(letters)


def _owe(numbers: Counter[User], kind: str, occasion: str, page: str) -> int:
    for person, number in numbers.items():
        context: dict[str, Any] = {"number": number}
        with transaction.atomic():
            key = f"{kind}-{person.pk}-{occasion}"
            owe_notice(f"grades.{kind}", key, person, context, link=Link(page))
    return len(numbers)
