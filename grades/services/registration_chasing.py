"""Registrations that wait too long: their students are reminded, their people are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from courses import house
from grades import form, registrars
from grades.gates import ENDED_WELL
from grades.models import Registration, RegistrationState
from grades.services import registration_telling as telling
from grades.services import telling as transcripts
from grades.services.chasing import is_work_time

log = structlog.get_logger("grades.registration_chasing")
S = RegistrationState


def _late(at: datetime | None) -> Iterable[Registration]:
    today = timezone.localdate(at)
    rows = Registration.objects.current().filter(due_on__lt=today)
    rows = rows.filter(enrolment__state__in=ENDED_WELL)
    return rows.select_related(*form.SHOWN).order_by("pk")


def remind(at: datetime | None = None) -> int:
    """Students who have not asked for registration: from the working day after it was due, by day,
    then every now and then. Returns how many; run twice, nobody hears it twice."""
    now = timezone.localtime(at)
    if not is_work_time(now):
        return 0
    today = now.date()
    reminded, every = 0, house.number("grades.registration_remind_days")
    for row in _late(at):
        if row.state != S.REQUESTED or row.filed_on or row.route == Registration.Route.HONOURS:
            continue
        assert row.due_on is not None  # noqa: S101  # it is late
        occasion = row.due_on + timedelta(days=(today - row.due_on).days // every * every)
        try:
            with transaction.atomic():
                telling.remind(row, occasion.isoformat())
        except DatabaseError as error:
            log.warning("reminder not owed", registration=row.pk, reason=type(error).__name__)
        else:
            reminded += 1
    return reminded


@transaction.atomic
def _handlers(row: Registration) -> list[User]:
    return transcripts.handlers(row.enrolment)


def chase(at: datetime | None = None) -> int:
    """On working days from eight: one message to each person for each thing that is late.

    Coordinators hear of decisions that the Board owes and of paperwork that was not sent, the
    administration of what is not entered. Returns how many messages those are; besides them the
    office hears of what nobody can record, or handles.
    """
    now = timezone.localtime(at)
    if not is_work_time(now):
        return 0
    late: Counter[tuple[User, str]] = Counter()
    for row in _late(at):
        if row.state == S.SENT:
            recorders = list(registrars.recorders(row))
            late.update((person, "record") for person in recorders)
            if not recorders:
                with transaction.atomic():
                    telling.nobody(row)
        elif row.state == S.PREPARED or row.route == Registration.Route.HONOURS:
            late.update((person, "send") for person in _handlers(row))
        elif row.state == S.REQUESTED and row.filed_on:
            late.update((person, "board") for person in _handlers(row))
    with transaction.atomic():
        telling.overdue(late, now.date())
    return len(late)
