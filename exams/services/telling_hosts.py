"""What hosts hear of their exams here: owed in the transaction of the change, and without names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from exams import people
from exams.models import Exam, Sitting, SittingState
from exams.models.sitting import TOLD
from exams.moments import TwoClocks, two_clocks
from paperwork.models import Event
from paperwork.services.notices import Address, Link, owe_notice


def owe_host(kind: str, key: str, exam: Exam, facts: dict[str, Any]) -> None:
    """Tell the people of the host who have an account; where none has, its address for exams.

    The text for the latter is the kind `<kind>_outside`. Of our own exams nobody is told.
    """
    host = exam.edition.course.university
    contacts = people.contacts_of(host)
    for reader in contacts:
        owe_notice(
            f"exams.{kind}",
            f"{key}-{reader.pk}",
            reader,
            facts,
            about=exam,
            link=Link("partner-day:exam", [exam.pk]),
        )
    email = exam.contact_email or host.contact_email
    if not contacts and email and not host.is_home:
        language = "nl" if host.country == "NL" else "en"
        owe_notice(f"exams.{kind}_outside", key, Address(email, language), facts, about=exam)


def published(exam: Exam, rows: Iterable[Sitting], students: int, event: Event) -> None:
    """When the exam is held here, once for all its rooms."""
    _owe("published", exam, event, {row.starts_at for row in rows}, students=students)


def moved(exam: Exam, starts_at: datetime, was_at: datetime, event: Event) -> None:
    """That it is held at another moment; another room is no news to a host."""
    _owe("moved", exam, event, {starts_at}, was=_clocks(exam, was_at))


def cancelled(sitting: Sitting, exam: Exam, event: Event) -> None:
    """That it is not held then; nothing while another room still holds it at that moment."""
    others = exam.sittings.filter(starts_at=sitting.starts_at, state__in=TOLD)
    if not others.exclude(pk=sitting.pk).exclude(state=SittingState.CANCELLED).exists():
        _owe("cancelled", exam, event, {sitting.starts_at})


def _owe(what: str, exam: Exam, event: Event, moments: set[datetime], **more: Any) -> None:
    facts = {
        "what": what,
        "course": exam.edition.course,
        "exam": exam,
        "moments": [_clocks(exam, moment) for moment in sorted(moments)],
    }
    owe_host("host_day", f"host-day-event-{event.pk}", exam, facts | more)


def _clocks(exam: Exam, moment: datetime) -> TwoClocks:
    return two_clocks(moment, exam.edition.course.university.zone)
