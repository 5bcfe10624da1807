"""Results of our own courses: one person of the office enters them, another confirms.

What is entered holds nowhere and nobody outside the office sees it, until it is confirmed. A
correction is a new row with a reason; the one before holds until the new one is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments import people
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from grades import records
from grades.dutch import Recorded, in_words
from grades.gates import ENDED_WELL
from grades.models import Result
from grades.services import own_results_telling as telling
from grades.services.registering import open_registration
from paperwork.services.events import record

if TYPE_CHECKING:
    from paperwork.models import Event

Source = Result.Source
LEIDEN = "1–10"


@dataclass(frozen=True)
class Entry:
    """A result of one of our own courses, as somebody of the office enters it."""

    recorded: Recorded
    ec: Decimal
    dated_on: date
    exam_on: date | None = None
    attempt: str = Result.Attempt.FIRST
    reason: str = ""

    @property
    def in_short(self) -> str:
        """The result as people write it: 7.5, or V."""
        return self.recorded.mark or in_words(self.recorded.grade)

    def says_the_same_as(self, result: Result) -> bool:
        """Whether nothing would change."""
        return (
            (self.recorded.grade, self.recorded.mark) == (result.grade, result.mark)
            and self.ec == result.ec
            and self.dated_on == result.dated_on
            and self.exam_on == result.exam_on
            and self.attempt == result.attempt
        )


@dataclass
class Outcome:
    """What was done to several, and what was not, with why."""

    done: list[Result] = field(default_factory=list)
    refused: list[tuple[Result, str]] = field(default_factory=list)


def may_enter(actor: User, case: Enrolment) -> str:
    """The role in which `actor` enters or confirms a result of `case`; empty when they may not."""
    ours = case.edition.course.university.is_home and case.state in ENDED_WELL
    return people.office_role(actor, case) if ours else ""


def refusal_of(case: Enrolment, entry: Entry) -> str:
    """Why `entry` cannot be the result of `case`, whoever enters it; empty when it can."""
    if case.edition.starts_on > timezone.localdate():
        return _("The course has not begun yet.")
    if entry.dated_on < case.edition.starts_on:
        return _("The date of the result lies before the course began.")
    if entry.dated_on > timezone.localdate():
        return _("The date of the result has yet to come.")
    if entry.exam_on and entry.exam_on < case.edition.starts_on:
        return _("The exam lies before the course began.")
    if entry.exam_on and entry.exam_on > entry.dated_on:
        return _("The exam lies after the date of the result.")
    if not 0 < entry.ec < 60:
        return _("A course has more than 0 and less than 60 EC.")
    return ""


@transaction.atomic
def enter(case: Enrolment, entry: Entry, *, by: User) -> Result:
    """Enter a result of `case` (with edition, course, university), for a colleague to confirm.

    Raises ActionError: not allowed, not possible, a correction without a reason, or one waits to
    be confirmed already. Of two at once one is refused.
    """
    role = may_enter(by, case)
    if not role:
        raise ActionError(_("You cannot enter a result for this application now."))
    if why := refusal_of(case, entry):
        raise ActionError(why)
    before = Result.objects.filter(enrolment=case).current().first()
    if before is not None and entry.says_the_same_as(before):
        raise ActionError(_("This result stands there already."))
    if before is not None and not entry.reason.strip():
        raise ActionError(_("Say why the result is corrected."))
    result = _row(case, entry, before, by)
    try:
        with transaction.atomic():
            result.save(force_insert=True)
    except IntegrityError:
        raise ActionError(_("A result of this student waits to be confirmed already.")) from None
    record(result, "enter", by=by, role=role, reason=result.reason)
    telling.to_confirm(case.edition, by)
    return result


def _row(case: Enrolment, entry: Entry, before: Result | None, by: User) -> Result:
    course, said = case.edition.course, entry.recorded
    return Result(
        enrolment=case,
        source=Source.RESULT_LIST,
        grade_printed=entry.in_short,
        scale=LEIDEN if said.grade is not None else "",
        credits_printed=f"{in_words(entry.ec)} EC",
        credit_system="ECTS",
        title_printed=course.title,
        code_printed=course.code,
        dated_on=entry.dated_on,
        exam_on=entry.exam_on,
        attempt=entry.attempt,
        grade=said.grade,
        mark=said.mark,
        passed=said.passed,
        ec=entry.ec,
        current=False,
        replaces=before,
        reason=entry.reason.strip() if before is not None else "",
        recorded_by=by,
    )


@transaction.atomic
def enter_list(entries: Sequence[tuple[Enrolment, Entry]], *, by: User) -> list[Result]:
    """Enter all of them, or none. Raises ActionError, which names the student."""
    done = []
    for case, entry in entries:
        try:
            done.append(enter(case, entry, by=by))
        except ActionError as problem:
            raise ActionError(f"{case.student}: {problem}") from None
    return done


@transaction.atomic
def confirm(result: Result, *, by: User) -> Event:
    """From now on `result` (which comes with `records.SHOWN`) holds, and is told.

    A partner's student gets a transcript of records, which goes to the home university; of a
    student of Leiden the registration begins. Raises ActionError, StaleError; then nothing has
    changed. The database refuses who entered it as well.
    """
    case = result.enrolment
    role = may_enter(by, case)
    if not role:
        raise ActionError(_("You cannot confirm this result now."))
    if result.recorded_by_id == by.pk:
        raise ActionError(_("Another person than who entered it confirms a result."))
    Enrolment.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if result.replaces_id:
        Result.objects.filter(pk=result.replaces_id).update(current=False)
    waiting = Result.objects.filter(pk=result.pk, confirmed_at=None, source=Source.RESULT_LIST)
    values = {"confirmed_by": by, "confirmed_at": timezone.now(), "current": True}
    if not waiting.update(**values):
        raise StaleError(_("Somebody else has just decided about this result."))
    for name, value in values.items():
        setattr(result, name, value)
    event = record(
        result,
        "confirm",
        by=by,
        role=role,
        reason=result.reason,
        details={"case": case.pk},
    )
    if case.home_university.is_home:
        open_registration(result)  # our result list takes the place of a transcript
    else:
        records.owe(result, by=by)
    telling.confirmed(event, result)
    return event


def confirm_several(results: Iterable[Result], *, by: User) -> Outcome:
    """Confirm each in a transaction of its own; what cannot be is named with why."""
    outcome = Outcome()
    for result in results:
        try:
            confirm(result, by=by)
        except ActionError as problem:
            outcome.refused.append((result, str(problem)))
        else:
            outcome.done.append(result)
    return outcome


@transaction.atomic
def send_back(result: Result, *, by: User, reason: str) -> None:
    """What was entered is not right: it goes, and who entered it reads why.

    What it said is kept as an event of the edition, which only the office's trail shows. Who
    entered it may take it back too, without a reason. Raises ActionError, StaleError.
    """
    case = result.enrolment
    role = may_enter(by, case)
    own = result.recorded_by_id == by.pk
    if not role:
        raise ActionError(_("You cannot confirm this result now."))
    if not reason.strip() and not own:
        raise ActionError(_("Say why: who entered it reads it."))
    said = {
        "case": case.reference,
        "result": result.recorded,
        "ec": str(result.ec),
        "dated_on": str(result.dated_on),
    }
    gone, _rows = Result.objects.filter(
        pk=result.pk, confirmed_at=None, source=Source.RESULT_LIST
    ).delete()
    if not gone:
        raise StaleError(_("Somebody else has just decided about this result."))
    event = record(
        case.edition, "result_back", by=by, role=role, reason=reason.strip(), details=said
    )
    if not own:
        telling.sent_back(event, result)
