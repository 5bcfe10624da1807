"""What a student sees of the registration of the own result: on the case's page, and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from courses.wording import gettext as _
from courses.wording import pgettext
from enrolments.later import Part
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.turn import Turn
from grades import form, proposing
from grades.gates import ENDED_WELL
from grades.models import Registration, RegistrationState, Result
from grades.no_transcript import not_there
from grades.papers import Papers
from paperwork.services.notices import UNDO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

S = RegistrationState
Route = Registration.Route


def parts(case: Enrolment, user: User) -> Iterable[Part]:
    """The section of the case's page; none before there is a result."""
    if case.kind == Kind.INCOMING or case.state not in ENDED_WELL:
        return
    known = timezone.now() - UNDO  # what can still be taken back has not happened yet
    results = Result.objects.visible_to(user).filter(enrolment=case, recorded_at__lte=known)
    result = results.current().first()
    if result is None:
        absent = Enrolment.objects.filter(not_there(), pk=case.pk, state=State.FINISHED)
        if absent.exists():
            yield Part("grades/parts/registration.html", {"no_show": True})
        return
    rows = Registration.objects.visible_to(user).filter(enrolment=case).current()
    row = rows.telling_recorders().first()
    if row is not None:
        row.enrolment, row.result = case, result
    if row is None and case.kind == Kind.OUTGOING:
        return  # its result stands with the transcript
    facts = {"row": row, "result": result, "words": words_for(row) if row else ""}
    yield Part("grades/parts/registration.html", facts | {"is_own": case.kind == Kind.OWN})


def turn_of(papers: Papers) -> Turn | None:
    """The result is verified, and its student has a request to file."""
    case, row = papers.case, papers.registration
    if case.state != State.FINISHED or row is None or row.route == Route.HONOURS:
        return None
    if row.state != S.REQUESTED or row.filed_on is not None:
        return None
    day = date_format(row.due_on, "DATE_FORMAT") if row.due_on else ""
    return Turn(
        case,
        _("Ask for registration"),
        _("Your result is verified. It comes into {system} when you ask for it."),
        _("Ask for registration"),
        reverse("registration:own", args=[case.reference]),
        _("by %(day)s") % {"day": day} if day else "",
    )


def words_for(row: Registration) -> str:
    """Where it stands, said to the student."""
    is_honours = row.route == Route.HONOURS
    if row.is_over:
        return _("Your application has ended, so nothing is registered.")
    match row.state:
        case S.REQUESTED if is_honours:
            return _("Your honours coordinator makes the overview for the honours programme.")
        case S.REQUESTED if row.filed_on is None:
            return _("Ask for the registration of your result; without that nothing happens.")
        case S.REQUESTED:
            return _("The Board of Examiners decides about your request.")
        case S.PREPARED:
            return _("The paperwork is ready; your coordinator sends it.")
        case S.SENT if is_honours:
            return _("The overview is with the {honours}.")
        case S.SENT:
            return (
                _("The education administration enters your result in {system}.")
                if row.is_administered
                else _("A second coordinator enters your result in {system}.")
            )
        case S.REFUSED:
            return _("The registration was refused.")
    return proposing.where_listed(row.request_type)


class Text(NamedTuple):
    """A text to copy into uSis."""

    name: str
    label: str
    text: str


COPIED = (
    *("title", "course_code", "host", "country", "host_credits", "ec", "level", "period"),
    *("exam_on", "grade_printed", "result"),
)


def texts_for(row: Registration) -> list[Text]:
    """Every text that the request in uSis asks for. `row` comes with `form.SHOWN`."""
    values = form.values_of(row)
    labels = {field.name: str(field.label) for field in form.FIELDS}
    found = [
        Text("type", pgettext("in uSis", "Type of request"), proposing.in_usis(row.request_type))
    ]
    found += [
        Text(name, labels[name], form.as_text(values[name]))
        for name in COPIED
        if values[name] not in (None, "")
    ]
    return [*found, Text("explanation", _("Explanation"), explanation_of(row, values))]


def explanation_of(row: Registration, values: dict[str, Any]) -> str:
    """The few sentences of the request, in the reader's language."""
    course = _(
        "I followed the online course %(title)s (%(credits)s) of %(host)s through {portal}"
        " and passed it with %(grade)s."
    ) % {
        "title": values["title"],
        "credits": values["host_credits"],
        "host": values["host"],
        "grade": values["grade_printed"],
    }
    asked = {
        "vervanging": _("I ask for it to be registered as a replacement."),
        "extern_onderwijs": _("I ask for it to be registered as external education."),
        "extracurriculair": _("I ask for it to be registered as extracurricular."),
    }[row.request_type]
    proof = (
        _("The transcript is attached.")
        if row.result.source == Result.Source.TRANSCRIPT
        else _("The result stands on the result list of {university}.")
    )
    reference = row.enrolment.board_reference
    board = (
        _("The Board of Examiners gave permission in advance, reference %(reference)s.")
        % {"reference": reference}
        if reference
        else ""
    )
    return " ".join(filter(None, [course, asked, board, proof]))
