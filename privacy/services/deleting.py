"""Deleting what is about a case, all of it or what was written for the request; and what has none.

The chain stays whole: an event goes by `let_go`, and its digest stays.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from courses.models import Edition
from enrolments.models import BoardRequest, Enrolment, KeptPlaces, Note
from exams.append_only import forgetting
from exams.models import Facility, Mark, OwnExam, Resit, Seat, SlotChoice, SlotOffer
from exams.services import facilities
from grades.models import (
    PurposeChange,
    Registration,
    Result,
    Transcript,
    UsisList,
    UsisRow,
)
from paperwork import filing
from paperwork.models import Attachment, Document, Event, Notice
from paperwork.services import documents, files
from paperwork.services.chain import let_go
from privacy import casefile, retention

ASKING = ("enrolments.question",)  # messages in which the words of a question stand


@transaction.atomic
def delete_words(case: Enrolment) -> None:
    """Take away what was written and given for the request, with who opened it.

    Where the case went stays, but for the two steps whose events hold a question or an answer.
    """
    let_go(retention.asked_and_answered(case.pk))
    _delete_notices(casefile.about({Enrolment._meta.label_lower: {case.pk}}) & Q(kind__in=ASKING))
    for file in Attachment.objects.about(case):
        let_go(Event.objects.about(file))
        files.remove(file)
    Note.objects.filter(enrolment=case).delete()
    BoardRequest.objects.filter(enrolment=case).delete()
    Enrolment.objects.filter(pk=case.pk).update(motivation="", question="", answer="")


@transaction.atomic
def delete_case(case: Enrolment) -> None:
    """Take away the case and everything that is about it; nothing is left but digests."""
    for facility in Facility.objects.filter(enrolment=case).select_related("enrolment"):
        facilities.forget(facility)
    subjects = casefile.subjects_of([case.pk])
    about = casefile.about(subjects)
    let_go(Event.objects.filter(about | casefile.naming(case.reference)))
    _delete_notices(about)
    for document in Document.objects.filter(about):
        documents.remove(document)
    given = list(Attachment.objects.filter(about))
    _delete_grades(case)
    for file in given:
        files.remove(file)
    _delete_exams(case)
    _give_back_its_place(case)
    case.delete()


@transaction.atomic
def delete_account(user: User) -> None:
    """Take away an account that has no case, and all that is about it or that it did."""
    about = casefile.about(casefile.subjects_of_account(user))
    let_go(Event.objects.filter(about | Q(actor=user.pk)))
    for document in Document.objects.filter(about):
        documents.remove(document)
    for file in Attachment.objects.filter(about):
        files.remove(file)
    for copy in user.data_copies.exclude(file=""):
        transaction.on_commit(partial(filing.remove, copy.file), robust=True)
    user.delete()


@transaction.atomic
def delete_letter(document: Document) -> None:
    """Take away a list or a letter that is about no case, with who had it made and opened it."""
    let_go(Event.objects.about(document))
    documents.remove(document)


@transaction.atomic
def delete_message(notice: Notice) -> None:
    """Take away a message that is about no case."""
    let_go(Event.objects.about(notice))
    notice.delete()


@transaction.atomic
def delete_answers(scan: Attachment) -> None:
    """Take away a scan of answers, with who opened it; that it was sent stays with the paper."""
    let_go(Event.objects.about(scan))
    files.remove(scan)


@transaction.atomic
def delete_strangers(usis_list: UsisList) -> None:
    """Take away the lines of a list that belong to no case."""
    retention.strangers().filter(usis_list=usis_list).delete()


def _delete_notices(about: Q) -> None:
    """Messages about it, and the daily ones in which they stood."""
    notices = Notice.objects.filter(about)
    daily = [str(pk) for pk in notices.exclude(digest=None).values_list("digest", flat=True)]
    notices.delete()
    Notice.objects.filter(pk__in=daily).delete()


def _delete_grades(case: Enrolment) -> None:
    UsisRow.objects.filter(registration__enrolment=case).delete()
    Registration.objects.filter(enrolment=case).delete()
    PurposeChange.objects.filter(enrolment=case).delete()
    for result in Result.objects.filter(enrolment=case).order_by("-pk"):
        result.delete()  # a correction before what it corrects
    Transcript.objects.filter(enrolment=case).delete()


def _delete_exams(case: Enrolment) -> None:
    with forgetting():
        Mark.objects.filter(seat__enrolment=case).delete()
    Seat.objects.filter(enrolment=case).delete()
    Resit.objects.filter(enrolment=case).delete()
    OwnExam.objects.filter(enrolment=case).delete()
    for choice in SlotChoice.objects.filter(enrolment=case):
        choice.delete()
        SlotOffer.objects.filter(pk=choice.slot_id).update(taken=F("taken") - 1)


def _give_back_its_place(case: Enrolment) -> None:
    """The edition counts one less; nobody is moved up, since the course is over."""
    if not case.holds_place:
        return
    kept = case.kept_id or 0
    Edition.objects.filter(pk=case.edition_id).update(
        taken=F("taken") - 1, kept_taken=F("kept_taken") - (1 if kept else 0)
    )
    if kept:
        KeptPlaces.objects.filter(pk=kept).update(taken=F("taken") - 1)
