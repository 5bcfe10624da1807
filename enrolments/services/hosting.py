"""What a host university does: it confirms or declines, by account, by link, or by the office."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import structlog
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User
from courses import anew, house
from courses.models import SignedLink, University
from enrolments import hosting, people
from enrolments.models import Enrolment, HostLink, State
from enrolments.services import acting, telling
from enrolments.services.actions import ActionError
from paperwork.models import Event
from paperwork.services.events import Actor, Outsider, record
from paperwork.services.files import keep
from paperwork.services.notices import UNDO, Address, Link, owe_notice
from paperwork.uploads import Upload

log = structlog.get_logger("enrolments.hosting")

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
FOR_STUDENT = "host_answer_student"  # a host's mail that its student may read
FOR_OFFICE = "host_answer"  # one that is for the office alone


class Refused(NamedTuple):
    """A case for which it could not be done, and why."""

    case: Enrolment
    why: str


class Outcome(NamedTuple):
    """What came of doing the same for several cases."""

    done: list[Enrolment]
    refused: list[Refused]


def confirm(cases: Iterable[Enrolment], *, by: Actor) -> Outcome:
    """Confirm each of `cases` in a transaction of its own; one refusal does not stop the rest."""
    done, refused = [], []
    for case in cases:
        try:
            acting.act(case, "confirm", by=by)
            done.append(case)
        except ActionError as refusal:
            refused.append(Refused(case, str(refusal)))
    return Outcome(done, refused)


def awaits_host(case: Enrolment) -> bool:
    """Whether another university can still answer: it confirms, or declines also later."""
    is_elsewhere = not case.edition.course.university.is_home
    return is_elsewhere and case.state in {State.APPROVED, State.ENROLLED}


@transaction.atomic
def answer_by_mail(
    case: Enrolment,
    *,
    confirmed: bool,
    reason: str,
    answered_on: date,
    upload: Upload,
    for_student: bool = False,
    by: User,
) -> Event:
    """The office passes on what a host answered by mail, with that mail as a file.

    The student reads that file only when the office has said so: it may name other students.
    Raises ActionError when `by` is not of the office or the case has moved on, FileRefusedError
    when the file cannot be kept; then nothing has changed.
    """
    if not people.office_role(by, case):
        raise ActionError(_("This is not possible for this application now."))
    event = acting.act(case, "confirm" if confirmed else "decline", by=by, reason=reason)
    purpose = FOR_STUDENT if for_student else FOR_OFFICE
    kept = keep(upload, purpose=purpose, by=by, about=case)
    record(
        case,
        "host_answer",
        by=by,
        role="office",
        from_state=event.to_state,
        to_state=event.to_state,
        details={"answered_on": answered_on.isoformat(), "file": str(kept.pk)},
    )
    return event


@transaction.atomic
def note_download(cases: Iterable[Enrolment], *, by: Actor, role: str) -> None:
    """Write at each student's case that a host took the data out as a spreadsheet."""
    for case in cases:
        record(
            case,
            "downloaded",
            by=by,
            role=role,
            from_state=case.state,
            to_state=case.state,
            details={"shared": case.shared_items, "with": case.edition.course.university.code},
        )


@transaction.atomic
def send_link(
    university: University,
    *,
    email: str,
    language: str,
    name: str = "",
    by: User | None = None,
    asked: Outsider | None = None,
) -> HostLink:
    """Mail a host a link to its students; its earlier links go on until they end or are revoked.

    `asked`: who of the host asked for it.

    Each student on the list gets an event that says what was shared, with whom and when.
    """
    now = timezone.now()
    role = "host" if asked else "office" if by else "portal"
    token = SignedLink.new_token()
    link = HostLink(
        university=university,
        digest=SignedLink.digest_of(token),
        expires_at=now + house.span("applying.link_days"),
        email=email,
        name=name,
        language=language,
        made_by=by,
    )
    link.full_clean(exclude=["made_by"])  # none: the portal itself
    link.save()
    waiting = list(
        hosting.students_of([university.pk]).filter(state=State.APPROVED).select_related("student")
    )
    for case in waiting:
        record(
            case,
            "shared",
            by=asked or by,
            role=role,
            from_state=case.state,
            to_state=case.state,
            details={"shared": case.shared_items, "with": university.code, "link": link.pk},
        )
    today = timezone.localdate(now)
    late = sum(case.due_on is not None and case.due_on < today for case in waiting)
    owe_notice(
        "enrolments.host_link",
        f"host-link-{link.pk}",
        Address(email, language),
        {"university": university, "number": len(waiting), "late": late, "link": link},
        link=Link("host:students", [token], secret=True),
        until=link.expires_at,
    )
    record(link, "send", by=asked or by, role=role)
    return link


