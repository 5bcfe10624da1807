"""A host university's students: the list that its people see, filtered by the address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import FETCH_RAISE, Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Edition
from courses.plain import has
from courses.spreadsheets import Cell, Sheet
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import AFTERWARDS, WITH_HOST, EnrolmentQuerySet
from enrolments.scopes import scopes_of
from paperwork.models import Event
from paperwork.services.notices import UNDO

REFERENCE = re.compile(r"VX-[0-9A-Z]{5}", re.ASCII | re.IGNORECASE)
# What a row shows, and what an action on it needs.
SHOWN = ("student", "edition__course__university", "faculty", "programme", "home_university")
# The columns of a row in the list; all that is kept of its case would be ten times as many.
LINE = (
    "reference", "kind", "student_number", "programme_name", "year", "state", "since", "due_on",
    "student__name", "student__email",
    "edition__starts_on", "edition__course__title", "edition__course__language",
    "programme__name_nl", "programme__name_en", "programme__level",
    "home_university__name", "home_university__name_nl", "home_university__name_en",
)  # fmt: skip
# The views of the list: which states each shows.
VIEWS: dict[str, frozenset[str]] = {
    "confirm": frozenset({State.APPROVED}),
    "enrolled": frozenset({State.ENROLLED, State.FINISHED}),
    "declined": frozenset({State.DECLINED}),
    "all": WITH_HOST | {State.DECLINED},
}


def references(typed: Iterable[str]) -> list[str]:
    """Those of `typed` that can be references of cases, as they are stored."""
    return [text.upper() for text in typed if REFERENCE.fullmatch(text)]


def universities_of(user: User) -> frozenset[int]:
    """The keys of the partner universities for which `user` acts."""
    return scopes_of(user).partner_of


def students_of(universities: Iterable[int]) -> EnrolmentQuerySet:
    """The cases that these hosts may see; what was approved in the last ten seconds may go back."""
    rows = Enrolment.objects.filter(
        edition__course__university__in=list(universities), state__in=VIEWS["all"]
    )
    undecided = Q(state=State.APPROVED, since__gt=timezone.now() - UNDO)
    return still_shared(rows.exclude(undecided))


def still_shared(rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Without those whose student took the consent back afterwards: the host may not use them."""
    withdrawn = Event.objects.filter(
        subject_kind=Enrolment._meta.label_lower,
        subject_id=OuterRef("pk"),
        action="consent_withdrawn",
    )
    return rows.exclude(Q(state__in=AFTERWARDS, consent_at=None) & Exists(withdrawn))


def counts(rows: EnrolmentQuerySet) -> dict[str, int]:
    """How many cases each view shows. One query."""
    counted = {name: Count("pk", filter=Q(state__in=VIEWS[name])) for name in VIEWS}
    return rows.order_by().aggregate(**counted)


def narrowed(rows: EnrolmentQuerySet, filters: dict[str, Any]) -> EnrolmentQuerySet:
    """The rows that fit; those that wait longest first where there is something to do."""
    view = filters.get("view", "confirm")
    rows = rows.filter(state__in=VIEWS[view])
    if edition := filters.get("edition"):
        rows = rows.filter(edition=edition)
    for word in filters.get("q", "").split():
        rows = rows.filter(
            Q(has("student__name", word))
            | Q(student__email__icontains=word)
            | Q(student_number__icontains=word)
            | Q(reference__iexact=word)
            | Q(has("edition__course__title", word))
        )
    order = ["since", "pk"] if view == "confirm" else ["edition__starts_on", "student__name", "pk"]
    return rows.order_by(*order)


def lines(rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Only what a row of the list shows; a template that reaches further raises."""
    joined = rows.select_related(None).select_related(
        "student", "edition__course", "programme", "home_university"
    )
    return joined.only(*LINE).fetch_mode(FETCH_RAISE)


def editions_with_counts(universities: Iterable[int]) -> list[Edition]:
    """The editions that have not ended, with how many students wait and are enrolled. One query."""
    waiting = Count("enrolments", filter=Q(enrolments__state=State.APPROVED))
    enrolled = Count("enrolments", filter=Q(enrolments__state=State.ENROLLED))
    rows = Edition.objects.filter(course__university__in=list(universities)).current()
    rows = rows.exclude(state="draft").select_related("course")
    return list(rows.annotate(waiting=waiting, enrolled=enrolled).order_by("starts_on", "pk"))


HEADINGS = (
    gettext_lazy("Reference"),
    gettext_lazy("Name"),
    gettext_lazy("E-mail address"),
    gettext_lazy("Student number"),
    gettext_lazy("Home university"),
    gettext_lazy("Programme"),
    gettext_lazy("Year of study"),
    gettext_lazy("Course"),
    gettext_lazy("Starts on"),
    gettext_lazy("State"),
)


def sheet_of(rows: Iterable[Enrolment]) -> Sheet:
    """What a host may know of these students."""
    return Sheet([str(heading) for heading in HEADINGS], map(_cells, rows), _("Students"))


def _cells(case: Enrolment) -> list[Cell]:
    return [
        case.reference,
        case.student.name,
        case.student.email,
        case.student_number,
        str(case.home_university),
        case.programme_title,
        case.year,
        case.edition.course.title,
        case.edition.starts_on,
        case.get_state_display(),
    ]
