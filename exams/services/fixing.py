"""Fixing an exam: by the host, by a link, or by who acts for it; and what follows from it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses import anew, house
from courses.models import Assessment, Edition, SignedLink
from courses.services.offer import offer_changed
from courses.wording import gettext as _
from enrolments.services.actions import ActionError, StaleError
from exams import people
from exams.models import Exam, ExamLink, Mode
from exams.models.exam import FIRST_ATTEMPT, LAST_ATTEMPT
from exams.moments import leiden
from exams.services import papers, slots, telling
from paperwork.services.events import Actor, Outsider, record
from paperwork.services.notices import Address, Link, owe_notice, settle

STUDENTS_KNOW = {"kind", "materials", "instructions"}  # it stands in what they were told
# What a plan does not depend on: nothing has to be done about it.
UNPLANNED = {
    *("materials", "instructions", "paper_due_at"),
    *("contact_name", "contact_phone", "contact_email"),
}
MOMENTS = {"mode", "window_from", "window_until", "minutes"}  # what moments to choose depend on


def why_no_exam(edition: Edition, attempt: int) -> str:
    """Why this attempt cannot be fixed, in words; empty when it can."""
    if edition.assessment == Assessment.ASSIGNMENT:
        return _("This course ends with a final assignment: there is no exam in {city}.")
    if not FIRST_ATTEMPT <= attempt <= LAST_ATTEMPT:
        return _("There is no such attempt.")
    if attempt > FIRST_ATTEMPT and edition.resit_offered is False:
        return _("The host gives no resit for this course.")
    return ""


def seen_of(exam: Exam | None) -> str:
    """What a form remembers of the exam that it shows."""
    return exam.changed_at.isoformat() if exam else ""


@transaction.atomic
def fix(
    edition: Edition,
    attempt: int,
    facts: dict[str, Any],
    *,
    seen: str,
    by: Actor,
    resit_offered: bool | None = None,
) -> Exam:
    """Write what the host has fixed for this attempt; the edition's own dates follow.

    `facts` are the fields of a valid FixForm, `seen` is `seen_of` what it showed. Exam staff hear
    of it; a change on which what they have planned depends is something to do. Students who know
    of their exam hear of another kind, other materials and instructions. Raises ActionError when
    there is no such exam or `by` may not, StaleError when somebody else changed it meanwhile.
    """
    role = people.fixing_role(by, edition)
    if not role:
        raise ActionError(_("You cannot fix this exam."))
    edition = (
        Edition.objects.select_for_update().select_related("course__university").get(pk=edition.pk)
    )  # two at once: the second sees the first
    if refusal := why_no_exam(edition, attempt):
        raise ActionError(refusal)
    exam = Exam.objects.filter(edition=edition, attempt=attempt).first()
    if seen_of(exam) != seen:
        raise StaleError(_("Somebody else has just changed this exam. Look at it again."))
    is_new = exam is None
    exam = exam or Exam(edition=edition, attempt=attempt)
    changed = [name for name, value in facts.items() if getattr(exam, name) != value]
    if is_new or changed:
        with nullcontext() if is_new else papers.in_step(exam):
            for name, value in facts.items():
                setattr(exam, name, value)
            _save(exam, by)
        action = "fix_exam" if is_new else "change_exam"
        details = {} if is_new else {"changed": changed}
        event = record(exam, action, by=by, role=role, details=details)
        moments = 0
        if MOMENTS.intersection(changed) and not is_new:
            exam.edition = edition
            moments = slots.keep_to(exam, event)
        fits = UNPLANNED.issuperset(changed)
        _tell_staff(exam, by, event.pk, is_new=is_new, fits=fits, moments=moments)
        if STUDENTS_KNOW.intersection(changed) and not is_new:
            telling.rules_changed(exam, event)
    settle(edition, "exams.fix_wanted")
    _update_edition(edition, exam, resit_offered)
    return exam


def _save(exam: Exam, by: Actor) -> None:
    now = timezone.now()
    exam.confirmed_at = exam.changed_at = now
    exam.confirmed_by = by if isinstance(by, User) else None
    exam.confirmed_by_name = (str(by) if isinstance(by, User) else by.name if by else "")[:150]
    try:
        exam.full_clean(exclude=["confirmed_by", "confirmed_by_name"])
    except ValidationError as error:
        raise ActionError(" ".join(error.messages)) from error
    exam.save()


def _update_edition(edition: Edition, exam: Exam, resit_offered: bool | None) -> None:
    """The catalogue shows the day, the kind and the resit: of what is fixed there is one truth."""
    values: dict[str, Any] = {}
    if exam.attempt == FIRST_ATTEMPT:
        values["exam_kind"] = exam.kind
        if resit_offered is not None:
            values["resit_offered"] = resit_offered
    if exam.attempt <= FIRST_ATTEMPT + 1:
        name = "exam_on" if exam.attempt == FIRST_ATTEMPT else "resit_on"
        if exam.mode == Mode.WINDOW:
            values[name] = _within(exam, getattr(edition, name))
        elif exam.starts_at is not None:
            values[name] = exam.starts_at.astimezone(leiden()).date()
    if all(getattr(edition, name) == value for name, value in values.items()):
        return
    if (first := values.get("exam_on")) and first < edition.starts_on:
        raise ActionError(_("The course has not begun then: check the date."))
    for name, value in values.items():
        setattr(edition, name, value)
    if edition.exam_on and edition.resit_on and edition.resit_on <= edition.exam_on:
        if exam.attempt > FIRST_ATTEMPT:
            raise ActionError(_("The resit must be after the exam."))
        edition.resit_on = None  # what was expected of the resit cannot be any more
        values["resit_on"] = None
    Edition.objects.filter(pk=edition.pk).update(**values)
    offer_changed()


def _within(exam: Exam, expected: Any) -> Any:
    """The expected day if it lies in the window, else none: nobody knows it yet."""
    if expected is None or exam.window_from is None or exam.window_until is None:
        return None
    first, last = (at.astimezone(leiden()).date() for at in (exam.window_from, exam.window_until))
    return expected if first <= expected <= last else None


def _tell_staff(
    exam: Exam, by: Actor, event: int, *, is_new: bool, fits: bool, moments: int
) -> None:
    """It is something to do when a plan may not fit any more, until `done.settle_done`.

    `moments`: how many to choose were taken back; that is something to do too.
    """
    planned = not is_new and (moments > 0 or exam.sittings.standing().exists())
    kind = "exams.fixed" if not planned else "exams.changed_after_planning"
    for reader in people.exam_staff():
        if isinstance(by, User) and by.pk == reader.pk:
            continue
        owe_notice(
            kind,
            f"exam-event-{event}-{reader.pk}",
            reader,
            {
                "exam": exam,
                "course": exam.edition.course,
                "host": exam.edition.course.university,
                "moments": moments,
            },
            about=exam,
            link=Link("exams:exam", [exam.edition_id, exam.attempt]),
            asks=planned and not fits,
        )


# --- by a link ------------------------------------------------------------------------------------
@transaction.atomic
def ask(
    edition: Edition,
    attempt: int,
    *,
    email: str,
    language: str,
    by: User | None,
    asked: Outsider | None = None,
) -> ExamLink:
    """Mail the host a link to fix this attempt; an earlier open one stops working.

    Raises ActionError when there is no such exam, or `by` may not ask.
    """
    if by is not None and not people.arranger_role(by):
        raise ActionError(_("You cannot ask this."))
    if refusal := why_no_exam(edition, attempt):
        raise ActionError(refusal)
    now = timezone.now()
    earlier = ExamLink.objects.filter(
        edition=edition, attempt=attempt, purpose="fix", spent_at=None, revoked_at=None
    )
    earlier.update(revoked_at=now)
    token = SignedLink.new_token()
    link = ExamLink(
        edition=edition,
        attempt=attempt,
        purpose=ExamLink.Purpose.FIX,
        digest=SignedLink.digest_of(token),
        expires_at=now + house.span("exams.link_days"),
        email=email,
        language=language,
        made_by=by,
    )
    link.full_clean(exclude=["made_by"])
    link.save()
    owe_notice(
        "exams.ask_host",
        f"exam-link-{link.pk}",
        Address(email, language),
        {"link": link, "course": edition.course, "edition": edition, "attempt": attempt},
        link=Link("exam-link:fix", [token], secret=True),
        until=link.expires_at,
    )
    role = people.arranger_role(by) if by else "host" if asked else "portal"
    record(edition, "ask_exam", by=by or asked, role=role, details={"attempt": attempt})
    return link


def send_anew(link: ExamLink) -> None:
    """Send another to who had this one."""
    asked = Outsider(anew.holder(), "host")
    said = {"email": link.email, "language": link.language}
    ask(link.edition, link.attempt, **said, by=None, asked=asked)


def find(token: str, purpose: str = ExamLink.Purpose.FIX) -> ExamLink | None:
    """The link with this token, whether it can be used or not."""
    rows = ExamLink.objects.select_related("edition__course__university")
    return rows.filter(digest=SignedLink.digest_of(token), purpose=purpose).first()


def exam_of(link: ExamLink) -> Exam | None:
    """What is fixed of the exam that the link is about."""
    found = Exam.objects.filter(edition=link.edition, attempt=link.attempt).first()
    if found is not None:
        found.edition = link.edition
    return found


@transaction.atomic
def fix_by_link(
    token: str,
    facts: dict[str, Any],
    *,
    seen: str,
    name: str,
    resit_offered: bool | None = None,
) -> Exam:
    """Fix the exam and spend the link, both or neither.

    Raises ActionError when the link cannot be used any more, and as `fix` does.
    """
    now = timezone.now()
    usable = ExamLink.objects.usable(token, at=now).filter(purpose=ExamLink.Purpose.FIX)
    if not usable.update(spent_at=now, used_by=name.strip()[:150]):
        raise ActionError(_("This link can no longer be used."))
    link = find(token)
    if link is None:
        raise ActionError(_("This link can no longer be used."))
    who = f"{name.strip()} ({link.edition.course.university.code})"[:150]
    by = Outsider(who, "host")
    return fix(link.edition, link.attempt, facts, seen=seen, by=by, resit_offered=resit_offered)
