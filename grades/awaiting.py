"""Transcripts that hosts still owe, by course."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery
from django.utils import timezone

from courses.models import Edition
from courses.services.offer import version_in_use
from enrolments.models import Enrolment, State
from enrolments.scopes import scopes_of
from enrolments.services import rules
from grades.no_transcript import awaited
from grades.services import chasing

if TYPE_CHECKING:
    from accounts.models import User


class Awaited(NamedTuple):
    """The transcripts of one run of a course that are not here."""

    edition: Edition
    number: int
    by: date

    @property
    def is_late(self) -> bool:
        return self.by < timezone.localdate()


def of_hosts(user: User) -> list[Awaited]:
    """Those that the universities of which `user` is a contact owe, the first due first.

    A query for all, and one for the version of the rules where the page has not asked it yet.
    """
    finished = Enrolment.objects.filter(edition=OuterRef("pk"), state=State.FINISHED)
    missing = awaited().filter(edition=OuterRef("pk")).order_by().values("edition")
    number = missing.annotate(number=Count("pk")).values("number")
    rows = (
        Edition.objects.filter(Exists(finished), course__university__in=scopes_of(user).partner_of)
        .annotate(number=Subquery(number, output_field=IntegerField()))
        .select_related("course__university")
    )
    with rules.one_rulebook(version_in_use()):
        found = [
            Awaited(row, row.number, chasing.due_after(row))  # type: ignore[attr-defined]  # counted
            for row in rows
            if row.number  # type: ignore[attr-defined]
        ]
    return sorted(found, key=lambda one: (one.by, one.edition.pk))
