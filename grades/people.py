"""Who may do what with a transcript: who gives one, and who verifies it."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Role, User
from enrolments import people
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL
from grades.models import Transcript
from paperwork.services.events import Actor, Outsider

Source = Transcript.Source


def verifier_role(actor: Actor, case: Enrolment) -> str:
    """In which role `actor` verifies the transcript of `case`; empty when they do not.

    The exchange coordinator of the faculty, or the honours coordinator; never the student.
    """
    if case.kind != Kind.OUTGOING:
        return ""
    return people.home_role(actor, case)


def giver_role(actor: Actor, case: Enrolment) -> str:
    """In which role `actor` may give a transcript of `case`; empty when they may not.

    The office gives them for a host that sent them by mail. Who comes by a link of a university
    (an `Outsider`) gives them for that one alone.
    """
    if case.kind != Kind.OUTGOING:
        return ""
    if role := people.student_role(actor, case) or people.home_role(actor, case):
        return role
    host = case.edition.course.university_id
    if isinstance(actor, Outsider):
        is_host = actor.role == "host" and actor.through == case.edition.course.university
        return actor.role if is_host else ""
    if isinstance(actor, User) and host in scopes_of(actor).partner_of:
        return Role.PARTNER
    return people.office_role(actor, case)


def source_of(role: str) -> Source:
    """Where a transcript came from that somebody gave in this role."""
    if role in {Role.COORDINATOR, Role.HONOURS}:
        return Source.COORDINATOR
    return Source.STUDENT if role == "student" else Source.PARTNER


def may_give(actor: Actor, case: Enrolment) -> bool:
    """Whether `actor` may give a transcript of `case` now: not before the course has begun."""
    begun = case.edition.starts_on <= timezone.localdate()
    return begun and case.state in ENDED_WELL and bool(giver_role(actor, case))
