"""A request while its student writes it: saved page by page, never over another device's text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from enrolments import explaining
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Board, Kind, Purpose
from enrolments.rulebook import Answer, Permission, Rulebook
from enrolments.services import acting, requests, rules
from enrolments.services.actions import StaleError
from paperwork.services import files
from paperwork.uploads import Upload

NO_BOARD = {"board": Board.MISSING, "board_asked_on": None}
PURPOSE, PERMISSION, CHECK = "purpose", "permission", "check"  # the pages, in their order
PAGE_OF = {"purpose": PURPOSE, "motivation": PURPOSE, "permission": PERMISSION}  # of a problem


class DraftChangedError(Exception):
    """The draft was saved elsewhere in the meantime; `stored` is what it is now."""

    def __init__(self, stored: Enrolment) -> None:
        super().__init__(stored.reference)
        self.stored = stored


def as_now(case: Enrolment) -> Enrolment:
    """`case`; while it is a draft with what the profile says now, in memory."""
    if case.state == State.DRAFT:
        profile = requests.profile_of(case.student_id)
        if profile is not None:
            for field, value in requests.identity(profile).items():
                setattr(case, field, value)  # a key that differs forgets the row it led to
        requests.judge_by(case, profile)
    return case


def save_purpose(case: Enrolment, purpose: str, motivation: str, *, seen: datetime | None) -> None:
    """Keep how the course is to count and why; a permission that is not needed is forgotten.

    Raises DraftChangedError.
    """
    fields: dict[str, Any] = {"purpose": purpose, "motivation": motivation}
    asked = replace(requests.question_for(case), purpose=purpose)
    if rules.answer(asked).permission != Permission.BOARD:
        fields |= NO_BOARD
    save(case, fields, seen=seen)


def save(case: Enrolment, fields: Mapping[str, Any], *, seen: datetime | None) -> None:
    """Write `fields` into the draft, if it is still as its student saw it at `seen`.

    Raises DraftChangedError when it was saved elsewhere, unless it says the same already, or when
    it is no draft any more. What the profile says goes into it too.
    """
    version = rules.version_of(rules.rulebook())
    profile = requests.profile_of(case.student_id)
    known = requests.identity(profile) if profile else {}
    changes = {**known, **fields, "changed_at": timezone.now(), "rules": version}
    rows = Enrolment.objects.filter(pk=case.pk, state=State.DRAFT)
    if seen is None or not rows.filter(changed_at=seen).update(**changes):
        stored = _as_stored(case)
        same = all(getattr(stored, field) == value for field, value in fields.items())
        if not same or stored.state != State.DRAFT:
            raise DraftChangedError(stored)
        changes = {**fields, "changed_at": stored.changed_at}
    for field, value in changes.items():
        setattr(case, field, value)


@transaction.atomic
def save_permission(
    case: Enrolment, how: str, asked_on: date | None, letter: Upload | None, *, by: User, seen: Any
) -> None:
    """Keep how the student has the Board's permission: its letter, asked on a day, or a wish.

    The letter is kept as a file of the case. Asked for without a day is the wish that the
    coordinator asks the Board. Raises DraftChangedError, FileRefusedError.
    """
    board = Board.GIVEN if how == "letter" else Board.ASKED
    save(case, {"board": board, "board_asked_on": asked_on}, seen=seen)
    if letter is not None:
        files.keep(letter, purpose="board_permission", by=by, about=case)


def send(
    case: Enrolment, *, by: User, seen: datetime | None, acknowledged: bool, consents: bool
) -> None:
    """Send the request as its student saw it at `seen`, with what they ticked.

    Raises DraftChangedError, and ActionError with the first rule that stands in the way; then
    nothing is changed, and the request is as it was.
    """
    if seen != case.changed_at:
        raise DraftChangedError(case)
    tick(case, acknowledged=acknowledged, consents=consents)
    ticked: dict[str, Any] = {
        "acknowledged_at": case.acknowledged_at,
        "consent_at": case.consent_at,
    }
    if case.purpose and requests.answer_for(case).permission != Permission.BOARD:
        ticked |= NO_BOARD
    for field, value in ticked.items():
        setattr(case, field, value)
    try:
        acting.act(case, "submit", by=by, also=ticked)
    except StaleError:
        raise DraftChangedError(_as_stored(case)) from None


def _as_stored(case: Enrolment) -> Enrolment:
    """The same case as another device left it."""
    rows = Enrolment.objects.select_related("student", "edition__course__university")
    return rows.get(pk=case.pk)


def tick(case: Enrolment, *, acknowledged: bool, consents: bool) -> None:
    """Let `case`, in memory, be judged as if what was ticked stood in it."""
    now = timezone.now()
    case.acknowledged_at = now if acknowledged else None
    case.consent_at = now if consents else None


def needs_consent(case: Enrolment) -> bool:
    """Whether the student must consent to sharing data with the host."""
    return case.kind == Kind.OUTGOING and requests.answer_for(case).needs_consent


def answers(case: Enrolment) -> dict[str, Answer]:
    """What the rules of this moment say for each purpose."""
    asked = requests.question_for(case)
    return {value: rules.answer(replace(asked, purpose=value)) for value in Purpose.values}


def pages(case: Enrolment) -> list[str]:
    """The pages of this request; the Board's only where its permission is needed."""
    if case.kind == Kind.INCOMING:
        return [CHECK]
    if case.purpose:
        needs_board = requests.answer_for(case).permission == Permission.BOARD
    else:  # the longest way: a choice can only make it shorter
        possible = [answer for answer in answers(case).values() if answer.allowed]
        needs_board = Permission.BOARD in {answer.permission for answer in possible}
    return [PURPOSE, PERMISSION, CHECK] if needs_board else [PURPOSE, CHECK]


def may_be_fewer(case: Enrolment) -> bool:
    """Whether some choice that is still open makes the way shorter than `pages` says."""
    if case.purpose or case.kind == Kind.INCOMING:
        return False
    permissions = {answer.permission for answer in answers(case).values() if answer.allowed}
    return Permission.BOARD in permissions and len(permissions) > 1


def next_page(case: Enrolment) -> str:
    """Where to go on: the first page with something missing, else the last."""
    for problem in requests.problems(case):
        if page := PAGE_OF.get(problem.page):
            return page
    return CHECK


def changed_rules(case: Enrolment) -> list[str]:
    """Which answers are other ones than when the draft was last saved, in words. Writes nothing."""
    if case.state != State.DRAFT or case.rules is None or not case.purpose:
        return []
    now = rules.rulebook()
    before = Rulebook(**case.rules.rules)
    asked = requests.question_for(case)
    words = [book.portal["motivation_words"] for book in (before, now)]
    return explaining.changes(before.answer(asked), now.answer(asked), words)