def send_anew(link: HostLink) -> None:
    """Send another to who had this one."""
    asked = actor_of(link, anew.holder())
    send_link(
        link.university, email=link.email, language=link.language, name=link.name, asked=asked
    )


@transaction.atomic
def revoke(link: HostLink, *, by: User) -> bool:
    """Make the link stop working; False when it had ended already."""
    live = HostLink.objects.filter(pk=link.pk, revoked_at=None)
    if not live.update(revoked_at=timezone.now()):
        return False
    record(link, "revoke", by=by, role="office")
    return True


def find(token: str) -> HostLink | None:
    """The link to students with this token, whether it can be used or not."""
    rows = HostLink.objects.select_related("university")
    return rows.filter(digest=SignedLink.digest_of(token), purpose="students").first()


def actor_of(link: HostLink, name: str) -> Outsider:
    """Who acts through the link: the name that they gave, for that university alone."""
    named = f"{name.strip()} ({link.university.code})"[:150]
    return Outsider(named, "host", link.university)


def note_use(link: HostLink, name: str) -> None:
    """Remember when the link was last used and by whom; called when somebody acts."""
    HostLink.objects.filter(pk=link.pk).update(used_at=timezone.now(), name=name.strip()[:150])


def write_to_hosts() -> int:
    """Hosts without an account whose students wait get a link, once a day; how many were sent.

    Only where a contact address is known, and only when something was approved since the last one,
    that one has expired, or the day by which they should have answered has passed since; a host
    that is still silent hears it again each week.
    """
    with_account = Membership.objects.current().filter(role=Role.PARTNER)
    waiting = Enrolment.objects.filter(
        state=State.APPROVED, edition__course__university__is_home=False
    )
    hosts = University.objects.filter(pk__in=waiting.values("edition__course__university"))
    hosts = hosts.exclude(pk__in=with_account.values("university")).exclude(contact_email="")
    sent = 0
    for university in hosts:
        try:
            sent += _write_to(university)
        except (ValidationError, DatabaseError) as error:  # the others get theirs
            log.warning("host not written to", host=university.pk, reason=type(error).__name__)
    return sent


def _late_since(last: HostLink) -> Q:
    """What has become too late since that link was sent; all that is, a week after it."""
    late = Q(due_on__lt=timezone.localdate())
    if last.created_at <= timezone.now() - A_WEEK:
        return late
    return late & Q(due_on__gte=timezone.localdate(last.created_at))


@transaction.atomic
def _write_to(university: University) -> int:
    university = University.objects.select_for_update().get(pk=university.pk)
    links = HostLink.objects.filter(university=university, purpose="students")
    last = links.order_by("-created_at").first()
    rows = hosting.students_of([university.pk]).filter(state=State.APPROVED)
    if last is not None:
        if last.created_at > timezone.now() - A_DAY:
            return 0
        has_expired = last.revoked_at is None and not last.is_usable
        if not has_expired:  # what could still be undone then was not on its list
            rows = rows.filter(Q(since__gt=last.created_at - UNDO) | _late_since(last))
    if not rows.exists():
        return 0
    language = telling.language_of(university)
    send_link(university, email=university.contact_email, language=language)
    return 1
