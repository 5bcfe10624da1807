"""The desk's list of transcripts: which, in which order, and what comes after the one decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from enrolments.scopes import scopes_in_view
from grades.gates import ENDED_WELL, in_view
from grades.models import Transcript, TranscriptState
from grades.models.transcript import TranscriptQuerySet

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

S = TranscriptState


class View(NamedTuple):
    """One of the views, with what it shows."""

    name: str
    label: str | Promise


VIEWS = {
    view.name: view
    for view in (
        View("mine", pgettext_lazy("view of the transcripts", "To verify by me")),
        View("late", pgettext_lazy("view of the transcripts", "Too late")),
        View("student", pgettext_lazy("view of the transcripts", "Back with the student")),
        View("verified", pgettext_lazy("view of the transcripts", "Verified")),
        View("all", pgettext_lazy("view of the transcripts", "Whole faculty")),
    )
}


def on_desk(user: User) -> TranscriptQuerySet:
    """The transcripts that the desk shows to `user`: what they handle or audit, not their own."""
    return Transcript.objects.visible_to(user).exclude(enrolment__student=user)


def listed(user: User) -> TranscriptQuerySet:
    """Those of them that belong to the role in which `user` works now."""
    return on_desk(user).filter(in_view(user))


def conditions_of(today: date) -> dict[str, Q]:
    """What each view shows: of applications that ended there is nothing to do."""
    counts = ~Q(state=S.SUPERSEDED)
    goes_on = Q(enrolment__state__in=ENDED_WELL)
    return {
        "mine": goes_on & Q(state=S.RECEIVED),
        "late": goes_on & Q(state=S.RECEIVED, due_on__lt=today),
        "student": goes_on & Q(state=S.RETURNED, enrolment__no_transcript=None),
        "verified": Q(state=S.VERIFIED),
        "all": counts,
    }


class Found(NamedTuple):
    """The rows of one view, unsliced, and how many each view has."""

    rows: TranscriptQuerySet
    counts: dict[str, int]


def find(user: User, view: str, words: str = "") -> Found:
    """The transcripts of `view`, with the counts of all views. One query besides the rows'."""
    visible = listed(user)
    conditions = conditions_of(timezone.localdate())
    counts = visible.order_by().aggregate(
        **{
            name: Count("pk", filter=condition, distinct=True)
            for name, condition in conditions.items()
        }
    )
    return Found(_ordered(_narrowed(visible.filter(conditions[view]), words), view), counts)


def _narrowed(rows: TranscriptQuerySet, words: str) -> TranscriptQuerySet:
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(enrolment__reference__istartswith=word)
            | Q(enrolment__student_number__icontains=word)
            | Q(enrolment__student__name__icontains=word)
            | Q(enrolment__edition__course__title__icontains=word)
        )
    return rows


def _ordered(rows: TranscriptQuerySet, view: str) -> TranscriptQuerySet:
    """What waits longest first; of what is done the latest first."""
    backwards = "-" if view in {"verified", "all"} else ""
    return rows.order_by(f"{backwards}received_at", f"{backwards}pk")


def after(user: User, row: Transcript, view: str) -> str:
    """The reference of the case that follows in `view`; empty when nothing is left.

    Ask before `row` is moved. In the views of work the first that is left follows the last.
    """
    if view not in {"mine", "late"}:
        view = "mine"
    rows = _ordered(listed(user).filter(conditions_of(timezone.localdate())[view]), view)
    rows = rows.exclude(pk=row.pk)
    later = rows.filter(
        Q(received_at__gt=row.received_at) | Q(received_at=row.received_at, pk__gt=row.pk)
    )
    names = "enrolment__reference"
    found = (
        later.values_list(names, flat=True).first() or rows.values_list(names, flat=True).first()
    )
    return found or ""


def verifies(user: User) -> bool:
    """Whether there is anything that `user` could verify."""
    scopes = scopes_in_view(user)
    ours = scopes.coordinates_faculties or scopes.coordinates_programmes
    return bool(ours or scopes.honours_faculties or scopes.all_honours)
