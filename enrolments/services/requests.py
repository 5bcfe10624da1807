"""A student's request until it is sent: beginning, saving, and what still stands in its way."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Sum
from django.utils import timezone
from django.utils.formats import date_format, number_format

from accounts.models import StudentProfile, User
from courses.models import Edition, PublicState
from courses.prepared import Given, Prepared
from courses.wording import gettext as _
from courses.wording import ngettext
from enrolments.explaining import refusal_in_words
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Board, Kind
from enrolments.rulebook import Answer, Permission, Question
from enrolments.services import rules
from paperwork.services.events import record

# What a host gets to know of a student: shown item by item, and logged when it is sent.
TRIES = 5  # references to draw, should one be taken already
SHARED_ITEMS = ("name", "email", "student_number", "home_university", "programme", "year")
_LETTER = re.compile(r"\w")


class Problem(NamedTuple):
    """Why a request cannot be sent: on which page, and which rule, in words."""

    page: str
    rule: str
    message: str


class RequestError(Exception):
    """Refused; the message says which rule, and may be shown."""


def count_words(text: str) -> int:
    """How many words `text` has: runs of characters with a letter or digit in them."""
    return sum(_LETTER.search(word) is not None for word in text.split())


def kind_of(profile: StudentProfile, edition: Edition) -> Kind:
    """Which way a student of that university goes for that edition."""
    if not profile.home_university.is_home:
        return Kind.INCOMING
    return Kind.OWN if edition.course.university.is_home else Kind.OUTGOING


def begin(edition: Edition, *, by: User) -> Enrolment:
    """The student's live case for `edition`; a draft is made when there is none.

    `edition` must come with its course and university. Raises RequestError when the student has no
    profile, when it is not open, or when a partner's student asks for a course that is not ours.
    """
    live = Enrolment.objects.filter(student=by, edition=edition).live().first()
    if live is not None:
        return live
    profile = StudentProfile.objects.select_related("home_university").filter(user=by).first()
    if profile is None:
        raise RequestError(_("Complete your profile first: we need to know where you study."))
    if closed := why_not_open(edition):
        raise RequestError(closed)
    kind = kind_of(profile, edition)
    if kind == Kind.INCOMING and not edition.course.university.is_home:
        raise RequestError(
            _("As a student of a partner university you can apply for our own courses only.")
        )
    for tries_left in reversed(range(TRIES)):
        case = Enrolment(student=by, edition=edition, kind=kind, **identity(profile))
        if kind == Kind.INCOMING:
            case.board = Board.NOT_NEEDED
        case.due_on = edition.applications_close_on
        try:
            with transaction.atomic():
                case.save(force_insert=True)
                record(case, "begin", by=by, role="student", to_state=State.DRAFT)
        except IntegrityError:  # a second tab was first, or the reference is another case's
            live = Enrolment.objects.filter(student=by, edition=edition).live().first()
            if live is not None:
                return live
            if not tries_left:
                raise
        else:
            break
    return case


def identity(profile: StudentProfile) -> dict[str, object]:
    """What a case copies of the student's profile."""
    return {
        "home_university_id": profile.home_university_id,
        "faculty_id": profile.faculty_id,
        "programme_id": profile.programme_id,
        "programme_name": profile.programme_name,
        "student_number": profile.student_number,
        "level": profile.level,
        "year": profile.year,
    }


def why_not_open(edition: Edition, at: datetime | None = None) -> str:
    """Why nobody can apply for `edition` now, else empty. Days end at Leiden's midnight."""
    today = timezone.localdate(at)
    if edition.state != PublicState.PUBLISHED or edition.course.state != PublicState.PUBLISHED:
        return _("This course is withdrawn. Choose another one.")
    opens, closes = edition.applications_open_on, edition.applications_close_on
    if opens is None or closes is None:
        return _("The application dates of this course are not known yet.")
    if today < opens:
        return _("Applications open on %(day)s.") % {"day": date_format(opens, "DATE_FORMAT")}
    if today > closes:
        return _("Applications closed on %(day)s, at midnight in {city}.") % {
            "day": date_format(closes, "DATE_FORMAT")
        }
    return ""


def judge_by(case: Enrolment, profile: StudentProfile | None) -> None:
    """Let this object of a case be judged by a profile that was read already."""
    case.__dict__["_profile"] = profile


_USER = Given("user", BigIntegerField())
_PROFILE = Prepared(lambda: StudentProfile.objects.filter(user=_USER))
_LOCKED_PROFILE = Prepared(lambda: StudentProfile.objects.select_for_update().filter(user=_USER))


def profile_of(student: int, *, lock: bool = False) -> StudentProfile | None:
    """The profile of a student; `lock` keeps it as it is until the transaction ends."""
    found = (_LOCKED_PROFILE if lock else _PROFILE).ask(user=student)
    return found[0] if found else None


