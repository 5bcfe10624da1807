"""What is kept for how long: which rows are due, by the terms of now, and not on hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import ngettext

from accounts.models import Membership, StudentProfile, User
from courses import house
from courses.wording import gettext_lazy as _
from enrolments.models import Enrolment, Note, State
from enrolments.models.enrolment import OVER, EnrolmentQuerySet
from enrolments.services import rules
from exams.models import Exam, Invigilator, Paper, Seat
from grades import usis_lists
from grades.models import Registration, UsisList, UsisRow
from grades.models.usis import UsisListQuerySet
from paperwork.models import Attachment, Document, Event, Notice
from paperwork.models.attachment import AttachmentQuerySet
from paperwork.models.document import DocumentQuerySet
from paperwork.models.event import EventQuerySet
from paperwork.models.notice import NoticeQuerySet
from privacy import casefile
from privacy.models import LegalHold
from privacy.models.hold import LegalHoldQuerySet
from privacy.terms import (
    ACCOUNT_MONTHS,
    ANSWER_MONTHS,
    CASE_MONTHS,
    COPY_DAYS,
    LETTER_MONTHS,
    MESSAGE_MONTHS,
    NOTHING_MONTHS,
    STRANGER_MONTHS,
    WORDS_MONTHS,
)


class Kind(NamedTuple):
    """One kind of thing whose time ends: the setting with its term, and which rows are due."""

    term: str
    label: str | Promise
    due: Callable[[date], models.QuerySet[Any]]
    words: Callable[[int], str]  # how many, in words
    held: Callable[[LegalHoldQuerySet], Q]  # which of them one of these holds keeps
    said: Callable[[Any], str] = str  # what a preview calls a row


def _before(months: int, today: date) -> date:
    day: date = today - relativedelta(months=months)
    return day


def _start(months: int, today: date) -> datetime:
    return timezone.make_aware(datetime.combine(_before(months, today), time.min))


def _nothing(today: date) -> EnrolmentQuerySet:
    last = _start(house.number(NOTHING_MONTHS), today)
    return Enrolment.objects.filter(state__in=OVER, since__lt=last)


def _ended(today: date, term: str) -> EnrolmentQuerySet:
    last = _before(house.number(term), today)
    return Enrolment.objects.filter(state=State.FINISHED, edition__ends_on__lt=last)


def asked_and_answered(case: Any) -> EventQuerySet:
    """The events of a case (its key, or a reference to it) that hold a question or an answer."""
    events = Event.objects.filter(subject_kind=Enrolment._meta.label_lower, subject_id=case)
    return events.filter(action__in=["return", "answer"]).exclude(reason="")


def _words(today: date) -> EnrolmentQuerySet:
    """Those of which something is left to take away."""
    kind = Enrolment._meta.label_lower
    files = Attachment.objects.filter(subject_kind=kind, subject_id=OuterRef("pk"))
    notes = Note.objects.filter(enrolment=OuterRef("pk"))
    said = ~Q(motivation="") | ~Q(question="") | ~Q(answer="")
    told = asked_and_answered(OuterRef("pk"))
    left = said | Exists(files) | Exists(notes) | Exists(told)
    return _ended(today, WORDS_MONTHS).filter(left)


def _cases(today: date) -> EnrolmentQuerySet:
    return _ended(today, CASE_MONTHS)


def _case_held(holds: LegalHoldQuerySet) -> Q:
    return Q(Exists(holds.filter(case=OuterRef("pk")))) | Q(
        Exists(holds.filter(person=OuterRef("student")))
    )


def held_cases(day: date) -> Q:
    """Of cases: those that are on hold on `day`, themselves or by their student."""
    return _case_held(LegalHold.objects.standing(day))


# --- What belongs to no case ----------------------------------------------------------------------
def _of_no_case[R: models.QuerySet[Any]](rows: R) -> R:
    """Those about something that leads to no case, or to one that has gone."""
    of_cases = Q(subject_kind__in=[*casefile.LEADS, *casefile.ABOUT_KINDS])
    gone = Q(pk=None)
    for kind in casefile.LEADS:
        there = apps.get_model(kind)._default_manager.filter(pk=OuterRef("subject_id"))
        gone |= Q(~Exists(there), subject_kind=kind)
    return rows.filter(~of_cases | gone)


def _letters(today: date) -> DocumentQuerySet:
    old = Document.objects.filter(created_at__lt=_start(house.number(LETTER_MONTHS), today))
    return _of_no_case(old).exclude(pk__in=Document.objects.all().unfinished())


def _letter_held(holds: LegalHoldQuerySet) -> Q:
    """Lists on which somebody stands whose case is held: of an exam, or of a batch."""
    cases = Enrolment.objects.filter(_case_held(holds))
    sittings = Seat.objects.filter(enrolment__in=cases).values("sitting")
    batches = Registration.objects.filter(enrolment__in=cases, batch__isnull=False).values("batch")
    return Q(subject_kind="exams.sitting", subject_id__in=sittings) | Q(
        subject_kind="grades.batch", subject_id__in=batches
    )


def _messages(today: date) -> NoticeQuerySet:
    old = Notice.objects.filter(created_at__lt=_start(house.number(MESSAGE_MONTHS), today))
    return _of_no_case(old).exclude(pk__in=Notice.objects.all().unfinished())


def _answers(today: date) -> AttachmentQuerySet:
    """Scans are of a whole exam: they lead to a paper, and to no case."""
    scans = Attachment.objects.filter(subject_kind=Paper._meta.label_lower)
    return scans.filter(given_at__lt=_start(house.number(ANSWER_MONTHS), today))


def _answers_held(holds: LegalHoldQuerySet) -> Q:
    """Those to an exam of a course that somebody follows whose case is held."""
    cases = Enrolment.objects.filter(_case_held(holds))
    exams = Exam.objects.filter(edition__in=cases.values("edition"))
    return Q(subject_id__in=Paper.objects.filter(exam__in=exams).values("pk"))


def strangers() -> models.QuerySet[UsisRow]:
    """Lines of lists for which nothing was sent: of whom they are, we do not know."""
    return UsisRow.objects.filter(registration=None)


def _lists_with_strangers(today: date) -> UsisListQuerySet:
    old = UsisList.objects.filter(brought_at__lt=_start(house.number(STRANGER_MONTHS), today))
    return old.filter(Exists(strangers().filter(usis_list=OuterRef("pk"))))


def _strangers_held(holds: LegalHoldQuerySet) -> Q:
    """Lists on which a student number stands of somebody who is held, or whose case is."""
    people = StudentProfile.objects.filter(Exists(holds.filter(person=OuterRef("user"))))
    cases = Enrolment.objects.filter(_case_held(holds))
    said = [rows.values_list("student_number", flat=True) for rows in (people, cases)]
    numbers = {usis_lists.bare(number) for rows in said for number in rows}
    lines = strangers().values_list("usis_list", "cells__student_number") if numbers else []
    return Q(pk__in={pk for pk, number in lines if usis_lists.bare(number or "") in numbers})


def _accounts(today: date) -> models.QuerySet[User]:
    """Of students, or of nobody in particular: whoever had a role stays, as do those at exams."""
    last = _start(house.number(ACCOUNT_MONTHS), today)
    mine = {"user": OuterRef("pk")}
    return User.objects.filter(
        Q(last_login__lt=last) | Q(last_login=None, created_at__lt=last),
        ~Exists(Enrolment.objects.filter(student=OuterRef("pk"))),
        ~Exists(Membership.objects.filter(**mine)),
        ~Exists(Invigilator.objects.filter(**mine)),
    )


def _day_of(row: Document | Notice) -> str:
    return timezone.localdate(row.created_at).isoformat()


def _given_on(row: Attachment) -> str:
    return timezone.localdate(row.given_at).isoformat()


def _brought_on(row: UsisList) -> str:
    return timezone.localdate(row.brought_at).isoformat()


KINDS: dict[str, Kind] = {
    "nothing": Kind(
        NOTHING_MONTHS,
        _("Applications that came to nothing, whole"),
        _nothing,
        lambda n: (
            ngettext(
                "%(n)s application that came to nothing",
                "%(n)s applications that came to nothing",
                n,
            )
            % {"n": n}
        ),
        _case_held,
    ),
    "words": Kind(
        WORDS_MONTHS,
        _("Of exchanges that are over: motivation, evidence, questions and notes"),
        _words,
        lambda n: (
            ngettext(
                "motivation and evidence of %(n)s exchange",
                "motivation and evidence of %(n)s exchanges",
                n,
            )
            % {"n": n}
        ),
        _case_held,
    ),
    "cases": Kind(
        CASE_MONTHS,
        _("Exchanges that are over, whole: transcript, result and what happened"),
        _cases,
        lambda n: ngettext("%(n)s whole exchange", "%(n)s whole exchanges", n) % {"n": n},
        _case_held,
    ),
    "letters": Kind(
        LETTER_MONTHS,
        _("Lists and letters that are about no single application"),
        _letters,
        lambda n: ngettext("%(n)s list or letter", "%(n)s lists or letters", n) % {"n": n},
        _letter_held,
        _day_of,
    ),
    "messages": Kind(
        MESSAGE_MONTHS,
        _("Messages that are about no application"),
        _messages,
        lambda n: (
            ngettext("%(n)s message about no application", "%(n)s messages about no application", n)
            % {"n": n}
        ),
        lambda holds: Q(Exists(holds.filter(person=OuterRef("recipient")))),
        _day_of,
    ),
    "answers": Kind(
        ANSWER_MONTHS,
        _("Scanned answers to exams"),
        _answers,
        lambda n: ngettext("%(n)s scan of answers", "%(n)s scans of answers", n) % {"n": n},
        _answers_held,
        _given_on,
    ),
    "strangers": Kind(
        STRANGER_MONTHS,
        _("Of lists out of {system}: lines that belong to no application"),
        _lists_with_strangers,
        lambda n: (
            ngettext("lines of strangers on %(n)s list", "lines of strangers on %(n)s lists", n)
            % {"n": n}
        ),
        _strangers_held,
        _brought_on,
    ),
    # Last: with an account go its messages, which may be named themselves.
    "accounts": Kind(
        ACCOUNT_MONTHS,
        _("Accounts without an application, after somebody last signed in"),
        _accounts,
        lambda n: (
            ngettext(
                "%(n)s account without an application", "%(n)s accounts without an application", n
            )
            % {"n": n}
        ),
        lambda holds: Q(Exists(holds.filter(person=OuterRef("pk")))),
        lambda _user: "",  # the page looks it up: a name is not written down once more
    ),
}


def due(kind: str, today: date) -> models.QuerySet[Any]:
    """The rows of which `kind` is due on `today`, without those that are on hold."""
    one = KINDS[kind]
    return one.due(today).exclude(one.held(LegalHold.objects.standing(today)))


class Sweep(NamedTuple):
    """What goes by itself on its day, without a preview: it is short-lived by its nature."""

    label: str | Promise
    term: str | Promise  # in words
    setting: str = ""  # where the office sets it


def sweeps() -> list[Sweep]:
    """All of them, as they hold now."""
    days, hours = house.Unit.DAYS.say, house.Unit.HOURS.say
    facilities = house.number("exams.facility_kept_days")
    return [
        Sweep(
            _("Exam facilities with their decision, after the exam"),
            days(facilities),
            "exams.facility_kept_days",
        ),
        Sweep(_("Copies of somebody’s own data"), days(house.number(COPY_DAYS)), COPY_DAYS),
        Sweep(
            _("Applications that nobody sent, since the last change (then they expire)"),
            days(rules.rulebook().portal["draft_days"]),
        ),
        Sweep(_("Files of a form that was never sent"), hours(24)),
        Sweep(
            _("Accounts whose e-mail address was never confirmed"),
            days(house.number("accounts.prove_days")),
            "accounts.prove_days",
        ),
        Sweep(_("A student’s own calendar file, to compare dates with"), _("not kept at all")),
    ]


def in_words(numbers: dict[str, int]) -> str:
    """Such as "2 whole exchanges, 3 applications that came to nothing"."""
    return ", ".join(KINDS[kind].words(n) for kind, n in numbers.items() if n and kind in KINDS)
