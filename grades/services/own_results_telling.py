"""Who hears of results of our own courses: owed in the transaction of the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import Membership, Role, User
from enrolments import people
from paperwork.services.notices import Link, owe_notice

if TYPE_CHECKING:
    from courses.models import Edition
    from enrolments.models import Enrolment
    from grades.models import Result
    from paperwork.models import Event


def contacts_of(case: Enrolment) -> list[User]:
    """The people of the student's home university who have an account."""
    held = Membership.objects.current().filter(
        role=Role.PARTNER, university=case.home_university_id
    )
    return list(User.objects.filter(pk__in=held.order_by().values("user"), is_active=True))


def to_confirm(edition: Edition, by: User) -> None:
    """The rest of the office: once a day for each edition, not for each student."""
    today = timezone.localdate()
    for reader in people.office().exclude(pk=by.pk):
        owe_notice(
            "grades.results_to_confirm",
            f"results-to-confirm-{edition.pk}-{today}-{by.pk}-{reader.pk}",
            reader,
            {"edition": edition, "course": edition.course, "by": by},
            about=edition,
            link=Link("results:edition", [edition.pk]),
        )


def confirmed(event: Event, result: Result) -> None:
    """The student; and the home university, to which the transcript of records goes.

    When nobody there has an account, the office hears that it has to send it.
    """
    case = result.enrolment
    context = {
        "case": case,
        "course": case.edition.course,
        "is_correction": result.replaces_id is not None,
        "is_guest": not case.home_university.is_home,
        "home": case.home_university,
    }
    key = f"result-event-{event.pk}-"
    owe_notice(
        "grades.own_result",
        f"{key}student",
        case.student,
        context,
        about=case,
        link=Link("exchange:case", [case.reference]),
    )
    if case.home_university.is_home:
        return
    contacts = contacts_of(case)
    for reader in contacts:
        owe_notice(
            "grades.records_sent",
            f"{key}home-{reader.pk}",
            reader,
            context,
            about=case,
            link=Link("home-results:list"),
        )
    for reader in [] if contacts else people.office():
        owe_notice(
            "grades.records_to_send",
            f"{key}office-{reader.pk}",
            reader,
            context,
            about=case,
            link=Link("results:edition", [case.edition_id]),
        )


def sent_back(event: Event, result: Result) -> None:
    """Who entered it reads why."""
    case = result.enrolment
    owe_notice(
        "grades.result_sent_back",
        f"result-event-{event.pk}-back",
        result.recorded_by,
        {"case": case, "course": case.edition.course, "reason": event.reason, "by": event.actor},
        about=case,
        link=Link("results:enter", [case.reference]),
    )