def _profile_of(case: Enrolment) -> StudentProfile | None:
    if "_profile" not in case.__dict__:
        judge_by(case, profile_of(case.student_id))
    profile: StudentProfile | None = case.__dict__["_profile"]
    return profile


def question_for(case: Enrolment) -> Question:
    """What `case` (with edition, course and university) asks of the rules."""
    profile = _profile_of(case)
    return rules.question(
        case.purpose,
        case.edition.course,
        faculty=case.faculty_id,
        programme=case.programme_id,
        in_honours=profile.honours if profile else True,
    )


def answer_for(case: Enrolment) -> Answer:
    """What the rules of this moment say about `case` (with edition, course and university)."""
    return rules.answer(question_for(case))


def problems(case: Enrolment, at: datetime | None = None) -> list[Problem]:
    """All that stands in the way of sending `case`, in the order of its pages; none: it may go.

    The server's own count and clock decide. A draft from before the rules changed is judged by the
    rules of now.
    """
    found = []
    if closed := why_not_open(case.edition, at):
        found.append(Problem("check", "open", closed))
    if case.kind != Kind.INCOMING:
        found += _home_problems(case)
    if case.acknowledged_at is None:
        found.append(
            Problem("sharing", "sharing", _("Say that you have seen which data goes to the host."))
        )
    needs_consent = case.kind == Kind.OUTGOING and answer_for(case).needs_consent
    if needs_consent and case.consent_at is None:
        found.append(
            Problem(
                "sharing",
                "consent",
                _(
                    "Give your consent: the host is in a country where European privacy law"
                    " does not protect you."
                ),
            )
        )
    return found


def _home_problems(case: Enrolment) -> list[Problem]:
    """What our own rules ask of students of our own."""
    found = _purpose_problems(case)
    least = rules.rulebook().portal["motivation_words"]
    if (words := count_words(case.motivation)) < least:
        found.append(
            Problem(
                "motivation",
                "motivation",
                ngettext(
                    "Your motivation has one word. Write at least %(least)s.",
                    "Your motivation has %(words)s words. Write at least %(least)s.",
                    words,
                )
                % {"words": words, "least": least},
            )
        )
    return found


def _purpose_problems(case: Enrolment) -> list[Problem]:
    """What stands in the way of counting so: the rules, a cap, the Board."""
    if not case.purpose:
        return [Problem("purpose", "purpose", _("Choose how the course will count for you."))]
    answer = answer_for(case)
    found = []
    if answer.refusal:
        found.append(Problem("purpose", answer.refusal.value, refusal_in_words(answer.refusal)))
    if over := over_a_cap(case, answer):
        found.append(Problem("purpose", "credit_cap", over))
    if answer.permission == Permission.BOARD and case.board not in {Board.ASKED, Board.GIVEN}:
        found.append(
            Problem(
                "permission",
                "board",
                _("Upload the permission of the Board of Examiners, or say when you asked for it."),
            )
        )
    return found


def has_cap(case: Enrolment) -> bool:
    """Whether the credits of `case` (with edition, course and university) count for some cap."""
    if case.kind == Kind.INCOMING or case.edition.course.ec is None:
        return False
    answer = answer_for(case)
    return not (answer.credit_cap is answer.host_cap is None)


def cap_in_the_way(case: Enrolment) -> str:
    """Why `case`, which waits, cannot get a place now, in words; empty when it can."""
    if case.state != State.WAITING or case.kind == Kind.INCOMING:
        return ""
    return over_a_cap(case, answer_for(case))


def lock_if_free(student: int) -> bool:
    """Keep the student's other requests out until the transaction ends, if nobody else does.

    Never waits: who sends a request has the profile first and waits for an edition's line, which
    the caller has.
    """
    rows = StudentProfile.objects.filter(user=student)
    free = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
    return bool(list(free)) or not rows.exists()


def over_a_cap(case: Enrolment, answer: Answer) -> str:
    """Which cap on credits this course would pass, in words; empty when none."""
    ec = case.edition.course.ec
    if ec is None or answer.credit_cap is answer.host_cap is None:
        return ""
    others = Enrolment.objects.filter(student=case.student_id).holding().exclude(pk=case.pk)
    host = case.edition.course.university
    checks = (
        (answer.credit_cap, others, _("{portal}")),
        (answer.host_cap, others.filter(edition__course__university=host), str(host)),
    )
    for cap, cases, where in checks:
        if cap is None:
            continue
        has = cases.aggregate(ec=Sum("edition__course__ec"))["ec"] or Decimal(0)
        if has + ec > cap:
            return _(
                "With this course you would have %(ec)s EC at %(where)s; you may have %(cap)s."
            ) % {
                "ec": number_format((has + ec).normalize()),
                "where": where,
                "cap": number_format(cap.normalize()),
            }
    return ""
