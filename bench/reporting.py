"""The process of the bench of reports: many cases with what follows, and each report of them."""

from __future__ import annotations

import json
import random
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from accounts.models import Membership, Role, User  # noqa: E402
from bench import desk, offer  # noqa: E402
from enrolments.models import Enrolment  # noqa: E402
from exams.models import Exam, Resit, Seat, Sitting  # noqa: E402
from exams.models.rooms import Building, Room  # noqa: E402
from grades.models import Registration, Result, Transcript  # noqa: E402
from paperwork import chain  # noqa: E402
from paperwork.models import Event  # noqa: E402
from vx_portal.reports import public  # noqa: E402
from vx_portal.reports.filters import ReportFilter  # noqa: E402
from vx_portal.reports.pictures import picture_of  # noqa: E402
from vx_portal.reports.registry import REPORTS, Report  # noqa: E402

SMALL, LARGE = 5_000, 50_000
AT_A_TIME = 1000


def fill(number: int, by: User, other: User) -> None:
    """So many cases more or less, each with its events, and the finished ones with their papers."""
    rng, now = random.Random(2027), timezone.now()
    desk.fill(number)
    cases = list(Enrolment.objects.order_by("pk"))
    events, papers = [], []
    for case in cases:
        sent = now - timedelta(hours=rng.randint(24 * 20, 24 * 360))
        case.submitted_at = sent
        approved = sent + timedelta(hours=rng.randint(1, 240))
        steps = [("submit", "draft", "submitted", sent)]
        if case.state in {"approved", "enrolled", "finished"}:
            case.home_approved_at = approved
            steps.append(("approve", "submitted", "approved", approved))
        if case.state in {"enrolled", "finished"}:
            placed = approved + timedelta(hours=rng.randint(1, 240))
            steps.append(("confirm", "approved", "enrolled", placed))
        if case.state in {"rejected", "declined", "withdrawn"}:
            action = {"rejected": "reject", "declined": "decline"}.get(case.state, "withdraw")
            steps.append((action, "submitted", case.state, approved))
        if case.state == "finished":
            papers.append(case)
        events += [
            Event(
                subject_kind="enrolments.enrolment",
                subject_id=case.pk,
                action=action,
                from_state=before,
                to_state=after,
                at=at,
            )
            for action, before, after, at in steps
        ]
    Enrolment.objects.bulk_update(cases, ["submitted_at", "home_approved_at"], AT_A_TIME)
    Event.objects.bulk_create(map(chain.sign, events), AT_A_TIME)
    _papers(papers, by, other, rng)
    _exams(cases)


def _papers(cases: list[Enrolment], by: User, other: User, rng: random.Random) -> None:
    now = timezone.now()

    def ago(days: int) -> Any:
        return now - timedelta(days=days, hours=rng.randint(0, 23))

    transcripts = Transcript.objects.bulk_create(
        (
            Transcript(
                enrolment=case,
                source="data",
                state="verified",
                received_at=ago(60),
                verified_by=by,
                verified_at=ago(50),
                given_by_name="x",
            )
            for case in cases[::2]
        ),
        AT_A_TIME,
    )
    results = Result.objects.bulk_create(
        (
            Result(
                enrolment=paper.enrolment,
                transcript=paper,
                grade_printed="5.5",
                credits_printed="5",
                title_printed="A course",
                dated_on=ago(50).date(),
                grade=Decimal(8),
                passed=True,
                ec=Decimal(5),
                recorded_by=by,
            )
            for paper in transcripts
        ),
        AT_A_TIME,
    )
    Registration.objects.bulk_create(
        (
            Registration(
                enrolment=result.enrolment,
                result=result,
                route="usis_petition",
                request_type="extern_onderwijs",
                proposed_type="extern_onderwijs",
                verified_by=by,
                state="registered",
                created_at=ago(50),
                filed_on=ago(40).date(),
                sent_at=ago(35),
                board_decided_on=ago(36).date(),
                registered_by=other,
                registered_on=ago(20).date(),
            )
            for result in results
        ),
        AT_A_TIME,
    )


