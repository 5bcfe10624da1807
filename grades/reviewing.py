"""What who verifies a transcript wants to see: values with places, and what came before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from accounts.models import Role
from grades import queue
from grades.forms.review import FIELD_OF, KEY_OF
from grades.models import Result, Transcript
from grades.reading.comparing import Check, Verdict
from grades.services.actions import ACTIONS
from grades.suggesting import Suggestion, suggestions
from paperwork.models import Event, subject_of
from paperwork.services.notices import UNDO

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.models import Enrolment
    from grades.forms.review import ReviewForm
    from paperwork.previews import Page

NAMES = {
    "name": pgettext_lazy("on a transcript", "Name"),
    "number": pgettext_lazy("on a transcript", "Student number"),
    "title": pgettext_lazy("on a transcript", "Course title"),
    "code": pgettext_lazy("on a transcript", "Course code"),
    "grade": pgettext_lazy("on a transcript", "Grade"),
    "credits": pgettext_lazy("on a transcript", "Credits"),
    "date": pgettext_lazy("on a transcript", "Date"),
}
PAD = 0.006  # of the page: how much room a mark leaves around what it marks


class Mark(NamedTuple):
    """A place on a page's picture, in its pixels."""

    name: str
    left: int
    top: int
    width: int
    height: int
    is_trouble: bool


class Sheet(NamedTuple):
    """One page with its marks."""

    page: Page
    marks: list[Mark]


def sheets_of(pages: list[Page], checks: list[Check]) -> list[Sheet]:
    """The pages of a file, with the found places marked on them."""
    return [
        Sheet(page, [_mark(page, check) for check in checks if _is_on(page, check)])
        for page in pages
    ]


def _is_on(page: Page, check: Check) -> bool:
    return check.found is not None and check.found.page == page.number


def _mark(page: Page, check: Check) -> Mark:
    assert check.found is not None  # noqa: S101  # asked before
    box = check.found.box
    pad = round(PAD * page.width)
    left, top = round(box.left * page.width) - pad, round(box.top * page.height) - pad
    right, bottom = round(box.right * page.width) + pad, round(box.bottom * page.height) + pad
    name = str(NAMES[check.field])
    return Mark(name, left, top, right - left, bottom - top, check.is_trouble)


class Line(NamedTuple):
    """One value: its name, what the check says, and the field that it goes into, if any."""

    name: str
    check: Check
    field: Any  # a bound field; None where nothing is recorded
    key: str

    @property
    def tag(self) -> str:
        """The kind of its tag."""
        return {Verdict.NEAR: "t-warn", Verdict.DIFFERS: "t-err"}.get(self.check.verdict, "")


def lines_of(form: ReviewForm, checks: list[Check]) -> list[Line]:
    """The values in the order of the form; first whose transcript it is."""
    by_name = {check.field: check for check in checks}
    order = ("name", "number", "grade", "credits", "title", "code", "date")
    return [
        Line(
            str(NAMES[name]),
            by_name[name],
            form[FIELD_OF[name]] if name in FIELD_OF else None,
            KEY_OF.get(name, ""),
        )
        for name in order
    ]


def result_of(case: Enrolment) -> Result | None:
    """The result that holds, if there is one. One query."""
    return Result.objects.filter(enrolment=case).current().first()


def results_of(case: Enrolment) -> list[Result]:
    """All results, the latest first; those that were replaced too. One query."""
    return list(Result.objects.filter(enrolment=case).select_related("recorded_by"))


def suggestions_for(form: ReviewForm, checks: list[Check], case: Enrolment) -> list[Suggestion]:
    """What the host's tables say of the grade: the one typed, or else the one found."""
    typed = str(form["grade_printed"].value() or "")
    found = next((one.found.text for one in checks if one.field == "grade" and one.found), "")
    return suggestions(case.edition.course.university_id, typed or found)


SAID = {
    "receive": pgettext_lazy("history", "sent a transcript"),
    "supersede": pgettext_lazy("history", "replaced it with a newer one"),
    "undo": pgettext_lazy("history", "took back the last decision"),
}


class Happening(NamedTuple):
    """One line of the history."""

    event: Event
    version: int
    who: str
    words: str
    can_undo: bool


def history_of(rows: list[Transcript], reader: User) -> list[Happening]:
    """All that happened to the transcripts of one case, the latest first. One query."""
    versions = {subject_of(row).id: row.version for row in rows}
    events = Event.objects.filter(
        subject_kind=Transcript._meta.label_lower, subject_id__in=versions
    ).order_by("-at", "-pk")
    return [
        Happening(
            event, versions[event.subject_id], _who(event), words_of(event), can_undo(event, reader)
        )
        for event in events
    ]


def words_of(event: Event) -> str:
    """What happened, as in “Noor sent a transcript”."""
    if event.action in ACTIONS:
        return str(ACTIONS[event.action].done)
    return str(SAID.get(event.action, pgettext("history", "changed the transcript")))


def _who(event: Event) -> str:
    if not event.actor_name:
        return _("The portal")
    role = str(Role(event.role).label) if event.role in Role.values else ""
    if event.role == "student":
        role = pgettext("role", "student")
    return f"{event.actor_name} ({role})" if role else event.actor_name


def can_undo(event: Event, reader: User) -> bool:
    """Whether `reader` can still take `event` back, as far as the clock and who did it tell."""
    action = ACTIONS.get(event.action)
    return action is not None and action.undo and event.actor_id == reader.pk and _young(event.at)


def _young(at: datetime) -> bool:
    return at > timezone.now() - UNDO


def own_event(user: User, number: int) -> tuple[Event, Transcript] | None:
    """What `user` did to a transcript in sight, by its number, and that transcript."""
    kind = Transcript._meta.label_lower
    event = Event.objects.filter(
        pk=number, actor=user, subject_kind=kind, action__in=[*ACTIONS]
    ).first()
    if event is None:
        return None
    rows = queue.on_desk(user).select_related("enrolment__student", "enrolment__edition__course")
    row = rows.filter(pk=event.subject_id).first()
    return (event, row) if row else None


def texts_for(checks: list[Check]) -> list[str]:
    """Reasons for a return that fit what was found, to begin with."""
    texts = {
        "name": _("This is the transcript of another student. Send your own."),
        "title": _(
            "This transcript does not have the course that you followed. Send one that does."
        ),
        "credits": _("The credits on this transcript are not those of the course. Ask the host."),
        "date": _("The date on this transcript lies before the course. Send the right one."),
    }
    found = [texts[check.field] for check in checks if check.is_trouble and check.field in texts]
    return found or [_("The transcript cannot be read. Send the PDF, or a sharper photograph.")]
