"""Asking partners whether a course's page is still true, and taking their answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import anew, house
from courses.models import (
    ConfirmationRequest,
    Course,
    Edition,
    PublicState,
    SignedLink,
    University,
)
from courses.services.curation import CurationError
from courses.services.offer import offer_changed
from courses.telling import Address, Doer, Link, note, post

log = structlog.get_logger("courses.confirming")

LONGEST_NOTE = 2000


class Asked(NamedTuple):
    """A question just asked, with its token: the only moment at which the token is known."""

    request: ConfirmationRequest
    token: str


@transaction.atomic
def ask(
    courses: Sequence[Course], *, by: Doer, sent_to: str = "", role: str = "office"
) -> list[Asked]:
    """Make a link for each course; an earlier open link of the course stops working."""
    now = timezone.now()
    open_links = ConfirmationRequest.objects.filter(spent_at=None, revoked_at=None)
    open_links.filter(course__in=courses).update(revoked_at=now)
    asked = []
    for course in courses:
        token = SignedLink.new_token()
        request = ConfirmationRequest(
            course=course,
            digest=SignedLink.digest_of(token),
            created_at=now,
            expires_at=now + house.span("courses.link_days"),
            asked_by=str(by or "")[:150],
            sent_to=sent_to,
        )
        request.full_clean()
        request.save()
        note(course, "ask", by=by, role=role, by_mail=bool(sent_to))
        log.info("confirmation asked", course=course.pk, request=request.pk, by_mail=bool(sent_to))
        asked.append(Asked(request, token))
    return asked


def reader_language(university: University) -> str:
    """The language in which we write to a university's contact."""
    return "nl" if university.country == "NL" else "en"


@transaction.atomic
def ask_by_mail(courses: Sequence[Course], *, by: Doer) -> list[University]:
    """Write one message to each university's contact, with a link for each of its courses.

    Courses must come with their university. Raises CurationError when a university has no contact,
    before anything is owed. A worker sends them after the commit; returns the universities.
    """
    ordered = sorted(courses, key=lambda course: (course.university_id, course.title))
    groups = [list(group) for _pk, group in groupby(ordered, key=lambda c: c.university_id)]
    if nobody := [group[0].university for group in groups if not group[0].university.contact_email]:
        raise CurationError(
            _("No contact is known for %(universities)s. Give an e-mail address there first.")
            % {"universities": ", ".join(str(university) for university in nobody)}
        )
    for group in groups:
        university = group[0].university
        _owe(university, ask(group, by=by, sent_to=university.contact_email), by=str(by or ""))
    return [group[0].university for group in groups]


def _owe(university: University, asked: Sequence[Asked], *, by: str) -> None:
    """One message in the reader's language, with a link for each course."""
    first = asked[0].request
    links = [
        Link("confirm:course", [row.token], label=_label(row.request.course), secret=True)
        for row in asked
    ]
    post().tell(
        "courses.confirm",
        first.mail_key,
        Address(university.contact_email, reader_language(university)),
        {
            "university": university,
            "number": len(asked),
            "expires_at": first.expires_at,
            "by": by,
        },
        about=first,
        links=links,
    )


def can_send_anew(link: ConfirmationRequest) -> bool:
    """Whether it has expired, and still goes to the address that it was sent to."""
    return (
        link.is_expired
        and bool(link.sent_to)
        and (link.sent_to == link.course.university.contact_email)
    )


def send_anew(link: ConfirmationRequest) -> None:
    """Ask once more, in the name of who asked first."""
    asked = ask([link.course], by=anew.holder(), sent_to=link.sent_to, role="host")
    for new, _token in asked:
        new.asked_by = link.asked_by
        new.save(update_fields=["asked_by"])
    _owe(link.course.university, asked, by=link.asked_by)


def _label(course: Course) -> str:
    return f"{course.title} ({course.code})" if course.code else course.title


def address_of(token: str) -> str:
    """The whole address of a link, in the language that is active."""
    return str(settings.SITE_URL) + reverse("confirm:course", args=[token])


def find(token: str) -> ConfirmationRequest | None:
    """The link with this token, whether it can be used or not."""
    links = ConfirmationRequest.objects.select_related("course__university")
    return links.filter(digest=SignedLink.digest_of(token)).first()


def editions_to_confirm(request: ConfirmationRequest) -> list[Edition]:
    """The editions that have not ended, also those that visitors do not see yet."""
    editions = Edition.objects.filter(course_id=request.course_id).current()
    return list(editions.exclude(state=PublicState.WITHDRAWN).prefetch_related("live_sessions"))


@transaction.atomic
def revoke(request: ConfirmationRequest, *, by: Doer) -> None:
    """Make an open link stop working; raises CurationError when it was used or revoked before."""
    unused = ConfirmationRequest.objects.filter(pk=request.pk, spent_at=None, revoked_at=None)
    if not unused.update(revoked_at=timezone.now()):
        raise CurationError(_("This link was used or revoked already."))
    note(request.course, "revoke_question", by=by)
    log.info("confirmation revoked", request=request.pk)


@transaction.atomic
def answer(token: str, *, notes: dict[str, str], name: str) -> ConfirmationRequest:
    """Spend the link: without notes all is true and the course is confirmed, else the office reads.

    Raises CurationError when the link cannot be used (any more). Of two answers at the same moment
    one is taken, the other is refused.
    """
    now = timezone.now()
    kind = ConfirmationRequest.Answer.CHANGED if notes else ConfirmationRequest.Answer.TRUE
    # Compare-and-swap on what makes a link usable: the second answer updates no row.
    usable = ConfirmationRequest.objects.usable(token, at=now)
    if not usable.update(spent_at=now, answer=kind, notes=notes, answered_by=name):
        raise CurationError(_("This link can no longer be used."))
    request = ConfirmationRequest.objects.select_related("course__university").get(
        digest=SignedLink.digest_of(token)
    )
    note(request.course, "answer_question", by=name or None, role="host", answer=kind.value)
    log.info("confirmation answered", request=request.pk, answer=kind.value)
    if not notes:
        _confirm(request)
    return request


@transaction.atomic
def handle(request: ConfirmationRequest, *, by: Doer) -> None:
    """Note that the office has applied what a partner wrote: the rest they said was true.

    Raises CurationError when a colleague has done so already.
    """
    open_answers = ConfirmationRequest.objects.to_handle().filter(pk=request.pk)
    if not open_answers.update(handled_at=timezone.now(), handled_by=str(by or "")[:150]):
        raise CurationError(_("A colleague has handled this already."))
    note(request.course, "handle_answer", by=by)
    _confirm(request)


def _confirm(request: ConfirmationRequest) -> None:
    """The course was true, or made true, on the day of the answer; an older answer sets nothing."""
    stored = ConfirmationRequest.objects.select_related("course__university").get(pk=request.pk)
    if stored.spent_at is None:
        raise CurationError(_("This question has not been answered."))
    day = timezone.localdate(stored.spent_at)
    course = stored.course
    if course.confirmed_on is None or course.confirmed_on <= day:
        by = f"{stored.answered_by} ({course.university.code})"
        Course.objects.filter(pk=course.pk).update(confirmed_on=day, confirmed_by=by[:120])
        offer_changed()