def _exams(cases: list[Enrolment]) -> None:
    """One exam that was held and one to come of each edition; each student had a seat at one."""
    now = timezone.now()
    building = Building.objects.create(name_nl="G", name_en="B", address="x", city="Leiden")
    sittings = {}
    for number, edition in enumerate(sorted({case.edition_id for case in cases})):
        room = Room.objects.create(building=building, name=str(number), places=9)
        for attempt, days in ((1, -30), (2, 20)):
            at = now + timedelta(days=days)
            exam = Exam.objects.create(
                edition_id=edition, attempt=attempt, mode="instant", starts_at=at, minutes=120,
                kind="paper",
            )  # fmt: skip
            sittings[edition, attempt] = Sitting.objects.create(
                exam=exam, room=room, starts_at=at, ends_at=at + timedelta(hours=2),
                state="published", published_at=at - timedelta(days=20),
            )  # fmt: skip
    seats, seated = [], set()
    numbers: dict[int, int] = {}
    for case in cases:
        if case.state == "finished" and case.student_id not in seated:
            seated.add(case.student_id)
            sitting = sittings[case.edition_id, 1]
            numbers[sitting.pk] = numbers.get(sitting.pk, 0) + 1
            seats.append(
                Seat(
                    sitting=sitting,
                    enrolment=case,
                    student_id=case.student_id,
                    number=numbers[sitting.pk],
                    starts_at=sitting.starts_at,
                    ends_at=sitting.ends_at,
                    attendance="present",
                )
            )
    Seat.objects.bulk_create(seats, AT_A_TIME)
    Resit.objects.bulk_create(
        [Resit(enrolment=seat.enrolment, attempt=2, because="failed") for seat in seats[::3]],
        AT_A_TIME,
    )


def empty() -> None:
    """Take the cases away; the trail of what happened stays, as it does."""
    for model in (Registration, Result, Transcript, Resit, Seat, Sitting, Exam, Room, Building):
        model._default_manager.all().delete()
    Enrolment.objects.all().delete()


def make(report: Report, per: str, user: User) -> None:
    """The table and the picture, as the page makes them."""
    chosen = {"per": per} | ({"step": "all"} if report.steps and per != "step" else {})
    filters = ReportFilter(chosen, report=report, by=user).filters()
    picture_of(report.make(user, filters))


def main() -> dict[str, list[float]]:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    offer.fill(8, desk.EDITIONS, desk.EDITIONS)
    coordinator, _office = desk.make_people()
    auditor = User.objects.create_user("auditor@university.example", name="Auditor")
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    found: dict[str, list[float]] = {}
    for number in (SMALL, LARGE):
        empty()
        fill(number, coordinator, auditor)
        for name, report in REPORTS.items():
            for per in report.per or ("",):
                page = f"{name}, per {per}" if per else name
                reader = User.objects.get(pk=auditor.pk)
                make(report, per, reader)  # what is kept besides: rules, choices
                counts = []
                for _again in range(2):  # what is kept ends after some time, now and then just here
                    began, started = time.process_time(), time.perf_counter()
                    with CaptureQueriesContext(connection) as queries:
                        make(report, per, reader)
                    cpu, took = time.process_time() - began, time.perf_counter() - started
                    counts.append(len(queries))
                found.setdefault(page, []).append(min(counts))
                if number == LARGE:
                    found[page] += [cpu, took]
        public.forget()
        public.tables(timezone.localdate())
        public.forget()
        began, started = time.process_time(), time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            public.tables(timezone.localdate())
        cpu, took = time.process_time() - began, time.perf_counter() - started
        found.setdefault("the public page, not kept", []).append(len(queries))
        if number == LARGE:
            found["the public page, not kept"] += [cpu, took]
    return found


if __name__ == "__main__":
    translation.activate("en")
    print(json.dumps(main()))
