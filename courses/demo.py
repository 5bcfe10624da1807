"""The demo's offer: the real catalogue, taken in through the importer, and what it lacks made up.

Dates are made relative to the day of the first run. Run again, it only adds what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from courses.imports import applying
from courses.imports.columns import sessions_from_text
from courses.imports.comparing import CHANGED, NEW, VANISHED, digest
from courses.models import (
    Course,
    Edition,
    EmailDomain,
    Faculty,
    ImportRun,
    LiveSession,
    Programme,
    PublicState,
    University,
    Video,
)
from courses.services.offer import offer_changed

DATA = Path(__file__).parent / "demo_data"
HOUSE = settings.BASE_DIR / "houses" / "leiden.json"
BY = "Demo"


class Times(NamedTuple):
    """Days from today: the start, the length, and when applications open and close."""

    start: int
    length: int
    opens: int
    closes: int


# Every state in which a visitor can meet an edition.
TIMES = {
    "open": Times(70, 102, -25, 35),
    "closing": Times(45, 95, -40, 4),
    "soon": Times(110, 102, 10, 70),
    "later": Times(285, 102, 150, 240),
    "closed": Times(18, 90, -80, -9),
    "running": Times(-45, 95, -160, -75),
    "past": Times(-230, 102, -330, -260),
}
SUMMER = Times(10, 39, -260, -35)  # from the first days of July


def load() -> None:
    """Make the demo's offer, or add what is missing of it. Harmless when run again."""
    today = timezone.localdate()
    with transaction.atomic():
        _make_faculties(json.loads(HOUSE.read_text()))
        for name in ("catalogue.json", "more.json"):
            _take_in(name)
        _complete_universities(_read("universities.json"), today)
        facts, texts = _read("courses.json"), _read("texts.json")
        _complete_courses({slug: facts[slug] | texts[slug] for slug in facts}, today)
        _leave_an_import(today)
        offer_changed()


def _leave_an_import(today: date) -> None:
    """A partner's spreadsheet that waits for the office to look at it."""
    name = "uq-update.csv"
    if ImportRun.objects.filter(file_name=name).exists():
        return
    dates = dates_of("later", today, spread=0)
    text = (DATA / name).read_text().format(start=dates["starts_on"], end=dates["ends_on"])
    applying.take_in(name, text.encode(), by=BY)


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text())


@transaction.atomic
def _take_in(name: str) -> None:
    """Import the file as the office would, but leave everything that people may have changed."""
    run, checked = applying.take_in(name, (DATA / name).read_bytes(), by=BY)
    if run is None:
        raise ValueError(f"{name}: {checked.faults}")
    parts = applying.differences(run).parts
    if not any(part.kind == NEW for part in parts):
        transaction.set_rollback(True)  # nobody has sent a file then
        return
    changes = [c.key for part in parts if part.kind == CHANGED for c in part.changes]
    gone = [part.key for part in parts if part.kind == VANISHED]
    applying.choose(run, shown=[*changes, *gone], accepted=[])
    run.refresh_from_db()
    applying.apply(run, seen=digest(applying.differences(run)), by=BY)


def _make_faculties(leiden: dict[str, Any]) -> None:
    for row in leiden["faculties"]:
        contact = f"exchange-{row['code'].lower()}@demo.example"
        Faculty.objects.get_or_create(code=row["code"], defaults=row | {"contact_email": contact})
    faculties = {faculty.code: faculty for faculty in Faculty.objects.all()}
    for code, name_nl, name_en, level in leiden["programmes"]:
        Programme.objects.get_or_create(
            faculty=faculties[code], name_nl=name_nl, level=level, defaults={"name_en": name_en}
        )


def _complete_universities(data: dict[str, Any], today: date) -> None:
    """Write what the catalogue lacks on universities that nobody has completed yet."""
    known = {u.code: u for u in University.objects.filter(code__in=data)}
    for code, facts in data.items():
        domains, video = facts.pop("domains"), facts.pop("video", None)
        university = known[code]
        for domain in domains:
            EmailDomain.objects.get_or_create(domain=domain, defaults={"university": university})
        if university.about_nl:
            continue
        for name, value in facts.items():
            setattr(university, name, value)
        if video:
            university.video = Video.objects.create(**video)
        university.confirmed_on = today - timedelta(days=30)
        university.full_clean()
        university.save()


def _complete_courses(data: dict[str, Any], today: date) -> None:
    """Write what the catalogue lacks on courses that are still as they were imported."""
    fresh = Course.objects.filter(slug__in=data, state=PublicState.DRAFT, is_demo=False)
    for course in fresh.select_related("university"):
        facts = data[course.slug]
        editions, video = facts.pop("editions"), facts.pop("video", None)
        confirmed = today - timedelta(days=facts.pop("confirmed_days_ago"))
        for name, value in facts.items():
            setattr(course, name, value)
        if video:
            course.video = Video.objects.create(**video)
        course.is_demo = True
        course.confirmed_on, course.confirmed_by = confirmed, course.university.contact_name
        course.state, course.published_at = PublicState.PUBLISHED, timezone.now()
        course.full_clean()
        course.save()
        _make_editions(course, editions, today)


def _make_editions(course: Course, editions: Iterable[dict[str, Any]], today: date) -> None:
    for facts in editions:
        sessions = sessions_from_text(facts.pop("live_sessions", ""))
        edition = Edition(
            course=course,
            assessment=facts.pop("assessment", course.assessment),
            state=PublicState.PUBLISHED,
            is_demo=True,
            **dates_of(facts.pop("when"), today, spread=sum(map(ord, course.slug)) % 21 - 10),
        )
        for name, value in facts.items():
            setattr(edition, name, value)
        if edition.has_exam:
            edition.exam_on = edition.ends_on - timedelta(days=3)
            if edition.resit_offered:
                edition.resit_on = edition.exam_on + timedelta(weeks=6)
        edition.full_clean()
        edition.save()
        for session in sessions:
            session.edition = edition
        LiveSession.objects.bulk_create(sessions)


def dates_of(when: str, today: date, *, spread: int) -> dict[str, Any]:
    """An edition's period and dates in the state `when`; `spread` days keep courses apart."""
    times, base = TIMES.get(when, SUMMER), today
    if when == "summer":
        base = date(today.year, 7, 1)
        if base - today < timedelta(days=60):
            base = base.replace(year=today.year + 1)
    spread = spread // 5 if when in {"closing", "soon", "closed"} else spread
    starts = base + timedelta(days=times.start + spread)
    starts += timedelta(days=-starts.weekday() % 7)
    period = {6: "summer", 7: "summer"}.get(
        starts.month, "autumn" if 8 <= starts.month <= 10 else "spring"
    )
    return {
        "period": period,
        "starts_on": starts,
        "ends_on": starts + timedelta(days=times.length - times.length % 7 + 4),
        "applications_open_on": base + timedelta(days=times.opens + spread),
        "applications_close_on": base + timedelta(days=times.closes + spread),
        "withdraw_until": starts + timedelta(days=14),
    }
